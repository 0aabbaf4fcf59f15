"""Documents as one HTML page that needs nothing else: no network, no script; it prints, follows the
reader's light or dark, and can be read by ear. Every text of a file is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from costplan.document.bill import Bill
from costplan.document.entries import estimates_of
from costplan.document.estimate import Estimate, EstimateDocument
from costplan.document.finding import Findings
from costplan.document.findings import findings
from costplan.document.line import LineItem
from costplan.facts import texts
from costplan.quantity import rounded
from costplan.render import Look, energy
from costplan.render.deciding import what_decides
from costplan.render.estimate_rows import MONTHS, TOTALS, month_rows, purpose_rows, total_rows
from costplan.render.figures import component_names, figure_rows
from costplan.render.html_chart import component_bars, grid
from costplan.render.html_page import Card, bullets, cards, table, text_of, whole_page
from costplan.render.html_risk import risk_section
from costplan.render.page import amount_of, known_sum, money
from costplan.render.sentences import (
    SENTENCES,
    reasons,
    share_of,
    shared_sentences,
    source_dates,
    total_of,
    traffic,
)

if TYPE_CHECKING:
    from costplan.document.comparison import Comparison
    from costplan.document.kinds import Saved
    from costplan.document.rows import Rows


def draw(saved: Sequence[Saved], look: Look) -> str:
    """One page; several documents are its sections, after a table of all totals."""
    first = saved[0].document
    estimated = estimates_of(first)
    name = estimated.title if estimated is not None else getattr(first, "offer", "")
    title = name if len(saved) == 1 else f"{len(saved)} documents"
    parts = [] if len(saved) == 1 else [_all(saved)]
    for number, named in enumerate(saved):
        document = named.document
        if isinstance(document, Bill):
            parts.append(_bill(document, number))
        elif isinstance(document, EstimateDocument):
            parts.append(_estimates(document, findings(named), number))
        else:
            parts.append(_comparison(document, findings(named), number))
    return whole_page(f"{title}: monthly cost", "\n".join(parts), look)


def draw_rows(rows: Rows, look: Look) -> str:
    """One table on a page."""
    from costplan.render.several import spoken

    whole = [] if rows.whole is None else [rows.whole]
    body = [
        [spoken(value, name) for value, name in zip(row, rows.columns, strict=True)]
        for row in [*rows.rows, *whole]
    ]
    figures = [name in rows.figures for name in rows.columns]
    drawn = table(rows.title, rows.columns, body, figures, total=len(whole))
    notes = "".join(f"<p>{text_of(note)}</p>" for note in rows.notes)
    heading = f"<h1>{text_of(rows.title.capitalize())}</h1>"
    return whole_page(rows.title, f"{heading}{drawn}{notes}", look)


def _all(saved: Sequence[Saved]) -> str:
    caption = "Every stack of every document"
    totals = table(caption, TOTALS, total_rows(saved), [False] * 3 + [True, False])
    return f"<section><h1>{len(saved)} documents</h1>{totals}</section>"


def _bill(bill: Bill, number: int) -> str:
    moment = bill.as_of.isoformat(timespec="minutes").replace("+00:00", "Z")
    rows = [[line.label, amount_of(line), money(line.amount)] for line in bill.line_items]
    rows.append(["total, at least" if bill.unpriced else "total", "", money(bill.total)])
    charges = table("Charges", ["charge", "quantity", bill.currency], rows, total=1)
    return (
        f'<section id="d{number}"><h1>{text_of(bill.offer)}</h1>'
        f'<p class="sub">at {moment}, in {text_of(bill.currency)}</p>{charges}'
        f"{bullets('Notes', [*reasons(bill.unpriced), *bill.notes])}{_sources(bill.line_items)}"
        "</section>"
    )


def _estimates(
    document: EstimateDocument, review: Findings, number: int, first: str = "", more: str = ""
) -> str:
    estimates = document.estimates
    currency = text_of(document.currency)
    names = component_names(estimates)
    shared = shared_sentences(estimates)
    several = len(estimates) > 1
    parts = [
        f'<section id="d{number}"><h1>{text_of(document.title)}</h1>',
        f'<p class="sub">{text_of(traffic(estimates))} a month. Prices as of {document.as_of}, '
        f"in {currency} a month.</p>",
        *(f'<p class="sub">{text_of(note)}</p>' for note in texts(document.price_facts)),
        first,
        "<h2>The plans in the file</h2>" if first else "",
        _cards(estimates, document.currency),
        _decided(estimates),
        component_bars(estimates, names),
        table(
            f"The stacks side by side, in {document.currency} a month"
            if several
            else f"The month, in {document.currency}",
            [document.currency, *(estimate.stack for estimate in estimates)],
            [[row.title, *row.cells] for row in figure_rows(estimates)],
        ),
        risk_section(estimates, number),
        _findings(review),
        more,
    ]
    parts += [_stack(estimate, document.currency, shared) for estimate in estimates]
    for name, title in SENTENCES.items():
        parts.append(bullets(f"{title}, in every stack" if several else title, shared[name]))
    return "\n".join(part for part in parts if part) + "</section>"


def _decided(estimates: Sequence[Estimate]) -> str:
    said = what_decides(estimates)
    return f'<p class="lead">{text_of(said[:1].upper() + said[1:])}</p>' if said else ""


def _cards(estimates: Sequence[Estimate], currency: str) -> str:
    """The figure that each stack comes to, large."""
    shown = []
    for estimate in estimates:
        lines = ["every range at its point"] if estimate.risk is not None else []
        if estimate.reliability is not None:
            lines.append(f"{share_of(estimate.reliability.trusted)} trusted answers")
        if estimate.budget is not None:
            left = estimate.budget - estimate.total_monthly
            most = ("at least " if left < 0 else "at most ") if estimate.at_least else ""
            lines.append(f"{most}{money(abs(left))} {'over' if left < 0 else 'under'} the budget")
        over = estimate.budget is not None and estimate.total_monthly > estimate.budget
        shown.append(
            Card(estimate.stack, total_of(estimate), lines, currency, "over" if over else "")
        )
    return cards(shown)


def _findings(review: Findings) -> str:
    if not review.findings:
        return ""
    items = "".join(
        f'<li class="{finding.level}"><strong>{finding.level}</strong> {text_of(finding.stack)}: '
        f"{text_of(finding.message)}</li>"
        for finding in review.findings
    )
    return f'<section class="findings"><h2>Findings</h2><ul>{items}</ul></section>'


def _stack(estimate: Estimate, currency: str, shared: dict[str, list[str]]) -> str:
    rows: list[list[str]] = []
    for line in estimate.lines:
        rows.append(
            [
                line.component,
                line.role,
                line.price.offer,
                line.label,
                amount_of(line),
                money(line.amount),
            ]
        )
    rows.append(["total", "", "", "", "", total_of(estimate)])
    header = ["component", "role", "offer", "charge", "quantity", currency]
    items = [[component.name, known_sum(component.line_items)] for component in estimate.components]
    items.append(["total", total_of(estimate)])
    parts = [
        f'<section class="stack"><h2>{text_of(estimate.stack)}</h2>',
        grid(
            table("By component", ["component", currency], items, total=1),
            table("By purpose", ["purpose", currency, "share"], purpose_rows(estimate)),
            _reliability(estimate),
        ),
        "<details open><summary>Every line</summary>",
        table("Every line", header, rows, [False] * 4 + [True] * 2, total=1, shade="wide"),
        "</details>",
        _months(estimate, currency),
        _energy(estimate),
        bullets("Notes", [*reasons(estimate.unpriced), *estimate.notes]),
        *(
            bullets(title, [text for text in getattr(estimate, name) if text not in shared[name]])
            for name, title in SENTENCES.items()
        ),
        _sources(estimate.lines),
        "</section>",
    ]
    return "\n".join(part for part in parts if part)


def _reliability(estimate: Estimate) -> str:
    reliability = estimate.reliability
    if reliability is None:
        return ""
    shares = (
        ("trusted", reliability.trusted, 4),
        ("silent failures", reliability.silent, 3),
        ("aborted", reliability.aborted, 3),
        ("of these by people", reliability.escalated, 3),
    )
    rows = [
        [name, share_of(share), rounded(share * estimate.requests, digits)]
        for name, share, digits in shares
    ]
    if reliability.target is not None:
        rows.append(["target", share_of(reliability.target), ""])
    return table("Reliability", ["answers", "share", "a month"], rows)


def _energy(estimate: Estimate) -> str:
    if estimate.energy is None:
        return ""
    return (
        table(energy.TITLE, energy.HEADER, energy.figures(estimate))
        + table("What takes it", energy.PARTS, energy.parts(estimate), energy.FIGURES)
        + f'<p class="sub">{text_of(energy.boundary(estimate))}</p>'
    )


def _months(estimate: Estimate, currency: str) -> str:
    rows = month_rows(estimate)
    return table("Months", [*MONTHS, currency], rows, total=1) if rows else ""


def _sources(lines: Iterable[LineItem]) -> str:
    rows = [
        [dates.offer, dates.source, str(dates.since), str(dates.checked), dates.confidence]
        for dates in source_dates(lines)
    ]
    header = ["offer", "source", "since", "checked", "confidence"]
    sources = table("Sources", header, rows, [False] * 5)
    return f"<details open><summary>Sources</summary>{sources}</details>"


def _comparison(comparison: Comparison, review: Findings, number: int) -> str:
    from costplan.render.html_comparison import answered, compared

    above, below = answered(comparison, number), compared(comparison, number)
    return _estimates(comparison.document, review, number, above, below)
