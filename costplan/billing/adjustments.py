"""What comes after the charges: floors, credits, caps, percentage fees, in the vendor's order.

A minimum is a floor on the bill, a flat fee is a charge, a fee with credit is both: three things
that vendors name alike. Each adjustment is its own line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import NamedTuple, Protocol

from costplan.catalog.lookup import Entry
from costplan.catalog.offer import Adjust, Offer
from costplan.document.line import LineItem, Price
from costplan.facts import Fact, fact
from costplan.quantity import ONE, ZERO, grouped, settle, shares, total
from costplan.record import replace


class Taker(Protocol):
    """The role that an adjustment's line is booked on."""

    @property
    def role(self) -> str: ...
    @property
    def component(self) -> str: ...
    @property
    def purpose(self) -> str: ...


class Grant(NamedTuple):
    """A credit that an offer gives once: so much off the charges it names (none: all of them), for
    one role where it is not the account's. Money of the vendor's currency."""

    offer: str
    id: str
    amount: Decimal
    charges: frozenset[str]
    role: str | None

    def fact(self, in_months: bool) -> Fact:
        """What becomes of it, for a reader."""
        code = "one-time-credit-in-months" if in_months else "one-time-credit"
        return fact(code, self.offer, amount=self.amount)


class Bill(Protocol):
    """What adjustments are added to; ``unwritten`` holds how to find words that no sum needs."""

    lines: list[LineItem]
    facts: list[Fact]
    unwritten: list[Callable[[], None]]


class Adjustments:
    """An offer's adjustments on a day, in file order, with the charges that each counts."""

    def __init__(self, entry: Entry, day: date) -> None:
        offer = entry.item
        assert isinstance(offer, Offer)
        self.entry = entry
        current, later = offer.adjusts_on(day)
        self.current = [(rule, frozenset(_counted_names(offer, rule))) for rule in current]
        self.later = [
            (rule, fact("rule-later", since=(rule.origin or offer.origin).since))
            for rule in later
            if rule.kind in ("minimum", "percent_fee")
        ]

    def add(self, bill: Bill, takes: Sequence[Taker], *, free_tiers: bool) -> list[Grant]:
        """Append the adjustment lines to a bill of charges.

        Returns the credits that are granted once: they enter no month's bill.
        """
        for rule, why in self.later:
            line = _line(self.entry, rule, takes[0], None, None, why)
            line.flat = f"{rule.kind} {why.text}"
            bill.lines.append(line)
        granted: list[Grant] = []
        for rule, names in self.current:
            if rule.free_tier and not free_tiers:
                continue
            roles = dict.fromkeys(take.role for take in takes)
            groups = [None] if rule.scope == "account" else list(roles)
            if rule.one_time:
                amount = rule.amount or ZERO
                counted = names if rule.charges else frozenset()
                granted += [Grant(self.entry.id, rule.id, amount, counted, role) for role in groups]
                continue
            for role in groups:
                taker = next(take for take in takes if role is None or take.role == role)
                self._apply(rule, names, role, taker, bill)
        return granted

    def _apply(
        self, rule: Adjust, names: frozenset[str], role: str | None, taker: Taker, bill: Bill
    ) -> None:
        counted = [
            line
            for line in bill.lines
            if (role is None or line.role == role)
            and (not rule.charges or line.price.charge in names)
        ]
        if rule.charges and not counted:
            return
        listed = total(line.list_amount or ZERO for line in counted)
        paid = total(line.amount or ZERO for line in counted)
        at_list, at_paid = _change(rule, listed), _change(rule, paid)
        if not at_list and not at_paid:
            return
        if rule.kind in ("credit", "cap", "discount") and counted:
            lines = [
                replace(
                    _line(self.entry, rule, taker, part.listed, part.paid, None),
                    purpose=part.purpose,
                    fixed=part.fixed,
                )
                for part in taken_off(counted, -at_list, -at_paid)
            ]
        else:
            line = _line(self.entry, rule, taker, at_list, at_paid, None)
            line.fixed = rule.kind == "minimum" or (
                rule.kind == "percent_fee" and rule.floor is not None and at_paid <= rule.floor
            )
            lines = [line]
        bill.lines += lines
        bill.unwritten.append(partial(_write, self.entry.id, rule, paid, lines, bill))


class Part(NamedTuple):
    """What is taken off the lines of one purpose, as amounts below nothing."""

    purpose: str
    fixed: bool
    listed: Decimal
    paid: Decimal


def taken_off(counted: Sequence[LineItem], listed: Decimal, paid: Decimal) -> list[Part]:
    """What is taken off some lines, by purpose and pro rata by what each costs, so that none is
    brought below nothing. One purpose is one part."""
    groups: dict[str, list[LineItem]] = {}
    for line in counted:
        groups.setdefault(line.purpose, []).append(line)
    if len(groups) == 1:
        ((purpose, lines),) = groups.items()
        return [Part(purpose, all(line.fixed for line in lines), -listed, -paid)]
    at_list = [total(line.list_amount or ZERO for line in lines) for lines in groups.values()]
    at_paid = [total(line.amount or ZERO for line in lines) for lines in groups.values()]
    parts = zip(groups.items(), shares(listed, at_list), shares(paid, at_paid), strict=True)
    return [
        Part(purpose, all(line.fixed for line in lines), -less, -off)
        for (purpose, lines), less, off in parts
        if less or off
    ]


def _write(offer: str, rule: Adjust, paid: Decimal, lines: Sequence[LineItem], bill: Bill) -> None:
    """An adjustment's arithmetic, and that a floor binds."""
    for line in lines:
        line.flat = _words(rule, paid)
    if rule.kind == "minimum":
        bill.facts.append(fact("floor-binds", offer, floor=rule.amount or ZERO, charges=paid))


def _counted_names(offer: Offer, rule: Adjust) -> set[str]:
    """The charges a rule names, and what caps and earlier rules took off them alone."""
    wanted = set(rule.charges)
    return (
        wanted
        | {f"{name} cap" for name in wanted}
        | {
            other.id
            for other in offer.adjust
            if other.kind in ("credit", "cap", "discount")
            and other.charges
            and wanted.issuperset(other.charges)
        }
    )


def _change(rule: Adjust, base: Decimal) -> Decimal:
    amount, percent = rule.amount or ZERO, (rule.percent or ZERO) / 100
    if rule.kind == "minimum":
        return settle(max(ZERO, amount - base))
    if rule.kind == "credit":
        return -settle(max(ZERO, min(amount, base)))
    if rule.kind == "cap":
        return -settle(max(ZERO, base - amount))
    if rule.kind == "discount":
        return -settle(base * percent)
    return settle(max(rule.floor or ZERO, base * percent))


def _words(rule: Adjust, base: Decimal) -> str:
    amount = grouped(rule.amount or ZERO)
    if rule.kind == "minimum":
        return f"floor of {amount} - {grouped(base)} of charges"
    if rule.kind == "credit":
        return f"credit of {amount} against {grouped(base)} of charges"
    if rule.kind == "cap":
        return f"at most {amount} of {grouped(base)}"
    percent = grouped(rule.percent or ZERO)
    if rule.kind == "discount":
        return f"{percent} % off {grouped(base)}"
    floor = f", at least {grouped(rule.floor)}" if rule.floor is not None else ""
    return f"{percent} % of {grouped(base)}{floor}"


def _line(
    entry: Entry,
    rule: Adjust,
    taker: Taker,
    listed: Decimal | None,
    paid: Decimal | None,
    why: Fact | None,
) -> LineItem:
    """A line without its arithmetic."""
    offer = entry.item
    assert isinstance(offer, Offer)
    where = entry.provenance(rule.origin or offer.origin)
    price = Price(
        entry.id,
        rule.id,
        "month",
        paid,
        ONE,
        where.source,
        where.confidence,
        where.since,
        where.checked,
        why=why,
    )
    return LineItem(
        price=price,
        quantity=ONE,
        list_amount=listed,
        amount=paid,
        role=taker.role,
        component=taker.component,
        purpose="idle" if rule.kind == "minimum" else offer.purpose or taker.purpose,
        flat="",
    )
