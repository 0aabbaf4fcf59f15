"""Writing files so that a reader sees the old text or the new one, never half of either, and so
that of two writers neither undoes what the other did.

What is no plain file (a pipe, a device) is written to and never replaced; a link keeps its place
and the file it leads to is replaced.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from costplan.problems import BadUsage
from costplan.store.files.boundary import stay

MEND = "name a file in a folder that is there and that you may write to"
LONGEST_WAIT = 30.0
"""Seconds that a command waits for another one that changes the same file."""


class Busy(BadUsage):
    """Another process is writing there, or has just written."""


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """For a command that reads a file and writes it again: others that do so wait for it.

    What is locked is the file's folder, so that nothing is left beside the file; the system lets go
    when the process ends, however it ends. Raises Busy after ``LONGEST_WAIT``. A folder that cannot
    be locked (some network disks, one that is not there) is answered by ``write``.
    """
    folder = Path(os.path.realpath(path)).parent
    try:
        handle = _handle(folder)
    except OSError:
        yield
        return
    try:
        until = monotonic() + LONGEST_WAIT
        while not lock(handle):
            if monotonic() > until:
                raise Busy(f"another costplan is writing in {folder}", "run it again later")
            sleep(0.02)
        yield
    finally:
        os.close(handle)


def _handle(folder: Path) -> int:
    if os.name != "nt":
        return os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    from tempfile import gettempdir
    from zlib import crc32

    # Windows opens no folder: a file of the user's, named after it
    name = f"costplan-{crc32(str(folder).casefold().encode()):08x}.lock"
    return os.open(Path(gettempdir()) / name, os.O_RDWR | os.O_CREAT, 0o600)


def lock(handle: int) -> bool:
    """Try to lock an open file or folder; False where another process holds it."""
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except OSError:
            return False
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a disk without locks: alone as far as anyone can tell
        return True
    return True


def write(path: Path, content: str | bytes) -> None:
    """Replace what a file holds in one move; a text as UTF-8. Raises BadUsage where the folder
    refuses it."""
    stay(path, "write")
    temporary = None
    try:
        data = content.encode() if isinstance(content, str) else content
        if path.is_dir():
            raise BadUsage(f"{path} is a folder, not a file")
        if path.exists() and not path.is_file():
            with path.open("wb") as stream:
                stream.write(data)
            return
        if path.is_symlink():
            path = Path(os.path.realpath(path, strict=False))
        from tempfile import mkstemp  # 1 ms that only who writes pays

        handle, temporary = mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        mode = path.stat().st_mode if path.exists() else 0o666 & ~_umask()
        Path(temporary).chmod(mode & 0o777)
        Path(temporary).replace(path)
    except BaseException as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        if not isinstance(error, OSError | ValueError):
            raise  # an interrupt leaves nothing behind either
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise BadUsage(f"{path} cannot be written: {reason}", MEND) from None


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
