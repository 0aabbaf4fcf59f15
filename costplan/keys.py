"""The keys of the files that people write, as data: sentence, unit, type and default of each.

All of it is read from the records themselves: type and default from the fields, sentence and unit
from the ``Keys:`` at the end of a record's docstring, one entry a field:

    name (unit): what it does to the bill

``costplan schema``, ``costplan explain KEY`` and ``docs/workload.md`` say the same for that reason.
Python leaves docstrings out under ``-OO``; then there are no sentences, and nothing else changes.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from inspect import cleandoc
from typing import Annotated, Any, Literal, NamedTuple

from costplan.record import Code, Ge, Gt, Le, Unsaved

HEAD = "\nKeys:\n"
ENTRY = re.compile(r"^    (\w+)(?: \(([^)]+)\))?: (.+(?:\n {8}.+)*)$", re.M)
ANY = "NAME"
"""Stands in a place for a name that the file's author chooses."""


class Said(NamedTuple):
    """What a key does, and what its number counts; no unit where it has none."""

    text: str
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.text} [{self.unit}]" if self.unit else self.text


@cache
def sentences(kind: type) -> Mapping[str, Said]:
    """What a record says of its keys, those of the records it extends among them."""
    found: dict[str, Said] = {}
    for one in reversed(kind.__mro__):
        _, head, entries = cleandoc(one.__doc__ or "").partition(HEAD)
        if head:
            for name, unit, text in ENTRY.findall(entries):
                found[name] = Said(" ".join(text.split()), unit)
    return found


def summary(kind: type) -> str:
    """What a record says of itself: its docstring before the keys, code in quotes."""
    return cleandoc(kind.__doc__ or "").partition(HEAD)[0].strip().replace("``", "'")


class Key(NamedTuple):
    """One key of a table. ``default`` is as a file writes it: empty without one."""

    name: str
    type: str
    unit: str
    default: str
    required: bool
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """A kind of table: where it may stand, and its keys. ``places`` are as ``("step", "vote")``."""

    kind: type
    many: bool
    places: list[tuple[str, ...]] = field(default_factory=list)
    keys: list[Key] = field(default_factory=list)

    @property
    def heading(self) -> str:
        """The table's name as a file writes it, at its first place; empty for the file itself."""
        name = ".".join(self.places[0])
        return f"[[{name}]]" if self.many else f"[{name}]" if name else ""


def tables(kind: type) -> list[Table]:
    """Every kind of table of a file, in the file's order, each once with all its places."""
    found: dict[type, Table] = {}
    _add(kind, (), False, found)
    return list(found.values())


def file_fields(kind: type) -> list[Field[Any]]:
    """The fields of a record that a file has: all but those that reading works out."""
    hints = typing.get_type_hints(kind, include_extras=True)
    return [one for one in fields(kind) if not _is_unsaved(hints[one.name])]


def _is_unsaved(annotation: Any) -> bool:
    return any(isinstance(mark, Unsaved) for mark in getattr(annotation, "__metadata__", ()))


def _add(kind: type, place: tuple[str, ...], many: bool, found: dict[type, Table]) -> None:
    known = found.get(kind)
    if known is not None:
        known.places.append(place)
    else:
        known = found[kind] = Table(kind, many, [place])
        known.keys.extend(_key(kind, one) for one in file_fields(kind))
    for _, name, below, is_many in inner(kind):
        _add(below, (*place, *name), is_many, found)


def inner(kind: type) -> Iterator[tuple[str, tuple[str, ...], type, bool]]:
    """(field, place below, record, whether there are many) of each record that a field may hold."""
    hints = typing.get_type_hints(kind, include_extras=True)
    for one in file_fields(kind):
        for record, steps, many in _records(hints[one.name]):
            if one.metadata.get(
                "rest"
            ):  # the field's own name is in no file: roles, as [stack.x.ROLE]
                yield one.name, (one.name.removesuffix("s").upper(), *steps[1:]), record, many
            else:
                yield one.name, (one.name, *steps), record, many


def _records(annotation: Any) -> Iterator[tuple[type, tuple[str, ...], bool]]:
    if is_dataclass(annotation):
        yield typing.cast(type, annotation), (), False
        return
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Annotated:
        yield from _records(arguments[0])
    elif origin is tuple:
        yield from ((record, steps, True) for record, steps, _ in _records(arguments[0]))
    elif origin in (dict, Mapping):
        yield from ((one, (ANY, *steps), many) for one, steps, many in _records(arguments[1]))
    elif origin in (typing.Union, types.UnionType):
        for each in arguments:
            yield from _records(each)


def _key(kind: type, one: Field[Any]) -> Key:
    annotation = typing.get_type_hints(kind, include_extras=True)[one.name]
    rest = bool(one.metadata.get("rest"))
    if rest:
        annotation = typing.get_args(annotation)[1]
    said = sentences(kind).get(one.name, Said(""))
    word = type_word(annotation)
    unit = said.unit or ("share" if "from 0 to 1" in word else "")
    bare = one.default is MISSING and one.default_factory is MISSING
    return Key(
        name="any other" if rest else one.name,
        type=word,
        unit=unit,
        default="" if rest else _default(one),
        required=bare and not rest,
        text=said.text,
    )


def type_word(annotation: Any) -> str:
    """What a file may write for an annotation."""
    simple: dict[Any, str] = {
        Decimal: "number",
        int: "whole number",
        bool: "true or false",
        str: "text",
        date: "date",
    }
    if annotation in simple:
        return simple[annotation]
    if is_dataclass(annotation):
        return "table"
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Annotated:
        if any(isinstance(one, Code) for one in arguments[1:]):
            return "ISO 4217 code"
        return f"{type_word(arguments[0])}{_bounds(arguments[1:])}"
    if origin in (typing.Union, types.UnionType):
        kinds = [type_word(one) for one in arguments if one is not type(None)]
        return " or ".join(dict.fromkeys(kinds))
    if origin is Literal:
        return " or ".join(f'"{one}"' for one in arguments)
    if origin is tuple:
        return f"list of {_plural(type_word(arguments[0]))}"
    if origin in (dict, Mapping):
        return f"names with {_plural(type_word(arguments[1]))}"
    raise TypeError(f"no word for {annotation!r}")


def _plural(word: str) -> str:
    return re.sub(r"(number|table|text|date)(?= |$)", r"\1s", word, count=1)


def _bounds(rules: tuple[Any, ...]) -> str:
    least = next((one.bound for one in rules if isinstance(one, Ge)), None)
    above = next((one.bound for one in rules if isinstance(one, Gt)), None)
    most = next((one.bound for one in rules if isinstance(one, Le)), None)
    if least is not None and most is not None:
        return f" from {least} to {most}"
    if above is not None:
        return f" above {above}"
    return f" from {least}" if least is not None else ""


def _default(one: Field[Any]) -> str:
    value = one.default
    if value is MISSING or value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"' if value else ""
    if isinstance(value, tuple):
        return f"[{', '.join(str(each) for each in value)}]" if value else ""
    return str(value)
