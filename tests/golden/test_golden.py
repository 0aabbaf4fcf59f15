"""Golden files: what a reader and a program are shown, letter by letter, on 2026-11-22.

They price from the catalogue beside them and not from the one that ships, whose prices move on.
They show change; truth is checked below them, by a few lines that add up every golden JSON on
their own. After a change that is meant: COSTPLAN_UPDATE_GOLDEN=1 python -m pytest tests/golden,
then read the diff.
"""

from __future__ import annotations

import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from costplan.cli import run

HERE = Path(__file__).resolve().parent
DAY = ("--as-of", "2026-11-22")
AT = ("--at", "2026-11-22T12:00:00Z")
JSON = ("--format", "json")
OPUS = ("price", "bedrock/us.anthropic.claude-opus-5-5", "input_tokens=200000")
OPUS = (*OPUS, "output_tokens=5000", *AT)
SEATS = ("price", "langsmith/plus", "seats=4", "traces=30000", *AT)
TIERS = ("price", "google/gemini-4-argon", "input_tokens=300000", "output_tokens=2000", *AT)


def example(name: str, *options: str) -> tuple[str, ...]:
    return ("estimate", str(HERE / f"{name}.toml"), *DAY, *options)


# The golden file, the terminal's width, the arguments.
CASES: dict[str, tuple[int, tuple[str, ...]]] = {
    "minimal-80.txt": (80, example("minimal")),
    "minimal-60.txt": (60, example("minimal")),
    "minimal-explain.txt": (100, example("minimal", "--explain")),
    "minimal.json": (80, example("minimal", *JSON)),
    "support-agent-80.txt": (80, example("support-agent")),
    "support-agent-60.txt": (60, example("support-agent")),
    "support-agent-explain.txt": (
        100,
        example("support-agent", "--stack", "portable", "--explain"),
    ),
    "support-agent.json": (80, example("support-agent", *JSON)),
    "support-agent-horizon.json": (
        80,
        example("support-agent", "--stack", "aws", "--set", "horizon_months=3", *JSON),
    ),
    "minimal-comparison.json": (
        80,
        ("compare", str(HERE / "minimal.toml"), *DAY, "--levers", *JSON),
    ),
    "minimal-comparison.txt": (80, ("compare", str(HERE / "minimal.toml"), *DAY, "--levers")),
    "price-opus.txt": (80, OPUS),
    "price-opus-explain.txt": (80, (*OPUS, "--explain")),
    "price-opus.json": (80, (*OPUS, *JSON)),
    "price-seats.txt": (60, SEATS),
    "price-seats.json": (80, (*SEATS, *JSON)),
    "price-tiers.json": (80, (*TIERS, *JSON)),
}
DOCUMENTS = [name for name in CASES if name.endswith(".json")]


@pytest.mark.usefixtures("fixed_prices")
@pytest.mark.parametrize("name", CASES)
def test_output_is_what_it_was(
    name: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    width, arguments = CASES[name]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    code = run(list(arguments))
    said = capsys.readouterr()
    assert (code, said.err) == (0, "")
    golden = HERE / name
    if os.environ.get("COSTPLAN_UPDATE_GOLDEN"):
        golden.write_text(said.out, encoding="utf-8")
    assert said.out == golden.read_text(encoding="utf-8")
    if name.endswith(".txt"):
        assert max(map(len, said.out.splitlines())) <= width


def test_every_golden_file_has_its_case() -> None:
    found = {path.name for path in HERE.iterdir() if path.suffix in (".txt", ".json")}
    assert found == set(CASES)


def test_no_golden_file_stands_twice() -> None:
    kept: dict[bytes, Path] = {}
    for folder in (HERE, HERE.parent / "data" / "saved"):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix in (".txt", ".json", ".md", ".csv", ".html", ".xml"):
                assert kept.setdefault(path.read_bytes(), path) == path


def read(name: str) -> Any:
    text = (HERE / name).read_text(encoding="utf-8")
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


def check_lines(lines: list[Any], total: Decimal) -> None:
    """Amounts add up, each is quantity x price / per, and each can be defended."""
    assert sum(line["amount"] or 0 for line in lines) == total
    for line in lines:
        assert line["source"]
        assert line["since"]
        assert line["checked"] <= "2026-11-22"
        if line["price"] is not None:
            listed = line["quantity"] * line["price"] / line["per"]
            assert abs(listed - line["list_amount"]) < Decimal("1e-9")
            assert line["amount"] <= line["list_amount"]
        else:
            assert line["amount"] is None


def check_stack(stack: Any) -> None:
    lines = [line for one in stack["components"] for line in one["line_items"]]
    total = stack["total_monthly"]
    check_lines(lines, total)
    assert stack["fixed_monthly"] + stack["variable_monthly"] == total
    assert stack["fixed_monthly"] == sum(one["amount"] or 0 for one in lines if one["fixed"])
    assert sum(stack["by_purpose"].values()) == total
    for purpose, amount in stack["by_purpose"].items():
        assert amount == sum(one["amount"] or 0 for one in lines if one["purpose"] == purpose)
    for one in stack["components"]:
        assert one["total"] == sum(line["amount"] or 0 for line in one["line_items"])
        assert one["total"] == one["fixed"] + one["variable"]
        assert all(line["component"] == one["component"] for line in one["line_items"])
    unpriced = [line["charge"] for line in lines if line["amount"] is None]
    assert [one["charge"] for one in stack["unpriced"]] == unpriced
    assert stack["at_least"] == bool(unpriced)
    if stack["budget"]:
        assert stack["budget"]["headroom"] == stack["budget"]["monthly_total"] - total
    months = stack.get("months", [])
    for month in months:
        assert month["total"] == month["recurring"] + month["one_off"]
    if months:
        assert months[0]["recurring"] == total
        assert stack["horizon_total"] == sum(month["total"] for month in months)
        assert abs(stack["mean_monthly"] * len(months) - stack["horizon_total"]) < 1


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_golden_document_adds_up(name: str) -> None:
    document = read(name)
    document = document.get("estimate", document)
    if "estimates" in document:
        assert document["estimates"]
        for stack in document["estimates"]:
            check_stack(stack)
    else:
        check_lines(document["line_items"], document["total"])
        assert len(document["unpriced"]) == sum(
            line["amount"] is None for line in document["line_items"]
        )


def test_golden_tables_show_the_documents_totals() -> None:
    for name in ("minimal", "support-agent"):
        table = (HERE / f"{name}-80.txt").read_text(encoding="utf-8")
        for stack in read(f"{name}.json")["estimates"]:
            assert f"{stack['total_monthly']:,.2f}" in table
            assert stack["stack"] in table
