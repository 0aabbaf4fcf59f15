"""How a volume goes on: a few methods, each a formula on what came before.

A series is the daily rate of each period, a day or a calendar month; None where a day is missing.
A method that was fitted says the mean rate of the periods ``begin`` to ``end`` ahead, the first one
after the series being 1. Floats: volumes are estimates here, money is exact further on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import exp, log
from typing import NamedTuple

WEEK, MONTH_OF_WEEKS, YEAR = 7, 28, 12
DAYS_A_MONTH = 365.25 / 12
MOST_EXPONENT = 300.0
"""Beyond it a float of the exponential is no volume any more."""
Series = Sequence[float | None]
Fitted = Callable[[int, int], float]
Fit = Callable[[Series, float], Fitted | None]
"""Of a series and the stated growth a month; None where there is too little, or a zero that has no
logarithm."""


class Method(NamedTuple):
    """A method by its name, in words, and whether the growth that was stated is in it."""

    name: str
    words: str
    fit: Fit
    uses_growth: bool = False


def mean_of(values: Series) -> float | None:
    """The mean of the values that are there."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def last_days(most: int) -> Fit:
    """The mean of the last days, whole weeks of them and at most so many; of all where there is no
    week. It grows as was stated, from the middle of these days on."""

    def fit(values: Series, growth: float) -> Fitted | None:
        days = min(len(values) // WEEK * WEEK or len(values), most)
        rate = mean_of(values[-days:]) if days else None
        if rate is None:
            return None
        return _grown(rate, growth, (days - 1) / 2, DAYS_A_MONTH)

    return fit


def last_month(values: Series, growth: float) -> Fitted | None:
    """The last month's rate, which grows as was stated."""
    rate = values[-1] if values else None
    return None if rate is None else _grown(rate, growth, 0, 1)


def _grown(rate: float, growth: float, before: float, periods: float) -> Fitted:
    """A rate of ``before`` periods ago that grows by a share in so many periods."""

    def ahead(begin: int, end: int) -> float:
        factor = 1 + growth
        if factor <= 0:
            return 0.0
        return rate * _exp(log(factor) * ((begin + end) / 2 + before) / periods)

    return ahead


def trend_of_weeks(values: Series, growth: float) -> Fitted | None:
    """A straight line through the logarithms of whole weeks' means, by least squares."""
    whole = len(values) // WEEK
    first = len(values) - whole * WEEK
    weeks = [mean_of(values[first + at * WEEK : first + (at + 1) * WEEK]) for at in range(whole)]
    points = [(float(at), log(mean)) for at, mean in enumerate(weeks) if mean]
    if len(points) < 8 or any(mean == 0 for mean in weeks):
        return None
    slope, level = _line(points)

    def ahead(begin: int, end: int) -> float:
        middle = whole - 1 + ((begin + end) / 2 + (WEEK - 1) / 2) / WEEK
        return _exp(level + slope * middle)

    return ahead


def seasonal(values: Series, growth: float) -> Fitted | None:
    """ln rate = slope x month + one constant a calendar month, by least squares.

    The slope is that of the months with each calendar month's own mean taken out (Frisch and
    Waugh), so that no matrix is solved. At least two of each calendar month.
    """
    known = [(at, value) for at, value in enumerate(values) if value is not None]
    if len(known) < 2 * YEAR or any(value <= 0 for _, value in known):
        return None
    groups: dict[int, list[tuple[float, float]]] = {}
    for at, value in known:
        groups.setdefault(at % YEAR, []).append((float(at), log(value)))
    if len(groups) < YEAR:
        return None
    means = {
        month: (sum(x for x, _ in own) / len(own), sum(y for _, y in own) / len(own))
        for month, own in groups.items()
    }
    around = [(x - means[month][0], y) for month, own in groups.items() for x, y in own]
    spread = sum(x * x for x, _ in around)
    if not spread:
        return None
    slope = sum(x * y for x, y in around) / spread

    def ahead(begin: int, end: int) -> float:
        rates = []
        for at in range(len(values) - 1 + begin, len(values) + end):
            middle, level = means[at % YEAR]
            rates.append(_exp(level + slope * (at - middle)))
        return sum(rates) / len(rates)

    return ahead


def last_year(values: Series, growth: float) -> Fitted | None:
    """The same month of the last year, times the last twelve months over the twelve before."""
    if len(values) < 2 * YEAR:
        return None
    now, before = values[-YEAR:], values[-2 * YEAR : -YEAR]
    if any(value is None for value in (*now, *before)) or not sum(filter(None, before)):
        return None
    factor = sum(filter(None, now)) / sum(filter(None, before))

    def ahead(begin: int, end: int) -> float:
        rates = [
            (now[(step - 1) % YEAR] or 0.0) * factor ** ((step - 1) // YEAR + 1)
            for step in range(begin, end + 1)
        ]
        return sum(rates) / len(rates)

    return ahead


def _line(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Slope and level at 0 of the line of least squares."""
    x_mean = sum(x for x, _ in points) / len(points)
    y_mean = sum(y for _, y in points) / len(points)
    spread = sum((x - x_mean) ** 2 for x, _ in points)
    slope = sum((x - x_mean) * y for x, y in points) / spread
    return slope, y_mean - slope * x_mean


def _exp(power: float) -> float:
    return exp(min(power, MOST_EXPONENT))


RUN_RATE = Method("run-rate", "the mean of the last 28 days", last_days(MONTH_OF_WEEKS), True)
LAST_MONTH = Method("last-month", "the last month", last_month, True)
SEASONAL = Method("seasonal", "a trend with seasons, by least squares on logarithms", seasonal)
OF_DAYS = (
    RUN_RATE,
    Method("last-week", "the mean of the last 7 days", last_days(WEEK), True),
    Method("trend", "a trend of weeks, by least squares on logarithms", trend_of_weeks),
)
"""Of a series of days; the first is taken unless another one does better in the past."""
OF_MONTHS = (
    SEASONAL,
    Method("last-year", "the same month of last year, with the last year's growth", last_year),
    LAST_MONTH,
)
"""Of a series of months."""
