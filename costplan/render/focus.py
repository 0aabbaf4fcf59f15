"""Lines in the shape of FOCUS 1.2, the FinOps Open Cost and Usage Specification, as CSV.

An estimate is no invoice: the account is called ``estimate``, no invoice is named, and the columns
of our own begin with ``x_``. What a saved document does not know (regions, commitments, resources)
is null, and so is every cost of a line without a price.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from json.encoder import encode_basestring_ascii as quoted
from typing import TYPE_CHECKING

from costplan.document.entries import Entry, Value, entries
from costplan.document.line import LineItem, Price
from costplan.quantity import ONE, ZERO, literal, settle
from costplan.render import Look
from costplan.render.csv import table

if TYPE_CHECKING:
    from costplan.document.saved import Saved

VERSION = "1.2"
LAST = date(9999, 12, 1)
"""The month that no other follows."""
CATEGORIES = {
    "tokens": "AI and Machine Learning",
    "vector-db": "Databases",
    "compute": "Compute",
    "runtime": "Compute",
    "observability": "Management and Governance",
    "orchestration": "Integration",
    "search-rerank": "AI and Machine Learning",
    "guardrails": "AI and Machine Learning",
    "human": "Business Applications",
}
"""The service category of each component, of the values that the specification allows."""
NULLS = (
    "AvailabilityZone",
    "BillingAccountType",
    "ChargeClass",
    "CommitmentDiscountCategory",
    "CommitmentDiscountId",
    "CommitmentDiscountName",
    "CommitmentDiscountQuantity",
    "CommitmentDiscountStatus",
    "CommitmentDiscountType",
    "CommitmentDiscountUnit",
    "InvoiceId",
    "RegionId",
    "RegionName",
    "ResourceId",
    "ResourceName",
    "ResourceType",
)
"""Columns that no estimate fills."""


def draw(saved: Sequence[Saved], look: Look) -> str:
    """One row a line item. The sum of BilledCost is the sum of the totals."""
    rows = [list(_row(entry).values()) for entry in entries(saved)]
    return table(list(_row(BLANK)), rows)


BLANK = Entry(
    "",
    "",
    LAST,
    "",
    "",
    LineItem(Price("", "", "", None, ONE, "", "", LAST, LAST), ZERO, None, None),
)
"""A line of nothing, for the names of the columns."""


def _row(entry: Entry) -> dict[str, Value]:
    line, price = entry.line, entry.line.price
    start, end = _month(entry.as_of)
    usage, label, formula = not line.fixed, line.label, line.formula
    vendor = entry.vendor or "unknown"
    priced = line.amount is not None and line.flat is None and price.price is not None
    row: dict[str, Value] = dict.fromkeys(NULLS)
    row |= {
        "BilledCost": line.amount,
        "BillingAccountId": "estimate",
        "BillingAccountName": "costplan estimate, not an invoice",
        "BillingCurrency": entry.currency,
        "BillingPeriodEnd": end,
        "BillingPeriodStart": start,
        "ChargeCategory": _category(entry),
        "ChargeDescription": f"{line.role or price.offer}: {label}, {formula}",
        "ChargeFrequency": "Usage-Based" if usage else "Recurring",
        "ChargePeriodEnd": end,
        "ChargePeriodStart": start,
        "ConsumedQuantity": (line.used if line.used is not None else line.quantity)
        if usage
        else None,
        "ConsumedUnit": price.unit if usage else None,
        "ContractedCost": line.contracted_amount,
        "ContractedUnitPrice": _contracted(entry) if priced else None,
        "EffectiveCost": line.amount,
        "InvoiceIssuerName": vendor,
        "ListCost": line.list_amount,
        "ListUnitPrice": price.price if priced else None,
        "PricingCategory": "Standard",
        "PricingQuantity": line.quantity / price.per,
        "PricingUnit": price.unit if price.per == 1 else f"{literal(price.per)} {price.unit}",
        "ProviderName": vendor,
        "PublisherName": vendor,
        "ServiceCategory": CATEGORIES.get(line.component, "Other"),
        "ServiceName": price.offer,
        "SkuId": price.offer,
        "SkuMeter": label,
        "SkuPriceId": f"{price.offer}#{label}@{price.since}",
        "SubAccountId": f"{entry.workload}/{entry.stack}" if entry.stack else None,
        "SubAccountName": f"{entry.workload}, stack {entry.stack}" if entry.stack else None,
        "Tags": _tags(entry),
        "x_FocusVersion": VERSION,
        "x_Estimate": True,
        "x_Workload": entry.workload,
        "x_Stack": entry.stack,
        "x_Component": line.component,
        "x_Role": line.role,
        "x_Step": line.step,
        "x_Purpose": line.purpose,
        "x_Formula": formula,
        "x_UnpricedReason": price.reason,
        "x_Source": price.source,
        "x_PriceSince": price.since,
        "x_PriceChecked": price.checked,
        "x_Confidence": price.confidence,
        "x_AsOf": entry.as_of,
    }
    return row


def _category(entry: Entry) -> str:
    """A cap gives money back; a seat is purchased; the rest is used."""
    if entry.line.amount is not None and entry.line.amount < 0:
        return "Credit"
    return "Purchase" if entry.line.fixed else "Usage"


def _contracted(entry: Entry) -> Decimal | None:
    """The unit price after the negotiated discount."""
    line = entry.line
    listed, paid = line.list_amount, line.amount
    if line.price.price is None or paid is None or not listed or paid == listed:
        return line.price.price
    return settle(line.price.price * paid / listed)


@cache
def _month(day: date) -> tuple[str, str]:
    """The first moments of the day's month and of the next one."""
    first = day.replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1) if day < LAST else date.max
    return f"{first}T00:00:00Z", f"{after}T00:00:00Z"


def _tags(entry: Entry) -> str:
    """Key-value pairs as one line of JSON."""
    line = entry.line
    tags = {
        "workload": entry.workload,
        "stack": entry.stack,
        "component": line.component,
        "role": line.role,
        "purpose": line.purpose,
    }
    if line.step:
        tags["step"] = line.step
    tags |= dict.fromkeys(line.tags, "true")
    return "{" + ", ".join(f"{quoted(key)}: {quoted(value)}" for key, value in tags.items()) + "}"
