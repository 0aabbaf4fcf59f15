"""The bridge from what is expected to an invoice, from a few quantities and amounts by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from costplan.document.reconciliation import Billed
from costplan.plan.usage.reconcile import InvoiceBridge, Taken, invoice_steps, plan_steps

D = Decimal
DAY = date(2026, 6, 2)
SPAN = (date(2026, 6, 1), date(2026, 6, 3))


def taken(
    quantity: int, expected: str, charge: str = "input", day: date | None = DAY, offer: str = "a/m"
) -> Taken:
    return Taken(day, offer, charge, D(quantity), D(expected), D(expected))


def billed(
    quantity: str | None,
    amount: str,
    charge: str = "input",
    days: tuple[date, date] | None = (DAY, DAY),
) -> Billed:
    begin, end = days or (None, None)
    number = None if quantity is None else D(quantity)
    return Billed(charge, "a/m", charge, number, D(amount), "usage", begin, end)


def bridge(uses: list[Taken], lines: list[Billed]) -> InvoiceBridge:
    """The bridge, whose steps sum to the difference."""
    made = invoice_steps(uses, lines, SPAN)
    difference = sum(line.amount for line in lines) - sum(use.expected for use in uses)
    assert sum(step.amount for step in made.steps) == difference
    return made


def amounts(made: InvoiceBridge) -> dict[str, Decimal]:
    return {step.name: step.amount for step in made.steps if step.amount}


@pytest.mark.parametrize(
    ("times", "unit"), [(499, False), (500, True), (2_000, True), (2_001, False)]
)
def test_a_thousand_within_a_factor_of_two_is_a_unit(times: int, *, unit: bool) -> None:
    """What then is left is a rate: half a dollar is 0.50 less, 2 dollars are 1 more."""
    steps = amounts(bridge([taken(100, "1")], [billed("100", str(times))]))
    off = D(times) / 1_000 - 1
    assert steps == ({"unit": times - 1 - off, "rate": off} if unit else {"rate": D(times - 1)})


@pytest.mark.parametrize(("times", "unit"), [("499", False), ("500", True), ("0.002", True)])
def test_quantities_have_their_own_unit(times: str, *, unit: bool) -> None:
    made = bridge([taken(100, "1")], [billed(str(100 * D(times)), "1")])
    assert bool(made.notes) is unit
    quantity = D(times) * (1_000 if D(times) < 1 else D("0.001")) if unit else D(times)
    names = {"billed_not_logged", "rate"} if quantity > 1 else {"logged_not_billed", "rate"}
    assert set(amounts(made)) == names


def test_what_is_free_or_was_not_used_says_nothing_of_a_unit() -> None:
    """The output is given away, and of reads none were logged: all else is a thousand times."""
    uses = [taken(100, "1"), taken(50, "2", "output"), taken(0, "0", "cache_read")]
    lines = [billed("100", "1000"), billed("50", "0", "output"), billed("9", "3", "cache_read")]
    steps = amounts(bridge(uses, lines))
    assert steps["unit"] == 999 + 3 - D("0.003")
    assert steps["rate"] == -2
    assert steps["billed_not_logged"] == D("0.003")
    assert amounts(bridge([taken(100, "1")], [billed("100", "0")])) == {"rate": D(-1)}


@pytest.mark.parametrize(
    ("days", "late"),
    [
        ((date(2026, 5, 30), date(2026, 5, 31)), True),
        ((date(2026, 5, 30), date(2026, 6, 1)), False),
        ((date(2026, 6, 3), date(2026, 6, 9)), False),
        ((date(2026, 6, 4), date(2026, 6, 9)), True),
        (None, False),
    ],
)
def test_a_line_on_none_of_the_logs_days_is_timing(
    days: tuple[date, date] | None, *, late: bool
) -> None:
    lines = [billed("100", "1"), billed("100", "1", days=days)]
    steps = amounts(bridge([taken(100, "1")], lines))
    assert steps == {"timing" if late else "billed_not_logged": D(1)}


@pytest.mark.parametrize(
    ("day", "inside"),
    [
        (date(2026, 6, 1), False),
        (date(2026, 6, 2), True),
        (date(2026, 6, 3), True),
        (date(2026, 6, 4), False),
        (None, True),
    ],
)
def test_usage_on_the_first_and_the_last_day_of_the_invoice_is_on_it(
    day: date | None, *, inside: bool
) -> None:
    lines = [billed("100", "1"), billed("100", "1", days=(DAY, date(2026, 6, 3)))]
    steps = amounts(bridge([taken(200, "2"), taken(100, "1", day=day)], lines))
    assert steps == {"logged_not_billed" if inside else "timing": D(-1)}


@pytest.mark.parametrize(
    ("paid", "said"), [("1.01", False), ("1.0101", True), ("0.99", False), ("0.9899", True)]
)
def test_more_than_a_cent_of_a_rate_is_said(paid: str, *, said: bool) -> None:
    made = bridge([taken(100, "1")], [billed("100", paid)])
    (rate,) = (step for step in made.steps if step.name == "rate")
    assert rate.amount == D(paid) - 1
    assert bool(rate.words) is said
    others = {step.name: step.words for step in made.steps if step.name != "rate"}
    assert others == {"billed_not_logged": "", "logged_not_billed": "", "unexplained": ""}


@pytest.mark.parametrize(("paid", "said"), [("10001.00005", False), ("10001.01", True)])
def test_of_large_amounts_it_is_a_ten_thousandth(paid: str, *, said: bool) -> None:
    """Of 10,001.00005 paid 1.0001 may be off."""
    made = bridge([taken(100, "10000")], [billed("100", paid)])
    (rate,) = (step for step in made.steps if step.name == "rate")
    assert bool(rate.words) is said


def test_only_days_of_which_one_side_has_nothing_are_gaps() -> None:
    first, last = SPAN
    uses = [taken(100, "1", day=day) for day in (first, DAY)]
    lines = [billed("100", "1", days=(day, day)) for day in (DAY, last)]
    gaps = bridge(uses, lines).gaps
    assert gaps == [(last, D(0), D(1))]  # the first is before the invoice
    lines = [billed("100", "1", days=(first, first)), *lines]
    assert bridge(uses, lines).gaps == [(last, D(0), D(1))]
    # one line of several days, and nobody can tell which
    assert bridge(uses, [*lines, billed("1", "1", days=SPAN)]).gaps == []
    assert bridge(uses, [*lines, billed("1", "1", days=None)]).gaps == []


@pytest.mark.parametrize(("charges", "more"), [(4, ""), (5, " and 1 more"), (6, " and 2 more")])
def test_at_most_four_are_named_and_the_others_counted(charges: int, more: str) -> None:
    lines = [billed("1", "1"), *(billed("1", "1", f"c{number}") for number in range(charges))]
    (step,) = (
        step for step in bridge([taken(1, "1")], lines).steps if step.name == "billed_not_logged"
    )
    assert step.words == "a/m c0 1, a/m c1 1, a/m c2 1, a/m c3 1" + more


def test_from_a_plan_to_usage_every_cause_is_its_own() -> None:
    """Planned 10 calls, 100 of input at 1; used 15 calls, 180 at 1.5: volume 100 x 0.5, intensity
    180 - 100 - 50, price 180 x 0.5. What one side alone has is mix."""
    planned = [taken(100, "100"), taken(5, "7", "gone"), taken(0, "3", "free")]
    used = [taken(180, "270"), taken(4, "9", "new"), taken(2, "8", "free")]
    steps = {step.name: step for step in plan_steps(planned, used, (D(10), D(15)))}
    assert {name: step.amount for name, step in steps.items()} == {
        "volume": 50,
        "intensity": 30,
        "price": 90,
        "mix": -7 + 9 + (8 - 3),
    }
    assert steps["volume"].words == "15 calls to models, planned 10"
    assert steps["mix"].words == (
        "a/m gone is not used, a/m free is not planned, a/m new is not planned"
    )
    none = {step.name: step.amount for step in plan_steps(planned[:1], used[:1], (D(0), D(15)))}
    assert none == {"volume": 0, "intensity": 80, "price": 90, "mix": 0}


@pytest.mark.parametrize(("extra", "price"), [("1", 0), ("1.01", "1.01")])
def test_a_billionth_of_the_largest_step_is_rounding(extra: str, price: object) -> None:
    """Twice the calls of 1,000,000,000, and 1 more: the largest step takes it."""
    planned, used = [taken(1, "1000000000")], [taken(2, str(2_000_000_000 + D(extra)))]
    steps = {step.name: step.amount for step in plan_steps(planned, used, (D(1), D(2)))}
    assert steps["price"] == D(str(price))
    assert steps["volume"] == 1_000_000_000 + (D(extra) if not steps["price"] else 0)
