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
    document = estimate(workload, catalog, as_of, stacks, solutions, figures)
    names = [made.stack for made in document.estimates]
    base_name = baseline or names[0]
    if base_name not in names:
        hint = did_you_mean(base_name, names) or "stacks: " + ", ".join(names)
        raise BadUsage(f"the baseline '{base_name}' is not among the stacks", hint)
    base = next(made for made in document.estimates if made.stack == base_name)
    goal = Goal.of(workload, at_reliability)
    ways = Ways(workload, pricer, capacity)
    own = (pricer.trusted(workload, name) for name in (base_name, *names))
    asked = goal.or_plan(workload, next((one for one in own if one is not None), None))
    searched = asked if at_reliability is not None or workload.candidates else None
    tried = {
        one.stack: strategies(ways, one.stack, one, goal, searched) for one in document.estimates
    }
    ranking = Ranking(workload, pricer, tried, document.estimates, asked, base_name)
    made = Comparison(
        document=document,
        baseline=base_name,
        versus=[
            _versus(pricer, workload, base, other)
            for other in document.estimates
            if other.stack != base_name
        ],
        lock_in=[lock_in(catalog, one) for one in document.estimates],
        strategies=[of_stack.measures for of_stack in tried.values()],
        mixes=_mixes(workload, catalog, as_of, names),
        at_reliability=at_reliability,
        answer=ranking.answer(),
        facts=_facts(document, at_reliability),
    )
    if workload.hardware:
        from costplan.plan.compare.owning import owning

        made.owning = owning(workload, pricer, {name: one.billed for name, one in tried.items()})
    made.recommended = ranking.recommended()
    if levers:
        tau = threshold(workload)
        made.sensitivity = ranking.sensitivity(base_name, tau)
        made.levers = [
            made.sensitivity if name == base_name else ranking.sensitivity(name, tau)
            for name in names
        ]
        assert made.answer is not None
        if made.answer.stack is not None:
            from costplan.plan.compare.neighbours import neighbours

            made.answer.candidates = neighbours(ways, ranking, made.answer.stack)
    revenue = workload.target.revenue_per_request if workload.target else None
    if revenue is not None:
        made.margins = {one.stack: margin(one, revenue) for one in document.estimates}
    return made


def _facts(document: EstimateDocument, at_reliability: Decimal | None) -> list[Fact]:
    found = []
    shared = [one.stack for one in document.estimates if one.reliability and one.reliability.shared]
    if shared:
        found.append(fact("not-ranked", stacks=shared))
    unknown = [one.stack for one in document.estimates if one.at_least]
    if unknown:
        found.append(fact("totals-at-least", stacks=unknown))
    if at_reliability is not None:
        goal = {"percent": at_reliability * 100}
        below = [
            one.stack
            for one in document.estimates
            if one.reliability and one.reliability.trusted < at_reliability
        ]
        if below:
            found.append(fact("plans-below-goal", stacks=below, **goal))
        unmodelled = [one.stack for one in document.estimates if one.reliability is None]
        if unmodelled:
            found.append(fact("goal-not-modelled", stacks=unmodelled, **goal))
    return found


def _versus(pricer: Pricer, workload: Workload, base: Estimate, other: Estimate) -> Versus:
    ours = {one.name: one.total for one in base.components}
    theirs = {one.name: one.total for one in other.components}
    changes = [
        (name, theirs.get(name, ZERO) - ours.get(name, ZERO))
        for name in dict.fromkeys([*ours, *theirs])
    ]
    made = Versus(
        stack=other.stack,
        difference=other.total_monthly - base.total_monthly,
        wins=sorted([one for one in changes if one[1] < 0], key=lambda one: one[1]),
        loses=sorted([one for one in changes if one[1] > 0], key=lambda one: -one[1]),
    )
    known = not (base.at_least or other.at_least)
    if known:
        made.break_even = break_even(pricer, (workload, base.stack), (workload, other.stack))
    if workload.migration is not None:
        made.one_off = one_off(workload, workload.migration, base, other)
        saved = -made.difference
        if saved > 0 and known:
            made.payback_months = settle(made.one_off / saved)
    return made


def _mixes(workload: Workload, catalog: Catalog, as_of: date, names: Sequence[str]) -> list[Mix]:
    """The mixes of the stacks that are compared: commitments and credits once over all parts."""
    found = []
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
        found.append(
            Mix(
                name=name,
                shares=dict(mix.stacks),
                monthly=total([*paid, *(line.amount or ZERO for line in added)]) - once,
                at_least=any(part.at_least for part in parts),
            )
        )
    return found


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
    for one in stated:
        once.update(one)
    return total(total(one.values()) for one in stated) - total(once.values())
