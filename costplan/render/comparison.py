"""A comparison for a terminal: the answer, and in full all that it rests on, each thing once."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from costplan.document.comparison import Comparison, Sensitivity, Versus
from costplan.document.estimate import Estimate
from costplan.document.options import Option, Strategies
from costplan.quantity import ZERO, grouped, percent, rounded
from costplan.render import owning
from costplan.render.answer import lay_out_answer
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


def lay_out(page: Page, made: Comparison) -> None:
    """The answer on a page; with ``look.full`` all that it rests on below it."""
    if made.answer is None:
        document = made.document
        page.say(f"{document.title}: {traffic(document.estimates)} a month", "bold")
        page.say(f"prices as of {document.as_of}, in {document.currency} a month", "dim")
        page.say()
    else:
        lay_out_answer(page, made, made.answer)
        if not page.look.full:
            return
        page.say()
        _bullets(page, "To measure", to_measure(made))
    _all_of_it(page, made)


def _all_of_it(page: Page, made: Comparison) -> None:
    summarise(page, made.document)
    if drawn(made.estimates):
        lay_out_risk(page, made.estimates)
        page.say()
        lay_out_unknowns(page, made.estimates)
    _bars(page, made.estimates)
    if made.answer is None:
        _equal(page, made)
    for versus in made.versus:
        _versus(page, versus, made)
    _owning(page, made)
    for title, words in LISTS.items():
        _bullets(page, title, words(made))
    told = known(made)
    for strategies in made.strategies:
        _strategies(page, strategies, made, told)
    for title, sentences in said_once(made).items():
        _bullets(page, title, sentences)
    _levers(page, made)
    page.bullets("Notes", made.notes)


def _bullets(page: Page, title: str, sentences: Sequence[str]) -> None:
    if sentences:
        page.bullets(title, sentences)
        page.say()


def _equal(page: Page, made: Comparison) -> None:
    """Every stack at the same reliability: the cheapest way there, whatever it is."""
    target = made.strategies[0].target if made.strategies else None
    if target is None or all(not one.options for one in made.strategies):
        return
    currency = made.document.currency
    page.say(f"Every stack at {percent(target)} % trusted answers", "bold")
    table = Table("stack", "cheapest way", currency, texts=2)
    for one in made.strategies:
        way = one.at_target
        if way is not None:
            estimate = next(each for each in made.estimates if each.stack == one.stack)
            least = ">= " if estimate.at_least else ""
            table.add(one.stack, brief(way.name), least + money(way.monthly))
        else:
            best = max((each.reliability or ZERO for each in one.options), default=None)
            most = "not modelled" if best is None else f"at most {percent(best, 2)} %"
            table.add(one.stack, cell(most, "yellow"), "-")
    page.draw(table)
    page.say()


def _levers(page: Page, made: Comparison) -> None:
    """What would change each stack's answer."""
    found = sensitivities(made)
    if not found:
        return
    page.say("What would change the answer", "bold")
    for sentence in ask_below(found[0]):
        page.say(sentence)
    page.say(HOW_MOVED)
    page.say()
    for one in found:
        _levers_of(page, one, made)


def _levers_of(page: Page, found: Sensitivity, made: Comparison) -> None:
    ways = owner(found, made)
    now = now_of(found, made)
    if ways is None or not ways.options:
        return
    if found.choice is None or now is None:
        page.say(
            f"{ways.stack}: nothing tried reaches the target, so nothing can be moved against it"
        )
        page.say()
        return
    page.say(heading_of(found, ways, now), "bold")
    table = Table("input", "less", "more")
    for lever in moving(found):
        table.add(lever_name(lever), at_end(lever, 0), at_end(lever, 1))
    if table.rows:
        page.draw(table)
    page.bullets("", changes_of(found))
    page.say()


def _bars(page: Page, estimates: Sequence[Estimate]) -> None:
    """One bar a stack, a stretch a component, all to one scale."""
    names = list(dict.fromkeys(one.name for made in estimates for one in made.components))
    shown = [shortened(made.stack, LONGEST_STACK) for made in estimates]
    label = max(map(len, shown), default=0)
    room = max(10, min(60, page.width - label - 16))
    most = max((made.total_monthly for made in estimates), default=ZERO)
    if most <= 0:
        return
    for made, name in zip(estimates, shown, strict=True):
        parts = [cell(f"{name:{label}} ")]
        for component in made.components:
            width = int((component.total * room / most).to_integral_value())
            if width > 0:
                parts.append(_block(page, component.name, width))
        parts.append(Cell(f" {money(made.total_monthly)}"))
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


def _versus(page: Page, versus: Versus, made: Comparison) -> None:
    stacks = {one.stack: one for one in made.estimates}
    base, other = stacks[made.baseline], stacks[versus.stack]
    change = versus.difference
    whole = base.total_monthly
    percent = f" ({signed(change * 100 / whole, 0)} %)" if whole and not base.at_least else ""
    page.say(
        f"{versus.stack} against {made.baseline}: {_bound(base, other)}{signed(change, 2)}"
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


def _owning(page: Page, made: Comparison) -> None:
    if made.owning:
        page.say(owning.TITLE, "bold")
        table = Table(*owning.HEADER, texts=owning.FIGURES.count(False))
        for row in owning.rows(made):
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


def _strategies(page: Page, made: Strategies, whole: Comparison, told: Known) -> None:
    goal = f" at {percent(made.target)} %" if made.target is not None else ""
    page.say(f"{made.stack}: ways to trusted answers{goal}", "bold")
    page.say(sentence_of(made, whole), "", 2)
    if made.advice:
        page.say(f"{made.advice}.", "", 2)
    if not made.options:
        page.bullets("", made.notes)
        page.say()
        return
    for sentence in measures(made):
        page.say(f"{sentence}.", "", 2)
    page.say()
    page.draw(_ways(made, whole.document.currency, told, wide=page.width >= WIDE))
    page.say()
    loss = told.loss and page.width > NARROW  # it stands in the table above too
    table = Table("where the money goes", *purpose_titles(loss=loss))
    for one in telling(made):
        table.add(brief(one.name), *purposes(one, loss=loss))
    page.draw(table)
    page.say()


def _ways(made: Strategies, currency: str, told: Known, *, wide: bool) -> Table:
    """Every priced way: the frontier, what another way beats, and what buys compute."""
    columns = Columns.of(made, told)
    table = Table("frontier", *columns.titles(currency), *(["extra"] if wide else []))
    below = True
    blocks = Blocks.of(made)
    for one in blocks.frontier:
        if made.target is not None and below and _reaches(one, made.target):
            below = False
            table.add(cell(f"{percent(made.target)} % and more", "bold"))
        extra = "" if one.marginal is None else money(one.marginal)
        table.add(brief(one.name), *columns.cells(one), *([extra] if wide else []))
    for title, ways in zip(PLACES[1:], blocks[1:], strict=True):
        if ways:
            table.rule()
            table.add(cell(title, "bold"))
            for one in ways:
                table.add(brief(one.name), *columns.cells(one))
    return table


def _reaches(one: Option, target: Decimal) -> bool:
    return one.reliability is not None and one.reliability >= target
