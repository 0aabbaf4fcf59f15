"""Reading a saved document's plain data strictly, with every problem and its place.

A ``Fields`` is one JSON object on its way into a document. Each method takes one key, says what is
wrong with it, and gives a stand-in so that reading goes on; whoever began looks at ``problems``
before using the result. Numbers must be Decimals (or ints): a float has lost digits already.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeGuard

from costplan.problems import Path, Problem, did_you_mean
from costplan.quantity import ONE, ZERO

MISSING: Any = object()
NO_DAY = date.min
SIZES = range(-100, 40)
"""Powers of ten that a figure may have; outside them no sum of money is meant."""
SURROGATE = re.compile("[\ud800-\udfff]")


def word_for(value: object) -> str:
    """The JSON word for a value's type, with its article."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else "a boolean"
    for known, word in (
        (str, "a string"),
        (int | Decimal, "a number"),
        (float, "a float"),
        (Mapping, "an object"),
        (list | tuple, "an array"),
    ):
        if isinstance(value, known):
            return word
    return "a value of another kind"


def _plain(given: object) -> TypeGuard[Decimal]:
    """Whether it is a Decimal like any other, so that nothing has to be said about it."""
    return type(given) is Decimal and given.is_finite() and given.adjusted() in SIZES


@lru_cache(maxsize=512)
def _day(text: str) -> date | None:
    """The date of a text; None for one that is spelled otherwise than a document spells it."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.isoformat() == text else None


class Fields:
    """One object of a document, where it stands, and the list that its problems go to."""

    __slots__ = ("data", "path", "problems")

    def __init__(self, data: Mapping[str, Any], path: Path, problems: list[Problem]) -> None:
        self.data, self.path, self.problems = data, path, problems

    def has(self, key: str) -> bool:
        """Whether the key is there and not null."""
        return self.data.get(key) is not None

    def wrong(self, key: str, message: str, hint: str | None = None) -> None:
        """Note a problem with a key's value."""
        self.problems.append(Problem((*self.path, key), message, hint))

    def number(self, key: str, least: Decimal | None = None) -> Decimal:
        """A finite number, not below ``least``."""
        given = self.data.get(key)
        if least is None and _plain(given):
            return given
        return self._figure(key, self._given(key), least)

    def amount(self, key: str) -> Decimal:
        """A number that is not negative."""
        given = self.data.get(key)
        if _plain(given) and given >= ZERO:
            return given
        return self._figure(key, self._given(key), ZERO)

    def share(self, key: str) -> Decimal:
        """A number from 0 to 1."""
        found = self._figure(key, self._given(key), ZERO)
        if found > ONE:
            self.wrong(key, f"must be at most 1, not {found}")
        return found

    def whole(self, key: str, least: int = 0) -> int:
        """A whole number, not below ``least``."""
        found = self._figure(key, self._given(key), Decimal(least))
        if found != found.to_integral_value():
            self.wrong(key, f"must be a whole number, not {found}")
        return int(found)

    def maybe_number(self, key: str, least: Decimal | None = None) -> Decimal | None:
        """A number, or null. The key itself must be there."""
        given = self._given(key)
        return None if given is None else self._figure(key, given, least)

    def text(self, key: str) -> str:
        """A string of characters that can be written out again."""
        given = self.data.get(key)
        if type(given) is str and given.isascii():  # a document of a thousand stacks is read too
            return given
        return self._words(key, self._given(key))

    def maybe_text(self, key: str) -> str | None:
        """A string, or null. The key itself must be there."""
        given = self._given(key)
        return None if given is None else self._words(key, given)

    def choice(self, key: str, choices: Sequence[str]) -> str:
        """One of the given words."""
        found = self.text(key)
        if found not in choices and found:
            hint = did_you_mean(found, choices)
            self.wrong(key, f"must be one of {', '.join(choices)}", hint)
        return found

    def flag(self, key: str) -> bool:
        """True or false."""
        given = self._given(key)
        if given is True or given is False:
            return given
        self._refuse(key, "true or false", given)
        return False

    def day(self, key: str) -> date:
        """A date such as 2026-11-22."""
        return self._dated(key, "", "a date such as 2026-11-22")

    def month(self, key: str) -> date:
        """The first of a month such as 2026-11."""
        return self._dated(key, "-01", "a month such as 2026-11")

    def texts(self, key: str) -> list[str]:
        """An array of strings."""
        return [self._words(key, one, at) for at, one in enumerate(self._array(key))]

    def each(self, key: str) -> list[Fields]:
        """The objects of an array."""
        found = []
        path = (*self.path, key)
        for at, one in enumerate(self._array(key)):
            if isinstance(one, Mapping):
                found.append(Fields(one, (*path, at), self.problems))
            else:
                self.problems.append(
                    Problem((*path, at), f"must be an object, not {word_for(one)}")
                )
        return found

    def within(self, key: str) -> Fields:
        """The object below a key; an empty one without problems of its own where it is none."""
        given = self._given(key)
        if isinstance(given, Mapping):
            return Fields(given, (*self.path, key), self.problems)
        self._refuse(key, "an object", given)
        return Fields({}, (*self.path, key), [])

    def figures(self, key: str) -> dict[str, Decimal]:
        """An object of numbers under names of the document's own."""
        inner = self.within(key)
        return {name: inner.number(name) for name in inner.data}

    def _given(self, key: str) -> Any:
        found = self.data.get(key, MISSING)
        if found is MISSING:
            hint = did_you_mean(key, self.data)
            self.problems.append(Problem(self.path, f"missing key '{key}'", hint, "key"))
        return found

    def _refuse(self, key: str, expected: str, given: object) -> None:
        if given is not MISSING:
            self.wrong(key, f"must be {expected}, not {word_for(given)}")

    def _figure(self, key: str, given: Any, least: Decimal | None) -> Decimal:
        if isinstance(given, int) and not isinstance(given, bool):
            given = Decimal(given)
        if not isinstance(given, Decimal):
            self._refuse(key, "a number", given)
            return ZERO
        if not given.is_finite():
            self.wrong(key, "must be a finite number")
            return ZERO
        if given and given.adjusted() not in SIZES:
            self.wrong(key, "is a number that no bill can hold")
            return ZERO
        if least is not None and given < least:
            self.wrong(key, f"must be at least {least}, not {given}")
        return given

    def _words(self, key: str, given: Any, at: int | None = None) -> str:
        if not isinstance(given, str):
            if at is None:
                self._refuse(key, "a string", given)
            else:
                message = f"must be a string, not {word_for(given)}"
                self.problems.append(Problem((*self.path, key, at), message))
            return ""
        if not given.isascii() and SURROGATE.search(given):
            self.wrong(key, "holds half of a character (a lone surrogate)")
            return ""
        return given

    def _array(self, key: str) -> Iterable[Any]:
        given = self._given(key)
        if isinstance(given, list | tuple):
            return given
        self._refuse(key, "an array", given)
        return ()

    def _dated(self, key: str, end: str, kind: str) -> date:
        text = self.text(key)
        if not text:
            return NO_DAY
        found = _day(text + end)
        if found is None:
            self.wrong(key, f"must be {kind}, not {text[:40]!r}")
        return found or NO_DAY
