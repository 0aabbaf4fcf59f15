"""A model's price history as a small chart: a row a card, a bar a rate."""

from __future__ import annotations

from decimal import Decimal

from costplan.document.listing import Card, ModelPage
from costplan.quantity import ZERO, grouped
from costplan.render.page import Cell, Page, cell, unit_of, width_of

CHARTED = ("input", "output")
MILLION = Decimal(1_000_000)
EIGHTHS = " ▏▎▍▌▋▊▉"
LONGEST = 24  # columns of a bar


def draw_history(page: Page, document: ModelPage) -> None:
    """Input and output of every card as bars, the other rates in words below their card.

    Bars are to scale within a column, per million tokens whatever a card's own scale; the card in
    force is marked, later ones are announced.
    """
    per = MILLION if document.unit == "token" else document.history[0].per
    page.say(f"History, per {unit_of(per, document.unit)}", "bold")
    rates = [_scaled(card, per) for card in document.history]
    kinds = [kind for kind in CHARTED if any(kind in of_card for of_card in rates)]
    if not kinds:
        for card in document.history:
            page.say(f"{card.where.since}  {'; '.join(fee.name for fee in card.fees)}")
        return
    marks = [_mark(card, document) for card in document.history]
    figures = {
        kind: [grouped(of_card[kind]) if kind in of_card else "-" for of_card in rates]
        for kind in kinds
    }
    room = page.width - 12 - max(width_of(mark) for mark in marks)
    room -= sum(max(map(width_of, (*figures[kind], kind))) + 3 for kind in kinds)
    length = max(4, min(LONGEST, room // len(kinds)))
    tops = {kind: max(of_card.get(kind, ZERO) for of_card in rates) for kind in kinds}
    heads = [Cell(" " * 12)]
    for kind in kinds:
        wide = max(map(width_of, (*figures[kind], kind)))
        heads.append(Cell(kind.rjust(wide) + " " * (length + 3), "dim"))
    page.lines.append(heads)
    for at, card in enumerate(document.history):
        row = [cell(f"{card.where.since}  ")]
        for kind in kinds:
            wide = max(map(width_of, (*figures[kind], kind)))
            row.append(cell(figures[kind][at].rjust(wide) + " "))
            text = bar(rates[at].get(kind, ZERO), tops[kind], length, page.look.unicode)
            row.append(Cell(text.ljust(length) + "  ", "cyan"))
        page.lines.append([*row, cell(marks[at], "dim")])
        others = [
            f"{name} {grouped(rate)}" for name, rate in rates[at].items() if name not in kinds
        ]
        if others:
            page.say(", ".join(others), "dim", 12)


def bar(value: Decimal, top: Decimal, length: int, unicode: bool) -> str:
    """A bar of at most ``length`` columns; what is not zero is never drawn as nothing."""
    if not value or not top:
        return ""
    if not unicode:
        return "#" * max(1, int(value / top * length))
    eighths = max(1, int(value / top * length * 8))
    return "█" * (eighths // 8) + EIGHTHS[eighths % 8].strip()


def _scaled(card: Card, per: Decimal) -> dict[str, Decimal]:
    return {kind: rate * per / card.per for kind, rate in card.rates.items()}


def _mark(card: Card, document: ModelPage) -> str:
    if card.where.since > document.as_of:
        return "announced"
    current = max(
        (card.where.since for card in document.history if card.where.since <= document.as_of),
        default=None,
    )
    return "in force" if card.where.since == current else ""
