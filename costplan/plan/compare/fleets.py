"""Machines for the busiest hour: how many of a rented machine it takes to serve what a stack does,
by a stated rate, a measurement on the same accelerators, queueing or a trace.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple

from costplan.catalog.lookup import Catalog
from costplan.catalog.offer import Hardware, Offer
from costplan.outcomes.queueing import (
    Arrival,
    burstiness,
    greatest_offered_work,
    replicas_for_slots,
    slots_by_replay,
    slots_for,
)
from costplan.outcomes.scaling import off_share, scale_to_zero
from costplan.plan.bill.machines import machines
from costplan.plan.compare.served import Capacity, Served
from costplan.problems import BadUsage, InvalidInput, Problem
from costplan.quantity import ONE, ZERO, grouped, rounded, twelve_digits
from costplan.workload.model_calls import SECONDS_PER_MONTH
from costplan.workload.strategy import Gpus


class Fleet(NamedTuple):
    """So many machines, what one serves, and how that was found."""

    machines: Decimal
    tokens_per_second: Decimal
    words: str


def hardware_of(terms: Gpus, catalog: Catalog) -> Hardware | None:
    """What the rented machine has. Raises InvalidInput where the file says otherwise, and
    BadUsage for an offer that is no machine."""
    entry = catalog.get(terms.machine)
    offer = entry.item
    if not isinstance(offer, Offer) or entry.category != "compute":
        raise BadUsage(f"{terms.machine} is no machine that is rented by the hour")
    own = offer.hardware
    if own is None:
        return None
    for key, stated, true in (
        ("accelerator", terms.accelerator, own.accelerator),
        ("accelerators", terms.accelerators, own.count),
    ):
        if stated is not None and stated != true:
            fitting = ", ".join(
                entry_id
                for entry_id, has in machines(catalog)
                if terms.accelerator in (None, has.accelerator)
                and terms.accelerators in (None, has.count)
            )
            message = f"{terms.machine} has {own}, not {stated} as {key}"
            path = ("strategy", "gpus", key)
            raise InvalidInput([Problem(path, message, f"machines with that: {fitting or NONE}")])
    return own


NONE = "none in the catalogue"


def sized(terms: Gpus, served: Served, capacity: Capacity | None) -> Fleet | None:
    """By what the file states of a machine; None where it names no rate and no trace."""
    if terms.arrivals is not None and capacity is not None:
        return _by_trace(terms, served, capacity.arrivals(terms.arrivals))
    if terms.service_seconds is not None and terms.concurrency is not None:
        return _by_queueing(terms, served)
    if terms.tokens_per_second is None:
        return None
    needed, how = by_rate(terms, served, terms.tokens_per_second)
    words = f"{rounded(terms.tokens_per_second)} tokens/s each (as stated), {how}"
    return Fleet(needed, terms.tokens_per_second, words)


def by_rate(terms: Gpus, served: Served, per_second: Decimal) -> tuple[Decimal, str]:
    """Machines for the busiest hour at a rate of one of them, and what they were sized with. What
    may wait fills quiet hours: it needs machines only where the whole month has no room for it."""
    busiest = served.peak_per_second(served.urgent) * (1 + terms.headroom)
    rate = max(busiest, served.all_output / SECONDS_PER_MONTH)
    needed = rate / (per_second * terms.utilisation)
    # at nine places first: a load of exactly three machines is not four
    fleet = round(needed, 9).to_integral_value(ROUND_CEILING) + terms.spare
    return fleet, (
        f"headroom {terms.headroom}, utilisation {terms.utilisation}, spare {terms.spare}; "
        f"{_idle(served, fleet * per_second)}"
    )


UNDERUSED = Decimal("0.2")


def _idle(served: Served, per_second: Decimal) -> str:
    """What of a fleet's capacity the month does not use: above the busiest hour, and below it."""
    capacity = SECONDS_PER_MONTH * per_second
    busy = min(ONE, served.all_output / capacity) if capacity else ZERO
    peak = min(ONE, served.peak_per_second(served.urgent) / per_second) if per_second else ZERO
    above = ONE - max(peak, busy)
    words = (
        f"{grouped((1 - busy) * 100, 1)} % of it idle over the month: "
        f"{grouped(above * 100, 1)} % headroom above the busiest hour, "
        f"{grouped((1 - busy - above) * 100, 1)} % between peaks"
    )
    if served.deferred:
        share = served.deferred / served.whole * 100
        words += f"; {grouped(share, 1)} % of the work may wait and fill quiet hours"
    if per_second and busy < UNDERUSED:
        words += "; used below 20 %: a smaller machine, or one that stops (idle_seconds), would do"
    return words


def _by_queueing(terms: Gpus, served: Served) -> Fleet:
    assert terms.service_seconds is not None
    assert terms.concurrency is not None
    rate = _slot_rate(terms, served, terms.service_seconds)
    if terms.idle_seconds is not None and terms.cold_start_seconds is not None:
        return _by_hours(terms, served, rate)
    slots = _slots(terms, served.peak_per_second(served.requests))
    fleet = max(
        Decimal(replicas_for_slots(slots, float(terms.concurrency), terms.spare)),
        _carrying(terms, served, rate),
    )
    how = (
        f"{slots} slots by Erlang-C, at most {rounded(terms.wait_share * 100)} % waiting over "
        f"{terms.wait_seconds} s in the busiest hour, spare {terms.spare}; "
        f"{_idle(served, fleet * rate)}"
    )
    return Fleet(fleet, rate, how)


def _slots(terms: Gpus, arrivals: Decimal) -> int:
    """Slots by Erlang-C for so many arrivals a second."""
    service = float(terms.service_seconds or ZERO)
    return slots_for(float(arrivals), service, float(terms.wait_seconds), float(terms.wait_share))


def _carrying(terms: Gpus, served: Served, rate: Decimal) -> Decimal:
    """Machines that the whole month's tokens take, those that may wait with them."""
    needed = served.all_output / (SECONDS_PER_MONTH * rate * terms.utilisation) if rate else ZERO
    return round(needed, 9).to_integral_value(ROUND_CEILING)


def _by_hours(terms: Gpus, served: Served, rate: Decimal) -> Fleet:
    """Machines that follow the hours: each hour's by Erlang-C, and none where nothing has come for
    ``idle_seconds``. A fleet is then an average, and its hours are what is paid."""
    assert terms.service_seconds is not None
    assert terms.idle_seconds is not None
    assert terms.concurrency is not None
    mean, most, cold, hours = served.requests / SECONDS_PER_MONTH, 0, ZERO, ZERO
    for share, pace in served.shape.levels:
        arrivals = mean * pace
        needed = replicas_for_slots(_slots(terms, arrivals), float(terms.concurrency), 0)
        seconds = float(terms.service_seconds), float(terms.idle_seconds)
        off = twelve_digits(off_share(float(arrivals), *seconds))
        cold += share * off
        hours += share / pace * (needed - min(off, Decimal(needed)))
        most = max(most, needed)
    fleet = hours + terms.spare
    how = (
        f"of {most} in the busiest hour on average, each hour's by Erlang-C, at most "
        f"{rounded(terms.wait_share * 100)} % waiting over {terms.wait_seconds} s; "
        f"{_stopped(terms, cold)}; {_idle(served, fleet * rate)}"
    )
    return Fleet(fleet, rate, how)


def _stopped(terms: Gpus, cold: Decimal) -> str:
    words = f"stopped after {terms.idle_seconds} s without a request, spare {terms.spare}: "
    words += f"{rounded(cold * 100)} % of requests wait {terms.cold_start_seconds} s for a start"
    late = cold > terms.wait_share and (terms.cold_start_seconds or ZERO) > terms.wait_seconds
    return f"{words}; warning: more than may wait" if late else words


def _slot_rate(terms: Gpus, served: Served, service_seconds: Decimal) -> Decimal:
    """Output tokens a second of a machine whose slots are all at work."""
    assert terms.concurrency is not None
    return terms.concurrency / service_seconds * served.urgent / served.requests


def _by_trace(terms: Gpus, served: Served, arrivals: Sequence[Arrival]) -> Fleet:
    """Sized for a trace as it stands: Erlang-C at its most loaded window.

    Erlang-C supposes arrivals that do not know of each other. Where they come in bursts it would
    pretend: the trace is replayed, and the replay's number taken, with a warning.
    """
    assert terms.concurrency is not None
    wait, share = float(terms.wait_seconds), float(terms.wait_share)
    window = float(terms.window_seconds)
    work = greatest_offered_work(arrivals, window)
    rate = _slot_rate(terms, served, Decimal(repr(work.service_seconds)))
    if terms.idle_seconds is not None and terms.cold_start_seconds is not None:
        return _by_replay(terms, served, arrivals, rate)
    slots = slots_for(work.arrivals_per_second, work.service_seconds, wait, share)
    how = f"{slots} slots by Erlang-C at the trace's most loaded {_minutes(terms.window_seconds)}"
    burst = burstiness(arrivals, window)
    if burst.is_bursty:
        slots = slots_by_replay(arrivals, wait, share)
        how += (
            f"; warning: arrivals are bursty (index of dispersion {burst.dispersion:.1f}), which "
            f"Erlang-C does not know: a replay of the trace needs {slots}"
        )
    fleet = Decimal(replicas_for_slots(slots, float(terms.concurrency), terms.spare))
    how += (
        f"; at most {rounded(terms.wait_share * 100)} % waiting over {terms.wait_seconds} s, "
        f"spare {terms.spare}"
    )
    return Fleet(fleet, rate, how)


def _minutes(seconds: Decimal) -> str:
    return f"{rounded(seconds / 60)} minutes" if seconds >= 60 else f"{rounded(seconds)} seconds"


def _by_replay(terms: Gpus, served: Served, arrivals: Sequence[Arrival], rate: Decimal) -> Fleet:
    """A trace served by machines that start when it needs them and stop when it does not."""
    assert terms.concurrency is not None
    replay = scale_to_zero(
        arrivals,
        max(1, int(terms.concurrency)),
        float(terms.idle_seconds or ZERO),
        float(terms.cold_start_seconds or ZERO),
    )
    late = sum(1 for wait in replay.waits if wait > float(terms.wait_seconds)) / len(replay.waits)
    fleet = twelve_digits(replay.mean_machines) + terms.spare
    how = (
        f"of {replay.most} at most on average, by a replay of the trace: started "
        f"{replay.cold_starts} times, stopped after {terms.idle_seconds} s without a request, "
        f"spare {terms.spare}; {rounded(twelve_digits(late * 100))} % wait over "
        f"{terms.wait_seconds} s"
    )
    if late > terms.wait_share:
        how += "; warning: more than may wait"
    return Fleet(fleet, rate, how)
