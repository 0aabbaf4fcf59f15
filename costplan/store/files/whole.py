"""Every entry of a catalogue with its place: for audits, never for a bill.

Files are read whole, one after the other, so that a name which two of them claim is a finding and
not the end of the reading. Three thousand models take a few seconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from costplan.catalog.filed import Filed
from costplan.catalog.lookup import Catalog, CatalogFile
from costplan.problems import BadUsage
from costplan.store.files.catalogue_folder import catalogue_files
from costplan.store.files.shelves import SlicedFolder, WholeFolder
from costplan.store.files.text import parse_toml, read_document, read_kept
from costplan.words import Category

OPENING = re.compile(r"^[ \t]*\[\[[ \t]*(model|offer)[ \t]*\]\]", re.M)


def filed_catalog(catalog: Catalog) -> Iterator[Filed]:
    """Every entry of every folder of the catalogue, the lowest shelf first, in file order.

    Raises DocumentError, DocumentSyntaxError or BadUsage for a file that cannot be read.
    """
    for shelf in catalog.shelves:
        if isinstance(shelf, SlicedFolder | WholeFolder):
            inside = shelf.root.parent if isinstance(shelf, SlicedFolder) else None
            yield from _filed(shelf.root, shelf.name, inside)


def filed_folder(folder: Path) -> Iterator[Filed]:
    """Every entry of one folder. Raises as ``filed_catalog``, also for one that holds no file."""
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        raise BadUsage(f"{folder} {what}", "name a folder that holds tokens/*.toml and the like")
    empty = True
    for filed in _filed(folder, "folder", None):
        empty = False
        yield filed
    if empty:
        hint = "an audit reads <category>/*.toml below the folder it is given"
        raise BadUsage(f"{folder} holds no entry of a catalogue", hint)


def filed_file(shelf: str, root: Path, path: Path, category: Category) -> list[Filed]:
    """Every entry of one file of a folder. Raises as ``filed_catalog``."""
    return list(_of_file(WholeFolder(shelf, root), path, str(path), category))


def _filed(root: Path, shelf: str, inside: Path | None) -> Iterator[Filed]:
    """``inside``: the folder that names of files are relative to."""
    maker = WholeFolder(shelf, root)
    for path, category in catalogue_files(root):
        name = path.relative_to(inside).as_posix() if inside else str(path)
        yield from _of_file(maker, path, name, category)


def _of_file(maker: WholeFolder, path: Path, name: str, category: Category) -> Iterator[Filed]:
    text = read_kept(path)
    file = read_document(CatalogFile, str(path), text, parse_toml(str(path), text))
    models, offers = _lines(text, "model"), _lines(text, "offer")
    lines = [*_fit(models, len(file.model)), *_fit(offers, len(file.offer))]
    for entry, line in zip(maker.entries(file, category), lines, strict=True):
        yield Filed(entry, name, line)


def _lines(text: str, key: str) -> list[int]:
    """The lines on which the blocks of a key begin."""
    numbers: list[int] = []
    at, line = 0, 1
    for opening in OPENING.finditer(text):
        if opening[1] == key:
            line += text.count("\n", at, opening.end())
            at = opening.end()
            numbers.append(line)
    return numbers


def _fit(lines: list[int], count: int) -> list[int | None]:
    return [*lines] if len(lines) == count else [None] * count
