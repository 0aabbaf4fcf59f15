"""JSON Schemas of the saved documents, written out: they are a promise, not a by-product.

A minor ``schema_version`` adds keys, a major one breaks readers.
"""

from __future__ import annotations

from typing import Any

NUMBER = {"type": "number"}
SHARE = {"type": "number", "minimum": 0, "maximum": 1}
MAYBE_NUMBER = {"type": ["number", "null"]}
TEXT = {"type": "string"}
MAYBE_TEXT = {"type": ["string", "null"]}
TEXTS = {"type": "array", "items": TEXT}
DATE = {"type": "string", "format": "date"}
PURPOSES = ["produce", "coordinate", "people", "idle"]


def _object(properties: dict[str, Any], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


LINE = _object(
    {
        "role": TEXT,
        "component": TEXT,
        "step": MAYBE_TEXT,
        "offer": TEXT,
        "charge": TEXT,
        "variant": MAYBE_TEXT,
        "purpose": {"enum": PURPOSES},
        "tags": TEXTS,
        "fixed": {"type": "boolean"},
        "quantity": NUMBER,
        "unit": TEXT,
        "price": MAYBE_NUMBER,
        "per": NUMBER,
        "list_amount": MAYBE_NUMBER,
        "amount": MAYBE_NUMBER,
        "formula": TEXT,
        "quantity_formula": MAYBE_TEXT,
        "quantity_used": NUMBER,
        "source": TEXT,
        "since": DATE,
        "checked": DATE,
        "confidence": {
            "enum": ["vendor", "corroborated", "dataset", "third-party", "unverified", "stated"]
        },
    }
)
UNPRICED = _object(
    {
        "role": TEXT,
        "offer": TEXT,
        "charge": TEXT,
        "quantity": NUMBER,
        "unit": TEXT,
        "reason": MAYBE_TEXT,
    }
)
COMPONENT = _object(
    {
        "component": TEXT,
        "total": NUMBER,
        "fixed": NUMBER,
        "variable": NUMBER,
        "line_items": {"type": "array", "items": {"$ref": "#/$defs/line"}},
    }
)
MONTH = _object(
    {
        "month": {"type": "string", "pattern": r"^\d{4}-\d{2}$"},
        "requests": NUMBER,
        "recurring": NUMBER,
        "one_off": NUMBER,
        "total": NUMBER,
        "at_least": {"type": "boolean"},
    }
)
RELIABILITY = _object(
    {
        "trusted": SHARE,
        "silent": SHARE,
        "escalated": SHARE,
        "aborted": SHARE,
        "delivered_right": SHARE,
        "delivered_wrong": SHARE,
        "human_right": SHARE,
        "human_wrong": SHARE,
        "silent_per_month": NUMBER,
        "cases_per_month": NUMBER,
        "trusted_per_month": NUMBER,
        "variable_cost_mean": NUMBER,
        "variable_cost_sd": NUMBER,
        "variable_cost_month_sd": NUMBER,
        "variable_cost_month_quantiles": {
            "type": "array",
            "items": _object({"share": SHARE, "at_most": NUMBER}),
        },
        "variable_cost_quantiles": {
            "type": "array",
            "items": _object({"share": SHARE, "low": NUMBER, "high": NUMBER}),
        },
        "target": MAYBE_NUMBER,
        "same_for_every_model": TEXTS,
    }
)
STACK = _object(
    {
        "stack": TEXT,
        "requests_per_month": NUMBER,
        "conversations_per_month": MAYBE_NUMBER,
        "total_monthly": NUMBER,
        "at_least": {"type": "boolean"},
        "list_monthly": NUMBER,
        "fixed_monthly": NUMBER,
        "variable_monthly": NUMBER,
        "unpriced": {"type": "array", "items": UNPRICED},
        "by_purpose": _object(dict.fromkeys(PURPOSES, NUMBER)),
        "orchestration_spend": NUMBER,
        "overprovisioned_compute": NUMBER,
        "cost_per_request": MAYBE_NUMBER,
        "cost_per_trusted_answer": MAYBE_NUMBER,
        "reliability": {"anyOf": [{"type": "null"}, RELIABILITY]},
        "budget": {
            "anyOf": [{"type": "null"}, _object({"monthly_total": NUMBER, "headroom": NUMBER})]
        },
        "components": {"type": "array", "items": COMPONENT},
        "assumptions": TEXTS,
        "notes": TEXTS,
        "warnings": TEXTS,
        "stale": TEXTS,
        "not_modelled": TEXTS,
        "not_included": TEXTS,
        "months": {"type": "array", "items": MONTH},
        "mean_monthly": NUMBER,
        "horizon_total": NUMBER,
    },
    optional=("months", "mean_monthly", "horizon_total"),
)
LOCK = _object({"file": TEXT, "as_of": DATE, "offers": TEXTS, "moved": TEXTS, "missing": TEXTS})
ESTIMATE: dict[str, Any] = {
    "title": "costplan estimate",
    **_object(
        {
            "schema_version": {"type": "string", "pattern": r"^1\.\d+$"},
            "kind": {"const": "estimate"},
            "workload": TEXT,
            "currency": TEXT,
            "as_of": DATE,
            "catalog": _object({"hash": TEXT, "offers": TEXTS, "lock": LOCK}, optional=("lock",)),
            "estimates": {"type": "array", "items": STACK},
        }
    ),
    "$defs": {"line": LINE},
}
BILL: dict[str, Any] = {
    "title": "costplan bill of one offer",
    **_object(
        {
            "schema_version": {"type": "string", "pattern": r"^1\.\d+$"},
            "offer": TEXT,
            "as_of": {"type": "string", "format": "date-time"},
            "currency": TEXT,
            "total": NUMBER,
            "unpriced": {"type": "array", "items": UNPRICED},
            "line_items": {"type": "array", "items": {"$ref": "#/$defs/line"}},
            "notes": TEXTS,
        }
    ),
    "$defs": {"line": LINE},
}
FIGURE = _object(
    {
        "value": MAYBE_NUMBER,
        "per": NUMBER,
        "unit": TEXT,
        "currency": MAYBE_TEXT,
        "source": TEXT,
        "confidence": TEXT,
        "since": DATE,
        "checked": DATE,
    }
)
MAYBE_FIGURE = {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/figure"}]}
PRICE_CHANGE = _object(
    {
        "kind": {"enum": ["rate", "mode", "region", "schedule", "fee", "charge", "adjust"]},
        "charge": TEXT,
        "variant": MAYBE_TEXT,
        "measure": TEXT,
        "old": MAYBE_FIGURE,
        "new": MAYBE_FIGURE,
        "percent": MAYBE_NUMBER,
        "announced": {"anyOf": [{"type": "null"}, DATE]},
    }
)
LINE_CHANGE = _object(
    {
        "role": TEXT,
        "offer": TEXT,
        "charge": TEXT,
        "old": MAYBE_NUMBER,
        "new": MAYBE_NUMBER,
        "difference": NUMBER,
    }
)
BILL_CHANGE = _object(
    {
        "stack": TEXT,
        "old": NUMBER,
        "new": NUMBER,
        "difference": NUMBER,
        "percent": MAYBE_NUMBER,
        "old_at_least": {"type": "boolean"},
        "new_at_least": {"type": "boolean"},
        "moved": {"type": "array", "items": LINE_CHANGE},
    }
)
PRICE_DIFF: dict[str, Any] = {
    "title": "costplan price diff",
    **_object(
        {
            "schema_version": {"type": "string", "pattern": r"^1\.\d+$"},
            "kind": {"const": "price_diff"},
            "old": _object({"name": TEXT, "as_of": DATE}),
            "new": _object({"name": TEXT, "as_of": DATE}),
            "changes": {
                "type": "array",
                "items": _object(
                    {
                        "id": TEXT,
                        "status": {"enum": ["new", "gone", "changed"]},
                        "category": TEXT,
                        "vendor": TEXT,
                        "shelf": TEXT,
                        "prices": {"type": "array", "items": PRICE_CHANGE},
                        "words": TEXTS,
                    }
                ),
            },
            "same_prices": TEXTS,
            "unchanged": {"type": "integer"},
            "workload": TEXT,
            "currency": TEXT,
            "bills": {"type": "array", "items": BILL_CHANGE},
        },
        optional=("workload", "currency", "bills"),
    ),
    "$defs": {"figure": FIGURE},
}

PRICE_REFRESH: dict[str, Any] = {
    "title": "costplan price refresh",
    **_object(
        {
            "schema_version": {"type": "string", "pattern": r"^1\.\d+$"},
            "kind": {"const": "price_refresh"},
            "target": TEXT,
            "written": MAYBE_TEXT,
            "dry_run": {"type": "boolean"},
            "refused": TEXTS,
            "accepted": {"type": "boolean"},
            "damage": MAYBE_TEXT,
            "sources": {
                "type": "array",
                "items": _object(
                    {
                        "name": TEXT,
                        "source": TEXT,
                        "confidence": {"enum": ["vendor", "dataset", "third-party", "unverified"]},
                        "read_from": TEXT,
                        "checked": DATE,
                        "models": {"type": "integer"},
                        "had": {"type": "integer"},
                        "first": {"type": "boolean"},
                        "gone": TEXTS,
                        "left_out": {
                            "type": "array",
                            "items": _object({"reason": TEXT, "names": TEXTS}),
                        },
                    }
                ),
            },
            "diff": {key: PRICE_DIFF[key] for key in PRICE_DIFF if key not in ("title", "$defs")},
        }
    ),
    "$defs": PRICE_DIFF["$defs"],
}
