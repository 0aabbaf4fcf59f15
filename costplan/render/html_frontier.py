"""What ways cost against how often they are right, as inline SVG that keeps its letters' size.

Places across are shares of the width and places down are pixels, so a narrow screen moves the marks
together and shrinks no text. Labels are placed for the narrowest screen: on a wider one they only
move apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from costplan.document.options import Option, Strategies
from costplan.quantity import ONE, ZERO, grouped, percent
from costplan.render.html_page import text_of
from costplan.render.page import about, shortened
from costplan.render.sentences import share_of
from costplan.render.ways import BY_COMPUTE, brief

HEIGHT, TOP, BOTTOM = 330, 22, 290
LEFT, RIGHT = 4.0, 96.0
"""Per cent of the width between which marks stand."""
NARROW = 368
"""Pixels that the chart has on a screen of 400."""
LETTER, LINE = 6.9, 15
"""Pixels of a letter and of a line of labels, rather too wide than too narrow."""
MARK = 7
HOSTED_OR_ALONE = "hosted otherwise, or by compute alone"
MOST_LABELS = 9
LONGEST = 36
NINES = Decimal("1e-6")
"""As few failures as are told apart."""
STEPS = tuple(
    map(Decimal, ("0.5", "0.8", "0.9", "0.95", "0.98", "0.99", "0.995", "0.998", "0.999", "0.9999"))
)
ROUND = tuple(map(Decimal, ("2", "1", "0.5", "0.2", "0.1")))
TICKS = Decimal("2.8")
BETWEEN = 14
"""Per cent of the width between two figures of the axis."""


class Box(NamedTuple):
    """A rectangle in pixels on the narrowest screen."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


class Mark(NamedTuple):
    """A way at its place: ``x`` in per cent of the width, ``y`` in pixels."""

    way: Option
    x: float
    y: float

    @property
    def box(self) -> Box:
        x = self.x * NARROW / 100
        return Box(x - MARK, self.y - MARK, x + MARK, self.y + MARK)


class Scale:
    """From shares and money to places. Across, ten times fewer failures are one step."""

    def __init__(self, ways: Sequence[Option], target: Decimal | None) -> None:
        shares = [way.reliability or ZERO for way in ways]
        ends = [_nines(share) for share in (*shares, *([] if target is None else [target]))]
        self.low, self.high = min(ends), max(ends)
        if self.high - self.low < 0.05:
            self.low, self.high = self.low - 0.1, self.high + 0.1
        self.most = max(way.monthly or ZERO for way in ways) * Decimal("1.06") or ONE

    def x(self, share: Decimal) -> float:
        part = (_nines(share) - self.low) / (self.high - self.low)
        return LEFT + (RIGHT - LEFT) * part

    def y(self, amount: Decimal) -> float:
        return BOTTOM - float(amount / self.most) * (BOTTOM - TOP)

    def shares(self) -> list[Decimal]:
        """The figures of the axis across, apart enough to be read."""
        kept: list[Decimal] = []
        for share in STEPS:
            inside = self.low <= _nines(share) <= self.high
            if inside and (not kept or self.x(share) - self.x(kept[-1]) >= BETWEEN):
                kept.append(share)
        return kept

    def amounts(self) -> list[Decimal]:
        """The figures of the axis up: two to seven round ones."""
        power = ONE.scaleb(self.most.adjusted())
        step = next(power * part for part in ROUND if self.most >= TICKS * power * part)
        return [step * count for count in range(1, int(self.most / step) + 1)]


def frontier(strategies: Strategies, currency: str, name: str) -> str:
    """The chart of one stack's ways; nothing where fewer than two can be drawn."""
    ways = [
        way for way in strategies.options if way.monthly is not None and way.reliability is not None
    ]
    if len(ways) < 2:
        return ""
    scale = Scale(ways, strategies.target)
    marks = {
        way.name: Mark(way, scale.x(way.reliability or ZERO), scale.y(way.monthly or ZERO))
        for way in ways
    }
    labels = _placed(_by_weight(strategies, marks), list(marks.values()))
    title = f"{strategies.stack}: cost a month against trusted answers, {len(ways)} ways"
    body = [
        *_axes(scale),
        *_goal(scale, strategies.target),
        *_line([marks[way.name] for way in strategies.frontier if way.name in marks]),
        *(_mark(mark, strategies) for mark in sorted(marks.values(), key=_height)),
        *labels,
    ]
    return (
        f'<figure><svg class="plot" width="100%" height="{HEIGHT}" role="img" '
        f'aria-labelledby="{name}"><title id="{name}">{text_of(title)}</title>{"".join(body)}</svg>'
        f"<figcaption>{text_of(strategies.stack)}: {text_of(currency)} a month against trusted "
        'answers; each nine is one step<ul class="legend">'
        f"{_key('<circle class=own cx=6 cy=6 r=5 />', 'orchestrated')}"
        f"{_key('<path class=metal d=M6,0L12,6L6,12L0,6Z />', HOSTED_OR_ALONE)}"
        f"{_key('<path class=front d=M0,6H12 />', 'frontier')}"
        "</ul></figcaption></figure>"
    )


def _key(shape: str, words: str) -> str:
    return f'<li><svg width="12" height="12" aria-hidden="true">{shape}</svg> {words}</li>'


def _nines(share: Decimal) -> float:
    return -float(max(ONE - share, NINES).log10())


def _axes(scale: Scale) -> Iterable[str]:
    for amount in (ZERO, *scale.amounts()):
        y = scale.y(amount)
        yield f'<line class="rule" x1="0" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text class="tick" x="0" y="{y - 3:.1f}">{grouped(amount)}</text>'
    for share in scale.shares():
        x = scale.x(share)
        yield f'<line class="rule" x1="{x:.2f}%" x2="{x:.2f}%" y1="{BOTTOM}" y2="{BOTTOM + 5}"/>'
        text = f"{percent(share, digits=7)} %"
        yield f'<text class="tick mid" x="{x:.2f}%" y="{BOTTOM + 20}">{text}</text>'


def _goal(scale: Scale, target: Decimal | None) -> Iterable[str]:
    if target is None:
        return
    x = scale.x(target)
    yield f'<line class="goal" x1="{x:.2f}%" x2="{x:.2f}%" y1="{TOP - 6}" y2="{BOTTOM}"/>'
    side = "end" if x > 50 else "start"
    yield (
        f'<text class="tick {side}" x="{x:.2f}%" y="{TOP - 10}">'
        f"target {percent(target, digits=7)} %</text>"
    )


def _line(marks: Sequence[Mark]) -> Iterable[str]:
    for here, there in pairwise(marks):
        yield (
            f'<line class="front" x1="{here.x:.2f}%" y1="{here.y:.1f}" '
            f'x2="{there.x:.2f}%" y2="{there.y:.1f}"/>'
        )


def _height(mark: Mark) -> tuple[bool, bool]:
    """What lies on top of what: orchestration on compute, the plan on both."""
    return mark.way.kind == "plan", mark.way.kind not in BY_COMPUTE


def _mark(mark: Mark, strategies: Strategies) -> str:
    way = mark.way
    shape = '<circle class="own" r="5"/>'
    if way.kind in BY_COMPUTE:
        shape = '<path class="metal" d="M0,-6L6,0L0,6L-6,0Z"/>'
    ring = '<circle class="ring" r="9"/>' if way is strategies.at_target else ""
    said = f"{way.name}: {share_of(way.reliability)} trusted, {about(way.monthly or ZERO)} a month"
    return (
        f'<svg x="{mark.x:.2f}%" y="{mark.y:.1f}"><title>{text_of(said)}</title>{ring}{shape}</svg>'
    )


def _by_weight(strategies: Strategies, marks: dict[str, Mark]) -> list[Mark]:
    """The ways in the order in which they deserve a label."""
    compute = [way for way in strategies.options if way.kind in BY_COMPUTE and way.name in marks]
    brute = [way for way in compute if way.brute_force] or compute
    right = max(brute, key=lambda way: way.reliability or ZERO, default=None)
    cheap = min(brute, key=lambda way: way.monthly or ZERO, default=None)
    ends = [*strategies.frontier[:1], *strategies.frontier[-1:]]
    first = [strategies.at_target, strategies.options[0], right, *ends, cheap]
    models = [way for way in strategies.options if way.kind == "model"]
    order = [way for way in (*first, *models, *compute, *strategies.frontier) if way is not None]
    return [marks[name] for name in dict.fromkeys(way.name for way in order) if name in marks]


def _placed(wanted: Sequence[Mark], marks: Sequence[Mark]) -> list[str]:
    """Labels, over all marks; those without room are left to the tooltips."""
    taken = [mark.box for mark in marks]
    labels: list[str] = []
    for mark in wanted:
        text = shortened(brief(mark.way.name.rpartition("/")[2]), LONGEST)
        for box, label in _places(mark, text):
            free = not any(box.meets(other) for other in taken if other != mark.box)
            inside = box.left >= 0 and box.right <= NARROW and box.bottom <= BOTTOM
            if free and inside and box.top >= TOP - LINE:
                taken.append(box)
                labels.append(label)
                break
        if len(labels) == MOST_LABELS:
            break
    return labels


def _places(mark: Mark, text: str) -> Iterable[tuple[Box, str]]:
    """Where a label may stand: beside its mark, then above and below it, to either side."""
    wide, x, words = len(text) * LETTER, mark.x * NARROW / 100, text_of(text)
    for down in (0, -14, 14):
        for side, away in (("start", MARK + 5), ("end", -MARK - 5)):
            left = x + away if side == "start" else x + away - wide
            top = mark.y + down - LINE / 2
            label = (
                f'<text class="{side}" x="{mark.x:.2f}%" dx="{away}" y="{mark.y + down + 4:.1f}">'
                f"{words}</text>"
            )
            yield Box(left, top, left + wide, top + LINE), label
