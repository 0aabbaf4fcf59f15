"""The chart of a page: one bar a stack, a stretch a component, all to one scale, as inline SVG."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from costplan.document.estimate import Estimate
from costplan.problems import clean
from costplan.quantity import ZERO
from costplan.render.page import money
from costplan.render.sentences import total_of

LABEL, BAR, ROW, END = 150, 520, 34, 130
SHADES = 8
"""Colours of the stylesheet; further components begin again, told apart by the table below."""


def bars(estimates: Sequence[Estimate], names: Sequence[str], number: int) -> str:
    """The chart with its legend; nothing where nothing costs anything."""
    most = max((made.total_monthly for made in estimates), default=ZERO)
    if most <= 0:
        return ""
    rows = []
    for at, made in enumerate(estimates):
        top = at * ROW + 4
        x = LABEL
        name = escape(_cut(clean(made.stack)))
        rows.append(f'<text x="{LABEL - 8}" y="{top + 17}" text-anchor="end">{name}</text>')
        for component in made.components:
            width = int(component.total * BAR / most)
            if width < 1:
                continue
            shade = names.index(component.name) % SHADES
            said = f"{made.stack}, {component.name}: {money(component.total)}"
            rows.append(
                f'<rect class="c{shade}" x="{x}" y="{top}" width="{width}" height="24">'
                f"<title>{escape(clean(said))}</title></rect>"
            )
            x += width
        rows.append(f'<text x="{x + 8}" y="{top + 17}">{escape(total_of(made))}</text>')
    height = len(estimates) * ROW + 6
    width = LABEL + BAR + END
    said = "; ".join(f"{made.stack} {total_of(made)}" for made in estimates)
    legend = "".join(
        f'<li><svg width="12" height="12" aria-hidden="true"><rect class="c{at % SHADES}" '
        f'width="12" height="12"/></svg> {escape(clean(name))}</li>'
        for at, name in enumerate(names)
    )
    return (
        f'<figure><svg class="chart" viewBox="0 0 {width} {height}" role="img" '
        f'aria-labelledby="chart{number}"><title id="chart{number}">Monthly cost by stack: '
        f"{escape(clean(said))}</title>{''.join(rows)}</svg>"
        f'<figcaption>Monthly cost by component, all bars to one scale<ul class="legend">{legend}'
        "</ul></figcaption></figure>"
    )


def _cut(name: str) -> str:
    """A name that fits beside its bar; the whole one stands in the table."""
    return name if len(name) <= 18 else name[:17] + "…"
