"""Exact totals of many variants of a workload: what ``estimate`` sums, without its words.

An evaluator keeps what no variant changes (entries, tariffs, compiled offers), each by what it
depends on. A total is an estimate's own to the last digit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from costplan.billing.book import Book, Same
from costplan.catalog.lookup import Catalog
from costplan.document.line import LineItem
from costplan.plan.bill.agreed import Agreed
from costplan.plan.bill.kept import KeptMonth
from costplan.plan.bill.month import StackMonth
from costplan.plan.bill.settlement import agree, billed_month
from costplan.problems import BadUsage, InvalidInput, did_you_mean
from costplan.quantity import ONE, ZERO, plus, total, twelve_digits
from costplan.words import PURPOSES
from costplan.workload.solving import Solutions, Solved

if TYPE_CHECKING:
    from costplan.plan.bill.energy import Figures


class Outcome(NamedTuple):
    """What becomes of requests, each as a share of them, at 12 digits.

    ``trusted``: right, by the machine or by a person; ``silent``: wrong and delivered as if right;
    ``cases``: those that a person handles, whatever comes of them.
    """

    trusted: Decimal
    silent: Decimal
    aborted: Decimal
    cases: Decimal


class Totals(NamedTuple):
    """A stack's month in the workload's currency: sums of its lines, and what they leave out.

    ``by_purpose`` names every purpose. ``unpriced``: offer and charge of each line without a price;
    ``at_least``: there is one, so that the true total is higher. ``outcome`` None: reliability is
    not modelled, and each step runs once.
    """

    requests: Decimal
    monthly: Decimal
    fixed: Decimal
    variable: Decimal
    by_purpose: Mapping[str, Decimal]
    unpriced: tuple[tuple[str, str], ...]
    outcome: Outcome | None
    lines: Sequence[LineItem]

    @property
    def at_least(self) -> bool:
        return bool(self.unpriced)

    @property
    def by_component(self) -> Mapping[str, Decimal]:
        """The sum of each component that has lines."""
        sums: dict[str, Decimal] = {}
        for line in self.lines:
            sums[line.component] = plus(sums.get(line.component, ZERO), line.amount or ZERO)
        return sums


class Evaluator:
    """Totals on one day by one catalogue, of any workload's stacks. ``figures``: where energy is
    looked up, if it is asked for."""

    def __init__(self, catalog: Catalog, as_of: date, figures: Figures | None = None) -> None:
        self.catalog, self.figures = catalog, figures
        self.as_of = as_of
        self.book = Book()

    def total(self, solutions: Solutions, stack: str, scale: Decimal = ONE) -> Totals:
        """The totals of a stack at ``scale`` times the traffic of ``solutions.workload``.

        Raises InvalidInput with the problems of a stack that cannot be billed (as ``estimate``
        does), such as a gate or a plan's limit, BadUsage for a stack that the workload has not.
        """
        month, agreed = self.month(solutions, stack, scale)
        solved = month.solved
        outcome = self.book.keep("outcome", Same(solved), lambda: [outcome_of(solved)])[0]
        return summed([*month.lines, *agreed.lines], month.usage.requests, outcome)

    def kwh(self, solutions: Solutions, stack: str) -> Decimal | None:
        """The likely kWh of a month as ``total`` bills it; None where a part has no figure."""
        if self.figures is None or solutions.workload.energy is None:
            return None
        from costplan.plan.bill.energy import energy_of  # few ask for it

        month, _ = self.month(solutions, stack)
        energy = energy_of(month, self.figures, None)
        if energy is None or any(part.kwh is None for part in energy.parts):
            return None
        return ZERO if energy.kwh is None else energy.kwh.likely

    def month(
        self, solutions: Solutions, stack: str, scale: Decimal = ONE
    ) -> tuple[StackMonth, Agreed]:
        """A stack's month, and what the account's terms add to its lines. Raises as ``total``."""
        workload = solutions.workload
        if stack not in workload.stack:
            hint = did_you_mean(stack, workload.stack) or "stacks: " + ", ".join(workload.stack)
            raise BadUsage(f"there is no stack '{stack}'", hint)
        solved = solutions.of_stack(stack)
        month = billed_month(
            KeptMonth, workload, self.catalog, stack, solved, self.as_of, scale, self.book
        )
        agreed = agree(workload, {stack: month.lines}, self.as_of, month.exchange)
        if month.problems or agreed.problems:
            raise InvalidInput([*month.problems, *agreed.problems])
        return month, agreed


def summed(lines: Sequence[LineItem], requests: Decimal, outcome: Outcome | None) -> Totals:
    """The totals of a month's lines."""
    sums: dict[tuple[str, bool], Decimal] = {}
    unpriced: list[tuple[str, str]] = []
    for line in lines:
        if line.amount is None:
            unpriced.append((line.price.offer, line.price.charge))
            continue
        key = (line.purpose, line.fixed)
        sums[key] = plus(sums.get(key, ZERO), line.amount)
    purposes: dict[str, Decimal] = dict.fromkeys(PURPOSES, ZERO)
    for (purpose, _), amount in sums.items():
        purposes[purpose] = plus(purposes[purpose], amount)
    stays = total(amount for (_, fixed), amount in sums.items() if fixed)
    moves = total(amount for (_, fixed), amount in sums.items() if not fixed)
    return Totals(
        requests, plus(stays, moves), stays, moves, purposes, tuple(unpriced), outcome, lines
    )


def outcome_of(solved: Solved) -> Outcome | None:
    """The shares of a solved graph; None where reliability is not modelled."""
    outcomes = solved.outcomes
    if outcomes is None:
        return None
    return Outcome(
        trusted=twelve_digits(outcomes.delivered_right) + twelve_digits(outcomes.human_right),
        silent=twelve_digits(outcomes.delivered_wrong) + twelve_digits(outcomes.human_wrong),
        aborted=twelve_digits(outcomes.aborted),
        cases=solved.visits.cases,
    )
