"""A diff as a page: the verdict, then each stack's causes and the lines that moved."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from costplan.document.diff import CAUSES, DiffDocument, LineChange, StackDiff
from costplan.problems import clean
from costplan.quantity import ZERO, rounded, stepped
from costplan.render import Look
from costplan.render.money import amount, places, signed
from costplan.render.page import Page, Table, cell

SIGNS = {"new": "+", "removed": "-", "changed": "~", "same": " "}
STYLES = {"new": "red", "removed": "green"}
OWN_RULES = "Changed with it: rules and prices that it is judged by"
TOP = 12
"""Lines of a stack that are shown."""
ABOUT = {
    "volume": "more or fewer requests",
    "mix": "other things bought",
    "intensity": "more or less of each per request",
    "price": "the same at other prices",
    "default": "a default changed: validators repeat themselves",
}


def draw(document: DiffDocument, look: Look) -> str:
    """The diff as text of at most ``look.width`` columns."""
    page = Page(look)
    before = document.base or "nothing"
    page.say(f"{document.workload}: {before} -> {document.head}", "bold")
    page.say(verdict(document, unicode=look.unicode))
    for stack in document.moved:
        page.say()
        _stack(page, document, stack)
    same = [stack.stack for stack in document.stacks if stack.kind == "same"]
    if same and len(document.stacks) > 1:
        page.say()
        page.say(f"unchanged: {', '.join(same)}")
    page.say()
    page.bullets(OWN_RULES, document.rule_changes or [])
    page.bullets("Notes", document.notes)
    return page.text()


def verdict(document: DiffDocument, *, unicode: bool = True) -> str:
    """The whole diff in a line."""
    stacks, moved = document.stacks, document.moved
    if len(stacks) == 1:
        return f"{stacks[0].stack} {change(stacks[0], document.currency, unicode=unicode)}"
    if not moved:
        return f"no change in any of {len(stacks)} stacks"
    both = [stack for stack in moved if stack.kind == "changed"]
    more = sum(stack.difference > 0 for stack in both)
    less = sum(stack.difference < 0 for stack in both)
    words = [
        f"{count} of {len(stacks)} stacks {singular if count == 1 else plural}"
        for count, singular, plural in (
            (more, "costs more", "cost more"),
            (less, "costs less", "cost less"),
            (len(both) - more - less, "changes at the same cost", "change at the same cost"),
        )
        if count
    ]
    parts = [
        ", ".join(words) + (f": {_span(both, document.currency, unicode)}" if more + less else "")
    ]
    for kind, word in (("new", "new"), ("removed", "gone")):
        count = sum(stack.kind == kind for stack in moved)
        if count:
            parts.append(f"{count} {'is' if count == 1 else 'are'} {word}")
    text = "; ".join(part for part in parts if part)
    if not all(stack.certain for stack in moved):
        text += "; where a price is missing, the change is not certain"
    return text


def _span(stacks: list[StackDiff], currency: str, unicode: bool) -> str:
    """From the smallest to the largest difference."""
    ends = sorted({stack.difference for stack in stacks if stack.difference})
    ends = [ends[0], ends[-1]] if len(ends) > 1 else ends
    digits = places(*ends)
    return " to ".join(signed(end, currency, digits, unicode=unicode) for end in ends)


def change(stack: StackDiff, currency: str, *, unicode: bool = True) -> str:
    """``+$561 ($561 -> $1,121), +100 %``; "at least" where a price is missing."""
    base = stack.base.total_monthly if stack.base else None
    head = stack.head.total_monthly if stack.head else None
    digits = digits_of(stack)

    def money(value: Decimal) -> str:
        return amount(value, currency, digits, unicode=unicode)

    if base is None or head is None:
        only = base if head is None else head
        known = money(only or ZERO)
        text = f"is new: {known}" if base is None else f"is gone: it was {known}"
        return text if stack.certain else f"{text}, at least"
    if stack.kind == "same":
        return (
            f"unchanged ({money(head)})" if stack.certain else f"unchanged (at least {money(head)})"
        )
    if stack.difference:
        moved = signed(stack.difference, currency, digits, unicode=unicode)
        text = f"{moved} ({money(base)} -> {money(head)})"
    else:
        text = f"costs the same ({money(head)})"
    if stack.percent:
        text += f", {percent(stack.percent)}"
    return text if stack.certain else f"{text}; a price is missing, so the change is not certain"


def percent(value: Decimal) -> str:
    """A percentage with its sign, to a tenth where it is small."""
    text = rounded(stepped(value, Decimal(1 if abs(value) >= 10 else "0.1")))
    return f"{text} %" if value < 0 else f"+{text} %"


def _stack(page: Page, document: DiffDocument, stack: StackDiff) -> None:
    unicode, currency = page.look.unicode, document.currency
    page.say(f"{stack.stack} {change(stack, currency, unicode=unicode)}", "bold")
    digits = digits_of(stack)
    if stack.base is not None and stack.head is not None:
        causes = Table("why", currency, "")
        for name in CAUSES:
            value = getattr(stack.split, name)
            if value:
                text = signed(value, currency, digits, unicode=unicode)
                causes.add(f"{name}: {ABOUT[name]}", text)
        if causes.rows:
            page.draw(causes)
            page.say()
        if said := measures(stack):
            page.say(said)
            page.say()
    table = Table("", "line", "before", "after", "change", texts=2)
    for line in stack.moved[:TOP]:
        sign = cell(SIGNS[line.kind], STYLES.get(line.kind, "yellow"))
        table.add(sign, *_cells(page, document, line))
    if table.rows:
        page.draw(table)
    if rest := stack.moved[TOP:]:
        what = together(rest, currency, unicode=unicode)
        page.say(f"and {len(rest)} more lines, {what} together", "dim")


def digits_of(stack: StackDiff) -> int:
    """Digits after the point that tell a stack's sides apart."""
    return places(*(side.total_monthly for side in (stack.base, stack.head) if side is not None))


def together(lines: Sequence[LineChange], currency: str, *, unicode: bool = True) -> str:
    """What lines move in all."""
    rest = sum((line.difference for line in lines), ZERO)
    return signed(rest, currency, places(rest), unicode=unicode)


def line_change(line: LineChange, currency: str, *, unicode: bool = True) -> str:
    """What a line moves; "unknown" where a price is missing."""
    digits = places(line.base or ZERO, line.head or ZERO)
    moved = signed(line.difference, currency, digits, unicode=unicode)
    return "unknown" if line.unpriced else moved


def _cells(page: Page, document: DiffDocument, line: LineChange) -> list[str]:
    unicode, currency = page.look.unicode, document.currency
    return [
        clean(f"{line.role} {line.offer} {line.charge}".strip()),
        side_amount(line, "base", currency, unicode=unicode),
        side_amount(line, "head", currency, unicode=unicode),
        line_change(line, currency, unicode=unicode),
    ]


def side_amount(line: LineChange, side: str, currency: str, *, unicode: bool = True) -> str:
    """What a line costs on a side, ``base`` or ``head``; a dash where it is not there, ">=" or
    "unknown" where a price is missing."""
    value = line.base if side == "base" else line.head
    if value is None:
        return "-"
    text = amount(value, currency, places(value), unicode=unicode)
    if side not in line.unpriced:
        return text
    return f">= {text}" if value else "unknown"


def measures(stack: StackDiff) -> str:
    """What else a change does, to traffic and to how many answers can be trusted; or nothing."""
    base, head = stack.base, stack.head
    if base is None or head is None:
        return ""
    said = []
    if base.requests != head.requests:
        said.append(f"requests {rounded(base.requests)} -> {rounded(head.requests)}")
    if base.reliability != head.reliability and stack.outcomes_moved:
        said.append(f"trusted {_share(base.reliability)} -> {_share(head.reliability)}")
    if base.silent_per_month != head.silent_per_month:
        pair = [
            "not modelled" if count is None else rounded(count)
            for count in (base.silent_per_month, head.silent_per_month)
        ]
        said.append(f"silent failures {pair[0]} -> {pair[1]} a month")
    return ", ".join(said)


def _share(value: Decimal | None) -> str:
    if value is None:
        return "not modelled"
    return f"{stepped(value * 100, Decimal('0.01'))} %"
