"""Several documents on one page: a heading each, and what they come to; rows that are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from costplan.document.bill import Bill
from costplan.document.entries import AMOUNTS, Value, estimates_of
from costplan.document.rows import Rows, Sum
from costplan.quantity import ZERO, grouped
from costplan.render.page import Page, Table, cell, money, width_of

if TYPE_CHECKING:
    from costplan.document.kinds import Saved


def heading(page: Page, name: str, number: int) -> None:
    """The name of the next document's file."""
    if number:
        page.say()
    page.say(f"== {name} ==", "bold")
    page.say()


def summary(page: Page, saved: Sequence[Saved]) -> None:
    """Every stack of every document in one table, and stacks that are in several added up."""
    page.say()
    page.say("All documents", "bold")
    several = len({named.name for named in saved}) > 1
    table = Table("workload", "stack", "as of", "a month", "", texts=3)
    sums: dict[tuple[str, str], list[tuple[Decimal, bool]]] = {}
    for named in saved:
        estimated = estimates_of(named.document)
        if estimated is None:
            bill = named.document
            assert isinstance(bill, Bill)
            least = ">= " if bill.unpriced else ""
            day = bill.as_of.date().isoformat()
            table.add(bill.offer, "-", day, least + money(bill.total), bill.currency)
            continue
        for estimate in estimated.estimates:
            least = ">= " if estimate.at_least else ""
            total = least + money(estimate.total_monthly)
            table.add(
                estimated.workload,
                estimate.stack,
                estimated.as_of.isoformat(),
                total,
                estimated.currency,
            )
            key = (estimate.stack, estimated.currency)
            sums.setdefault(key, []).append((estimate.total_monthly, estimate.at_least))
    added = {key: parts for key, parts in sums.items() if len(parts) > 1 and several}
    if added:
        table.rule()
    for (stack, currency), parts in added.items():
        least = ">= " if any(unknown for _, unknown in parts) else ""
        whole = sum((amount for amount, _ in parts), ZERO)
        label = cell(f"{len(parts)} documents", "bold")
        table.add(label, cell(stack, "bold"), "-", cell(least + money(whole), "bold"), currency)
    page.draw(table)


def lay_out_rows(page: Page, rows: Rows) -> None:
    """The rows as a table, columns of text first and figures to the right.

    Where they do not fit beside each other, figures go into several tables, and whose the rows are
    stands above them.
    """
    texts = [at for at, name in enumerate(rows.columns) if name not in rows.figures]
    figures = [at for at, name in enumerate(rows.columns) if name in rows.figures]
    owners = _owners(rows, texts, figures, page.width)
    texts = [at for at in texts if at not in owners]
    for group in _fitting(rows, texts, figures, page.width) or [[]]:
        table = Table(*(rows.columns[at] for at in (*texts, *group)), texts=len(texts))
        owner: list[str] = []
        for row in rows.rows:
            own = [spoken(row[at], rows.columns[at]) for at in owners]
            if own != owner:
                if owner:
                    table.rule()
                table.add(cell(", ".join(own), "bold"))
                owner = own
            table.add(*(cell(spoken(row[at], rows.columns[at])) for at in (*texts, *group)))
        if rows.whole is not None:
            table.rule()
            whole = rows.whole
            said = [spoken(whole[at], rows.columns[at]) for at in (*texts, *group)]
            table.add(*(cell(text, "bold") for text in said))
        page.draw(table)
        page.say()
    for note in rows.notes:
        page.say(note, "dim")


OWNERS = ("document", "workload", "stack")


def _owners(rows: Rows, texts: Sequence[int], figures: Sequence[int], width: int) -> Sequence[int]:
    """The columns that say whose a row is, where all columns of text leave no room for figures."""
    needed = sum(min(16, _widest(rows, at)) + 3 for at in texts)
    needed += max((_widest(rows, at) for at in figures), default=-3)
    owners = [at for at in texts if rows.columns[at] in OWNERS]
    return owners if needed > width and 0 < len(owners) < len(texts) else []


def _fitting(
    rows: Rows, texts: Sequence[int], figures: Sequence[int], width: int
) -> list[list[int]]:
    """The columns of figures in groups; those of text are in every one, and may be folded."""
    room = width - sum(min(16, _widest(rows, at)) + 3 for at in texts)
    groups: list[list[int]] = []
    used = 0
    for at in figures:
        needed = _widest(rows, at) + 3
        if not groups or used + needed > room + 3:
            groups.append([])
            used = 0
        groups[-1].append(at)
        used += needed
    return groups


def _widest(rows: Rows, at: int) -> int:
    name = rows.columns[at]
    every = [*rows.rows, *([rows.whole] if rows.whole is not None else [])]
    return max([width_of(name), *(width_of(spoken(row[at], name)) for row in every)])


def spoken(value: Value | Sum, column: str) -> str:
    """A value for a reader: money rounded, a sum with ">=" where a price is missing."""
    if isinstance(value, Sum):
        if value.unpriced:
            return f">= {money(value.known)}" if value.known else "unknown"
        return money(value.known)
    if value is None:
        return "unknown" if column in AMOUNTS else "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return money(value) if column in AMOUNTS else grouped(value)
    return value.isoformat() if isinstance(value, date) else value or "-"
