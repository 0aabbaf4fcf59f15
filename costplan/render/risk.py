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

    estimate: Estimate
    risk: Risk

    @property
    def name(self) -> str:
        return self.estimate.stack

    @property
    def likely(self) -> Decimal:
        """The month at the points of all ranges."""
        return self.estimate.total_monthly


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
            amount
            for stack in stacks
            for amount in (*stack.risk.monthly.values(), stack.likely)  # a mean may be over the P95
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
        Column(title, [_amount(stack, stack.risk.monthly[name]) for stack in stacks], rank)
        for name, title, rank in names
    ]
    on_target = [stack.risk.on_target for stack in stacks]
    if not every and all(share in (None, 0, 1) for share in on_target):
        on_target = []
    shares = (
        ("over budget", [stack.risk.over_budget for stack in stacks], 4),
        ("cheapest", [stack.risk.cheapest for stack in stacks], 5),
        ("on target", on_target, 6),
        ("refused", [stack.risk.refused or None for stack in stacks], 7),
    )
    return figures + [
        Column(title, ["-" if share is None else percent(share) for share in known], rank)
        for title, known, rank in shares
        if any(share is not None for share in known)
    ]


def _amount(stack: Drawn, amount: Decimal) -> str:
    least = ">= " if stack.estimate.at_least or stack.risk.unpriced else ""
    return least + about(amount)


def error(stacks: Sequence[Drawn]) -> str:
    """How far the figures may be from those of endless draws: the largest error in per cent."""
    worst = max(
        (
            stack.risk.errors[name] / abs(stack.risk.monthly[name])
            for stack in stacks
            for name in ("p5", "p50", "mean", "p95")
            if stack.risk.monthly[name]
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
    names = max(6, *(width_of(stack.name) for stack in stacks))
    while page.width < min(names, 12) + _needed(shown) and any(column.rank for column in shown):
        shown.remove(max(shown, key=lambda column: column.rank))
    left = page.width - _needed(shown)
    names = min(names, max(8, left))
    room = min(STRIP, left - names - 3)
    strips = room >= NARROWEST_STRIP
    table = Table("ranges", *([legend(page)] if strips else []), *titles(shown), texts=1 + strips)
    scale, unicode = Scale.of(stacks), page.look.unicode
    for at, stack in enumerate(stacks):
        bar = [strip(stack, scale, room, unicode=unicode)] if strips else []
        table.add(shortened(stack.name, names), *bar, *(column.cells[at] for column in shown))
        if not strips:
            table.add("  " + strip(stack, scale, min(page.width, WIDE) - 2, unicode=unicode))
    page.draw(table)
    page.say(of_draws(stacks) + ("" if strips else f"; bars: {legend(page)}"), "dim")


def titles(shown: Iterable[Column]) -> list[str]:
    """The columns' titles."""
    return [column.title for column in shown]


def _needed(shown: Iterable[Column]) -> int:
    return sum(3 + max(map(width_of, [column.title, *column.cells])) for column in shown)


UNKNOWNS = ["range", "P5", "P95", "month then", "to", "share"]


def unknown_rows(stack: Drawn) -> list[list[str]]:
    """Each range of a stack: its ends, the month at them, its share of the variance."""
    return [
        [
            unknown.key,
            rounded(unknown.low),
            rounded(unknown.high),
            *(
                "refused" if amount is None else about(amount)
                for amount in (unknown.monthly_low, unknown.monthly_high)
            ),
            percent(unknown.share),
        ]
        for unknown in stack.risk.unknowns
    ]


def stack_header(stacks: Sequence[Drawn]) -> list[str]:
    """The titles of ``stack_rows``."""
    return ["stack", "likely", *titles(columns(stacks))]


def stack_rows(stacks: Sequence[Drawn]) -> list[list[str]]:
    """A row a stack with all its figures, the likely month first."""
    shown = columns(stacks)
    return [
        [
            stack.name,
            _amount(stack, stack.likely),
            *(column.cells[at] for column in shown),
        ]
        for at, stack in enumerate(stacks)
    ]


def lay_out_unknowns(page: Page, estimates: Sequence[Estimate]) -> None:
    """Every range of every stack, and the error of each figure."""
    for stack in drawn(estimates):
        page.say(f"{stack.name}: what the spread goes with", "bold")
        table = Table(*UNKNOWNS)
        for row in unknown_rows(stack):
            table.add(*row)
        page.draw(table)
        errors = stack.risk.errors
        told = ", ".join(f"{title} {about(errors[name])}" for name, title in ERRORS)
        page.say(f"standard error: {told}; seed {stack.risk.seed}", "dim", 0, 2)
        page.say()


ERRORS = (("p5", "P5"), ("p50", "median"), ("mean", "mean"), ("p95", "P95"))


def strip_words(stack: Drawn, scale: Scale, width: int) -> str:
    """A strip for a page in letters that all are as wide."""
    return strip(stack, scale, width, unicode=True).ljust(width)


def leading(stacks: Sequence[Drawn]) -> Drawn:
    """The stack that is the cheapest most often; the first of equals."""
    return max(stacks, key=lambda stack: stack.risk.cheapest or ZERO)


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
        whose = f" of {first.name}" if len(stacks) > 1 else ""
        line = f"spread{whose}: {_matters(first.risk.unknowns[0])}"
        for unknown in first.risk.unknowns[1:]:
            words = (_matters(unknown), f"{unknown.key} {percent(unknown.share)}")
            fitting = [text for text in words if width_of(f"{line}; {text}") <= width]
            if not fitting or unknown.share < LITTLE:
                break
            line = f"{line}; {fitting[0]}"
        said.append(line)
    if first.risk.measure is not None:
        said.append(measuring(first.risk.measure, estimates))
    return said


def _matters(unknown: Unknown) -> str:
    ends = ""
    if unknown.monthly_low is not None and unknown.monthly_high is not None:
        ends = f" ({about(unknown.monthly_low)} to {about(unknown.monthly_high)})"
    return f"{unknown.key} {percent(unknown.share)}{ends}"


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
