"""Saved documents: JSON from a disk or a pipe, checked before anything is drawn from it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from costplan.document.kinds import Saved, SavedResult, is_result
from costplan.document.saved import REMEDY, parse, parse_result
from costplan.problems import BadUsage, InvalidInput, Problem
from costplan.store.files.boundary import is_linked, refuse_link
from costplan.store.files.text import (
    ELSEWHERE,
    LINKED,
    MOST_SHOWN,
    MOST_VALUES,
    DocumentError,
    decode,
    read_bytes,
    stdin_bytes,
    too_many_values,
)

T = TypeVar("T")

LARGEST_DOCUMENT = 64 * 1024 * 1024
"""Bytes. A document of ours ends sooner, at ``MOST_VALUES``: some twenty thousand lines."""
FEWER = "save fewer stacks in one document: --stack NAME"
AGAIN = "save it again with --format json: a document that was edited is not read"


class SavedError(DocumentError):
    """Everything wrong with one saved document, each with its path in the data."""

    def __init__(self, name: str, problems: Sequence[Problem]) -> None:
        super().__init__(name, "", problems)

    def drawn(self) -> list[str]:
        """Each problem with the file, the path to it, and how to mend it."""
        from costplan.store.files.positions import draw

        if is_linked(Path(self.name)):
            return [draw(self.name, "", None, ELSEWHERE, LINKED)]
        shown = [
            draw(
                self.name,
                "",
                None,
                _said(problem),
                problem.hint or AGAIN,
            )
            for problem in self.problems[:MOST_SHOWN]
        ]
        left = len(self.problems) - MOST_SHOWN
        if left > 0:
            shown.append(f"error: and {left} more of the kind in {self.name}")
        return shown


def open_all(patterns: Iterable[str]) -> list[Saved | SavedResult]:
    """The documents and results of files, of ``-``, and of patterns such as ``out/**/*.json``; each
    file once.

    Raises as ``open_document``, and BadUsage for a pattern that matches nothing.
    """
    return [read_any(*_text_of(name)) for name in _expanded(patterns)]


def _expanded(patterns: Iterable[str]) -> list[str]:
    from glob import glob, has_magic

    by_file: dict[str, str] = {}
    for pattern in patterns:
        names = [pattern]
        if pattern != "-" and has_magic(pattern) and not Path(pattern).exists():
            names = sorted(name for name in glob(pattern, recursive=True) if Path(name).is_file())
            if not names:
                raise BadUsage(f"no file matches '{pattern}'", REMEDY)
        for name in names:
            by_file.setdefault(name if name == "-" else os.path.realpath(name), name)
    return list(by_file.values())


def open_document(name: str) -> Saved:
    """The document saved in a file, or on standard input (``-``).

    Raises BadUsage for what cannot be read or is no document, SavedError for a faulty one.
    """
    return read_saved(*_text_of(name))


def _text_of(name: str) -> tuple[str, str]:
    """How a file, or ``-`` for standard input, is called, and its text."""
    if name == "-":
        shown, data = "standard input", stdin_bytes(LARGEST_DOCUMENT)
    else:
        shown, data = name, read_bytes(Path(name), LARGEST_DOCUMENT)
    return shown, decode(data, shown, LARGEST_DOCUMENT)


def read_saved(shown: str, text: str) -> Saved:
    """The document of a text that was read from somewhere. Raises as ``open_document``."""
    if not text.strip():
        raise BadUsage(f"{shown} is empty", REMEDY)
    given = parse_json(shown, text)
    return Saved(shown, _sound(shown, lambda: parse(given)))


def read_any(shown: str, text: str) -> Saved | SavedResult:
    """The document or result of a text that was read. Raises as ``open_document``."""
    if not text.strip():
        raise BadUsage(f"{shown} is empty", REMEDY)
    given = parse_json(shown, text)
    if is_result(given):
        return SavedResult(shown, _sound(shown, lambda: parse_result(given)))
    return Saved(shown, _sound(shown, lambda: parse(given)))


def open_text(name: str) -> Saved | SavedResult | str:
    """A saved document or result, or the text of a file that is neither, such as Markdown.

    ``-`` is standard input. Raises as ``open_document``.
    """
    refuse_link(Path(name))
    shown, text = _text_of(name)
    if not text.strip():
        raise BadUsage(f"{shown} is empty", "name a saved document, or Markdown")
    return read_any(shown, text) if text.lstrip().startswith("{") else text


def _sound(shown: str, work: Callable[[], T]) -> T:
    """What ``work`` parses, its faults named after the file."""
    try:
        return work()
    except BadUsage as error:
        raise BadUsage(f"{shown} {error.message}", error.hint) from None
    except InvalidInput as error:
        raise SavedError(shown, error.problems) from None


def parse_json(name: str, text: str) -> Any:
    """JSON as plain data, every number a Decimal. Raises BadUsage with line and column."""
    if too_many_values(text):
        raise BadUsage(f"{name} holds more than {MOST_VALUES:,} values", FEWER)
    try:
        return json.loads(
            text,
            parse_float=Decimal,
            parse_int=Decimal,
            parse_constant=_constant,
            object_pairs_hook=_once,
        )
    except json.JSONDecodeError as error:
        place = f"{name}:{error.lineno}:{error.colno}"
        message = error.msg[0].lower() + error.msg[1:]
        raise BadUsage(f"{place}: not JSON: {message}", REMEDY) from None
    except _Refused as error:
        raise BadUsage(f"{name}: {error}", REMEDY) from None
    except InvalidOperation:
        raise BadUsage(f"{name} holds a number that cannot be computed with", REMEDY) from None
    except RecursionError:
        raise BadUsage(f"{name} nests too deeply", REMEDY) from None


class _Refused(ValueError):
    """What JSON may hold and no document does."""


def _constant(text: str) -> NoReturn:
    raise _Refused(f"{text} is not a number that a bill can hold")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object; a key that stands twice would hide one of its values."""
    mapping = dict(pairs)
    if len(mapping) != len(pairs):
        last = {key: at for at, (key, _) in enumerate(pairs)}
        twice = next(key for at, (key, _) in enumerate(pairs) if last[key] != at)
        raise _Refused(f"the key {twice[:40]!r} stands twice in one object")
    return mapping


def _said(problem: Problem) -> str:
    """The path to a problem, as ``estimates[0].total_monthly``, and what is wrong there."""
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in problem.path)
    between = " " if problem.message.startswith(("must ", "is ", "has ", "and ")) else ": "
    return f"{path.lstrip('.') or 'the document'}{between}{problem.message}"
