"""Files of usage: which there are, what they are, and JSON records one by one.

Nothing is read whole: a line at a time, of at most ``LONGEST_LINE`` bytes, so that memory does not
grow with a file. A document of many lines (a page of an API, an indented export) is read whole up
to ``LARGEST_DOCUMENT``. What is no JSON is counted and passed over.
"""

from __future__ import annotations

import glob
import gzip
import io
import json
import os
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple

from costplan.problems import BadUsage
from costplan.store.files.boundary import stay
from costplan.store.files.text import READ, too_many_values

LONGEST_LINE = 16_000_000
LARGEST_DOCUMENT = 32_000_000
MOST_VALUES = 600_000
"""Values of a line or a document: as data each takes up to a hundred times its two bytes."""
NOT_JSON = "a line that is no JSON"
TOO_LONG = f"a line of more than {LONGEST_LINE // 1_000_000} MB"
TOO_MANY = f"a line of more than {MOST_VALUES:,} values"
NO_OBJECT = "a line of JSON that is no object"
BROKEN_STREAM = "a compressed file that ends early or is damaged"
ENDINGS = (".jsonl", ".json", ".ndjson", ".csv", ".parquet", ".log")
PACKED = ("", ".gz", ".zst")
Packing = Literal["none", "gzip", "zstd"]
Content = Literal["json", "csv", "parquet"]


class File(NamedTuple):
    """A file of usage. ``path`` None: standard input."""

    name: str
    path: Path | None


class Unread(NamedTuple):
    """What could not be read, in words that are counted."""

    why: str


def files_of(names: Iterable[str]) -> list[File]:
    """The files that names, folders and patterns stand for, each once, in order.

    A folder stands for every file below it that usage can be in. Raises BadUsage for a name that
    stands for none, and for one outside of ``--root``.
    """
    files: dict[str, File] = {}
    for name in names:
        if name == "-":
            files["-"] = File("standard input", None)
            continue
        for path in _matching(name):
            stay(path)
            files.setdefault(os.path.realpath(path), File(str(path), path))
    return list(files.values())


def _matching(name: str) -> list[Path]:
    path = Path(os.path.expanduser(name))
    try:
        if path.is_dir():
            below = sorted(file for file in path.rglob("*") if _is_usage(file))
            if not below:
                raise BadUsage(
                    f"{name} holds no file of usage", "files end in " + ", ".join(ENDINGS)
                )
            return below
        if path.exists() or not glob.has_magic(str(path)):
            if not path.exists():
                raise BadUsage(f"{name} does not exist", "name a file, a folder or a pattern")
            return [path]
        matched = sorted(glob.glob(str(path), recursive=True))
    except (OSError, ValueError) as error:  # a name that is too long, a NUL in it
        raise BadUsage(f"{name[:200]!r} cannot be read: {error}") from None
    files = [Path(match) for match in matched if os.path.isfile(match)]
    if not files:
        raise BadUsage(f"no file matches {name}", "quote the pattern; ** goes below folders")
    return files


def _is_usage(path: Path) -> bool:
    ends = tuple(end + packed for end in ENDINGS for packed in PACKED)
    return path.name.endswith(ends) and path.is_file()


def looked_at(file: File) -> tuple[Content, Packing]:
    """What a file is, by its first bytes. Raises BadUsage where it cannot be read."""
    if file.path is None:
        raise AssertionError("standard input is looked at where it is opened")
    packing = packing_of(_head(file.path))
    if packing == "gzip":
        with gzip.open(file.path) as stream:
            try:
                return content_of(stream.read(4096)), packing
            except (OSError, EOFError, zlib.error):
                return "json", packing
    if packing == "zstd":  # seen by its name: the engine unpacks it
        plain = file.path.name.removesuffix(".zst")
        return ("csv" if plain.endswith(".csv") else "json"), packing
    return content_of(_head(file.path)), packing


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            known = READ.get()
            if known is not None:
                state = os.fstat(stream.fileno())
                known.add((state.st_dev, state.st_ino))
            return stream.read(4096)
    except OSError as error:
        raise BadUsage(f"{path} cannot be read: {error.strerror or error}") from None


def packing_of(head: bytes) -> Packing:
    """How a file is compressed, by its first bytes."""
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    return "zstd" if head.startswith(b"\x28\xb5\x2f\xfd") else "none"


def content_of(head: bytes) -> Content:
    """What an unpacked file is, by its first bytes: Parquet, JSON, else a table of text."""
    if head.startswith(b"PAR1"):
        return "parquet"
    first = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    return "json" if first in (b"{", b"[") else "csv"


def records(file: File, packing: Packing) -> Iterator[Mapping[str, Any] | Unread]:
    """Every record of a file of JSON, and what is none."""
    try:
        if file.path is None:
            yield from of_stream(sys.stdin.buffer)
            return
        with ExitStack() as opened:
            stream: Any = opened.enter_context(file.path.open("rb"))
            if packing == "gzip":
                stream = opened.enter_context(gzip.open(stream))
            yield from of_stream(stream)
    except (OSError, EOFError, zlib.error) as error:
        if isinstance(error, OSError) and not isinstance(error, gzip.BadGzipFile):
            raise BadUsage(f"{file.name} cannot be read: {error.strerror or error}") from None
        yield Unread(BROKEN_STREAM)


def of_stream(stream: IO[bytes]) -> Iterator[Mapping[str, Any] | Unread]:
    """The records of a stream: JSON lines, or one document."""
    first = b""
    for first in _lines(stream):
        if first.strip():
            break
    opening = parsed(first)
    if not isinstance(opening, Unread) or first[:1] not in (b"{", b"["):
        yield from _of_value(opening)
        for line in _lines(stream):
            if line.strip():
                yield from _of_value(parsed(line))
        return
    text = first + stream.read(LARGEST_DOCUMENT)
    whole = parsed(text, LARGEST_DOCUMENT) if not stream.read(1) else Unread(TOO_LONG)
    if not isinstance(whole, Unread):
        yield from _of_value(whole)
        return
    for line in _lines(io.BytesIO(text)):
        if line.strip():
            yield from _of_value(parsed(line))
    del text
    for line in _lines(stream):
        if line.strip():
            yield from _of_value(parsed(line))


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    """Lines; of one that is too long its beginning alone, which is no JSON."""
    while line := stream.readline(LONGEST_LINE + 1):
        yield line
        while len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            line = stream.readline(LONGEST_LINE + 1)
            if not line:
                return


def parsed(line: bytes, most: int = LONGEST_LINE) -> Any:
    """The value of a line of JSON, or why it is not read."""
    if len(line) > most:
        return Unread(TOO_LONG)
    if too_many_values(line, MOST_VALUES):
        return Unread(TOO_MANY)
    try:
        return json.loads(line.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError):
        return Unread(NOT_JSON)


def _of_value(value: Any) -> Iterator[Mapping[str, Any] | Unread]:
    if isinstance(value, list):
        for element in value:
            yield element if isinstance(element, Mapping) else Unread(NO_OBJECT)
    elif isinstance(value, Mapping | Unread):
        yield value
    else:
        yield Unread(NO_OBJECT)
