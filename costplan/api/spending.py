"""Real usage of a workload's month, for a check of its budget."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from costplan.api.usage import Logs, Read, opened
from costplan.billing.book import Book
from costplan.catalog.lookup import Catalog
from costplan.document.line import LineItem
from costplan.facts import Fact, fact
from costplan.plan.bill.month import StackMonth
from costplan.plan.bill.settlement import billed_month
from costplan.plan.judge.spending import Doubt, Judged
from costplan.plan.usage.coverage import Coverage, Projection, covered, projected
from costplan.plan.usage.spending import Sides, Spent, spent
from costplan.plan.usage.summary import logged_lines
from costplan.problems import InvalidInput
from costplan.quantity import ONE
from costplan.store.traces.queries import Files
from costplan.store.traces.sources import SAMPLED
from costplan.workload.model import Workload
from costplan.workload.solving import Rates, Solutions

NO_FAULT = (None, "failed", "repeated")


def judged_month(logs: Logs, workload: Workload, stack: str, catalog: Catalog, day: date) -> Judged:
    """The month of ``day`` by what was logged up to that day, with what a reader must know of it.

    Raises BadUsage for what is no usage and for a currency without a rate.
    """
    with opened(logs.sources, logs.options._replace(by=("day",)), catalog) as read:
        coverage = covered(read.rows.hours(), read.first, read.last, day)
        doubts = list(_doubts(read, logs))
        if coverage is None:
            return Judged(stack, None, [*doubts, _timeless()], [])
        projection = projected(coverage, day)
        if projection.so_far is None:
            return Judged(stack, None, [*doubts, _nothing(coverage, projection)], [])
        cells = read.cells(["day"])
        lines = Sides(
            *(
                logged_lines(cells, read.entries, read.cut, logs.options.day, high=high)
                for high in (False, True)
            )
        )
        month = spent(
            workload,
            stack,
            lines,
            lambda: _others(workload, stack, catalog, day),
            projection,
            logs.sampling or ONE,
            day,
        )
        if not projection.known:
            remedy = "log one day from end to end"
            doubts.append(Doubt(fact("usage-no-whole-day"), remedy))
        active = {logged.day for logged in lines.low}
    facts = list(_facts(stack, workload.currency, month, coverage, day, active))
    return Judged(stack, month, doubts, facts)


def _others(workload: Workload, stack: str, catalog: Catalog, day: date) -> list[LineItem]:
    """The plan's lines that are no tokens, before commitments and credits. Raises InvalidInput."""
    solved = Solutions(workload).of(Rates.of(workload.stack[stack]))
    month = billed_month(StackMonth, workload, catalog, stack, solved, day, ONE, Book())
    if month.problems:
        raise InvalidInput(month.problems)
    return [line for line in month.lines if line.component != "tokens"]


def _doubts(read: Read[Files], logs: Logs) -> Iterable[Doubt]:
    kinds = {kind for count in read.counts for kind in count.source.split(", ")}
    sampled = sorted(kinds & set(SAMPLED))
    if sampled and logs.sampling is None:
        remedy = "--sampling 10% says what share was logged, --sampling 1 that all was"
        yield Doubt(fact("usage-sampled", sources=sampled), remedy)
    uncounted = sum(sum(count.unread.values()) for count in read.counts)
    uncounted += sum(
        state.rows if state.what not in NO_FAULT else state.timeless
        for state in read.states
        if state.what is None or state.what not in NO_FAULT
    )
    if uncounted:
        remedy = "'costplan usage' says why; mend them, or leave them out of the files"
        yield Doubt(fact("usage-uncounted", count=uncounted), remedy)
    if read.questions:
        first = read.questions[0]
        target = first.hints[0] if first.hints else "vendor/model"
        remedy = f'in a file for --map, below [map]: "{first.logged}" = "{target}"'
        models = [question.logged for question in read.questions]
        yield Doubt(fact("usage-questions", models=models), remedy, waits_for_price=True)


def _timeless() -> Doubt:
    return Doubt(fact("usage-timeless"), "--map time=COLUMN says where the time stands")


def _nothing(coverage: Coverage, projection: Projection) -> Doubt:
    return Doubt(
        fact(
            "usage-elsewhere",
            month=f"{projection.month:%Y-%m}",
            first=coverage.first,
            last=coverage.last,
        ),
        f"give its logs, or judge the month of the usage: --as-of {coverage.last}",
    )


def _facts(
    stack: str,
    currency: str,
    month: Spent,
    coverage: Coverage,
    day: date,
    active: set[str | None],
) -> Iterable[Fact]:
    """The month so far, its projection, and what either leaves out."""
    projection = month.projection
    so_far, window = projection.so_far, projection.window
    assert so_far is not None
    told = {"currency": currency, "first": projection.month, "last": so_far}
    if month.to_date.low == month.to_date.high:
        yield fact("used-so-far", stack, amount=month.to_date.low, **told)
    else:
        yield fact(
            "used-so-far-bounds", stack, low=month.to_date.low, high=month.to_date.high, **told
        )
    if projection.known:
        words = {
            "tokens": month.tokens.high,
            "others": month.others,
            "monthly": month.monthly.high,
            "currency": currency,
        }
        if window is None or not projection.remaining:
            yield fact("month-over", stack, **words)
        else:
            days = {"days": projection.window_days, "first": window[0], "last": window[1]}
            yield fact("month-projected", stack, **words, **days)
            if projection.window_days < 7:
                yield fact("part-of-week", stack, days=projection.window_days)
            silent = _silent(window, active)
            if silent:
                yield fact("days-silent", stack, days=silent)
    if projection.unlogged:
        yield fact("days-unlogged", stack, first=coverage.first, days=projection.unlogged)
    if coverage.last > day:
        yield fact("days-to-come", stack, last=coverage.last, day=day)
    elif (day - coverage.last).days > 1:
        yield fact("usage-ends", stack, last=coverage.last)


def _silent(window: tuple[date, date], active: set[str | None]) -> int:
    days = range(window[0].toordinal(), window[1].toordinal() + 1)
    return sum(date.fromordinal(number).isoformat() not in active for number in days)
