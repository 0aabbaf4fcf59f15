"""Which lines each figure waits for: those, and only those, whose price would change it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import product

import pytest
from check_cases import DAY, RIGHT, document, judged, line, only, stack

from costplan.document.estimate import Estimate
from costplan.document.line import LineItem
from costplan.document.month import Month
from costplan.facts import fact
from costplan.plan.judge.figures import Figure, Subject
from costplan.plan.judge.measures import MEASURES
from costplan.words import PURPOSES

D = Decimal
KINDS = list(product(("tokens", "human"), PURPOSES, (True, False), ((), ("redundant",))))
OF_OTHER_THINGS = ("count", "days")
HORIZON = ("mean_monthly", "horizon_total")
SUMS = [
    name
    for name, measure in MEASURES.items()
    if measure.unit not in OF_OTHER_THINGS and name not in (*HORIZON, "vendor_share_max")
]


def item(at: int, amount: str | None) -> LineItem:
    component, purpose, fixed, tags = KINDS[at]
    return line(f"v/{at}", amount, component, purpose=purpose, fixed=fixed, tags=tags)


def bill(amounts: dict[int, str | None]) -> Estimate:
    lines = [item(at, amounts.get(at, str(at + 1))) for at in range(len(KINDS))]
    return stack("a", *lines, seats=D(3), reliability=RIGHT)


def figure(name: str, now: Estimate, before: Estimate | None = None) -> Figure:
    base = document(bill({}) if before is None else before)
    about = Subject(document=document(now), estimate=now, baseline=base, vendor_of=lambda _: "v")
    return MEASURES[name].of(about)


@pytest.mark.parametrize("name", SUMS)
def test_a_figure_waits_for_the_lines_whose_price_would_change_it(name: str) -> None:
    for at in range(len(KINDS)):
        without, priced = (figure(name, bill({at: amount})) for amount in (None, "1000"))
        offers = [one.price.offer for one in without.missing]
        changes = without.value != priced.value
        assert offers == ([f"v/{at}"] if changes else []), (name, KINDS[at])
        assert priced.missing == ()


@pytest.mark.parametrize("name", ["increase", "increase_percent", "baseline_monthly"])
def test_a_price_that_the_baseline_lacks_is_waited_for(name: str) -> None:
    now = bill({})
    before = figure(name, now, bill({4: None}))
    assert [one.price.offer for one in before.missing] == ["v/4"]
    assert before.may_fall == (name != "baseline_monthly")
    both = figure(name, bill({2: None}), bill({4: None}))
    expected = ["v/4"] if name == "baseline_monthly" else ["v/2", "v/4"]
    assert [one.price.offer for one in both.missing] == expected
    assert not figure(name, bill({2: None})).may_fall


@pytest.mark.parametrize("name", HORIZON)
@pytest.mark.parametrize("at_least", [(True, False), (False, True), (True, True)])
def test_one_month_with_a_missing_price_makes_the_horizon_wait(
    name: str, at_least: tuple[bool, bool]
) -> None:
    made = bill({})
    made.months = [
        Month(date(2026, month, 1), D(1000), D(5), D(0), at_least=missing)
        for month, missing in zip((11, 12), at_least, strict=True)
    ]
    found = figure(name, made)
    assert (found.value, found.waits_for_price) == (None, True)
    for month in made.months:
        month.at_least = False
    assert figure(name, made).value == (D(10) if name == "horizon_total" else D(5))


@pytest.mark.parametrize("name", ["vendor_share_max"])
def test_any_missing_price_could_turn_a_share_either_way(name: str) -> None:
    found = figure(name, bill({0: None, 9: None}))
    assert [one.price.offer for one in found.missing] == ["v/0", "v/9"]
    assert found.may_fall


def test_ages_are_of_every_price_that_somebody_publishes() -> None:
    lines = (
        line("v/new", "1", checked=date(2026, 11, 20)),
        line("v/old", "1", checked=date(2026, 11, 1)),
        line("stated", "1", checked=date(2020, 1, 1), confidence="stated"),
    )
    made = judged(document(stack("a", *lines)), {"price_age_days": 21})
    assert (only(made).figure, only(made).status) == (D(21), "pass")
    assert only(judged(document(stack("a", *lines)), {"price_age_days": 20})).status == "deny"
    assert (DAY - date(2026, 11, 1)).days == 21


def test_a_price_of_a_later_day_than_the_plan_s_has_no_age_where_it_is_not_fresh() -> None:
    ahead = line("v/ahead", "1", checked=date(2099, 1, 1))
    stale = stack("a", ahead, facts=[fact("stale-price", "v/ahead", checked="2099-01-01")])
    made = judged(document(stale), {"price_age_days": 21, "monthly_total": 5})
    age = only(made, "price_age_days")
    assert (age.status, age.waits_for_price) == ("unknown", True)
    since = stack("a", line("v/since", "1", checked=date(2026, 11, 24)))
    assert only(judged(document(since), {"price_age_days": 21})).figure == -2


def test_what_is_not_modelled_is_told_by_its_own_fact() -> None:
    facts = [fact("people"), fact("reliability", reasons=["step 'a' has no success rate"])]
    made = judged(document(stack("a", line("v/a", "1"), facts=facts)), {"min_reliability": D(0)})
    assert only(made).reason == "reliability is not modelled: step 'a' has no success rate"


def test_lines_on_unverified_sources_are_counted_and_no_others() -> None:
    lines = [
        line(f"v/{at}", "1", confidence=confidence)
        for at, confidence in enumerate(("unverified", "vendor", "unverified", "dataset", "stated"))
    ]
    made = stack("a", *lines)
    assert figure("unverified_lines", made).value == 2


def test_an_allowance_for_what_is_wrong_in_another_way_allows_nothing_and_is_noted() -> None:
    made = document(stack("a", line("v/a", None), line("v/b", "1")))
    found = judged(made, {"monthly_total": 5, "allow_stale": ["v/a"], "allow_unpriced": ["v/b"]})
    assert found.exit_code == 3
    assert found.notes[-2:] == [
        "allow_unpriced names 'v/b', and no checked stack has it without a price: "
        "did you mean 'v/a'?",
        "allow_stale names 'v/a', and no checked stack has it with a stale price",
    ]


def test_a_limit_is_in_the_unit_of_its_figure() -> None:
    made = document(stack("a", line("v/a", "1"), requests=D(10)), currency="EUR")
    found = judged(made, {"monthly_total": 5, "vendor_share": 1, "unpriced_lines": 0})
    units = {one.rule: one.unit for one in found.verdicts}
    assert units == {"monthly_total": "EUR", "vendor_share": "share", "unpriced_lines": "count"}


@pytest.mark.parametrize(("amount", "least"), [(None, True), ("1", False)])
def test_a_policy_over_an_allowed_missing_price_says_at_least(
    amount: str | None, least: bool
) -> None:
    made = document(stack("a", line("v/a", amount), line("v/b", "1")))
    policy = {"name": "p", "deny": "total_monthly > 5", "warn": "total_monthly > 4"}
    found = judged(made, {"allow_unpriced": ["v/a"]}, [policy])
    assert (only(found, "p").status, only(found, "p").at_least) == ("pass", least)
