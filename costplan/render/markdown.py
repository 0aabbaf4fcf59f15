"""Documents as GitHub-flavoured Markdown: a summary to read, details to unfold.

Every text of a file is escaped: it cannot make a table cell, a tag, a link, a mention or an issue
reference.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from costplan.document.bill import Bill
from costplan.document.estimate import Estimate, EstimateDocument
from costplan.document.finding import Findings
from costplan.document.findings import findings
from costplan.document.line import LineItem
from costplan.facts import texts
from costplan.render import Look, energy, risk
from costplan.render.deciding import what_decides
from costplan.render.estimate_rows import MONTHS, TOTALS, month_rows, purpose_rows, total_rows
from costplan.render.figures import figure_rows
from costplan.render.markdown_parts import bulleted, folded, safe_rows, source_of, table_of
from costplan.render.markup import safe, strong
from costplan.render.page import amount_of, known_sum, money
from costplan.render.sentences import (
    SENTENCES,
    reasons,
    shared_sentences,
    source_dates,
    traffic,
)

if TYPE_CHECKING:
    from costplan.document.comparison import Comparison
    from costplan.document.kinds import Saved
    from costplan.document.rows import Rows

MARKS = {"error": "**error**", "warning": "warning", "note": "note"}


def draw(saved: Sequence[Saved], look: Look) -> str:
    """Each document under its own heading; several begin with all their totals."""
    parts: list[str] = []
    if len(saved) > 1:
        parts += ["# All documents", "", *_all(saved), ""]
    for named in saved:
        document = named.document
        if isinstance(document, Bill):
            parts += _bill(document)
        elif isinstance(document, EstimateDocument):
            parts += [*_estimates(document), *_findings(findings(named))]
        else:
            parts += [*_comparison(document), *_findings(findings(named))]
    text = "\n".join(parts).rstrip("\n") + "\n"
    return look.markup(text)


def draw_rows(rows: Rows, look: Look) -> str:
    """Rows as one table."""
    from costplan.render.several import spoken

    body = [
        [safe(spoken(value, name)) for value, name in zip(row, rows.columns, strict=True)]
        for row in rows.rows
    ]
    if rows.whole is not None:
        whole = zip(rows.whole, rows.columns, strict=True)
        body.append([strong(safe(spoken(value, name))) for value, name in whole])
    figures = [name in rows.figures for name in rows.columns]
    table = table_of([safe(name) for name in rows.columns], body, figures)
    return "\n".join([*table, "", *(safe(note) for note in rows.notes)]).rstrip("\n") + "\n"


def _all(saved: Sequence[Saved]) -> list[str]:
    return table_of(TOTALS, safe_rows(total_rows(saved)), [False, False, False, True, False])


def _bill(bill: Bill) -> list[str]:
    moment = bill.as_of.isoformat(timespec="minutes").replace("+00:00", "Z")
    rows = [
        [safe(line.label), safe(amount_of(line)), money(line.amount)] for line in bill.line_items
    ]
    label = "total, at least" if bill.unpriced else "total"
    rows.append([strong(label), "", strong(money(bill.total))])
    return [
        f"# {safe(bill.offer)}",
        "",
        f"at {moment}",
        "",
        *table_of(["charge", "quantity", safe(bill.currency)], rows),
        "",
        *bulleted("Notes", [*reasons(bill.unpriced), *bill.notes]),
        *folded("Sources", _sources(bill.line_items)),
    ]


def _head(document: EstimateDocument, first: Sequence[str]) -> list[str]:
    estimates = document.estimates
    decided = what_decides(estimates)
    rows = safe_rows([row.title, *row.cells] for row in figure_rows(estimates))
    stacks = [safe(estimate.stack) for estimate in estimates]
    return [
        f"# {safe(document.title)}",
        "",
        f"{safe(traffic(estimates))} a month; prices as of {document.as_of}, "
        f"in {safe(document.currency)} a month",
        "",
        *(f"- {safe(note)}" for note in texts(document.price_facts)),
        *([""] if document.price_facts else []),
        *first,
        *table_of([safe(document.currency), *stacks], rows),
        "",
        *([strong(safe(decided)), ""] if decided else []),
        *_risk(estimates),
    ]


def _risk(estimates: Sequence[Estimate]) -> list[str]:
    """What a month may come to: figures, strips on one scale, what the spread goes with."""
    stacks = risk.drawn(estimates)
    if not stacks:
        return []
    scale = risk.Scale.of(stacks)
    first = risk.leading(stacks)
    rows = [
        [*row, f"`{risk.strip_words(stack, scale, STRIP)}`"]
        for stack, row in zip(stacks, safe_rows(risk.stack_rows(stacks)), strict=True)
    ]
    header = [*risk.stack_header(stacks), "o likely, ● median, x mean"]
    figures = [False, *[True] * (len(header) - 2), False]
    body = ["## What a month may come to", "", f"{safe(risk.of_draws(stacks))}.", ""]
    body += [*table_of(header, rows, figures), ""]
    if first.risk.unknowns:
        body += [strong(safe(f"What the spread of {first.name} goes with")), ""]
        body += [*table_of(risk.UNKNOWNS, safe_rows(risk.unknown_rows(first))), ""]
    if first.risk.measure is not None:
        body += [safe(risk.measuring(first.risk.measure, estimates)), ""]
    return body


STRIP = 24
"""Letters of a stack's strip."""


def _estimates(document: EstimateDocument, first: Sequence[str] = ()) -> list[str]:
    shared = shared_sentences(document.estimates)
    lines = _head(document, first)
    for estimate in document.estimates:
        lines += _stack(estimate, document.currency, shared)
    several = len(document.estimates) > 1
    said: list[str] = []
    for name, title in SENTENCES.items():
        said += bulleted(f"{title}, in every stack" if several else title, shared[name])
    if said:
        lines += folded("Assumptions and limits", said)
    return lines


def _stack(estimate: Estimate, currency: str, shared: dict[str, list[str]]) -> list[str]:
    least = "at least " if estimate.at_least else ""
    title = f"{estimate.stack}: {least}{money(estimate.total_monthly)} {currency} a month"
    rows: list[list[str]] = []
    for component in estimate.components:
        rows.append([strong(safe(component.name)), "", "", strong(known_sum(component.line_items))])
        rows += [
            [
                safe(f"{line.role}: {line.price.offer}"),
                safe(line.label),
                safe(amount_of(line)),
                money(line.amount),
            ]
            for line in component.line_items
        ]
    rows.append(["**total**", "", "", strong(safe(f"{least}{money(estimate.total_monthly)}"))])
    body = table_of(
        ["component", "charge", "quantity", safe(currency)], rows, [False, False, True, True]
    )
    body += ["", *table_of(["purpose", "a month", "share"], safe_rows(purpose_rows(estimate))), ""]
    body += [*_months(estimate), *_energy(estimate)]
    body += bulleted("Notes", [*reasons(estimate.unpriced), *estimate.notes])
    for name, heading in SENTENCES.items():
        own = [text for text in getattr(estimate, name) if text not in shared[name]]
        body += bulleted(heading, own)
    body += ["**Sources**", "", *_sources(estimate.lines)]
    return folded(title, body)


def _energy(estimate: Estimate) -> list[str]:
    if estimate.energy is None:
        return []
    return [
        strong(energy.TITLE),
        "",
        *table_of(energy.HEADER, safe_rows(energy.figures(estimate))),
        "",
        *table_of(energy.PARTS, safe_rows(energy.parts(estimate)), energy.FIGURES),
        "",
        safe(energy.boundary(estimate)),
        "",
    ]


def _months(estimate: Estimate) -> list[str]:
    rows = safe_rows(month_rows(estimate))
    if not rows:
        return []
    rows[-1] = [strong(text) for text in rows[-1]]
    return [*table_of([*MONTHS, "total"], rows), ""]


def _sources(lines: Iterable[LineItem]) -> list[str]:
    return table_of(
        ["offer", "source", "since", "checked", "confidence"],
        [
            [
                safe(dates.offer),
                source_of(dates.source),
                str(dates.since),
                str(dates.checked),
                dates.confidence,
            ]
            for dates in source_dates(lines)
        ],
        [False] * 5,
    )


def _comparison(comparison: Comparison) -> list[str]:
    from costplan.render.markdown_comparison import answered, compared

    return [*_estimates(comparison.document, answered(comparison)), *compared(comparison)]


def _findings(review: Findings) -> list[str]:
    """What the document says is wrong, as a list that a reviewer reads."""
    if not review.findings:
        return []
    rows = [
        [MARKS[finding.level], finding.rule.id, safe(finding.stack), safe(finding.message)]
        for finding in review.findings
    ]
    return ["## Findings", "", *table_of(["", "rule", "stack", "what"], rows, [False] * 4), ""]
