"""Prices that stand over other prices: what a bill rests on that the catalogue says otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from costplan.catalog.lookup import Catalog, Entry
from costplan.catalog.origin import Provenance
from costplan.document.price_diff import Figure, Side
from costplan.document.prices_used import Override, OwnPrice
from costplan.plan.prices.price_diff import Listed, ListedEntry, listed_diff
from costplan.record import replace
from costplan.words import weakest

if TYPE_CHECKING:  # few bills reserve anything
    from costplan.catalog.provisioned import Reserve

Shelved = TypeVar("Shelved", Entry, "Reserve")
PUBLISHED = ("built-in", "refreshed")
"""Shelves of published prices: one over the other is news of a vendor, nobody's own price."""

FRESHER = 30
"""Days by which an equal price must be checked later than the published one to be told of: less is
a refresh, more may turn a stale price into a fresh one."""


def overrides(catalog: Catalog, offers: Iterable[str], day: date) -> list[Override]:
    """Of the ``offers`` that a bill rests on, those that a shelf prices otherwise than those below.

    Only what differs on the day, or is announced for later, is told; a plan that a shelf adds to a
    product which those below sell is told too, since a bill takes the cheapest.
    """
    if all(shelf.name in PUBLISHED for shelf in catalog.shelves):
        return []
    used = set(offers)
    told: dict[str, Override] = {}
    for name, entry in sorted(catalog.asked().items()):
        if entry.id not in used or entry.shelf in PUBLISHED or entry.id in told:
            continue
        hidden = _hidden(catalog.below(name))
        if hidden is not None:
            difference = _difference(name, entry, hidden, day)
            if difference is not None:
                told[entry.id] = difference
        elif _adds_to_a_product(catalog, entry):
            told[entry.id] = Override(entry.id, entry.shelf, (), ("a plan that it adds",))
    reserved = {(offer, known.id): known for offer, known in catalog.reserved() if offer in used}
    for (offer, _), reserve in reserved.items():
        if reserve.shelf not in PUBLISHED:
            other = _of_terms(offer, reserve, _hidden(catalog.terms_below(reserve.id)), day)
            told |= {offer: _joined(told.get(offer), other)} if other is not None else {}
    return list(told.values())


def _joined(first: Override | None, other: Override) -> Override:
    """What differs of a model's own prices, and of its reserved throughput."""
    if first is None:
        return other
    both = (first.prices + other.prices, first.words + other.words)
    return Override(first.offer, first.shelf, *both)


def _hidden(below: Sequence[Shelved]) -> Shelved | None:
    """The entry that one of these would otherwise be: the published one, since two folders of one's
    own that agree would hide each other."""
    return next((entry for entry in below if entry.shelf in PUBLISHED), next(iter(below), None))


def _difference(name: str, entry: Entry, hidden: Entry, day: date) -> Override | None:
    words: list[str] = []
    if hidden.id != entry.id:
        words.append(f"'{name}' is {hidden.id} in the catalogue")
        hidden = hidden._replace(item=replace(hidden.item, id=entry.id))
    prices, differing = _compared(ListedEntry(hidden), ListedEntry(entry), day)
    both = (
        [side.provenance(origin) for _, origin in side.item.origins()] for side in (entry, hidden)
    )
    words = [*_provenance(entry.vendor, hidden.vendor, *both), *words, *differing]
    return Override(entry.id, entry.shelf, prices, tuple(words)) if prices or words else None


def _of_terms(offer: str, own: Reserve, hidden: Reserve | None, day: date) -> Override | None:
    """What differs of the reserved throughput of an offer."""
    from costplan.plan.prices.terms import ListedTerms

    if hidden is None:
        return Override(offer, own.shelf, (), (f"terms of {own.id} that it adds",))
    prices, differing = _compared(ListedTerms(hidden), ListedTerms(own), day)
    both = ([side.provenance(origin) for origin in side.origins()] for side in (own, hidden))
    words = (*_provenance(own.file.vendor, hidden.file.vendor, *both), *differing)
    return Override(offer, own.shelf, prices, words) if prices or words else None


def _compared(hidden: Listed, own: Listed, day: date) -> tuple[tuple[OwnPrice, ...], list[str]]:
    """The figures that differ, and what differs beside them."""
    changes = listed_diff([hidden], [own], Side("catalogue", day), Side("own", day)).changes
    prices = [
        OwnPrice(price.label, _value(price.new), _value(price.old))
        for change in changes
        for price in change.prices
    ]
    words = [sentence for change in changes for sentence in change.words]
    if changes and not prices and not words:
        words.append("has a price on that day in one of them only")
    return tuple(prices), words


def _provenance(
    vendor: str, published: str, own: Sequence[Provenance], other: Sequence[Provenance]
) -> Iterable[str]:
    """What lends a price another standing in a check: its vendor, its day, who vouches for it."""
    if vendor != published:
        yield f"sold by {vendor} in place of {published}"
    days = (
        max(provenance.checked for provenance in own),
        max(provenance.checked for provenance in other),
    )
    if (days[0] - days[1]).days > FRESHER:
        yield f"checked {days[0]} in place of {days[1]}"
    mine, theirs = (weakest(provenance.confidence for provenance in side) for side in (own, other))
    if mine != theirs == weakest((mine, theirs)):
        yield f"{mine} in place of {theirs}"


def _value(figure: Figure | None) -> Decimal | None:
    return None if figure is None else figure.value


def _adds_to_a_product(catalog: Catalog, entry: Entry) -> bool:
    """Whether a bare product was asked for that other shelves sell plans of."""
    return any(
        entry.id in {plan.id for plan in plans} and any(plan.shelf in PUBLISHED for plan in plans)
        for plans in catalog.products.values()
    )
