"""The command line as its users have it: arguments, bytes and an environment in, bytes out.

``costplan`` runs a command inside the tests, ``process`` as a process of its own.
"""

from __future__ import annotations

import gc
import json
import os
import re
import subprocess
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import Context
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, NamedTuple, NoReturn

from costplan import cli

ROOT = Path(__file__).resolve().parents[2]
DAY = ("--as-of", "2026-11-22")
OURS = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "XDG_CONFIG_HOME", "PYTHONIOENCODING", "TERM")
NEEDED = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT")
"""Variables of the machine that a command may see: nobody's tokens, settings or colours."""
STREAMS = ("stdin", "stdout", "stderr", "__stdin__", "__stdout__", "__stderr__")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")

WORKLOAD = """\
name = "probe"
currency = "USD"

[traffic]
requests_per_month = 1_000

[[step]]
name = "answer"
model = "chat"
input_tokens = 1_000
output_tokens = 500

[stack.a]
chat = "openai/gpt-6.1-terra"
"""
"""One step, one stack: 1.00 of input and 2.50 of output a month on 2026-11-22."""


class Ran(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """Its output as JSON, every number a Decimal."""
        return json.loads(self.out, parse_float=Decimal, parse_int=Decimal)


Variables = Mapping[str, str | None]
"""Environment variables; a value of None takes one away."""


def environment(folder: Path, given: Variables | None = None) -> dict[str, str]:
    """What a command sees: what a program needs to be found, and what the test gives."""
    wanted: dict[str, str | None] = {name: os.environ.get(name) for name in NEEDED}
    wanted |= {"HOME": str(folder / "nobody"), "PYTHONUTF8": "1", **(given or {})}
    return {name: value for name, value in wanted.items() if value is not None}


def process(
    *arguments: str, folder: Path, stdin: str | bytes = b"", env: Variables | None = None
) -> Ran:
    """``python -m costplan`` as a process: for what only one shows, such as locale and streams."""
    ran = subprocess.run(
        [sys.executable, "-m", "costplan", *arguments],
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        cwd=folder,
        env=environment(folder, env),
        timeout=60,
        check=False,
    )
    return Ran(ran.returncode, ran.stdout.decode("utf-8"), ran.stderr.decode("utf-8"))


def costplan(
    *arguments: str, folder: Path, stdin: str | bytes = b"", env: Variables | None = None
) -> Ran:
    """Run ``costplan.cli.main`` in a folder, with nobody's own prices and no colour asked for.

    Fifty times faster than a process and the same to the command: its arguments, environment and
    folder are set, its descriptors 0 to 2 are files (so that a child such as git has them too), and
    context variables, the decimal context among them, begin anew. What a process alone decides
    (locale, a stream that is closed or breaks) is refused: ``process`` is for that.
    """
    for name in env or {}:
        assert not name.startswith(("PYTHON", "LC_", "LANG")), f"{name} needs a process"
    content = stdin.encode() if isinstance(stdin, str) else stdin
    with TemporaryFile() as given, TemporaryFile() as out, TemporaryFile() as err:
        given.write(content)
        given.seek(0)
        with (
            _surroundings(folder, environment(folder, env), arguments),
            _streams(given.fileno(), out.fileno(), err.fileno()),
        ):
            code = Context().run(_exit_code)
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode("utf-8"))
    return Ran(code, *texts)


def _exit_code() -> int:
    """The code that the interpreter would exit with, and on stderr what it would say."""
    was_on, hush = gc.isenabled(), cli._hush
    cli._hush = _no_hushing
    try:
        cli.main()
    except SystemExit as left:
        if left.code is None or isinstance(left.code, int):
            return left.code or 0
        print(left.code, file=sys.stderr)
        return 1
    except AssertionError:  # that of _no_hushing is the test's, and no words of the command
        raise
    except Exception:
        traceback.print_exc()
        return 1
    finally:
        cli._hush = hush
        if was_on:
            gc.enable()


def _no_hushing(*descriptors: int) -> NoReturn:
    raise AssertionError(f"descriptors {descriptors} broke: this test needs a process")


@contextmanager
def _surroundings(folder: Path, env: dict[str, str], arguments: Iterable[str]) -> Iterator[None]:
    """Folder, environment and arguments of a command, and those of the tests again after it."""
    before, outside, argv = os.getcwd(), dict(os.environ), sys.argv
    os.chdir(folder)
    try:
        os.environ.clear()
        os.environ.update(env)
        sys.argv = ["costplan", *arguments]
        yield
    finally:
        sys.argv = argv
        os.environ.clear()
        os.environ.update(outside)
        os.chdir(before)


@contextmanager
def _streams(*descriptors: int) -> Iterator[None]:
    """Descriptors 0 to 2 and Python's streams on these files, as UTF-8 mode opens them."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    python = {name: getattr(sys, name) for name in STREAMS}
    kept = [os.dup(number) for number in range(3)]
    try:
        for number, descriptor in enumerate(descriptors):
            os.dup2(descriptor, number)
        with (
            open(0, encoding="utf-8", errors="surrogateescape", closefd=False) as stdin,
            open(1, "w", encoding="utf-8", errors="surrogateescape", closefd=False) as stdout,
            open(2, "w", 1, encoding="utf-8", errors="backslashreplace", closefd=False) as stderr,
        ):
            for name, stream in zip(STREAMS, (stdin, stdout, stderr) * 2, strict=True):
                setattr(sys, name, stream)
            yield
    finally:
        for name, stream in python.items():
            setattr(sys, name, stream)
        for number, descriptor in enumerate(kept):
            os.dup2(descriptor, number)
            os.close(descriptor)


def files_below(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, hidden ones too, with what is in it."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
