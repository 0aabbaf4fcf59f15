"""How much is said beside the data, and how a command ends that nobody waits for any more."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from properties import sampled
from run import DAY, WORKLOAD, costplan, process


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "w.toml").write_text(WORKLOAD)
    return tmp_path


def test_quiet_leaves_data_and_errors(folder: Path) -> None:
    loud = costplan("estimate", "w.toml", *DAY, "--out", "a", folder=folder)
    quiet = costplan("-q", "estimate", "w.toml", *DAY, "--out", "b", folder=folder)
    assert (loud.err, quiet.err) == ("wrote a\n", "")
    assert (folder / "a").read_text() == (folder / "b").read_text()
    assert costplan("--quiet", "validate", "w.toml", folder=folder) == (0, "", "")
    by_variable = {"COSTPLAN_QUIET": "1"}
    missed = costplan("pricing", "search", "qqqqzzzz", folder=folder, env=by_variable)
    assert missed == (1, "", "")
    wrong = costplan("price", "nobody/nothing", folder=folder, env=by_variable)
    assert wrong.code == 2
    assert "unknown offer 'nobody/nothing'" in wrong.err


def test_verbose_says_on_stderr_what_was_read(folder: Path) -> None:
    plain = costplan("estimate", "w.toml", *DAY, folder=folder)
    loud = process("-v", "estimate", "w.toml", *DAY, folder=folder)
    assert (loud.code, loud.out) == (plain.code, plain.out)
    lines = loud.err.splitlines()
    assert lines[0] == f"read w.toml, {len(WORKLOAD)} bytes"
    assert any("openai.toml" in line for line in lines)
    assert lines[-1].startswith("took ")
    assert not any(".py" in line for line in lines)
    everything = process("-v", "pricing", "search", "gpt", folder=folder)
    assert any("files in" in line for line in everything.err.splitlines())


def test_a_flag_wins_over_a_variable_and_two_flags_contradict(folder: Path) -> None:
    env = {"COSTPLAN_QUIET": "1"}
    assert "took " in process("-v", "validate", "w.toml", folder=folder, env=env).err
    both = costplan("-q", "-v", "validate", "w.toml", folder=folder)
    assert (both.code, both.out) == (2, "")
    assert "both --quiet and --verbose" in both.err


def test_options_without_a_command_are_bad_usage(folder: Path) -> None:
    ran = costplan("-q", folder=folder)
    assert (ran.code, ran.out) == (2, "")
    assert "no command is named" in ran.err


CLOSED = [
    "doctor",
    "explain",
    "completion bash",
    "__complete bash 1 -- costplan ''",
    "-v pricing list --all",
    "--help",
]


@pytest.mark.parametrize("command", sampled(CLOSED, 2, seed=2))
def test_a_pipe_that_breaks_ends_a_command_silently(command: str, folder: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        ran = subprocess.run(
            ["sh", "-c", f'exec "{sys.executable}" -m costplan {command}'],
            stdout=write,
            stderr=subprocess.PIPE,
            text=True,
            cwd=folder,
            check=False,
        )
    finally:
        os.close(write)
    assert ran.returncode == 141
    words = [line for line in ran.stderr.splitlines() if not line.startswith(("read ", "took "))]
    assert words == []


def test_an_interrupt_exits_130_without_a_traceback(folder: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "costplan", "estimate", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
    )
    waited = Path(f"/proc/{process.pid}/wchan")
    for _ in range(200):  # until it waits for the rest of its input
        time.sleep(0.02)
        if not waited.exists() or "pipe" in waited.read_text():
            break
    if not waited.exists():
        time.sleep(1)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, b"", b"")
