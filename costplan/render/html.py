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
from costplan.quantity import ZERO, rounded
from costplan.render import Look, energy
from costplan.render.deciding import what_decides
from costplan.render.figures import component_names, figure_rows, purpose_rows
from costplan.render.html_chart import component_bars, grid
from costplan.render.html_page import Card, bullets, cards, table, text_of, whole_page
from costplan.render.html_risk import risk_section
from costplan.render.page import amount_of, known_sum, money
from costplan.render.sentences import (
    SENTENCES,
    bound,
    reasons,
    share_of,
    shared_sentences,
    source_dates,
    total_of,
    traffic,
)

if TYPE_CHECKING:
    from costplan.document.comparison import Comparison
    from costplan.document.rows import Rows
    from costplan.document.saved import Saved


def draw(saved: Sequence[Saved], look: Look) -> str:
    """One page; several documents are its sections, after a table of all totals."""
    first = saved[0].document
    found = estimates_of(first)
    name = found.title if found is not None else getattr(first, "offer", "")
    title = name if len(saved) == 1 else f"{len(saved)} documents"
    parts = [] if len(saved) == 1 else [_all(saved)]
    for number, one in enumerate(saved):
        document = one.document
        if isinstance(document, Bill):
            parts.append(_bill(document, number))
        elif isinstance(document, EstimateDocument):
            parts.append(_estimates(document, findings(one), number))
        else:
            parts.append(_comparison(document, findings(one), number))
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
    made = table(rows.title, rows.columns, body, figures, total=len(whole))
    notes = "".join(f"<p>{text_of(note)}</p>" for note in rows.notes)
    return whole_page(rows.title, f"<h1>{text_of(rows.title.capitalize())}</h1>{made}{notes}", look)


def _all(saved: Sequence[Saved]) -> str:
    rows = []
    for one in saved:
        found = estimates_of(one.document)
        if found is None:
            bill = one.document
            assert isinstance(bill, Bill)
            least = ">= " if bill.unpriced else ""
            day = bill.as_of.date().isoformat()
            rows.append([bill.offer, "", day, least + money(bill.total), bill.currency])
            continue
        for made in found.estimates:
            day = found.as_of.isoformat()
            rows.append([found.workload, made.stack, day, total_of(made), found.currency])
    header = ["workload", "stack", "as of", "a month", "currency"]
    made_table = table("Every stack of every document", header, rows, [False] * 3 + [True, False])
    return f"<section><h1>{len(saved)} documents</h1>{made_table}</section>"


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
    document: EstimateDocument, found: Findings, number: int, first: str = "", more: str = ""
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
            [document.currency, *(made.stack for made in estimates)],
            [[row.title, *row.cells] for row in figure_rows(estimates)],
        ),
        risk_section(estimates, number),
        _findings(found),
        more,
    ]
    parts += [_stack(made, document.currency, shared) for made in estimates]
    for name, title in SENTENCES.items():
        parts.append(bullets(f"{title}, in every stack" if several else title, shared[name]))
    return "\n".join(part for part in parts if part) + "</section>"


def _decided(estimates: Sequence[Estimate]) -> str:
    said = what_decides(estimates)
    return f'<p class="lead">{text_of(said[:1].upper() + said[1:])}</p>' if said else ""


def _cards(estimates: Sequence[Estimate], currency: str) -> str:
    """The figure that each stack comes to, large."""
    found = []
    for made in estimates:
        lines = ["every range at its point"] if made.risk is not None else []
        if made.reliability is not None:
            lines.append(f"{share_of(made.reliability.trusted)} trusted answers")
        if made.budget is not None:
            left = made.budget - made.total_monthly
            most = ("at least " if left < 0 else "at most ") if made.at_least else ""
            lines.append(f"{most}{money(abs(left))} {'over' if left < 0 else 'under'} the budget")
        over = made.budget is not None and made.total_monthly > made.budget
        found.append(Card(made.stack, total_of(made), lines, currency, "over" if over else ""))
    return cards(found)


def _findings(found: Findings) -> str:
    if not found.found:
        return ""
    items = "".join(
        f'<li class="{one.level}"><strong>{one.level}</strong> {text_of(one.stack)}: '
        f"{text_of(one.message)}</li>"
        for one in found.found
    )
    return f'<section class="findings"><h2>Findings</h2><ul>{items}</ul></section>'


def _stack(made: Estimate, currency: str, shared: dict[str, list[str]]) -> str:
    rows: list[list[str]] = []
    for line in made.lines:
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
    rows.append(["total", "", "", "", "", total_of(made)])
    header = ["component", "role", "offer", "charge", "quantity", currency]
    items = [[one.name, known_sum(one.line_items)] for one in made.components]
    items.append(["total", total_of(made)])
    parts = [
        f'<section class="stack"><h2>{text_of(made.stack)}</h2>',
        grid(
            table("By component", ["component", currency], items, total=1),
            _purposes(made, currency),
            _reliability(made),
        ),
        "<details open><summary>Every line</summary>",
        table("Every line", header, rows, [False] * 4 + [True] * 2, total=1, shade="wide"),
        "</details>",
        _months(made, currency),
        _energy(made),
        bullets("Notes", [*reasons(made.unpriced), *made.notes]),
        *(
            bullets(title, [one for one in getattr(made, name) if one not in shared[name]])
            for name, title in SENTENCES.items()
        ),
        _sources(made.lines),
        "</section>",
    ]
    return "\n".join(part for part in parts if part)


def _purposes(made: Estimate, currency: str) -> str:
    return table("By purpose", ["purpose", currency, "share"], purpose_rows(made))


def _reliability(made: Estimate) -> str:
    found = made.reliability
    if found is None:
        return ""
    rows = [
        ["trusted", share_of(found.trusted), rounded(found.trusted * made.requests, 4)],
        ["silent failures", share_of(found.silent), rounded(found.silent * made.requests, 3)],
        ["aborted", share_of(found.aborted), rounded(found.aborted * made.requests, 3)],
        [
            "of these by people",
            share_of(found.escalated),
            rounded(found.escalated * made.requests, 3),
        ],
    ]
    if found.target is not None:
        rows.append(["target", share_of(found.target), ""])
    return table("Reliability", ["answers", "share", "a month"], rows)


def _energy(made: Estimate) -> str:
    if made.energy is None:
        return ""
    return (
        table(energy.TITLE, energy.HEADER, energy.figures(made))
        + table("What takes it", energy.PARTS, energy.parts(made), energy.FIGURES)
        + f'<p class="sub">{text_of(energy.boundary(made))}</p>'
    )


def _months(made: Estimate, currency: str) -> str:
    if not made.months:
        return ""
    rows = [
        [
            f"{one.month:%Y-%m}",
            rounded(one.requests),
            bound(money(one.recurring), one.at_least),
            money(one.one_off) if one.one_off else "-",
            bound(money(one.total), one.at_least),
        ]
        for one in made.months
    ]
    whole = money(sum((month.total for month in made.months), ZERO))
    unknown = any(month.at_least for month in made.months)
    rows.append(["horizon", "", "", "", bound(whole, unknown)])
    return table("Months", ["month", "requests", "recurring", "one-off", currency], rows, total=1)


def _sources(lines: Iterable[LineItem]) -> str:
    rows = [
        [one.offer, one.source, str(one.since), str(one.checked), one.confidence]
        for one in source_dates(lines)
    ]
    header = ["offer", "source", "since", "checked", "confidence"]
    made = table("Sources", header, rows, [False] * 5)
    return f"<details open><summary>Sources</summary>{made}</details>"


def _comparison(made: Comparison, found: Findings, number: int) -> str:
    from costplan.render.html_comparison import answered, compared

    return _estimates(made.document, found, number, answered(made, number), compared(made, number))
