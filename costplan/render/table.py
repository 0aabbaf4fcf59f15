"""Documents as tables for a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from costplan.document.kinds import kind_of
from costplan.document.line import LineItem
from costplan.quantity import grouped
from costplan.render import Look
from costplan.render.page import Page, Table, amount_of, cell, money, short
from costplan.render.sentences import reasons

if TYPE_CHECKING:
    from costplan.document.bill import Bill
    from costplan.document.kinds import Document, Saved
    from costplan.document.rows import Rows


def draw(saved: Sequence[Saved], look: Look) -> str:
    """The documents as text of at most ``look.width`` columns, trailing blanks removed."""
    return page(saved, look).text()


def draw_rows(rows: Rows, look: Look) -> str:
    """Rows as a table."""
    from costplan.render.several import lay_out_rows

    page = Page(look)
    lay_out_rows(page, rows)
    return page.text()


def page(saved: Sequence[Saved], look: Look) -> Page:
    """The documents laid out one after another, for whoever colours them."""
    whole = Page(look)
    if len(saved) == 1:
        _lay_out(whole, saved[0].document)
        return whole
    from costplan.render.several import heading, summary

    for number, named in enumerate(saved):
        heading(whole, named.name, number)
        _lay_out(whole, named.document)
    summary(whole, saved)
    return whole


def _lay_out(page: Page, document: Document) -> None:
    shown: Any = document
    kind = kind_of(document)
    if kind == "bill":
        _bill(page, shown)
    elif kind == "estimate":
        from costplan.render.screen import lay_out as lay_out_estimates

        lay_out_estimates(page, shown)
    else:
        from costplan.render.answer import lay_out

        lay_out(page, shown)


def _bill(page: Page, bill: Bill) -> None:
    from costplan.render.bill_lines import explain, merged

    moment = bill.as_of.isoformat(timespec="minutes").replace("+00:00", "Z")
    page.say(f"{bill.offer}  at {moment}", "bold")
    page.say()
    table = Table("charge", "quantity", "price", bill.currency)
    for line in merged(bill.line_items):
        shade = "" if line.amount is not None else "yellow"
        table.add(line.label, amount_of(line), _rate(line), cell(money(line.amount), shade))
    table.rule()
    label = "total, at least" if bill.unpriced else "total"
    table.add(cell(label, "bold"), "", "", cell(money(bill.total), "bold"))
    page.draw(table)
    page.say()
    if page.look.explain:
        for line in bill.line_items:
            explain(page, line)
    else:
        page.bullets("Sources", _sources(bill.line_items))
    page.bullets("Notes", [*reasons(bill.unpriced), *bill.notes])


def _rate(line: LineItem) -> str:
    price = line.price
    if line.flat is not None:
        return ""
    if price.price is None:
        return "unknown"
    return grouped(price.price) + (f" / {short(price.per)}" if price.per != 1 else "")


def _sources(lines: Iterable[LineItem]) -> list[str]:
    sources = [
        f"{line.price.source} ({line.price.confidence}, checked {line.price.checked})"
        for line in lines
    ]
    return list(dict.fromkeys(sources))
