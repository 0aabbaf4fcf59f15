"""From the solved graph and a stack's bill to the reliability that an estimate prints."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal

from costplan.document.estimate import Reliability
from costplan.document.line import LineItem
from costplan.quantity import ZERO
from costplan.workload.model import Workload
from costplan.workload.outcomes import Solved
from costplan.workload.spread import quantiles

TWELVE = Context(prec=12)


def reliability(
    workload: Workload, solved: Solved, lines: Sequence[LineItem], requests: Decimal
) -> Reliability | None:
    """None where some step has no success rate: never taken as 1."""
    found = solved.outcomes
    if found is None or found.graph is None:
        return None
    costs, case = unit_costs(workload, solved, lines, requests)
    variation = {
        step.name: float(step.output_cv) for step in workload.step if step.output_cv is not None
    }
    mean, variance = found.graph.moments(costs, case, variation=variation)
    return Reliability(
        delivered_right=_decimal(found.delivered_right),
        delivered_wrong=_decimal(found.delivered_wrong),
        human_right=_decimal(found.human_right),
        human_wrong=_decimal(found.human_wrong),
        aborted=_decimal(found.aborted),
        cost_mean=_decimal(mean),
        cost_sd=_decimal(variance**0.5),
        cost_quantiles=[
            (_decimal(one.share), _decimal(one.low), _decimal(one.high))
            for one in quantiles(found.graph, costs, case)
        ],
        target=workload.target.reliability if workload.target else None,
        shared=solved.shared,
    )


def unit_costs(
    workload: Workload, solved: Solved, lines: Sequence[LineItem], requests: Decimal
) -> tuple[dict[str, float], float]:
    """The variable cost of one run of each step, and of one case; fixed costs belong to no run."""
    sums: dict[str, Decimal] = {}
    cases = ZERO
    for line in lines:
        if line.fixed or line.amount is None:
            continue
        if line.purpose == "people":
            cases += line.amount
        elif line.step is not None:
            sums[line.step] = sums.get(line.step, ZERO) + line.amount
    costs = {}
    for step in workload.step:
        runs = solved.visits.runs.get(step.name, ZERO) * requests
        costs[step.name] = float(sums.get(step.name, ZERO) / runs) if runs else 0.0
    handled = solved.visits.cases * requests
    return costs, float(cases / handled) if handled else 0.0


def _decimal(number: float) -> Decimal:
    return TWELVE.create_decimal_from_float(number).normalize() + 0
