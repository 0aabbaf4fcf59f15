"""Documents as text: one format a file, one line each in ``FORMATS``. No price is computed.

A module of ``FORMATS`` has ``draw(saved, look)`` for one document or several; those that can also
draw rows that a person asked for have ``draw_rows(rows, look)``.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from costplan.document.kinds import Document, Saved
    from costplan.document.rows import Rows

FORMATS = {
    "table": "costplan.render.table",
    "json": "costplan.render.json",
    "lean": "costplan.render.lean",
    "markdown": "costplan.render.markdown",
    "html": "costplan.render.html",
    "csv": "costplan.render.csv",
    "focus": "costplan.render.focus",
    "focus-1.4": "costplan.render.focus_1_4",
    "junit": "costplan.render.junit",
    "sarif": "costplan.render.sarif",
    "github": "costplan.render.github",
    "gitlab": "costplan.render.gitlab",
    "svg": "costplan.render.svg",
}
BINARY = {"xlsx": "costplan.render.xlsx"}
"""Formats that are no text: ``draw`` gives bytes."""
ANNOTATING = ("json", "sarif", "github", "gitlab")
"""Formats that point into the workload file, or are kept for one that will."""
TABULAR = ("table", "json", "lean", "markdown", "html", "csv")
"""Formats that have ``draw_rows``."""


class Look(NamedTuple):
    """How a text may look: columns, colour, and who made it; whether formulas (``explain``), every
    stack's lines (``lines``) and all that is known (``full``) are shown; ``height``: the lines of a
    first screen, those of a terminal of 24 less the one of the prompt."""

    width: int = 80
    color: bool = False
    unicode: bool = True
    explain: bool = False
    version: str = ""
    lines: bool = False
    full: bool = False
    height: int = 23

    def markup(self, text: str) -> str:
        """A text of XML, HTML or Markdown; without ``unicode`` letters beyond ASCII are references
        to characters, which all of them read."""
        return text if self.unicode else text.encode("ascii", "xmlcharrefreplace").decode("ascii")


def render(document: Document, form: str, look: Look) -> str:
    """The document in a format of ``FORMATS``, ending in a newline unless it is empty."""
    from costplan.document.kinds import Saved

    return render_all([Saved("", document)], form, look)


def render_all(saved: Sequence[Saved], form: str, look: Look) -> str:
    """Several documents as one text."""
    text: str = import_module(FORMATS[form]).draw(saved, look)
    return text


def render_file(saved: Sequence[Saved], form: str, look: Look) -> bytes:
    """Several documents as one file in a format of ``BINARY``."""
    content: bytes = import_module(BINARY[form]).draw(saved, look)
    return content


def render_rows(rows: Rows, form: str, look: Look) -> str:
    """Rows in a format of ``TABULAR``."""
    text: str = import_module(FORMATS[form]).draw_rows(rows, look)
    return text
