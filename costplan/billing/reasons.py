"""Why a line has no price: what a vendor says it does not publish, and what the catalogue lacks."""

from __future__ import annotations

from costplan.catalog.lookup import Entry
from costplan.catalog.model import Card
from costplan.catalog.offer import Charge
from costplan.catalog.origin import Provenance


def absent(entry: Entry, card: Card, name: str, what: str) -> str:
    """Why there is no price for ``name``, a kind of token, mode or fee: that none is published only
    where a source of the card says so, with the source and its day; else that none is held."""
    origin = card.unpublished.get(name)
    if origin is None:
        return f"the catalogue has no {what}"
    where = entry.provenance(origin)
    return f"no {what} is published: {where.source}, {where.checked}"


def none_of(charge: Charge, tier: str | None, where: Provenance) -> str:
    """The same of a charge of an offer, or of one of its tiers."""
    if charge.unpublished:
        return f"no price is published: {where.source}, {where.checked}"
    return f"the catalogue has no price {tier or 'for it'}"
