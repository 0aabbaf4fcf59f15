"""Writing files so that a reader sees the old text or the new one, never half of either."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from costplan.problems import BadUsage


def write(path: Path, text: str) -> None:
    """Replace a file's text in one move. Raises BadUsage where the folder refuses it."""
    if path.is_dir():
        raise BadUsage(f"{path} is a folder, not a file")
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        mode = path.stat().st_mode if path.exists() else 0o666 & ~_umask()
        Path(temporary).chmod(mode & 0o777)
        Path(temporary).replace(path)
    except (OSError, ValueError) as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise BadUsage(f"{path} cannot be written: {reason}") from None


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
