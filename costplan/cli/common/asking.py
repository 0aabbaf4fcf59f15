"""The five questions of ``costplan init`` on a terminal. They are words, and so on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import NamedTuple

from costplan.problems import BadUsage
from costplan.quantity import literal, spoken, toml_number

WHAT = "a number such as 10_000, 25k or 1.5m"


class Question(NamedTuple):
    """What is asked, and the table and key that the answer goes to."""

    key: tuple[str, str]
    words: str
    read: Callable[[str], str]


def number(text: str) -> str:
    """A number from 0 as TOML writes it. Raises BadUsage."""
    amount = spoken(text)
    if amount is None or text.rstrip().endswith("%"):
        raise BadUsage(f"'{text[:30]}' is not {WHAT}")
    return toml_number(amount)


def share(text: str) -> str:
    """A share from 0 to 1, also given in percent: 99 %, 99 or 0.99. Raises BadUsage."""
    amount = Decimal(number(text.strip().removesuffix("%")).replace("_", ""))
    if text.strip().endswith("%") or amount > 1:
        amount /= 100
    if amount > 1:
        raise BadUsage("a share is at most 100 %")
    return literal(amount)


QUESTIONS = (
    Question(
        ("traffic", "requests_per_month"),
        "How many requests a month (conversations, calls, tasks, documents)?",
        number,
    ),
    Question(
        ("target", "reliability"), "How many answers must be right, in the end? (0.99, 99 %)", share
    ),
    Question(("target", "loss_per_wrong_answer"), "What does a wrong answer cost you?", number),
    Question(("budget", "monthly_total"), "What may it cost a month, people included?", number),
)
"""Those after the first, which is what is built."""


def terminal() -> bool:
    """Whether somebody is there to answer: both ends are a terminal."""
    ends = (sys.stdin, sys.stdout)
    return all(end is not None and end.isatty() for end in ends)


def choice(names: Mapping[str, str]) -> str:
    """What is built: one of these names, by its number or a part of it."""
    for at, (name, about) in enumerate(names.items(), 1):
        print(f"{at:3}  {name:22}{about}", file=sys.stderr)
    known = list(names)

    def read(text: str) -> str:
        if text.strip().isdecimal() and 1 <= int(text) <= len(known):
            return known[int(text) - 1]
        within = [name for name in known if text.strip() and text.strip() in name]
        if len(within) != 1:
            raise BadUsage(f"a number from 1 to {len(known)}, or a name of the list")
        return within[0]

    return _asked("What do you build?", "1", read)


def answers(value: Callable[[tuple[str, str]], str | None]) -> dict[tuple[str, str], str]:
    """What differs from what the template assumes. ``value``: what it does; None where it has no
    such key, which an empty answer leaves so. What it has as a range is not asked: a number in its
    place would take away what rests on the range."""
    given = {}
    for question in QUESTIONS:
        assumed = value(question.key)
        if not replaceable(assumed):
            continue
        answer = _asked(question.words, assumed or "", question.read)
        if answer and (assumed is None or Decimal(answer) != Decimal(assumed)):
            given[question.key] = answer
    return given


def replaceable(assumed: str | None) -> bool:
    """Whether a number may stand in a value's place: where there is none, or one."""
    return assumed is None or spoken(assumed) is not None


def _asked(words: str, default: str, read: Callable[[str], str]) -> str:
    """One answer, asked again until it can be read; empty where nothing is said and nothing
    assumed. Raises KeyboardInterrupt where it is broken off."""
    import typer

    shown = words if default else f"{words} [leave out]"
    while True:
        try:
            text = typer.prompt(shown, default=default, show_default=bool(default), err=True)
        except typer.Abort:
            print(file=sys.stderr)
            raise KeyboardInterrupt from None
        if not text.strip():
            return ""
        try:
            return read(text)
        except BadUsage as error:
            print(f"  {error}", file=sys.stderr)
