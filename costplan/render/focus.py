"""Lines in the shape of FOCUS, the FinOps Open Cost and Usage Specification, as CSV.

An estimate is no invoice: the account is called ``estimate``, no invoice is named, and the columns
of our own begin with ``x_``. Providers, services and units have the names of a cloud's own export.
A cost may not be null, nor is an unknown one zero: a line without a price is no row, every row of
its stack names it. Costs and unit prices are in the billing currency. What a commitment covers is
spread over the rows that draw on it, and what it leaves unused is a row of its own, so that billed
and effective cost are the same and both sum to the total.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from json.encoder import encode_basestring_ascii as quoted
from operator import itemgetter
from typing import TYPE_CHECKING

from costplan.document.entries import Entry, Value, entries, estimates_of
from costplan.quantity import literal
from costplan.render import Look
from costplan.render.csv import FIELD, table_of_texts
from costplan.render.focus_columns import COLUMNS, OWN, WITHOUT
from costplan.render.focus_energy import taken
from costplan.render.focus_names import is_metered, service, unit_name
from costplan.render.focus_terms import billed, committed, covered_parts, priced_cost, unit_prices

if TYPE_CHECKING:
    from costplan.document.kinds import Saved

VERSION = "1.2"
CATEGORIES = {
    "tokens": ("AI and Machine Learning", "Generative AI"),
    "vector-db": ("Databases", "Other (Databases)"),
    "compute": ("Compute", "Virtual Machines"),
    "runtime": ("Compute", "Serverless Compute"),
    "observability": ("Management and Governance", "Observability"),
    "orchestration": ("Integration", "Workflow Orchestration"),
    "search-rerank": ("AI and Machine Learning", "Natural Language Processing"),
    "guardrails": ("AI and Machine Learning", "Other (AI and Machine Learning)"),
    "human": ("Business Applications", "Other (Business Applications)"),
}
"""Service category and subcategory of each component, of the values that the specification
allows."""
OTHER = ("Other", "Other (Other)")
NONE = (None, None)
NOTHING = dict.fromkeys(COLUMNS + OWN, "")


def draw(saved: Sequence[Saved], look: Look) -> str:
    """One row a line item with a price. The sum of BilledCost is the sum of the totals."""
    return draw_version(saved, VERSION)


def draw_version(saved: Sequence[Saved], version: str) -> str:
    """The rows with the columns of one version of the specification."""
    header = [name for name in COLUMNS if name not in WITHOUT[version]] + OWN
    pick = itemgetter(*header)
    rows = []
    groups: dict[str, tuple[str, str]] = {}
    for named in saved:
        estimated = estimates_of(named.document)
        estimates = estimated.estimates if estimated else ()
        parts = {estimate.stack: covered_parts(estimate) for estimate in estimates}
        drawn = {line: energy for estimate in estimates for line, energy in taken(estimate).items()}
        lines = list(entries([named]))
        left_out = _left_out(lines)
        shared: dict[str, dict[str, str]] = {}
        for entry in lines:
            if entry.line.amount is not None:
                stack = entry.stack
                if stack not in shared:
                    same = _of_stack(entry, version) | {"x_LeftOut": left_out.get(stack)}
                    shared[stack] = NOTHING | _texts(same)
                row = _row(entry, parts.get(stack, {}), groups)
                row["x_EnergyKwh"], row["x_CarbonKg"] = drawn.get(id(entry.line), NONE)
                rows.append(pick(shared[stack] | _texts(row)))
    return table_of_texts(header, rows)


def _texts(row: Mapping[str, Value]) -> dict[str, str]:
    return {
        name: "" if value is None else FIELDS[type(value)](value) for name, value in row.items()
    }


@lru_cache(maxsize=4096)
def _point(value: Decimal) -> str:
    """With a decimal point always: a column of whole numbers would be read as integers."""
    text = literal(value)
    return text if "." in text else f"{text}.0"


FIELDS = FIELD | {Decimal: _point}


def _left_out(lines: Sequence[Entry]) -> dict[str, str]:
    """Of each stack its lines without a price."""
    left_out: dict[str, str] = {}
    for entry in lines:
        if entry.line.amount is None:
            words = f"{entry.line.price.offer} {entry.line.label}: {entry.line.price.reason}"
            known = left_out.get(entry.stack)
            left_out[entry.stack] = f"{known}; {words}" if known else words
    return left_out


def _of_stack(entry: Entry, version: str) -> dict[str, Value]:
    """What the lines of a stack have in common."""
    start, end = _month(entry.as_of)
    row: dict[str, Value] = {
        "BillingAccountId": "estimate",
        "BillingAccountName": "costplan estimate, not an invoice",
        "BillingAccountType": "Estimate",
        "BillingCurrency": entry.currency,
        "BillingPeriodEnd": end,
        "BillingPeriodStart": start,
        "ChargePeriodEnd": end,
        "ChargePeriodStart": start,
        "x_FocusVersion": version,
        "x_Estimate": True,
        "x_Workload": entry.workload,
        "x_Stack": entry.stack,
        "x_AsOf": entry.as_of,
    }
    if entry.stack:
        row["SubAccountId"] = f"{entry.workload}/{entry.stack}"
        row["SubAccountName"] = f"{entry.workload}, stack {entry.stack}"
        row["SubAccountType"] = "Stack"
    return row


def _row(
    entry: Entry, parts: Mapping[str, Decimal], groups: dict[str, tuple[str, str]]
) -> dict[str, Value]:
    """What a line has of its own. ``groups``: category and subcategory of each service, which are
    those of its first line."""
    line, price = entry.line, entry.line.price
    label, formula, vendor = line.label, line.formula, entry.vendor or "unknown"
    commitment = committed(line, parts, entry.currency)
    status = commitment["CommitmentDiscountStatus"] if commitment else None
    category = "Usage" if status else _category(entry)
    consumed = category == "Usage" and status != "Unused"
    seller = service(price.offer, vendor, line.component)
    group = groups.setdefault(seller.name, CATEGORIES.get(line.component, OTHER))
    row: dict[str, Value] = {
        "BilledCost": line.amount,
        "ChargeCategory": category,
        "ChargeDescription": f"{line.role or price.offer}: {label}, {formula}",
        "ChargeFrequency": "Recurring"
        if line.fixed and (category == "Purchase" or status)
        else "Usage-Based",
        "ConsumedQuantity": line.quantity_used if consumed else None,
        "ConsumedUnit": unit_name(price.unit) if consumed else None,
        "ContractedCost": line.contracted_amount,
        "EffectiveCost": line.amount,
        "HostProviderName": seller.provider,
        "InvoiceIssuerName": seller.provider,
        "ListCost": line.list_amount,
        "PricingCategory": "Committed" if status else "Standard",
        "PricingQuantity": line.quantity / price.per,
        "PricingUnit": unit_name(price.unit, price.per),
        "ProviderName": seller.provider,
        "PublisherName": seller.provider,
        "RegionId": line.region,
        "RegionName": line.region,
        "ServiceCategory": group[0],
        "ServiceName": seller.name,
        "ServiceProviderName": seller.provider,
        "ServiceSubcategory": group[1],
        "SkuId": price.offer,
        "SkuMeter": label,
        "SkuPriceDetails": f'{{"x_Variant": {quoted(price.variant)}}}' if price.variant else None,
        "SkuPriceId": f"{price.offer}#{label}@{price.since}",
        "Tags": _tags(entry),
        "x_Component": line.component,
        "x_Role": line.role,
        "x_Step": line.step,
        "x_Purpose": line.purpose,
        "x_Formula": formula,
        "x_Source": price.source,
        "x_PriceSince": price.since,
        "x_PriceChecked": price.checked,
        "x_Confidence": price.confidence,
    }
    row |= _prices(entry)
    return row | commitment if commitment else row


def _prices(entry: Entry) -> dict[str, Value]:
    """Unit prices, in the billing currency and in the one that the line is priced in."""
    line = entry.line
    conversion = line.exchanged.conversion if line.exchanged is not None else None
    priced = unit_prices(line)
    units = billed(priced, conversion)
    return {
        "ContractedUnitPrice": units.contracted,
        "ListUnitPrice": units.list,
        "PricingCurrency": conversion.currency if conversion is not None else entry.currency,
        "PricingCurrencyContractedUnitPrice": priced.contracted,
        "PricingCurrencyEffectiveCost": priced_cost(line),
        "PricingCurrencyListUnitPrice": priced.list,
    }


def _category(entry: Entry) -> str:
    """A cap gives money back; a seat is purchased; the rest, machines' hours too, is used."""
    if any(
        amount is not None and amount < 0 for amount in (entry.line.amount, entry.line.list_amount)
    ):
        return "Credit"
    return "Purchase" if entry.line.fixed and not is_metered(entry.line.price.unit) else "Usage"


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
