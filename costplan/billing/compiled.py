"""An offer on a day, settled once and billed again and again: prices, what its expressions reach,
its adjustments. What a month's quantities change is worked out anew for each bill.

Account-wide quotas, tiers, floors and fees apply once however many roles share the offer; the
lines are then split over the roles and purposes pro rata by quantity.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property, partial
from typing import NamedTuple

from costplan.billing.adjustments import Adjustments, taken_off
from costplan.billing.charges import Priced, billable, slices
from costplan.billing.discounts import Off, share_off
from costplan.billing.reasons import none_of
from costplan.billing.takes import OfferBill, Take, users
from costplan.billing.variables import MissingVariables, Needed, Values, is_fixed, variables_of
from costplan.billing.writing import (
    write_basis,
    write_cap,
    write_facts,
    write_package,
    write_throttle,
)
from costplan.catalog.lookup import Entry, charges_on
from costplan.catalog.offer import Charge, Offer
from costplan.document.line import LineItem, Price
from costplan.facts import Fact, fact
from costplan.problems import BadUsage, did_you_mean
from costplan.quantity import ONE, ZERO, settle, shares, total
from costplan.record import replace

FOLLOW_STEPS = frozenset(("queries", "calls", "searches", "requests"))
"""Variables that grow with the runs of steps; what is stored or written does not."""


class CompiledOffer:
    """What an offer charges on a day; ``only`` one charge of it, without the adjustments.

    Raises PriceNotKnown before the first known price, BadUsage for an unknown ``only``.
    """

    def __init__(self, entry: Entry, day: date, only: str | None = None) -> None:
        if not isinstance(entry.item, Offer):
            raise BadUsage(f"{entry.id} is priced by the token")
        self.entry = entry
        self.offer = offer = entry.item
        current, later = charges_on(offer, day)
        if only is not None:
            ids = {charge.id for charge in (*current, *later)}
            if only not in ids:
                hint = did_you_mean(only, ids) or "it has: " + ", ".join(sorted(ids))
                raise BadUsage(f"{offer.id} has no charge '{only}'", hint)
        self.current = [charge for charge in current if only in (None, charge.id)]
        self.charges = [CompiledCharge(entry, charge) for charge in self.current]
        for charge in later:
            if only in (None, charge.id):
                since = (charge.origin or offer.origin).since
                unknown = fact("price-later", since=since)
                self.charges.append(CompiledCharge(entry, charge, unknown))
        self.gates = offer.gates if only is None else ()
        self.adjustments = Adjustments(entry, day) if only is None else None

    @cached_property
    def asks(self) -> tuple[str, ...]:
        """Every variable that a bill can depend on."""
        return tuple(variables_of(self.offer))

    def bill(
        self, takes: Sequence[Take], *, free_tiers: bool = True, discount: Off = ZERO
    ) -> OfferBill:
        """All lines for the takers, without words.

        ``discount`` is the negotiated share off every charge, or off each. Raises MissingVariables
        for variables without a value, BadUsage for an expression without one.
        """
        values = [Values(self.offer, take.variables) for take in takes]
        bill = OfferBill()
        counter = _Counter(list(zip(takes, values, strict=True)), free_tiers, discount, bill)
        for charge in self.charges:
            counter.add(charge)
        missing: dict[str, Needed] = {}
        for own in values:
            missing.update(own.missing)
        if missing:
            raise MissingVariables(self.offer.id, list(missing.values()))
        self._gates(values, bill)
        if self.adjustments is not None:
            bill.grants = self.adjustments.add(bill, takes, free_tiers=free_tiers)
        bill.unwritten.append(partial(write_facts, self.current, values, list(bill.lines), bill))
        return bill

    def _gates(self, values: Sequence[Values], bill: OfferBill) -> None:
        for gate in self.gates:
            for own in values:
                probe = own.probe()
                reached = probe.evaluate(gate.variable)
                if probe.missing:
                    bill.unchecked.append((gate, tuple(probe.missing)))
                elif reached > gate.max and gate.action == "throttle":
                    bill.unwritten.append(partial(write_throttle, bill, self.offer, gate, reached))
                elif reached > gate.max:
                    bill.refused.append((gate, reached))


class Traits(NamedTuple):
    """What follows from the variables that a charge's quantity reaches.

    ``flat``: from none, so that it is bought once; ``fixed``: it stays when traffic goes;
    ``follows``: it grows with the runs of steps.
    """

    flat: bool
    fixed: bool
    follows: bool


class CompiledCharge:
    """A charge with its prices and their provenance; ``unknown``: why it has none on this day."""

    def __init__(self, entry: Entry, charge: Charge, unknown: Fact | None = None) -> None:
        offer = entry.item
        assert isinstance(offer, Offer)
        self.entry, self.offer, self.charge, self.unknown = entry, offer, charge, unknown
        self.by_role = charge.scope == "binding" or bool(charge.rank_by)
        self.package = charge.mode == "package" and bool(charge.tiers)
        self.purpose = charge.purpose or offer.purpose
        self._prices: dict[tuple[Decimal | None, str | None], Price] = {}
        self._traits: dict[frozenset[str], Traits] = {}

    def traits(self, values: Values) -> Traits:
        """As a taker's given variables have it: a derived one that is given reaches no further."""
        given = values.instead
        traits = self._traits.get(given)
        if traits is None:
            reached, charge = values.reaches(self.charge.quantity), self.charge
            fixed = charge.fixed
            traits = self._traits[given] = Traits(
                not reached,
                is_fixed(values, charge.quantity) if fixed is None else fixed,
                bool(FOLLOW_STEPS & reached),
            )
        return traits

    def price(self, priced: Priced) -> Price:
        """The price of a slice: one record however often it is billed."""
        key = (priced.price, priced.tier)
        price = self._prices.get(key)
        if price is None:
            price = self._prices[key] = self._compose(priced)
        return price

    def _compose(self, priced: Priced) -> Price:
        charge = self.charge
        where = self.entry.provenance(charge.origin or self.offer.origin)
        why = None
        if priced.price is None:
            why = self.unknown or none_of(charge, priced.tier, where)
        return Price(
            offer=self.entry.id,
            charge=charge.id,
            variant=priced.tier,
            unit=charge.unit,
            price=priced.price,
            per=ONE if self.package else charge.per,
            source=where.source,
            confidence=where.confidence,
            since=where.since,
            checked=where.checked,
            base=None if priced.price is None else priced.price / (charge.fx or ONE),
            factors=(("money per vendor credit", charge.fx),) if charge.fx else (),
            why=why,
        )


Taker = tuple[Take, Values]


@dataclass(slots=True, repr=False, eq=False)
class _Counter:
    """The lines of one bill while they are counted; ``pools`` holds what is left of each quota."""

    takers: list[Taker]
    free_tiers: bool
    discount: Off
    bill: OfferBill
    pools: dict[str, Decimal] = field(default_factory=dict)

    def add(self, compiled: CompiledCharge) -> None:
        """The lines of one charge: for the account, or for each role that uses it."""
        traits = compiled.traits(self.takers[0][1])
        if not compiled.by_role:
            self._count(compiled, traits, self.takers[:1] if traits.flat else self.takers)
            return
        for role in dict.fromkeys(take.role for take, _ in self.takers):
            own = [taker for taker in self.takers if taker[0].role == role]
            self._count(compiled, compiled.traits(own[0][1]), own[:1] if traits.flat else own)

    def _count(self, compiled: CompiledCharge, traits: Traits, takers: Sequence[Taker]) -> None:
        charge, values = compiled.charge, takers[0][1]
        quantities = [own.evaluate(charge.quantity) for _, own in takers]
        for quantity in quantities:
            if quantity < 0:
                raise BadUsage(
                    f"{compiled.entry.id}: the quantity of '{charge.id}' comes out negative "
                    f"({quantity}) from `{charge.quantity}`"
                )
        used = total(quantities)
        free = self._included(charge, values, used)
        rest = billable(charge, used, free)
        if not used and not rest:
            return
        rank = values.evaluate(charge.rank_by) if charge.rank_by else None
        priced = [Priced(rest, None, None)] if compiled.unknown else slices(charge, rest, rank)
        charged: list[LineItem] = []
        for part in priced:
            lines = self._split(compiled, traits, part, takers, quantities)
            if charge.redundant:
                lines = [
                    half for line in lines for half in _standby(line, values, charge.redundant)
                ]
            if compiled.package and part.price is not None:
                self.bill.unwritten.append(partial(write_package, lines, charge, part))
            charged += lines
        if free:
            charged[0].used = used
        left_out = min(free, used) if free else None
        self.bill.unwritten.append(partial(write_basis, charged, charge, takers, left_out))
        self.bill.lines += charged
        if charge.cap is not None:
            self._cap(charge, charge.cap, charged)

    def _included(self, charge: Charge, values: Values, used: Decimal) -> Decimal:
        free = ZERO
        counts = self.free_tiers or not charge.free_tier
        if charge.pool is not None and counts:
            pool = charge.pool
            if pool not in self.pools:
                self.pools[pool] = values.evaluate(values.offer.pools[pool])
            free = min(used, self.pools[pool])
            self.pools[pool] -= free
        if charge.included is not None and counts:
            if isinstance(charge.included, str):
                free += values.evaluate(charge.included)
            else:
                free += charge.included
        return free

    def _split(
        self,
        compiled: CompiledCharge,
        traits: Traits,
        priced: Priced,
        takers: Sequence[Taker],
        quantities: Sequence[Decimal],
    ) -> list[LineItem]:
        price = compiled.price(priced)
        shared, weights = users(
            [take for take, _ in takers], quantities, compiled.purpose, traits.follows
        )
        discount = share_off(self.discount, compiled.charge.id)
        parts = [priced.quantity]
        amounts: Sequence[Decimal | None] = [priced.amount]
        if len(shared) > 1:
            parts = shares(settle(priced.quantity), weights)
            amounts = [None] * len(shared)
            if priced.amount is not None:
                amounts = shares(priced.amount, weights)
        return [
            LineItem(
                price=price,
                quantity=part,
                list_amount=amount,
                amount=settle(amount * (1 - discount)) if amount and discount else amount,
                role=take.role,
                component=take.component,
                purpose=purpose,
                fixed=traits.fixed,
                step=step,
                discount=discount,
            )
            for (take, purpose, step), part, amount in zip(shared, parts, amounts, strict=True)
        ]

    def _cap(self, charge: Charge, cap: Decimal, charged: Sequence[LineItem]) -> None:
        listed = total(line.list_amount or ZERO for line in charged)
        paid = total(line.amount or ZERO for line in charged)
        if listed <= cap:
            return
        first = charged[0]
        price = first.price
        lines = [
            LineItem(
                price=Price(
                    price.offer,
                    f"{charge.id} cap",
                    "month",
                    part.listed,
                    ONE,
                    price.source,
                    price.confidence,
                    price.since,
                    price.checked,
                ),
                quantity=ONE,
                list_amount=part.listed,
                amount=part.paid,
                role=first.role,
                component=first.component,
                purpose=part.purpose,
                fixed=part.fixed,
                flat="",
            )
            for part in taken_off(charged, listed - cap, max(ZERO, paid - cap))
        ]
        self.bill.lines += lines
        self.bill.unwritten.append(partial(write_cap, lines, cap, listed))


def _standby(line: LineItem, values: Values, share_text: str) -> list[LineItem]:
    """A line in what serves and what stands by for it, tagged redundant."""
    share = min(ONE, max(ZERO, values.evaluate(share_text)))
    if not share or line.amount is None or line.list_amount is None:
        return [line]
    weights = [ONE - share, share]
    quantities = shares(settle(line.quantity), weights)
    listed, paid = shares(line.list_amount, weights), shares(line.amount, weights)
    return [
        replace(line, quantity=quantity, list_amount=at_list, amount=at_paid, tags=tags)
        for quantity, at_list, at_paid, tags in zip(
            quantities, listed, paid, ((), ("redundant",)), strict=True
        )
        if quantity
    ]
