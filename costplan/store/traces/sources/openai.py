"""Responses of OpenAI and of the many that answer in its form, as JSON lines.

Chat completions and embeddings count ``prompt_tokens``, responses ``input_tokens``; both hold their
cached part. Some that copied the form (xAI) leave the reasoning out of the completion: the total
says so. Who answered is not in the body: OpenAI is assumed.
"""

from __future__ import annotations

from costplan.store.traces.columns import BY_TOTAL_OR_INSIDE, INSIDE
from costplan.store.traces.shape import Shape

SHAPE = Shape(
    name="openai",
    about="responses of OpenAI (chat completions, responses, embeddings) and of its form",
    needs=(
        ("usage.prompt_tokens",),
        ("usage.input_tokens", "usage.input_tokens_details"),
        ("usage.input_tokens", "usage.output_tokens_details", "usage.total_tokens"),
        ("usage.input_tokens", "object"),
        ("usage.total_tokens",),
    ),
    never=("usage.cache_creation_input_tokens", "usage.inputTokens"),
    paths={
        "time": ("created", "created_at", "timestamp"),
        "vendor": ("=openai",),
        "model": ("model",),
        "input_tokens": ("usage.prompt_tokens", "usage.input_tokens", "usage.total_tokens"),
        "output_tokens": ("usage.completion_tokens", "usage.output_tokens"),
        "total_tokens": ("usage.total_tokens",),
        "cache_read_tokens": (
            "usage.prompt_tokens_details.cached_tokens",
            "usage.input_tokens_details.cached_tokens",
            "usage.prompt_cache_hit_tokens",
            "usage.cached_tokens",
        ),
        "cache_write_tokens": (
            "usage.prompt_tokens_details.cache_write_tokens",
            "usage.input_tokens_details.cache_write_tokens",
        ),
        "reasoning_tokens": (
            "usage.completion_tokens_details.reasoning_tokens",
            "usage.output_tokens_details.reasoning_tokens",
            "usage.reasoning_tokens",
        ),
        "input_audio_tokens": (
            "usage.prompt_tokens_details.audio_tokens",
            "usage.input_tokens_details.audio_tokens",
        ),
        "output_audio_tokens": ("usage.completion_tokens_details.audio_tokens",),
        "input_image_tokens": (
            "usage.prompt_tokens_details.image_tokens",
            "usage.input_tokens_details.image_tokens",
        ),
        "mode": ("service_tier", "usage.service_tier"),
        "identity": ("id",),
        "conversation": ("conversation.id",),
        "step": ("metadata.step",),
        "tenant": ("user", "safety_identifier"),
        "failed": ("error.code", "error"),
    },
    input_holds=INSIDE,
    output_holds=BY_TOTAL_OR_INSIDE,
    vendor_said=False,
)
