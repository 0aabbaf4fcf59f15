"""The vocabulary of policies: every figure against the estimate's own JSON, and the guide."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from costplan.catalog.expression import ExpressionError, condition
from costplan.document.estimate import EstimateDocument
from costplan.document.saved import plain
from costplan.plan.judge.figures import Subject
from costplan.plan.judge.measures import MEASURES
from costplan.plan.judge.ruleset import LIMITS, faults
from costplan.record import read
from costplan.words import CATEGORIES
from costplan.workload.budget import KEYS, RuleFile

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "budgets.md").read_text(encoding="utf-8")


@cache
def example() -> EstimateDocument:
    import costplan

    return costplan.estimate(ROOT / "examples" / "support-agent.toml", as_of=date(2026, 11, 22))


def figures(at: int) -> dict[str, Decimal | None]:
    made = example()
    about = Subject(
        document=made, estimate=made.estimates[at], baseline=None, vendor_of=lambda offer: "one"
    )
    return {name: one.of(about).value for name, one in MEASURES.items()}


def test_figures_are_those_of_the_saved_estimate() -> None:
    for at, data in enumerate(plain(example())["estimates"]):
        found = figures(at)
        same = (
            "total_monthly",
            "list_monthly",
            "fixed_monthly",
            "variable_monthly",
            "orchestration_spend",
            "overprovisioned_compute",
            "cost_per_request",
            "cost_per_trusted_answer",
            "requests_per_month",
            "seats",
        )
        assert {name: found[name] for name in same} == {name: data[name] for name in same}
        outcome = data["reliability"]
        for name in ("silent", "escalated", "aborted", "silent_per_month", "cases_per_month"):
            assert found[name] == outcome[name]
        assert found["reliability"] == outcome["trusted"]
        assert found["reliability_target"] == outcome["target"] == Decimal("0.99")
        assert found["trusted_per_month"] == outcome["trusted_per_month"]


def test_components_and_purposes_add_up_to_the_total() -> None:
    for at in range(len(example().estimates)):
        found = figures(at)
        for head in ("component_", "purpose_"):
            parts = [one for name, one in found.items() if name.startswith(head)]
            assert sum(one for one in parts if one is not None) == found["total_monthly"]


def test_ages_and_counts_are_those_of_the_lines() -> None:
    for at, made in enumerate(example().estimates):
        found = figures(at)
        days = [
            (example().as_of - one.price.checked).days
            for one in made.lines
            if one.price.confidence != "stated"
        ]
        assert found["price_age_max_days"] == max(days)
        assert found["unpriced_lines"] == len(made.unpriced)
        stale = {one.subject for one in made.facts_of("stale-price")}
        assert (found["stale_lines"] or 0) >= len(stale)
        assert bool(found["stale_lines"]) == bool(stale)
        assert found["lines"] == len(made.lines)
        assert found["stacks"] == 4


def test_every_component_has_a_figure() -> None:
    names = {f"component_{name.replace('-', '_')}" for name in (*CATEGORIES, "other")}
    assert names == {name for name in MEASURES if name.startswith("component_")}


def rows(title: str) -> list[list[str]]:
    """The rows of the table under a heading of the guide."""
    part = GUIDE.partition(f"## {title}\n")[2].partition("\n## ")[0]
    found = [
        [cell.strip().strip("`") for cell in line.strip("| ").split(" | ")]
        for line in part.splitlines()
        if line.startswith("| `")
    ]
    assert found, title
    return found


def test_the_guide_has_every_figure_with_its_unit_and_meaning() -> None:
    written = [
        [name.strip(), unit, meaning.removesuffix(" |").strip()]
        for name, unit, meaning in rows("Figures")
    ]
    assert written == [[name, one.unit, one.meaning] for name, one in MEASURES.items()]


def test_the_guide_has_every_limit_with_its_figure_and_option() -> None:
    written = [
        [key.split(".")[0], figure, option.split(" ")[0]]
        for key, figure, option, _ in rows("Limits")
    ]
    assert written == [[key, *both] for key, both in LIMITS.items()]
    assert set(LIMITS) == {*KEYS, "component"}


CONDITIONS: list[tuple[str, dict[str, Any], bool]] = [
    ("a > 1", {"a": 2}, True),
    ("a > 1 and b < 1 or a == 2", {"a": 2, "b": 3}, True),
    ("max(a, 3) > 3", {"a": 2}, False),
    ("(a if a > 1 else 0) > 1", {"a": 2}, True),
]


@pytest.mark.parametrize(("text", "given", "holds"), CONDITIONS)
def test_conditions_hold(text: str, given: dict[str, Any], holds: bool) -> None:
    values = {name: Decimal(one) for name, one in given.items()}
    assert condition(text).holds(values) is holds
    assert condition(text).names == values.keys()


NO_CONDITIONS = {
    "a": "not a condition",
    "a + 1": "not a condition",
    "": "not a formula",
    "a >": "not a formula",
    "1 < a < 3": "one comparison at a time",
    "not a > 1": "turn the comparison round",
    "a > 1) or (b > 2": "not a formula",
    "__import__('os') > 1": "is not allowed",
    "a = 3": "use == to compare",
    "(a > 1) + (b > 2) > 1": "a condition is not a number",
    "a > 1\nb > 2": "is not allowed",
    "a" * 401 + " > 1": "more than 400",
    "(" * 190 + "a" + ")" * 190: "not a condition",
}


@pytest.mark.parametrize("text", NO_CONDITIONS, ids=lambda text: text[:20])
def test_what_is_no_condition(text: str) -> None:
    with pytest.raises(ExpressionError, match=NO_CONDITIONS[text]):
        condition(text)


def test_the_rules_in_the_guide_are_sound() -> None:
    texts = [part.partition("```")[0] for part in GUIDE.split("```toml\n")[1:]]
    found = [read(RuleFile, tomllib.loads(text, parse_float=Decimal)) for text in texts]
    assert [len(one.policy) for one in found] == [2, 0]
    for one in found:
        assert one.budget is not None
        assert faults(one.budget, one.policy, ["portable", "own-gpu"]) == []
