"""A history as a series: one value a day, or one a calendar month, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple

from costplan.facts import Fact, fact
from costplan.plan.forecast.methods import Series, mean_of
from costplan.weektime import days_in_month

Unit = Literal["requests", "amount", "calls"]
ENOUGH = 0.8
"""The share of a month's days that tells its mean."""


class History(NamedTuple):
    """Values by day, or by the first of each month where ``monthly``: totals of that day or month.

    ``silent``: what stands for days without a value: a log has none where nothing was asked, so 0;
    None where a missing day is not known.
    """

    unit: Unit
    values: Mapping[date, Decimal]
    monthly: bool = False
    silent: float | None = None

    @property
    def first(self) -> date:
        return min(self.values)

    @property
    def last(self) -> date:
        """The last day that it covers."""
        last = max(self.values)
        return month_end(last) if self.monthly else last


def month_end(day: date) -> date:
    """The last day of a day's month."""
    return day.replace(day=days_in_month(day))


def months_later(day: date, months: int) -> date:
    """The first of the month that is so many later."""
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def months_between(first: date, last: date) -> int:
    """How many months later one day's month is than another's."""
    return (last.year - first.year) * 12 + last.month - first.month


def before(history: History, as_of: date) -> tuple[History, list[Fact]]:
    """The history up to a day: that day, its month where the history is by the month, and what
    comes after are not over."""
    edge = as_of.replace(day=1) if history.monthly else as_of
    kept = {day: value for day, value in history.values.items() if day < edge}
    left = len(history.values) - len(kept)
    facts = [fact("history-to-come", count=left, day=edge)] if left else []
    return history._replace(values=kept), facts


def of_days(history: History) -> Series:
    """Each day from the first to the last."""
    span = (history.last - history.first).days + 1
    days = (history.first + timedelta(days=at) for at in range(span))
    return [_day(history, day) for day in days]


def _day(history: History, day: date) -> float | None:
    value = history.values.get(day)
    return history.silent if value is None else float(value)


def of_months(history: History) -> tuple[date, Series]:
    """The first whole month, and the daily rate of each whole month. None where a month lacks more
    than a fifth of its days."""
    if history.monthly:
        first = history.first
        count = months_between(first, history.last) + 1
        starts = [months_later(first, at) for at in range(count)]
        return first, [_of_month(history.values.get(start), start) for start in starts]
    first = history.first if history.first.day == 1 else months_later(history.first, 1)
    end = history.last + timedelta(days=1)
    count = max(0, months_between(first, end))
    return first, [_mean_of_month(history, months_later(first, at)) for at in range(count)]


def _of_month(value: Decimal | None, start: date) -> float | None:
    return None if value is None else float(value) / month_end(start).day


def _mean_of_month(history: History, start: date) -> float | None:
    days = [_day(history, start.replace(day=number + 1)) for number in range(month_end(start).day)]
    known = [value for value in days if value is not None]
    return mean_of(known) if len(known) >= ENOUGH * len(days) else None


def shortcomings(history: History) -> Iterable[Fact]:
    """What of a history a reader must know."""
    if history.monthly:
        gaps = months_between(history.first, history.last) + 1 - len(history.values)
        if gaps:
            yield fact("history-lacks-months", count=gaps)
        return
    days = (history.last - history.first).days + 1
    gaps = days - len(history.values)
    if gaps and history.silent is None:
        yield fact("history-lacks-days", count=gaps)
    elif gaps:
        yield fact("history-silent-days", count=gaps)
    if days < 7:
        yield fact("history-short", count=days)


def known_part(history: History, first: date, last: date) -> tuple[float, int]:
    """What some days came to, as far as they are in the history, and how many of them are."""
    span: Sequence[date] = [first + timedelta(days=at) for at in range((last - first).days + 1)]
    known = [value for day in span if (value := _day(history, day)) is not None]
    return sum(known), len(known)
