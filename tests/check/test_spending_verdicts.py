"""A month by real usage against its limits, from bounds and doubts that are given."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from check_cases import rules

from costplan.document.verdict import Verdict
from costplan.facts import said
from costplan.plan.judge.spending import Doubt, Judged, spending_verdicts
from costplan.plan.usage.coverage import Projection
from costplan.plan.usage.spending import Bounds, Spent

D = Decimal
LAST = date(2026, 6, 30)
KNOWN = Projection(LAST.replace(day=1), LAST, None, D(0), 0)
"""A month that is over."""
OPEN = KNOWN._replace(remaining=D(7))
DOUBT = Doubt(said("reason", "a record is broken"), "mend it")
PRICE = Doubt(said("reason", "a model has no offer"), "map it", waits_for_price=True)


def spent(low: int, high: int, projection: Projection = KNOWN, *missing: str) -> Spent:
    """Tokens between two bounds, and 10 of the plan's others."""
    tokens, monthly = Bounds(D(low), D(high)), Bounds(D(low + 10), D(high + 10))
    return Spent(projection, tokens, tokens, D(10), monthly, missing)


def judged(
    month: Spent | None, *doubts: Doubt, limit: object = 100, **budget: Any
) -> tuple[Verdict, Verdict]:
    """The verdicts on tokens and on the month."""
    limits = {"component": {"tokens": limit}, "monthly_total": limit, **budget}
    verdicts = spending_verdicts(Judged("a", month, doubts, ()), [rules(limits)], "USD")
    of_rule = {verdict.rule: verdict for verdict in verdicts}
    return of_rule["projected_component tokens"], of_rule["projected_monthly_total"]


def test_the_month_and_its_tokens_have_a_limit_each() -> None:
    tokens, month = judged(spent(95, 95))
    assert (tokens.status, tokens.figure, tokens.headroom) == ("pass", 95, 5)
    assert (month.status, month.figure, month.headroom) == ("deny", 105, -5)
    assert not tokens.at_least
    assert not month.at_least
    assert tokens.path == ("budget", "component", "tokens")
    assert judged(spent(100, 100))[0].status == "pass"


def test_a_limit_of_the_stack_takes_the_place_of_the_same_one() -> None:
    tokens, month = judged(spent(95, 95), stack={"a": {"monthly_total": 105}})
    assert (tokens.deny, month.deny, month.status) == (100, 105, "pass")
    assert month.path == ("budget", "stack", "a", "monthly_total")
    tokens, month = judged(spent(95, 95), stack={"a": {"component": {"tokens": 94}}})
    assert (tokens.status, month.deny) == ("deny", 100)


@pytest.mark.parametrize(
    ("low", "high", "status", "figure", "at_least"),
    [
        (80, 100, "pass", 100, False),
        (101, 200, "deny", 200, False),
        (80, 101, "unknown", None, True),  # which side of the limit cannot be told
        (80, 80, "pass", 80, False),
    ],
)
def test_two_bounds_on_one_side_are_no_doubt(
    low: int, high: int, status: str, figure: int | None, *, at_least: bool
) -> None:
    tokens, _ = judged(spent(low, high))
    assert (tokens.status, tokens.figure, tokens.at_least) == (status, figure, at_least)
    assert tokens.waits_for_price is False


def test_bounds_about_a_warning_are_told_apart_too() -> None:
    tokens, _ = judged(spent(80, 95), limit={"warn": 90, "deny": 100})
    assert tokens.status == "unknown"
    tokens, _ = judged(spent(91, 95), limit={"warn": 90, "deny": 100})
    assert (tokens.status, tokens.figure) == ("warn", 95)


@pytest.mark.parametrize("doubt", [DOUBT, PRICE])
def test_what_is_in_doubt_is_the_least_it_can_be(doubt: Doubt) -> None:
    """Below its limit it stays open; above, it is denied all the same, and by the lower bound."""
    tokens, _ = judged(spent(80, 90), doubt)
    assert (tokens.status, tokens.why, tokens.at_least) == ("unknown", doubt.why, True)
    assert tokens.figure == (80 if doubt.waits_for_price else None)
    assert tokens.waits_for_price is doubt.waits_for_price
    tokens, _ = judged(spent(101, 900), doubt)
    assert (tokens.status, tokens.figure, tokens.at_least) == ("deny", 101, True)
    tokens, _ = judged(spent(99, 900), doubt)
    assert tokens.status == "unknown"


def test_what_no_price_mends_is_said_first() -> None:
    tokens, _ = judged(spent(80, 80), PRICE, DOUBT)
    assert (tokens.why, tokens.remedy, tokens.waits_for_price) == (DOUBT.why, "mend it", False)


def test_a_month_whose_end_is_open_is_what_was_used_so_far() -> None:
    tokens, _ = judged(spent(80, 200, OPEN), DOUBT)
    assert tokens.status == "unknown"
    tokens, _ = judged(spent(101, 200, OPEN), DOUBT)
    assert (tokens.status, tokens.figure) == ("deny", 101)
    tokens, month = judged(None, DOUBT)
    assert (tokens.status, month.status, month.figure) == ("unknown", "unknown", None)


def test_an_offer_without_a_price_waits_for_it_unless_it_is_allowed() -> None:
    tokens, _ = judged(spent(80, 80, KNOWN, "acme/odd", "acme/more"), allow_unpriced=["acme/more"])
    assert (tokens.status, tokens.waits_for_price, tokens.at_least) == ("unknown", True, True)
    assert tokens.remedy is not None
    assert '"acme/odd"' in tokens.remedy
    tokens, _ = judged(spent(80, 80, KNOWN, "acme/odd"), allow_unpriced=["acme/odd"])
    assert (tokens.status, tokens.at_least, tokens.waits_for_price) == ("pass", True, False)
