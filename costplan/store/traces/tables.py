"""Shapes on the columns of a table: the SQL that takes a path from a CSV or Parquet file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from costplan.store.traces.columns import count
from costplan.store.traces.engine import Given
from costplan.store.traces.paths import Step, Term, terms_of
from costplan.store.traces.shape import Shape

MAP = re.compile(r"^MAP\(VARCHAR, .+\)$")
STRUCT = re.compile(r"^STRUCT\(")
FIELD = re.compile(r'(?:"((?:[^"]|"")+)"|(\w+)) ')
NUMBERS = ("INT", "DOUBLE", "FLOAT", "DECIMAL")
Columns = Mapping[str, str]
"""The type of each column, by its name."""


def quoted(name: str) -> str:
    """A name as SQL takes it."""
    return '"' + name.replace('"', '""') + '"'


def worded(text: str) -> str:
    """A text as SQL takes it."""
    return "'" + text.replace("'", "''") + "'"


def has(columns: Columns, path: str) -> bool:
    """Whether a table has the column that a path begins with."""
    return path in columns or terms_of(path)[0].steps[0].name in columns


def recognises(shape: Shape, columns: Columns) -> bool:
    """Whether a table is of a shape, by its columns."""
    if any(_is_there(columns, path) for path in shape.never):
        return False
    return any(all(_is_there(columns, path) for path in paths) for paths in shape.needs)


def _is_there(columns: Columns, path: str) -> bool:
    return _plain(columns, terms_of(path)[0]) is not None


def given_of(shape: Shape, columns: Columns) -> dict[str, Given]:
    """The columns of usage that a table of a shape has, as SQL."""
    given = {"source": Given(worded(shape.name))}
    for name, paths in shape.paths.items():
        sql = first_of(paths, columns)
        if sql is not None:
            given[name] = sql
    given["input_holds"] = Given(shape.input_holds)
    given["output_holds"] = Given(shape.output_holds)
    return given


def first_of(paths: Iterable[str], columns: Columns) -> Given | None:
    """The first path that a row has, of those whose columns are there; None where none is."""
    tries = [column for path in paths if (column := _of(path, columns)) is not None]
    if len(tries) <= 1:
        return tries[0] if tries else None
    if all(_is_number(column.kind) for column in tries):
        return Given(f"coalesce({', '.join(column.sql for column in tries)})", tries[0].kind)
    texts = ", ".join(f"nullif(CAST({column.sql} AS VARCHAR), '')" for column in tries)
    return Given(f"coalesce({texts})")


def _is_number(kind: str) -> bool:
    return any(word in kind for word in NUMBERS) and "(" not in kind.replace("DECIMAL(", "")


def _of(path: str, columns: Columns) -> Given | None:
    if path.startswith("="):
        return Given(worded(path[1:]))
    terms = terms_of(path)
    summands = [
        (term.sign, column) for term in terms if (column := _plain(columns, term)) is not None
    ]
    if not summands:
        return None
    if len(terms) == 1:
        return summands[0][1]
    numbers = " ".join(
        f"{'+' if sign > 0 else '-'} coalesce({count(column.sql, column.kind)}, 0)"
        for sign, column in summands
    )
    return Given(f"(0 {numbers})", "DOUBLE")


def _plain(columns: Columns, term: Term) -> Given | None:
    """A column, or what is within it; None where the table has no such thing."""
    if term.text in columns:
        return Given(quoted(term.text), columns[term.text])
    if any(step.listed for step in term.steps):
        return None
    for end in range(1, len(term.steps) + 1):
        name = ".".join(step.name for step in term.steps[:end])
        if name in columns:
            return _within(quoted(name), columns[name], term.steps[end:])
    return None


def _within(sql: str, kind: str, steps: tuple[Step, ...]) -> Given | None:
    if not steps:
        return Given(sql, kind)
    if MAP.match(kind):
        value = kind.removeprefix("MAP(VARCHAR, ").removesuffix(")")
        return Given(f"{sql}[{worded(steps[0].rest)}]", value)
    if STRUCT.match(kind):
        inner = fields_of(kind)
        name = steps[0].rest if steps[0].rest in inner else steps[0].name
        if name not in inner:
            return None
        rest = () if name == steps[0].rest else steps[1:]
        return _within(f"{sql}.{quoted(name)}", inner[name], rest)
    if kind in ("VARCHAR", "JSON"):
        path = "$" + "".join(f".{quoted(step.name)}" for step in steps)
        return Given(f"json_extract_string(try_cast({sql} AS JSON), {worded(path)})")
    return None


def fields_of(kind: str) -> dict[str, str]:
    """The fields of a struct's type, with their types."""
    inside, fields = kind.removeprefix("STRUCT(").removesuffix(")"), {}
    at = 0
    while match := FIELD.match(inside, at):
        begin = end = match.end()
        depth = 0
        while end < len(inside) and (depth or inside[end] != ","):
            depth += {"(": 1, ")": -1}.get(inside[end], 0)
            end += 1
        fields[(match[1] or match[2]).replace('""', '"')] = inside[begin:end]
        at = end + 2
    return fields


def conditions(shape: Shape, columns: Columns) -> list[tuple[str, str]]:
    """What keeps a row of a shape from being a request: SQL, and why."""
    kept_out = []
    for rule, keeps in ((shape.only, True), (shape.unless, False)):
        if rule is None:
            continue
        path, values, why = rule
        column = _of(path, columns)
        if column is None:
            continue
        words = ", ".join(worded(value) for value in values)
        held = f"coalesce(CAST({column.sql} AS VARCHAR) IN ({words}), false)"
        kept_out.append((f"NOT {held}" if keeps else held, why))
    return kept_out
