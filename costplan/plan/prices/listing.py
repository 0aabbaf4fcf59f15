"""Lists of what the catalogue holds. Nothing here is a bill."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from costplan.catalog.lookup import Entry
from costplan.catalog.model import Card, Model
from costplan.catalog.offer import Charge, Offer
from costplan.catalog.origin import Provenance
from costplan.document.listing import (
    Head,
    Headline,
    Identity,
    PriceList,
    Row,
)
from costplan.plan.prices.choosing import capabilities_of
from costplan.problems import BadUsage, did_you_mean
from costplan.quantity import ONE
from costplan.record import replace
from costplan.words import CATEGORIES, weakest

HEADLINES = 3
"""Charges of an offer that a list shows."""


def choose(heads: Sequence[Head], category: str | None, vendor: str | None) -> list[Head]:
    """The heads of a category, and of a vendor by id prefix or name in any case; None: all.

    Raises BadUsage for a category or vendor that the catalogue does not have.
    """
    chosen = list(heads)
    if category is not None:
        _check("category", category, CATEGORIES, CATEGORIES)
        chosen = [head for head in chosen if head.category == category.casefold()]
    if vendor is not None:
        prefixes = {head.prefix for head in heads}
        _check("vendor", vendor, prefixes | {head.vendor for head in heads}, prefixes)
        wanted = vendor.casefold()
        chosen = [
            head for head in chosen if wanted in (head.prefix.casefold(), head.vendor.casefold())
        ]
    return chosen


def _check(what: str, word: str, known: Iterable[str], listed: Iterable[str]) -> None:
    if word.casefold() not in {name.casefold() for name in known}:
        near = did_you_mean(word, sorted(listed)) or did_you_mean(word, sorted(known))
        raise BadUsage(f"unknown {what} '{word}'", near or "known: " + ", ".join(sorted(listed)))


def below(heads: Iterable[Head], name: str) -> list[Head]:
    """The plans of a vendor or product, where ``name`` is one and not an id.

    ``pinecone`` is a vendor, ``azure/ai-search`` begins the ids of a product's plans. What begins
    a model's name is nothing: ``openai/gpt-6`` is another model than ``openai/gpt-6-luna``.
    """
    stem = name.removesuffix("/")
    if not stem:
        return []
    return [
        head
        for head in heads
        if head.id.startswith(stem + "/")
        or (head.priced_by == "charge" and "/" in stem and head.id.startswith(stem + "-"))
    ]


def price_list(entries: Iterable[Entry], day: date) -> PriceList:
    """The entries with their headline prices on a day, each once, by category and id."""
    rows = {entry.id: _row(entry, day) for entry in entries}
    return PriceList(day, tuple(sorted(rows.values(), key=lambda row: (row.category, row.id))))


def identity(entry: Entry, asked: str = "") -> Identity:
    """What an entry is, whatever it costs; ``asked``: the name somebody found it by."""
    item = entry.item
    kind: str = "offer"
    product: str | None = None
    plan: str | None = None
    if isinstance(item, Offer):
        product, plan = item.product or None, item.plan
    else:
        kind = item.kind
    return Identity(
        id=entry.id,
        kind=kind,
        category=entry.category,
        vendor=entry.vendor,
        product=product,
        plan=plan,
        region=item.region,
        currency=entry.currency,
        aliases=item.aliases,
        note=item.note,
        shelf=entry.shelf,
        asked_as=asked if asked in item.aliases else None,
    )


def since_of(offer: Offer, charge: Charge) -> date:
    """The day a charge takes effect: its own, or its offer's."""
    return (charge.origin or offer.origin).since


def _row(entry: Entry, day: date) -> Row:
    item, who = entry.item, identity(entry)
    shown = _of_model(entry, item, day) if isinstance(item, Model) else _of_offer(entry, item, day)
    return Row(
        id=who.id,
        kind=who.kind,
        category=who.category,
        vendor=who.vendor,
        product=who.product,
        plan=who.plan,
        region=who.region,
        currency=who.currency,
        prices=shown.prices,
        more_charges=shown.more,
        known_from=shown.known_from,
        since=max(where.since for where in shown.rests),
        checked=min(where.checked for where in shown.rests),
        confidence=weakest(where.confidence for where in shown.rests),
        varies=shown.varies,
        shelf=who.shelf,
        context_window=item.context if isinstance(item, Model) else None,
        max_output=item.max_output if isinstance(item, Model) else None,
        capabilities=shown.capabilities,
    )


class _Shown(NamedTuple):
    prices: tuple[Headline, ...]
    rests: list[Provenance]
    known_from: date | None = None
    more: int = 0
    varies: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()


def _of_model(entry: Entry, model: Model, day: date) -> _Shown:
    card = model.card(day)
    if card is None:
        first = entry.provenance(model.price[0].origin)
        return _Shown((), [first], known_from=model.first_known)
    factors = {
        "tiers": card.tiers,
        "modes": card.mode,
        "regions": card.region,
        "schedule": card.schedule,
    }
    varies = tuple(name for name, value in factors.items() if value)
    prices = tuple(_card_headlines(entry, card, day))
    rests = [entry.provenance(card.origin)]
    return _Shown(prices, rests, varies=varies, capabilities=capabilities_of(card))


def _card_headlines(entry: Entry, card: Card, day: date) -> Iterable[Headline]:
    """Input and output; the fees of a card that has no rates (a reranker's searches)."""
    rates = card.rates.published()
    where = entry.provenance(card.origin)
    for kind in ("input", "output"):
        if kind in rates:
            yield Headline(kind, card.unit, rates[kind], card.per, (), False, None, where)
    for name, fee in card.fee.items() if not rates else ():
        where = entry.provenance(fee.origin or card.origin)
        later = where.since > day
        price, since = (None, where.since) if later else (fee.price, None)
        yield Headline(name, fee.unit, price, fee.per, (), False, since, where)


def _of_offer(entry: Entry, offer: Offer, day: date) -> _Shown:
    current, later = offer.charges_on(day)
    if later and not current:
        first = min(later, key=lambda charge: since_of(offer, charge))
        rests = [entry.provenance(first.origin or offer.origin)]
        return _Shown((), rests, known_from=offer.first_known)
    prices = tuple(_headline(entry, offer, charge, day) for charge in (current + later)[:HEADLINES])
    return _Shown(
        prices,
        [headline.where for headline in prices if not headline.known_from]
        or [entry.provenance(offer.origin)],
        more=len(current) + len(later) - len(prices),
    )


def _headline(entry: Entry, offer: Offer, charge: Charge, day: date) -> Headline:
    """A charge's price in money: of a price in vendor credits, what the credits cost."""
    where, fx = entry.provenance(charge.origin or offer.origin), charge.fx or ONE
    later = where.since > day
    price = None if charge.price is None or later else charge.price * fx
    tiers = tuple(
        replace(tier, price=None if tier.price is None else tier.price * fx)
        for tier in charge.tiers
    )
    return Headline(
        charge.id,
        charge.unit,
        price,
        charge.per,
        () if later else tiers,
        charge.quote,
        where.since if later else None,
        where,
    )
