"""A diff as Markdown for a comment: the verdict and a table first, the lines folded away."""

from __future__ import annotations

from decimal import Decimal

from costplan.document.diff import CAUSES, DiffDocument, LineChange, StackDiff
from costplan.quantity import ZERO
from costplan.render import Look
from costplan.render.diff import ABOUT, OWN_RULES, SIGNS, change, measures, percent, verdict
from costplan.render.markup import in_html, safe, strong
from costplan.render.money import amount, places, signed

TOP = 50
"""Lines of a stack that are written out."""


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
        rows += [strong(f"{OWN_RULES}:"), "", *(f"- {safe(one)}" for one in document.rule_changes)]
        rows.append("")
    moved = [stack for stack in document.stacks if stack.kind != "same"]
    if moved:
        rows += ["| stack | before | after | change | % |", "|---|--:|--:|--:|--:|"]
        rows += [_row(stack, document.currency) for stack in document.stacks]
        rows.append("")
    for stack in moved:
        rows += _stack(stack, document.currency)
    rows += [f"- {safe(note)}" for note in document.notes]
    text = "\n".join(rows).rstrip("\n") + "\n"
    return text if look.unicode else text.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _row(stack: StackDiff, currency: str) -> str:
    base = stack.base.total_monthly if stack.base else None
    head = stack.head.total_monthly if stack.head else None
    digits = places(base or ZERO, head or ZERO)
    cells = [safe(stack.stack)]
    for side, value in ((stack.base, base), (stack.head, head)):
        text = "-" if value is None else amount(value, currency, digits)
        cells.append(f"at least {text}" if side is not None and side.at_least else text)
    cells.append(signed(stack.difference, currency, digits) if stack.difference else "0")
    cells.append(percent(stack.percent) if stack.percent else "")
    return f"| {' | '.join(cells)} |"


def _stack(stack: StackDiff, currency: str) -> list[str]:
    rows = [
        f"<details><summary>{in_html(f'{stack.stack} {change(stack, currency)}')}</summary>",
        "",
    ]
    digits = places(*(one.total_monthly for one in (stack.base, stack.head) if one is not None))
    causes = [(name, getattr(stack.split, name)) for name in CAUSES]
    if stack.kind == "changed" and any(value for _, value in causes):
        rows += ["| why | change |", "|---|--:|"]
        for name, value in causes:
            if value:
                rows.append(f"| {name}: {ABOUT[name]} | {signed(value, currency, digits)} |")
        rows.append("")
    if said := measures(stack):
        rows += [in_html(said), ""]
    moved = [line for line in stack.lines if line.kind != "same"]
    if moved:
        rows += ["| | role | offer | charge | before | after | change |"]
        rows += ["|---|---|---|---|--:|--:|--:|"]
        rows += [_line(line, currency) for line in moved[:TOP]]
        rows.append("")
    if len(moved) > TOP:
        rest = sum((line.difference for line in moved[TOP:]), ZERO)
        what = signed(rest, currency, places(rest))
        rows += [f"and {len(moved) - TOP} more lines, {what} together", ""]
    return [*rows, "</details>", ""]


def _line(line: LineChange, currency: str) -> str:
    digits = places(line.base or ZERO, line.head or ZERO)
    sign = SIGNS[line.kind]
    cells = [f"`{sign}`", safe(line.role), safe(line.offer), safe(line.charge)]
    cells += [_money(line.base, currency, "base" in line.unpriced)]
    cells += [_money(line.head, currency, "head" in line.unpriced)]
    cells.append("unknown" if line.unpriced else signed(line.difference, currency, digits))
    return f"| {' | '.join(cells)} |"


def _money(value: Decimal | None, currency: str, unpriced: bool) -> str:
    if value is None:
        return "-"
    text = amount(value, currency, places(value))
    if not unpriced:
        return text
    return f"at least {text}" if value else "unknown"
