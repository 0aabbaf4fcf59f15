"""Each stack's bill for the as-of month, and for each month of a longer horizon.

workload -> usage -> bindings -> lines of models, machines, offers, fixed costs -> Estimate
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from costplan.billing.book import Book
from costplan.billing.exchange import Exchange
from costplan.catalog.lookup import Catalog, Entry
from costplan.catalog.origin import is_old
from costplan.document.estimate import Component, Estimate, EstimateDocument
from costplan.document.line import Conversion, LineItem
from costplan.document.line_kinds import always_on
from costplan.document.month import Month
from costplan.facts import Fact, fact, texts, unique
from costplan.plan.bill.agreed import Agreed
from costplan.plan.bill.announced import announced, changing_days, last_day
from costplan.plan.bill.lifetimes import lifetimes
from costplan.plan.bill.month import LESS, TOO_MUCH, StackMonth
from costplan.plan.bill.reliability import reliability, verdicts_assumed
from costplan.plan.bill.settlement import agree, billed_month
from costplan.plan.bill.written import WrittenMonth
from costplan.problems import BadUsage, CostplanError, InvalidInput, Problem, did_you_mean
from costplan.quantity import LARGEST, ONE, ZERO, settle
from costplan.record import replace
from costplan.words import CATEGORIES, PURPOSES, STATED, purpose_of, several
from costplan.workload.model import Workload
from costplan.workload.solving import Rates, Solutions, Solved

if TYPE_CHECKING:
    from costplan.plan.bill.energy import Figures

ORDER = (*sorted(CATEGORIES, key=lambda category: PURPOSES.index(purpose_of(category))), "other")
ALWAYS_LEFT_OUT = ("taxes", "support", "egress")
"""Facts of every estimate."""


def estimate(
    workload: Workload,
    catalog: Catalog,
    as_of: date,
    stacks: str | Sequence[str] = (),
    solutions: Solutions | None = None,
    figures: Figures | None = None,
    book: Book | None = None,
) -> EstimateDocument:
    """The estimates of all stacks, or of the named ones. ``solutions`` of this workload and the
    ``book`` of this catalogue: for whoever has further use for them; ``figures``: where energy is
    looked up, if it is asked for.

    Raises InvalidInput with every problem of every estimated stack, each at its place in the
    workload file; BadUsage for an unknown stack.
    """
    names = several(stacks) or tuple(workload.stack)
    for name in names:
        if name not in workload.stack:
            hint = did_you_mean(name, workload.stack) or "stacks: " + ", ".join(workload.stack)
            raise BadUsage(f"there is no stack '{name}'", hint)
    solutions = solutions or Solutions(workload)
    problems: list[Problem] = []
    estimates: list[Estimate] = []
    used: dict[str, Entry] = {}
    rates: set[str] = set()
    book = book or Book()
    for name in names:
        planner = _Planner(solutions, catalog, name, book, figures)
        try:
            estimates.append(planner.with_announced(as_of))
        except InvalidInput as error:
            problems += error.problems
        used.update(planner.used)
        rates |= planner.rates.keys()
    if problems:
        raise InvalidInput(list(dict.fromkeys(problems)))
    if set(names) == set(workload.stack):
        _unmatched(workload, used, rates, estimates)
    return EstimateDocument(
        workload=workload.name,
        currency=workload.currency,
        as_of=as_of,
        priced_by=tuple((entry.item, entry.currency) for entry in used.values()),
        offers=sorted(used),
        estimates=estimates,
    )


def _unmatched(
    workload: Workload, used: Iterable[str], rates: Set[str], estimates: Sequence[Estimate]
) -> None:
    """Terms that nothing in any stack has to do with: a misspelt pattern, a rate not needed."""
    facts = [
        fact(code, table.offers)
        for code, tables in (
            ("nothing-to-discount", workload.discount),
            ("nothing-to-commit", workload.commitment),
            ("nothing-to-credit", workload.credit),
        )
        for table in tables
        if not any(table.matches(offer) for offer in used)
    ]
    facts += [fact("rate-not-used", key) for key in workload.exchange if key not in rates]
    for estimated in estimates:
        estimated.facts += unique(facts)


def estimate_scaled(
    solutions: Solutions, catalog: Catalog, as_of: date, stack: str, scale: Decimal
) -> Estimate:
    """One stack at ``scale`` times the workload's traffic. Raises as ``estimate``."""
    return _Planner(solutions, catalog, stack, Book()).estimate(as_of, scale)


class _Planner:
    def __init__(
        self,
        solutions: Solutions,
        catalog: Catalog,
        name: str,
        book: Book,
        figures: Figures | None = None,
    ) -> None:
        self.solutions, self.workload = solutions, solutions.workload
        self.catalog, self.book, self.figures = catalog, book, figures
        self.name, self.stack = name, self.workload.stack[name]
        self.used: dict[str, Entry] = {}
        self.rates: dict[str, Conversion] = {}

    def with_announced(self, as_of: date) -> Estimate:
        """The estimate with the prices that change soon. Raises as ``estimate``."""
        estimated = self.estimate(as_of)
        soon = list(self._announced(estimated, as_of))
        told = {(change.subject, change.values["since"]) for change in soon}
        estimated.facts = soon + [
            known
            for known in estimated.facts
            if known.code != "announced" or (known.subject, known.values["since"]) not in told
        ]
        return estimated

    def _announced(self, estimated: Estimate, as_of: date) -> Iterable[Fact]:
        """By the month as it is billed on the days on which a price changes, at today's discounts:
        those that end by then are no change of a price."""
        last = last_day(as_of, self.workload.horizon_months)
        days = changing_days(self.used.values(), as_of, last)
        if not days:
            return
        discounts = tuple(
            replace(each, since=None, until=None)
            for each in self.workload.discount
            if each.applies(self.name, as_of)
        )
        workload = replace(self.workload, discount=discounts)
        before, known = estimated.lines, as_of
        for day in days:
            given = (workload, self.catalog, self.name, self._solve(), day, ONE, self.book)
            try:
                month = billed_month(StackMonth, *given)
            except CostplanError:
                return
            if month.problems:
                return  # from then on there is no such bill, and today's is what was asked for
            yield from announced(before, month.lines, day, known)
            before, known = month.lines, day

    def estimate(self, as_of: date, scale: Decimal = ONE) -> Estimate:
        month, agreed = self._month(as_of, scale)
        workload = self.workload
        ends = lifetimes(self.used.values(), as_of, workload.horizon_months)
        estimated = Estimate(
            stack=self.name,
            requests=month.usage.requests,
            conversations=workload.traffic.requests_per_month if workload.conversation else None,
            seats=workload.observability.seats if workload.observability else None,
            components=_components(month.lines),
            facts=unique(
                [
                    *_traffic_assumptions(workload),
                    *_same_for_all(month.solved),
                    *month.solved.assumed,
                    *verdicts_assumed(self.solutions, Rates.of(self.stack), month.usage.requests),
                    *month.facts,
                    *(_rate_fact(rate) for rate in self.rates.values()),
                    *ends.later,
                    *agreed.facts,
                    *(end.fact for end in ends.ended),
                    *self._early_rates(as_of),
                    *self._one_offs(),
                    *map(fact, ALWAYS_LEFT_OUT),
                    *self._not_modelled(month.lines),
                    *_idle_unknown(month.lines),
                    *self._stale(month.lines, as_of),
                ]
            ),
            budget=workload.budget.most(self.name) if workload.budget else None,
            reliability=reliability(workload, month.solved, month.lines, month.usage.requests),
            commitments=agreed.commitments,
            ended=ends.ended,
        )
        if self.figures is not None:
            from costplan.plan.bill.energy import dearer_than_sold, energy_of  # few ask for it

            trusted = estimated.reliability.trusted if estimated.reliability else None
            estimated.energy = energy_of(month, self.figures, trusted)
            estimated.facts += dearer_than_sold(month, estimated.energy)
        if workload.horizon_months > 1:
            estimated.months = self._horizon(as_of, estimated)
        return estimated

    def _month(self, day: date, scale: Decimal) -> tuple[WrittenMonth, Agreed]:
        """A month with everything that was agreed. Raises InvalidInput."""
        workload = self.workload
        solved = self._solve()
        month = billed_month(
            WrittenMonth, workload, self.catalog, self.name, solved, day, scale, self.book
        )
        self.used.update(month.used)
        agreed = agree(workload, {self.name: month.lines}, day, month.exchange)
        self.rates.update(month.exchange.used)
        if month.problems or agreed.problems:
            raise InvalidInput([*month.problems, *agreed.problems])
        month.lines += agreed.lines
        return month, agreed

    def _solve(self) -> Solved:
        """The outcomes with this stack's models; solved once, months only change the traffic."""
        return self.solutions.of(Rates.of(self.stack))

    def _one_offs(self) -> Iterable[Fact]:
        """What is paid once has no place in a single month."""
        if self.workload.horizon_months > 1:
            return
        for fixed in self.workload.fixed:
            if fixed.one_off is not None and (not fixed.stacks or self.name in fixed.stacks):
                currency = self.workload.currency
                yield fact("paid-once", fixed.name, amount=fixed.one_off, currency=currency)
        for credit in self.workload.credit:
            if credit.one_time and (not credit.stacks or self.name in credit.stacks):
                currency = credit.currency or self.workload.currency
                yield fact("granted-once", credit.name, amount=credit.amount, currency=currency)

    def _not_modelled(self, lines: Sequence[LineItem]) -> Iterable[Fact]:
        solved = self._solve()
        if solved.missing:
            yield fact("reliability", reasons=texts(solved.missing))
            yield fact("outcomes")
        elif self.workload.human is None:
            yield fact("people")
        for part in ("observability", "runtime"):
            if getattr(self.workload, part) is None:
                roles = {line.role for line in lines if line.component == part}
                others = sorted(roles & self.stack.roles.keys())
                yield fact("part-of-roles", part, roles=others) if others else fact("part", part)
        if "orchestration" not in self.stack.roles:
            yield fact("orchestration")

    def _stale(self, lines: list[LineItem], as_of: date) -> Iterable[Fact]:
        limit, today = self.workload.stale_after_days, self.catalog.today
        yield from stale_prices(lines, as_of, limit, today)
        for key, rate in sorted(self.rates.items()):
            if is_old(rate.date, as_of, limit, today):
                yield fact("stale-rate", key, date=rate.date)

    def _early_rates(self, as_of: date) -> list[Fact]:
        """Rates of a day that has not come yet."""
        return [
            fact("rate-of-later", key, date=rate.date)
            for key, rate in self.rates.items()
            if rate.date > as_of
        ]

    def _horizon(self, as_of: date, first: Estimate) -> list[Month]:
        from costplan.plan.bill.account import Purse

        growth = 1 + self.workload.traffic.growth_per_month
        months = []
        scale = ONE
        purse = Purse(self.workload, Exchange.of(self.workload))
        for number in range(self.workload.horizon_months):
            if self.workload.traffic.requests_per_month * scale >= LARGEST:
                message = f"month {number + 1} has {self.workload.traffic.requests_per_month} x "
                message += f"{growth} ^ {number} requests: {TOO_MUCH}"
                raise InvalidInput([Problem(("traffic", "growth_per_month"), message, LESS)])
            day = later(as_of, number)
            month, _ = self._month(day, scale)
            months.append(
                Month(
                    month=day.replace(day=1),
                    requests=month.usage.requests,
                    recurring=sum((line.amount or ZERO for line in month.lines), ZERO),
                    one_off=sum(
                        (
                            settle(fixed.one_off)
                            for fixed in self.workload.fixed
                            if fixed.one_off is not None
                            and fixed.month == number + 1
                            and (not fixed.stacks or self.name in fixed.stacks)
                        ),
                        ZERO,
                    ),
                    at_least=any(line.amount is None for line in month.lines),
                    credits=purse.pay({self.name: month.lines}, month.grants, day),
                )
            )
            scale *= growth
        return months


def later(day: date, months: int) -> date:
    """The day ``months`` later: the first of that month, or the as-of day itself for 0."""
    if months == 0:
        return day
    number = day.year * 12 + day.month - 1 + months
    if number // 12 > date.max.year:
        raise BadUsage(f"a horizon of {months + 1} months from {day} ends after {date.max}")
    return date(number // 12, number % 12 + 1, 1)


def _components(lines: list[LineItem]) -> list[Component]:
    grouped_lines: dict[str, list[LineItem]] = {}
    for line in lines:
        grouped_lines.setdefault(line.component, []).append(line)
    rank: Callable[[str], int] = lambda name: ORDER.index(name) if name in ORDER else 99  # noqa: E731
    return [Component(name, grouped_lines[name]) for name in sorted(grouped_lines, key=rank)]


def stale_prices(lines: Iterable[LineItem], as_of: date, limit: int, today: date) -> Iterable[Fact]:
    """The published prices that were checked too long ago, or are of a day to come."""
    checked = {
        (line.price.offer, line.price.checked)
        for line in lines
        if line.price.confidence != STATED and is_old(line.price.checked, as_of, limit, today)
    }
    return (fact("stale-price", offer, checked=day) for offer, day in sorted(checked))


def _traffic_assumptions(workload: Workload) -> list[Fact]:
    return [fact("flat-traffic")] if workload.traffic.peak_to_mean is None else []


def _rate_fact(rate: Conversion) -> Fact:
    into, _, of = rate.unit.partition("/")
    values = {"rate": rate.rate, "source": rate.source, "date": rate.date}
    return fact("exchange-rate", rate.currency, of=of, into=into, **values)


def _idle_unknown(lines: list[LineItem]) -> Iterable[Fact]:
    """That of nodes and containers which are always on no part counts as idle."""
    offers = list(dict.fromkeys(line.price.offer for line in always_on(lines)))
    if offers:
        yield fact("idle-unknown", offers=offers)


def _same_for_all(solved: Solved) -> list[Fact]:
    if solved.outcomes is None or not solved.shared:
        return []
    return [fact("success-shared", steps=[f"'{name}'" for name in solved.shared])]
