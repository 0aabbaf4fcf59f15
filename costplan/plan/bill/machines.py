"""Machines of the catalogue by what they hold: only to be named, never billed."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from costplan.billing.machines import SAFE
from costplan.catalog.lookup import Catalog, Entry
from costplan.catalog.offer import Hardware, Offer


def machines(catalog: Catalog, vendor: str | None = None) -> Iterator[tuple[str, Hardware]]:
    """Every machine of the catalogue, or of a vendor, whose accelerators are known."""
    for entry in catalog.of("compute", vendor):
        if isinstance(entry.item, Offer) and entry.item.hardware:
            yield entry.id, entry.item.hardware


def smaller(catalog: Catalog, entry: Entry, busiest: Decimal) -> str | None:
    """The same vendor's smallest machine of the same accelerators that still carries what its
    busiest hour takes of this one; None where there is none."""
    own = entry.item.hardware if isinstance(entry.item, Offer) else None
    if own is None or own.count == 1:  # none has fewer: a file of machines is not read for that
        return None
    vendor = entry.id.partition("/")[0]
    fitting = [
        (has.count, name)
        for name, has in machines(catalog, vendor)
        if has.accelerator == own.accelerator
        if has.count < own.count and busiest * own.count <= has.count * SAFE
    ]
    return min(fitting)[1] if fitting else None
