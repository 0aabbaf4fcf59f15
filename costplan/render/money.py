"""Money with its sign and currency, as a sentence about a change shows it."""

from __future__ import annotations

from decimal import Decimal

from costplan.quantity import ZERO, grouped

SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹"}
WHOLE = Decimal(100)
CENTS = Decimal("0.01")


def places(*amounts: Decimal) -> int:
    """Digits after the point that tell these amounts apart: none from 100 on, cents below; more
    where all of them are under a cent."""
    largest = max((abs(one) for one in amounts), default=ZERO)
    if largest >= WHOLE:
        return 0
    if largest and largest < CENTS:
        return -largest.adjusted() + 1
    return 2


def amount(value: Decimal, currency: str, digits: int, *, unicode: bool = True) -> str:
    """$1,121 or 1,121 CHF; a minus before the symbol."""
    symbol = SYMBOLS.get(currency, "")
    if not symbol.isascii() and not unicode:
        symbol = ""
    text = grouped(abs(value), digits)
    sign = "-" if value < 0 and any(one in "123456789" for one in text) else ""
    return f"{sign}{symbol}{text}" if symbol else f"{sign}{text} {currency}"


def signed(value: Decimal, currency: str, digits: int, *, unicode: bool = True) -> str:
    """As ``amount``, with a plus before what is not negative."""
    text = amount(value, currency, digits, unicode=unicode)
    return text if text.startswith("-") else f"+{text}"
