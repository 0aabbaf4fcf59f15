"""Rules on the size of prices: zero, out of band, and out of order with each other."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from itertools import pairwise

from costplan.catalog.lookup import Entry
from costplan.catalog.model import Model
from costplan.catalog.offer import Charge, Offer
from costplan.plan.prices.audit import bands
from costplan.plan.prices.audit.parts import (
    Hit,
    RateSet,
    Terms,
    latest,
    origin_of,
    prices_of,
    rate_sets,
)
from costplan.quantity import grouped, rounded

FREE_WORDS = "free starter hobby developer community sandbox spark trial open oss self-hosted"
FREE_PLANS = frozenset(FREE_WORDS.split())
"""Words of a plan's name that say it costs nothing."""
FREE_WORD = re.compile(r"(?<!not )(?<!no longer )(?<!never )\bfree\b", re.I)
CHEAPER_MODES = ("batch", "flex")
JUMP = Decimal(20)
"""A price that moves by more than this from one card to the next was written in another unit."""
TENTH = Decimal("0.1")


def says_free(*texts: str | None) -> bool:
    """Whether a note says that something is free."""
    return any(text is not None and FREE_WORD.search(text) for text in texts)


def free_model(model: Model) -> bool:
    """Whether a model declares that it costs nothing: by its id or in its note."""
    return model.id.endswith(":free") or says_free(model.note)


def free_charge(offer: Offer, charge: Charge) -> bool:
    """Whether a charge, or the offer's plan or note, declares that it costs nothing."""
    words = re.split(r"[^a-z-]+", (offer.plan or "").casefold())
    return not FREE_PLANS.isdisjoint(words) or says_free(offer.note, charge.note)


def zero_rates(entry: Entry, model: Model, terms: Terms) -> Iterable[Hit]:
    """Rates and fees of 0 of a model that is not declared free, one hit a kind."""
    return () if free_model(model) else latest(_zeros(model))


def _zeros(model: Model) -> Iterable[Hit]:
    hint = "an unpublished rate is left out; a free one is said to be free in the note"
    for rate_set in rate_sets(model):
        for kind, rate in rate_set.rates.items():
            if not rate:
                yield Hit(kind, f"{kind} costs 0 ({rate_set.place()})", hint)
    for card in model.price:
        for name, fee in card.fee.items():
            if not fee.price:
                yield Hit(name, f"the fee {name} is 0 (from {card.origin.since} on)", hint)


def zero_charges(entry: Entry, offer: Offer, terms: Terms) -> Iterable[Hit]:
    """Charges that cost 0 in every tier; a first tier at 0 is a quota and no silence."""
    for charge in offer.charge:
        prices = prices_of(charge)
        quoted = any(tier.quote for tier in charge.tiers)
        if prices and not any(prices) and not quoted and not free_charge(offer, charge):
            yield Hit(
                charge.id,
                f"{charge.id} costs 0 (from {origin_of(offer, charge).since} on)",
                "a plan that is free says so in its name or note",
            )


def empty_cards(entry: Entry, model: Model, terms: Terms) -> Iterable[Hit]:
    """Cards without any rate or fee: nothing of them can be billed."""
    for card in model.price:
        if not (card.rates.published() or card.fee):
            own = [mode for mode in card.mode.values() if mode.rates is not None]
            if not own:
                yield Hit("", f"the card from {card.origin.since} on has no rate and no fee")


def odd_rates(entry: Entry, model: Model, terms: Terms) -> Iterable[Hit]:
    """Rates outside the band of their kind, one hit a kind."""
    return latest(_odd_rates(entry, model))


def _odd_rates(entry: Entry, model: Model) -> Iterable[Hit]:
    for rate_set in rate_sets(model):
        for kind, rate in rate_set.rates.items():
            band = bands.token_band(model.kind, kind)
            if rate and band is not None:
                what = f"{kind} ({rate_set.place()})"
                yield from _outside(
                    kind, what, rate_set.millions(rate), "million tokens", entry, band
                )
    for card in model.price:
        for name, fee in card.fee.items():
            if fee.price:
                price = fee.price / fee.per
                yield from _outside(name, name, price, fee.unit, entry, bands.FEES[name])


def odd_charges(entry: Entry, offer: Offer, terms: Terms) -> Iterable[Hit]:
    """Charges outside the band of their unit, one hit a charge."""
    return latest(_odd_charges(entry, offer))


def _odd_charges(entry: Entry, offer: Offer) -> Iterable[Hit]:
    for charge in offer.charge:
        band = bands.UNITS["month"] if charge.mode == "package" else bands.unit_band(charge.unit)
        unit = "package" if charge.mode == "package" else charge.unit
        for price in prices_of(charge):
            if price:
                yield from _outside(charge.id, charge.id, price, unit, entry, band)


def _outside(
    part: str, what: str, price: Decimal, unit: str, entry: Entry, band: bands.Band
) -> Iterable[Hit]:
    if not band.low <= price <= band.high:
        yield Hit(
            part,
            f"{what} is {_short(price)} {entry.currency} a {unit}; expected "
            f"{_short(band.low)} to {_short(band.high)}: {band.reason}",
            "look at 'per': is the price per token, thousand or million?",
        )


def _short(number: Decimal) -> str:
    return rounded(number) if number >= TENTH else grouped(number.normalize())


def embeddings_answer(entry: Entry, model: Model, terms: Terms) -> Iterable[Hit]:
    """An embedding or rerank model has no output to price."""
    if model.kind != "chat":
        for rate_set in rate_sets(model):
            if "output" in rate_set.rates:
                yield Hit("output", f"a model of kind {model.kind} has a rate for output tokens")
                return


def cheap_output(entry: Entry, model: Model, terms: Terms) -> Iterable[Hit]:
    """Output cheaper than a tenth of the input: most likely two columns were swapped."""
    if model.kind == "chat":
        yield from latest(
            Hit(
                "output",
                f"output costs {grouped(output)}, input {grouped(given)} ({rate_set.place()})",
                "output costs more than input nearly everywhere: were they swapped?",
            )
            for rate_set in rate_sets(model)
            if (given := rate_set.rates.get("input")) and (output := rate_set.rates.get("output"))
            if output < given * TENTH
        )


def dear_cache(entry: Entry, model: Model, terms: Terms) -> Iterable[Hit]:
    """Cache reads dearer than fresh input, or than the write they save."""
    return latest(_dear_cache(model))


def _dear_cache(model: Model) -> Iterable[Hit]:
    for rate_set in rate_sets(model):
        read = rate_set.rates.get("cache_read")
        for kind in ("input", "cache_write") if read else ():
            other = rate_set.rates.get(kind)
            if read and other and read > other:
                yield Hit(
                    "cache_read",
                    f"cache_read costs {grouped(read)}, more than {kind} at {grouped(other)} "
                    f"({rate_set.place()})",
                    "a cache that costs more than it saves is a slip of columns",
                )


def dear_writes(entry: Entry, model: Model, terms: Terms) -> Iterable[Hit]:
    """A cache write that costs more than twice the input: nobody asks that, sets slip a column."""
    return latest(
        Hit(
            "cache_write",
            f"cache_write costs {grouped(write)}, input {grouped(given)} ({rate_set.place()})",
            "is it the output's price, or that of storage?",
        )
        for rate_set in rate_sets(model)
        if (write := rate_set.rates.get("cache_write")) and (given := rate_set.rates.get("input"))
        if write > 2 * given or (write > given and write == rate_set.rates.get("output"))
    )


def holidays_lost(entry: Entry, model: Model, terms: Terms) -> Iterable[Hit]:
    """Hours without the holidays that the card before knew."""
    for before, after in pairwise(model.price):
        known, kept = (any(window.holidays for window in card.schedule) for card in (before, after))
        if known and after.schedule and not kept:
            since = after.origin.since
            yield Hit("schedule", f"from {since} on the hours have no holidays, before they had")


BRIEF = 8
"""Days. A price for fewer, between two that are equal, is a record read too late more often than an
offer: a set that is read every few days shows real ones, too."""


def brief_prices(entry: Entry, model: Model, terms: Terms) -> Iterable[Hit]:
    """A price of a few days after which the price before it holds again, all from one source."""
    for before, card, after in zip(model.price, model.price[1:], model.price[2:], strict=False):
        days = (after.origin.since - card.origin.since).days
        one_source = before.origin.source == card.origin.source == after.origin.source
        if one_source and days < BRIEF and before.rates == after.rates != card.rates:
            yield Hit("", f"a price of {days} days from {card.origin.since} on; did it ever hold?")


def audio_as_text(entry: Entry, model: Model, terms: Terms) -> Iterable[Hit]:
    """Cached audio without a price of its own, where fresh audio has one: billed as cached text."""
    rates = model.price[-1].rates.published()
    apart = "input_audio" in rates and rates["input_audio"] != rates.get("input")
    if apart and rates.get("cache_read") and "cache_read_audio" not in rates:
        yield Hit("cache_read_audio", "cached audio has no price of its own")


def dear_modes(entry: Entry, model: Model, terms: Terms) -> Iterable[Hit]:
    """Batch or flex dearer than the standard way."""
    return latest([*_dear_factors(model), *_dear_rates(model)])


def _dear_factors(model: Model) -> Iterable[Hit]:
    for card in model.price:
        for name in CHEAPER_MODES:
            mode = card.mode.get(name)
            if mode is not None and mode.times is not None and mode.times > 1:
                since = card.origin.since
                yield Hit(name, f"{name} costs {grouped(mode.times)} times the standard ({since})")


def _dear_rates(model: Model) -> Iterable[Hit]:
    for rate_set in rate_sets(model):
        if rate_set.mode not in CHEAPER_MODES:
            continue
        for kind, rate in rate_set.rates.items():
            standard = rate_set.base.get(kind)
            if standard is not None and rate > standard:
                yield Hit(
                    rate_set.mode,
                    f"{kind} costs {grouped(rate)} in {rate_set.where}, {grouped(standard)} "
                    f"in standard (from {rate_set.card.origin.since} on)",
                )


def jumps(entry: Entry, model: Model, terms: Terms) -> Iterable[Hit]:
    """A rate that moves more than twentyfold from one card to the next."""
    return latest(_jumps([rate_set for rate_set in rate_sets(model) if not rate_set.where]))


def _jumps(bases: list[RateSet]) -> Iterable[Hit]:
    for before, after in pairwise(bases):
        for kind, rate in after.rates.items():
            old = before.millions(before.rates.get(kind, Decimal(0)))
            new = after.millions(rate)
            if old and new and max(old / new, new / old) > JUMP:
                yield Hit(
                    kind,
                    f"{kind} goes from {_short(old)} to {_short(new)} a million tokens on "
                    f"{after.card.origin.since}",
                    "a change this large is nearly always a change of unit",
                )


def charge_jumps(entry: Entry, offer: Offer, terms: Terms) -> Iterable[Hit]:
    """A charge that moves more than twentyfold from one dated price to the next."""
    last: dict[str, Charge] = {}
    for charge in offer.charge:
        before, last[charge.id] = last.get(charge.id), charge
        if before is None or before.unit != charge.unit:
            continue
        old, new = max(prices_of(before), default=None), max(prices_of(charge), default=None)
        if old and new and max(old / new, new / old) > JUMP:
            since = origin_of(offer, charge).since
            yield Hit(
                charge.id,
                f"{charge.id} goes from {_short(old)} to {_short(new)} a {charge.unit} on {since}",
                "a change this large is nearly always a change of unit",
            )
