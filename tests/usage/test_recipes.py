"""The recipes of docs/usage.md, taken from the page, on a record as each tool writes it."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from run import ROOT
from usage_cases import lines, read

from costplan.store.traces.mapping import mapping_of

PAGE = (ROOT / "docs" / "usage.md").read_text("utf-8")
PAIR = re.compile(r"(\w+)=((?:(?! \w+=).)+)")
RECORDS: dict[str, dict[str, Any]] = {
    "LangSmith bulk export (Parquet)": {
        "name": "answer",
        "run_type": "llm",
        "start_time": "2026-06-01T10:00:00",
        "extra": '{"metadata": {"ls_model_name": "plain", "ls_provider": "acme"}}',
        "prompt_tokens": 1_000,
        "completion_tokens": 100,
        "outputs": '{"usage_metadata": {"input_token_details": {"cache_read": 400}}}',
        "error": None,
    },
    "Helicone (CSV, JSON lines)": {
        "request_created_at": "2026-06-01T10:00:00Z",
        "model": "acme/plain",
        "prompt_tokens": 1_000,
        "completion_tokens": 100,
        "user_id": "u",
        "error": "",
    },
    "OpenRouter activity (CSV)": {
        "created_at": "2026-06-01 10:00:00",
        "model_permaslug": "plain",
        "tokens_prompt": 1_000,
        "tokens_completion": 100,
        "tokens_reasoning": 20,
        "tokens_cached": 400,
        "cost_total": 0.01,
        "cancelled": "false",
    },
    "Gemini CLI sessions": {
        "sessionId": "s",
        "messages": [
            {"id": "q", "type": "user", "timestamp": "2026-06-01T10:00:00Z"},
            {
                "id": "a",
                "type": "gemini",
                "timestamp": "2026-06-01T10:00:01Z",
                "model": "plain",
                "tokens": {
                    "input": 900,
                    "tool": 100,
                    "output": 80,
                    "thoughts": 20,
                    "cached": 400,
                    "total": 1_100,
                },
            },
        ],
    },
}
# 600 x 1 + 400 x 0.1 + 100 x 5, or 1,000 x 1 without a cached part; of 100 output 20 at 6
COSTS = dict(zip(RECORDS, ("0.00114", "0.0015", "0.00116", "0.00116"), strict=True))


def recipes() -> dict[str, dict[str, str]]:
    rows = re.findall(r"^\| ([^|`]+) \| (?:keep [^;]+; )?`([^`]+)` \|$", PAGE, re.M)
    return {tool.strip(): dict(PAIR.findall(recipe)) for tool, recipe in rows}


def test_every_recipe_has_a_record() -> None:
    assert set(recipes()) == set(RECORDS)


@pytest.mark.parametrize("tool", RECORDS)
def test_a_recipe_reads_its_tools_usage(tool: str, tmp_path: Path) -> None:
    said = [f"{name}={path}" for name, path in recipes()[tool].items()]
    names = tmp_path / "names.toml"
    vendors = ("openrouter", "google")
    models = "".join(f'"{vendor}/plain" = "acme/plain"\n' for vendor in vendors)
    names.write_text(f"[map]\n{models}", encoding="utf-8")
    path = lines(tmp_path / "log.jsonl", [RECORDS[tool]])
    made = read(path, mapping=mapping_of([*said, str(names)]))
    assert made.questions == ()
    assert made.traffic.requests == 1
    assert made.totals[0].low == Decimal(COSTS[tool])
