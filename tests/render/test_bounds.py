"""What a missing price, an unknown number and a range make of figures is marked on each of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from costplan import check, compare, estimate
from costplan.document.comparison import Comparison
from costplan.document.estimate import Estimate, EstimateDocument
from costplan.document.line_kinds import always_on, is_spare, keeps_right
from costplan.render import Look, render
from costplan.render.estimate_rows import purpose_rows
from costplan.render.figures import figure_rows
from costplan.render.results import draw_result
from costplan.store.files.documents import open_document

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2026, 11, 28)
SUPPORT = ROOT / "tests" / "golden" / "support-agent.json"
"""Its stack aws lacks a price, of a line that produces and is variable."""


def support() -> EstimateDocument:
    document = open_document(str(SUPPORT)).document
    assert isinstance(document, EstimateDocument)
    return document


def cells(estimates: Iterable[Estimate]) -> dict[str, list[str]]:
    return {row.title: row.cells for row in figure_rows(list(estimates))}


def marked(stack: Estimate) -> set[str]:
    """The figures of a stack that are bounds."""
    return {title for title, (text,) in cells([stack]).items() if text[:2] in (">=", "<=")}


def test_every_figure_that_a_missing_price_makes_too_low_is_marked() -> None:
    portable, aws = support().estimates[:2]
    assert not aws.unpriced[0].fixed
    whole = {"tokens", "total a month", "variable", "a request"}
    assert marked(aws) >= {*whole, "a trusted answer", "budget left", "overprovisioned"}
    assert not marked(aws) & {"fixed", "orchestration spend", "trusted answers", "vector-db"}
    assert marked(portable) == {"overprovisioned"}, "nodes that are always on"


@pytest.mark.parametrize(
    ("purpose", "fixed", "title"),
    [
        ("coordinate", False, "orchestration spend"),
        ("people", False, "orchestration spend"),
        ("idle", True, "overprovisioned"),
        ("produce", True, "fixed"),
    ],
)
def test_what_a_line_without_a_price_is_for_is_marked(
    purpose: str, fixed: bool, title: str
) -> None:
    stack = support().estimates[1]
    line = stack.unpriced[0]
    line.purpose, line.fixed = purpose, fixed
    assert title in marked(stack)
    (row,) = [row for row in purpose_rows(stack) if row[0] == purpose]
    assert row[1].startswith(">= ")


def test_a_page_in_every_form_marks_them() -> None:
    document = support()
    left = cells(document.estimates)["budget left"][1]
    assert left.startswith("<= -")
    for form in ("table", "markdown", "html"):
        page = render(document, form, Look(width=80))
        page = page.replace("&gt;", ">").replace("&lt;", "<").replace("\xa0", " ")
        page = page.replace("&nbsp;", " ")
        assert left in page, form
        assert f">= {document.estimates[1].cost_per_request:.3f}" in page, form


def test_what_is_always_on_makes_idle_spending_a_lower_bound() -> None:
    """Of nodes by the hour no part is idle, so that what is shown is the least it can be."""
    for stack in support().estimates:
        nodes = always_on(stack.lines)
        assert all(line.fixed and line.price.unit.endswith("-hour") for line in nodes)
        assert not any(is_spare(line) or line.component == "compute" for line in nodes)
        assert ("overprovisioned" in marked(stack)) == bool(nodes)
        assert bool(stack.facts_of("idle-unknown")) == bool(nodes)
    google = support().only("google")
    assert google.estimates[0].overprovisioned_compute == 0
    assert cells(google.estimates)["overprovisioned"] == [">= 0.00"]
    page = render(google, "table", Look(width=80))
    assert "not modelled: idle time (--full: why)" in page
    said = " ".join(render(google, "table", Look(width=80, full=True)).split())
    assert "idle time: google/vertex-vector-search is paid by the hour whatever comes" in said


def test_spending_is_of_the_lines_that_it_is_said_to_be_of() -> None:
    for stack in support().estimates:
        right = sum(line.amount or 0 for line in stack.lines if keeps_right(line))
        spare = sum(line.amount or 0 for line in stack.lines if is_spare(line))
        assert (right, spare) == (stack.orchestration_spend, stack.overprovisioned_compute)


UNCOUNTED = """name = "uncounted"
traffic.requests_per_month = 10_000
step = [{ name = "answer", model = "chat", input_tokens = 1_000, output_tokens = 500 }]
human.cost_per_case = 4
budget.monthly_total = 1_000
stack.a.chat = "openai/gpt-6.1-terra"
stack.b.chat = "openai/gpt-6.1-terra"
"""


def test_a_number_that_nobody_knows_is_no_zero_and_no_missing_price(tmp_path: Path) -> None:
    path = tmp_path / "w.toml"
    path.write_text(UNCOUNTED, "utf-8")
    document = estimate(path, as_of=DAY)
    verdict = check(path, as_of=DAY)
    pages = [
        render(document, form, Look(width=300, explain=form == "table", lines=True))
        for form in ("table", "markdown", "html", "sarif", "junit", "github")
    ]
    pages += [draw_result(verdict, form, Look(width=300)) for form in ("table", "markdown")]
    pages.append(render(compare(path, as_of=DAY), "table", Look(width=300)))
    for page in pages:
        assert not re.search(r"\b0 cases?\b", page)
        assert "price for workload" not in page
        assert "price of workload" not in page
        assert "workload cases" not in page.replace("human: workload cases (people)", "")
    assert "an unknown number of cases = unknown" in pages[0]
    assert "the number of cases is unknown" in pages[-1]
    assert pages[-1].count("the number of cases is unknown") == 1, "once for both stacks"
    assert "the number of cases is unknown" in pages[-2]


def ranged(tmp_path: Path, seconds: str, requests: str = "10_000") -> EstimateDocument:
    pytest.importorskip("numpy")
    path = tmp_path / "w.toml"
    path.write_text(
        f"""name = "ranged"
traffic.requests_per_month = {requests}
[[step]]
name = "answer"
model = "chat"
input_tokens = 1_000
output_tokens = 500
success = 0.9
seconds = {seconds}
[stack.a]
chat = "openai/gpt-6.1-terra"
[stack.b]
chat = "google/gemini-4-argon"
""",
        "utf-8",
    )
    return estimate(path, as_of=DAY)


SECONDS = "{ low = 1, likely = 2, high = 3 }"


def test_the_total_of_ranges_is_called_likely(tmp_path: Path) -> None:
    document = ranged(tmp_path, "2", "{ p5 = 5_000, p95 = 40_000 }")
    for form in ("table", "markdown", "html"):
        assert "total a month, likely" in render(document, form, Look(width=80)), form
    alone = render(document.only("a"), "table", Look(width=80))
    assert "total a month, likely" in alone
    assert "total a month, likely" not in render(support(), "table", Look(width=80))
    without = ranged(tmp_path, "2")
    assert "likely" not in render(without, "table", Look(width=80))


def test_ranges_that_move_nothing_are_one_line(tmp_path: Path) -> None:
    """How long a step takes is in no bill: every draw is the same month."""
    document = ranged(tmp_path, SECONDS)
    risk = document.estimates[0].risk
    assert risk is not None
    assert risk.monthly["p5"] == risk.monthly["p95"]
    page = render(document, "table", Look(width=80, full=True))
    assert "no range moves this month\n" in page
    for word in ("median", "bars:", "draws"):
        assert word not in page
        assert word not in render(document, "markdown", Look(width=80))
    assert "What a month may come to" not in render(document, "html", Look(width=80))


def spread_of(document: EstimateDocument, stack: str) -> str:
    page = render(document.only(stack), "table", Look(width=500, explain=True))
    start = page.index("the whole month")
    return page[start : page.index("\n\n", start)]


def test_a_month_s_spread_is_about_its_total() -> None:
    """Mean, deviation and quantiles are of the same figure: the total as it stands."""
    document = support()
    for stack in document.estimates:
        said = spread_of(document, stack.stack)
        outcomes = stack.reliability
        assert outcomes is not None
        sd = outcomes.month_sd(stack.requests)
        least = ">= " if stack.at_least else ""
        assert f"mean {least}{stack.total_monthly:,.2f}, standard deviation {sd:,.2f}" in said
        most = stack.total_monthly + Decimal("1.6448536269514722") * sd
        assert f"95 % of months cost at most {most:,.2f}" in said
        assert "one request, its variable cost alone: mean" in said


def test_requests_that_all_cost_the_same_have_no_spread(tmp_path: Path) -> None:
    document = ranged(tmp_path, "2")
    page = render(document.only("a"), "table", Look(width=500, explain=True))
    assert "the whole month" in page
    assert "of requests cost at most" not in page
    assert "one request" not in page


def test_figures_of_ways_say_whose_they_are() -> None:
    path = ROOT / "examples" / "support-agent.toml"
    document = compare(path, as_of=DAY)
    assert isinstance(document, Comparison)
    page = render(document, "table", Look(width=80))
    titles = next(line for line in page.splitlines() if line.startswith("stack"))
    assert titles.index("in the file") < titles.index("at 99 %") < titles.index("right")
    assert "From 'at 99 %' on: each stack's best way." in page
    whose = "and what follows: each stack's best way, not its plan in the file"
    assert whose in render(document, "table", Look(width=80, full=True))
    assert whose in render(document, "markdown", Look(width=80))
    assert whose in render(document, "html", Look(width=80)).replace("&#x27;", "'")
    assert "compute    alone does not reach 99 %: votes end at" in page
    full = " ".join(render(document, "table", Look(width=80, full=True)).split())
    hosted, alone = full.index("this plan, hosted otherwise"), full.index("by compute alone")
    assert hosted < full.index("2 warm idle replicas 99") < alone
    assert alone < full.index("2 warm idle replicas, unchecked")


def test_a_gap_names_both_bills() -> None:
    document = compare(ROOT / "examples" / "support-agent.toml", as_of=DAY)
    page = " ".join(render(document, "table", Look(width=80, full=True)).split())
    for ways in document.strategies:
        plan, gap = ways.options[0], ways.gap
        assert gap
        assert plan.monthly is not None
        assert plan.reliability is not None
        able = [
            way.monthly
            for way in ways.options
            if way.monthly is not None and (way.reliability or 0) >= plan.reliability
        ]
        least = ">= " if plan.at_least else ""
        said = f"costs {least}{min(able):,.0f} a month, the plan {least}{plan.monthly:,.0f}: "
        assert f"{said}{plan.monthly - min(able):,.0f} less" in page


@pytest.mark.parametrize("height", [23, 21, 19, 17, 15])
@pytest.mark.parametrize("name", ["support-agent", "research-agents", "document-rag"])
def test_a_low_screen_keeps_what_counts(height: int, name: str) -> None:
    document = estimate(ROOT / "examples" / f"{name}.toml", as_of=DAY)
    page = render(document, "table", Look(width=80, height=height)).splitlines()
    assert len(page) <= height
    rows = {line.split("  ")[0].strip() for line in page}
    assert {"total a month", "trusted answers"} <= rows
    assert any(line.startswith("announced: ") for line in page)


@pytest.mark.parametrize("height", [23, 21, 19, 18])
@pytest.mark.parametrize("name", ["support-agent", "research-agents", "uncertain"])
def test_a_low_screen_keeps_the_answer(height: int, name: str) -> None:
    document = compare(ROOT / "examples" / f"{name}.toml", as_of=DAY)
    page = render(document, "table", Look(width=80, height=height)).splitlines()
    assert len(page) <= height
    assert any(line.startswith("do this") for line in page)
