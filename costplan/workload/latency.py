"""How long one request takes: the steps' stated seconds along the way that requests go.

    mean = sum of visits x seconds        variance as of a request's cost, from the chain
    P95  = that of a lognormal time of this mean and variance

Runs that go side by side, of a vote on a step or of the whole pipeline, take as long as the slowest
of them. A person's time is not in it: a case is answered later.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from math import erf, exp, log, pi, sqrt
from typing import NamedTuple

from costplan.workload.model import Stack, Workload
from costplan.workload.solving import Solved
from costplan.workload.step import Step

Z95 = 1.6448536269514722


class Latency(NamedTuple):
    """Seconds of one request; ``p95`` None where no step states a spread."""

    mean: float
    p95: float | None

    @property
    def judged(self) -> float:
        """The figure that a limit is held against."""
        return self.mean if self.p95 is None else self.p95


def untimed(workload: Workload, stack: Stack) -> list[str]:
    """Steps that state no seconds, so that nobody knows how long a request takes."""
    return [step.name for step in workload.step if _stated(step, stack)[0] is None]


def latency(workload: Workload, stack: Stack, solved: Solved) -> Latency | None:
    """Seconds of a request with a stack's models; None where a step states none, or where
    outcomes are not modelled."""
    outcomes = solved.outcomes
    if outcomes is None or outcomes.graph is None or untimed(workload, stack):
        return None
    runs: dict[str, float] = {}
    spread: dict[str, float] = {}
    for step in workload.step:
        stated, tail = _stated(step, stack)
        assert stated is not None
        sigma = _sigma(float(stated), None if tail is None else float(tail))
        first, second = _slowest(_side_by_side(step), sigma)
        # the chain counts every run of a vote, of which only the slowest takes time
        together = _side_by_side(step)
        runs[step.name] = float(stated) * first / together
        variation = max(0.0, second / first**2 - 1.0)
        spread[step.name] = sqrt(variation * together)
    mean, variance = outcomes.graph.moments(runs, fallback_costs=runs, variation=spread)
    if mean <= 0.0:
        return Latency(mean, None)
    squared = log(1.0 + variance / mean**2)
    first, _ = _slowest(solved.whole_runs, sqrt(squared))
    if not any(_stated(step, stack)[1] is not None for step in workload.step):
        return Latency(mean * first, None)
    # the slowest of N is below what each of them is below with P = 0.95^(1 / N)
    z = Z95 if solved.whole_runs == 1 else _below(0.95 ** (1.0 / solved.whole_runs))
    return Latency(mean * first, mean * exp(z * sqrt(squared) - squared / 2.0))


def _stated(step: Step, stack: Stack) -> tuple[Decimal | None, Decimal | None]:
    """Mean and 95th percentile of one run: the binding's own, else the step's."""
    binding = stack.binding(step.role)
    if binding is not None and binding.seconds is not None:
        return binding.seconds, binding.seconds_p95
    return step.seconds, step.seconds_p95


def _side_by_side(step: Step) -> int:
    if step.vote is not None:
        return 1 if step.vote.stop_early else step.vote.runs
    return step.best_of.runs if step.best_of is not None else 1


def _sigma(mean: float, p95: float | None) -> float:
    """Of the lognormal with this mean and 95th percentile: ln(p95 / mean) = z s - s^2 / 2."""
    if p95 is None or p95 <= mean:
        return 0.0
    return Z95 - sqrt(max(0.0, Z95**2 - 2.0 * log(p95 / mean)))


def _below(share: float) -> float:
    """What a standard normal number is below with this probability."""
    from statistics import NormalDist  # loads fractions and random; most files have no [vote]

    return NormalDist().inv_cdf(share)


@lru_cache(maxsize=256)
def _slowest(runs: int, sigma: float) -> tuple[float, float]:
    """First and second moment of the slowest of so many lognormal runs of mean 1, by Simpson's
    rule over the standard normal from -9 to 9."""
    if sigma == 0.0:
        return 1.0, 1.0
    if runs == 1:
        return 1.0, exp(sigma**2)
    points, first, second = 720, 0.0, 0.0
    for weight, z in _simpson(points):
        below = 0.5 * (1.0 + erf(z / sqrt(2.0)))
        density = runs * exp(-z * z / 2.0) / sqrt(2.0 * pi) * below ** (runs - 1) * weight
        time = exp(sigma * z - sigma**2 / 2.0)
        first += density * time
        second += density * time * time
    return first, second


def _simpson(points: int) -> Iterator[tuple[float, float]]:
    width = 18.0 / points
    for at in range(points + 1):
        weight = 1.0 if at in (0, points) else 4.0 if at % 2 else 2.0
        yield weight * width / 3.0, -9.0 + at * width
