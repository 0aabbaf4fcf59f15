"""Refreshed prices on disk: whole generations of files, and one pointer that names the current one.

    <folder>/refreshed/current                     the name of a generation
    <folder>/refreshed/<generation>/sums           checksum, length and name of every file
    <folder>/refreshed/<generation>/sources.json   what each source quoted, for the next refresh
    <folder>/refreshed/<generation>/tokens/*.toml

A generation is written beside the others, made durable, and only then does ``current`` change, by
a rename: a reader sees the old prices or the new ones, and a process killed at any moment leaves
the old ones. The generation before stays, for readers that have just looked; older and half-written
ones go with the next refresh.
"""

from __future__ import annotations

import os
import re
import shutil
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from costplan.problems import BadUsage
from costplan.store.files.boundary import stay
from costplan.store.files.writing import Busy, lock

FOLDER = "refreshed"
POINTER = "current"
SUMS = "sums"
SOURCES = "sources.json"
NAME = r"[0-9a-f]{16}"
READ = (".toml", f"{FOLDER}/{POINTER}", f"/{SUMS}")
"""How the paths end that a bill reads of a catalogue folder with refreshed prices in it."""
AGAIN = (
    "'costplan pricing refresh' writes it anew; removing the folder goes back to the prices below"
)


def current(folder: Path) -> str | None:
    """The generation that a catalogue folder's refreshed prices are at; None where it has none.

    Raises BadUsage for a pointer that names nothing.
    """
    pointer = folder / FOLDER / POINTER
    stay(pointer)
    try:
        if pointer.exists() and not pointer.is_file():
            raise BadUsage(f"{pointer} does not name a refresh", AGAIN)
        name = pointer.read_bytes()[:100].decode("ascii", "replace").strip()
    except (FileNotFoundError, NotADirectoryError):
        if pointer.is_symlink() or pointer.parent.is_symlink():
            raise BadUsage(f"{pointer} is a link to nothing", AGAIN) from None
        return None
    except OSError as error:
        reason = error.strerror or str(error)
        raise BadUsage(f"{folder}: {reason} (reading {FOLDER}/{POINTER})") from None
    if not re.fullmatch(NAME, name):
        raise BadUsage(f"{pointer} does not name a refresh", AGAIN)
    if not (folder / FOLDER / name / SUMS).is_file():
        raise BadUsage(f"{pointer} names the refresh {name}, which is not there", AGAIN)
    return name


def sums(root: Path) -> Mapping[str, str]:
    """The checksum of every file of a generation, by its path in it. Raises BadUsage."""
    stay(root / SUMS)
    try:
        lines = (root / SUMS).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise BadUsage(f"{root / SUMS} cannot be read", AGAIN) from None
    return {name: total for total, _, name in (line.partition("  ") for line in lines)}


def checksum(text: str) -> str:
    """What tells an edited or half-copied file. Without a key no checksum tells a forged one, so
    it is the one that costs a command no import."""
    data = text.encode()
    return f"{zlib.crc32(data):08x}-{len(data)}"


def name_of(files: Mapping[str, str]) -> str:
    """The name of a generation: it follows from what is in it."""
    from hashlib import sha256

    digest = sha256()
    for path in sorted(files):
        for part in (path, files[path]):
            data = part.encode()
            digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()[:16]


def write(folder: Path, files: Mapping[str, str], replaced: str | None) -> str:
    """Make ``files`` the current generation, in place of the generation ``replaced``.

    Raises Busy where another refresh came between, and BadUsage where the system refuses.
    """
    root = folder / FOLDER
    stay(root, "write")
    name = name_of(files)
    if name == replaced:
        return name
    try:
        root.mkdir(parents=True, exist_ok=True)
        with _alone(root):
            if pointed(folder) != replaced:
                raise Busy(f"another refresh has just changed {root}", "run it again")
            _clear(root, keep={replaced})
            _put(root, name, files)
            _point(root, name)
            _clear(root, keep={name, replaced})
    except OSError as error:
        named = error.filename or root
        raise BadUsage(f"{named} cannot be written: {error.strerror or error}") from None
    return name


def pointed(folder: Path) -> str | None:
    """As ``current``, and None for a pointer that names nothing."""
    try:
        return current(folder)
    except BadUsage:
        return None


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Holds a lock that the system lets go of when its process ends, however it ends."""
    handle = os.open(root / "lock", os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o666)
    try:
        if not lock(handle):
            raise Busy(f"another refresh is writing to {root}", "run it again later")
        yield
    finally:
        os.close(handle)


def _put(root: Path, name: str, files: Mapping[str, str]) -> None:
    """Write a generation under a name that no reader knows, then give it its own."""
    making = root / f".{name}"
    listing = "".join(f"{checksum(files[path])}  {path}\n" for path in sorted(files))
    for path, text in {**files, SUMS: listing}.items():
        where = making / path
        where.parent.mkdir(parents=True, exist_ok=True)
        _durable(where, text)
    for inner in {making / path for path in files}:
        _settle(inner.parent)
    _settle(making)
    making.rename(root / name)
    _settle(root)


def _point(root: Path, name: str) -> None:
    fresh = root / f".{POINTER}"
    _durable(fresh, name + "\n")
    fresh.replace(root / POINTER)
    _settle(root)


def _durable(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _settle(folder: Path) -> None:
    """Make the names in a folder durable, where the system can."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _clear(root: Path, keep: Iterable[str | None]) -> None:
    """Remove generations that nobody names: older ones, and what a killed process half wrote."""
    for path in root.iterdir():
        if path.name in keep or not re.fullmatch(NAME, path.name.removeprefix(".")):
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
