"""Prices that stand over other prices: what a bill rests on that the catalogue says otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from costplan.catalog.lookup import Catalog, Entry
from costplan.document.price_diff import Figure, Side
from costplan.document.prices_used import Override, OwnPrice
from costplan.plan.prices.price_diff import price_diff
from costplan.record import replace
from costplan.words import weakest

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
    return list(told.values())


def _hidden(below: Sequence[Entry]) -> Entry | None:
    """The entry that one of these would otherwise be: the published one, since two folders of one's
    own that agree would hide each other."""
    return next((entry for entry in below if entry.shelf in PUBLISHED), next(iter(below), None))


def _difference(name: str, entry: Entry, hidden: Entry, day: date) -> Override | None:
    words: list[str] = []
    if hidden.id != entry.id:
        words.append(f"'{name}' is {hidden.id} in the catalogue")
        hidden = hidden._replace(item=replace(hidden.item, id=entry.id))
    changes = price_diff([hidden], [entry], Side("catalogue", day), Side("own", day)).changes
    prices = [
        OwnPrice(price.label, _value(price.new), _value(price.old))
        for change in changes
        for price in change.prices
    ]
    words += [sentence for change in changes for sentence in change.words]
    words[:0] = _provenance(entry, hidden)
    if changes and not prices and not words:
        words.append("has a price on that day in one of them only")
    return Override(entry.id, entry.shelf, tuple(prices), tuple(words)) if prices or words else None


def _provenance(entry: Entry, hidden: Entry) -> Iterable[str]:
    """What lends a price another standing in a check: its vendor, its day, who vouches for it."""
    if entry.vendor != hidden.vendor:
        yield f"sold by {entry.vendor} in place of {hidden.vendor}"
    own, other = (
        [entry.provenance(origin) for _, origin in entry.item.origins()],
        [hidden.provenance(origin) for _, origin in hidden.item.origins()],
    )
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
