"""A stack's month and what becomes of its requests, over the draws of a workload's ranges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costplan.billing.arrays.numbers import Draws, Floats, floats
from costplan.billing.arrays.rows import any_of
from costplan.billing.book import Book
from costplan.catalog.lookup import Catalog
from costplan.problems import BadUsage
from costplan.record import replace
from costplan.risk.month import ArrayMonth, settled
from costplan.risk.placing import placed
from costplan.words import PURPOSES
from costplan.workload.model import Workload
from costplan.workload.solving import Rates, Solutions, Solved, Visits

BLOCK = 16_384
"""Draws that are worked out together: more of them no longer fit a processor's cache."""
HELD = 12_000_000
"""Numbers that the states of a graph hold for a block of draws, at most: a hundred megabytes."""


@dataclass(slots=True, repr=False, eq=False)
class Spread:
    """A stack's month in each draw, in the workload's currency.

    ``trusted``, ``silent``, ``aborted`` and ``cases`` are shares of the requests, None where
    reliability is not modelled. ``unknown``: a price is missing, so that the month is more.
    ``blocked``: a gate or a plan's limit refuses what the draw takes, and ``monthly`` is what it
    would cost without that, no number where nothing serves it.
    """

    requests: Floats
    monthly: Floats
    by_component: dict[str, Floats]
    by_purpose: dict[str, Floats]
    trusted: Floats | None
    silent: Floats | None
    aborted: Floats | None
    cases: Floats | None
    unknown: NDArray[np.bool_]
    blocked: NDArray[np.bool_]


def totals(
    workload: Workload, stack: str, catalog: Catalog, as_of: date, drawn: Mapping[str, Floats]
) -> Spread:
    """A stack's month in each draw.

    ``drawn``: by path of a number, as ``--set`` understands it, its values. Raises BadUsage for an
    unknown stack or path, InvalidInput with the problems of a stack that no draw can be billed on.
    """
    return spreads(workload, catalog, as_of, drawn, [stack])[stack]


def spreads(
    workload: Workload,
    catalog: Catalog,
    as_of: date,
    drawn: Mapping[str, Floats],
    stacks: Iterable[str] | None = None,
) -> dict[str, Spread]:
    """As ``totals``, of several stacks on the same draws; all of them where none is named."""
    names = list(workload.stack if stacks is None else stacks)
    for name in names:
        if name not in workload.stack:
            raise BadUsage(f"there is no stack '{name}'", "stacks: " + ", ".join(workload.stack))
    count = len(next(iter(drawn.values()))) if drawn else 1
    spread = {name: _Filling(count) for name in names}
    book, size = Book(), _block(workload, names)
    for begin in range(0, count, size):
        block = {path: values[begin : begin + size] for path, values in drawn.items()}
        for plan, draws in placed(workload, block, min(size, count - begin)):
            solutions = Solutions(plan)
            for name in names:
                solved = solutions.of(Rates.of(plan.stack[name]))
                for part, month in _months(plan, catalog, name, solved, as_of, book, len(draws)):
                    spread[name].fill(begin + draws[part], month, solved, part)
    return {name: filling.spread() for name, filling in spread.items()}


def _block(workload: Workload, names: Iterable[str]) -> int:
    """Draws at a time: fewer where a graph has many states."""
    solutions = Solutions(workload)
    solved = [solutions.of(Rates.of(workload.stack[name])).outcomes for name in names]
    states = max((outcomes.states for outcomes in solved if outcomes is not None), default=0)
    return max(1, min(BLOCK, HELD // max(1, states)))


def _months(
    plan: Workload,
    catalog: Catalog,
    name: str,
    solved: Solved,
    day: date,
    book: Book,
    count: int,
) -> Iterator[tuple[Any, ArrayMonth]]:
    """A stack's month, or one for each choice of plans that its draws make, with their draws."""

    def of(workload: Workload, own: Solved) -> ArrayMonth:
        def make(discounts: Any) -> ArrayMonth:
            return ArrayMonth(workload, catalog, name, own, day, discounts, book)

        return settled(make, workload, name, day)

    month = of(plan, solved)
    if not month.choices:
        yield np.arange(count), month
        return
    table = np.stack([np.broadcast_to(places, count) for places in month.choices.values()], axis=1)
    values, place = np.unique(table, axis=0, return_inverse=True)
    for at in range(len(values)):
        part = np.flatnonzero(place.reshape(-1) == at)
        yield part, of(_of_draws(plan, part), _solved_of(solved, part))


def _of_draws(node: Any, part: Any) -> Any:
    """A record with some of its draws."""
    if isinstance(node, Draws):
        return Draws(node.values[part])
    if isinstance(node, tuple):
        return tuple(_of_draws(inner, part) for inner in node)
    if isinstance(node, Mapping):
        return {key: _of_draws(inner, part) for key, inner in node.items()}
    if hasattr(node, "_names"):
        return replace(node, **{key: _of_draws(getattr(node, key), part) for key in node._names})
    return node


def _solved_of(solved: Solved, part: Any) -> Solved:
    visits = solved.visits
    own = Visits(
        runs=_of_draws(visits.runs, part),
        first=_of_draws(visits.first, part),
        redundant=_of_draws(visits.redundant, part),
        fallbacks=_of_draws(visits.fallbacks, part),
        cases=_of_draws(visits.cases, part),
    )
    return replace(solved, visits=own)


class _Filling:
    """A spread while its draws are filled in."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.requests, self.monthly = self._empty(), self._empty()
        self.components: dict[str, Floats] = {}
        self.purposes: dict[str, Floats] = {name: self._empty() for name in PURPOSES}
        self.outcomes: dict[str, Floats] = {}
        self.unknown, self.blocked = np.zeros(count, bool), np.zeros(count, bool)

    def _empty(self) -> Floats:
        return np.zeros(self.count)

    def fill(self, draws: Any, month: ArrayMonth, solved: Solved, part: Any) -> None:
        """What a month comes to in these draws; ``part``: their places among the solved ones."""
        self.requests[draws] = floats(month.usage.requests)
        for row in month.rows:
            if not np.any(row.present):
                continue
            if row.component not in self.components:
                self.components[row.component] = self._empty()
            self.components[row.component][draws] += row.paid
            self.purposes[row.purpose][draws] += row.paid
            self.monthly[draws] += row.paid
        self.unknown[draws] = any_of(row.unknown for row in month.rows)
        self.blocked[draws] = month.refused | ~np.isfinite(self.monthly[draws])
        outcomes = solved.outcomes
        if outcomes is None:
            return
        shares = {
            "trusted": outcomes.trusted,
            "silent": outcomes.silent,
            "aborted": outcomes.aborted,
            "cases": solved.visits.cases,
        }
        for name, share in shares.items():
            own = floats(share)
            filled = self.outcomes.setdefault(name, self._empty())
            filled[draws] = own[part] if isinstance(own, np.ndarray) else own

    def spread(self) -> Spread:
        """What was filled in."""
        return Spread(
            requests=self.requests,
            monthly=self.monthly,
            by_component=self.components,
            by_purpose=self.purposes,
            trusted=self.outcomes.get("trusted"),
            silent=self.outcomes.get("silent"),
            aborted=self.outcomes.get("aborted"),
            cases=self.outcomes.get("cases"),
            unknown=self.unknown,
            blocked=self.blocked,
        )
