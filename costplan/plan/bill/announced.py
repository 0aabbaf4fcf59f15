"""Prices that their vendors have announced to change: what a unit will cost, and what that makes of
the month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from costplan.catalog.lookup import Entry
from costplan.catalog.model import Model
from costplan.catalog.offer import Adjust, Charge
from costplan.document.line import LineItem
from costplan.facts import Fact, fact
from costplan.quantity import ZERO, grouped, plural, rounded

SOON = timedelta(days=30)
"""So far ahead a price counts as today's business, whatever the plan's horizon is."""
TIMES = {Decimal(2): "doubles", Decimal("0.5"): "halves"}
Key = tuple[str, str, str]
"""An offer, its charge, and the tier or mode."""


class Changed(NamedTuple):
    """The unit prices of an offer that differ from ``since`` on: each line as it is and as it will
    be."""

    offer: str
    since: date
    lines: Sequence[tuple[LineItem, LineItem]]

    @property
    def how(self) -> str:
        """What one ratio of all charges is in words; several are a change."""
        ratios = {
            new.price.price / old.price.price
            if old.price.price and new.price.price is not None
            else None
            for old, new in self.lines
        }
        return _how(ratios)

    @property
    def changes(self) -> list[str]:
        """Each charge with both prices; what they buy once where it is the same for all."""
        told = [f"{new.label} {_price(old)} to {_price(new)}" for old, new in self.lines]
        bought = [_bought(new) for _, new in self.lines]
        if len(set(bought)) == 1:
            return [*told[:-1], f"{told[-1]} per {bought[-1]}"]
        return [f"{each} per {unit}" for each, unit in zip(told, bought, strict=True)]


def changed_prices(
    before: Iterable[LineItem], after: Iterable[LineItem], day: date
) -> list[Changed]:
    """What differs between a bill of ``day`` and a later one, as the catalogue announces it."""
    old = by_key(before)
    changed: dict[tuple[str, date], list[tuple[LineItem, LineItem]]] = {}
    for key, line in by_key(after).items():
        known = old.get(key)
        if known is None or known.price.price == line.price.price or line.flat is not None:
            continue
        if line.price.since > day:  # else a tier, or a fee of the month's own
            changed.setdefault((line.price.offer, line.price.since), []).append((known, line))
    return [Changed(offer, since, lines) for (offer, since), lines in changed.items()]


def by_key(lines: Iterable[LineItem]) -> Mapping[Key, LineItem]:
    """The first line of each charge at each of its prices."""
    known: dict[Key, LineItem] = {}
    for line in lines:
        price = line.price
        known.setdefault((price.offer, price.charge, price.variant or ""), line)
    return known


def changing_days(entries: Iterable[Entry], first: date, last: date) -> list[date]:
    """The days after ``first`` and up to ``last`` on which prices of the entries change."""
    days = {day for entry in entries for day in _days(entry) if first < day <= last}
    return sorted(days)


def _days(entry: Entry) -> Iterable[date]:
    item = entry.item
    if isinstance(item, Model):
        return [card.origin.since for card in item.price]
    dated: Sequence[Charge | Adjust] = (*item.charge, *item.adjust)
    return [(each.origin or item.origin).since for each in dated]


def last_day(as_of: date, months: int) -> date:
    """The end of what a plan of so many calendar months looks at, ``SOON`` after ``as_of`` at
    least."""
    number = as_of.year * 12 + as_of.month - 1 + months
    if number // 12 > date.max.year:
        return date.max
    end = date(number // 12, number % 12 + 1, 1) - timedelta(days=1)
    return max(end, as_of + min(SOON, date.max - as_of))


def announced(
    before: Sequence[LineItem], after: Sequence[LineItem], since: date, day: date
) -> list[Fact]:
    """What to say of the offers whose prices change on ``since``, by the month of ``day`` as it is
    billed then: what an offer's lines then cost more or less, discounts included, commitments and
    credits left out."""
    facts = []
    for change in changed_prices(before, after, day):
        if change.since != since or all(old.price.price is None for old, _ in change.lines):
            continue  # the line of a price that is not known yet says from when on it is
        more = _amount(change.offer, after), _amount(change.offer, before)
        told = {"since": since, "how": change.how, "changes": change.changes}
        if more[0] is None or more[1] is None:
            facts.append(fact("price-soon", change.offer, **told))
        else:
            code = "price-soon-more" if more[0] >= more[1] else "price-soon-less"
            facts.append(fact(code, change.offer, amount=abs(more[0] - more[1]), **told))
    return facts


def _amount(offer: str, lines: Iterable[LineItem]) -> Decimal | None:
    """What an offer's lines come to; None where a price is missing."""
    amounts = [line.contracted_amount for line in lines if line.price.offer == offer]
    return None if None in amounts else sum((each for each in amounts if each), ZERO)


def _price(line: LineItem) -> str:
    return "no price" if line.price.price is None else grouped(line.price.price)


def _bought(line: LineItem) -> str:
    """What a price buys: 1,000,000 tokens."""
    price = line.price
    return f"{grouped(price.per)} {plural(price.unit, price.per)}" if price.per != 1 else price.unit


def _how(ratios: Set[Decimal | None]) -> str:
    ratio = next(iter(ratios))
    if len(ratios) != 1 or ratio is None:
        return "changes"
    if (words := TIMES.get(ratio)) is not None:
        return words
    return f"{'rises' if ratio > 1 else 'falls'} by {rounded(abs(ratio - 1) * 100)} %"
