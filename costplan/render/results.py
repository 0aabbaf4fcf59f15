"""Results, such as a diff: documents without lines, each kind with formats of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from costplan.document.kinds import SavedResult, kind_of
from costplan.problems import BadUsage
from costplan.render import FORMATS, Look

if TYPE_CHECKING:
    from costplan.document.kinds import Result

ANNOTATING = ("junit", "sarif", "github", "gitlab")
RESULT_FORMATS: Mapping[str, Mapping[str, str]] = {
    "diff": {
        "table": "costplan.render.diff",
        "json": "costplan.render.result_json",
        "lean": "costplan.render.result_lean",
        "markdown": "costplan.render.diff_markdown",
        "html": "costplan.render.html_diff",
    },
    "check": {
        "table": "costplan.render.verdict",
        "json": "costplan.render.result_json",
        "lean": "costplan.render.result_lean",
        "markdown": "costplan.render.verdict_markdown",
        "html": "costplan.render.html_verdict",
        **{form: FORMATS[form] for form in ANNOTATING},
    },
    "usage": {
        "table": "costplan.render.usage",
        "json": "costplan.render.result_json",
        "lean": "costplan.render.result_lean",
        "markdown": "costplan.render.usage_markdown",
        "html": "costplan.render.html_usage",
        "csv": "costplan.render.usage_csv",
    },
    "forecast": {
        "table": "costplan.render.forecast",
        "json": "costplan.render.result_json",
        "lean": "costplan.render.result_lean",
        "markdown": "costplan.render.forecast_markdown",
        "html": "costplan.render.html_forecast",
        "csv": "costplan.render.forecast_csv",
    },
    "reconciliation": {
        "table": "costplan.render.reconciliation",
        "json": "costplan.render.result_json",
        "lean": "costplan.render.result_lean",
        "markdown": "costplan.render.reconciliation_markdown",
        "html": "costplan.render.html_reconciliation",
        "csv": "costplan.render.reconciliation_csv",
    },
}
"""Of each kind the modules with ``draw(document, look)``, by format, and of HTML with
``body(document)``; of a format of ``ANNOTATING``
those with ``draw_findings(sets, look)``."""
FINDINGS: Mapping[str, str] = {"check": "costplan.render.verdict_findings"}
"""Of each kind that is annotated the module with ``findings(document, warning)``."""


def draw_result(document: Result, form: str, look: Look) -> str:
    """The result in a format of its kind, ending in a newline. Raises BadUsage for another one."""
    return draw_results([SavedResult("", document)], form, look)


def draw_results(saved: Sequence[SavedResult], form: str, look: Look) -> str:
    """Results as one text, several each under the name of its file.

    Raises BadUsage for a format that one of them has not.
    """
    for named in saved:
        kind = kind_of(named.document)
        if form not in RESULT_FORMATS[kind]:
            hint = "formats: " + ", ".join(RESULT_FORMATS[kind])
            raise BadUsage(f"a {kind} cannot be drawn as {form}", hint)
    if form in ANNOTATING:
        return _annotations(saved, form, look)
    if len(saved) == 1:
        return _draw(saved[0].document, form, look)
    if form == "json":
        from costplan.render.json import report

        return report(saved, [getattr(named.document, "workload", None) for named in saved])
    if form == "lean":
        from costplan.render import lean

        return lean.draw(saved, look)
    if form == "html":
        return _sections(saved, look)
    parts = [_draw(named.document, form, look) for named in saved]
    if form == "table":
        parts = [_headed(named.name, part, look) for named, part in zip(saved, parts, strict=True)]
    return "\n".join(parts)


def _draw(document: Result, form: str, look: Look) -> str:
    text: str = import_module(RESULT_FORMATS[kind_of(document)][form]).draw(document, look)
    return text


def _headed(name: str, text: str, look: Look) -> str:
    from costplan.render.page import Page

    page = Page(look)
    page.say(f"== {name} ==", "bold")
    return f"{page.text()}\n{text}"


def _sections(saved: Sequence[SavedResult], look: Look) -> str:
    """One HTML page of them all."""
    from costplan.render.html_page import whole_page

    bodies = [
        import_module(RESULT_FORMATS[kind_of(named.document)]["html"]).body(named.document)
        for named in saved
    ]
    return whole_page(f"{len(saved)} documents", "\n".join(bodies), look)


def _annotations(saved: Sequence[SavedResult], form: str, look: Look) -> str:
    """The findings of all; what only warns is a note where the format would call it a failure."""
    warning = "note" if form == "junit" else "warning"
    sets = [
        import_module(FINDINGS[kind_of(named.document)]).findings(named.document, warning)
        for named in saved
    ]
    drawn: str = import_module(FORMATS[form]).draw_findings(sets, look)
    return drawn
