"""A catalogue folder on disk: its files, and what stands where nobody looks for prices.

An absence quietly bills something else, so that what cannot be read, leads nowhere or stands in the
wrong place is an error.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from stat import S_ISLNK

from costplan.problems import BadUsage
from costplan.store.files import generations
from costplan.store.files.text import read_kept
from costplan.words import CATEGORIES, Category

CAPACITY = ("throughput", "provisioned", "energy")
"""Folders beside the categories that hold measurements, not offers."""
NOT_OFFERS = (*CAPACITY, generations.FOLDER)
_KEY = r"""["']?(?:model|offer)\b["']?"""
PRICES = rf"(?m)^[ \t]*+(?:\[\[[ \t]*+{_KEY}|{_KEY}[ \t]*+=[ \t]*+\[(?:\s|#.*)*+\{{)"
"""What a file of prices has, wherever it stands."""
LEFT_OUT = "its prices would be left out: mend it, or take it away"


def catalogue_files(root: Path) -> Iterable[tuple[Path, Category]]:
    """The files of a catalogue folder with their categories.

    Raises BadUsage for a folder that cannot be read or is no category, and for prices that stand
    where nobody reads them: an absence would quietly bill something else.
    """
    for path in inside(root):
        if path.name.startswith(".") or path.name in NOT_OFFERS:
            continue
        if not path.is_dir():
            _refuse_prices(path, root)
            continue
        if path.name not in CATEGORIES:
            raise BadUsage(
                f"{path} is not a category of the catalogue",
                "categories: " + ", ".join(CATEGORIES),
            )
        for file in inside(path):
            if file.suffix == ".toml":
                yield file, path.name
            elif not file.name.startswith("."):
                _refuse_prices(file, root)


def is_folder(path: Path) -> bool:
    """Whether there is such a folder. Raises BadUsage for what has the name and is none."""
    if not os.path.lexists(path):
        return False
    if not path.is_dir():
        _refuse_loose_link(path)
        raise BadUsage(f"{path} is a file, not a folder of prices", LEFT_OUT)
    return True


def same_files(left: Path, right: Path) -> bool:
    """Whether two folders hold the same files byte by byte: the one is a copy of the other.

    A link is never the same, wherever it leads. Of two folders that differ in names or sizes, as
    nearly all do, no file is opened.
    """
    try:
        first, second = _sizes(left), _sizes(right)
        return (
            first == second
            and -1 not in first.values()
            and all((left / name).read_bytes() == (right / name).read_bytes() for name in first)
        )
    except OSError:  # whoever reads it will say so
        return False


def _sizes(root: Path) -> dict[str, int]:
    """Every file's size, by its path below the root; -1 for a link."""
    sizes = {}
    for folder, folders, files in os.walk(root):
        for name in [*files, *(link for link in folders if os.path.islink(f"{folder}/{link}"))]:
            path = os.path.join(folder, name)
            known = os.lstat(path)
            sizes[os.path.relpath(path, root)] = -1 if S_ISLNK(known.st_mode) else known.st_size
    return sizes


def inside(folder: Path) -> list[Path]:
    """What a folder holds, in order. Raises BadUsage where it cannot be read."""
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise BadUsage(f"{folder} cannot be read: {reason}", LEFT_OUT) from None


def _refuse_loose_link(path: Path) -> None:
    if path.is_symlink() and not path.exists():
        raise BadUsage(f"{path} is a link to nothing", LEFT_OUT)


def _refuse_prices(path: Path, root: Path) -> None:
    """Raise BadUsage for a file or folder that holds prices where they are not looked for."""
    if path.is_dir():
        for inner in inside(path):
            if not inner.name.startswith("."):
                _refuse_prices(inner, root)
        return
    _refuse_loose_link(path)
    if path.suffix.casefold() != ".toml":
        return
    text = read_kept(path)
    if re.search(PRICES, text):
        raise BadUsage(
            f"{path} holds prices, and is not where they are looked for",
            f"{root}/<category>/NAME.toml; categories: " + ", ".join(CATEGORIES),
        )
