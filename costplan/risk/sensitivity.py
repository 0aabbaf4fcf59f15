"""What a month hangs on, and what is worth measuring next: from draws that are there already.

Share of variance (first order): how much of a figure's variance goes with one input,

    share = 1 - (variance within cells of the input) / (variance), each by its degrees of freedom

Knowing an input is worth what it saves by choosing better: with costs c of each choice,

    E c(best on average)  -  E c(best in the cell that the input falls in)

Cells chosen and costed on the same draws find a choice better than it is, so half of the draws
choose and the other half are costed, both ways round: on average this is at most the true worth,
and nearer to it the more draws there are. The worth of knowing everything is that of cells of one
draw. Sources: I. Sobol, "Sensitivity estimates for nonlinear mathematical models" (1993);
T. Kelley's correction of the correlation ratio (1935); H. Raiffa and R. Schlaifer, "Applied
Statistical Decision Theory" (1961).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from costplan.billing.arrays.numbers import Floats, Places
from costplan.catalog.lookup import Catalog
from costplan.risk.evaluate import spreads
from costplan.risk.placing import Drawn, number_at
from costplan.workload.model import Workload

CELLS = 48
"""Cells of an input: many enough that a curve is straight within each."""
IN_A_CELL = 40
"""Draws of a cell, at least: fewer say little of its mean."""
LOW, HIGH = 0.05, 0.95


def shares_of_variance(
    drawn: Drawn, figure: Floats, counted: NDArray[np.bool_] | None = None
) -> dict[str, float]:
    """By input the share of a figure's variance that goes with it alone, 0 to 1.

    ``counted``: the draws in which the figure is one. What inputs do together belongs to none of
    them; correlated ones each have what they share.
    """
    kept = np.isfinite(figure) if counted is None else counted & np.isfinite(figure)
    known = figure[kept]
    return {path: _share(values[kept], known) for path, values in drawn.items()}


def _share(values: Floats, figure: Floats) -> float:
    apart = float(((figure - figure.mean()) ** 2).sum()) if len(figure) else 0.0
    cell, cells = _cells(values)
    if cells < 2 or len(figure) <= cells or apart <= 1e-24 * float((figure**2).sum()):
        return 0.0
    means = _means(cell, cells, figure)
    within = float(((figure - means[cell]) ** 2).sum())
    share = 1.0 - (within / (len(figure) - cells)) / (apart / (len(figure) - 1))
    return min(1.0, max(0.0, share))


def _cells(values: Floats) -> tuple[Places, int]:
    """The cell of each draw, and how many there are: its value where an input has few, else cells
    of as many draws each, by rank."""
    distinct, place = np.unique(values, return_inverse=True)
    if len(distinct) <= CELLS:
        return place.reshape(-1), len(distinct)
    cells = max(1, min(CELLS, len(values) // IN_A_CELL))
    rank = np.empty(len(values), dtype=np.intp)
    rank[np.argsort(values, kind="stable")] = np.arange(len(values))
    return rank * cells // len(values), cells


def _means(cell: Places, cells: int, figure: Floats) -> Floats:
    counts = np.bincount(cell, minlength=cells)
    sums = np.bincount(cell, weights=figure, minlength=cells)
    return sums / np.maximum(counts, 1)


class Ends(NamedTuple):
    """A stack's month with one input at its 5 % and 95 % quantile, all others at their points.
    None where it cannot be billed there."""

    low: float
    high: float
    monthly_low: float | None
    monthly_high: float | None

    @property
    def swing(self) -> float:
        """How far the month moves between them."""
        if self.monthly_low is None or self.monthly_high is None:
            return 0.0
        return abs(self.monthly_high - self.monthly_low)


class Tornado(NamedTuple):
    """By stack and by input what its ends do, the widest first; and the inputs between whose ends
    another stack becomes the cheapest of those that are served and wholly priced."""

    stacks: Mapping[str, Mapping[str, Ends]]
    flips: frozenset[str]


def tornado(
    workload: Workload, catalog: Catalog, as_of: date, drawn: Drawn, stacks: Sequence[str]
) -> Tornado:
    """Each input at its ends, on all stacks at once. Raises as ``spreads``."""
    points = {path: float(number_at(workload, path)) for path in drawn}
    ends = {path: _ends(values) for path, values in drawn.items()}
    over = spreads(workload, catalog, as_of, one_at_a_time(points, ends), stacks)
    by_stack: dict[str, dict[str, Ends]] = {}
    costs: list[Floats] = []
    for name, spread in over.items():
        served = ~spread.blocked
        months = [
            float(month) if here else None
            for month, here in zip(spread.monthly, served, strict=True)
        ]
        own = {
            path: Ends(*ends[path], months[2 * at], months[2 * at + 1])
            for at, path in enumerate(drawn)
        }
        by_stack[name] = dict(sorted(own.items(), key=lambda item: -item[1].swing))
        costs.append(np.where(served & ~spread.unknown, spread.monthly, np.inf))
    best = np.stack(costs).argmin(axis=0)
    flips = {path for at, path in enumerate(drawn) if best[2 * at] != best[2 * at + 1]}
    return Tornado(by_stack, frozenset(flips))


def _ends(values: Floats) -> tuple[float, float]:
    """The quantiles of an input among its draws, each of them one of the draws."""
    low, high = np.quantile(values, (LOW, HIGH), method="inverted_cdf")
    return float(low), float(high)


def one_at_a_time(
    points: Mapping[str, float], ends: Mapping[str, tuple[float, float]]
) -> dict[str, Floats]:
    """Draws in which one input after the other is at its low and at its high end, all others at
    their points."""
    drawn = {path: np.full(2 * len(ends), point) for path, point in points.items()}
    for at, (path, (low, high)) in enumerate(ends.items()):
        drawn[path][2 * at : 2 * at + 2] = low, high
    return drawn


def worth_of_all(costs: Sequence[Floats]) -> float:
    """What knowing every input is worth: the cheapest on average less the mean of the cheapest.
    ``costs``: of each choice in each draw."""
    table = np.stack(costs)
    return max(0.0, float(table.mean(axis=1).min() - table.min(axis=0).mean()))


def worth_of_each(drawn: Drawn, costs: Sequence[Floats]) -> dict[str, float]:
    """By input what knowing it alone is worth, in the money of the costs."""
    table = np.stack(costs)
    if len(table) < 2:
        return dict.fromkeys(drawn, 0.0)
    best = float(table.mean(axis=1).min())
    return {path: max(0.0, best - _informed(values, table)) for path, values in drawn.items()}


def _informed(values: Floats, table: Floats) -> float:
    """The mean cost of the choice that is best in the cell of an input."""
    cell, cells = _cells(values)
    paid = [
        _paid(cell[costed], _chosen(cell[choosing], cells, table[:, choosing]), table[:, costed])
        for choosing, costed in _halves(cell)
    ]
    return float(np.mean(paid))


def _halves(cell: Places) -> Iterator[tuple[Places, Places]]:
    """The draws in two halves that share each cell, and the other way round."""
    order = np.argsort(cell, kind="stable")
    yield order[::2], order[1::2]
    yield order[1::2], order[::2]


def _chosen(cell: Places, cells: int, table: Floats) -> Places:
    means = np.stack([_means(cell, cells, costs) for costs in table])
    empty = np.bincount(cell, minlength=cells) == 0
    return cast(Places, np.where(empty, table.mean(axis=1).argmin(), means.argmin(axis=0)))


def _paid(cell: Places, chosen: Places, table: Floats) -> float:
    return float(table[chosen[cell], np.arange(table.shape[1])].mean())


COUNTED = ("_tokens", "calls", "seconds", "characters", "chunks")
"""Ends of the names of numbers that are a mean over requests, calls or runs."""
SHARES = (
    "success",
    "retry_success",
    "detection_rate",
    "sensitivity",
    "false_positive_rate",
    "selector",
    "share",
)
"""Shares of requests, runs or cases, each of which is one or not."""
VARIATION = 1.0
"""Assumed of a number of which no spread is given: as an exponential one, as tokens about are."""
HALVED = 3.0
"""n observations of variance v on a belief of variance b leave b / (1 + n b / v): a quarter, and so
half of the standard deviation, at n = 3 v / b."""


def observations(path: str, values: Floats, variation: float = VARIATION) -> int | None:
    """How many observations halve what is not known of a number; None where it is no mean of what
    can be counted, such as a price or next year's traffic.

        3 p (1 - p) / variance        a share p        exact for a beta
        3 (variation x mean)^2 / variance              a mean

    ``variation``: standard deviation over mean of single observations.
    """
    mean, variance = float(values.mean()), float(values.var())
    key = path.rpartition(".")[2]
    if not variance:
        return None
    if key in SHARES:
        return max(1, int(np.ceil(HALVED * mean * (1.0 - mean) / variance)))
    if key.endswith(COUNTED):
        return max(1, int(np.ceil(HALVED * (variation * mean) ** 2 / variance)))
    return None
