"""The bill of an offer that is not priced by the token, for every role that is bound to it.

Account-wide quotas, tiers, floors and fees apply once however many roles share the offer; the
lines are then split over the roles and purposes pro rata by quantity.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from costplan.billing.adjustments import Grant, adjust
from costplan.billing.charges import Priced, billable, slices
from costplan.billing.discounts import Off, share_off
from costplan.billing.variables import MissingVariables, Needed, Values, is_fixed
from costplan.catalog.lookup import Entry, charges_on
from costplan.catalog.offer import Charge, Gate, Offer
from costplan.catalog.origin import Provenance
from costplan.document.line import LineItem, Price
from costplan.problems import BadUsage, did_you_mean
from costplan.quantity import ONE, ZERO, counted_to, grouped, rounded, settle, shares, total
from costplan.record import record

FOLLOW_STEPS = frozenset(("queries", "calls", "searches", "requests"))
"""Variables that grow with the runs of steps; what is stored or written does not."""


@record
class Take:
    """What one role takes of an offer in a month.

    ``uses`` weighs the steps that share it, so that a charge serving several purposes is split;
    without them all of it is for ``purpose``.
    """

    role: str
    component: str
    purpose: str
    variables: Mapping[str, Decimal]
    uses: Mapping[tuple[str, str | None], Decimal] = field(default_factory=dict)


@dataclass(slots=True)
class OfferBill:
    """The lines of an offer, what it grants once, and what a reader must know of them.

    ``refused``: limits of the plan that are passed, and by what; ``unchecked``: those whose
    variables nobody gave, and which ones. ``sized``: quantities that a rule of the catalogue
    decided, with the rule.
    """

    lines: list[LineItem] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    assumed: dict[str, Decimal] = field(default_factory=dict)
    sized: list[str] = field(default_factory=list)
    refused: list[tuple[Gate, Decimal]] = field(default_factory=list)
    unchecked: list[tuple[Gate, tuple[str, ...]]] = field(default_factory=list)


def bill_offer(
    entry: Entry,
    day: date,
    takes: Sequence[Take],
    *,
    free_tiers: bool = True,
    discount: Off = ZERO,
    only: str | None = None,
) -> OfferBill:
    """All lines of an offer for its takers.

    ``discount`` is the negotiated share off every charge, or off each; ``only`` bills one charge
    without the adjustments. Raises MissingVariables for variables without a value, PriceNotKnown
    before the first known price, BadUsage for an unknown ``only`` or an expression without a value.
    """
    if not isinstance(entry.item, Offer):
        raise BadUsage(f"{entry.id} is priced by the token")
    offer = entry.item
    current, later = charges_on(offer, day)
    if only is not None:
        ids = {charge.id for charge in (*current, *later)}
        if only not in ids:
            hint = did_you_mean(only, ids) or "it has: " + ", ".join(sorted(ids))
            raise BadUsage(f"{offer.id} has no charge '{only}'", hint)
        current = [charge for charge in current if charge.id == only]
        later = [charge for charge in later if charge.id == only]
    values = [Values(offer, take.variables) for take in takes]
    counter = _Counter(entry, day, list(zip(takes, values, strict=True)), free_tiers, discount)
    bill = OfferBill()
    for charge in current:
        bill.lines += counter.lines(charge)
    for charge in later:
        since = (charge.origin or offer.origin).since
        bill.lines += counter.lines(charge, f"the price is known only from {since} on")
    missing: dict[str, Needed] = {}
    for one in values:
        missing.update(one.missing)
    if missing:
        raise MissingVariables(offer.id, list(missing.values()))
    if only is None:
        _gates(offer, values, bill)
        bill.grants = adjust(entry, day, bill.lines, bill.notes, takes, free_tiers=free_tiers)
    for one in values:
        bill.assumed.update(one.assumed)
    _sizings(current, values, bill)
    return bill


def _sizings(charges: Iterable[Charge], values: list[Values], bill: OfferBill) -> None:
    """What decides the fixed lines without being stated by anybody."""
    fixed = {line.price.charge for line in bill.lines if line.fixed}
    for charge in charges:
        if charge.id in fixed:
            for one in values:
                for name, rule in one.sizings(charge.quantity).items():
                    value = rounded(one.value(name))
                    words = f"{one.offer.id}: {name} = {value}, sized by {rule}"
                    bill.sized.append(f"{words}; state {name} to set it")
    bill.sized = list(dict.fromkeys(bill.sized))


def _gates(offer: Offer, values: list[Values], bill: OfferBill) -> None:
    for gate in offer.gates:
        for one in values:
            probe = Values(offer, one.given)
            reached = probe.evaluate(gate.variable)
            if probe.missing:
                bill.unchecked.append((gate, tuple(probe.missing)))
                continue
            if reached <= gate.max:
                continue
            if gate.action == "throttle":
                bill.notes.append(
                    f"{offer.id} slows down above {gate.variable} {grouped(gate.max)}: "
                    f"this workload has {grouped(reached)}"
                )
            else:
                bill.refused.append((gate, reached))


@dataclass(slots=True)
class _Counter:
    entry: Entry
    day: date
    takers: list[tuple[Take, Values]]
    free_tiers: bool
    discount: Off
    pools: dict[tuple[str, str], Decimal] = field(default_factory=dict)

    def lines(self, charge: Charge, unknown: str | None = None) -> list[LineItem]:
        """The lines of one charge; ``unknown`` makes them unpriced, with that reason."""
        flat = not self.takers[0][1].reaches(charge.quantity)
        if charge.scope == "binding" or charge.rank_by:
            made = []
            for role in dict.fromkeys(take.role for take, _ in self.takers):
                own = [one for one in self.takers if one[0].role == role]
                made += self._count(charge, own[:1] if flat else own, unknown)
            return made
        return self._count(charge, self.takers[:1] if flat else self.takers, unknown)

    def _count(
        self, charge: Charge, takers: list[tuple[Take, Values]], unknown: str | None
    ) -> list[LineItem]:
        quantities = [values.evaluate(charge.quantity) for _, values in takers]
        for quantity in quantities:
            if quantity < 0:
                raise BadUsage(
                    f"{self.entry.id}: the quantity of '{charge.id}' comes out negative "
                    f"({quantity}) from `{charge.quantity}`"
                )
        used = total(quantities)
        free = self._included(charge, takers[0][1], used)
        rest = billable(charge, used, free)
        if not used and not rest:
            return []
        values = takers[0][1]
        rank = values.evaluate(charge.rank_by) if charge.rank_by else None
        priced = [Priced(rest, None, None)] if unknown else slices(charge, rest, rank)
        basis = _with_numbers(charge.quantity, takers)
        if free:
            basis += f" - {grouped(min(free, used))} included"
        fixed = charge.fixed if charge.fixed is not None else is_fixed(values, charge.quantity)
        made: list[LineItem] = []
        for one in priced:
            made += self._split(charge, one, takers, quantities, basis, fixed, unknown)
        if charge.redundant:
            made = [part for line in made for part in _standby(line, values, charge.redundant)]
        if free:
            made[0].used = used
        if charge.cap is not None:
            made += self._cap(charge, made)
        return made

    def _included(self, charge: Charge, values: Values, used: Decimal) -> Decimal:
        free = ZERO
        counts = self.free_tiers or not charge.free_tier
        if charge.pool is not None and counts:
            key = (charge.pool, values.offer.id)
            if key not in self.pools:
                self.pools[key] = values.evaluate(values.offer.pools[charge.pool])
            free = min(used, self.pools[key])
            self.pools[key] -= free
        if charge.included is not None and counts:
            if isinstance(charge.included, str):
                free += values.evaluate(charge.included)
            else:
                free += charge.included
        return free

    def _split(
        self,
        charge: Charge,
        priced: Priced,
        takers: list[tuple[Take, Values]],
        quantities: list[Decimal],
        basis: str,
        fixed: bool,
        unknown: str | None,
    ) -> list[LineItem]:
        where = self.entry.provenance(charge.origin or self._offer.origin)
        reason = None
        if priced.price is None:
            reason = unknown or _none(charge, priced, where)
        package = charge.mode == "package" and bool(charge.tiers)
        price = Price(
            offer=self.entry.id,
            charge=charge.id,
            variant=priced.tier,
            unit=charge.unit,
            price=priced.price,
            per=ONE if package else charge.per,
            source=where.source,
            confidence=where.confidence,
            since=where.since,
            checked=where.checked,
            base=None if priced.price is None else priced.price / (charge.fx or ONE),
            factors=(("money per vendor credit", charge.fx),) if charge.fx else (),
            reason=reason,
        )
        flat = None
        if package and priced.price is not None:
            size = grouped(counted_to(priced.quantity))
            flat = f"package of {grouped(priced.price)} for {size} {charge.unit}"
        own = charge.purpose or self._offer.purpose
        follows = bool(FOLLOW_STEPS & takers[0][1].reaches(charge.quantity))
        users, weights = _users(takers, quantities, own, follows)
        discount = share_off(self.discount, charge.id)
        parts = [priced.quantity]
        amounts: Sequence[Decimal | None] = [priced.amount]
        if len(users) > 1:
            parts = shares(settle(priced.quantity), weights)
            amounts = [None] * len(users)
            if priced.amount is not None:
                amounts = shares(priced.amount, weights)
        return [
            LineItem(
                price=price,
                quantity=part,
                list_amount=amount,
                amount=None if amount is None else settle(amount * (1 - discount)),
                role=take.role,
                component=take.component,
                purpose=purpose,
                fixed=fixed,
                basis=basis,
                step=step,
                flat=flat,
                discount=discount,
            )
            for (take, purpose, step), part, amount in zip(users, parts, amounts, strict=True)
        ]

    def _cap(self, charge: Charge, made: list[LineItem]) -> list[LineItem]:
        cap = charge.cap
        listed = total(line.list_amount or ZERO for line in made)
        paid = total(line.amount or ZERO for line in made)
        if cap is None or listed <= cap:
            return []
        first = made[0]
        price = first.price
        return [
            LineItem(
                price=Price(
                    price.offer,
                    f"{charge.id} cap",
                    "month",
                    cap - listed,
                    ONE,
                    price.source,
                    price.confidence,
                    price.since,
                    price.checked,
                ),
                quantity=ONE,
                list_amount=cap - listed,
                amount=min(ZERO, cap - paid),
                role=first.role,
                component=first.component,
                purpose=first.purpose,
                fixed=first.fixed,
                flat=f"at most {grouped(cap)} a month, charged {grouped(listed)}",
            )
        ]

    @property
    def _offer(self) -> Offer:
        return self.takers[0][1].offer


def _none(charge: Charge, priced: Priced, where: Provenance) -> str:
    """Why a quantity has no price: that none is published only where the source says so."""
    if charge.unpublished:
        return f"no price is published: {where.source}, {where.checked}"
    return f"the catalogue has no price {priced.tier or 'for it'}"


def _standby(line: LineItem, values: Values, share_text: str) -> list[LineItem]:
    """A line in what serves and what stands by for it, tagged redundant."""
    share = min(ONE, max(ZERO, values.evaluate(share_text)))
    if not share or line.amount is None or line.list_amount is None:
        return [line]
    weights = [ONE - share, share]
    quantities = shares(settle(line.quantity), weights)
    listed, paid = shares(line.list_amount, weights), shares(line.amount, weights)
    return [
        replace(line, quantity=quantity, list_amount=one, amount=other, tags=tags)
        for quantity, one, other, tags in zip(
            quantities, listed, paid, ((), ("redundant",)), strict=True
        )
        if quantity
    ]


def _with_numbers(text: str, takers: list[tuple[Take, Values]]) -> str:
    """The quantity's expression with the value of each variable it names."""
    sets = []
    for take, values in takers:
        numbers = [f"{name} = {grouped(values.value(name))}" for name in values.named(text)]
        if numbers:
            sets.append((f"{take.role}: " if len(takers) > 1 else "") + ", ".join(numbers))
    return f"{text}  ({'; '.join(sets)})" if sets else text


def _users(
    takers: list[tuple[Take, Values]],
    quantities: list[Decimal],
    own: str | None,
    follows: bool,
) -> tuple[list[tuple[Take, str, str | None]], list[Decimal]]:
    """Who a charge is split over, and the weight of each: the takers' quantities, and within a
    taker its steps and purposes where the charge ``follows`` the steps' runs. ``own``, a purpose of
    the charge or the offer, is everybody's."""
    users: list[tuple[Take, str, str | None]] = []
    weights: list[Decimal] = []
    for (take, _), quantity in zip(takers, quantities, strict=True):
        whole = total(take.uses.values())
        if not whole or not follows:
            users.append((take, own or take.purpose, None))
            weights.append(quantity)
            continue
        for (purpose, step), weight in take.uses.items():
            users.append((take, own or purpose, step))
            weights.append(quantity * weight / whole)
    return users, weights
