"""Two collections of prices, compared entry by entry at the prices in force on a day each.

A price is compared by what one unit costs, so that a vendor who prints "per 1K" where he printed
"per 1M" has changed nothing. Changes that are announced for a later day are named with that day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple, Protocol

from costplan.catalog.lookup import Entry
from costplan.catalog.model import Model
from costplan.document.estimate import Estimate, EstimateDocument
from costplan.document.price_diff import (
    BillChange,
    Figure,
    LineChange,
    OfferChange,
    PriceChange,
    PriceDiff,
    Side,
    Status,
)
from costplan.plan.prices.figures import Figures, Key, facts, figures, turning_days
from costplan.quantity import ZERO, settle, stepped, total

PERCENT = Decimal("0.01")
"""Percentages are kept to two places."""


class Listed(Protocol):
    """What one side of a comparison has a price of: an entry, or terms of reserved throughput."""

    @property
    def id(self) -> str: ...
    @property
    def aliases(self) -> Sequence[str]: ...
    @property
    def category(self) -> str: ...
    @property
    def vendor(self) -> str: ...
    @property
    def currency(self) -> str: ...
    @property
    def shelf(self) -> str: ...
    @property
    def first_known(self) -> date: ...
    @property
    def content(self) -> tuple[object, ...]:
        """All that a file says of it; which shelf it stands on is no part of it."""

    def figures(self, day: date) -> Figures: ...
    def facts(self, day: date) -> Mapping[str, str]: ...
    def turning_days(self) -> set[date]:
        """Every day on which anything of it may change."""


class ListedEntry(NamedTuple):
    """A model or an offer."""

    entry: Entry

    @property
    def id(self) -> str:
        return self.entry.id

    @property
    def aliases(self) -> Sequence[str]:
        return self.entry.item.aliases

    @property
    def category(self) -> str:
        return self.entry.category

    @property
    def vendor(self) -> str:
        return self.entry.vendor

    @property
    def currency(self) -> str:
        return self.entry.currency

    @property
    def shelf(self) -> str:
        return self.entry.shelf

    @property
    def first_known(self) -> date:
        return self.entry.item.first_known

    @property
    def content(self) -> tuple[object, ...]:
        named = {
            name
            for _, origin in self.entry.item.origins()
            for name in (origin.source, *origin.also)
            if name in self.entry.sources
        }
        sources = {name: self.entry.sources[name] for name in named}
        return self.entry.item, self.vendor, self.currency, self.category, sources

    def figures(self, day: date) -> Figures:
        return figures(self.entry, day)

    def facts(self, day: date) -> Mapping[str, str]:
        return facts(self.entry, day)

    def turning_days(self) -> set[date]:
        retires = self.entry.item.retires if isinstance(self.entry.item, Model) else None
        return turning_days(self.entry) | ({retires} if retires is not None else set())


class _Priced(NamedTuple):
    """It on a day; nothing is in force without it, or before its first price."""

    entry: Listed | None
    day: date

    @property
    def sold(self) -> bool:
        return self.entry is not None and self.entry.first_known <= self.day

    def figures(self, day: date | None = None) -> Figures:
        return self.entry.figures(max(self.day, day or self.day)) if self.entry else {}

    def facts(self) -> Mapping[str, str]:
        return self.entry.facts(self.day) if self.entry else {}


def price_diff(old: Iterable[Entry], new: Iterable[Entry], before: Side, after: Side) -> PriceDiff:
    """What differs from ``old`` (its prices on ``before.as_of``) to ``new`` (on ``after.as_of``).

    Each collection has an id at most once. Changes are in the order of category and id.
    """
    return listed_diff(map(ListedEntry, old), map(ListedEntry, new), before, after)


def listed_diff(
    old: Iterable[Listed], new: Iterable[Listed], before: Side, after: Side
) -> PriceDiff:
    """As ``price_diff``, of whatever has prices."""
    olds, news = ({entry.id: entry for entry in entries} for entries in (old, new))
    named = {alias: entry.id for entry in news.values() for alias in entry.aliases}
    changes: list[OfferChange] = []
    same: list[str] = []
    unchanged = 0
    for name in sorted({*olds, *news}):
        was = _Priced(olds.get(name), before.as_of)
        now = _Priced(news.get(name), after.as_of)
        equal = _equal(was.entry, now.entry)
        change = None if equal and not _turns(now, was.day) else _offer(name, was, now, named)
        if change is not None:
            changes.append(change)
        elif equal:
            unchanged += 1
        else:
            same.append(name)
    return PriceDiff(before, after, _ordered(changes), tuple(same), unchanged)


def _ordered(changes: Iterable[OfferChange]) -> tuple[OfferChange, ...]:
    return tuple(sorted(changes, key=lambda change: (change.category, change.id)))


def beside(diff: PriceDiff, other: PriceDiff) -> PriceDiff:
    """One diff with what differs in both, which are of the same sides and of other things."""
    return diff._replace(
        changes=_ordered([*diff.changes, *other.changes]),
        same_prices=(*diff.same_prices, *other.same_prices),
        unchanged=diff.unchanged + other.unchanged,
    )


def _equal(was: Listed | None, now: Listed | None) -> bool:
    return was is not None and now is not None and was.content == now.content


def _turns(priced: _Priced, other: date) -> bool:
    """Whether something about an entry that is there changes between two days."""
    assert priced.entry is not None
    first, last = sorted((priced.day, other))
    return any(first < day <= last for day in priced.entry.turning_days())


def _offer(name: str, was: _Priced, now: _Priced, aliases: Mapping[str, str]) -> OfferChange | None:
    prices = tuple(_prices(was, now))
    shown = now.entry or was.entry
    assert shown is not None
    words: list[str] = []
    status: Status
    if now.entry is None:
        status = "gone"
        words = [f"its id is now an alias of {aliases[name]}"] if name in aliases else []
    elif was.entry is None or (now.sold and not was.sold):
        status = "new"
    elif was.sold and not now.sold:
        status = "gone"
    else:
        status = "changed"
        words = list(_words(was.facts(), now.facts()))
        if was.entry.currency != now.entry.currency:
            words.insert(0, f"priced in {was.entry.currency} before, in {now.entry.currency} now")
        if not prices and not words:
            return None
    return OfferChange(name, status, shown.category, shown.vendor, shown.shelf, prices, (*words,))


def _words(was: Mapping[str, str], now: Mapping[str, str]) -> Iterable[str]:
    for name in dict.fromkeys([*was, *now]):
        old, new = was.get(name), now.get(name)
        if old == new:
            continue
        if old is None:
            yield f"{name}: now {new}"
        elif new is None:
            yield f"{name}: no longer {old}"
        else:
            yield f"{name}: {old} -> {new}"


def _prices(was: _Priced, now: _Priced) -> Iterable[PriceChange]:
    """Figures that differ on the days compared, then those that will on a later one."""
    latest = max(was.day, now.day)
    turns = {day for priced in (was, now) if priced.entry for day in priced.entry.turning_days()}
    last: dict[Key, object] = {}
    for day in (None, *sorted(day for day in turns if day > latest)):
        old, new = was.figures(day), now.figures(day)
        for key in dict.fromkeys([*old, *new]):
            pair = (old.get(key), new.get(key))
            bare = tuple(figure and figure[:4] for figure in pair)
            if _same(*pair):
                last.pop(key, None)
            elif last.get(key) != bare:
                last[key] = bare
                yield _change(key, *pair, day)


def _same(old: Figure | None, new: Figure | None) -> bool:
    if old is None or new is None:
        return old is new
    if (old.unit, old.currency) != (new.unit, new.currency):
        return False
    if old.value is None or new.value is None:
        return old.value is new.value
    return old.value * new.per == new.value * old.per


def _change(key: Key, old: Figure | None, new: Figure | None, day: date | None) -> PriceChange:
    percent = None
    if old and new and (old.unit, old.currency) == (new.unit, new.currency):
        if old.value is not None:
            old = old._replace(value=old.value * new.per / old.per, per=new.per)
        percent = _percent(old.value, new.value)
    return PriceChange(*key, old, new, percent, day)


def _percent(old: Decimal | None, new: Decimal | None) -> Decimal | None:
    if not old or new is None:
        return None
    return stepped((new - old) * 100 / old, PERCENT)


def bill_changes(
    old: EstimateDocument, new: EstimateDocument, lines: int = 8
) -> tuple[BillChange, ...]:
    """What the prices do to each stack's month: totals, and at most so many lines that moved.

    Both documents are of one workload with the same stacks.
    """
    return tuple(
        _bill(was, now, lines) for was, now in zip(old.estimates, new.estimates, strict=True)
    )


def _bill(was: Estimate, now: Estimate, limit: int) -> BillChange:
    moved = [
        LineChange(*key, before.whole, after.whole, settle(after.known - before.known))
        for key, before, after in _beside(_amounts(was), _amounts(now))
        if before != after
    ]
    moved.sort(
        key=lambda change: (-abs(change.difference), change.role, change.offer, change.charge)
    )
    difference = now.total_monthly - was.total_monthly
    return BillChange(
        stack=was.stack,
        old=was.total_monthly,
        new=now.total_monthly,
        difference=difference,
        percent=_percent(was.total_monthly, now.total_monthly),
        old_at_least=was.at_least,
        new_at_least=now.at_least,
        moved=tuple(moved[:limit]),
    )


_Line = tuple[str, str, str]


class _Amount(NamedTuple):
    """What the lines of a charge come to: those that have a price, which the total has too; and
    all, None where there is none or one has no price."""

    known: Decimal = ZERO
    whole: Decimal | None = None


def _amounts(estimate: Estimate) -> dict[_Line, _Amount]:
    """Amounts by role, offer and charge: tiers move, and their sum is what a reader compares."""
    lines: dict[_Line, list[Decimal | None]] = {}
    for line in estimate.lines:
        key = (line.role, line.price.offer, line.price.charge)
        lines.setdefault(key, []).append(line.amount)
    known = {key: [each for each in own if each is not None] for key, own in lines.items()}
    return {
        key: _Amount(total(known[key]), None if None in own else total(known[key]))
        for key, own in lines.items()
    }


def _beside(
    was: Mapping[_Line, _Amount], now: Mapping[_Line, _Amount]
) -> Sequence[tuple[_Line, _Amount, _Amount]]:
    none = _Amount()
    return [(key, was.get(key, none), now.get(key, none)) for key in dict.fromkeys([*was, *now])]
