"""The JSON Schema of a record as ``writing`` writes it, from the annotations that it is read by.

Each record is one definition. A key that may be left out, at its default or in older versions, is
not required; an unknown key is an error.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from costplan.record.kinds import (
    HEAD,
    Entry,
    held_by,
    inline_kinds,
    inner,
    is_record,
    values_of,
    written,
)
from costplan.record.marks import Blank, Inline, Monthly, Names

SCALARS: dict[Any, dict[str, Any]] = {
    Decimal: {"type": "number"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    str: {"type": "string"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
}
NULL = {"type": "null"}
MONTH = {"type": "string", "pattern": r"^\d{4}-\d{2}$"}


Sentences = Callable[[type], Mapping[str, object]]


def json_schema(
    kind: type,
    title: str,
    optional: frozenset[str] = frozenset(),
    sentences: Sentences = lambda kind: {},
) -> dict[str, Any]:
    """The schema of a document; its ``optional`` keys may be missing. ``sentences`` says what the
    keys of a record mean."""
    definitions: dict[str, Any] = {}
    schema = _Schema(definitions, sentences).object(kind)
    schema["required"] = [key for key in schema["required"] if key not in optional]
    by_name = {name: definitions[name] for name in sorted(definitions)}
    return {"title": title, **schema, **({"$defs": by_name} if by_name else {})}


class _Schema:
    def __init__(self, definitions: dict[str, Any], sentences: Sentences) -> None:
        self.definitions, self.sentences = definitions, sentences
        self.kinds: dict[str, type] = {}

    def object(self, kind: type) -> dict[str, Any]:
        """An object with the keys of a record."""
        properties: dict[str, Any] = {}
        required: list[str] = []
        for _, entry in written(kind):
            self._add(entry, properties, required)
        for held in (kind, *inline_kinds(kind)):
            for name, said in self.sentences(held).items():
                if name in properties:
                    properties[name]["description"] = str(said)
        for node in [*properties.values()]:
            if node.pop("below", None):
                node |= {"required": node.pop("required"), "additionalProperties": False}
        return {
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
        }

    def _add(self, entry: Entry, properties: dict[str, Any], required: list[str]) -> None:
        if entry.has(Inline):  # a record that may be missing, with all its keys
            for _, each in written(held_by(entry)[0]):
                self._add(each, properties, [])
            return
        head, dot, rest = entry.key.partition(".")
        if dot:
            inside = {"type": "object", "properties": {}, "required": [], "below": True}
            below = properties.setdefault(head, inside)
            required += [] if head in required else [head]
            self._add(entry.but(key=rest), below["properties"], below["required"])
            return
        properties[head] = self._value(entry)
        if not entry.sparse and not entry.since:
            required.append(head)

    def _value(self, entry: Entry) -> dict[str, Any]:
        if not entry.name and entry.key == HEAD[0]:
            major = typing.get_args(entry.kind)[0].partition(".")[0]
            return {"type": "string", "pattern": rf"^{major}\.\d+$"}
        return self.node(inner(_bare(entry.kind))[0] if entry.sparse else entry.kind, entry.marks)

    def node(self, annotation: Any, marks: tuple[Any, ...] = ()) -> dict[str, Any]:
        """The schema of an annotation. ``marks`` are those that were said of its field."""
        if typing.get_origin(annotation) is Annotated:
            annotation, *own = typing.get_args(annotation)
            marks = (*marks, *(mark for mark in own if mark not in marks))
        kind, nullable = inner(annotation)
        if typing.get_origin(kind) is Annotated:
            schema = self.node(kind)
        elif any(isinstance(mark, Monthly) for mark in marks):
            schema = dict(MONTH)
        elif names := next((mark for mark in marks if isinstance(mark, Names)), None):
            schema = self._named(names, values_of(kind))
        else:
            schema = self._kind(kind)
        for mark in marks:
            if hasattr(mark, "schema"):
                schema |= mark.schema()
        if "enum" in schema:
            schema.pop("type", None)
        if nullable or any(isinstance(mark, Blank) for mark in marks):
            schema = _or_null(schema)
        return schema

    def _named(self, names: Names, value: Any) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {name: self.node(value) for name in names.names},
            "required": [*names.names],
            "additionalProperties": False,
        }

    def _kind(self, kind: Any) -> dict[str, Any]:
        if kind in SCALARS:
            return dict(SCALARS[kind])
        if is_record(kind):
            return self._reference(kind)
        origin, arguments = typing.get_origin(kind), typing.get_args(kind)
        if origin is Literal:
            return {"const": arguments[0]} if len(arguments) == 1 else {"enum": [*arguments]}
        if origin in (list, tuple):
            return {"type": "array", "items": self.node(values_of(kind))}
        if origin in (dict, Mapping):
            return {"type": "object", "additionalProperties": self.node(values_of(kind))}
        if origin in (typing.Union, types.UnionType):
            return {"anyOf": [self.node(argument) for argument in arguments]}
        raise TypeError(f"no schema for {kind!r}")

    def _reference(self, kind: type) -> dict[str, Any]:
        name = kind.__name__
        if self.kinds.setdefault(name, kind) is not kind:
            raise TypeError(f"two records of one document are called {name}")
        if name not in self.definitions:
            self.definitions[name] = {}
            self.definitions[name] = self.object(kind)
        return {"$ref": f"#/$defs/{name}"}


def _bare(annotation: Any) -> Any:
    """The annotation without its marks, which its field's entry has."""
    if typing.get_origin(annotation) is Annotated:
        return typing.get_args(annotation)[0]
    return annotation


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    if "enum" in schema:
        return {**schema, "enum": [*schema["enum"], None]}
    if isinstance(schema.get("type"), str) and schema["type"] not in ("object", "array"):
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [schema, dict(NULL)]}
