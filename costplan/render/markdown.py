"""Documents as GitHub-flavoured Markdown: a summary to read, details to unfold.

Every text of a file is escaped: it cannot make a table cell, a tag, a link, a mention or an issue
reference.
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
from costplan.render import Look, energy, risk
from costplan.render.deciding import what_decides
from costplan.render.figures import figure_rows, purpose_rows
from costplan.render.markdown_parts import bulleted, folded, source_of, table_of
from costplan.render.markup import safe, strong
from costplan.render.page import amount_of, known_sum, money
from costplan.render.sentences import (
    SENTENCES,
    bound,
    reasons,
    shared_sentences,
    source_dates,
    traffic,
)

if TYPE_CHECKING:
    from costplan.document.comparison import Comparison
    from costplan.document.rows import Rows
    from costplan.document.saved import Saved

MARKS = {"error": "**error**", "warning": "warning", "note": "note"}


def draw(saved: Sequence[Saved], look: Look) -> str:
    """Each document under its own heading; several begin with all their totals."""
    parts: list[str] = []
    if len(saved) > 1:
        parts += ["# All documents", "", *_all(saved), ""]
    for one in saved:
        document = one.document
        if isinstance(document, Bill):
            parts += _bill(document)
        elif isinstance(document, EstimateDocument):
            parts += [*_estimates(document), *_found(findings(one))]
        else:
            parts += [*_comparison(document), *_found(findings(one))]
    text = "\n".join(parts).rstrip("\n") + "\n"
    return text if look.unicode else text.encode("ascii", "xmlcharrefreplace").decode("ascii")


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
    rows = []
    for one in saved:
        found = estimates_of(one.document)
        if found is None:
            bill = one.document
            assert isinstance(bill, Bill)
            least = ">= " if bill.unpriced else ""
            rows.append(
                [bill.offer, "", f"{bill.as_of:%Y-%m-%d}", least + money(bill.total), bill.currency]
            )
            continue
        for made in found.estimates:
            least = ">= " if made.at_least else ""
            total = least + money(made.total_monthly)
            rows.append([found.workload, made.stack, str(found.as_of), total, found.currency])
    header = ["workload", "stack", "as of", "a month", "currency"]
    safe_rows = [[safe(one) for one in row] for row in rows]
    return table_of(header, safe_rows, [False, False, False, True, False])


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
    rows = [[safe(row.title), *(safe(one) for one in row.cells)] for row in figure_rows(estimates)]
    return [
        f"# {safe(document.title)}",
        "",
        f"{safe(traffic(estimates))} a month; prices as of {document.as_of}, "
        f"in {safe(document.currency)} a month",
        "",
        *(f"- {safe(note)}" for note in texts(document.price_facts)),
        *([""] if document.price_facts else []),
        *first,
        *table_of([safe(document.currency), *(safe(made.stack) for made in estimates)], rows),
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
        [*(safe(each) for each in row), f"`{risk.strip_words(one, scale, STRIP)}`"]
        for one, row in zip(stacks, risk.stack_rows(stacks), strict=True)
    ]
    header = [*risk.stack_header(stacks), "o likely, ● median, x mean"]
    figures = [False, *[True] * (len(header) - 2), False]
    body = ["## What a month may come to", "", f"{safe(risk.of_draws(stacks))}.", ""]
    body += [*table_of(header, rows, figures), ""]
    if first.risk.unknowns:
        known = [[safe(each) for each in row] for row in risk.unknown_rows(first)]
        body += [strong(safe(f"What the spread of {first.made.stack} goes with")), ""]
        body += [*table_of(risk.UNKNOWNS, known), ""]
    if first.risk.measure is not None:
        body += [safe(risk.measuring(first.risk.measure, estimates)), ""]
    return body


STRIP = 24
"""Letters of a stack's strip."""


def _estimates(document: EstimateDocument, first: Sequence[str] = ()) -> list[str]:
    shared = shared_sentences(document.estimates)
    made = _head(document, first)
    for one in document.estimates:
        made += _stack(one, document.currency, shared)
    several = len(document.estimates) > 1
    said: list[str] = []
    for name, title in SENTENCES.items():
        said += bulleted(f"{title}, in every stack" if several else title, shared[name])
    if said:
        made += folded("Assumptions and limits", said)
    return made


def _stack(made: Estimate, currency: str, shared: dict[str, list[str]]) -> list[str]:
    least = "at least " if made.at_least else ""
    title = f"{made.stack}: {least}{money(made.total_monthly)} {currency} a month"
    rows: list[list[str]] = []
    for component in made.components:
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
    rows.append(["**total**", "", "", strong(safe(f"{least}{money(made.total_monthly)}"))])
    body = table_of(
        ["component", "charge", "quantity", safe(currency)], rows, [False, False, True, True]
    )
    body += ["", *_purposes(made), *_months(made), *_energy(made)]
    body += bulleted("Notes", [*reasons(made.unpriced), *made.notes])
    for name, heading in SENTENCES.items():
        own = [one for one in getattr(made, name) if one not in shared[name]]
        body += bulleted(heading, own)
    body += ["**Sources**", "", *_sources(made.lines)]
    return folded(title, body)


def _purposes(made: Estimate) -> list[str]:
    rows = [[safe(cell) for cell in row] for row in purpose_rows(made)]
    return [*table_of(["purpose", "a month", "share"], rows), ""]


def _energy(made: Estimate) -> list[str]:
    if made.energy is None:
        return []
    parts = [[safe(one) for one in row] for row in energy.parts(made)]
    return [
        strong(energy.TITLE),
        "",
        *table_of(energy.HEADER, [[safe(one) for one in row] for row in energy.figures(made)]),
        "",
        *table_of(energy.PARTS, parts, energy.FIGURES),
        "",
        safe(energy.boundary(made)),
        "",
    ]


def _months(made: Estimate) -> list[str]:
    if not made.months:
        return []
    rows = [
        [
            f"{one.month:%Y-%m}",
            rounded(one.requests),
            safe(bound(money(one.recurring), one.at_least)),
            money(one.one_off) if one.one_off else "-",
            safe(bound(money(one.total), one.at_least)),
        ]
        for one in made.months
    ]
    whole = sum((one.total for one in made.months), ZERO)
    unknown = any(one.at_least for one in made.months)
    rows.append(["**horizon**", "", "", "", strong(safe(bound(money(whole), unknown)))])
    return [*table_of(["month", "requests", "recurring", "one-off", "total"], rows), ""]


def _sources(lines: Iterable[LineItem]) -> list[str]:
    found = source_dates(lines)
    return table_of(
        ["offer", "source", "since", "checked", "confidence"],
        [
            [
                safe(one.offer),
                source_of(one.source),
                str(one.since),
                str(one.checked),
                one.confidence,
            ]
            for one in found
        ],
        [False] * 5,
    )


def _comparison(made: Comparison) -> list[str]:
    from costplan.render.markdown_comparison import answered, compared

    return [*_estimates(made.document, answered(made)), *compared(made)]


def _found(found: Findings) -> list[str]:
    """What the document says is wrong, as a list that a reviewer reads."""
    if not found.found:
        return []
    rows = [
        [MARKS[one.level], one.rule.id, safe(one.stack), safe(one.message)] for one in found.found
    ]
    return ["## Findings", "", *table_of(["", "rule", "stack", "what"], rows, [False] * 4), ""]
