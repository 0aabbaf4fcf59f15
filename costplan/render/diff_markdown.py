"""A diff as Markdown for a comment: the verdict and a table first, the lines folded away."""

from __future__ import annotations

from collections.abc import Sequence

from costplan.document.diff import CAUSES, DiffDocument, LineChange, StackDiff
from costplan.render import Look
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
from costplan.render.markup import in_html, safe, strong
from costplan.render.money import amount, signed

TOP = 50
"""Lines of a stack that are written out."""
BLOCK, WIDE = "█", 20
"""What bars are made of, and how much of it the longest one has."""


def draw(document: DiffDocument, look: Look) -> str:
    """The diff as GitHub-flavoured Markdown. Names of files are escaped: they cannot add markup."""
    before = safe(document.base) if document.base else "nothing"
    rows = [
        f"### {safe(document.workload)}: {before} → {safe(document.head)}",
        "",
        f"**{safe(verdict(document))}**",
        "",
    ]
    if document.rule_changes:
        rows += [strong(f"{OWN_RULES}:"), ""]
        rows += [*(f"- {safe(rule)}" for rule in document.rule_changes), ""]
    moved = document.moved
    if moved:
        both = [stack.split for stack in moved if stack.base is not None and stack.head is not None]
        causes = [name for name in CAUSES if any(getattr(split, name) for split in both)]
        header = ["stack", "before", "after", "change", "%", *causes]
        rows += [f"| {' | '.join(header)} |", f"|---|{'--:|' * (len(header) - 1)}"]
        rows += [_row(stack, document.currency, causes) for stack in document.stacks]
        rows.append("")
    for stack in moved:
        rows += _stack(stack, document.currency)
    rows += [f"- {safe(note)}" for note in document.notes]
    text = "\n".join(rows).rstrip("\n") + "\n"
    return look.markup(text)


def _row(stack: StackDiff, currency: str, causes: Sequence[str]) -> str:
    """A stack's row; ``causes``: those that get a column."""
    base = stack.base.total_monthly if stack.base else None
    head = stack.head.total_monthly if stack.head else None
    digits = digits_of(stack)
    cells = [safe(stack.stack)]
    for side, value in ((stack.base, base), (stack.head, head)):
        text = "-" if value is None else amount(value, currency, digits)
        cells.append(f"at least {text}" if side is not None and side.at_least else text)
    cells.append(signed(stack.difference, currency, digits) if stack.difference else "0")
    cells.append(percent(stack.percent) if stack.percent else "")
    for name in causes:
        value = getattr(stack.split, name)
        both = stack.base is not None and stack.head is not None
        cells.append(signed(value, currency, digits) if value and both else "")
    return f"| {' | '.join(cells)} |"


def _stack(stack: StackDiff, currency: str) -> list[str]:
    rows = [
        f"<details><summary>{in_html(f'{stack.stack} {change(stack, currency)}')}</summary>",
        "",
    ]
    digits = digits_of(stack)
    causes = [(name, getattr(stack.split, name)) for name in CAUSES]
    if stack.kind == "changed" and any(value for _, value in causes):
        rows += ["| why | change | |", "|---|--:|---|"]
        most = max(abs(value) for _, value in causes)
        for name, value in causes:
            if value:
                bar = BLOCK * max(1, int(abs(value) * WIDE / most))
                text = signed(value, currency, digits)
                rows.append(f"| {name}: {ABOUT[name]} | {text} | {bar} |")
        rows.append("")
    if said := measures(stack):
        rows += [in_html(said), ""]
    if stack.moved:
        rows += ["| | role | offer | charge | before | after | change |"]
        rows += ["|---|---|---|---|--:|--:|--:|"]
        rows += [_line(line, currency) for line in stack.moved[:TOP]]
        rows.append("")
    if rest := stack.moved[TOP:]:
        rows += [f"and {len(rest)} more lines, {together(rest, currency)} together", ""]
    return [*rows, "</details>", ""]


def _line(line: LineChange, currency: str) -> str:
    cells = [f"`{SIGNS[line.kind]}`", safe(line.role), safe(line.offer), safe(line.charge)]
    for side in ("base", "head"):
        cells.append(side_amount(line, side, currency).replace(">=", "at least"))
    cells.append(line_change(line, currency))
    return f"| {' | '.join(cells)} |"
