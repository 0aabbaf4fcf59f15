"""``costplan.lock``: the prices a workload is estimated with, pinned beside it.

A lock holds each entry whole, in the catalogue's own form, so that it prices a workload without
the catalogue and a change of it reads as a change of prices. One file serves every workload of its
folder. Entries are found by a pattern, as in the shipped files, and only those a bill names are
parsed; each is then held against its hash, so that an edit by hand is never priced.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, fields
from datetime import date
from pathlib import Path

from costplan.catalog.lookup import Catalog, CatalogFile, Entry, Shelf
from costplan.catalog.model import Model
from costplan.catalog.offer import Offer
from costplan.catalog.origin import Source
from costplan.problems import BadUsage, CostplanError, Problem
from costplan.record import record
from costplan.store.files.text import DocumentError, parse_toml, read_document, read_file
from costplan.words import Category

VERSION = 1
SHELF = "lock"
WRITE_AGAIN = "'costplan pricing lock' takes it from the catalogue again"
HEAD = """\
# The prices that the workloads beside this file are estimated with. 'costplan pricing lock' writes
# it; an edit by hand is refused. Prices change here by 'costplan pricing lock --update'.
"""
BLOCK = re.compile(r'^\[\[locked\]\]\nid = "([^"\n]+)"\n(?:names = \[([^\]]*)\]\n)?', re.M)
QUOTED = re.compile(r'"([^"]+)"')


@record
class Pin:
    """Who needs an entry, and since when.

    Keys:
        id: the entry's exact id
        names: its aliases
        hash: of the rest of the block, so that an edit by hand shows
        as_of: the day it was taken from the catalogue
        shelf: the catalogue it was taken from
        workloads: files that are priced with it
    """

    id: str
    names: tuple[str, ...] = ()
    hash: str
    as_of: date
    shelf: str
    workloads: tuple[str, ...]


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


@record
class LockFile:
    """A whole lock file. ``products``: names without a plan, and the files that bind them."""

    lock_version: int
    tool: str
    as_of: date
    entries: int
    products: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    locked: tuple[Locked, ...] = ()

    def check(self) -> Iterable[Problem]:
        if self.lock_version != VERSION:
            yield Problem(
                ("lock_version",),
                f"is {self.lock_version}; this costplan reads version {VERSION}",
                "use the costplan that wrote it, or write it again",
            )


class EditedLock(CostplanError):
    """Entries of a lock whose content is not what their hash says."""

    def __init__(self, path: Path, places: Mapping[str, int]) -> None:
        self.path, self.ids = path, tuple(places)
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
            block[1]: (block.start(), end) for block, end in zip(blocks, begins[1:], strict=True)
        }
        self._aliases = {
            alias: block[1] for block in blocks for alias in QUOTED.findall(block[2] or "")
        }
        self._read: dict[str, Locked] = {}
        self.head = self._head(self.text[: begins[0]])
        if not self.head.entries == len(blocks) == len(self._spans):
            raise BadUsage(
                f"{path} says that it holds {self.head.entries} entries and holds {len(blocks)}",
                "restore it, or delete it and write it anew with 'costplan pricing lock'",
            )
        self.products = dict(self.head.products)

    def drop(self, ids: Iterable[str]) -> None:
        """Forget entries, and the products that one of them is a plan of."""
        for name in ids:
            self._spans.pop(name, None)
            for product in [product for product in self.products if name.startswith(product + "/")]:
                del self.products[product]
        kept = self._aliases.items()
        self._aliases = {alias: name for alias, name in kept if name in self._spans}

    def _head(self, text: str) -> LockFile:
        data = parse_toml(str(self.path), text)
        return read_document(LockFile, str(self.path), self.text, data)

    def load(self, name: str) -> Entry | None:
        locked = self.locked(name)
        return None if locked is None else locked.entry

    def locked(self, name: str) -> Locked | None:
        """The pinned entry of an id or alias. Raises EditedLock where its hash does not hold."""
        known = self._aliases.get(name, name)
        if known not in self._spans:
            return None
        pinned = self._parse(known)
        if fingerprint(pinned.entry) != pinned.hash:
            raise EditedLock(self.path, {known: self._line(known)})
        return pinned

    def plans(self, product: str) -> list[Entry]:
        names = [name for name in self._spans if name.startswith(product + "/")]
        return [entry for name in names if (entry := self.load(name))]

    def ids(self) -> Iterable[str]:
        return [*self._spans, *self._aliases]

    def sound(self) -> tuple[list[Locked], list[str]]:
        """The entries whose hash holds, and the ids of those that cannot be used."""
        good: list[Locked] = []
        bad: list[str] = []
        for name in self._spans:
            try:
                pinned = self.locked(name)
            except CostplanError:
                pinned = None
            if pinned is None:
                bad.append(name)
            else:
                good.append(pinned)
        return good, bad

    def verify(self) -> None:
        """Hold every entry against its hash. Raises EditedLock that names all that fail."""
        places = {}
        for name in self._spans:
            try:
                self.locked(name)
            except EditedLock:
                places[name] = self._line(name)
        if places:
            raise EditedLock(self.path, places)

    def _parse(self, name: str) -> Locked:
        if name not in self._read:
            begin, end = self._spans[name]
            part = self.text[begin:end]
            try:
                file = read_document(_Part, str(self.path), part, parse_toml(str(self.path), part))
            except DocumentError as error:
                problems = [
                    Problem(
                        ("locked", list(self._spans).index(name), *problem.path[2:]), *problem[1:]
                    )
                    for problem in error.problems
                ]
                raise DocumentError(str(self.path), self.text, problems) from None
            self._read[name] = file.locked[0]
        return self._read[name]

    def _line(self, name: str) -> int:
        return self.text.count("\n", 0, self._spans[name][0]) + 1


@record
class _Part:
    """A slice of a lock file: one entry."""

    locked: tuple[Locked, ...]


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


def fingerprint(entry: Entry) -> str:
    """A hash of all that decides an entry's bill and says where its prices are from.

    How a number is spelled (0.10 or 0.1) is no part of it.
    """
    from hashlib import sha256

    from costplan.document.estimate import spelled_alike

    said = (entry.item, entry.vendor, entry.currency, entry.category, sources_of(entry))
    return "sha256:" + sha256(spelled_alike(repr(said)).encode()).hexdigest()


def sources_of(entry: Entry) -> dict[str, Source]:
    """The sources that the entry names, by name."""
    return {name: entry.sources[name] for name in sorted(entry.item.sources())}


def locked(entry: Entry, as_of: date, workloads: Sequence[str], shelf: str) -> Locked:
    """An entry, pinned. Raises BadUsage for a name that the file's pattern cannot hold."""
    for name in (entry.id, *entry.item.aliases):
        if not name.isprintable() or any(character in '"\\]' for character in name):
            raise BadUsage(f"'{name}' cannot be pinned", "an id is plain text: vendor/name")
    model = (entry.item,) if isinstance(entry.item, Model) else ()
    offer = (entry.item,) if isinstance(entry.item, Offer) else ()
    return Locked(
        id=entry.id,
        names=entry.item.aliases,
        hash=fingerprint(entry),
        as_of=as_of,
        shelf=shelf,
        workloads=tuple(sorted(workloads)),
        vendor=entry.vendor,
        currency=entry.currency,
        category=entry.category,
        source=sources_of(entry),
        model=model,
        offer=offer,
    )


def merged(
    old: Iterable[Locked], used: Iterable[Entry], workload: str, as_of: date
) -> list[Locked]:
    """The entries of a lock after one of its workloads was locked again.

    An entry that says the same stays as it was; one that no workload needs any more goes.
    """
    before = {pinned.id: pinned for pinned in old}
    after: dict[str, Locked] = {}
    for entry in used:
        was = before.get(entry.id)
        files = {workload, *(was.workloads if was else ())}
        if was is not None and (entry.shelf == SHELF or fingerprint(entry) == was.hash):
            after[entry.id] = locked(was.entry, was.as_of, sorted(files), was.shelf)
        else:
            after[entry.id] = locked(entry, as_of, sorted(files), entry.shelf)
    for pinned in before.values():
        others = [name for name in pinned.workloads if name != workload]
        if pinned.id not in after and others:
            after[pinned.id] = locked(pinned.entry, pinned.as_of, others, pinned.shelf)
    return list(after.values())


def merged_products(
    old: Mapping[str, Sequence[str]], asked: Iterable[str], workload: str
) -> dict[str, list[str]]:
    """Products by name, each with the workloads that bind it without a plan."""
    products = {name: [file for file in files if file != workload] for name, files in old.items()}
    for name in asked:
        products.setdefault(name, []).append(workload)
    return {name: files for name, files in products.items() if files}


def lock_text(
    entries: Iterable[Locked], products: Mapping[str, Sequence[str]], as_of: date, tool: str
) -> str:
    """The text of a lock file: entries in the order of ids, the same text for the same prices."""
    from costplan.store.files.catalog_text import lines_of

    ordered = sorted(entries, key=lambda pinned: pinned.id)
    head = [
        f"lock_version = {VERSION}",
        f'tool = "{tool}"',
        f"as_of = {as_of}",
        f"entries = {len(ordered)}",
    ]
    named = {name: tuple(sorted(products[name])) for name in sorted(products)}
    head += lines_of(_Products(products=named))
    return HEAD + "\n".join(head) + "\n" + "".join("\n" + _entry_text(pinned) for pinned in ordered)


@record
class _Products:
    """The part of a lock's head that says which products are pinned plan by plan."""

    products: Mapping[str, tuple[str, ...]]


def _entry_text(pinned: Locked) -> str:
    from costplan.store.files.catalog_text import header_text, lines_of, model_text, offer_text

    own = Pin(**{held.name: getattr(pinned, held.name) for held in fields(Pin)})
    head = header_text(pinned.vendor, pinned.currency, pinned.source, pinned.category)
    body = model_text(pinned.model[0]) if pinned.model else offer_text(pinned.offer[0])
    blocks = re.sub(r"^\[\[", "[[locked.", body, flags=re.M)
    return "\n".join(["[[locked]]", *lines_of(own)]) + f"\n{head}\n{blocks}"
