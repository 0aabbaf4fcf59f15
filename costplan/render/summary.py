"""Stacks side by side, as a table for a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from costplan.render.figures import Row, figure_rows
from costplan.render.page import Cell, Page, Table, cell
from costplan.render.sentences import total_of

LABEL = 19
"""Columns of the longest usual title."""

if TYPE_CHECKING:
    from costplan.document.estimate import Estimate, EstimateDocument


def summarise(page: Page, document: EstimateDocument) -> None:
    """The stacks with all their figures, in as many tables as the width asks for."""
    rows = figure_rows(document.estimates)
    if len(document.estimates) == 1:  # its components are its total
        rows = [row for row in rows if row.block != "component"]
    for table in side_by_side(document, rows, page.width):
        page.draw(table)
        page.say()


def side_by_side(document: EstimateDocument, rows: Sequence[Row], width: int) -> list[Table]:
    """The rows as tables, each of as many stacks as fit beside each other."""
    estimates, tables = document.estimates, []
    for group in _fitting(estimates, rows, width):
        table = Table(document.currency, *(estimates[at].stack for at in group))
        block = rows[0].block if rows else ""
        for row in rows:
            if row.block != block and apart(row, block):
                table.rule()
            block = row.block
            table.add(title_of(row), *(shaded(row, row.cells[at]) for at in group))
        tables.append(table)
    return tables


def apart(row: Row, before: str) -> bool:
    """Whether a blank line stands before a row that begins a block."""
    return not (row.block == "each" and before == "total")


def title_of(row: Row) -> Cell:
    """A row's title, indented where it is a part."""
    return cell(f"  {row.title}" if row.part else row.title, "bold" if row.is_total else "")


def shaded(row: Row, text: str) -> Cell:
    """A figure in the style that says what it is."""
    if row.is_total:
        return cell(text, "bold")
    if text == "-":
        return cell(text, "dim")
    if row.block == "budget":
        if text.removeprefix("<= ").startswith("-"):
            return cell(text, "red")
        return cell(text, "yellow" if text.startswith("<=") else "green")
    unknown = row.block == "component" and (text == "unknown" or text.startswith(">="))
    return cell(text, "yellow" if unknown or row.title == "no longer sold" else "")


def _fitting(
    estimates: Sequence[Estimate], rows: Sequence[Row], width: int
) -> Iterable[Sequence[int]]:
    """The stacks, by their places, in groups whose columns fit beside each other."""
    group: list[int] = []
    label = max(LABEL, *(len(title_of(row).text) for row in rows)) if rows else LABEL
    used = label
    for at, estimate in enumerate(estimates):
        cells = [len(row.cells[at]) for row in rows]
        needed = 3 + max(len(estimate.stack), len(total_of(estimate)), *cells)
        if group and used + needed > width:
            yield group
            group, used = [], label
        group.append(at)
        used += needed
    if group:
        yield group
