"""What ``costplan explain`` says of the keys and tables of the files that people write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from costplan.keys import ANY, Key, Table, tables

MANY = 4
"""Keys of one name that are each explained in full; of more there is a list."""


class Place(NamedTuple):
    """Where a file has a key, or a whole table (no ``key``). ``name``: as people ask for it."""

    name: str
    file: str
    table: Table
    key: Key | None


def entries() -> Iterator[Place]:
    """Every table and key, at each of its places: those of a workload file come first."""
    from costplan.catalog.lookup import CatalogFile
    from costplan.workload.model import Workload

    for file, kind in (("a workload file", Workload), ("a catalogue file", CatalogFile)):
        for table in tables(kind):
            for steps in table.places:
                head = tuple(step.lower() for step in steps if step != ANY)
                if head:
                    yield Place(".".join(head), file, table, None)
                for key in table.keys:
                    name = ".".join((*head, key.name.replace(" ", "-")))
                    yield Place(name, file, table, key)


def look_up(asked: str) -> list[Place]:
    """The tables of that name, such as step.vote, or else what ends in it, such as every rho."""
    folded = asked.casefold().strip("[]").replace(" ", "_")
    known = [*entries()]
    whole = [place for place in known if place.name == folded]
    if any(place.key is None for place in whole):
        return _once(whole)
    return _once([*whole, *(place for place in known if place.name.endswith(f".{folded}"))])


def _once(places: Iterable[Place]) -> list[Place]:
    """Each kind of table once. A key that holds a table is that table, unless a number will do."""
    kept: dict[tuple[str, type, str], Place] = {}
    for place in places:
        kept.setdefault(
            (place.file, place.table.kind, place.key.name if place.key else ""),
            place,
        )
    numbers = {place.name for place in kept.values() if place.key and "number" in place.key.type}
    whole = {place.name for place in kept.values() if place.key is None} - numbers
    return [place for place in kept.values() if place.name not in (whole if place.key else numbers)]


def names() -> list[str]:
    """Every name that can be asked for, for hints: whole ones, and keys alone."""
    known = [*entries()]
    return [
        *{place.name: 0 for place in known},
        *{place.key.name: 0 for place in known if place.key},
    ]


def rows(place: Place) -> list[tuple[str, str]]:
    """Where it stands and what it may be; for a table also its keys."""
    table, key = place.table, place.key
    more = len(table.places) - 1
    where = f"{table.heading or 'the top'} of {place.file}"
    where += f", and {more} places more" if more else ""
    if key is None:
        return [("table", where), *((held.name, held.text) for held in table.keys)]
    said = [("table", where), ("type", key.type)]
    if key.unit:
        said.append(("unit", key.unit))
    default = "none: the key must be there" if key.required else key.default or "none"
    return [*said, ("default", default)]
