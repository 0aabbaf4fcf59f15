"""Calls to a model on throughput that is reserved by the unit, and what spills over.

    carried = sum over levels of traffic of share min(1, units x tokens of a unit / load then)
    billed  = units x hours x price  +  (1 - carried) x what the tokens cost on demand

Units are paid used or not: what the month's load does not use of them is idle. A load above them
goes to the model's price by the token, as the vendors do it unasked; it is never turned away here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from costplan.billing.discounts import Off, share_off
from costplan.catalog.provisioned import Deployment, Load, Reserve
from costplan.catalog.vocabulary import HOURS_PER_MONTH
from costplan.document.line import LineItem, Price
from costplan.facts import Fact, fact
from costplan.problems import BadUsage
from costplan.quantity import ONE, ZERO, grouped, rounded, settle, shares, total
from costplan.record import replace
from costplan.words import STATED, TOKEN_KINDS
from costplan.workload.model_calls import ModelCalls
from costplan.workload.tables import Reservation
from costplan.workload.traffic import Shape

MINUTES = Decimal(HOURS_PER_MONTH * 60)
CHARGE = "provisioned"
SPILLED = "spill-over"
TINY = Decimal("1e-11")
"""A smaller share of the tokens is rounding."""
User = tuple[str, str, str | None]
"""Role, purpose and step: who pays a part of the units."""


def taken_over(calls: ModelCalls) -> bool:
    """Whether reserved units serve these calls: no batch, no other way of processing, no job."""
    return calls.mode is None and calls.job is None


class Rate(NamedTuple):
    """What units cost, and how the vendor calls what one is bound to."""

    price: Price
    currency: str

    @property
    def hourly(self) -> Decimal:
        """The price of a unit and hour, in its currency."""
        assert self.price.price is not None
        return self.price.price / self.price.per


@dataclass(slots=True, repr=False, eq=False)
class Reserved:
    """A deployment in a month: ``load`` is the month's by who pays it, ``demand`` the lines of the
    same tokens at the price by the token.

    ``kept``: lines of what it does not take over, fees and batches. ``by_token`` and ``hourly``:
    what all of its tokens cost on demand and what a unit costs an hour, in the workload's currency.
    """

    reserve: Reserve
    asked: Reservation
    sold: Deployment
    rate: Rate
    shape: Shape
    load: Mapping[User, Load]
    demand: Sequence[LineItem]
    units: Decimal = ZERO
    whole: Load = field(default_factory=Load)
    kept: Sequence[LineItem] = ()
    by_token: Decimal | None = None
    hourly: Decimal | None = None

    def __post_init__(self) -> None:
        for load in self.load.values():
            self.whole += load

    def for_peak(self) -> Decimal:
        """Units that carry the busiest hour."""
        return self.reserve.terms.needed(self.whole.times(self.shape.peak / MINUTES), self.sold)

    def carried(self, units: Decimal) -> Decimal:
        """The share of a month's load that so many units carry."""
        mean = self.whole.whole / MINUTES
        if not mean:
            return ONE
        pace = units * self.reserve.terms.tokens_per_minute / mean
        levels = self.shape.levels
        parts = (share if level <= pace else share * pace / level for share, level in levels)
        share = min(ONE, total(parts))
        return ONE if ONE - share < TINY else share

    @property
    def used(self) -> Decimal:
        """The share of the units' capacity that the load uses over the month."""
        capacity = self.units * self.reserve.terms.tokens_per_minute * MINUTES
        return self.whole.whole * self.carried(self.units) / capacity if capacity else ZERO

    @property
    def on_demand(self) -> Decimal | None:
        """What the tokens cost by the token, all of them; None where a price is unknown."""
        amounts = [line.amount for line in self.demand]
        return None if None in amounts else total(amount or ZERO for amount in amounts)

    def cheapest(self) -> Decimal:
        """Units, of those between the smallest deployment and the peak's, with which the month is
        the cheapest, by halving: each unit more carries less. The peak's where a price by the token
        is unknown."""
        if self.by_token is None or self.hourly is None:
            return self.for_peak()
        on_demand, hourly = self.by_token, self.hourly
        smallest = self.reserve.terms.needed(Load(), self.sold)
        step = Decimal(self.sold.increment)

        def pays(units: Decimal) -> bool:
            saved = (self.carried(units + step) - self.carried(units)) * on_demand
            return saved > step * hourly * HOURS_PER_MONTH

        low, high = 0, int(max(ZERO, self.for_peak() - smallest) / step)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if pays(smallest + middle * step) else (low, middle)
        return smallest + low * step

    def lines(self, off: Off) -> list[LineItem]:
        """The units' lines: used by the load in its proportions, the rest idle. A quote is what it
        is, and another vendor's terms know no discount of this one's."""
        weights = {user: load.whole * self.carried(self.units) for user, load in self.load.items()}
        capacity = self.units * self.reserve.terms.tokens_per_minute * MINUTES
        role = next(iter(weights))[0] if weights else ""
        weights[role, "idle", None] = max(
            ZERO, capacity - self.whole.whole * self.carried(self.units)
        )
        quantity, price = self.units * HOURS_PER_MONTH, self.rate.price
        assert price.price is not None
        listed = settle(quantity * price.price / price.per)
        published = self.asked.price_per_unit_hour is None and self.asked.terms is None
        less = share_off(off, CHARGE) if published else ZERO
        paid, parts = settle(listed * (ONE - less)), list(weights.values())
        split = zip(
            weights, *(shares(whole, parts) for whole in (quantity, listed, paid)), strict=True
        )
        return [
            LineItem(
                price=price,
                quantity=own,
                list_amount=at_list,
                amount=amount,
                role=role,
                component="tokens",
                purpose=purpose,
                step=step,
                fixed=True,
                discount=less,
                basis=f"{self.basis}, {rounded(own / quantity * 100)} % of them",
            )
            for (role, purpose, step), own, at_list, amount in split
            if own
        ]

    @property
    def basis(self) -> str:
        """How the hours came about."""
        terms = self.reserve.terms
        peak = self.whole.whole * self.shape.peak / MINUTES
        return (
            f"{rounded(peak)} input tokens' worth a minute at the peak, "
            f"{grouped(terms.tokens_per_minute)} a unit: {grouped(self.units)} units x "
            f"{HOURS_PER_MONTH} h"
        )

    def spilled(self) -> list[LineItem]:
        """The share of the tokens that the units do not carry, by the token."""
        share = ONE - self.carried(self.units)
        if not share:
            return []
        return [
            replace(
                line,
                quantity=line.quantity * share,
                list_amount=None if line.list_amount is None else settle(line.list_amount * share),
                amount=None if line.amount is None else settle(line.amount * share),
                tags=(*line.tags, SPILLED),
            )
            for line in self.demand
        ]

    def words(self, why: str) -> str:
        """How many units, at what price, and what they come to, in a line."""
        terms, price = self.reserve.terms, self.rate.price
        peak = "" if why or self.asked.units is not None else " for the busiest hour"
        bound = f", {price.variant}" if price.variant else ""
        said = (
            f"{grouped(self.units)} {terms.unit} of {terms.id}{peak}{why}{bound} at "
            f"{rounded(self.rate.hourly)} {self.rate.currency} a unit-hour; "
            f"{grouped(self.used * 100, 1)} % of them used, "
            f"{grouped(self.carried(self.units) * 100, 1)} % of the tokens carried"
        )
        if self.by_token is None:
            return said
        return f"{said}, all of which cost {grouped(self.by_token, 2)} on demand"

    def facts(self, offer: str) -> list[Fact]:
        """What a reader must know of it."""
        told = {
            "units": self.units,
            "unit": self.reserve.terms.unit,
            "term": self.rate.price.variant or "as stated",
            "carried": self.carried(self.units) * 100,
            "used": self.used * 100,
        }
        curve = [fact("load-curve", peak=self.shape.peak)] if self.shape.assumed else []
        if self.by_token is None:
            return [*curve, fact("provisioned", offer, **told)]
        return [*curve, fact("provisioned-or-by-token", offer, on_demand=self.by_token, **told)]


def reserved(
    reserve: Reserve,
    asked: Reservation,
    rate: Rate,
    sold: Deployment,
    shape: Shape,
    short: Sequence[LineItem],
    long: Sequence[LineItem],
) -> Reserved:
    """The deployment that an account reserves for calls: what they are on demand, those of a long
    input apart. Fees that are no tokens stay out. Raises BadUsage for fewer units than are sold,
    PriceNotKnown for a kind of token without a weight."""
    load: dict[User, Load] = {}
    for lines, is_long in ((short, False), (long, True)):
        for user, tokens in _tokens(lines, asked.cache_share).items():
            own = reserve.terms.load(tokens, long=is_long)
            load[user] = load.get(user, Load()) + own
    demand = [line for line in (*short, *long) if is_token(line)]
    bill = Reserved(reserve, asked, sold, rate, shape, load, demand)
    smallest = reserve.terms.needed(Load(), sold)
    if asked.units is not None and asked.units < smallest:
        raise BadUsage(
            f"{reserve.terms.id} is sold from {grouped(smallest)} {reserve.terms.unit} on, not "
            f"{grouped(asked.units)}",
            "leave units out for what the busiest hour needs",
        )
    bill.units = bill.for_peak() if asked.units is None else asked.units
    return bill


def is_token(line: LineItem) -> bool:
    """Whether a line is of tokens, and no fee of the call."""
    return line.price.charge in TOKEN_KINDS


def _tokens(
    lines: Iterable[LineItem], cache_share: Decimal | None
) -> dict[User, dict[str, Decimal]]:
    """Tokens by who pays them and kind; ``cache_share`` of the input read from a cache where it is
    stated, in place of what the workload's own prompts read."""
    users: dict[User, dict[str, Decimal]] = {}
    for line in filter(is_token, lines):
        own = users.setdefault((line.role, line.purpose, line.step), {})
        own[line.price.charge] = own.get(line.price.charge, ZERO) + line.quantity
    if cache_share is None:
        return users
    for own in users.values():
        names = [name for name in own if TOKEN_KINDS[name].whole == "input"]
        whole = total(own.pop(name) for name in names)
        own["input"], own["cache_read"] = whole * (1 - cache_share), whole * cache_share
    return users


def rate_of(
    reserve: Reserve, asked: Reservation, sold: Deployment, offer: str, day: date, own: str
) -> Rate:
    """What a unit costs: as stated, in ``own`` currency, or as the vendor publishes it on a day.

    Raises PriceNotKnown where neither says it, BadUsage for a commitment that is not sold.
    """
    unit = f"{reserve.terms.unit}-hour"
    if asked.price_per_unit_hour is not None:
        price = Price(
            offer=offer,
            charge=CHARGE,
            unit=unit,
            price=asked.price_per_unit_hour,
            per=ONE,
            source="the workload file, reserved",
            confidence=STATED,
            since=day,
            checked=day,
            variant=asked.commitment,
        )
        return Rate(price, own)
    commitment = reserve.commitment(day, sold.kind, asked.commitment)
    origin = reserve.provenance(commitment.origin)
    price = Price(
        offer=offer,
        charge=CHARGE,
        unit=unit,
        price=commitment.price,
        per=commitment.hours,
        source=origin.source,
        confidence=origin.confidence,
        since=origin.since,
        checked=origin.checked,
        variant=" ".join(filter(None, (commitment.name, sold.kind))),
    )
    return Rate(price, reserve.file.currency)
