"""Whatever stands on either side, a bridge sums to the last digit."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from properties import examples

from costplan.document.reconciliation import Billed
from costplan.plan.usage.reconcile import Taken, invoice_steps, plan_steps
from costplan.quantity import total

FIRST = date(2026, 6, 1)
KEYS = st.sampled_from([("a/x", "input"), ("a/x", "output"), ("b/y", "input")])
QUANTITIES = st.integers(0, 10**9).map(Decimal)
MONEY = st.integers(0, 10**15).map(lambda number: Decimal(number) / 10**12)
DAYS = st.none() | st.integers(0, 9).map(lambda day: FIRST + timedelta(days=day))


@st.composite
def taken(draw: st.DrawFn) -> Taken:
    offer, charge = draw(KEYS)
    return Taken(draw(DAYS), offer, charge, draw(QUANTITIES), draw(MONEY), draw(MONEY))


@st.composite
def billed(draw: st.DrawFn) -> Billed:
    offer, charge = draw(KEYS)
    begin = draw(DAYS)
    return Billed(
        item=f"{offer} {charge}",
        offer=draw(st.sampled_from([offer, offer, None])),
        charge=charge,
        quantity=draw(QUANTITIES | st.none()),
        amount=draw(MONEY | MONEY.map(lambda amount: -amount)),
        category=draw(st.sampled_from(["usage", "usage", "tax", "credit"])),
        begin=begin,
        end=begin,
    )


@examples(150)
@given(st.lists(taken(), max_size=8), st.lists(billed(), max_size=8), st.booleans())
def test_expected_and_the_steps_are_the_invoice(
    used: list[Taken], lines: list[Billed], covered: bool
) -> None:
    span = (FIRST, FIRST + timedelta(days=4)) if covered else None
    made = invoice_steps(used, lines, span)
    steps = total(one.amount for one in made.steps)
    assert total(one.expected for one in used) + steps == total(one.amount for one in lines)


@examples(150)
@given(
    st.lists(taken(), max_size=8),
    st.lists(taken(), max_size=8),
    st.tuples(QUANTITIES, QUANTITIES),
)
def test_the_plan_and_the_steps_are_the_usage(
    planned: list[Taken], used: list[Taken], calls: tuple[Decimal, Decimal]
) -> None:
    steps = total(one.amount for one in plan_steps(planned, used, calls))
    assert total(one.listed for one in planned) + steps == total(one.listed for one in used)
