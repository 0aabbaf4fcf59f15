"""A workload with prices of its own, so that a check can find one missing and one old; and the
command line inside this process, for what needs no process of its own."""

from __future__ import annotations

import io
import os
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

from run import OURS, WORKLOAD, Ran

from costplan.cli import run

PRICES = """
[prices]
vendor = "me"
category = "orchestration"
source.list = { at = "my.test/prices", confidence = "vendor" }

[[prices.offer]]
id = "me/quoted"
product = "Box"
origin = { since = 2026-01-01, checked = 2026-10-01, source = "list" }

[[prices.offer.charge]]
id = "flat"
quantity = "1"
unit = "month"
quote = true

[[prices.offer]]
id = "me/old"
product = "Old box"
origin = { since = 2025-01-01, checked = 2025-02-01, source = "list" }

[[prices.offer.charge]]
id = "flat"
quantity = "1"
unit = "month"
price = 5
"""
QUOTED = WORKLOAD + 'orchestration = "me/quoted"\n' + PRICES
OLD = WORKLOAD + 'orchestration = "me/old"\n' + PRICES
TWO = WORKLOAD + '[stack.b]\nchat = "openai/gpt-6-luna"\n'


def put(folder: Path, **files: str) -> None:
    """Files by their stem: ``w`` is w.toml, ``rules`` is rules.toml, ``est`` is est.json."""
    for stem, text in files.items():
        ending = "json" if text.startswith("{") else "toml"
        (folder / f"{stem}.{ending}").write_text(text, encoding="utf-8")


def inside(*arguments: str, folder: Path) -> Ran:
    """The same command line, from its arguments to its exit code, without a new process."""
    out, err = io.StringIO(), io.StringIO()
    own = {key: value for key, value in os.environ.items() if key not in OURS}
    with (
        chdir(folder),
        patch.dict(os.environ, {**own, "HOME": str(folder / "nobody")}, clear=True),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        code = run(list(arguments))
    return Ran(code, out.getvalue(), err.getvalue())
