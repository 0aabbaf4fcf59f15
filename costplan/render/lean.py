"""Documents in brief for a reader who pays by the word: a value a line, like records as a table.

    total_monthly: 3938.66
    dearest[2]{role,offer,charge,amount}:
      human,workload,cases,3261.69
      on-call,workload,on-call,400

Values are those of the JSON, unquoted where nothing else can be meant; a text with a comma, a quote
or a line break, or that looks like something else than a text, stands in JSON's quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from costplan.document.briefs import summary
from costplan.document.rows import Rows, Sum
from costplan.record.writing import plain
from costplan.render import Look
from costplan.render.json import dumps

if TYPE_CHECKING:
    from costplan.document.kinds import Saved, SavedResult

NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
OTHER = re.compile(rf"true|false|null|-|{NUMBER}|.*[,\"\\].*|\s.*|.*\s|- .*|")
"""A text that stands in quotes, lest a number, a list or nothing is read."""


def draw(saved: Sequence[Saved] | Sequence[SavedResult], look: Look) -> str:
    """The summary of each document, an empty line between them; several under their files."""
    parts = []
    for named in saved:
        brief = plain(summary(named.document))
        parts.append(text({"file": named.name, **brief} if len(saved) > 1 else brief))
    return "\n".join(parts)


def draw_rows(rows: Rows, look: Look) -> str:
    """The rows as one table; a sum of which a part is unknown begins with ``>=``."""
    every = [*rows.rows, *([rows.whole] if rows.whole is not None else [])]
    body = [[_cell(value) for value in row] for row in every]
    lines = _table(rows.title, rows.columns, body, "")
    return "\n".join([*lines, *(f"note: {_scalar(note)}" for note in rows.notes)]) + "\n"


def text(value: Mapping[str, Any]) -> str:
    """A plain document, such as ``plain`` makes, line by line."""
    return "\n".join(_lines(value, "")) + "\n"


def _lines(value: Mapping[str, Any], indent: str) -> Iterable[str]:
    for key, part in value.items():
        name = indent + _scalar(key)
        if isinstance(part, Mapping):
            yield f"{name}:"
            yield from _lines(part, indent + "  ")
        elif isinstance(part, list):
            yield from _list(name, part, indent)
        else:
            yield f"{name}: {_scalar(part)}"


def _list(name: str, values: Sequence[Any], indent: str) -> Iterable[str]:
    if not _nested(values):
        yield f"{name}[{len(values)}]: " + ",".join(_scalar(value) for value in values)
        return
    columns = _columns(values)
    if columns is not None:
        yield from _table(
            name, columns, [[record.get(key) for key in columns] for record in values], indent
        )
        return
    yield f"{name}[{len(values)}]:"
    for value in values:
        if isinstance(value, Mapping):
            yield f"{indent}  -"
            yield from _lines(value, indent + "    ")
        else:
            yield f"{indent}  - {dumps(value)}"


def _columns(values: Sequence[Any]) -> list[str] | None:
    """The keys of records that fit in a table; None where one holds more than single values."""
    columns: dict[str, None] = {}
    for record in values:
        if not isinstance(record, Mapping) or _nested(record.values()):
            return None
        columns.update(dict.fromkeys(record))
    return list(columns)


def _nested(values: Iterable[Any]) -> bool:
    return any(isinstance(value, Mapping | list) for value in values)


def _table(
    name: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], indent: str
) -> Iterable[str]:
    yield f"{name}[{len(rows)}]{{{','.join(map(_scalar, columns))}}}:"
    for row in rows:
        yield f"{indent}  " + ",".join(_scalar(value) for value in row)


def _cell(value: Any) -> Any:
    if not isinstance(value, Sum):
        return value
    if value.unpriced:
        return f">= {dumps(value.known)}" if value.known else None
    return value.known


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return value if value.isprintable() and not OTHER.fullmatch(value) else dumps(value)
    return "" if value is None else dumps(value).strip('"')
