"""Results in rows: the verdicts of checks and the changed charges of diffs, chosen and listed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from costplan.document.choosing import read_condition
from costplan.document.kinds import SavedResult, kind_of
from costplan.document.rows import Rows, read_names


class Kind(NamedTuple):
    """What the rows of a kind of result are called, their fields, and which are shown unasked."""

    title: str
    fields: Mapping[str, Callable[[Any], Any]]
    usual: tuple[str, ...]
    figures: frozenset[str]


def _fields(*names: str, of: str = "") -> dict[str, Callable[[Any], Any]]:
    """Fields that are called as the attributes that they hold, those of a row's part ``of``."""
    return {name: attrgetter(of + name) for name in names}


VERDICTS = Kind(
    "verdicts",
    {
        **_fields("stack", "rule"),
        "rule_kind": attrgetter("kind"),
        **_fields("status", "level", "figure", "at_least", "limit", "headroom"),
        "unit": lambda verdict: verdict.unit or None,
        **_fields("condition", "reason", "remedy", "source"),
        "where": attrgetter("place"),
    },
    ("stack", "rule", "status", "figure", "limit", "reason"),
    frozenset(("figure", "limit", "headroom")),
)
CHANGES = Kind(
    "changes",
    {
        "stack": attrgetter("stack"),
        "change": attrgetter("line.kind"),
        **_fields("role", "component", "offer", "charge", "unit", of="line."),
        **_fields("base", "head", "difference", "base_quantity", "head_quantity", of="line."),
        "unpriced": lambda change: " ".join(change.line.unpriced) or None,
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
    parts = [
        part
        for result in results
        for part in _parts(result)
        if all(condition.matches(kind.fields[condition.field](part)) for condition in chosen)
    ]
    if top is not None and kind is CHANGES:
        parts.sort(key=lambda change: abs(change.line.difference), reverse=True)
    shown = parts[:top]
    left = len(parts) - len(shown)
    return Rows(
        title=kind.title,
        columns=names,
        figures=kind.figures & set(names),
        rows=[[kind.fields[name](part) for name in names] for part in shown],
        notes=[f"{left} more are not shown"] if left else [],
    )


def _parts(result: SavedResult) -> list[Any]:
    """The verdicts of a check, the charges of a diff that changed."""
    document: Any = result.document
    if kind_of(document) == "check":
        return list(document.verdicts)
    return [_Changed(stack.stack, line) for stack in document.stacks for line in stack.moved]
