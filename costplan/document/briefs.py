"""Documents in brief: the figures that decide something, for whoever pays by the word.

A summary leaves out lines, sources and formulas; ``summaries`` has the record of each kind. Nothing
is computed anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING, Any

from costplan.document.bill import Bill
from costplan.document.diff import CAUSES
from costplan.document.estimate import Estimate, EstimateDocument
from costplan.document.line import LineItem
from costplan.document.risk import Risk
from costplan.document.summaries import (
    Against,
    BestWay,
    BillLine,
    BillSummary,
    CheckSummary,
    CompareSummary,
    DearLine,
    DiffSummary,
    EstimateSummary,
    ForecastSummary,
    GroupBrief,
    MonthBrief,
    MovedLine,
    NoPrice,
    ReconciliationSummary,
    StackBrief,
    StackChange,
    StepBrief,
    Summary,
    TotalBrief,
    UsageSummary,
    VerdictBrief,
)
from costplan.quantity import ZERO

if TYPE_CHECKING:
    from costplan.document.comparison import Answer, Comparison
    from costplan.document.diff import DiffDocument, LineChange, StackDiff
    from costplan.document.forecast import ForecastDocument
    from costplan.document.reconciliation import Reconciliation
    from costplan.document.usage import Usage
    from costplan.document.verdict import CheckDocument, Verdict

DEAREST = 3
"""So many lines of a stack, or of a change, are named."""
MOST_GROUPS = 10
"""So many groups of real usage are named."""
CENT = Decimal("0.01")
SHARE = Decimal("1e-6")


def summary(document: Any) -> Summary:
    """A document of ``SUMMARIES`` in brief."""
    brief: Summary = _BRIEFS[document.kind](document)
    return brief


def money(value: Decimal | None) -> Any:
    """To the cent, or with four digits where that is less than one."""
    if value is None or not value:
        return value
    if abs(value) >= 1:
        return value.quantize(CENT)
    return value.quantize(Decimal(1).scaleb(value.adjusted() - 3))


def share(value: Decimal | None) -> Any:
    """Six places of a share, rounded down."""
    return None if value is None else value.quantize(SHARE, ROUND_FLOOR)


def _estimate(document: EstimateDocument) -> EstimateSummary:
    stacks = document.estimates
    return EstimateSummary(
        "estimate_summary",
        document.workload,
        document.currency,
        document.as_of,
        money(stacks[0].requests if stacks else ZERO),
        [_stack(estimate) for estimate in stacks],
        tuple(fact.text for fact in document.price_facts),
    )


def _stack(estimate: Estimate) -> StackBrief:
    outcome = estimate.reliability_of_requests
    return StackBrief(
        estimate.stack,
        money(estimate.total_monthly),
        estimate.at_least,
        money(estimate.fixed_monthly),
        money(estimate.cost_per_request),
        {
            component.name: None
            if component.unpriced and not component.total
            else money(component.total)
            for component in estimate.components
        },
        _dearest(estimate.lines),
        share(outcome.trusted) if outcome else None,
        money(outcome.silent_per_month) if outcome else None,
        money(estimate.cost_per_trusted_answer),
        money(estimate.left_of_budget.headroom) if estimate.left_of_budget else None,
        _risk(estimate.risk) if estimate.risk else None,
        estimate.risk.measure.key if estimate.risk and estimate.risk.measure else None,
        _unpriced(estimate),
        (
            *(fact.text for fact in estimate.facts_of("part-of-bill")),
            *estimate.warnings,
            *estimate.stale,
        ),
        _kwh(estimate),
    )


def _risk(drawn: Risk) -> dict[str, Decimal]:
    """The figures of the draws, and the shares of them that are known."""
    shares = {"over_budget": drawn.over_budget, "cheapest": drawn.cheapest}
    known = {name: share(value) for name, value in shares.items() if value is not None}
    return {name: money(value) for name, value in drawn.monthly.items()} | known


def _kwh(estimate: Estimate) -> Any:
    """Likely kWh of a bill all of whose parts have a figure."""
    energy = estimate.energy
    if energy is None or energy.kwh is None or any(part.kwh is None for part in energy.parts):
        return None
    return money(energy.kwh.likely)


def _dearest(lines: Iterable[LineItem]) -> list[DearLine]:
    """The charges that cost most, all their slices together."""
    sums: dict[tuple[str, str, str], Decimal] = {}
    for line in lines:
        key = (line.role, line.price.offer, line.price.charge)
        sums[key] = sums.get(key, ZERO) + (line.amount or ZERO)
    dear = sorted(sums, key=lambda key: sums[key], reverse=True)[:DEAREST]
    return [DearLine(*key, money(sums[key])) for key in dear if sums[key]]


def _unpriced(estimate: Estimate) -> tuple[NoPrice, ...]:
    missing = [NoPrice(line.offer, line.charge, line.reason) for line in estimate.unpriced_said]
    return tuple(dict.fromkeys(missing))


def _comparison(document: Comparison) -> CompareSummary:
    inner = document.document
    versus = {beside.stack: beside for beside in document.versus}
    answer = document.answer
    standings = {standing.stack: standing for standing in answer.standings} if answer else {}
    stacks = []
    for estimate in inner.estimates:
        beside, standing = versus.get(estimate.stack), standings.get(estimate.stack)
        outcome = estimate.reliability_of_requests
        stacks.append(
            Against(
                estimate.stack,
                money(estimate.total_monthly),
                estimate.at_least,
                money(beside.difference) if beside else ZERO,
                money(beside.break_even) if beside else None,
                share(outcome.trusted) if outcome else None,
                money(estimate.cost_per_trusted_answer),
                standing.best if standing else None,
                money(standing.monthly) if standing else None,
            )
        )
    return CompareSummary(
        "comparison_summary",
        inner.workload,
        inner.currency,
        inner.as_of,
        document.baseline,
        stacks,
        _answer(answer) if answer else None,
        document.at_reliability,
        tuple(document.notes),
    )


def _answer(answer: Answer) -> BestWay:
    return BestWay(
        answer.against,
        answer.compute,
        answer.stack,
        answer.way,
        money(answer.monthly),
        share(answer.reliability),
        money(answer.saved),
        tuple(lever.name for lever in answer.hangs_on),
        tuple(answer.to_measure),
        answer.reason,
    )


def _check(document: CheckDocument) -> CheckSummary:
    return CheckSummary(
        "check_summary",
        document.workload,
        document.currency,
        document.as_of,
        document.result,
        document.exit_code,
        document.stacks,
        document.counts,
        [_verdict(verdict) for verdict in document.verdicts if verdict.status != "pass"],
        tuple(document.notes),
    )


def _verdict(verdict: Verdict) -> VerdictBrief:
    return VerdictBrief(
        verdict.stack,
        verdict.rule,
        verdict.status,
        money(verdict.figure),
        verdict.limit,
        verdict.unit or None,
        verdict.reason,
        verdict.remedy,
        verdict.place,
    )


def _diff(document: DiffDocument) -> DiffSummary:
    return DiffSummary(
        "diff_summary",
        document.workload,
        document.currency,
        document.base,
        document.head,
        document.changed,
        [_change(stack) for stack in document.stacks],
        tuple(document.rule_changes or ()),
        tuple(document.notes),
    )


def _change(stack: StackDiff) -> StackChange:
    split, base, head = stack.split, stack.base, stack.head
    return StackChange(
        stack.stack,
        stack.kind,
        money(base.total_monthly) if base else None,
        money(head.total_monthly) if head else None,
        money(stack.difference),
        money(stack.percent),
        stack.certain,
        {cause: money(getattr(split, cause)) for cause in CAUSES},
        _moved(stack.moved),
        share(base.reliability) if base else None,
        share(head.reliability) if head else None,
    )


def _moved(lines: Sequence[LineChange]) -> list[MovedLine]:
    largest = sorted(lines, key=lambda line: abs(line.difference), reverse=True)
    return [
        MovedLine(
            line.role,
            line.offer,
            line.charge,
            money(line.base),
            money(line.head),
            money(line.difference),
        )
        for line in largest[:DEAREST]
    ]


def _bill(document: Bill) -> BillSummary:
    lines = document.line_items
    return BillSummary(
        "bill_summary",
        document.offer,
        document.as_of,
        document.currency,
        money(document.total),
        bool(document.unpriced),
        [
            BillLine(
                line.label,
                line.quantity,
                line.price.unit,
                line.price.price,
                line.price.per,
                money(line.amount),
                line.price.since,
                line.price.checked,
                line.price.confidence,
                line.price.reason,
            )
            for line in lines
        ],
        list(_sources(line.price.source for line in lines)),
        tuple(document.notes),
    )


def _sources(named: Iterable[str | None]) -> Iterable[str]:
    return dict.fromkeys(source for source in named if source)


def _usage(document: Usage) -> UsageSummary:
    return UsageSummary(
        "usage_summary",
        document.first,
        document.last,
        document.traffic.requests,
        document.traffic.failed,
        [
            TotalBrief(whole.currency, money(whole.low), money(whole.high), whole.at_least)
            for whole in document.totals
        ],
        [
            GroupBrief(
                ", ".join(name or "(none)" for name in group.names),
                group.requests,
                money(group.low),
                money(group.high),
                group.at_least,
                group.currency,
            )
            for group in document.groups[:MOST_GROUPS]
        ],
        document.unread,
        tuple(question.logged for question in document.questions),
        document.notes,
    )


def _forecast(document: ForecastDocument) -> ForecastSummary:
    method, band = document.method, document.band
    return ForecastSummary(
        "forecast_summary",
        document.workload,
        document.stack,
        document.currency,
        document.as_of,
        document.counts,
        None if method is None else method.words,
        None if method is None else method.error,
        None if band is None else band.held,
        [
            MonthBrief(
                month.month,
                money(month.volume),
                money(month.total),
                money(month.total_low),
                money(month.total_high),
                month.at_least,
            )
            for month in document.months
        ],
        tuple(event.fact.text for event in document.events),
        tuple(document.notes),
    )


def _reconciliation(document: Reconciliation) -> ReconciliationSummary:
    return ReconciliationSummary(
        "reconciliation_summary",
        document.workload,
        document.currency,
        document.begin,
        document.end,
        money(document.planned),
        money(document.usage_at_list),
        money(document.expected),
        money(document.invoiced),
        document.passes,
        document.off,
        [StepBrief(step.name, money(step.amount), step.words) for step in document.steps],
        tuple(line.item for line in document.not_mapped),
        (*document.not_compared, *document.notes),
    )


_BRIEFS: dict[str, Any] = {
    "estimate": _estimate,
    "comparison": _comparison,
    "check": _check,
    "diff": _diff,
    "bill": _bill,
    "usage": _usage,
    "forecast": _forecast,
    "reconciliation": _reconciliation,
}
