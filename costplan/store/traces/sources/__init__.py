"""The sources that are recognised, one file each, in the order in which a record is tried."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from costplan.store.traces.shape import Adapter, Record, Shape, ShapeAdapter, Shaped
from costplan.store.traces.sources import (
    anthropic,
    bedrock,
    claude_code,
    codex,
    cohere,
    gemini,
    langfuse,
    litellm,
    openai,
    openinference,
    otel,
    otlp,
    usage_pages,
)

Paths = Mapping[str, tuple[str, ...]]


class Source(NamedTuple):
    """A shape, and what makes its adapter where data alone does not do."""

    shape: Shape
    made_by: Callable[[Shaped], Adapter] | None = None

    def adapter(self, extra: Sequence[str], paths: Paths) -> Adapter:
        """An adapter for one file; ``paths`` say otherwise where a destination stands."""

        def shaped(shape: Shape) -> ShapeAdapter:
            return ShapeAdapter(shape.with_paths(paths), extra)

        return shaped(self.shape) if self.made_by is None else self.made_by(shaped)


SOURCES: Mapping[str, Source] = {
    source.shape.name: source
    for source in (
        Source(otlp.SHAPE, otlp.Adapter),
        Source(openinference.SHAPE),
        Source(otel.SHAPE),
        Source(litellm.SHAPE),
        Source(langfuse.SHAPE),
        Source(usage_pages.OPENAI, partial(usage_pages.Adapter, usage_pages.OPENAI)),
        Source(usage_pages.ANTHROPIC, partial(usage_pages.Adapter, usage_pages.ANTHROPIC)),
        Source(bedrock.LOG),
        Source(claude_code.SHAPE, claude_code.Adapter),
        Source(codex.SHAPE, codex.Adapter),
        Source(gemini.SHAPE, gemini.Adapter),
        Source(cohere.SHAPE),
        Source(bedrock.SHAPE),
        Source(anthropic.SHAPE),
        Source(openai.SHAPE),
    )
}


SAMPLED = ("otlp", "otel", "openinference", "langfuse")
"""Sources that are often sampled: without a rate their volume is not known."""


def recognised(record: Record) -> Source | None:
    """The source whose shape a record has, or None."""
    return next((source for source in SOURCES.values() if source.shape.recognises(record)), None)
