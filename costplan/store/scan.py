"""What the catalogue holds, seen without reading a price: for lists, searches and messages.

Shipped files have a fixed form, so a pattern finds what is needed; parsing all of them as TOML
takes forty times as long. Other people's files have been parsed anyway.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from costplan.catalog.lookup import Catalog, Shelf
from costplan.catalog.offer import Offer
from costplan.document.listing import Head
from costplan.store.shelves import BLOCK, QUOTED, SlicedFolder

FIELD = re.compile(r'^(vendor|category|product|plan) = "([^"\\\n]*)"', re.M)


def heads(catalog: Catalog) -> list[Head]:
    """Every entry, from the topmost shelf that has its id, in the order of ids."""
    found: dict[str, Head] = {}
    for shelf in catalog.shelves:
        known = _sliced(shelf) if isinstance(shelf, SlicedFolder) else _whole(shelf)
        found.update((head.id, head) for head in known)
    return [found[name] for name in sorted(found)]


def _sliced(shelf: SlicedFolder) -> Iterable[Head]:
    for category, header, block in shelf.blocks():
        file = dict(FIELD.findall(header))
        own = dict(reversed(FIELD.findall(block)))  # a key's first line is the block's own
        first = BLOCK.match(block)
        assert first is not None
        yield Head(
            id=first[1],
            aliases=tuple(QUOTED.findall(first[2] or "")),
            priced_by="token" if block.startswith("[[model]]") else "charge",
            category=file.get("category", category),
            vendor=file.get("vendor", ""),
            product=own.get("product"),
            plan=own.get("plan"),
            shelf=shelf.name,
        )


def _whole(shelf: Shelf) -> Iterable[Head]:
    for name in shelf.ids():
        entry = shelf.load(name)
        if entry is None or entry.id != name:
            continue
        item = entry.item
        offer = item if isinstance(item, Offer) else None
        yield Head(
            id=entry.id,
            aliases=item.aliases,
            priced_by="charge" if offer else "token",
            category=entry.category,
            vendor=entry.vendor,
            product=(offer.product or None) if offer else None,
            plan=offer.plan if offer else None,
            shelf=shelf.name,
        )
