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
        for verdict in document.verdicts:
            if verdict.stack == stack:
                _row(table, verdict, labels[id(verdict)])
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
    times = Counter((verdict.stack, verdict.rule) for verdict in document.verdicts)
    return {
        id(verdict): f"{title(verdict)}, {verdict.source.rpartition('/')[2]}"
        if times[verdict.stack, verdict.rule] > 1
        else title(verdict)
        for verdict in document.verdicts
    }


def _row(table: Table, verdict: Verdict, label: str) -> None:
    figure, limit = figures(verdict)
    name = cell(f"  {WORDS[verdict.status]:{STATUS}}{label}", SHADES[verdict.status])
    table.add(name, Cell(figure), Cell(limit), cell(headroom(verdict), _shade(verdict)))


def _shade(verdict: Verdict) -> str:
    return "red" if verdict.headroom is not None and verdict.headroom < 0 else ""


def title(verdict: Verdict) -> str:
    """What a verdict is about, in words."""
    if verdict.kind == "limit":
        return verdict.rule.removeprefix("min_").replace("_", " ")
    if verdict.kind == "policy":
        return verdict.rule
    return "number of cases" if verdict.rule == WORKLOAD else f"price of {verdict.rule}"


def figures(verdict: Verdict) -> tuple[str, str]:
    """Figure and limit as they are drawn; ">=" where it is the least it can be."""
    if verdict.kind != "limit" or verdict.limit is None:
        return "", ""
    limit = written(verdict.limit, verdict.unit, verdict.figure)
    if verdict.figure is None:
        return "unknown", limit
    least = ">= " if verdict.at_least else ""
    return least + written(verdict.figure, verdict.unit, verdict.limit), limit


def headroom(verdict: Verdict) -> str:
    """What is left to the limit, as it is drawn."""
    return "" if verdict.headroom is None else written(verdict.headroom, verdict.unit, ZERO)


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
    for verdict in document.verdicts:
        if verdict.reason is not None:
            about = f"{verdict.stack}, {title(verdict)}" if several else title(verdict)
            yield f"{about}: {reason(verdict)}"


def reason(verdict: Verdict) -> str:
    """Why a verdict is not a pass, as a sentence without its full stop."""
    if verdict.kind == "limit" and verdict.status in ("warn", "deny"):
        figure, limit = figures(verdict)
        than = "under the minimum of" if verdict.is_minimum else "over the maximum of"
        figure = figure.replace(">= ", "at least ")
        return f"{figure} is {than} {limit}"
    said = verdict.reason or ""
    if verdict.kind == "policy" and verdict.figures:
        known = ", ".join(
            f"{name} {'unknown' if value is None else rounded(value)}"
            for name, value in verdict.figures.items()
        )
        about = f"{verdict.condition}; " if verdict.condition and verdict.condition != said else ""
        return f"{said} ({about}{known})"
    return said
