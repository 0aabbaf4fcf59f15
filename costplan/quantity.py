"""Numbers: every price, quantity and amount is a Decimal, and is rounded only when drawn.

An amount is quantised once, at ``STEP`` (1e-12 of the currency), when its line is made. Without
that, a total can differ from the sum of its parts in the 28th digit.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal, localcontext
from functools import reduce
from itertools import accumulate, pairwise

ZERO = Decimal(0)
ONE = Decimal(1)
STEP = Decimal("1e-12")
LARGEST = Decimal("1e15")
"""Numbers a user may write are smaller than this: a quadrillion tokens is nobody's month."""

TWELVE = Context(prec=12)
"""Digits of what is worked out in floats: probabilities, and the visits that follow from them."""
_WIDE = Context(prec=60, rounding=ROUND_HALF_EVEN)


def stepped(number: Decimal, step: Decimal) -> Decimal:
    """The number in whole steps, such as 0.01, half to even; up to 60 digits of it."""
    return _WIDE.quantize(number, step)


def settle(amount: Decimal) -> Decimal:
    """The amount at 1e-12 of the currency, half to even."""
    return _WIDE.quantize(amount, STEP)


def scaled(amount: Decimal, times: Decimal, over: Decimal = ONE) -> Decimal:
    """amount x times / over, settled; in between nothing is rounded away."""
    return settle(_WIDE.divide(_WIDE.multiply(amount, times), over))


def twelve_digits(number: float) -> Decimal:
    """A float at 12 significant digits: the one place where a probability meets money."""
    return TWELVE.create_decimal_from_float(number).normalize() + 0


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
            ends = [ZERO, *(one.quantize(STEP, ROUND_FLOOR) for one in exact), amount]
            return [end - begin for begin, end in pairwise(ends)]
    return [*parts, last]
