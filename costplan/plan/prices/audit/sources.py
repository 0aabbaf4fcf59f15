"""Rules on sources that disagree.

A card keeps the values of other sources that it did not take. The stated rule is: a value that an
earlier card had has ended and its source lags; else the source trusted more wins, then the one read
later. What the rule does not decide is open; what it would have decided otherwise is overruled, and
needs a reader.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from costplan.catalog.lookup import Entry
from costplan.catalog.model import Card, Model, Rejected
from costplan.plan.prices.audit.parts import Hit, Terms
from costplan.quantity import grouped
from costplan.words import CONFIDENCES

Verdict = Literal["settled", "open", "overruled"]


class Conflict(NamedTuple):
    """A card, a value it rejected, and what the rule says of them."""

    card: Card
    rejected: Rejected
    verdict: Verdict


def conflicts(entry: Entry, model: Model) -> Iterable[Conflict]:
    """Every value that the model's cards rejected."""
    for at, card in enumerate(model.price):
        for rejected in card.rejected:
            ended = any(_shows(earlier, card, rejected) for earlier in model.price[:at])
            yield Conflict(card, rejected, "settled" if ended else _verdict(entry, card, rejected))


def _shows(earlier: Card, card: Card, rejected: Rejected) -> bool:
    """Whether an earlier card had every rate of a rejected value."""
    had, rates = earlier.rates.published(), rejected.rates.published()
    return bool(rates) and all(
        kind in had and had[kind] * card.per == rate * earlier.per for kind, rate in rates.items()
    )


def _verdict(entry: Entry, card: Card, rejected: Rejected) -> Verdict:
    taken = entry.provenance(card.origin)
    source = entry.sources.get(rejected.source)
    confidence = source.confidence if source else "unverified"
    mine = (-CONFIDENCES.index(taken.confidence), taken.checked)
    theirs = (-CONFIDENCES.index(confidence), rejected.checked)
    if theirs > mine:
        return "overruled"
    return "settled" if theirs < mine else "open"


def _hits(entry: Entry, model: Model, verdict: Verdict) -> Iterable[Hit]:
    for card, rejected, judged in conflicts(entry, model):
        if judged == verdict:
            rates = rejected.rates.published().items()
            shown = ", ".join(f"{kind} {grouped(rate)}" for kind, rate in rates) or "no rate"
            yield Hit(
                rejected.source,
                f"{rejected.source} of {rejected.checked} shows {shown}; the card from "
                f"{card.origin.since} on follows {card.origin.source} of {card.origin.checked}: "
                f"{rejected.reason}",
            )


def settled_conflicts(entry: Entry, model: Model, terms: Terms) -> Iterable[Hit]:
    """Another source shows other rates, and lags, is trusted less or was read earlier."""
    return _hits(entry, model, "settled")


def open_conflicts(entry: Entry, model: Model, terms: Terms) -> Iterable[Hit]:
    """Another source of equal trust and date shows other rates."""
    return _hits(entry, model, "open")


def overruled_conflicts(entry: Entry, model: Model, terms: Terms) -> Iterable[Hit]:
    """A source that is trusted more, or as much and was read later, shows other rates."""
    return _hits(entry, model, "overruled")


def idle_rejections(entry: Entry, model: Model, terms: Terms) -> Iterable[Hit]:
    """Rejected values that show no rate, or come from a source that nobody named."""
    for card in model.price:
        for rejected in card.rejected:
            if rejected.source not in entry.sources:
                yield Hit(rejected.source, f"the file's head names no source '{rejected.source}'")
            if not rejected.rates.published():
                since = card.origin.since
                yield Hit(rejected.source, f"rejects no rate at all (card from {since} on)")
