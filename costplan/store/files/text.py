"""Reading text from a disk or a pipe, with an answer for everything that can be there instead."""

from __future__ import annotations

import os
import re
import sys
from codecs import BOM_UTF8
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from decimal import Decimal, InvalidOperation
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from costplan.problems import BadUsage, CostplanError, InvalidInput, Problem, nearest
from costplan.quantity import spoken, toml_number
from costplan.record import collect, read
from costplan.store.files.boundary import is_linked, stay

if TYPE_CHECKING:
    import tomli

T = TypeVar("T")
LARGEST_FILE = 4_000_000
"""Bytes. A workload is a few kilobytes, the largest catalogue file under a megabyte."""
MOST_SHOWN = 20
"""Problems that are printed: a file of the wrong kind would have one for every line."""
EXPONENTS = range(-100, 1_000_000)
"""Above them Decimal overflows before a limit can be checked; below them nothing is meant."""
_PART = r"""(?:[\w-]++|"(?:[^"\\\n]++|\\.)*+"|'[^'\n]*+')"""
DEEP_KEY = re.compile(rf"^[ \t\[]*+(?:{_PART}[ \t]*+\.[ \t]*+){{100}}", re.M)
"""A dotted key of a hundred parts: a file of keys of a thousand takes ten seconds."""
MANY_DIGITS = r"[0-9][0-9_]{4000,}"
MANY_BITS = re.compile(r"0[xob][0-9a-fA-F_]{1000,}")
"""Python reads these at any length, and then takes minutes to compute with them."""


ELSEWHERE = "the file that this link leads to is not sound"
LINKED = "what is wrong is said of the file itself, or without --root"


class DocumentError(CostplanError):
    """Everything wrong with one document, drawn with its places."""

    def __init__(self, name: str, text: str, problems: Iterable[Problem]) -> None:
        self.name, self.text, self.problems = name, text, tuple(problems)
        super().__init__("\n\n".join(self.drawn()))

    def drawn(self) -> list[str]:
        """Each problem with file, line, column, the line itself and a caret."""
        from costplan.store.files.positions import draw, locate

        shown = []
        for problem in self.problems[:MOST_SHOWN]:
            place = locate(self.text, problem.path, problem.part) if problem.path else None
            path = "" if place else f" ({'.'.join(map(str, problem.path))})" if problem.path else ""
            if is_linked(Path(self.name)):  # nothing of what it holds
                shown.append(draw(self.name, "", place, ELSEWHERE, LINKED))
                continue
            message = with_subject(problem) + path
            shown.append(draw(self.name, self.text, place, message, problem.hint))
        left = len(self.problems) - MOST_SHOWN
        if left > 0:
            shown.append(f"error: and {left:,} more in {self.name}")
        return shown


def with_subject(problem: Problem) -> str:
    """The message, led by the key it is about where it begins with a verb."""
    if not problem.message.startswith(("must ", "is ", "has ")):
        return problem.message
    keys = [key for key in problem.path if isinstance(key, str)]
    return f"'{keys[-1]}' {problem.message}" if keys else problem.message


READ: ContextVar[set[tuple[int, int]] | None] = ContextVar("read", default=None)
"""The files that were read, by device and number, where somebody wants to know: an output must not
replace one of them."""


def read_file(path: Path) -> str:
    """A file's text. Raises BadUsage for what is not a readable UTF-8 text file of sane size."""
    return decode(read_bytes(path), str(path))


def read_kept(path: Path) -> str:
    """As ``read_file``, for a file that a folder held and nobody named: a pipe there would be
    waited for without end, and a device has none."""
    try:
        plain = path.is_file() or not path.exists()
    except (OSError, ValueError):
        plain = True  # reading says it better
    if not plain and not path.is_dir():
        raise BadUsage(f"{path} is no plain file but a pipe or a device", "take it away")
    return read_file(path)


def read_bytes(path: Path, most: int = LARGEST_FILE) -> bytes:
    """A file's first bytes, one more than ``most`` where it has them. Raises BadUsage."""
    stay(path)
    try:
        if path.is_dir():
            raise BadUsage(f"{path} is a folder, not a file", "name a file in it")
        with path.open("rb") as file:
            known = READ.get()
            if known is not None:
                state = os.fstat(file.fileno())
                known.add((state.st_dev, state.st_ino))
            return file.read(most + 1)
    except FileNotFoundError:
        raise BadUsage(f"{path} does not exist", _beside(path)) from None
    except OSError as error:
        reason = error.strerror or error
        raise BadUsage(
            f"{path} cannot be read: {reason}", "name a file that you may read"
        ) from None
    except ValueError as error:  # a NUL in the name
        raise BadUsage(f"{str(path)!r} is not a file name: {error}") from None


MOST_NAMES = 1_000


def _beside(path: Path) -> str:
    """A file of nearly that name, where one is there; its ending alone brings none near."""
    try:
        with os.scandir(path.parent) as files:
            stems = {Path(file.name).stem: file.name for file in islice(files, MOST_NAMES)}
    except (OSError, ValueError):
        stems = {}
    near = [str(path.parent / stems[stem]) for stem in nearest(path.stem, stems)]
    if not near:
        return "name a file that is there"
    return "did you mean " + " or ".join(f"'{name}'" for name in near) + "?"


def read_stdin() -> str:
    """The text on standard input. Raises BadUsage as ``read_file``."""
    return decode(stdin_bytes(), "standard input")


def stdin_bytes(most: int = LARGEST_FILE) -> bytes:
    """The first bytes of standard input, one more than ``most`` where it has them. Raises
    BadUsage."""
    if sys.stdin is None:
        raise BadUsage("standard input is closed", "name a file")
    try:
        return sys.stdin.buffer.read(most + 1)
    except OSError as error:  # a folder, or a terminal that went away
        raise BadUsage(f"standard input cannot be read: {error.strerror or error}") from None


def decode(data: bytes, name: str, most: int = LARGEST_FILE) -> str:
    """Bytes as UTF-8 text, a byte order mark left out. Raises BadUsage."""
    if len(data) > most:
        raise BadUsage(
            f"{name} is larger than {most // 1_000_000} MB", "it is no file that costplan reads"
        )
    try:
        return data.removeprefix(BOM_UTF8).decode()  # utf-8-sig is written in Python
    except UnicodeDecodeError as error:
        hint = "save it as UTF-8"
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            hint = "it begins like UTF-16: save it as UTF-8"
        raise BadUsage(f"{name} is not UTF-8 text (byte {error.start + 1})", hint) from None


MOST_VALUES = 600_000
"""Values of a text, counted by what stands between them. As data each takes up to a hundred times
its two bytes: 60 MB of ``[],`` were 1.4 GB."""


MOST_TOML_VALUES = 100_000
"""Likewise of TOML, which people write: three times the largest file of the shipped catalogue."""


def too_many_values(text: str | bytes, most: int = MOST_VALUES) -> bool:
    """Whether a text of JSON or TOML can hold more values than are read. Counts before parsing, and
    commas within strings too: no document of ours comes near."""
    if isinstance(text, str):
        return sum(map(text.count, "[{,=")) > most
    return sum(map(text.count, (b"[", b"{", b",", b"="))) > most


def parse_toml(name: str, text: str) -> dict[str, Any]:
    """TOML as plain data, numbers as int and Decimal.

    Raises DocumentSyntaxError, or BadUsage for what no document of ours holds.
    """
    import tomli  # saved documents are read without it

    if too_many_values(text, MOST_TOML_VALUES):
        raise BadUsage(f"{name} holds more than {MOST_TOML_VALUES:,} values", "split it")
    if DEEP_KEY.search(text):
        raise BadUsage(f"{name} nests too deeply")
    if wide := MANY_BITS.search(text):
        raise _too_wide(name, text, wide[0])
    try:
        data = tomli.loads(text, parse_float=_decimal)
    except tomli.TOMLDecodeError as error:
        raise DocumentSyntaxError(name, text, error) from None
    except _BadNumber as error:
        raise BadUsage(f"{_where(name, text, error.text)}: {error}", MEND_NUMBER) from None
    except ValueError as error:  # Python reads no integer of thousands of digits
        digits = re.search(MANY_DIGITS, text)
        if digits is None:
            raise BadUsage(f"{name}: {error}") from None
        raise _too_wide(name, text, digits[0]) from None
    except RecursionError:
        raise BadUsage(f"{name} nests too deeply") from None
    if _nests_deeper(data, DEEPEST):
        raise BadUsage(f"{name} nests too deeply")
    return data


DEEPEST = 100
"""Tables and arrays within each other. Ours have ten; whoever walks a file calls itself for each,
and forty keys of a hundred parts are four thousand."""


def _nests_deeper(data: Mapping[str, Any], most: int) -> bool:
    level: list[Any] = [data]
    for _ in range(most):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, (dict, list))
        ]
        if not level:
            return False
    return True


MEND_NUMBER = "numbers here are 0, or between 1e-100 and 1e15"


class _BadNumber(ValueError):
    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"{text[:40]} cannot be computed with")


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text.replace("_", ""))
    except InvalidOperation:
        raise _BadNumber(text) from None
    if number.is_finite() and number and number.adjusted() not in EXPONENTS:
        raise _BadNumber(text)
    return number


def _too_wide(name: str, text: str, number: str) -> BadUsage:
    where = _where(name, text, number)
    return BadUsage(f"{where}: a number of {len(number):,} digits", MEND_NUMBER)


def _where(name: str, text: str, part: str) -> str:
    """The file and the line on which a part of its text first stands."""
    at = text.find(part)
    return f"{name}:{text.count(chr(10), 0, at) + 1}" if at >= 0 else name


class DocumentSyntaxError(CostplanError):
    """A text that is not TOML."""

    def __init__(self, name: str, text: str, error: tomli.TOMLDecodeError) -> None:
        from costplan.store.files.positions import draw, open_bracket, syntax_place

        place = syntax_place(error)
        if is_linked(Path(name)):
            super().__init__(draw(name, "", place, ELSEWHERE, LINKED))
            return
        message, hint = _in_words(error.msg)
        if message.startswith("Unclosed") and (opened := open_bracket(error)):
            hint = f"a comma is missing before it, or what line {opened.line} opens is not closed"
        hint = hint or _as_people_write(text, place.line)
        super().__init__(draw(name, text, place, f"not TOML: {message}", hint))


def _in_words(message: str) -> tuple[str, str | None]:
    """The parser's message for someone who does not know the parser, and the remedy."""
    names = re.match(r"Cannot (?:declare|redefine|mutate)\b.*?(\(.*\))", message, re.S)
    if names:
        from ast import literal_eval

        from costplan.workload.paths import dotted  # a file that is sound loads no workload for it

        table = dotted(literal_eval(names[1]))
        return f"the table '{table}' is there already", "write each table once, with all its keys"
    if message.startswith(("Cannot overwrite", "Duplicate inline table key")):
        return "this key or table is there already", "write each key and each table once"
    return message, None


def _as_people_write(text: str, line: int) -> str | None:
    """How TOML has the number of a line that ends in one, such as 50,000, 6k or 97 %."""
    value = text.split("\n")[line - 1].partition("=")[2].partition("#")[0]
    meant = spoken(value)
    return None if meant is None else f"write {toml_number(meant)}"


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
