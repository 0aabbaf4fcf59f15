"""The catalogue itself, listed, searched, shown and audited: what ``costplan pricing`` does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from costplan.catalog.lookup import Catalog
from costplan.catalog.model import Model
from costplan.plan.prices.choosing import Wanted
from costplan.problems import UnknownOffer, did_you_mean
from costplan.store.files.scan import heads, last_read
from costplan.store.files.shelves import open_catalog

if TYPE_CHECKING:
    from costplan.catalog.filed import Filed
    from costplan.document.audit import Audit, Report
    from costplan.document.listing import Head, ModelPage, OfferPage, Overview, PriceList, Search
    from costplan.plan.prices.audit.parts import Terms

__all__ = ["Wanted"]


class Listed(NamedTuple):
    """What a list holds, how many entries fit its bounds, and whether any was looked at."""

    prices: PriceList
    fit: int
    any_chosen: bool


def overview() -> Overview:
    """Who sells what, and when it was last read."""
    from costplan.plan.prices.choosing import overview

    catalog = open_catalog(Path())
    return overview(heads(catalog), last_read(catalog))


def list_prices(category: str | None, vendor: str | None, wanted: Wanted, when: date) -> Listed:
    """The entries that fit, the first ``wanted.limit`` of them. Raises BadUsage."""
    from costplan.plan.prices.choosing import narrow
    from costplan.plan.prices.listing import choose, price_list

    catalog = open_catalog(Path())
    chosen = list({head.id: head for head in choose(heads(catalog), category, vendor)}.values())
    fit, needed, limit = len(chosen), chosen, wanted.limit
    if limit is not None and wanted._replace(descending=False, limit=None) == Wanted():
        chosen.sort(key=lambda head: (head.category, head.id), reverse=wanted.descending)
        needed = chosen[:limit]  # nothing of the others matters, and to read all takes a second
    listed = price_list([catalog.get(head.id) for head in needed], when)
    narrowed = narrow(listed, wanted._replace(limit=None))
    if needed is chosen:
        fit = len(narrowed.entries)
        narrowed = narrowed._replace(entries=narrowed.entries[:limit])
    return Listed(narrowed, fit, bool(chosen))


def search_prices(words: Sequence[str], limit: int) -> Search:
    """What ids, aliases, vendors and products have all of the words."""
    from costplan.plan.prices.searching import search

    return search(heads(open_catalog(Path())), words, limit)


class OfferHit(NamedTuple):
    """An entry that a search found, with the prices that a list would show of it."""

    id: str
    match: str
    category: str
    vendor: str
    currency: str
    prices: tuple[str, ...]
    checked: date
    confidence: str


class OfferSearch(NamedTuple):
    """What a search found, best first, and how many there are without the limit."""

    found: int
    offers: list[OfferHit]
    note: str


def search_offers(
    words: Sequence[str],
    when: date,
    *,
    category: str | None = None,
    vendor: str | None = None,
    limit: int = 10,
) -> OfferSearch:
    """As ``search_prices``, within a category and a vendor, with headline prices on a day.

    Raises BadUsage for a category or vendor that the catalogue does not have.
    """
    from costplan.plan.prices.listing import choose, price_list
    from costplan.plan.prices.searching import search
    from costplan.quantity import grouped

    catalog = open_catalog(Path())
    hits = search(choose(heads(catalog), category, vendor), words, limit)
    rows = {
        row.id: row for row in price_list([catalog.get(hit.id) for hit in hits.hits], when).entries
    }
    offers = []
    for hit in hits.hits:
        row = rows[hit.id]
        prices = tuple(
            f"{price.charge} unknown"
            if price.price is None
            else f"{price.charge} {grouped(price.price)} per {grouped(price.per)} {price.unit}"
            for price in row.prices
        )
        offers.append(
            OfferHit(
                hit.id,
                hit.match,
                hit.category,
                hit.vendor,
                row.currency,
                prices,
                row.checked,
                row.confidence,
            )
        )
    return OfferSearch(hits.matches, offers, hits.note)


def price_page(
    offer: str, when: date, *, dated: bool
) -> ModelPage | OfferPage | tuple[Catalog, list[Head]]:
    """All that is known of an entry; where the name is of no entry, what is below it, for
    ``price_list_of``. Raises UnknownOffer where that is nothing."""
    from costplan.plan.prices.listing import below
    from costplan.plan.prices.price_page import model_page, offer_page

    catalog = open_catalog(Path())
    entry = catalog.find(offer)
    if entry is not None:
        item = entry.item
        if isinstance(item, Model):
            return model_page(entry, item, when, dated=dated, asked=offer)
        return offer_page(entry, item, when, dated=dated, asked=offer)
    known = heads(catalog)
    plans = below(known, offer)
    if not plans:
        vendors = sorted({head.prefix for head in known})
        hint = None if "/" in offer else did_you_mean(offer, vendors)
        raise UnknownOffer(f"unknown offer '{offer}'", hint or catalog.hint(offer))
    return catalog, plans


def price_list_of(catalog: Catalog, plans: Sequence[Head], when: date) -> PriceList:
    """Entries, each with its headline price."""
    from costplan.plan.prices.listing import price_list

    return price_list([catalog.get(head.id) for head in plans], when)


def audit_prices(
    folder: Path | None,
    when: date,
    within: int,
    stale_days: int,
    *,
    vendor: str | None = None,
    category: str | None = None,
    level: Literal["error", "warning", "note"] = "warning",
) -> Audit:
    """What is wrong with one folder of prices, or with all that are in force."""
    from costplan.plan.prices.audit.run import audit

    filed, scope = _filed(folder)
    terms = _terms(when, within, stale_days)
    return audit(filed, terms, scope, vendor=vendor, category=category, level=level)


def catalogue_report(folder: Path | None, when: date, stale_days: int) -> Report:
    """What one folder of prices, or all that are in force, hold and rest on, in figures."""
    from costplan.plan.prices.audit.report import report

    filed, scope = _filed(folder)
    return report(filed, _terms(when, 90, stale_days), scope)


def _terms(when: date, within: int, stale_days: int) -> Terms:
    """The day looked at, and how far around it."""
    from costplan.plan.prices.audit.parts import Terms

    return Terms(when, max(when, datetime.now(UTC).date()), within, stale_days)


def _filed(folder: Path | None) -> tuple[Sequence[Filed], str]:
    """The entries of one folder or of all shelves, and what a reader calls that."""
    from costplan.store.files.whole import filed_catalog, filed_folder

    if folder is not None:
        return list(filed_folder(folder)), str(folder)
    return list(filed_catalog(open_catalog(Path()))), "the catalogue in force"
