"""The figures of stacks side by side, as rows: what a table, Markdown and HTML show alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from costplan.document.estimate import Estimate
from costplan.document.line import LineItem
from costplan.document.line_kinds import always_on, is_spare, keeps_right
from costplan.document.reliability import Reliability
from costplan.quantity import percent, rounded
from costplan.render.page import known_sum, money
from costplan.render.sentences import bound, or_dash, total_of

Block = Literal["component", "total", "each", "spent", "outcome", "budget"]
"""What belongs together, in the order of a page."""
WHOLE = "total a month"
LIKELY = f"{WHOLE}, likely"
"""The row that stands out; where numbers are ranges, each of them at its point."""
KEPT, LAST, EXTRA, DETAIL, EMPTY = range(5)
"""How soon a row gives way where a page must fit a screen: never, where the screen is low or much
is said below, then earlier, first."""

SMALL = Decimal("0.01")
"""Components under this share of every bill may stand in one row."""

TRUSTED = "trusted"
"""How the title begins of the row that says how many answers are right."""


class Row(NamedTuple):
    """One figure of every stack. ``part``: it is part of the figure above. ``counted``: it is a
    number or a share of requests, and no money."""

    block: Block
    title: str
    cells: list[str]
    rank: int = KEPT
    part: bool = False
    counted: bool = False

    @property
    def is_total(self) -> bool:
        """Whether it is the month's total."""
        return self.title in (WHOLE, LIKELY)


def figure_rows(estimates: Sequence[Estimate]) -> list[Row]:
    """All rows of the stacks; those that say nothing in any of them are left out."""
    spent = [_money(stack.orchestration_spend, _lacks(stack, keeps_right)) for stack in estimates]
    spare = [
        _money(stack.overprovisioned_compute, _lacks(stack, is_spare) or _is_always_on(stack))
        for stack in estimates
    ]
    return [
        *_components(estimates),
        *_totals(estimates),
        *_each(estimates),
        Row("spent", "orchestration spend", spent, LAST),
        Row("spent", "overprovisioned", spare, LAST),
        *_outcomes(estimates),
        *_budget(estimates),
    ]


def small_together(estimates: Sequence[Estimate], rows: Sequence[Row]) -> list[Row]:
    """The rows with the components that are under ``SMALL`` of every stack's bill as one row."""
    small = [name for name in component_names(estimates) if _is_small(estimates, name)]
    shown = [row for row in rows if row.block == "component" and row.title in small]
    if len(shown) < 2:
        return list(rows)
    names = [row.title for row in shown]
    cells = []
    for stack in estimates:
        lines = [
            x
            for component in stack.components
            if component.name in names
            for x in component.line_items
        ]
        cells.append(known_sum(lines) if lines else "-")
    title = ", ".join(names) if len(names) == 2 else f"{len(names)} small components"
    others = [row for row in rows if row not in shown]
    at = sum(row.block == "component" for row in others)
    return [*others[:at], Row("component", title, cells), *others[at:]]


def _is_small(estimates: Sequence[Estimate], name: str) -> bool:
    return all(
        component.total < SMALL * stack.total_monthly and not component.unpriced
        for stack in estimates
        for component in stack.components
        if component.name == name
    )


def component_names(estimates: Sequence[Estimate]) -> list[str]:
    """The components of all stacks in the order of a bill."""
    rank: dict[str, int] = {}
    for stack in estimates:
        for at, component in enumerate(stack.components):
            rank[component.name] = max(rank.get(component.name, 0), at)
    return sorted(rank, key=lambda name: rank[name])


def trusted(reliability: Reliability) -> str:
    """Per cent with so many digits that a missed target does not look met."""
    places = 2
    if reliability.target is not None and reliability.trusted < reliability.target:
        while places < 8 and round(reliability.trusted * 100, places) >= reliability.target * 100:
            places += 1
    return f"{percent(reliability.trusted, places)} %"


def monthly(stack: Estimate, share: Decimal) -> str:
    """How many of the month's requests a share is."""
    return rounded(share * stack.requests, 3)


def _money(amount: Decimal | None, at_least: bool) -> str:
    """An amount, or a dash; marked where it is too low by what nobody knows."""
    return bound(or_dash(amount), at_least and amount is not None)


def _is_always_on(stack: Estimate) -> bool:
    return bool(always_on(stack.lines))


def _lacks(stack: Estimate, kind: Callable[[LineItem], bool]) -> bool:
    """Whether a line of a kind has no price."""
    return any(map(kind, stack.unpriced))


def _components(estimates: Sequence[Estimate]) -> Iterable[Row]:
    for name in component_names(estimates):
        parts = [
            next((component for component in stack.components if component.name == name), None)
            for stack in estimates
        ]
        cells = [
            "-" if component is None else known_sum(component.line_items) for component in parts
        ]
        costs = any(
            component is not None and (component.total or component.unpriced) for component in parts
        )
        yield Row("component", name, cells, KEPT if costs else EMPTY)


def _totals(estimates: Sequence[Estimate]) -> Iterable[Row]:
    ranged = any(
        stack.risk is not None or stack.facts_of("ranges-not-drawn") for stack in estimates
    )
    yield Row("total", LIKELY if ranged else WHOLE, [total_of(stack) for stack in estimates])
    if any(stack.ended for stack in estimates):
        counts = [len(stack.ended) for stack in estimates]
        words = [
            f"{count} {'offer' if count == 1 else 'offers'}" if count else "-" for count in counts
        ]
        yield Row("total", "no longer sold", words, counted=True)
    yield from _parts(estimates)
    if any(stack.months for stack in estimates):
        count = max(len(stack.months) for stack in estimates)
        for title, amounts in (
            (f"mean of {count} months", [stack.mean_monthly for stack in estimates]),
            (f"all {count} months", [stack.horizon_total for stack in estimates]),
        ):
            cells = [
                _money(amount, any(month.at_least for month in stack.months))
                for stack, amount in zip(estimates, amounts, strict=True)
            ]
            yield Row("total", title, cells)


def _parts(estimates: Sequence[Estimate]) -> Iterable[Row]:
    """What of the total is fixed, and what it was before discounts and commitments."""
    totals = [stack.total_monthly for stack in estimates]
    parts: tuple[tuple[str, list[Decimal], Callable[[LineItem], bool], int], ...] = (
        ("fixed", [stack.fixed_monthly for stack in estimates], _is_fixed, EXTRA),
        ("variable", [stack.variable_monthly for stack in estimates], _is_variable, DETAIL),
        ("at list price", [stack.list_monthly for stack in estimates], _is_any, EXTRA),
        ("contracted", [stack.contracted_monthly for stack in estimates], _is_any, DETAIL),
    )
    for title, amounts, kind, rank in parts:
        if title in ("fixed", "variable") or amounts != totals:
            cells = [
                _money(amount, _lacks(stack, kind))
                for stack, amount in zip(estimates, amounts, strict=True)
            ]
            yield Row("total", title, cells, rank, part=True)


def _is_fixed(line: LineItem) -> bool:
    return line.fixed


def _is_variable(line: LineItem) -> bool:
    return not line.fixed


def _is_any(line: LineItem) -> bool:
    return True


def _each(estimates: Sequence[Estimate]) -> Iterable[Row]:
    talks = any(stack.conversations is not None for stack in estimates)
    if talks:
        costs = [_money(stack.cost_per_conversation, stack.at_least) for stack in estimates]
        yield Row("each", "a conversation", costs, LAST)
    costs = [_money(stack.cost_per_request, stack.at_least) for stack in estimates]
    yield Row("each", "a turn" if talks else "a request", costs, LAST)
    if any(stack.reliability is not None for stack in estimates):
        costs = [_money(stack.cost_per_trusted_answer, stack.at_least) for stack in estimates]
        yield Row("each", "a trusted answer", costs, LAST)


def _outcomes(estimates: Sequence[Estimate]) -> Iterable[Row]:
    """What the money buys; nothing where no stack's reliability is modelled."""
    if all(stack.reliability is None for stack in estimates):
        return
    known = [(stack, stack.reliability) for stack in estimates]
    shares = [trusted(outcomes) if outcomes else "-" for _, outcomes in known]
    silent = [monthly(stack, outcomes.silent) if outcomes else "-" for stack, outcomes in known]
    cases = [monthly(stack, outcomes.escalated) if outcomes else "-" for stack, outcomes in known]
    yield Row("outcome", _trusted_title(estimates), shares, counted=True)
    yield Row("outcome", "silent failures", silent, LAST, counted=True)
    yield Row("outcome", "cases for people", cases, EXTRA, counted=True)


def _trusted_title(estimates: Sequence[Estimate]) -> str:
    """``TRUSTED``, with the target where a stack misses it."""
    known = [stack.reliability for stack in estimates if stack.reliability is not None]
    for outcomes in known:
        if outcomes.target is not None and outcomes.trusted < outcomes.target:
            return f"{TRUSTED}, {percent(outcomes.target)} % asked"
    return f"{TRUSTED} answers"


def _budget(estimates: Sequence[Estimate]) -> Iterable[Row]:
    if any(stack.budget is not None for stack in estimates):
        yield Row("budget", "budget left", [_left(stack) for stack in estimates])


def _left(stack: Estimate) -> str:
    """What is left of the budget: at most that where a price is missing."""
    if stack.budget is None:
        return "-"
    left = money(stack.budget - stack.total_monthly)
    return f"<= {left}" if stack.at_least else left
