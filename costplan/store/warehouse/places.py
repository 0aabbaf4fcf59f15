"""A place in a row, written as ``--map`` has it (``store/traces/paths.py``), as an expression."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import ibis

from costplan.problems import BadUsage, clean, did_you_mean
from costplan.store.traces.paths import Step, Term, terms_of
from costplan.store.warehouse.values import NO_NUMBER, count

MOST_NAMED: Final = 30


def place(table: Any, path: str, option: str) -> Any:
    """The value at a path. Raises BadUsage for a column that the table has not; ``option`` says
    who names it."""
    if path.startswith("="):
        return ibis.literal(path[1:])
    terms = terms_of(path)
    if len(terms) == 1:
        return _plain(table, terms[0], option)
    whole, broken = ibis.literal(0.0), ibis.literal(False)
    for term in terms:
        number = count(_plain(table, term, option), term.text)
        broken = broken | (number < 0).fill_null(False)
        whole = whole + number.fill_null(0) * term.sign
    return ibis.cases((broken, NO_NUMBER), else_=whole)


def _plain(table: Any, term: Term, option: str) -> Any:
    if any(step.listed for step in term.steps):
        raise BadUsage(
            f"{option}: elements of a list cannot be summed in a warehouse: {clean(term.text)}",
            "name a column, or make a view that has the sum",
        )
    column = _column(table, term.text)
    if column is not None:
        return column
    for end in range(1, len(term.steps)):
        column = _column(table, ".".join(step.name for step in term.steps[:end]))
        if column is not None:
            return _within(column, term.steps[end:], term, option)
    names = list(table.columns)
    hint = did_you_mean(term.text, names) or "it has: " + ", ".join(names[:MOST_NAMED])
    raise BadUsage(f"the table has no column '{clean(term.text)}' ({option})", clean(hint))


def _column(table: Any, name: str) -> Any | None:
    """A column by its name; by one that differs in capitals alone where no other does, as SQL
    itself takes it."""
    if name in table.columns:
        return table[name]
    like = [column for column in table.columns if column.casefold() == name.casefold()]
    return table[like[0]] if len(like) == 1 else None


def _within(value: Any, steps: Sequence[Step], term: Term, option: str) -> Any:
    for at, step in enumerate(steps):
        kind = value.type()
        if kind.is_map():
            return value[step.rest]
        if not kind.is_struct() or step.name not in kind.names:
            inside = f"it has: {', '.join(kind.names)}" if kind.is_struct() else f"it is {kind}"
            said = ".".join(step.name for step in term.steps[: len(term.steps) - len(steps) + at])
            raise BadUsage(
                f"column '{clean(said)}' has no field '{clean(step.name)}' ({option})",
                clean(inside[:300]),
            )
        value = value[step.name]
    return value
