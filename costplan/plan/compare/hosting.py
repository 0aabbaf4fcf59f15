"""The same graph on more metal: what each way of hosting adds to a stack's bill.

Reliability stays what it is. Each function returns the extra money a month and the words for it,
or None with the reason why it cannot be priced.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Protocol

from costplan.billing.exchange import Exchange
from costplan.billing.offers import Take, bill_offer
from costplan.catalog.lookup import Catalog
from costplan.catalog.offer import Offer
from costplan.catalog.provisioned import Terms, gsus, ptus
from costplan.catalog.throughput import LatencyTarget, Throughput
from costplan.catalog.vocabulary import HOURS_PER_MONTH
from costplan.document.estimate import Estimate
from costplan.document.line import LineItem
from costplan.outcomes.queueing import (
    Arrival,
    burstiness,
    greatest_offered_work,
    replicas_for_slots,
    slots_by_replay,
    slots_for,
)
from costplan.problems import BadUsage, CostplanError
from costplan.quantity import ONE, ZERO, grouped, rounded, settle, total
from costplan.words import kinds_of
from costplan.workload.model import Workload
from costplan.workload.model_calls import SECONDS_PER_MONTH
from costplan.workload.solving import Visits
from costplan.workload.step import Step
from costplan.workload.strategy import Gpus

Extra = tuple[Decimal | None, str]


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
    """What a stack's producing models serve in a month, and what their tokens cost.

    ``graph``: the visits of the graph that is served, where it is not the plan's own.
    """

    def __init__(
        self, workload: Workload, estimate: Estimate, plan: Visits, graph: Visits | None = None
    ) -> None:
        self.requests = estimate.requests
        self.calls = ZERO
        served = graph or plan
        share = {}
        for step in workload.step:
            if not step.model or step.judges:
                continue
            for role, then, now in (
                (step.fallback.model if step.fallback else "", served.fallbacks, plan.fallbacks),
                (step.model, served.runs, plan.runs),
            ):
                runs = then.get(step.name, ZERO)
                if now.get(step.name):
                    share[step.name, role] = runs / now[step.name]
                    self.calls += runs * _calls(workload, step) * estimate.requests
        lines = [
            (line, share[line.step, line.role])
            for line in estimate.lines
            if line.component == "tokens" and line.step and (line.step, line.role) in share
        ]
        self.cost = total(settle((line.amount or ZERO) * part) for line, part in lines)
        sent, answered = kinds_of("input"), kinds_of("output")
        self.output = total(
            line.quantity * part for line, part in lines if line.price.charge in answered
        )
        self.input = total(
            line.quantity * part for line, part in lines if line.price.charge in sent
        )
        self.peak = workload.traffic.peak_to_mean or ONE

    @property
    def nothing(self) -> str | None:
        """Why there is nothing to serve on other metal."""
        if not self.requests:
            return "there is no traffic to serve"
        if not self.output:
            return "no producing model of this stack is paid by the token"
        return None

    def peak_per_second(self, monthly: Decimal) -> Decimal:
        """A month's quantity as a rate in the busiest hour."""
        return monthly / SECONDS_PER_MONTH * self.peak


AS_GOOD = "taken to be as good as the plan's own model"


def _calls(workload: Workload, step: Step) -> Decimal:
    """Calls of a model in one run of a step; a turn has one more for each tool call."""
    if workload.conversation is not None and step is workload.answering_step:
        return step.calls * (1 + workload.conversation.tool_calls)
    return step.calls


def gpus(
    workload: Workload,
    served: Served,
    catalog: Catalog,
    day: date,
    capacity: Capacity | None,
) -> Extra:
    """Machines for the busiest hour in place of the producing models' tokens.

    machines = ceil(lambda_peak (1 + headroom) / (mu u)) + spare, or by queueing (Erlang-C) where
    service seconds and concurrency are given; never both.
    """
    terms = workload.strategy.gpus
    if served.nothing:
        return None, served.nothing
    try:
        if terms.arrivals is not None and capacity is not None:
            machines, how = _by_trace(terms, capacity.arrivals(terms.arrivals))
        elif terms.service_seconds is not None and terms.concurrency is not None:
            machines, how = _by_queueing(terms, served)
        else:
            per_second, source = _tokens_per_second(terms, served, capacity)
            if per_second is None:
                return None, source
            machines, how = _by_rate(terms, served, per_second, source)
        cost = _machine_cost(catalog, terms.offer, machines, day, Exchange.of(workload))
    except (CostplanError, ValueError) as error:
        hint = getattr(error, "hint", None)
        return None, f"{error} ({hint})" if hint else str(error)
    if cost is None:
        return None, f"{terms.offer} is no machine with a price in the catalogue"
    return cost - served.cost, f"{grouped(machines)} x {terms.offer}: {how}"


def _by_rate(terms: Gpus, served: Served, per_second: Decimal, source: str) -> tuple[Decimal, str]:
    rate = served.peak_per_second(served.output)
    needed = rate * (1 + terms.headroom) / (per_second * terms.utilisation)
    # at nine places first: a load of exactly three machines is not four
    machines = round(needed, 9).to_integral_value(ROUND_CEILING) + terms.spare
    busy = served.output / (SECONDS_PER_MONTH * per_second * machines) if machines else ZERO
    how = (
        f"{rounded(per_second)} tokens/s each ({source}), headroom {terms.headroom}, "
        f"utilisation {terms.utilisation}, spare {terms.spare}; {_idle(busy)}"
    )
    return machines, how


def _idle(busy: Decimal) -> str:
    return f"{grouped((1 - min(ONE, busy)) * 100, 1)} % of it idle over the month"


def _by_queueing(terms: Gpus, served: Served) -> tuple[Decimal, str]:
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
    return Decimal(machines), how


def _by_trace(terms: Gpus, arrivals: Sequence[Arrival]) -> tuple[Decimal, str]:
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
    return Decimal(machines), how


def _tokens_per_second(
    terms: Gpus, served: Served, capacity: Capacity | None
) -> tuple[Decimal | None, str]:
    if terms.tokens_per_second is not None:
        return terms.tokens_per_second, "as stated"
    if capacity is None:
        return None, "[strategy.gpus] tokens_per_second is not given"
    calls = served.calls or ONE
    found = capacity.throughput(terms.measured).best(
        terms.measured,
        terms.accelerator,
        LatencyTarget(tpot_ms=terms.ms_per_token, ttft_ms=terms.ms_to_first_token),
        input_tokens=round(served.input / calls, 6),
        output_tokens=round(served.output / calls, 6),
    )
    run = found.measured
    words = (
        f"{run.model} {run.precision or ''} on {run.accelerator}, measured by "
        f"{found.provenance.source}, {found.provenance.checked}, {AS_GOOD}"
    )
    return run.output_tokens_per_second * terms.accelerators, words


def _machine_cost(
    catalog: Catalog, name: str, machines: Decimal, day: date, exchange: Exchange
) -> Decimal | None:
    """In the workload's currency. Raises BadUsage where no rate is stated."""
    entry = catalog.get(name)
    if not isinstance(entry.item, Offer):
        return None
    take = Take(
        role="gpus",
        component=entry.category,
        purpose="produce",
        variables={"instances": machines},
    )
    cost = _sum(bill_offer(entry, day, [take]).lines)
    return None if cost is None else _ours(cost, entry.currency, name, exchange)


def _ours(money: Decimal, currency: str, name: str, exchange: Exchange) -> Decimal:
    found = exchange.amount(money, currency)
    if found is None:
        message = f"{name} is priced in {currency}, this workload is in {exchange.currency}"
        raise BadUsage(message, exchange.remedy(currency))
    return found


def _sum(lines: Sequence[LineItem]) -> Decimal | None:
    if not lines or any(line.amount is None for line in lines):
        return None
    return total(line.amount or ZERO for line in lines)


def provisioned(workload: Workload, served: Served, capacity: Capacity | None) -> Extra:
    """Reserved throughput for the busiest hour in place of the producing models' tokens."""
    stated = workload.strategy.provisioned
    if stated is None or capacity is None:
        return None, "[strategy.provisioned] names no terms"
    if served.nothing:
        return None, served.nothing
    per_minute = [served.peak_per_second(one) * 60 for one in (served.input, served.output)]
    try:
        terms = capacity.terms(stated.terms)
        if terms.unit == "PTU":
            size = ptus(per_minute[0], per_minute[1], stated.cache_share, terms, stated.kind)
        else:
            each = round(served.input / (served.calls or ONE), 6)
            size = gsus(per_minute[0], per_minute[1], stated.cache_share, terms, each)
        price = stated.price_per_unit_hour
        if price is None and size.price is not None:
            currency = capacity.currency(stated.terms)
            price = _ours(size.price, currency, stated.terms, Exchange.of(workload))
    except CostplanError as error:
        return None, str(error)
    words = f"{size.units} {size.unit} of {stated.terms} for the busiest hour"
    if price is None:
        return None, f"{words}, the catalogue has no price: state price_per_unit_hour"
    cost = size.units * price * HOURS_PER_MONTH
    return cost - served.cost, f"{words} at {grouped(price)} a unit-hour, {AS_GOOD}"


def warm(workload: Workload, estimate: Estimate) -> Extra:
    """Runtime replicas that wait beside those that serve."""
    replicas = workload.strategy.warm.replicas
    one = fixed_of(estimate, ("runtime",))
    if not one:
        return None, "this stack's runtime has no fixed replica to keep warm"
    return one * replicas, f"{replicas} more of the runtime's fixed part"


def regions(workload: Workload, estimate: Estimate) -> Extra:
    """Fixed capacity again in other regions: all of it each (passive), or N / (R - 1) (active)."""
    terms = workload.strategy.regions
    base = fixed_of(estimate, ("vector-db", "runtime", "compute"))
    if not base:
        return None, "this stack has no fixed capacity to repeat"
    if terms.mode == "active-passive":
        return base * (terms.count - 1), f"active-passive, the fixed capacity {terms.count} times"
    return base / (terms.count - 1), "active-active, each able to carry the load of a lost one"


def commitment(workload: Workload, estimate: Estimate) -> Extra:
    """On demand around the clock: the plan as it is, and what a commitment would save."""
    terms = workload.strategy.commitment
    if terms is None:
        return None, "[strategy.commitment] percent is not given"
    base = fixed_of(estimate, ("compute", "vector-db", "runtime"))
    if not base:
        return None, "this stack has nothing that a commitment covers"
    saved = base * terms.percent / 100
    return ZERO, f"a commitment would save {grouped(saved, 2)} of {grouped(base, 2)}"


def fixed_of(estimate: Estimate, components: tuple[str, ...]) -> Decimal:
    """The fixed lines of some components, people left out."""
    return total(
        line.amount or ZERO
        for line in estimate.lines
        if line.fixed and line.component in components and line.purpose != "people"
    )
