"""A comparison for a terminal: stacks with bars, then each stack's ways to a target."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from costplan.document.comparison import (
    Comparison,
    Option,
    Sensitivity,
    Strategies,
    Versus,
)
from costplan.document.estimate import Estimate
from costplan.quantity import ZERO, grouped, rounded
from costplan.render import Look
from costplan.render.page import Cell, Page, Table, cell, money
from costplan.render.table import summarise, traffic

BLOCKS = "█▓▒░"
ASCII_BLOCKS = "#=+-"
COLORS = ("cyan", "magenta", "yellow", "green", "blue", "red", "white")


def draw(made: Comparison, look: Look) -> str:
    """The comparison as text, trailing blanks removed."""
    page = Page(look)
    document = made.document
    page.say(f"{document.workload}: {traffic(document.estimates)} a month", "bold")
    page.say(f"prices as of {document.as_of}, in {document.currency} a month", "dim")
    page.say()
    summarise(page, document)
    _bars(page, made.estimates)
    for versus in made.versus:
        _versus(page, versus, made)
    _lock_in(page, made)
    _mixes(page, made)
    if made.margins:
        words = [f"{stack}: {money(amount)}" for stack, amount in made.margins.items()]
        page.bullets("Margin a month", words)
    for strategies in made.strategies:
        _strategies(page, strategies, document.currency)
    if made.sensitivity is not None:
        _levers(page, made.sensitivity, made)
    page.bullets("Notes", made.notes)
    return page.text()


def _levers(page: Page, found: Sensitivity, made: Comparison) -> None:
    page.say(f"{made.baseline}: what would change the answer", "bold")
    if found.threshold is not None:
        page.say(
            f"ask a person below a calibrated confidence of {rounded(found.threshold, 3)} "
            "(human accuracy less case cost over loss)",
            "",
            2,
        )
    if found.choice is None:
        page.say("nothing tried reaches the target, so nothing can be moved against it", "", 2)
        return
    page.say(f"now: {found.choice}, {money(found.monthly)} a month", "", 2)
    page.say()
    table = Table("input", "-25 %", "+25 %", "change")
    for one in found.levers[:3]:
        low, high = (_or_out_of_reach(one.low), _or_out_of_reach(one.high))
        table.add(one.name, low, high, "flips" if one.flips else "moves")
    page.draw(table)
    page.say()
    for one in found.levers[:3]:
        for way, choice in (("25 % less", one.low_choice), ("25 % more", one.high_choice)):
            if choice != found.choice:
                page.say(f"{way} {one.name}: {choice or 'the target is out of reach'}", "", 2)
    words = [
        f"{one.what}: as good as {one.against} at {rounded(one.value)} (now {rounded(one.now)})"
        for one in found.break_evens
    ]
    page.bullets("Break-even", words)
    page.say()


def _or_out_of_reach(amount: Decimal | None) -> str:
    return "out of reach" if amount is None else money(amount)


def _bars(page: Page, estimates: Sequence[Estimate]) -> None:
    """One bar a stack, a stretch a component, all to one scale."""
    names = list(dict.fromkeys(one.name for made in estimates for one in made.components))
    label = max((len(made.stack) for made in estimates), default=0)
    room = max(10, min(60, page.width - label - 16))
    most = max((made.total_monthly for made in estimates), default=ZERO)
    if most <= 0:
        return
    blocks = BLOCKS if page.look.unicode else ASCII_BLOCKS
    for made in estimates:
        parts = [Cell(f"{made.stack:{label}} ")]
        for component in made.components:
            at = names.index(component.name)
            width = int((component.total * room / most).to_integral_value())
            if width > 0:
                parts.append(Cell(blocks[at % len(blocks)] * width, COLORS[at % len(COLORS)]))
        parts.append(Cell(f" {money(made.total_monthly)}"))
        page.lines.append(parts)
    legend = [Cell(" " * (label + 1))]
    for at, name in enumerate(names):
        block = blocks[at % len(blocks)]
        legend += [Cell(block, COLORS[at % len(COLORS)]), Cell(f" {name}  ")]
    page.lines.append(legend)
    page.say()


def _versus(page: Page, versus: Versus, made: Comparison) -> None:
    base = next(one for one in made.estimates if one.stack == made.baseline).total_monthly
    change = versus.difference
    percent = f" ({_signed(change * 100 / base, 0)} %)" if base else ""
    page.say(f"{versus.stack} against {made.baseline}: {_signed(change, 2)}{percent}", "bold")
    for title, changes in (("wins", versus.wins), ("loses", versus.loses)):
        if changes:
            words = ", ".join(f"{name} {_signed(amount, 2)}" for name, amount in changes)
            page.say(f"{title} on {words}", "", 2)
    if versus.break_even is not None:
        page.say(
            f"they cost the same at about {rounded(versus.break_even)} requests a month", "", 2
        )
    if versus.one_off is not None:
        back = versus.payback_months
        words = (
            f", paid back in {rounded(back, 2)} months" if back is not None else ", never repaid"
        )
        page.say(f"moving costs {money(versus.one_off)} once{words}", "", 2)
    page.say()


def _signed(amount: Decimal, places: int) -> str:
    return ("+" if amount > 0 else "") + grouped(amount, places)


def _lock_in(page: Page, made: Comparison) -> None:
    words = [
        f"{one.stack}: {rounded(one.share * 100, 3)} % with {one.vendor}" for one in made.lock_in
    ]
    page.bullets("Share of spend with one vendor", words)
    page.say()


def _mixes(page: Page, made: Comparison) -> None:
    words = []
    for mix in made.mixes:
        shares = ", ".join(
            f"{rounded(share * 100)} % {stack}" for stack, share in mix.shares.items()
        )
        least = "at least " if mix.at_least else ""
        words.append(f"{mix.name} ({shares}): {least}{money(mix.monthly)}")
    page.bullets("Mixes", words)


def _strategies(page: Page, made: Strategies, currency: str) -> None:
    goal = f" at {rounded(made.target * 100)} %" if made.target is not None else ""
    page.say(f"{made.stack}: ways to trusted answers{goal}", "bold")
    page.say(made.sentence, "", 2)
    if made.advice:
        page.say(f"{made.advice}.", "", 2)
    if not made.options:
        page.bullets("", made.notes)
        page.say()
        return
    page.say()
    table = Table("frontier", "trusted", currency, "per extra answer")
    for one in made.frontier:
        extra = "" if one.marginal is None else money(one.marginal)
        style = "bold" if made.target is not None and _reaches(one, made.target) else ""
        table.add(cell(f"  {one.name}", style), _share(one), money(one.monthly), extra)
    table.rule()
    table.add(cell("by compute", "bold"), "", "", "")
    for one in made.options:
        if one.kind in ("hosting", "unchecked", "quality"):
            table.add(
                f"  {one.name}", _share(one), "-" if one.monthly is None else money(one.monthly)
            )
    page.draw(table)
    page.say()
    words = []
    if made.gap is not None:
        words.append(
            f"coordination gap {rounded(made.gap * 100, 3)} %: as reliable for so much less"
            if made.gap
            else "coordination gap 0: nothing tried here is as reliable for less"
        )
    if made.shortfall is not None:
        words.append(
            f"the target is missed; meeting it changes the bill by {_signed(made.shortfall, 2)}"
        )
    if made.multiple is not None:
        words.append(f"brute-force multiple {rounded(made.multiple, 3)}")
    words += _unreachable(made)
    words += [f"{one.name}: {one.reason}" for one in made.options if one.monthly is None]
    page.bullets("Measures", words)
    page.say()


def _reaches(one: Option, target: Decimal) -> bool:
    return one.reliability is not None and one.reliability >= target


def _unreachable(made: Strategies) -> list[str]:
    if made.target is None:
        return []
    tops = {
        one.ceiling
        for one in made.options
        if one.name.startswith("vote") and one.ceiling is not None and one.ceiling < made.target
    }
    return [
        f"votes of whole runs: unreachable, ceiling R = {grouped(top * 100, 1)} %" for top in tops
    ]


def _share(one: Option) -> str:
    return "-" if one.reliability is None else f"{grouped(one.reliability * 100, 2)} %"
