"""What an account has free of the fees of its models: one sum over all roles, steps and models.

A vendor grants so many searches a month, or a day, to the account: the models of a group draw on
one quota, and so do all roles and steps of a stack. What is left to pay is spread over the lines
pro rata, so that a step's share does not hang on the order of the file.

    paid = max(0, used - quota) a month    daily: sum over days of max(0, used that day - quota)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from costplan.catalog.fees import Quota
from costplan.catalog.lookup import Entry
from costplan.catalog.model import Card, Model
from costplan.catalog.origin import Provenance
from costplan.quantity import ZERO, settle, total
from costplan.workload.model_calls import ModelCalls
from costplan.workload.tables import Traffic
from costplan.workload.traffic import day_shares

Group = tuple[str, str, str]
"""The vendor's prefix of ids, the fee, and the name of those that share a quota of it."""


class Paid(NamedTuple):
    """The share of a fee's units that is paid, and what says so where the fee's source does not."""

    share: Decimal
    where: Provenance | None = None


class _Used(NamedTuple):
    quota: Quota
    quantity: Decimal


class Allowances:
    """The paid share of each fee with a quota, over everything that one account calls."""

    def __init__(self, shares: Mapping[Group, Decimal] | None = None) -> None:
        self._shares = shares or {}

    @classmethod
    def of(
        cls, uses: Iterable[tuple[Entry, Sequence[ModelCalls]]], traffic: Traffic, day: date
    ) -> Allowances:
        """The shares of a month in which each entry is called so. Entries that are no models, and
        models without a price on the day, have no quota."""
        used: dict[Group, _Used] = {}
        for entry, calls in uses:
            card = entry.item.card(day) if isinstance(entry.item, Model) else None
            for name, quota in quotas(card, day):
                group = group_of(entry, name, quota)
                known = used.get(group, _Used(quota, ZERO))
                taken = total(_taken(card, name, call) for call in calls)
                used[group] = known._replace(quantity=known.quantity + taken)
        if not used:
            return cls()
        spread = list(day_shares(traffic, day))
        return cls({group: _paid(use, spread) for group, use in used.items() if use.quantity})

    def paid(self, entry: Entry, day: date) -> dict[str, Paid]:
        """By fee of a model: what its quota leaves to pay."""
        if not self._shares:
            return {}
        card = entry.item.card(day) if isinstance(entry.item, Model) else None
        paid = {}
        for name, quota in quotas(card, day):
            share = self._shares.get(group_of(entry, name, quota))
            if share is not None:
                paid[name] = Paid(share, entry.provenance(quota.origin) if quota.origin else None)
        return paid


def quotas(card: Card | None, day: date) -> Iterable[tuple[str, Quota]]:
    """The quotas in force, by fee."""
    for name, fee in card.fee.items() if card is not None else ():
        if fee.free is not None:
            origin = fee.free.origin or fee.origin
            if origin is None or origin.since <= day:
                yield name, fee.free


def group_of(entry: Entry, fee: str, quota: Quota) -> Group:
    vendor, _, name = entry.id.partition("/")
    return vendor, fee, quota.shared or name


def _taken(card: Card | None, name: str, calls: ModelCalls) -> Decimal:
    assert card is not None
    return card.fee[name].charged(calls.tokens.get(name, ZERO)) * calls.count


def _paid(used: _Used, spread: Sequence[Decimal]) -> Decimal:
    quota, quantity = used
    if quota.period == "month":
        left = quantity - quota.quantity
    else:
        left = total(max(ZERO, quantity * share - quota.quantity) for share in spread)
    return max(ZERO, settle(left)) / quantity
