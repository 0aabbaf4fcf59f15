"""The JSON Schema of a saved diff."""

from __future__ import annotations

from typing import Any

from costplan.document.schema import (
    DATE,
    FLAG,
    MAYBE_NUMBER,
    MAYBE_TEXT,
    NUMBER,
    TEXT,
    TEXTS,
    VERSION,
    an_object,
)

KIND = {"enum": ["new", "removed", "changed", "same"]}
MAYBE_DATE = {"anyOf": [DATE, {"type": "null"}]}
SIDE = an_object(
    {
        "total_monthly": NUMBER,
        "at_least": FLAG,
        "requests_per_month": {"type": "number", "minimum": 0},
        "reliability": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
        "silent_per_month": MAYBE_NUMBER,
        "cost_per_trusted_answer": MAYBE_NUMBER,
    }
)
MAYBE_SIDE = {"anyOf": [SIDE, {"type": "null"}]}
LINE = an_object(
    {
        "kind": KIND,
        "role": TEXT,
        "component": TEXT,
        "offer": TEXT,
        "charge": TEXT,
        "unit": TEXT,
        "base": MAYBE_NUMBER,
        "head": MAYBE_NUMBER,
        "difference": NUMBER,
        "base_quantity": MAYBE_NUMBER,
        "head_quantity": MAYBE_NUMBER,
        "unpriced": {"type": "array", "items": {"enum": ["base", "head"]}},
    }
)
STACK = an_object(
    {
        "stack": TEXT,
        "kind": KIND,
        "base": MAYBE_SIDE,
        "head": MAYBE_SIDE,
        "difference": NUMBER,
        "percent": MAYBE_NUMBER,
        "certain": FLAG,
        "causes": an_object(
            {"volume": NUMBER, "mix": NUMBER, "intensity": NUMBER, "price": NUMBER}
        ),
        "lines": {"type": "array", "items": LINE},
    }
)
DIFF: dict[str, Any] = {
    "title": "costplan diff",
    **an_object(
        {
            "schema_version": VERSION,
            "kind": {"const": "diff"},
            "workload": TEXT,
            "currency": TEXT,
            "base": MAYBE_TEXT,
            "head": TEXT,
            "base_as_of": MAYBE_DATE,
            "head_as_of": DATE,
            "changed": FLAG,
            "stacks": {"type": "array", "items": STACK},
            "notes": TEXTS,
            "rule_changes": TEXTS,
        },
        optional=("rule_changes",),
    ),
}
