"""A checkout as a job has it, brought by a stranger, with spies on what is run."""

from __future__ import annotations

import base64
import shlex
import shutil
import sys
from pathlib import Path

from ci_runner import BASE, Left, Runner, git, pull

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from comment_hosts import TOKEN, Host

SECRET = "s3same-0pen"
CREDENTIALS = f"[default]\naws_secret_access_key = {SECRET}\n"
LIMITS = {"INPUT_MAX_INCREASE": "10%", "INPUT_MAX_TOTAL": "1000"}
DEARER = BASE.partition("\n[budget]")[0].replace("output_tokens = 500", "output_tokens = 900")
"""5.50 a month, 57 % more than BASE, and no budget of its own."""


class Scene:
    """A checkout as a job has it, and what a hostile change may try to reach from it."""

    def __init__(self, beside: Path, host: Host) -> None:
        self.beside, self.code = beside, beside / "code"
        self.runner = Runner(beside, host.url)
        self.owned = beside / "owned"
        self.secret = beside / "credentials"
        self.secret.write_text(CREDENTIALS, encoding="utf-8")
        self.host = host
        self._spies()

    def _spies(self) -> None:
        """git and costplan write down their arguments, so that a token in them would be seen, and
        whether they were handed one that is the comment's alone."""
        self.arguments = self.beside / "arguments"
        spied = {"git": shutil.which("git"), "costplan": str(self.runner.temp / "real-costplan")}
        (self.runner.temp / "bin" / "costplan").rename(self.runner.temp / "real-costplan")
        for name, real in spied.items():
            spy = self.runner.temp / "bin" / name
            log = shlex.quote(str(self.arguments))
            spy.write_text(
                f'#!/bin/sh\nprintf \'%s\\n\' "$0" "$@" >>{log}\n'
                f'[ -z "${{GITHUB_TOKEN:-}}" ] || [ "$1" = comment ] || echo token-handed >>{log}\n'
                f'exec {shlex.quote(str(real))} "$@"\n',
                encoding="utf-8",
            )
            spy.chmod(0o755)

    def trap(self) -> str:
        """A command that leaves a file where a test sees it."""
        return f"touch {shlex.quote(str(self.owned))}"

    def run(self, base: str, **given: str) -> Left:
        """The script on the change that is checked out, as a pull request onto ``base``."""
        head = git(self.code, "rev-parse", "HEAD")
        ran = self.runner.run(self.code, pull(base, head), **{**LIMITS, **given})
        self.untouched(ran)
        return ran

    def untouched(self, ran: Left) -> None:
        """What holds of every run, whatever was brought."""
        assert not self.owned.exists(), "a change ran a command"
        said = [ran.log, ran.summary, str(ran.outputs), *self.host.bodies]
        said += [self.arguments.read_text("utf-8")] if self.arguments.exists() else []
        for folder in (self.code, self.runner.temp, self.beside / "away"):
            files = [one for one in folder.rglob("*") if one.is_file() and not one.is_symlink()]
            said += [one.read_bytes().decode("utf-8", "replace") for one in files]
        coded = base64.b64encode(TOKEN.encode()).decode()
        for text in said:
            assert TOKEN not in text
            assert coded not in text
            assert SECRET not in text
        if self.arguments.exists():
            assert "token-handed" not in self.arguments.read_text("utf-8")
