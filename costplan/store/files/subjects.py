"""What is checked, and what it is checked against: a workload, or an estimate that was saved.

The content tells which: a saved estimate is a JSON object, a workload is TOML.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from costplan.document.estimate import EstimateDocument
from costplan.problems import BadUsage
from costplan.store.files.documents import LARGEST_DOCUMENT, read_saved
from costplan.store.files.text import LARGEST_FILE, decode, read_bytes, stdin_bytes
from costplan.store.files.workloads import Opened, open_workload, read_workload


class SavedEstimate(NamedTuple):
    """A saved estimate and the name of what it was read from."""

    name: str
    document: EstimateDocument


def called(where: str | Opened | SavedEstimate) -> str:
    """How a side is named in words: as it was asked for."""
    return where if isinstance(where, str) else where.name


def open_subject(
    where: str | Opened | SavedEstimate | None,
    changes: Iterable[str] = (),
    rates: Iterable[str] = (),
    scenario: str = "",
) -> Opened | SavedEstimate:
    """The workload or saved estimate of a path, of standard input (``-``), or the nearest
    ``costplan.toml`` upward; what is open stays as it is. ``changes``, ``rates`` and
    ``scenario`` are of a workload that is read here.

    Raises BadUsage, DocumentError, DocumentSyntaxError or SavedError.
    """
    if where is None:
        return open_workload(None, changes, rates, scenario)
    if not isinstance(where, str):
        return where
    if where == "-":
        name, data, folder = "standard input", stdin_bytes(LARGEST_DOCUMENT), Path()
    else:
        path = Path(where)
        name, data, folder = str(path), read_bytes(path, LARGEST_DOCUMENT), path.parent
    if not data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        text = decode(data, name, LARGEST_FILE)
        return read_workload(name, text, folder, changes, rates, scenario)
    document = read_saved(name, decode(data, name, LARGEST_DOCUMENT)).document
    if not isinstance(document, EstimateDocument):
        raise BadUsage(
            f"{name} is a saved document, but no estimate",
            "save one with 'costplan estimate --format json --out FILE'",
        )
    return SavedEstimate(name, document)
