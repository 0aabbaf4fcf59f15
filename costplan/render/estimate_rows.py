"""Tables of estimates that pages in HTML and Markdown have alike, as rows of texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from costplan.document.bill import Bill
from costplan.document.entries import estimates_of
from costplan.document.estimate import Estimate
from costplan.quantity import ZERO, percent, rounded
from costplan.render.page import money
from costplan.render.sentences import bound, total_of

if TYPE_CHECKING:
    from costplan.document.kinds import Saved

TOTALS = ("workload", "stack", "as of", "a month", "currency")
MONTHS = ("month", "requests", "recurring", "one-off")


def total_rows(saved: Sequence[Saved]) -> list[list[str]]:
    """Every stack of every document, under ``TOTALS``; the bill of one offer has no stack."""
    rows = []
    for named in saved:
        document = named.document
        if isinstance(document, Bill):
            total = bound(money(document.total), bool(document.unpriced))
            rows.append(
                [document.offer, "", f"{document.as_of:%Y-%m-%d}", total, document.currency]
            )
            continue
        estimated = estimates_of(document)
        assert estimated is not None
        name, day, currency = estimated.workload, f"{estimated.as_of}", estimated.currency
        rows += [
            [name, estimate.stack, day, total_of(estimate), currency]
            for estimate in estimated.estimates
        ]
    return rows


def purpose_rows(estimate: Estimate) -> list[list[str]]:
    """What each purpose costs a month, and its share of what has a price."""
    whole = estimate.total_monthly
    lacking = {line.purpose for line in estimate.unpriced}
    return [
        [
            purpose,
            bound(money(amount), purpose in lacking),
            f"{percent(amount / whole, digits=3)} %" if whole else "-",
        ]
        for purpose, amount in estimate.by_purpose.items()
    ]


def month_rows(estimate: Estimate) -> list[list[str]]:
    """The months of the horizon, under ``MONTHS`` and their totals, that of the horizon last."""
    rows = [
        [
            f"{month.month:%Y-%m}",
            rounded(month.requests),
            bound(money(month.recurring), month.at_least),
            money(month.one_off) if month.one_off else "-",
            bound(money(month.total), month.at_least),
        ]
        for month in estimate.months
    ]
    whole = sum((month.total for month in estimate.months), ZERO)
    lacking = any(month.at_least for month in estimate.months)
    return [*rows, ["horizon", "", "", "", bound(money(whole), lacking)]] if rows else []
