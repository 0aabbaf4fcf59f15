"""Rules that need the whole catalogue: names that meet, and units that differ in one vendor."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from costplan.catalog.filed import Filed
from costplan.catalog.model import Model
from costplan.plan.prices.audit.parts import Hit, Hits
from costplan.quantity import grouped


def _claims(filed: Sequence[Filed]) -> dict[str, list[Filed]]:
    """Who has each name, as id or alias, in the order of shelves and files."""
    claims: dict[str, list[Filed]] = {}
    for filing in filed:
        for name in dict.fromkeys((filing.entry.id, *filing.entry.item.aliases)):
            claims.setdefault(name, []).append(filing)
    return claims


def names_taken(filed: Sequence[Filed]) -> Hits:
    """A name that two entries of one shelf have: which is billed hangs on the order of files."""
    for name, owners in _claims(filed).items():
        first: dict[str, Filed] = {}
        for filing in owners:
            owner = first.setdefault(filing.entry.shelf, filing)
            if owner is not filing:
                yield filing, Hit(name, f"'{name}' is already {owner.entry.id} in {owner.file}")


def names_shadowed(filed: Sequence[Filed]) -> Hits:
    """A name that leads to another entry on a lower shelf."""
    for name, owners in _claims(filed).items():
        for filing in owners[1:]:
            below = owners[0]
            if filing.entry.shelf != below.entry.shelf and filing.entry.id != below.entry.id:
                yield (
                    filing,
                    Hit(
                        name,
                        f"'{name}' means {below.entry.id} in {below.file}; here it hides that",
                        "give one of them another name",
                    ),
                )


def overrides(filed: Sequence[Filed]) -> Hits:
    """An entry that takes the place of one on a lower shelf, as shelves are meant to."""
    first: dict[str, Filed] = {}
    for filing in filed:
        below = first.setdefault(filing.entry.id, filing)
        if below.entry.shelf != filing.entry.shelf:
            yield filing, Hit("", f"replaces the {below.entry.shelf} entry in {below.file}")


def mixed_per(filed: Sequence[Filed]) -> Hits:
    """Token rates of one vendor's file written per another number of tokens than the others."""
    by_file: dict[str, list[tuple[Filed, Decimal]]] = {}
    for filing in filed:
        item = filing.entry.item
        for card in item.price if isinstance(item, Model) else ():
            by_file.setdefault(filing.file, []).append((filing, card.per))
    for cards in by_file.values():
        pers = [per for _, per in cards]
        usual = max(dict.fromkeys(pers), key=pers.count)
        odd = {filing.entry.id: (filing, per) for filing, per in cards if per != usual}
        for filing, per in odd.values():
            message = f"rates per {grouped(per)} tokens; the file's others are per {grouped(usual)}"
            yield filing, Hit("per", message)
