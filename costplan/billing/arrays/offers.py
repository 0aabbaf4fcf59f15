"""The bill of an offer on arrays: ``costplan.billing.compiled``, ``charges`` and ``adjustments``.

A line's standby part is not told apart here: it has the purpose of what it stands by for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from costplan.billing.arrays.formulas import ArrayValues
from costplan.billing.arrays.numbers import (
    Amount,
    Mask,
    at_most,
    below,
    ceiling,
    chosen,
    floats,
    over,
)
from costplan.billing.arrays.rows import (
    ArrayBill,
    ArrayOff,
    Row,
    any_of,
    by_purpose,
    shared,
    total_of,
)
from costplan.billing.compiled import CompiledCharge, CompiledOffer, Traits
from costplan.billing.takes import Take
from costplan.billing.variables import MissingVariables, Needed
from costplan.catalog.offer import Adjust, Charge
from costplan.quantity import ONE, ZERO

NEGATIVE = -1e-9
"""A quantity below this is refused, as the exact one is below 0; what is above is rounding."""


def bill_offer(
    compiled: CompiledOffer, takes: Sequence[Take], off: ArrayOff, *, free_tiers: bool = True
) -> ArrayBill:
    """All rows for the takers. ``takes`` hold draws or numbers.

    Raises MissingVariables for variables without a value, as the exact bill does.
    """
    values = [ArrayValues(compiled.offer, take.variables) for take in takes]
    bill = ArrayBill()
    counter = _Counter(list(zip(takes, values, strict=True)), free_tiers, off, bill)
    for charge in compiled.charges:
        counter.add(charge)
    missing: dict[str, Needed] = {}
    for own in values:
        missing.update(own.missing)
    if missing:
        raise MissingVariables(compiled.offer.id, list(missing.values()))
    for gate in compiled.gates:
        for own in values:
            reached, unanswered = own.probe(gate.variable)
            if not unanswered and gate.action != "throttle":
                bill.refused |= below(float(gate.max), reached)
                bill.impossible |= np.isnan(reached)
    _adjust(compiled, bill, takes, free_tiers=free_tiers)
    return bill


Taker = tuple[Take, ArrayValues]


@dataclass(slots=True, repr=False, eq=False)
class _Counter:
    """The rows of one bill while they are counted; ``pools`` holds what is left of each quota."""

    takers: list[Taker]
    free_tiers: bool
    off: ArrayOff
    bill: ArrayBill
    pools: dict[str, Amount] = field(default_factory=dict)

    def add(self, compiled: CompiledCharge) -> None:
        """The rows of one charge: for the account, or for each role that uses it."""
        traits = compiled.traits(self.takers[0][1].names)
        if not compiled.by_role:
            self._count(compiled, traits, self.takers[:1] if traits.flat else self.takers)
            return
        for role in dict.fromkeys(take.role for take, _ in self.takers):
            own = [taker for taker in self.takers if taker[0].role == role]
            traits = compiled.traits(own[0][1].names)
            self._count(compiled, traits, own[:1] if traits.flat else own)

    def _count(self, compiled: CompiledCharge, traits: Traits, takers: Sequence[Taker]) -> None:
        charge, values = compiled.charge, takers[0][1]
        quantities = [own.evaluate(charge.quantity) for _, own in takers]
        if any(own.missing for _, own in takers):
            return  # the whole bill is refused
        for quantity in quantities:
            self.bill.impossible |= np.isnan(quantity) | np.less(quantity, NEGATIVE)
        used = total_of(quantities)
        rest = _billable(charge, used, self._included(charge, values, used))
        present: Mask = np.not_equal(used, 0) | np.not_equal(rest, 0)
        if not np.any(present):
            return
        rank = values.evaluate(charge.rank_by) if charge.rank_by else None
        amount: Amount
        unknown: Mask
        if compiled.unknown:
            amount, unknown = 0.0, True
        else:
            amount, unknown = _priced(charge, rest, rank)
        if charge.redundant:
            self.bill.impossible |= np.isnan(values.evaluate(charge.redundant)) & present
        rows = self._split(compiled, traits, takers, quantities, rest, amount * present)
        for row in rows:
            row.present, row.unknown = present, unknown & present
        self.bill.rows += rows
        if charge.cap is not None:
            self.bill.rows += _capped(rows, charge, float(charge.cap))

    def _included(self, charge: Charge, values: ArrayValues, used: Amount) -> Any:
        free: Any = 0.0
        if not (self.free_tiers or not charge.free_tier):
            return free
        if charge.pool is not None:
            pool = charge.pool
            if pool not in self.pools:
                self.pools[pool] = values.evaluate(values.offer.pools[pool])
            free = np.minimum(used, self.pools[pool])
            self.pools[pool] = self.pools[pool] - free
        if isinstance(charge.included, str):
            return free + values.evaluate(charge.included)
        return free + float(charge.included or ZERO)

    def _split(
        self,
        compiled: CompiledCharge,
        traits: Traits,
        takers: Sequence[Taker],
        quantities: Sequence[Amount],
        rest: Amount,
        amount: Amount,
    ) -> list[Row]:
        """Pro rata over takers, and within a taker over what its steps are for; where nothing was
        taken, in equal parts."""
        charge, kept = compiled.charge, 1.0 - self.off(compiled.charge.id)
        users = [
            (take, quantity, use)
            for (take, _), quantity in zip(takers, quantities, strict=True)
            for use in _uses(take, compiled.purpose, traits.follows)
        ]
        weights = [quantity * use.share for _, quantity, use in users]
        shares = shared(1.0, weights, [use.lines for _, _, use in users])
        return [
            Row(
                offer=compiled.entry.id,
                charge=charge.id,
                role=take.role,
                component=take.component,
                purpose=use.purpose,
                listed=amount * share,
                paid=amount * share * kept,
                quantity=rest * share,
                unit=charge.unit,
                fixed=traits.fixed,
            )
            for (take, _, use), share in zip(users, shares, strict=True)
        ]


class _Use(NamedTuple):
    """A purpose's share of what a taker takes, and how many of its lines are for it."""

    purpose: str
    share: Amount
    lines: Amount


def _uses(take: Take, own: str | None, follows: bool) -> list[_Use]:
    alone = own or take.purpose
    if not follows or not take.uses:
        return [_Use(alone, 1.0, 1.0)]
    weights: dict[str, Amount] = {}
    lines: dict[str, int] = {}
    for (purpose, _), weight in take.uses.items():
        name = own or purpose
        weights[name] = weights.get(name, 0.0) + floats(weight)
        lines[name] = lines.get(name, 0) + 1
    whole = total_of(weights.values())
    used = np.not_equal(whole, 0)
    uses = [_Use(name, over(weight, whole), lines[name] * used) for name, weight in weights.items()]
    if not np.all(used):
        unused = np.where(used, 0.0, 1.0)
        uses.append(_Use(alone, unused, unused))
    return uses


def _billable(charge: Charge, used: Amount, included: Amount) -> Any:
    left = np.maximum(0.0, used - included)
    if charge.minimum_quantity is not None:
        left = np.maximum(left, float(charge.minimum_quantity))
    if charge.round_up_to is not None:
        block = float(charge.round_up_to)
        left = ceiling(left / block) * block
    return left


def _priced(charge: Charge, quantity: Amount, rank: Amount | None) -> tuple[Any, Any]:
    """What a quantity costs at list, and where a part of it has no price."""
    money = float(charge.fx or ONE) / float(charge.per)
    if charge.quote:
        return 0.0, np.greater(quantity, 0)
    if not charge.tiers:
        return quantity * (float(charge.price or ZERO) * money), False
    if charge.mode == "graduated":
        return _graduated(charge, quantity, rank, money)
    amount: Any = 0.0
    unknown: Any = False
    waiting: Any = True
    for tier in charge.tiers:
        here = waiting & (True if tier.up_to is None else at_most(quantity, float(tier.up_to)))
        waiting = waiting & np.logical_not(here)
        if tier.price is None:
            unknown = unknown | (here & np.greater(quantity, 0))
        elif charge.mode == "volume":
            amount = amount + chosen(here, quantity * (float(tier.price) * money), 0.0)
        else:
            price = float(tier.price) * float(charge.fx or ONE)
            amount = amount + price * (here & np.greater(quantity, 0))
    return amount, unknown | waiting


def _graduated(
    charge: Charge, quantity: Amount, rank: Amount | None, money: float
) -> tuple[Any, Any]:
    counted = quantity if rank is None else rank
    each: Any = 1.0 if rank is None else over(quantity, rank)
    amount: Any = 0.0
    unknown: Any = False
    low = 0.0
    for tier in charge.tiers:
        high = np.inf if tier.up_to is None else float(tier.up_to)
        part = np.maximum(0.0, np.minimum(counted, high) - low) * each
        if tier.price is None:
            unknown = unknown | (np.greater(part, 0) & below(low, counted))
        else:
            amount = amount + part * (float(tier.price) * money)
        low = high
    beyond = below(low, counted)
    if rank is not None:  # without a place among the tiers the quantity has none
        beyond = beyond | np.less_equal(rank, 0)
        amount = chosen(np.less_equal(rank, 0), 0.0, amount)
    return amount, unknown | (beyond & np.greater(quantity, 0))


def _capped(rows: Sequence[Row], charge: Charge, cap: float) -> list[Row]:
    listed = total_of(row.listed for row in rows)
    paid = total_of(row.paid for row in rows)
    passed = np.greater(listed, cap)
    at_list = chosen(passed, listed - cap, 0.0)
    at_paid = chosen(passed, np.maximum(0.0, paid - cap), 0.0)
    return _taken_off(rows, at_list, at_paid, f"{charge.id} cap", rows[0], passed)


def _taken_off(
    counted: Sequence[Row], listed: Amount, paid: Amount, name: str, like: Row, present: Mask
) -> list[Row]:
    """``costplan.billing.adjustments.taken_off`` as rows named so, booked as ``like`` is."""
    groups = by_purpose(counted)
    at_list = [total_of(row.listed for row in rows) for rows in groups.values()]
    at_paid = [total_of(row.paid for row in rows) for rows in groups.values()]
    parts = zip(groups, shared(listed, at_list), shared(paid, at_paid), strict=True)
    return [
        Row(
            offer=like.offer,
            charge=name,
            role=like.role,
            component=like.component,
            purpose=purpose,
            listed=-less,
            paid=-less_paid,
            fixed=all(row.fixed for row in groups[purpose]),
            present=present,
        )
        for purpose, less, less_paid in parts
    ]


def _adjust(
    compiled: CompiledOffer, bill: ArrayBill, takes: Sequence[Take], *, free_tiers: bool
) -> None:
    adjustments = compiled.adjustments
    if adjustments is None:
        return
    for rule, _ in adjustments.later:
        row = _row(compiled, rule, takes[0], 0.0, 0.0)
        row.unknown = True
        bill.rows.append(row)
    for rule, names in adjustments.current:
        if (rule.free_tier and not free_tiers) or rule.one_time:
            continue
        roles = dict.fromkeys(take.role for take in takes)
        for role in [None] if rule.scope == "account" else list(roles):
            taker = next(take for take in takes if role is None or take.role == role)
            counted = [
                row
                for row in bill.rows
                if (role is None or row.role == role) and (not rule.charges or row.charge in names)
            ]
            bill.rows += _applied(compiled, rule, taker, counted)


def _applied(
    compiled: CompiledOffer, rule: Adjust, taker: Take, counted: Sequence[Row]
) -> list[Row]:
    holds: Any = True
    if rule.charges:
        holds = any_of(row.present for row in counted)
        if not np.any(holds):
            return []
    listed = _change(rule, total_of(row.listed for row in counted)) * holds
    paid = _change(rule, total_of(row.paid for row in counted)) * holds
    row = _row(compiled, rule, taker, listed, paid)
    row.present = np.not_equal(listed, 0) | np.not_equal(paid, 0)
    if rule.kind in ("credit", "cap", "discount") and counted:
        return _taken_off(counted, -listed, -paid, rule.id, row, row.present)
    return [row]


def _change(rule: Adjust, base: Amount) -> Any:
    """``costplan.billing.adjustments._change``."""
    amount, percent = float(rule.amount or ZERO), float(rule.percent or ZERO) / 100
    if rule.kind == "minimum":
        return np.maximum(0.0, amount - base)
    if rule.kind == "credit":
        return -np.maximum(0.0, np.minimum(amount, base))
    if rule.kind == "cap":
        return -np.maximum(0.0, base - amount)
    if rule.kind == "discount":
        return -(base * percent)
    return np.maximum(float(rule.floor or ZERO), base * percent)


def _row(compiled: CompiledOffer, rule: Adjust, taker: Take, listed: Amount, paid: Amount) -> Row:
    purpose = "idle" if rule.kind == "minimum" else compiled.offer.purpose or taker.purpose
    return Row(
        offer=compiled.entry.id,
        charge=rule.id,
        role=taker.role,
        component=taker.component,
        purpose=purpose,
        listed=listed,
        paid=paid,
        unit="month",
        fixed=rule.kind == "minimum",
    )
