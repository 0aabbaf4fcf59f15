"""``costplan.lock``: the prices a workload is estimated with, pinned beside it.

    lock.py          reads it, as a shelf of the catalogue
    pin.py           what every block says of itself
    pinned_terms.py  blocks of reserved throughput's terms, read where a bill reserves
    locking.py       writes it

A lock holds each entry whole, in the catalogue's own form, so that it prices a workload without
the catalogue and a change of it reads as a change of prices. One file serves every workload of its
folder. Entries are found by a pattern, as in the shipped files, and only those a bill names are
parsed; each is then held against its hash, so that an edit by hand is never priced.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from costplan.catalog.lookup import Catalog, CatalogFile, Entry, Shelf
from costplan.catalog.model import Model
from costplan.catalog.offer import Offer
from costplan.catalog.origin import Source
from costplan.problems import BadUsage, CostplanError, Problem
from costplan.record import record
from costplan.store.files.pin import LOCKED, RESERVED, SHELF, Block, Pin
from costplan.store.files.text import DocumentError, parse_toml, read_document, read_file
from costplan.words import Category

if TYPE_CHECKING:  # few bills reserve anything
    from costplan.catalog.provisioned import Reserve
    from costplan.store.files.pinned_terms import LockedTerms

VERSIONS = (1, 2)
"""Of a lock without terms of reserved throughput, and of one with them."""
WRITE_AGAIN = "'costplan pricing lock' takes it from the catalogue again"
BLOCK = re.compile(
    r'^\[\[(locked|reserved)\]\]\nid = "([^"\n]+)"\n(?:names = \[([^\]]*)\]\n)?', re.M
)
QUOTED = re.compile(r'"([^"]+)"')


@record
class Locked(Pin):
    """One pinned entry, with what its catalogue file says of it.

    Keys:
        vendor: the seller
        currency: of its prices
        category: the part of an application that it serves
        source: what its prices rest on
        model: the entry, if it is a model
        offer: the entry, if it is another offer
    """

    vendor: str
    currency: str
    category: Category
    source: Mapping[str, Source]
    model: tuple[Model, ...] = ()
    offer: tuple[Offer, ...] = ()

    def check(self) -> Iterable[Problem]:
        items: tuple[Model | Offer, ...] = (*self.model, *self.offer)
        if [item.id for item in items] != [self.id]:
            yield Problem((), f"must hold '{self.id}' and nothing else")
        elif self.names != items[0].aliases:
            yield Problem(("names",), "must be the entry's own aliases")
        file = CatalogFile(
            vendor=self.vendor, source=self.source, model=self.model, offer=self.offer
        )
        yield from file.check()

    @property
    def entry(self) -> Entry:
        """The entry as a shelf gives it."""
        item: Model | Offer = self.model[0] if self.model else self.offer[0]
        return Entry(item, self.vendor, self.currency, self.category, self.source, SHELF)

    @property
    def said(self) -> tuple[object, ...]:
        return said_of(self.entry)


def said_of(entry: Entry) -> tuple[object, ...]:
    """What is pinned of an entry, with the sources that it names."""
    return entry.item, entry.vendor, entry.currency, entry.category, sources_of(entry)


def sources_of(entry: Entry) -> dict[str, Source]:
    """The sources that the entry names, by name."""
    return {name: entry.sources[name] for name in sorted(entry.item.sources())}


@record
class LockFile:
    """The head of a lock file. ``entries``: how many blocks follow; ``products``: names without a
    plan, and the files that bind them."""

    lock_version: int
    tool: str
    as_of: date
    entries: int
    products: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    locked: tuple[Locked, ...] = ()

    def check(self) -> Iterable[Problem]:
        if self.lock_version not in VERSIONS:
            yield Problem(
                ("lock_version",),
                f"is {self.lock_version}; this costplan reads versions 1 and {VERSIONS[-1]}",
                "use the costplan that wrote it, or write it again",
            )


class EditedLock(CostplanError):
    """Blocks of a lock whose content is not what their hash says, each with its line."""

    def __init__(self, path: Path, places: Mapping[Block, int]) -> None:
        self.path = path
        self.hint = WRITE_AGAIN
        where = ", ".join(f"'{name}' ({path}:{line})" for name, line in places.items())
        super().__init__(f"edited by hand, or damaged: {where}: its hash is another's")


class Lock:
    """A lock file as the topmost shelf below a workload's own prices."""

    name = SHELF

    def __init__(self, path: Path, text: str | None = None) -> None:
        """``text``: what the file says, where it was not read from ``path``."""
        self.path = path
        self.text = (read_file(path) if text is None else text).replace("\r\n", "\n")
        blocks = list(BLOCK.finditer(self.text))
        begins = [*(block.start() for block in blocks), len(self.text)]
        self._spans = {
            Block(block[1], block[2]): (block.start(), end)
            for block, end in zip(blocks, begins[1:], strict=True)
        }
        self._aliases = {
            alias: block[2]
            for block in blocks
            for alias in QUOTED.findall(block[3] or "")
            if block[1] == LOCKED
        }
        self._sound: dict[Block, Pin] = {}
        self.head = self._head(self.text[: begins[0]])
        if not self.head.entries == len(blocks) == len(self._spans):
            raise BadUsage(
                f"{path} says that it holds {self.head.entries} entries and holds {len(blocks)}",
                "restore it, or delete it and write it anew with 'costplan pricing lock'",
            )
        self.products = dict(self.head.products)

    def drop(self, blocks: Iterable[Block]) -> None:
        """Forget blocks, and the products that an entry of them is a plan of."""
        for block in blocks:
            self._spans.pop(block, None)
            owned = [name for name in self.products if block.id.startswith(name + "/")]
            for product in owned if block.kind == LOCKED else ():
                del self.products[product]
        kept = set(self._names(LOCKED))
        self._aliases = {alias: name for alias, name in self._aliases.items() if name in kept}

    def _head(self, text: str) -> LockFile:
        data = parse_toml(str(self.path), text)
        return read_document(LockFile, str(self.path), self.text, data)

    def load(self, name: str) -> Entry | None:
        locked = self.locked(name)
        return None if locked is None else locked.entry

    def locked(self, name: str) -> Locked | None:
        """The pinned entry of an id or alias. Raises EditedLock where its hash does not hold."""
        pinned = self.pinned(Block(LOCKED, self._aliases.get(name, name)))
        assert pinned is None or isinstance(pinned, Locked)
        return pinned

    def pinned(self, block: Block) -> Pin | None:
        """What a block holds. Raises EditedLock where its hash does not hold."""
        if block in self._spans and block not in self._sound:
            pinned = self._parse(block)
            if not pinned.is_sound:
                raise EditedLock(self.path, {block: self._line(block)})
            self._sound[block] = pinned
        return self._sound[block] if block in self._spans else None

    def plans(self, product: str) -> list[Entry]:
        names = [name for name in self._names(LOCKED) if name.startswith(product + "/")]
        return [entry for name in names if (entry := self.load(name))]

    def ids(self) -> Iterable[str]:
        return [*self._names(LOCKED), *self._aliases]

    def blocks(self) -> list[Block]:
        """Every block, in the order of the file."""
        return list(self._spans)

    def _names(self, kind: str) -> list[str]:
        return [block.id for block in self._spans if block.kind == kind]

    def reserve(self, offer: str, terms: str | None) -> Reserve | None:
        """Pinned terms. All of the vendor are held against their hashes before it is said that
        none serves a model: an edit may have taken it from them. Raises EditedLock."""
        vendor = offer.partition("/")[0] + "/"
        for name in self._names(RESERVED):
            if name == terms if terms is not None else name.startswith(vendor):
                own = self._terms(name).entry
                if own.file.find(offer, terms) is not None:
                    return own
        return None

    def reserving(self) -> Iterable[str]:
        return self._names(RESERVED)

    def _terms(self, name: str) -> LockedTerms:
        from costplan.store.files.pinned_terms import LockedTerms

        pinned = self.pinned(Block(RESERVED, name))
        assert isinstance(pinned, LockedTerms)
        return pinned

    def sound(self) -> tuple[list[Pin], list[Block]]:
        """What the blocks hold whose hash holds, and those that cannot be used."""
        good: list[Pin] = []
        bad: list[Block] = []
        for block in self._spans:
            try:
                pinned = self.pinned(block)
            except CostplanError:
                pinned = None
            if pinned is None:
                bad.append(block)
            else:
                good.append(pinned)
        return good, bad

    def verify(self) -> None:
        """Hold every block against its hash. Raises EditedLock that names all that fail."""
        places = {}
        for block in self._spans:
            try:
                self.pinned(block)
            except EditedLock:
                places[block] = self._line(block)
        if places:
            raise EditedLock(self.path, places)

    def _parse(self, block: Block) -> Pin:
        begin, end = self._spans[block]
        try:
            return _read(block.kind, str(self.path), self.text[begin:end])
        except DocumentError as error:
            at = self._names(block.kind).index(block.id)
            problems = [
                Problem((block.kind, at, *problem.path[2:]), *problem[1:])
                for problem in error.problems
            ]
            raise DocumentError(str(self.path), self.text, problems) from None

    def _line(self, block: Block) -> int:
        return self.text.count("\n", 0, self._spans[block][0]) + 1


@record
class _Part:
    """A slice of a lock file: one entry."""

    locked: tuple[Locked, ...]


def _read(kind: str, path: str, part: str) -> Pin:
    """The one block that a part of a lock file is."""
    data = parse_toml(path, part)
    if kind == LOCKED:
        return read_document(_Part, path, part, data).locked[0]
    from costplan.store.files.pinned_terms import TermsPart

    return read_document(TermsPart, path, part, data).reserved[0]


class LockedCatalog(Catalog):
    """A catalogue with a lock in it, and the memory of what was asked.

    A product whose plans are pinned is chosen among those alone: a cheaper plan that the vendor
    adds changes no bill before the lock is updated.
    """

    def __init__(self, beneath: Catalog, lock: Lock | None, own: Shelf | None) -> None:
        """``beneath`` has the catalogue's shelves, ``own`` is the workload's own prices."""
        above = [shelf for shelf in (lock, own) if shelf is not None]
        super().__init__([*beneath.shelves, *above])
        self.beneath, self.lock = beneath, lock
        self._above = above

    def plans(self, product: str) -> list[Entry]:
        known = self.products.get(product)
        if known is None and self.lock is not None and product in self.lock.products:
            by_id = {entry.id: entry for shelf in self._above for entry in shelf.plans(product)}
            self.products[product] = list(by_id.values())
            return self.products[product]
        return super().plans(product)

    def used(self) -> list[Entry]:
        """Every entry that was asked for, products' plans included, in the order of ids."""
        asked = [entry for entry in self._found.values() if entry is not None]
        asked += [entry for plans in self.products.values() for entry in plans]
        by_id = {entry.id: entry for entry in asked}
        return [by_id[name] for name in sorted(by_id)]

    def used_terms(self) -> list[Reserve]:
        """All terms of reserved throughput that were asked for, in the order of ids; the pinned
        where a model that these lack led to the catalogue's of the same id."""
        asked = [reserve for _, reserve in self.reserved()]
        asked.sort(key=lambda reserve: reserve.shelf == SHELF)
        by_id = {reserve.id: reserve for reserve in asked}
        return [by_id[name] for name in sorted(by_id)]
