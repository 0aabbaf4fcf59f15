"""Cells of real usage: requests whose tokens all have the same prices, summed and billed once.

A tariff is linear within a tier: what a kind of token costs depends on the offer, the mode, the
region, the size of the request's input, the day and the window of the schedule, and on nothing
else. Requests that agree in these make a cell, and

    sum over requests of tokens x price  =  (sum over requests of tokens) x price

so that millions of rows are billed by some hundred sums, to the last digit. A sum is billed in the
tier of its requests, never in its own: a month's tokens are larger than any request.

Calls that ask for different things (searches, tokens) are different cells too: some fees are paid
once a call, and some by every call that does not say how often.

Where a source gives sums alone, as the usage pages of vendors do, the size of a request is lost.
Such a cell spans several tiers, and has a lower and an upper bound in place of one amount.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from math import gcd
from typing import NamedTuple

from costplan.billing.book import Book
from costplan.billing.tokens import Processing, TokenUsage, windows
from costplan.catalog.lookup import Entry
from costplan.catalog.model import Model
from costplan.catalog.schedule import Window
from costplan.document.line import LineItem, Price
from costplan.facts import Fact, said
from costplan.problems import PriceNotKnown
from costplan.quantity import ONE, ZERO, settle, total
from costplan.record import replace
from costplan.weektime import parse_hours, parse_offset

QUARTER = 15 * 60
"""Seconds. Every time zone's offset is a multiple of it."""


class Cell(NamedTuple):
    """Requests that are priced alike, and the sums of their tokens.

    ``low`` and ``high``: the smallest input, in tokens, of the tiers in which a request of the cell
    can be; equal where its size is known. ``day``: one whose prices they all have (UTC).
    ``moment``: the beginning of the slot of time that they fall in; None where the model has no
    schedule, or where the time is not known. ``requests`` counts them.
    """

    mode: str | None
    region: str | None
    low: int
    high: int
    day: date
    moment: datetime | None
    requests: int
    usage: TokenUsage


class Counted(NamedTuple):
    """A cell as it was counted, under the name that its model was logged by.

    ``groups``: what the rows were grouped by. ``epoch``: the place in ``Cut.epochs``, -1 for rows
    without a time. ``sums``: of each field of ``TokenUsage`` that is counted.
    """

    groups: tuple[str | None, ...]
    vendor: str | None
    model: str
    mode: str | None
    region: str | None
    low: int
    high: int
    epoch: int
    slot: int | None
    requests: int
    sums: Mapping[str, int]

    def cell(self, cut: Cut, day: date) -> Cell:
        """The cell to bill; rows without a time have the prices of ``day``."""
        when = day if self.epoch < 0 or cut.fixed else cut.epochs[self.epoch]
        moment = None if self.slot is None else moment_of(self.slot, cut.slot)
        usage = TokenUsage(**{name: Decimal(value) for name, value in self.sums.items()})
        return Cell(self.mode, self.region, self.low, self.high, when, moment, self.requests, usage)


class Cut(NamedTuple):
    """Where prices change: edges of input, days, seconds of a slot, and models that have slots.

    ``scheduled``: by the name that they were logged under. ``fixed``: all have one day's prices.
    """

    edges: Sequence[int]
    epochs: Sequence[date]
    slot: int
    scheduled: frozenset[str]
    fixed: bool = False


class Bounds(NamedTuple):
    """What a cell costs at least and at most: lines of either. One and the same where exact."""

    low: list[LineItem]
    high: list[LineItem]

    @property
    def exact(self) -> bool:
        return self.low is self.high


def edges(models: Iterable[Model]) -> list[int]:
    """The smallest input of every tier of some models, ascending: what splits requests by size."""
    firsts: set[int] = set()
    for model in models:
        for card in model.price:
            for tiers in (card.tiers, *(mode.tiers for mode in card.mode.values())):
                firsts.update(tier.first for tier in tiers)
    return sorted(firsts)


def epochs(models: Iterable[Model], first: date, last: date) -> list[date]:
    """The days from which on a price of some models may differ, within a span; its first day too.

    A factor that a source shows from a later day on is unknown before, so its day counts.
    """
    days = {origin.since for model in models for _, origin in model.origins()}
    return [first, *sorted(day for day in days if first < day <= last)]


def slot_seconds(models: Iterable[Model]) -> int:
    """The longest slot of time, in seconds, in which no window of a schedule begins or ends.

    0 where no model has a schedule. Days are whole numbers of slots.
    """
    divisor = 0
    for model in models:
        for card in model.price:
            for window in card.schedule:
                divisor = gcd(divisor or 86_400, *_steps(window))
    return divisor


def _steps(window: Window) -> Iterable[int]:
    if window.utc_offset is not None:
        offset = parse_offset(window.utc_offset).utcoffset(None)
        yield int(offset.total_seconds()) if offset else 0
    else:
        yield QUARTER
    for begin, end in parse_hours(window.hours):
        yield begin * 60
        yield end * 60


def bill_cell(entry: Entry, cell: Cell, book: Book) -> Bounds:
    """The lines of a cell. Where it spans tiers or windows: the cheapest and the dearest way.

    A model without a price on the day gives lines without one, with that reason.
    """
    assert isinstance(entry.item, Model)
    try:
        ways = list(_ways(entry, cell, book))
    except PriceNotKnown as error:
        reason = f"{error}; {error.hint}" if error.hint else str(error)
        lines = _before(entry, cell, book, said("reason", reason))
        return Bounds(lines, lines)
    if len(ways) == 1:
        lines = ways[0]
        return Bounds(lines, lines)
    return Bounds(min(ways, key=_known), max(ways, key=_known))


def _ways(entry: Entry, cell: Cell, book: Book) -> Iterable[list[LineItem]]:
    for window in _windows(entry, cell):
        tariff = book.tariff(entry, cell.day, Processing(cell.mode, cell.region, window))
        lowest, highest = tariff.tier(Decimal(cell.low)), tariff.tier(Decimal(cell.high))
        for tier in range(lowest, highest + 1):
            yield tariff.bill(cell.usage, ONE, tier, Decimal(cell.requests))


def _windows(entry: Entry, cell: Cell) -> Sequence[Window | None]:
    """The window that the cell's slot is in; every one, and none, where its time is lost."""
    assert isinstance(entry.item, Model)
    schedule = windows(entry.item, cell.day)
    if cell.moment is None:
        return [None, *schedule]
    return [next((window for window in schedule if window.covers(cell.moment)), None)]


def _known(lines: list[LineItem]) -> Decimal:
    return total(line.amount for line in lines if line.amount is not None)


def _before(entry: Entry, cell: Cell, book: Book, why: Fact) -> list[LineItem]:
    """Lines without a price, of a day that no card of the model covers."""
    assert isinstance(entry.item, Model)
    tariff = book.tariff(entry, entry.item.first_known)
    return [
        LineItem(
            replace(line.price, price=None, base=None, factors=(), why=why),
            line.quantity,
            None,
            None,
        )
        for line in tariff.bill(cell.usage, ONE, -1, Decimal(cell.requests))
    ]


def moment_of(slot: int, seconds: int) -> datetime:
    """When a slot begins, counted from 1970 in UTC."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=slot * seconds)


class Sum:
    """Lines of many cells, merged where their price is the same, and settled once."""

    def __init__(self) -> None:
        self._quantities: dict[tuple[str, ...], Decimal] = {}
        self._prices: dict[tuple[str, ...], Price] = {}

    def add(self, lines: Iterable[LineItem]) -> None:
        """Count lines in."""
        for line in lines:
            key = _key(line.price)
            self._quantities[key] = self._quantities.get(key, ZERO) + line.quantity
            self._prices.setdefault(key, line.price)

    def lines(self) -> list[LineItem]:
        """One line a price, in the order in which prices were first met."""
        lines = []
        for key, quantity in self._quantities.items():
            price = self._prices[key]
            amount = None if price.price is None else settle(quantity * price.price / price.per)
            lines.append(LineItem(price, quantity, amount, amount, component="tokens"))
        return lines

    def total(self) -> Decimal:
        """What the priced lines cost."""
        return total(line.amount for line in self.lines() if line.amount is not None)


def _key(price: Price) -> tuple[str, ...]:
    return (
        price.offer,
        price.charge,
        price.variant or "",
        str(price.price),
        str(price.per),
        price.reason or "",
    )
