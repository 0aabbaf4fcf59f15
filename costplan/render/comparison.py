"""A comparison for a terminal: stacks with bars, then each stack's ways to a target."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from costplan.document.comparison import (
    BreakEven,
    Comparison,
    Option,
    Sensitivity,
    Strategies,
    Versus,
)
from costplan.document.estimate import Estimate
from costplan.quantity import ZERO, grouped, rounded
from costplan.render.colours import colour_of
from costplan.render.page import Cell, Page, Table, cell, money
from costplan.render.sentences import or_dash, share_of, traffic
from costplan.render.summary import summarise
from costplan.words import PURPOSES


def lay_out(page: Page, made: Comparison) -> None:
    """The comparison on a page."""
    document = made.document
    page.say(f"{document.workload}: {traffic(document.estimates)} a month", "bold")
    page.say(f"prices as of {document.as_of}, in {document.currency} a month", "dim")
    page.say()
    summarise(page, document)
    _bars(page, made.estimates)
    _equal(page, made)
    for versus in made.versus:
        _versus(page, versus, made)
    _lock_in(page, made)
    _mixes(page, made)
    _margins(page, made)
    for strategies in made.strategies:
        _strategies(page, strategies, made)
    if made.sensitivity is not None:
        _levers(page, made.sensitivity, made)
    page.bullets("Notes", made.notes)


def _equal(page: Page, made: Comparison) -> None:
    """Every stack at the same reliability: the cheapest way there, whatever it is."""
    target = made.strategies[0].target if made.strategies else None
    if target is None or all(not one.options for one in made.strategies):
        return
    currency = made.document.currency
    page.say(f"Every stack at {rounded(target * 100)} % trusted answers", "bold")
    table = Table("stack", "cheapest way", currency, texts=2)
    for one in made.strategies:
        way = one.at_target
        if way is not None:
            estimate = next(each for each in made.estimates if each.stack == one.stack)
            least = ">= " if estimate.at_least else ""
            table.add(one.stack, way.name, least + money(way.monthly))
        else:
            best = max((each.reliability or ZERO for each in one.options), default=None)
            most = "not modelled" if best is None else f"at most {grouped(best * 100, 2)} %"
            table.add(one.stack, cell(most, "yellow"), "-")
    page.draw(table)
    page.say()


def _purposes(page: Page, made: Strategies) -> None:
    """Where the money of the plan, of the cheapest way and of brute force goes."""
    gpus = [one for one in made.options if one.kind == "hosting" and one.monthly is not None]
    votes = [one for one in made.options if one.votes]
    shown = [made.options[0]]
    if made.at_target is not None and made.at_target is not made.options[0]:
        shown.append(made.at_target)
    shown += [*gpus[:1], *votes[-1:]]
    table = Table("where the money goes", *PURPOSES)
    for one in shown:
        if one.by_purpose is not None:
            table.add(f"  {one.name}", *(money(part) for part in one.by_purpose.values()))
    page.draw(table)
    page.say()


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
        ways = next(one for one in made.strategies if one.stack == made.baseline)
        page.say(
            "nothing tried reaches the target, so nothing can be moved against it"
            if ways.options
            else ways.sentence,
            "",
            2,
        )
        page.say()
        return
    page.say(f"now: {found.choice}, {money(found.monthly)} a month", "", 2)
    page.say(
        f"cheapest way in {made.document.currency} a month when one input moves by a quarter:",
        "",
        2,
    )
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
    page.bullets("Break-even", [_break_even(one) for one in found.break_evens])
    page.say()


def _break_even(one: BreakEven) -> str:
    value, now = rounded(one.value), rounded(one.now)
    if one.against == "the target":
        return f"{one.what}: this plan reaches the target from {value} on (now {now})"
    return f"{one.what}: this plan and '{one.against}' cost the same at {value} (now {now})"


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
    for made in estimates:
        parts = [Cell(f"{made.stack:{label}} ")]
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
    percent = f" ({_signed(change * 100 / whole, 0)} %)" if whole and not base.at_least else ""
    page.say(
        f"{versus.stack} against {made.baseline}: {_bound(base, other)}{_signed(change, 2)}"
        f"{percent} a month",
        "bold",
    )
    for title, changes in (("wins", versus.wins), ("loses", versus.loses)):
        if changes:
            words = ", ".join(f"{name} {_signed(amount, 2)}" for name, amount in changes)
            page.say(f"{title} on {words}", "", 2)
    if versus.break_even is not None:
        page.say(_crossing(versus, base, versus.break_even), "", 2)
    if versus.one_off is not None:
        page.say(f"moving costs {money(versus.one_off)} once, {_payback(versus)}", "", 2)
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


def _signed(amount: Decimal, places: int) -> str:
    return ("+" if amount > 0 else "") + grouped(amount, places)


def _lock_in(page: Page, made: Comparison) -> None:
    words = [
        f"{one.stack}: {rounded(one.share * 100, 3)} % with {one.vendor}"
        for one in made.lock_in
        if one.share
    ]
    page.bullets("Largest vendor's share of the bill, people included", words)
    page.say()


def _mixes(page: Page, made: Comparison) -> None:
    words = []
    for mix in made.mixes:
        shares = ", ".join(
            f"{rounded(share * 100)} % {stack}" for stack, share in mix.shares.items()
        )
        least = "at least " if mix.at_least else ""
        words.append(f"{mix.name} ({shares}): {least}{money(mix.monthly)}")
    if words:
        page.bullets("Mixes, fixed costs of every part paid in full", words)
        page.say()


def _margins(page: Page, made: Comparison) -> None:
    unknown = {one.stack for one in made.estimates if one.at_least}
    words = [
        f"{stack}: {'at most ' if stack in unknown else ''}{money(amount)}"
        for stack, amount in made.margins.items()
    ]
    if words:
        page.bullets("Margin a month, revenue less this bill", words)
        page.say()


def _strategies(page: Page, made: Strategies, whole: Comparison) -> None:
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
    page.draw(_ways(made, whole.document.currency))
    page.say()
    _purposes(page, made)
    words = []
    if made.gap is not None:
        words.append(
            f"coordination gap {rounded(made.gap * 100, 3)} %: as reliable for that much less"
            if made.gap
            else "coordination gap 0: nothing tried here is as reliable for less"
        )
    if made.shortfall is not None:
        words.append(
            "the target is missed; meeting it changes the bill by "
            f"{_signed(made.shortfall, 2)} a month"
        )
    if made.multiple is not None:
        words.append(
            f"brute-force multiple {rounded(made.multiple, 3)}: by compute alone over orchestrated"
        )
    words += _unreachable(made)
    words += [
        f"{one.name}: {one.reason}"
        for one in made.options
        if one.reason and not one.votes and one.kind != "unchecked"
    ]
    page.bullets("Measures", [*words, *made.notes])
    page.say()


def _ways(made: Strategies, currency: str) -> Table:
    """The frontier, the plan where it is not on it, and every way by compute."""
    table = Table("frontier", "trusted", currency, "per extra answer")
    below = True
    for one in made.frontier:
        if made.target is not None and below and _reaches(one, made.target):
            below = False
            table.add(cell(f"{rounded(made.target * 100)} % and more", "bold"), "", "", "")
        extra = "" if one.marginal is None else money(one.marginal)
        table.add(f"  {one.name}", share_of(one.reliability), money(one.monthly), extra)
    plan = made.options[0]
    if all(one.name != plan.name for one in made.frontier):
        table.add(cell("off the frontier", "bold"), "", "", "")
        table.add(f"  {plan.name}", share_of(plan.reliability), money(plan.monthly))
    table.rule()
    table.add(cell("by compute", "bold"), "", "", "")
    for one in made.options:
        if one.kind in ("hosting", "unchecked", "quality"):
            table.add(
                f"  {one.name}",
                share_of(one.reliability),
                or_dash(one.monthly),
            )
    return table


def _reaches(one: Option, target: Decimal) -> bool:
    return one.reliability is not None and one.reliability >= target


def _unreachable(made: Strategies) -> list[str]:
    """Votes that no number of runs takes to the target, and the correlation that says so."""
    votes = [one for one in made.options if one.votes and one.ceiling is not None]
    if not votes:
        return []
    top = votes[0].ceiling or ZERO
    said = f"votes of whole runs: {votes[0].reason}"
    if made.target is None or top >= made.target:
        return [said]
    return [f"{said}; unreachable, ceiling R = {grouped(top * 100, 1)} %"]
