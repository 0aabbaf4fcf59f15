"""A client of ``costplan mcp`` as small as can be: lines to a real process, and its lines back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from run import ROOT, process

SUPPORT = "examples/support-agent.toml"
META = "io.modelcontextprotocol/"
ENVELOPE = {META + "protocolVersion": "2026-07-28", META + "clientCapabilities": {}}
CALLS: dict[str, dict[str, Any]] = {
    "estimate": {"workload": SUPPORT},
    "compare": {"workload": SUPPORT},
    "check": {"workload": SUPPORT},
    "price_offer": {"offer": "openai/gpt-6.1-terra", "quantities": {"input_tokens": 1000}},
    "search_offers": {"words": "claude sonnet"},
    "explain": {"term": "trusted answers"},
    "what_if": {"workload": SUPPORT, "set": ["traffic.requests_per_month=20000"]},
}
"""One call of each tool, all that can be of the support agent."""


def request(name: Any, method: str, params: Any = None) -> str:
    said = {"jsonrpc": "2.0", "id": name, "method": method}
    return json.dumps(said if params is None else {**said, "params": params})


def call(name: Any, tool: str, arguments: Any = None) -> str:
    return request(name, "tools/call", {"name": tool, "arguments": arguments or {}})


def talk(lines: Sequence[str | bytes], folder: Path = ROOT, *words: str) -> list[Any]:
    """Every answer of a server in a process of its own, which then leaves by itself."""
    data = b"".join((one.encode() if isinstance(one, str) else one) + b"\n" for one in lines)
    ran = process(*words, "mcp", folder=folder, stdin=data)
    assert (ran.code, ran.err) == (0, "")
    return [json.loads(line) for line in ran.out.splitlines()]
