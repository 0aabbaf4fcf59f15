"""``costplan mcp`` asked by the official client, in both eras of the protocol.

The client brings thirty distributions and 70 MB (cryptography, starlette, opentelemetry), and its
import takes a second: it is no part of ``costplan[dev]``. ``pip install 'mcp>=2.3'`` lets this run;
``tests/agents/test_mcp_contract.py`` holds the same contract in every run.
"""

from __future__ import annotations

import asyncio
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SUPPORT = "examples/support-agent.toml"
CALLS: dict[str, dict[str, Any]] = {
    "estimate": {"workload": SUPPORT},
    "compare": {"workload": SUPPORT, "at_reliability": 0.99},
    "check": {"workload": SUPPORT},
    "price_offer": {"offer": "openai/gpt-6.1-terra", "quantities": {"input_tokens": 1000}},
    "search_offers": {"words": "claude sonnet"},
    "explain": {"term": "step.max_attempts"},
    "what_if": {"workload": SUPPORT, "set": ["traffic.requests_per_month=20000"]},
}

pytest.importorskip("mcp", minversion="2.3", reason="the official client is not installed")


@pytest.mark.parametrize("mode", ["legacy", "auto", "2026-07-28"])
def test_the_official_client_lists_and_calls_every_tool(mode: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        asyncio.run(_session(mode))


async def _session(mode: str) -> None:
    from mcp.client.client import Client
    from mcp.client.stdio import StdioServerParameters, stdio_client

    server = StdioServerParameters(
        command=sys.executable, args=["-m", "costplan", "mcp"], cwd=str(ROOT)
    )
    async with Client(stdio_client(server), mode=mode) as client:
        listed = await client.list_tools()
        assert [one.name for one in listed.tools] == [*CALLS]
        for name, arguments in CALLS.items():
            result = await client.call_tool(name, arguments)  # checked against its output schema
            assert not result.is_error, (name, result.content)
            assert result.structured_content
            assert len(result.model_dump_json(by_alias=True)) < 8_000, name
        wrong = await client.call_tool("estimate", {"workload": "../../etc/passwd"})
        assert wrong.is_error
        assert "outside" in wrong.content[0].text
