"""Lists of what the catalogue holds, and searches in it. Nothing here is a bill.

Likeness is used here and in messages only. What a search finds is printed; to be priced, an
entry has to be named by its exact id or alias.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from difflib import SequenceMatcher
from typing import NamedTuple

from costplan.catalog.lookup import CATEGORIES, Entry
from costplan.catalog.model import Card, Model
from costplan.catalog.offer import Charge, Offer
from costplan.catalog.origin import Provenance
from costplan.document.listing import Head, Headline, Hit, Identity, PriceList, Row, Search, Slice
from costplan.problems import BadUsage, did_you_mean
from costplan.quantity import ONE

CONFIDENCES = ("vendor", "dataset", "third-party", "unverified")
"""From the most to the least trusted."""

HEADLINES = 3
"""Charges of an offer that a list shows."""

MATCHES = ("exact", "prefix", "substring", "fuzzy")
LIKE = 0.75
"""The least ratio of ``difflib`` (0 to 1) that is shown as fuzzy."""
NOTE = "Only an exact id or alias is ever priced; a fuzzy match never is."


def choose(heads: Sequence[Head], category: str | None, vendor: str | None) -> list[Head]:
    """The heads of a category, and of a vendor by id prefix or name in any case; None: all.

    Raises BadUsage for a category or vendor that the catalogue does not have.
    """
    if category is not None and category not in CATEGORIES:
        hint = did_you_mean(category, CATEGORIES) or "categories: " + ", ".join(sorted(CATEGORIES))
        raise BadUsage(f"unknown category '{category}'", hint)
    chosen = [head for head in heads if category in (None, head.category)]
    if vendor is None:
        return chosen
    wanted = vendor.casefold()
    known = sorted({name for head in heads for name in (head.prefix, head.vendor)})
    if wanted not in {name.casefold() for name in known}:
        hint = did_you_mean(vendor, known)
        raise BadUsage(
            f"unknown vendor '{vendor}'",
            hint or "vendors: " + ", ".join(sorted({head.prefix for head in heads})),
        )
    return [one for one in chosen if wanted in (one.prefix.casefold(), one.vendor.casefold())]


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


def identity(entry: Entry) -> Identity:
    """What an entry is, whatever it costs."""
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
    )


def since_of(offer: Offer, charge: Charge) -> date:
    """The day a charge takes effect: its own, or its offer's."""
    return (charge.origin or offer.origin).since


def slices(charge: Charge) -> tuple[Slice, ...]:
    """A charge's tiers."""
    return tuple(Slice(tier.up_to, tier.price) for tier in charge.tiers)


def _row(entry: Entry, day: date) -> Row:
    item, who = entry.item, identity(entry)
    shown = (
        _of_model(entry, item, day) if isinstance(item, Model) else _of_offer(entry, item, day)
    )
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
        since=max(one.since for one in shown.rests),
        checked=min(one.checked for one in shown.rests),
        confidence=max((one.confidence for one in shown.rests), key=CONFIDENCES.index),
        varies=shown.varies,
        shelf=who.shelf,
    )


class _Shown(NamedTuple):
    prices: tuple[Headline, ...]
    rests: list[Provenance]
    known_from: date | None = None
    more: int = 0
    varies: tuple[str, ...] = ()


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
    return _Shown(_card_headlines(card, day), [entry.provenance(card.origin)], varies=varies)


def _card_headlines(card: Card, day: date) -> tuple[Headline, ...]:
    """Input and output; the fees of a card that has no rates (a reranker's searches)."""
    rates = card.rates.published()
    found = [
        Headline(kind, card.unit, rates[kind], card.per, (), False, None)
        for kind in ("input", "output")
        if kind in rates
    ]
    if not found:
        for name, fee in card.fee.items():
            since = fee.origin.since if fee.origin and fee.origin.since > day else None
            price = fee.price if since is None else None
            found.append(Headline(name, fee.unit, price, fee.per, (), False, since))
    return tuple(found)


def _of_offer(entry: Entry, offer: Offer, day: date) -> _Shown:
    current, later = offer.charges_on(day)
    if later and not current:
        first = min(later, key=lambda charge: since_of(offer, charge))
        rests = [entry.provenance(first.origin or offer.origin)]
        return _Shown((), rests, known_from=offer.first_known)
    shown = (current + later)[:HEADLINES]
    rests = [entry.provenance(one.origin or offer.origin) for one in shown if one in current]
    return _Shown(
        tuple(_headline(offer, one, day) for one in shown),
        rests or [entry.provenance(offer.origin)],
        more=len(current) + len(later) - len(shown),
    )


def _headline(offer: Offer, charge: Charge, day: date) -> Headline:
    """A charge's price in money: of a price in vendor credits, what the credits cost."""
    since, fx = since_of(offer, charge), charge.fx or ONE
    if since > day:
        return Headline(charge.id, charge.unit, None, charge.per, (), charge.quote, since)
    tiers = tuple(
        Slice(one.up_to, None if one.price is None else one.price * fx) for one in slices(charge)
    )
    price = None if charge.price is None else charge.price * fx
    return Headline(charge.id, charge.unit, price, charge.per, tiers, charge.quote, None)


def search(heads: Iterable[Head], words: Sequence[str], limit: int) -> Search:
    """The heads in which every word is found, at most ``limit`` of them, best first.

    A word is found as an id or alias (exact), at the beginning of one, of its part after the
    vendor, of a vendor or product (prefix), inside one (substring). A head is ranked by its
    weakest word. Only where no head has all words so, words that are merely alike count (fuzzy).
    Raises BadUsage for a word without a letter or digit.
    """
    wanted = [word.strip().casefold() for word in words]
    for word in wanted:
        if not any(one.isalnum() for one in word):
            raise BadUsage("a word to search for has at least one letter or digit")
    heads = list(heads)
    found = _ranked(heads, wanted, _literally) or _ranked(heads, wanted, _likely())
    return Search(tuple(words), len(found), tuple(found[:limit]), NOTE)


class _Found(NamedTuple):
    """How well a word fits a head: smaller is better."""

    rank: int
    unlike: float
    by: str


_Fit = Callable[[str, Head], _Found | None]


def _ranked(heads: Sequence[Head], words: Sequence[str], fit: _Fit) -> list[Hit]:
    ranked = []
    for head in heads:
        fits = [fit(word, head) for word in words]
        known = [one for one in fits if one is not None]
        if len(known) == len(fits):
            worst = max(known)
            ranked.append((worst.rank, sum(one.unlike for one in known), head.id, worst.by, head))
    ranked.sort(key=lambda one: one[:3])
    return [
        Hit(MATCHES[rank], one.id, by, one.category, one.vendor, one.product, one.plan)
        for rank, _, _, by, one in ranked
    ]


def _literally(word: str, head: Head) -> _Found | None:
    names = (head.id, *head.aliases)
    if by := next((name for name in names if name.casefold() == word), None):
        return _Found(0, 0, by)
    texts = _texts(head)
    if by := next((text for text in texts if text.casefold().startswith(word)), None):
        return _Found(1, 0, by)
    if by := next((text for text in texts if word in text.casefold()), None):
        return _Found(2, 0, by)
    return None


def _texts(head: Head) -> list[str]:
    names = (head.id, *head.aliases)
    tails = [name.partition("/")[2] for name in names]
    return [text for text in (*names, *tails, head.vendor, head.product, head.plan) if text]


def _likely() -> _Fit:
    """As ``_literally``, but a likeness will do; each text is compared with a word once."""
    known: dict[tuple[str, str], float] = {}

    def likeness(word: str, text: str) -> float:
        key = (word, text)
        if key not in known:
            matcher = SequenceMatcher(None, text, word)
            near = matcher.real_quick_ratio() >= LIKE and matcher.quick_ratio() >= LIKE
            known[key] = matcher.ratio() if near else 0.0
        return known[key]

    def fit(word: str, head: Head) -> _Found | None:
        literal = _literally(word, head)
        if literal is not None:
            return literal
        best = _Found(3, 1.0, "")
        for text in _texts(head):
            folded = text.casefold()
            for part in (folded, *re.split(r"[^a-z0-9.]+", folded)):
                unlike = 1 - likeness(word, part)
                if unlike < best.unlike:
                    best = _Found(3, unlike, text)
        return best if best.unlike <= 1 - LIKE else None

    return fit
