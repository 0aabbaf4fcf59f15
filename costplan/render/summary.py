"""Stacks side by side, as a table for a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from costplan.render.page import Cell, Page, Table, cell, known_sum, money
from costplan.render.sentences import (
    component_names,
    ended_rows,
    or_dash,
    reliability_rows,
    total_of,
)

if TYPE_CHECKING:
    from costplan.document.estimate import Estimate, EstimateDocument


def summarise(page: Page, document: EstimateDocument) -> None:
    """The stacks side by side, in as many tables as the width asks for."""
    estimates = document.estimates
    for group in _fitting(estimates, page.width):
        _summary(page, group, document.currency, alone=len(estimates) == 1)
        page.say()


def _fitting(estimates: Sequence[Estimate], width: int) -> Iterable[Sequence[Estimate]]:
    """The stacks in groups whose columns fit beside each other."""
    group: list[Estimate] = []
    used = 19
    for made in estimates:
        needed = 3 + max(len(made.stack), len(total_of(made)))
        if group and used + needed > width:
            yield group
            group, used = [], 19
        group.append(made)
        used += needed
    if group:
        yield group


def _summary(page: Page, estimates: Sequence[Estimate], currency: str, *, alone: bool) -> None:
    """The stacks side by side; one that is ``alone`` has its components in its own table."""
    table = Table(currency, *(made.stack for made in estimates))
    if not alone:
        for name in component_names(estimates):
            table.add(name, *(_component_cell(made, name) for made in estimates))
        table.rule()
    table.add(cell("total a month", "bold"), *(cell(total_of(made), "bold") for made in estimates))
    for title, words in ended_rows(estimates):
        table.add(cell(title, "yellow"), *(cell(word, "yellow") for word in words))
    rows: list[tuple[str, list[Decimal | None]]] = [
        ("  fixed", [made.fixed_monthly for made in estimates]),
        ("  variable", [made.variable_monthly for made in estimates]),
    ]
    if any(made.list_monthly != made.total_monthly for made in estimates):
        rows.append(("  at list price", [made.list_monthly for made in estimates]))
    if any(made.contracted_monthly != made.total_monthly for made in estimates):
        rows.append(("  contracted", [made.contracted_monthly for made in estimates]))
    rows.append(("a request", [made.cost_per_request for made in estimates]))
    for title, amounts in rows:
        table.add(title, *(or_dash(one) for one in amounts))
    table.rule()
    table.add("orchestration spend", *(money(made.orchestration_spend) for made in estimates))
    table.add("overprovisioned", *(money(made.overprovisioned_compute) for made in estimates))
    found = reliability_rows(estimates)
    if found:
        table.rule()
        for title, cells in found:
            table.add(title, *cells)
    if any(made.budget is not None for made in estimates):
        if found:
            table.rule()
        table.add("budget left", *(_headroom(made) for made in estimates))
    page.draw(table)


def _component_cell(made: Estimate, name: str) -> Cell:
    component = next((one for one in made.components if one.name == name), None)
    if component is None:
        return cell("-", "dim")
    return cell(known_sum(component.line_items), "yellow" if component.unpriced else "")


def _headroom(made: Estimate) -> Cell:
    if made.budget is None:
        return cell("-", "dim")
    left = made.budget - made.total_monthly
    return cell(money(left), "red" if left < 0 else "green")
