"""What a charge comes to in each draw, for one role and one purpose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from costplan.billing.arrays.numbers import Amount, Mask, over

ArrayOff = Callable[[str], Amount]
"""The share off each charge of an offer, by its id."""


@dataclass(slots=True, repr=False, eq=False)
class Row:
    """The lines of one charge for a role and a purpose: amounts in the draws in which they have a
    price. ``present``: where the bill has such a line; ``unknown``: where one has no price."""

    offer: str
    charge: str
    role: str
    component: str
    purpose: str
    listed: Amount
    paid: Amount
    quantity: Amount = 0.0
    unit: str = ""
    fixed: bool = False
    present: Mask = True
    unknown: Mask = False


@dataclass(slots=True, repr=False, eq=False)
class ArrayBill:
    """``costplan.billing.takes.OfferBill`` on arrays, without its words.

    ``refused``: a limit of the plan is passed. ``impossible``: an expression has no value there, or
    a negative one.
    """

    rows: list[Row] = field(default_factory=list)
    refused: Mask = False
    impossible: Mask = False


def total_of(amounts: Iterable[Amount]) -> Any:
    """The sum; 0 of nothing."""
    whole: Any = 0.0
    for amount in amounts:
        whole = whole + amount
    return whole


def any_of(masks: Iterable[Mask]) -> Any:
    """Where any of them holds."""
    either: Any = False
    for mask in masks:
        either = either | mask
    return either


def shared(
    amount: Amount, weights: Sequence[Amount], otherwise: Sequence[Amount] | None = None
) -> list[Any]:
    """``costplan.quantity.shares`` without its rounding: pro rata; where no weight is, by those of
    ``otherwise``, in equal parts without them."""
    if len(weights) == 1:
        return [amount]
    whole = total_of(weights)
    if np.all(whole):
        each = amount / whole
        return [each * weight for weight in weights]
    others = otherwise or [1.0] * len(weights)
    equal = over(1.0, total_of(others))
    zero = np.equal(whole, 0)
    return [
        amount * np.where(zero, equal * other, over(weight, whole))
        for weight, other in zip(weights, others, strict=True)
    ]


def by_purpose(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Rows by what they are spent for."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.purpose, []).append(row)
    return groups
