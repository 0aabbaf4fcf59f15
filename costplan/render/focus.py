"""Lines in the shape of FOCUS 1.2, the FinOps Open Cost and Usage Specification, as CSV.

An estimate is no invoice: the account is called ``estimate``, no invoice is named, and the columns
of our own begin with ``x_``. What a saved document does not know (regions, resources) is null, and
so is every cost of a line without a price. Costs and unit prices are in the billing currency. What
a commitment covers is spread over the rows that draw on it, and what it leaves unused is a row of
its own, so that billed and effective cost are the same and both sum to the total.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from json.encoder import encode_basestring_ascii as quoted
from typing import TYPE_CHECKING

from costplan.document.entries import Entry, Value, entries, estimates_of
from costplan.quantity import literal
from costplan.render import Look
from costplan.render.csv import table
from costplan.render.focus_terms import billed, committed, covered_parts, priced_cost, unit_prices

if TYPE_CHECKING:
    from costplan.document.saved import Saved

VERSION = "1.2"
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
"""Columns that no estimate fills, and those that only a commitment does."""


def draw(saved: Sequence[Saved], look: Look) -> str:
    """One row a line item. The sum of BilledCost is the sum of the totals."""
    header: list[str] = []
    rows = []
    for one in saved:
        found = estimates_of(one.document)
        parts = {made.stack: covered_parts(made) for made in (found.estimates if found else ())}
        for entry in entries([one]):
            made = _row(entry, parts.get(entry.stack, {}))
            header = header or list(made)
            rows.append(list(made.values()))
    return table(header or list(NULLS), rows)


def _row(entry: Entry, parts: Mapping[str, Decimal]) -> dict[str, Value]:
    line, price = entry.line, entry.line.price
    label, formula, vendor = line.label, line.formula, entry.vendor or "unknown"
    start, end = _month(entry.as_of)
    commitment = committed(line, parts, entry.currency)
    status = commitment["CommitmentDiscountStatus"] if commitment else None
    category = "Usage" if status else _category(entry)
    consumed = category == "Usage" and status != "Unused"
    conversion = line.exchanged.conversion if line.exchanged is not None else None
    priced = unit_prices(line)
    units = billed(priced, conversion)
    row: dict[str, Value] = dict.fromkeys(NULLS) | (commitment or {})
    row |= {
        "BilledCost": line.amount,
        "BillingAccountId": "estimate",
        "BillingAccountName": "costplan estimate, not an invoice",
        "BillingCurrency": entry.currency,
        "BillingPeriodEnd": end,
        "BillingPeriodStart": start,
        "ChargeCategory": category,
        "ChargeDescription": f"{line.role or price.offer}: {label}, {formula}",
        "ChargeFrequency": "Usage-Based" if not line.fixed else "Recurring",
        "ChargePeriodEnd": end,
        "ChargePeriodStart": start,
        "ConsumedQuantity": (line.used if line.used is not None else line.quantity)
        if consumed
        else None,
        "ConsumedUnit": price.unit if consumed else None,
        "ContractedCost": line.contracted_amount,
        "ContractedUnitPrice": units.contracted,
        "EffectiveCost": line.amount,
        "InvoiceIssuerName": vendor,
        "ListCost": line.list_amount,
        "ListUnitPrice": units.list,
        "PricingCategory": "Committed" if status else "Standard",
        "PricingCurrency": conversion.currency if conversion is not None else entry.currency,
        "PricingCurrencyContractedUnitPrice": priced.contracted,
        "PricingCurrencyEffectiveCost": priced_cost(line),
        "PricingCurrencyListUnitPrice": priced.list,
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
    if any(one is not None and one < 0 for one in (entry.line.amount, entry.line.list_amount)):
        return "Credit"
    return "Purchase" if entry.line.fixed else "Usage"


@cache
def _month(day: date) -> tuple[str, str]:
    """The first moments of the day's month and of the next one."""
    first = day.replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1) if day < LAST else date.max
    return f"{first}T00:00:00Z", f"{after}T00:00:00Z"


LAST = date(9999, 12, 1)


def _tags(entry: Entry) -> str:
    """Key-value pairs as one line of JSON."""
    line = entry.line
    text = (
        f'{{"workload": {quoted(entry.workload)}, "stack": {quoted(entry.stack)}, '
        f'"component": {quoted(line.component)}, "role": {quoted(line.role)}, '
        f'"purpose": {quoted(line.purpose)}'
    )
    if line.step:
        text += f', "step": {quoted(line.step)}'
    return text + "".join(f', {quoted(tag)}: "true"' for tag in line.tags) + "}"
