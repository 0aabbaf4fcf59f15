"""Exact totals of many variants of a workload: what ``estimate`` sums, without its words.

An evaluator keeps what no variant changes (entries, tariffs, compiled offers), each by what it
depends on. A total is an estimate's own to the last digit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from costplan.billing.book import Book
from costplan.catalog.lookup import Catalog
from costplan.document.line import LineItem
from costplan.plan.bill.kept import KeptMonth
from costplan.plan.bill.month import StackMonth
from costplan.plan.bill.settlement import Agreed, agree, billed_month
from costplan.problems import BadUsage, InvalidInput, did_you_mean
from costplan.quantity import ONE, ZERO, total, twelve_digits
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


@dataclass(frozen=True, slots=True)
class Totals:
    """A stack's month in the workload's currency: sums of its lines, and what they leave out.

    ``at_least``: a price is unknown, so that the true total is higher; ``unpriced``: offer and
    charge of each line without one. ``by_purpose`` names every purpose, ``by_component`` those that
    have lines. ``outcome`` None: reliability is not modelled, and each step runs once.
    """

    requests: Decimal
    monthly: Decimal
    fixed: Decimal
    variable: Decimal
    by_purpose: Mapping[str, Decimal]
    by_component: Mapping[str, Decimal]
    unpriced: tuple[tuple[str, str], ...]
    outcome: Outcome | None

    @property
    def at_least(self) -> bool:
        return bool(self.unpriced)


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
        return summed([*month.lines, *agreed.lines], month.usage.requests, month.solved)

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


def summed(lines: Iterable[LineItem], requests: Decimal, solved: Solved) -> Totals:
    """The totals of a month's lines."""
    fixed: list[Decimal] = []
    variable: list[Decimal] = []
    purposes: dict[str, list[Decimal]] = {}
    components: dict[str, list[Decimal]] = {}
    unpriced: list[tuple[str, str]] = []
    for line in lines:
        purpose = purposes.setdefault(line.purpose, [])
        component = components.setdefault(line.component, [])
        if line.amount is None:
            unpriced.append((line.price.offer, line.price.charge))
            continue
        (fixed if line.fixed else variable).append(line.amount)
        purpose.append(line.amount)
        component.append(line.amount)
    stays, moves = total(fixed), total(variable)
    return Totals(
        requests=requests,
        monthly=total((stays, moves)),
        fixed=stays,
        variable=moves,
        by_purpose={name: total(purposes.get(name, ())) for name in PURPOSES},
        by_component={name: total(amounts) for name, amounts in components.items()},
        unpriced=tuple(unpriced),
        outcome=outcome_of(solved),
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
