"""Several scenarios of one workload beside each other: a small table of what each comes to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from costplan.api.estimating import Locking, estimate_opened
from costplan.api.risking import USUALLY, Drawing
from costplan.document.comparison import Comparison
from costplan.document.entries import Value
from costplan.document.estimate import Estimate
from costplan.document.rows import Rows, Sum
from costplan.problems import BadUsage
from costplan.store.files.workloads import Opened, read_workload

FILE = "the file"
"""Stands for no scenario at all."""


def each_scenario(
    opened: Opened, names: Sequence[str], changes: Sequence[str], rates: Sequence[str]
) -> list[tuple[str, Opened]]:
    """The workload as its file has it, and with each scenario laid over it. Raises BadUsage."""
    if len(set(names)) < len(names):
        raise BadUsage("--scenario names one twice", "give each once")
    overlaid = [
        (name, read_workload(opened.name, opened.text, opened.folder, changes, rates, name))
        for name in names
    ]
    return [(FILE, opened), *overlaid]


def estimated(
    variants: Sequence[tuple[str, Opened]],
    as_of: date,
    stacks: Sequence[str],
    locking: Locking,
    drawing: Drawing = USUALLY,
) -> Rows:
    """A row a stack, a column a scenario: what each costs a month, and what it may come to."""
    documents = [
        estimate_opened(overlaid, as_of, stacks, locking, drawing=drawing)
        for _, overlaid in variants
    ]
    known = dict.fromkeys(bill.stack for document in documents for bill in document.estimates)
    rows: list[list[Value | Sum]] = []
    for stack in known:
        bills = [
            next((bill for bill in document.estimates if bill.stack == stack), None)
            for document in documents
        ]
        rows.append([stack, *(None if bill is None else _sum(bill) for bill in bills)])
        if any(bill is not None and bill.risk for bill in bills):
            for name, title in (("p5", "P5"), ("mean", "mean"), ("p95", "P95")):
                rows.append([f"{stack} {title}", *(_figure(bill, name) for bill in bills)])
    names = [name for name, _ in variants]
    first = documents[0]
    return Rows(
        title="by scenario",
        columns=["stack", *names],
        figures=frozenset(names),
        rows=rows,
        notes=[f"{first.workload}: {first.currency} a month, prices of {first.as_of}"],
    )


def _figure(bill: Estimate | None, name: str) -> Sum | None:
    if bill is None or bill.risk is None:
        return None
    return Sum(bill.risk.monthly[name], len(bill.unpriced))


def _sum(bill: Estimate) -> Sum:
    return Sum(bill.total_monthly, len(bill.unpriced))


def compared(comparisons: Sequence[tuple[str, Comparison]]) -> Rows:
    """A row a scenario: what to do there, and what that costs."""
    rows: list[list[Value | Sum]] = []
    for name, comparison in comparisons:
        answer = comparison.answer
        if answer is None or answer.stack is None or answer.monthly is None:
            why = answer.reason if answer else None
            rows.append([name, None, why or "nothing to compare", None, None])
            continue
        right = None if answer.reliability is None else round(answer.reliability, 4)
        least = int(answer.standings[0].at_least)
        rows.append([name, answer.stack, answer.way, Sum(answer.monthly, least), right])
    document = comparisons[0][1].document
    return Rows(
        title="by scenario",
        columns=["scenario", "stack", "do this", "a month", "right"],
        figures=frozenset(("a month", "right")),
        rows=rows,
        notes=[f"{document.workload}: {document.currency} a month, prices of {document.as_of}"],
    )
