"""A fork of the program leaves what a process of it leaves: code, streams, folder, environment."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from ci_runner import BASE, Runner
from run import files_below

CASES = {
    "an estimate": ["estimate", "--as-of=2026-11-22"],
    "what was written": ["estimate", "--as-of=2026-11-22", "--out", "a b/x.json"],
    "a day from the environment": ["estimate"],
    "a budget that does not hold": ["check", "--as-of=2026-11-22", "--max-total=1"],
    "bad usage, with an empty word": ["estimate", "", "--stack", ""],
    "stdin": ["estimate", "-", "--as-of=2026-11-22", "--format", "csv"],
    "bytes that are no text": ["estimate", b"\xff.toml"],
}
CODES = {
    "a budget that does not hold": 1,
    "bad usage, with an empty word": 2,
    "bytes that are no text": 2,
}


@pytest.mark.parametrize("case", CASES)
def test_a_fork_leaves_what_a_process_leaves(case: str, tmp_path: Path) -> None:
    left = []
    for process in (True, False):
        folder = tmp_path / "code"
        (folder / "a b").mkdir(parents=True)
        (folder / "costplan.toml").write_text(BASE)
        runner = Runner(tmp_path / str(process), process=process)
        ran = subprocess.run(
            ["costplan", *CASES[case]],
            cwd=folder,
            env=runner.environment({}, COSTPLAN_AS_OF="2026-11-20"),
            input=BASE.replace("probe", "given").encode(),
            capture_output=True,
            timeout=60,
            check=False,
        )
        left.append((ran.returncode, ran.stdout, ran.stderr, files_below(folder)))
        folder.rename(tmp_path / f"code of {process}")
    assert left[0] == left[1]
    assert left[0][0] == CODES.get(case, 0)
