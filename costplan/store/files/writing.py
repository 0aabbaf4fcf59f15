"""Writing files so that a reader sees the old text or the new one, never half of either.

What is no plain file (a pipe, a device) is written to and never replaced; a link keeps its place
and the file it leads to is replaced.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from costplan.problems import BadUsage
from costplan.store.files.boundary import stay

MEND = "name a file in a folder that is there and that you may write to"


def write(path: Path, text: str) -> None:
    """Replace a file's text in one move. Raises BadUsage where the folder refuses it."""
    stay(path, "write")
    temporary = None
    try:
        if path.is_dir():
            raise BadUsage(f"{path} is a folder, not a file")
        if path.exists() and not path.is_file():
            with path.open("w", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
            return
        if path.is_symlink():
            path = Path(os.path.realpath(path, strict=False))
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
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
