"""The month's calls to a model on arrays: ``costplan.billing.models``, ``tokens``, ``fees`` and
``quotas``. Each draw's request is priced in the tier that its own input falls in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, cast

import numpy as np

from costplan.billing.arrays.caching import Priced, cases
from costplan.billing.arrays.numbers import Amount, Draws, Mask, at_most, below, floats, over
from costplan.billing.arrays.rows import ArrayBill, ArrayOff, Row, total_of
from costplan.billing.book import Book
from costplan.billing.fees import SIZES
from costplan.billing.models import not_sold
from costplan.billing.quotas import Group, group_of, quotas
from costplan.billing.tokens import ORDER, Processing, Tariff
from costplan.catalog.fees import STATED, STORAGE, Quota
from costplan.catalog.lookup import Entry, card_on
from costplan.catalog.model import Card, Model
from costplan.document.line import Price
from costplan.words import TOKENS
from costplan.workload.model_calls import ModelCalls
from costplan.workload.tables import Traffic
from costplan.workload.traffic import Level, day_shares

SOME = 1e-9
"""Tokens of a request, and requests of a month, below this are rounding."""
WHOLE = {kind.tokens: kind.whole for kind in TOKENS}


@dataclass(slots=True, kw_only=True)
class ArrayTerms:
    """``costplan.billing.models.Terms`` on arrays; ``paid``: by fee, the share that is paid."""

    input_factor: Amount = 1.0
    output_factor: Amount = 1.0
    region: str | None = None
    off: ArrayOff = lambda charge: 0.0
    paid: Mapping[str, Amount] = field(default_factory=dict)


def bill_model(
    book: Book,
    entry: Entry,
    day: date,
    demands: Iterable[ModelCalls],
    traffic: Traffic,
    terms: ArrayTerms,
) -> ArrayBill:
    """All rows of one model in a month, one a role, purpose and kind of token or fee.

    Raises PriceNotKnown before the model's first known price.
    """
    assert isinstance(entry.item, Model)
    card_on(entry.item, day)
    counter = _Counter(terms)
    for calls in demands:
        if not calls.count:
            continue
        tokens = _scaled(calls, terms)
        for window, share, levels in book.parts(entry, day, traffic, calls.job):
            if not share:
                continue
            tariff = book.tariff(entry, day, Processing(calls.mode, terms.region, window))
            if not_sold(calls, tariff):
                continue
            counter.count(calls, tokens, floats(calls.count) * float(share), tariff, levels)
    return ArrayBill(list(counter.rows.values()), impossible=counter.impossible)


def _scaled(calls: ModelCalls, terms: ArrayTerms) -> dict[str, Amount]:
    tokens: dict[str, Amount] = {}
    for name, number in calls.tokens.items():
        factor: Amount = 1.0
        if name in WHOLE:
            factor = terms.input_factor if WHOLE[name] == "input" else terms.output_factor
        elif name == STORAGE:
            factor = terms.input_factor
        tokens[name] = floats(number) * factor
    return tokens


class _Tier(NamedTuple):
    """A tier of a tariff, and the draws whose request falls in it."""

    prices: Mapping[str, Price]
    here: Mask


def _tiers(tariff: Tariff, input_tokens: Amount) -> list[_Tier]:
    left: Any = True
    tiers = []
    for first, at in tariff.edges:
        here = left & at_most(float(first), input_tokens)
        if np.any(here):
            tiers.append(_Tier(tariff.prices(at), here))
        left = left & np.logical_not(here)
    if np.any(left):
        tiers.append(_Tier(tariff.prices(-1), left))
    return tiers


class _Counter:
    """The rows of a model while its calls are counted."""

    def __init__(self, terms: ArrayTerms) -> None:
        self.terms = terms
        self.rows: dict[tuple[str, str, str], Row] = {}
        self.impossible: Any = False

    def count(
        self,
        calls: ModelCalls,
        tokens: Mapping[str, Amount],
        count: Amount,
        tariff: Tariff,
        levels: Sequence[Level],
    ) -> None:
        """So many calls of one class, in hours of one price. Parts of more than the whole are of
        no request."""
        read = tokens.get("input_tokens", 0.0)
        for _, quantity, parts in ORDER:
            together = total_of(tokens[part] for _, part in parts if part in tokens)
            self.impossible |= below(tokens.get(quantity, 0.0), together)
        tiers = _tiers(tariff, read)
        priced = _cache_prices(tiers)
        prefix = calls.prefix
        factor = self.terms.input_factor
        if prefix is not None and not (np.ndim(factor) == 0 and factor == 1):
            prefix = prefix.scaled(cast(Decimal, Draws(np.asarray(factor))))
        for cached in cases(prefix, read, floats(calls.rate_per_second), tariff, levels, priced):
            asked = dict(tokens)
            if np.any(cached.read) or np.any(cached.written):
                asked["cache_read_tokens"] = cached.read
                asked["cache_write_tokens"] = cached.written
            self._tokens(calls, tiers, asked, count * cached.share)
        self._fees(calls, tariff, tokens, count)

    def _tokens(
        self, calls: ModelCalls, tiers: Sequence[_Tier], asked: Mapping[str, Amount], count: Amount
    ) -> None:
        for prices, here in tiers:
            times = count if here is True else count * here
            for whole, quantity, parts in ORDER:
                rest = asked.get(quantity)
                if rest is None:
                    continue
                for kind, part in parts:
                    tokens = asked.get(part)
                    if tokens is not None and kind in prices:
                        rest = rest - tokens
                        self._add(calls, prices[kind], tokens, times)
                self._add(calls, prices[whole], rest, times)

    def _fees(
        self, calls: ModelCalls, tariff: Tariff, tokens: Mapping[str, Amount], count: Amount
    ) -> None:
        """As ``costplan.billing.fees.FeePrices.lines`` for single calls."""
        fees = tariff.fees
        asked = [name for name in STATED if name in tokens]
        for name in asked:
            if name in SIZES and not fees.sizes:
                continue
            fee = tariff.card.fee.get(name)
            units = tokens[name]
            if fee is not None and fee.once:
                units = np.minimum(units, 1.0)
            self._add(calls, fees.price(name), units, count)
        if "input_tokens" in tokens or "output_tokens" in tokens:
            for price in fees.of_every_call(asked):
                self._add(calls, price, 1.0, count)

    def _add(self, calls: ModelCalls, price: Price, tokens: Amount, count: Amount) -> None:
        key = (calls.role, calls.purpose, price.charge)
        row = self.rows.get(key)
        if row is None:
            row = self.rows[key] = Row(
                offer=price.offer,
                charge=price.charge,
                role=calls.role,
                component="",
                purpose=calls.purpose,
                listed=0.0,
                paid=0.0,
                unit=price.unit,
                present=False,
            )
        counted = np.greater(np.abs(tokens), SOME) & np.greater(np.abs(count), SOME)
        row.present = row.present | counted
        if price.price is None:
            row.unknown = row.unknown | counted
            return
        rate = float(price.price) / float(price.per)
        paid = self.terms.paid.get(price.charge)
        quantity = tokens * count if paid is None else tokens * count * paid
        row.quantity = row.quantity + quantity
        row.listed = row.listed + quantity * rate
        row.paid = row.listed * (1.0 - self.terms.off(price.charge))


def _cache_prices(tiers: Sequence[_Tier]) -> Priced:
    reads: Any = False
    writes: Any = False
    for prices, here in tiers:
        if prices["cache_read"].base is not None:
            reads = reads | here
        if "cache_write" in prices:
            writes = writes | here
    return Priced(reads, writes)


class _Used(NamedTuple):
    quota: Quota
    quantity: Amount


def paid_shares(
    uses: Iterable[tuple[Entry, Sequence[ModelCalls]]], traffic: Traffic, day: date
) -> dict[str, dict[str, Amount]]:
    """By id of a model and by fee, the share of it that the account's free quota leaves to pay:
    ``costplan.billing.quotas.Allowances``."""
    used: dict[Group, _Used] = {}
    groups: dict[tuple[str, str], Group] = {}
    for entry, calls in uses:
        card = entry.item.card(day) if isinstance(entry.item, Model) else None
        for name, quota in quotas(card, day):
            group = groups[entry.id, name] = group_of(entry, name, quota)
            known = used.get(group, _Used(quota, 0.0))
            taken = total_of(_taken(card, name, call) for call in calls)
            used[group] = known._replace(quantity=known.quantity + taken)
    spread = [float(share) for share in day_shares(traffic, day)]
    shares: dict[str, dict[str, Amount]] = {}
    for (entry_id, name), group in groups.items():
        quota, quantity = used[group]
        if np.any(quantity):
            shares.setdefault(entry_id, {})[name] = _paid(quota, quantity, spread)
    return shares


def _taken(card: Card | None, name: str, calls: ModelCalls) -> Amount:
    assert card is not None
    units = floats(calls.tokens.get(name, 0))
    fee = card.fee[name]
    return (np.minimum(units, 1.0) if fee.once else units) * floats(calls.count)


def _paid(quota: Quota, quantity: Amount, spread: Sequence[float]) -> Any:
    free = float(quota.quantity)
    if quota.period == "month":
        left: Any = np.maximum(0.0, quantity - free)
    else:
        left = total_of(np.maximum(0.0, quantity * share - free) for share in spread)
    return over(left, quantity)
