"""Reading text from a disk or a pipe, with an answer for everything that can be there instead."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar

from costplan.problems import BadUsage, CostplanError, InvalidInput, Problem
from costplan.reading import collect, read

T = TypeVar("T")
LARGEST_FILE = 4_000_000
"""Bytes. A workload is a few kilobytes, the largest catalogue file under a megabyte."""
TOO_DEEP = 200


class DocumentError(CostplanError):
    """Everything wrong with one document, drawn with its places."""

    def __init__(self, name: str, text: str, problems: Iterable[Problem]) -> None:
        self.name, self.text, self.problems = name, text, tuple(problems)
        super().__init__("\n\n".join(self.drawn()))

    def drawn(self) -> list[str]:
        """Each problem with file, line, column, the line itself and a caret."""
        from costplan.store.positions import draw, locate

        shown = []
        for problem in self.problems:
            place = locate(self.text, problem.path, problem.part) if problem.path else None
            path = "" if place else f" ({'.'.join(map(str, problem.path))})" if problem.path else ""
            message = _with_subject(problem) + path
            shown.append(draw(self.name, self.text, place, message, problem.hint))
        return shown


def _with_subject(problem: Problem) -> str:
    """The message, led by the key it is about where it begins with a verb."""
    if not problem.message.startswith(("must ", "is ")):
        return problem.message
    keys = [key for key in problem.path if isinstance(key, str)]
    return f"'{keys[-1]}' {problem.message}" if keys else problem.message


def read_file(path: Path) -> str:
    """A file's text. Raises BadUsage for what is not a readable UTF-8 text file of sane size."""
    try:
        if path.is_dir():
            raise BadUsage(f"{path} is a folder, not a file")
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise BadUsage(f"{path} does not exist") from None
    except OSError as error:
        raise BadUsage(f"{path} cannot be read: {error.strerror or error}") from None
    except ValueError as error:  # a NUL in the name
        raise BadUsage(f"{str(path)!r} is not a file name: {error}") from None
    return decode(data, str(path))


def read_stdin() -> str:
    """The text on standard input. Raises BadUsage as ``read_file``."""
    return decode(sys.stdin.buffer.read(LARGEST_FILE + 1), "standard input")


def decode(data: bytes, name: str) -> str:
    """Bytes as UTF-8 text, a byte order mark left out. Raises BadUsage."""
    if len(data) > LARGEST_FILE:
        raise BadUsage(f"{name} is larger than {LARGEST_FILE // 1_000_000} MB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadUsage(f"{name} is not UTF-8 text (byte {error.start})") from None


def parse_toml(name: str, text: str) -> dict[str, Any]:
    """TOML as plain data, numbers as int and Decimal. Raises DocumentError or BadUsage."""
    try:
        return tomllib.loads(text, parse_float=_decimal)
    except tomllib.TOMLDecodeError as error:
        raise DocumentSyntaxError(name, text, error) from None
    except (ValueError, InvalidOperation) as error:  # a number of thousands of digits
        raise BadUsage(f"{name}: {error}", "numbers here have at most 28 digits") from None
    except RecursionError:
        raise BadUsage(f"{name} nests too deeply") from None


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace("_", ""))


class DocumentSyntaxError(CostplanError):
    """A text that is not TOML."""

    def __init__(self, name: str, text: str, error: tomllib.TOMLDecodeError) -> None:
        from costplan.store.positions import draw, syntax_place

        message = str(error).split(" (at ")[0]
        super().__init__(draw(name, text, syntax_place(error, text), f"not TOML: {message}", None))


def collect_document(
    kind: type[T], name: str, data: Mapping[str, Any]
) -> tuple[T | None, list[Problem]]:
    """Plain data as a ``kind`` with every problem of it. Raises BadUsage for a bottomless one."""
    try:
        return collect(kind, data)
    except RecursionError:
        raise BadUsage(f"{name} nests too deeply") from None


def read_document(kind: type[T], name: str, text: str, data: Mapping[str, Any]) -> T:
    """Plain data as a ``kind``. Raises DocumentError with every problem and its place."""
    try:
        return read(kind, data)
    except InvalidInput as error:
        raise DocumentError(name, text, error.problems) from None
    except RecursionError:
        raise BadUsage(f"{name} nests too deeply") from None
