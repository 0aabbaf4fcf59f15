"""What rules are made of: what they are told, what they return, and a model's rates in one form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from costplan.catalog.filed import Filed
from costplan.catalog.lookup import Entry
from costplan.catalog.model import Card, Model, Tier
from costplan.catalog.offer import Adjust, Charge, Offer
from costplan.catalog.origin import Origin
from costplan.document.audit import Level

MILLION = Decimal(1_000_000)


class Terms(NamedTuple):
    """``day``: whose prices are looked at. ``today``: after which nothing can have been read."""

    day: date
    today: date
    within_days: int
    stale_days: int


class Hit(NamedTuple):
    """What a rule found at an entry; ``part`` as in ``Finding``."""

    part: str
    message: str
    hint: str | None = None


ModelLook = Callable[[Entry, Model, Terms], Iterable[Hit]]
OfferLook = Callable[[Entry, Offer, Terms], Iterable[Hit]]
Hits = Iterable[tuple[Filed, Hit]]
WholeLook = Callable[[Sequence[Filed]], Hits]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A finding's name, how bad it is, what it means, and what looks for it."""

    name: str
    level: Level
    meaning: str
    model: ModelLook | None = None
    offer: OfferLook | None = None
    whole: WholeLook | None = None


class RateSet(NamedTuple):
    """Rates that apply together: a card's base, or those of a tier, a mode or a window.

    ``base`` are the rates they stand in for: the standard ones of the same input size. ``where``
    is "" for the card's own.
    """

    card: Card
    where: str
    mode: str
    rates: Mapping[str, Decimal]
    base: Mapping[str, Decimal]
    origin: Origin

    def millions(self, rate: Decimal) -> Decimal:
        """A rate of the card per million tokens."""
        return rate * MILLION / self.card.per

    def place(self) -> str:
        """Where the rates stand, for a reader."""
        since = f"from {self.card.origin.since} on"
        return f"{since}, {self.where}" if self.where else since


def rate_sets(model: Model) -> Iterable[RateSet]:
    """Every set of rates on every card, oldest first."""
    for card in model.price:
        base = card.rates.published()
        yield RateSet(card, "", "", base, base, card.origin)
        tiers = {tier.first: tier.rates.published() for tier in card.tiers}
        for tier in card.tiers:
            yield _tier(card, "", tier, tiers[tier.first], card.origin)
        for name, mode in card.mode.items():
            if mode.rates is None:
                continue
            origin = mode.origin or card.origin
            yield RateSet(card, name, name, mode.rates.published(), base, origin)
            for tier in mode.tiers:
                yield _tier(card, name, tier, tiers.get(tier.first, base), origin)
        for window in card.schedule:
            if window.rates is not None:
                origin = window.origin or card.origin
                yield RateSet(card, f"{window.name} hours", "", window.rates, base, origin)


def _tier(card: Card, mode: str, tier: Tier, base: Mapping[str, Decimal], own: Origin) -> RateSet:
    where = f"from {tier.first:,} input tokens"
    return RateSet(
        card,
        f"{mode} {where}" if mode else where,
        mode,
        tier.rates.published(),
        base,
        tier.origin or own,
    )


def written(offer: Offer) -> tuple[Charge | Adjust, ...]:
    """Every charge and adjustment of every date."""
    return (*offer.charge, *offer.adjust)


def in_force(offer: Offer, day: date) -> tuple[Charge | Adjust, ...]:
    """The charges and adjustments of a day."""
    return (*offer.charges_on(day)[0], *offer.adjusts_on(day)[0])


def origin_of(offer: Offer, part: Charge | Adjust) -> Origin:
    """A charge's or an adjustment's own origin, or its offer's."""
    return part.origin or offer.origin


def prices_of(charge: Charge) -> list[Decimal]:
    """What a charge costs per unit in money, in each of its tiers; without unpublished ones.

    A package's price is that of the whole package.
    """
    if charge.ended:
        return []
    prices = [tier.price for tier in charge.tiers] if charge.tiers else [charge.price]
    per = Decimal(1) if charge.mode == "package" else charge.per
    return [price * (charge.fx or 1) / per for price in prices if price is not None]


def latest(hits: Iterable[Hit]) -> Iterable[Hit]:
    """One hit a part, the last: a fault that every card of a history repeats is one fault."""
    return {hit.part: hit for hit in hits}.values()
