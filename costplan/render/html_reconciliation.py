"""A reconciliation as an HTML page: the bridge as bars, each charge on its sides, what is open."""

from __future__ import annotations

from decimal import Decimal

from costplan.document.reconciliation import STEPS, Reconciliation
from costplan.quantity import ZERO
from costplan.render import Look
from costplan.render.html_chart import Bar, Stretch, chart
from costplan.render.html_page import Card, bullets, cards, table, text_of, whole_page
from costplan.render.page import money
from costplan.render.reconciliation import (
    bridge,
    gaps,
    money_of,
    quantity,
    questions,
    signed,
    title,
    verdict,
)

FOOTER = "What was planned, used and billed, as far as the files named say."


def draw(reconciliation: Reconciliation, look: Look) -> str:
    """The whole page."""
    return whole_page(title(reconciliation), body(reconciliation), look, FOOTER)


def body(reconciliation: Reconciliation) -> str:
    """The reconciliation as a section of a page."""
    state = "" if reconciliation.invoiced is None else "pass" if reconciliation.passes else "deny"
    parts = [
        f"<section><h1>{text_of(reconciliation.workload or 'Reconciliation')}</h1>",
        f'<p class="lead verdict {state}">{text_of(verdict(reconciliation))}</p>',
        f'<p class="sub">{text_of(title(reconciliation))}</p>',
        cards(
            [
                Card(name, money(amount), (), reconciliation.currency)
                for name, amount, _, is_sum in bridge(reconciliation)
                if is_sum
            ]
        ),
        _bars(reconciliation),
        _bridge(reconciliation),
        _lines(reconciliation),
        _not_mapped(reconciliation),
        bullets("Days with one side only", gaps(reconciliation)),
        bullets("Logged models without an offer", questions(reconciliation)),
        bullets("Not compared", reconciliation.not_compared),
        bullets("Notes", reconciliation.notes),
        "</section>",
    ]
    return "\n".join(part for part in parts if part)


def _bars(reconciliation: Reconciliation) -> str:
    """Sums from nothing, each step from where the one above it ends."""
    rows: list[Bar] = []
    ends = [ZERO]
    at = ZERO
    for name, amount, _, is_sum in bridge(reconciliation):
        said = signed(amount, is_sum)
        start, at = (ZERO, amount) if is_sum else (at, at + amount)
        ends.append(at)
        shade = "higher" if is_sum else "more" if amount > 0 else "less"
        rows.append(Bar(name, said, [Stretch(start, at, shade, f"{name}: {said}")], ZERO))
    return chart(f"From one to the next, {reconciliation.currency}", rows, min(ends), max(ends))


def _bridge(reconciliation: Reconciliation) -> str:
    rows = [
        [name, signed(amount, is_sum), words, STEPS.get(name.replace(" ", "_"), "")]
        for name, amount, words, is_sum in bridge(reconciliation)
    ]
    header = ["", "amount", "made of", "what it is"]
    return table("The bridge", header, rows, [False, True, False, False])


def _lines(reconciliation: Reconciliation) -> str:
    if not reconciliation.lines:
        return ""
    header = ["offer", "charge", "logged", "billed", "at list", "expected", "invoice"]
    rows = [
        [
            line.offer,
            line.charge,
            quantity(line.logged),
            quantity(line.billed),
            *(money_of(amount) for amount in (line.list_amount, line.expected, line.invoiced)),
        ]
        for line in reconciliation.lines
    ]
    return table("Each charge", header, rows, [at > 1 for at in range(len(header))])


def _not_mapped(reconciliation: Reconciliation) -> str:
    if not reconciliation.not_mapped:
        return ""

    def count(value: Decimal | None) -> str:
        return "unknown" if value is None else quantity(value)

    rows = [
        [line.item, f"{line.lines:,}", count(line.quantity), money(line.amount)]
        for line in reconciliation.not_mapped
    ]
    title_ = "Lines that nobody mapped: name their offer below [invoice] in a file for --map"
    return table(title_, ["item", "lines", "quantity", "amount"], rows)
