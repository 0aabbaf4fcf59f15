"""Discounts, commitments and credits on arrays: ``costplan.billing.discounts``, ``commitments`` and
``credits``, in the order of ``costplan.plan.bill.settlement``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import reduce
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np

from costplan.billing.arrays.numbers import Amount, at_most, floats, over
from costplan.billing.arrays.rows import ArrayOff, Row, any_of, total_of
from costplan.billing.credits import alike, in_order
from costplan.billing.discounts import Discounts
from costplan.words import WORKLOAD
from costplan.workload.contract import Commitment, Credit, Discount, Scope

Ours = Callable[[Any, str | None], Amount]
"""Money of a currency (None: the workload's) in the workload's."""


class ArrayDiscounts(Discounts):
    """The discounts that hold for one stack on one day; ``shares``: those of tables with bands."""

    def __init__(
        self,
        tables: Sequence[Discount],
        stack: str,
        day: date,
        shares: Mapping[int, Amount] | None = None,
    ) -> None:
        super().__init__(tables, stack, day)
        self.shares = shares or {}

    def array_off(self, offer: str) -> ArrayOff:
        """The share off each charge of an offer: the largest of those that count it."""
        mine = [(table, at) for at, table in self.tables.items() if table.matches(offer)]

        def off(charge: str) -> Amount:
            own = [self._off(table, at) for table, at in mine if table.counts(offer, charge)]
            return reduce(np.maximum, own, 0.0)

        return off

    def _off(self, table: Discount, at: int) -> Any:
        if table.percent is None:
            return self.shares.get(at, 0.0)
        return floats(table.percent) / 100


def band_share(table: Discount, spend: Amount, ours: Ours) -> Any:
    """``costplan.billing.discounts.band_share``; spend of 0 has none."""
    taken: Any = 0.0
    low: Any = 0.0
    waiting: Any = True
    for band in table.bands:
        high: Any = np.inf if band.up_to is None else ours(band.up_to, table.currency)
        percent = floats(band.percent) / 100
        if table.mode == "volume":
            here = waiting & at_most(spend, high)
            waiting = waiting & np.logical_not(here)
            taken = taken + np.where(here, percent, 0.0)
        else:
            taken = taken + np.maximum(0.0, np.minimum(spend, high) - low) * percent
            low = high
    share = taken if table.mode == "volume" else over(taken, spend)
    return np.where(np.greater(spend, 0), share, 0.0)


def list_spend(table: Scope, rows: Iterable[Row], charges: Mapping[str, set[str] | None]) -> Any:
    """What the matched charges cost at list. ``charges``: by id of each offer that is billed, its
    own charges, None for a model."""
    return total_of(
        row.listed
        for row in rows
        if row.offer in charges
        and table.counts(row.offer, row.charge)
        and ((own := charges[row.offer]) is None or row.charge in own)
    )


def draw_commitments(
    tables: Sequence[Commitment], stack: str, rows: Sequence[Row], day: date, ours: Ours
) -> list[Row]:
    """Draw the rows' spend on the commitments in force, in place; what is left of them."""
    counted: dict[int, list[Row]] = {
        at: [] for at, table in enumerate(tables) if table.applies(stack, day)
    }
    for row in rows:
        fitting = [at for at in counted if tables[at].counts(row.offer, row.charge)]
        if row.offer != WORKLOAD and fitting:
            counted[max(fitting, key=lambda at: tables[at].narrowness)].append(row)
    order = sorted(counted, key=lambda at: tables[at].name)
    return [row for at in order for row in _drawn(tables[at], counted[at], ours)]


def _drawn(terms: Commitment, rows: Sequence[Row], ours: Ours) -> list[Row]:
    monthly = ours(terms.monthly, terms.currency)
    spend = np.maximum(0.0, total_of(row.paid for row in rows))
    rest = 1.0 - floats(terms.percent) / 100
    drawn = spend * rest
    covered = np.minimum(monthly, drawn)
    beyond = np.maximum(0.0, spend - monthly / rest)
    overage = np.where(np.greater(drawn, monthly), beyond, 0.0)
    overage = overage * (1.0 - floats(terms.overage_percent) / 100)
    unused = monthly - covered
    components = {row.component for row in rows}
    parts = {
        name: any_of(row.present for row in rows if row.component == name) for name in components
    }
    several = total_of(np.asarray(part, dtype=float) for part in parts.values())
    alone = {name: part & np.equal(several, 1) for name, part in parts.items()}
    _give_up(rows, np.maximum(0.0, spend - covered - overage))
    left = [(name, np.where(here, unused, 0.0)) for name, here in alone.items()]
    left.append(("other", np.where(any_of(alone.values()), 0.0, unused)))
    return [
        Row(
            offer=WORKLOAD,
            charge=f"{terms.name} unused",
            role=f"{terms.name}, unused",
            component=component,
            purpose="idle",
            listed=0.0,
            paid=amount,
        )
        for component, amount in left
        if np.any(amount)
    ]


def _give_up(rows: Sequence[Row], saved: Amount) -> None:
    """Pro rata by what is left of each offer's part in a component and purpose."""
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.offer, row.component, row.purpose), []).append(row)
    nets = [np.maximum(0.0, total_of(row.paid for row in own)) for own in groups.values()]
    whole = total_of(nets)
    for own, net in zip(groups.values(), nets, strict=True):
        less = saved * over(net, whole)
        positive = [np.maximum(0.0, row.paid) for row in own]
        paid = total_of(positive)
        for row, part in zip(own, positive, strict=True):
            row.paid = row.paid - less * over(part, paid)


class _Group(NamedTuple):
    offer: str
    charge: str
    role: str
    component: str
    purpose: str
    fixed: bool


_Levels = Sequence[Callable[[_Group], object]]
_LEVELS: _Levels = (
    attrgetter("offer"),
    attrgetter("component", "purpose"),
    attrgetter("fixed"),
)


def draw_credits(
    tables: Sequence[Credit], stack: str, rows: Iterable[Row], day: date, ours: Ours
) -> list[Row]:
    """What monthly credits pay of the rows, as rows below nothing."""
    left: dict[_Group, Any] = {}
    for row in rows:
        if row.offer != WORKLOAD:
            part = (row.role, row.component, row.purpose, row.fixed)
            group = _Group(row.offer, row.charge, *part)
            left[group] = left.get(group, 0.0) + row.paid
    paid: list[Row] = []
    for terms in in_order([table for table in tables if not table.one_time]):
        if not terms.applies(stack, day):
            continue
        for group, amount in _credited(terms, left, ours(terms.amount, terms.currency)).items():
            left[group] = left[group] - amount
            row = Row(**group._asdict(), listed=0.0, paid=-amount, present=np.greater(amount, 0))
            row.charge = terms.name
            paid.append(row)
    return paid


def _credited(terms: Credit, left: Mapping[_Group, Any], most: Amount) -> dict[_Group, Any]:
    """``costplan.billing.credits.Ledger.draw``."""
    drawn = _Drawn(terms, left)
    offers = alike(left, _LEVELS[0])
    rooms = [drawn.room(groups, _LEVELS[1:]) for groups in offers]
    whole = total_of(rooms)
    taken = np.minimum(most, whole)
    for groups, room in zip(offers, rooms, strict=True):
        drawn.spread(groups, taken * over(room, whole), _LEVELS[1:])
    return drawn.paid


class _Drawn:
    """One credit while it is spread; ``paid``: what it pays of each group."""

    def __init__(self, terms: Credit, left: Mapping[_Group, Any]) -> None:
        self.left, self.paid = left, dict[_Group, Any]()
        self.counted = {group for group in left if terms.counts(group.offer, group.charge)}

    def room(self, groups: Sequence[_Group], levels: _Levels) -> Any:
        whole = total_of(self.left[group] for group in groups)
        counted = total_of(self.left[group] for group in groups if group in self.counted)
        room = np.maximum(0.0, np.minimum(whole, counted))
        if levels:
            parts = alike(groups, levels[0])
            room = np.minimum(room, total_of(self.room(part, levels[1:]) for part in parts))
        return room

    def spread(self, groups: Sequence[_Group], amount: Any, levels: _Levels) -> None:
        if levels:
            parts = [(self.room(part, levels[1:]), part) for part in alike(groups, levels[0])]
            whole = total_of(room for room, _ in parts)
            for room, part in parts:
                self.spread(part, amount * over(room, whole), levels[1:])
            return
        positive = {
            group: np.maximum(0.0, self.left[group]) for group in groups if group in self.counted
        }
        weight = total_of(positive.values())
        for group, own in positive.items():
            self.paid[group] = amount * over(own, weight)
