"""A small strict reader: plain data in, records out, every problem at once with its place.

Nothing is coerced: "3" is not 3, true is not 1, an unknown key is a problem with the nearest known
key named. TOML and JSON differ in what a ``Dialect`` says: TOML has dates and no null; in JSON a
date is text, and a key that is always written is always there.
"""

from __future__ import annotations

import types
import typing
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal

from costplan.problems import Path, Problem, did_you_mean
from costplan.record.found import BAD, Quick, Reader, missing, odd_keys
from costplan.record.kinds import inner, is_record, values_of
from costplan.record.marks import Blank, Monthly, Names
from costplan.record.objects import Record


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
        wrong = f"must be {expected}, not {self.word_for(value)}"
        problems.append(Problem(path, wrong, self.remedy(expected, value)))
        return BAD

    def remedy(self, expected: str, value: object) -> str | None:
        """How a value would be written so that it is what is expected; None where nobody knows."""
        return None

    def _reader(self, annotation: Any) -> Reader:
        if (simple := self.scalar(annotation)) is not None:
            return simple
        if is_record(annotation):
            return Record(annotation, self)
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
        if any(isinstance(mark, Monthly) for mark in marks):
            kind = Monthly
        if named := next((mark for mark in marks if isinstance(mark, Names)), None):
            return self._named(named.names, self.reader(values_of(kind)))
        rules = tuple(rule for rule in marks if hasattr(rule, "broken"))
        read = _bounded(self.reader(kind), rules) if rules else self.reader(kind)
        if any(isinstance(mark, Blank) for mark in marks):
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
            if not value:
                return make()
            items = [item(element, (*path, at), problems) for at, element in enumerate(value)]
            return BAD if any(element is BAD for element in items) else make(items)

        return run

    def _table(self, item: Reader) -> Reader:
        def run(value: object, path: Path, problems: list[Problem]) -> Any:
            if not isinstance(value, Mapping):
                return self.refuse(self.table, value, path, problems)
            items = {key: item(element, (*path, key), problems) for key, element in value.items()}
            return BAD if any(element is BAD for element in items.values()) else items

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
            return items if sound and not any(element is BAD for element in items.values()) else BAD

        return run

    def _choice(self, choices: tuple[Any, ...]) -> Reader:
        words = ", ".join(str(choice) for choice in choices)

        def run(value: object, path: Path, problems: list[Problem]) -> Any:
            for choice in choices:  # true is not 1, and 1.0 is
                if value == choice and isinstance(value, bool) == isinstance(choice, bool):
                    return choice
            if not isinstance(value, str) or not isinstance(choices[0], str):
                expected = f"one of {words}" if len(choices) > 1 else words.lower()
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
            read = self._one_of(
                {kind: member for member in members for kind in self._kinds(member)}
            )
        else:
            read = self.reader(members[0])
        if not (nullable and self.always_there):  # TOML has no null
            return read
        return lambda value, path, problems: None if value is None else read(value, path, problems)

    def _one_of(self, members: Mapping[str, Any]) -> Reader:
        by_kind = {kind: self.reader(member) for kind, member in members.items()}

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
                problems.append(Problem(path, broken, rule.hint(result)))
                return BAD
        return result

    return run
