"""A stack's bill under the terms of the whole account: bands, commitments, credits.

Vendors' own floors, fees and credits are in the lines already, and so are percents negotiated off a
charge. Everything here counts the month's lines together, in the workload's currency, and none of
it depends on the order of the tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Protocol, TypeVar

from costplan.billing.adjustments import Grant
from costplan.billing.book import Book
from costplan.billing.commitments import draw_commitment, unused_line
from costplan.billing.credits import Group, Ledger, counting, credit_lines, in_order
from costplan.billing.discounts import Discounts, band_share
from costplan.billing.exchange import Exchange
from costplan.catalog.lookup import Catalog, Entry
from costplan.catalog.offer import Offer
from costplan.document.line import LineItem
from costplan.document.month import Commitment as Drawn
from costplan.facts import Fact, fact
from costplan.plan.bill.month import StackMonth
from costplan.problems import Problem
from costplan.quantity import ZERO, total
from costplan.words import WORKLOAD
from costplan.workload.contract import Band, Commitment, Discount, Scope
from costplan.workload.model import Workload
from costplan.workload.solving import Solved

Kind = TypeVar("Kind", bound=StackMonth, covariant=True)
Parts = Mapping[str, list[LineItem]]
"""Lines by the stack that they belong to: one stack, or those that a mix shares traffic between."""


class Made(Protocol[Kind]):
    """How a month is made: money alone, or with its words."""

    def __call__(
        self,
        workload: Workload,
        catalog: Catalog,
        name: str,
        solved: Solved,
        day: date,
        scale: Decimal,
        discounts: Discounts,
        book: Book,
        /,
    ) -> Kind: ...


def billed_month(
    make: Made[Kind],
    workload: Workload,
    catalog: Catalog,
    name: str,
    solved: Solved,
    day: date,
    scale: Decimal,
    book: Book,
) -> Kind:
    """A stack's month with every discount, before commitments and credits.

    Bands ask for the month's list spend first: the month is then billed a second time.
    """
    discounts = Discounts(workload.discount, name, day)
    month = make(workload, catalog, name, solved, day, scale, discounts, book).bill()
    if not discounts.with_bands or month.problems:
        return month
    shares: dict[int, Decimal] = {}
    facts: list[Fact] = []
    for at, table in discounts.with_bands.items():
        bands = bands_of(table, month.exchange)
        if bands is None:
            month.problems.append(no_rate_of_bands(at, table, month.exchange))
            return month
        spend = _list_spend(table, month.lines, month.used)
        shares[at] = band_share(bands, spend, table.mode)
        if not spend:
            continue
        facts.append(fact("band", table.offers, spend=spend, percent=shares[at] * 100))
    discounts = Discounts(workload.discount, name, day, shares)
    month = make(workload, catalog, name, solved, day, scale, discounts, book).bill()
    month.tell(facts)
    return month


def bands_of(table: Discount, exchange: Exchange) -> list[Band] | None:
    """Bands with their edges in the workload's currency; None where no rate is stated."""
    bands = []
    for band in table.bands:
        edge = None if band.up_to is None else exchange.amount(band.up_to, table.currency)
        if edge is None and band.up_to is not None:
            return None
        bands.append(Band(up_to=edge, percent=band.percent))
    return bands


def no_rate_of_bands(at: int, table: Discount, exchange: Exchange) -> Problem:
    """What ``bands_of`` found no rate for, at its place in the workload."""
    return _no_rate(("discount", at, "currency"), table.currency, exchange)


def _list_spend(table: Scope, lines: Sequence[LineItem], used: Mapping[str, Entry]) -> Decimal:
    """What the matched charges cost at list, the vendor's caps, floors and credits left out."""
    amounts = []
    for line in lines:
        entry = used.get(line.price.offer)
        if entry is None or not table.counts(entry.id, line.price.charge):
            continue
        item = entry.item
        own = {charge.id for charge in item.charge} if isinstance(item, Offer) else None
        if own is None or line.price.charge in own:
            amounts.append(line.list_amount or ZERO)
    return total(amounts)


def _no_rate(path: tuple[str | int, ...], currency: str | None, exchange: Exchange) -> Problem:
    code = currency or exchange.currency
    message = f"this is in {code}, the workload in {exchange.currency}"
    return Problem(path, message, exchange.remedy(code))


@dataclass(slots=True, repr=False, eq=False)
class Agreed:
    """What commitments and credits add to the lines they count."""

    lines: list[LineItem] = field(default_factory=list)
    commitments: list[Drawn] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def agree(workload: Workload, parts: Parts, day: date, exchange: Exchange) -> Agreed:
    """Commitments, then monthly credits, over the lines of ``parts``, changed in place."""
    agreed = Agreed()
    if workload.commitment:
        _commitments(workload, parts, day, exchange, agreed)
    if workload.credit:
        _credits(workload, parts, day, exchange, agreed)
    return agreed


def without_terms(workload: Workload) -> Workload:
    """The workload with nothing promised and nothing granted."""
    return replace(workload, commitment=(), credit=())


def _commitments(
    workload: Workload, parts: Parts, day: date, exchange: Exchange, agreed: Agreed
) -> None:
    counted, unknown = _counted(workload.commitment, parts, day, agreed.problems)
    order = sorted(counted, key=lambda at: workload.commitment[at].name)
    for at in order:
        terms = workload.commitment[at]
        monthly = exchange.amount(terms.monthly, terms.currency)
        if monthly is None:
            path = ("commitment", at, "currency")
            agreed.problems.append(_no_rate(path, terms.currency, exchange))
            continue
        drawn = draw_commitment(terms, monthly, counted[at])
        agreed.commitments.append(drawn)
        line = unused_line(drawn, counted[at], day)
        if line is not None:
            agreed.lines.append(line)
        agreed.facts.append(_drawn_fact(drawn, bool(counted[at])))
        if at in unknown:
            agreed.facts.append(fact("commitment-price-missing", terms.name))


def _counted(
    tables: Sequence[Commitment], parts: Parts, day: date, problems: list[Problem]
) -> tuple[dict[int, list[LineItem]], set[int]]:
    """The lines that count against each commitment in force, and where one has no price.

    A line counts once: for the narrowest commitment that matches it.
    """
    counted: dict[int, list[LineItem]] = {
        at: []
        for at, table in enumerate(tables)
        if any(table.applies(stack, day) for stack in parts)
    }
    unknown: set[int] = set()
    for stack, lines in parts.items():
        for line in lines:
            if line.price.offer == WORKLOAD:
                continue
            fitting = [
                at
                for at in counted
                if tables[at].applies(stack, day)
                and tables[at].counts(line.price.offer, line.price.charge)
            ]
            if not fitting:
                continue
            narrow = max(tables[at].narrowness for at in fitting)
            first, *others = [at for at in fitting if tables[at].narrowness == narrow]
            if others:
                names = " and ".join(f"'{tables[at].name}'" for at in (first, *others))
                problems.append(
                    Problem(
                        ("commitment", others[-1], "offers"),
                        f"{names} both count {line.price.offer}",
                        "spending counts once: make one of them narrower",
                    )
                )
            counted[first].append(line)
            if line.amount is None:
                unknown.add(first)
    return counted, unknown


def _drawn_fact(drawn: Drawn, any_lines: bool) -> Fact:
    values = {"covered": drawn.covered, "monthly": drawn.monthly, "unused": drawn.unused}
    if not any_lines:
        return fact("commitment-idle", drawn.name, **values)
    if drawn.overage:
        return fact("commitment-exceeded", drawn.name, **values, overage=drawn.overage)
    return fact("commitment", drawn.name, **values)


def _credits(
    workload: Workload, parts: Parts, day: date, exchange: Exchange, agreed: Agreed
) -> None:
    for at, terms in enumerate(workload.credit):
        if exchange.amount(terms.amount, terms.currency) is None:
            path = ("credit", at, "currency")
            agreed.problems.append(_no_rate(path, terms.currency, exchange))
    ledger = Ledger(parts)
    for terms in in_order([credit for credit in workload.credit if not credit.one_time]):
        granted = exchange.amount(terms.amount, terms.currency)
        if granted is None or not any(terms.applies(stack, day) for stack in parts):
            continue
        counts = counting(terms, parts, day)
        if not any(counts(group) for group in ledger.left):
            continue
        paid = ledger.draw(counts, granted)
        agreed.lines += credit_lines(terms.name, granted, paid, day)
        used = total(paid.values())
        agreed.facts.append(fact("credit", terms.name, used=used, granted=granted))


class Purse:
    """One-time credits over the months of a horizon: granted once, drawn until used up or expired.

    The vendors' own come first, then the workload's.
    """

    def __init__(self, workload: Workload, exchange: Exchange) -> None:
        self.credits = in_order([credit for credit in workload.credit if credit.one_time])
        self.exchange = exchange
        self.left: dict[tuple[str, ...], Decimal] = {}

    def pay(self, parts: Parts, grants: Sequence[tuple[Grant, Decimal]], day: date) -> Decimal:
        """What the credits pay of a month's lines, by what earlier months left of them.

        ``grants``: what the month's offers give once, with the amount in the workload's currency.
        """
        ledger = Ledger(parts)
        paid = ZERO
        for grant, amount in grants:
            key = ("offer", grant.offer, grant.id, grant.role or "")
            left = self.left.setdefault(key, amount)
            used = total(ledger.draw(partial(_grants, grant), left).values())
            self.left[key] = left - used
            paid += used
        for terms in self.credits:
            granted = self.exchange.amount(terms.amount, terms.currency) or ZERO
            left = self.left.setdefault(("credit", terms.name), granted)
            used = total(ledger.draw(counting(terms, parts, day), left).values())
            self.left["credit", terms.name] = left - used
            paid += used
        return paid


def _grants(grant: Grant, group: Group) -> bool:
    if group.offer != grant.offer or (grant.role is not None and group.role != grant.role):
        return False
    return not grant.charges or group.charge in grant.charges
