"""Reads the keys of a table or an object into the fields of one record."""

from __future__ import annotations

import re
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, is_dataclass
from functools import cached_property
from typing import Annotated, Any, NamedTuple, Protocol

from costplan.problems import Path, Problem
from costplan.record.compiled import MANY, quick_reader
from costplan.record.found import BAD, Quick, Reader, missing, odd_keys
from costplan.record.kinds import (
    HEAD,
    Entry,
    entries,
    held_by,
    hints_of,
    inner,
    is_record,
    values_of,
)
from costplan.record.marks import Blank, Inline


class Format(Protocol):
    """What is asked of a dialect."""

    table: str
    always_there: bool
    reader: Callable[[Any], Reader]

    def quick(self, kind: Any) -> Quick | None: ...

    def refuse(self, expected: str, value: object, path: Path, problems: list[Problem]) -> Any: ...


VERSION = r"\d{1,4}\.\d{1,4}"
ALWAYS = 1_000_000
"""The minor version up to which a key that may always be missing may be missing."""


class _Field(NamedTuple):
    """One key on its way into a field. ``exact`` is the type of a ``quick`` value. ``until``: the
    key may be missing in documents of minor versions before that."""

    key: str
    name: str
    exact: Any
    holds: Callable[[Any], bool] | None
    quick: Quick | None
    nullable: bool
    read: Reader
    put: Callable[[Any], Any] | None
    until: int


class Part:
    """What one object of a document gives to one record: its own keys, those of inline records, and
    those of objects below it whose keys are the record's own."""

    def __init__(self, kind: type, own: Iterable[Entry], dialect: Format) -> None:
        self.kind, self.own, self.dialect = kind, tuple(own), dialect
        self.plain: dict[str, Entry] = {}
        self.made: dict[str, _Field] = {}
        self.inline: list[tuple[str, bool, Part]] = []
        self.derived: list[tuple[str, bool, Reader]] = []
        below: dict[str, list[Entry]] = {}
        for entry in self.own:
            head, dot, rest = entry.key.partition(".")
            if dot:
                below.setdefault(head, []).append(entry.but(key=rest))
            elif entry.has(Inline):
                held, optional = held_by(entry)
                part = Part(held, entries(held), dialect)
                self.inline.append((entry.name, optional, part))
            elif entry.name:
                self.plain[entry.key] = entry
            else:
                read = _version if entry.key == HEAD[0] else dialect.reader(entry.kind)
                self.derived.append((entry.key, entry.sparse, read))
        self.below = [(key, Part(kind, deeper, dialect)) for key, deeper in below.items()]
        untils = {key: _until(entry, dialect) for key, entry in self.plain.items()}
        self.needed = [(key, until) for key, until in untils.items() if until < ALWAYS]
        self.known = dict.fromkeys(self.plain)
        self.known |= dict.fromkeys(key for key, _, _ in self.derived)
        self.known |= dict.fromkeys(key for key, _ in self.below)
        self.usual = {key for key, until in untils.items() if not until}
        self.usual |= {key for key, sparse, _ in self.derived if not sparse}
        self.usual |= {key for key, _ in self.below}
        for _, optional, part in self.inline:
            self.known |= part.known
            self.usual |= set() if optional else part.usual

    @cached_property
    def fields(self) -> list[_Field]:
        """Every key on its way into a field."""
        return [self.field(key, entry) for key, entry in self.plain.items()]

    def field(self, key: str, entry: Entry) -> _Field:
        """One key's; made when it is first met, for an object has few of those that it may have."""
        field = self.made.get(key)
        if field is None:
            field = self.made[key] = _field(entry, self.dialect)
        return field

    @property
    def is_leaf(self) -> bool:
        """Whether no array or object of records is among the values that are always there."""
        kinds = [
            entry.kind
            for entry in self.own
            if entry.name and not entry.sparse and not entry.has(Inline)
        ]
        inner_parts = [part for _, optional, part in self.inline if not optional]
        return (
            not self.below
            and len(self.plain) > 1
            and not any(_holds_records(kind) for kind in kinds)
            and all(part.is_leaf and not part.inline for part in inner_parts)
        )

    def compiled(self, check: Callable[[Any], Iterable[Problem]] | None, slow: Reader) -> Reader:
        """A reader of the objects that have the usual keys and no others."""
        inside = [(name, part) for name, optional, part in self.inline if not optional]
        parts = [("", self.kind, [field for field in self.fields if not field.until])]
        parts += [(name, part.kind, part.fields) for name, part in inside]
        reader: Reader = quick_reader(parts, frozenset(self.usual), BAD, check, slow)
        return reader

    def take(self, value: Mapping[str, Any], path: Path, problems: list[Problem]) -> Any:
        """The arguments of the record; BAD where one of them could not be read."""
        given: dict[str, Any] = {}
        sound = True
        for key, until in self.needed:
            if key not in value and until <= getattr(problems, "minor", 0):
                problems.append(missing(key, path))
                sound = False
        for key, item in value.items():  # most keys that an object may have it has not
            field = self.made.get(key)
            if field is None:
                entry = self.plain.get(key)
                if entry is None:
                    continue
                field = self.field(key, entry)
            _, name, exact, holds, _, nullable, read, put, _ = field
            if item.__class__ is exact and (holds is None or holds(item)):
                given[name] = item
            elif item is None and nullable:
                given[name] = None
            else:
                got = read(item, (*path, key), problems)
                if got is BAD:
                    sound = False
                else:
                    given[name] = got if put is None else put(got)
        sound = self._take_inside(value, path, problems, given) and sound
        return given if sound else BAD

    def _take_inside(
        self,
        value: Mapping[str, Any],
        path: Path,
        problems: list[Problem],
        given: dict[str, Any],
    ) -> bool:
        """The arguments that inline records and objects below give, and whether all are sound."""
        sound = True
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
        return sound

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


def _field(entry: Entry, dialect: Format) -> _Field:
    kind, nullable = inner(entry.kind)
    if not nullable and typing.get_origin(kind) is Annotated:
        bare, nullable = inner(_plain(kind))
        if nullable:
            kind = Annotated[(bare, *typing.get_args(kind)[1:])]
    quick = None if entry.put else dialect.quick(kind)
    return _Field(
        key=entry.key,
        name=entry.name,
        exact=quick.kind if quick and quick.turn is None else _Never,
        holds=quick.whole if quick else None,
        quick=None if entry.has(Blank) else quick,
        nullable=nullable and dialect.always_there and entry.put is None,
        read=dialect.reader(entry.kind),
        put=entry.put,
        until=_until(entry, dialect),
    )


def _until(entry: Entry, dialect: Format) -> int:
    """The minor version before which the key may be missing."""
    optional = entry.default is not MISSING and (entry.sparse or not dialect.always_there)
    return ALWAYS if optional else entry.since


def _version(value: object, path: Path, problems: list[Problem]) -> Any:
    """A version of the schema; whether it is one that is read is asked of the whole document."""
    if isinstance(value, str) and re.fullmatch(VERSION, value):
        return value
    problems.append(Problem(path, "must be a version such as 1.0"))
    return BAD


def _holds_records(annotation: Any) -> bool:
    arguments = typing.get_args(annotation)
    if typing.get_origin(annotation) is Annotated:
        arguments = arguments[:1]
    return is_record(annotation) or any(_holds_records(argument) for argument in arguments)


class _Never:
    """The type of no value."""


class Record:
    """Reads a table or an object into one record.

    A record may have a ``check`` method that yields problems, with paths relative to itself; it
    runs when all its own fields were read.
    """

    def __init__(self, kind: type, dialect: Format) -> None:
        self.kind, self.dialect = kind, dialect
        self.check: Callable[[Any], Iterable[Problem]] | None = getattr(kind, "check", None)
        self.seen = 0
        self.read: Reader = self._counted
        self.rest: str | None = None
        self.rest_item: Any = None
        if is_dataclass(kind):
            own = typing.cast(Any, kind).__dataclass_fields__.values()
            self.rest = next((field.name for field in own if field.metadata.get("rest")), None)
        if self.rest:
            self.rest_item = values_of(hints_of(kind)[self.rest])

    @cached_property
    def part(self) -> Part:
        """Made when it is first asked for: records may hold records of their own kind."""
        return Part(self.kind, entries(self.kind), self.dialect)

    def __call__(self, value: object, path: Path, problems: list[Problem]) -> Any:
        return self.read(value, path, problems)

    def _counted(self, value: object, path: Path, problems: list[Problem]) -> Any:
        """As ``_slowly``; after the first ``MANY`` with a function of this kind's own."""
        self.seen += 1
        if self.seen > MANY:
            plain = self.dialect.always_there and not self.rest and self.part.is_leaf
            self.read = self.part.compiled(self.check, self._slowly) if plain else self._slowly
        return self._slowly(value, path, problems)

    def _slowly(self, value: object, path: Path, problems: list[Problem]) -> Any:
        if not isinstance(value, Mapping):
            return self.dialect.refuse(self.dialect.table, value, path, problems)
        part = self.part
        rest: dict[str, Any] = {}
        if self.rest:
            read = self.dialect.reader(self.rest_item)
            odd = {key: item for key, item in value.items() if key not in part.known}
            rest = {key: read(item, (*path, key), problems) for key, item in odd.items()}
            sound = not any(item is BAD for item in rest.values())
        else:
            sound = value.keys() == part.usual or part.odd(value, path, problems)
        given = part.take(value, path, problems)
        if given is BAD or not sound:
            return BAD
        if self.rest:
            given[self.rest] = rest
        instance = self.kind(**given)
        if self.check is not None:
            problems.extend(problem.under(path) for problem in self.check(instance))
        return instance


def _plain(annotation: Any) -> Any:
    """The annotation without its marks."""
    return (
        typing.get_args(annotation)[0] if typing.get_origin(annotation) is Annotated else annotation
    )
