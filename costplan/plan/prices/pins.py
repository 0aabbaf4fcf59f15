"""What a catalogue says otherwise than a lock, in sentences."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from costplan.catalog.lookup import Entry
from costplan.document.price_diff import Figure, PriceChange, Side
from costplan.plan.prices.price_diff import Listed, ListedEntry, listed_diff
from costplan.quantity import grouped

GONE = "no longer in the catalogue"


def moved(pinned: Entry, now: Entry | None, day: date) -> Iterable[str]:
    """How an entry's price and terms differ from the pinned ones, on a day and announced.

    Other dates, sources and notes are no difference: they change no bill.
    """
    if now is None:
        yield f"{pinned.id}: {GONE}"
    elif now.id != pinned.id:
        yield f"{pinned.id}: the catalogue has it as {now.id}"
    else:
        for said in differences(ListedEntry(pinned), ListedEntry(now), day):
            yield f"{pinned.id}: {said}"


def differences(pinned: Listed, now: Listed, day: date, unit: bool = False) -> Iterable[str]:
    """What differs, a sentence each; ``unit``: a price says what it is for."""
    diff = listed_diff([pinned], [now], Side("lock", day), Side("catalogue", day))
    for change in diff.changes:
        for price in change.prices:
            yield _price(price, unit)
        yield from change.words
        if not change.prices and not change.words:
            yield f"it has a price on {day} in one of them only"


def _price(price: PriceChange, unit: bool) -> str:
    when = ""
    if price.announced:
        when = f" from {price.announced}"
    elif price.new:
        when = f" since {price.new.where.since}"
    said = f"{price.label}: lock {_figure(price.old)}, catalogue {_figure(price.new)}"
    return said + (_per(price.figure) if unit else "") + when


def _per(figure: Figure) -> str:
    return f" a {figure.unit}" if figure.per == 1 else f" for {grouped(figure.per)} {figure.unit}s"


def _figure(figure: Figure | None) -> str:
    if figure is None:
        return "none"
    return "on request" if figure.value is None else grouped(figure.value)
