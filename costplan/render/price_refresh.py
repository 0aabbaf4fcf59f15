"""What a refresh did: as a table and as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from costplan.document.refresh import SCHEMA_VERSION, PriceRefresh, SourceRead
from costplan.render import Look
from costplan.render import price_diff as prices
from costplan.render.json import dumps
from costplan.render.page import Page

FORMATS = ("table", "json")
REASONS = 5
"""Reasons why entries were left out that a page names; JSON has all, with their names."""
NAMES = 3
"""Names said of each."""


def draw(document: PriceRefresh, form: str, look: Look) -> str:
    """The refresh in one of ``FORMATS``, ending in a newline."""
    if form == "json":
        return dumps(plain(document)) + "\n"
    page = Page(look)
    for one in document.sources:
        page.say(_headline(one), "bold")
        page.bullets("Left out", _left_out(one))
        page.bullets("No longer shown, kept at their last price", _named(one.gone))
    if document.diff.changes:
        page.say()
        return page.text() + prices.draw(document.diff, "table", look)
    return page.text()


def summary(document: PriceRefresh) -> str:
    """How much is new, in a line."""
    diff = document.diff
    if not diff.changes:
        return "no price has changed"
    return prices.counts(diff)


def plain(document: PriceRefresh) -> dict[str, Any]:
    """The refresh as plain data."""
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": "price_refresh",
        "target": document.target,
        "written": document.written,
        "dry_run": document.dry_run,
        "refused": document.refused,
        "accepted": document.accepted,
        "damage": document.damage,
        "sources": [_plain_source(one) for one in document.sources],
        "diff": prices.plain(document.diff),
    }


def _plain_source(one: SourceRead) -> dict[str, Any]:
    return one._asdict() | {"left_out": [each._asdict() for each in one.left_out]}


def _headline(one: SourceRead) -> str:
    skipped = sum(len(each.names) for each in one.left_out)
    left = f", {skipped:,} entries left out" if skipped else ""
    return f"{one.name}, {one.read_from}: {one.models:,} models{left}, checked {one.checked}"


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
