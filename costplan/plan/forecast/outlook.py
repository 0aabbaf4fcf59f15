"""How a history goes on, month by month: which method, its bands, and how it did in the past.

Up to 24 whole months: the mean of the last 28 days (of a history by the month, its last month).
From 24 on: least squares on logarithms, with a trend and a constant for each calendar month.
Another method is taken only where it did better in this history's own past: by a tenth at least,
over twelve origins or more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from math import ceil
from typing import NamedTuple

from costplan.plan.forecast.backtest import (
    DAYS,
    MONTHS,
    Coverage,
    Grid,
    Past,
    coverage,
    factor,
    tested,
    widths,
)
from costplan.plan.forecast.methods import (
    LAST_MONTH,
    OF_DAYS,
    OF_MONTHS,
    YEAR,
    Fitted,
    Method,
    Series,
)
from costplan.plan.forecast.series import (
    History,
    known_part,
    month_end,
    months_between,
    months_later,
    of_days,
    of_months,
)

SEASONS = 2 * YEAR
"""Whole months from which on a season can be told."""
MOST_DAYS = 730
"""Days that a history by the day is tried on: the last ones."""
COMPARED = 3
"""Leads over which methods are compared."""
LEAST_MONTHS = 3
"""Of a history by the month that is shorter, what a forecast of the past rests on."""
BETTER = 0.9
LEAST_ORIGINS = 12


class Volume(NamedTuple):
    """A month's total. ``low`` and ``high`` None: the past does not say how far off it may be."""

    likely: float
    low: float | None = None
    high: float | None = None


class Outlook(NamedTuple):
    """A method that was chosen and fitted. ``end``: the last day of what it was fitted to;
    ``pasts``: of each that was tried, the chosen one first; ``usual``: the one that is taken unless
    another does better, where another did; ``widths``: the bands by lead; ``held``: how often they
    would have held."""

    history: History
    end: date
    by_month: bool
    ahead: Fitted
    pasts: Sequence[Past]
    usual: Past | None
    widths: Mapping[int, float]
    held: Coverage | None

    @property
    def method(self) -> Method:
        return self.pasts[0].method

    def month(self, start: date) -> Volume:
        """The month that begins on a day: what is known of it, and what is to come of it."""
        if self.by_month:
            lead = months_between(self.end, start)
            return self._banded(0.0, self.ahead(lead, lead) * month_end(start).day, lead)
        last, end = self.history.last, month_end(start)
        begin, stop = (start - last).days, (end - last).days
        known, counted = known_part(self.history, start, last)
        if counted:
            known *= ((last - start).days + 1) / counted
        begin = max(begin, 1)
        rate = self.ahead(begin, stop)
        lead = max(1, ceil((begin + stop) / 2 / DAYS.size))
        return self._banded(known, rate * (stop - begin + 1), lead)

    def _banded(self, known: float, rest: float, lead: int) -> Volume:
        width = self.widths.get(lead)
        if width is None:
            return Volume(known + rest)
        return Volume(known + rest, known + rest / factor(width), known + rest * factor(width))


def outlook(history: History, growth: float, leads: int) -> Outlook:
    """How a history of at least one value goes on. ``growth``: the stated share a month."""
    first, months = of_months(history)
    seasons = len(months) >= SEASONS
    if history.monthly or (seasons and months[-1] is not None):
        end = month_end(months_later(first, len(months) - 1))
        grid = MONTHS._replace(least=SEASONS if seasons else LEAST_MONTHS)
        methods = OF_MONTHS if seasons else (LAST_MONTH,)
        return _chosen(_Tried(history, end, months, grid, growth, leads), methods)
    days = of_days(history)[-MOST_DAYS:]
    return _chosen(_Tried(history, history.last, days, DAYS, growth, leads), OF_DAYS)


class _Tried(NamedTuple):
    """What methods are tried on. The last value of the series is there."""

    history: History
    end: date
    values: Series
    grid: Grid
    growth: float
    leads: int


def _chosen(on: _Tried, methods: Sequence[Method]) -> Outlook:
    history, end, values, grid, growth, leads = on
    fits = [(method, method.fit(values, growth)) for method in methods]
    usable = [(method, ahead) for method, ahead in fits if ahead is not None]
    pasts = {method.name: tested(method, values, grid, growth, leads) for method, _ in usable}
    best = 0
    for at in range(1, len(usable)):
        if _better(pasts[usable[at][0].name], pasts[usable[best][0].name]):
            best = at
    method, ahead = usable[best]
    usual = pasts[usable[0][0].name] if best else None
    past = pasts.pop(method.name)
    return Outlook(
        history,
        end,
        grid.size == MONTHS.size,
        ahead,
        [past, *pasts.values()],
        usual,
        widths(past.errors, leads),
        coverage(past.errors, grid, leads),
    )


def _better(past: Past, usual: Past) -> bool:
    """Whether a method did better by a tenth, where both were tried, and often enough."""
    common = {(error.origin, error.lead) for error in past.errors if error.lead <= COMPARED}
    common &= {(error.origin, error.lead) for error in usual.errors}
    if len({origin for origin, _ in common}) < LEAST_ORIGINS:
        return False
    sums = [
        sum(error.share for error in errors.errors if (error.origin, error.lead) in common)
        for errors in (past, usual)
    ]
    return sums[0] < BETTER * sums[1]
