"""What one run of a step costs in a plan, one call of its fallback, and one case for people.

The distribution of a request's cost and every option of a comparison are built on these, so that
both say the same of the same run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from costplan.document.line import LineItem
from costplan.quantity import ZERO, total
from costplan.workload.model import Workload
from costplan.workload.solving import Solved


class UnitCosts(NamedTuple):
    """Money a run, a fallback's call and a case. A step that never runs has no cost of a run."""

    steps: dict[str, Decimal]
    fallbacks: dict[str, Decimal]
    case: Decimal


def unit_costs(
    workload: Workload, solved: Solved, lines: Iterable[LineItem], requests: Decimal
) -> UnitCosts:
    """A month's lines divided by its runs, fallbacks and cases.

    A line is of a step whatever it is spent for: people may be a step of the graph, and only what
    is paid for escalated cases is a case. What is fixed, stored or written belongs to no run.
    Without cases the workload's own cost of one stands in.
    """
    instead = {step.name: step.fallback.model for step in workload.step if step.fallback}
    names = {step.name for step in workload.step}
    runs: dict[str, Decimal] = {}
    calls: dict[str, Decimal] = {}
    cases: list[Decimal] = []
    for line in lines:
        if line.fixed or not line.amount:
            continue
        if line.step in names:
            own = calls if instead.get(line.step) == line.role else runs
            own[line.step] = own.get(line.step, ZERO) + line.amount
        elif line.role == "human":
            cases.append(line.amount)
    visits = solved.visits
    handled = visits.cases * requests
    stated = workload.human.cost_per_case if workload.human else ZERO
    return UnitCosts(
        _each(runs, visits.runs, requests),
        _each(calls, visits.fallbacks, requests),
        total(cases) / handled if handled else stated,
    )


def _each(
    sums: Mapping[str, Decimal], visits: Mapping[str, Decimal], requests: Decimal
) -> dict[str, Decimal]:
    counts = {name: visits.get(name, ZERO) * requests for name in sums}
    return {name: sums[name] / count for name, count in counts.items() if count}
