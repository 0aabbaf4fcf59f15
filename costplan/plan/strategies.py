"""Orchestration against over-provisioned compute, for one stack at one target.

Hosting strategies serve the same graph on bigger boxes: reliability stays what it is. Quality
strategies buy runs or a larger model in place of validators and people. What cannot reach the
target says so with its ceiling.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Context as DecimalContext
from decimal import Decimal
from typing import NamedTuple

from costplan.catalog.lookup import Catalog
from costplan.document.comparison import Option, Strategies
from costplan.document.estimate import Estimate
from costplan.plan.family import Family, UnitPrices, bare
from costplan.plan.hosting import Capacity, Extra, commitment, gpus, provisioned, regions, warm
from costplan.problems import CostplanError
from costplan.quantity import ZERO, grouped, rounded, settle, total
from costplan.workload.model import Binding, Stack, Workload
from costplan.workload.outcomes import DEFAULT_RHO, Solved
from costplan.workload.votes import ceiling, majority

TWELVE = DecimalContext(prec=12)
Reprice = Callable[[Workload], Estimate]


class Context(NamedTuple):
    """What strategies need besides the plan: prices of a day, a way to bill a changed workload,
    and measurements where the workload names some."""

    catalog: Catalog
    day: date
    reprice: Reprice
    capacity: Capacity | None = None


def strategies(
    family: Family,
    stack_name: str,
    estimate: Estimate,
    context: Context,
    target: Decimal | None,
) -> Strategies:
    """Every option of a stack, its frontier, and the measures of its coordination gap."""
    workload = family.workload
    own = own_success(workload.stack[stack_name])
    solved = family.plan(own)
    made = Strategies(stack=stack_name, target=target, options=[], frontier=[])
    if solved.outcomes is None:
        made.notes = [f"reliability is not modelled: {reason}" for reason in solved.missing]
        made.sentence = "Without success rates there is nothing to compare spending with."
        return made
    prices = unit_prices(workload, solved, estimate)
    made.options.append(option("this plan", "plan", estimate.total_monthly, solved))
    for name, found in family.solved(own):
        made.options.append(option(name, "orchestrate", prices.monthly(found), found))
    plain = family.bare(own)
    made.options += _hosting(workload, estimate, context, solved, plain, prices)
    made.options += _votes(workload, plain, prices)
    made.options += _upgrade(workload, stack_name, context.reprice)
    _measure(made, estimate)
    loss = workload.target.loss_per_wrong_answer if workload.target else None
    made.advice = None if loss is None else _advice(made, loss)
    return made


def own_success(stack: Stack) -> dict[str, Decimal]:
    """Success rates that a stack's bindings state, by role."""
    return {
        role: binding.success
        for role in stack.roles
        if (binding := stack.binding(role)) and binding.success is not None
    }


def unit_prices(workload: Workload, solved: Solved, estimate: Estimate) -> UnitPrices:
    """The plan's bill per run of each step and per case; everything else is the rest."""
    requests = estimate.requests
    sums: dict[str, Decimal] = {}
    for line in estimate.lines:
        if line.step and not line.fixed and line.amount is not None:
            sums[line.step] = sums.get(line.step, ZERO) + line.amount
    steps = {}
    for step in workload.step:
        runs = solved.visits.runs.get(step.name, ZERO) * requests
        if runs and step.name in sums:
            steps[step.name] = sums[step.name] / runs
    cases = _cases_cost(estimate)
    handled = solved.visits.cases * requests
    case = workload.human.cost_per_case if workload.human else ZERO
    if handled and cases:
        case = cases / handled
    rest = estimate.total_monthly - cases
    rest -= sum((steps[name] * solved.visits.runs[name] * requests for name in steps), ZERO)
    return UnitPrices(steps, case, rest, requests)


def _cases_cost(estimate: Estimate) -> Decimal:
    return total(
        line.amount or ZERO
        for line in estimate.lines
        if line.purpose == "people" and not line.fixed
    )


def _decimal(number: float) -> Decimal:
    return TWELVE.create_decimal_from_float(number).normalize() + 0


def option(name: str, kind: str, monthly: Decimal, solved: Solved) -> Option:
    """An option with the outcomes of a solved graph, which must have some."""
    found = solved.outcomes
    assert found is not None
    return Option(
        name=name,
        kind=kind,
        monthly=settle(monthly),
        reliability=_decimal(found.trusted),
        silent=_decimal(found.silent),
        cases=solved.visits.cases,
    )


# -- hosting: the same graph on more metal -------------------------------------------------------


def _hosting(
    workload: Workload,
    estimate: Estimate,
    context: Context,
    solved: Solved,
    plain: Solved,
    prices: UnitPrices,
) -> list[Option]:
    found: list[Option] = []
    terms = workload.strategy
    ways: list[tuple[str, Extra]] = [
        (
            "GPUs sized for the peak",
            gpus(workload, estimate, context.catalog, context.day, context.capacity),
        ),
        ("provisioned throughput", provisioned(workload, estimate, context.capacity)),
        (f"{terms.warm.replicas} warm idle replicas", warm(workload, estimate)),
        (f"{terms.regions.count} regions", regions(workload, estimate)),
        ("on demand without a commitment", commitment(workload, estimate)),
    ]
    for name, (extra, reason) in ways:
        if extra is None:
            found.append(
                Option(name=name, kind="hosting", monthly=None, reliability=None, reason=reason)
            )
            continue
        same = option(name, "hosting", estimate.total_monthly + extra, solved)
        without = option(f"{name}, unchecked", "unchecked", prices.monthly(plain) + extra, plain)
        same.reason = without.reason = reason
        found += [same, without]
    return found


# -- quality: more compute in place of coordination ----------------------------------------------


def _votes(workload: Workload, plain: Solved, prices: UnitPrices) -> list[Option]:
    assert plain.outcomes is not None
    terms = workload.strategy.vote
    rho = float(terms.rho) if terms.rho is not None else DEFAULT_RHO
    p = plain.outcomes.trusted
    top = _decimal(ceiling(p, rho))
    found = []
    for runs in terms.runs:
        share = majority(p, runs, rho)
        found.append(
            Option(
                name=f"vote of {runs} whole runs",
                kind="quality",
                monthly=settle(prices.monthly(plain, repeat=runs)),
                reliability=_decimal(share),
                silent=_decimal(1.0 - share),
                ceiling=top,
                reason=f"rho = {rho:g} between whole runs",
            )
        )
    return found


def _upgrade(workload: Workload, stack_name: str, reprice: Reprice) -> list[Option]:
    terms = workload.strategy.upgrade
    name = "the largest model for everything"
    if terms is None or (terms.stacks and stack_name not in terms.stacks):
        reason = "not modelled: [strategy.upgrade] names no model for this stack"
        return [Option(name=name, kind="quality", monthly=None, reliability=None, reason=reason)]
    if terms.success is None:
        reason = f"not modelled: the success rate of {terms.model} is not given"
        return [Option(name=name, kind="quality", monthly=None, reliability=None, reason=reason)]
    stack = workload.stack[stack_name]
    roles = {step.model for step in workload.step if step.model and not step.judges}
    changed = {
        **stack.roles,
        **{role: Binding(offer=terms.model, success=terms.success) for role in roles if role},
    }
    stripped = bare(workload)
    used = {step.model for step in stripped.step}
    judges = {step.model for step in workload.step if step.judges and step.model not in used}
    kept = {role: one for role, one in changed.items() if role not in judges and role != "human"}
    larger = replace(
        stripped, stack={stack_name: replace(stack, roles=kept)}, mix={}, fixed=workload.fixed
    )
    try:
        priced = reprice(larger)
    except CostplanError as error:
        return [
            Option(name=name, kind="quality", monthly=None, reliability=None, reason=str(error))
        ]
    if priced.at_least or priced.reliability is None:
        reason = "a price of the larger model is missing"
        return [Option(name=name, kind="quality", monthly=None, reliability=None, reason=reason)]
    return [
        Option(
            name=name,
            kind="quality",
            monthly=priced.total_monthly,
            reliability=priced.reliability.trusted,
            silent=priced.reliability.silent,
            reason=f"{terms.model} at {rounded(terms.success * 100)} % a step, nothing checked",
            ceiling=priced.reliability.trusted,
        )
    ]


# -- measures ------------------------------------------------------------------------------------


def cheapest(options: Sequence[Option], at: Decimal) -> Option | None:
    """The cheapest priced option with at least this reliability."""
    able = [
        one
        for one in options
        if one.monthly is not None and one.reliability is not None and one.reliability >= at
    ]
    return min(able, key=lambda one: one.monthly or ZERO, default=None)


def _measure(made: Strategies, estimate: Estimate) -> None:
    plan = made.options[0]
    assert plan.reliability is not None
    assert plan.monthly is not None
    made.frontier = _frontier(made.options, estimate.requests)
    best = cheapest(made.options, plan.reliability)
    if best is not None and best.monthly is not None and plan.monthly:
        made.gap = settle(1 - best.monthly / plan.monthly)
    target = made.target
    if target is None:
        made.sentence = "No [target] reliability is given: the frontier shows what each step costs."
        return
    at_target = cheapest(made.options, target)
    if plan.reliability < target and at_target is not None and at_target.monthly is not None:
        made.shortfall = at_target.monthly - plan.monthly
    orchestrated = cheapest([one for one in made.options if not one.brute_force], target)
    brute = cheapest([one for one in made.options if one.brute_force], target)
    if orchestrated and brute and orchestrated.monthly and brute.monthly is not None:
        made.multiple = settle(brute.monthly / orchestrated.monthly)
    made.sentence = _sentence(made, target, orchestrated, brute)


def _advice(made: Strategies, loss: Decimal) -> str:
    """How much to buy: up to where one more trusted answer costs what a wrong one loses."""
    worth = made.frontier[0]
    for one in made.frontier[1:]:
        if one.marginal is None or one.marginal > loss:
            break
        worth = one
    assert worth.monthly is not None
    share = grouped((worth.reliability or ZERO) * 100, 2)
    return (
        f"At {grouped(loss)} a wrong answer it pays to go as far as '{worth.name}': {share} % for "
        f"{grouped(worth.monthly, 0)} a month"
    )


def _frontier(options: Sequence[Option], requests: Decimal) -> list[Option]:
    priced = [one for one in options if one.monthly is not None and one.reliability is not None]
    priced.sort(key=lambda one: (one.monthly, -(one.reliability or ZERO)))
    kept: list[Option] = []
    for one in priced:
        before = kept[-1] if kept else None
        if before is not None and (one.reliability or ZERO) <= (before.reliability or ZERO):
            continue
        marginal = None
        if before is not None and requests:
            gained = ((one.reliability or ZERO) - (before.reliability or ZERO)) * requests
            marginal = settle(((one.monthly or ZERO) - (before.monthly or ZERO)) / gained)
        kept.append(replace(one, marginal=marginal))
    return kept


def _sentence(
    made: Strategies, target: Decimal, orchestrated: Option | None, brute: Option | None
) -> str:
    goal = f"{rounded(target * 100)} % trusted answers"
    if orchestrated is None and brute is None:
        best = max((one.reliability or ZERO for one in made.options), default=ZERO)
        return f"Nothing tried here reaches {goal}; the most is {grouped(best * 100, 2)} %."
    if orchestrated is None or orchestrated.monthly is None:
        assert brute is not None
        return (
            f"Only brute force reaches {goal}: {brute.name}, {grouped(brute.monthly or ZERO, 0)}."
        )
    first = (
        f"{goal} cost {grouped(orchestrated.monthly, 0)} a month orchestrated ({orchestrated.name})"
    )
    if brute is None or brute.monthly is None:
        tops = [one.ceiling for one in made.options if one.brute_force and one.ceiling is not None]
        most = f"; votes end at {grouped(max(tops) * 100, 1)} % however many" if tops else ""
        return f"{first}; more compute alone does not get there{most}."
    times = f", {made.multiple:.1f} times as much" if made.multiple is not None else ""
    other = f"the cheapest way by compute, {brute.name}, costs {grouped(brute.monthly, 0)}"
    return f"{first}; {other}{times}."
