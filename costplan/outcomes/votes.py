"""Votes of a whole pipeline: majorities under correlated repeats, and their ceiling.

    majority of N independent runs = I_p((N+1)/2, (N+1)/2)
    of correlated ones = sum over k > N/2 of C(N, k) B(k + a, N - k + b) / B(a, b),
        a = p (1/rho - 1), b = (1 - p) (1/rho - 1); as products, exact for the smallest rho
    ceiling of any N under Beta(alpha, beta) = P(p > 1/2)

Independence flatters votes: at rho 0.5 no N takes an 83 % pipeline past 0.863.
"""

from __future__ import annotations

from itertools import accumulate
from math import exp, fsum, lgamma, log


def majority(p: float, runs: int, rho: float) -> float:
    """P(more than half of an odd number of runs are right): a sum of binomial terms, or of
    beta-binomial ones where runs correlate. Within 1e-12; linear in ``runs``."""
    if p <= 0.0 or p >= 1.0 or rho >= 1.0:
        return p
    free = 1.0 - rho
    right, wrong, whole = (
        list(accumulate((log(share * free + rho * at) for at in range(runs)), initial=0.0))
        for share in (p, 1.0 - p, 1.0)
    )
    ways = list(accumulate((log(at) for at in range(1, runs + 1)), initial=0.0))
    return min(
        1.0,
        fsum(
            exp(
                (ways[runs] - ways[at] - ways[runs - at])
                + (right[at] + wrong[runs - at] - whole[runs])
            )
            for at in range(runs // 2 + 1, runs + 1)
        ),
    )


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
    fraction = d
    for m in range(1, 400):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1.0 / _away(1.0 + even * d, tiny)
        c = _away(1.0 + even / c, tiny)
        fraction *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1.0 / _away(1.0 + odd * d, tiny)
        c = _away(1.0 + odd / c, tiny)
        change = d * c
        fraction *= change
        if abs(change - 1.0) < 1e-15:
            break
    return fraction


def _away(number: float, tiny: float) -> float:
    return number if abs(number) > tiny else tiny
