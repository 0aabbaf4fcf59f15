"""Traces and logs as tools write them, with sums that were computed by hand.

Prices are those of ``acme/plain`` a million tokens: before May 2026 input 2, read 0.2, written 2.5,
written for an hour 4, output 10, a thousand searches 10; from May on input 1, read 0.1, written
1.25, output 5, of which reasoning 6.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

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
