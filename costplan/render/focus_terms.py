"""What the FOCUS columns of a line's unit prices and of its commitment hold.

A unit price times the pricing quantity is the cost of the same name, in the same currency; columns
that begin with ``PricingCurrency`` are in the currency that the vendor prices in, all others in
the one that is billed.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Context, Decimal
from typing import NamedTuple

from costplan.document.entries import Value
from costplan.document.estimate import Estimate
from costplan.document.line import UNUSED, Conversion, LineItem
from costplan.quantity import ONE, ZERO, total
from costplan.words import WORKLOAD

DIGITS = Context(prec=28)
"""Unit prices are quotients: 28 digits put quantities of 1e15 right to 1e-9."""
TYPE = "Spend commitment"


class UnitPrices(NamedTuple):
    """Per pricing unit, in one currency; None for what has no price, or gives money back."""

    list: Decimal | None
    contracted: Decimal | None


NO_PRICES = UnitPrices(None, None)


def unit_prices(line: LineItem) -> UnitPrices:
    """In the currency that the line is priced in."""
    listed, contracted = line.list_amount, line.contracted_amount
    if line.exchanged is not None:  # commitments come after the exchange
        listed, contracted = line.exchanged.list_amount, line.exchanged.amount
    if listed is None or contracted is None:
        return NO_PRICES
    quantity = DIGITS.divide(line.quantity, line.price.per)
    unit = line.price.price
    if line.flat is not None or unit is None:
        costs = (listed, contracted)
        prices = UnitPrices(
            *(DIGITS.divide(cost, quantity) if quantity else cost for cost in costs)
        )
    elif listed:
        prices = UnitPrices(unit, DIGITS.divide(DIGITS.multiply(unit, contracted), listed))
    else:  # nothing was bought
        prices = UnitPrices(unit, unit)
    return UnitPrices(_not_negative(prices.list), _not_negative(prices.contracted))


def _not_negative(price: Decimal | None) -> Decimal | None:
    return None if price is None or price < ZERO else price


def billed(prices: UnitPrices, conversion: Conversion | None) -> UnitPrices:
    """Unit prices in the currency that is billed."""
    if conversion is None:
        return prices
    turn = DIGITS.divide if conversion.divide else DIGITS.multiply
    return UnitPrices(
        *(None if price is None else turn(price, conversion.rate) for price in prices)
    )


def priced_cost(line: LineItem) -> Decimal | None:
    """The effective cost in the currency that the line is priced in."""
    exchanged = line.exchanged
    if line.amount is None or exchanged is None:
        return line.amount
    if not line.terms:
        return exchanged.amount
    back = DIGITS.multiply if exchanged.conversion.divide else DIGITS.divide
    return back(line.amount, exchanged.conversion.rate)


def covered_parts(estimate: Estimate) -> dict[str, Decimal]:
    """Of each commitment the part, 0 to 1, that it covers of what its lines cost: the rest is
    beyond it."""
    spent: dict[str, list[Decimal]] = {}
    for line in estimate.lines:
        for name in (term.commitment for term in line.terms):
            spent.setdefault(name, []).append(line.amount or ZERO)
    whole = {name: total(amounts) for name, amounts in spent.items()}
    return {
        commitment.name: min(ONE, DIGITS.divide(commitment.covered, whole[commitment.name]))
        for commitment in estimate.commitments
        if whole.get(commitment.name)
    }


def committed(
    line: LineItem, parts: Mapping[str, Decimal], currency: str
) -> dict[str, Value] | None:
    """The columns of the commitment that a line draws on, or of what is left unused of one.

    ``parts``: ``covered_parts`` of the stack. None where the line has to do with no commitment.
    """
    price = line.price
    name = price.source.removeprefix(UNUSED)
    if price.offer == WORKLOAD and name != price.source and price.charge == f"{name} unused":
        return _columns(name, "Unused", line.amount, currency)
    for name in (term.commitment for term in line.terms):
        known = line.amount is not None and name in parts
        amount = DIGITS.multiply(line.amount or ZERO, parts[name]) if known else None
        return _columns(name, "Used", amount, currency)
    return None


def _columns(name: str, status: str, quantity: Decimal | None, currency: str) -> dict[str, Value]:
    return {
        "CommitmentDiscountCategory": "Spend",
        "CommitmentDiscountId": f"commitment/{name}",
        "CommitmentDiscountName": name,
        "CommitmentDiscountQuantity": quantity,
        "CommitmentDiscountStatus": status,
        "CommitmentDiscountType": TYPE,
        "CommitmentDiscountUnit": currency,
    }
