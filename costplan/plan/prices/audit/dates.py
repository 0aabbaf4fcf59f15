"""Rules on days: prices that grew old, days that cannot be, changes and ends that are known."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from costplan.catalog.lookup import Entry
from costplan.catalog.model import Model
from costplan.catalog.offer import Offer
from costplan.catalog.origin import Origin
from costplan.plan.prices.audit.parts import Hit, Terms, in_force, latest, origin_of, written

FAR_AHEAD = 366
"""Days. No vendor known has announced a price more than a year before it took effect."""
NAMED = ("mode", "region", "fee")
"""Parts of a card that have a name; tiers and windows are known by their number."""
Dated = tuple[str, Origin]
"""What a part of an entry is called, and its origin."""


def model_parts(model: Model, day: date) -> list[Dated]:
    """The parts of the card in force."""
    card = model.card(day)
    if card is None:
        return []
    return [
        (str(path[1]) if path[0] in NAMED else "" if path[0] == "origin" else str(path[0]), origin)
        for path, origin in card.origins()
    ]


def offer_parts(offer: Offer, day: date) -> list[Dated]:
    """The charges and adjustments in force."""
    return [(part.id, origin_of(offer, part)) for part in in_force(offer, day)]


def _old(parts: Iterable[Dated], terms: Terms) -> Iterable[Hit]:
    """One hit an entry, for the part whose source was read longest ago."""
    oldest = min(parts, key=lambda part: part[1].checked, default=None)
    if oldest is None:
        return
    part, origin = oldest
    age = (terms.day - origin.checked).days
    if age > terms.stale_days:
        what = f"{part}: " if part else ""
        yield Hit("", f"{what}checked {origin.checked}, {age} days ago")


def stale_model(entry: Entry, model: Model, terms: Terms) -> Iterable[Hit]:
    """A price in force whose source was read too long ago; a retired model's price stays."""
    if model.retires is None or model.retires > terms.day:
        yield from _old(model_parts(model, terms.day), terms)


def stale_offer(entry: Entry, offer: Offer, terms: Terms) -> Iterable[Hit]:
    """A charge in force whose source was read too long ago."""
    return _old(offer_parts(offer, terms.day), terms)


def _impossible(origins: Iterable[Origin], terms: Terms) -> Iterable[Hit]:
    for origin in origins:
        if origin.checked > terms.today:
            yield Hit(
                origin.source,
                f"checked {origin.checked}, which is still to come on {terms.today}",
                "'checked' is the day the source itself was read or published",
            )


def model_read_tomorrow(entry: Entry, model: Model, terms: Terms) -> Iterable[Hit]:
    """A source that was read on a day still to come."""
    return latest(_impossible((origin for _, origin in model.origins()), terms))


def offer_read_tomorrow(entry: Entry, offer: Offer, terms: Terms) -> Iterable[Hit]:
    """A source that was read on a day still to come."""
    return latest(_impossible((origin for _, origin in offer.origins()), terms))


def _far(origins: Iterable[Origin]) -> Iterable[Hit]:
    for origin in origins:
        ahead = (origin.since - origin.checked).days
        if ahead > FAR_AHEAD:
            yield Hit(
                origin.source,
                f"takes effect on {origin.since}, {ahead} days after its source was read",
                "an announcement is read in the year before it; look at both days",
            )


def model_far_ahead(entry: Entry, model: Model, terms: Terms) -> Iterable[Hit]:
    """A price announced longer ahead than vendors announce."""
    return latest(_far(origin for _, origin in model.origins()))


def offer_far_ahead(entry: Entry, offer: Offer, terms: Terms) -> Iterable[Hit]:
    """A price announced longer ahead than vendors announce."""
    return latest(_far(origin for _, origin in offer.origins()))


def _soon(parts: Iterable[Dated], terms: Terms) -> Iterable[Hit]:
    last = _end(terms)
    for part, origin in parts:
        if terms.day < origin.since <= last:
            what = f"{part} has" if part else "there is"
            yield Hit(part, f"{what} another price from {origin.since} on")


def _end(terms: Terms) -> date:
    """The last day of what counts as soon; the calendar's own where it would lie beyond."""
    days = min(terms.within_days, (date.max - terms.day).days)
    return terms.day + timedelta(days=days)


def model_changes(entry: Entry, model: Model, terms: Terms) -> Iterable[Hit]:
    """A later card within the days asked for."""
    return _soon([("", card.origin) for card in model.price], terms)


def offer_changes(entry: Entry, offer: Offer, terms: Terms) -> Iterable[Hit]:
    """A later price of a charge or an adjustment within the days asked for."""
    return _soon([(part.id, origin_of(offer, part)) for part in written(offer)], terms)


def unconfirmed(entry: Entry, model: Model, terms: Terms) -> Iterable[Hit]:
    """A price in force that was only ever read as an announcement."""
    card = model.card(terms.day)
    if card is not None and card.origin.since > card.origin.checked:
        origin = card.origin
        yield Hit("", f"in force since {origin.since}, last read as announced on {origin.checked}")


def retires_soon(entry: Entry, model: Model, terms: Terms) -> Iterable[Hit]:
    """An end within the days asked for."""
    if model.retires is not None and terms.day < model.retires <= _end(terms):
        yield Hit("", f"retires on {model.retires}, in {(model.retires - terms.day).days} days")


def retired(entry: Entry, model: Model, terms: Terms) -> Iterable[Hit]:
    """An end that has passed."""
    if model.retires is not None and model.retires <= terms.day:
        yield Hit("", f"was retired on {model.retires}")
