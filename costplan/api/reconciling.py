"""A plan, real usage and an invoice in, what lies between them out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from costplan.api.estimating import BESIDE, catalog_of, open_workload, with_places
from costplan.api.usage import Options, opened
from costplan.billing.book import Book
from costplan.billing.exchange import Exchange
from costplan.catalog.lookup import Catalog
from costplan.document.line import LineItem
from costplan.document.reconciliation import Billed, Compared, Reconciliation, Step
from costplan.document.usage import Question
from costplan.plan.bill.month import StackMonth
from costplan.plan.bill.settlement import billed_month
from costplan.plan.usage.reconcile import Taken, invoice_steps, plan_steps
from costplan.plan.usage.summary import Logged, logged_lines
from costplan.plan.usage.terms import in_currency, with_terms
from costplan.problems import BadUsage, InvalidInput, did_you_mean
from costplan.quantity import ONE, ZERO, grouped, scaled, settle, total
from costplan.store.files.shelves import open_catalog
from costplan.store.files.workloads import Opened
from costplan.store.traces.engine import Engine
from costplan.store.traces.invoices import PLAIN, Invoice, Reader
from costplan.weektime import days_in_month
from costplan.workload.model import Workload
from costplan.workload.solving import Rates, Solutions

__all__ = ["PLAIN", "Sides", "open_workload", "reconcile"]


class Sides(NamedTuple):
    """What is compared; at least two of them. ``stack``: of the workload, where it has several."""

    plan: Opened | None
    stack: str | None
    usage: Sequence[str]
    invoice: Sequence[str]


class Used(NamedTuple):
    """Real usage: lines by day, calls to models, its days, and what has no offer or price."""

    lines: list[Logged]
    calls: Decimal
    first: date | None
    last: date | None
    questions: tuple[Question, ...]
    notes: list[str]


class Planned(NamedTuple):
    """A stack's month as planned: its token lines and its calls to models."""

    workload: Workload
    stack: str
    lines: list[LineItem]
    calls: Decimal
    notes: list[str]


def reconcile(
    sides: Sides, options: Options, limit: Decimal, columns: Mapping[str, str]
) -> Reconciliation:
    """The bridges between what is given. ``columns``: of an invoice that is a table of one's own.

    Raises BadUsage where fewer than two sides are given, or they are of two currencies.
    """
    given = [sides.plan is not None, bool(sides.usage), bool(sides.invoice)]
    if sum(given) < 2:
        raise BadUsage(
            "a reconciliation has two sides at least",
            "of a workload, --usage SOURCE and --invoice FILE give two or three",
        )
    plan = sides.plan
    catalog = open_catalog(Path()) if plan is None else catalog_of(plan, BESIDE)
    used = _used(sides.usage, options, catalog) if sides.usage else None
    invoice = _invoice(sides.invoice, options, catalog, columns) if sides.invoice else None
    day = _day(used, invoice, options)
    planned = None
    if plan is not None:
        planned = with_places(plan, catalog, lambda ready: _planned(*ready, sides.stack, day))
    rates: list[str] = []
    if planned is not None:
        used, invoice, rates = _exchanged(planned.workload, used, invoice)
    currency = _currency(planned, used, invoice)
    document = _document(planned, used, invoice, currency, day, limit)
    return document._replace(notes=(*rates, *document.notes))


def _used(names: Sequence[str], options: Options, catalog: Catalog) -> Used:
    with opened(names, options._replace(by=("day",)), catalog) as read:
        cells = read.cells(["day"])
        lines = logged_lines(cells, read.entries, read.cut, options.day)
        unread = sum(sum(count.unread.values()) for count in read.counts)
        unread += sum(state.rows for state in read.states if state.what not in NO_FAULT)
        notes = [f"{unread:,} records of the usage could not be counted"] if unread else []
        if any(cell.low != cell.high for cell in cells):
            notes.append("the usage has lost the sizes of requests: its lower bound is compared")
        missing = {logged.line.price.offer for logged in lines if logged.line.amount is None}
        notes += [
            f"{name}: a price is missing, so the usage costs more" for name in sorted(missing)
        ]
        calls = Decimal(sum(cell.requests for cell in cells))
        return Used(lines, calls, read.first, read.last, tuple(read.questions), notes)


NO_FAULT = (None, "failed", "repeated")


def _invoice(
    names: Sequence[str], options: Options, catalog: Catalog, columns: Mapping[str, str]
) -> Invoice:
    with ExitStack() as stack:
        engine = Engine()
        stack.callback(engine.close)
        return Reader(catalog, options.mapping.invoice, columns).read(names, engine)


def _day(used: Used | None, invoice: Invoice | None, options: Options) -> date:
    """The day whose plan is compared: the first that is billed, else logged, else today."""
    begins = [line.begin for line in invoice.lines if line.begin is not None] if invoice else []
    if options.fixed:
        return options.day
    if begins:
        return min(begins)
    return used.first if used is not None and used.first is not None else options.day


def _planned(workload: Workload, catalog: Catalog, name: str | None, day: date) -> Planned:
    if name is None and len(workload.stack) > 1:
        raise BadUsage(
            "the workload has several stacks", "--stack names one of: " + ", ".join(workload.stack)
        )
    stack = name or next(iter(workload.stack))
    if stack not in workload.stack:
        hint = did_you_mean(stack, workload.stack) or "stacks: " + ", ".join(workload.stack)
        raise BadUsage(f"there is no stack '{stack}'", hint)
    solved = Solutions(workload).of(Rates.of(workload.stack[stack]))
    month = billed_month(StackMonth, workload, catalog, stack, solved, day, ONE, Book())
    if month.problems:
        raise InvalidInput(month.problems)
    tokens = [line for line in month.lines if line.component == "tokens"]
    others = [line for line in month.lines if line.component != "tokens"]
    cost = total(line.amount for line in others if line.amount is not None)
    notes = [f"{len(others)} other lines of the plan, {grouped(cost, 2)} a month"] if others else []
    roles = {line.role for line in tokens}
    calls = total(call.count for call in month.usage.model_calls if call.role in roles)
    return Planned(workload, stack, tokens, calls, notes)


def _exchanged(
    workload: Workload, used: Used | None, invoice: Invoice | None
) -> tuple[Used | None, Invoice | None, list[str]]:
    """Usage and invoice in the workload's currency, by its rates, and what these are.

    Raises BadUsage for a currency without a rate.
    """
    exchange = Exchange.of(workload)
    if used is not None:
        in_currency(
            [(logged.line, logged.currency) for logged in used.lines], exchange, "the usage"
        )
        lines = [logged._replace(currency=exchange.currency) for logged in used.lines]
        used = used._replace(lines=lines)
    if invoice is not None:
        invoice = invoice._replace(
            lines=[_billed_in(line, exchange) for line in invoice.lines],
            elsewhere=[_billed_in(line, exchange) for line in invoice.elsewhere],
        )
    return (
        used,
        invoice,
        [
            f"amounts in {rate.currency} {rate.words}, {rate.source}"
            for rate in exchange.used.values()
        ],
    )


def _billed_in(line: Billed, exchange: Exchange) -> Billed:
    amount = exchange.amount(line.amount, line.currency)
    if amount is None:
        assert line.currency is not None
        raise BadUsage(
            f"the invoice is in {line.currency}, the workload in {exchange.currency}",
            exchange.remedy(line.currency),
        )
    return line._replace(amount=amount, currency=exchange.currency)


def _currency(planned: Planned | None, used: Used | None, invoice: Invoice | None) -> str:
    currencies: dict[str, str] = {}
    if planned is not None:
        currencies.setdefault(planned.workload.currency, "the workload")
    for line in used.lines if used is not None else ():
        currencies.setdefault(line.currency, "the usage")
    for billed in invoice.lines if invoice is not None else ():
        if billed.currency is not None:
            currencies.setdefault(billed.currency, "the invoice")
    if len(currencies) > 1:
        said = ", ".join(f"{who} in {currency}" for currency, who in currencies.items())
        raise BadUsage(
            f"two currencies are not compared: {said}",
            "give a workload with its [exchange], or leave one of them out by [map]",
        )
    return next(iter(currencies), "USD")


def _document(
    planned: Planned | None,
    used: Used | None,
    invoice: Invoice | None,
    currency: str,
    day: date,
    limit: Decimal,
) -> Reconciliation:
    share, notes = _month_share(used) if planned is not None else (ONE, [])
    plan = _of_plan(planned, share) if planned is not None else []
    not_compared = list(planned.notes) if planned is not None else []
    steps: list[Step] = []
    taken = plan
    if used is not None:
        taken, agreed = _of_usage(used, planned, day)
        notes += [*used.notes, *agreed]
        if planned is not None:
            steps += plan_steps(plan, taken, (planned.calls * share, used.calls))
    listed, expected = (
        total(getattr(row, side) for row in taken) for side in ("listed", "expected")
    )
    if planned is not None:
        steps.append(Step("terms", expected - listed, ""))
    span = (
        None if used is None or used.first is None or used.last is None else (used.first, used.last)
    )
    lines: list[Compared] = []
    matched = None
    if invoice is not None:
        matched = invoice_steps(taken, invoice.lines, span)
        steps += matched.steps
        lines = matched.lines
        notes += matched.notes
        not_compared += _left_aside(invoice, used is not None and span is None)
    return Reconciliation(
        currency=currency,
        workload=None if planned is None else planned.workload.name,
        stack=None if planned is None else planned.stack,
        begin=span[0] if span else None,
        end=span[1] if span else None,
        planned=total(row.listed for row in plan) if planned is not None else None,
        usage_at_list=listed if used is not None else None,
        expected=expected,
        invoiced=None if invoice is None else total(line.amount for line in invoice.lines),
        steps=tuple(step for step in steps if step.amount or step.name == "unexplained"),
        lines=tuple(lines),
        not_mapped=() if matched is None else tuple(matched.not_mapped),
        gaps=() if matched is None else tuple(matched.gaps),
        questions=() if used is None else used.questions,
        limit=limit,
        not_compared=tuple(not_compared),
        notes=tuple(notes),
    )


def _left_aside(invoice: Invoice, timeless: bool) -> list[str]:
    """What of an invoice could not be asked. ``timeless``: the usage has no times."""
    said = []
    if invoice.unread:
        said.append(f"{invoice.unread:,} lines of the invoice that could not be read")
    if invoice.elsewhere:
        cost = total(line.amount for line in invoice.elsewhere)
        what = f"{len(invoice.elsewhere):,} lines of the invoice of other services"
        said.append(f"{what}, {grouped(cost, 2)}")
    if timeless:
        said.append("days: the usage has no times")
    return said


def _month_share(used: Used | None) -> tuple[Decimal, list[str]]:
    """How much of the plan's month the usage covers, by whole days; all of it where unknown."""
    if used is None or used.first is None or used.last is None:
        return ONE, []
    days = (used.last - used.first).days + 1
    month = days_in_month(used.first)
    if days == month:
        return ONE, []
    said = (
        f"the usage covers {days} days: the plan is taken for {days} of {month} days of its month"
    )
    return Decimal(days) / month, [said]


def _of_plan(planned: Planned, share: Decimal) -> list[Taken]:
    taken = []
    for line in planned.lines:
        if line.list_amount is not None and line.amount is not None:
            taken.append(
                Taken(
                    None,
                    line.price.offer,
                    line.price.charge,
                    line.quantity * share,
                    scaled(line.list_amount, share),
                    scaled(line.amount, share),
                )
            )
    return taken


def _of_usage(used: Used, planned: Planned | None, day: date) -> tuple[list[Taken], list[str]]:
    """Logged lines with what they cost after the workload's terms, each its part."""
    priced = [logged for logged in used.lines if logged.line.amount is not None]
    after: dict[int, Decimal] = {}
    added: list[LineItem] = []
    notes: list[str] = []
    if planned is not None:
        lines = [logged.line for logged in priced]
        agreed = with_terms(planned.workload, planned.stack, lines, day)
        added, notes = agreed.added, agreed.notes
    for at, logged in enumerate(priced):
        after[at] = logged.line.amount if logged.line.amount is not None else ZERO
    taken = [
        Taken(
            None if logged.day is None else date.fromisoformat(logged.day),
            logged.line.price.offer,
            logged.line.price.charge,
            logged.line.quantity,
            logged.line.list_amount or ZERO,
            settle(after[at]),
        )
        for at, logged in enumerate(priced)
    ]
    for line in added:
        price = line.price
        amount = line.amount or ZERO
        taken.append(Taken(None, price.offer, price.charge, line.quantity, ZERO, amount))
    return taken, notes
