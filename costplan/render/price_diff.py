"""What changed between two sets of prices: as a table, as JSON, as Markdown for a review."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from costplan.document.price_diff import (
    BillChange,
    Figure,
    OfferChange,
    PriceChange,
    PriceDiff,
)
from costplan.quantity import grouped, plural
from costplan.record.writing import plain
from costplan.render import Look
from costplan.render.json import dumps
from costplan.render.markup import safe
from costplan.render.page import Page, Table, cell, money, short, stacked
from costplan.render.sentences import or_dash

FORMATS = ("table", "json", "markdown")
WIDE = 60
"""Columns from which a day stands beside its price, not below it."""
LISTED = 40
"""Offers of a kind that a page names one by one; JSON has all, Markdown all that changed."""
COLUMNS = ("| price | old | new | change | since | source |", "|---|--:|--:|--:|---|---|")
MAIN = ("input", "output")
HEADLINES = 3
"""Prices said of a new offer."""


def draw(diff: PriceDiff, form: str, look: Look) -> str:
    """The difference in one of ``FORMATS``, ending in a newline."""
    if form == "json":
        return dumps(plain(diff)) + "\n"
    return _markdown(diff) if form == "markdown" else _table(diff, look)


def title(diff: PriceDiff) -> str:
    """What was compared, in a line."""
    return f"prices: {_side(diff, 0)} -> {_side(diff, 1)}"


def _side(diff: PriceDiff, at: int) -> str:
    side = (diff.old, diff.new)[at]
    day = f" on {side.as_of}" if diff.old.as_of != diff.new.as_of else ""
    return side.name + day


def counts(diff: PriceDiff) -> str:
    """How much differs, in a line."""
    parts = [
        f"{len(diff.having('changed')):,} changed",
        f"{len(diff.having('new')):,} new",
        f"{len(diff.having('gone')):,} gone",
        f"{len(diff.same_prices):,} with the same prices and other dates, sources or notes",
        f"{diff.unchanged:,} unchanged",
    ]
    return ", ".join(part for part in parts if not part.startswith("0 ")) or "nothing is there"


def figure_words(figure: Figure | None) -> str:
    """A figure for a cell: all its digits; "-" where there is none."""
    if figure is None:
        return "-"
    if figure.value is None:
        return "on request"
    return ("x " if not figure.currency and not figure.unit else "") + grouped(figure.value)


def name_of(change: PriceChange) -> str:
    """The figure's name with what it is per."""
    figure = change.figure
    if figure.currency is None or not figure.unit:
        return change.label
    if figure.per == 1:
        return f"{change.label} / {figure.unit}"
    return f"{change.label} / {short(figure.per)} {plural(figure.unit, figure.per)}"


def percent_words(percent: Decimal | None) -> str:
    """A change in percent with its sign; "-" where there is none to say."""
    if percent is None:
        return "-"
    sign = "+" if percent > 0 else ""
    return f"{sign}{grouped(percent.normalize())} %"


def _since(change: PriceChange) -> str:
    day = change.announced or (change.new.where.since if change.new else None)
    return day.isoformat() if day else ""


def _headlines(offer: OfferChange) -> str:
    """A new offer's main prices: what goes in and out of a model, the first charges of others."""
    main = [change for change in offer.prices if change.charge in MAIN and not change.variant]
    main = (main or list(offer.prices))[:HEADLINES]
    units = {(change.figure.per, change.figure.unit, change.figure.currency) for change in main}
    once = len(units) == 1 and main[0].figure.per != 1
    named = [(change.label if once else name_of(change), change.figure) for change in main]
    said = ", ".join(f"{name} {figure_words(figure)}" for name, figure in named)
    if once:
        per, unit, _ = units.pop()
        said += f" per {short(per)} {plural(unit, per)}"
    shown = [said] if said else []
    if len(offer.prices) > len(main):
        shown.append(f"{len(offer.prices) - len(main)} more")
    coming = {change.announced for change in offer.prices}
    if coming and None not in coming:
        shown.insert(0, f"from {min(day for day in coming if day)}")
    return ", ".join([*shown, *offer.words]) or "no price on this day"


def _listed(offers: Sequence[OfferChange], status: str) -> list[str]:
    shown = [
        f"{offer.id} ({offer.category})"
        + (f": {_headlines(offer)}" if status == "new" else _gone(offer))
        for offer in offers[:LISTED]
    ]
    if len(offers) > LISTED:
        shown.append(f"and {len(offers) - LISTED:,} more: --format json names them all")
    return shown


def _gone(offer: OfferChange) -> str:
    return f": {'; '.join(offer.words)}" if offer.words else ""


def _table(diff: PriceDiff, look: Look) -> str:
    page = Page(look)
    page.say(title(diff), "bold")
    page.say(counts(diff), "dim")
    page.say()
    changed = diff.having("changed")
    priced = [offer for offer in changed if offer.prices]
    if priced:
        page.draw(_changes(priced[:LISTED], page.width >= WIDE))
        if len(priced) > LISTED:
            page.say()
            more = f"{len(priced) - LISTED:,} more changed: --format markdown or json names them"
            page.say(more, "dim")
        page.say()
    changed = (*priced[:LISTED], *[offer for offer in changed if not offer.prices][:LISTED])
    worded = [f"{offer.id}: {'; '.join(offer.words)}" for offer in changed if offer.words]
    page.bullets("Beside the prices", worded)
    page.bullets("Where the new prices are from", _sources(changed))
    page.bullets("New", _listed(diff.having("new"), "new"))
    page.bullets("Gone", _listed(diff.having("gone"), "gone"))
    _bills(page, diff)
    return page.text()


def _changes(offers: Iterable[OfferChange], wide: bool) -> Table:
    days = ("since",) if wide else ()
    table = Table("price", "old", "new", "change", *days)
    for at, offer in enumerate(offers):
        if at:
            table.rule()
        table.add(cell(offer.id, "bold"))
        for change in offer.prices:
            day = _since(change)
            below = "announced" if change.announced else ""
            if day and not wide:
                below = f"{below or 'since'} {day}"
            table.add(
                stacked("  " + name_of(change), *([f"    {below}"] if below else [])),
                figure_words(change.old),
                figure_words(change.new),
                percent_words(change.percent),
                *([day] if wide else []),
            )
    return table


def _sources(offers: Iterable[OfferChange]) -> list[str]:
    sources: dict[str, None] = {}
    for offer in offers:
        for change in offer.prices:
            where = change.new.where if change.new else None
            if where:
                text = f"{where.source} ({where.confidence}, checked {where.checked})"
                sources.setdefault(text)
    return list(sources)


def _bills(page: Page, diff: PriceDiff) -> None:
    if not diff.bills:
        return
    page.say()
    page.say(f"What it does to {diff.workload}, {diff.currency} a month", "bold")
    wide = page.width >= WIDE
    table = Table("stack", "old", "new", "difference", *(("change",) if wide else ()))
    for at, bill in enumerate(diff.bills):
        if at:
            table.rule()
        table.add(
            cell(bill.stack, "bold"),
            _total(bill.old, bill.old_at_least),
            _total(bill.new, bill.new_at_least),
            signed(bill.difference),
            *([percent_words(bill.percent)] if wide else []),
        )
        for line in bill.moved:
            table.add(
                stacked(f"  {line.role}: {line.charge}", f"    {line.offer}"),
                or_dash(line.old),
                or_dash(line.new),
                signed(line.difference),
            )
    page.draw(table)


def _total(amount: Decimal, at_least: bool) -> str:
    return (">= " if at_least else "") + money(amount)


def signed(amount: Decimal) -> str:
    """Money with its sign; "0" for none."""
    return "0" if not amount else ("+" if amount > 0 else "") + money(amount)


def _markdown(diff: PriceDiff) -> str:
    old, new = safe(_side(diff, 0)), safe(_side(diff, 1))
    lines = [f"## prices: {old} -> {new}", "", safe(counts(diff)), ""]
    for offer in diff.having("changed"):
        lines += [f"### {safe(offer.id)}", ""]
        if offer.prices:
            lines += [*COLUMNS, *(_row(change) for change in offer.prices), ""]
        if offer.words:
            lines += [*(f"- {safe(text)}" for text in offer.words), ""]
    for status, heading in (("new", "New"), ("gone", "Gone")):
        offers = diff.having("new" if status == "new" else "gone")
        if offers:
            lines += [f"### {heading}", ""]
            lines += [*(f"- {safe(text)}" for text in _listed(offers, status)), ""]
    for bill in diff.bills:
        lines += _bill_markdown(bill, diff.currency or "")
    return "\n".join(lines).rstrip("\n") + "\n"


def _row(change: PriceChange) -> str:
    where = change.figure.where
    cells = (
        name_of(change),
        figure_words(change.old),
        figure_words(change.new),
        percent_words(change.percent),
        _since(change),
        f"{where.source} ({where.confidence}, checked {where.checked})",
    )
    return "| " + " | ".join(safe(text) for text in cells) + " |"


def _bill_markdown(bill: BillChange, currency: str) -> list[str]:
    rows = [
        f"### Stack {safe(bill.stack)}",
        "",
        f"| {safe(currency)} a month | old | new | difference |",
        "|---|--:|--:|--:|",
        f"| **total** | {safe(_total(bill.old, bill.old_at_least))} "
        f"| {safe(_total(bill.new, bill.new_at_least))} "
        f"| {signed(bill.difference)} ({percent_words(bill.percent)}) |",
    ]
    for line in bill.moved:
        name = safe(f"{line.role}: {line.offer} {line.charge}")
        rows.append(
            f"| {name} | {or_dash(line.old)} | {or_dash(line.new)} | {signed(line.difference)} |"
        )
    return [*rows, ""]
