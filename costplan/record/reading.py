"""A small strict reader: plain data in, records out, every problem at once with its place.

Nothing is coerced: "3" is not 3, true is not 1, an unknown key is a problem with the nearest known
key named. TOML and JSON differ in what a ``Dialect`` says: TOML has dates and no null; in JSON a
date is text, and a key that is always written is always there.
"""

from __future__ import annotations

import types
import typing
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import MISSING, is_dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple

from costplan.problems import Path, Problem, did_you_mean
from costplan.record.kinds import HEAD, Entry, entries, held_by, inner, is_record, values_of
from costplan.record.marks import Blank, Inline, Monthly, Names

Reader = Callable[[object, Path, list[Problem]], Any]
BAD: Any = object()  # a value that could not be read; its problem is already in the list


class Problems(list[Problem]):
    """The problems of one document, and what is known of it: its minor version, and whether that is
    a newer one, whose keys may be unknown."""

    minor = 0
    newer = False


class Quick(NamedTuple):
    """Values that need no look by a reader: of exactly this type, where ``holds`` says so."""

    kind: type
    holds: Callable[[Any], bool] | None = None


class Dialect(ABC):
    """How the data of one format is read."""

    table = "a table"
    array = "an array"
    words: tuple[tuple[Any, str], ...]
    always_there = False
    """Whether a field with a default must be given too, because it is always written."""

    def __init__(self) -> None:
        self.reader: Callable[[Any], Reader] = cache(self._reader)

    @abstractmethod
    def scalar(self, kind: Any) -> Reader | None:
        """The reader of a type that holds no other."""

    @abstractmethod
    def quick(self, kind: Any) -> Quick | None:
        """Which values of such a type are right at a glance."""

    def word_for(self, value: object) -> str:
        """The format's word for a value's type, with its article."""
        if isinstance(value, bool):
            return "a boolean"
        return next(
            (word for known, word in self.words if isinstance(value, known)),
            "a value of another kind",
        )

    def refuse(self, expected: str, value: object, path: Path, problems: list[Problem]) -> Any:
        """Note what a value is in place of what is expected."""
        problems.append(Problem(path, f"must be {expected}, not {self.word_for(value)}"))
        return BAD

    def _reader(self, annotation: Any) -> Reader:
        if (simple := self.scalar(annotation)) is not None:
            return simple
        if is_record(annotation):
            return _Record(annotation, self)
        origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
        if origin is Annotated:
            return self._annotated(arguments[0], arguments[1:])
        if origin in (typing.Union, types.UnionType):
            return self._union(annotation)
        if origin is Literal:
            return self._choice(arguments)
        if origin in (tuple, list):
            return self._array(self.reader(arguments[0]), origin)
        if origin in (dict, Mapping):
            return self._table(self.reader(arguments[1]))
        raise TypeError(f"no reader for {annotation!r}")

    def _annotated(self, kind: Any, marks: tuple[Any, ...]) -> Reader:
        if any(isinstance(one, Monthly) for one in marks):
            kind = Monthly
        if named := next((one for one in marks if isinstance(one, Names)), None):
            return self._named(named.names, self.reader(values_of(kind)))
        rules = tuple(rule for rule in marks if hasattr(rule, "broken"))
        read = _bounded(self.reader(kind), rules) if rules else self.reader(kind)
        if any(isinstance(one, Blank) for one in marks):
            return lambda value, path, problems: (
                "" if value is None else read(value, path, problems)
            )
        return read

    def _array(self, item: Reader, make: type) -> Reader:
        def run(value: object, path: Path, problems: list[Problem]) -> Any:
            if isinstance(value, Mapping) and path and self.table == "a table":
                problems.append(
                    Problem(path, "must be an array, not a table", f"write [[{path[-1]}]]", "key")
                )
                return BAD
            if not isinstance(value, list | tuple):
                return self.refuse(self.array, value, path, problems)
            items = [item(one, (*path, at), problems) for at, one in enumerate(value)]
            return BAD if any(one is BAD for one in items) else make(items)

        return run

    def _table(self, item: Reader) -> Reader:
        def run(value: object, path: Path, problems: list[Problem]) -> Any:
            if not isinstance(value, Mapping):
                return self.refuse(self.table, value, path, problems)
            items = {key: item(one, (*path, key), problems) for key, one in value.items()}
            return BAD if any(one is BAD for one in items.values()) else items

        return run

    def _named(self, names: tuple[str, ...], item: Reader) -> Reader:
        def run(value: object, path: Path, problems: list[Problem]) -> Any:
            if not isinstance(value, Mapping):
                return self.refuse(self.table, value, path, problems)
            sound = odd_keys(value, names, path, problems)
            items = {}
            for key in names:
                items[key] = item(value[key], (*path, key), problems) if key in value else BAD
                if key not in value:
                    problems.append(missing(key, path))
            return items if sound and not any(one is BAD for one in items.values()) else BAD

        return run

    def _choice(self, choices: tuple[Any, ...]) -> Reader:
        words = ", ".join(str(one) for one in choices)

        def run(value: object, path: Path, problems: list[Problem]) -> Any:
            for one in choices:  # true is not 1, and 1.0 is
                if value == one and isinstance(value, bool) == isinstance(one, bool):
                    return one
            if not isinstance(value, str):
                expected = f"one of {words}" if isinstance(choices[0], str) else words.lower()
                return self.refuse(expected, value, path, problems)
            hint = did_you_mean(value, choices)
            problems.append(Problem(path, f"must be one of {words}", hint))
            return BAD

        return run

    def _union(self, annotation: Any) -> Reader:
        real, nullable = inner(annotation)
        members = typing.get_args(real) if isinstance(real, types.UnionType) else (real,)
        if typing.get_origin(real) is typing.Union:
            members = typing.get_args(real)
        if len(members) > 1:
            read = self._one_of({kind: one for one in members for kind in self._kinds(one)})
        else:
            read = self.reader(members[0])
        if not (nullable and self.always_there):  # TOML has no null
            return read
        return lambda value, path, problems: None if value is None else read(value, path, problems)

    def _one_of(self, members: Mapping[str, Any]) -> Reader:
        by_kind = {kind: self.reader(one) for kind, one in members.items()}

        def run(value: object, path: Path, problems: list[Problem]) -> Any:
            chosen = by_kind.get(self._bare(self.word_for(value)))
            if chosen is None:
                expected = " or ".join(f"a {kind}" for kind in by_kind)
                return self.refuse(expected, value, path, problems)
            return chosen(value, path, problems)

        return run

    def _kinds(self, annotation: Any) -> tuple[str, ...]:
        """The words of what values of this annotation come as; disjoint within one union."""
        if typing.get_origin(annotation) is Annotated:
            return self._kinds(typing.get_args(annotation)[0])
        origin = typing.get_origin(annotation)
        if origin is Literal:
            return ("string",)
        if origin in (tuple, list):
            return ("array",)
        if is_record(annotation) or origin in (dict, Mapping):
            return (self._bare(self.table),)
        return {
            str: ("string",),
            bool: ("boolean",),
            int: ("number",),
            Decimal: ("number",),
            date: ("date",),
        }[annotation]

    @staticmethod
    def _bare(words: str) -> str:
        return words.removeprefix("a ").removeprefix("an ")


def _bounded(read: Reader, rules: tuple[Any, ...]) -> Reader:
    def run(value: object, path: Path, problems: list[Problem]) -> Any:
        result = read(value, path, problems)
        if result is BAD or result is None:
            return result
        for rule in rules:
            broken = rule.broken(result)
            if broken:
                if (hint := getattr(rule, "hint", None)) is not None:
                    problems.append(Problem(path, broken, hint(result)))
                else:
                    problems.append(Problem(path, f"{broken}, not {result}"))
                return BAD
        return result

    return run


ALWAYS = 1_000_000
"""The minor version up to which a key that may always be missing may be missing."""


class _Field(NamedTuple):
    """One key on its way into a field. ``exact`` and ``holds``: what ``Quick`` says of it;
    ``until``: it may be missing in documents of minor versions before that."""

    key: str
    name: str
    exact: Any
    holds: Callable[[Any], bool] | None
    nullable: bool
    read: Reader
    put: Callable[[Any], Any] | None
    until: int


class _Part:
    """What one object of a document gives to one record: its own keys, those of inline records, and
    those of objects below it whose keys are the record's own."""

    def __init__(self, kind: type, own: Iterable[Entry], dialect: Dialect) -> None:
        self.kind, self.dialect = kind, dialect
        self.fields: list[_Field] = []
        self.inline: list[tuple[str, bool, _Part]] = []
        self.derived: list[tuple[str, bool, Reader]] = []
        below: dict[str, list[Entry]] = {}
        for one in own:
            head, dot, rest = one.key.partition(".")
            if dot:
                below.setdefault(head, []).append(one._replace(key=rest))
            elif one.has(Inline):
                held, optional = held_by(one)
                part = _Part(held, entries(held), dialect)
                self.inline.append((one.name, optional, part))
            elif one.name:
                self.fields.append(_field(one, dialect))
            elif one.key != HEAD[0]:  # whose value whoever reads a document has looked at
                self.derived.append((one.key, one.sparse, dialect.reader(one.kind)))
            else:
                self.derived.append((one.key, one.sparse, _anything))
        self.below = [(key, _Part(kind, some, dialect)) for key, some in below.items()]
        self.known = {one.key: None for one in self.fields}
        self.known |= dict.fromkeys(key for key, _, _ in self.derived)
        self.known |= dict.fromkeys(key for key, _ in self.below)
        self.usual = {one.key for one in self.fields if not one.until}
        self.usual |= {key for key, sparse, _ in self.derived if not sparse}
        self.usual |= {key for key, _ in self.below}
        for _, optional, part in self.inline:
            self.known |= part.known
            self.usual |= set() if optional else part.usual

    def take(self, value: Mapping[str, Any], path: Path, problems: list[Problem]) -> Any:
        """The arguments of the record; BAD where one of them could not be read."""
        given: dict[str, Any] = {}
        sound = True
        for key, name, exact, holds, nullable, read, put, until in self.fields:
            one = value.get(key, MISSING)
            if one.__class__ is exact and (holds is None or holds(one)):
                given[name] = one
            elif one is None and nullable:
                given[name] = None
            elif one is MISSING:
                if until <= getattr(problems, "minor", 0):
                    problems.append(missing(key, path))
                    sound = False
            else:
                got = read(one, (*path, key), problems)
                if got is BAD:
                    sound = False
                else:
                    given[name] = got if put is None else put(got)
        for key, _, read in self.derived:
            if key in value:  # what is wrong with it spoils nothing that is drawn
                read(value[key], (*path, key), problems)
        for name, optional, part in self.inline:
            if optional and part.known.keys().isdisjoint(value):
                continue
            held = part.make(value, path, problems)
            sound = sound and held is not BAD
            given[name] = held
        for key, part in self.below:
            held = part.below_of(value, key, path, problems)
            sound = sound and held is not BAD
            given |= held if held is not BAD else {}
        return given if sound else BAD

    def below_of(
        self, value: Mapping[str, Any], key: str, path: Path, problems: list[Problem]
    ) -> Any:
        """The arguments that the object below a key gives."""
        if key not in value:
            problems.append(missing(key, path))
            return BAD
        inside, path = value[key], (*path, key)
        if not isinstance(inside, Mapping):
            return self.dialect.refuse(self.dialect.table, inside, path, problems)
        sound = inside.keys() == self.usual or self.odd(inside, path, problems)
        given = self.take(inside, path, problems)
        return given if sound else BAD

    def make(self, value: Mapping[str, Any], path: Path, problems: list[Problem]) -> Any:
        """The record of an object that is known to be one."""
        given = self.take(value, path, problems)
        return BAD if given is BAD else self.kind(**given)

    def odd(self, value: Mapping[str, Any], path: Path, problems: list[Problem]) -> bool:
        """Note the keys that are not known, and those that follow from others and are missing;
        whether there are none."""
        sound = odd_keys(value, self.known, path, problems)
        for key, sparse, _ in self.derived:
            if key not in value and not sparse and not (key == "kind" and not path):
                problems.append(missing(key, path))
                sound = False
        return sound


def missing(key: str, path: Path) -> Problem:
    """That a key is not there."""
    return Problem(path, f"missing key '{key}'", part="key")


MOST_LIKENESSES = 100
"""So many unknown keys of one table are compared with those that are known."""


def odd_keys(
    value: Mapping[str, Any], known: Collection[str], path: Path, problems: list[Problem]
) -> bool:
    """Note the keys that are not known, which those of a newer document may be; whether there are
    none to tell of."""
    odd = [] if getattr(problems, "newer", False) else [key for key in value if key not in known]
    every = "known keys: " + ", ".join(known)
    for at, key in enumerate(odd):  # likenesses are dear, and nobody is shown so many
        hint = (did_you_mean(key, known) if at < MOST_LIKENESSES else None) or every
        problems.append(Problem((*path, key), f"unknown key '{key}'", hint, "key"))
    return not odd


def _plain(annotation: Any) -> Any:
    """The annotation without its marks."""
    return (
        typing.get_args(annotation)[0] if typing.get_origin(annotation) is Annotated else annotation
    )


def _field(one: Entry, dialect: Dialect) -> _Field:
    kind, nullable = inner(one.kind)
    if not nullable and typing.get_origin(kind) is Annotated:
        bare, nullable = inner(_plain(kind))
        if nullable:
            kind = Annotated[(bare, *typing.get_args(kind)[1:])]
    quick = None if one.put else dialect.quick(kind)
    optional = one.default is not MISSING and (one.sparse or not dialect.always_there)
    return _Field(
        key=one.key,
        name=one.name,
        exact=quick.kind if quick else _Never,
        holds=quick.holds if quick else None,
        nullable=nullable and dialect.always_there and one.put is None,
        read=dialect.reader(one.kind),
        put=one.put,
        until=ALWAYS if optional else one.since,
    )


def _anything(value: object, path: Path, problems: list[Problem]) -> Any:
    return value


class _Never:
    """The type of no value."""


class _Record:
    """Reads a table or an object into one record.

    A record may have a ``check`` method that yields problems, with paths relative to itself; it
    runs when all its own fields were read.
    """

    def __init__(self, kind: type, dialect: Dialect) -> None:
        self.kind, self.dialect = kind, dialect
        self.check: Callable[[Any], Iterable[Problem]] | None = getattr(kind, "check", None)
        self.rest: str | None = None
        self.rest_item: Any = None
        if is_dataclass(kind):
            own = typing.cast(Any, kind).__dataclass_fields__.values()
            self.rest = next((one.name for one in own if one.metadata.get("rest")), None)
        if self.rest:
            hint = typing.get_type_hints(kind, include_extras=True)[self.rest]
            self.rest_item = values_of(hint)

    @property
    def part(self) -> _Part:
        """Made when it is first asked for: records may hold records of their own kind."""
        made = _Part(self.kind, entries(self.kind), self.dialect)
        self.__dict__["_part"] = made
        return made

    def __call__(self, value: object, path: Path, problems: list[Problem]) -> Any:
        if not isinstance(value, Mapping):
            return self.dialect.refuse(self.dialect.table, value, path, problems)
        part: _Part = self.__dict__.get("_part") or self.part
        rest: dict[str, Any] = {}
        if self.rest:
            read = self.dialect.reader(self.rest_item)
            odd = {key: one for key, one in value.items() if key not in part.known}
            rest = {key: read(one, (*path, key), problems) for key, one in odd.items()}
            sound = not any(one is BAD for one in rest.values())
        else:
            sound = value.keys() == part.usual or part.odd(value, path, problems)
        given = part.take(value, path, problems)
        if given is BAD or not sound:
            return BAD
        if self.rest:
            given[self.rest] = rest
        made = self.kind(**given)
        if self.check is not None:
            problems.extend(problem.under(path) for problem in self.check(made))
        return made
