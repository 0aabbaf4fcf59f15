"""What the catalogue holds, seen without reading a price: for lists, searches and messages.

Shipped files have a fixed form, so a pattern finds what is needed; parsing all of them as TOML
takes forty times as long. Other people's files have been parsed anyway.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from costplan.catalog.lookup import Catalog, Shelf
from costplan.catalog.offer import Offer
from costplan.document.listing import Head
from costplan.store.files.shelves import BLOCK, QUOTED, SlicedFolder

CHECKED = re.compile(r"\bchecked = (\d{4}-\d\d-\d\d)")
FIELD = re.compile(r'^(vendor|category|product|plan) = "([^"\\\n]*)"', re.M)


def heads(catalog: Catalog) -> list[Head]:
    """Every entry, from the topmost shelf that has its id, in the order of ids."""
    by_id: dict[str, Head] = {}
    for shelf in catalog.shelves:
        known = _sliced(shelf) if isinstance(shelf, SlicedFolder) else _whole(shelf)
        by_id.update((head.id, head) for head in known)
    return [by_id[name] for name in sorted(by_id)]


def last_read(catalog: Catalog) -> dict[tuple[str, str], date]:
    """The newest day on which a source was read, by category and the beginning of the ids."""
    newest: dict[tuple[str, str], str] = {}
    for shelf in catalog.shelves:
        if isinstance(shelf, SlicedFolder):
            for category, text in shelf.texts():
                first = BLOCK.search(text)
                days = CHECKED.findall(text)
                if first is not None and days:
                    key = (category, first[1].partition("/")[0])
                    newest[key] = max(newest.get(key, ""), *days)
        else:
            for name in shelf.ids():
                entry = shelf.load(name)
                assert entry is not None  # the shelf says that it has it
                key = (entry.category, entry.id.partition("/")[0])
                for _, origin in entry.item.origins():
                    newest[key] = max(newest.get(key, ""), origin.checked.isoformat())
    return {key: date.fromisoformat(day) for key, day in newest.items()}


def _sliced(shelf: SlicedFolder) -> Iterable[Head]:
    for category, text in shelf.texts():
        blocks = list(BLOCK.finditer(text))
        ends = [block.start() for block in blocks[1:]] + [len(text)]
        file = dict(FIELD.findall(text[: blocks[0].start()] if blocks else text))
        vendor, filed = file.get("vendor", ""), file.get("category", category)
        for block, end in zip(blocks, ends, strict=True):
            names = block[2]
            aliases = tuple(QUOTED.findall(names)) if names else ()
            if block[0].startswith("[[model]]"):  # a model has neither product nor plan
                yield Head(block[1], aliases, "token", filed, vendor, None, None, shelf.name)
                continue
            own = dict(reversed(FIELD.findall(text[block.start() : end])))  # its own line is first
            product, plan = own.get("product"), own.get("plan")
            yield Head(block[1], aliases, "charge", filed, vendor, product, plan, shelf.name)


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
