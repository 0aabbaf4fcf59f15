"""Money with its sign and currency, as a sentence about a change shows it."""

from __future__ import annotations

from decimal import Decimal

from costplan.quantity import ZERO, grouped, literal

SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹"}
WHOLE = Decimal(100)


def places(*amounts: Decimal) -> int:
    """Digits after the point that tell these amounts apart: none from 100 on, cents below; three
    that count where all of them are under a unit."""
    largest = max((abs(each) for each in amounts), default=ZERO)
    return 0 if largest >= WHOLE else digits_of(largest)


def digits_of(amount: Decimal) -> int:
    """Digits after the point: cents; under a unit three that count, so that lines add up to the
    eye; no more than the amount has, and never fewer than two."""
    if not amount or abs(amount) >= 1:
        return 2
    _, _, fraction = literal(round(amount, -amount.adjusted() + 2)).partition(".")
    return max(2, len(fraction))


def amount(value: Decimal, currency: str, digits: int, *, unicode: bool = True) -> str:
    """$1,121 or 1,121 CHF; a minus before the symbol."""
    symbol = SYMBOLS.get(currency, "")
    if not symbol.isascii() and not unicode:
        symbol = ""
    text = grouped(abs(value), digits)
    sign = "-" if value < 0 and any(digit in "123456789" for digit in text) else ""
    return f"{sign}{symbol}{text}" if symbol else f"{sign}{text} {currency}"


def signed(value: Decimal, currency: str, digits: int, *, unicode: bool = True) -> str:
    """As ``amount``, with a plus before what is not negative."""
    text = amount(value, currency, digits, unicode=unicode)
    return text if text.startswith("-") else f"+{text}"
