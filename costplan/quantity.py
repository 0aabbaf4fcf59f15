"""Numbers: every price, quantity and amount is a Decimal, and is rounded only when drawn.

An amount is quantised once, at ``STEP`` (1e-12 of the currency), when its line is made. Without
that, a total can differ from the sum of its parts in the 28th digit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal, localcontext
from functools import reduce
from itertools import accumulate, pairwise
from typing import Any, TypeVar, cast

ZERO = Decimal(0)
ONE = Decimal(1)
STEP = Decimal("1e-12")
LARGEST = Decimal("1e15")
"""Numbers a user may write are smaller than this: a quadrillion tokens is nobody's month."""

TWELVE = Context(prec=12)
"""Digits of what is worked out in floats: probabilities, and the visits that follow from them."""
_WIDE = Context(prec=60, rounding=ROUND_HALF_EVEN)

TIMES = {"": ONE, "k": Decimal(1_000), "m": Decimal(1_000_000), "%": Decimal("0.01")}
"""What stands behind a number that people write, and what it does to it."""
SPOKEN = r"\$?(?P<digits>(?:\d{1,3}(?:[, ]\d{3})+|\d[\d_]*)(?:\.\d+)?|\.\d+) ?(?P<times>[km%]?)"


def spoken(text: str) -> Decimal | None:
    """The number that a person means: 25k, 1.5m, 10,000, 99 %, $4; None where it is no number."""
    match = re.fullmatch(SPOKEN, text.strip(), re.IGNORECASE | re.ASCII)
    if match is None or len(text) > 30:
        return None
    return Decimal(re.sub("[_, ]", "", match["digits"])) * TIMES[match["times"].lower()]


def toml_number(number: Decimal) -> str:
    """A number from 0 as TOML has it, thousands apart: 10_000, 0.97."""
    whole, dot, fraction = literal(number).partition(".")
    return f"{int(whole):_}{dot}{fraction}"


def stepped(number: Decimal, step: Decimal) -> Decimal:
    """The number in whole steps, such as 0.01, half to even; up to 60 digits of it."""
    return _WIDE.quantize(number, step)


def settle(amount: Decimal) -> Decimal:
    """The amount at 1e-12 of the currency, half to even; amounts of draws stay as they are."""
    drawn: Any = amount
    if isinstance(drawn, Many):
        return cast(Decimal, drawn)
    return _WIDE.quantize(amount, STEP)


def scaled(amount: Decimal, times: Decimal, over: Decimal = ONE) -> Decimal:
    """amount x times / over, settled; in between nothing is rounded away."""
    return settle(_WIDE.divide(_WIDE.multiply(amount, times), over))


class Many:
    """A number that is many at once, one for each draw of the ranges in a workload.

    It stands where a Decimal or a float does, so that a plan and its draws share their formulas;
    ``costplan.billing.arrays`` has the only kind. Where a formula leaves out what is nothing, it
    is left out only where it is nothing in every draw: ``<=``, ``<`` and ``==`` hold where they do
    in all draws, ``>``, ``>=``, ``!=`` and ``bool`` where they do in any.
    """

    __slots__ = ()

    def least(self, other: Number) -> Number:
        """The smaller of the two, draw by draw."""
        raise NotImplementedError

    def most(self, other: Number) -> Number:
        """The larger of the two, draw by draw."""
        raise NotImplementedError

    def each(self, function: Callable[..., float], numbers: Sequence[float]) -> float:
        """What a function of floats gives for the numbers, draw by draw."""
        raise NotImplementedError


Number = TypeVar("Number", Decimal, float)


def least(number: Number, other: Number) -> Number:
    """The smaller of two numbers, draw by draw where one is many."""
    if isinstance(number, Many):
        return number.least(other)
    if isinstance(other, Many):
        return other.least(number)
    return min(number, other)


def most(number: Number, other: Number) -> Number:
    """The larger of two numbers, draw by draw where one is many."""
    if isinstance(number, Many):
        return number.most(other)
    if isinstance(other, Many):
        return other.most(number)
    return max(number, other)


def each(function: Callable[..., float], *numbers: float) -> float:
    """What a function of floats gives, draw by draw where one of them is many."""
    many = next((number for number in numbers if isinstance(number, Many)), None)
    return function(*numbers) if many is None else many.each(function, numbers)


def probability(share: Decimal) -> float:
    """A share of the workload file as a float, for what is worked out in floats."""
    number: Any = share
    return cast(float, number) if isinstance(number, Many) else float(number)


def decimal(number: Decimal | bool) -> Decimal:
    """A number, or a switch as 0 or 1."""
    switched: Any = number
    return cast(Decimal, switched) if isinstance(switched, Many) else Decimal(number)


def ratio(number: Decimal, other: Decimal) -> Decimal:
    """number / other at 12 digits, for what follows from visits."""
    if isinstance(number, Many) or isinstance(other, Many):
        return number / other
    return TWELVE.divide(number, other)


def twelve_digits(number: float) -> Decimal:
    """A float at 12 significant digits: the one place where a probability meets money.

    Draws stay as they are: their money is in floats too.
    """
    drawn: Any = number
    if isinstance(drawn, Many):
        return cast(Decimal, drawn)
    return TWELVE.create_decimal_from_float(number).normalize() + 0


def plus(amount: Decimal, other: Decimal) -> Decimal:
    """The exact sum of two, as ``total`` of many."""
    return _WIDE.add(amount, other)


def total(amounts: Iterable[Decimal]) -> Decimal:
    """The exact sum: settled amounts never need more than 60 digits."""
    return reduce(_WIDE.add, amounts, ZERO)


def literal(number: Decimal) -> str:
    """The number as a JSON literal: no exponent, no trailing zeros, ``0`` for any zero."""
    text = str(number)
    if "E" in text:
        text = f"{number:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def grouped(number: Decimal, places: int | None = None) -> str:
    """The number for a reader: thousands separated; all its digits, or ``places`` of them."""
    if places is not None:
        return f"{number:,.{places}f}"
    whole, _, fraction = literal(number).partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    text = sign + f"{int(digits):,}"
    return f"{text}.{fraction}" if fraction else text


def counted_to(number: Decimal, digits: int = 12) -> Decimal:
    """The number at so many digits; its whole part is always in full."""
    return round(number, max(0, digits - 1 - number.adjusted()))


def rounded(number: Decimal, digits: int = 4) -> str:
    """The number for a sentence: whole above ten thousand, else to so many digits that count."""
    if number == number.to_integral_value() or abs(number) >= 10_000:
        return grouped(number, 0)
    text = grouped(number, min(max(0, digits - 1 - number.adjusted()), 9))
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: Decimal, places: int | None = None, digits: int = 4) -> str:
    """A share as percent, to so many ``places`` or else ``digits`` that count, and to as many more
    as tell it from all: what is below 1 never reads 100."""
    per = share * 100
    for more in range(12):
        text = rounded(per, digits + more) if places is None else grouped(per, places + more)
        if per >= 100 or text.partition(".")[0] != "100":
            return text
    return "below 100"


def with_unit(number: Decimal, unit: str) -> str:
    """The number with its unit; a switch ("0 or 1") has none worth saying."""
    return grouped(number) if " or " in unit else f"{grouped(number)} {unit}"


def shares(amount: Decimal, weights: list[Decimal]) -> list[Decimal]:
    """Split a settled amount pro rata by non-negative weights; the parts sum to it exactly.

    With all weights zero the parts are equal. What rounding leaves goes to the last part, unless
    that would make it negative, or more than its weight where the amount is not more than all of
    them: then every part is rounded where it ends, and none of them can be.
    """
    whole = total(weights)
    if whole == 0:
        weights, whole = [ONE] * len(weights), Decimal(len(weights))
    parts = [scaled(amount, weight, whole) for weight in weights[:-1]]
    last = amount - total(parts)
    if last < 0 <= amount or (weights[-1] < last and amount <= whole):
        with localcontext(_WIDE):
            exact = [amount * end / whole for end in accumulate(weights[:-1])]
            ends = [ZERO, *(end.quantize(STEP, ROUND_FLOOR) for end in exact), amount]
            return [end - begin for begin, end in pairwise(ends)]
    return [*parts, last]


def plural(unit: str, quantity: Decimal) -> str:
    """The unit for a quantity: 2 tokens, 2 queries, 2 GB, 1 trace."""
    if quantity == 1 or not unit or not unit[-1].islower() or unit.endswith(("s", "kWh")):
        return unit
    if " of " in unit:
        return unit
    if unit.endswith("y") and unit[-2:-1] not in "aeiou":
        return unit[:-1] + "ies"
    return unit + ("es" if unit.endswith(("ch", "x")) else "s")
