"""A small strict reader: plain TOML or JSON data in, frozen dataclasses out, every problem at once.

Types are read from the dataclasses' own annotations, so each is written down once. Nothing is
coerced: "3" is not 3, true is not 1, an unknown key is a problem with the nearest known key named.
The same annotations make the JSON Schemas (see ``costplan.store.files.schemas``); a test holds this
reader and pydantic to the same verdict on mutated files. Importing pydantic for every command
would cost more than the whole estimate, which is why this file exists.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, dataclass_transform

from costplan.problems import InvalidInput, Path, Problem, did_you_mean
from costplan.quantity import LARGEST

T = TypeVar("T")
Kind = TypeVar("Kind", bound=type)
Reader = Callable[[object, Path, list[Problem]], Any]
BAD: Any = object()  # a value that could not be read; its problem is already in the list


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


class _Bound:
    """A limit on a number."""

    __slots__ = ("bound",)

    def __init__(self, bound: int) -> None:
        self.bound = bound


class Ge(_Bound):
    """At least ``bound``."""

    def broken(self, number: Decimal) -> str | None:
        return None if number >= self.bound else f"must be at least {self.bound}"

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> Any:
        return {**handler(core), "minimum": self.bound}


class Gt(_Bound):
    """More than ``bound``."""

    def broken(self, number: Decimal) -> str | None:
        return None if number > self.bound else f"must be more than {self.bound}"

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> Any:
        return {**handler(core), "exclusiveMinimum": self.bound}


class Le(_Bound):
    """At most ``bound``."""

    def broken(self, number: Decimal) -> str | None:
        return None if number <= self.bound else f"must be at most {self.bound}"

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> Any:
        return {**handler(core), "maximum": self.bound}


class Code:
    """The shape of an ISO 4217 code; which codes there are is nobody's to freeze."""

    def broken(self, text: str) -> str | None:
        if len(text) == 3 and text.isascii() and text.isalpha() and text.isupper():
            return None
        return "must be an ISO 4217 code such as USD"

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> Any:
        return {**handler(core), "pattern": "^[A-Z]{3}$"}


Amount = Annotated[Decimal, Ge(0)]
Positive = Annotated[Decimal, Gt(0)]
Share = Annotated[Decimal, Ge(0), Le(1)]
Count = Annotated[int, Ge(1)]
Currency = Annotated[str, Code()]


def read(kind: type[T], data: object, path: Path = ()) -> T:
    """``data`` as a ``kind``. Raises InvalidInput with every problem of the document."""
    value, problems = collect(kind, data, path)
    if problems or value is None:
        raise InvalidInput(problems)
    return value


def collect(kind: type[T], data: object, path: Path = ()) -> tuple[T | None, list[Problem]]:
    """``data`` as a ``kind`` and every problem of it.

    The value is there whenever its structure is sound, even if a ``check`` found problems, so that
    a caller can look for more of them; it is None where a key or a type is wrong.
    """
    problems: list[Problem] = []
    value = reader(typing.cast(Any, kind))(data, path, problems)
    return (None if value is BAD else typing.cast(T, value)), problems


def word_for(value: object) -> str:
    """The TOML word for a value's type, with its article."""
    if isinstance(value, bool):
        return "a boolean"
    for known, word in (
        (str, "a string"),
        (float, "a float (write a Decimal)"),
        ((int, Decimal), "a number"),
        (datetime, "a date-time"),
        (date, "a date"),
        (Mapping, "a table"),
        ((list, tuple), "an array"),
    ):
        if isinstance(value, known):
            return word
    return "a value of another kind"


def _number(value: object, path: Path, problems: list[Problem]) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return _refuse("a number", value, path, problems)
    number = Decimal(value)
    if not number.is_finite():
        problems.append(Problem(path, "must be a finite number"))
        return BAD
    if number.copy_abs() >= LARGEST:
        problems.append(Problem(path, f"is too large: numbers here stay under {LARGEST:.0e}"))
        return BAD
    return number


def _integer(value: object, path: Path, problems: list[Problem]) -> Any:
    number = _number(value, path, problems)
    if number is BAD:
        return BAD
    if number != number.to_integral_value():
        problems.append(Problem(path, "must be a whole number"))
        return BAD
    return int(number)


def _boolean(value: object, path: Path, problems: list[Problem]) -> Any:
    return value if isinstance(value, bool) else _refuse("true or false", value, path, problems)


def _string(value: object, path: Path, problems: list[Problem]) -> Any:
    return value if isinstance(value, str) else _refuse("a string", value, path, problems)


def _date(value: object, path: Path, problems: list[Problem]) -> Any:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    return _refuse("a date such as 2026-01-31", value, path, problems)


def _refuse(expected: str, value: object, path: Path, problems: list[Problem]) -> Any:
    problems.append(Problem(path, f"must be {expected}, not {word_for(value)}"))
    return BAD


def _array(item: Reader) -> Reader:
    def run(value: object, path: Path, problems: list[Problem]) -> Any:
        if isinstance(value, Mapping) and path:
            problems.append(
                Problem(path, "must be an array, not a table", f"write [[{path[-1]}]]", "key")
            )
            return BAD
        if not isinstance(value, list | tuple):
            return _refuse("an array", value, path, problems)
        items = [item(one, (*path, at), problems) for at, one in enumerate(value)]
        return BAD if any(one is BAD for one in items) else tuple(items)

    return run


def _table(item: Reader) -> Reader:
    def run(value: object, path: Path, problems: list[Problem]) -> Any:
        if not isinstance(value, Mapping):
            return _refuse("a table", value, path, problems)
        items = {key: item(one, (*path, key), problems) for key, one in value.items()}
        return BAD if any(one is BAD for one in items.values()) else items

    return run


def _choice(choices: tuple[str, ...]) -> Reader:
    def run(value: object, path: Path, problems: list[Problem]) -> Any:
        if value in choices and isinstance(value, str):
            return value
        if not isinstance(value, str):
            return _refuse("one of " + ", ".join(choices), value, path, problems)
        hint = did_you_mean(value, choices)
        problems.append(Problem(path, f"must be one of {', '.join(choices)}", hint))
        return BAD

    return run


def _bounded(inner: Reader, rules: tuple[Any, ...]) -> Reader:
    def run(value: object, path: Path, problems: list[Problem]) -> Any:
        result = inner(value, path, problems)
        if result is BAD:
            return BAD
        for rule in rules:
            broken = rule.broken(result)
            if broken:
                problems.append(Problem(path, f"{broken}, not {result}"))
                return BAD
        return result

    return run


def _kind_of(value: object) -> str:
    return word_for(value).removeprefix("a ").removeprefix("an ")


def _kinds_taken(annotation: Any) -> tuple[str, ...]:
    """The TOML words that values of this annotation come as; disjoint within one union."""
    if typing.get_origin(annotation) is Annotated:
        return _kinds_taken(typing.get_args(annotation)[0])
    origin = typing.get_origin(annotation)
    if origin is Literal:
        return ("string",)
    if origin is tuple:
        return ("array",)
    if is_dataclass(annotation) or origin in (dict, Mapping):
        return ("table",)
    return {
        str: ("string",),
        bool: ("boolean",),
        int: ("number",),
        Decimal: ("number",),
        date: ("date",),
    }[annotation]


def _union(members: tuple[Any, ...]) -> Reader:
    real = [member for member in members if member is not type(None)]
    if len(real) == 1:
        return reader(real[0])
    by_kind = {kind: reader(member) for member in real for kind in _kinds_taken(member)}

    def run(value: object, path: Path, problems: list[Problem]) -> Any:
        chosen = by_kind.get(_kind_of(value))
        if chosen is None:
            return _refuse(" or ".join(f"a {kind}" for kind in by_kind), value, path, problems)
        return chosen(value, path, problems)

    return run


@cache
def reader(annotation: Any) -> Reader:
    """The reader of an annotation; made once."""
    simple: dict[Any, Reader] = {
        Decimal: _number,
        int: _integer,
        bool: _boolean,
        str: _string,
        date: _date,
    }
    if annotation in simple:
        return simple[annotation]
    if is_dataclass(annotation):
        return _Table(typing.cast(type, annotation))
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Annotated:
        rules = tuple(rule for rule in arguments[1:] if hasattr(rule, "broken"))
        inner = reader(arguments[0])
        return _bounded(inner, rules) if rules else inner
    if origin in (typing.Union, types.UnionType):
        return _union(arguments)
    if origin is Literal:
        return _choice(arguments)
    if origin is tuple:
        return _array(reader(arguments[0]))
    if origin in (dict, Mapping):
        return _table(reader(arguments[1]))
    raise TypeError(f"no reader for {annotation!r}")


REST = {"rest": True}
"""Metadata of the one field of a dataclass that takes every key no other field has."""


class _Table:
    """Reads a table into one dataclass.

    A dataclass may have a ``check`` method that yields problems, with paths relative to itself;
    it runs when all its own fields were read.
    """

    def __init__(self, kind: type) -> None:
        self.kind = kind
        hints = typing.get_type_hints(kind, include_extras=True)
        own = [one for one in fields(kind) if one.init]
        self.rest = next((one.name for one in own if one.metadata.get("rest")), None)
        self.readers = {one.name: hints[one.name] for one in own if one.name != self.rest}
        self.rest_item = typing.get_args(hints[self.rest])[1] if self.rest else None
        self.required = [
            one.name
            for one in own
            if one.default is MISSING and one.default_factory is MISSING and one.name != self.rest
        ]

    def __call__(self, value: object, path: Path, problems: list[Problem]) -> Any:
        if not isinstance(value, Mapping):
            return _refuse("a table", value, path, problems)
        odd = False
        given: dict[str, Any] = {}
        rest: dict[str, Any] = {}
        for key, one in value.items():
            if key in self.readers:
                given[key] = reader(self.readers[key])(one, (*path, key), problems)
            elif self.rest_item is not None:
                rest[key] = reader(self.rest_item)(one, (*path, key), problems)
            else:
                hint = did_you_mean(key, self.readers) or "known keys: " + ", ".join(self.readers)
                problems.append(Problem((*path, key), f"unknown key '{key}'", hint, "key"))
                odd = True
        for key in self.required:
            if key not in value:
                problems.append(Problem(path, f"missing key '{key}'", part="key"))
                odd = True
        if any(one is BAD for one in (*given.values(), *rest.values())) or odd:
            return BAD
        if self.rest:
            given[self.rest] = rest
        made = self.kind(**given)
        check: Callable[[], Iterable[Problem]] | None = getattr(made, "check", None)
        if check is not None:
            problems.extend(problem.under(path) for problem in check())
        return made
