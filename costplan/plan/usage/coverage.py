"""Which UTC days a log covers, and at what rate the rest of a month goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from costplan.plan.usage.measure import logged_days
from costplan.quantity import ONE, ZERO
from costplan.weektime import days_in_month

WEEK = 7
MOST_WEEKS = 4
EPOCH = date(1970, 1, 1)


class Coverage(NamedTuple):
    """The days of a log. ``whole``: those from end to end; None where no day is. ``passed``: the
    share of the last day that the log covers."""

    first: date
    last: date
    whole: tuple[date, date] | None
    passed: Decimal = ONE


def covered(
    hours: Sequence[tuple[int, int]], first: date | None, last: date | None, today: date
) -> Coverage | None:
    """The days that a log covers; None of a log without times.

    ``hours``: (hour since 1970, requests), ascending; empty where a source has sums a day: then
    every day is whole but ``today``, which is not over.
    """
    if first is None or last is None:
        return None
    if hours:
        span = logged_days(hours)
        whole = None if span is None else (_day(span.first), _day(span.last))
        last_hour = hours[-1][0]
        passed = Decimal(last_hour % 24 + 1) / 24 if _day(last_hour // 24) == last else ONE
        return Coverage(first, last, whole, passed)
    end = min(last, today - timedelta(days=1))
    whole = (first, end) if first <= end else None
    return Coverage(first, last, whole, ZERO if last > end else ONE)


def _day(number: int) -> date:
    return EPOCH + timedelta(days=number)


class Projection(NamedTuple):
    """A month so far and to its end, as weights of logged days.

    ``so_far``: the last day of the month that is counted; None where the log has none of it.
    ``window``: the whole days whose mean is the rate of the days that remain, four weeks at most;
    None where none is whole. ``remaining``: days, the part of one too. ``unlogged``: days of the
    month before the log begins.
    """

    month: date
    so_far: date | None
    window: tuple[date, date] | None
    remaining: Decimal
    unlogged: int

    @property
    def known(self) -> bool:
        """Whether the month's end can be told."""
        return self.so_far is not None and (self.window is not None or not self.remaining)

    @property
    def window_days(self) -> int:
        return 0 if self.window is None else (self.window[1] - self.window[0]).days + 1

    def weights(self, days: Sequence[date]) -> Mapping[date, Decimal]:
        """How often each logged day counts in the whole month; the sum over the month so far is
        that of the days whose weight ``in_month`` is 1."""
        counts = {day: ONE if self.in_month(day) else ZERO for day in days}
        if self.window is not None and self.remaining:
            more = self.remaining / self.window_days
            for day in days:
                if self.window[0] <= day <= self.window[1]:
                    counts[day] += more
        return {day: weight for day, weight in counts.items() if weight}

    def in_month(self, day: date) -> bool:
        """Whether a logged day is of the month so far."""
        return self.so_far is not None and self.month <= day <= self.so_far


def projected(coverage: Coverage, as_of: date) -> Projection:
    """The month of a day, by what was logged up to that day.

    What remains of it goes on at the mean of the last whole weeks, up to four of them, which may
    begin in the month before; of less than a week, at the mean of its whole days.
    """
    month = as_of.replace(day=1)
    end = month.replace(day=days_in_month(month))
    last = min(coverage.last, as_of)
    window = _window(coverage, as_of)
    if last < month or coverage.first > as_of:
        return Projection(month, None, window, ZERO, 0)
    passed = coverage.passed if last == coverage.last else ONE
    remaining = Decimal((end - last).days) + 1 - passed
    return Projection(month, last, window, remaining, max(0, (coverage.first - month).days))


def _window(coverage: Coverage, as_of: date) -> tuple[date, date] | None:
    if coverage.whole is None:
        return None
    first, last = coverage.whole
    last = min(last, as_of)
    days = (last - first).days + 1
    if days < 1:
        return None
    kept = min(days // WEEK, MOST_WEEKS) * WEEK or days
    return last - timedelta(days=kept - 1), last
