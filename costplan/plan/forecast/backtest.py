"""How far a method was off in a series' own past, and the bands that follow from it.

From each origin on only what came before is used. Errors are |ln(actual / forecast)| of a target's
total: the next month, or the next 28 days, then the one after that ...

    band of a lead = forecast x exp(-+ 1.25 q),  q the ceil(0.8 (n + 1))-th of its n errors

(split conformal prediction, widened by a quarter: unwidened bands held 72 to 76 % where 80 % was
said). A longer lead is never surer than a shorter one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, exp, inf, log
from typing import NamedTuple

from costplan.plan.forecast.methods import Method, Series, mean_of

LEVEL = 0.8
WIDER = 1.25


class Grid(NamedTuple):
    """What is forecast in the past: targets of ``size`` periods each, from origins ``step`` apart,
    the first after ``least`` periods."""

    size: int
    step: int
    least: int


DAYS = Grid(size=28, step=7, least=28)
MONTHS = Grid(size=1, step=1, least=24)


class Error(NamedTuple):
    """One forecast of the past. ``off``: |ln(actual / forecast)|; ``share``: |forecast / actual -
    1|."""

    origin: int
    lead: int
    off: float
    share: float


class Past(NamedTuple):
    """A method's errors, all its origins and leads."""

    method: Method
    errors: Sequence[Error]

    def mean_share(self, leads: int) -> float | None:
        """The mean of |forecast / actual - 1| up to a lead."""
        own = [error.share for error in self.errors if error.lead <= leads]
        return sum(own) / len(own) if own else None


def tested(method: Method, values: Series, grid: Grid, growth: float, leads: int) -> Past:
    """A method's errors over a series. Targets with a missing period are left out."""
    errors = []
    for origin in range(grid.least, len(values) - grid.size + 1, grid.step):
        ahead = method.fit(values[:origin], growth)
        if ahead is None:
            continue
        for lead in range(1, leads + 1):
            begin = origin + (lead - 1) * grid.size
            target = values[begin : begin + grid.size]
            if len(target) < grid.size or any(value is None for value in target):
                continue
            actual = mean_of(target)
            said = ahead((lead - 1) * grid.size + 1, lead * grid.size)
            assert actual is not None
            errors.append(Error(origin, lead, _off(actual, said), _share(actual, said)))
    return Past(method, errors)


def _off(actual: float, said: float) -> float:
    if actual == said:
        return 0.0
    return abs(log(actual / said)) if actual > 0 and said > 0 else inf


def _share(actual: float, said: float) -> float:
    return abs(said / actual - 1) if actual else (0.0 if not said else inf)


def widths(errors: Sequence[Error], leads: int) -> Mapping[int, float]:
    """By lead the half width of the band, as a logarithm; leads with too few errors have none: of
    less than four, none is above 80 % of them."""
    bands: dict[int, float] = {}
    widest = 0.0
    for lead in range(1, leads + 1):
        own = sorted(error.off for error in errors if error.lead == lead)
        rank = ceil(LEVEL * (len(own) + 1))
        if rank > len(own) or own[rank - 1] == inf:
            break
        widest = max(widest, WIDER * own[rank - 1])
        bands[lead] = widest
    return bands


class Coverage(NamedTuple):
    """How often a band held, of so many that were tried."""

    share: float
    tried: int


def coverage(errors: Sequence[Error], grid: Grid, leads: int) -> Coverage | None:
    """How often the band of each origin would have held, made from errors that were known by then.

    None where no origin had enough of them.
    """
    held = tried = 0
    for origin in sorted({error.origin for error in errors}):
        known = [error for error in errors if error.origin + error.lead * grid.size <= origin]
        bands = widths(known, leads)
        for error in errors:
            if error.origin == origin and error.lead in bands:
                tried += 1
                held += error.off <= bands[error.lead]
    return Coverage(held / tried, tried) if tried else None


def factor(width: float) -> float:
    """What a forecast is multiplied and divided by."""
    return exp(width)
