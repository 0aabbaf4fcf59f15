"""OpenInference spans (semantic conventions 0.1.42), as attributes.

The prompt's count holds its cached tokens and the completion's its reasoning, as the instrumentors
write them. Only spans of the kinds LLM and EMBEDDING are requests: chains and agents repeat them.
"""

from __future__ import annotations

from costplan.store.traces.columns import BY_TOTAL_OR_INSIDE
from costplan.store.traces.shape import NOT_A_REQUEST, Shape

KIND = "openinference.span.kind"


def _either(*names: str) -> tuple[str, ...]:
    """An attribute, and the column that an export of spans to a table has for it."""
    return (*names, *(f"attributes.{name}" for name in names))


SHAPE = Shape(
    name="openinference",
    about="OpenInference spans (OTLP JSON lines, Phoenix tables)",
    needs=((KIND,), (f"attributes.{KIND}",), ("llm.token_count.prompt",)),
    paths={
        "time": ("span.start", "start_time"),
        "vendor": _either("llm.provider", "llm.system"),
        "model": _either(
            "llm.response.model_name",
            "llm.model_name",
            "llm.request.model_name",
            "embedding.model_name",
        ),
        "input_tokens": _either("llm.token_count.prompt"),
        "output_tokens": _either("llm.token_count.completion"),
        "total_tokens": _either("llm.token_count.total"),
        "cache_read_tokens": _either("llm.token_count.prompt_details.cache_read"),
        "cache_write_tokens": _either("llm.token_count.prompt_details.cache_write"),
        "input_audio_tokens": _either("llm.token_count.prompt_details.audio"),
        "reasoning_tokens": _either("llm.token_count.completion_details.reasoning"),
        "output_audio_tokens": _either("llm.token_count.completion_details.audio"),
        "step": ("span.name", "name"),
        "conversation": _either("session.id"),
        "tenant": _either("user.id"),
        "identity": ("span.identity", "context.span_id"),
        "trace": ("span.trace", "context.trace_id"),
        "failed": ("span.error", *_either("error.type", "exception.type"), "status_code"),
        "cost": _either("llm.cost.total"),
    },
    only=("openinference.span.kind", ("LLM", "EMBEDDING"), NOT_A_REQUEST),
    input_holds=BY_TOTAL_OR_INSIDE,
    output_holds=BY_TOTAL_OR_INSIDE,
)
