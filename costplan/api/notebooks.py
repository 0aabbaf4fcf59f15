"""Documents as notebooks take them: a frame of rows, and a few lines of HTML."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from importlib import import_module
from typing import TYPE_CHECKING, Any

from costplan.problems import BadUsage, did_you_mean

if TYPE_CHECKING:
    from costplan.document.plain import Plain

LIBRARIES = ("pandas", "polars")
"""Whose frames there are; the first that is installed stands in for none named."""


def frame(document: Plain, library: str | None = None) -> Any:
    """The document's rows in a frame: see ``Plain.to_frame``. Raises BadUsage."""
    columns, rows = _rows(document)
    module, name = _loaded(library)
    values = {column: [_value(row[at]) for row in rows] for at, column in enumerate(columns)}
    if name == "polars":
        return module.DataFrame(values, strict=False)
    table = module.DataFrame(values, columns=list(columns))
    for column in columns:
        if any(isinstance(value, date) for value in values[column]):
            table[column] = module.to_datetime(table[column])
    return table


def _loaded(library: str | None) -> tuple[Any, str]:
    if library is not None and library not in LIBRARIES:
        hint = did_you_mean(library, LIBRARIES) or "libraries: " + ", ".join(LIBRARIES)
        raise BadUsage(f"there are no frames of '{library}'", hint)
    for name in LIBRARIES if library is None else (library,):
        try:
            return import_module(name), name
        except ImportError:
            continue
    wanted = library or " or ".join(LIBRARIES)
    raise BadUsage(f"a frame needs {wanted}, which is not installed", f"pip install {LIBRARIES[0]}")


def _rows(document: Plain) -> tuple[Sequence[str], Sequence[Sequence[Any]]]:
    from costplan.document.comparison import Comparison
    from costplan.document.entries import FIELDS, entries
    from costplan.document.kinds import RESULTS, Saved, SavedResult, kind_of
    from costplan.document.options import WAY_FIELDS
    from costplan.document.result_rows import KINDS, result_rows

    given: Any = document
    if isinstance(document, Comparison):
        ways = [(ranked.stack, way) for ranked in document.strategies for way in ranked.options]
        return list(WAY_FIELDS), [[read(*way) for read in WAY_FIELDS.values()] for way in ways]
    kind = kind_of(given)
    if kind in RESULTS:
        fields = ",".join(KINDS[kind].fields)
        rows = result_rows([SavedResult("", given)], fields=fields)
        return rows.columns, rows.rows
    readers = list(FIELDS.values())
    return list(FIELDS), [[read(line) for read in readers] for line in entries([Saved("", given)])]


def _value(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def html(document: Plain) -> str:
    """The document's answer as HTML that a notebook can hold: no style that reaches beyond it."""
    from costplan.render.notebook import fragment

    return fragment(document)
