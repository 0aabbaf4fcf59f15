"""The month's calls to a model: classes x cache cases x schedule windows, each priced as one
request and multiplied by its count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import cast

from costplan.billing.book import Book, Part
from costplan.billing.caching import ASSUMED_MINUTES, ASSUMED_TERMS, cases
from costplan.billing.discounts import Off, share_off
from costplan.billing.quotas import Paid
from costplan.billing.reasons import absent
from costplan.billing.tokens import Processing, Tariff, TokenUsage
from costplan.catalog.fees import STORAGE
from costplan.catalog.lookup import Entry, card_on
from costplan.catalog.model import Model
from costplan.catalog.origin import Provenance, combined
from costplan.document.line import LineItem
from costplan.facts import Fact, fact, unique
from costplan.quantity import ONE, ZERO, counted_to, grouped, settle
from costplan.record import record, replace
from costplan.words import TOKENS, Confidence
from costplan.workload.conversation import Prefix
from costplan.workload.model_calls import ModelCalls
from costplan.workload.tables import Traffic

NEAR = 4
"""Gaps within this factor of a cache's life: there it matters whether they are equal."""

WHOLE = {kind.tokens: kind.whole for kind in TOKENS}
"""What each quantity of tokens is part of."""
MergeKey = tuple[int, str, str, tuple[str, ...]]


@record
class Terms:
    """How one stack buys a model: its tokenizer and verbosity, region and negotiated share off.

    ``paid``: by fee, what the account's free quota leaves to pay of it.
    """

    input_factor: Decimal = ONE
    output_factor: Decimal = ONE
    region: str | None = None
    discount: Off = ZERO
    paid: Mapping[str, Paid] = field(default_factory=dict)


@dataclass(slots=True, repr=False, eq=False)
class ModelBill:
    """The lines of a model, and what a reader must know of them."""

    lines: list[LineItem] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)


def bill_model(
    entry: Entry, day: date, demands: Iterable[ModelCalls], traffic: Traffic, terms: Terms
) -> ModelBill:
    """All lines of one model in a month, and what a reader must know of them.

    Raises PriceNotKnown before the model's first known price.
    """
    asked, book = list(demands), Book()
    bill = ModelBill(model_lines(book, entry, day, asked, traffic, terms))
    write_model(book, entry, day, asked, traffic, terms, bill)
    return bill


def model_lines(
    book: Book,
    entry: Entry,
    day: date,
    demands: Iterable[ModelCalls],
    traffic: Traffic,
    terms: Terms,
) -> list[LineItem]:
    """All lines of one model in a month, merged where step, purpose and price are the same.

    Raises PriceNotKnown before the model's first known price.
    """
    assert isinstance(entry.item, Model)
    card_on(entry.item, day)  # or it is refused, whatever is asked of it
    merged: dict[MergeKey, LineItem] = {}
    for calls in demands:
        if not calls.count:
            continue
        usage, prefix = _scaled(calls, terms)
        for window, share, levels in book.parts(entry, day, traffic, calls.job):
            if not share:
                continue
            tariff = book.tariff(entry, day, Processing(calls.mode, terms.region, window))
            if not_sold(calls, tariff):
                continue
            for case in cases(usage, prefix, calls.rate_per_second, tariff, levels):
                count = calls.count * share * case.share
                for line in tariff.bill(case.usage, count):
                    _merge(merged, line, calls, terms)
    lines = list(merged.values())
    for line in lines:
        if (paid := terms.paid.get(line.price.charge)) is not None and paid.share != ONE:
            _less_free(line, paid)
        _set_amounts(line)
    return lines


def write_model(
    book: Book,
    entry: Entry,
    day: date,
    demands: Iterable[ModelCalls],
    traffic: Traffic,
    terms: Terms,
    bill: ModelBill,
) -> None:
    """What a reader must know of the lines of these calls, which no sum depends on."""
    assert isinstance(entry.item, Model)
    _announced(entry.item, day, bill)
    for calls in demands:
        if not calls.count:
            continue
        usage, prefix = _scaled(calls, terms)
        _context(entry.item, usage, calls, bill)
        parts = book.parts(entry, day, traffic, calls.job)
        _window_facts(parts, calls, traffic, bill, entry.id)
        for window, share, _ in parts:
            if not share:
                continue
            tariff = book.tariff(entry, day, Processing(calls.mode, terms.region, window))
            bill.facts += tariff.facts(usage)
            if not_sold(calls, tariff):
                why = absent(entry, tariff.card, STORAGE, "price of a stored cache").text
                bill.facts.append(fact("cache-not-sold", entry.id, reason=why, step=calls.step))
            if prefix is not None and prefix.marked:
                _caching_note(entry.item, prefix, tariff, bill)
                _storage_note(calls.step, prefix, tariff, bill)
    bill.facts = unique(bill.facts)


def _scaled(calls: ModelCalls, terms: Terms) -> tuple[TokenUsage, Prefix | None]:
    tokens = dict(calls.tokens)
    for name in tokens:
        if name in WHOLE:
            tokens[name] *= terms.input_factor if WHOLE[name] == "input" else terms.output_factor
        elif name == STORAGE:
            tokens[name] *= terms.input_factor
    prefix = calls.prefix
    if prefix is not None and terms.input_factor != ONE:
        prefix = prefix.scaled(terms.input_factor)
    return TokenUsage(**tokens), prefix


def _window_facts(
    parts: Sequence[Part], calls: ModelCalls, traffic: Traffic, bill: ModelBill, offer: str
) -> None:
    """How large a share of the calls was taken to fall in each window."""
    if calls.job is not None:
        profile = f"'{calls.step}' over its hours"
    else:
        profile = (
            "the stated hourly profile" if traffic.hourly else "traffic that is flat over the week"
        )
    for window, share, _ in parts:
        if window is not None:
            taken = {"percent": share * 100, "window": window.name, "profile": profile}
            bill.facts.append(fact("window-share", offer, **taken))


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
        reason = tariff.prices(-1)["cache_read"].reason
        bill.facts.append(fact("no-cache-rate", model.id, reason=reason))
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


def not_sold(calls: ModelCalls, tariff: Tariff) -> bool:
    """Whether the calls are the storage of a cache with a model that has no price for it."""
    return STORAGE in calls.tokens and tariff.fees.known(STORAGE) is None


def _storage_note(step: str, prefix: Prefix, tariff: Tariff, bill: ModelBill) -> None:
    """That a model sells the storage of what is cached, where the workload does not say it."""
    model, fee = tariff.model, tariff.fees.known(STORAGE)
    least = (model.cache or ASSUMED_TERMS).minimum_tokens
    if fee is None or prefix.stored or prefix.marked < least:
        return
    if tariff.prices(-1)["cache_read"].base is not None:
        bill.facts.append(fact("cache-storage", model.id, step=step, price=fee.words))


def _set_amounts(line: LineItem) -> None:
    """The amounts of a line whose quantity has grown or shrunk, and what is negotiated off it."""
    price = line.price
    if price.price is None:
        return
    if line.list_amount is None:
        line.list_amount = settle(line.quantity * price.price / price.per)
    line.amount = line.list_amount
    if line.discount:
        line.amount = settle(line.list_amount * (1 - line.discount))


def _less_free(line: LineItem, paid: Paid) -> None:
    """Take off a line what the account has free of its fee; it then rests on both sources."""
    price, used = line.price, line.quantity
    line.used, line.quantity, line.list_amount = used, settle(used * paid.share), None
    if paid.where is not None:
        trust = cast(Confidence, price.confidence)
        own = Provenance(price.source, trust, price.since, price.checked)
        line.price = replace(price, **combined([own, paid.where])._asdict())
    free = grouped(counted_to(used - line.quantity))
    line.basis = f"{grouped(counted_to(used))} {price.unit} - {free} included"


def _merge(
    merged: dict[MergeKey, LineItem], line: LineItem, calls: ModelCalls, terms: Terms
) -> None:
    """Add a line's quantity to that of its kind; its amount then follows from the sum."""
    key = (id(line.price), calls.step, calls.purpose, calls.tags)
    known = merged.get(key)
    if known is not None:
        known.quantity += line.quantity
        known.list_amount = None
        return
    line.role, line.step, line.purpose = calls.role, calls.step, calls.purpose
    line.tags = calls.tags
    line.fixed = line.price.charge == STORAGE
    line.discount = share_off(terms.discount, line.price.charge)
    merged[key] = line
