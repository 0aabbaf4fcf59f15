"""How the process of a command ends: all of it said, and without taking the interpreter apart."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from run import WORKLOAD, environment

PROGRAM = "import sys; sys.argv = ['costplan', *sys.argv[1:]]; from costplan.cli import program"


def ran(code: str, *arguments: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        env=environment(folder, more),
        capture_output=True,
        text=True,
        check=False,
    )


ENDING = f"""{PROGRAM}
import atexit, threading
atexit.register(print, "asked for at the end")
class Late:
    def __del__(self):
        print("taken apart")
threading.late = Late()
program()
"""


@pytest.mark.parametrize(("debug", "apart"), [("", False), ("1", True)])
def test_the_end_is_short_but_for_who_watches(tmp_path: Path, debug: str, apart: bool) -> None:
    (tmp_path / "w.toml").write_text(WORKLOAD, "utf-8")
    left = ran(ENDING, "estimate", "w.toml", "--full", folder=tmp_path, COSTPLAN_DEBUG=debug)
    assert left.returncode == 0, left.stderr
    assert left.stdout.startswith("probe: 1,000 requests a month")
    assert "\nasked for at the end\n" in left.stdout
    assert ("taken apart" in left.stdout) is apart


@pytest.mark.parametrize(
    ("arguments", "code"), [(("estimate", "none.toml"), 2), (("price", "openai/none"), 2)]
)
def test_a_refusal_is_said_and_its_code_kept(
    tmp_path: Path, arguments: tuple[str, ...], code: int
) -> None:
    left = ran(f"{PROGRAM}; program()", *arguments, folder=tmp_path)
    assert left.returncode == code
    assert left.stderr.startswith("error: ")
    assert left.stdout == ""


def test_a_profiler_sees_the_end(tmp_path: Path) -> None:
    left = subprocess.run(
        [sys.executable, "-m", "cProfile", "-m", "costplan", "--version"],
        cwd=tmp_path,
        env=environment(tmp_path, {"COSTPLAN_DEBUG": "1"}),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "function calls" in left.stdout
