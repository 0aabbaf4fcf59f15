"""What every adapter needs of a payload: safe JSON, ids that are ids, prices that can be prices.

A payload is somebody else's text. Whatever in it cannot be taken for certain is refused here with
a reason in words, so that all adapters refuse alike.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from costplan.catalog.model import Mode, Rates
from costplan.problems import InvalidInput, Problem
from costplan.quantity import ONE

MILLION = Decimal(1_000_000)
DEAREST = Decimal(10_000)
"""Per million tokens. The dearest model sold by the token cost 600: above this a scale is wrong."""
CHEAPEST = Decimal("0.0001")
"""Per million tokens. The cheapest embedding costs 0.002: below this a scale is wrong."""
LARGEST_CONTEXT = 1_000_000_000
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@+~-]*(?:/[A-Za-z0-9._:@+~-]*[A-Za-z0-9])*")
LONGEST_ID = 128
SANE_EXPONENTS = range(-40, 20)


def load(data: bytes, source: str) -> Any:
    """JSON as plain data, numbers as int and Decimal. Raises InvalidInput for what is not JSON."""
    if data[:512].lstrip()[:1] == b"<":
        raise _refused(f"{source} sent a web page, not JSON")
    try:
        return json.loads(data, parse_float=_decimal, parse_constant=_constant)
    except RecursionError:
        raise _refused(f"what {source} sent nests too deeply") from None
    except UnicodeDecodeError:
        raise _refused(f"what {source} sent is not UTF-8 text") from None
    except _NotFinite as error:
        raise _refused(
            f"{source} sent {error}, which is not a number that can be computed with"
        ) from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise _refused(f"what {source} sent is not JSON ({where}: {error.msg})") from None
    except ValueError:  # Python reads no integer of thousands of digits
        raise _refused(f"{source} sent a number of thousands of digits") from None


class _NotFinite(Exception):
    pass


def _constant(text: str) -> NoReturn:
    raise _NotFinite(text)


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise _NotFinite(text[:40]) from None


def _refused(message: str) -> InvalidInput:
    return InvalidInput([Problem((), message)])


def wrong_shape(source: str, expected: str) -> InvalidInput:
    """The error for a payload that is JSON, but not this source's."""
    return _refused(f"this is not what {source} publishes: {expected}")


def table(value: object) -> Mapping[str, Any]:
    """The value where it is a table, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def text(value: object) -> str:
    """The value where it is a string, else an empty one."""
    return value if isinstance(value, str) else ""


def number(value: object) -> Decimal | None:
    """A number, or a string that is one; None for anything else, for NaN and for 1e400."""
    if isinstance(value, str) and len(value) <= 60:
        try:
            value = Decimal(value.strip())
        except InvalidOperation:
            return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    found = Decimal(value)
    if not found.is_finite() or (found and found.adjusted() not in SANE_EXPONENTS):
        return None
    return found


def count(value: object) -> int | None:
    """A number of tokens where it can be one."""
    found = number(value)
    if found is None or found != found.to_integral_value() or not 1 <= found <= LARGEST_CONTEXT:
        return None
    return int(found)


def day_of(value: object) -> date | None:
    """The day of a timestamp such as 2026-09-01T00:00:00Z, or None."""
    try:
        return datetime.fromisoformat(text(value)).date()
    except ValueError:
        return None


def fault_of_id(name: str) -> str | None:
    """Why a name cannot be an id of the catalogue; None where it can."""
    if not name:
        return "has no name"
    if len(name) > LONGEST_ID:
        return f"its name has more than {LONGEST_ID} characters"
    if not ID.fullmatch(name) or ".." in name:
        return "its name holds characters that no id has"
    return None


def plain(number_: Decimal) -> Decimal:
    """The number without trailing zeros or exponent, as a file would write it."""
    found = number_.normalize()
    return found.quantize(ONE) if found == found.to_integral_value() else found


def fault_of_rates(rates: Rates, free: bool = False) -> str | None:
    """Why rates per million tokens cannot be a price list's; None where they can.

    ``free``: the source says in so many words that the model costs nothing.
    """
    found = rates.published()
    if not found:
        return "no price per token"
    for kind, price in found.items():
        if price < 0:
            return f"a negative price ({kind})"
        if price > DEAREST:
            return f"{kind} at {price:f} per million tokens is out of any scale"
        if 0 < price < CHEAPEST:
            return f"{kind} at {price:f} per million tokens is out of any scale"
    if "input" not in found:
        return "no price for input tokens"
    if not free and (found["input"] == 0 or found.get("output") == 0):
        return "a price of zero that is not declared free"
    return None


def repeated(ids: Iterable[str]) -> set[str]:
    """The ids that occur more than once: which of their prices holds cannot be known."""
    return {one for one, times in Counter(ids).items() if times > 1}


def mode_of(own: Rates, standard: Rates) -> Mode:
    """A mode as one multiplier where it is one for every kind, else with its own rates."""
    times = common_factor(own.published(), standard.published())
    return Mode(rates=own) if times in (None, ONE) else Mode(times=times)


def common_factor(own: Mapping[str, Decimal], standard: Mapping[str, Decimal]) -> Decimal | None:
    """What every rate of ``standard`` times gives ``own``, exactly; None where it is not one."""
    if set(own) != set(standard) or not all(own.values()) or not all(standard.values()):
        return None
    factors = {plain(price / standard[kind]) for kind, price in own.items()}
    if len(factors) != 1:
        return None
    factor = factors.pop()
    exact = all(standard[kind] * factor == price for kind, price in own.items())
    return factor if exact else None
