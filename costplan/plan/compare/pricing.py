"""Ways to serve a workload, each billed exactly: a way is a workload, an option is its bill."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from costplan.catalog.lookup import Catalog
from costplan.document.options import Option
from costplan.outcomes.places import Turns
from costplan.plan.bill.priced import Evaluator, Totals, outcome_of
from costplan.problems import InvalidInput
from costplan.quantity import ONE, ZERO, settle, twelve_digits
from costplan.record import replace
from costplan.workload.latency import latency
from costplan.workload.model import Stack, Workload
from costplan.workload.solving import (
    DEFAULT_VERDICT_RHO,
    Rates,
    Solutions,
    Solved,
)

if TYPE_CHECKING:
    from costplan.billing.reserved import Reserved
    from costplan.plan.bill.energy import Figures


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """A workload that serves the same requests. ``kind`` and ``whole_runs`` as of an ``Option``;
    ``workload`` None: it is not modelled, for ``reason``. ``ceiling``: what it cannot pass at any
    size."""

    name: str
    kind: str
    workload: Workload | None
    reason: str | None = None
    ceiling: Decimal | None = None
    whole_runs: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Billed:
    """A way and what it comes to."""

    way: Way
    option: Option


def without_people(solved: Solved) -> Solved:
    """The same requests where nobody takes the cases: they end loudly, without an answer."""
    outcomes = solved.outcomes
    if outcomes is None:
        return solved
    lost = replace(
        outcomes, human_right=0.0, human_wrong=0.0, aborted=outcomes.aborted + outcomes.escalated
    )
    return replace(solved, outcomes=lost, visits=replace(solved.visits, cases=ZERO))


class Unmanned(Solutions):
    """Of a workload whose steps were solved with people: nothing before a case changes."""

    def __init__(self, workload: Workload, manned: Solutions) -> None:
        super().__init__(workload, rates_of=manned._rates_of)
        self._manned = manned
        self._alone: dict[int, tuple[Solved, Solved]] = {}
        """By the id of what was solved with people: that, and the same without them."""

    def of(self, rates: Rates, verdict_rho: float = DEFAULT_VERDICT_RHO) -> Solved:
        solved = self._manned.of(rates, verdict_rho)
        if id(solved) not in self._alone:
            self._alone[id(solved)] = solved, without_people(solved)
        return self._alone[id(solved)][1]


class Pricer:
    """Bills ways by one catalogue on one day, and solves each graph once for all stacks."""

    def __init__(self, catalog: Catalog, as_of: date, figures: Figures | None = None) -> None:
        self.evaluator = Evaluator(catalog, as_of, figures)
        self.catalog, self.as_of = catalog, as_of
        self._solutions: dict[int, Solutions] = {}
        self._graphs: dict[tuple[int, object, int], Solutions] = {}
        self._manned: dict[int, Solutions] = {}
        self._turns = Turns()
        self._rates: dict[int, tuple[Stack, Rates]] = {}
        self.bills = 0

    def solutions(self, workload: Workload) -> Solutions:
        """The workload's solutions; workloads that differ in stacks and prices alone share them."""
        known = self._solutions.get(id(workload))
        if known is None:
            people = workload.human.success if workload.human else None
            graph = (id(workload.step), people, id(workload.vote))
            known = Solutions(workload, self._graphs.get(graph), self._turns, self._rates_of)
            if people is None:
                manned = self._manned.get(id(workload.step))
                known = Unmanned(workload, manned) if manned is not None else known
            else:
                self._manned.setdefault(id(workload.step), known)
            self._graphs.setdefault(graph, known)
            self._solutions[id(workload)] = known
        return known

    def _rates_of(self, stack: Stack) -> Rates:
        if id(stack) not in self._rates:
            self._rates[id(stack)] = stack, Rates.of(stack)
        return self._rates[id(stack)][1]

    def solved(self, workload: Workload, stack: str) -> Solved:
        """What becomes of the requests with a stack's models. Raises InvalidInput."""
        return self.solutions(workload).of_stack(stack)

    def trusted(self, workload: Workload, stack: str) -> Decimal | None:
        """The share of right answers, as an estimate says it; None where it is not modelled."""
        outcome = outcome_of(self.solved(workload, stack))
        return None if outcome is None else outcome.trusted

    def totals(self, workload: Workload, stack: str, scale: Decimal = ONE) -> Totals:
        """The month's totals. Raises InvalidInput where the stack cannot be billed so."""
        self.bills += 1
        return self.evaluator.total(self.solutions(workload), stack, scale)

    def _kwh(self, name: str, workload: Workload, stack: str) -> Decimal | None:
        if _bought_as_money(name, workload):
            return None
        return self.evaluator.kwh(self.solutions(workload), stack)

    def reserved(self, workload: Workload, stack: str) -> list[Reserved]:
        """The reserved throughput of a stack. Raises InvalidInput where it cannot be billed."""
        month, _ = self.evaluator.month(self.solutions(workload), stack)
        return month.reserved

    def bill(self, way: Way, stack: str) -> Billed:
        """The way's option: without an amount, and with the reason, where it cannot be billed."""
        return Billed(way, self.option(way, stack))

    def option(self, way: Way, stack: str, scale: Decimal = ONE, *, timed: bool = True) -> Option:
        """The way's option; ``timed``: how long a request takes is in it."""
        if way.workload is None:
            return _unpriced(way, way.reason)
        try:
            totals = self.totals(way.workload, stack, scale)
        except InvalidInput as error:
            return _unpriced(way, f"not sold so: {_first(error)}")
        outgrown = self._outgrown(way.workload, stack) if scale == ONE else None
        if outgrown is not None:
            return _unpriced(way, outgrown)
        option = Option(
            name=way.name,
            kind=way.kind,
            monthly=totals.monthly,
            reliability=None,
            reason=way.reason,
            ceiling=way.ceiling,
            whole_runs=way.whole_runs,
            by_purpose=dict(totals.by_purpose),
            at_least=totals.at_least,
            loss=loss(way.workload, totals),
            kwh=self._kwh(way.name, way.workload, stack) if scale == ONE else None,
        )
        outcome = totals.outcome
        if outcome is not None:
            option.reliability, option.silent = outcome.trusted, outcome.silent
            option.cases, option.aborted = outcome.cases, outcome.aborted or None
        if timed:
            self.time(option, way.workload, stack)
        return option

    def _outgrown(self, workload: Workload, stack: str) -> str | None:
        """Why a way that is sold today is refused as a file of its own: the first month of the
        horizon in which traffic that grows passes a limit of its plan. The last month is asked
        first, for most plans hold it."""
        growth, months = ONE + workload.traffic.growth_per_month, workload.horizon_months
        if months == 1 or growth <= 1:
            return None
        if self._refusal(workload, stack, growth ** (months - 1)) is None:
            return None
        for month in range(2, months + 1):
            refusal = self._refusal(workload, stack, growth ** (month - 1))
            if refusal is not None:
                return f"not sold so in month {month}: {refusal}"
        return None

    def _refusal(self, workload: Workload, stack: str, scale: Decimal) -> str | None:
        try:
            self.totals(workload, stack, scale)
        except InvalidInput as error:
            return _first(error)
        return None

    def time(self, option: Option, workload: Workload, stack: str) -> None:
        """Tells an option how long a request of its workload takes, where that is known."""
        took = latency(workload, workload.stack[stack], self.solved(workload, stack))
        if took is not None:
            option.seconds = twelve_digits(took.mean)
            option.seconds_p95 = None if took.p95 is None else twelve_digits(took.p95)


def _bought_as_money(way: str, workload: Workload) -> bool:
    """Whether a way buys capacity as a sum: what it draws is then not known."""
    name = way.removesuffix(", unchecked")
    return any(fixed.name == name for fixed in workload.fixed)


def wrong_answers(workload: Workload, requests: Decimal) -> Decimal:
    """What a month's requests would lose if every answer were wrong; 0 where nobody says."""
    stated = workload.target.loss_per_wrong_answer if workload.target else None
    return (stated or ZERO) * requests


def loss(workload: Workload, totals: Totals) -> Decimal | None:
    """What a month's wrong answers and requests without one cost the business; None where the
    workload states neither, or where nobody knows how many there are."""
    target = workload.target
    stated = target and (target.loss_per_wrong_answer, target.loss_per_aborted_request)
    if not stated or stated == (None, None) or totals.outcome is None:
        return None
    wrong = stated[0] or ZERO
    aborted = wrong if stated[1] is None else stated[1]  # or it would pay to answer nobody
    shares = wrong * totals.outcome.silent + aborted * totals.outcome.aborted
    return settle(shares * totals.requests)


def _unpriced(way: Way, reason: str | None) -> Option:
    return Option(name=way.name, kind=way.kind, monthly=None, reliability=None, reason=reason)


def _first(error: InvalidInput) -> str:
    return error.problems[0].message


def least(
    options: Iterable[Option],
    reliability: Decimal | None,
    seconds: Decimal | None,
    *,
    wrong_answers: bool = True,
) -> Option | None:
    """The option that reaches what is asked for the least; of equals the first.

    What wrong answers cost counts unless ``wrong_answers`` is false. An option with a missing price
    is dearer than it says, so any other goes before it.
    """
    able = [
        option
        for option in options
        if option.whole is not None and option.reaches(reliability, seconds)
    ]
    return min(
        able,
        key=lambda option: (option.at_least, option.whole if wrong_answers else option.monthly),
        default=None,
    )


def cheapest(
    ways: Sequence[Billed], reliability: Decimal | None, seconds: Decimal | None
) -> Billed | None:
    """The way whose option is the ``least``."""
    best = least([way.option for way in ways], reliability, seconds)
    return next((way for way in ways if way.option is best), None)
