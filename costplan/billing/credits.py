"""Credits over a stack's whole bill: no line, component or purpose is ever brought below nothing.

What an offer can be relieved of is the smaller of its whole bill and of the charges that the credit
counts; a credit is spread over offers and their groups of lines pro rata by what is left there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from costplan.document.line import LineItem, Price
from costplan.quantity import ONE, ZERO, grouped, shares, total
from costplan.words import STATED, WORKLOAD
from costplan.workload.contract import Credit


class Group(NamedTuple):
    """Lines that a credit does not tell apart."""

    stack: str
    offer: str
    charge: str
    role: str
    component: str
    purpose: str
    fixed: bool
    tags: tuple[str, ...]


class Ledger:
    """What is left to pay of each group of lines while credits are drawn."""

    def __init__(self, parts: Mapping[str, Iterable[LineItem]]) -> None:
        self.left: dict[Group, Decimal] = {}
        for stack, lines in parts.items():
            for line in lines:
                if line.price.offer == WORKLOAD or line.amount is None:
                    continue
                group = Group(
                    stack,
                    line.price.offer,
                    line.price.charge,
                    line.role,
                    line.component,
                    line.purpose,
                    line.fixed,
                    line.tags,
                )
                self.left[group] = self.left.get(group, ZERO) + line.amount

    def draw(self, counts: Callable[[Group], bool], most: Decimal) -> dict[Group, Decimal]:
        """What a credit of ``most`` pays of each group that it counts."""
        offers: dict[str, list[Group]] = {}
        for group in self.left:
            offers.setdefault(group.offer, []).append(group)
        rooms: dict[str, Decimal] = {}
        for offer, groups in offers.items():
            whole = total(self.left[group] for group in groups)
            counted = total(self.left[group] for group in groups if counts(group))
            room = min(whole, counted)
            if room > 0:
                rooms[offer] = room
        paid: dict[Group, Decimal] = {}
        taken = min(most, total(rooms.values()))
        if taken <= 0:
            return paid
        for offer, part in zip(rooms, shares(taken, list(rooms.values())), strict=True):
            open_ = [group for group in offers[offer] if counts(group) and self.left[group] > 0]
            open_.sort(key=lambda group: self.left[group])  # what rounding leaves: to the largest
            weights = [self.left[group] for group in open_]
            for group, amount in zip(open_, shares(part, weights), strict=True):
                if amount:
                    paid[group] = amount
                    self.left[group] -= amount
        return paid


def counting(terms: Credit, stacks: Iterable[str], day: date) -> Callable[[Group], bool]:
    """Whether a credit counts a group of lines."""
    own = {stack for stack in stacks if terms.applies(stack, day)}
    return lambda group: group.stack in own and terms.counts(group.offer, group.charge)


def in_order(credits: Sequence[Credit]) -> list[Credit]:
    """The narrowest first, then the one that expires first, then by name."""
    return sorted(
        credits,
        key=lambda credit: (
            tuple(-part for part in credit.narrowness),
            credit.expires or date.max,
            credit.name,
        ),
    )


def credit_lines(
    name: str, granted: Decimal, paid: Mapping[Group, Decimal], day: date
) -> list[LineItem]:
    """A negative line for each offer, role, component and purpose that the credit pays of."""
    merged: dict[Group, Decimal] = {}
    for group, amount in paid.items():
        key = group._replace(charge="")
        merged[key] = merged.get(key, ZERO) + amount
    return [
        LineItem(
            price=Price(
                offer=group.offer,
                charge=name,
                unit="month",
                price=-amount,
                per=ONE,
                source=f"the workload file, [[credit]] {name}",
                confidence=STATED,
                since=day,
                checked=day,
            ),
            quantity=ONE,
            list_amount=ZERO,
            amount=-amount,
            contracted=ZERO,
            role=group.role,
            component=group.component,
            purpose=group.purpose,
            fixed=group.fixed,
            tags=group.tags,
            flat=f"{grouped(amount)} of a credit of {grouped(granted)} a month",
        )
        for group, amount in merged.items()
    ]
