"""The catalogue in figures: how much it holds, on what it rests, and what is open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal

from costplan.catalog.filed import Filed
from costplan.catalog.lookup import Entry
from costplan.catalog.model import Card, Mode, Model, Region
from costplan.catalog.offer import Offer
from costplan.catalog.origin import Origin
from costplan.catalog.schedule import Window
from costplan.document.audit import Read, Report
from costplan.plan.prices.audit.parts import (
    Terms,
    in_force,
    origin_of,
    prices_of,
    rate_sets,
    written,
)
from costplan.plan.prices.audit.run import look, quotes
from costplan.plan.prices.audit.sources import conflicts
from costplan.words import CONFIDENCES

Priced = tuple[Origin, int, bool]
"""What prices rest on, how many rest on it, and whether they are in force."""


def report(filed: Sequence[Filed], terms: Terms, scope: str) -> Report:
    """The figures on ``terms.day``; ``missed`` names the musts that the catalogue fails."""
    findings, accepted = look(filed, terms)
    models = [(one.entry, item) for one in filed if isinstance(item := one.entry.item, Model)]
    offers = [item for one in filed if isinstance(item := one.entry.item, Offer)]
    priced = [(one.entry, *part) for one in filed for part in _priced(one.entry, terms.day)]
    confidence = Counter[str]()
    for entry, origin, count, current in priced:
        if current:
            confidence[entry.provenance(origin).confidence] += count
    prices = sum(count for _, _, count, _ in priced)
    sourced = sum(count for entry, origin, count, _ in priced if _sourced(entry, origin))
    names = Counter(one.finding for one in findings)
    levels = Counter(one.level for one in findings)
    verdicts = Counter(one.verdict for entry, model in models for one in conflicts(entry, model))
    two = _count(models, terms.day, lambda card: bool(card.origin.also or card.rejected))
    made = Report(
        as_of=terms.day,
        scope=scope,
        providers=len({one.entry.id.partition("/")[0] for one in filed}),
        models=len(models),
        offers=len(offers),
        aliases=sum(len(one.entry.item.aliases) for one in filed),
        charges=sum(len(offer.charge) for offer in offers),
        prices=prices,
        prices_in_force=sum(confidence.values()),
        with_source=sourced,
        with_source_share=_share(sourced, prices),
        quotes=sum(quotes(one) for one in filed),
        by_confidence={name: confidence[name] for name in CONFIDENCES},
        conflicts_settled=verdicts["settled"],
        conflicts_open=verdicts["open"],
        conflicts_overruled=verdicts["overruled"],
        models_of_two_sources=two,
        models_of_two_sources_share=_share(two, len(models)),
        models_with_history=sum(len(model.price) > 1 for _, model in models),
        models_with_tiers=_count(models, terms.day, lambda card: bool(card.tiers)),
        models_with_modes=_count(models, terms.day, lambda card: bool(card.mode)),
        models_with_regions=_count(models, terms.day, lambda card: bool(card.region)),
        models_with_schedules=_count(models, terms.day, lambda card: bool(card.schedule)),
        retirements=sum(model.retires is not None for _, model in models),
        announced=sum(_announced(one.entry, terms.day) for one in filed),
        read_by_vendor=_read(priced),
        stale=names["stale"],
        silent_zeros=names["zero_price"],
        accepted=len(accepted),
        errors=levels["error"],
        warnings=levels["warning"],
        missed=(),
    )
    return made._replace(missed=tuple(_missed(made)))


def _read(priced: Iterable[tuple[Entry, Origin, int, bool]]) -> dict[str, Read]:
    """The oldest and the newest day of reading of each vendor, the longest unread vendor first."""
    days: dict[str, set[date]] = {}
    for entry, origin, _, current in priced:
        if current:
            days.setdefault(entry.id.partition("/")[0], set()).add(origin.checked)
    ordered = sorted(days.items(), key=lambda one: (max(one[1]), one[0]))
    return {vendor: Read(min(own), max(own)) for vendor, own in ordered}


def _missed(made: Report) -> Iterable[str]:
    if made.with_source != made.prices:
        yield f"prices without a source or its date: {made.prices - made.with_source}"
    if made.silent_zeros:
        yield f"silent zeros: {made.silent_zeros}"
    if made.errors:
        yield f"errors of the audit: {made.errors}"


def _sourced(entry: Entry, origin: Origin) -> bool:
    """Whether a stranger finds what the price rests on: an address, and the day it was read."""
    source = entry.sources.get(origin.source)
    return source is not None and bool(source.at.strip()) and isinstance(origin.checked, date)


def _priced(entry: Entry, day: date) -> Iterable[Priced]:
    item = entry.item
    return _of_model(item, day) if isinstance(item, Model) else _of_offer(item, day)


def _of_model(model: Model, day: date) -> Iterable[Priced]:
    current = model.card(day)
    for one in rate_sets(model):
        yield one.origin, len(one.rates), one.card is current
    for card in model.price:
        factors: list[Mode | Region | Window]
        factors = [*card.mode.values(), *card.region.values(), *card.schedule]
        for factor in factors:
            if factor.times is not None:
                yield factor.origin or card.origin, 1, card is current
        for fee in card.fee.values():
            yield fee.origin or card.origin, 1, card is current
            if fee.free is not None:
                yield fee.free.origin or fee.origin or card.origin, 1, card is current


def _of_offer(offer: Offer, day: date) -> Iterable[Priced]:
    current = {id(one) for one in in_force(offer, day)}
    for charge in offer.charge:
        yield origin_of(offer, charge), len(prices_of(charge)), id(charge) in current
    for adjust in offer.adjust:
        if not adjust.ended:
            yield origin_of(offer, adjust), 1, id(adjust) in current


def _announced(entry: Entry, day: date) -> int:
    """Dated prices that take effect after the day, and that something precedes.

    A price whose first known day lies ahead is no change: nothing is known before it.
    """
    item = entry.item
    if isinstance(item, Model):
        return sum(card.origin.since > day for card in item.price[1:])
    seen: set[str] = set()
    count = 0
    for one in written(item):
        count += one.id in seen and origin_of(item, one).since > day
        seen.add(one.id)
    return count


def _count(models: Sequence[tuple[Entry, Model]], day: date, has: Callable[[Card], bool]) -> int:
    """Models whose card of the day has something; the first card where none is in force yet."""
    return sum(has(model.card(day) or model.price[0]) for _, model in models)


def _share(part: int, whole: int) -> Decimal:
    return Decimal(part) / whole if whole else Decimal(1)
