"""The catalogue as pages to read: lists, one entry in full, searches. Nothing here is a bill.

Likeness is used here and in messages only. What a search finds is printed; to be priced, an
entry has to be named by its exact id or alias.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from difflib import SequenceMatcher

from costplan.billing.variables import Values, is_fixed, variables_of
from costplan.catalog import model as models
from costplan.catalog import offer as offers
from costplan.catalog.expression import Expression
from costplan.catalog.lookup import CATEGORIES, Entry
from costplan.catalog.origin import Origin
from costplan.catalog.schedule import Window as CatalogWindow
from costplan.catalog.vocabulary import HOURS_PER_MONTH, TOKEN_USAGE, VOCABULARY
from costplan.document.listing import (
    Adjustment,
    Cache,
    Card,
    Charge,
    Fee,
    Gate,
    Head,
    Headline,
    Hit,
    Identity,
    Mode,
    ModelPage,
    OfferPage,
    PriceList,
    Region,
    Row,
    Search,
    Step,
    Tier,
    Variable,
    Where,
    Window,
)
from costplan.problems import BadUsage, did_you_mean
from costplan.quantity import ONE, ZERO, literal

CONFIDENCES = ("vendor", "dataset", "third-party", "unverified")
"""From the most to the least trusted."""

HEADLINES = 3
"""Charges of an offer that a list shows."""

LIKE = 0.72
"""Of ``difflib``'s ratio, from 0 to 1, is near enough to be shown as fuzzy: "pincone" is."""

FUZZY_NOTE = "Only an exact id or alias is ever priced; a fuzzy match never is."

PLAUSIBLE: Mapping[str, int] = {
    "requests": 10_000,
    "calls": 10_000,
    "executions": 10_000,
    "step_runs": 50_000,
    "active_cpu_seconds": 1,
    "wall_seconds": 5,
    "memory_gib": 1,
    "vectors": 1_000_000,
    "dimensions": 1_536,
    "queries": 100_000,
    "traces": 10_000,
    "spans": 50_000,
    "llm_spans": 30_000,
    "ingest_gb": 1,
    "seats": 3,
    "hours": 730,
    "searches": 10_000,
    "characters": 1_000,
    "cases": 100,
}
"""What an example gives for a variable that has no default."""
OWN_EXAMPLE = 10
"""The same for a variable that an offer declares itself."""


def choose(heads: Iterable[Head], category: str | None, vendor: str | None) -> list[Head]:
    """The heads of a category and a vendor, by id prefix or name in any case; None: all of them.

    Raises BadUsage for a category or vendor that the catalogue does not have.
    """
    heads = list(heads)
    if category is not None and category not in CATEGORIES:
        hint = did_you_mean(category, CATEGORIES) or "categories: " + ", ".join(sorted(CATEGORIES))
        raise BadUsage(f"unknown category '{category}'", hint)
    if vendor is not None:
        wanted = vendor.casefold()
        known = {head.prefix for head in heads} | {head.vendor for head in heads}
        if wanted not in {name.casefold() for name in known}:
            prefixes = sorted({head.prefix for head in heads})
            hint = did_you_mean(vendor, sorted(known)) or "vendors: " + ", ".join(prefixes)
            raise BadUsage(f"unknown vendor '{vendor}'", hint)
        heads = [
            head for head in heads if wanted in (head.prefix.casefold(), head.vendor.casefold())
        ]
    return [head for head in heads if category in (None, head.category)]


def below(heads: Iterable[Head], name: str) -> list[Head]:
    """The plans of a vendor or product, where ``name`` is one and not an id.

    ``pinecone`` is a vendor, ``azure/ai-search`` the start of several plans' ids. The start of a
    model's name is nothing: ``openai/gpt-6`` is another model than ``openai/gpt-6-luna``.
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
    ordered = sorted(rows.values(), key=lambda row: (row.category, row.id))
    return PriceList(day, tuple(ordered))


def _row(entry: Entry, day: date) -> Row:
    item = entry.item
    varies: tuple[str, ...] = ()
    if isinstance(item, models.Model):
        card = item.card(day)
        prices = () if card is None else tuple(_card_headlines(card))
        rests = [_where(entry, (card or item.price[0]).origin)]
        known_from = item.first_known if card is None else None
        more = 0
        if card is not None:
            factors = ("tiers", "mode", "region", "schedule")
            varies = tuple(name for name in factors if getattr(card, name))
    else:
        current, later = item.charges_on(day)
        charges = [(one, None) for one in current] + [(one, _since(item, one)) for one in later]
        known_from = item.first_known if later and not current else None
        shown = [] if known_from else charges[:HEADLINES]
        prices = tuple(_headline(one, since) for one, since in shown)
        more = 0 if known_from else len(charges) - len(shown)
        first = [one for one in item.charge if _since(item, one) == item.first_known][:1]
        rests = [
            _where(entry, one.origin or item.origin)
            for one in ([one for one, since in shown if since is None] or first)
        ] or [_where(entry, item.origin)]
    return Row(
        **_identity(entry, ("aliases", "note")),
        prices=prices,
        more_charges=more,
        known_from=known_from,
        since=max(where.since for where in rests),
        checked=min(where.checked for where in rests),
        confidence=max((where.confidence for where in rests), key=CONFIDENCES.index),
        varies=varies,
    )


def _identity(entry: Entry, without: Sequence[str] = ()) -> dict[str, object]:
    item = entry.item
    model = isinstance(item, models.Model)
    fields = {
        "id": entry.id,
        "kind": item.kind if isinstance(item, models.Model) else "offer",
        "category": entry.category,
        "vendor": entry.vendor,
        "product": None if model else item.product or None,
        "plan": None if model else item.plan,
        "region": item.region,
        "currency": entry.currency,
        "aliases": item.aliases,
        "note": item.note,
        "shelf": entry.shelf,
    }
    return {name: value for name, value in fields.items() if name not in without}
