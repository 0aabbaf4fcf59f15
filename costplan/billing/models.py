"""The month's calls to a model: classes x cache cases x schedule windows, each priced as one
request and multiplied by its count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import cast

from costplan.billing.caching import ASSUMED_MINUTES, ASSUMED_TERMS, cases
from costplan.billing.discounts import Off, share_off
from costplan.billing.quotas import Paid
from costplan.billing.reasons import absent
from costplan.billing.tokens import (
    Processing,
    Tariff,
    Tariffs,
    TokenUsage,
    windows,
)
from costplan.catalog.fees import STORAGE
from costplan.catalog.lookup import Entry, card_on
from costplan.catalog.model import Model
from costplan.catalog.origin import Provenance, combined
from costplan.catalog.schedule import Window
from costplan.document.line import LineItem
from costplan.quantity import ONE, ZERO, counted_to, grouped, settle
from costplan.record import record
from costplan.words import TOKENS, Confidence
from costplan.workload.conversation import Prefix
from costplan.workload.model_calls import ModelCalls
from costplan.workload.tables import Traffic
from costplan.workload.traffic import job_shares, levels_in, shares_in

NEAR = 4
"""Gaps within this factor of a cache's life: there it matters whether they are equal."""

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


@dataclass(slots=True)
class ModelBill:
    """The lines of a model, and what a reader must know of them."""

    lines: list[LineItem] = field(default_factory=list)
    assumptions: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    not_included: list[str] = field(default_factory=list)


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
            if STORAGE in calls.tokens and tariff.fees.known(STORAGE) is None:
                words = absent(entry, tariff.card, STORAGE, "price of a stored cache")
                _once(bill.assumptions, f"{entry.id}: {words}; '{calls.step}' pays none")
                continue
            for note in tariff.notes(usage):
                _once(bill.notes, note)
            for case in cases(usage, prefix, calls.rate_per_second, tariff, levels[at]):
                count = calls.count * share * case.share
                for line in tariff.bill(case.usage, count):
                    _merge(merged, line, calls, share_off(terms.discount, line.price.charge))
            if prefix is not None and prefix.marked:
                _caching_note(entry.item, prefix, tariff, bill)
                _storage_note(calls.step, prefix, tariff, bill)
    bill.lines = list(merged.values())
    for line in bill.lines:
        if (paid := terms.paid.get(line.price.charge)) is not None and paid.share != ONE:
            _less_free(line, paid)
    return bill


def _scaled(calls: ModelCalls, terms: Terms) -> tuple[TokenUsage, Prefix | None]:
    tokens = dict(calls.tokens)
    for kind in TOKENS:
        if kind.tokens in tokens:
            factor = terms.input_factor if kind.whole == "input" else terms.output_factor
            tokens[kind.tokens] *= factor
    if STORAGE in tokens:
        tokens[STORAGE] *= terms.input_factor
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
        how = f"'{calls.step}' over its hours"
    else:
        parts = shares_in(traffic, day, tests)
        how = (
            "the stated hourly profile" if traffic.hourly else "traffic that is flat over the week"
        )
    for window, part in zip(schedule, parts, strict=False):
        _once(
            bill.assumptions,
            f"{offer}: {grouped(part * 100, 1)} % of calls fall in the {window.name} window "
            f"(assumed from {how})",
        )
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
            what = ", ".join(changes) or "other terms"
            bill.notes.append(f"{model.id}: from {card.origin.since} on: {what}")


def _context(model: Model, usage: TokenUsage, calls: ModelCalls, bill: ModelBill) -> None:
    if model.context is not None and usage.input_tokens > model.context:
        _once(
            bill.warnings,
            f"'{calls.step}' sends {grouped(usage.input_tokens)} tokens; {model.id} takes "
            f"{grouped(Decimal(model.context))}",
        )
    if model.max_output is not None and usage.output_tokens > model.max_output:
        _once(
            bill.warnings,
            f"'{calls.step}' wants {grouped(usage.output_tokens)} output tokens; {model.id} gives "
            f"at most {grouped(Decimal(model.max_output))}",
        )


def _caching_note(model: Model, prefix: Prefix, tariff: Tariff, bill: ModelBill) -> None:
    if tariff.prices(-1)["cache_read"].base is None:
        _once(
            bill.assumptions,
            f"{model.id}: {tariff.prices(-1)['cache_read'].reason}; nothing is cached",
        )
        return
    minutes = (model.cache or ASSUMED_TERMS).ttl_minutes or ASSUMED_MINUTES
    gap = prefix.gap_seconds
    if not prefix.gaps_vary and minutes * 60 / NEAR <= gap <= minutes * 60 * NEAR:
        _once(
            bill.assumptions,
            f"{model.id}: every gap between turns is {grouped(gap)} s, near the "
            f"{grouped(minutes)} minutes that a cache lives; "
            'conversation.gaps = "exponential" where they vary',
        )
    if model.cache is None:
        _once(
            bill.assumptions,
            f"{model.id}: cache terms assumed: prefixes of at least "
            f"{grouped(ASSUMED_TERMS.minimum_tokens)} tokens, "
            f"kept {grouped(ASSUMED_MINUTES)} minutes",
        )
    elif model.cache.ttl_minutes is None:
        _once(
            bill.assumptions,
            f"{model.id}: the catalogue does not say how long a cached prefix is kept; "
            f"assumed {grouped(ASSUMED_MINUTES)} minutes",
        )


def _storage_note(step: str, prefix: Prefix, tariff: Tariff, bill: ModelBill) -> None:
    """That a model sells the storage of what is cached, where the workload does not say it."""
    model, fee = tariff.model, tariff.fees.known(STORAGE)
    least = (model.cache or ASSUMED_TERMS).minimum_tokens
    if fee is None or prefix.stored or prefix.marked < least:
        return
    if tariff.prices(-1)["cache_read"].base is not None:
        _once(
            bill.not_included,
            f"{model.id}: storage of an explicit cache for '{step}', {fee.words}: "
            "state cache_storage (an implicit cache pays none)",
        )


def _less_free(line: LineItem, paid: Paid) -> None:
    """Take off a line what the account has free of its fee; it then rests on both sources."""
    price, used = line.price, line.quantity
    line.used, line.quantity = used, settle(used * paid.share)
    if paid.where is not None:
        own = Provenance(
            price.source, cast(Confidence, price.confidence), price.since, price.checked
        )
        line.price = replace(price, **combined([own, paid.where])._asdict())
    free = grouped(counted_to(used - line.quantity))
    line.basis = f"{grouped(counted_to(used))} {price.unit} - {free} included"
    if price.price is not None:
        line.list_amount = settle(line.quantity * price.price / price.per)
        line.amount = settle(line.list_amount * (1 - line.discount))


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
        line.fixed = line.price.charge == STORAGE
        line.discount = discount
        merged[key] = known = line
    else:
        known.quantity += line.quantity
    price = known.price
    if price.price is not None:
        known.list_amount = settle(known.quantity * price.price / price.per)
        known.amount = settle(known.list_amount * (1 - discount))


def _once(found: list[str], sentence: str) -> None:
    if sentence not in found:
        found.append(sentence)
