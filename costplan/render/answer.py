"""The first screen of a comparison: what to do, what it saves and hangs on, a row a stack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from costplan.document.comparison import Answer, Comparison, Lever, Standing
from costplan.document.options import Strategies
from costplan.quantity import grouped, rounded
from costplan.render.page import Page, Table
from costplan.render.sentences import traffic

LABEL = 11
"""Columns of what a line is about."""


def lay_out_answer(page: Page, made: Comparison, answer: Answer) -> None:
    """The answer on a page of 24 lines for up to four stacks."""
    document = made.document
    page.say(
        f"{document.workload}: {traffic(document.estimates)} a month, prices of "
        f"{document.as_of}, {document.currency} a month",
        "bold",
    )
    page.say()
    for label, sentence, style in _lines(made, answer):
        page.say(f"{label:{LABEL}}{sentence}", style, 0, LABEL)
    page.say()
    page.draw(_standings(made, answer))
    page.say()
    page.say("--full shows every way tried, the frontier, levers, and where the money goes.", "dim")


def sentences(made: Comparison, answer: Answer) -> list[tuple[str, str]]:
    """(what it is about, sentence) of everything that the answer says, for any page."""
    return [(label, sentence) for label, sentence, _ in _lines(made, answer)]


def _lines(made: Comparison, answer: Answer) -> Iterator[tuple[str, str, str]]:
    yield from _recommendation(made, answer)
    yield "compute", answer.compute, ""
    label = "hangs on"
    for lever in answer.hangs_on:
        yield label, hinge(lever), "yellow" if lever.assumed else ""
        label = ""
    if answer.equal:
        measured = answer.to_measure[0] if answer.to_measure else ""
        yield (
            "assumed",
            f"{', '.join(answer.equal)} to be as right as the file says of any model, so that the "
            f"bill alone ranks them; measure {measured}",
            "yellow",
        )
    for sentence in missing(made):
        yield "unknown", sentence, "yellow"


def _recommendation(made: Comparison, answer: Answer) -> Iterator[tuple[str, str, str]]:
    if answer.stack is None or answer.monthly is None:
        yield "no answer", f"{answer.reason}.", "yellow"
        return
    standing = answer.standings[0]
    least = ">= " if standing.at_least else ""
    right = (
        "" if answer.reliability is None else f", {grouped(answer.reliability * 100, 2)} % right"
    )
    took = "" if standing.seconds is None else f", {rounded(standing.seconds, 3)} s"
    way = f"{answer.stack}: {answer.way}"
    yield "do this", f"{way}: {least}{grouped(answer.monthly, 0)}{right}{took}", "bold"
    said = []
    if answer.saved is not None:
        whole = ", wrong answers included" if _loses(answer) else ""
        said.append(saved_words(answer.saved, answer.against) + whole)
    if standing.people is not None and standing.people > Decimal("0.005"):
        said.append(f"people are {grouped(standing.people * 100, 0)} % of it")
    if said:
        yield "", "; ".join(said), ""


def saved_words(saved: Decimal, against: str) -> str:
    """What the way takes off a stack's plan as the file has it."""
    if abs(saved) < Decimal("0.5"):
        return f"as much as {against}'s plan in the file"
    word = "less" if saved > 0 else "more"
    return f"{grouped(abs(saved), 0)} {word} than {against}'s plan in the file"


def hinge(lever: Lever) -> str:
    """An input that decides, with what it is now and where the answer changes."""
    now = "" if lever.now is None or lever.name.endswith("times") else f" at {rounded(lever.now)}"
    name = lever.name.removesuffix(", times")
    head = f"{name}{now}" + (", assumed" if lever.assumed else "")
    if lever.flips_at is not None:
        side = "above" if lever.now is not None and lever.flips_at > lever.now else "below"
        instead = lever.instead or "nothing tried that reaches it"
        scale = " times as many" if lever.name.endswith("times") else ""
        return f"{head}: {side} {rounded(lever.flips_at, 3)}{scale} {instead}"
    low, high = (_end(lever, at) for at in (0, 1))
    return f"{head}: {low}, {high}"


def _end(lever: Lever, at: int) -> str:
    amount = (lever.low, lever.high)[at]
    where = (lever.low_at, lever.high_at)[at]
    words = "out of reach" if amount is None else grouped(amount, 0)
    if where is None or lever.name.endswith("times"):
        return f"{words} with {('25 % less', '25 % more')[at]}"
    return f"{words} at {rounded(where)}"


def missing(made: Comparison) -> Iterable[str]:
    """Stacks whose totals are too low by a price that nobody knows."""
    for one in made.estimates:
        if one.at_least:
            first = one.unpriced[0]
            more = f" and {len(one.unpriced) - 1} more" if len(one.unpriced) > 1 else ""
            yield f"{one.stack}: no price for {first.price.offer} {first.label}{more}"


def _loses(answer: Answer) -> bool:
    return any(one.whole is not None and one.whole != one.monthly for one in answer.standings)


def _standings(made: Comparison, answer: Answer) -> Table:
    goal = _goal(made.strategies)
    loses, timed = _loses(answer), any(one.seconds is not None for one in answer.standings)
    titles = ["stack", goal, "in the file", "right"]
    titles += ["wrong", "total"] if loses else []
    titles += ["seconds"] if timed else []
    table = Table(*titles, "people", "idle")
    for one in answer.standings:
        table.add(*_standing(one, loses=loses, timed=timed))
    return table


def _standing(one: Standing, *, loses: bool, timed: bool) -> list[str]:
    least = ">= " if one.at_least else ""
    plan = least + grouped(one.plan_monthly, 0)
    if one.monthly is None or one.whole is None:
        return [one.stack, one.reason or "-", plan]
    right = "-" if one.reliability is None else f"{grouped(one.reliability * 100, 2)} %"
    row = [one.stack, least + grouped(one.monthly, 0), plan, right]
    if loses:
        row += [grouped(one.whole - one.monthly, 0), least + grouped(one.whole, 0)]
    if timed:
        row.append("-" if one.seconds is None else rounded(one.seconds, 3))
    shares = (one.people, one.idle)
    return [*row, *("-" if share is None else f"{grouped(share * 100, 0)} %" for share in shares)]


def _goal(strategies: Iterable[Strategies]) -> str:
    first = next(iter(strategies), None)
    if first is None or first.target is None:
        return "best way"
    return f"at {rounded(first.target * 100)} %"
