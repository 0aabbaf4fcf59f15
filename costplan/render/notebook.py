"""A document in a notebook's cell: the sentence that answers, and the stacks side by side.

A notebook sets tables itself, and a style sheet would reach the whole of it: there is none here.
"""

from __future__ import annotations

from typing import Any

from costplan.document.entries import estimates_of
from costplan.document.estimate import EstimateDocument
from costplan.document.kinds import RESULTS, kind_of
from costplan.render import Look, render
from costplan.render.deciding import what_decides
from costplan.render.figures import figure_rows
from costplan.render.html_page import table, text_of
from costplan.render.results import draw_result

WIDTH = 100
"""Columns of what is drawn as on a terminal."""


def fragment(document: Any) -> str:
    """Estimates as a table below what decides them; everything else as its first screen."""
    if not isinstance(document, EstimateDocument):
        return "<pre>" + "\n".join(map(text_of, _screen(document).splitlines())) + "</pre>"
    whole = estimates_of(document)
    assert whole is not None
    decided = what_decides(whole.estimates)
    rows = [[row.title, *row.cells] for row in figure_rows(whole.estimates)]
    title = f"{whole.workload}: {whole.currency} a month, prices as of {whole.as_of}"
    head = [whole.currency, *(estimate.stack for estimate in whole.estimates)]
    lead = f"<p>{text_of(decided[:1].upper() + decided[1:])}</p>" if decided else ""
    return f"<div>{lead}{table(title, head, rows)}</div>"


def _screen(document: Any) -> str:
    look = Look(width=WIDTH)
    if kind_of(document) in RESULTS:
        return draw_result(document, "table", look)
    return render(document, "table", look)
