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
    said: dict[str, Said] = {}
    for record in reversed(kind.__mro__):
        _, head, entries = cleandoc(record.__doc__ or "").partition(HEAD)
        if head:
            for name, unit, text in ENTRY.findall(entries):
                said[name] = Said(" ".join(text.split()), unit)
    return said


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
    by_kind: dict[type, Table] = {}
    _add(kind, (), False, by_kind)
    return list(by_kind.values())


def file_fields(kind: type) -> list[Field[Any]]:
    """The fields of a record that a file has: all but those that reading works out."""
    hints = typing.get_type_hints(kind, include_extras=True)
    return [key_field for key_field in fields(kind) if not _is_unsaved(hints[key_field.name])]


def _is_unsaved(annotation: Any) -> bool:
    return any(isinstance(mark, Unsaved) for mark in getattr(annotation, "__metadata__", ()))


def _add(kind: type, place: tuple[str, ...], many: bool, by_kind: dict[type, Table]) -> None:
    known = by_kind.get(kind)
    if known is not None:
        known.places.append(place)
    else:
        known = by_kind[kind] = Table(kind, many, [place])
        known.keys.extend(_key(kind, key_field) for key_field in file_fields(kind))
    for _, name, below, is_many in inner(kind):
        _add(below, (*place, *name), is_many, by_kind)


def inner(kind: type) -> Iterator[tuple[str, tuple[str, ...], type, bool]]:
    """(field, place below, record, whether there are many) of each record that a field may hold."""
    hints = typing.get_type_hints(kind, include_extras=True)
    for key_field in file_fields(kind):
        name = key_field.name
        for record, steps, many in _records(hints[name]):
            if key_field.metadata.get("rest"):
                # the field's own name is in no file: roles, as [stack.x.ROLE]
                yield name, (name.removesuffix("s").upper(), *steps[1:]), record, many
            else:
                yield name, (name, *steps), record, many


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
        yield from ((record, (ANY, *steps), many) for record, steps, many in _records(arguments[1]))
    elif origin in (typing.Union, types.UnionType):
        for option in arguments:
            yield from _records(option)


def _key(kind: type, key_field: Field[Any]) -> Key:
    annotation = typing.get_type_hints(kind, include_extras=True)[key_field.name]
    rest = bool(key_field.metadata.get("rest"))
    if rest:
        annotation = typing.get_args(annotation)[1]
    said = sentences(kind).get(key_field.name, Said(""))
    word = type_word(annotation)
    unit = said.unit or ("share" if "from 0 to 1" in word else "")
    bare = key_field.default is MISSING and key_field.default_factory is MISSING
    return Key(
        name="any other" if rest else key_field.name,
        type=word,
        unit=unit,
        default="" if rest else _default(key_field),
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
        if any(isinstance(rule, Code) for rule in arguments[1:]):
            return "ISO 4217 code"
        return f"{type_word(arguments[0])}{_bounds(arguments[1:])}"
    if origin in (typing.Union, types.UnionType):
        kinds = [type_word(option) for option in arguments if option is not type(None)]
        return " or ".join(dict.fromkeys(kinds))
    if origin is Literal:
        return " or ".join(f'"{word}"' for word in arguments)
    if origin is tuple:
        return f"list of {_plural(type_word(arguments[0]))}"
    if origin in (dict, Mapping):
        return f"names with {_plural(type_word(arguments[1]))}"
    raise TypeError(f"no word for {annotation!r}")


def _plural(word: str) -> str:
    return re.sub(r"(number|table|text|date)(?= |$)", r"\1s", word, count=1)


def _bounds(rules: tuple[Any, ...]) -> str:
    least = next((rule.bound for rule in rules if isinstance(rule, Ge)), None)
    above = next((rule.bound for rule in rules if isinstance(rule, Gt)), None)
    most = next((rule.bound for rule in rules if isinstance(rule, Le)), None)
    if least is not None and most is not None:
        return f" from {least} to {most}"
    if above is not None:
        return f" above {above}"
    return f" from {least}" if least is not None else ""


def _default(key_field: Field[Any]) -> str:
    value = key_field.default
    if value is MISSING or value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"' if value else ""
    if isinstance(value, tuple):
        return f"[{', '.join(str(part) for part in value)}]" if value else ""
    return str(value)
