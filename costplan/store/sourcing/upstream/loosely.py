"""What the adapters of vendors' own live lists share.

Such a list mixes tokens with hours, images and training, and a new product brings entries of a new
shape. One odd entry must not keep all prices away, so these look without raising: what cannot be
taken for certain is skipped with a reason, entry by entry.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from costplan.problems import InvalidInput, Problem
from costplan.store.sourcing.upstream.payload import NOT_FREE, Priced
from costplan.words import TOKEN_KINDS

CHEAPEST = Decimal("0.0001")
"""Per million tokens. The cheapest embedding costs 0.002: below this a scale is wrong."""
LARGEST_CONTEXT = 1_000_000_000
LONGEST_NUMBER = 60  # characters


def wrong_shape(source: str, expected: str) -> InvalidInput:
    """The error for a payload that is JSON, but not this source's."""
    return InvalidInput([Problem((), f"this is not what {source} publishes: {expected}")])


def table(value: object) -> Mapping[str, Any]:
    """The value where it is a table, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def text(value: object) -> str:
    """The value where it is a string, else an empty one."""
    return value if isinstance(value, str) else ""


def number(value: object) -> Decimal | None:
    """A number, or a string that is one; None for anything else, for NaN and for 1e400."""
    if isinstance(value, str) and len(value) <= LONGEST_NUMBER:
        try:
            value = Decimal(value.strip())
        except InvalidOperation:
            return None
    if not isinstance(value, Decimal) or not value.is_finite():
        return None
    return value if not value or -40 < value.adjusted() < 20 else None


def count(value: object) -> int | None:
    """A number of tokens where it can be one."""
    parsed = number(value)
    if parsed is None or parsed != parsed.to_integral_value() or not 1 <= parsed <= LARGEST_CONTEXT:
        return None
    return int(parsed)


def day_of(value: object) -> date | None:
    """The day of a timestamp such as 2026-09-01T00:00:00Z, or None."""
    try:
        return datetime.fromisoformat(text(value)).date()
    except ValueError:
        return None


def plain(rate: Decimal) -> Decimal:
    """The number without trailing zeros."""
    return rate.normalize() if rate else Decimal(0)


def fault_of_rates(rates: Priced) -> str | None:
    """Why rates per million tokens cannot be those of a price list; None where they can."""
    if "input" not in rates:
        return "no price for input tokens"
    if rates["input"] == 0 or rates.get("output") == 0:
        return NOT_FREE
    for kind in TOKEN_KINDS:
        price = rates.get(kind, CHEAPEST)
        if price < 0:
            return f"a negative price ({kind})"
        if 0 < price < CHEAPEST:
            return f"a unit error: {price:f} per million {kind} tokens"
    return None


def repeated(ids: Iterable[str]) -> set[str]:
    """The ids that occur more than once: which of their prices holds cannot be known."""
    return {model_id for model_id, times in Counter(ids).items() if times > 1}
