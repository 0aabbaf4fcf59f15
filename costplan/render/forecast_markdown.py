"""A forecast as GitHub-flavoured Markdown."""

from __future__ import annotations

from costplan.document.forecast import ForecastDocument
from costplan.render import Look
from costplan.render.forecast import (
    METHODS,
    cells,
    happens,
    methods_tried,
    percent,
    rests,
    title,
    volume_name,
)
from costplan.render.markdown_parts import bulleted, folded, table_of
from costplan.render.markup import safe


def draw(document: ForecastDocument, look: Look) -> str:
    """What happens when, the months, what it rests on; each text of a file is escaped."""
    level = percent(document.band.level) if document.band else "no"
    header = ["month", volume_name(document), "total", f"{level} band"]
    rows = [
        [f"{month.month:%Y-%m}", *(safe(text) for text in cells(month, document.counts))]
        for month in document.months
    ]
    lines = [f"### {safe(title(document))}", ""]
    lines += [*(f"- {safe(sentence)}" for sentence in happens(document)), ""]
    lines += [*table_of(header, rows), ""]
    lines += [*(f"- {safe(sentence)}" for sentence in rests(document)), ""]
    if tried := methods_tried(document):
        lines += folded(METHODS, [f"- {safe(sentence)}" for sentence in tried])
    lines += bulleted("Notes", document.notes)
    text = "\n".join(lines).rstrip() + "\n"
    return look.markup(text)
