"""A check as a table for a person: one row a verdict, and a sentence that sums up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from costplan.document.verdict import CheckDocument, Verdict
from costplan.quantity import ZERO, grouped, rounded
from costplan.render import Look
from costplan.render.page import Cell, Page, Table, cell, money
from costplan.words import WORKLOAD

WORDS = {"pass": "pass", "warn": "WARN", "deny": "DENY", "unknown": "UNKNOWN"}
SHADES = {"pass": "green", "warn": "yellow", "deny": "red", "unknown": "red"}
PLAIN = ("count", "days")
MOST_DIGITS = 8
STATUS = 9


def draw(document: CheckDocument, look: Look) -> str:
    """The verdicts, stack by stack, as text of at most ``look.width`` columns."""
    page = Page(look)
    page.say(f"{document.workload}: {sentence(document)}", "bold")
    against = f", against {document.baseline}" if document.baseline else ""
    page.say(f"prices as of {document.as_of}, in {document.currency} a month{against}", "dim")
    page.say()
    labels = labelled(document)
    table = Table("", "figure", "limit", "headroom")
    for at, stack in enumerate(document.stacks):
        if at:
            table.rule()
        table.add(cell(stack, "bold"))
        for one in document.verdicts:
            if one.stack == stack:
                _row(table, one, labels[id(one)])
    page.draw(table)
    page.say()
    page.bullets("Why", list(dict.fromkeys(_reasons(document))))
    page.bullets("Notes", document.notes)
    return page.text()


def sentence(document: CheckDocument) -> str:
    """The whole check in a few words."""
    counts = [
        (document.count("deny"), "denied"),
        (document.count("unknown"), "unknown"),
        (document.count("warn"), "with a warning"),
        (document.count("pass"), "passed"),
    ]
    said = ", ".join(f"{number} {word}" for number, word in counts if number)
    head = {
        "pass": "passes",
        "deny": "denied",
        "price": "cannot pass without the prices that are missing, stale or no longer sold",
    }[document.result]
    return f"{head} ({said})"


def labelled(document: CheckDocument) -> dict[int, str]:
    """Each verdict's title by its ``id``, with the source where several have a rule on the same."""
    times = Counter((one.stack, one.rule) for one in document.verdicts)
    return {
        id(one): f"{title(one)}, {one.source.rpartition('/')[2]}"
        if times[one.stack, one.rule] > 1
        else title(one)
        for one in document.verdicts
    }


def _row(table: Table, one: Verdict, label: str) -> None:
    figure, limit = figures(one)
    room = "" if one.headroom is None else written(one.headroom, one.unit, ZERO)
    name = cell(f"  {WORDS[one.status]:{STATUS}}{label}", SHADES[one.status])
    table.add(name, Cell(figure), Cell(limit), cell(room, _shade(one)))


def _shade(one: Verdict) -> str:
    return "red" if one.headroom is not None and one.headroom < 0 else ""


def title(one: Verdict) -> str:
    """What a verdict is about, in words."""
    if one.kind == "limit":
        return one.rule.removeprefix("min_").replace("_", " ")
    if one.kind == "policy":
        return one.rule
    return "number of cases" if one.rule == WORKLOAD else f"price of {one.rule}"


def figures(one: Verdict) -> tuple[str, str]:
    """Figure and limit as they are drawn; ">=" where it is the least it can be."""
    if one.kind != "limit" or one.limit is None:
        return "", ""
    limit = written(one.limit, one.unit, one.figure)
    if one.figure is None:
        return "unknown", limit
    least = ">= " if one.at_least else ""
    return least + written(one.figure, one.unit, one.limit), limit


def written(number: Decimal, unit: str, other: Decimal | None) -> str:
    """A number in its unit, with so many digits that it does not look like an ``other`` one."""
    if unit in PLAIN:
        text, twin = rounded(number), None if other is None else rounded(other)
        return grouped(number) if text == twin and number != other else text
    if unit in ("share", "percent"):
        times = 100 if unit == "share" else 1
        return f"{_apart(number * times, None if other is None else other * times)} %"
    text = money(number)
    if other is not None and number != other and text == money(other):
        return _apart(number, other)
    return text


def _apart(number: Decimal, other: Decimal | None) -> str:
    places = 2
    while places < MOST_DIGITS and other is not None and number != other:
        if grouped(number, places) != grouped(other, places):
            break
        places += 1
    return grouped(number, places)


def _reasons(document: CheckDocument) -> Iterable[str]:
    """What figure and limit do not say by themselves."""
    several = len(document.stacks) > 1
    for one in document.verdicts:
        if one.reason is not None:
            about = f"{one.stack}, {title(one)}" if several else title(one)
            yield f"{about}: {reason(one)}"


def reason(one: Verdict) -> str:
    """Why a verdict is not a pass, as a sentence without its full stop."""
    if one.kind == "limit" and one.status in ("warn", "deny"):
        figure, limit = figures(one)
        than = "under the minimum of" if one.is_minimum else "over the maximum of"
        figure = figure.replace(">= ", "at least ")
        return f"{figure} is {than} {limit}"
    said = one.reason or ""
    if one.kind == "policy" and one.figures:
        known = ", ".join(
            f"{name} {'unknown' if value is None else rounded(value)}"
            for name, value in one.figures.items()
        )
        about = f"{one.condition}; " if one.condition and one.condition != said else ""
        return f"{said} ({about}{known})"
    return said
