"""Documents as notebooks take them: frames with our numbers, HTML that stays in its cell, and the
example notebook, run from its first cell to its last."""

from __future__ import annotations

import builtins
import json
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import costplan
from costplan.document.entries import FIELDS
from costplan.document.options import WAY_FIELDS

pandas = pytest.importorskip("pandas")
ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "support-agent.toml"
DAY = date(2026, 11, 22)


def test_an_estimate_s_frame_has_its_lines_and_comes_to_its_totals() -> None:
    document = costplan.estimate(EXAMPLE, as_of=DAY)
    frame = document.to_frame()
    assert list(frame.columns) == list(FIELDS)
    totals = frame.groupby("stack")["amount"].sum()
    for estimate in document.estimates:
        assert totals[estimate.stack] == pytest.approx(float(estimate.total_monthly), rel=1e-12)
    assert pandas.Timestamp(2020, 1, 1) < frame["checked"].min() <= frame["checked"].max()
    assert frame["amount"].isna().sum() == sum(len(one.unpriced) for one in document.estimates)


def test_other_documents_have_ways_verdicts_changes_and_charges() -> None:
    compared = costplan.compare(EXAMPLE, as_of=DAY, stacks="portable")
    ways = compared.to_frame()
    assert list(ways.columns) == list(WAY_FIELDS)
    plan = ways[ways["kind"] == "plan"].iloc[0]
    (estimate,) = compared.estimates
    assert plan["monthly"] == pytest.approx(float(estimate.total_monthly))
    verdicts = costplan.check(EXAMPLE, {"monthly_total": 1}, as_of=DAY).to_frame()
    assert "deny" in set(verdicts["status"])
    doubled = costplan.load_workload(EXAMPLE, changes="traffic.requests_per_month=20_000")
    changes = costplan.diff(EXAMPLE, doubled, as_of=DAY).to_frame()
    assert (changes["head"] > changes["base"]).any()
    bill = costplan.price("openai/gpt-5", input_tokens=1_000_000, output_tokens=1)
    assert bill.to_frame()["amount"].sum() == pytest.approx(float(bill.total))


def test_a_library_that_is_not_there_is_an_error_with_its_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bill = costplan.price("openai/gpt-5", input_tokens=1)
    with pytest.raises(costplan.BadUsage, match="no frames of 'panda'"):
        bill.to_frame("panda")
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.partition(".")[0] in ("pandas", "polars"):
            raise ImportError(name)
        return real(name, *rest)

    import importlib

    monkeypatch.setattr(importlib, "import_module", lambda name: without(name))
    monkeypatch.setattr("costplan.api.notebooks.import_module", lambda name: without(name))
    with pytest.raises(costplan.BadUsage, match="pandas or polars, which is not installed"):
        bill.to_frame()


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.left: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.opened.append(tag)
        self.left.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.left.pop() == tag


def test_a_cell_shows_the_answer_and_no_style_script_or_picture_of_elsewhere() -> None:
    estimate = costplan.estimate(EXAMPLE, as_of=DAY)
    compared = costplan.compare(EXAMPLE, as_of=DAY, stacks=("portable", "aws"))
    shown = {
        "table": estimate._repr_html_(),
        "pre": compared._repr_html_(),
    }
    for tag, html in shown.items():
        assert html is not None
        tags = Tags(html)
        assert tags.left == []
        assert tag in tags.opened
        assert not {"style", "script", "link", "img"} & set(tags.opened)
    assert "3,938.66" in shown["table"]
    assert "do this" in shown["pre"]
    assert "\\n" not in shown["pre"]


def test_names_are_escaped_in_a_cell(tmp_path: Path) -> None:
    hostile = tmp_path / "w.toml"
    text = EXAMPLE.read_text(encoding="utf-8")
    hostile.write_text(text.replace("support-agent", "<script>x", 1), encoding="utf-8")
    html = costplan.estimate(hostile, as_of=DAY)._repr_html_()
    assert html is not None
    assert "<script" not in html


def test_the_example_notebook_runs_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    path = ROOT / "examples" / "plan.ipynb"
    book = json.loads(path.read_text(encoding="utf-8"))
    assert book["nbformat"] == 4
    monkeypatch.chdir(path.parent)
    names: dict[str, Any] = {}
    cells = [one for one in book["cells"] if one["cell_type"] == "code"]
    for number, cell in enumerate(cells):
        assert cell["outputs"] == [], "outputs are the reader's own"
        source = "".join(cell["source"])
        exec(compile(source, f"cell {number}", "exec"), names)  # noqa: S102
    assert names["cheapest"] == "portable"
    assert 0.8 < names["people"] < 1
