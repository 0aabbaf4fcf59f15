"""What a month may come to, as inline SVG: a strip a stack on one scale, and what each range does
to the stack that leads. Letters keep their size on a narrow screen."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from costplan.document.estimate import Estimate
from costplan.document.risk import Unknown
from costplan.render.html_page import table, text_of
from costplan.render.page import about, shortened
from costplan.render.risk import (
    UNKNOWNS,
    Drawn,
    Scale,
    drawn,
    leading,
    measuring,
    of_draws,
    percent,
    stack_header,
    stack_rows,
    unknown_rows,
)

LEFT, RIGHT = 2.0, 98.0
"""Per cent of the width between which strips stand: their figures are below them."""
TOP, ROW, BAR = 18, 62, 12
LONGEST = 52
"""Letters of a line on the narrowest screen."""
MOST = 12


def risk_section(estimates: Sequence[Estimate], number: int) -> str:
    """Strips, figures, and what the spread goes with; nothing where nothing was drawn."""
    stacks = drawn(estimates)
    if not stacks:
        return ""
    first = leading(stacks)
    parts = [
        "<section><h2>What a month may come to</h2>",
        f'<p class="sub">{text_of(of_draws(stacks))}.</p>',
        strips(stacks, f"strips{number}"),
        table("Over the draws", stack_header(stacks), stack_rows(stacks)),
    ]
    if first.risk.unknowns:
        whose = f"What the spread of {first.name} goes with"
        parts.append(swings(first, whose, f"swings{number}"))
        parts.append(table(whose, UNKNOWNS, unknown_rows(first)))
    if first.risk.measure is not None:
        said = measuring(first.risk.measure, estimates)
        parts.append(f'<p class="lead">{text_of(said[:1].upper() + said[1:])}</p>')
    return "".join([*parts, "</section>"])


def strips(stacks: Sequence[Drawn], name: str) -> str:
    """A bar from P5 to P95 a stack, with its median, mean and likely month."""
    scale = Scale.of(stacks)
    height = TOP + ROW * len(stacks)
    rows = [_strip(stack, scale, TOP + ROW * at) for at, stack in enumerate(stacks)]
    heading = "P5 to P95 of each stack's month, on one scale"
    return (
        f'<figure><svg class="plot" width="100%" height="{height}" role="img" '
        f'aria-labelledby="{name}"><title id="{name}">{text_of(heading)}</title>'
        f"{''.join(rows)}</svg><figcaption>{text_of(heading)}"
        '<ul class="legend"><li><svg width="12" height="12" aria-hidden="true">'
        '<rect class="own" x="5" width="2.5" height="12"/></svg> median</li>'
        '<li><svg width="12" height="12" aria-hidden="true">'
        '<circle class="own" cx="6" cy="6" r="4"/></svg> mean</li>'
        '<li><svg width="12" height="12" aria-hidden="true">'
        '<circle class="metal" cx="6" cy="6" r="4.5"/></svg> likely: every range at its point'
        "</li></ul></figcaption></figure>"
    )


def _x(scale: Scale, amount: Decimal) -> float:
    return LEFT + (RIGHT - LEFT) * float(scale.share(amount))


def _strip(stack: Drawn, scale: Scale, y: int) -> str:
    monthly = stack.risk.monthly
    low, high = _x(scale, monthly["p5"]), _x(scale, monthly["p95"])
    middle, likely = y + BAR / 2, _x(scale, stack.likely)
    figures = f"{about(monthly['p5'])} to {about(monthly['p95'])}, median {about(monthly['p50'])}"
    label = f"{stack.name}: {figures}"
    return (
        f'<g><text x="0" y="{y - 6}">{text_of(shortened(label, LONGEST))}</text>'
        f'<rect class="lower" x="{low:.2f}%" width="{max(high - low, 0.4):.2f}%" y="{y}" '
        f'height="{BAR}"/>'
        f'<line class="ring" x1="{_x(scale, monthly["p50"]):.2f}%" '
        f'x2="{_x(scale, monthly["p50"]):.2f}%" y1="{y - 2}" y2="{y + BAR + 2}"/>'
        f'<circle class="own" cx="{_x(scale, monthly["mean"]):.2f}%" cy="{middle}" r="4"/>'
        f'<circle class="metal" cx="{likely:.2f}%" cy="{middle}" r="4.5"/>'
        f'<text class="tick" x="0" y="{y + BAR + 16}">likely {about(stack.likely)}, '
        f"mean {about(monthly['mean'])}</text></g>"
    )


def swings(stack: Drawn, heading: str, name: str) -> str:
    """The month between the ends of each range, all others at their points; the widest first."""
    shown = sorted(stack.risk.unknowns, key=lambda unknown: -unknown.swing)[:MOST]
    ends = [
        end
        for unknown in shown
        for end in (unknown.monthly_low, unknown.monthly_high)
        if end is not None
    ]
    if not ends:
        return ""
    scale = Scale(min([*ends, stack.likely]), max([*ends, stack.likely]))
    height = TOP + 44 * len(shown) + 6
    now = _x(scale, stack.likely)
    rows = [_swing(unknown, scale, now, TOP + 44 * at) for at, unknown in enumerate(shown)]
    return (
        f'<figure><svg class="plot" width="100%" height="{height}" role="img" '
        f'aria-labelledby="{name}"><title id="{name}">{text_of(heading)}</title>'
        f'<line class="now" x1="{now:.2f}%" x2="{now:.2f}%" y1="{TOP - 8}" y2="{height}"/>'
        f"{''.join(rows)}</svg><figcaption>{text_of(heading)}: the month with each range at its "
        f"P5 and P95, the others at their points; likely {about(stack.likely)}"
        "</figcaption></figure>"
    )


def _swing(unknown: Unknown, scale: Scale, now: float, y: int) -> str:
    parts = []
    amounts = (unknown.monthly_low, unknown.monthly_high)
    for amount, shade in zip(amounts, ("lower", "higher"), strict=True):
        if amount is not None:
            end = _x(scale, amount)
            left, wide = min(end, now), abs(end - now)
            parts.append(
                f'<rect class="{shade}" x="{left:.2f}%" width="{wide:.2f}%" '
                f'y="{y + 14}" height="{BAR}"/>'
            )
    known = [about(amount) if amount is not None else "refused" for amount in amounts]
    label = f"{unknown.key} {percent(unknown.share)}: {known[0]} to {known[1]}"
    parts.append(f'<text x="0" y="{y + 9}">{text_of(shortened(label, LONGEST))}</text>')
    return f"<g>{''.join(parts)}</g>"
