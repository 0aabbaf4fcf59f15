"""A check as an HTML page: the verdict, what keeps it from passing, figures beside their limits."""

from __future__ import annotations

from decimal import Decimal

from costplan.document.verdict import CheckDocument, Verdict
from costplan.quantity import ZERO
from costplan.render import Look
from costplan.render.html_chart import Bar, Stretch, chart
from costplan.render.html_page import bullets, table, text_of, whole_page
from costplan.render.verdict import figures, headroom, labelled, reason, sentence

LEVELS = {"deny": "error", "unknown": "error", "warn": "warning"}
"""The class of a verdict that is no pass."""
MOST = Decimal(2)
"""How far a bar goes, in limits; a figure beyond it ends there, and says so in numbers."""


def draw(document: CheckDocument, look: Look) -> str:
    """The whole page."""
    return whole_page(f"{document.workload}: check", body(document), look)


def body(document: CheckDocument) -> str:
    """The check as a section of a page."""
    labels = labelled(document)
    against = f", against {document.baseline}" if document.baseline else ""
    parts = [
        f"<section><h1>{text_of(document.workload)}</h1>",
        f'<p class="lead verdict {document.result}">{text_of(sentence(document))}</p>',
        f'<p class="sub">{text_of(document.subject)}. Prices as of {document.as_of}, in '
        f"{text_of(document.currency)} a month{text_of(against)}.</p>",
        _open(document, labels),
        *(_stack(document, stack, labels) for stack in document.stacks),
        bullets("Notes", document.notes),
        "</section>",
    ]
    return "\n".join(part for part in parts if part)


def _open(document: CheckDocument, labels: dict[int, str]) -> str:
    """What is no pass: why, where the rule stands, what would mend it."""
    items = []
    for verdict in document.verdicts:
        if verdict.status == "pass":
            continue
        place = f" {verdict.place}." if verdict.place else ""
        remedy = f" To mend it: {verdict.remedy}." if verdict.remedy else ""
        why = f"{verdict.stack}: {labels[id(verdict)]}: {reason(verdict)}.{place}{remedy}"
        items.append(
            f'<li class="{LEVELS[verdict.status]}"><strong>{verdict.status}</strong> '
            f"{text_of(why)}</li>"
        )
    if not items:
        return ""
    return f'<section class="findings"><h2>Why</h2><ul>{"".join(items)}</ul></section>'


def _stack(document: CheckDocument, stack: str, labels: dict[int, str]) -> str:
    own = [verdict for verdict in document.verdicts if verdict.stack == stack]
    rows = []
    for verdict in own:
        figure, limit = figures(verdict)
        rows.append([labels[id(verdict)], verdict.status, figure, limit, headroom(verdict)])
    header = ["rule", "verdict", "figure", "limit", "headroom"]
    flags = [False, False, True, True, True]
    return (
        f"<section><h2>{text_of(stack)}</h2>{_bars(own, labels)}"
        f"{table('Every rule', header, rows, flags)}</section>"
    )


def _bars(verdicts: list[Verdict], labels: dict[int, str]) -> str:
    """The figures that have a maximum, as shares of it; the line is the limit."""
    rows = []
    for verdict in verdicts:
        if verdict.figure is None or not verdict.limit or verdict.is_minimum:
            continue
        share = verdict.figure / verdict.limit
        figure, limit = figures(verdict)
        said = f"{figure} of {limit}"
        stretch = Stretch(ZERO, min(max(share, ZERO), MOST), f"s-{verdict.status}", said)
        rows.append(Bar(labels[id(verdict)], said, [stretch], Decimal(1)))
    longest = max((row.stretches[0].end for row in rows), default=ZERO)
    return chart("Figures beside their limits (the line)", rows, ZERO, max(longest, Decimal("1.1")))
