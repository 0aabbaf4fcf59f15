"""An entry of the catalogue with the place where it is written."""

from __future__ import annotations

from typing import NamedTuple

from costplan.catalog.lookup import Entry


class Filed(NamedTuple):
    """An entry, its file as a reader would name it, and the line where its block begins.

    ``line`` is None where the file is not written in blocks (``model = [{...}]``).
    """

    entry: Entry
    file: str
    line: int | None = None
