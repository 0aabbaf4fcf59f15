"""Plays the guides: what a block of a page shows is what its commands print, in its own folder.

    ```toml costplan.toml        a file of this name
    ```console                   commands after "$ ", and what they print

A line of "..." stands for lines left out. ``make docs`` writes the outputs anew, and
tests/test_guides.py compares them.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGES = [HERE / "quickstart.md", *sorted((HERE / "howto").glob("*.md"))]
BLOCK = re.compile(r"^```(?P<kind>\w+) ?(?P<name>[\w./-]*)\n(?P<body>.*?)^```$", re.M | re.S)
Run = Callable[[list[str], Path, dict[str, str]], tuple[str, int]]
"""Arguments of a command, its folder and its variables to what it prints and its exit code."""
WIDTH = "80"


def played(page: str, run: Run) -> str:
    """A page with what its commands print."""
    with tempfile.TemporaryDirectory() as name:
        scene = Scene(Path(name), run)
        return BLOCK.sub(scene.block, page)


class Scene:
    """What earlier blocks of a page left: files, variables, the last exit code."""

    def __init__(self, folder: Path, run: Run) -> None:
        self.folder, self.run = folder, run
        self.variables = {"COLUMNS": WIDTH}
        self.code = 0

    def block(self, match: re.Match[str]) -> str:
        """A block again: a file is written, commands are run."""
        if match["name"]:
            (self.folder / match["name"]).write_text(match["body"], encoding="utf-8")
        if match["kind"] != "console":
            return match[0]
        lines = [self.shown(*part) for part in parts(match["body"])]
        return f"```console\n{''.join(lines)}```"

    def shown(self, line: str, before: list[str]) -> str:
        """A command and what it prints, cut where the page cuts it."""
        said = self.said(line).splitlines()
        if "..." in before:
            at = before.index("...")
            left = len(before) - at - 1
            said = [*said[:at], "...", *(said[-left:] if left else [])]
        return "".join(f"{one}\n" for one in [f"$ {line}", *said])

    def said(self, line: str) -> str:
        """What a line of a shell prints: costplan, and the few words beside it that guides need."""
        command, *pipes = (shlex.split(part) for part in split(line.replace("\\\n", " ")))
        program, *arguments = command
        if program == "export":
            name, _, value = arguments[0].partition("=")
            self.variables[name] = value
            return ""
        if program == "cp":
            text = (self.folder / arguments[0]).read_text(encoding="utf-8")
            (self.folder / arguments[1]).write_text(text, encoding="utf-8")
            return ""
        if program == "cat":
            text = (self.folder / arguments[0]).read_text(encoding="utf-8")
        elif command == ["echo", "$?"]:
            text = f"{self.code}\n"
        else:
            assert program == "costplan", f"guides run costplan alone: {line}"
            text, self.code = self.run(arguments, self.folder, self.variables)
            text = text.replace(f"{self.folder.resolve()}/", "").replace(f"{self.folder}/", "")
        for pipe in pipes:
            text = piped(text, pipe)
        return text


def piped(text: str, pipe: list[str]) -> str:
    """What a filter lets through: head -N, tail -N, grep with -E or -A N."""
    lines = text.splitlines(keepends=True)
    match pipe:
        case ["head", count]:
            lines = lines[: int(count.removeprefix("-"))]
        case ["tail", count]:
            lines = lines[-int(count.removeprefix("-")) :]
        case ["grep", "-E", pattern] | ["grep", pattern]:
            lines = [line for line in lines if re.search(pattern, line)]
        case ["grep", "-A", count, pattern]:
            found = [at for at, line in enumerate(lines) if re.search(pattern, line)]
            lines = lines[found[0] : found[0] + 1 + int(count)] if found else []
        case _:
            raise AssertionError(f"guides have no such filter: {shlex.join(pipe)}")
    return "".join(lines)


def split(line: str) -> Iterator[str]:
    """The commands of a pipe; a bar in quotes is none."""
    part, quote = "", ""
    for character in line:
        if character in "'\"":
            quote = "" if quote == character else quote or character
        if character == "|" and not quote:
            yield part
            part = ""
        else:
            part += character
    yield part


def parts(body: str) -> Iterator[tuple[str, list[str]]]:
    """Each command of a block, with the lines that stand under it. A command goes on behind a
    backslash at the end of its line."""
    line, before = "", []
    for one in body.splitlines():
        if one.startswith("$ "):
            if line:
                yield line, before
            line, before = one[2:], []
        elif line.endswith("\\") and not before:
            line += f"\n{one}"
        else:
            before.append(one)
    if line:
        yield line, before


def as_process(arguments: list[str], folder: Path, variables: dict[str, str]) -> tuple[str, int]:
    """A command as a process of its own: its output, then its words."""
    ran = subprocess.run(
        [sys.executable, "-m", "costplan", *arguments],
        cwd=folder,
        env={
            "PATH": "",
            "HOME": str(folder),
            "PYTHONUTF8": "1",
            "PYTHONPATH": str(HERE.parent),
            **variables,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.stdout + ran.stderr, ran.returncode


def write() -> None:
    """Play every page, and write what it shows."""
    for page in PAGES:
        page.write_text(played(page.read_text("utf-8"), as_process), encoding="utf-8")
