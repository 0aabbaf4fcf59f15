"""What happens in the months ahead, from bills that are given: in which month, at which edge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from usage_cases import catalog_of, workload_of

from costplan.catalog.lookup import Catalog
from costplan.document.forecast import Event
from costplan.document.line import LineItem, Price
from costplan.document.month import Commitment
from costplan.plan.forecast.bills import MonthBill
from costplan.plan.forecast.events import Paths, events

D = Decimal
JUNE, JULY, AUGUST = (date(2026, month, 15) for month in (6, 7, 8))
WORKLOAD = """
name = "shop"
traffic.requests_per_month = 1
step = [{ name = "answer", model = "chat", input_tokens = 1, output_tokens = 1 }]
stack.own.chat = "acme/plain"
"""


def bills(*totals: int | None, **more: Sequence[Any]) -> list[MonthBill]:
    """A bill a month from June on, and what else each of them has."""
    days = (date(2026, 6 + at, 15) for at in range(len(totals)))
    return [
        MonthBill(
            day,
            None if total is None else D(total),
            **{name: values[at] for name, values in more.items()},
        )
        for at, (day, total) in enumerate(zip(days, totals, strict=True))
    ]


def happens(
    likely: list[MonthBill],
    more: str = "",
    high: Sequence[MonthBill | None] | None = None,
    catalog: Catalog | None = None,
) -> list[Event]:
    none: list[MonthBill | None] = [None for _ in likely]
    paths = Paths(likely, none if high is None else high)
    return events(workload_of(WORKLOAD + more), catalog or Catalog([]), "own", paths)


def told(found: list[Event]) -> list[tuple[str, date | None, Mapping[str, Any]]]:
    return [(event.fact.code, event.month, event.fact.values) for event in found]


LIMIT = "budget.monthly_total = 100\n"
MONTHS = {6: "June 2026", 7: "July 2026", 8: "August 2026"}


@pytest.mark.parametrize(
    ("totals", "highs", "code", "month", "possible"),
    [
        ((100, 100, 100), (None, None, None), "limit-not-passed", None, None),
        ((101, 101, 101), (None, None, None), "limit-is-passed", 6, None),
        ((100, 101, 102), (None, None, None), "limit-passed", 7, None),
        ((100, 100, 101), (100, 101, 101), "limit-passed-or-before", 8, 7),
        ((100, 100, 101), (100, 100, 101), "limit-passed", 8, None),
        ((100, 100, 100), (100, 100, 101), "limit-may-pass", 8, None),
        ((None, 101, 1), (None, None, None), "limit-passed", 7, None),
    ],
)
def test_a_limit_is_passed_in_the_first_month_above_it(
    totals: tuple[int | None, ...],
    highs: tuple[int | None, ...],
    code: str,
    month: int | None,
    possible: int | None,
) -> None:
    high = [bill if bill.total is not None else None for bill in bills(*highs)]
    event = told(happens(bills(*totals), LIMIT, high))[0]
    values = {"limit": 100, "end": "August 2026"}
    values |= {} if month is None else {"month": MONTHS[month]}
    values |= {} if possible is None else {"possible": MONTHS[possible]}
    assert event == (code, month and date(2026, month, 1), values)


def test_a_component_that_a_bill_has_not_costs_nothing() -> None:
    likely = bills(200, 200, components=({}, {"tokens": D(2)}))
    (event,) = told(happens(likely, "budget.component.tokens = 0\n"))
    assert event[:2] == ("limit-passed", date(2026, 7, 1))
    (event,) = told(happens(likely, "budget.component.tokens = 2\n"))
    assert event[:2] == ("limit-not-passed", None)


def test_the_stacks_own_limit_takes_the_place_of_the_same_one() -> None:
    own = LIMIT + "budget.stack.own.monthly_total = { warn = 50, deny = 200 }\n"
    found = happens(bills(100, 150, 201), own)
    assert [(event.fact.code, event.fact.subject) for event in found] == [
        ("limit-is-passed", "warning"),
        ("limit-passed", "budget"),
    ]
    assert found[1].month == date(2026, 8, 1)


def test_what_happens_stands_by_month_after_the_budget() -> None:
    """A plan changes in July, no plan serves August, a discount ends in June."""
    term = 'discount = [{ offers = "acme/*", percent = 5, until = 2026-06-30 }]\n'
    likely = bills(
        1, 2, None, 4,
        offers=({"chat": "a"}, {"chat": "b"}, {}, {"chat": "b"}),
        reason=(None, None, "too much", None),
    )  # fmt: skip
    assert [event.fact.code for event in happens(likely, LIMIT + term)] == [
        "limit-not-passed",
        "term-ends",
        "plan-changes",
        "not-served",
    ]


@pytest.mark.parametrize(
    ("until", "ends"),
    [("06-14", False), ("06-15", True), ("08-14", True), ("08-15", False)],
)
def test_a_term_ends_within_the_months(until: str, *, ends: bool) -> None:
    """From the first bill's day on, and before the last one's: that one still has it."""
    for table in ('offers = "acme/*"', 'offers = "acme/*", stacks = ["other"]'):
        term = f"discount = [{{ {table}, percent = 5, until = 2026-{until} }}]\n"
        text = term + 'stack.other.chat = "acme/plain"\n'
        found = happens(bills(1, 2, 3), text)
        month = date(2026, int(until[:2]), 1)
        months = [month] if ends and "other" not in table else []
        assert [event.month for event in found] == months


ENDING = """
[[model]]
id = "acme/ending"
retires = 2026-{}
[[model.price]]
origin = {{ since = 2026-01-01, checked = 2026-06-01, source = "page" }}
per = 1_000_000
rates = {{ input = 2, output = 10 }}
"""


def line(charge: str, price: str, variant: str | None = None, since: date = JUNE) -> LineItem:
    return LineItem(
        Price(
            offer="acme/ending",
            charge=charge,
            unit="token",
            price=D(price),
            per=D(1),
            source=f"page of {charge}",
            confidence="vendor",
            since=since,
            checked=JUNE,
            why=None,
            variant=variant,
        ),
        D(1),
        D(price),
        D(price),
        role="chat",
        component="tokens",
    )


@pytest.mark.parametrize(
    ("last", "ends"), [("06-15", False), ("06-16", True), ("08-15", True), ("08-16", False)]
)
def test_what_is_no_longer_sold_within_the_months(last: str, *, ends: bool) -> None:
    """After the first bill's day, up to the last one's: on its last day nobody sells it."""
    known = line("input", "2", since=date(2026, 1, 1))
    likely = bills(1, 2, 3, lines=[[known]] * 3)
    found = happens(likely, catalog=catalog_of(ENDING.format(last), "tokens"))
    month = date(2026, int(last[:2]), 1)
    assert [(event.fact.code, event.month) for event in found] == (
        [("no-longer-sold", month)] if ends else []
    )


def test_a_tier_is_reached_where_its_price_held_before() -> None:
    """One whose price begins on the day of the month before was there and not reached; one that
    begins later is another price."""
    low = line("input", "2", "to 1,000", date(2026, 1, 1))
    for since, reached in ((JUNE, True), (date(2026, 6, 16), False)):
        high = line("input", "1", "above 1,000", since)
        found = told(happens(bills(1, 2, lines=([low], [low, high]))))
        values = {"charge": "input", "tier": "above 1,000", "month": "July 2026"}
        assert found == ([("tier-reached", date(2026, 7, 1), values)] if reached else [])
    other = line("output", "1", "above 1,000", date(2026, 1, 1))
    assert happens(bills(1, 2, lines=([low], [low, other]))) == []


def test_a_price_change_names_its_last_source() -> None:
    before = [line("input", "2", since=date(2026, 1, 1)), line("output", "9")]
    after = [line("input", "4", since=JULY), line("output", "18", since=JULY)]
    (event,) = happens(bills(1, 2, lines=(before, after)))
    assert (event.fact.code, event.month) == ("price-changes", date(2026, 7, 1))
    assert event.fact.values["source"] == "page of output"
    (event,) = happens(bills(1, 2, lines=(before[:1], after[:1])))
    assert event.fact.values["source"] == "page of input"


def test_a_commitment_is_reached_once() -> None:
    def drawn(unused: int) -> list[Commitment]:
        covered = D(50 - unused)
        return [Commitment(name="cud", monthly=D(50), covered=covered, overage=D(0), saved=D(0))]

    likely = bills(1, 2, 3, commitments=(drawn(5), drawn(0), drawn(0)))
    (event,) = happens(likely)
    assert (event.fact.code, event.month) == ("commitment-reached", date(2026, 7, 1))
    assert event.fact.values["monthly"] == 50
