"""Machines that are started when requests come and stopped when none do: hours, and cold starts.

Two ways that agree where arrivals are Poisson: a replay of the arrivals themselves, and

    off = exp(-(a + rate x idle_seconds))        a = rate x service seconds

which is the share of time in which the last machine is stopped, and of requests that find it so
(arrivals see time averages). It follows from M/G/infinity: such a system is empty for exp(-a) of
the time, in periods that are exponential with the rate, and the machine stops ``idle_seconds`` into
one. Everything is a float, as in ``queueing``. Source: L. Kleinrock, "Queueing Systems", volume 1
(1975).
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush
from math import exp
from typing import NamedTuple

from costplan.outcomes.queueing import Arrival


class Scaled(NamedTuple):
    """What became of arrivals. ``machine_seconds`` are paid: starting, serving, waiting for more.

    ``span``: seconds from the first arrival to the last; ``most``: machines at one time.
    """

    machine_seconds: float
    cold_starts: int
    most: int
    waits: list[float]
    span: float

    @property
    def mean_machines(self) -> float:
        """Machines that are paid on average."""
        return self.machine_seconds / self.span if self.span else float(self.most)


class _Machine:
    """A machine that is ready from ``ready`` on; ``busy`` are ends of what it serves."""

    def __init__(self, started: float, ready: float) -> None:
        self.started, self.ready, self.last = started, ready, ready
        self.busy: list[float] = []

    def free_at(self, moment: float, slots: int) -> float:
        """When the machine could begin a request that comes now."""
        while self.busy and self.busy[0] <= moment:
            heappop(self.busy)
        waits = sorted(self.busy)[len(self.busy) - slots] if len(self.busy) >= slots else moment
        return max(self.ready, waits)

    def serve(self, begins: float, seconds: float) -> None:
        heappush(self.busy, begins + seconds)
        self.last = max(self.last, begins + seconds)


def scale_to_zero(
    arrivals: Sequence[Arrival], concurrency: int, idle_seconds: float, cold_start_seconds: float
) -> Scaled:
    """Arrivals served by machines that are started when none of those running would begin as soon,
    and stopped after ``idle_seconds`` without a request. The fullest machine that can begin at once
    takes a request, so that others become idle. First come, first served; machines start empty.
    """
    running: list[_Machine] = []
    paid, starts, most = 0.0, 0, 0
    waits: list[float] = []
    for moment, service in sorted(arrivals):
        for stopped in [own for own in running if own.last + idle_seconds < moment]:
            running.remove(stopped)
            paid += stopped.last + idle_seconds - stopped.started
        begins = [own.free_at(moment, concurrency) for own in running]
        fresh = moment + cold_start_seconds
        soonest = min(begins, default=fresh)
        if not running or fresh < soonest:
            running.append(_Machine(moment, fresh))
            starts, soonest = starts + 1, fresh
            chosen = running[-1]
        else:
            able = [own for own, at in zip(running, begins, strict=True) if at == soonest]
            chosen = max(able, key=lambda own: len(own.busy))
        chosen.serve(soonest, service)
        waits.append(soonest - moment)
        most = max(most, len(running))
    paid += sum(own.last + idle_seconds - own.started for own in running)
    span = max(arrivals)[0] - min(arrivals)[0] if arrivals else 0.0
    return Scaled(paid, starts, most, waits, span)


def off_share(rate: float, service_seconds: float, idle_seconds: float) -> float:
    """The share of time in which no machine runs, and of requests that wait for one to start; for
    Poisson arrivals, with starts that take no time. 1 without arrivals."""
    if rate < 0 or service_seconds < 0 or idle_seconds < 0:
        raise ValueError("a rate and times must be at least 0")
    return exp(-rate * (service_seconds + idle_seconds))
