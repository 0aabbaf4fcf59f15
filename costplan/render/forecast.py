"""A forecast as a table for a person, on one screen; its words for every page."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from textwrap import wrap

from costplan.document.forecast import ForecastDocument, ForecastMonth, Tried
from costplan.quantity import grouped, rounded
from costplan.render import Look
from costplan.render.page import Page, Table, counted, money
from costplan.render.usage import compact

SCREEN = 24
"""Lines of a terminal; a screen of twelve months fits into it."""
FEWEST = 2
"""Events that are always shown."""
HEADED = 2
"""Lines of a table above its rows."""


def draw(document: ForecastDocument, look: Look) -> str:
    """What happens when, and the months; ``look.full``: all of it, with methods and notes."""
    page = Page(look)
    page.say(title(document), "bold")
    for sentence in rests(document):
        page.say(sentence, "dim")
    said = happens(document)
    shown = said if look.full else said[: _room(document, said, look.width)]
    page.say()
    for sentence in shown:
        page.say(f"- {sentence}", further=2)
    if len(shown) < len(said):
        page.say(f"- and {len(said) - len(shown)} more: --full", "dim")
    if said:
        page.say()
    page.draw(_months(document))
    if look.full:
        _asides(page, document)
    return page.text()


def title(document: ForecastDocument) -> str:
    """Whose months, from when."""
    months = len(document.months)
    first = document.months[0].month if document.months else document.as_of
    span = f"{months} months from {first:%B %Y}" if months != 1 else f"{first:%B %Y}"
    return f"{document.workload}  {document.stack}  {span}, {document.currency} a month"


def rests(document: ForecastDocument) -> list[str]:
    """What the volume rests on, how far off it was, and what its bands hold."""
    past, method, band = document.history, document.method, document.band
    if past is None or method is None:
        return ["volume: the workload's own and its stated growth; no history, so no bands"]
    what = {"requests": "requests", "calls": "calls to models", "amount": "money"}[past.counts]
    span = counted(past.values, "month" if past.by_month else "day")
    said = f"volume: {method.words}, of {span} of {what} up to {past.last}"
    if method.error is not None:
        said += f"; in the past off by {percent(method.error)} up to 3 months ahead"
    return [said, _band(band.held, band.tried, band.level) if band else "no bands"]


def _band(held: Decimal | None, tried: int, level: Decimal) -> str:
    said = f"bands: {percent(level)}, from its own past errors"
    if held is None:
        return f"{said}; too few to say how often they held"
    return f"{said}; {percent(held)} of {tried:,} past forecasts were inside"


def percent(share: Decimal) -> str:
    """A share as percent, at one place where it has one."""
    text = grouped(share * 100, 1)
    return f"{text.removesuffix('.0')} %"


def happens(document: ForecastDocument) -> list[str]:
    """What happens when, in sentences."""
    return [event.fact.text for event in document.events]


def _room(document: ForecastDocument, said: Sequence[str], width: int) -> int:
    """How many events fit above the months on one screen."""
    head = sum(len(wrap(text, width)) for text in (title(document), *rests(document)))
    left = SCREEN - head - HEADED - len(document.months) - 3
    count = 0
    for text in said:
        left -= len(wrap(text, width - 2))
        if left < 0:
            break
        count += 1
    return max(count, min(FEWEST, len(said)))


def volume_name(document: ForecastDocument) -> str:
    """What the column of the volume is called."""
    return "trend" if document.counts == "amount" else document.counts


def _months(document: ForecastDocument) -> Table:
    columns = ["month", volume_name(document), "total"]
    level = percent(document.band.level) if document.band else ""
    banded = any(month.total_low is not None for month in document.months)
    table = Table(*columns, *([f"{level} band"] if banded else []))
    for month in document.months:
        table.add(f"{month.month:%Y-%m}", *cells(month, document.counts)[: 3 if banded else 2])
    return table


def cells(month: ForecastMonth, counts: str) -> list[str]:
    """A month's volume, total and band, as they are drawn. ``counts``: what the volume is."""
    volume = _volume(month.volume, counts)
    if month.total is None:
        return [volume, "no bill", ""]
    least = ">= " if month.at_least else ""
    total = least + whole_money(month.total)
    if month.total_low is None or month.total_high is None:
        return [volume, total, ""]
    return [volume, total, f"{whole_money(month.total_low)} to {whole_money(month.total_high)}"]


def _volume(volume: Decimal | None, counts: str) -> str:
    if volume is None:
        return "too large"
    return whole_money(volume) if counts == "amount" else compact(volume)


def whole_money(amount: Decimal) -> str:
    """Money of a month to come: cents would say more than is known, above a thousand."""
    return grouped(amount, 0) if abs(amount) >= 1_000 else money(amount)


METHODS = "Methods on this history's own past"


def methods_tried(document: ForecastDocument) -> list[str]:
    """Each method that was tried, the chosen one first, in a sentence; none where none is taken."""
    if document.method is None:
        return []
    return [_tried(method) for method in (document.method, *document.others)]


def _tried(tried: Tried) -> str:
    """A method and how far off it was."""
    if not tried.tried:
        return f"{tried.words}: too little history to try it"
    off = "something was expected where nothing came"
    if tried.error is not None:
        off = f"off by {percent(tried.error)}"
    return f"{tried.words}: {off}, {rounded(Decimal(tried.tried))} tried"


def _asides(page: Page, document: ForecastDocument) -> None:
    page.part()
    page.bullets(METHODS, methods_tried(document))
    page.part()
    page.bullets("Notes", document.notes)
