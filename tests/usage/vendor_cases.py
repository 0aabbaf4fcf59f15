"""Usage as vendors and their agents write it, with sums that were computed by hand.

Prices are those of ``acme/plain`` a million tokens: before May 2026 input 2, read 0.2, written 2.5,
written for an hour 4, output 10, a thousand searches 10; from May on input 1, read 0.1, written
1.25, output 5, of which reasoning 6.
"""

from __future__ import annotations

from typing import Any

from trace_cases import OLD, Case

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
COHERE = Case(
    [
        {
            "id": "c",
            "model": "plain",
            "created_at": OLD,
            "usage": {
                "billed_units": {"input_tokens": 100, "output_tokens": 20},
                "tokens": {"input_tokens": 900, "output_tokens": 25},
            },
        }
    ],
    1,
    {"input_tokens": 100, "output_tokens": 20},
    "0.0004",  # 100 x 2 + 20 x 10
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
