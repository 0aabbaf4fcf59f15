"""Each source as it is written, read into totals that were computed by hand."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from trace_cases import GEN, INFERENCE, LANGFUSE, LITELLM, OLD, OTEL
from usage_cases import lines, read
from vendor_cases import (
    ANTHROPIC,
    ANTHROPIC_PAGE,
    BEDROCK,
    BEDROCK_LOG,
    CLAUDE_CODE,
    CODEX,
    COHERE,
    GEMINI,
    OPENAI,
    OPENAI_USAGE,
)

from costplan.store.traces.mapping import MapFile
from costplan.store.traces.sources import SOURCES

CASES = {
    "otlp": OTEL,
    "openinference": INFERENCE,
    "litellm": LITELLM,
    "langfuse": LANGFUSE,
    "anthropic": ANTHROPIC,
    "claude-code": CLAUDE_CODE,
    "codex": CODEX,
    "cohere": COHERE,
    "openai": OPENAI,
    "bedrock": BEDROCK,
    "bedrock-log": BEDROCK_LOG,
    "gemini": GEMINI,
    "openai-usage": OPENAI_USAGE,
    "anthropic-usage": ANTHROPIC_PAGE,
}
VENDORS = ("anthropic", "openai", "bedrock", "google", "cohere")
MAPPING = MapFile(
    map={f"{vendor}/plain": "acme/plain" for vendor in VENDORS}
    | {
        "bedrock/arn:aws:bedrock:us-east-1::foundation-model/plain": "acme/plain",
        "plain": "acme/plain",
    }
)


@pytest.mark.parametrize("name", CASES)
def test_a_source_sums_to_what_was_computed_by_hand(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    made = read(lines(tmp_path / "log.jsonl", case.records), mapping=MAPPING)
    assert made.questions == ()
    (source,) = made.sources
    expected = "otlp" if name == "openinference" else name
    assert source.source == expected
    assert source.left_out == case.left_out
    assert source.unread == case.unread
    assert made.traffic.requests == case.requests
    assert made.traffic.failed == case.failed
    sums: dict[str, int] = {}
    for group in made.groups:
        for kind, value in group.tokens.items():
            sums[kind] = sums.get(kind, 0) + value
    assert sums == case.tokens
    (total,) = made.totals
    assert (total.low, total.high) == (Decimal(case.cost), Decimal(case.cost))
    assert not total.at_least


def test_every_source_has_a_case() -> None:
    """OpenTelemetry's own spans stand in the envelope's case, flat ones in another test."""
    assert {*CASES, "otel"} == {*SOURCES} | {"openinference"}


def test_flat_spans_are_read_as_those_of_the_envelope(tmp_path: Path) -> None:
    """As a table of spans has them: attributes under their dotted names."""
    flat = {
        **GEN,
        "gen_ai.request.model": "plain",
        "gen_ai.usage.input_tokens": "1000",
        "gen_ai.usage.output_tokens": 200,
        "start_time": OLD,
    }
    made = read(lines(tmp_path / "spans.jsonl", [flat]), mapping=MAPPING)
    assert made.sources[0].source == "otel"
    assert made.totals[0].low == Decimal("0.004")  # 1000 x 2 + 200 x 10


@pytest.mark.parametrize("name", ["litellm", "langfuse"])
def test_what_a_source_says_it_cost_is_told_and_not_used(name: str, tmp_path: Path) -> None:
    records = [
        {**one, "totalCost": 0.25} if "usageDetails" in one else one for one in CASES[name].records
    ]
    made = read(lines(tmp_path / "log.jsonl", records), mapping=MAPPING)
    assert made.said_by_sources == {"litellm": Decimal("0.5"), "langfuse": Decimal("0.25")}[name]
    assert made.totals[0].low == Decimal(CASES[name].cost)
