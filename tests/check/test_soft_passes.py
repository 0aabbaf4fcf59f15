"""What makes a bill small without being a price is told with the verdict, and so is a new bill."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from check_cases import document, judged, line, only, rules, stack

from costplan.document.line import LineItem
from costplan.document.verdict import CheckDocument
from costplan.facts import fact
from costplan.plan.judge.check import check
from costplan.plan.judge.figures import Against, NoBaseline

D = Decimal


def told(*lines: LineItem) -> dict[str, dict[str, Any]]:
    """The facts of a check that passes, by their code."""
    verdicts = judged(document(stack("a", *lines)), {"monthly_total": 10**6})
    return {about.code: dict(about.values) for about in verdicts.facts}


def test_a_bill_that_costs_something_passes_without_a_word() -> None:
    assert told(line("acme/chat", "60"), line("acme/plan", "30", fixed=True)) == {}


@pytest.mark.parametrize(
    ("amount", "percent"), [("50", None), ("49.99", "50.01"), ("20", "80"), ("100", None)]
)
def test_more_than_half_taken_off_is_told(amount: str, percent: str | None) -> None:
    """Of 100 at list, of which one line of 1 has nothing off it."""
    rest = D(amount) - 1
    facts = told(
        line("acme/chat", "1"), line("acme/more", str(rest), list_amount=D(99)), line("x/y", "0")
    )
    assert facts == ({} if percent is None else {"share-taken-off": {"percent": D(percent)}})


def test_an_offer_that_is_wholly_taken_off_is_told_once() -> None:
    free = line("acme/chat", "0", list_amount=D(5))
    verdicts = judged(
        document(stack("a", free, free, line("acme/plan", "10"))), {"monthly_total": 10}
    )
    assert [(about.code, about.values) for about in verdicts.facts] == [
        ("all-taken-off", {"offer": "acme/chat"})
    ]
    # a free tier has nothing to take off, a missing price is not known to be nothing
    assert told(line("acme/chat", "0"), line("acme/plan", "9")) == {}
    assert told(line("acme/plan", "9"), line("acme/odd", None)) == {}


def test_a_bill_of_nothing_is_told_where_every_price_is_known() -> None:
    assert told(line("acme/chat", "0"), line("acme/plan", "0")) == {
        "comes-to-nothing": {"lines": 2}
    }
    assert told(line("acme/chat", "0"), line("acme/odd", None)) == {}
    assert told() == {"nothing-bought": {}}


NEW = NoBaseline(fact("no-baseline"), "save one", new=True)


def of_new(budget: dict[str, Any], without: NoBaseline = NEW) -> CheckDocument:
    return check(
        document(stack("a", line("acme/chat", "60"))),
        [rules(budget)],
        subject="probe.json",
        vendor_of=lambda offer: "acme",
        against=Against(None, None, without),
    )


def test_what_is_new_is_judged_by_its_total_in_place_of_a_percentage() -> None:
    """Only where a total is limited that denies: a percentage of nothing says nothing."""
    both = of_new({"increase_percent": 10, "monthly_total": 100})
    assert [verdict.rule for verdict in both.verdicts] == ["monthly_total"]
    assert [about.code for about in both.facts] == ["new-is-judged"]
    assert of_new({"increase_percent": 10, "monthly_total": 50}).exit_code == 1
    for budget in (
        {"increase_percent": 10},
        {"increase_percent": 10, "component": {"tokens": 100}},
        {"increase_percent": 10, "monthly_total": {"warn": 100}},
    ):
        verdicts = of_new(budget)
        assert only(verdicts, "increase_percent").status == "unknown"
        assert "new-is-judged" not in {about.code for about in verdicts.facts}
    assert only(of_new({"increase": 60}), "increase").status == "pass"
    assert only(of_new({"increase": 59}), "increase").status == "deny"


def test_what_has_no_known_baseline_is_not_taken_for_new() -> None:
    lost = NEW._replace(new=False)
    verdicts = of_new({"increase_percent": 10, "increase": 100, "monthly_total": 100}, lost)
    statuses = {verdict.rule: verdict.status for verdict in verdicts.verdicts}
    assert statuses == {
        "monthly_total": "pass",
        "increase": "unknown",
        "increase_percent": "unknown",
    }
