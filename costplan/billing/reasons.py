"""What a vendor says it has no published price for; of all else the catalogue has none."""

from __future__ import annotations

from costplan.catalog.lookup import Entry
from costplan.catalog.model import Card
from costplan.catalog.offer import Charge
from costplan.catalog.origin import Provenance
from costplan.facts import Fact, fact


def unpublished(entry: Entry, card: Card, name: str, what: str) -> Fact | None:
    """That a source of the card says there is no price for ``name``, a kind of token, mode or fee,
    with the source and its day; None where no source says so."""
    origin = card.unpublished.get(name)
    return None if origin is None else _said(what, entry.provenance(origin))


def none_of(charge: Charge, tier: str | None, where: Provenance) -> Fact:
    """Why a charge of an offer, or one of its tiers, has no price."""
    if charge.unpublished:
        return _said("price", where)
    return fact("not-published", tier=tier or "for it")


def _said(what: str, where: Provenance) -> Fact:
    return fact("unpublished", what=what, source=where.source, checked=where.checked)
