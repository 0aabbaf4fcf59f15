"""JSON Schemas of the audit and of the report of the catalogue, written out: they are a promise."""

from __future__ import annotations

from typing import Any

from costplan.document.audit import LEVELS, Report
from costplan.document.schema import COUNT, DATE, MAYBE_TEXT, SHARE, TEXT, TEXTS, VERSION, an_object

COUNTS = {"type": "object", "additionalProperties": COUNT}
READ = {
    "type": "object",
    "additionalProperties": an_object({"oldest": DATE, "newest": DATE}),
}
FINDING: dict[str, Any] = {
    "finding": TEXT,
    "part": TEXT,
    "level": {"enum": [*LEVELS]},
    "id": TEXT,
    "category": TEXT,
    "vendor": TEXT,
    "shelf": TEXT,
    "file": TEXT,
    "line": {"type": ["integer", "null"], "minimum": 1},
    "message": TEXT,
    "hint": MAYBE_TEXT,
}
AUDIT: dict[str, Any] = {
    "title": "costplan audit of the catalogue",
    **an_object(
        {
            "schema_version": VERSION,
            "kind": {"const": "audit"},
            "as_of": DATE,
            "scope": TEXT,
            "vendor": MAYBE_TEXT,
            "category": MAYBE_TEXT,
            "level": {"enum": [*LEVELS]},
            "within_days": COUNT,
            "stale_days": COUNT,
            "entries": COUNT,
            "quotes": COUNT,
            "errors": COUNT,
            "warnings": COUNT,
            "notes": COUNT,
            "findings": {"type": "array", "items": an_object(FINDING)},
            "accepted": {"type": "array", "items": an_object({**FINDING, "reason": TEXT})},
            "meanings": {"type": "object", "additionalProperties": TEXT},
        }
    ),
}
OTHER: dict[str, Any] = {
    "as_of": DATE,
    "scope": TEXT,
    "with_source_share": SHARE,
    "models_of_two_sources_share": SHARE,
    "by_confidence": COUNTS,
    "read_by_vendor": READ,
    "missed": TEXTS,
}
"""What of a report is no count."""
REPORT: dict[str, Any] = {
    "title": "costplan report of the catalogue",
    **an_object(
        {
            "schema_version": VERSION,
            "kind": {"const": "catalogue_report"},
            **{name: OTHER.get(name, COUNT) for name in Report._fields},
        }
    ),
}
