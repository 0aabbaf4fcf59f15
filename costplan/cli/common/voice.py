"""How much a command says beside its data: notes, none of them, or also which files it read."""

from __future__ import annotations

import sys
from contextvars import ContextVar
from pathlib import Path
from time import perf_counter
from typing import Any

from costplan.problems import BadUsage

QUIET: ContextVar[bool] = ContextVar("quiet", default=False)
PROGRAM = (".py", ".pyc", ".pyd", ".so", ".dylib", ".dll", ".pth", ".tzdata", ".zip")
SYSTEM = ("/dev/", "/proc/", "/sys/", "/usr/share/zoneinfo", "/usr/lib/")
MANY = 4
"""Files of one folder from which on they are counted and not named."""


def note(text: str) -> None:
    """A word on stderr that no data and no error is, unless ``--quiet`` asks for silence."""
    if not QUIET.get():
        print(text, file=sys.stderr)


def speak(context: Any, quiet: bool, verbose: bool) -> None:
    """Set how much is said until the command ends; what is said of files is said then.

    Of a flag and a variable that contradict each other the flag counts. Raises BadUsage for two
    flags, and for two variables.
    """
    if quiet and verbose:
        flags = [
            context.get_parameter_source(name).name == "COMMANDLINE"
            for name in ("quiet", "verbose")
        ]
        if flags[0] == flags[1]:
            raise BadUsage("both --quiet and --verbose are asked for", "leave one of them out")
        quiet, verbose = flags
    if quiet:
        token = QUIET.set(True)
        context.call_on_close(lambda: QUIET.reset(token))
    if verbose:
        log = Log()
        context.call_on_close(log.tell)


class Log:
    """What the program opened, ran and connected to from now on, as the interpreter reports it."""

    def __init__(self) -> None:
        self.began = perf_counter()
        self.read: dict[str, None] = {}
        self.reached: dict[str, None] = {}
        self.listening = True
        sys.addaudithook(self._heard)

    def tell(self) -> None:
        """Everything heard, on stderr, and nothing further."""
        from costplan.problems import clean

        self.listening = False  # a hook cannot be taken away
        for line in self.lines():
            print(clean(line), file=sys.stderr)

    def _heard(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self.listening:
            return
        if event == "open":
            path, mode = arguments[0], arguments[1]
            if isinstance(path, str) and isinstance(mode, str) and "r" in mode:
                self.read.setdefault(path)
        elif event == "subprocess.Popen":
            self.reached.setdefault(f"ran {Path(str(arguments[0])).name}")
        elif event == "socket.getaddrinfo":
            self.reached.setdefault(f"connected to {arguments[0]}")

    def lines(self) -> list[str]:
        """Files by folder with their sizes, then the rest, then the time. Paths are as given."""
        took = perf_counter() - self.began
        files = [Path(name) for name in self.read if _data(name)]
        folders: dict[Path, list[Path]] = {}
        for path in files:
            folders.setdefault(_folder(path), []).append(path)
        said: list[str] = []
        for folder, inside in folders.items():
            if len(inside) >= MANY:
                said.append(f"read {len(inside)} files in {folder}, {_size(inside)}")
            else:
                said += [f"read {path}, {_size([path])}" for path in inside]
        return [*said, *self.reached, f"took {took * 1000:,.0f} ms"]


def _data(name: str) -> bool:
    return not name.endswith(PROGRAM) and not name.startswith(SYSTEM)


def _folder(path: Path) -> Path:
    """A catalogue's folder for a file in one of its categories, else the file's own."""
    grand = path.parent.parent
    return grand if grand.name == "pricing" else path.parent


def _size(paths: list[Path]) -> str:
    size = 0
    for path in paths:
        try:
            size += path.stat().st_size
        except OSError:  # gone since
            continue
    return f"{size:,} bytes" if size < 10_000 else f"{size / 1000:,.0f} kB"
