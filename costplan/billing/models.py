"""The month's calls to a model: classes x cache cases x schedule windows, each priced as one
request and multiplied by its count."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from costplan.billing.caching import ASSUMED_MINUTES, ASSUMED_TERMS, cases
from costplan.billing.discounts import Off, share_off
from costplan.billing.tokens import (
    Processing,
    Tariff,
    Tariffs,
    TokenUsage,
    windows,
)
from costplan.catalog.lookup import Entry, card_on
from costplan.catalog.model import Model
from costplan.catalog.schedule import Window
from costplan.document.line import LineItem
from costplan.facts import Fact, fact, unique
from costplan.quantity import ONE, ZERO, grouped, settle
from costplan.record import record
from costplan.words import TOKENS
from costplan.workload.conversation import Prefix
from costplan.workload.model_calls import ModelCalls
from costplan.workload.tables import Traffic
from costplan.workload.traffic import job_shares, levels_in, shares_in

NEAR = 4
"""Gaps within this factor of a cache's life: there it matters whether they are equal."""

MergeKey = tuple[int, str, str, tuple[str, ...]]


@record
class Terms:
    """How one stack buys a model: its tokenizer and verbosity, region and negotiated share off."""

    input_factor: Decimal = ONE
    output_factor: Decimal = ONE
    region: str | None = None
    discount: Off = ZERO


@dataclass(slots=True)
class ModelBill:
    """The lines of a model, and what a reader must know of them."""

    lines: list[LineItem] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)


def bill_model(
    entry: Entry, day: date, demands: Iterable[ModelCalls], traffic: Traffic, terms: Terms
) -> ModelBill:
    """All lines of one model in a month, merged where step, purpose and price are the same.

    Raises PriceNotKnown before the model's first known price.
    """
    assert isinstance(entry.item, Model)
    bill = ModelBill()
    merged: dict[MergeKey, LineItem] = {}
    tariffs = Tariffs()
    schedule = windows(entry.item, day)
    levels = levels_in(traffic, day, [window.covers for window in schedule])
    _announced(entry.item, day, bill)
    for calls in demands:
        if not calls.count:
            continue
        usage, prefix = _scaled(calls, terms)
        _context(entry.item, usage, calls, bill)
        for at, window, share in _windows(schedule, calls, traffic, day, bill, entry.id):
            tariff = tariffs.of(entry, day, Processing(calls.mode, terms.region, window))
            bill.facts += tariff.facts(usage)
            for case in cases(usage, prefix, calls.rate_per_second, tariff, levels[at]):
                count = calls.count * share * case.share
                for line in tariff.bill(case.usage, count):
                    _merge(merged, line, calls, share_off(terms.discount, line.price.charge))
            if prefix is not None and prefix.marked:
                _caching_note(entry.item, prefix, tariff, bill)
    bill.lines = list(merged.values())
    bill.facts = unique(bill.facts)
    return bill


def _scaled(calls: ModelCalls, terms: Terms) -> tuple[TokenUsage, Prefix | None]:
    tokens = dict(calls.tokens)
    for kind in TOKENS:
        if kind.tokens in tokens:
            factor = terms.input_factor if kind.whole == "input" else terms.output_factor
            tokens[kind.tokens] *= factor
    prefix = calls.prefix
    if prefix is not None and terms.input_factor != ONE:
        prefix = prefix.scaled(terms.input_factor)
    return TokenUsage(**tokens), prefix


def _windows(
    schedule: tuple[Window, ...],
    calls: ModelCalls,
    traffic: Traffic,
    day: date,
    bill: ModelBill,
    offer: str,
) -> list[tuple[int, Window | None, Decimal]]:
    """Place, window and share of the calls; no window at the last place."""
    if not schedule:
        return [(0, None, ONE)]

    tests = [window.covers for window in schedule]
    if calls.job is not None:
        parts = job_shares(calls.job, traffic, day, tests)
        profile = f"'{calls.step}' over its hours"
    else:
        parts = shares_in(traffic, day, tests)
        profile = (
            "the stated hourly profile" if traffic.hourly else "traffic that is flat over the week"
        )
    for window, part in zip(schedule, parts, strict=False):
        share = {"percent": part * 100, "window": window.name, "profile": profile}
        bill.facts.append(fact("window-share", offer, **share))
    found = enumerate(zip([*schedule, None], parts, strict=True))
    return [(at, window, part) for at, (window, part) in found if part]


def _announced(model: Model, day: date, bill: ModelBill) -> None:
    """A note for each later card: a price known today that this month does not pay yet."""
    today = card_on(model, day)
    now = today.rates.published()
    for card in model.price:
        if card.origin.since > day:
            then = {
                kind: rate * today.per / card.per for kind, rate in card.rates.published().items()
            }
            changes = [
                f"{kind} {grouped(now[kind])} -> {grouped(rate)}"
                for kind, rate in then.items()
                if kind in now and now[kind] != rate
            ]
            told = changes or ["other terms"]
            bill.facts.append(fact("announced", model.id, since=card.origin.since, changes=told))


def _context(model: Model, usage: TokenUsage, calls: ModelCalls, bill: ModelBill) -> None:
    if model.context is not None and usage.input_tokens > model.context:
        limits = {"tokens": usage.input_tokens, "model": model.id, "context": model.context}
        bill.facts.append(fact("input-too-long", calls.step, **limits))
    if model.max_output is not None and usage.output_tokens > model.max_output:
        limits = {"tokens": usage.output_tokens, "model": model.id, "most": model.max_output}
        bill.facts.append(fact("output-too-long", calls.step, **limits))


def _caching_note(model: Model, prefix: Prefix, tariff: Tariff, bill: ModelBill) -> None:
    if tariff.prices(-1)["cache_read"].base is None:
        bill.facts.append(fact("no-cache-rate", model.id))
        return
    minutes = (model.cache or ASSUMED_TERMS).ttl_minutes or ASSUMED_MINUTES
    gap = prefix.gap_seconds
    if not prefix.gaps_vary and minutes * 60 / NEAR <= gap <= minutes * 60 * NEAR:
        bill.facts.append(fact("gaps-near-cache-life", model.id, seconds=gap, minutes=minutes))
    if model.cache is None:
        terms = {"tokens": ASSUMED_TERMS.minimum_tokens, "minutes": ASSUMED_MINUTES}
        bill.facts.append(fact("cache-terms", model.id, **terms))
    elif model.cache.ttl_minutes is None:
        bill.facts.append(fact("cache-life", model.id, minutes=ASSUMED_MINUTES))


def _merge(
    merged: dict[MergeKey, LineItem],
    line: LineItem,
    calls: ModelCalls,
    discount: Decimal,
) -> None:
    key = (id(line.price), calls.step, calls.purpose, calls.tags)
    known = merged.get(key)
    if known is None:
        line.role, line.step, line.purpose = calls.role, calls.step, calls.purpose
        line.tags = calls.tags
        line.discount = discount
        merged[key] = known = line
    else:
        known.quantity += line.quantity
    price = known.price
    if price.price is not None:
        known.list_amount = settle(known.quantity * price.price / price.per)
        known.amount = settle(known.list_amount * (1 - discount))
