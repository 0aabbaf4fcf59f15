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


def shared(amount: Amount, weights: Sequence[Amount]) -> list[Any]:
    """``costplan.quantity.shares`` without its rounding: pro rata; equal where no weight is."""
    if len(weights) == 1:
        return [amount]
    whole = total_of(weights)
    if np.all(whole):
        each = amount / whole
        return [each * weight for weight in weights]
    equal = 1.0 / len(weights)
    zero = np.equal(whole, 0)
    return [amount * np.where(zero, equal, over(weight, whole)) for weight in weights]


def by_purpose(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Rows by what they are spent for."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.purpose, []).append(row)
    return groups
