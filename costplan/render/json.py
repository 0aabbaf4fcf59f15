"""Documents as JSON: snake_case, numbers as number literals with all their digits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from costplan.document.entries import estimates_of
from costplan.document.estimate import EstimateDocument
from costplan.quantity import literal
from costplan.record import version_of
from costplan.record.writing import plain
from costplan.render import Look

try:  # without the package, whose reader costs a command its hundredth part
    from _json import encode_basestring_ascii as quoted
except ImportError:
    from json.encoder import encode_basestring_ascii as quoted

if TYPE_CHECKING:
    from costplan.document.kinds import Saved, SavedResult
    from costplan.document.rows import Rows


def draw(saved: Sequence[Saved], look: Look) -> str:
    """The whole document; how it may look on a terminal changes nothing.

    Several are one ``report``: each whole, with the workload and the file that it is of.
    """
    if len(saved) == 1:
        return dumps(plain(saved[0].document)) + "\n"
    estimated = [estimates_of(named.document) for named in saved]
    return report(saved, [None if inner is None else inner.workload for inner in estimated])


def report(saved: Sequence[Saved | SavedResult], workloads: Sequence[str | None]) -> str:
    """Several documents as one, each whole, with its file and its workload."""
    documents = [
        {"file": named.name, "workload": workload, "document": plain(named.document)}
        for named, workload in zip(saved, workloads, strict=True)
    ]
    whole = {
        "schema_version": version_of(EstimateDocument),
        "kind": "report",
        "documents": documents,
    }
    return dumps(whole) + "\n"


def draw_summaries(saved: Sequence[Saved] | Sequence[SavedResult]) -> str:
    """The summary of a document; several are one ``report``, each with the file that it is of."""
    from costplan.document.briefs import summary

    briefs = [{"file": named.name, "summary": plain(summary(named.document))} for named in saved]
    if len(briefs) == 1:
        return dumps(briefs[0]["summary"]) + "\n"
    return dumps({"kind": "report_summary", "documents": briefs}) + "\n"


def draw_rows(rows: Rows, look: Look) -> str:
    """Rows as objects; a sum with lines that have no price says how many."""
    document = {
        "schema_version": version_of(EstimateDocument),
        "kind": "rows",
        "title": rows.title,
        "columns": rows.columns,
        "rows": row_objects(rows),
        "total": None if rows.whole is None else _row(rows.columns, rows.whole),
        "notes": rows.notes,
    }
    return dumps(document) + "\n"


def row_objects(rows: Rows) -> list[dict[str, Any]]:
    """The rows as plain objects, without their total."""
    return [_row(rows.columns, row) for row in rows.rows]


def _row(columns: Sequence[str], row: Sequence[Any]) -> dict[str, Any]:
    from costplan.document.rows import Sum

    values = [value.known if isinstance(value, Sum) else value for value in row]
    fields = dict(zip(columns, values, strict=True))
    unpriced = sum(value.unpriced for value in row if isinstance(value, Sum))
    return {**fields, "unpriced_lines": unpriced} if unpriced else fields


def dumps(value: Any, indent: str = "") -> str:
    """JSON text, two spaces a level. Decimals become literals such as 0.10 -> 0.1."""
    write = SCALARS.get(type(value))
    if write is not None:
        return write(value)
    if isinstance(value, str):  # a word of an enumeration
        return quoted(value)
    deeper = indent + "  "
    if isinstance(value, Mapping):
        rows = []
        for key, part in value.items():
            write = SCALARS.get(type(part))
            rows.append(f"{_key(key)}: {write(part) if write is not None else dumps(part, deeper)}")
        opening, closing = "{", "}"
    else:
        rows = [dumps(part, deeper) for part in value]
        opening, closing = "[", "]"
    if not rows:
        return opening + closing
    return f"{opening}\n{deeper}" + f",\n{deeper}".join(rows) + f"\n{indent}{closing}"


def compact(value: Any) -> str:
    """As ``dumps``, in one line and without spaces."""
    write = SCALARS.get(type(value))
    if write is not None:
        return write(value)
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{_key(key)}:{compact(part)}" for key, part in value.items()) + "}"
    return "[" + ",".join(map(compact, value)) + "]"


def _moment(value: datetime) -> str:
    return quoted(value.isoformat().replace("+00:00", "Z"))


def _day(value: date) -> str:
    return quoted(value.isoformat())


_key = lru_cache(maxsize=1024)(quoted)
SCALARS: dict[type, Callable[[Any], str]] = {
    str: quoted,
    Decimal: literal,
    bool: lambda value: "true" if value else "false",
    type(None): lambda value: "null",
    int: str,
    datetime: _moment,
    date: _day,
}
"""How each type that is no object or array is written. Looked up by type: a saved document has tens
of thousands of values."""
