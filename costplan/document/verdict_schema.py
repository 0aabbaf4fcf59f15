"""The JSON Schema of a saved check."""

from __future__ import annotations

from typing import Any

from costplan.document.schema import (
    COUNT,
    DATE,
    FLAG,
    MAYBE_NUMBER,
    MAYBE_TEXT,
    TEXT,
    TEXTS,
    VERSION,
    an_object,
)

STATUSES = ("pass", "warn", "deny", "unknown")
LINE = {"type": "integer", "minimum": 1}
VERDICT = an_object(
    {
        "stack": TEXT,
        "rule": TEXT,
        "kind": {"enum": ["limit", "policy", "unpriced", "stale", "ended"]},
        "status": {"enum": list(STATUSES)},
        "level": {"enum": ["warn", "deny"]},
        "unit": MAYBE_TEXT,
        "figure": MAYBE_NUMBER,
        "at_least": FLAG,
        "compare": {"enum": ["maximum", "minimum", None]},
        "limit": MAYBE_NUMBER,
        "warn": MAYBE_NUMBER,
        "deny": MAYBE_NUMBER,
        "headroom": MAYBE_NUMBER,
        "condition": MAYBE_TEXT,
        "figures": {"type": "object", "additionalProperties": MAYBE_NUMBER},
        "reason": MAYBE_TEXT,
        "remedy": MAYBE_TEXT,
        "waits_for_price": FLAG,
        "source": TEXT,
        "where": {
            "anyOf": [{"type": "null"}, an_object({"file": TEXT, "line": LINE, "column": LINE})]
        },
    }
)
CHECK: dict[str, Any] = {
    "title": "costplan check",
    **an_object(
        {
            "schema_version": VERSION,
            "kind": {"const": "check"},
            "subject": TEXT,
            "workload": TEXT,
            "currency": TEXT,
            "as_of": DATE,
            "catalog": an_object({"hash": TEXT}),
            "baseline": MAYBE_TEXT,
            "result": {"enum": ["pass", "deny", "price"]},
            "exit_code": {"enum": [0, 1, 3]},
            "stacks": TEXTS,
            "counts": an_object(dict.fromkeys(STATUSES, COUNT)),
            "verdicts": {"type": "array", "items": VERDICT},
            "notes": TEXTS,
        }
    ),
}
