"""Draws that stand where a Decimal or a float does, and decisions on floats as Decimals make them.

A quantity that is exactly 1,000 by its formula may be 1,000.0000000000001 as a float: whatever
falls on an edge, into a block or over a limit is looked at to nine places, or to the digits that a
float has where it is large.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from costplan.quantity import Many, Number

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
"""Which draws, by their places."""
Amount = Any
"""One float for all draws, or an array of one for each: what numpy gives for either."""
Mask = bool | np.bool_ | NDArray[np.bool_]

NINE = 5e-10
DIGITS = 4e-15


class Draws(Many):
    """A number for each draw, with the arithmetic that formulas use.

    0 / 0 is 0, as a share of nothing; anything else over 0 is no number, and its draw is refused.
    """

    __slots__ = ("values",)
    __array_ufunc__ = None  # so that numpy leaves what is written number x draws to draws
    __hash__ = object.__hash__

    def __init__(self, values: Floats) -> None:
        self.values = values

    def __repr__(self) -> str:
        return f"{len(self.values)} draws"

    def __bool__(self) -> bool:
        return bool(self.values.any())

    def __add__(self, other: Any) -> Draws:
        return self if _is(other, 0) else Draws(self.values + floats(other))

    __radd__ = __add__

    def __sub__(self, other: Any) -> Draws:
        return self if _is(other, 0) else Draws(self.values - floats(other))

    def __rsub__(self, other: Any) -> Draws:
        return Draws(floats(other) - self.values)

    def __mul__(self, other: Any) -> Draws:
        return self if _is(other, 1) else Draws(self.values * floats(other))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Draws:
        return self if _is(other, 1) else Draws(over(self.values, floats(other)))

    def __rtruediv__(self, other: Any) -> Draws:
        return Draws(over(floats(other), self.values))

    def __neg__(self) -> Draws:
        return Draws(-self.values)

    def __pow__(self, other: Any) -> Draws:
        return Draws(self.values ** floats(other))

    def __rpow__(self, other: Any) -> Draws:
        return Draws(floats(other) ** self.values)

    def __eq__(self, other: object) -> bool:
        return bool((self.values == floats(other)).all())

    def __ne__(self, other: object) -> bool:
        return bool((self.values != floats(other)).any())

    def __le__(self, other: Any) -> bool:
        return bool((self.values <= floats(other)).all())

    def __lt__(self, other: Any) -> bool:
        return bool((self.values < floats(other)).all())

    def __ge__(self, other: Any) -> bool:
        return bool((self.values >= floats(other)).any())

    def __gt__(self, other: Any) -> bool:
        return bool((self.values > floats(other)).any())

    def least(self, other: Number) -> Number:
        return cast(Number, Draws(np.minimum(self.values, floats(other))))

    def most(self, other: Number) -> Number:
        return cast(Number, Draws(np.maximum(self.values, floats(other))))

    def each(self, function: Callable[..., float], numbers: Sequence[float]) -> float:
        count = len(self.values)
        given: Sequence[Any] = numbers
        columns = [
            number.values.tolist() if isinstance(number, Draws) else [number] * count
            for number in given
        ]
        drawn = [function(*row) for row in zip(*columns, strict=True)]
        return cast(float, Draws(np.array(drawn)))


def _is(other: Any, number: int) -> bool:
    return not isinstance(other, Many) and bool(other == number)


def floats(number: Any) -> Amount:
    """A Decimal, a number or draws of it, as one float or an array of them."""
    return number.values if isinstance(number, Draws) else float(number)


def over(number: Amount, other: Amount) -> Any:
    """number / other; 0 / 0 is 0, else what is divided by 0 is no number."""
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = np.true_divide(number, other)
        if not np.all(other):
            zero = np.equal(other, 0)
            quotient = np.where(zero, np.where(np.equal(number, 0), 0.0, np.nan), quotient)
    return quotient


def chosen(test: Mask, yes: Amount, no: Amount) -> Any:
    """``yes`` where the test holds, else ``no``."""
    if isinstance(test, np.ndarray):
        return np.where(test, yes, no)
    return yes if test else no


def slack(*numbers: Amount) -> Any:
    """How far apart two of these may be and still be equal."""
    size: Any = 0.0
    for number in numbers:
        size = np.maximum(size, np.abs(number))
    return np.maximum(NINE, DIGITS * size)


def same(number: Amount, other: Amount) -> Any:
    """Whether two numbers are equal to nine places."""
    return np.abs(np.subtract(number, other)) <= slack(number, other)


def below(number: Amount, other: Amount) -> Any:
    """number < other, to nine places."""
    return np.less(number, other) & ~same(number, other)


def at_most(number: Amount, other: Amount) -> Any:
    """number <= other, to nine places."""
    return np.less_equal(number, other) | same(number, other)


def ceiling(number: Amount) -> Any:
    """The smallest whole number that is not below it, to nine places."""
    nearest = np.rint(number)
    return np.where(same(number, nearest), nearest, np.ceil(number))


def floor(number: Amount) -> Any:
    """The largest whole number that is not above it, to nine places."""
    nearest = np.rint(number)
    return np.where(same(number, nearest), nearest, np.floor(number))
