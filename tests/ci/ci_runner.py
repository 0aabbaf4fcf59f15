"""A real repository, and the environment that a runner of GitHub sets around a script."""

from __future__ import annotations

import atexit
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from comment_hosts import TOKEN
from forks import launcher
from run import OURS, ROOT, WORKLOAD

SCRIPT = ROOT / "ci" / "github.sh"
DAY = "2026-11-22"
BUDGET = "\n[budget]\nmonthly_total = 4\n"
BASE = WORKLOAD + BUDGET
"""3.50 a month on DAY: 1,000 requests of 1,000 tokens at 1.00 and 500 at 5.00 a million."""
HEAD = BASE.replace("output_tokens = 500", "output_tokens = 700")
"""4.50 a month: denied by the budget of 4."""
GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@test",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@test",
    "GIT_AUTHOR_DATE": f"{DAY}T12:00:00Z",
    "GIT_COMMITTER_DATE": f"{DAY}T12:00:00Z",
}


def git(folder: Path, *arguments: str) -> str:
    """What git says in a folder, without anybody's own settings, on DAY."""
    ran = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env={**os.environ, **GIT},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def commit(folder: Path, message: str, **files: str | None) -> str:
    """A commit in which files have these texts (None: are gone); its hash."""
    for name, text in files.items():
        path = folder / name
        if text is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    git(folder, "add", "-A")
    git(folder, "commit", "--quiet", "--allow-empty", "-m", message)
    return git(folder, "rev-parse", "HEAD")


def repository(folder: Path, *texts: str | None, name: str = "costplan.toml") -> list[str]:
    """A repository with a commit for each text of the workload, oldest first; their hashes.

    One in an empty folder is a copy of the first that was asked for with these texts."""
    if folder.exists() and any(folder.iterdir()):
        git(folder, "init", "--quiet", "--initial-branch=main")
        return _committed(folder, texts, name)
    template, hashes = _template(texts, name)
    shutil.copytree(template, folder, symlinks=True, dirs_exist_ok=True)
    return list(hashes)


@cache
def _template(texts: tuple[str | None, ...], name: str) -> tuple[Path, tuple[str, ...]]:
    folder = Path(tempfile.mkdtemp(prefix="costplan-repository-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    return folder, tuple(_committed(folder, texts, name))


def _committed(folder: Path, texts: tuple[str | None, ...], name: str) -> list[str]:
    made = []
    for at, text in enumerate(texts):
        files = {"README": str(at)} if text is None else {"README": str(at), name: text}
        made.append(commit(folder, str(at), **files))
    return made


class Left(NamedTuple):
    """What a run of the script leaves: its code, its log, its outputs, its summary."""

    code: int
    log: str
    outputs: dict[str, str]
    summary: str

    @property
    def annotations(self) -> list[str]:
        """Workflow commands that a runner would take, those between stop-commands left out."""
        found, quiet = [], ""
        for row in self.log.splitlines():
            stop = re.fullmatch(r"::stop-commands::(\w+)", row)
            if quiet:
                quiet = "" if row == f"::{quiet}::" else quiet
            elif stop:
                quiet = stop[1]
            elif row.startswith("::"):
                found.append(row)
        return found


def whole() -> str:
    """The text of a ``costplan`` that is a process of its own from its first line."""
    return f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m costplan "$@"\n'


class Runner:
    """A runner beside a repository; ``host`` is where its API listens. ``process``: each call of
    the program starts Python anew, as everywhere but here."""

    def __init__(
        self, beside: Path, host: str = "http://127.0.0.1:9", process: bool = False
    ) -> None:
        self.temp = beside / "runner"
        (self.temp / "bin").mkdir(parents=True, exist_ok=True)
        wrapper = self.temp / "bin" / "costplan"
        wrapper.write_text(whole() if process else launcher(), encoding="utf-8")
        wrapper.chmod(0o755)
        self.host = host

    def environment(self, event: dict[str, Any], **given: str) -> dict[str, str]:
        """What the script sees: nothing of the machine's own settings."""
        (self.temp / "event.json").write_text(json.dumps(event), encoding="utf-8")
        return {
            **{key: value for key, value in os.environ.items() if key not in OURS},
            **GIT,
            "PATH": os.pathsep.join(
                (str(self.temp / "bin"), str(Path(sys.executable).parent), os.environ["PATH"])
            ),
            "PYTHONPATH": str(ROOT),
            "HOME": str(self.temp / "nobody"),
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_EVENT_PATH": str(self.temp / "event.json"),
            "GITHUB_OUTPUT": str(self.temp / "output"),
            "GITHUB_STEP_SUMMARY": str(self.temp / "summary"),
            "GITHUB_WORKSPACE": "",
            "GITHUB_API_URL": self.host,
            "GITHUB_REPOSITORY": "acme/app",
            "GITHUB_TOKEN": TOKEN,
            "COSTPLAN_SKIP_INSTALL": "1",
            "INPUT_HTML": "false",
            **given,
        }

    def run(self, folder: Path, event: dict[str, Any], **given: str) -> Left:
        """Run the action's script in a folder, with ``INPUT_*`` and other variables given."""
        for name in ("output", "summary"):
            (self.temp / name).write_text("", encoding="utf-8")
        ran = subprocess.run(
            ["bash", str(SCRIPT)],
            cwd=folder,
            env=self.environment(event, **given),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=120,
            check=False,
        )
        return Left(
            ran.returncode,
            ran.stdout.decode("utf-8"),
            read_outputs((self.temp / "output").read_text(encoding="utf-8")),
            (self.temp / "summary").read_text(encoding="utf-8"),
        )


def read_outputs(text: str) -> dict[str, str]:
    """Outputs as a runner reads them: ``name<<end``, lines, ``end``."""
    found: dict[str, str] = {}
    rows = iter(text.splitlines())
    for row in rows:
        name, mark, end = row.partition("<<")
        assert mark, row
        lines = []
        while (line := next(rows)) != end:
            lines.append(line)
        assert name not in found, name
        found[name] = "\n".join(lines)
    return found


def pull(base: str, head: str, fork: bool = False) -> dict[str, Any]:
    """The event of pull request 5."""
    there = "mallory/app" if fork else "acme/app"
    return {
        "pull_request": {
            "number": 5,
            "base": {"sha": base, "ref": "main", "repo": {"full_name": "acme/app"}},
            "head": {"sha": head, "ref": "topic", "repo": {"full_name": there}},
        }
    }


def load(path: Path) -> Any:
    """A JSON file, every number a Decimal."""
    return json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal, parse_int=Decimal)
