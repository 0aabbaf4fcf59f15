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
    models = [
        (filing.entry, item) for filing in filed if isinstance(item := filing.entry.item, Model)
    ]
    offers = [item for filing in filed if isinstance(item := filing.entry.item, Offer)]
    priced = [
        (filing.entry, *part) for filing in filed for part in _priced(filing.entry, terms.day)
    ]
    confidence = Counter[str]()
    for entry, origin, count, current in priced:
        if current:
            confidence[entry.provenance(origin).confidence] += count
    prices = sum(count for _, _, count, _ in priced)
    sourced = sum(count for entry, origin, count, _ in priced if _sourced(entry, origin))
    names = Counter(finding.finding for finding in findings)
    levels = Counter(finding.level for finding in findings)
    verdicts = Counter(
        conflict.verdict for entry, model in models for conflict in conflicts(entry, model)
    )
    two = _count(models, terms.day, lambda card: bool(card.origin.also or card.rejected))
    counted = Report(
        as_of=terms.day,
        scope=scope,
        providers=len({filing.entry.id.partition("/")[0] for filing in filed}),
        models=len(models),
        offers=len(offers),
        aliases=sum(len(filing.entry.item.aliases) for filing in filed),
        charges=sum(len(offer.charge) for offer in offers),
        prices=prices,
        prices_in_force=sum(confidence.values()),
        with_source=sourced,
        with_source_share=_share(sourced, prices),
        quotes=sum(quotes(filing) for filing in filed),
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
        announced=sum(_announced(filing.entry, terms.day) for filing in filed),
        read_by_vendor=_read(priced),
        stale=names["stale"],
        silent_zeros=names["zero_price"],
        accepted=len(accepted),
        errors=levels["error"],
        warnings=levels["warning"],
        missed=(),
    )
    return counted._replace(missed=tuple(_missed(counted)))


def _read(priced: Iterable[tuple[Entry, Origin, int, bool]]) -> dict[str, Read]:
    """The oldest and the newest day of reading of each vendor, the longest unread vendor first."""
    days: dict[str, set[date]] = {}
    for entry, origin, _, current in priced:
        if current:
            days.setdefault(entry.id.partition("/")[0], set()).add(origin.checked)
    ordered = sorted(days.items(), key=lambda pair: (max(pair[1]), pair[0]))
    return {vendor: Read(min(own), max(own)) for vendor, own in ordered}


def _missed(counted: Report) -> Iterable[str]:
    if counted.with_source != counted.prices:
        yield f"prices whose source has no address: {counted.prices - counted.with_source}"
    if counted.silent_zeros:
        yield f"silent zeros: {counted.silent_zeros}"
    if counted.errors:
        yield f"errors of the audit: {counted.errors}"


def _sourced(entry: Entry, origin: Origin) -> bool:
    """Whether a stranger finds what the price rests on: its source has an address. That it names a
    source of its file, and the day on which it was read, is asked where the file is read."""
    return bool(entry.sources[origin.source].at.strip())


def _priced(entry: Entry, day: date) -> Iterable[Priced]:
    item = entry.item
    return _of_model(item, day) if isinstance(item, Model) else _of_offer(item, day)


def _of_model(model: Model, day: date) -> Iterable[Priced]:
    current = model.card(day)
    for rate_set in rate_sets(model):
        yield rate_set.origin, len(rate_set.rates), rate_set.card is current
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
    current = {id(part) for part in in_force(offer, day)}
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
    for part in written(item):
        count += part.id in seen and origin_of(item, part).since > day
        seen.add(part.id)
    return count


def _count(models: Sequence[tuple[Entry, Model]], day: date, has: Callable[[Card], bool]) -> int:
    """Models whose card of the day has something; the first card where none is in force yet."""
    return sum(has(model.card(day) or model.price[0]) for _, model in models)


def _share(part: int, whole: int) -> Decimal:
    return Decimal(part) / whole if whole else Decimal(1)
