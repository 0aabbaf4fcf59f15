"""One charge's quantity into priced slices: included part, pool, rounding, tiers, cap.

The order is: quantity, less the pool, less the included part, at least ``minimum_quantity``,
rounded up to whole blocks, then tiers. Tiers count what is left.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Context, Decimal
from typing import NamedTuple

from costplan.catalog.offer import Charge, Slice
from costplan.quantity import ONE, ZERO, settle

_WIDE = Context(prec=60)  # nine places of any quantity that an expression can give


class Priced(NamedTuple):
    """One slice of a charge: so much at one price. ``price`` None: not published.

    ``tier`` says which slice it is where there are several.
    """

    quantity: Decimal
    price: Decimal | None
    amount: Decimal | None
    tier: str | None = None


def billable(charge: Charge, quantity: Decimal, included: Decimal) -> Decimal:
    """What is left to pay for after the included part, minimum and rounding."""
    left = max(ZERO, quantity - included)
    if charge.minimum_quantity is not None:
        left = max(left, charge.minimum_quantity)
    if charge.round_up_to is not None:
        blocks = (left / charge.round_up_to).quantize(Decimal("1e-9"), context=_WIDE)
        left = blocks.to_integral_value(ROUND_CEILING) * charge.round_up_to
    return left


def slices(charge: Charge, quantity: Decimal, rank: Decimal | None = None) -> list[Priced]:
    """The slices of a billable quantity; they sum to it.

    ``rank``: the number on which tier edges are counted in place of the quantity; the quantity is
    then spread evenly over it. A quantity beyond the last published tier is an unpriced slice.
    """
    if charge.quote:
        return [_at(charge, quantity, None)]
    if not charge.tiers:
        return [_at(charge, quantity, charge.price)]
    if charge.mode == "graduated":
        return _graduated(charge, quantity, rank)
    reached = next(
        (tier for tier in charge.tiers if tier.up_to is None or quantity <= tier.up_to), None
    )
    if reached is None:
        return [Priced(quantity, None, None, f"above {charge.tiers[-1].up_to or ZERO:,f}")]
    if charge.mode == "volume" or reached.price is None:
        return [_at(charge, quantity, reached.price)]
    price = reached.price * (charge.fx or ONE) if quantity else ZERO
    return [Priced(quantity, price, settle(price), "package")]


def _graduated(charge: Charge, quantity: Decimal, rank: Decimal | None) -> list[Priced]:
    counted = quantity if rank is None else rank
    parts: list[Priced] = []
    below = left = ZERO
    left = quantity
    for tier in charge.tiers:
        top = counted if tier.up_to is None else min(counted, tier.up_to)
        width = top - below
        if width <= 0:
            break
        final = top >= counted
        part = left if final else (width if rank is None else quantity * width / counted)
        parts.append(_at(charge, part, tier.price, _label(tier, below)))
        left -= part
        below = top
        if final:
            break
    if left > 0:
        edge = charge.tiers[-1].up_to or ZERO
        parts.append(Priced(left, None, None, f"above {edge:,f}"))
    return parts or [_at(charge, quantity, charge.tiers[0].price)]


def _label(tier: Slice, below: Decimal) -> str | None:
    if tier.up_to is None:
        return f"above {below:,f}" if below else None
    return f"to {tier.up_to:,f}"


def _at(
    charge: Charge, quantity: Decimal, price: Decimal | None, tier: str | None = None
) -> Priced:
    if price is None:
        return Priced(quantity, None, None if quantity else ZERO, tier)
    money = price * (charge.fx or ONE)
    return Priced(quantity, money, settle(quantity * money / charge.per), tier)
