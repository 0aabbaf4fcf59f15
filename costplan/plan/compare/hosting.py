"""The same graph on more metal: each way of hosting as a workload of its own.

Reliability stays what it is, but for machines that serve another model, whose own success rate must
be given. A way that cannot be billed says what it lacks; nothing is paired by guess.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from costplan.billing.exchange import Exchange
from costplan.catalog.lookup import Catalog
from costplan.catalog.provisioned import gsus, ptus
from costplan.catalog.vocabulary import HOURS_PER_MONTH
from costplan.document.estimate import Estimate
from costplan.document.line import LineItem
from costplan.plan.compare.fleets import Capacity, Served, hardware_of, sized
from costplan.problems import BadUsage, CostplanError, InvalidInput
from costplan.quantity import ONE, ZERO, grouped, total
from costplan.workload.model import Binding, Workload
from costplan.workload.solving import Visits
from costplan.workload.strategy import Gpus
from costplan.workload.tables import Fixed


class Hosted(NamedTuple):
    """A way of hosting: the workload that is billed for it, or None; ``reason`` says how it was
    sized, or what is lacking."""

    name: str
    workload: Workload | None
    reason: str


def ways(
    workload: Workload,
    stack: str,
    estimate: Estimate,
    visits: Visits,
    catalog: Catalog,
    capacity: Capacity | None,
) -> Iterator[Hosted]:
    """Every way to host a stack's graph. ``workload`` is the graph that is served, with these
    ``visits``; ``estimate`` is the plan's own, whose fixed lines say what may be doubled.

    Raises InvalidInput where [strategy.gpus] pairs a machine with another machine's measurement.
    """
    served = Served(workload, stack, visits, catalog)
    yield _gpus(workload, stack, served, catalog, capacity)
    yield _provisioned(workload, stack, served, capacity)
    terms = workload.strategy
    yield _warm(workload, stack, estimate, terms.warm.replicas)
    region = _regions(workload, stack, estimate)
    if region is not None:
        yield region


GPUS = "GPUs sized for the peak"


def _gpus(
    workload: Workload, stack: str, served: Served, catalog: Catalog, capacity: Capacity | None
) -> Hosted:
    """Machines for the busiest hour in place of the producing models' tokens.

    machines = ceil(lambda_peak (1 + headroom) / (mu u)) + spare, or by queueing (Erlang-C) where
    service seconds and concurrency are given; never both. Each role has its share of the fleet.
    """
    terms = workload.strategy.gpus
    if served.nothing:
        return Hosted(GPUS, None, served.nothing)
    if terms == Gpus():
        reason = "not modelled: [strategy.gpus] names no machine, and no success of what it serves"
        return Hosted(GPUS, None, reason)
    try:
        hardware = hardware_of(terms, catalog)
        fleet = sized(terms, served, capacity, hardware, catalog)
    except (CostplanError, ValueError) as error:
        if isinstance(error, InvalidInput):
            raise
        hint = getattr(error, "hint", None)
        return Hosted(GPUS, None, f"not modelled: {error}" + (f" ({hint})" if hint else ""))
    words = f"{grouped(fleet.machines)} x {terms.offer}: {fleet.words}"
    if terms.success is None:
        lacking = "not modelled: give [strategy.gpus] success, the served model's own"
        return Hosted(GPUS, None, f"{lacking}; {words}")
    bound = workload.stack[stack]
    roles = dict(bound.roles)
    for role, output in served.output.items():
        machines = fleet.machines * output / served.all_output
        roles[role] = Binding(
            offer=terms.offer,
            success=terms.success,
            tokens_per_second=fleet.tokens_per_second,
            variables={"instances": machines},
        )
    changed = replace(workload, stack={**workload.stack, stack: replace(bound, roles=roles)})
    return Hosted(GPUS, changed, words)


def _provisioned(
    workload: Workload, stack: str, served: Served, capacity: Capacity | None
) -> Hosted:
    """Reserved throughput of the same models for the busiest hour, in place of their tokens."""
    name, stated = "provisioned throughput", workload.strategy.provisioned
    if stated is None or capacity is None:
        return Hosted(name, None, "not modelled: [strategy.provisioned] names no terms")
    if served.nothing:
        return Hosted(name, None, served.nothing)
    per_minute = [served.peak_per_second(one) * 60 for one in (served.input, served.all_output)]
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
        return Hosted(name, None, f"not modelled: {error}")
    reason = f"{size.units} {size.unit} of {stated.terms} for the busiest hour"
    if price is None:
        lacking = "the catalogue has no price: state price_per_unit_hour"
        return Hosted(name, None, f"not modelled: {lacking}; {reason}")
    cost = size.units * price * HOURS_PER_MONTH
    reason += f" at {grouped(price)} a unit-hour"
    bound = workload.stack[stack]
    roles = dict(bound.roles)
    for role in served.output:
        own = bound.binding(role)
        assert own is not None
        roles[role] = replace(own, offer=None, none=f"{name}: {reason}")
    changed = _with_fixed(workload, stack, name, cost, purpose_idle=False)
    changed = replace(changed, stack={**changed.stack, stack: replace(bound, roles=roles)})
    return Hosted(name, changed, reason)


def _ours(money: Decimal, currency: str, name: str, exchange: Exchange) -> Decimal:
    found = exchange.amount(money, currency)
    if found is None:
        message = f"{name} is priced in {currency}, this workload is in {exchange.currency}"
        raise BadUsage(message, exchange.remedy(currency))
    return found


def _warm(workload: Workload, stack: str, estimate: Estimate, replicas: int) -> Hosted:
    """Runtime replicas that wait beside those that serve."""
    name = f"{replicas} warm idle replicas"
    replica = total(line.amount or ZERO for line in estimate.lines if _doubles(line, ("runtime",)))
    if not replica:
        reason = "not modelled: this stack's runtime has no fixed replica to keep warm"
        return Hosted(name, None, reason)
    changed = _with_fixed(workload, stack, name, replica * replicas)
    return Hosted(name, changed, f"{replicas} more of the runtime's fixed part")


def _regions(workload: Workload, stack: str, estimate: Estimate) -> Hosted | None:
    """Fixed capacity again in other regions: all of it each (passive), or N / (R - 1) (active).
    None where a second region would double nothing: what is paid by use is paid once wherever it
    runs, and an account's fees and floors are paid once."""
    terms = workload.strategy.regions
    base = total(
        line.amount or ZERO
        for line in estimate.lines
        if _doubles(line, ("vector-db", "runtime", "compute"))
    )
    if not base:
        return None
    name = f"{terms.count} regions"
    if terms.mode == "active-passive":
        extra, reason = base * (terms.count - 1), f"the fixed capacity {terms.count} times"
        reason = f"active-passive, {reason}"
    else:
        extra = base / (terms.count - 1)
        reason = "active-active, each able to carry the load of a lost one"
    return Hosted(name, _with_fixed(workload, stack, name, extra), reason)


def _doubles(line: LineItem, components: tuple[str, ...]) -> bool:
    """Whether a line is capacity that another place needs again: so many units at a price, and
    neither a monthly fee nor a floor of the account."""
    capacity = line.fixed and line.flat is None and line.price.unit != "month"
    return capacity and line.component in components and line.purpose != "people"


def _with_fixed(
    workload: Workload, stack: str, name: str, monthly: Decimal, *, purpose_idle: bool = True
) -> Workload:
    fixed = Fixed(
        name=name,
        monthly=monthly,
        purpose="idle" if purpose_idle else "produce",
        stacks=(stack,),
    )
    return replace(workload, fixed=(*workload.fixed, fixed))
