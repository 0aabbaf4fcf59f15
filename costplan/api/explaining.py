"""What the words of a bill that offers bring along mean: their charges, units and variables."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from costplan.catalog.model import Model
from costplan.catalog.offer import Charge, Offer
from costplan.catalog.vocabulary import VOCABULARY
from costplan.quantity import grouped, plural
from costplan.store.files.shelves import open_catalog
from costplan.words import CATEGORIES


class Sold(NamedTuple):
    """A word as an offer of the catalogue uses it; ``offer`` is "" for a variable that all know."""

    offer: str
    words: str


def sold_as(word: str) -> list[Sold]:
    """Where a word is a charge, an adjustment, a unit, a variable or a derived quantity of an
    offer that is no model; letters count in either case, a plural unit as one.

    Raises as ``open_catalog``.
    """
    folded = word.casefold()
    known = VOCABULARY.get(folded)
    uses = [] if known is None else [Sold("", f"{known.about}; in {known.unit}s")]
    catalog = open_catalog(Path())
    for category in CATEGORIES:
        for entry in () if category == "tokens" else catalog.of(category):
            if not isinstance(entry.item, Model):
                uses += [Sold(entry.item.id, words) for words in _uses(entry.item, folded)]
    return list(dict.fromkeys(uses))


def _uses(offer: Offer, word: str) -> Iterable[str]:
    for name, variable in offer.variables.items():
        if name.casefold() == word:
            default = "" if variable.default is None else f", {grouped(variable.default)} assumed"
            yield f"{variable.about or 'a variable'}; in {variable.unit}{default}"
    for name, expression in offer.derived.items():
        if name.casefold() == word:
            yield f"{name} = {expression}"
    charges = {charge.id: charge for charge in offer.charge if not charge.ended}
    for charge in charges.values():
        if charge.id.casefold() == word:
            yield f"a charge for {_counted(charge)}: {charge.quantity}"
        elif word in (charge.unit.casefold(), plural(charge.unit, charge.per + 1).casefold()):
            yield f"the unit of {charge.id}: {charge.quantity}"
    for adjust in offer.adjust:
        if adjust.id.casefold() == word and not adjust.ended:
            size = f"{grouped(adjust.percent)} %" if adjust.percent is not None else ""
            size = f"{grouped(adjust.amount)} a month" if adjust.amount is not None else size
            yield f"a {adjust.kind.replace('_', ' ')} of {size}"


def _counted(charge: Charge) -> str:
    return "a month" if charge.unit == "month" else plural(charge.unit, charge.per + 1)
