"""Results in rows: the verdicts of checks and the changed charges of diffs, chosen and listed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from costplan.document.choosing import read_condition
from costplan.document.rows import Rows, read_names
from costplan.document.saved import SavedResult, kind_of


class Kind(NamedTuple):
    """What the rows of a kind of result are called, their fields, and which are shown unasked."""

    title: str
    fields: Mapping[str, Callable[[Any], Any]]
    usual: tuple[str, ...]
    figures: frozenset[str]


def _place(one: Any) -> str | None:
    return None if one.where is None else f"{one.where.file}:{one.where.line}"


VERDICTS = Kind(
    "verdicts",
    {
        "stack": lambda one: one.stack,
        "rule": lambda one: one.rule,
        "rule_kind": lambda one: one.kind,
        "status": lambda one: one.status,
        "level": lambda one: one.level,
        "figure": lambda one: one.figure,
        "at_least": lambda one: one.at_least,
        "limit": lambda one: one.limit,
        "headroom": lambda one: one.headroom,
        "unit": lambda one: one.unit or None,
        "condition": lambda one: one.condition,
        "reason": lambda one: one.reason,
        "remedy": lambda one: one.remedy,
        "source": lambda one: one.source,
        "where": _place,
    },
    ("stack", "rule", "status", "figure", "limit", "reason"),
    frozenset(("figure", "limit", "headroom")),
)
CHANGES = Kind(
    "changes",
    {
        "stack": lambda one: one.stack,
        "change": lambda one: one.line.kind,
        "role": lambda one: one.line.role,
        "component": lambda one: one.line.component,
        "offer": lambda one: one.line.offer,
        "charge": lambda one: one.line.charge,
        "unit": lambda one: one.line.unit,
        "base": lambda one: one.line.base,
        "head": lambda one: one.line.head,
        "difference": lambda one: one.line.difference,
        "base_quantity": lambda one: one.line.base_quantity,
        "head_quantity": lambda one: one.line.head_quantity,
        "unpriced": lambda one: " ".join(one.line.unpriced) or None,
    },
    ("stack", "change", "role", "offer", "charge", "base", "head", "difference"),
    frozenset(("base", "head", "difference", "base_quantity", "head_quantity")),
)
KINDS: Mapping[str, Kind] = {"check": VERDICTS, "diff": CHANGES}


class _Changed(NamedTuple):
    """A charge of a diff with the stack that it is of."""

    stack: str
    line: Any


def result_rows(
    results: Sequence[SavedResult],
    filters: Sequence[str] = (),
    fields: str | None = None,
    top: int | None = None,
) -> Rows:
    """One row a verdict or a changed charge, of results of one kind; ``top``: the first so many,
    of a diff those that move most. Raises BadUsage for a field that they have not."""
    kind = KINDS[kind_of(results[0].document)]
    names = list(kind.usual) if fields is None else read_names(fields, kind.fields, kind.title)
    known = [name for name in kind.fields if name not in kind.figures]
    chosen = [read_condition(text, known, kind.title) for text in filters]
    found = [
        one
        for result in results
        for one in _parts(result)
        if all(each.matches(kind.fields[each.field](one)) for each in chosen)
    ]
    if top is not None and kind is CHANGES:
        found.sort(key=lambda one: abs(one.line.difference), reverse=True)
    shown = found[:top]
    left = len(found) - len(shown)
    return Rows(
        title=kind.title,
        columns=names,
        figures=kind.figures & set(names),
        rows=[[kind.fields[name](one) for name in names] for one in shown],
        notes=[f"{left} more are not shown"] if left else [],
    )


def _parts(result: SavedResult) -> list[Any]:
    document: Any = result.document
    if kind_of(document) == "check":
        return list(document.verdicts)
    return [
        _Changed(stack.stack, line)
        for stack in document.stacks
        for line in stack.lines
        if line.kind != "same"
    ]
