"""Rules on sources that disagree.

A card keeps the values of other sources that it did not take. The stated rule is: the source
trusted more wins, then the one read later. What the rule does not decide is open; what it would
have decided otherwise needs a reader.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal, NamedTuple

from costplan.catalog.lookup import Entry
from costplan.catalog.model import Card, Model, Rejected
from costplan.catalog.origin import WEAKEST_FIRST
from costplan.plan.audit.parts import Hit, Terms
from costplan.quantity import grouped

Verdict = Literal["settled", "open", "newer"]


class Conflict(NamedTuple):
    """A card, a value it rejected, and what the rule says of them."""

    card: Card
    rejected: Rejected
    verdict: Verdict


def conflicts(entry: Entry, model: Model) -> list[Conflict]:
    """Every value that the model's cards rejected."""
    return [
        Conflict(card, one, _verdict(entry, card, one))
        for card in model.price
        for one in card.rejected
    ]


def _verdict(entry: Entry, card: Card, rejected: Rejected) -> Verdict:
    taken = entry.provenance(card.origin)
    mine: tuple[int, date] = (WEAKEST_FIRST.index(taken.confidence), taken.checked)
    source = entry.sources.get(rejected.source)
    confidence = source.confidence if source else "unverified"
    theirs = (WEAKEST_FIRST.index(confidence), rejected.checked)
    if mine == theirs:
        return "open"
    return "newer" if theirs > mine or rejected.checked > taken.checked else "settled"


def _hits(entry: Entry, model: Model, verdict: Verdict) -> Iterable[Hit]:
    for card, rejected, found in conflicts(entry, model):
        if found == verdict:
            own = card.rates.published()
            other = [
                f"{kind} {grouped(rate)}, not {grouped(own[kind])}"
                if kind in own
                else f"{kind} {grouped(rate)}"
                for kind, rate in rejected.rates.published().items()
            ]
            yield Hit(
                rejected.source,
                f"{rejected.source} of {rejected.checked} shows {'; '.join(other) or 'no rate'} "
                f"(card from {card.origin.since} on, {card.origin.source} of "
                f"{card.origin.checked}): {rejected.reason}",
            )


def settled_conflicts(entry: Entry, model: Model, terms: Terms) -> Iterable[Hit]:
    """Another source shows other rates, and is trusted less or was read earlier."""
    return _hits(entry, model, "settled")


def open_conflicts(entry: Entry, model: Model, terms: Terms) -> Iterable[Hit]:
    """Another source of equal trust and date shows other rates."""
    return _hits(entry, model, "open")


def newer_conflicts(entry: Entry, model: Model, terms: Terms) -> Iterable[Hit]:
    """A source that is trusted more, or was read later, shows other rates."""
    return _hits(entry, model, "newer")


def idle_rejections(entry: Entry, model: Model, terms: Terms) -> Iterable[Hit]:
    """Rejected values that say nothing, or nothing else, and sources that nobody named."""
    for card in model.price:
        own = card.rates.published()
        for one in card.rejected:
            if one.source not in entry.sources:
                yield Hit(one.source, f"the file's head names no source '{one.source}'")
            same = [kind for kind, rate in one.rates.published().items() if own.get(kind) == rate]
            if same or not one.rates.published():
                what = f"the same {', '.join(same)}" if same else "no rate at all"
                yield Hit(one.source, f"rejects {what} (card from {card.origin.since} on)")
