"""The same graph on more metal: each way of hosting as a workload of its own.

Reliability stays what it is, but for machines that serve another model, whose own success rate must
be given. A way that cannot be billed says what it lacks; nothing is paired by guess.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from costplan.catalog.lookup import Catalog
from costplan.document.estimate import Estimate
from costplan.document.line import LineItem
from costplan.plan.compare.pricing import Pricer, Way
from costplan.plan.compare.served import Capacity, Served
from costplan.problems import BadUsage, CostplanError, InvalidInput, Problem
from costplan.quantity import ZERO, grouped, rounded, total
from costplan.record import replace
from costplan.workload.model import Binding, Workload
from costplan.workload.solving import Visits
from costplan.workload.strategy import Gpus
from costplan.workload.tables import Fixed


def ways(
    workload: Workload,
    stack: str,
    estimate: Estimate,
    visits: Visits,
    pricer: Pricer,
    capacity: Capacity | None,
) -> Iterator[Way]:
    """Every way to host a stack's graph; its reason says how it was sized, or what is lacking.

    ``workload`` is the graph that is served, with these ``visits``; ``estimate`` is the plan's own,
    whose fixed lines say what may be doubled.

    Raises InvalidInput where [strategy.gpus] pairs a machine with another machine's measurement.
    """
    served = Served(workload, stack, visits, pricer.catalog, pricer.as_of)
    yield _gpus(workload, stack, served, pricer.catalog, capacity)
    yield from provisioned(workload, stack, served, pricer)
    terms = workload.strategy
    yield _warm(workload, stack, estimate, terms.warm.replicas)
    region = _regions(workload, stack, estimate)
    if region is not None:
        yield region


GPUS = "GPUs sized for the peak"


def _gpus(
    workload: Workload, stack: str, served: Served, catalog: Catalog, capacity: Capacity | None
) -> Way:
    """Machines for the busiest hour in place of the producing models' tokens.

    machines = ceil(lambda_peak (1 + headroom) / (mu u)) + spare, or by queueing (Erlang-C) where
    service seconds and concurrency are given; never both. Each role has its share of the fleet.
    """
    terms = workload.strategy.gpus
    if served.nothing:
        return Way(GPUS, "hosting", None, served.nothing)
    if terms == Gpus():
        reason = "not modelled: [strategy.gpus] names no machine, and no success of what it serves"
        return Way(GPUS, "hosting", None, reason)
    from costplan.plan.compare.fleets import hardware_of, sized  # most name no machine

    try:
        hardware = hardware_of(terms, catalog)
        if terms.modelled is not None and capacity is not None:
            from costplan.plan.compare.unmeasured import by_roofline

            return Way(GPUS, "hosting", None, by_roofline(terms, served, capacity, hardware))
        fleet = sized(terms, served, capacity)
        if fleet is None:
            if capacity is None:
                raise BadUsage("[strategy.gpus] tokens_per_second is not given")
            from costplan.plan.compare.measured import by_measurement

            fleet = by_measurement(terms, served, capacity, hardware, catalog)
    except (CostplanError, ValueError) as error:
        if isinstance(error, InvalidInput):
            raise
        hint = getattr(error, "hint", None)
        return Way(GPUS, "hosting", None, f"not modelled: {error}" + (f" ({hint})" if hint else ""))
    whole = fleet.machines == fleet.machines.to_integral_value()
    number = grouped(fleet.machines) if whole else rounded(fleet.machines)
    words = f"{number} x {terms.machine}: {fleet.words}"
    if terms.success is None:
        lacking = "not modelled: give [strategy.gpus] success, the served model's own"
        return Way(GPUS, "hosting", None, f"{lacking}; {words}")
    own = {
        role: Binding(
            offer=terms.machine,
            success=terms.success,
            tokens_per_second=fleet.tokens_per_second,
            input_share=served.share,
            input_per_output=round(served.input / served.all_output, 9),
            variables={"instances": fleet.machines * load / served.whole},
        )
        for role, load in served.load.items()
    }
    return Way(GPUS, "hosting", _rebound(workload, stack, own), words)


PROVISIONED = "provisioned throughput"


def provisioned(workload: Workload, stack: str, served: Served, pricer: Pricer) -> Iterator[Way]:
    """Reserved throughput of the stack's own models in place of their tokens: for the busiest hour,
    and with as many units as make the month the cheapest, what spills over by the token. A plan
    that reserves already is also shown by the token alone.

    Raises InvalidInput for terms that the file names and nobody knows."""
    bound, asked = workload.stack[stack], workload.strategy.provisioned
    bindings = {role: own for role in bound.roles if (own := bound.binding(role)) is not None}
    if asked.terms is not None:
        try:
            pricer.catalog.reserve(asked.terms, asked.terms)
        except BadUsage as error:
            path = ("strategy", "provisioned", "terms")
            raise InvalidInput([Problem(path, str(error.message), error.hint)]) from None
    held = [role for role, own in bindings.items() if own.reserved is not None]
    if held:
        plain = {role: replace(bindings[role], reserved=None) for role in held}
        yield Way(
            "every token on demand", "hosting", _rebound(workload, stack, plain), "none is reserved"
        )
    if served.nothing:
        yield Way(PROVISIONED, "hosting", None, served.nothing)
        return
    roles = [role for role in served.output if role not in held]
    sold = [
        role
        for role in roles
        if (offer := bindings[role].offer) and pricer.catalog.reserve(offer, asked.terms)
    ]
    if not sold:
        models = ", ".join(dict.fromkeys(str(bindings[role].offer) for role in roles))
        if models:
            lacking = f"not modelled: no terms are known of {models}; [strategy.provisioned] terms"
            yield Way(PROVISIONED, "hosting", None, f"{lacking} names others")
        return
    yield from _reserving(workload, stack, {role: bindings[role] for role in sold}, pricer)


def _reserving(
    workload: Workload, stack: str, bindings: dict[str, Binding], pricer: Pricer
) -> Iterator[Way]:
    asked = workload.strategy.provisioned
    reserving = {role: replace(own, reserved=asked) for role, own in bindings.items()}
    changed = _rebound(workload, stack, reserving)
    try:
        deployments = pricer.reserved(changed, stack)
    except InvalidInput as error:
        problem = error.problems[0]
        hint = f" ({problem.hint})" if problem.hint else ""
        yield Way(PROVISIONED, "hosting", None, f"not modelled: {problem.message}{hint}")
        return
    own = [deployment for deployment in deployments if deployment.asked == asked]
    words = "; ".join(deployment.words("") for deployment in own)
    yield Way(PROVISIONED, "hosting", changed, words)
    best = {deployment.rate.price.offer: deployment.cheapest() for deployment in own}
    if asked.units is not None or all(
        best[deployment.rate.price.offer] == deployment.units for deployment in own
    ):
        return
    for deployment in own:
        deployment.units = best[deployment.rate.price.offer]
    fewer = {
        role: replace(binding, reserved=replace(asked, units=best[pricer.catalog.get(offer).id]))
        for role, binding in reserving.items()
        if (offer := binding.offer)
    }
    spilling = ", the cheapest with what spills over"
    words = "; ".join(deployment.words(spilling) for deployment in own)
    yield Way(f"{PROVISIONED}, spill-over", "hosting", _rebound(workload, stack, fewer), words)


def _rebound(workload: Workload, stack: str, bindings: Mapping[str, Binding]) -> Workload:
    """The workload with these roles of a stack bound anew."""
    bound = workload.stack[stack]
    roles = {**bound.roles, **bindings}
    return replace(workload, stack={**workload.stack, stack: replace(bound, roles=roles)})


def _warm(workload: Workload, stack: str, estimate: Estimate, replicas: int) -> Way:
    """Runtime replicas that wait beside those that serve."""
    name = f"{replicas} warm idle replicas"
    replica = total(line.amount or ZERO for line in estimate.lines if _doubles(line, ("runtime",)))
    if not replica:
        reason = "not modelled: this stack's runtime has no fixed replica to keep warm"
        return Way(name, "hosting", None, reason)
    changed = _with_fixed(workload, stack, name, replica * replicas)
    return Way(name, "hosting", changed, f"{replicas} more of the runtime's fixed part")


def _regions(workload: Workload, stack: str, estimate: Estimate) -> Way | None:
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
    return Way(name, "hosting", _with_fixed(workload, stack, name, extra), reason)


def _doubles(line: LineItem, components: tuple[str, ...]) -> bool:
    """Whether a line is capacity that another place needs again: so many units at a price, and
    neither a monthly fee nor a floor of the account."""
    capacity = line.fixed and line.flat is None and line.price.unit != "month"
    return capacity and line.component in components and line.purpose != "people"


def _with_fixed(workload: Workload, stack: str, name: str, monthly: Decimal) -> Workload:
    fixed = Fixed(name=name, monthly=monthly, purpose="idle", stacks=(stack,))
    return replace(workload, fixed=(*workload.fixed, fixed))
