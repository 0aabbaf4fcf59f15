"""Steps in series: one part a block so that the product of their factors reaches a share for the
least cost. A multiple-choice knapsack in (cost, -ln factor).

Parts that another beats in both are dropped. Blocks are merged one by one, keeping what no other
beats and what may still win: the rest costs at least the lower convex hulls of the blocks to come,
filled at their best slopes, and that bound decides.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import inf, log
from typing import NamedTuple

from costplan.workload.strategy import Candidate

SLACK = 1e-12
"""Of a logarithm: a product that meets its target to twelve digits meets it."""


class Part(NamedTuple):
    """One choice for a block: ``cost`` a month over the plan's, ``factor`` of the plan's share."""

    cost: float
    factor: float
    models: Mapping[str, Candidate]
    votes: Mapping[str, int]


Block = Sequence[Part]


class _State(NamedTuple):
    cost: float
    lost: float
    """-ln of the factors so far."""
    parts: tuple[Part, ...]


def cheapest_parts(
    blocks: Sequence[Block], share: float, wanted: float | None
) -> list[Part] | None:
    """One part of each block with the least cost, so that ``share`` times their factors is at least
    ``wanted`` (anything, where None); None where no choice is."""
    pruned = [_undominated(block) for block in blocks]
    if any(not block for block in pruned):
        return None
    budget = inf if wanted is None else (log(share / wanted) if wanted > 0.0 else inf) + SLACK
    bounds = [_Bound(pruned[at:]) for at in range(len(pruned) + 1)]
    if bounds[0].least_lost > budget:
        return None
    states = [_State(0.0, 0.0, ())]
    for at, block in enumerate(pruned):
        rest = bounds[at + 1]
        ceiling = min(
            state.cost + part.cost + rest.reached(budget - state.lost - part.lost)
            for state in states
            for part in block
        )
        merged = [
            _State(state.cost + part.cost, state.lost + part.lost, (*state.parts, part.part))
            for state in states
            for part in block
            if state.cost + part.cost + rest.least(budget - state.lost - part.lost)
            <= ceiling + SLACK
        ]
        merged.sort(key=lambda one: (one.cost, one.lost))
        states, lost = [], inf
        for state in merged:
            if state.lost < lost:
                states.append(state)
                lost = state.lost
    best = min(
        (one for one in states if one.lost <= budget), key=lambda one: one.cost, default=None
    )
    return None if best is None else list(best.parts)


class _Point(NamedTuple):
    cost: float
    lost: float
    part: Part


def _undominated(block: Block) -> list[_Point]:
    """Parts by cost, each losing less than all cheaper ones."""
    points = sorted((_Point(one.cost, -log(one.factor), one) for one in block), key=lambda p: p[:2])
    kept: list[_Point] = []
    for point in points:
        if not kept or point.lost < kept[-1].lost:
            kept.append(point)
    return kept


class _Bound:
    """What blocks cost at least, and in some choice at most, within a budget of -ln."""

    def __init__(self, blocks: Sequence[list[_Point]]) -> None:
        self.cost = sum(block[0].cost for block in blocks)
        self.lost = sum(block[0].lost for block in blocks)
        self.least_lost = sum(block[-1].lost for block in blocks)
        steps = [step for block in blocks for step in _hull_steps(block)]
        steps.sort(key=lambda one: one[1] / one[0])
        self.saved, self.paid = [0.0], [0.0]
        for saved, paid in steps:
            self.saved.append(self.saved[-1] + saved)
            self.paid.append(self.paid[-1] + paid)

    def least(self, budget: float) -> float:
        """No choice within the budget costs less: the hulls may be taken in part."""
        if budget < self.least_lost - SLACK:
            return inf
        need = self.lost - budget
        if need <= 0.0:
            return self.cost
        at = bisect_left(self.saved, need)
        if at >= len(self.saved):
            return self.cost + self.paid[-1]
        share = (need - self.saved[at - 1]) / (self.saved[at] - self.saved[at - 1])
        return self.cost + self.paid[at - 1] + share * (self.paid[at] - self.paid[at - 1])

    def reached(self, budget: float) -> float:
        """What some choice within the budget costs: hull steps taken whole; infinite for none."""
        if budget < self.least_lost - SLACK:
            return inf
        need = self.lost - budget
        if need <= 0.0:
            return self.cost
        at = bisect_left(self.saved, need - SLACK)
        return inf if at >= len(self.saved) else self.cost + self.paid[at]


def _hull_steps(block: list[_Point]) -> list[tuple[float, float]]:
    """(less lost, more paid) from each corner of the lower convex hull to the next."""
    hull: list[_Point] = []
    for point in block:
        while len(hull) > 1 and _slope(hull[-2], hull[-1]) >= _slope(hull[-1], point):
            hull.pop()
        hull.append(point)
    return [(one.lost - after.lost, after.cost - one.cost) for one, after in pairwise(hull)]


def _slope(one: _Point, after: _Point) -> float:
    """Money for each unit of -ln that is lost less."""
    return (after.cost - one.cost) / (one.lost - after.lost)
