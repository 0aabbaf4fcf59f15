"""A diff as an HTML page: the verdict, each stack's causes as bars, the lines that moved."""

from __future__ import annotations

from decimal import Decimal

from costplan.document.diff import CAUSES, DiffDocument, LineChange, StackDiff
from costplan.quantity import ZERO
from costplan.render import Look
from costplan.render.colours import shade_of
from costplan.render.diff import (
    ABOUT,
    OWN_RULES,
    SIGNS,
    change,
    digits_of,
    line_change,
    measures,
    percent,
    side_amount,
    together,
    verdict,
)
from costplan.render.html_chart import Bar, Stretch, chart
from costplan.render.html_page import Card, bullets, cards, folded, table, text_of, whole_page
from costplan.render.money import amount, places, signed

TOP = 100
"""Lines of a stack that are written out."""


def draw(document: DiffDocument, look: Look) -> str:
    """The whole page."""
    return whole_page(f"{document.workload}: what a change costs", body(document), look)


def body(document: DiffDocument) -> str:
    """The diff as a section of a page."""
    moved = document.moved
    before = document.base or "nothing"
    days = f"Prices as of {document.head_as_of}"
    if document.base_as_of not in (None, document.head_as_of):
        days = f"Prices as of {document.base_as_of} before, {document.head_as_of} after"
    parts = [
        f"<section><h1>{text_of(document.workload)}</h1>",
        f'<p class="lead verdict {_shade(moved)}">{text_of(verdict(document))}</p>',
        f'<p class="sub">{text_of(before)} → {text_of(document.head)}. {days}, in '
        f"{text_of(document.currency)} a month.</p>",
        bullets(OWN_RULES, document.rule_changes or []),
        cards([_card(stack, document.currency) for stack in moved]) if len(moved) > 1 else "",
        *(_stack(stack, document.currency, alone=len(document.stacks) == 1) for stack in moved),
        _totals(document) if len(document.stacks) > 1 else "",
        bullets("Notes", document.notes),
        "</section>",
    ]
    return "\n".join(part for part in parts if part)


def _shade(moved: list[StackDiff]) -> str:
    """Whether the change costs more, less, or neither in all."""
    dearer = {stack.difference > 0 for stack in moved if stack.difference}
    return "" if len(dearer) != 1 else "more" if True in dearer else "less"


def _card(stack: StackDiff, currency: str) -> Card:
    below = [f"{percent(stack.percent)} of before"] if stack.percent else []
    if stack.kind in ("new", "removed"):
        below.append("is new" if stack.kind == "new" else "is gone")
    figure = signed(stack.difference, currency, digits_of(stack))
    return Card(stack.stack, figure, below)


def _totals(document: DiffDocument) -> str:
    rows = []
    for stack in document.stacks:
        digits = digits_of(stack)
        cells = [stack.stack]
        for side in (stack.base, stack.head):
            least = ">= " if side is not None and side.at_least else ""
            cells.append(
                "-"
                if side is None
                else least + amount(side.total_monthly, document.currency, digits)
            )
        moved = signed(stack.difference, document.currency, digits) if stack.difference else "0"
        rows.append([*cells, moved, percent(stack.percent) if stack.percent else ""])
    return table("Every stack", ["stack", "before", "after", "change", "%"], rows)


def _stack(stack: StackDiff, currency: str, *, alone: bool) -> str:
    """``alone``: the verdict has said already what the stack's change is."""
    header = ["line", "change", "before", "after"]
    rows = [_line(line, currency) for line in stack.moved[:TOP]]
    if rest := stack.moved[TOP:]:
        rows.append([f"{len(rest)} more lines", together(rest, currency), "", ""])
    said = measures(stack)
    parts = [
        f"<section><h2>{text_of(stack.stack)}</h2>",
        "" if alone else f"<p>{text_of(change(stack, currency))}</p>",
        f"<p>{text_of(said)}</p>" if said else "",
        causes(stack, currency),
        _components(stack, currency),
        folded(
            "Lines that moved",
            table("Lines that moved", header, rows),
        )
        if rows
        else "",
        "</section>",
    ]
    return "".join(parts)


def causes(stack: StackDiff, currency: str) -> str:
    """Why a stack costs more or less, a bar a cause from where nothing changes."""
    if stack.base is None or stack.head is None:
        return ""
    digits = digits_of(stack)
    rows = []
    for name in CAUSES:
        value = getattr(stack.split, name)
        if value:
            shade = "more" if value > 0 else "less"
            said = signed(value, currency, digits)
            stretch = Stretch(ZERO, value, shade, f"{name}: {said}")
            rows.append(Bar(f"{name}: {ABOUT[name]}", said, [stretch], ZERO))
    values = [getattr(stack.split, name) for name in CAUSES]
    return chart("Why, a month", rows, min(ZERO, *values), max(ZERO, *values))


def _components(stack: StackDiff, currency: str) -> str:
    """Where a stack costs more or less, a bar a component in its colour; nothing of one alone."""
    sums: dict[str, Decimal] = {}
    for line in stack.lines:
        sums[line.component] = sums.get(line.component, ZERO) + line.difference
    moved = {name: value for name, value in sums.items() if value}
    if len(moved) < 2:
        return ""
    rows = []
    for name, value in sorted(moved.items(), key=lambda pair: -abs(pair[1])):
        said = signed(value, currency, places(*moved.values()))
        stretch = Stretch(ZERO, value, shade_of(name), f"{name}: {said}")
        rows.append(Bar(name, said, [stretch], ZERO))
    values = [ZERO, *moved.values()]
    return chart("Where, a month", rows, min(values), max(values))


def _line(line: LineChange, currency: str) -> list[str]:
    return [
        f"{SIGNS[line.kind]} {line.role} {line.offer} {line.charge}".strip(),
        line_change(line, currency),
        side_amount(line, "base", currency),
        side_amount(line, "head", currency),
    ]
