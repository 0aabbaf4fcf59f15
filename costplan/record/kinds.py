"""Records, and what a document holds of one: its keys in their order."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields, is_dataclass
from functools import cache
from inspect import get_annotations  # which dataclasses load anyway
from typing import Annotated, Any, TypeVar, dataclass_transform

from costplan.record import marks

Kind = TypeVar("Kind", bound=type)


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(field,))
def record(kind: Kind) -> Kind:
    """A frozen, keyword-only dataclass without generated code.

    ``dataclass(frozen=True, slots=True)`` compiles six functions a class, about a millisecond; the
    sixty tables of the two file formats would cost more than reading the files. A record has the
    fields of a dataclass and shares one ``__init__``, so it is made in a fifth of that.
    """
    made: Any = dataclass(init=False, repr=False, eq=False)(kind)
    own = fields(made)
    made._defaults = {one.name: one.default for one in own if one.default is not MISSING}
    made._factories = [
        (one.name, one.default_factory) for one in own if one.default_factory is not MISSING
    ]
    made._names = frozenset(one.name for one in own)
    made.__init__, made.__eq__, made.__hash__ = _init, _equal, _hash
    made.__repr__, made.__setattr__, made.__delattr__ = _repr, _frozen, _frozen
    return typing.cast(Kind, made)


class Compared:
    """Equality and ``repr`` of the dataclasses below it, which are ``eq=False, repr=False``: each
    class with functions of its own compiles them as it is imported, a tenth of a millisecond."""

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        own = fields(typing.cast(Any, self))
        return all(getattr(self, one.name) == getattr(other, one.name) for one in own)

    def __repr__(self) -> str:
        own = fields(typing.cast(Any, self))
        values = ", ".join(f"{one.name}={getattr(self, one.name)!r}" for one in own)
        return f"{type(self).__name__}({values})"


def with_fields(
    names: Iterable[str], annotation: Any, default: object = None
) -> Callable[[Kind], Kind]:
    """A field more for each name that the class does not declare itself; goes below ``record``.

    For fields that are the rows of a table: code that never names one reads it by ``getattr``.
    """

    def extend(kind: Kind) -> Kind:
        own: dict[str, Any] = kind.__annotations__
        for name in names:
            if name not in own:
                own[name] = annotation
                setattr(kind, name, default)
        return kind

    return extend


def _init(self: Any, **given: Any) -> None:
    state = self.__dict__
    state.update(self._defaults)
    for name, make in self._factories:
        if name not in given:
            state[name] = make()
    state.update(given)
    if state.keys() != self._names:
        odd = ", ".join(sorted(state.keys() ^ self._names))
        raise TypeError(f"{type(self).__name__}: missing or unknown: {odd}")


def _equal(self: Any, other: object) -> bool:
    return type(self) is type(other) and self.__dict__ == other.__dict__


def _hash(self: Any) -> int:
    return hash(tuple(self.__dict__[name] for name in sorted(self._names)))


def _repr(self: Any) -> str:
    """Without fields at their default: a new optional key changes nobody's fingerprint."""
    given = {name: value for name, value in self.__dict__.items() if not _is_default(self, name)}
    values = ", ".join(f"{name}={given[name]!r}" for name in sorted(given))
    return f"{type(self).__name__}({values})"


def _is_default(self: Any, name: str) -> bool:
    if name in self._defaults:
        return bool(self.__dict__[name] == self._defaults[name])
    return any(one == name and self.__dict__[one] == make() for one, make in self._factories)


def _frozen(self: Any, name: str, value: object = None) -> None:
    raise FrozenInstanceError(f"cannot change field {name!r} of {type(self).__name__}")


REST = {"rest": True}
"""Metadata of the one field of a dataclass that takes every key no other field has."""
HEAD = ("schema_version", "kind")
"""Constants of a kind that is a document of its own: its first keys."""


def keys(*order: str | tuple[str, str], faithful: bool = False) -> Callable[[Kind], Kind]:
    """The keys of a document in their order, where it holds more than the record's own fields.

    A key that is no field is a property of the record: it is written, and compared when it is read.
    A pair is a key and the property that has it under another name. ``faithful``: nothing of it
    follows from the rest, so that what was read is what would be written.
    """

    def mark(kind: Kind) -> Kind:
        kind._keys, kind._faithful = order, faithful  # type: ignore[attr-defined]
        return kind

    return mark


def document(name: str, version: str) -> Callable[[Kind], Kind]:
    """A record that is a document of its own, of a kind and a version of its schema: its first
    keys."""

    def mark(kind: Kind) -> Kind:
        kind.schema_version, kind.kind = version, name  # type: ignore[attr-defined]
        return kind

    return mark


def version_of(kind: type) -> str:
    """The version of a document's schema, such as 1.2."""
    found: str = kind.schema_version  # type: ignore[attr-defined]
    return found


@dataclass(init=False, repr=False, eq=False)
class Entry:
    """One key of a document.

    ``name`` is the field that reading sets, "" for what follows from the rest; ``kind`` the
    annotation of what the document holds; ``get`` the attribute, or the function of the record,
    that writing asks; ``put`` turns what was read into the field's value. ``sparse``: it is left
    out at its ``default``; ``since``: documents of older minor versions do without it.
    """

    key: str
    name: str
    kind: Any
    get: str | Callable[[Any], Any]
    put: Callable[[Any], Any] | None = None
    sparse: bool = False
    default: Any = MISSING
    since: int = 0
    marks: tuple[Any, ...] = ()

    def __init__(self, key: str, name: str, **more: Any) -> None:
        self.__dict__.update(more, key=key, name=name)

    def but(self, **more: Any) -> Entry:
        """The entry with other values."""
        return Entry(**(self.__dict__ | more))

    def has(self, mark: type) -> bool:
        """Whether its annotation has a mark of this kind."""
        return any(isinstance(one, mark) for one in self.marks)


def is_record(annotation: Any) -> bool:
    """Whether it is a dataclass or a named tuple."""
    return isinstance(annotation, type) and (
        is_dataclass(annotation) or hasattr(annotation, "_field_defaults")
    )


def inner(annotation: Any) -> tuple[Any, bool]:
    """The annotation without "or None", and whether None was allowed."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        members = typing.get_args(annotation)
        real = [one for one in members if one is not type(None)]
        if len(real) < len(members):
            return (real[0] if len(real) == 1 else typing.Union[tuple(real)]), True  # noqa: UP007
    return annotation, False


def is_faithful(annotation: Any) -> bool:
    """Whether ``keys`` says so of a record."""
    return is_record(annotation) and getattr(annotation, "_faithful", False)


def _default(kind: type) -> dict[str, Any]:
    if is_dataclass(kind):
        made = {}
        for one in fields(kind):
            if one.default is not MISSING:
                made[one.name] = one.default
            elif one.default_factory is not MISSING:
                made[one.name] = one.default_factory()
        return made
    return dict(kind._field_defaults)  # type: ignore[attr-defined]


def _names(kind: type) -> Iterator[str]:
    if is_dataclass(kind):
        yield from (one.name for one in fields(kind) if not one.metadata.get("rest"))
    else:
        yield from kind._fields  # type: ignore[attr-defined]


Placed = tuple[str, Entry]
"""A key where a document has it, behind the path to the record that has it, such as "price."."""


@cache
def entries(kind: type) -> tuple[Entry, ...]:
    """What is read of a record: its keys, and the records whose keys stand among them."""
    inline = [one for one in _own(kind).values() if one.has(marks.Inline)]
    return (
        *(one for path, one in written(kind) if not path and one not in inline),
        *inline,
    )


@cache
def written(kind: type) -> tuple[Placed, ...]:
    """Every key in the order of the document; those of a record that may be missing as one."""
    own = _own(kind)
    found: dict[str, Placed] = {}
    for name, one in own.items():
        if one.has(marks.Inline) and not held_by(one)[1]:
            for path, entry in written(held_by(one)[0]):
                found[entry.key] = (f"{name}.{path}", entry)
        elif not one.has(marks.Unsaved):
            found[one.key] = ("", one)
    head = [("", _constant(kind, name)) for name in HEAD if _is_document(kind)]
    order = getattr(kind, "_keys", None)
    if order is None:
        return (*head, *found.values())
    made = []
    for each in order:
        key, name = each if isinstance(each, tuple) else (each, each)
        known = found.get(key) if name == key else None
        made.append(known or ("", _derived(kind, key, name)))
    return (*head, *made)


def held_by(inline: Entry) -> tuple[type, bool]:
    """The record of an inline entry, and whether it may be missing."""
    return inner(typing.get_args(inline.kind)[0])


def inline_kinds(kind: type) -> Iterator[type]:
    """The records whose keys stand among those of a record."""
    for one in _own(kind).values():
        if one.has(marks.Inline):
            yield held_by(one)[0]
            yield from inline_kinds(held_by(one)[0])


@cache
def _own(kind: type) -> dict[str, Entry]:
    """The record's own fields by name."""
    hints = hints_of(kind)
    defaults = _default(kind)
    return {name: _entry(name, hints[name], defaults.get(name, MISSING)) for name in _names(kind)}


def hints_of(annotated: Any) -> Mapping[str, Any]:
    """The annotations of a class or a function; evaluated where their module keeps them as text,
    which costs a record of twenty fields half a millisecond."""
    found: dict[str, Any] = {}
    if isinstance(annotated, type):
        for one in reversed(annotated.__mro__):
            found |= get_annotations(one)  # its own: a class without any has its base's
    else:
        found = annotated.__annotations__
    if any(isinstance(one, str | typing.ForwardRef) for one in found.values()):
        return typing.get_type_hints(annotated, include_extras=True)
    return found


def _is_document(kind: type) -> bool:
    return isinstance(getattr(kind, HEAD[0], None), str)


def _entry(name: str, annotation: Any, default: Any) -> Entry:
    said = typing.get_args(annotation)[1:] if typing.get_origin(annotation) is Annotated else ()
    of = {type(one): one for one in said}
    key, other = of.get(marks.Key), of.get(marks.As)
    since = of.get(marks.Since)
    kind, get, put = (
        (annotation, name, None) if other is None else (other.kind, other.get, other.put)
    )
    return Entry(
        key=key.name if key else name,
        name=name,
        kind=kind,
        get=get,
        put=put,
        sparse=marks.Sparse in of or (marks.Inline in of and default is None),
        default=default,
        since=since.minor if since else 0,
        marks=said,
    )


def _constant(kind: type, name: str) -> Entry:
    return Entry(name, "", kind=typing.Literal[getattr(kind, name)], get=name)


def _derived(kind: type, key: str, name: str) -> Entry:
    asked: Any = getattr(kind, name)
    annotation = hints_of(asked.fget)["return"]
    return _entry(name, annotation, None).but(key=key, name="", get=name)


def values_of(annotation: Any) -> Any:
    """The annotation of what an array or a mapping holds."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    return arguments[1] if origin in (dict, Mapping) else arguments[0]
