"""Why a line has no price: what a vendor says it does not publish, and what the catalogue lacks."""

from __future__ import annotations

from costplan.catalog.lookup import Entry
from costplan.catalog.model import Card
from costplan.catalog.offer import Charge
from costplan.catalog.origin import Provenance
from costplan.facts import Fact, fact


def absent(entry: Entry, card: Card, name: str, what: str) -> Fact:
    """Why there is no price for ``name``, a kind of token, mode or fee: that none is published only
    where a source of the card says so, with the source and its day; else that none is held."""
    origin = card.unpublished.get(name)
    return _unpublished(what, entry.provenance(origin)) if origin is not None else _not_held(what)


def none_of(charge: Charge, tier: str | None, where: Provenance) -> Fact:
    """The same of a charge of an offer, or of one of its tiers."""
    if charge.unpublished:
        return _unpublished("price", where)
    return _not_held(f"price {tier or 'for it'}")


def _unpublished(what: str, where: Provenance) -> Fact:
    return fact("not-published", what=what, source=where.source, checked=where.checked)


def _not_held(what: str) -> Fact:
    return fact("not-in-catalogue", what=what)
