"""A list of prices: a table by category, rows for a spreadsheet, or who sells what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import groupby

from costplan.document.entries import Value
from costplan.document.listing import Headline, Overview, PriceList, Row, VendorCount
from costplan.quantity import grouped
from costplan.render.csv import table
from costplan.render.page import (
    Cell,
    Page,
    Table,
    cell,
    counted,
    price_per,
    unit_of,
    width_of,
)

WIDE = 76
"""Columns from which days stand beside what they are of, not below it."""

MARKS = {
    "corroborated": ("c", "from a published data set, and another shows the same"),
    "dataset": ("d", "from a published data set"),
    "third-party": ("t", "from a third party"),
    "unverified": ("?", "rests on an unverified source"),
}
"""Behind a date: what the price rests on where it is not the vendor's own page."""
VARIES = ("*", "base rate; other input sizes or hours differ: 'costplan pricing show ID'")


def draw_overview(page: Page, document: Overview) -> None:
    """A paragraph a category: its vendors, those with most entries first, and how to see more."""
    for category, group in groupby(document.vendors, key=lambda vendor: vendor.category):
        vendors = sorted(group, key=lambda vendor: (-vendor.models - vendor.offers, vendor.prefix))
        page.say(f"{category}: {_entries(vendors)} of {counted(len(vendors), 'vendor')}", "bold")
        counts = [f"{vendor.prefix} {vendor.models + vendor.offers}" for vendor in vendors]
        page.say(", ".join(counts), "", 2)
        _ages(page, vendors)
        page.say()
    page.say(f"all: {_entries(document.vendors)}", "bold")
    page.say()
    hint = "costplan pricing list --vendor openai, or --category tokens --max-input 1"
    page.say(f"Prices: {hint}", "dim")


LONG_AGO = timedelta(days=180)


def _ages(page: Page, vendors: Sequence[VendorCount]) -> None:
    """When the vendors' prices were last read at their sources, the long unread ones by name."""
    days = [vendor.read for vendor in vendors if vendor.read is not None]
    if not days:
        return
    newest = max(days)
    old = sorted(
        (vendor.read, vendor.prefix)
        for vendor in vendors
        if vendor.read is not None and newest - vendor.read > LONG_AGO
    )
    said = f"last read {newest}"
    if old:
        said += "; long before: " + ", ".join(f"{name} {day}" for day, name in old)
    page.say(said, "dim", 2)


def _entries(vendors: Sequence[VendorCount]) -> str:
    counts = [
        (sum(vendor.models for vendor in vendors), "model"),
        (sum(vendor.offers for vendor in vendors), "offer"),
    ]
    return " and ".join(counted(count, unit) for count, unit in counts if count)


COLUMNS = (
    *("category", "id", "kind", "vendor", "product", "plan", "region", "currency"),
    *("charge", "price", "per", "unit", "tiered", "quote", "known_from"),
    *("context_window", "max_output", "capabilities"),
    *("since", "checked", "confidence", "source", "shelf"),
)


def rows_csv(document: PriceList) -> str:
    """One row a headline price; an entry without one on the day has an empty price."""
    return table(
        COLUMNS,
        (_fields(row, price) for row in document.entries for price in (row.prices or (None,))),
    )


def _fields(row: Row, price: Headline | None) -> Sequence[Value]:
    return (
        row.category,
        row.id,
        row.kind,
        row.vendor,
        row.product,
        row.plan,
        row.region,
        row.currency,
        price.charge if price else None,
        price.price if price else None,
        price.per if price else None,
        price.unit if price else None,
        bool(price and price.tiers),
        bool(price and price.quote),
        price.known_from if price else row.known_from,
        Decimal(row.context_window) if row.context_window else None,
        Decimal(row.max_output) if row.max_output else None,
        " ".join(row.capabilities),
        price.where.since if price else row.since,
        price.where.checked if price else row.checked,
        price.where.confidence if price else row.confidence,
        price.where.source if price else None,
        row.shelf,
    )


def draw_list(page: Page, document: PriceList) -> None:
    """A table a category; in the order asked for, a table for each run of one category."""
    currencies = list(dict.fromkeys(row.currency for row in document.entries))
    main = max(currencies, key=[row.currency for row in document.entries].count, default="")
    page.say(f"prices on {document.as_of}" + (f", in {main}" if main else ""), "bold")
    marks: dict[str, str] = {}
    for category, rows in groupby(document.entries, key=lambda row: row.category):
        tokens: list[Row] = []
        others: list[Row] = []
        for row in rows:
            (tokens if _by_token(row) else others).append(row)
        page.say()
        if tokens:
            _token_table(page, category, tokens, main, marks)
        if tokens and others:
            page.say()
        if others:
            _offers(page, category, others, main, marks)
    if marks:
        page.say()
        for mark, meaning in marks.items():
            page.say(f"{mark}  {meaning}", "dim")


def _by_token(row: Row) -> bool:
    return row.kind != "offer" and (not row.prices or row.prices[0].unit == "token")


def _mark(row: Row, marks: dict[str, str]) -> str:
    """The day a price was checked, marked with what it rests on."""
    text = row.checked.isoformat()
    if row.confidence not in MARKS:
        return f"{text}  "
    mark, meaning = MARKS[row.confidence]
    marks[mark] = meaning
    return f"{text} {mark}"


def _since(row: Row) -> str:
    return f"from {row.known_from}" if row.known_from else row.since.isoformat()


def _token_table(
    page: Page, category: str, rows: Sequence[Row], main: str, marks: dict[str, str]
) -> None:
    """A line a model, or two: an id that is too long, or has its days below it, runs over."""
    wide = page.width >= WIDE
    titles = ("input ", "output ", "since", "checked  ")
    models: list[tuple[str, list[str]]] = []
    for row in rows:
        rates = {price.charge: price for price in row.prices}
        moved = "tiers" in row.varies or "schedule" in row.varies
        cells = [_rate(rates.get(kind), moved, marks) for kind in ("input", "output")]
        cells += [_since(row), _mark(row, marks)]
        models.append((row.id + ("" if row.currency == main else f" ({row.currency})"), cells))
    columns = zip(titles, *(cells for _, cells in models), strict=True)
    room = page.width - sum(3 + max(map(width_of, column)) for column in columns)
    title = f"{category}, per 1M"
    if wide:
        title = title.ljust(min(room, max(width_of(name) for name, _ in models)))
    table = Table(title, *(titles if wide else titles[:2]))
    for name, cells in models:
        if not wide:
            table.add(name)
            table.add(f"  {cells[2]}, checked {cells[3].rstrip()}", *cells[:2])
        elif width_of(name) > room:
            table.add(name)
            table.add("", *cells)
        else:
            table.add(name, *cells)
    page.draw(table)


def _rate(price: Headline | None, moved: bool, marks: dict[str, str]) -> str:
    """The rate per million tokens, whatever its own scale; marked where requests differ."""
    if price is None or price.price is None:
        return "- "
    rate = grouped(price.price * 1_000_000 / price.per)
    if not moved:
        return f"{rate} "
    marks[VARIES[0]] = VARIES[1]
    return rate + VARIES[0]


def _offers(
    page: Page, category: str, rows: Sequence[Row], main: str, marks: dict[str, str]
) -> None:
    """A block an offer; its days stand to the right of its id, or below where it is narrow."""
    page.say(category, "bold")
    for row in rows:
        days = f"checked {_mark(row, marks)}"
        if not row.known_from:
            days = f"{_since(row)}, {days}"
        gap = page.width - width_of(row.id) - width_of(days)
        beside = page.width >= WIDE and gap >= 2
        if beside:
            page.lines.append((cell(row.id), Cell(" " * gap), cell(days, "dim")))
        else:
            page.say(row.id)
        if about := _about(row):
            page.say(about, "dim", 2)
        page.say("; ".join(_headlines(row, main)), "", 2)
        if not beside:
            page.say(days.rstrip(), "dim", 2)


def _about(row: Row) -> str:
    return ", ".join(name for name in (row.product, row.plan) if name)


def _headlines(row: Row, main: str) -> list[str]:
    if row.known_from:
        return [f"from {row.known_from}"]
    if not row.prices:
        return ["no price on this day"]
    shown = [_headline(price, len(row.prices) == 1) for price in row.prices]
    if row.more_charges:
        shown.append(f"{row.more_charges} more")
    return shown if row.currency == main else [*shown, f"in {row.currency}"]


def _headline(price: Headline, alone: bool) -> str:
    if price.known_from:
        what = f"from {price.known_from}"
    elif price.quote:
        what = "on request"
    elif price.price is not None:
        what = price_per(price.price, price.per, price.unit)
    else:
        known = [tier.price for tier in price.tiers if tier.price is not None]
        span = f"{grouped(min(known))} to {grouped(max(known))}" if known else "on request"
        what = f"{span} / {unit_of(price.per, price.unit)}"
    return what if alone else f"{price.charge} {what}"
