"""Facts: what a reader must know, as a code with its values; words only when it is drawn.

Whoever decides something asks for ``code``, ``subject`` and ``values``, never for ``text``.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from string import Formatter
from typing import Annotated, Any, NamedTuple

from costplan.quantity import grouped, rounded
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
        return DRAW.vformat(
            WORDINGS[self.topic][self.code], (), {"subject": self.subject, **self.values}
        )

    def listed(self, name: str) -> list[str]:
        """A value that is several texts; none where there is no such value."""
        value = self.values.get(name)
        return value if isinstance(value, list) else []


def fact(code: str, subject: str = "", /, **values: Any) -> Fact:
    """The fact of a code. ``values`` are texts, numbers, dates, or several texts.

    Raises KeyError for a code that has no wording.
    """
    return Fact(code, TOPICS[code], subject, {name: _value(one) for name, one in values.items()})


def said(topic: Topic, text: str) -> Fact:
    """A sentence that has no code of its own."""
    return fact(SAID[topic], text=text)


def unique(facts: Iterable[Fact]) -> list[Fact]:
    """Each fact once, where it first stands."""
    kept: list[Fact] = []
    for one in facts:
        if one not in kept:
            kept.append(one)
    return kept


def texts(facts: Iterable[Fact], topic: Topic | None = None) -> list[str]:
    """The words of facts: of all of them, or of one topic."""
    return [one.text for one in facts if topic in (None, one.topic)]


def _value(given: object) -> Value:
    if isinstance(given, str | Decimal):
        return given
    if isinstance(given, date):
        return given.isoformat()
    if isinstance(given, Iterable):
        return [str(each) for each in given]
    return Decimal(str(given))


class _Draw(Formatter):
    def format_field(self, value: Value, form: str) -> str:
        if isinstance(value, list):
            return form.join(value)
        if isinstance(value, str):
            return value
        return rounded(value) if form == "r" else grouped(value, int(form) if form else None)


DRAW = _Draw()
ASKED = ("stale-rate", "stale-price", *WORDINGS["not-modelled"])
"""Codes that somebody asks for, and that documents before codes had in words alone."""


def recognised(topic: Topic, text: str) -> Fact:
    """The fact of a sentence of a document that was saved before facts had codes.

    The only reader of sentences: what such a document says is what its version would have said.
    """
    for code in ASKED:
        if TOPICS[code] != topic or code == SAID[topic]:
            continue
        fields = [*DRAW.parse(WORDINGS[topic][code])]
        pattern = ""
        for literal, name, *_ in fields:
            pattern += re.escape(literal)
            if name:
                pattern += f"(?P={name})" if f"<{name}>" in pattern else f"(?P<{name}>.+)"
        if match := re.fullmatch(pattern, text, re.S):
            joined = {name for _, name, form, _ in fields if form}
            given = {k: [one] if k in joined else one for k, one in match.groupdict().items()}
            return fact(code, str(given.pop("subject", "")), **given)
    return said(topic, text)
