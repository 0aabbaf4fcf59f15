"""What ``costplan explain`` says of the keys and tables of the files that people write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from costplan.keys import ANY, Key, Table, tables

MANY = 4
"""Keys of one name that are each explained in full; of more there is a list."""


class Found(NamedTuple):
    """A key of a file, or a whole table of it (``key`` is None). ``name``: as people ask for it."""

    name: str
    file: str
    table: Table
    key: Key | None


def entries() -> Iterator[Found]:
    """Every table and key, at each of its places: those of a workload file come first."""
    from costplan.catalog.lookup import CatalogFile
    from costplan.workload.model import Workload

    for file, kind in (("a workload file", Workload), ("a catalogue file", CatalogFile)):
        for table in tables(kind):
            for place in table.places:
                head = tuple(step.lower() for step in place if step != ANY)
                if head:
                    yield Found(".".join(head), file, table, None)
                for key in table.keys:
                    name = ".".join((*head, key.name.replace(" ", "-")))
                    yield Found(name, file, table, key)


def look_up(asked: str) -> list[Found]:
    """The tables of that name, such as step.vote, or else what ends in it, such as every rho."""
    folded = asked.casefold().strip("[]").replace(" ", "_")
    known = [*entries()]
    whole = [one for one in known if one.name == folded]
    if any(one.key is None for one in whole):
        return _once(whole)
    return _once([*whole, *(one for one in known if one.name.endswith(f".{folded}"))])


def _once(found: Iterable[Found]) -> list[Found]:
    """Each kind of table once. A key that holds a table is that table, unless a number will do."""
    kept: dict[tuple[str, type, str], Found] = {}
    for one in found:
        kept.setdefault((one.file, one.table.kind, one.key.name if one.key else ""), one)
    numbers = {one.name for one in kept.values() if one.key and "number" in one.key.type}
    whole = {one.name for one in kept.values() if one.key is None} - numbers
    return [one for one in kept.values() if one.name not in (whole if one.key else numbers)]


def names() -> list[str]:
    """Every name that can be asked for, for hints: whole ones, and keys alone."""
    found = [*entries()]
    return [*{one.name: 0 for one in found}, *{one.key.name: 0 for one in found if one.key}]


def rows(found: Found) -> list[tuple[str, str]]:
    """Where it stands and what it may be; for a table also its keys."""
    table, key = found.table, found.key
    more = len(table.places) - 1
    where = f"{table.heading or 'the top'} of {found.file}"
    where += f", and {more} places more" if more else ""
    if key is None:
        return [("table", where), *((one.name, one.text) for one in table.keys)]
    said = [("table", where), ("type", key.type)]
    if key.unit:
        said.append(("unit", key.unit))
    default = "none: the key must be there" if key.required else key.default or "none"
    return [*said, ("default", default)]
