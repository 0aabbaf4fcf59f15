"""What ``costplan doctor`` finds: plain values, a field's name its key in the JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from costplan.document.schema import DATE, MAYBE_TEXT, TEXT, TEXTS, an_object

SCHEMA_VERSION = "1.0"


class Shelf(NamedTuple):
    """One layer of prices. ``entries`` None: its folder is not there."""

    name: str
    folder: str | None
    entries: int | None
    newest_checked: date | None
    stale: int
    problems: tuple[str, ...] = ()


class Setting(NamedTuple):
    """A variable that is set. ``value`` None: it is not shown. ``problem`` None: it is in order."""

    name: str
    value: str | None
    problem: str | None


class Package(NamedTuple):
    """A library. ``version`` None: it is not installed."""

    name: str
    version: str | None
    needed: bool


class Terminal(NamedTuple):
    """What standard output is, and how a page would look on it."""

    is_terminal: bool
    width: int
    color: bool
    encoding: str


class Health(NamedTuple):
    """``tokens``: names of secrets, and only whether they are set. ``git``: its path."""

    version: str
    python: str
    platform: str
    program: str
    as_of: date
    stale_days: int
    catalogues: tuple[Shelf, ...]
    workload: str | None
    settings: tuple[Setting, ...]
    tokens: Mapping[str, bool]
    terminal: Terminal
    git: str | None
    packages: tuple[Package, ...]
    problems: tuple[str, ...]

    @property
    def healthy(self) -> bool:
        """Whether nothing is broken."""
        return not self.problems


_COUNT = {"type": "integer", "minimum": 0}
_MAYBE_COUNT = {"type": ["integer", "null"], "minimum": 0}
_MAYBE_DATE = {"anyOf": [DATE, {"type": "null"}]}
_TRUTH = {"type": "boolean"}
HEALTH: dict[str, Any] = {
    "title": "costplan doctor",
    **an_object(
        {
            "schema_version": {"type": "string", "pattern": r"^1\.\d+$"},
            "kind": {"const": "doctor"},
            "healthy": _TRUTH,
            "version": TEXT,
            "python": TEXT,
            "platform": TEXT,
            "program": TEXT,
            "as_of": DATE,
            "stale_days": _COUNT,
            "catalogues": {
                "type": "array",
                "items": an_object(
                    {
                        "name": TEXT,
                        "folder": MAYBE_TEXT,
                        "entries": _MAYBE_COUNT,
                        "newest_checked": _MAYBE_DATE,
                        "stale": _COUNT,
                        "problems": TEXTS,
                    }
                ),
            },
            "workload": MAYBE_TEXT,
            "settings": {
                "type": "array",
                "items": an_object({"name": TEXT, "value": MAYBE_TEXT, "problem": MAYBE_TEXT}),
            },
            "tokens": {"type": "object", "additionalProperties": _TRUTH},
            "terminal": an_object(
                {"is_terminal": _TRUTH, "width": _COUNT, "color": _TRUTH, "encoding": TEXT}
            ),
            "git": MAYBE_TEXT,
            "packages": {
                "type": "array",
                "items": an_object({"name": TEXT, "version": MAYBE_TEXT, "needed": _TRUTH}),
            },
            "problems": TEXTS,
        }
    ),
}
