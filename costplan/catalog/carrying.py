"""What a card that a bare quote replaces still says on the day of the new price.

A data set that shows two new rates and nothing else has not abolished batch processing. Factors
(``times`` of modes and regions) and fees do not depend on the rates, so they go on, with the
origin they had. Rates of the old price (tiers, modes with rates of their own, hours) do depend on
them: what they became is unknown, and a sentence says so.
"""

from __future__ import annotations

from datetime import date

from costplan.catalog.model import Card, Tier
from costplan.record import replace


def carried(before: Card, card: Card) -> Card:
    """``card`` with the factors and fees of ``before`` that its own source does not speak of."""
    origin = before.origin
    modes = {
        name: replace(mode, origin=mode.origin or origin)
        for name, mode in before.mode.items()
        if mode.times is not None and name not in card.mode
    }
    regions = {
        name: replace(region, origin=region.origin or origin)
        for name, region in before.region.items()
        if name not in card.region
    }
    fees = {
        name: replace(fee, origin=fee.origin or origin)
        for name, fee in before.fee.items()
        if name not in card.fee
    }
    return replace(
        card,
        mode={**card.mode, **modes},
        region={**card.region, **regions},
        fee={**card.fee, **fees},
    )


def unknown_since(before: Card, card: Card, since: date) -> str | None:
    """A sentence on what ``before`` priced and ``card`` no longer does; None where nothing."""
    lost = []
    if before.tiers and not card.tiers:
        lost.append("long-context tiers")
    lost += [f"{name} rates" for name in before.mode if name not in card.mode]
    if before.schedule and not card.schedule:
        lost.append("hourly prices")
    if not lost:
        return None
    *first, last = lost
    listed = f"{', '.join(first)} and {last}" if first else last
    return f"From {since} on the source states no {listed}: they are not known."


def within(card: Card, context: int | None) -> Card:
    """Without tiers that no request reaches: at or above the model's own context window."""
    if context is None:
        return card
    window = context

    def reached(tiers: tuple[Tier, ...]) -> tuple[Tier, ...]:
        return tuple(tier for tier in tiers if tier.first < window)

    modes = {name: replace(mode, tiers=reached(mode.tiers)) for name, mode in card.mode.items()}
    return replace(card, tiers=reached(card.tiers), mode=modes)


def unanswered(card: Card) -> Card:
    """Without output rates: one source knew an embedding, another took it for a chat model."""
    if card.rates.output is None:
        return card
    modes = {
        name: mode if mode.rates is None else replace(mode, rates=replace(mode.rates, output=None))
        for name, mode in card.mode.items()
    }
    return replace(card, rates=replace(card.rates, output=None), mode=modes)
