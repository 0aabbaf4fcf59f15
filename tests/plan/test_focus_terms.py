"""FOCUS and CSV rows under any terms: they sum to the document, and each row holds together."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_terms_properties import (
    DAY,
    FEW,
    base,
    billed,
    calls,
    commitments,
    credits,
    discounts,
    rates,
)

from costplan.document.estimate import Estimate, EstimateDocument
from costplan.document.kinds import Saved
from costplan.document.saved import parse, plain
from costplan.quantity import ZERO, total
from costplan.render import Look, render_all
from costplan.workload.contract import Commitment, Credit, Discount, Rate

Rows = list[dict[str, str]]
LOOK = Look()


def rows(form: str, made: Estimate, currency: str = "USD") -> Rows:
    """What is drawn of an estimate, fresh and read back."""
    document = EstimateDocument(
        workload="probe", currency=currency, as_of=DAY, offers=[], estimates=[made]
    )
    text = render_all([Saved("", document)], form, LOOK)
    again = Saved("", parse(plain(document)))
    assert render_all([again], form, LOOK) == text
    return list(csv.DictReader(StringIO(text, newline="")))


def sum_of(found: Rows, column: str) -> Decimal:
    return total(Decimal(row[column] or 0) for row in found)


def close(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= Decimal("1e-9") * max(Decimal(1), abs(other))


def holds_together(row: dict[str, str]) -> None:
    """What the specification asks of one row."""
    quantity = Decimal(row["PricingQuantity"])
    for price, cost in (("ListUnitPrice", "ListCost"), ("ContractedUnitPrice", "ContractedCost")):
        if row[price]:
            assert Decimal(row[price]) >= 0
            assert close(Decimal(row[price]) * quantity, Decimal(row[cost])), row
        else:
            assert row["ChargeCategory"] == "Credit", row
    columns = ("Category", "Id", "Name", "Quantity", "Status", "Type", "Unit")
    given_ = [bool(row[f"CommitmentDiscount{name}"]) for name in columns]
    assert all(given_) or not any(given_)
    status = row["CommitmentDiscountStatus"]
    assert row["PricingCategory"] == ("Committed" if status else "Standard")
    assert bool(row["ConsumedQuantity"]) == (row["ChargeCategory"] == "Usage" and not unused(row))
    if status:
        assert row["ChargeCategory"] == "Usage"
        assert Decimal(row["CommitmentDiscountQuantity"]) >= 0


def unused(row: dict[str, str]) -> bool:
    return row["CommitmentDiscountStatus"] == "Unused"


@FEW
@given(
    calls,
    discounts(),
    commitments(),
    credits(),
    st.none() | st.tuples(rates, st.sampled_from(["usd_per_eur", "eur_per_usd"])),
)
def test_rows_sum_to_the_document_under_any_terms(
    count: int,
    discount: Sequence[Discount],
    commitment: Sequence[Commitment],
    credit: Sequence[Credit],
    rate: tuple[Decimal, str] | None,
) -> None:
    terms: dict[str, Any] = {"discount": discount, "commitment": commitment, "credit": credit}
    if rate is not None:
        terms["exchange"] = {rate[1]: Rate(rate=rate[0], date=DAY, source="stated")}
    made = billed("EUR" if rate is not None else "USD", count, **terms)
    found = rows("focus", made)
    for column, whole in (
        ("BilledCost", made.total_monthly),
        ("EffectiveCost", made.total_monthly),
        ("ContractedCost", made.contracted_monthly),
        ("ListCost", made.list_monthly),
    ):
        assert sum_of(found, column) == whole, column
    for row in found:
        holds_together(row)
        if row["PricingCurrency"] == row["BillingCurrency"]:
            assert row["PricingCurrencyListUnitPrice"] == row["ListUnitPrice"]
            assert row["PricingCurrencyEffectiveCost"] == row["EffectiveCost"]
    drawn = {one.name: one for one in made.commitments}
    for name, one in drawn.items():
        own = [row for row in found if row["CommitmentDiscountName"] == name]
        left = [row for row in own if unused(row)]
        assert sum_of(left, "EffectiveCost") == one.unused
        assert sum_of(left, "CommitmentDiscountQuantity") == one.unused
        if one.saved > 0:
            used = [row for row in own if not unused(row)]
            assert close(sum_of(used, "CommitmentDiscountQuantity"), one.covered)
    table = rows("csv", made)
    assert sum_of(table, "amount") == made.total_monthly
    assert sum_of(table, "list_amount") == made.list_monthly
    assert sum_of(table, "contracted_amount") == made.contracted_monthly


def test_unit_prices_are_in_the_currency_of_their_costs() -> None:
    """0.013 EUR a call at 1.08 USD for one EUR, 10 % off: 0.01404 and 0.012636 USD."""
    rate = {"usd_per_eur": Rate(rate=Decimal("1.08"), date=DAY, source="stated")}
    off = (Discount(offers="left/*", percent=Decimal(10)),)
    made = billed("EUR", 10_000, exchange=rate, discount=off)
    row = next(one for one in rows("focus", made) if one["SkuPriceId"].startswith("left/calls#ca"))
    assert (row["BillingCurrency"], row["PricingCurrency"]) == ("USD", "EUR")
    assert (row["ListUnitPrice"], row["ContractedUnitPrice"]) == ("0.01404", "0.012636")
    assert row["PricingCurrencyListUnitPrice"] == "0.013"
    assert row["PricingCurrencyContractedUnitPrice"] == "0.0117"
    assert (row["ListCost"], row["ContractedCost"]) == ("140.4", "126.36")
    assert (row["EffectiveCost"], row["PricingCurrencyEffectiveCost"]) == ("126.36", "117.0")
    table = next(one for one in rows("csv", made) if one["charge"] == "calls")
    assert (table["price"], table["price_currency"]) == ("0.013", "EUR")
    assert (table["amount"], table["currency"]) == ("126.36", "USD")


def test_a_commitment_with_room_left_and_one_without() -> None:
    """Two times 151 - 2 of the vendor's own credit = 298, at 20 % off 238.4 of 1,000 are drawn."""
    commitment = Commitment(
        name="deal", offers="*", monthly=Decimal(1000), percent=Decimal(20), overage_percent=ZERO
    )
    found = rows("focus", billed(calls=10_000, commitment=(commitment,)))
    (left,) = [row for row in found if unused(row)]
    assert left["EffectiveCost"] == left["CommitmentDiscountQuantity"] == "761.6"
    assert (left["ChargeCategory"], left["ChargeFrequency"]) == ("Usage", "Recurring")
    assert (left["ListCost"], left["ContractedCost"], left["ListUnitPrice"]) == (
        "0.0",
        "0.0",
        "0.0",
    )
    assert left["CommitmentDiscountId"] == "commitment/deal"
    used = [row for row in found if row["CommitmentDiscountStatus"] == "Used"]
    assert sum_of(used, "EffectiveCost") < sum_of(used, "ContractedCost")
    small = replace(commitment, monthly=Decimal(100))
    found = rows("focus", billed(calls=10_000, commitment=(small,)))
    assert not any(unused(row) for row in found)
    used = [row for row in found if row["CommitmentDiscountStatus"] == "Used"]
    assert close(sum_of(used, "CommitmentDiscountQuantity"), Decimal(100))
    assert sum_of(used, "EffectiveCost") > 100


@pytest.mark.parametrize("name", ["=cmd()", "a, [[commitment]] deal", "|x|"])
def test_a_commitment_of_any_name_is_told_apart(name: str) -> None:
    both = tuple(
        Commitment(
            name=one, offers=pattern, monthly=Decimal(900), percent=Decimal(5), overage_percent=ZERO
        )
        for one, pattern in ((name, "left/*"), ("deal", "right/*"))
    )
    found = rows("focus", billed(commitment=both))
    left = {row["CommitmentDiscountName"].lstrip("'") for row in found if unused(row)}
    assert left == {name, "deal"}


def test_the_workload_of_the_property_has_the_lines_that_matter() -> None:
    """Floors, the vendor's own credit, charges by use and by seat."""
    assert base().currency == "USD"
    charges = {line.price.charge for line in billed(calls=1).lines}
    assert charges == {"calls", "seats", "welcome", "floor"}
