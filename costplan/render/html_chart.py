"""The charts of a page: rows of text with a bar each, so that they can be read at any width.

A bar is inline SVG that stretches; names and figures beside it are text of the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from html import escape
from typing import NamedTuple

from costplan.document.estimate import Estimate
from costplan.problems import clean
from costplan.quantity import ZERO
from costplan.render.colours import shade_of
from costplan.render.page import money
from costplan.render.sentences import total_of

WIDE, HIGH, AXIS = 1000, 20, 4
"""The units of a bar's drawing, and the width of its axis."""


class Stretch(NamedTuple):
    """A part of a bar from ``start`` to ``end``, in the bar's own scale."""

    start: Decimal
    end: Decimal
    shade: str
    said: str


class Bar(NamedTuple):
    """A row: its name, its stretches and the figure at its end. ``axis``: where a line stands."""

    name: str
    figure: str
    stretches: Sequence[Stretch]
    axis: Decimal | None = None


def grid(*parts: str) -> str:
    """Parts beside each other where there is room."""
    shown = [part for part in parts if part]
    return f'<div class="grid">{"".join(shown)}</div>'


def chart(title: str, rows: Sequence[Bar], low: Decimal, high: Decimal, more: str = "") -> str:
    """The rows to one scale from ``low`` to ``high``; nothing where that is no stretch."""
    if high <= low or not rows:
        return ""
    items = "".join(
        f'<li><span class="name">{_text(row.name)}</span>{_drawn(row, low, high)}'
        f'<span class="n">{_text(row.figure)}</span></li>'
        for row in rows
    )
    head = f"<figcaption>{_text(title)}{more}</figcaption>"
    return f'<figure>{head}<ul class="bars">{items}</ul></figure>'


def _drawn(row: Bar, low: Decimal, high: Decimal) -> str:
    def place(value: Decimal) -> int:
        return int((value - low) * WIDE / (high - low))

    parts = []
    for stretch in row.stretches:
        start, end = sorted((place(stretch.start), place(stretch.end)))
        if end > start:
            parts.append(
                f'<rect class="{stretch.shade}" x="{start}" y="0" width="{end - start}" '
                f'height="{HIGH}"><title>{_text(stretch.said)}</title></rect>'
            )
    if row.axis is not None:
        at = min(max(0, place(row.axis) - AXIS // 2), WIDE - AXIS)
        parts.append(f'<rect class="axis" x="{at}" y="0" width="{AXIS}" height="{HIGH}"/>')
    return (
        f'<svg class="chart" viewBox="0 0 {WIDE} {HIGH}" preserveAspectRatio="none" '
        f'aria-hidden="true">{"".join(parts)}</svg>'
    )


def _text(text: str) -> str:
    return escape(clean(text))


def component_bars(estimates: Sequence[Estimate], names: Sequence[str]) -> str:
    """One bar a stack, a stretch a component, all to one scale; nothing where all is free."""
    rows = []
    most = ZERO
    for estimate in estimates:
        stretches = []
        end = ZERO
        for component in estimate.components:
            if component.total > 0:
                said = f"{estimate.stack}, {component.name}: {money(component.total)}"
                start, end = end, end + component.total
                stretches.append(Stretch(start, end, shade_of(component.name), said))
        most = max(most, end)
        rows.append(Bar(estimate.stack, total_of(estimate), stretches))
    title = "Monthly cost by component" + (", all bars to one scale" if len(rows) > 1 else "")
    return chart(title, rows, ZERO, most, legend(names))


def legend(names: Iterable[str]) -> str:
    """The colours of the components."""
    items = "".join(
        f'<li><svg width="12" height="12" aria-hidden="true"><rect class="{shade_of(name)}" '
        f'width="12" height="12"/></svg> {_text(name)}</li>'
        for name in names
    )
    return f'<ul class="legend">{items}</ul>'
