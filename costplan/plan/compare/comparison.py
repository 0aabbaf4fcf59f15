"""Stacks side by side: differences, break-even volume, migration, lock-in, mixes, strategies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from costplan.billing.exchange import Exchange
from costplan.catalog.lookup import Catalog
from costplan.document.comparison import Comparison, LockIn, Mix, Versus, margin
from costplan.document.estimate import Estimate, EstimateDocument
from costplan.facts import said
from costplan.plan.bill.estimate import estimate, estimate_scaled
from costplan.plan.bill.settlement import agree, without_terms
from costplan.plan.bill.vendors import largest_vendor
from costplan.plan.compare.family import Family
from costplan.plan.compare.hosting import Capacity
from costplan.plan.compare.sensitivity import sensitivity
from costplan.plan.compare.strategies import Context, strategies, unit_prices
from costplan.problems import BadUsage, InvalidInput, did_you_mean
from costplan.quantity import ONE, ZERO, rounded, settle, total
from costplan.words import WORKLOAD
from costplan.workload.model import Workload
from costplan.workload.solving import Rates, Solutions
from costplan.workload.strategy import Migration


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
) -> Comparison:
    """The comparison of all stacks, or of the named ones, with the first as the baseline.

    ``levers`` asks what would change the answer for the baseline.

    Raises as ``estimate``, and BadUsage for a baseline that is not among the stacks.
    """
    solutions = Solutions(workload)
    document = estimate(workload, catalog, as_of, stacks, solutions)
    names = [made.stack for made in document.estimates]
    base_name = baseline or names[0]
    if base_name not in names:
        hint = did_you_mean(base_name, names) or "stacks: " + ", ".join(names)
        raise BadUsage(f"the baseline '{base_name}' is not among the stacks", hint)
    base = next(made for made in document.estimates if made.stack == base_name)
    target = at_reliability
    if target is None and workload.target is not None:
        target = workload.target.reliability

    family = Family(workload, solutions)

    def reprice(other: Workload) -> Estimate:
        return estimate(without_terms(other), catalog, as_of).estimates[0]

    bare = {one.stack: one for one in document.estimates}
    if workload.commitment or workload.credit:
        plain = estimate(without_terms(workload), catalog, as_of, stacks)
        bare = {one.stack: one for one in plain.estimates}
    context = Context(catalog, as_of, reprice, capacity)
    made = Comparison(
        document=document,
        baseline=base_name,
        versus=[
            _versus(solutions, catalog, as_of, base, other)
            for other in document.estimates
            if other.stack != base_name
        ],
        lock_in=[_lock_in(catalog, one) for one in document.estimates],
        strategies=[
            strategies(family, one.stack, bare[one.stack], context, target)
            for one in document.estimates
        ],
        mixes=_mixes(workload, catalog, as_of, names),
        at_reliability=at_reliability,
        facts=[
            said("note", one)
            for one in (*_notes(document, at_reliability), *_terms_notes(workload))
        ],
    )
    if levers:
        own = Rates.of(workload.stack[base_name])
        priced = any(one.options for one in made.strategies if one.stack == base_name)
        billed = bare[base_name]
        prices = unit_prices(workload, family.plan(own), billed) if priced else None
        made.sensitivity = sensitivity(workload, prices, own, target)
    revenue = workload.target.revenue_per_request if workload.target else None
    if revenue is not None:
        made.margins = {one.stack: margin(one, revenue) for one in document.estimates}
    return made


def _notes(document: EstimateDocument, at_reliability: Decimal | None) -> list[str]:
    found = []
    shared = [one.stack for one in document.estimates if one.reliability and one.reliability.shared]
    if shared:
        found.append(
            f"success rates are taken to be the same for every model in {', '.join(shared)}: "
            "no stack is ranked on reliability"
        )
    unknown = [one.stack for one in document.estimates if one.at_least]
    if unknown:
        found.append(
            f"prices are missing in {', '.join(unknown)}: totals there are at least what they say, "
            "differences with them may be larger or smaller, and no break-even or payback is given"
        )
    if at_reliability is not None:
        goal = f"{rounded(at_reliability * 100)} %"
        below = [
            one.stack
            for one in document.estimates
            if one.reliability and one.reliability.trusted < at_reliability
        ]
        if below:
            found.append(f"not at {goal} trusted answers as they stand: {', '.join(below)}")
        unmodelled = [one.stack for one in document.estimates if one.reliability is None]
        if unmodelled:
            found.append(
                f"whether {goal} of answers are right is not modelled: {', '.join(unmodelled)}"
            )
    return found


def _terms_notes(workload: Workload) -> list[str]:
    if not (workload.commitment or workload.credit):
        return []
    return [
        "ways to a reliability are priced before commitments and credits: "
        "what is promised or granted stays the same whichever way is taken"
    ]


def _versus(
    solutions: Solutions, catalog: Catalog, as_of: date, base: Estimate, other: Estimate
) -> Versus:
    workload = solutions.workload
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
        made.break_even = _break_even(solutions, catalog, as_of, base, other)
    if workload.migration is not None:
        made.one_off = _one_off(workload, workload.migration, base, other)
        saved = -made.difference
        if saved > 0 and known:
            made.payback_months = settle(made.one_off / saved)
    return made


def _break_even(
    solutions: Solutions, catalog: Catalog, as_of: date, base: Estimate, other: Estimate
) -> Decimal | None:
    """Requests a month at which the two cost the same; None where no such volume is found.

    The lines fixed + variable x volume cross at a first guess; the two stacks are billed again
    there and the guess corrected until it stays, because tiers, quotas and floors bend the lines.
    None too where a stack cannot serve that volume.
    """
    volume = solutions.workload.traffic.requests_per_month
    if not volume:
        return None
    scale = _crossing(base, other, ONE)
    for _ in range(MOST_GUESSES):
        if scale is None:
            return None
        try:
            at_base = estimate_scaled(solutions, catalog, as_of, base.stack, scale)
            at_other = estimate_scaled(solutions, catalog, as_of, other.stack, scale)
        except InvalidInput:
            return None
        apart = abs(at_base.total_monthly - at_other.total_monthly)
        better = _crossing(at_base, at_other, scale)
        if apart <= at_base.total_monthly * CLOSE and (
            better is None or abs(better - scale) <= scale * CLOSE
        ):
            return settle(volume * scale)
        scale = better
    return None


MOST_GUESSES = 6
CLOSE = Decimal("0.005")
"""A break-even volume is found when another guess moves it, and the two bills differ, by less."""


def _crossing(base: Estimate, other: Estimate, scale: Decimal) -> Decimal | None:
    """The scale at which two lines through the present bills cross, within a factor of 1,000."""
    slope = (base.variable_monthly - other.variable_monthly) / scale
    gap = other.fixed_monthly - base.fixed_monthly
    if not slope:
        return None
    found = gap / slope
    return found if Decimal("0.001") <= found <= 1000 else None


def _one_off(workload: Workload, terms: Migration, base: Estimate, other: Estimate) -> Decimal:
    """Engineers, egress, embedding everything again, and the months in which both run."""
    once = terms.engineer_days * terms.cost_per_day + terms.egress_gb * terms.egress_per_gb
    once += base.total_monthly * terms.overlap_months
    if terms.reindex:
        for index in workload.index.values():
            if index.embedding is None or _same_offer(base, other, index.embedding):
                continue
            tokens = index.vectors * index.chunk_tokens
            once += tokens * _token_price(other, index.embedding)
    return settle(once)


def _same_offer(base: Estimate, other: Estimate, role: str) -> bool:
    """Whether both stacks pay the same offer for a role."""
    offers = [
        {line.price.offer for line in made.lines if line.role == role} for made in (base, other)
    ]
    return offers[0] == offers[1]


def _token_price(made: Estimate, role: str) -> Decimal:
    """Money a token that a role's input lines cost on average; 0 where it has none."""
    lines = [line for line in made.lines if line.role == role and line.price.charge == "input"]
    tokens = total(line.quantity for line in lines)
    return total(line.amount or ZERO for line in lines) / tokens if tokens else ZERO


def _lock_in(catalog: Catalog, made: Estimate) -> LockIn:
    def vendor_of(offer: str) -> str | None:
        entry = catalog.find(offer)
        return entry.vendor if entry is not None else None

    vendor, share = largest_vendor(made, vendor_of)
    return LockIn(stack=made.stack, vendor=vendor or "none", share=share)


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
