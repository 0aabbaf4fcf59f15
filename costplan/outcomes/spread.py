"""The distribution of one request's cost, on a lattice, with a bound instead of a hope.

Every run's cost is put on multiples of a step once rounded down and once rounded up. The first
distribution can only be too cheap and the second only too dear, so each quantile lies between the
two. Nothing is sampled. What is still in a loop when the work is used up counts as done at once in
the first and as never done in the second, and no bound is worse than Cantelli's inequality, which
needs only mean and variance (both exact): the range gets wider, and stays true.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from math import ceil, floor, inf
from typing import NamedTuple

from costplan.outcomes.graph import Graph
from costplan.outcomes.runs import HUMAN_RIGHT, HUMAN_WRONG

POINTS = 65_536
MOST_WORK = 2_000_000
MOST_MOVES = 3_000_000
"""Moves of mass that each of the two distributions may take, most of a second: a loop that is left
with probability 1e-6 would take ten times as many, one of 1e-8 a thousand times."""
VISIT = 10
"""Moves that take as long as coming to a state."""
REST = 1e-10
"""Probability still on its way through loops when a distribution counts as done."""


class Quantile(NamedTuple):
    """``low`` <= the cost that a ``share`` of requests does not exceed <= ``high``."""

    share: float
    low: float
    high: float


def quantiles(
    graph: Graph,
    costs: Mapping[str, float],
    case: float,
    fallback_costs: Mapping[str, float] | None = None,
    shares: Sequence[float] = (0.5, 0.95, 0.99),
) -> list[Quantile]:
    """Quantiles of one request's cost; ``costs`` of one run of each step, ``case`` of a case.

    A run costs the same each time: the spread of its tokens is in the variance, not here.
    """
    fallback_cost = fallback_costs or {}
    mean, variance = graph.moments(costs, case, fallback_cost)
    top = mean + 6.0 * variance**0.5
    if top <= 0.0:
        return [Quantile(share, 0.0, 0.0) for share in shares]
    moves = sum(len(row) for row in graph.transitions)
    points = max(32, min(POINTS, MOST_WORK // max(1, moves)))
    step = top / points
    cheap, early = _distribution(graph, costs, case, fallback_cost, step, floor)
    for place, mass in early.items():
        cheap[place] = cheap.get(place, 0.0) + mass
    dear, _ = _distribution(graph, costs, case, fallback_cost, step, ceil)
    ranges = []
    for share, low, high in zip(shares, _at(cheap, shares), _at(dear, shares), strict=True):
        least, most = _cantelli(mean, variance, share)
        # where both are exact to the last digit the lattice and the inequality may cross by one
        floor_cost = max(low * step if low is not None else 0.0, least)
        ceiling = min(high * step if high is not None else most, most)
        ranges.append(Quantile(share, min(floor_cost, ceiling), ceiling))
    return ranges


def _cantelli(mean: float, variance: float, share: float) -> tuple[float, float]:
    """Between what the quantile of any distribution of this mean and variance lies; no cost is
    negative."""
    deviation = variance**0.5
    if not 0.0 < share < 1.0:
        return 0.0, inf
    least = mean - deviation * ((1.0 - share) / share) ** 0.5
    return max(0.0, least), mean + deviation * (share / (1.0 - share)) ** 0.5


def _distribution(
    graph: Graph,
    costs: Mapping[str, float],
    case: float,
    fallback_cost: Mapping[str, float],
    step: float,
    round_to: Callable[[float], int],
) -> tuple[dict[int, float], dict[int, float]]:
    """Probability of each multiple of ``step``, and of what ``MOST_MOVES`` leave on its way."""
    done: dict[int, float] = {}
    waiting: list[dict[int, float]] = [{} for _ in graph.states]
    waiting[0][0] = 1.0
    left, moved = 1.0, 0
    while left > REST and moved < MOST_MOVES:
        for at, state in enumerate(graph.states):
            here = waiting[at]
            if not here:
                continue
            waiting[at] = {}
            moved += VISIT + len(here) * len(graph.transitions[at])
            name = graph.nodes[state.step].name
            cost, instead = costs.get(name, 0.0), fallback_cost.get(name, 0.0)
            for move in graph.transitions[at]:
                paid = move.runs * cost + move.fallbacks * instead
                if move.target in (HUMAN_RIGHT, HUMAN_WRONG):
                    paid += case
                shift = round_to(paid / step)
                target = done if move.target < 0 else waiting[move.target]
                for place, mass in here.items():
                    target[place + shift] = target.get(place + shift, 0.0) + mass * move.probability
        left = sum(sum(mass.values()) for mass in waiting)
    under_way: dict[int, float] = {}
    for here in waiting:
        for place, mass in here.items():
            under_way[place] = under_way.get(place, 0.0) + mass
    return done, under_way


def _at(distribution: Mapping[int, float], shares: Sequence[float]) -> list[int | None]:
    """The smallest place that each share of the mass does not exceed; None where the mass does not
    reach the share."""
    places = sorted(distribution)
    reached = list(accumulate(distribution[place] for place in places))
    at = [bisect_left(reached, share - 1e-12) for share in shares]
    return [places[place] if place < len(places) else None for place in at]
