"""Steps in series: one part a block so that the product of their factors reaches a share for the
least cost. A multiple-choice knapsack in (cost, -ln factor).

Parts that another beats in both are dropped. Blocks are merged one by one, keeping what no other
beats and what may still win: the rest costs at least the lower convex hulls of the blocks to come,
filled at their best slopes, and that bound decides. What is lost may cost money itself: between two
corners of the hulls it is concave in -ln, so that its least is at a corner or the budget's end.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import exp, inf, log
from typing import NamedTuple

from costplan.workload.strategy import Candidate

SLACK = 1e-12
"""Of a logarithm: a product that meets its target to twelve digits meets it."""
CRUMB = 1e-9
"""Share of an amount that adding floats in another order may move it by."""


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
    blocks: Sequence[Block], share: float, wanted: float | None, wrong: float = 0.0
) -> list[Part] | None:
    """One part of each block with the least cost, so that ``share`` times their factors is at least
    ``wanted`` (anything, where None); None where no choice is. ``wrong``: what it would cost if
    every answer were wrong, beside the parts' cost."""
    pruned = [_points(undominated(block)) for block in blocks]
    if any(not block for block in pruned):
        return None
    budget = inf if wanted is None else (log(share / wanted) if wanted > 0.0 else inf) + SLACK
    bounds = [_Bound(pruned[at:], share * wrong) for at in range(len(pruned) + 1)]
    if bounds[0].least_lost > budget:
        return None
    states = [_State(0.0, 0.0, ())]
    for at, block in enumerate(pruned):
        rest = bounds[at + 1]
        ceiling, merged = inf, []
        for state in states:
            for part in block:
                cost, lost = state.cost + part.cost, state.lost + part.lost
                least, reached = rest.between(cost, lost, budget - lost)
                ceiling = min(ceiling, reached)
                merged.append((least, _State(cost, lost, (*state.parts, part.part))))
        ceiling += CRUMB * max(1.0, abs(ceiling))
        able = [state for least, state in merged if least <= ceiling]
        able.sort(key=lambda state: (state.cost, state.lost))
        states, lost = [], inf
        for state in able:
            if state.lost < lost:
                states.append(state)
                lost = state.lost
    end = bounds[-1]
    able = [state for state in states if state.lost <= budget]
    best = min(able, key=lambda state: end.between(state.cost, state.lost, 0.0)[1], default=None)
    return None if best is None else list(best.parts)


def undominated(block: Block) -> list[Part]:
    """Parts by cost, each losing less than all cheaper ones."""
    kept: list[Part] = []
    for part in sorted(block, key=lambda part: (part.cost, -part.factor)):
        if not kept or part.factor > kept[-1].factor:
            kept.append(part)
    return kept


class _Point(NamedTuple):
    cost: float
    lost: float
    part: Part


def _points(block: Block) -> list[_Point]:
    return [_Point(part.cost, -log(part.factor), part) for part in block]


class _Bound:
    """What a choice comes to, at least and in some completion at most, once blocks are added.

    ``right``: what being right is worth: money lost is ``right`` x (1 - e^-lost), but for a
    constant that all choices share.
    """

    def __init__(self, blocks: Sequence[list[_Point]], right: float) -> None:
        self.right = right
        self.least_lost = sum(block[-1].lost for block in blocks)
        lost = sum(block[0].lost for block in blocks)
        self.costs = [sum(block[0].cost for block in blocks)]
        self.saved, self.kept = [0.0], [exp(-lost)]
        self.lost = lost
        steps = [step for block in blocks for step in _hull_steps(block)]
        steps.sort(key=lambda step: step[1] / step[0])
        for less, more in steps:
            self.saved.append(self.saved[-1] + less)
            self.costs.append(self.costs[-1] + more)
            self.kept.append(exp(self.saved[-1] - lost))

    def between(self, cost: float, lost: float, budget: float) -> tuple[float, float]:
        """(no completion within the budget comes to less, some completion comes to that) of what
        costs and has lost so much; infinite where there is none."""
        if budget < self.least_lost - SLACK:
            return inf, inf
        need = self.lost - budget
        first = 0 if need <= 0.0 else bisect_left(self.saved, need - SLACK)
        worth = self.right * exp(-lost) if self.right else 0.0
        if first >= len(self.saved):
            return cost + self.costs[-1] - worth * self.kept[-1], inf
        last = len(self.saved) if worth else first + 1
        reached = least = min(
            cost + self.costs[at] - worth * self.kept[at] for at in range(first, last)
        )
        if need > 0.0 and first > 0:
            part = (need - self.saved[first - 1]) / (self.saved[first] - self.saved[first - 1])
            paid = self.costs[first - 1] + part * (self.costs[first] - self.costs[first - 1])
            least = min(least, cost + paid - worth * exp(-budget))
        return least, reached


def _hull_steps(block: list[_Point]) -> list[tuple[float, float]]:
    """(less lost, more paid) from each corner of the lower convex hull to the next."""
    hull: list[_Point] = []
    for point in block:
        while len(hull) > 1 and _slope(hull[-2], hull[-1]) >= _slope(hull[-1], point):
            hull.pop()
        hull.append(point)
    return [
        (before.lost - after.lost, after.cost - before.cost) for before, after in pairwise(hull)
    ]


def _slope(before: _Point, after: _Point) -> float:
    """Money for each unit of -ln that is lost less."""
    return (after.cost - before.cost) / (before.lost - after.lost)
