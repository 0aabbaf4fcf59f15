"""Responses of Anthropic's Messages API, as JSON lines.

``input_tokens`` leaves both the read and the written cache out. Writes that live an hour cost more
and are a part of ``cache_creation``; ``output_tokens`` holds the thinking.
"""

from __future__ import annotations

from costplan.store.traces.columns import INSIDE, OUTSIDE
from costplan.store.traces.shape import Shape

USAGE = {
    "input_tokens": ("usage.input_tokens",),
    "output_tokens": ("usage.output_tokens",),
    "cache_read_tokens": ("usage.cache_read_input_tokens",),
    "cache_write_tokens": (
        "usage.cache_creation.ephemeral_5m_input_tokens",
        "usage.cache_creation_input_tokens",
    ),
    "cache_write_1h_tokens": ("usage.cache_creation.ephemeral_1h_input_tokens",),
    "reasoning_tokens": ("usage.output_tokens_details.thinking_tokens",),
    "web_searches": ("usage.server_tool_use.web_search_requests",),
    "region": ("usage.inference_geo",),
}
"""Where a message's usage stands; shared with those that log whole messages."""
SHAPE = Shape(
    name="anthropic",
    about="responses of Anthropic's Messages API",
    needs=(
        ("usage.cache_creation_input_tokens", "usage.input_tokens"),
        ("usage.cache_read_input_tokens", "usage.input_tokens"),
        ("usage.input_tokens", "usage.output_tokens"),
    ),
    never=("usage.inputTokens", "usage.total_tokens", "usage.input_tokens_details"),
    paths={
        **USAGE,
        "time": ("created_at", "timestamp"),
        "vendor": ("=anthropic",),
        "model": ("model",),
        "mode": ("usage.speed", "usage.service_tier"),
        "identity": ("id",),
        "conversation": ("container.id",),
        "tenant": ("metadata.user_id",),
        "failed": ("error.type",),
    },
    input_holds=OUTSIDE,
    output_holds=INSIDE,
    vendor_said=False,
)
