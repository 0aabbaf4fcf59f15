"""The same workload at the prices of several days, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from costplan.document.estimate import EstimateDocument
from costplan.quantity import ZERO, grouped
from costplan.render import Look
from costplan.render.page import Page, Table, cell, money
from costplan.render.table import traffic


def draw(documents: Sequence[EstimateDocument], look: Look) -> str:
    """A table a stack: components by day, and the change from the first day to the last."""
    page = Page(look)
    first = documents[0]
    page.say(f"{first.workload}: {traffic(first.estimates)} a month", "bold")
    page.say(f"in {first.currency} a month, at the prices of each day", "dim")
    page.say()
    for at, made in enumerate(first.estimates):
        row = [document.estimates[at] for document in documents]
        days = [document.as_of.isoformat() for document in documents]
        table = Table(made.stack, *days, "change")
        names = dict.fromkeys(one.name for each in row for one in each.components)
        for name in names:
            totals = [
                sum((one.total for one in each.components if one.name == name), ZERO)
                for each in row
            ]
            table.add(name, *(money(one) for one in totals), _change(totals[0], totals[-1]))
        table.rule()
        totals = [each.total_monthly for each in row]
        words = [(">= " if each.at_least else "") + money(each.total_monthly) for each in row]
        table.add(
            cell("total", "bold"),
            *(cell(one, "bold") for one in words),
            _change(totals[0], totals[-1]),
        )
        page.draw(table)
        page.say()
    return page.text()


def _change(before: Decimal, after: Decimal) -> str:
    if not before:
        return "-"
    percent = (after - before) * 100 / before
    return ("+" if percent > 0 else "") + f"{grouped(percent, 0)} %"
