"""Stacks side by side: differences, break-even volume, migration, lock-in, mixes, strategies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from costplan.billing.exchange import Exchange
from costplan.catalog.lookup import Catalog
from costplan.document.comparison import Comparison, Mix, Versus, margin
from costplan.document.estimate import Estimate, EstimateDocument
from costplan.facts import Fact, fact
from costplan.plan.bill.estimate import estimate, estimate_scaled
from costplan.plan.bill.settlement import agree, without_terms
from costplan.plan.compare.answer import Ranking
from costplan.plan.compare.breakeven import break_even
from costplan.plan.compare.goal import Goal
from costplan.plan.compare.levers import threshold
from costplan.plan.compare.moving import lock_in, one_off
from costplan.plan.compare.pricing import Pricer
from costplan.plan.compare.served import Capacity
from costplan.plan.compare.strategies import strategies
from costplan.plan.compare.ways import Ways
from costplan.problems import BadUsage, did_you_mean
from costplan.quantity import ZERO, settle, total
from costplan.words import WORKLOAD
from costplan.workload.model import Workload
from costplan.workload.solving import Solutions

if TYPE_CHECKING:
    from costplan.plan.bill.energy import Figures


def compare(
    workload: Workload,
    catalog: Catalog,
    as_of: date,
    stacks: str | Sequence[str] = (),
    *,
    baseline: str | None = None,
    at_reliability: Decimal | None = None,
    levers: bool = False,
    capacity: Capacity | None = None,
    figures: Figures | None = None,
) -> Comparison:
    """The comparison of all stacks, or of the named ones, with the first as the baseline.

    ``levers`` asks what would change the answer for the baseline; ``figures``: where energy is
    looked up, if the workload asks for it.

    Raises as ``estimate``, and BadUsage for a baseline that is not among the stacks.
    """
    pricer = Pricer(catalog, as_of, figures)
    solutions = pricer.solutions(workload)
    document = estimate(workload, catalog, as_of, stacks, solutions, figures, pricer.evaluator.book)
    base = _baseline(document, baseline)
    names = [estimate.stack for estimate in document.estimates]
    goal = Goal.of(workload, at_reliability)
    ways = Ways(workload, pricer, capacity)
    shares = (pricer.trusted(workload, name) for name in (base.stack, *names))
    asked = goal.or_plan(workload, next((share for share in shares if share is not None), None))
    searched = asked if at_reliability is not None or workload.candidates else None
    tried = {
        estimate.stack: strategies(ways, estimate.stack, estimate, goal, searched)
        for estimate in document.estimates
    }
    ranking = Ranking(workload, pricer, tried, document.estimates, asked, base.stack)
    comparison = Comparison(
        document=document,
        baseline=base.stack,
        versus=[
            _versus(pricer, workload, base, other)
            for other in document.estimates
            if other is not base
        ],
        lock_in=[lock_in(catalog, estimate) for estimate in document.estimates],
        strategies=[of_stack.measures for of_stack in tried.values()],
        mixes=_mixes(workload, catalog, as_of, names),
        margins=_margins(workload, document.estimates),
        at_reliability=at_reliability,
        answer=ranking.answer(),
        facts=_facts(document.estimates, at_reliability),
        recommended=ranking.recommended(),
    )
    if workload.hardware:
        from costplan.plan.compare.owning import owning

        billed = {name: of_stack.billed for name, of_stack in tried.items()}
        comparison.owning = owning(workload, pricer, billed)
    if levers:
        _tell_levers(comparison, ways, ranking)
    return comparison


def _baseline(document: EstimateDocument, name: str | None) -> Estimate:
    """The estimate of the stack of this name, or the first. Raises BadUsage where none has it."""
    if not name:
        return document.estimates[0]
    names = [estimate.stack for estimate in document.estimates]
    if name not in names:
        hint = did_you_mean(name, names) or "stacks: " + ", ".join(names)
        raise BadUsage(f"the baseline '{name}' is not among the stacks", hint)
    return document.estimates[names.index(name)]


def _margins(workload: Workload, estimates: Sequence[Estimate]) -> dict[str, Decimal]:
    """Each stack's, where the workload says what a request earns."""
    revenue = workload.target.revenue_per_request if workload.target else None
    if revenue is None:
        return {}
    return {estimate.stack: margin(estimate, revenue) for estimate in estimates}


def _tell_levers(comparison: Comparison, ways: Ways, ranking: Ranking) -> None:
    """Tells a comparison what would change each stack's answer, and which models next to the
    answer's in price may pay."""
    tau = threshold(ways.workload)
    of_stacks = {name: ranking.sensitivity(name, tau) for name in ranking.tried}
    comparison.levers = list(of_stacks.values())
    comparison.sensitivity = of_stacks[comparison.baseline]
    answer = comparison.answer
    if answer is not None and answer.stack is not None:
        from costplan.plan.compare.neighbours import neighbours

        answer.candidates = neighbours(ways, ranking, answer.stack)


def _facts(estimates: Sequence[Estimate], at_reliability: Decimal | None) -> list[Fact]:
    facts = []
    known = {estimate.stack: estimate.reliability for estimate in estimates}
    shared = [stack for stack, reliability in known.items() if reliability and reliability.shared]
    if shared:
        facts.append(fact("not-ranked", stacks=shared))
    unknown = [estimate.stack for estimate in estimates if estimate.at_least]
    if unknown:
        facts.append(fact("totals-at-least", stacks=unknown))
    if at_reliability is not None:
        goal = {"percent": at_reliability * 100}
        below = [
            stack
            for stack, reliability in known.items()
            if reliability and reliability.trusted < at_reliability
        ]
        if below:
            facts.append(fact("plans-below-goal", stacks=below, **goal))
        unmodelled = [stack for stack, reliability in known.items() if reliability is None]
        if unmodelled:
            facts.append(fact("goal-not-modelled", stacks=unmodelled, **goal))
    return facts


def _versus(pricer: Pricer, workload: Workload, base: Estimate, other: Estimate) -> Versus:
    ours = {component.name: component.total for component in base.components}
    theirs = {component.name: component.total for component in other.components}
    changes = [
        (name, theirs.get(name, ZERO) - ours.get(name, ZERO))
        for name in dict.fromkeys([*ours, *theirs])
    ]
    versus = Versus(
        stack=other.stack,
        difference=other.total_monthly - base.total_monthly,
        wins=sorted([change for change in changes if change[1] < 0], key=lambda win: win[1]),
        loses=sorted([change for change in changes if change[1] > 0], key=lambda loss: -loss[1]),
    )
    known = not (base.at_least or other.at_least)
    if known:
        versus.break_even = break_even(pricer, (workload, base.stack), (workload, other.stack))
    if workload.migration is not None:
        versus.one_off = one_off(workload, workload.migration, base, other)
        saved = -versus.difference
        if saved > 0 and known:
            versus.payback_months = settle(versus.one_off / saved)
    return versus


def _mixes(workload: Workload, catalog: Catalog, as_of: date, names: Sequence[str]) -> list[Mix]:
    """The mixes of the stacks that are compared: commitments and credits once over all parts."""
    mixes = []
    plain = without_terms(workload)
    for name, mix in workload.mix.items():
        shares = {stack: share for stack, share in mix.stacks.items() if share}
        if not set(shares) <= set(names):
            continue
        solutions = Solutions(plain)
        parts = [
            estimate_scaled(solutions, catalog, as_of, stack, share)
            for stack, share in shares.items()
        ]
        lines = {part.stack: part.lines for part in parts}
        once = _paid_once(parts)
        added = agree(workload, lines, as_of, Exchange.of(workload)).lines
        paid = [line.amount or ZERO for own in lines.values() for line in own]
        mixes.append(
            Mix(
                name=name,
                shares=dict(mix.stacks),
                monthly=total([*paid, *(line.amount or ZERO for line in added)]) - once,
                at_least=any(part.at_least for part in parts),
            )
        )
    return mixes


def _paid_once(parts: Sequence[Estimate]) -> Decimal:
    """What several parts state in full but a mix pays once: the workload's own fixed costs."""
    stated = [
        {
            line.price.source: line.amount or ZERO
            for line in part.lines
            if line.price.offer == WORKLOAD and line.fixed
        }
        for part in parts
    ]
    once: dict[str, Decimal] = {}
    for amounts in stated:
        once.update(amounts)
    return total(total(amounts.values()) for amounts in stated) - total(once.values())
