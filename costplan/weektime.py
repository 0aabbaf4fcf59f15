"""Parts of a week: hours of a day, days of a week, time zones. No clock, no locale.

Spans of hours are half-open ("09:00-12:00" ends before noon) and may cross midnight; the part after
midnight belongs to the day on which the span began.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import cache

from costplan.problems import Problem

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES = 24 * 60


def in_utc(moment: datetime) -> datetime:
    """A moment in UTC; one without a zone is taken to be there."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def days_in_month(day: date) -> int:
    """How many days the month of a day has. The standard library's calendar is made for printing,
    and loads the system's languages with it."""
    if day.month == 12:
        return 31
    return (date(day.year, day.month + 1, 1) - date(day.year, day.month, 1)).days


def within(
    local: datetime,
    days: frozenset[int],
    spans: tuple[tuple[int, int], ...],
    holidays: tuple[date, ...] = (),
) -> bool:
    """Whether a local moment lies in one of the spans (minutes of a day) of an allowed day."""
    minute = local.hour * 60 + local.minute
    today = local.date()
    for begin, end in spans:
        if begin <= minute < end and today.weekday() in days and today not in holidays:
            return True
        yesterday = today - timedelta(days=1)
        if minute < end - MINUTES and yesterday.weekday() in days and yesterday not in holidays:
            return True
    return False


@cache
def parse_offset(text: str) -> tzinfo:
    """ "+08:00" as a time zone. Raises ValueError."""
    sign, hours, colon, minutes = text[:1], text[1:3], text[3:4], text[4:]
    if sign in "+-" and colon == ":" and hours.isdigit() and minutes.isdigit():
        delta = timedelta(hours=int(hours), minutes=int(minutes))
        if delta <= timedelta(hours=14) and int(minutes) < 60:
            return timezone(delta if sign == "+" else -delta)
    raise ValueError(f"'{text}' is not a UTC offset such as +08:00")


@cache
def parse_zone(name: str) -> tzinfo:
    """An IANA time zone. Raises ValueError for a name that the system does not know."""
    if name.upper() == "UTC":
        return UTC
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except Exception as error:  # zoneinfo raises five kinds, one of them IsADirectoryError
        raise ValueError(f"unknown time zone '{name}'") from error


@cache
def parse_days(text: str) -> frozenset[int]:
    """ "mon-fri" or "sat,sun" as weekday numbers, Monday 0. Raises ValueError."""
    days: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if first not in WEEKDAYS or (dash and last not in WEEKDAYS):
            raise ValueError(f"'{text}' is not a list of days such as mon-fri or sat,sun")
        begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        days.update(day % 7 for day in range(begin, end + 1 if end >= begin else end + 8))
    return frozenset(days)


@cache
def parse_hours(spans: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """ "22:00-06:00" as (1320, 1800): minutes from midnight, past 1440 for the next day."""
    parsed = []
    for span in spans:
        first, dash, last = span.partition("-")
        begin, end = _minutes(first), _minutes(last)
        if not dash or begin is None or end is None or begin in (end, MINUTES):
            raise ValueError(f"'{span}' is not a span of hours such as 09:00-12:00")
        parsed.append((begin, end if end > begin else end + MINUTES))
    return tuple(parsed)


def hours_problems(spans: tuple[str, ...]) -> Iterable[Problem]:
    """A problem for each span that cannot be read."""
    for at, span in enumerate(spans):
        try:
            parse_hours((span,))
        except ValueError as error:
            yield Problem(("hours", at), str(error))


def _minutes(text: str) -> int | None:
    hours, colon, minutes = text.strip().partition(":")
    if not (colon and hours.isdigit() and minutes.isdigit() and len(minutes) == 2):
        return None
    value = int(hours) * 60 + int(minutes)
    return value if int(minutes) < 60 and value <= MINUTES else None


def weekday_problems(text: str) -> Iterable[Problem]:
    """A problem when the days cannot be read."""
    try:
        parse_days(text)
    except ValueError as error:
        yield Problem(("days",), str(error))


def zone_problem(path: tuple[str | int, ...], name: str) -> Iterable[Problem]:
    """A problem when the system knows no such time zone."""
    try:
        parse_zone(name)
    except ValueError as error:
        yield Problem(path, str(error), "names look like Europe/Berlin or America/New_York")
