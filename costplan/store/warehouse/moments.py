"""Times of columns of any type, as seconds since 1970 in UTC: double numbers, fractions and all.

A text of ISO 8601 is counted out in whole numbers: what engines make of one differs by the zone of
the session, and a day that no calendar has ends the query on some of them.
"""

from __future__ import annotations

from typing import Any, Final

import ibis

from costplan.store.warehouse.values import as_number, is_number, wrong_type

DATE: Final = "[1-9][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
CLOCK: Final = "([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?"
ZONE: Final = "(Z| ?UTC|[+-][0-9]{2}(:?[0-9]{2})?)?"
ISO: Final = f"^{DATE}([T ]{CLOCK}{ZONE})?$"
OFFSETS: Final = (("^[+-][0-9]{2}:[0-9]{2}$", 6), ("^[+-][0-9]{4}$", 5), ("^[+-][0-9]{2}$", 3))
"""How an offset is written at a text's end, and how long it is."""
DIGITS: Final = "^[0-9]{1,4}$"
LONG_MONTHS: Final = (1, 3, 5, 7, 8, 10, 12)
EPOCH: Final = 719_469
"""The days that ``_days`` counts before 1970-01-01."""
SIZES: Final = ((5e9, 1), (5e12, 1e3), (5e15, 1e6), (5e18, 1e9))
"""Up to which size a number is seconds, milliseconds, microseconds, nanoseconds."""


def seconds(value: Any, column: str) -> Any:
    """Seconds since 1970 in UTC; NULL where the column holds no time.

    A number is read by its size, as ``columns.time`` has it; a time or a text without a zone is
    UTC. The session's zone is UTC on every engine (``connecting.py``). Before 1970 there is none.
    """
    time = _seconds(value, column)
    return ibis.cases((time >= 0, time), else_=ibis.null("float64"))


def _seconds(value: Any, column: str) -> Any:
    kind = value.type()
    if kind.is_timestamp() or kind.is_date():
        return value.cast("timestamp('UTC')").epoch_seconds().cast("float64")
    if kind.is_string():
        iso = ibis.cases((value.re_search(ISO), _iso(value)), else_=ibis.null("float64"))
        number = value.strip()
        return ibis.cases((is_number(number), _sized(as_number(number))), else_=iso)
    if kind.is_numeric():
        return _sized(value.cast("float64"))
    raise wrong_type(column, kind, "a time")


def _sized(number: Any) -> Any:
    size = number.abs()
    known = [(size < most, number / by) for most, by in SIZES]
    return ibis.cases(*known, else_=ibis.null("float64"))


def _iso(text: Any) -> Any:
    year, month, day = _part(text, 0, 4), _part(text, 5, 2), _part(text, 8, 2)
    with_clock = text.length() > 10
    with_seconds = (text.length() > 16) & (text.substr(16, 1) == ":")
    clock = _part(text, 11, 2) * 3600 + _part(text, 14, 2) * 60
    clock += ibis.cases((with_seconds, _part(text, 17, 2)), else_=0)
    since = _days(year, month, day) * 86_400
    whole = since + ibis.cases((with_clock, clock - _offset(text)), else_=0)
    there = _on_calendar(year, month, day)
    return ibis.cases((there, whole.cast("float64")), else_=ibis.null("float64"))


def _part(text: Any, begin: int, length: int) -> Any:
    """The number at a place of a text, 0 where no digits stand there."""
    digits = text.substr(begin, length)
    return ibis.cases((digits.re_search(DIGITS), digits), else_="0").cast("int64")


def _days(year: Any, month: Any, day: Any) -> Any:
    """Days since 1970-01-01 in the Gregorian calendar, whose year begins in March here."""
    early = month <= 2
    years = year - ibis.cases((early, 1), else_=0)
    months = month + ibis.cases((early, 9), else_=-3)
    leaps = years // 4 - years // 100 + years // 400
    return years * 365 + leaps + (months * 153 + 2) // 5 + day - EPOCH


def _on_calendar(year: Any, month: Any, day: Any) -> Any:
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    return (
        (day <= 28)
        | ((day == 29) & ((month != 2) | leap))
        | ((day == 30) & (month != 2))
        | month.isin(LONG_MONTHS)
    )


def _offset(text: Any) -> Any:
    """The seconds that a text's clock is ahead of UTC; 0 without a zone."""
    known = []
    for pattern, length in OFFSETS:
        end = text.right(length)
        minutes = 0 if length == 3 else _part(end, length - 2, 2) * 60
        ahead = _part(end, 1, 2) * 3600 + minutes
        signed = ahead * ibis.cases((end.substr(0, 1) == "-", -1), else_=1)
        known.append((end.re_search(pattern), signed))
    return ibis.cases(*known, else_=0)
