"""A place in a record, written as text, and the value that is there.

    usage.input_tokens                       a key within a key
    usage.prompt + usage.tool_use            a sum; what is missing counts nothing
    input_cached - input_cached_audio        a difference
    details[modality=AUDIO].tokens           the sum over such elements of a list
    results[]                                every element of a list (only where rows are named)
    =anthropic                               the word itself

Records are what JSON makes: dicts, lists and plain values.
A key that holds dots, as telemetry's attributes do, is found whole before its parts are tried. A
text of JSON in the way is read, as exports of tables keep whole objects in one column.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

Value = str | None
PART = re.compile(r"([^.\[\]]+)(?:\[(?:(\w+)=(\w+))?\])?\.?")
SIGN = re.compile(r"\s+([+-])\s+")
LONGEST_NAME = 300  # characters
LONGEST_INNER = 200_000
"""Characters of a text that is read as JSON on the way to a value; longer ones are no usage."""


class Step(NamedTuple):
    """A key, and for a list which of its elements: those whose ``key`` is ``value``.

    ``rest``: the path from here on, which may be one key that holds dots.
    """

    name: str
    rest: str
    listed: bool = False
    key: str | None = None
    value: str | None = None


class Term(NamedTuple):
    """A path with its sign."""

    sign: int
    text: str
    steps: tuple[Step, ...]


def terms_of(path: str) -> tuple[Term, ...]:
    """The terms of a path; one for a plain one."""
    words = SIGN.split(path.strip())
    signs = [1, *(1 if sign == "+" else -1 for sign in words[1::2])]
    return tuple(
        Term(sign, word, steps_of(word)) for sign, word in zip(signs, words[::2], strict=True)
    )


def steps_of(path: str) -> tuple[Step, ...]:
    """The steps of a plain path."""
    return tuple(
        Step(match[1], path[match.start() :], "[" in match[0], match[2], match[3])
        for match in PART.finditer(path)
    )


@cache
def has(path: str) -> Callable[[Mapping[str, Any]], bool]:
    """A function that says whether a record has a value at a path, whatever it is."""
    steps = steps_of(path)
    if len(steps) == 1 and not steps[0].listed:
        return lambda record: record.get(path) is not None
    return lambda record: any(value is not None for value in values_at(record, steps))


def compiled(alternatives: Iterable[str]) -> Callable[[Mapping[str, Any]], Value]:
    """A function that finds the first alternative that a record has, as text."""
    tries = [_try(path) for path in alternatives]
    if len(tries) == 1:
        return tries[0]

    def first(record: Mapping[str, Any]) -> Value:
        for read in tries:
            value = read(record)
            if value is not None:
                return value
        return None

    return first


def _try(path: str) -> Callable[[Mapping[str, Any]], Value]:
    if path.startswith("="):
        word = path[1:]
        return lambda record: word
    terms = terms_of(path)
    if len(terms) == 1 and not any(step.listed for step in terms[0].steps):
        return _plain(terms[0].text, terms[0].steps)
    return lambda record: _summed(record, terms)


def _plain(whole: str, steps: tuple[Step, ...]) -> Callable[[Mapping[str, Any]], Value]:
    """Most of a source's paths: asked of every record, so that each step counts."""
    first, rest = steps[0].name, steps[1:]

    def find(record: Mapping[str, Any]) -> Value:
        value = record.get(whole)
        if value is None and rest:
            value = record.get(first)
            if value is not None:
                value = _below(value, rest)
        return None if value is None else said(value)

    return find


def _summed(record: Mapping[str, Any], terms: tuple[Term, ...]) -> Value:
    summed, missing = 0, True
    for term in terms:
        for value in values_at(record, term.steps):
            text = said(value)
            if text is None:
                continue
            missing = False
            try:
                summed += term.sign * int(text)
            except ValueError:
                return text  # no whole number: the row is judged by it
    return None if missing else str(summed)


def _below(node: Any, steps: tuple[Step, ...]) -> Any:
    for step in steps:
        if isinstance(node, str):
            node = inner(node)
        if not isinstance(node, dict):
            return None
        if step.rest in node:
            return node[step.rest]
        node = node.get(step.name)
    return node


def values_at(record: Mapping[str, Any], steps: tuple[Step, ...]) -> list[Any]:
    """Every value that a path leads to: several where it goes through lists."""
    nodes: list[Any] = [record]
    done: list[Any] = []
    for step in steps:
        below: list[Any] = []
        for node in nodes:
            if isinstance(node, str):
                node = inner(node)
            if not isinstance(node, dict):
                continue
            value = node.get(step.name)
            if step.rest in node and step.rest != step.name:
                done.append(node[step.rest])
            elif not step.listed:
                below.append(value)
            elif isinstance(value, list):
                below += [element for element in value if _chosen(element, step)]
        nodes = below
    return done + nodes


def _chosen(element: Any, step: Step) -> bool:
    if step.key is None:
        return True
    return isinstance(element, dict) and element.get(step.key) == step.value


def maps(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list; none of what is no list."""
    elements = value if isinstance(value, list) else ()
    return [element for element in elements if isinstance(element, Mapping)]


def inner(text: str) -> Any:
    """What a text of JSON holds; None where it is none."""
    if len(text) > LONGEST_INNER or not text.lstrip().startswith(("{", "[", '"')):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return inner(value) if isinstance(value, str) else value


def said(value: Any) -> Value:
    """A value as text; None for null and what is neither text nor number.

    Texts are names, times and numbers here: they are cut, so that nothing else is carried on.
    """
    if isinstance(value, str):
        short = value[:LONGEST_NAME]
        return short if short.isascii() else short.encode("utf-8", "replace").decode()
    if value is None or isinstance(value, dict | list):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
