"""From the solved graph and a stack's bill to the reliability that an estimate prints."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from costplan.document.line import LineItem
from costplan.document.reliability import Quantile, Reliability
from costplan.facts import Fact, fact
from costplan.outcomes.spread import quantiles
from costplan.plan.bill.unit_costs import UnitCosts, unit_costs
from costplan.quantity import ONE, ZERO, total, twelve_digits
from costplan.words import kinds_of
from costplan.workload.model import Workload
from costplan.workload.solving import DEFAULT_VERDICT_RHO, Rates, Solutions, Solved

ANSWERS = kinds_of("output")


def reliability(
    workload: Workload, solved: Solved, lines: Sequence[LineItem], requests: Decimal
) -> Reliability | None:
    """None where some step has no success rate: never taken as 1."""
    outcomes = solved.outcomes
    if outcomes is None or outcomes.graph is None:
        return None
    costs = unit_costs(workload, solved, lines, requests)
    steps = {name: float(cost) for name, cost in costs.steps.items()}
    fallbacks = {name: float(cost) for name, cost in costs.fallbacks.items()}
    case = float(costs.case)
    mean, variance = outcomes.graph.moments(
        steps, case, fallbacks, variation=_variation(workload, lines, costs)
    )
    whole_runs = solved.whole_runs  # whose costs vary apart from each other
    mean, variance = mean * whole_runs, variance * whole_runs
    return Reliability(
        delivered_right=twelve_digits(outcomes.delivered_right),
        delivered_wrong=twelve_digits(outcomes.delivered_wrong),
        human_right=twelve_digits(outcomes.human_right),
        human_wrong=twelve_digits(outcomes.human_wrong),
        aborted=twelve_digits(outcomes.aborted),
        cost_mean=twelve_digits(mean),
        cost_sd=twelve_digits(variance**0.5),
        cost_quantiles=[
            Quantile(
                twelve_digits(quantile.share),
                twelve_digits(quantile.low),
                twelve_digits(quantile.high),
            )
            for quantile in (
                quantiles(outcomes.graph, steps, case, fallbacks) if whole_runs == 1 else ()
            )
        ],
        target=workload.target.reliability if workload.target else None,
        shared=solved.shared,
    )


def verdicts_assumed(solutions: Solutions, rates: Rates, requests: Decimal) -> list[Fact]:
    """That validators were assumed to repeat themselves, with a month at both ends of the range.

    ``requests`` a month. Nobody has measured this correlation given whether the answer was right,
    so the assumption is never printed without what it decides.
    """
    solved = solutions.of(rates)
    if not solved.verdicts or solved.outcomes is None:
        return []
    ends: dict[str, Decimal] = {}
    for name, rho in (("apart", 0.0), ("alike", 1.0)):
        outcomes = solutions.of(rates, rho).outcomes
        assert outcomes is not None
        for what, share in (("cases", outcomes.escalated), ("silent", outcomes.silent)):
            ends[f"{what}_{name}"] = (twelve_digits(share) * requests).quantize(ONE)
    steps = [f"'{name}'" for name in solved.verdicts]
    return [fact("verdicts-correlate", steps=steps, rho=DEFAULT_VERDICT_RHO, **ends)]


def _variation(workload: Workload, lines: Sequence[LineItem], costs: UnitCosts) -> dict[str, float]:
    """``output_cv`` as the variation of a whole run's cost: only its output tokens vary, and the
    calls of one run vary apart from each other."""
    variations = {}
    for step in workload.step:
        own = [line for line in lines if line.step == step.name and line.role == step.model]
        whole = total(line.amount or ZERO for line in own)
        if step.output_cv is None or not whole or step.name not in costs.steps:
            continue
        output = total(line.amount or ZERO for line in own if line.price.charge in ANSWERS)
        calls = float(step.calls) or 1.0
        variations[step.name] = float(step.output_cv * output / whole) / calls**0.5
    return variations
