"""An entry of the catalogue on a day as named figures and named facts, so that two can be compared.

A figure is a number that a bill is computed from; a fact is anything else that decides a bill or
tells a reader what is bought. Dates, sources and notes are neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from costplan.catalog.fees import Fee
from costplan.catalog.lookup import Entry
from costplan.catalog.model import Card, Model, Tier
from costplan.catalog.offer import Adjust, Charge, Offer
from costplan.catalog.origin import Origin, Provenance
from costplan.document.price_diff import Figure, Kind, Measure
from costplan.quantity import ONE, ZERO, grouped


class Key(NamedTuple):
    """The name of a figure within its entry."""

    kind: Kind
    charge: str
    variant: str | None
    measure: Measure


Figures = dict[Key, Figure]


def figures(entry: Entry, day: date) -> Figures:
    """Every number in force on a day, by name; none before the entry's first price."""
    if isinstance(entry.item, Model):
        card = entry.item.card(day)
        return dict(_Card(entry, card, day).figures()) if card else {}
    return dict(_of_offer(entry, entry.item, day))


def turning_days(entry: Entry) -> set[date]:
    """Every day on which a figure of the entry may change."""
    return {origin.since for _, origin in entry.item.origins()}


def facts(entry: Entry, day: date) -> dict[str, str]:
    """What else decides a bill on a day, by name, in words."""
    item = entry.item
    described = _model_facts(item, day) if isinstance(item, Model) else _offer_facts(item, day)
    given = {
        **described,
        "aliases": ", ".join(sorted(item.aliases)),
        "region": item.region,
        "category": entry.category,
    }
    return {name: str(fact) for name, fact in given.items() if fact}


class _Card:
    """A model's card while its figures are read out: what a factor has no origin of its own for
    rests on the card's, what a mode's tier has none for on the mode's."""

    def __init__(self, entry: Entry, card: Card, day: date) -> None:
        self.entry, self.card, self.day = entry, card, day

    def figures(self) -> Iterable[tuple[Key, Figure]]:
        card = self.card
        yield from self._rates("rate", card.rates.published(), None, card.origin)
        yield from self._tiers("rate", card.tiers, "", card.origin)
        yield from self._modes()
        for name, region in card.region.items():
            if _known(region.origin, self.day):
                yield self._times("region", name, region.times, region.origin or card.origin)
        yield from self._windows()
        for name, fee in card.fee.items():
            if _known(fee.origin, self.day):
                where = self.entry.provenance(fee.origin or card.origin)
                figure = Figure(fee.price, fee.per, fee.unit, self.entry.currency, where)
                yield Key("fee", name, None, "price"), figure
                yield from self._free(name, fee)

    def _free(self, name: str, fee: Fee) -> Iterable[tuple[Key, Figure]]:
        free = fee.free
        if free is not None and _known(free.origin, self.day):
            where = self.entry.provenance(free.origin or fee.origin or self.card.origin)
            unit = f"{fee.unit} a {free.period}"
            yield Key("fee", name, None, "included"), _plain(free.quantity, where, unit)

    def _modes(self) -> Iterable[tuple[Key, Figure]]:
        for name, mode in self.card.mode.items():
            if not _known(mode.origin, self.day):
                continue
            origin = mode.origin or self.card.origin
            if mode.times is not None:
                yield self._times("mode", name, mode.times, origin)
            if mode.rates is not None:
                yield from self._rates("mode", mode.rates.published(), name, origin)
                yield from self._tiers("mode", mode.tiers, f"{name}, ", origin)

    def _windows(self) -> Iterable[tuple[Key, Figure]]:
        for window in self.card.schedule:
            if not _known(window.origin, self.day):
                continue
            origin = window.origin or self.card.origin
            if window.times is not None:
                yield self._times("schedule", window.name, window.times, origin)
            yield from self._rates("schedule", window.rates or {}, window.name, origin)

    def _tiers(
        self, kind: Kind, tiers: Iterable[Tier], lead: str, inherited: Origin
    ) -> Iterable[tuple[Key, Figure]]:
        for tier in tiers:
            if _known(tier.origin, self.day):
                rates, origin = tier.rates.published(), tier.origin or inherited
                yield from self._rates(kind, rates, lead + _edge(tier), origin)

    def _rates(
        self, kind: Kind, prices: Mapping[str, Decimal], variant: str | None, origin: Origin
    ) -> Iterable[tuple[Key, Figure]]:
        card, where = self.card, self.entry.provenance(origin)
        for name, price in prices.items():
            figure = Figure(price, card.per, card.unit, self.entry.currency, where)
            yield Key(kind, name, variant, "price"), figure

    def _times(self, kind: Kind, name: str, times: Decimal, origin: Origin) -> tuple[Key, Figure]:
        return Key(kind, name, None, "times"), _plain(times, self.entry.provenance(origin))


def _known(origin: Origin | None, day: date) -> bool:
    return origin is None or origin.since <= day


def _edge(tier: Tier) -> str:
    if tier.above is not None:
        return f"above {tier.above:,} input tokens"
    return f"from {tier.first:,} input tokens"


def _plain(number: Decimal, where: Provenance, unit: str = "") -> Figure:
    return Figure(number, ONE, unit, None, where)


def _of_offer(entry: Entry, offer: Offer, day: date) -> Iterable[tuple[Key, Figure]]:
    for charge in offer.charges_on(day)[0]:
        where = entry.provenance(charge.origin or offer.origin)
        yield from _of_charge(charge, entry.currency, where)
    for adjust in offer.adjusts_on(day)[0]:
        where = entry.provenance(adjust.origin or offer.origin)
        yield from _of_adjust(adjust, entry.currency, where)


def _of_charge(charge: Charge, currency: str, where: Provenance) -> Iterable[tuple[Key, Figure]]:
    fx = charge.fx or ONE

    def money(value: Decimal | None) -> Figure:
        given = None if value is None else value * fx
        return Figure(given, charge.per, charge.unit, currency, where)

    if not charge.tiers:
        yield Key("charge", charge.id, None, "price"), money(charge.price)
    below = ZERO
    for tier in charge.tiers:
        edge = f"above {grouped(below)}" if tier.up_to is None else f"to {grouped(tier.up_to)}"
        yield Key("charge", charge.id, edge, "price"), money(tier.price)
        below = tier.up_to or below
    quantities: tuple[tuple[Measure, Decimal | str | None], ...] = (
        ("included", charge.included),
        ("minimum_quantity", charge.minimum_quantity),
        ("round_up_to", charge.round_up_to),
    )
    for measure, value in quantities:
        if isinstance(value, Decimal):
            yield Key("charge", charge.id, None, measure), _plain(value, where, charge.unit)
    if charge.cap is not None:
        figure = Figure(charge.cap, ONE, "month", currency, where)
        yield Key("charge", charge.id, None, "cap"), figure


def _of_adjust(adjust: Adjust, currency: str, where: Provenance) -> Iterable[tuple[Key, Figure]]:
    if adjust.percent is not None:
        yield Key("adjust", adjust.id, adjust.kind, "percent"), _plain(adjust.percent, where, "%")
    moneys: tuple[tuple[Measure, Decimal | None], ...] = (
        ("amount", adjust.amount),
        ("floor", adjust.floor),
    )
    for measure, amount in moneys:
        if amount is not None:
            unit = "once" if adjust.one_time else "month"
            figure = Figure(amount, ONE, unit, currency, where)
            yield Key("adjust", adjust.id, adjust.kind, measure), figure


def _model_facts(model: Model, day: date) -> dict[str, object]:
    card = model.card(day)
    described: dict[str, object] = {
        "kind": model.kind,
        "context window": model.context and f"{model.context:,} tokens",
        "longest answer": model.max_output and f"{model.max_output:,} tokens",
        "cache": model.cache
        and f"from {grouped(model.cache.minimum_tokens)} tokens, "
        + (f"{grouped(kept)} minutes" if (kept := model.cache.ttl_minutes) else "time unknown"),
    }
    if model.retires is not None:
        described["retirement"] = f"{'since' if model.retires <= day else 'on'} {model.retires}"
    for name, fee in card.fee.items() if card else ():
        words = [word for word, said in (("once a call", fee.once), ("always", fee.always)) if said]
        words += [f"quota shared by {fee.free.shared}"] if fee.free and fee.free.shared else []
        if words:
            described[f"fee {name}"] = ", ".join(words)
    for window in card.schedule if card else ():
        hours = f"{window.days} {', '.join(window.hours)} ({window.zone or window.utc_offset})"
        off = ", ".join(holiday.isoformat() for holiday in window.holidays)
        described[f"window {window.name}"] = hours + (f", not on {off}" if off else "")
    return described


def _offer_facts(offer: Offer, day: date) -> dict[str, object]:
    described: dict[str, object] = {
        "product": offer.product,
        "plan": offer.plan,
        "hours a month": offer.hours_per_month and grouped(offer.hours_per_month),
        "purpose": offer.purpose,
        "needs too": ", ".join(offer.requires),
        "not included": "; ".join(offer.not_included),
    }
    for gate in offer.gates:
        described[f"limit of {gate.variable}, {gate.action}"] = grouped(gate.max)
    for name, variable in offer.variables.items():
        default = "required" if variable.default is None else grouped(variable.default)
        bought = ", fixed" if variable.fixed else ""
        described[f"variable {name}"] = f"{default} ({variable.unit}{bought})"
    described |= {f"derived {name}": text for name, text in offer.derived.items()}
    described |= {f"shared quota {name}": text for name, text in offer.pools.items()}
    for charge in offer.charges_on(day)[0]:
        described |= _charge_facts(charge)
    for adjust in offer.adjusts_on(day)[0]:
        given = (f"on {', '.join(adjust.charges)}" if adjust.charges else "", adjust.scope)
        words = [
            condition
            for condition in (*given, "free tier" if adjust.free_tier else "")
            if condition
        ]
        described[f"{adjust.id} applies"] = ", ".join(words)
    return described


def _charge_facts(charge: Charge) -> dict[str, object]:
    words: dict[str, object] = {
        "quantity": charge.quantity,
        "tiers": charge.mode if charge.tiers else None,
        "included": charge.included if isinstance(charge.included, str) else None,
        "free tier": "yes" if charge.free_tier else None,
        "quota": charge.pool,
        "tiers count": charge.rank_by,
        "standby share": charge.redundant,
        "billed": "for each role" if charge.scope == "binding" else None,
        "fixed": None if charge.fixed is None else ("yes" if charge.fixed else "no"),
        "purpose": charge.purpose,
    }
    return {f"{charge.id}: {name}": fact for name, fact in words.items()}
