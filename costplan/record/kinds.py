"""Records, and what a document holds of one: its keys in their order."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields, is_dataclass
from dataclasses import replace as replace
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
    decorated = _without_code(kind)
    decorated.__eq__, decorated.__hash__, decorated.__repr__ = _equal, _hash, _repr
    decorated.__setattr__, decorated.__delattr__ = _frozen, _frozen
    return typing.cast(Kind, decorated)


@dataclass_transform(kw_only_default=True, field_specifiers=(field,))
def open_record(kind: Kind) -> Kind:
    """As ``record``, but filled as it is worked out: its fields can be set. For what a document has
    few of; of what it has hundreds, slots and an ``__init__`` of its own are quicker."""
    return typing.cast(Kind, _without_code(kind))


def _without_code(kind: type) -> Any:
    """A dataclass with the one ``__init__`` of all records."""
    decorated: Any = dataclass(init=False, repr=False, eq=False)(kind)
    own = fields(decorated)
    decorated._defaults = {
        attribute.name: attribute.default for attribute in own if attribute.default is not MISSING
    }
    decorated._factories = [
        (attribute.name, attribute.default_factory)
        for attribute in own
        if attribute.default_factory is not MISSING
    ]
    decorated._names = frozenset(attribute.name for attribute in own)
    decorated.__init__ = _init
    return decorated


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


if not typing.TYPE_CHECKING:
    _replace = replace

    def replace(given: Any, /, **changes: Any) -> Any:
        """As ``dataclasses.replace``, which asks a record for each of its fields: fifteen times as
        quick where a workload of forty tables gets another one. Raises TypeError likewise."""
        names = getattr(given, "_names", None)
        if names is None:
            return _replace(given, **changes)
        if not changes.keys() <= names:
            odd = ", ".join(sorted(changes.keys() - names))
            raise TypeError(f"{type(given).__name__}: unknown: {odd}")
        copy = object.__new__(type(given))
        copy.__dict__.update(given.__dict__, **changes)
        return copy


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
    return any(key == name and self.__dict__[key] == make() for key, make in self._factories)


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
    version: str = kind.schema_version  # type: ignore[attr-defined]
    return version


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
        return any(isinstance(own, mark) for own in self.marks)


def is_record(annotation: Any) -> bool:
    """Whether it is a dataclass or a named tuple."""
    return isinstance(annotation, type) and (
        is_dataclass(annotation) or hasattr(annotation, "_field_defaults")
    )


def inner(annotation: Any) -> tuple[Any, bool]:
    """The annotation without "or None", and whether None was allowed."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        members = typing.get_args(annotation)
        real = [member for member in members if member is not type(None)]
        if len(real) < len(members):
            return (real[0] if len(real) == 1 else typing.Union[tuple(real)]), True  # noqa: UP007
    return annotation, False


def is_faithful(annotation: Any) -> bool:
    """Whether ``keys`` says so of a record."""
    return is_record(annotation) and getattr(annotation, "_faithful", False)


def _default(kind: type) -> dict[str, Any]:
    if is_dataclass(kind):
        defaults = {}
        for attribute in fields(kind):
            if attribute.default is not MISSING:
                defaults[attribute.name] = attribute.default
            elif attribute.default_factory is not MISSING:
                defaults[attribute.name] = attribute.default_factory()
        return defaults
    return dict(kind._field_defaults)  # type: ignore[attr-defined]


def _names(kind: type) -> Iterator[str]:
    if is_dataclass(kind):
        yield from (
            attribute.name for attribute in fields(kind) if not attribute.metadata.get("rest")
        )
    else:
        yield from kind._fields  # type: ignore[attr-defined]


Placed = tuple[str, Entry]
"""A key where a document has it, behind the path to the record that has it, such as "price."."""


@cache
def entries(kind: type) -> tuple[Entry, ...]:
    """What is read of a record: its keys, and the records whose keys stand among them."""
    inline = [entry for entry in _own(kind).values() if entry.has(marks.Inline)]
    return (
        *(entry for path, entry in written(kind) if not path and entry not in inline),
        *inline,
    )


@cache
def written(kind: type) -> tuple[Placed, ...]:
    """Every key in the order of the document; those of a record that may be missing as one."""
    own = _own(kind)
    placed: dict[str, Placed] = {}
    for name, own_entry in own.items():
        if own_entry.has(marks.Inline) and not held_by(own_entry)[1]:
            for path, entry in written(held_by(own_entry)[0]):
                placed[entry.key] = (f"{name}.{path}", entry)
        elif not own_entry.has(marks.Unsaved):
            placed[own_entry.key] = ("", own_entry)
    head = [("", _constant(kind, name)) for name in HEAD if _is_document(kind)]
    order = getattr(kind, "_keys", None)
    if order is None:
        return (*head, *placed.values())
    ordered = []
    for each in order:
        key, name = each if isinstance(each, tuple) else (each, each)
        known = placed.get(key) if name == key else None
        ordered.append(known or ("", _derived(kind, key, name)))
    return (*head, *ordered)


def held_by(inline: Entry) -> tuple[type, bool]:
    """The record of an inline entry, and whether it may be missing."""
    return inner(typing.get_args(inline.kind)[0])


def inline_kinds(kind: type) -> Iterator[type]:
    """The records whose keys stand among those of a record."""
    for entry in _own(kind).values():
        if entry.has(marks.Inline):
            yield held_by(entry)[0]
            yield from inline_kinds(held_by(entry)[0])


@cache
def _own(kind: type) -> dict[str, Entry]:
    """The record's own fields by name."""
    hints = hints_of(kind)
    defaults = _default(kind)
    return {name: _entry(name, hints[name], defaults.get(name, MISSING)) for name in _names(kind)}


def hints_of(annotated: Any) -> Mapping[str, Any]:
    """The annotations of a class or a function; evaluated where their module keeps them as text,
    which costs a record of twenty fields half a millisecond."""
    hints: dict[str, Any] = {}
    if isinstance(annotated, type):
        for base in reversed(annotated.__mro__):
            hints |= get_annotations(base)  # its own: a class without any has its base's
    else:
        hints = annotated.__annotations__
    if any(isinstance(hint, str | typing.ForwardRef) for hint in hints.values()):
        return typing.get_type_hints(annotated, include_extras=True)
    return hints


def _is_document(kind: type) -> bool:
    return isinstance(getattr(kind, HEAD[0], None), str)


def _entry(name: str, annotation: Any, default: Any) -> Entry:
    said = typing.get_args(annotation)[1:] if typing.get_origin(annotation) is Annotated else ()
    of = {type(mark): mark for mark in said}
    key, saved_as = of.get(marks.Key), of.get(marks.As)
    since = of.get(marks.Since)
    kind, get, put = (
        (annotation, name, None)
        if saved_as is None
        else (saved_as.kind, saved_as.get, saved_as.put)
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
