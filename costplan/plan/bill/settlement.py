"""A stack's bill under the terms of the whole account: bands, commitments, credits.

Vendors' own floors, fees and credits are in the lines already, and so are percents negotiated off a
charge. Everything here counts the month's lines together, in the workload's currency, and none of
it depends on the order of the tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Protocol, TypeVar

from costplan.billing.book import Book, Same
from costplan.billing.discounts import Discounts, band_share
from costplan.billing.exchange import Exchange
from costplan.catalog.lookup import Catalog, Entry
from costplan.catalog.offer import Offer
from costplan.document.line import LineItem
from costplan.facts import Fact, fact
from costplan.plan.bill.agreed import Agreed, Parts
from costplan.plan.bill.month import StackMonth
from costplan.problems import Problem
from costplan.quantity import ZERO, total
from costplan.record import replace
from costplan.workload.contract import Band, Discount, Scope
from costplan.workload.model import Workload
from costplan.workload.solving import Solved

Kind = TypeVar("Kind", bound=StackMonth, covariant=True)


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
    key = (name, day, Same(workload.discount))
    discounts = book.keep("discounts", key, lambda: Discounts(workload.discount, name, day))
    month = make(workload, catalog, name, solved, day, scale, discounts, book).bill()
    if not discounts.with_bands:
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
    return exchange.no_rate(("discount", at, "currency"), table.currency)


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


def agree(workload: Workload, parts: Parts, day: date, exchange: Exchange) -> Agreed:
    """Commitments, then monthly credits, over the lines of ``parts``, changed in place."""
    agreed = Agreed()
    if workload.commitment or workload.credit:
        from costplan.plan.bill import account  # few files have either

        account.draw_commitments(workload, parts, day, exchange, agreed)
        account.draw_credits(workload, parts, day, exchange, agreed)
    return agreed


def without_terms(workload: Workload) -> Workload:
    """The workload with nothing promised and nothing granted."""
    return replace(workload, commitment=(), credit=())
