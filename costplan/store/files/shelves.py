"""Folders of prices as shelves of the catalogue: built in, the user's, a project's, a workload's.

Shipped files have a fixed form (header first, a source of it a line, ``id`` the first line of a
block, ``aliases`` the second), so a bill parses the blocks it names with their sources, not the
file. Other people's files are parsed whole.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from costplan.catalog.lookup import Catalog, CatalogFile, Entry, Shelf
from costplan.facts import Fact, fact
from costplan.problems import BadUsage
from costplan.store.files import generations
from costplan.store.files.boundary import stay
from costplan.store.files.catalogue_folder import (
    NOT_OFFERS,
    catalogue_files,
    inside,
    is_folder,
    same_files,
)
from costplan.store.files.folders import built_in_folder, user_folder
from costplan.store.files.own_prices import Entries, id_problems, own_prices
from costplan.store.files.text import DocumentError, parse_toml, read_document, read_kept
from costplan.words import CATEGORIES, Category

if TYPE_CHECKING:  # no bill by the token waits for it
    from costplan.catalog.provisioned import ProvisionedFile, Reserve

BLOCK = re.compile(r'^\[\[(?:model|offer)\]\]\nid = "([^"\n]+)"\n(?:aliases = \[([^\]]*)\])?', re.M)
QUOTED = re.compile(r'"([^"]+)"')
SOURCE = re.compile(r'^source\.(?:"([^"\n]+)"|([\w-]+)) = .*\n', re.M)
LONGEST_VENDOR = 64  # characters


def open_catalog(
    project: Path | None = None,
    own: Mapping[str, Any] | None = None,
    own_name: str = "",
    own_text: str = "",
) -> Catalog:
    """The layers of prices for a project folder and a workload's own ``[prices]`` data."""
    shelves = catalog_shelves(project)
    if own:
        shelves.append(own_prices(own, own_name, own_text))
    return Catalog(shelves)


def catalog_shelves(project: Path | None = None) -> list[Shelf]:
    """The built-in catalogue, the user's over it, a project's over both."""
    built_in = built_in_folder()
    shelves: list[Shelf] = [SlicedFolder("built-in", built_in)]
    user = user_folder()
    if user is not None and is_folder(user):
        shelves += layers("user", user, shelves)
    if project is not None:
        folder = project / "pricing"
        if os.path.lexists(folder):
            stay(folder)  # the names in it are said as well
        if is_folder(folder) and not _is_built_in(folder, built_in):
            shelves += layers("project", folder, shelves)
    return shelves


def _is_built_in(folder: Path, built_in: Path) -> bool:
    """Whether it is the catalogue that ships, itself or as the same bytes elsewhere: in a checkout
    beside an installed package it says nothing that is not known, and takes a second to read.
    Where a price in it was changed it is a project's own."""
    return folder.resolve() == built_in.resolve() or same_files(folder, built_in)


def strangers(catalog: Catalog) -> list[Fact]:
    """TOML files beside the categories of somebody's own catalogue that hold no prices."""
    folders = [shelf.root for shelf in catalog.shelves if isinstance(shelf, WholeFolder)]
    return [
        fact("no-prices-in-file", str(path))
        for folder in folders
        for path in inside(folder)
        if path.suffix.casefold() == ".toml" and not path.is_dir()
    ]


def layers(name: str, folder: Path, below: Iterable[Shelf]) -> list[Shelf]:
    """A catalogue folder's shelves: its refreshed prices, and over them its own files.

    What a project says was refreshed is the project's word: its files can be written by hand.
    """
    shelves = refreshed(folder, below)
    if name == "project":
        for shelf in shelves:
            shelf.name = name
    return [*shelves, WholeFolder(name, folder)]


def refreshed(folder: Path, below: Iterable[Shelf]) -> list[RefreshedFolder]:
    """The shelf of a folder's refreshed prices, if it has any. Raises BadUsage."""
    generation = generations.current(folder)
    if generation is None:
        return []
    return [RefreshedFolder(folder / generations.FOLDER / generation, Catalog(tuple(below)))]


class SlicedFolder(Entries):
    """The built-in catalogue: reads only files of the vendor asked for, only the blocks named."""

    def __init__(self, name: str, root: Path) -> None:
        super().__init__(name)
        self.root = root
        self._texts: dict[Path, str] = {}
        self._indexes: dict[Path, dict[str, tuple[int, int]]] = {}
        self._headers: dict[Path, str] = {}
        self._provisioned: dict[str, ProvisionedFile | None] = {}

    def load(self, name: str) -> Entry | None:
        for path, category in self._files(name.split("/", 1)[0]):
            span = self._span(path, name)
            if span is not None:
                return next(iter(self._slice(path, category, [span])))
        return None

    def plans(self, product: str) -> list[Entry]:
        entries: list[Entry] = []
        for path, category in self._files(product.split("/", 1)[0]):
            index = self._index(path)
            spans = {span for name, span in index.items() if name.startswith(product + "/")}
            if spans:
                entries += self._slice(path, category, sorted(spans))
        return entries

    def ids(self) -> Iterable[str]:
        for path, _ in self._all():
            yield from self._index(path)

    def of(self, category: Category, vendor: str | None) -> Iterable[Entry]:
        """Every entry of a category, of one vendor where it is named: their files alone are
        read."""
        for path, own in self._all() if vendor is None else self._files(vendor):
            if own == category:
                yield from self._slice(path, own, sorted(set(self._index(path).values())))

    def reserve(self, offer: str, terms: str | None) -> Reserve | None:
        """Terms of reserved throughput, of them only those that have the name; read when first
        asked for."""
        name = offer if terms is None else terms
        if name not in self._provisioned:
            from costplan.store.files.provisioned import provisioned_of

            self._provisioned[name] = provisioned_of(name, self.root)
        file = self._provisioned[name]
        known = None if file is None else file.find(offer, terms)
        if file is None or known is None:
            return None
        from costplan.catalog.provisioned import Reserve

        return Reserve(known, file, self.name)

    def reserving(self) -> Iterable[str]:
        from costplan.store.files.provisioned import open_provisioned

        return [terms.id for file in open_provisioned(self.root).values() for terms in file.terms]

    def texts(self) -> Iterable[tuple[Category, str]]:
        """The category and the text of every file; no TOML is parsed."""
        for path, category in self._all():
            yield category, self._text(path)

    def everything(self) -> Iterable[Entry]:
        """Every entry, each file parsed whole."""
        for path, category in self._all():
            yield from self._slice(path, category, sorted(set(self._index(path).values())))

    def _slice(
        self, path: Path, category: Category, spans: list[tuple[int, int]]
    ) -> Iterable[Entry]:
        whole, name = self._text(path), str(path)
        blocks = "".join(whole[begin:end] for begin, end in spans)
        text = _named(self._header(path), blocks) + blocks
        data = parse_toml(name, text)
        return self.entries(read_document(CatalogFile, name, text, data), category)

    def _span(self, path: Path, name: str) -> tuple[int, int] | None:
        """The block of one name, found by the name: an index of the whole file takes ten times as
        long, and a bill asks a file for one or two."""
        if path in self._indexes:
            return self._indexes[path].get(name)
        text, quoted = self._text(path), f'"{name}"'
        before, at = 0, text.find(quoted)
        while at >= 0:
            block = BLOCK.match(text, text.rfind("\n[[", before, at) + 1)
            if block is not None and name in (block[1], *QUOTED.findall(block[2] or "")):
                after = BLOCK.search(text, block.end())
                return block.start(), after.start() if after is not None else len(text)
            before, at = at, text.find(quoted, at + 1)
        return None

    def _header(self, path: Path) -> str:
        if path not in self._headers:
            text = self._text(path)
            first = BLOCK.search(text)
            self._headers[path] = text[: first.start()] if first is not None else text
        return self._headers[path]

    def _index(self, path: Path) -> dict[str, tuple[int, int]]:
        if path not in self._indexes:
            text = self._text(path)
            blocks = list(BLOCK.finditer(text))
            ends = [block.start() for block in blocks[1:]] + [len(text)]
            index: dict[str, tuple[int, int]] = {}
            for block, end in zip(blocks, ends, strict=True):
                for name in (block[1], *QUOTED.findall(block[2] or "")):
                    index.setdefault(name, (block.start(), end))
            self._indexes[path] = index
        return self._indexes[path]

    def _text(self, path: Path) -> str:
        if path not in self._texts:
            self._texts[path] = self._read(path)
        return self._texts[path]

    def _read(self, path: Path) -> str:
        return read_kept(path)

    def _files(self, vendor: str) -> Iterable[tuple[Path, Category]]:
        if len(vendor) > LONGEST_VENDOR:
            return  # the system may refuse even to look for such a file
        if not vendor.replace("-", "").replace("_", "").replace(".", "").isalnum():
            return  # never a path
        for category in CATEGORIES:
            name = f"{vendor}.toml"
            if os.path.isfile(os.path.join(self.root, category, name)):
                yield self.root / category / name, category

    def _all(self) -> Iterable[tuple[Path, Category]]:
        for category in CATEGORIES:
            for path in sorted((self.root / category).glob("*.toml")):
                yield path, category


def _named(header: str, blocks: str) -> str:
    """The header without the sources that no block names, most of what would be parsed for one;
    whole where they name none of them, as a file has sources."""
    left = SOURCE.sub(lambda line: line[0] if f'"{line[1] or line[2]}"' in blocks else "", header)
    return left if SOURCE.search(left) else header


class RefreshedFolder(SlicedFolder):
    """One generation of refreshed prices, over the shelves that it was made from.

    It was written by this program, so it is read in slices; a file that no longer has its
    checksum is an error. An entry that a shelf below knows from a later day (a newer release of
    the catalogue) is left to that shelf.
    """

    def __init__(self, root: Path, below: Catalog) -> None:
        super().__init__("refreshed", root)
        self.below = below
        self._sums: Mapping[str, str] | None = None

    def load(self, name: str) -> Entry | None:
        entry = super().load(name)
        if entry is None:
            return None
        beneath = self.below.find(name)
        return entry if beneath is None or last_checked(beneath) <= last_checked(entry) else None

    def _read(self, path: Path) -> str:
        if self._sums is None:
            self._sums = generations.sums(self.root)
        text = read_kept(path)
        name = path.relative_to(self.root).as_posix()
        if self._sums.get(name) != generations.checksum(text):
            raise BadUsage(f"{path} is not as the refresh wrote it", generations.AGAIN)
        return text


def last_checked(entry: Entry) -> date:
    """The latest day on which a price of the entry was read."""
    return max((origin.checked for _, origin in entry.item.origins()), default=date.min)


class GivenFiles(Entries):
    """Catalogue files wherever they are from, read whole and checked when first asked."""

    def __init__(self, name: str, where: str, files: Iterable[tuple[str, str, str]]) -> None:
        """``files``: the folder's name (its category), the file's name and its text."""
        super().__init__(name)
        self._where = where
        self._files = files
        self._entries: dict[str, Entry] | None = None

    def _all(self) -> dict[str, Entry]:
        if self._entries is None:
            self._entries = {}
            for folder, name, text in self._files:
                if folder in NOT_OFFERS:
                    continue
                category = next((known for known in CATEGORIES if known == folder), None)
                if category is None:
                    raise BadUsage(
                        f"{self._where}/{folder} is not a category of the catalogue",
                        "categories: " + ", ".join(CATEGORIES),
                    )
                self._add(name, text, category)
        return self._entries

    def _add(self, path: str, text: str, category: Category) -> None:
        assert self._entries is not None
        file = read_document(CatalogFile, path, text, parse_toml(path, text))
        problems = id_problems(file)
        if problems:
            raise DocumentError(path, text, problems)
        for entry in self.entries(file, category):
            for name in (entry.id, *entry.item.aliases):
                if name in self._entries:
                    raise BadUsage(f"{path}: '{name}' is already in another file of {self._where}")
                self._entries[name] = entry

    def load(self, name: str) -> Entry | None:
        return self._all().get(name)

    def plans(self, product: str) -> list[Entry]:
        unique = {entry.id: entry for entry in self._all().values()}
        return [entry for name, entry in unique.items() if name.startswith(product + "/")]

    def ids(self) -> Iterable[str]:
        return self._all()


class WholeFolder(GivenFiles):
    """Somebody's own catalogue folder: ``<category>/*.toml``."""

    def __init__(self, name: str, root: Path) -> None:
        super().__init__(name, str(root), _files_below(root))
        self.root = root


def _files_below(root: Path) -> Iterable[tuple[str, str, str]]:
    for path, category in catalogue_files(root):
        yield category, str(path), read_kept(path)
