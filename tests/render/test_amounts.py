"""Amounts and quantities as they are drawn: to the eye, lines add up to their total."""

from decimal import Decimal

import pytest

from costplan.quantity import counted_to
from costplan.render import Look
from costplan.render.money import places
from costplan.render.page import Page, Table, money


@pytest.mark.parametrize(
    ("amount", "drawn"),
    [
        ("0", "0.00"),
        ("0.054399", "0.0544"),
        ("0.04614", "0.0461"),
        ("0.0100", "0.01"),
        ("0.0050", "0.005"),
        ("0.0150", "0.015"),
        ("0.5", "0.50"),
        ("0.48512", "0.485"),
        ("0.99996", "1.00"),
        ("-0.0331", "-0.0331"),
        ("0.0000672", "0.0000672"),
        ("1.005", "1.00"),
        ("1234.5", "1,234.50"),
    ],
)
def test_cents_from_a_unit_on_and_three_digits_that_count_below(amount: str, drawn: str) -> None:
    assert money(Decimal(amount)) == drawn


@pytest.mark.parametrize("parts", [("0.01", "0.0050"), ("0.0123", "0.0045", "0.00091")])
def test_lines_add_up_to_the_eye(parts: tuple[str, ...]) -> None:
    """As a reader adds them: off by no more than half of the last digit of each."""
    drawn = [Decimal(money(Decimal(one))) for one in parts]
    total = Decimal(money(sum(map(Decimal, parts), Decimal(0))))
    assert abs(sum(drawn) - total) <= len(parts) * Decimal("0.00005")


def test_both_ends_of_a_change_have_digits_enough() -> None:
    assert places(Decimal("0.05"), Decimal("0.0544")) == 4
    assert places(Decimal("0.05"), Decimal(7)) == 2
    assert places(Decimal("0.05"), Decimal(700)) == 0


@pytest.mark.parametrize(
    ("quantity", "drawn"),
    [
        ("3.815874142166666666666666667", "3.81587414217"),
        ("333.333333333333333333", "333.333333333"),
        ("0.000000123456789123456", "1.23456789123E-7"),
        ("12345678901234.56", "12345678901235"),
        ("1000", "1000"),
    ],
)
def test_a_quantity_has_at_most_twelve_digits_and_its_whole_part(quantity: str, drawn: str) -> None:
    assert counted_to(Decimal(quantity)) == Decimal(drawn)


def test_cents_give_way_before_an_amount_is_cut() -> None:
    """A million and more is whole where its digits would run on to another line."""
    table = Table("where the money goes", "produce", "idle", "wrong")
    table.add("this plan", "48,854.15", "216.24", ">= 1,607,808,000.00")
    table.add("vote of 25 whole runs", "1,220,793.97", "0.00", "-1,305,490,780.63")
    narrow, wide = Page(Look(width=60)), Page(Look(width=80))
    wide.draw(table)
    narrow.draw(table)
    assert "1,607,808,000.00" in wide.text()
    first, _, plan, vote, *further = narrow.text().splitlines()
    assert plan.split() == ["this", "plan", "48,854", "216.24", ">=", "1,607,808,000"]
    assert vote.split()[-3:] == ["1,220,794", "0.00", "-1,305,490,781"]
    assert all(len(line) <= 60 for line in (first, plan, vote))
    assert not any(letter.isdigit() for line in further for letter in line)
