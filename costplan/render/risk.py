"""What a month may come to, as rows and strips: what a table, Markdown and HTML show alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from costplan.document.estimate import Estimate
from costplan.document.risk import Measuring, Risk, Unknown
from costplan.quantity import ZERO, grouped, rounded
from costplan.render.page import Page, Table, about, counted, shortened, width_of

STRIP = 22
"""Columns of a strip on a terminal."""
LITTLE = Decimal("0.01")
"""A share of the spread that is not worth a word on the first screen."""
LEGEND = "o likely  {} median  x mean"
NARROWEST_STRIP = 16
UNMOVED = "no range moves this month"
WIDE = 78


class Drawn(NamedTuple):
    """A stack with its risk."""

    made: Estimate
    risk: Risk

    @property
    def likely(self) -> Decimal:
        """The month at the points of all ranges."""
        return self.made.total_monthly


def drawn(estimates: Iterable[Estimate]) -> list[Drawn]:
    """The stacks whose ranges were drawn; none where no draw of any of them is unlike another."""
    stacks = [Drawn(estimate, estimate.risk) for estimate in estimates if estimate.risk is not None]
    return stacks if any(map(_varies, stacks)) else []


def _varies(stack: Drawn) -> bool:
    """Whether draws differ: in what a month costs, or in what becomes of it."""
    ends = {stack.risk.monthly[name] for name in ("p5", "p50", "p95")}
    shares = (stack.risk.over_budget, stack.risk.on_target, stack.risk.refused)
    return len(ends) > 1 or any(share not in (None, 0, 1) for share in shares)


class Scale(NamedTuple):
    """From the least to the most of all stacks."""

    low: Decimal
    high: Decimal

    @classmethod
    def of(cls, stacks: Sequence[Drawn]) -> Scale:
        ends = [
            each
            for one in stacks
            for each in (*one.risk.monthly.values(), one.likely)  # a mean may be over the P95
        ]
        return cls(min(ends), max(ends))

    def share(self, amount: Decimal) -> Decimal:
        """Where an amount lies, from 0 to 1."""
        return (amount - self.low) / (self.high - self.low) if self.high > self.low else ZERO


def legend(page: Page) -> str:
    """What the marks of a strip are."""
    return LEGEND.format("●" if page.look.unicode else "*")


def strip(stack: Drawn, scale: Scale, width: int, *, unicode: bool) -> str:
    """The bar from P5 to P95 with the median, the mean and, where all ranges are at their points,
    the likely month; what falls together shows the first of likely, median, mean."""
    line, left, right, middle = ("─", "├", "┤", "●") if unicode else ("-", "|", "|", "*")
    cells = [" "] * width

    def at(amount: Decimal) -> int:
        return round(scale.share(amount) * (width - 1))

    monthly = stack.risk.monthly
    for place in range(at(monthly["p5"]), at(monthly["p95"]) + 1):
        cells[place] = line
    cells[at(monthly["p5"])], cells[at(monthly["p95"])] = left, right
    for amount, mark in ((monthly["mean"], "x"), (monthly["p50"], middle), (stack.likely, "o")):
        cells[at(amount)] = mark
    return "".join(cells).rstrip()


def percent(share: Decimal) -> str:
    """A probability: whole per cents, and never 0 or 100 where it is neither."""
    if share and share < Decimal("0.005"):
        return "< 1 %"
    if share != 1 and share > Decimal("0.995"):
        return "> 99 %"
    return f"{grouped(share * 100, 0)} %"


class Column(NamedTuple):
    """Figures of each stack under a title, and how soon they give way: 0 never."""

    title: str
    cells: list[str]
    rank: int = 0


def columns(stacks: Sequence[Drawn], *, every: bool = True) -> list[Column]:
    """The figures and the probabilities that any of the stacks has. Unless ``every``, those of the
    target are left out where they are sure."""
    names = (("p5", "P5", 2), ("p50", "median", 1), ("mean", "mean", 3), ("p95", "P95", 0))
    figures = [
        Column(title, [_amount(one, one.risk.monthly[name]) for one in stacks], rank)
        for name, title, rank in names
    ]
    on_target = [one.risk.on_target for one in stacks]
    if not every and all(share in (None, 0, 1) for share in on_target):
        on_target = []
    shares = (
        ("over budget", [one.risk.over_budget for one in stacks], 4),
        ("cheapest", [one.risk.cheapest for one in stacks], 5),
        ("on target", on_target, 6),
        ("refused", [one.risk.refused or None for one in stacks], 7),
    )
    return figures + [
        Column(title, ["-" if share is None else percent(share) for share in known], rank)
        for title, known, rank in shares
        if any(share is not None for share in known)
    ]


def _amount(stack: Drawn, amount: Decimal) -> str:
    least = ">= " if stack.made.at_least or stack.risk.unpriced else ""
    return least + about(amount)


def error(stacks: Sequence[Drawn]) -> str:
    """How far the figures may be from those of endless draws: the largest error in per cent."""
    worst = max(
        (
            one.risk.errors[name] / abs(one.risk.monthly[name])
            for one in stacks
            for name in ("p5", "p50", "mean", "p95")
            if one.risk.monthly[name]
        ),
        default=ZERO,
    )
    return f"{rounded(max(worst * 100, Decimal('0.1')), 2)} %"


def of_draws(stacks: Sequence[Drawn]) -> str:
    """How many draws the figures are of, and their error."""
    return f"{counted(stacks[0].risk.draws, 'draw')}, error up to {error(stacks)}"


def lay_out_risk(page: Page, estimates: Sequence[Estimate], *, every: bool = True) -> None:
    """A strip a stack on one scale, beside its figures or below them: columns give way to the
    width, those of little meaning first. Nothing where nothing was drawn."""
    stacks = drawn(estimates)
    if not stacks:
        return
    shown = columns(stacks, every=every)
    names = max(6, *(width_of(one.made.stack) for one in stacks))
    while page.width < min(names, 12) + _needed(shown) and any(each.rank for each in shown):
        shown.remove(max(shown, key=lambda each: each.rank))
    left = page.width - _needed(shown)
    names = min(names, max(8, left))
    room = min(STRIP, left - names - 3)
    strips = room >= NARROWEST_STRIP
    table = Table("ranges", *([legend(page)] if strips else []), *titles(shown), texts=1 + strips)
    scale, unicode = Scale.of(stacks), page.look.unicode
    for at, one in enumerate(stacks):
        bar = [strip(one, scale, room, unicode=unicode)] if strips else []
        table.add(shortened(one.made.stack, names), *bar, *(each.cells[at] for each in shown))
        if not strips:
            table.add("  " + strip(one, scale, min(page.width, WIDE) - 2, unicode=unicode))
    page.draw(table)
    page.say(of_draws(stacks) + ("" if strips else f"; bars: {legend(page)}"), "dim")


def titles(shown: Iterable[Column]) -> list[str]:
    """The columns' titles."""
    return [each.title for each in shown]


def _needed(shown: Iterable[Column]) -> int:
    return sum(3 + max(map(width_of, [each.title, *each.cells])) for each in shown)


UNKNOWNS = ["range", "P5", "P95", "month then", "to", "share"]


def unknown_rows(stack: Drawn) -> list[list[str]]:
    """Each range of a stack: its ends, the month at them, its share of the variance."""
    return [
        [
            one.key,
            rounded(one.low),
            rounded(one.high),
            *(
                "refused" if amount is None else about(amount)
                for amount in (one.monthly_low, one.monthly_high)
            ),
            percent(one.share),
        ]
        for one in stack.risk.unknowns
    ]


def stack_header(stacks: Sequence[Drawn]) -> list[str]:
    """The titles of ``stack_rows``."""
    return ["stack", "likely", *titles(columns(stacks))]


def stack_rows(stacks: Sequence[Drawn]) -> list[list[str]]:
    """A row a stack with all its figures, the likely month first."""
    shown = columns(stacks)
    return [
        [one.made.stack, _amount(one, one.likely), *(each.cells[at] for each in shown)]
        for at, one in enumerate(stacks)
    ]


def lay_out_unknowns(page: Page, estimates: Sequence[Estimate]) -> None:
    """Every range of every stack, and the error of each figure."""
    for one in drawn(estimates):
        page.say(f"{one.made.stack}: what the spread goes with", "bold")
        table = Table(*UNKNOWNS)
        for row in unknown_rows(one):
            table.add(*row)
        page.draw(table)
        errors = one.risk.errors
        told = ", ".join(f"{title} {about(errors[name])}" for name, title in ERRORS)
        page.say(f"standard error: {told}; seed {one.risk.seed}", "dim", 0, 2)
        page.say()


ERRORS = (("p5", "P5"), ("p50", "median"), ("mean", "mean"), ("p95", "P95"))


def strip_words(stack: Drawn, scale: Scale, width: int) -> str:
    """A strip for a page in letters that all are as wide."""
    return strip(stack, scale, width, unicode=True).ljust(width)


def leading(stacks: Sequence[Drawn]) -> Drawn:
    """The stack that is the cheapest most often; the first of equals."""
    return max(stacks, key=lambda one: one.risk.cheapest or ZERO)


def sentences(estimates: Sequence[Estimate], width: int) -> list[str]:
    """Which ranges the spread goes with and what to measure next, for the stack that is the
    cheapest most often; as many ranges as a line has room for."""
    stacks = drawn(estimates)
    if not stacks:
        return [UNMOVED] if any(estimate.risk is not None for estimate in estimates) else []
    first = leading(stacks)
    said = []
    if first.risk.unknowns and first.risk.unknowns[0].share < LITTLE:
        said.append(f"{UNMOVED} by much")
    elif first.risk.unknowns:
        whose = f" of {first.made.stack}" if len(stacks) > 1 else ""
        line = f"spread{whose}: {_matters(first.risk.unknowns[0])}"
        for one in first.risk.unknowns[1:]:
            words = (f"{line}; {_matters(one)}", f"{line}; {one.key} {percent(one.share)}")
            longer = next((each for each in words if width_of(each) <= width), None)
            if longer is None or one.share < LITTLE:
                break
            line = longer
        said.append(line)
    if first.risk.measure is not None:
        said.append(measuring(first.risk.measure, estimates))
    return said


def _matters(one: Unknown) -> str:
    ends = ""
    if one.monthly_low is not None and one.monthly_high is not None:
        ends = f" ({about(one.monthly_low)} to {about(one.monthly_high)})"
    return f"{one.key} {percent(one.share)}{ends}"


def measuring(measure: Measuring, estimates: Sequence[Estimate]) -> str:
    """What to measure next, and how often."""
    said = f"measure next: {measure.key}"
    if measure.observations is not None:
        verb = "halves" if measure.observations == 1 else "halve"
        said += f", {counted(measure.observations, 'observation')} {verb} it"
    if measure.worth >= Decimal("0.01"):
        said += f"; worth {about(measure.worth)} a month"
    elif len(estimates) > 1 and not measure.flips:
        said += "; no choice hangs on it"
    return said
