"""OTLP JSON: one export of spans a line, each span's attributes a list of keys and typed values.

64-bit numbers are texts there ("intValue": "100"), times nanoseconds. What a span says is turned
into a flat record, which is OpenInference's where it has its kind, else OpenTelemetry's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from costplan.store.traces.paths import maps
from costplan.store.traces.shape import (
    NOT_A_REQUEST,
    LeftOut,
    Record,
    Row,
    Shape,
    Shaped,
)
from costplan.store.traces.sources import openinference, otel

ENVELOPES = ("resourceSpans", "scopeSpans")
SHAPE = Shape(
    name="otlp",
    about="OTLP JSON lines of the collector's file exporter",
    needs=(("resourceSpans",),),
    paths={},
)
REPEATS: LeftOut = "a span that repeats the tokens of those below it"
TYPED = ("stringValue", "intValue", "doubleValue", "boolValue")


class Adapter:
    """Spans of either convention."""

    def __init__(self, shaped: Shaped) -> None:
        self._otel = shaped(otel.SHAPE)
        self._openinference = shaped(openinference.SHAPE)

    def rows(self, record: Record) -> Iterable[Row | LeftOut]:
        """A row for each span that is a request to a model."""
        for spans in maps(record.get("resourceSpans")):
            resource = _attributes(_below(spans, "resource"))
            for scope in maps(spans.get("scopeSpans")):
                for span in maps(scope.get("spans")):
                    yield self._row({**resource, **_flat(span)})

    def _row(self, flat: dict[str, Any]) -> Row | LeftOut:
        if openinference.KIND in flat:
            return next(iter(self._openinference.rows(flat)))
        if not otel.SHAPE.recognises(flat):
            return NOT_A_REQUEST
        operation = flat.get("gen_ai.operation.name")
        if operation in otel.PARENTS:
            return REPEATS
        if operation is not None and operation not in otel.REQUESTS:
            return NOT_A_REQUEST
        return next(iter(self._otel.rows(flat)))


def _flat(span: Mapping[str, Any]) -> dict[str, Any]:
    """A span's attributes, and what it says of itself under names that no attribute has."""
    flat = _attributes(span)
    status = _below(span, "status").get("code")
    flat["span.name"] = span.get("name")
    flat["span.start"] = span.get("startTimeUnixNano")
    trace, own = span.get("traceId"), span.get("spanId")
    if isinstance(trace, str) and isinstance(own, str):
        flat["span.identity"], flat["span.trace"] = f"{trace}:{own}", trace
    if status in (2, "STATUS_CODE_ERROR"):
        flat["span.error"] = "error"
    again = flat.get("http.request.resend_count")
    if isinstance(again, str | int) and str(again).isdigit() and len(str(again)) < 6:
        flat["span.attempt"] = int(again) + 1
    return flat


def _attributes(holder: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes that are a text, a number or a truth, by key."""
    attributes: dict[str, Any] = {}
    for attribute in maps(holder.get("attributes")):
        key, value = attribute.get("key"), attribute.get("value")
        if isinstance(key, str) and isinstance(value, dict):
            for name in TYPED:
                if name in value:
                    attributes[key] = value[name]
                    break
    return attributes


def _below(holder: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = holder.get(key)
    return value if isinstance(value, dict) else {}
