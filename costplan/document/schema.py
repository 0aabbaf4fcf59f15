"""JSON Schemas of the saved documents, written out: they are a promise, not a by-product.

A minor ``schema_version`` adds keys, a major one breaks readers.
"""

from __future__ import annotations

from typing import Any

NUMBER = {"type": "number"}
SHARE = {"type": "number", "minimum": 0, "maximum": 1}
MAYBE_NUMBER = {"type": ["number", "null"]}
COUNT = {"type": "integer", "minimum": 0}
FLAG = {"type": "boolean"}
TEXT = {"type": "string"}
MAYBE_TEXT = {"type": ["string", "null"]}
TEXTS = {"type": "array", "items": TEXT}
DATE = {"type": "string", "format": "date"}
VERSION = {"type": "string", "pattern": r"^1\.\d+$"}
PURPOSES = ["produce", "coordinate", "people", "idle"]


def an_object(properties: dict[str, Any], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    """An object with these keys and no others, all of them required but the ``optional``."""
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


TERMS: dict[str, Any] = {
    "contracted_amount": NUMBER,
    "original_currency": TEXT,
    "original_list_amount": MAYBE_NUMBER,
    "original_amount": MAYBE_NUMBER,
    "exchange_rate": NUMBER,
    "exchange_unit": {"type": "string", "pattern": "^[A-Z]{3}/[A-Z]{3}$"},
    "exchange_date": DATE,
    "exchange_source": TEXT,
    "terms": {"type": "array", "items": an_object({"name": TEXT, "amount": NUMBER})},
}
"""Keys of a line that only some terms make: another currency, a commitment, a credit."""
COMMITMENT = an_object(
    dict.fromkeys(("monthly", "covered", "unused", "overage", "saved"), NUMBER) | {"name": TEXT}
)
LINE = an_object(
    {
        "role": TEXT,
        "component": TEXT,
        "step": MAYBE_TEXT,
        "offer": TEXT,
        "charge": TEXT,
        "variant": MAYBE_TEXT,
        "purpose": {"enum": PURPOSES},
        "tags": TEXTS,
        "fixed": FLAG,
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
        "flat": {"const": True},
        "region": TEXT,
        **TERMS,
    },
    optional=("flat", "region", *TERMS),
)
UNPRICED = an_object(
    {
        "role": TEXT,
        "offer": TEXT,
        "charge": TEXT,
        "quantity": NUMBER,
        "unit": TEXT,
        "reason": MAYBE_TEXT,
    }
)
COMPONENT = an_object(
    {
        "component": TEXT,
        "total": NUMBER,
        "fixed": NUMBER,
        "variable": NUMBER,
        "line_items": {"type": "array", "items": {"$ref": "#/$defs/line"}},
    }
)
MONTH = an_object(
    {
        "month": {"type": "string", "pattern": r"^\d{4}-\d{2}$"},
        "requests": NUMBER,
        "recurring": NUMBER,
        "one_off": NUMBER,
        "total": NUMBER,
        "at_least": FLAG,
        "credits": NUMBER,
    },
    optional=("credits",),
)
RELIABILITY = an_object(
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
            "items": an_object({"share": SHARE, "at_most": NUMBER}),
        },
        "variable_cost_quantiles": {
            "type": "array",
            "items": an_object({"share": SHARE, "low": NUMBER, "high": NUMBER}),
        },
        "target": MAYBE_NUMBER,
        "same_for_every_model": TEXTS,
    }
)
ENDED = an_object(
    {
        "offer": TEXT,
        "date": DATE,
        "month": {"type": "integer", "minimum": 0},
        "months": {"type": "integer", "minimum": 0},
    }
)
STACK = an_object(
    {
        "stack": TEXT,
        "requests_per_month": NUMBER,
        "conversations_per_month": MAYBE_NUMBER,
        "seats": MAYBE_NUMBER,
        "total_monthly": NUMBER,
        "at_least": FLAG,
        "list_monthly": NUMBER,
        "fixed_monthly": NUMBER,
        "variable_monthly": NUMBER,
        "unpriced": {"type": "array", "items": UNPRICED},
        "by_purpose": an_object(dict.fromkeys(PURPOSES, NUMBER)),
        "orchestration_spend": NUMBER,
        "overprovisioned_compute": NUMBER,
        "cost_per_request": MAYBE_NUMBER,
        "cost_per_trusted_answer": MAYBE_NUMBER,
        "reliability": {"anyOf": [{"type": "null"}, RELIABILITY]},
        "budget": {
            "anyOf": [{"type": "null"}, an_object({"monthly_total": NUMBER, "headroom": NUMBER})]
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
        "contracted_monthly": NUMBER,
        "commitments": {"type": "array", "items": COMMITMENT},
        "ended": {"type": "array", "items": ENDED},
    },
    optional=(
        "seats",
        "months",
        "mean_monthly",
        "horizon_total",
        "contracted_monthly",
        "commitments",
        "ended",
    ),
)
LOCK = an_object({"file": TEXT, "as_of": DATE, "offers": TEXTS, "moved": TEXTS, "missing": TEXTS})
OVERRIDE = an_object(
    {
        "offer": TEXT,
        "shelf": TEXT,
        "prices": {
            "type": "array",
            "items": an_object({"price": TEXT, "own": MAYBE_NUMBER, "hidden": MAYBE_NUMBER}),
        },
        "words": TEXTS,
    }
)
ESTIMATE: dict[str, Any] = {
    "title": "costplan estimate",
    **an_object(
        {
            "schema_version": VERSION,
            "kind": {"const": "estimate"},
            "workload": TEXT,
            "currency": TEXT,
            "as_of": DATE,
            "origin": an_object(
                {
                    "file": TEXT,
                    "lines": {
                        "type": "object",
                        "additionalProperties": {"type": "integer", "minimum": 1},
                    },
                }
            ),
            "catalog": an_object(
                {
                    "hash": TEXT,
                    "offers": TEXTS,
                    "lock": LOCK,
                    "overrides": {"type": "array", "items": OVERRIDE},
                },
                optional=("lock", "overrides"),
            ),
            "estimates": {"type": "array", "items": STACK},
        },
        optional=("origin",),
    ),
    "$defs": {"line": LINE},
}
BILL: dict[str, Any] = {
    "title": "costplan bill of one offer",
    **an_object(
        {
            "schema_version": VERSION,
            "kind": {"const": "bill"},
            "offer": TEXT,
            "as_of": {"type": "string", "format": "date-time"},
            "currency": TEXT,
            "total": NUMBER,
            "unpriced": {"type": "array", "items": UNPRICED},
            "line_items": {"type": "array", "items": {"$ref": "#/$defs/line"}},
            "notes": TEXTS,
        },
        optional=("kind",),
    ),
    "$defs": {"line": LINE},
}
FIGURE = an_object(
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
PRICE_CHANGE = an_object(
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
LINE_CHANGE = an_object(
    {
        "role": TEXT,
        "offer": TEXT,
        "charge": TEXT,
        "old": MAYBE_NUMBER,
        "new": MAYBE_NUMBER,
        "difference": NUMBER,
    }
)
BILL_CHANGE = an_object(
    {
        "stack": TEXT,
        "old": NUMBER,
        "new": NUMBER,
        "difference": NUMBER,
        "percent": MAYBE_NUMBER,
        "old_at_least": FLAG,
        "new_at_least": FLAG,
        "moved": {"type": "array", "items": LINE_CHANGE},
    }
)
PRICE_DIFF: dict[str, Any] = {
    "title": "costplan price diff",
    **an_object(
        {
            "schema_version": VERSION,
            "kind": {"const": "price_diff"},
            "old": an_object({"name": TEXT, "as_of": DATE}),
            "new": an_object({"name": TEXT, "as_of": DATE}),
            "changes": {
                "type": "array",
                "items": an_object(
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
    **an_object(
        {
            "schema_version": VERSION,
            "kind": {"const": "price_refresh"},
            "target": TEXT,
            "written": MAYBE_TEXT,
            "dry_run": FLAG,
            "refused": TEXTS,
            "accepted": FLAG,
            "damage": MAYBE_TEXT,
            "sources": {
                "type": "array",
                "items": an_object(
                    {
                        "name": TEXT,
                        "source": TEXT,
                        "confidence": {"enum": ["vendor", "dataset", "third-party", "unverified"]},
                        "read_from": TEXT,
                        "checked": DATE,
                        "models": {"type": "integer"},
                        "had": {"type": "integer"},
                        "first": FLAG,
                        "gone": TEXTS,
                        "left_out": {
                            "type": "array",
                            "items": an_object({"reason": TEXT, "names": TEXTS}),
                        },
                    }
                ),
            },
            "diff": {key: PRICE_DIFF[key] for key in PRICE_DIFF if key not in ("title", "$defs")},
        }
    ),
    "$defs": PRICE_DIFF["$defs"],
}
