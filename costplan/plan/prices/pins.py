"""What a catalogue says otherwise than a lock, in sentences."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from costplan.catalog.lookup import Entry
from costplan.document.price_diff import Figure, PriceChange, Side
from costplan.plan.prices.price_diff import price_diff
from costplan.quantity import grouped


def moved(pinned: Entry, now: Entry | None, day: date) -> Iterable[str]:
    """How an entry's price and terms differ from the pinned ones, on a day and announced.

    Other dates, sources and notes are no difference: they change no bill.
    """
    if now is None:
        yield f"{pinned.id}: no longer in the catalogue"
        return
    if now.id != pinned.id:
        yield f"{pinned.id}: the catalogue has it as {now.id}"
        return
    diff = price_diff([pinned], [now], Side("lock", day), Side("catalogue", day))
    for change in diff.changes:
        for price in change.prices:
            yield f"{pinned.id}: {_price(price)}"
        for words in change.words:
            yield f"{pinned.id}: {words}"
        if not change.prices and not change.words:
            yield f"{pinned.id}: it has a price on {day} in one of them only"


def _price(price: PriceChange) -> str:
    when = ""
    if price.announced:
        when = f" from {price.announced}"
    elif price.new:
        when = f" since {price.new.where.since}"
    return f"{price.label}: lock {_figure(price.old)}, catalogue {_figure(price.new)}{when}"


def _figure(figure: Figure | None) -> str:
    if figure is None:
        return "none"
    return "on request" if figure.value is None else grouped(figure.value)
