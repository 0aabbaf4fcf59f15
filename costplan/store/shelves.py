"""Folders of prices as shelves of the catalogue: built in, the user's, a project's, a workload's.

Shipped files have a fixed form (header first, ``id`` the first line of a block, ``aliases`` the
second), so a bill parses the header and the blocks it names, not the file. Other people's files
are parsed whole.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from costplan.catalog.lookup import CATEGORIES, Catalog, CatalogFile, Category, Entry, Shelf
from costplan.catalog.model import Model
from costplan.catalog.offer import Offer
from costplan.problems import BadUsage, InvalidInput, Problem
from costplan.reading import read
from costplan.store.text import DocumentError, parse_toml, read_document, read_file

BLOCK = re.compile(r'^\[\[(?:model|offer)\]\]\nid = "([^"\n]+)"\n(?:aliases = \[([^\]]*)\])?', re.M)
CAPACITY = ("throughput", "provisioned")
"""Folders beside the categories that hold measurements, not offers."""
QUOTED = re.compile(r'"([^"]+)"')
LONGEST_VENDOR = 64  # characters


def built_in_folder() -> Path:
    """The catalogue that ships: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "pricing"
    return inside if inside.is_dir() else package.parent / "pricing"


def user_folder() -> Path | None:
    """The user's own catalogue folder; None where the system knows no home.

    COSTPLAN_PRICING names another one. Raises BadUsage where that is none: a bill must not
    quietly rest on other prices than were asked for.
    """
    named = os.environ.get("COSTPLAN_PRICING")
    if named:
        if not os.path.isdir(named):  # a NUL cannot be in a variable
            raise BadUsage(
                f"COSTPLAN_PRICING is '{named}', which is no folder",
                "name a folder that holds tokens/*.toml and the like",
            )
        return Path(named)
    for variable, below in (("XDG_CONFIG_HOME", ""), ("APPDATA", ""), ("HOME", ".config")):
        base = os.environ.get(variable)
        if base:
            return Path(base) / below / "costplan" / "pricing"
    return None


def open_catalog(
    project: Path | None = None,
    own: Mapping[str, Any] | None = None,
    own_name: str = "",
    own_text: str = "",
) -> Catalog:
    """The layers of prices for a project folder and a workload's own ``[prices]`` data."""
    built_in = built_in_folder()
    shelves: list[Shelf] = [SlicedFolder("built-in", built_in)]
    user = user_folder()
    if user is not None and user.is_dir():
        shelves.append(WholeFolder("user", user))
    if project is not None:
        folder = project / "pricing"
        if folder.is_dir() and folder.resolve() != built_in.resolve():
            shelves.append(WholeFolder("project", folder))
    if own:
        shelves.append(own_prices(own, own_name, own_text))
    return Catalog(shelves)


def catalogue_files(root: Path) -> Iterable[tuple[Path, Category]]:
    """The files of a catalogue folder with their categories. Raises BadUsage for a folder in it
    that is none."""
    for folder in sorted(root.iterdir()):
        if not folder.is_dir() or folder.name.startswith(".") or folder.name in CAPACITY:
            continue
        if folder.name not in CATEGORIES:
            raise BadUsage(
                f"{folder} is not a category of the catalogue",
                "categories: " + ", ".join(CATEGORIES),
            )
        for path in sorted(folder.glob("*.toml")):
            yield path, folder.name


class _Shelf:
    """What every shelf shares: entries by id and alias, once loaded."""

    def __init__(self, name: str) -> None:
        self.name = name

    def entries(self, file: CatalogFile, category: Category) -> Iterable[Entry]:
        """The file's models and offers as entries."""
        items: tuple[Model | Offer, ...] = (*file.model, *file.offer)
        for item in items:
            yield Entry(
                item=item,
                vendor=file.vendor,
                currency=file.currency,
                category=file.category or category,
                sources=file.source,
                shelf=self.name,
            )


class SlicedFolder(_Shelf):
    """The built-in catalogue: reads only files of the vendor asked for, only the blocks named."""

    def __init__(self, name: str, root: Path) -> None:
        super().__init__(name)
        self.root = root
        self._texts: dict[Path, str] = {}
        self._indexes: dict[Path, dict[str, tuple[int, int]]] = {}
        self._headers: dict[Path, str] = {}

    def load(self, name: str) -> Entry | None:
        for path, category in self._files(name.split("/", 1)[0]):
            span = self._index(path).get(name)
            if span is not None:
                return next(iter(self._slice(path, category, [span])))
        return None

    def plans(self, product: str) -> list[Entry]:
        found: list[Entry] = []
        for path, category in self._files(product.split("/", 1)[0]):
            index = self._index(path)
            spans = {span for name, span in index.items() if name.startswith(product + "/")}
            found += self._slice(path, category, sorted(spans))
        return found

    def ids(self) -> Iterable[str]:
        for path, _ in self._all():
            yield from self._index(path)

    def blocks(self) -> Iterable[tuple[Category, str, str]]:
        """The category, the file's header and the text of every block; no TOML is parsed."""
        for path, category in self._all():
            for begin, end in sorted(set(self._index(path).values())):
                yield category, self._headers[path], self._texts[path][begin:end]

    def _slice(
        self, path: Path, category: Category, spans: list[tuple[int, int]]
    ) -> Iterable[Entry]:
        text = self._texts[path]
        part = self._headers[path] + "".join(text[begin:end] for begin, end in spans)
        name = str(path)
        return self.entries(
            read_document(CatalogFile, name, part, parse_toml(name, part)), category
        )

    def _index(self, path: Path) -> dict[str, tuple[int, int]]:
        if path not in self._indexes:
            text = self._texts[path] = read_file(path)
            blocks = list(BLOCK.finditer(text))
            ends = [block.start() for block in blocks[1:]] + [len(text)]
            index: dict[str, tuple[int, int]] = {}
            for block, end in zip(blocks, ends, strict=True):
                for name in (block[1], *QUOTED.findall(block[2] or "")):
                    index[name] = (block.start(), end)
            self._indexes[path] = index
            self._headers[path] = text[: blocks[0].start()] if blocks else text
        return self._indexes[path]

    def _files(self, vendor: str) -> Iterable[tuple[Path, Category]]:
        if len(vendor) > LONGEST_VENDOR:
            return  # the system may refuse even to look for such a file
        if not vendor.replace("-", "").replace("_", "").replace(".", "").isalnum():
            return  # never a path
        for category in CATEGORIES:
            path = self.root / category / f"{vendor}.toml"
            if path.is_file():
                yield path, category

    def _all(self) -> Iterable[tuple[Path, Category]]:
        for category in CATEGORIES:
            for path in sorted((self.root / category).glob("*.toml")):
                yield path, category


class WholeFolder(_Shelf):
    """Somebody's own catalogue folder: ``<category>/*.toml``, read whole and checked."""

    def __init__(self, name: str, root: Path) -> None:
        super().__init__(name)
        self.root = root
        self._entries: dict[str, Entry] | None = None

    def _all(self) -> dict[str, Entry]:
        if self._entries is None:
            self._entries = {}
            for path, category in catalogue_files(self.root):
                self._add(path, category)
        return self._entries

    def _add(self, path: Path, category: Category) -> None:
        assert self._entries is not None
        text = read_file(path)
        data = parse_toml(str(path), text)
        file = read_document(CatalogFile, str(path), text, data)
        for entry in self.entries(file, category):
            for name in (entry.id, *entry.item.aliases):
                if name in self._entries:
                    raise BadUsage(f"{path}: '{name}' is already in another file of {self.root}")
                self._entries[name] = entry

    def load(self, name: str) -> Entry | None:
        return self._all().get(name)

    def plans(self, product: str) -> list[Entry]:
        unique = {entry.id: entry for entry in self._all().values()}
        return [entry for name, entry in unique.items() if name.startswith(product + "/")]

    def ids(self) -> Iterable[str]:
        return self._all()


class OwnPrices(_Shelf):
    """The ``[prices]`` of a workload file."""

    def __init__(self, file: CatalogFile) -> None:
        super().__init__("workload")
        category: Category = file.category or ("tokens" if file.model else "runtime")
        self._entries = {
            name: entry
            for entry in self.entries(file, category)
            for name in (entry.id, *entry.item.aliases)
        }

    def load(self, name: str) -> Entry | None:
        return self._entries.get(name)

    def plans(self, product: str) -> list[Entry]:
        return [one for name, one in self._entries.items() if name.startswith(product + "/")]

    def ids(self) -> Iterable[str]:
        return self._entries


def own_prices(data: Mapping[str, Any], name: str, text: str) -> OwnPrices:
    """A workload's ``[prices]`` as a shelf. Raises DocumentError with places in the workload."""
    try:
        file = read(CatalogFile, data, ("prices",))
    except InvalidInput as error:
        raise DocumentError(name, text, error.problems) from None
    problems = [
        Problem(("prices", key, at, "id"), f"'{one}' is not an id", "ids look like vendor/plan")
        for key, ids in (
            ("model", [model.id for model in file.model]),
            ("offer", [offer.id for offer in file.offer]),
        )
        for at, one in enumerate(ids)
        if "/" not in one
    ]
    if problems:
        raise DocumentError(name, text, problems)
    return OwnPrices(file)
