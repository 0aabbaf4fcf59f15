"""Whether files that a result rests on were saved since it was made."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

Signature = tuple[tuple[str, int, int, int], ...]


def signature(paths: Iterable[Path | None]) -> Signature:
    """What changes when one of the files, or one below one of the folders, is saved, comes or goes.

    A file that is replaced in one move has another inode; one written in place another time.
    """
    return tuple(_states(paths))


def _states(paths: Iterable[Path | None]) -> Iterator[tuple[str, int, int, int]]:
    for path in paths:
        if path is None:
            continue
        try:
            state = os.stat(path)
        except OSError:  # not there, or between two names
            yield str(path), 0, 0, 0
            continue
        yield str(path), state.st_mtime_ns, state.st_size, state.st_ino
        if path.is_dir():
            try:
                inside = sorted(Path(entry.path) for entry in os.scandir(path))
            except OSError:
                continue
            yield from _states(path for path in inside if not path.name.startswith("."))
