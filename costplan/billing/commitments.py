"""Spending that was promised: what it covers, what is left unused, what goes beyond.

    spend     what the matched lines cost after discounts, floors and credits of the vendor
    drawn     spend x (1 - percent)
    covered   min(monthly, drawn)             unused = monthly - covered, an idle line of its own
    overage   (spend - monthly / (1 - percent)) x (1 - overage_percent), where drawn > monthly

The lines then sum to covered + overage: each gives up its part of the difference, pro rata.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from costplan.document.line import UNUSED, LineItem, Price, Term
from costplan.document.month import Commitment as Drawn
from costplan.quantity import ONE, ZERO, grouped, scaled, settle, shares, total
from costplan.words import STATED, WORKLOAD
from costplan.workload.contract import Commitment


def draw_commitment(terms: Commitment, monthly: Decimal, lines: Sequence[LineItem]) -> Drawn:
    """Draw the lines' spend on a commitment of ``monthly``, in place; what came of it."""
    monthly = settle(monthly)
    spend = max(ZERO, total(line.amount or ZERO for line in lines))
    rest = 1 - terms.percent / 100
    drawn = scaled(spend, rest)
    covered, overage = drawn, ZERO
    if drawn > monthly:
        beyond = max(ZERO, spend - scaled(monthly, ONE, rest))
        covered, overage = monthly, scaled(beyond, 1 - terms.overage_percent / 100)
    saved = spend - covered - overage
    if saved > 0:
        _give_up(lines, saved, terms.name)
    return Drawn(terms.name, monthly, covered, overage, saved)


def _give_up(lines: Sequence[LineItem], saved: Decimal, commitment: str) -> None:
    """Pro rata by what is left of each offer's part in a component and purpose once the vendor's
    own credits are off it: nothing that a credit has paid gives up more."""
    groups: dict[tuple[str, str, str], list[LineItem]] = {}
    for line in lines:
        if line.amount:
            key = (line.price.offer, line.component, line.purpose)
            groups.setdefault(key, []).append(line)
    net = [(total(line.amount or ZERO for line in own), own) for own in groups.values()]
    left = sorted((group for group in net if group[0] > 0), key=lambda group: group[0])
    weights = [amount for amount, _ in left]  # what rounding leaves goes to the largest
    for (_, own), part in zip(left, shares(saved, weights), strict=True):
        paid = sorted((line for line in own if (line.amount or ZERO) > 0), key=_cost)
        costs = [_cost(line) for line in paid]
        for line, less, before in zip(paid, shares(part, costs), costs, strict=True):
            line.contracted = before
            line.amount = before - less
            line.terms = (*line.terms, Term.of(commitment, -less))


def _cost(line: LineItem) -> Decimal:
    return line.amount or ZERO


def unused_line(drawn: Drawn, lines: Sequence[LineItem], day: date) -> LineItem | None:
    """What is paid for nothing: fixed and idle, in the component of the lines where it is one."""
    if not drawn.unused:
        return None
    components = {line.component for line in lines}
    price = Price(
        offer=WORKLOAD,
        charge=f"{drawn.name} unused",
        unit="month",
        price=drawn.unused,
        per=ONE,
        source=UNUSED + drawn.name,
        confidence=STATED,
        since=day,
        checked=day,
    )
    return LineItem(
        price=price,
        quantity=ONE,
        list_amount=ZERO,
        amount=drawn.unused,
        contracted=ZERO,
        role=f"{drawn.name}, unused",
        component=components.pop() if len(components) == 1 else "other",
        purpose="idle",
        fixed=True,
        flat=f"{grouped(drawn.monthly)} committed - {grouped(drawn.covered)} covered",
    )
