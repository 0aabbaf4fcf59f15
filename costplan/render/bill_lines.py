"""The lines of one stack's bill for a terminal: their table, formulas, months and spread."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from costplan.document.line import LineItem
from costplan.quantity import ZERO, counted_to, grouped, percent, rounded
from costplan.record import replace
from costplan.render.page import Page, Table, amount_of, cell, known_sum, money
from costplan.render.sentences import bound

if TYPE_CHECKING:
    from costplan.document.estimate import Component, Estimate

NEGLIGIBLE = Decimal("1e-6")
"""A standard deviation, as a share of the mean, below which requests all cost the same."""
UNVERIFIED = "? rests on an unverified source"


def lines_of(estimate: Estimate, currency: str) -> Table:
    """The lines by component and offer; whoever asked adds the total."""
    table = Table(estimate.stack, "quantity", currency)
    for component in estimate.components:
        table.add(cell(component.name, "bold"), "", cell(known_sum(component.line_items), "bold"))
        _component(table, component)
    return table


def is_doubted(estimate: Estimate) -> bool:
    """Whether a line is marked as resting on an unverified source."""
    return any(line.price.confidence == "unverified" for line in estimate.lines)


def _component(table: Table, component: Component) -> None:
    groups: dict[tuple[str, str], list[LineItem]] = {}
    for line in component.line_items:
        groups.setdefault((line.role, line.price.offer), []).append(line)
    for (role, offer), lines in groups.items():
        rows = merged(lines)
        if offer == "workload":
            quantity = amount_of(rows[0]) if rows[0].price.unit != "month" else ""
            table.add(f"  {role} (stated)", cell(quantity, "dim"), known_sum(rows))
            continue
        several = len(rows) > 1
        table.add(f"  {role}: {offer}", "", known_sum(rows) if several else "")
        for line in rows:
            shade = "yellow" if line.amount is None else "dim" if several else ""
            mark = " ?" if line.price.confidence == "unverified" else ""
            table.add(
                cell(f"    {line.label}{mark}", "dim"),
                cell(amount_of(line), "dim"),
                cell(money(line.amount), shade),
            )


def merged(lines: Sequence[LineItem]) -> list[LineItem]:
    """Lines of one charge as one row: steps and purposes are for --explain and JSON."""
    rows: dict[tuple[str, bool], LineItem] = {}
    own: set[tuple[str, bool]] = set()
    for line in lines:
        key = (line.label, line.amount is None)
        known = rows.setdefault(key, line)
        if known is line:
            continue
        if key not in own:  # most rows are one line, which stays the document's
            known = rows[key] = replace(known)
            own.add(key)
        known.quantity += line.quantity
        if line.used is not None:
            known.used = (known.used or ZERO) + line.used
        if known.amount is not None and line.amount is not None:
            known.amount += line.amount
    return list(rows.values())


def explain(page: Page, line: LineItem) -> None:
    """A line's formula with its numbers, and where its price is from."""
    price = line.price
    where = f"{line.role}: " if line.role else ""
    uses = ", ".join(part for part in (line.step, line.purpose, *line.tags) if part)
    page.say(f"{where}{price.offer} {line.label} ({uses})")
    page.say(f"{line.formula} = {money(line.amount)}", "bold", 2)
    if line.basis and not line.uncounted:
        page.say(f"{grouped(counted_to(line.quantity))} {price.unit} from {line.basis}", "dim", 2)
    if price.reason:
        page.say(price.reason, "yellow", 2)
    dates = f"since {price.since}, checked {price.checked}"
    page.say(f"{price.source}; {price.confidence}; {dates}", "dim", 2)


def spread(page: Page, estimate: Estimate) -> None:
    """How far the whole month and one request's variable cost may be from what is expected, where
    anything varies. Lines that follow no request, and ranges, are at their means and points."""
    outcomes = estimate.reliability
    if outcomes is None:
        return
    requests, whole = estimate.requests, estimate.total_monthly
    points = ", every range at its point" if estimate.risk is not None else ""
    if sd := outcomes.month_sd(requests):
        page.say(
            f"the whole month, as requests happen to come and turn out{points}: mean "
            f"{_bound(estimate, whole)}, standard deviation {money(sd)}"
        )
        for share, most in outcomes.month_quantiles(requests)[1:]:
            amount = whole + most - requests * outcomes.cost_mean
            most_of_it = f"{percent(share)} % of months cost at most {money(amount)}"
            page.say(
                most_of_it if not estimate.at_least else f"{most_of_it} and what has no price",
                "",
                2,
            )
    if outcomes.cost_sd <= outcomes.cost_mean * NEGLIGIBLE:
        return
    page.say(
        f"one request, its variable cost alone{points}: mean {money(outcomes.cost_mean)}, "
        f"standard deviation {money(outcomes.cost_sd)}"
    )
    for share, low, high in outcomes.cost_quantiles:
        ends = list(dict.fromkeys((money(low), money(high))))
        page.say(f"{percent(share)} % of requests cost at most {' to '.join(ends)}", "", 2)
    if any(high - low > outcomes.cost_mean for _, low, high in outcomes.cost_quantiles):
        page.say("wide ranges are bounds: the true figure lies somewhere in between", "", 2)


def _bound(estimate: Estimate, amount: Decimal) -> str:
    return bound(money(amount), estimate.at_least)


def months_of(estimate: Estimate, currency: str) -> Table:
    """The horizon month by month; credits where one pays of a month."""
    credited = any(month.credits for month in estimate.months)
    extra = ["credits"] if credited else []
    table = Table("month", "requests", "recurring", "one-off", *extra, currency)
    for month in estimate.months:
        table.add(
            month.month.isoformat()[:7],
            rounded(month.requests),
            bound(money(month.recurring), month.at_least),
            money(month.one_off) if month.one_off else "-",
            *([money(-month.credits) if month.credits else "-"] if credited else []),
            bound(money(month.total), month.at_least),
        )
    whole = sum((month.total for month in estimate.months), ZERO)
    unknown = any(month.at_least for month in estimate.months)
    table.rule()
    blank = [""] * (3 + credited)
    table.add("mean", *blank, bound(money(whole / len(estimate.months)), unknown))
    table.add(cell("horizon", "bold"), *blank, cell(bound(money(whole), unknown), "bold"))
    return table
