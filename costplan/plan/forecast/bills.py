"""A stack's bill for each month ahead: exact, at that month's volume and prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from costplan.billing.exchange import Exchange
from costplan.catalog.lookup import Catalog
from costplan.document.line import LineItem
from costplan.document.month import Commitment
from costplan.plan.bill.account import Purse
from costplan.plan.bill.month import TOO_MUCH
from costplan.plan.bill.priced import Evaluator, outcome_of, summed
from costplan.problems import InvalidInput
from costplan.quantity import LARGEST, settle, total
from costplan.workload.model import Workload
from costplan.workload.solving import Solutions


class MonthBill(NamedTuple):
    """A month's bill. ``total`` None: it cannot be made, for ``reason``. ``offers``: by role what
    serves it; ``components``: money by component."""

    day: date
    total: Decimal | None
    at_least: bool = False
    reason: str | None = None
    lines: Sequence[LineItem] = ()
    offers: Mapping[str, str] = {}
    components: Mapping[str, Decimal] = {}
    commitments: Sequence[Commitment] = ()


class Planned(NamedTuple):
    """What the plan costs a month, and how many calls to models it makes a request."""

    total: Decimal
    calls: float


class Bills:
    """Bills of one stack at rising days: what is granted once is used up from month to month."""

    def __init__(self, workload: Workload, catalog: Catalog, stack: str, as_of: date) -> None:
        self.workload, self.catalog, self.stack, self.as_of = workload, catalog, stack, as_of
        self.solutions = Solutions(workload)
        self.evaluators: dict[date, Evaluator] = {}

    def as_planned(self) -> Planned:
        """The plan as it stands, on the as-of day. Raises InvalidInput where it has no bill."""
        month, agreed = Evaluator(self.catalog, self.as_of).month(self.solutions, self.stack)
        lines = [*month.lines, *agreed.lines]
        calls = total(call.count for call in month.usage.model_calls if call.job is None)
        traffic = self.workload.traffic.requests_per_month
        return Planned(
            total(line.amount for line in lines if line.amount is not None),
            float(calls / traffic) if traffic else 0.0,
        )

    def path(self, days: Sequence[date], scales: Sequence[Decimal | None]) -> list[MonthBill]:
        """A bill a day, each at ``scale`` times the workload's traffic; None is no volume, and no
        bill."""
        purse = Purse(self.workload, Exchange.of(self.workload))
        return [self._month(day, scale, purse) for day, scale in zip(days, scales, strict=True)]

    def _month(self, day: date, scale: Decimal | None, purse: Purse) -> MonthBill:
        traffic = self.workload.traffic.requests_per_month
        if scale is None or traffic * scale >= LARGEST:
            return MonthBill(day, None, reason=TOO_MUCH)
        evaluator = self.evaluators.setdefault(day, Evaluator(self.catalog, day))
        try:
            month, agreed = evaluator.month(self.solutions, self.stack, scale)
        except InvalidInput as error:
            said = "; ".join(dict.fromkeys(problem.message for problem in error.problems))
            return MonthBill(day, None, reason=said)
        lines = [*month.lines, *agreed.lines]
        totals = summed(lines, month.usage.requests, outcome_of(month.solved))
        once = total(
            settle(fixed.one_off)
            for fixed in self.workload.fixed
            if fixed.one_off is not None
            and fixed.month == self._number(day)
            and (not fixed.stacks or self.stack in fixed.stacks)
        )
        paid = purse.pay({self.stack: lines}, month.grants, day)
        return MonthBill(
            day,
            totals.monthly + once - paid,
            totals.at_least,
            None,
            lines,
            {role: bound.entry.id for role, bound in month.bindings.bound.items()},
            totals.by_component,
            agreed.commitments,
        )

    def _number(self, day: date) -> int:
        """The month of the horizon that a day is in, the as-of day's being 1."""
        return (day.year - self.as_of.year) * 12 + day.month - self.as_of.month + 1
