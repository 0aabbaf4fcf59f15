"""A forecast as an HTML page: what happens when, the months as bars with their bands."""

from __future__ import annotations

from decimal import Decimal

from costplan.document.forecast import ForecastDocument, ForecastMonth
from costplan.quantity import ZERO
from costplan.render import Look
from costplan.render.forecast import (
    METHODS,
    cells,
    happens,
    methods_tried,
    percent,
    rests,
    title,
    volume_name,
)
from costplan.render.html_chart import Bar, Stretch, chart
from costplan.render.html_page import bullets, folded, table, text_of, whole_page

FOOTER = "A forecast: what comes if nothing but what is named here changes."


def draw(document: ForecastDocument, look: Look) -> str:
    """The whole page."""
    return whole_page(f"{document.workload}: forecast", body(document), look, FOOTER)


def body(document: ForecastDocument) -> str:
    """The forecast as a section of a page."""
    tried = methods_tried(document)
    parts = [
        f"<section><h1>{text_of(document.workload)}</h1>",
        f'<p class="sub">{text_of(title(document))}</p>',
        bullets("What happens when", happens(document)),
        _bars(document),
        _table(document),
        bullets("What it rests on", rests(document)),
        folded(METHODS, bullets("", tried), shut=True) if tried else "",
        bullets("Notes", document.notes),
        "</section>",
    ]
    return "\n".join(part for part in parts if part)


def _bars(document: ForecastDocument) -> str:
    """A bar a month to its likely total, the band's upper part paler; the line is the budget."""
    rows = [_bar(month, document.counts, _budget(document)) for month in document.months]
    ends = [stretch.end for row in rows for stretch in row.stretches]
    limit = _budget(document)
    most = max([*ends, ZERO])
    if limit is not None and limit < 2 * most:
        most = max(most, limit)
    return chart(f"Total a month, {document.currency}{_line_words(document)}", rows, ZERO, most)


def _line_words(document: ForecastDocument) -> str:
    return "; the line is the budget" if _budget(document) is not None else ""


def _budget(document: ForecastDocument) -> Decimal | None:
    """The limit on the month's total that denies, where there is one."""
    for event in document.events:
        limit = event.fact.values.get("limit")
        if event.fact.subject == "budget" and isinstance(limit, Decimal):
            return limit
    return None


def _bar(month: ForecastMonth, counts: str, limit: Decimal | None) -> Bar:
    name = f"{month.month:%Y-%m}"
    _, total, band = cells(month, counts)
    said = f"{total} ({band})" if band else total
    if month.total is None:
        return Bar(name, said, [], limit)
    stretches = [Stretch(ZERO, max(ZERO, month.total), "higher", f"{name}: {said}")]
    if month.total_high is not None:
        stretches.append(Stretch(month.total, month.total_high, "lower", f"{name}: {said}"))
    return Bar(name, said, stretches, limit)


def _table(document: ForecastDocument) -> str:
    level = percent(document.band.level) if document.band else "no"
    header = ["month", volume_name(document), "total", f"{level} band", "prices of"]
    rows = [
        [f"{month.month:%Y-%m}", *cells(month, document.counts), month.prices_of.isoformat()]
        for month in document.months
    ]
    return table("Each month", header, rows, [False, True, True, True, False])
