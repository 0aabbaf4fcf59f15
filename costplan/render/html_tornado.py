"""What each input does to the answer, the strongest above: bars about what it costs now, as inline
SVG whose letters keep their size on a narrow screen."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from costplan.document.comparison import Lever
from costplan.render.html_page import text_of
from costplan.render.page import about, shortened
from costplan.render.ways import at_end, flip_of, lever_name, span_of

LEFT, RIGHT = 27.0, 73.0
"""Per cent of the width between which bars stand; figures have the rest."""
TOP, NAME, BAR, FLIP = 24, 16, 22, 16
LONGEST = 52
"""Letters of a line on the narrowest screen."""
MOST = 12


class Scale(NamedTuple):
    """From money to places across, in per cent; what is out of reach ends at the border."""

    low: Decimal
    high: Decimal

    def x(self, amount: Decimal | None) -> float:
        if amount is None:
            return RIGHT
        part = float((amount - self.low) / ((self.high - self.low) or Decimal(1)))
        return LEFT + (RIGHT - LEFT) * part


def tornado(levers: Sequence[Lever], now: Decimal, heading: str, name: str) -> str:
    """The chart of the strongest levers; nothing where none moves anything."""
    shown = levers[:MOST]
    if not shown:
        return ""
    scale = Scale(*span_of(shown, now))
    middle, y = scale.x(now), TOP
    rows = []
    for lever in shown:
        rows.append(_row(lever, scale, middle, y))
        y += NAME + BAR + (FLIP if lever.flips_at is not None else 0) + 6
    axis = (
        f'<line class="now" x1="{middle:.2f}%" x2="{middle:.2f}%" y1="{TOP - 5}" y2="{y}"/>'
        f'<text class="tick mid" x="{middle:.2f}%" y="{TOP - 10}">now {about(now)}</text>'
    )
    return (
        f'<figure><svg class="plot" width="100%" height="{y}" role="img" '
        f'aria-labelledby="{name}"><title id="{name}">{text_of(heading)}</title>'
        f"{axis}{''.join(rows)}</svg><figcaption>{text_of(heading)}"
        '<ul class="legend"><li><svg width="12" height="12" aria-hidden="true">'
        '<rect class="lower" width="12" height="12"/></svg> input lower</li>'
        '<li><svg width="12" height="12" aria-hidden="true">'
        '<rect class="higher" width="12" height="12"/></svg> input higher</li></ul>'
        "</figcaption></figure>"
    )


def _row(lever: Lever, scale: Scale, middle: float, y: int) -> str:
    ends = [scale.x(lever.low), scale.x(lever.high)]
    parts = [f'<line class="rule" x1="0" x2="100%" y1="{y - 3}" y2="{y - 3}"/>']
    parts += [f'<text x="0" y="{y + 12}">{text_of(shortened(lever_name(lever), LONGEST))}</text>']
    # the longer bar first, so that of two on one side both are seen
    for end in sorted((0, 1), key=lambda at: -abs(ends[at] - middle)):
        left, wide = min(ends[end], middle), abs(ends[end] - middle)
        shade = ("lower", "higher")[end] + (" open" if (lever.low, lever.high)[end] is None else "")
        parts.append(
            f'<rect class="{shade}" x="{left:.2f}%" width="{wide:.2f}%" '
            f'y="{y + NAME}" height="14"/>'
        )
    lower = 0 if ends[0] <= ends[1] else 1
    for end, x, side, away in (
        (lower, min(*ends, middle), "end", -5),
        (1 - lower, max(*ends, middle), "start", 5),
    ):
        parts.append(
            f'<text class="tick {side}" x="{x:.2f}%" dx="{away}" y="{y + NAME + 11}">'
            f"{text_of(at_end(lever, end))}</text>"
        )
    flip = flip_of(lever)
    if flip is not None:
        text = text_of(shortened(flip, LONGEST))
        parts.append(f'<text class="tick" x="0" y="{y + NAME + BAR + 9}">{text}</text>')
    return f"<g>{''.join(parts)}</g>"
