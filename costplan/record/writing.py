"""Records to plain JSON data: text, Decimals, ints, booleans, None, lists, dicts.

Days become text; a key stands where ``kinds.entries`` has it, which is where it always stood.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from datetime import date, datetime
from functools import cache
from itertools import takewhile
from operator import attrgetter
from typing import Annotated, Any

from costplan.record.compiled import MANY, quick_getter
from costplan.record.dialects import moment_words
from costplan.record.kinds import (
    Entry,
    Placed,
    held_by,
    inner,
    is_faithful,
    is_record,
    values_of,
    written,
)
from costplan.record.marks import Blank, Inline, Monthly

Writer = Callable[[Any], Any]


class _AsRead:
    """Equal to whatever it is compared with."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]


AS_READ: Any = _AsRead()


def plain(value: Any, *, checking: bool = False) -> Any:
    """A record as plain data. ``checking``: to be compared with what the record was read from, so
    that records of which nothing follows from the rest need not be written."""
    kind: Any = type(value)
    write = writer(kind, checking)
    return value if write is None else write(value)


@cache
def writer(annotation: Any, checking: bool = False) -> Writer | None:
    """What turns values of an annotation into plain data; None where they are plain already."""
    kind, nullable = inner(annotation)
    if typing.get_origin(kind) is Annotated:
        kind, *marks = typing.get_args(kind)
        if any(isinstance(mark, Blank) for mark in marks):
            return lambda text: text or None
        if any(isinstance(mark, Monthly) for mark in marks):
            return lambda day: day.isoformat()[:7]
        write = writer(kind, checking)
    else:
        write = _writer(kind, checking)
    if write is None or not nullable:
        return write
    return lambda value: None if value is None else write(value)


def _writer(kind: Any, checking: bool) -> Writer | None:
    if kind is date:
        return date.isoformat
    if kind is datetime:
        return moment_words
    if is_record(kind):
        if checking and is_faithful(kind):
            return lambda value: AS_READ
        return _Object(kind, checking).write
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        return None
    if origin in (list, tuple):
        item = writer(values_of(kind), checking)
        if checking and is_faithful(values_of(kind)):
            return lambda value: AS_READ
        return list if item is None else lambda elements: [item(element) for element in elements]
    if origin in (dict, Mapping):
        value = writer(values_of(kind), checking)
        if value is None:
            return dict
        return lambda mapping: {name: value(element) for name, element in mapping.items()}
    return None


class _Object:
    """Writes the records of one kind. The keys that are always there come first in most kinds, and
    those that are left out at their default last."""

    def __init__(self, kind: type, checking: bool) -> None:
        self.kind, self.checking = kind, checking
        self.seen = 0
        self.named = not is_dataclass(kind)
        self.steady: Writer | None = None

    def write(self, record: Any) -> dict[str, Any]:
        self.seen += 1
        if self.steady is None or self.seen == MANY:
            self._plan()
        if self.named and record.__class__ is tuple:  # which stands for a named one
            record = self.kind(*record)
        assert self.steady is not None
        data: dict[str, Any] = self.steady(record)
        if self.steps and (self.at_default is None or self.sparse(record) != self.at_default):
            for step in self.steps:
                step(record, data)
        return data

    def _plan(self) -> None:
        placed = list(written(self.kind))
        first = list(takewhile(_is_steady, placed))
        paths = [f"{path}{entry.get}" for path, entry in first]
        names = [entry.key for _, entry in first]
        turns = [writer(entry.kind, self.checking) for _, entry in first]
        make = quick_getter if self.seen == MANY else _getter
        self.steady = make(paths, names, turns)
        rest = placed[len(first) :]
        self.steps = [_step(*placed, self.checking) for placed in rest]
        self.at_default: tuple[Any, ...] | None = None
        if len(rest) > 1 and all(isinstance(entry.get, str) and entry.sparse for _, entry in rest):
            self.sparse = attrgetter(*(f"{path}{entry.get}" for path, entry in rest))
            self.at_default = tuple(entry.default for _, entry in rest)


def _getter(paths: list[str], names: list[str], turns: list[Writer | None]) -> Writer:
    """What writes the keys that are always there."""
    get = [attrgetter(path) for path in paths]

    def write(record: Any) -> dict[str, Any]:
        data = {name: getter(record) for name, getter in zip(names, get, strict=True)}
        for name, turn in zip(names, turns, strict=True):
            if turn is not None:
                data[name] = turn(data[name])
        return data

    return write


def _is_steady(placed: Placed) -> bool:
    """Whether the key is always there, and its value an attribute."""
    _, entry = placed
    return isinstance(entry.get, str) and not (
        entry.sparse or "." in entry.key or entry.has(Inline)
    )


def _step(path: str, entry: Entry, checking: bool) -> Callable[[Any, dict[str, Any]], None]:
    get = attrgetter(f"{path}{entry.get}") if isinstance(entry.get, str) else entry.get
    sparse, default = entry.sparse, entry.default
    if entry.has(Inline):
        return _spread(get, _Object(held_by(entry)[0], checking))
    turn = writer(entry.kind, checking)
    head, dot, rest = entry.key.partition(".")

    def put(record: Any, data: dict[str, Any]) -> None:
        value = get(record)
        if sparse and value == default:
            return
        value = value if turn is None else turn(value)
        if dot:
            data.setdefault(head, {})[rest] = value
        else:
            data[head] = value

    return put


def _spread(get: Writer, held: _Object) -> Callable[[Any, dict[str, Any]], None]:
    def put(record: Any, data: dict[str, Any]) -> None:
        value = get(record)
        if value is not None:
            data.update(held.write(value))

    return put
