"""Documents as JSON: snake_case, numbers as number literals with all their digits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from json.encoder import encode_basestring_ascii as quoted
from typing import Any

from costplan.document import bill as bill_document
from costplan.document import estimate as estimate_document
from costplan.document.bill import Bill
from costplan.document.estimate import Component, Estimate, EstimateDocument, Month
from costplan.document.line import LineItem
from costplan.quantity import literal, settle
from costplan.render import Look


def draw(document: EstimateDocument | Bill, look: Look) -> str:
    """The whole document; how it may look on a terminal changes nothing."""
    data = _bill(document) if isinstance(document, Bill) else estimates_data(document)
    return dumps(data) + "\n"


def dumps(value: Any, indent: str = "") -> str:
    """JSON text, two spaces a level. Decimals become literals such as 0.10 -> 0.1."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, Decimal):
        return literal(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime):
        return quoted(value.isoformat().replace("+00:00", "Z"))
    if isinstance(value, date):
        return quoted(value.isoformat())
    deeper = indent + "  "
    if isinstance(value, Mapping):
        rows = [f"{quoted(key)}: {dumps(one, deeper)}" for key, one in value.items()]
        opening, closing = "{", "}"
    else:
        rows = [dumps(one, deeper) for one in value]
        opening, closing = "[", "]"
    if not rows:
        return opening + closing
    return f"{opening}\n{deeper}" + f",\n{deeper}".join(rows) + f"\n{indent}{closing}"


def _line(line: LineItem) -> dict[str, Any]:
    price = line.price
    return {
        "role": line.role,
        "component": line.component,
        "step": line.step,
        "offer": price.offer,
        "charge": price.charge,
        "variant": price.variant,
        "purpose": line.purpose,
        "tags": line.tags,
        "fixed": line.fixed,
        "quantity": line.quantity,
        "unit": price.unit,
        "price": price.price,
        "per": price.per,
        "list_amount": line.list_amount,
        "amount": line.amount,
        "formula": line.formula,
        "quantity_formula": line.basis or None,
        "quantity_used": line.used if line.used is not None else line.quantity,
        "source": price.source,
        "since": price.since,
        "checked": price.checked,
        "confidence": price.confidence,
    }


def _unpriced(lines: list[LineItem]) -> list[dict[str, Any]]:
    return [
        {
            "role": line.role,
            "offer": line.price.offer,
            "charge": line.price.charge,
            "quantity": line.quantity,
            "unit": line.price.unit,
            "reason": line.price.reason,
        }
        for line in lines
    ]


def _bill(bill: Bill) -> dict[str, Any]:
    return {
        "schema_version": bill_document.SCHEMA_VERSION,
        "offer": bill.offer,
        "as_of": bill.as_of,
        "currency": bill.currency,
        "total": bill.total,
        "unpriced": _unpriced(bill.unpriced),
        "line_items": [_line(line) for line in bill.line_items],
        "notes": bill.notes,
    }


def estimates_data(document: EstimateDocument) -> dict[str, Any]:
    """The estimate document as plain data."""
    catalog: dict[str, Any] = {"hash": document.catalog_hash, "offers": document.offers}
    if document.lock is not None:
        catalog["lock"] = document.lock._asdict()
    return {
        "schema_version": estimate_document.SCHEMA_VERSION,
        "kind": "estimate",
        "workload": document.workload,
        "currency": document.currency,
        "as_of": document.as_of,
        "catalog": catalog,
        "estimates": [_estimate(one) for one in document.estimates],
    }


def _estimate(made: Estimate) -> dict[str, Any]:
    data: dict[str, Any] = {
        "stack": made.stack,
        "requests_per_month": made.requests,
        "conversations_per_month": made.conversations,
        "total_monthly": made.total_monthly,
        "at_least": made.at_least,
        "list_monthly": made.list_monthly,
        "fixed_monthly": made.fixed_monthly,
        "variable_monthly": made.variable_monthly,
        "unpriced": _unpriced(made.unpriced),
        "by_purpose": made.by_purpose,
        "orchestration_spend": made.orchestration_spend,
        "overprovisioned_compute": made.overprovisioned_compute,
        "cost_per_request": made.cost_per_request,
        "cost_per_trusted_answer": made.cost_per_trusted_answer,
        "reliability": _reliability(made),
        "budget": None,
        "components": [_component(one) for one in made.components],
        "assumptions": made.assumptions,
        "notes": made.notes,
        "warnings": made.warnings,
        "stale": made.stale,
        "not_modelled": made.not_modelled,
        "not_included": made.not_included,
    }
    if made.budget is not None:
        data["budget"] = {
            "monthly_total": made.budget,
            "headroom": made.budget - made.total_monthly,
        }
    if made.months:
        totals = [month.total for month in made.months]
        whole = sum(totals, Decimal(0))
        data["months"] = [_month(month) for month in made.months]
        data["mean_monthly"] = whole / len(totals)
        data["horizon_total"] = whole
    return data


def _reliability(made: Estimate) -> dict[str, Any] | None:
    found = made.reliability
    if found is None:
        return None
    return {
        "trusted": found.trusted,
        "silent": found.silent,
        "escalated": found.escalated,
        "aborted": found.aborted,
        "delivered_right": found.delivered_right,
        "delivered_wrong": found.delivered_wrong,
        "human_right": found.human_right,
        "human_wrong": found.human_wrong,
        "silent_per_month": found.silent * made.requests,
        "cases_per_month": found.escalated * made.requests,
        "trusted_per_month": found.trusted * made.requests,
        "variable_cost_mean": found.cost_mean,
        "variable_cost_sd": found.cost_sd,
        "variable_cost_month_sd": found.month_sd(made.requests),
        "variable_cost_month_quantiles": [
            {"share": share, "at_most": settle(money)}
            for share, money in found.month_quantiles(made.requests)
        ],
        "variable_cost_quantiles": [
            {"share": share, "low": low, "high": high} for share, low, high in found.cost_quantiles
        ],
        "target": found.target,
        "same_for_every_model": found.shared,
    }


def _component(component: Component) -> dict[str, Any]:
    return {
        "component": component.name,
        "total": component.total,
        "fixed": component.fixed,
        "variable": component.variable,
        "line_items": [_line(line) for line in component.line_items],
    }


def _month(month: Month) -> dict[str, Any]:
    return {
        "month": month.month.isoformat()[:7],
        "requests": month.requests,
        "recurring": month.recurring,
        "one_off": month.one_off,
        "total": month.total,
        "at_least": month.at_least,
    }
