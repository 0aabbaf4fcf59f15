"""Orchestration against over-provisioned compute, for one stack at one target.

Hosting strategies serve the same graph on bigger boxes: reliability stays what it is. Quality
strategies buy runs or a larger model in place of validators and people. What cannot reach the
target says so with its ceiling.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from costplan.catalog.lookup import Catalog
from costplan.document.comparison import Option, Strategies
from costplan.document.estimate import Estimate
from costplan.facts import said
from costplan.outcomes.votes import ceiling, majority
from costplan.plan.bill.unit_costs import unit_costs
from costplan.plan.compare.family import Family, UnitPrices, bare
from costplan.plan.compare.hosting import (
    Capacity,
    Extra,
    Served,
    commitment,
    gpus,
    provisioned,
    regions,
    warm,
)
from costplan.problems import CostplanError
from costplan.quantity import TWELVE, ZERO, grouped, rounded, settle, total, twelve_digits
from costplan.workload.model import Binding, Workload
from costplan.workload.rules import ALWAYS, roles_used
from costplan.workload.solving import DEFAULT_RHO, Rates, Solved, Visits

NEGLIGIBLE = Decimal("1e-9")
"""Differences of money and of shares below this are rounding."""
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
    own = Rates.of(workload.stack[stack_name])
    solved = family.plan(own)
    made = Strategies(stack=stack_name, target=target, options=[], frontier=[])
    if solved.outcomes is None:
        made.facts = [
            said("note", f"reliability is not modelled: {reason.text}") for reason in solved.missing
        ]
        made.sentence = "Without success rates there is nothing to compare spending with."
        return made
    roles = {step.role for step in workload.step}
    unpriced = sorted(
        {
            line.price.offer
            for line in estimate.lines
            if line.role in roles and not line.fixed and line.amount is None
        }
    )
    if unpriced:
        made.facts = [said("note", f"{offer}: a step's price is missing") for offer in unpriced]
        made.sentence = "Without the price of every step there is nothing to compare."
        return made
    prices = unit_prices(workload, solved, estimate)
    plan = option("this plan", "plan", estimate.total_monthly, solved)
    made.options.append(plan)
    purposes = _Purposes(workload, estimate, prices, solved)
    plan.by_purpose = purposes.of(solved)
    for name, found in family.solved(own):
        member = option(name, "orchestrate", prices.monthly(found), found)
        member.by_purpose = purposes.of(found)
        if not _same(member, plan):
            made.options.append(member)
    plain = family.bare(own)
    made.options += _hosting(workload, estimate, context, solved, plain, prices, purposes)
    made.options += _votes(workload, plain, prices, purposes)
    made.options += _upgrade(workload, stack_name, context.reprice)
    made.facts += [said("note", one) for one in family.left_out]
    if estimate.at_least:
        least = "a price of this stack is missing: every amount here is at least that"
        made.facts.append(said("note", least))
    _measure(made, estimate)
    loss = workload.target.loss_per_wrong_answer if workload.target else None
    made.advice = None if loss is None else _advice(made, loss, estimate.requests)
    return made


class _Purposes:
    """What the options of a stack spend on each purpose.

    The plan's spending less what its runs and cases cost stays in every option. What hosting costs
    beyond the tokens it replaces is bought to wait, and counts as idle.
    """

    def __init__(
        self, workload: Workload, estimate: Estimate, prices: UnitPrices, plan: Solved
    ) -> None:
        self._workload, self._prices = workload, prices
        runs = prices.split(workload, plan)
        self._rest = {name: one - runs[name] for name, one in estimate.by_purpose.items()}

    def of(self, solved: Solved, *, repeat: int = 1, idle: Decimal = ZERO) -> dict[str, Decimal]:
        """Produce, coordinate, people and idle of an option with these visits."""
        runs = self._prices.split(self._workload, solved, repeat=repeat)
        found = {name: settle(one + runs[name]) for name, one in self._rest.items()}
        found["idle"] += settle(idle)
        return found


def unit_prices(workload: Workload, solved: Solved, estimate: Estimate) -> UnitPrices:
    """The plan's bill per run of each step and per case; everything else is the rest."""
    requests = estimate.requests
    costs = unit_costs(workload, solved, estimate.lines, requests)
    visits = solved.visits
    variable = visits.cases * costs.case
    for prices, counts in ((costs.steps, visits.runs), (costs.fallbacks, visits.fallbacks)):
        variable += total(price * counts[name] for name, price in prices.items())
    loose = total(
        line.amount or ZERO
        for line in estimate.lines
        if not line.fixed and line.role in ("observability", "orchestration", "runtime")
    )
    rest = estimate.total_monthly - variable * requests
    return UnitPrices(costs.steps, costs.case, rest, requests, loose, costs.fallbacks)


def _same(one: Option, other: Option) -> bool:
    """Whether two options differ by rounding alone: the plan is a member of its own family."""
    if one.monthly is None or other.monthly is None or one.reliability != other.reliability:
        return False
    return abs(one.monthly - other.monthly) < NEGLIGIBLE


def option(name: str, kind: str, monthly: Decimal, solved: Solved) -> Option:
    """An option with the outcomes of a solved graph, which must have some."""
    found = solved.outcomes
    assert found is not None
    return Option(
        name=name,
        kind=kind,
        monthly=settle(monthly),
        reliability=twelve_digits(found.trusted),
        silent=twelve_digits(found.silent),
        cases=solved.visits.cases,
    )


# -- hosting: the same graph on more metal -------------------------------------------------------


def _hosting(
    workload: Workload,
    estimate: Estimate,
    context: Context,
    solved: Solved,
    plain: Solved | None,
    prices: UnitPrices,
    purposes: _Purposes,
) -> list[Option]:
    found: list[Option] = []
    checked = _ways(workload, estimate, context, solved.visits, None)
    unchecked = _ways(workload, estimate, context, solved.visits, plain.visits if plain else None)
    for (name, (extra, reason)), (_, (less, why)) in zip(checked, unchecked, strict=True):
        if extra is None:
            found.append(
                Option(name=name, kind="hosting", monthly=None, reliability=None, reason=reason)
            )
            continue
        same = option(name, "hosting", estimate.total_monthly + extra, solved)
        same.reason = reason
        same.by_purpose = purposes.of(solved, idle=extra)
        found.append(same)
        if plain is not None and plain.outcomes is not None and less is not None:
            bare = option(f"{name}, unchecked", "unchecked", prices.monthly(plain) + less, plain)
            bare.reason = why
            bare.by_purpose = purposes.of(plain, idle=less)
            found.append(bare)
    return found


def _ways(
    workload: Workload, estimate: Estimate, context: Context, plan: Visits, graph: Visits | None
) -> list[tuple[str, Extra]]:
    """What each way of hosting adds to the bill of a graph, the plan's own where left out."""
    terms = workload.strategy
    served = Served(workload, estimate, plan, graph)
    return [
        (
            "GPUs sized for the peak",
            gpus(workload, served, context.catalog, context.day, context.capacity),
        ),
        ("provisioned throughput", provisioned(workload, served, context.capacity)),
        (f"{terms.warm.replicas} warm idle replicas", warm(workload, estimate)),
        (f"{terms.regions.count} regions", regions(workload, estimate)),
        ("on demand without a commitment", commitment(workload, estimate)),
    ]


# -- quality: more compute in place of coordination ----------------------------------------------


def _votes(
    workload: Workload, plain: Solved | None, prices: UnitPrices, purposes: _Purposes
) -> list[Option]:
    if plain is None or plain.outcomes is None:
        return []
    terms = workload.strategy.vote
    rho = float(terms.rho) if terms.rho is not None else DEFAULT_RHO
    assumed = "" if terms.rho is not None else ", assumed"
    p = plain.outcomes.trusted
    top = twelve_digits(ceiling(p, rho))
    found = []
    for runs in terms.runs:
        share = majority(p, runs, rho)
        found.append(
            Option(
                name=f"vote of {runs} whole runs",
                kind="quality",
                monthly=settle(prices.monthly(plain, repeat=runs)),
                reliability=twelve_digits(share),
                silent=twelve_digits(1.0 - share),
                ceiling=top,
                reason=f"rho = {rho:g} between whole runs{assumed}",
                by_purpose=purposes.of(plain, repeat=runs),
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
    used = {*roles_used(stripped), *ALWAYS}
    kept = {role: one for role, one in changed.items() if role in used}
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
            by_purpose=priced.by_purpose,
            reliability=TWELVE.plus(priced.reliability.trusted),
            silent=TWELVE.plus(priced.reliability.silent),
            reason=f"{terms.model} at {rounded(terms.success * 100)} % a step, nothing checked",
            ceiling=TWELVE.plus(priced.reliability.trusted),
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
        gap = settle(1 - best.monthly / plan.monthly)
        made.gap = gap if gap > NEGLIGIBLE else ZERO
    target = made.target
    if target is None:
        made.sentence = "No [target] reliability is given: the frontier shows what each step costs."
        return
    at_target = made.at_target = cheapest(made.options, target)
    if plan.reliability < target and at_target is not None and at_target.monthly is not None:
        made.shortfall = at_target.monthly - plan.monthly
    orchestrated = cheapest([one for one in made.options if not one.brute_force], target)
    brute = cheapest([one for one in made.options if one.brute_force], target)
    if orchestrated and brute and orchestrated.monthly and brute.monthly is not None:
        made.multiple = settle(brute.monthly / orchestrated.monthly)
    made.sentence = _sentence(made, target, orchestrated, brute, estimate.at_least)


def _advice(made: Strategies, loss: Decimal, requests: Decimal) -> str:
    """How much to buy: where the bill and the loss of the answers that are not right are least.

    That is as far as one more trusted answer costs less than a wrong one loses; a dear stretch of
    the frontier may still lead to a cheap one behind it.
    """

    def whole(one: Option) -> Decimal:
        return (one.monthly or ZERO) + loss * requests * (1 - (one.reliability or ZERO))

    worth = min(made.frontier, key=whole)
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
    made: Strategies,
    target: Decimal,
    orchestrated: Option | None,
    brute: Option | None,
    at_least: bool,
) -> str:
    goal = f"{rounded(target * 100)} % trusted answers"
    least = "at least " if at_least else ""
    if orchestrated is None and brute is None:
        best = max((one.reliability or ZERO for one in made.options), default=ZERO)
        return f"Nothing tried here reaches {goal}; the most is {grouped(best * 100, 2)} %."
    if orchestrated is None or orchestrated.monthly is None:
        assert brute is not None
        cost = grouped(brute.monthly or ZERO, 0)
        return f"Only brute force reaches {goal}: {brute.name}, {least}{cost} a month."
    plan = made.options[0]
    first = (
        f"{goal} cost {least}{grouped(orchestrated.monthly, 0)} a month orchestrated "
        f"({orchestrated.name})"
    )
    if plan is not orchestrated and _reaches(plan, target):
        saved = (plan.monthly or ZERO) - orchestrated.monthly
        share = grouped((plan.reliability or ZERO) * 100, 2)
        first += f", {grouped(saved, 0)} less than this plan and its {share} %"
    if brute is None or brute.monthly is None:
        return f"{first}; nothing tried by compute alone gets there{_tops(made, target)}."
    times = f", {made.multiple:.1f} times as much" if made.multiple is not None else ""
    other = f"the cheapest way by compute, {brute.name}, costs {least}{grouped(brute.monthly, 0)}"
    return f"{first}; {other}{times}."


def _tops(made: Strategies, target: Decimal) -> str:
    """Where votes end, when that is below the target."""
    tops = [one.ceiling for one in made.options if one.votes and one.ceiling is not None]
    if not tops or max(tops) >= target:
        return ""
    return f": votes end at {grouped(max(tops) * 100, 1)} % however many"


def _reaches(one: Option, target: Decimal) -> bool:
    return one.reliability is not None and one.reliability >= target
