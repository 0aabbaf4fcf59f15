"""Langfuse: observations of an export, one a row, or a trace with its observations.

``usage_details`` is a table of counts under free names. Each is priced there, so the input should
leave its cached part out; real exports differ, so a row's own total says which of its parts are
inside. An observation may be exported in several versions: the last one counts.
"""

from __future__ import annotations

from costplan.store.traces.columns import BY_TOTAL
from costplan.store.traces.shape import NOT_A_REQUEST, Shape


def _details(*keys: str) -> tuple[str, ...]:
    return tuple(f"{table}.{key}" for key in keys for table in ("usageDetails", "usage_details"))


SHAPE = Shape(
    name="langfuse",
    about="Langfuse exports: observations as JSON, JSON lines or Parquet, and whole traces",
    needs=(
        ("usageDetails", "type"),
        ("usage_details", "type"),
        ("trace", "observations"),
    ),
    within=("observations[]", "."),
    over=("trace",),
    paths={
        "time": ("startTime", "start_time"),
        "model": ("model", "provided_model_name"),
        "input_tokens": _details("input"),
        "output_tokens": _details("output"),
        "total_tokens": _details("total"),
        "cache_read_tokens": _details(
            "input_cached_tokens",
            "input_cache_read",
            "cache_read_input_tokens",
            "prompt_details.cache_read",
        ),
        "cache_write_tokens": _details(
            "input_cache_creation_5m",
            "input_cache_creation",
            "input_cache_write",
            "cache_creation_input_tokens",
            "prompt_details.cache_write",
        ),
        "cache_write_1h_tokens": _details("input_cache_creation_1h"),
        "reasoning_tokens": _details(
            "output_reasoning_tokens", "output_reasoning", "completion_details.reasoning"
        ),
        "input_audio_tokens": _details("input_audio"),
        "output_audio_tokens": _details("output_audio"),
        "step": ("promptName", "prompt_name", "name"),
        "conversation": ("session_id", "trace.sessionId", "traceId", "trace_id"),
        "tenant": ("user_id", "trace.userId"),
        "identity": ("id",),
        "trace": ("traceId", "trace_id"),
        "rank": ("updatedAt", "updated_at"),
        "failed": ("level",),
        "cost": ("totalCost", "total_cost"),
    },
    only=("type", ("GENERATION", "EMBEDDING"), NOT_A_REQUEST),
    input_holds=BY_TOTAL,
    output_holds=BY_TOTAL,
    vendor_said=False,
)
