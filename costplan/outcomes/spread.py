"""The distribution of one request's cost, on a lattice, with a bound instead of a hope.

Every run's cost is put on multiples of a step once rounded down and once rounded up. The first
distribution can only be too cheap and the second only too dear, so each quantile lies between the
two. Nothing is sampled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import ceil, floor
from typing import NamedTuple

from costplan.outcomes.graph import Graph
from costplan.outcomes.states import HUMAN_RIGHT, HUMAN_WRONG

POINTS = 65_536
MOST_WORK = 2_000_000
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
    other = fallback_costs or {}
    mean, variance = graph.moments(costs, case, other)
    top = mean + 6.0 * variance**0.5
    if top <= 0.0:
        return [Quantile(share, 0.0, 0.0) for share in shares]
    moves = sum(len(one) for one in graph.transitions)
    points = max(32, min(POINTS, MOST_WORK // max(1, moves)))
    step = top / points
    low = _at(_distribution(graph, costs, case, other, step, floor), shares)
    high = _at(_distribution(graph, costs, case, other, step, ceil), shares)
    return [
        Quantile(share, one * step, other * step)
        for share, one, other in zip(shares, low, high, strict=True)
    ]


def _distribution(
    graph: Graph,
    costs: Mapping[str, float],
    case: float,
    other: Mapping[str, float],
    step: float,
    round_to: Callable[[float], int],
) -> dict[int, float]:
    """Probability of each multiple of ``step``."""
    done: dict[int, float] = {}
    waiting: list[dict[int, float]] = [{} for _ in graph.states]
    waiting[0][0] = 1.0
    left = 1.0
    while left > REST:
        left = 0.0
        for at, state in enumerate(graph.states):
            here = waiting[at]
            if not here:
                continue
            waiting[at] = {}
            name = graph.nodes[state.step].name
            cost, instead = costs.get(name, 0.0), other.get(name, 0.0)
            for move in graph.transitions[at]:
                paid = move.runs * cost + move.fallbacks * instead
                if move.target in (HUMAN_RIGHT, HUMAN_WRONG):
                    paid += case
                shift = round_to(paid / step)
                target = done if move.target < 0 else waiting[move.target]
                for place, mass in here.items():
                    target[place + shift] = target.get(place + shift, 0.0) + mass * move.probability
        left = sum(sum(one.values()) for one in waiting)
    return done


def _at(distribution: Mapping[int, float], shares: Sequence[float]) -> list[int]:
    """The smallest place that each share of the mass does not exceed."""
    places = sorted(distribution)
    found = []
    for share in shares:
        reached, place = 0.0, places[-1]
        for place in places:
            reached += distribution[place]
            if reached >= share - 1e-12:
                break
        found.append(place)
    return found
