"""What a refresh did: as a table and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from costplan.document.price_diff import OfferChange, PriceDiff
from costplan.document.refresh import PriceRefresh, SourceRead
from costplan.record.writing import plain
from costplan.render import Look
from costplan.render import price_diff as prices
from costplan.render.json import dumps
from costplan.render.page import Page, counted

FORMATS = ("table", "json")
REASONS = 5
"""Reasons why entries were left out that a page names; JSON has all, with their names."""
NAMES = 3
"""Names said of each."""
LISTED = 20
"""Models that are listed with their prices; of more new ones, a page says how many a vendor has."""
VENDORS = 10


def draw(document: PriceRefresh, form: str, look: Look) -> str:
    """The refresh in one of ``FORMATS``, ending in a newline."""
    if form == "json":
        return dumps(plain(document)) + "\n"
    page = Page(look)
    for one in document.sources:
        page.say(_headline(one), "bold")
        page.bullets("Left out", _left_out(one))
        lead = "In the catalogue from there, not shown" if one.first else "No longer shown"
        gone = [", ".join(_named(one.gone))] if one.gone else []
        page.bullets(f"{lead}; they keep their price", gone)
    diff = document.diff
    if not diff.changes:
        return page.text()
    new = diff.having("new")
    if len(new) > LISTED:  # a source read for the first time: nobody reads thousands of lines
        page.bullets(f"New: {len(new):,} models", _by_vendor(new))
    page.say()
    page.say(prices.counts(diff), "bold")
    shown = _worth_reading(diff, page)
    text = page.text()
    if shown.changes:
        text += "\n" + prices.draw(shown, "table", look).partition("\n\n")[2]
    return text


def _worth_reading(diff: PriceDiff, page: Page) -> PriceDiff:
    """The changes that a page has room for, prices first; of the others it says how many."""
    priced = [one for one in diff.having("changed") if one.prices]
    others = len(diff.having("changed")) - len(priced)
    if others > LISTED:
        page.say(f"{others:,} models changed in names, windows or retirement only")
    if len(priced) > LISTED:
        page.say(f"{len(priced):,} models changed in price, the first {LISTED} below")
    if others > LISTED or len(priced) > LISTED:
        page.say("--format json names them all", "dim")
    kept = {one.id for one in priced[:LISTED]}
    dropped = {
        "new": len(diff.having("new")) > LISTED,
        "changed": others > LISTED,
        "gone": False,
    }
    changes = [
        one for one in diff.changes if one.id in kept or not (dropped[one.status] or one in priced)
    ]
    if others > LISTED:  # their words too would fill the page
        changes = [one._replace(words=()) for one in changes]
    return diff._replace(changes=tuple(changes))


def _by_vendor(new: Sequence[OfferChange]) -> list[str]:
    counts = Counter(one.vendor for one in new).most_common()
    shown = [f"{vendor} {count:,}" for vendor, count in counts[:VENDORS]]
    rest = sum(count for _, count in counts[VENDORS:])
    if rest:
        shown.append(f"{len(counts) - VENDORS} others {rest:,}; --format json names them all")
    return [", ".join(shown)]


def _headline(one: SourceRead) -> str:
    skipped = sum(len(each.names) for each in one.left_out)
    left = f", {counted(skipped, 'entry')} left out" if skipped else ""
    models = counted(one.models, "model")
    return f"{one.name}, {one.read_from}: {models}{left}, checked {one.checked}"


def _left_out(one: SourceRead) -> list[str]:
    shown = [
        f"{len(each.names):,} x {each.reason}: {', '.join(_named(each.names))}"
        for each in one.left_out[:REASONS]
    ]
    rest = sum(len(each.names) for each in one.left_out[REASONS:])
    if rest:
        shown.append(f"{rest:,} for other reasons: --format json names them all")
    return shown


def _named(names: Iterable[str]) -> list[str]:
    found = list(names)
    more = [f"{len(found) - NAMES:,} more"] if len(found) > NAMES else []
    return found[:NAMES] + more
