"""Documents as text: one format a file, one line each in ``FORMATS``. No price is computed."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from costplan.document.saved import Document

FORMATS = {
    "table": "costplan.render.table",
    "json": "costplan.render.json",
    "svg": "costplan.render.svg",
}


class Look(NamedTuple):
    """How a text may look: columns, colour, and whether formulas are shown."""

    width: int = 80
    color: bool = False
    unicode: bool = True
    explain: bool = False


def render(document: Document, form: str, look: Look) -> str:
    """The document in a format of ``FORMATS``, ending in a newline."""
    draw: Callable[[Document, Look], str] = import_module(FORMATS[form]).draw
    return draw(document, look)
