"""Choosing rows of a price list: by band, context, kind and capability, in an order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from costplan.catalog.fees import BY_CONTEXT, REQUESTS
from costplan.catalog.model import MODES, Card
from costplan.document.listing import Head, Overview, PriceList, Row, VendorCount
from costplan.problems import BadUsage, did_you_mean
from costplan.words import TOKENS, several

MILLION = Decimal(1_000_000)
KINDS = ("chat", "embedding", "rerank", "offer")
CAPABILITIES = (
    *MODES,
    "cache",
    "audio",
    "image",
    "video",
    "search",
    "training",
    "tiers",
    "schedule",
)
"""What a price list can tell of a model from its prices: what has a rate, a mode or a fee."""

_RATES = {
    "cache": ("cache_read",),
    **{
        medium: tuple(kind.name for kind in TOKENS if kind.medium == medium and not kind.cache)
        for medium in ("audio", "image", "video")
    },
}
_FEES = {
    "search": ("web_searches", REQUESTS, *BY_CONTEXT.values()),
    "training": ("training_tokens",),
}


class Wanted(NamedTuple):
    """What rows to keep. Prices are per million tokens in the entry's own currency, bounds
    included; a row without the figure that is asked for is left out. ``limit`` None: all."""

    kind: str | None = None
    capabilities: str | Sequence[str] = ()
    input_price: tuple[Decimal | None, Decimal | None] = (None, None)
    output_price: tuple[Decimal | None, Decimal | None] = (None, None)
    min_context: int | None = None
    sort: str = "id"
    descending: bool = False
    limit: int | None = None


def capabilities_of(card: Card) -> tuple[str, ...]:
    """The capabilities that a card has a price for."""
    rates = card.rates.published()
    present = set(card.mode)
    present |= {name for name, kinds in _RATES.items() if any(kind in rates for kind in kinds)}
    present |= {name for name, fees in _FEES.items() if any(fee in card.fee for fee in fees)}
    present |= {name for name in ("tiers", "schedule") if getattr(card, name)}
    return tuple(name for name in CAPABILITIES if name in present)


def narrow(listed: PriceList, wanted: Wanted) -> PriceList:
    """The rows that fit, in the order asked for. Rows without the sorted figure come last.

    Raises BadUsage for an unknown kind, capability or order, and a band upside down.
    """
    _check("kind", wanted.kind, KINDS)
    for name in several(wanted.capabilities):
        _check("capability", name, CAPABILITIES)
    _check("order", wanted.sort, SORTS)
    rows = [row for row in listed.entries if _fits(row, wanted)]
    value = SORTS[wanted.sort]
    if value is not None:
        known = [row for row in rows if value(row) is not None]
        known.sort(key=value, reverse=wanted.descending)
        rows = known + [row for row in rows if value(row) is None]
    elif wanted.descending:
        rows.reverse()
    return PriceList(listed.as_of, tuple(rows[: wanted.limit]), sorted_by=wanted.sort)


def per_million(row: Row, charge: str) -> Decimal | None:
    """A row's price of a charge per million units; None where it has none."""
    for headline in row.prices:
        if headline.charge == charge and headline.price is not None and headline.unit == "token":
            return headline.price * MILLION / headline.per
    return None


def overview(heads: Iterable[Head], read: Mapping[tuple[str, str], date]) -> Overview:
    """How many models and offers each vendor has in each category, and when they were last read."""
    counts: dict[tuple[str, str], list[int]] = {}
    names: dict[tuple[str, str], str] = {}
    for head in heads:
        key = (head.category, head.prefix)
        names.setdefault(key, head.vendor)
        count = counts.setdefault(key, [0, 0])
        count[head.priced_by != "token"] += 1
    return Overview(
        tuple(
            VendorCount(*key, names[key], counts[key][0], counts[key][1], read.get(key))
            for key in sorted(counts)
        )
    )


def _fits(row: Row, wanted: Wanted) -> bool:
    if wanted.kind is not None and row.kind != wanted.kind:
        return False
    if any(name not in row.capabilities for name in several(wanted.capabilities)):
        return False
    if wanted.min_context is not None and (row.context_window or 0) < wanted.min_context:
        return False
    return _within(row, "input", wanted.input_price) and _within(row, "output", wanted.output_price)


def _within(row: Row, charge: str, band: tuple[Decimal | None, Decimal | None]) -> bool:
    low, high = band
    if low is None and high is None:
        return True
    if low is not None and high is not None and low > high:
        raise BadUsage(f"no {charge} price is at least {low} and at most {high}")
    price = per_million(row, charge)
    return price is not None and (low is None or price >= low) and (high is None or price <= high)


def _check(what: str, name: str | None, known: Iterable[str]) -> None:
    if name is not None and name not in known:
        hint = did_you_mean(name, known) or "known: " + ", ".join(known)
        raise BadUsage(f"unknown {what} '{name}'", hint)


SORTS: dict[str, Callable[[Row], Any] | None] = {
    "id": None,
    "input": lambda row: per_million(row, "input"),
    "output": lambda row: per_million(row, "output"),
    "context": lambda row: row.context_window,
    "since": lambda row: row.since,
    "checked": lambda row: row.checked,
}
"""The orders of a list; "id" is by category and id."""
