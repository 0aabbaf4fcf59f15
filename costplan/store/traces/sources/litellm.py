"""LiteLLM's spend logs: one request a row of ``LiteLLM_SpendLogs``.

``prompt_tokens`` holds the cached ones, which stand in ``metadata`` alone. ``spend`` has been wrong
by factors and is kept as a comparison only. ``cache_hit`` is LiteLLM's own cache of whole answers:
such a row reached no model.
"""

from __future__ import annotations

from costplan.store.traces.columns import BY_TOTAL_OR_INSIDE, INSIDE
from costplan.store.traces.shape import Shape

USED = "metadata.usage_object"
MORE = "metadata.additional_usage_values"
SHAPE = Shape(
    name="litellm",
    about="LiteLLM spend logs",
    needs=(("request_id", "call_type", "spend"), ("custom_llm_provider", "prompt_tokens")),
    paths={
        "time": ("startTime",),
        "vendor": ("custom_llm_provider",),
        "model": ("model",),
        "input_tokens": ("prompt_tokens",),
        "output_tokens": ("completion_tokens",),
        "total_tokens": ("total_tokens",),
        "cache_read_tokens": (
            f"{USED}.prompt_tokens_details.cached_tokens",
            f"{USED}.cache_read_input_tokens",
            f"{MORE}.cache_read_input_tokens",
        ),
        "cache_write_tokens": (
            f"{USED}.cache_creation.ephemeral_5m_input_tokens",
            f"{USED}.cache_creation_input_tokens",
            f"{MORE}.cache_creation_input_tokens",
        ),
        "cache_write_1h_tokens": (f"{USED}.cache_creation.ephemeral_1h_input_tokens",),
        "reasoning_tokens": (f"{USED}.completion_tokens_details.reasoning_tokens",),
        "step": ("call_type",),
        "conversation": ("session_id",),
        "tenant": ("team_id", "end_user", "user"),
        "identity": ("request_id",),
        "failed": ("status",),
        "cost": ("spend",),
    },
    unless=("cache_hit", ("True", "true"), "answered from LiteLLM's own cache"),
    input_holds=INSIDE,
    output_holds=BY_TOTAL_OR_INSIDE,
)
