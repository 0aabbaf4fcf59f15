"""The command line as a process of its own: arguments, bytes and an environment in, bytes out."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
DAY = ("--as-of", "2026-11-22")
OURS = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "XDG_CONFIG_HOME", "PYTHONIOENCODING", "TERM")
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
    """What a process left behind."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """Its output as JSON, every number a Decimal."""
        return json.loads(self.out, parse_float=Decimal, parse_int=Decimal)


def costplan(
    *arguments: str, folder: Path, stdin: str | bytes = b"", env: dict[str, str] | None = None
) -> Ran:
    """Run ``python -m costplan`` in a folder, with nobody's own prices and no colour asked for."""
    clean = {
        key: value
        for key, value in os.environ.items()
        if key not in OURS and not key.startswith("COSTPLAN_")
    }
    clean |= {"HOME": str(folder / "nobody"), "PYTHONUTF8": "1", **(env or {})}
    ran = subprocess.run(
        [sys.executable, "-m", "costplan", *arguments],
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        cwd=folder,
        env=clean,
        timeout=60,
        check=False,
    )
    return Ran(ran.returncode, ran.stdout.decode("utf-8"), ran.stderr.decode("utf-8"))


def files_below(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, hidden ones too, with what is in it."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
