"""TOML and JSON: what their plain data looks like, and what a reader says of it."""

from __future__ import annotations

import re
import typing
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, TypeVar

from costplan.problems import InvalidInput, Path, Problem
from costplan.quantity import LARGEST, spoken, toml_number
from costplan.record.found import BAD, Problems, Quick, Reader
from costplan.record.marks import Monthly, OneOf
from costplan.record.reading import Dialect

T = TypeVar("T")
SIZES = range(-100, 40)
"""Powers of ten that a document's figure may have; outside them no sum of money is meant."""
SURROGATE = "[\ud800-\udfff]"


def _whole(number: Reader) -> Reader:
    def run(value: object, path: Path, problems: list[Problem]) -> Any:
        parsed = number(value, path, problems)
        if parsed is BAD:
            return BAD
        if parsed != parsed.to_integral_value():
            problems.append(Problem(path, "must be a whole number"))
            return BAD
        return int(parsed)

    return run


class _Scalars(Dialect):
    """What both formats have: numbers, texts, true and false."""

    def number(self, value: object, path: Path, problems: list[Problem]) -> Any:
        """A finite number, as a Decimal."""
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            return self.refuse("a number", value, path, problems)
        number = Decimal(value)
        if not number.is_finite():
            problems.append(Problem(path, "must be a finite number"))
            return BAD
        return self.sized(number, path, problems)

    def sized(self, number: Decimal, path: Path, problems: list[Problem]) -> Any:
        """The number, where it is one that the format's documents may hold."""
        raise NotImplementedError

    def text(self, value: object, path: Path, problems: list[Problem]) -> Any:
        """A string."""
        return value if isinstance(value, str) else self.refuse("a string", value, path, problems)

    def flag(self, value: object, path: Path, problems: list[Problem]) -> Any:
        """True or false."""
        if isinstance(value, bool):
            return value
        return self.refuse("true or false", value, path, problems)

    def day(self, value: object, path: Path, problems: list[Problem]) -> Any:
        """A date."""
        raise NotImplementedError

    def scalar(self, kind: Any) -> Reader | None:
        readers: dict[Any, Reader] = {
            Decimal: self.number,
            int: _whole(self.number),
            bool: self.flag,
            str: self.text,
            date: self.day,
        }
        return readers.get(kind)


class Toml(_Scalars):
    """A workload or a catalogue: written by hand, with dates and without null."""

    words = (
        (str, "a string"),
        (float, "a float (write a Decimal)"),
        (int | Decimal, "a number"),
        (datetime, "a date-time"),
        (date, "a date"),
        (time, "a time"),
        (Mapping, "a table"),
        (list | tuple, "an array"),
    )

    def sized(self, number: Decimal, path: Path, problems: list[Problem]) -> Any:
        if number.copy_abs() >= LARGEST:
            problems.append(Problem(path, f"is too large: numbers here stay under {LARGEST:.0e}"))
            return BAD
        return number

    def remedy(self, expected: str, value: object) -> str | None:
        """How TOML has a number that was written as people do: "99 %", "50k"."""
        meant = spoken(value) if isinstance(value, str) and "a number" in expected else None
        return None if meant is None else f"write {toml_number(meant)}"

    def day(self, value: object, path: Path, problems: list[Problem]) -> Any:
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        return self.refuse("a date such as 2026-01-31", value, path, problems)

    def quick(self, kind: Any) -> Quick | None:
        return Quick(kind) if kind in (str, bool) else None


def _sound(number: Decimal) -> bool:
    """Whether it is a number like any other, so that nothing has to be said about it."""
    return number.is_finite() and -100 <= number.adjusted() < 40


SOUND = "{0}.is_finite() and -100 <= {0}.adjusted() < 40"


@lru_cache(maxsize=1024)
def _day(text: str) -> date | None:
    """The date of a text; None for one that is spelled otherwise than a document spells it."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None


def moment_words(moment: datetime) -> str:
    """A moment as a document spells it."""
    return moment.isoformat().replace("+00:00", "Z")


class Json(_Scalars):
    """A saved document: written by a program, dates as text, what is always written is there."""

    table = "an object"
    always_there = True
    words = (
        (type(None), "null"),
        (str, "a string"),
        (int | Decimal, "a number"),
        (float, "a float"),
        (Mapping, "an object"),
        (list | tuple, "an array"),
    )

    def sized(self, number: Decimal, path: Path, problems: list[Problem]) -> Any:
        if number and number.adjusted() not in SIZES:
            problems.append(Problem(path, "is a number that no bill can hold"))
            return BAD
        return number

    def text(self, value: object, path: Path, problems: list[Problem]) -> Any:
        """A string of characters that can be written out again."""
        if not isinstance(value, str):
            return self.refuse("a string", value, path, problems)
        if not value.isascii() and re.search(SURROGATE, value):
            problems.append(Problem(path, "holds half of a character (a lone surrogate)"))
            return BAD
        return value

    def day(self, value: object, path: Path, problems: list[Problem]) -> Any:
        return self._dated(value, "", "a date such as 2026-11-22", path, problems)

    def month(self, value: object, path: Path, problems: list[Problem]) -> Any:
        """The first of a month."""
        return self._dated(value, "-01", "a month such as 2026-11", path, problems)

    def _dated(
        self, value: object, end: str, kind: str, path: Path, problems: list[Problem]
    ) -> Any:
        text = self.text(value, path, problems)
        day = None if text is BAD else _day(text + end)
        if day is None and text is not BAD:
            problems.append(Problem(path, f"must be {kind}, not {text[:40]!r}"))
        return day or BAD

    def moment(self, value: object, path: Path, problems: list[Problem]) -> Any:
        """A date and time, spelled as it is written."""
        text = self.text(value, path, problems)
        if text is BAD:
            return BAD
        try:
            moment = datetime.fromisoformat(text)
            if moment_words(moment) == text:
                return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        except ValueError:
            pass
        message = f"must be a moment such as 2026-11-22T12:00:00Z, not {text[:40]!r}"
        problems.append(Problem(path, message))
        return BAD

    def scalar(self, kind: Any) -> Reader | None:
        others: dict[Any, Reader] = {Monthly: self.month, datetime: self.moment}
        return others.get(kind) or super().scalar(kind)

    def quick(self, kind: Any) -> Quick | None:
        rules: list[Any] = []
        if typing.get_origin(kind) is Annotated:
            kind, *marks = typing.get_args(kind)
            rules = [rule for rule in marks if hasattr(rule, "broken")]
        if kind is bool:
            return Quick(bool)
        if kind is str and not rules:
            return Quick(str, str.isascii, words="{0}.isascii()")
        if kind is str and len(rules) == 1 and isinstance(rules[0], OneOf):
            return Quick(str, frozenset(rules[0].choices).__contains__)
        if kind is Decimal and len(rules) < 2:
            return Quick(Decimal, _sound, rules[0].holds if rules else None, SOUND)
        if kind is date and not rules:
            return Quick(str, turn=_day)
        return None


TOML = Toml()
JSON = Json()


def read(kind: type[T], data: object, path: Path = ()) -> T:
    """TOML ``data`` as a ``kind``. Raises InvalidInput with every problem of the document."""
    value, problems = collect(kind, data, path)
    if problems or value is None:
        raise InvalidInput(problems)
    return value


def collect(kind: type[T], data: object, path: Path = ()) -> tuple[T | None, list[Problem]]:
    """TOML ``data`` as a ``kind`` and every problem of it.

    The value is there whenever its structure is sound, even if a ``check`` found problems, so that
    a caller can look for more of them; it is None where a key or a type is wrong.
    """
    return collected(TOML, kind, data, Problems(), path)


def collected(
    dialect: Dialect, kind: type[T], data: object, problems: Problems, path: Path = ()
) -> tuple[T | None, Problems]:
    """As ``collect``, of a dialect, with the problems that there are already."""
    value = dialect.reader(kind)(data, path, problems)
    return (None if value is BAD else typing.cast(T, value)), problems
