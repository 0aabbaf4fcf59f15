"""The same workload at the prices of several days, side by side."""

from __future__ import annotations

from collections.abc import Sequence

from costplan.document.estimate import Component, Estimate, EstimateDocument
from costplan.quantity import grouped
from costplan.render import Look
from costplan.render.page import Page, Table, cell, known_sum, money
from costplan.render.sentences import traffic


def draw(documents: Sequence[EstimateDocument], look: Look) -> str:
    """A table a stack: components by day, and the change from the first day to the last."""
    page = Page(look)
    first = documents[0]
    page.say(f"{first.workload}: {traffic(first.estimates)} a month", "bold")
    page.say(f"in {first.currency} a month, at the prices of each day", "dim")
    page.say()
    for at, estimate in enumerate(first.estimates):
        row = [document.estimates[at] for document in documents]
        days = [document.as_of.isoformat() for document in documents]
        table = Table(estimate.stack, *days, "change")
        names = dict.fromkeys(component.name for each in row for component in each.components)
        for name in names:
            parts = [_component(each, name) for each in row]
            words = [
                "-" if component is None else known_sum(component.line_items) for component in parts
            ]
            table.add(name, *words, _change(parts[0], parts[-1]))
        table.rule()
        words = [(">= " if each.at_least else "") + money(each.total_monthly) for each in row]
        whole = [Component("total", each.lines) for each in (row[0], row[-1])]
        table.add(cell("total", "bold"), *(cell(text, "bold") for text in words), _change(*whole))
        page.draw(table)
        page.say()
    return page.text()


def _component(estimate: Estimate, name: str) -> Component | None:
    return next((component for component in estimate.components if component.name == name), None)


def _change(before: Component | None, after: Component | None) -> str:
    """From the first day to the last; "-" where one of them is nothing or not known."""
    if before is None or after is None or before.unpriced or after.unpriced or not before.total:
        return "-"
    percent = (after.total - before.total) * 100 / before.total
    return ("+" if percent > 0 else "") + f"{grouped(percent, 0)} %"
