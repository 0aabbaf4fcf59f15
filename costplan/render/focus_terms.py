"""What the FOCUS columns of a line's unit prices and of its commitment hold.

A unit price times the pricing quantity is the cost of the same name, in the same currency; columns
that begin with ``PricingCurrency`` are in the currency that the vendor prices in, all others in
the one that is billed.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Context, Decimal
from typing import NamedTuple

from costplan.document.entries import STATED, Value
from costplan.document.estimate import Commitment
from costplan.document.line import Conversion, LineItem

DIGITS = Context(prec=28)
"""Unit prices are quotients: 28 digits put quantities of 1e15 right to 1e-9."""
TYPE = "Spend commitment"
UNUSED = "the workload file, [[commitment]]"
"""With the commitment's name the source of the line that says what is left of it."""


class UnitPrices(NamedTuple):
    """Per pricing unit, in one currency; None for what has no price, or gives money back."""

    list: Decimal | None
    contracted: Decimal | None


NO_PRICES = UnitPrices(None, None)


def unit_prices(line: LineItem) -> UnitPrices:
    """In the currency that the line is priced in."""
    exchanged = line.exchanged
    listed = line.list_amount if exchanged is None else exchanged.list_amount
    quantity = DIGITS.divide(line.quantity, line.price.per)
    if line.amount is None or line.list_amount is None or listed is None:
        return NO_PRICES
    unit = None if line.flat is not None else line.price.price
    if unit is None:
        unit = DIGITS.divide(listed, quantity) if quantity else listed
    if unit < 0:
        return NO_PRICES
    return UnitPrices(unit, _negotiated(unit, line, quantity))


def _negotiated(unit: Decimal, line: LineItem, quantity: Decimal) -> Decimal | None:
    """The unit price after what was negotiated off it, before commitments and credits."""
    contracted = line.contracted_amount
    if contracted is None or contracted < 0:
        return None
    if not line.list_amount:  # nothing was bought, or nothing was charged for it
        return unit if not contracted or not quantity else None
    return DIGITS.divide(DIGITS.multiply(unit, contracted), line.list_amount)


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


def committed(
    line: LineItem, drawn: Mapping[str, Commitment], currency: str
) -> dict[str, Value] | None:
    """The columns of the commitment that a line draws on, or of what is left unused of one.

    ``drawn``: the stack's commitments by name. None where the line has to do with none. What goes
    beyond a commitment is the same part of each line that draws on it.
    """
    for name, one in drawn.items():
        if line.price.offer == STATED and line.price.source == f"{UNUSED} {name}":
            return _columns(name, "Unused", line.amount, currency)
        if any(words == f"commitment {name}" for words, _ in line.terms):
            whole = one.covered + one.overage
            part = DIGITS.divide(one.covered, whole) if whole else whole
            amount = None if line.amount is None else DIGITS.multiply(line.amount, part)
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
