"""Votes of a whole pipeline: majorities under correlated repeats, and their ceiling.

    majority of N independent runs = I_p((N+1)/2, (N+1)/2)
    ceiling of any N under Beta(alpha, beta) = P(p > 1/2)

Independence flatters votes: at rho 0.5 no N takes an 83 % pipeline past 0.863.
"""

from __future__ import annotations

from math import exp, lgamma, log

from costplan.outcomes.graph import Graph
from costplan.outcomes.node import Node


def majority(p: float, runs: int, rho: float) -> float:
    """P(more than half of an odd number of runs are right)."""
    node = Node(
        name="vote", success=p, rho=rho, runs=runs, quorum=runs // 2 + 1, next=((None, 1.0),)
    )
    return Graph([node]).outcomes().trusted


def ceiling(p: float, rho: float) -> float:
    """The limit of ``majority`` for ever more runs."""
    if rho <= 0:
        return 1.0 if p > 0.5 else 0.0 if p < 0.5 else 0.5
    if rho >= 1 or p in (0.0, 1.0):
        return p
    weight = 1.0 / rho - 1.0
    return 1.0 - incomplete_beta(p * weight, (1.0 - p) * weight, 0.5)


def incomplete_beta(a: float, b: float, x: float) -> float:
    """I_x(a, b), by Lentz's continued fraction (Numerical Recipes 6.4); within 1e-12."""
    if x <= 0.0 or x >= 1.0:
        return 0.0 if x <= 0.0 else 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1.0 - x))
    if x < (a + 1.0) / (a + b + 2.0):
        return front * _fraction(a, b, x) / a
    return 1.0 - front * _fraction(b, a, 1.0 - x) / b


def _fraction(a: float, b: float, x: float) -> float:
    tiny = 1e-300
    c, d = 1.0, 1.0 / max(tiny, 1.0 - (a + b) * x / (a + 1.0))
    found = d
    for m in range(1, 400):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1.0 / _away(1.0 + even * d, tiny)
        c = _away(1.0 + even / c, tiny)
        found *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1.0 / _away(1.0 + odd * d, tiny)
        c = _away(1.0 + odd / c, tiny)
        change = d * c
        found *= change
        if abs(change - 1.0) < 1e-15:
            break
    return found


def _away(number: float, tiny: float) -> float:
    return number if abs(number) > tiny else tiny
