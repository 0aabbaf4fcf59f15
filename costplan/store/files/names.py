"""Names that can be typed: ids, vendors, stacks. For completing words, never for pricing.

Nothing here raises for a file that is broken, large or gone: what cannot be read has no names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from costplan.problems import CostplanError
from costplan.store.files.shelves import QUOTED, SlicedFolder, open_catalog
from costplan.store.files.text import parse_toml, read_file
from costplan.store.files.workloads import nearest_file
from costplan.words import CATEGORIES

ID = re.compile(
    r"""^[ \t]*(?:id[ \t]*=[ \t]*(?:"([^"\\\n]+)"|'([^'\n]+)')|aliases[ \t]*=[ \t]*\[([^\]]*)\])""",
    re.M,
)
"""A block's id or its aliases; those of charges match too, and have no slash."""


def ids(beginning: str = "") -> set[str]:
    """Ids and aliases of every shelf that begin so."""
    vendor = beginning.partition("/")[0] if "/" in beginning else None
    return {
        name
        for path in _files(vendor)
        for name in _ids(path)
        if name.startswith(beginning) and "/" in name
    }


def vendors() -> set[str]:
    """What ids begin with before their first slash."""
    return {name.partition("/")[0] for name in ids()}


def stacks(workload: str | None) -> list[str]:
    """The stacks of a workload file, or of the nearest one upward."""
    try:
        path = Path(workload).expanduser() if workload else nearest_file()
        tables = parse_toml("", _text(path)).get("stack")
    except (CostplanError, RuntimeError):  # no such home
        return []
    return [*tables] if isinstance(tables, dict) else []


def _files(vendor: str | None) -> Iterable[Path]:
    """Files that may hold a vendor's ids: in the catalogue that ships, its own alone."""
    try:
        shelves = open_catalog(Path()).shelves
    except (CostplanError, OSError):
        return
    for shelf in shelves:
        root = getattr(shelf, "root", None)
        if not isinstance(root, Path):
            continue
        named = vendor if isinstance(shelf, SlicedFolder) else None
        for category in CATEGORIES:
            try:
                files = sorted((root / category).glob("*.toml"))
            except OSError:
                continue
            yield from (file for file in files if named is None or file.stem == named)


def _ids(path: Path) -> Iterable[str]:
    for match in ID.finditer(_text(path)):
        if match[3] is not None:
            yield from QUOTED.findall(match[3])
        else:
            yield match[1] or match[2]


def _text(path: Path) -> str:
    """A plain file's text; a pipe would wait for somebody who writes."""
    try:
        return read_file(path) if path.is_file() else ""
    except (CostplanError, OSError, ValueError):
        return ""
