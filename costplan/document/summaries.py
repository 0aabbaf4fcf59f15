"""What documents say in brief: one record a kind, and ``SUMMARIES`` that has it by the kind's name.

Money and counts are rounded to cents, or to four digits below one; shares are rounded down to six
places, so that a missed target never looks met.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal, NamedTuple

from costplan.record import Monthly, Sparse


class DearLine(NamedTuple):
    """A line of a bill that costs more than the others."""

    role: str
    offer: str
    charge: str
    amount: Decimal


class NoPrice(NamedTuple):
    """A line without a price: the total is then the least it can be."""

    offer: str
    charge: str
    reason: str | None


class StackBrief(NamedTuple):
    """A stack's month. ``components``: None where no line of it has a price. ``trusted``: share of
    requests with a right answer, left out where it is not modelled. ``risk``: figures of the draws
    of all ranges, and shares of them; ``measure``: the range to measure next. ``kwh``: likely, left
    out where a part of the bill has no figure."""

    stack: str
    total_monthly: Decimal
    at_least: bool
    fixed_monthly: Decimal
    cost_per_request: Decimal | None
    components: dict[str, Decimal | None]
    dearest: list[DearLine]
    trusted: Annotated[Decimal | None, Sparse()] = None
    silent_per_month: Annotated[Decimal | None, Sparse()] = None
    cost_per_trusted_answer: Annotated[Decimal | None, Sparse()] = None
    left_of_budget: Annotated[Decimal | None, Sparse()] = None
    risk: Annotated[dict[str, Decimal] | None, Sparse()] = None
    measure: Annotated[str | None, Sparse()] = None
    unpriced: Annotated[tuple[NoPrice, ...], Sparse()] = ()
    warnings: Annotated[tuple[str, ...], Sparse()] = ()
    kwh: Annotated[Decimal | None, Sparse()] = None


class EstimateSummary(NamedTuple):
    """An estimate in brief; its stacks in the order of the file."""

    kind: Literal["estimate_summary"]
    workload: str
    currency: str
    as_of: date
    requests_per_month: Decimal
    stacks: list[StackBrief]
    notes: Annotated[tuple[str, ...], Sparse()] = ()


class Against(NamedTuple):
    """A stack beside the baseline. ``difference``: this one's month less the baseline's."""

    stack: str
    total_monthly: Decimal
    at_least: bool
    difference: Decimal
    break_even_requests: Annotated[Decimal | None, Sparse()] = None
    trusted: Annotated[Decimal | None, Sparse()] = None
    cost_per_trusted_answer: Annotated[Decimal | None, Sparse()] = None
    best_way: Annotated[str | None, Sparse()] = None
    best_monthly: Annotated[Decimal | None, Sparse()] = None


class BestWay(NamedTuple):
    """What to do. ``stack`` left out: nothing can be recommended, for ``reason``. ``saved``: off
    the ``against`` stack's plan, wrong answers included; ``compute``: the best way by compute
    alone, in words; ``hangs_on``: inputs that would change it."""

    against: str
    compute: str
    stack: Annotated[str | None, Sparse()] = None
    way: Annotated[str | None, Sparse()] = None
    monthly: Annotated[Decimal | None, Sparse()] = None
    reliability: Annotated[Decimal | None, Sparse()] = None
    saved: Annotated[Decimal | None, Sparse()] = None
    hangs_on: Annotated[tuple[str, ...], Sparse()] = ()
    to_measure: Annotated[tuple[str, ...], Sparse()] = ()
    reason: Annotated[str | None, Sparse()] = None


class CompareSummary(NamedTuple):
    """A comparison in brief."""

    kind: Literal["comparison_summary"]
    workload: str
    currency: str
    as_of: date
    baseline: str
    stacks: list[Against]
    answer: Annotated[BestWay | None, Sparse()] = None
    at_reliability: Annotated[Decimal | None, Sparse()] = None
    notes: Annotated[tuple[str, ...], Sparse()] = ()


class VerdictBrief(NamedTuple):
    """One rule on one stack; ``where``: its file and line."""

    stack: str
    rule: str
    status: str
    figure: Annotated[Decimal | None, Sparse()] = None
    limit: Annotated[Decimal | None, Sparse()] = None
    unit: Annotated[str | None, Sparse()] = None
    reason: Annotated[str | None, Sparse()] = None
    remedy: Annotated[str | None, Sparse()] = None
    where: Annotated[str | None, Sparse()] = None


class CheckSummary(NamedTuple):
    """A check in brief: what it came to, and each verdict that is no pass."""

    kind: Literal["check_summary"]
    workload: str
    currency: str
    as_of: date
    result: str
    exit_code: int
    stacks: list[str]
    counts: dict[str, int]
    verdicts: list[VerdictBrief]
    notes: Annotated[tuple[str, ...], Sparse()] = ()


class MovedLine(NamedTuple):
    """A charge that a change moves; None: it is not on that side."""

    role: str
    offer: str
    charge: str
    base: Decimal | None
    head: Decimal | None
    difference: Decimal


class StackChange(NamedTuple):
    """A stack before and after. ``certain`` False: a price is missing on a side; ``causes`` add up
    to the difference."""

    stack: str
    change: str
    base: Decimal | None
    head: Decimal | None
    difference: Decimal
    percent: Decimal | None
    certain: bool
    causes: dict[str, Decimal]
    dearest: list[MovedLine]
    trusted_base: Annotated[Decimal | None, Sparse()] = None
    trusted_head: Annotated[Decimal | None, Sparse()] = None


class DiffSummary(NamedTuple):
    """A diff in brief; ``dearest`` are the lines that move most."""

    kind: Literal["diff_summary"]
    workload: str
    currency: str
    base: str | None
    head: str
    changed: bool
    stacks: list[StackChange]
    rule_changes: Annotated[tuple[str, ...], Sparse()] = ()
    notes: Annotated[tuple[str, ...], Sparse()] = ()


class BillLine(NamedTuple):
    """One charge of a bill, with what its price rests on."""

    charge: str
    quantity: Decimal
    unit: str
    price: Decimal | None
    per: Decimal
    amount: Decimal | None
    since: date | None
    checked: date | None
    confidence: str | None
    reason: Annotated[str | None, Sparse()] = None


class BillSummary(NamedTuple):
    """The bill of one offer in brief; ``total`` counts the priced lines only."""

    kind: Literal["bill_summary"]
    offer: str
    as_of: datetime
    currency: str
    total: Decimal
    at_least: bool
    lines: list[BillLine]
    sources: list[str]
    notes: Annotated[tuple[str, ...], Sparse()] = ()


class GroupBrief(NamedTuple):
    """A group of requests; ``currency`` left out: no part of it has a price."""

    names: str
    requests: int
    low: Decimal
    high: Decimal
    at_least: bool
    currency: Annotated[str | None, Sparse()] = None


class TotalBrief(NamedTuple):
    """What all requests cost in one currency, at least and at most."""

    currency: str
    low: Decimal
    high: Decimal
    at_least: bool


class UsageSummary(NamedTuple):
    """Real usage in brief: its dearest groups."""

    kind: Literal["usage_summary"]
    first: date | None
    last: date | None
    requests: int
    failed: int
    totals: list[TotalBrief]
    groups: list[GroupBrief]
    unread: int
    questions: Annotated[tuple[str, ...], Sparse()] = ()
    notes: Annotated[tuple[str, ...], Sparse()] = ()


class MonthBrief(NamedTuple):
    """A month ahead; ``total`` left out: no bill can be made."""

    month: Annotated[date, Monthly()]
    volume: Annotated[Decimal | None, Sparse()]
    total: Annotated[Decimal | None, Sparse()]
    low: Annotated[Decimal | None, Sparse()]
    high: Annotated[Decimal | None, Sparse()]
    at_least: bool


class ForecastSummary(NamedTuple):
    """A forecast in brief. ``held``: the share of past months that was inside of its bands."""

    kind: Literal["forecast_summary"]
    workload: str
    stack: str
    currency: str
    as_of: date
    counts: str
    method: str | None
    error: Annotated[Decimal | None, Sparse()]
    held: Annotated[Decimal | None, Sparse()]
    months: list[MonthBrief]
    events: tuple[str, ...]
    notes: Annotated[tuple[str, ...], Sparse()] = ()


class StepBrief(NamedTuple):
    """A step of a bridge."""

    step: str
    amount: Decimal
    words: str


class ReconciliationSummary(NamedTuple):
    """A reconciliation in brief. ``off``: the share of the invoice that nothing explains."""

    kind: Literal["reconciliation_summary"]
    workload: str | None
    currency: str
    begin: date | None
    end: date | None
    planned: Annotated[Decimal | None, Sparse()]
    usage_at_list: Annotated[Decimal | None, Sparse()]
    expected: Annotated[Decimal | None, Sparse()]
    invoiced: Annotated[Decimal | None, Sparse()]
    passes: bool
    off: Annotated[Decimal | None, Sparse()]
    steps: list[StepBrief]
    not_mapped: Annotated[tuple[str, ...], Sparse()] = ()
    notes: Annotated[tuple[str, ...], Sparse()] = ()


Summary = (
    EstimateSummary
    | CompareSummary
    | CheckSummary
    | DiffSummary
    | BillSummary
    | UsageSummary
    | ForecastSummary
    | ReconciliationSummary
)
SUMMARIES: dict[str, type] = {
    "estimate": EstimateSummary,
    "comparison": CompareSummary,
    "check": CheckSummary,
    "diff": DiffSummary,
    "bill": BillSummary,
    "usage": UsageSummary,
    "forecast": ForecastSummary,
    "reconciliation": ReconciliationSummary,
}
"""The summary of each kind of document."""
