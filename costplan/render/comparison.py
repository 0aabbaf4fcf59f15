"""All that the answer of a comparison rests on, for a terminal: each thing once."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from costplan.document.comparison import Comparison, Sensitivity, Versus
from costplan.document.estimate import Estimate
from costplan.document.options import Option, Strategies
from costplan.quantity import ZERO, grouped, percent, rounded
from costplan.render import owning
from costplan.render.colours import colour_of
from costplan.render.page import Cell, Page, Table, cell, money, shortened
from costplan.render.risk import drawn, lay_out_risk, lay_out_unknowns
from costplan.render.sentences import traffic
from costplan.render.summary import summarise
from costplan.render.ways import (
    HOW_MOVED,
    LISTS,
    PLACES,
    Blocks,
    Columns,
    Known,
    ask_below,
    at_end,
    brief,
    changes_of,
    heading_of,
    known,
    lever_name,
    measures,
    moving,
    now_of,
    owner,
    purpose_titles,
    purposes,
    said_once,
    sensitivities,
    sentence_of,
    signed,
    telling,
    to_measure,
)

WIDE = 70
"""Columns of a page that has room for what an extra answer costs."""
NARROW = 64
"""Columns below which the cost of wrong answers stands in one table alone."""
LONGEST_STACK = 24
"""Columns of a stack's name beside its bar."""


def lay_out(page: Page, comparison: Comparison) -> None:
    """All that the answer rests on, below it."""
    if comparison.answer is None:
        document = comparison.document
        page.say(f"{document.title}: {traffic(document.estimates)} a month", "bold")
        page.say(f"prices as of {document.as_of}, in {document.currency} a month", "dim")
        page.say()
    else:
        page.say()
        _bullets(page, "To measure", to_measure(comparison))
    _all_of_it(page, comparison)


def _all_of_it(page: Page, comparison: Comparison) -> None:
    summarise(page, comparison.document)
    if drawn(comparison.estimates):
        lay_out_risk(page, comparison.estimates)
        page.say()
        lay_out_unknowns(page, comparison.estimates)
    _bars(page, comparison.estimates)
    if comparison.answer is None:
        _equal(page, comparison)
    for versus in comparison.versus:
        _versus(page, versus, comparison)
    _owning(page, comparison)
    for title, words in LISTS.items():
        _bullets(page, title, words(comparison))
    told = known(comparison)
    for strategies in comparison.strategies:
        _strategies(page, strategies, comparison, told)
    for title, sentences in said_once(comparison).items():
        _bullets(page, title, sentences)
    _levers(page, comparison)
    page.bullets("Notes", comparison.notes)


def _bullets(page: Page, title: str, sentences: Sequence[str]) -> None:
    if sentences:
        page.bullets(title, sentences)
        page.say()


def _equal(page: Page, comparison: Comparison) -> None:
    """Every stack at the same reliability: the cheapest way there, whatever it is."""
    target = comparison.strategies[0].target if comparison.strategies else None
    if target is None or all(not strategies.options for strategies in comparison.strategies):
        return
    currency = comparison.document.currency
    page.say(f"Every stack at {percent(target)} % trusted answers", "bold")
    table = Table("stack", "cheapest way", currency, texts=2)
    for strategies in comparison.strategies:
        way = strategies.at_target
        if way is not None:
            estimate = next(each for each in comparison.estimates if each.stack == strategies.stack)
            least = ">= " if estimate.at_least else ""
            table.add(strategies.stack, brief(way.name), least + money(way.monthly))
        else:
            best = max((each.reliability or ZERO for each in strategies.options), default=None)
            most = "not modelled" if best is None else f"at most {percent(best, 2)} %"
            table.add(strategies.stack, cell(most, "yellow"), "-")
    page.draw(table)
    page.say()


def _levers(page: Page, comparison: Comparison) -> None:
    """What would change each stack's answer."""
    every = sensitivities(comparison)
    if not every:
        return
    page.say("What would change the answer", "bold")
    for sentence in ask_below(every[0]):
        page.say(sentence)
    page.say(HOW_MOVED)
    page.say()
    for sensitivity in every:
        _levers_of(page, sensitivity, comparison)


def _levers_of(page: Page, sensitivity: Sensitivity, comparison: Comparison) -> None:
    ways = owner(sensitivity, comparison)
    now = now_of(sensitivity, comparison)
    if ways is None or not ways.options:
        return
    if sensitivity.choice is None or now is None:
        page.say(
            f"{ways.stack}: nothing tried reaches the target, so nothing can be moved against it"
        )
        page.say()
        return
    page.say(heading_of(sensitivity, ways, now), "bold")
    table = Table("input", "less", "more")
    for lever in moving(sensitivity):
        table.add(lever_name(lever), at_end(lever, 0), at_end(lever, 1))
    if table.rows:
        page.draw(table)
    page.bullets("", changes_of(sensitivity))
    page.say()


def _bars(page: Page, estimates: Sequence[Estimate]) -> None:
    """One bar a stack, a stretch a component, all to one scale."""
    names = list(
        dict.fromkeys(component.name for estimate in estimates for component in estimate.components)
    )
    shown = [shortened(estimate.stack, LONGEST_STACK) for estimate in estimates]
    label = max(map(len, shown), default=0)
    room = max(10, min(60, page.width - label - 16))
    most = max((estimate.total_monthly for estimate in estimates), default=ZERO)
    if most <= 0:
        return
    for estimate, name in zip(estimates, shown, strict=True):
        parts = [cell(f"{name:{label}} ")]
        for component in estimate.components:
            width = int((component.total * room / most).to_integral_value())
            if width > 0:
                parts.append(_block(page, component.name, width))
        parts.append(Cell(f" {money(estimate.total_monthly)}"))
        page.lines.append(parts)
    _legend(page, names, " " * (label + 1))
    page.say()


def _block(page: Page, component: str, width: int = 1) -> Cell:
    """A stretch of a bar in its component's colour."""
    colour = colour_of(component)
    return Cell((colour.block if page.look.unicode else colour.ascii) * width, colour.terminal)


def _legend(page: Page, names: Sequence[str], indent: str) -> None:
    row, used = [Cell(indent)], len(indent)
    for name in names:
        needed = 3 + len(name)
        if len(row) > 1 and used + needed > page.width:
            page.lines.append(row)
            row, used = [Cell(indent)], len(indent)
        row += [_block(page, name), Cell(f" {name} ")]
        used += needed
    page.lines.append(row)


def _versus(page: Page, versus: Versus, comparison: Comparison) -> None:
    stacks = {estimate.stack: estimate for estimate in comparison.estimates}
    base, other = stacks[comparison.baseline], stacks[versus.stack]
    change = versus.difference
    whole = base.total_monthly
    percent = f" ({signed(change * 100 / whole, 0)} %)" if whole and not base.at_least else ""
    page.say(
        f"{versus.stack} against {comparison.baseline}: {_bound(base, other)}{signed(change, 2)}"
        f"{percent} a month",
        "bold",
    )
    for title, changes in (("wins", versus.wins), ("loses", versus.loses)):
        if changes:
            words = ", ".join(f"{name} {signed(amount, 2)}" for name, amount in changes)
            page.say(f"{title} on {words}", "", 2)
    if versus.break_even is not None:
        page.say(_crossing(versus, base, versus.break_even), "", 2)
    if versus.one_off is not None:
        page.say(f"moving costs {money(versus.one_off)} once, {_payback(versus)}", "", 2)
    page.say()


def _owning(page: Page, comparison: Comparison) -> None:
    if comparison.owning:
        page.say(owning.TITLE, "bold")
        table = Table(*owning.HEADER, texts=owning.FIGURES.count(False))
        for row in owning.rows(comparison):
            table.add(*row)
        page.draw(table)
        page.say()


def _bound(base: Estimate, other: Estimate) -> str:
    """What a difference is worth where a price is missing."""
    if base.at_least and other.at_least:
        return "as far as prices are known "
    return "at most " if base.at_least else "at least " if other.at_least else ""


def _crossing(versus: Versus, base: Estimate, volume: Decimal) -> str:
    now = base.requests if base.conversations is None else base.conversations
    unit = "requests" if base.conversations is None else "conversations"
    below, above = base.stack, versus.stack
    if (versus.difference > 0) == (volume < now):
        below, above = above, below
    return f"{below} is cheaper below about {_about(volume)} {unit} a month, {above} above"


def _about(volume: Decimal) -> str:
    """Three digits that count, the rest zeros."""
    return grouped(round(volume, 2 - volume.adjusted()), 0)


def _payback(versus: Versus) -> str:
    if versus.payback_months is not None:
        return f"paid back in {rounded(versus.payback_months, 2)} months"
    return "never paid back" if versus.difference >= 0 else "payback not known"


def _strategies(page: Page, strategies: Strategies, comparison: Comparison, told: Known) -> None:
    goal = f" at {percent(strategies.target)} %" if strategies.target is not None else ""
    page.say(f"{strategies.stack}: ways to trusted answers{goal}", "bold")
    page.say(sentence_of(strategies, comparison), "", 2)
    if strategies.advice:
        page.say(f"{strategies.advice}.", "", 2)
    if not strategies.options:
        page.bullets("", strategies.notes)
        page.say()
        return
    for sentence in measures(strategies):
        page.say(f"{sentence}.", "", 2)
    page.say()
    page.draw(_ways(strategies, comparison.document.currency, told, wide=page.width >= WIDE))
    page.say()
    loss = told.loss and page.width > NARROW  # it stands in the table above too
    table = Table("where the money goes", *purpose_titles(loss=loss))
    for way in telling(strategies):
        table.add(brief(way.name), *purposes(way, loss=loss))
    page.draw(table)
    page.say()


def _ways(strategies: Strategies, currency: str, told: Known, *, wide: bool) -> Table:
    """Every priced way: the frontier, what another way beats, and what buys compute."""
    columns = Columns.of(strategies, told)
    table = Table("frontier", *columns.titles(currency), *(["extra"] if wide else []))
    below = True
    blocks = Blocks.of(strategies)
    for way in blocks.frontier:
        if strategies.target is not None and below and _reaches(way, strategies.target):
            below = False
            table.add(cell(f"{percent(strategies.target)} % and more", "bold"))
        extra = "" if way.marginal is None else money(way.marginal)
        table.add(brief(way.name), *columns.cells(way), *([extra] if wide else []))
    for title, ways in zip(PLACES[1:], blocks[1:], strict=True):
        if ways:
            table.rule()
            table.add(cell(title, "bold"))
            for way in ways:
                table.add(brief(way.name), *columns.cells(way))
    return table


def _reaches(way: Option, target: Decimal) -> bool:
    return way.reliability is not None and way.reliability >= target
