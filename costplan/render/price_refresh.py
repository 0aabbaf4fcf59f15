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
    for source in document.sources:
        page.say(_headline(source), "bold")
        page.bullets("Left out", _left_out(source))
        lead = "In the catalogue from there, not shown" if source.first else "No longer shown"
        gone = [", ".join(_named(source.gone))] if source.gone else []
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
    priced = [offer for offer in diff.having("changed") if offer.prices]
    others = len(diff.having("changed")) - len(priced)
    if others > LISTED:
        page.say(f"{others:,} models changed in names, windows or retirement only")
    if len(priced) > LISTED:
        page.say(f"{len(priced):,} models changed in price, the first {LISTED} below")
    if others > LISTED or len(priced) > LISTED:
        page.say("--format json names them all", "dim")
    kept = {offer.id for offer in priced[:LISTED]}
    dropped = {
        "new": len(diff.having("new")) > LISTED,
        "changed": others > LISTED,
        "gone": False,
    }
    changes = [
        offer
        for offer in diff.changes
        if offer.id in kept or not (dropped[offer.status] or offer in priced)
    ]
    if others > LISTED:  # their words too would fill the page
        changes = [offer._replace(words=()) for offer in changes]
    return diff._replace(changes=tuple(changes))


def _by_vendor(new: Sequence[OfferChange]) -> list[str]:
    counts = Counter(offer.vendor for offer in new).most_common()
    shown = [f"{vendor} {count:,}" for vendor, count in counts[:VENDORS]]
    rest = sum(count for _, count in counts[VENDORS:])
    if rest:
        shown.append(f"{len(counts) - VENDORS} others {rest:,}; --format json names them all")
    return [", ".join(shown)]


def _headline(source: SourceRead) -> str:
    skipped = sum(len(group.names) for group in source.left_out)
    left = f", {counted(skipped, 'entry')} left out" if skipped else ""
    models = counted(source.models, "model")
    return f"{source.name}, {source.read_from}: {models}{left}, checked {source.checked}"


def _left_out(source: SourceRead) -> list[str]:
    shown = [
        f"{len(group.names):,} x {group.reason}: {', '.join(_named(group.names))}"
        for group in source.left_out[:REASONS]
    ]
    rest = sum(len(group.names) for group in source.left_out[REASONS:])
    if rest:
        shown.append(f"{rest:,} for other reasons: --format json names them all")
    return shown


def _named(names: Iterable[str]) -> list[str]:
    listed = list(names)
    more = [f"{len(listed) - NAMES:,} more"] if len(listed) > NAMES else []
    return listed[:NAMES] + more
