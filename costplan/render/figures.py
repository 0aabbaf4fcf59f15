"""The figures of stacks side by side, as rows: what a table, Markdown and HTML show alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from costplan.document.estimate import Estimate
from costplan.document.reliability import Reliability
from costplan.quantity import percent, rounded
from costplan.render.page import known_sum
from costplan.render.sentences import or_dash, total_of

Block = Literal["component", "total", "each", "spent", "outcome", "budget"]
"""What belongs together, in the order of a page."""
WHOLE = "total a month"
"""The row that stands out."""
KEPT, EXTRA, DETAIL, EMPTY = range(4)
"""How soon a row gives way where a page must fit a screen: never, last, earlier, first."""

SMALL = Decimal("0.01")
"""Components under this share of every bill may stand in one row."""


class Row(NamedTuple):
    """One figure of every stack. ``part``: it is part of the figure above. ``counted``: it is a
    number or a share of requests, and no money."""

    block: Block
    title: str
    cells: list[str]
    rank: int = KEPT
    part: bool = False
    counted: bool = False


def figure_rows(estimates: Sequence[Estimate]) -> list[Row]:
    """All rows of the stacks; those that say nothing in any of them are left out."""
    return [
        *_components(estimates),
        *_totals(estimates),
        *_each(estimates),
        _money("spent", "orchestration spend", [one.orchestration_spend for one in estimates]),
        _money("spent", "overprovisioned", [one.overprovisioned_compute for one in estimates]),
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
    for made in estimates:
        lines = [x for one in made.components if one.name in names for x in one.line_items]
        cells.append(known_sum(lines) if lines else "-")
    title = ", ".join(names) if len(names) == 2 else f"{len(names)} small components"
    others = [row for row in rows if row not in shown]
    at = sum(row.block == "component" for row in others)
    return [*others[:at], Row("component", title, cells), *others[at:]]


def _is_small(estimates: Sequence[Estimate], name: str) -> bool:
    return all(
        one.total < SMALL * made.total_monthly and not one.unpriced
        for made in estimates
        for one in made.components
        if one.name == name
    )


def component_names(estimates: Sequence[Estimate]) -> list[str]:
    """The components of all stacks in the order of a bill."""
    rank: dict[str, int] = {}
    for made in estimates:
        for at, component in enumerate(made.components):
            rank[component.name] = max(rank.get(component.name, 0), at)
    return sorted(rank, key=lambda name: rank[name])


def trusted(found: Reliability) -> str:
    """Per cent with so many digits that a missed target does not look met."""
    places = 2
    if found.target is not None and found.trusted < found.target:
        while places < 8 and round(found.trusted * 100, places) >= found.target * 100:
            places += 1
    return f"{percent(found.trusted, places)} %"


def monthly(made: Estimate, share: Decimal) -> str:
    """How many of the month's requests a share is."""
    return rounded(share * made.requests, 3)


def _money(
    block: Block,
    title: str,
    amounts: Iterable[Decimal | None],
    rank: int = KEPT,
    part: bool = False,
) -> Row:
    return Row(block, title, [or_dash(one) for one in amounts], rank, part)


def _components(estimates: Sequence[Estimate]) -> Iterable[Row]:
    for name in component_names(estimates):
        parts = [
            next((one for one in made.components if one.name == name), None) for made in estimates
        ]
        cells = ["-" if one is None else known_sum(one.line_items) for one in parts]
        costs = any(one is not None and (one.total or one.unpriced) for one in parts)
        yield Row("component", name, cells, KEPT if costs else EMPTY)


def _totals(estimates: Sequence[Estimate]) -> Iterable[Row]:
    yield Row("total", WHOLE, [total_of(made) for made in estimates])
    if any(made.ended for made in estimates):
        counts = [len(made.ended) for made in estimates]
        words = [f"{one} {'offer' if one == 1 else 'offers'}" if one else "-" for one in counts]
        yield Row("total", "no longer sold", words, counted=True)
    parts = (
        ("fixed", [made.fixed_monthly for made in estimates], EXTRA),
        ("variable", [made.variable_monthly for made in estimates], DETAIL),
        ("at list price", [made.list_monthly for made in estimates], EXTRA),
        ("contracted", [made.contracted_monthly for made in estimates], DETAIL),
    )
    totals = [made.total_monthly for made in estimates]
    for title, amounts, rank in parts:
        if title in ("fixed", "variable") or amounts != totals:
            yield _money("total", title, amounts, rank, part=True)
    if any(made.months for made in estimates):
        count = max(len(made.months) for made in estimates)
        yield _money("total", f"mean of {count} months", [x.mean_monthly for x in estimates])
        yield _money("total", f"all {count} months", [made.horizon_total for made in estimates])


def _each(estimates: Sequence[Estimate]) -> Iterable[Row]:
    talks = any(made.conversations is not None for made in estimates)
    if talks:
        yield _money("each", "a conversation", [one.cost_per_conversation for one in estimates])
    title = "a turn" if talks else "a request"
    yield _money("each", title, [made.cost_per_request for made in estimates])
    if any(made.reliability is not None for made in estimates):
        costs = [made.cost_per_trusted_answer for made in estimates]
        yield _money("each", "a trusted answer", costs)


def _outcomes(estimates: Sequence[Estimate]) -> Iterable[Row]:
    """What the money buys; nothing where no stack's reliability is modelled."""
    if all(made.reliability is None for made in estimates):
        return
    found = [(made, made.reliability) for made in estimates]
    shares = [trusted(one) if one else "-" for _, one in found]
    silent = [monthly(made, one.silent) if one else "-" for made, one in found]
    cases = [monthly(made, one.escalated) if one else "-" for made, one in found]
    yield Row("outcome", "trusted answers", shares, counted=True)
    yield Row("outcome", "silent failures", silent, counted=True)
    yield Row("outcome", "cases for people", cases, EXTRA, counted=True)


def _budget(estimates: Sequence[Estimate]) -> Iterable[Row]:
    if any(made.budget is not None for made in estimates):
        left = [None if x.budget is None else x.budget - x.total_monthly for x in estimates]
        yield _money("budget", "budget left", left)
