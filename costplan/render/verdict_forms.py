"""The forms in which a check is drawn. The annotating ones draw its findings."""

from __future__ import annotations

from importlib import import_module

from costplan.document.verdict import CheckDocument
from costplan.render import FORMATS, Look

OWN = {
    "table": "costplan.render.verdict",
    "json": "costplan.render.verdict_json",
    "markdown": "costplan.render.verdict_markdown",
}
ANNOTATING = ("junit", "sarif", "github", "gitlab")


def draw(document: CheckDocument, form: str, look: Look) -> str:
    """The check in one of ``OWN`` or ``ANNOTATING``."""
    if form in OWN:
        text: str = import_module(OWN[form]).draw(document, look)
        return text
    from costplan.render.verdict_findings import findings

    found = findings(document, "note" if form == "junit" else "warning")
    drawn: str = import_module(FORMATS[form]).draw_findings([found], look)
    return drawn
