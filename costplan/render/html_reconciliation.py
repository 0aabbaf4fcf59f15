"""A reconciliation as an HTML page: the bridge as bars, each charge on its sides, what is open."""

from __future__ import annotations

from decimal import Decimal

from costplan.document.reconciliation import STEPS, Reconciliation
from costplan.quantity import ZERO
from costplan.render import Look
from costplan.render.html_chart import Bar, Stretch, chart
from costplan.render.html_page import Card, bullets, cards, table, text_of, whole_page
from costplan.render.page import money
from costplan.render.reconciliation import bridge, money_of, quantity, signed, title, verdict

FOOTER = "What was planned, used and billed, as far as the files named say."


def draw(made: Reconciliation, look: Look) -> str:
    """The whole page."""
    return whole_page(title(made), body(made), look, FOOTER)


def body(made: Reconciliation) -> str:
    """The reconciliation as a section of a page."""
    state = "" if made.invoiced is None else "pass" if made.passes else "deny"
    gaps = [
        f"{gap.day}: {money(gap.billed)} billed, {money(gap.logged)} logged" for gap in made.gaps
    ]
    asked = [f"{each.logged}, {each.tokens:,} tokens" for each in made.questions]
    parts = [
        f"<section><h1>{text_of(made.workload or 'Reconciliation')}</h1>",
        f'<p class="lead verdict {state}">{text_of(verdict(made))}</p>',
        f'<p class="sub">{text_of(title(made))}</p>',
        cards(
            [
                Card(name, money(amount), (), made.currency)
                for name, amount, _, is_sum in bridge(made)
                if is_sum
            ]
        ),
        _bars(made),
        _bridge(made),
        _lines(made),
        _not_mapped(made),
        bullets("Days with one side only", gaps),
        bullets("Logged models without an offer", asked),
        bullets("Not compared", made.not_compared),
        bullets("Notes", made.notes),
        "</section>",
    ]
    return "\n".join(part for part in parts if part)


def _bars(made: Reconciliation) -> str:
    """Sums from nothing, each step from where the one above it ends."""
    rows: list[Bar] = []
    ends = [ZERO]
    at = ZERO
    for name, amount, _, is_sum in bridge(made):
        said = signed(amount, is_sum)
        start, at = (ZERO, amount) if is_sum else (at, at + amount)
        ends.append(at)
        shade = "higher" if is_sum else "more" if amount > 0 else "less"
        rows.append(Bar(name, said, [Stretch(start, at, shade, f"{name}: {said}")], ZERO))
    return chart(f"From one to the next, {made.currency}", rows, min(ends), max(ends))


def _bridge(made: Reconciliation) -> str:
    rows = [
        [name, signed(amount, is_sum), words, STEPS.get(name.replace(" ", "_"), "")]
        for name, amount, words, is_sum in bridge(made)
    ]
    header = ["", "amount", "made of", "what it is"]
    return table("The bridge", header, rows, [False, True, False, False])


def _lines(made: Reconciliation) -> str:
    if not made.lines:
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
        for line in made.lines
    ]
    return table("Each charge", header, rows, [at > 1 for at in range(len(header))])


def _not_mapped(made: Reconciliation) -> str:
    if not made.not_mapped:
        return ""

    def count(value: Decimal | None) -> str:
        return "unknown" if value is None else quantity(value)

    rows = [
        [line.item, f"{line.lines:,}", count(line.quantity), money(line.amount)]
        for line in made.not_mapped
    ]
    title_ = "Lines that nobody mapped: name their offer below [invoice] in a file for --map"
    return table(title_, ["item", "lines", "quantity", "amount"], rows)
