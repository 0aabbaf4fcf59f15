"""The JSON Schema of a comparison, with that of the estimate inside it."""

from __future__ import annotations

from typing import Any

from costplan.document.schema import (
    ESTIMATE,
    FLAG,
    LINE,
    MAYBE_NUMBER,
    MAYBE_TEXT,
    NUMBER,
    SHARE,
    TEXT,
    TEXTS,
    VERSION,
    an_object,
)
from costplan.words import PURPOSES

NUMBERS = {"type": "object", "additionalProperties": NUMBER}
OPTION = an_object(
    {
        "name": TEXT,
        "kind": {"enum": ["plan", "orchestrate", "hosting", "unchecked", "quality"]},
        "monthly": MAYBE_NUMBER,
        "reliability": MAYBE_NUMBER,
        "silent": MAYBE_NUMBER,
        "cases": NUMBER,
        "ceiling": MAYBE_NUMBER,
        "marginal": MAYBE_NUMBER,
        "by_purpose": {
            "anyOf": [{"type": "null"}, an_object(dict.fromkeys(PURPOSES, NUMBER))],
        },
        "reason": MAYBE_TEXT,
    }
)
VERSUS = an_object(
    {
        "stack": TEXT,
        "difference": NUMBER,
        "wins": NUMBERS,
        "loses": NUMBERS,
        "break_even_requests": MAYBE_NUMBER,
        "one_off": MAYBE_NUMBER,
        "payback_months": MAYBE_NUMBER,
    }
)
STRATEGIES = an_object(
    {
        "stack": TEXT,
        "target": MAYBE_NUMBER,
        "coordination_gap": MAYBE_NUMBER,
        "shortfall": MAYBE_NUMBER,
        "brute_force_multiple": MAYBE_NUMBER,
        "at_target": MAYBE_TEXT,
        "sentence": TEXT,
        "advice": MAYBE_TEXT,
        "frontier": {"type": "array", "items": {"$ref": "#/$defs/option"}},
        "options": {"type": "array", "items": {"$ref": "#/$defs/option"}},
        "notes": TEXTS,
    }
)
LEVER = an_object(
    {
        "input": TEXT,
        "low": MAYBE_NUMBER,
        "high": MAYBE_NUMBER,
        "low_choice": MAYBE_TEXT,
        "high_choice": MAYBE_TEXT,
        "flips": FLAG,
        "moves": NUMBER,
    }
)
SENSITIVITY = an_object(
    {
        "escalation_threshold": MAYBE_NUMBER,
        "choice": MAYBE_TEXT,
        "monthly": MAYBE_NUMBER,
        "levers": {"type": "array", "items": LEVER},
        "break_evens": {
            "type": "array",
            "items": an_object({"what": TEXT, "against": TEXT, "value": NUMBER, "now": NUMBER}),
        },
    }
)
COMPARISON: dict[str, Any] = {
    "title": "costplan comparison",
    **an_object(
        {
            "schema_version": VERSION,
            "kind": {"const": "comparison"},
            "baseline": TEXT,
            "at_reliability": MAYBE_NUMBER,
            "versus": {"type": "array", "items": VERSUS},
            "lock_in": {
                "type": "array",
                "items": an_object({"stack": TEXT, "vendor": TEXT, "share": SHARE}),
            },
            "mixes": {
                "type": "array",
                "items": an_object(
                    {
                        "name": TEXT,
                        "shares": NUMBERS,
                        "monthly": NUMBER,
                        "at_least": FLAG,
                    }
                ),
            },
            "margins": NUMBERS,
            "strategies": {"type": "array", "items": STRATEGIES},
            "sensitivity": {"anyOf": [{"type": "null"}, SENSITIVITY]},
            "notes": TEXTS,
            "estimate": {
                "type": "object",
                **{key: ESTIMATE[key] for key in ("properties", "required")},
                "additionalProperties": False,
            },
        }
    ),
    "$defs": {"line": LINE, "option": OPTION},
}
