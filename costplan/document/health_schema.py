"""The JSON Schema of what ``costplan doctor`` finds, written out: it is a promise."""

from __future__ import annotations

from typing import Any

from costplan.document.schema import COUNT, DATE, FLAG, MAYBE_TEXT, TEXT, TEXTS, VERSION, an_object

MAYBE_COUNT = {"type": ["integer", "null"], "minimum": 0}
MAYBE_DATE = {"anyOf": [DATE, {"type": "null"}]}
HEALTH: dict[str, Any] = {
    "title": "costplan doctor",
    **an_object(
        {
            "schema_version": VERSION,
            "kind": {"const": "doctor"},
            "healthy": FLAG,
            "version": TEXT,
            "python": TEXT,
            "platform": TEXT,
            "program": TEXT,
            "as_of": DATE,
            "stale_days": COUNT,
            "catalogues": {
                "type": "array",
                "items": an_object(
                    {
                        "name": TEXT,
                        "folder": MAYBE_TEXT,
                        "entries": MAYBE_COUNT,
                        "newest_checked": MAYBE_DATE,
                        "stale": COUNT,
                        "problems": TEXTS,
                    }
                ),
            },
            "workload": MAYBE_TEXT,
            "settings": {
                "type": "array",
                "items": an_object({"name": TEXT, "value": MAYBE_TEXT, "problem": MAYBE_TEXT}),
            },
            "tokens": {"type": "object", "additionalProperties": FLAG},
            "terminal": an_object(
                {"is_terminal": FLAG, "width": COUNT, "color": FLAG, "encoding": TEXT}
            ),
            "git": MAYBE_TEXT,
            "packages": {
                "type": "array",
                "items": an_object({"name": TEXT, "version": MAYBE_TEXT, "needed": FLAG}),
            },
            "problems": TEXTS,
        }
    ),
}
