"""Credits over a stack's whole bill: no line, component or purpose is ever brought below nothing.

What an offer, a purpose of it, and what is fixed of that can be relieved of is the smaller of all
its lines and of the charges that the credit counts; a credit is spread over them pro rata by that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

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


Levels = Sequence[Callable[[Group], object]]
LEVELS: Levels = (
    attrgetter("offer"),
    attrgetter("stack", "component", "purpose"),
    attrgetter("fixed"),
)
"""What groups a credit is spread over, from the widest to the narrowest."""


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
        offers = alike(self.left, LEVELS[0])
        rooms = [self._room(groups, counts, LEVELS[1:]) for groups in offers]
        paid: dict[Group, Decimal] = {}
        taken = min(most, total(rooms))
        if taken <= 0:
            return paid
        for groups, part in zip(offers, shares(taken, rooms), strict=True):
            self._spread(groups, part, counts, LEVELS[1:], paid)
        for group, amount in paid.items():
            self.left[group] -= amount
        return paid

    def _room(
        self, groups: Sequence[Group], counts: Callable[[Group], bool], levels: Levels
    ) -> Decimal:
        """The most that can be paid of some groups, so that no level of them falls below nothing:
        what caps and discounts took off a purpose is no room of another."""
        whole = total(self.left[group] for group in groups)
        counted = total(self.left[group] for group in groups if counts(group))
        room = max(ZERO, min(whole, counted))
        if room and levels:
            parts = alike(groups, levels[0])
            room = min(room, total(self._room(part, counts, levels[1:]) for part in parts))
        return room

    def _spread(
        self,
        groups: Sequence[Group],
        amount: Decimal,
        counts: Callable[[Group], bool],
        levels: Levels,
        paid: dict[Group, Decimal],
    ) -> None:
        """Note in ``paid`` what an amount pays of groups that have room for it: pro rata by room,
        at last by what is left of each group."""
        if not amount:
            return
        if not levels:
            open_ = [group for group in groups if counts(group) and self.left[group] > 0]
            open_.sort(key=lambda group: self.left[group])  # what rounding leaves: to the largest
            weights = [self.left[group] for group in open_]
            for group, own in zip(open_, shares(amount, weights), strict=True):
                if own:
                    paid[group] = own
            return
        parts = alike(groups, levels[0])
        rooms = [(self._room(part, counts, levels[1:]), part) for part in parts]
        rooms.sort(key=itemgetter(0))
        amounts = shares(amount, [room for room, _ in rooms])
        for (_, part), share in zip(rooms, amounts, strict=True):
            self._spread(part, share, counts, levels[1:], paid)


def alike(groups: Iterable[Any], trait: Callable[[Any], object]) -> list[list[Any]]:
    """The groups of each value of a trait, in the order in which they came."""
    parts: dict[object, list[Any]] = {}
    for group in groups:
        parts.setdefault(trait(group), []).append(group)
    return list(parts.values())


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
