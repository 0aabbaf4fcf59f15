"""A stack's month by real usage: what was used so far, and what it comes to at its end.

projected tokens = sum over logged days of (1 in the month so far, remaining / window in the window)
                   x what the day used
month            = projected tokens and the plan's other lines, after the workload's terms
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from costplan.billing.cells import Sum
from costplan.billing.exchange import Exchange
from costplan.document.line import LineItem
from costplan.plan.usage.coverage import Projection
from costplan.plan.usage.summary import Logged
from costplan.plan.usage.terms import discounted, in_currency, with_terms
from costplan.quantity import ONE, ZERO, total
from costplan.record import replace
from costplan.workload.model import Workload


class Bounds(NamedTuple):
    """An amount at least and at most: two where a source has lost the sizes of requests."""

    low: Decimal
    high: Decimal


class Spent(NamedTuple):
    """A stack's month by real usage, in the workload's currency.

    ``to_date``: tokens so far, after discounts; ``tokens``: projected to the month's end, after all
    terms, or where that cannot be told what was used so far; ``monthly``: with the plan's
    ``others``. ``missing``: offers without a price.
    """

    projection: Projection
    to_date: Bounds
    tokens: Bounds
    others: Decimal
    monthly: Bounds
    missing: tuple[str, ...]


class Sides(NamedTuple):
    """What was logged by day, priced at least and at most."""

    low: Sequence[Logged]
    high: Sequence[Logged]


def spent(
    workload: Workload,
    stack: str,
    logged: Sides,
    others: Callable[[], Sequence[LineItem]],
    projection: Projection,
    sampling: Decimal,
    day: date,
) -> Spent:
    """``others``: the plan's lines that are no tokens, before commitments and credits; a fresh list
    each time, as terms change them. ``sampling``: the share of requests that was logged.

    Raises BadUsage for a currency without a rate, InvalidInput as ``with_terms``.
    """
    days = sorted({date.fromisoformat(line.day) for line in logged.low if line.day is not None})
    inside = {day: ONE / sampling for day in days if projection.in_month(day)}
    whole = {day: weight / sampling for day, weight in projection.weights(days).items()}
    to_date, tokens, months = [], [], []
    missing: list[str] = []
    for side in logged:
        so_far = _weighed(side, inside, workload)
        discounted(workload, stack, so_far, day)
        to_date.append(_sum(so_far))
        lines, rest = _weighed(side, whole, workload), list(others())
        agreed = with_terms(workload, stack, lines, day, rest)
        month = [*lines, *rest, *agreed.added]
        tokens.append(_sum(line for line in month if line.component == "tokens"))
        months.append(_sum(month))
        missing += [line.price.offer for line in month if line.amount is None]
    apart = _sum(others())
    return Spent(
        projection,
        Bounds(*to_date),
        Bounds(*tokens),
        apart,
        Bounds(*months),
        tuple(dict.fromkeys(missing)),
    )


def _weighed(
    logged: Iterable[Logged], weights: dict[date, Decimal], workload: Workload
) -> list[LineItem]:
    """What days used, each as often as its weight, by price and in the workload's currency."""
    sums: dict[str, Sum] = {}
    for day, line, currency in logged:
        weight = ZERO if day is None else weights.get(date.fromisoformat(day), ZERO)
        if weight:
            weighed = replace(line, quantity=line.quantity * weight)
            sums.setdefault(currency, Sum()).add([weighed])
    lines = [(line, currency) for currency, own in sums.items() for line in own.lines()]
    in_currency(lines, Exchange.of(workload), "the usage")
    return [line for line, _ in lines]


def _sum(lines: Iterable[LineItem]) -> Decimal:
    return total(line.amount for line in lines if line.amount is not None)
