"""Counted usage to the document: cells billed, groups summed, quantiles read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import takewhile
from typing import NamedTuple

from costplan.billing.book import Book
from costplan.billing.cells import Counted, Cut, Sum, bill_cell, edges, epochs, slot_seconds
from costplan.catalog.lookup import Entry
from costplan.catalog.model import Model
from costplan.document.line import LineItem
from costplan.document.usage import Group, PricedTokens, Total, Traffic
from costplan.plan.usage.sketch import Bucket, quantile
from costplan.quantity import total
from costplan.words import TOKENS

NameOf = tuple[str | None, str]
"""Vendor and model as they were logged."""
Names = tuple[str | None, ...]
P50, P95 = Decimal("0.5"), Decimal("0.95")
FOUR = Decimal("0.0001")
TIMES = ("hour", "day", "month")
"""What rows are grouped by that has an order of its own."""


def cut_of(
    entries: Mapping[NameOf, Entry], first: date | None, last: date | None, fixed: date | None
) -> Cut:
    """Where the prices of some models change within a span of days; on one day's prices where
    ``fixed`` says which."""
    models = [entry.item for entry in entries.values() if isinstance(entry.item, Model)]
    slot = slot_seconds(models)
    scheduled = frozenset(
        name
        for (_, name), entry in entries.items()
        if isinstance(entry.item, Model) and slot_seconds([entry.item])
    )
    if fixed is not None or first is None or last is None:
        return Cut(edges(models), [fixed or date.min], slot, scheduled, fixed is not None)
    return Cut(edges(models), epochs(models, first, last), slot, scheduled)


class _Side:
    """One group's sums in one currency, at least and at most."""

    def __init__(self) -> None:
        self.low, self.high = Sum(), Sum()
        self.requests = 0
        self.tokens: dict[str, int] = {}

    def count(self, counted: Counted) -> None:
        self.requests += counted.requests
        for name, value in counted.sums.items():
            self.tokens[name] = self.tokens.get(name, 0) + value


class Priced(NamedTuple):
    """What cells cost: groups, all lines, and totals by currency."""

    groups: tuple[Group, ...]
    lines: tuple[PricedTokens, ...]
    totals: tuple[Total, ...]


class Sizes(NamedTuple):
    """Buckets of single requests' input and output, by group."""

    inputs: Mapping[Names, Sequence[Bucket]]
    outputs: Mapping[Names, Sequence[Bucket]]


def priced(
    cells: Iterable[Counted],
    entries: Mapping[NameOf, Entry],
    cut: Cut,
    day: date,
    sizes: Sizes,
    by: Sequence[str] = (),
) -> Priced:
    """Bill every cell once, and sum by group and currency: where groups begin with a time, as times
    follow each other, else the dearest first. ``by``: what the names of a group are.

    Cells whose model is a question are counted in their group and cost nothing known.
    """
    sides: dict[tuple[Names, str | None], _Side] = {}
    wholes: dict[str, _Side] = {}
    book = Book()
    for counted in cells:
        entry = entries.get((counted.vendor, counted.model))
        currency = None if entry is None else entry.currency
        side = sides.setdefault((counted.groups, currency), _Side())
        side.count(counted)
        if entry is None or currency is None:
            continue
        bounds = bill_cell(entry, counted.cell(cut, day), book)
        for into in (side, wholes.setdefault(currency, _Side())):
            into.low.add(bounds.low)
            into.high.add(bounds.high)
    questions = any(currency is None for _, currency in sides)
    groups = [_group(names, currency, side, sizes) for (names, currency), side in sides.items()]
    times = sum(1 for _ in takewhile(TIMES.__contains__, by))
    groups.sort(key=lambda group: (*map(_named, group.names[:times]), *_rank(group)))
    lines = [
        _line(line, currency) for currency, whole in wholes.items() for line in whole.low.lines()
    ]
    lines.sort(key=_place)
    totals = [_total(currency, whole, questions) for currency, whole in sorted(wholes.items())]
    return Priced(tuple(groups), tuple(lines), tuple(totals))


def _rank(group: Group) -> tuple[Decimal, tuple[tuple[bool, str], ...], str]:
    """The dearest first; then by name, a group without one before all others."""
    return -group.high, tuple(map(_named, group.names)), group.currency or ""


def _named(name: str | None) -> tuple[bool, str]:
    return name is not None, name or ""


def _place(line: PricedTokens) -> tuple[str | Decimal | date, ...]:
    """Where a line stands: the same whatever order its cells came in."""
    price = -1 if line.price is None else line.price / line.per
    return (
        line.offer,
        line.charge,
        line.variant or "",
        line.since,
        Decimal(price),
        line.reason or "",
    )


def _total(currency: str, whole: _Side, questions: bool) -> Total:
    low, high = whole.low.lines(), whole.high.lines()
    missing = questions or any(line.amount is None for line in (*low, *high))
    return Total(currency, _known(low), _known(high), missing)


def _known(lines: Iterable[LineItem]) -> Decimal:
    return total(line.amount for line in lines if line.amount is not None)


def _group(names: Names, currency: str | None, side: _Side, sizes: Sizes) -> Group:
    low, high = side.low.lines(), side.high.lines()
    inputs, outputs = sizes.inputs.get(names, ()), sizes.outputs.get(names, ())
    whole = side.tokens.get("input_tokens", 0)
    cached = sum(side.tokens.get(kind.tokens, 0) for kind in TOKENS if kind.cache == "read")
    return Group(
        names,
        side.requests,
        {name: value for name, value in side.tokens.items() if value},
        currency,
        _known(low),
        _known(high),
        currency is None or any(line.amount is None for line in (*low, *high)),
        quantile(inputs, P50),
        quantile(inputs, P95),
        quantile(outputs, P50),
        quantile(outputs, P95),
        (Decimal(cached) / whole).quantize(FOUR) if whole else None,
    )


def _line(line: LineItem, currency: str) -> PricedTokens:
    price = line.price
    return PricedTokens(
        price.offer,
        price.charge,
        price.variant,
        line.quantity,
        price.unit,
        price.price,
        price.per,
        line.amount,
        currency,
        price.reason,
        price.source,
        price.since,
        price.checked,
        price.confidence,
    )


def traffic_of(
    hours: Sequence[tuple[int, int]],
    turns: Sequence[tuple[int, int]],
    attempts: tuple[int, int],
    failed: tuple[int, int],
    requests: int,
) -> Traffic:
    """How requests came.

    ``hours``: (hour, requests), ascending; ``turns``: (turns, conversations of so many);
    ``attempts``: requests that say which attempt they are, and those that are no first one;
    ``failed``: requests and their tokens; ``requests``: those that were answered.
    """
    span = hours[-1][0] - hours[0][0] + 1 if hours else 0
    known = sum(of for _, of in hours)
    peak = max((of for _, of in hours), default=0)
    conversations = sum(of for _, of in turns)
    said = sum(number * of for number, of in turns)
    whole = requests + failed[0]
    return Traffic(
        requests=requests,
        failed=failed[0],
        failed_tokens=failed[1],
        error_rate=_share(failed[0], whole),
        retry_rate=_share(attempts[1], attempts[0]),
        hours=span,
        peak_to_mean=(Decimal(peak * span) / known).quantize(FOUR) if known else None,
        conversations=conversations,
        turns_mean=(Decimal(said) / conversations).quantize(FOUR) if conversations else None,
        turns_p95=_turns_at(turns, conversations),
    )


def _share(part: int, whole: int) -> Decimal | None:
    return (Decimal(part) / whole).quantize(FOUR) if whole else None


def _turns_at(turns: Sequence[tuple[int, int]], conversations: int) -> int | None:
    seen = 0
    for number, of in turns:
        seen += of
        if seen >= P95 * conversations:
            return number
    return None


class Logged(NamedTuple):
    """What a day's tokens of one price cost. ``day`` None: of rows without a time."""

    day: str | None
    line: LineItem
    currency: str


def logged_lines(
    cells: Iterable[Counted],
    entries: Mapping[NameOf, Entry],
    cut: Cut,
    day: date,
    *,
    high: bool = False,
) -> list[Logged]:
    """The lines of cells that are grouped by one name, their day; of two bounds the lower, or the
    ``high`` one."""
    sides: dict[tuple[str | None, str], Sum] = {}
    book = Book()
    for counted in cells:
        entry = entries.get((counted.vendor, counted.model))
        if entry is not None:
            key = (counted.groups[0], entry.currency)
            bounds = bill_cell(entry, counted.cell(cut, day), book)
            sides.setdefault(key, Sum()).add(bounds.high if high else bounds.low)
    return [
        Logged(when, line, currency)
        for (when, currency), side in sides.items()
        for line in side.lines()
    ]
