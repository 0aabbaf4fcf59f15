"""Machines for the busiest hour: what a stack's producing models serve, and how many of a rented
machine that takes, by a stated rate, a measurement on the same accelerators, queueing or a trace.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple, Protocol

from costplan.catalog.curves import LatencyTarget, Shape
from costplan.catalog.lookup import Catalog
from costplan.catalog.model import Model
from costplan.catalog.offer import Hardware, Offer
from costplan.catalog.provisioned import Terms
from costplan.catalog.throughput import Machine, Rate, Throughput, TooSmall
from costplan.outcomes.queueing import (
    Arrival,
    burstiness,
    greatest_offered_work,
    replicas_for_slots,
    slots_by_replay,
    slots_for,
)
from costplan.problems import BadUsage, InvalidInput, Problem
from costplan.quantity import ONE, ZERO, grouped, rounded, total
from costplan.workload.model import Workload
from costplan.workload.model_calls import SECONDS_PER_MONTH, ModelCalls
from costplan.workload.solving import Visits
from costplan.workload.strategy import Gpus
from costplan.workload.usage import monthly_usage


class Capacity(Protocol):
    """Where measurements and reserved-throughput terms are found; read only when asked."""

    def throughput(self, model: str) -> Throughput:
        """Measured tokens a second of a model."""

    def terms(self, name: str) -> Terms:
        """Terms by id. Raises BadUsage for an unknown one."""

    def currency(self, name: str) -> str:
        """The currency of the terms' price."""

    def arrivals(self, name: str) -> list[Arrival]:
        """A trace beside the workload file. Raises BadUsage for what is none."""


class Served:
    """What a stack's producing models, those that are paid by the token, serve in a month."""

    def __init__(self, workload: Workload, stack: str, visits: Visits, catalog: Catalog) -> None:
        usage = monthly_usage(workload, visits=visits)
        self.requests = usage.requests
        self.roles = _token_roles(workload, stack, catalog)
        self.output: dict[str, Decimal] = {}
        self.input, self.calls = ZERO, ZERO
        bound = workload.stack[stack]
        for calls in usage.model_calls:
            binding = bound.binding(calls.role)
            if calls.role not in self.roles or binding is None:
                continue
            output = _tokens(calls, "output") * binding.output_factor
            self.output[calls.role] = self.output.get(calls.role, ZERO) + output
            self.input += _tokens(calls, "input") * binding.input_factor
            self.calls += calls.count
        self.all_output = total(self.output.values())
        self.peak = workload.traffic.peak_to_mean or ONE

    @property
    def nothing(self) -> str | None:
        """Why there is nothing to serve on other metal."""
        if not self.requests:
            return "there is no traffic to serve"
        if not self.all_output:
            return "no producing model of this stack is paid by the token"
        return None

    def peak_per_second(self, monthly: Decimal) -> Decimal:
        """A month's quantity as a rate in the busiest hour."""
        return monthly / SECONDS_PER_MONTH * self.peak


def _tokens(calls: ModelCalls, whole: str) -> Decimal:
    return calls.count * calls.tokens.get(f"{whole}_tokens", ZERO)


def _token_roles(workload: Workload, stack: str, catalog: Catalog) -> list[str]:
    """The roles of steps that answer, where the stack binds a model that is paid by the token."""
    roles = {step.model: None for step in workload.step if step.model and not step.judges}
    found = []
    for role in roles:
        binding = workload.stack[stack].binding(role)
        entry = catalog.find(binding.offer) if binding and binding.offer else None
        if entry is not None and isinstance(entry.item, Model):
            found.append(role)
    return found


class Fleet(NamedTuple):
    """So many machines, what one serves, and how that was found."""

    machines: Decimal
    tokens_per_second: Decimal
    words: str


def hardware_of(terms: Gpus, catalog: Catalog) -> Hardware | None:
    """What the rented machine has. Raises InvalidInput where the file says otherwise, and
    BadUsage for an offer that is no machine."""
    entry = catalog.get(terms.offer)
    offer = entry.item
    if not isinstance(offer, Offer) or entry.category != "compute":
        raise BadUsage(f"{terms.offer} is no machine that is rented by the hour")
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
                for entry_id, has in _machines(catalog)
                if terms.accelerator in (None, has.accelerator)
                and terms.accelerators in (None, has.count)
            )
            message = f"{terms.offer} has {own}, not {stated} as {key}"
            path = ("strategy", "gpus", key)
            raise InvalidInput([Problem(path, message, f"machines with that: {fitting or NONE}")])
    return own


NONE = "none in the catalogue"


def _machines(catalog: Catalog) -> Iterator[tuple[str, Hardware]]:
    """Every machine of the catalogue whose accelerators are known; only to be named."""
    named = catalog.aside()
    for entry in map(named.get, named.ids()):
        if isinstance(entry.item, Offer) and entry.category == "compute" and entry.item.hardware:
            yield entry.id, entry.item.hardware


def _larger(catalog: Catalog, offer: str, accelerator: str, least: Decimal) -> str:
    """The next size that holds a replica of so many accelerators: the same vendor's, else all of
    the fewest accelerators that do."""
    holding = [
        (has.count, entry_id)
        for entry_id, has in _machines(catalog)
        if has.accelerator == accelerator and has.count % least == 0
    ]
    vendor = offer.split("/")[0] + "/"
    own = sorted(size for size in holding if size[1].startswith(vendor))
    smallest = own[:1] or [size for size in sorted(holding) if size[0] == min(holding)[0]]
    return ", ".join(f"{entry_id} ({count} of them)" for count, entry_id in smallest) or NONE


def sized(
    terms: Gpus,
    served: Served,
    capacity: Capacity | None,
    hardware: Hardware | None,
    catalog: Catalog,
) -> Fleet:
    if terms.arrivals is not None and capacity is not None:
        return _by_trace(terms, served, capacity.arrivals(terms.arrivals))
    if terms.service_seconds is not None and terms.concurrency is not None:
        return _by_queueing(terms, served)
    if terms.tokens_per_second is not None:
        machines, how = _by_rate(terms, served, terms.tokens_per_second)
        words = f"{rounded(terms.tokens_per_second)} tokens/s each (as stated), {how}"
        return Fleet(machines, terms.tokens_per_second, words)
    if capacity is None:
        raise BadUsage("[strategy.gpus] tokens_per_second is not given")
    return _by_measurement(terms, served, capacity, hardware, catalog)


def _by_rate(terms: Gpus, served: Served, per_second: Decimal) -> tuple[Decimal, str]:
    """Machines for the busiest hour at a rate of one of them, and what they were sized with."""
    rate = served.peak_per_second(served.all_output)
    needed = rate * (1 + terms.headroom) / (per_second * terms.utilisation)
    # at nine places first: a load of exactly three machines is not four
    machines = round(needed, 9).to_integral_value(ROUND_CEILING) + terms.spare
    busy = served.all_output / (SECONDS_PER_MONTH * per_second * machines) if machines else ZERO
    return machines, (
        f"headroom {terms.headroom}, utilisation {terms.utilisation}, spare {terms.spare}; "
        f"{_idle(busy)}"
    )


def _idle(busy: Decimal) -> str:
    return f"{grouped((1 - min(ONE, busy)) * 100, 1)} % of it idle over the month"


def _by_queueing(terms: Gpus, served: Served) -> Fleet:
    assert terms.service_seconds is not None
    assert terms.concurrency is not None
    arrivals = float(served.peak_per_second(served.requests))
    slots = slots_for(
        arrivals, float(terms.service_seconds), float(terms.wait_seconds), float(terms.wait_share)
    )
    machines = replicas_for_slots(slots, float(terms.concurrency), terms.spare)
    work = served.requests / SECONDS_PER_MONTH * terms.service_seconds
    busy = work / (machines * terms.concurrency) if machines else ZERO
    how = (
        f"{slots} slots by Erlang-C, at most {rounded(terms.wait_share * 100)} % waiting over "
        f"{terms.wait_seconds} s in the busiest hour, spare {terms.spare}; {_idle(busy)}"
    )
    return Fleet(Decimal(machines), _slot_rate(terms, served, terms.service_seconds), how)


def _slot_rate(terms: Gpus, served: Served, service_seconds: Decimal) -> Decimal:
    """Output tokens a second of a machine whose slots are all at work."""
    assert terms.concurrency is not None
    return terms.concurrency / service_seconds * served.all_output / served.requests


def _by_trace(terms: Gpus, served: Served, arrivals: Sequence[Arrival]) -> Fleet:
    """Sized for a trace as it stands: Erlang-C at its most loaded five minutes.

    Erlang-C supposes arrivals that do not know of each other. Where they come in bursts it would
    pretend, so the trace is replayed and the larger number taken, with a warning.
    """
    assert terms.concurrency is not None
    wait, share = float(terms.wait_seconds), float(terms.wait_share)
    work = greatest_offered_work(arrivals)
    slots = slots_for(work.arrivals_per_second, work.service_seconds, wait, share)
    how = f"{slots} slots by Erlang-C at the trace's most loaded five minutes"
    burst = burstiness(arrivals)
    if burst.is_bursty:
        replayed = slots_by_replay(arrivals, wait, share)
        how += (
            f"; warning: arrivals are bursty (index of dispersion {burst.dispersion:.1f}), which "
            f"Erlang-C does not know: a replay of the trace needs {replayed}"
        )
        slots = max(slots, replayed)
    machines = replicas_for_slots(slots, float(terms.concurrency), terms.spare)
    how += (
        f"; at most {rounded(terms.wait_share * 100)} % waiting over {terms.wait_seconds} s, "
        f"spare {terms.spare}"
    )
    seconds = Decimal(repr(work.service_seconds))
    return Fleet(Decimal(machines), _slot_rate(terms, served, seconds), how)


def _by_measurement(
    terms: Gpus, served: Served, capacity: Capacity, hardware: Hardware | None, catalog: Catalog
) -> Fleet:
    """Sized by the rate of a measurement on the machine's own accelerators; the words have its band
    in tokens a second and in machines. Raises BadUsage where none answers."""
    accelerator = terms.accelerator or (hardware.accelerator if hardware else None)
    count = terms.accelerators or (hardware.count if hardware else None)
    if accelerator is None or count is None:
        raise BadUsage(f"what {terms.offer} has is not known", "give accelerator and accelerators")
    calls = served.calls or ONE
    try:
        rate = capacity.throughput(terms.measured).rate(
            terms.measured,
            accelerator,
            LatencyTarget(tpot_ms=terms.ms_per_token, ttft_ms=terms.ms_to_first_token),
            Shape(round(served.input / calls, 6), round(served.all_output / calls, 6)),
            machine=Machine(count, hardware.memory_gb if hardware else None),
        )
    except TooSmall as error:
        larger = _larger(catalog, terms.offer, accelerator, error.gpus)
        raise BadUsage(error.message, f"{error.hint}; next size: {larger}") from None
    machines, how = _by_rate(terms, served, rate.likely * count)
    words = f"{rounded(rate.likely * count)} tokens/s each ({_band(rate, count)}; "
    words += f"{terms.measured} {rate.precision} on {accelerator}, {rate.how}; "
    words += f"{rate.provenance.source}, {rate.provenance.checked})"
    most = _by_rate(terms, served, rate.low * count)[0]
    fewest = machines if rate.high is None else _by_rate(terms, served, rate.high * count)[0]
    if fewest != most:
        words += f", {grouped(fewest)} to {grouped(most)} machines within the band"
    return Fleet(machines, rate.likely * count, f"{words}, {how}")


def _band(rate: Rate, count: int) -> str:
    low = rounded(rate.low * count)
    return f"{low} or more" if rate.high is None else f"{low} to {rounded(rate.high * count)}"
