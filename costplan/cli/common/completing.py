"""What may follow on a command line, for the scripts of ``costplan completion``.

A script asks ``costplan __complete SHELL INDEX -- WORD...``: the words as the shell has them and
the one the cursor is in. The first line of the answer says what the rest is:

    files       the shell's own completion of paths
    words       finished words, a line each; zsh and fish get a tab and a description
    beginnings  as words, but more of the word follows, so no blank belongs behind it

A name from somebody's file may hold anything. One that holds a control character is left out, and
so, where a quote is open, is one that a shell would read as more than a plain word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

PLAIN = re.compile(r"[\w./:@%+=,][\w./:@%+=,-]*", re.ASCII)
SPECIAL = re.compile(r"[^\w./:@%+=,-]", re.ASCII)
BREAKS = "=:"
"""Characters at which bash begins a new word although no blank is there."""
MANY = 60
"""Ids from which on only their vendors are offered."""


class Question(NamedTuple):
    """What a value begins with, and the values already on the line by their parameters' names."""

    word: str
    given: Mapping[str, str]


class Answer(NamedTuple):
    """``kind`` as in the protocol; words with a description, or none."""

    kind: str
    words: dict[str, str]


NOTHING = Answer("words", {})


def answer(arguments: list[str]) -> int:
    """Print what may stand at the cursor. Never fails: a shell is waiting in somebody's prompt."""
    from costplan.cli.common.words import put

    try:
        shell, at, dashes, *words = arguments
        index = int(at)
        if dashes != "--" or not 0 < index <= len(words):
            return 0
        put(_lines(shell, words[: index + 1] if index < len(words) else [*words, ""]), None)
    except BrokenPipeError:
        raise
    except Exception:  # whatever it was, the prompt is not the place to say it
        return 0
    return 0


def _lines(shell: str, words: list[str]) -> str:
    typed, cut = _rejoined(words) if shell == "bash" else (words, 0)
    raw = typed[-1]
    quoted = raw[:1] if shell == "bash" and raw[:1] in ("'", '"') else ""
    meant = [_meant(word) for word in typed] if shell == "bash" else typed
    answer = complete(meant[1:-1], meant[-1])
    lines = [answer.kind]
    for word, about in answer.words.items():
        if not word.isprintable() or word.startswith("-") > meant[-1].startswith("-"):
            continue
        if shell == "bash":
            if quoted and not PLAIN.fullmatch(word):
                continue
            lines.append((word if quoted else _escaped(word))[cut:])
        else:
            lines.append(f"{word}\t{' '.join(about.split())}" if about else word)
    return "\n".join(lines) + "\n"


def _rejoined(words: list[str]) -> tuple[list[str], int]:
    """Words as they were typed, where bash cut them at = and :.

    Also how much of the last one bash leaves as it is, for it replaces what follows the cut.
    """
    typed: list[str] = []
    glue = False
    for word in words:
        breaks = bool(word) and not word.strip(BREAKS)
        if typed and (glue or breaks) and len(typed) > 1:
            typed[-1] += word
        else:
            typed.append(word)
        glue = breaks
    last = words[-1]
    own = "" if last and not last.strip(BREAKS) else last
    return typed, len(typed[-1]) - len(own)


def _meant(word: str) -> str:
    """A word without the quotes and backslashes it is typed with; an open quote ends with it."""
    from shlex import split

    for end in ("", "'", '"', "\\"):
        try:
            parts = split(word + end)
        except ValueError:
            continue
        return parts[0] if len(parts) == 1 else word
    return word


def _escaped(word: str) -> str:
    return SPECIAL.sub(lambda match: "\\" + match[0], word)


class Line(NamedTuple):
    """What the words before the cursor come to: a command, and what it waits for.

    ``pending``: the option whose value comes next. ``places``: arguments still to come.
    """

    command: Any
    pending: Any
    places: list[Any]
    given: dict[str, str]
    only_places: bool


def _walk(command: Any, before: list[str]) -> Line | None:
    """None where a word is no command."""
    from costplan.cli.common.tree import children

    given: dict[str, str] = {}
    places, pending, only_places = _places(command), None, False
    for word in before:
        if pending is not None:
            given[pending.name], pending = word, None
        elif not only_places and word == "--":
            only_places = True
        elif not only_places and word.startswith("-") and word != "-":
            pending = _awaits(command, word, given)
        elif children(command):
            if word not in children(command):
                return None
            command = children(command)[word]
            places = _places(command)
        elif places:
            given[places[0].name] = word
            if places[0].nargs == 1:
                places.pop(0)
    return Line(command, pending, places, given, only_places)


def complete(before: list[str], word: str) -> Answer:
    """What may stand in place of a word that follows others, all of them without quotes."""
    from costplan.cli import app
    from costplan.cli.common.tree import children

    line = _walk(app(before), before)
    if line is None:
        return NOTHING
    if line.pending is not None:
        return _values(line.command, line.pending, Question(word, line.given))
    if word.startswith("-") and not line.only_places:
        name, equals, value = word.partition("=")
        if equals:
            return _after_equals(line.command, name, Question(value, line.given))
        return _options(line.command, word)
    below = children(line.command)
    if below:
        about = {name: child.get_short_help_str(60) for name, child in below.items()}
        return _beginning(word, about)
    if not line.places:
        return NOTHING
    return _values(line.command, line.places[0], Question(word, line.given))


def _options(command: Any, word: str) -> Answer:
    from costplan.cli.common.tree import is_option, names

    known = {
        name: parameter.help or ""
        for parameter in command.params
        if is_option(parameter) and not parameter.hidden
        for name in names(parameter)
    }
    return _beginning(word, {**known, "--help": "Show this message and exit."})


def _places(command: Any) -> list[Any]:
    from costplan.cli.common.tree import is_option

    return [parameter for parameter in command.params if not is_option(parameter)]


def _awaits(command: Any, word: str, given: dict[str, str]) -> Any:
    """The option whose value is the next word; a value behind = is noted."""
    from costplan.cli.common.tree import is_option, names, takes_value

    name, equals, value = word.partition("=")
    for parameter in command.params:
        if is_option(parameter) and name in names(parameter) and takes_value(parameter):
            if not equals:
                return parameter
            given[parameter.name] = value
    return None


def _after_equals(command: Any, name: str, asked: Question) -> Answer:
    option = _awaits(command, name, {})
    if option is None:
        return NOTHING
    values = _values(command, option, asked)
    return Answer(values.kind, {f"{name}={word}": about for word, about in values.words.items()})


def _values(command: Any, parameter: Any, asked: Question) -> Answer:
    """Values of one parameter: its own choices, names that it is known to take, or files."""
    from costplan.cli.common.tree import fixed_values

    choices = fixed_values(parameter)
    if choices:
        return _beginning(asked.word, dict.fromkeys(choices, ""))
    if parameter.name == "offer":
        return _offers(asked)
    source = SOURCES.get(f"{command.name} {parameter.name}") or SOURCES.get(parameter.name)
    if source is not None:
        return _beginning(asked.word, dict.fromkeys(source(asked), ""))
    if parameter.name in FILES or "Path" in type(parameter.type).__name__:
        return Answer("files", {})
    return NOTHING


def _beginning(word: str, known: Mapping[str, str]) -> Answer:
    return Answer("words", {name: known[name] for name in known if name.startswith(word)})


def _offers(asked: Question) -> Answer:
    from costplan.store.files.names import ids

    offers = sorted(ids(asked.word))
    if len(offers) <= MANY or "/" in asked.word:
        return Answer("words", dict.fromkeys(offers, ""))
    vendors = dict.fromkeys((f"{name.partition('/')[0]}/" for name in offers), "")
    return Answer("beginnings", vendors)


def _stacks(asked: Question) -> Iterable[str]:
    import os

    from costplan.store.files.names import stacks

    return stacks(asked.given.get("workload") or os.environ.get("COSTPLAN_WORKLOAD"))


def _templates(asked: Question) -> Iterable[str]:
    from costplan.store.files.starters import names

    return names()


def _sizes(asked: Question) -> Iterable[str]:
    from costplan.store.files.starters import SIZES

    return SIZES


def _schemas(asked: Question) -> Iterable[str]:
    from costplan.store.files.schemas import SCHEMAS

    return SCHEMAS


def _terms(asked: Question) -> Iterable[str]:
    from costplan.cli.common.glossary import TERMS

    return TERMS


def _categories(asked: Question) -> Iterable[str]:
    from costplan.words import CATEGORIES

    return CATEGORIES


def _vendors(asked: Question) -> Iterable[str]:
    from costplan.store.files.names import vendors

    return sorted(vendors())


def _kinds(asked: Question) -> Iterable[str]:
    from costplan.plan.prices.choosing import KINDS

    return KINDS


def _logs(asked: Question) -> Iterable[str]:
    from costplan.store.traces.sources import SOURCES as LOGS

    return LOGS


def _capabilities(asked: Question) -> Iterable[str]:
    from costplan.plan.prices.choosing import CAPABILITIES

    return CAPABILITIES


def _upstreams(asked: Question) -> Iterable[str]:
    from costplan.store.sourcing.upstream import SOURCES as UPSTREAMS

    return UPSTREAMS


SOURCES: dict[str, Callable[[Question], Iterable[str]]] = {
    "stack": _stacks,
    "baseline": _stacks,
    "template": _templates,
    "size": _sizes,
    "term": _terms,
    "category": _categories,
    "vendor": _vendors,
    "list kind": _kinds,
    "kind": _logs,
    "capability": _capabilities,
    "refresh source": _upstreams,
    "schema name": _schemas,
}
"""By a parameter's name, or by its command's name and its own: what it is known to take."""
FILES = ("workload", "out", "source")
