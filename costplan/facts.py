"""Facts: what a reader must know, as a code with its values; words only when it is drawn.

Whoever decides something asks for ``code``, ``subject`` and ``values``, never for ``text``.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, NamedTuple

from costplan.quantity import Many, grouped, rounded
from costplan.record import As, Key
from costplan.wordings import SAID, TOPICS, WORDINGS, Topic

Value = str | Decimal | list[str]


class Fact(NamedTuple):
    """One thing to know. ``subject``: the offer, role, step or stack that it is about, or "".

    A date among the ``values`` is its ISO text, as in a document. ``written``: the words that a
    saved document has for it, whatever this version would say; so a code that is not known here,
    of a newer version, is drawn too.
    """

    code: str
    topic: Topic
    subject: str = ""
    values: Mapping[str, Value] = {}
    written: Annotated[str | None, Key("text"), As(str, "text")] = None

    @property
    def text(self) -> str:
        """The fact in words."""
        if self.written is not None:
            return self.written
        values = {name: _Drawn(value) for name, value in self.values.items()}
        return WORDINGS[self.topic][self.code].format(subject=self.subject, **values)

    def listed(self, name: str) -> list[str]:
        """A value that is several texts; none where there is no such value."""
        value = self.values.get(name)
        return value if isinstance(value, list) else []


def fact(code: str, subject: str = "", /, **values: Any) -> Fact:
    """The fact of a code. ``values`` are texts, numbers, dates, or several texts.

    Raises KeyError for a code that has no wording.
    """
    return Fact(
        code, TOPICS[code], subject, {name: _value(value) for name, value in values.items()}
    )


def said(topic: Topic, text: str) -> Fact:
    """A sentence that has no code of its own."""
    return fact(SAID[topic], text=text)


def unique(facts: Iterable[Fact]) -> list[Fact]:
    """Each fact once, where it first stands."""
    kept: list[Fact] = []
    for fact in facts:
        if fact not in kept:
            kept.append(fact)
    return kept


def texts(facts: Iterable[Fact], topic: Topic | None = None) -> list[str]:
    """The words of facts: of all of them, or of one topic."""
    return [fact.text for fact in facts if topic in (None, fact.topic)]


def _value(given: object) -> Value:
    if isinstance(given, str | Decimal):
        return given
    if isinstance(given, date):
        return given.isoformat()
    if isinstance(given, Iterable):
        return [str(part) for part in given]
    if isinstance(given, Many):
        return str(given)  # no page tells of draws
    return Decimal(str(given))


class _Drawn:
    """A value as a wording draws it; ``str.format`` asks it."""

    __slots__ = ("value",)

    def __init__(self, value: Value) -> None:
        self.value = value

    def __format__(self, form: str) -> str:
        if isinstance(self.value, Decimal):
            if form == "r":
                return rounded(self.value)
            return grouped(self.value, int(form) if form else None)
        return form.join(self.value) if isinstance(self.value, list) else self.value


FIELD = re.compile(r"\{(\w+)(?::([^}]*))?\}")
ASKED = ("stale-rate", "stale-price", "verdicts-correlate", *WORDINGS["not-modelled"])
"""Codes that somebody asks for, and that documents before codes had in words alone."""


def recognised(topic: Topic, text: str) -> Fact:
    """The fact of a sentence of a document that was saved before facts had codes.

    The only reader of sentences: what such a document says is what its version would have said.
    """
    for code in ASKED:
        if TOPICS[code] != topic or code == SAID[topic]:
            continue
        literal, *parts = FIELD.split(WORDINGS[topic][code])
        pattern, joined = re.escape(literal), set()
        for name, form, literal in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
            pattern += f"(?P={name})" if f"<{name}>" in pattern else f"(?P<{name}>.+)"
            pattern += re.escape(literal)
            joined |= {name} if form else set()
        if match := re.fullmatch(pattern, text, re.S):
            given = {k: [value] if k in joined else value for k, value in match.groupdict().items()}
            return fact(code, str(given.pop("subject", "")), **given)
    return said(topic, text)
