"""Each source as it is written, read into totals that were computed by hand.

Prices are those of ``acme/plain`` a million tokens: before May 2026 input 2, read 0.2, written 2.5,
written for an hour 4, output 10, a thousand searches 10; from May on input 1, read 0.1, written
1.25, output 5, of which reasoning 6.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest
from usage_cases import lines, read

from costplan.store.traces.mapping import MapFile
from costplan.store.traces.sources import SOURCES

OLD, NEW = "2026-04-01T10:00:00Z", "2026-06-01T10:00:00Z"


class Case(NamedTuple):
    """Records of a source; what its rows sum to, what they cost, and what is left out or unread."""

    records: list[dict[str, Any]]
    requests: int
    tokens: dict[str, int]
    cost: str
    left_out: Mapping[str, int] = MappingProxyType({})
    unread: Mapping[str, int] = MappingProxyType({})
    failed: int = 0


def span(name: str, attributes: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A span of OTLP JSON, attributes typed as exporters write them."""

    def typed(value: Any) -> dict[str, Any]:
        if isinstance(value, int):
            return {"intValue": str(value)}
        return {"stringValue": value}

    listed = [{"key": key, "value": typed(value)} for key, value in attributes.items()]
    start = "1775037600000000000"  # 2026-04-01 10:00 UTC
    return {
        "traceId": "5b8e",
        "spanId": name,
        "name": name,
        "startTimeUnixNano": start,
        "attributes": listed,
        **more,
    }


def export(*spans: dict[str, Any]) -> dict[str, Any]:
    scope = {"scope": {"name": "test"}, "spans": list(spans)}
    return {"resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": [scope]}]}


GEN = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "acme"}
ONLY = "gen_ai.usage.input_tokens"
OTEL = Case(
    [
        export(
            span(
                "one",
                {
                    **GEN,
                    "gen_ai.response.model": "plain",
                    "gen_ai.usage.input_tokens": 1_000,
                    "gen_ai.usage.cache_read.input_tokens": 400,
                    "gen_ai.usage.cache_creation.input_tokens": 100,
                    "gen_ai.usage.output_tokens": 200,
                },
            ),
            span(
                "agent",
                {
                    "gen_ai.operation.name": "invoke_agent",
                    "gen_ai.usage.input_tokens": 1_000,
                    "gen_ai.request.model": "plain",
                },
            ),
            span("tool", {"gen_ai.operation.name": "execute_tool"}),
            span("http", {"http.method": "GET"}),
        ),
        export(
            span(
                "old names",
                {
                    "gen_ai.system": "acme",
                    "gen_ai.request.model": "plain",
                    "gen_ai.usage.prompt_tokens": 500,
                    "gen_ai.usage.completion_tokens": 50,
                },
            ),
            span("failed", {**GEN, "gen_ai.request.model": "plain", "error.type": "timeout"}),
        ),
        export(
            span(
                "one", {**GEN, "gen_ai.response.model": "plain", "gen_ai.usage.input_tokens": 1_000}
            )
        ),
    ],
    2,
    {
        "input_tokens": 1_500,
        "cache_read_tokens": 400,
        "cache_write_tokens": 100,
        "output_tokens": 250,
    },
    # (1500 - 400 - 100) x 2 + 400 x 0.2 + 100 x 2.5 + 250 x 10 = 2000 + 80 + 250 + 2500
    "0.00483",
    {
        "a span that repeats the tokens of those below it": 1,
        "not a request to a model": 2,
        "failed": 1,
        "repeated": 1,
    },
    failed=1,
)
INFERENCE = Case(
    [
        export(
            span(
                "llm",
                {
                    "openinference.span.kind": "LLM",
                    "llm.provider": "acme",
                    "llm.model_name": "plain",
                    "llm.token_count.prompt": 100,
                    "llm.token_count.completion": 60,
                    "llm.token_count.total": 160,
                    "llm.token_count.prompt_details.cache_read": 40,
                    "llm.token_count.completion_details.reasoning": 20,
                },
            ),
            span("chain", {"openinference.span.kind": "CHAIN", "llm.token_count.prompt": 100}),
        )
    ],
    1,
    {
        "input_tokens": 100,
        "cache_read_tokens": 40,
        "output_tokens": 60,
        "reasoning_tokens": 20,
    },
    # 60 x 2 + 40 x 0.2 + 60 x 10 (reasoning has no rate of its own in April) = 728
    "0.000728",
    {"not a request to a model": 1},
)
LITELLM_ROW = {
    "request_id": "r1",
    "call_type": "acompletion",
    "custom_llm_provider": "acme",
    "model": "plain",
    "startTime": "2026-04-01 10:00:00.000",
    "spend": 0.5,
    "prompt_tokens": 1_000,
    "completion_tokens": 100,
    "total_tokens": 1_100,
    "cache_hit": "False",
    "status": "success",
    "metadata": json.dumps(
        {"usage_object": {"prompt_tokens_details": {"cached_tokens": 300}}, "prompt": "x" * 99}
    ),
}
LITELLM = Case(
    [
        LITELLM_ROW,
        {**LITELLM_ROW, "request_id": "r2", "cache_hit": "True", "spend": 0},
        {**LITELLM_ROW, "request_id": "r3", "status": "failure", "completion_tokens": 0},
    ],
    1,
    {"input_tokens": 1_000, "cache_read_tokens": 300, "output_tokens": 100},
    # 700 x 2 + 300 x 0.2 + 100 x 10 = 2460
    "0.00246",
    {"answered from LiteLLM's own cache": 1, "failed": 1},
    failed=1,
)


def observation(name: str, details: dict[str, int], **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "type": "GENERATION",
        "model": "plain",
        "startTime": OLD,
        "updatedAt": OLD,
        "level": "DEFAULT",
        "usageDetails": details,
        **more,
    }


READ = {"output": 30, "input_cache_read": 40}
LANGFUSE = Case(
    [
        {
            "trace": {"id": "t", "sessionId": "s"},
            "observations": [
                observation(
                    "inside", {"input": 100, "output": 30, "input_cache_read": 40, "total": 130}
                ),
                observation(
                    "beside", {"input": 60, "output": 30, "input_cache_read": 40, "total": 130}
                ),
                observation(
                    "neither", {"input": 60, "output": 30, "input_cache_read": 40, "total": 99}
                ),
                {"id": "span", "type": "SPAN", "usageDetails": {}},
            ],
        },
        observation("again", {"input": 10, "output": 0, "total": 10}),
        observation("again", {"input": 20, "output": 0, "total": 20}, updatedAt=NEW),
    ],
    3,
    {"input_tokens": 220, "cache_read_tokens": 80, "output_tokens": 60},
    # twice (60 x 2 + 40 x 0.2 + 30 x 10 = 428), and 20 x 2 of the later version
    "0.000896",
    {"not a request to a model": 1, "repeated": 1},
    {"a total that fits its parts neither within nor beside the input and output": 1},
)
ANTHROPIC_USAGE = {
    "input_tokens": 100,
    "cache_read_input_tokens": 1_000,
    "cache_creation_input_tokens": 500,
    "cache_creation": {"ephemeral_5m_input_tokens": 200, "ephemeral_1h_input_tokens": 300},
    "output_tokens": 50,
    "service_tier": "standard",
    "server_tool_use": {"web_search_requests": 2},
}
ANTHROPIC_TOKENS = {
    "input_tokens": 1_600,
    "cache_read_tokens": 1_000,
    "cache_write_tokens": 200,
    "cache_write_1h_tokens": 300,
    "output_tokens": 50,
    "web_searches": 2,
}
# 100 x 2 + 1000 x 0.2 + 200 x 2.5 + 300 x 4 + 50 x 10 = 2600, and 2 searches at 0.01
ANTHROPIC_COST = "0.0226"
ANTHROPIC = Case(
    [
        {
            "id": "msg_1",
            "type": "message",
            "model": "plain",
            "created_at": OLD,
            "usage": ANTHROPIC_USAGE,
        }
    ],
    1,
    ANTHROPIC_TOKENS,
    ANTHROPIC_COST,
)


def message(name: str, request: str, usage: dict[str, Any], **more: Any) -> dict[str, Any]:
    said = {"id": name, "model": more.pop("model", "plain"), "usage": usage, "content": "secret"}
    return {
        "type": "assistant",
        "timestamp": OLD,
        "sessionId": "s",
        "uuid": "u",
        "requestId": request,
        "isSidechain": False,
        "message": said,
        **more,
    }


CLAUDE_CODE = Case(
    [
        {
            "type": "user",
            "sessionId": "s",
            "timestamp": OLD,
            "uuid": "v",
            "message": {"content": "secret"},
        },
        message("m1", "q1", {**ANTHROPIC_USAGE, "output_tokens": 1}),
        message("m1", "q1", ANTHROPIC_USAGE),
        message("m1", "q2", ANTHROPIC_USAGE, isSidechain=True),
        message("m2", "q3", {"input_tokens": 7, "output_tokens": 0}, model="<synthetic>"),
        message("m3", "q4", {"input_tokens": 10, "output_tokens": 5}, isSidechain=True),
    ],
    2,
    {**ANTHROPIC_TOKENS, "input_tokens": 1_610, "output_tokens": 55},
    # as above, and 10 x 2 + 5 x 10 of the sub-agent's own message
    "0.02267",
    {
        "not a request to a model": 1,
        "a message that the program made itself": 1,
        "repeated": 2,
    },
)


def turn(name: str, last: dict[str, int] | None, whole: dict[str, int]) -> dict[str, Any]:
    info = {"total_token_usage": whole} | ({"last_token_usage": last} if last else {})
    return {"timestamp": OLD, "type": "event_msg", "payload": {"type": "token_count", "info": info}}


ONE = {"input_tokens": 1_000, "cached_input_tokens": 250, "output_tokens": 120}
TWO = {"input_tokens": 3_000, "cached_input_tokens": 750, "output_tokens": 320}
CODEX = Case(
    [
        {"timestamp": OLD, "type": "session_meta", "payload": {"id": "s", "cwd": "/w"}},
        {"timestamp": OLD, "type": "turn_context", "payload": {"model": "plain"}},
        turn("first", ONE, ONE),
        turn("again", ONE, ONE),
        turn("without its own", None, TWO),
    ],
    2,
    {"input_tokens": 3_000, "cache_read_tokens": 750, "output_tokens": 320},
    # 2250 x 2 + 750 x 0.2 + 320 x 10 = 7850
    "0.00785",
    {"not a request to a model": 2, "an event that repeats the last count": 1},
)
OPENAI = Case(
    [
        {
            "id": "c1",
            "object": "chat.completion",
            "created": 1_775_037_600,
            "model": "plain",
            "usage": {
                "prompt_tokens": 100,
                "completion_tokens": 30,
                "total_tokens": 130,
                "prompt_tokens_details": {"cached_tokens": 64},
            },
        },
        {
            "id": "r1",
            "object": "response",
            "created_at": 1_780_308_000,
            "model": "plain",
            "service_tier": "default",
            "usage": {
                "input_tokens": 50,
                "output_tokens": 20,
                "total_tokens": 70,
                "output_tokens_details": {"reasoning_tokens": 10},
            },
        },
        {
            "id": "reasoning beside the completion",
            "created": 1_780_308_000,
            "model": "plain",
            "usage": {
                "prompt_tokens": 40,
                "completion_tokens": 5,
                "total_tokens": 55,
                "completion_tokens_details": {"reasoning_tokens": 10},
            },
        },
        {"id": "e1", "model": "plain", "usage": {"prompt_tokens": 8, "total_tokens": 8}},
    ],
    4,
    {"input_tokens": 198, "cache_read_tokens": 64, "output_tokens": 65, "reasoning_tokens": 20},
    # 36 x 2 + 64 x 0.2 + 30 x 10 = 384.8 in April; in June 50 x 1 + 10 x 5 + 10 x 6 = 160,
    # 40 x 1 + 5 x 5 + 10 x 6 = 125; 8 x 1 without a time
    "0.0006778",
)
BEDROCK = Case(
    [
        {
            "modelId": "plain",
            "timestamp": OLD,
            "usage": {
                "inputTokens": 100,
                "outputTokens": 10,
                "cacheReadInputTokens": 200,
                "cacheWriteInputTokens": 70,
                "cacheDetails": [
                    {"ttl": "1h", "inputTokens": 50},
                    {"ttl": "5m", "inputTokens": 20},
                ],
                "totalTokens": 380,
            },
        }
    ],
    1,
    {
        "input_tokens": 370,
        "cache_read_tokens": 200,
        "cache_write_tokens": 20,
        "cache_write_1h_tokens": 50,
        "output_tokens": 10,
    },
    # 100 x 2 + 200 x 0.2 + 20 x 2.5 + 50 x 4 + 10 x 10 = 590
    "0.00059",
)
BEDROCK_LOG = Case(
    [
        {
            "schemaType": "ModelInvocationLog",
            "schemaVersion": "1.0",
            "timestamp": OLD,
            "requestId": "q",
            "modelId": "arn:aws:bedrock:us-east-1::foundation-model/plain",
            "input": {
                "inputTokenCount": 10,
                "cacheReadInputTokenCount": 5,
                "inputBodyJson": {"x": 1},
            },
            "output": {"outputTokenCount": 3},
        },
        {
            "schemaType": "ModelInvocationLog",
            "timestamp": OLD,
            "modelId": "plain",
            "requestId": "r",
            "errorCode": "ThrottlingException",
        },
    ],
    1,
    {"input_tokens": 15, "cache_read_tokens": 5, "output_tokens": 3},
    "0.000051",  # 10 x 2 + 5 x 0.2 + 3 x 10
    {"failed": 1},
    failed=1,
)


def gemini(**counts: Any) -> dict[str, Any]:
    return {"modelVersion": "plain", "createTime": OLD, "usageMetadata": counts}


GEMINI = Case(
    [
        gemini(
            promptTokenCount=100,
            cachedContentTokenCount=40,
            toolUsePromptTokenCount=20,
            candidatesTokenCount=10,
            thoughtsTokenCount=30,
            totalTokenCount=160,
        ),
        {
            "method": "generateContentStream",
            "modelVersion": "plain",
            "createTime": OLD,
            "response": [
                {"usageMetadata": {"promptTokenCount": 50}},
                {"usageMetadata": {"promptTokenCount": 30, "candidatesTokenCount": 3}},
            ],
        },
    ],
    2,
    {"input_tokens": 150, "cache_read_tokens": 40, "output_tokens": 43, "reasoning_tokens": 30},
    "0.000658",  # 110 x 2 + 40 x 0.2 + 43 x 10
)
OPENAI_USAGE = Case(
    [
        {
            "object": "page",
            "data": [
                {
                    "object": "bucket",
                    "start_time": 1_775_037_600,
                    "end_time": 1_775_041_200,
                    "results": [
                        {
                            "model": "plain",
                            "input_tokens": 5_000,
                            "input_uncached_tokens": 3_000,
                            "input_cached_tokens": 1_800,
                            "input_cache_write_tokens": 200,
                            "output_tokens": 1_000,
                            "num_model_requests": 5,
                            "batch": True,
                        },
                        {"model": None, "input_tokens": 7, "num_model_requests": 1},
                    ],
                }
            ],
        }
    ],
    5,
    {
        "input_tokens": 5_000,
        "cache_read_tokens": 1_800,
        "cache_write_tokens": 200,
        "output_tokens": 1_000,
    },
    # half of 3000 x 2 + 1800 x 0.2 + 200 x 2.5 + 1000 x 10 = 16860
    "0.00843",
    {},
    {"no model": 1},
)
ANTHROPIC_PAGE = Case(
    [
        {
            "data": [
                {
                    "starting_at": OLD,
                    "ending_at": "2026-04-02T00:00:00Z",
                    "results": [
                        {
                            "model": "plain",
                            "uncached_input_tokens": 100,
                            "cache_read_input_tokens": 1_000,
                            "cache_creation": ANTHROPIC_USAGE["cache_creation"],
                            "output_tokens": 50,
                            "context_window": "0-200k",
                            "service_tier": "standard",
                            "server_tool_use": {"web_search_requests": 2},
                        }
                    ],
                }
            ],
            "has_more": False,
        }
    ],
    0,
    ANTHROPIC_TOKENS,
    ANTHROPIC_COST,
)
CASES = {
    "otlp": OTEL,
    "openinference": INFERENCE,
    "litellm": LITELLM,
    "langfuse": LANGFUSE,
    "anthropic": ANTHROPIC,
    "claude-code": CLAUDE_CODE,
    "codex": CODEX,
    "openai": OPENAI,
    "bedrock": BEDROCK,
    "bedrock-log": BEDROCK_LOG,
    "gemini": GEMINI,
    "openai-usage": OPENAI_USAGE,
    "anthropic-usage": ANTHROPIC_PAGE,
}
VENDORS = ("anthropic", "openai", "bedrock", "google")
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
