"""How many slots serve a load: Erlang-C, a replay of the arrivals themselves, and a plain rule.

A *slot* serves one request at a time: a replica that runs 32 requests together has 32. The
*offered work* is the number of slots that would be busy if nobody ever waited:

    a = arrivals per second x mean seconds of service        (erlangs)

Everything is a float: these are counts and probabilities, not money. Three ways to size a fleet,
never multiplied together:

    slots_for          from a rate and a mean; holds for arrivals that are not bursty
    slots_by_replay    from the arrivals themselves; holds for whatever they were
    replicas           peak rate and headroom, where nothing is known of the waiting

Source: A. K. Erlang, "Solution of some problems in the theory of probabilities of significance in
automatic telephone exchanges" (1917); the recursion and the waiting time as in L. Kleinrock,
"Queueing Systems", volume 1 (1975), sections 3.5 and 3.6.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import heapify, heapreplace
from itertools import pairwise
from math import ceil, exp, floor
from typing import NamedTuple

from costplan.problems import BadUsage

Arrival = tuple[float, float]
"""Seconds since any fixed moment, and seconds of service."""

MOST_ERLANGS = 1_000_000.0
"""More offered work than this is a slip of the pen, and would be counted for minutes."""
BURSTY = 2.0
"""Variance of the arrivals, in multiples of a Poisson stream's, from which Erlang-C is doubted."""
SHORT_WINDOW = 10.0  # seconds, about the service of one answer: bursts shorter than it are absorbed


class OfferedWork(NamedTuple):
    """The load of one window of a trace."""

    erlangs: float
    arrivals_per_second: float
    service_seconds: float
    begins: float
    """Seconds from the first arrival."""
    arrivals: int


class Burstiness(NamedTuple):
    """How far arrivals are from a Poisson stream, which has 1 for the first two.

    ``gap_scv``: squared coefficient of variation of the times between arrivals.
    ``dispersion``: variance over mean of the arrivals in short windows, about the local rate: a
    slow change over the day is not a burst, and is what ``peak_to_mean`` shows.
    ``peak_to_mean``: arrivals in the busiest window over those in the mean window.
    """

    gap_scv: float
    dispersion: float
    peak_to_mean: float

    @property
    def is_bursty(self) -> bool:
        """Whether Erlang-C would promise too little waiting: size by replay, or say so."""
        return self.gap_scv > BURSTY or self.dispersion > BURSTY


def erlang_c(slots: int, offered: float) -> float:
    """The probability that an arrival waits, with ``offered`` erlangs on ``slots`` slots.

        B(0) = 1,  B(c) = a B(c-1) / (c + a B(c-1))        C = c B(c) / (c - a (1 - B(c)))

    Poisson arrivals, exponential service, first come first served, nobody leaves. 1 where the
    offered work fills the slots (``offered >= slots``: the queue only grows), 0 without any work.
    The recursion neither overflows nor cancels, at a million slots either.
    """
    _check_load(offered)
    if slots < 0:
        raise ValueError(f"slots must be at least 0, not {slots}")
    if offered == 0:
        return 0.0
    if offered >= slots:
        return 1.0
    blocked = 1.0
    for count in range(1, slots + 1):
        blocked = offered * blocked / (count + offered * blocked)
    return _waits(slots, offered, blocked)


def waits_longer(slots: int, offered: float, service_seconds: float, seconds: float) -> float:
    """The probability that an arrival waits more than ``seconds``: C exp(-(c - a) t / service).

    1 where the offered work fills the slots; ``erlang_c`` at 0 seconds; 0 where service takes no
    time.
    """
    if seconds < 0 or service_seconds < 0:
        raise ValueError("times must be at least 0")
    waits = erlang_c(slots, offered)
    return waits * _tail(slots, offered, service_seconds, seconds)


def slots_for(
    arrivals_per_second: float, service_seconds: float, wait_seconds: float, share: float
) -> int:
    """The smallest number of slots with at most ``share`` of arrivals waiting ``wait_seconds``.

    Erlang-C; always more slots than offered work. 0 without arrivals, 1 where service takes no
    time. Raises BadUsage above ``MOST_ERLANGS``.
    """
    _check_goal(wait_seconds, share)
    if arrivals_per_second < 0 or service_seconds < 0:
        raise ValueError("a rate and a time must be at least 0")
    if arrivals_per_second == 0:
        return 0
    offered = arrivals_per_second * service_seconds
    _check_load(offered)
    blocked, slots = 1.0, 0
    while True:
        slots += 1
        blocked = offered * blocked / (slots + offered * blocked)
        if slots > offered:
            waits = _waits(slots, offered, blocked)
            if waits * _tail(slots, offered, service_seconds, wait_seconds) <= share:
                return slots


def greatest_offered_work(
    arrivals: Sequence[Arrival], window_seconds: float = 300.0
) -> OfferedWork:
    """The window of greatest offered work, among consecutive ones from the first arrival.

        a = sum of the window's service / window_seconds

    The busiest window by work need not be the busiest by arrivals. Work counts where it arrives,
    and a last window that the trace does not fill counts as a whole one. A trace shorter than one
    window is measured over its own length, rather too much than too little. Raises BadUsage where
    that length is zero.
    """
    if window_seconds <= 0:
        raise ValueError("a window must be longer than 0 seconds")
    ordered = sorted(arrivals)
    if not ordered or ordered[-1][0] == ordered[0][0]:
        raise BadUsage(
            "a trace needs arrivals at two moments at least", "or state the peak rate instead"
        )
    length = min(window_seconds, ordered[-1][0] - ordered[0][0])
    busiest = OfferedWork(-1.0, 0.0, 0.0, 0.0, 0)
    for begins, window in _windows(ordered, window_seconds):
        work = sum(service for _, service in window)
        if work / length > busiest.erlangs:
            count = len(window)
            busiest = OfferedWork(work / length, count / length, work / count, begins, count)
    return busiest


def replay(arrivals: Sequence[Arrival], slots: int) -> list[float]:
    """Each arrival's wait in seconds, in order of arrival: first come, first served.

    Slots are empty before the first arrival; all of them serve at the same speed.
    """
    if slots < 1:
        raise ValueError(f"a replay needs a slot at least, not {slots}")
    free_at = [float("-inf")] * min(slots, max(len(arrivals), 1))
    heapify(free_at)
    waits = []
    for moment, service in sorted(arrivals):
        begins = max(moment, free_at[0])
        waits.append(begins - moment)
        heapreplace(free_at, begins + service)
    return waits


def slots_by_replay(arrivals: Sequence[Arrival], wait_seconds: float, share: float) -> int:
    """The smallest number of slots with at most ``share`` of these arrivals waiting so long.

    A slot more never lengthens a wait (first come, first served), so the number is found by
    halving. 0 without arrivals.
    """
    _check_goal(wait_seconds, share)
    if not arrivals:
        return 0
    ordered = sorted(arrivals)

    def suffices(slots: int) -> bool:
        late = sum(1 for wait in replay(ordered, slots) if wait > wait_seconds)
        return late <= share * len(ordered)

    too_few, enough = 0, 1
    while not suffices(enough):
        too_few, enough = enough, enough * 2
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        if suffices(middle):
            enough = middle
        else:
            too_few = middle
    return enough


def burstiness(arrivals: Sequence[Arrival], window_seconds: float = 300.0) -> Burstiness:
    """How far these arrivals are from Poisson; see ``Burstiness``.

    Short windows last ``SHORT_WINDOW`` seconds and are compared within each whole window of
    ``window_seconds`` (within the trace's length, where it is shorter). Below about a hundred
    arrivals chance alone moves both figures by a quarter. Raises BadUsage below three arrivals, or
    where all come at one moment.
    """
    if window_seconds <= 0:
        raise ValueError("a window must be longer than 0 seconds")
    ordered = sorted(arrivals)
    if len(ordered) < 3 or ordered[0][0] == ordered[-1][0]:
        raise BadUsage(
            "burstiness needs three arrivals at least, not all at one moment",
            "or state the peak rate instead",
        )
    first, span = ordered[0][0], ordered[-1][0] - ordered[0][0]
    gaps = [later[0] - earlier[0] for earlier, later in pairwise(ordered)]
    length = min(window_seconds, span)
    short = min(SHORT_WINDOW, length / 2)
    counts = _counts(ordered, length)[: max(1, floor(span / length))]
    in_short: list[list[int]] = [[0] * floor(length / short) for _ in counts]
    for moment, _ in ordered:
        window, within = divmod(moment - first, length)
        place = floor(within / short)
        if window < len(counts) and place < len(in_short[0]):
            in_short[floor(window)][place] += 1
    ratios = [_variance(counts) / _mean(counts) for counts in in_short if any(counts)]
    mean_gap = _mean(gaps)
    return Burstiness(
        gap_scv=_variance(gaps) / (mean_gap * mean_gap),
        dispersion=_mean(ratios),
        peak_to_mean=max(counts) / _mean(counts),
    )


def replicas(
    peak_rate: float,
    per_replica_rate: float,
    headroom: float = 0.3,
    utilisation: float = 0.7,
    spare: int = 1,
) -> int:
    """ceil(peak (1 + headroom) / (rate of one replica x utilisation)) + spare.

    The rule for a peak rate without a trace; both rates in the same unit (requests or tokens a
    second). Not to be put on top of Erlang-C, which has counted the waiting already. Only the
    spare stays without traffic.
    """
    if peak_rate < 0 or headroom < 0 or spare < 0:
        raise ValueError("peak rate, headroom and spare must be at least 0")
    if per_replica_rate <= 0 or not 0 < utilisation <= 1:
        raise ValueError("a replica's rate is more than 0, its utilisation above 0 and at most 1")
    return _whole(peak_rate * (1.0 + headroom) / (per_replica_rate * utilisation)) + spare


def replicas_for_slots(slots: int, concurrency: float, spare: int = 1) -> int:
    """ceil(slots / requests that one replica serves together) + spare.

    ``concurrency`` is the measured one, at the latency that the slots' service time assumes.
    """
    if slots < 0 or spare < 0 or concurrency <= 0:
        raise ValueError("slots and spare must be at least 0, concurrency more than 0")
    return _whole(slots / concurrency) + spare


def _waits(slots: int, offered: float, blocked: float) -> float:
    return slots * blocked / (slots - offered * (1.0 - blocked))


def _tail(slots: int, offered: float, service_seconds: float, seconds: float) -> float:
    if offered >= slots:
        return 1.0
    if service_seconds == 0:
        return 0.0 if seconds > 0 else 1.0
    return exp(-(slots - offered) * seconds / service_seconds)


def _whole(number: float) -> int:
    """The number rounded up, at nine places first: 3.0000000000000004 replicas are three."""
    return ceil(round(number, 9))


def _check_load(offered: float) -> None:
    if not offered >= 0:
        raise ValueError(f"offered work must be at least 0, not {offered}")
    if offered > MOST_ERLANGS:
        raise BadUsage(
            f"{offered:,.0f} requests would be served at once",
            f"capacity is counted up to {MOST_ERLANGS:,.0f}: check the rate and the service time",
        )


def _check_goal(wait_seconds: float, share: float) -> None:
    if wait_seconds < 0 or not 0 < share < 1:
        raise ValueError("a wait is at least 0 seconds, a share of arrivals between 0 and 1")


def _windows(
    ordered: Sequence[Arrival], window_seconds: float
) -> Iterator[tuple[float, list[Arrival]]]:
    """Each window that has arrivals: its begin from the first arrival, and what arrives."""
    first = ordered[0][0]
    begins = 0.0
    held: list[Arrival] = []
    for arrival in ordered:
        begin = (arrival[0] - first) // window_seconds * window_seconds
        if begin != begins and held:
            yield begins, held
            held = []
        begins = begin
        held.append(arrival)
    yield begins, held


def _counts(ordered: Sequence[Arrival], window_seconds: float) -> list[int]:
    """Arrivals in each consecutive window from the first arrival, empty ones too."""
    first = ordered[0][0]
    counts = [0] * (floor((ordered[-1][0] - first) / window_seconds) + 1)
    for moment, _ in ordered:
        counts[floor((moment - first) / window_seconds)] += 1
    return counts


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _variance(values: Sequence[float]) -> float:
    """With one degree of freedom taken by the mean; 0 for a single value."""
    mean = _mean(values)
    return sum((value - mean) ** 2 for value in values) / max(1, len(values) - 1)
