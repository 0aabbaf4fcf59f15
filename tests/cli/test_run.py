"""That a command inside the tests is the command that a user starts: both leave the same behind."""

from __future__ import annotations

import gc
import os
import sys
from functools import _lru_cache_wrapper
from importlib import import_module
from inspect import signature
from pathlib import Path
from pkgutil import walk_packages
from shutil import rmtree
from types import FunctionType

import pytest
from check_files import QUOTED
from properties import sampled
from run import DAY, WORKLOAD, costplan, files_below, process

import costplan as package

COMMANDS = {
    "nothing": ((), 2),
    "help": (("--help",), 0),
    "version": (("--version",), 0),
    "estimate": (("estimate", "w.toml", *DAY), 0),
    "standard input": (("estimate", "-", "--explain", *DAY), 0),
    "the device of standard input": (("estimate", "/dev/stdin", "--format", "json", *DAY), 0),
    "a file written": (("estimate", "w.toml", "--format", "html", "--out", "x.html", *DAY), 0),
    "a price missing": (("estimate", "quoted.toml", "--strict", *DAY), 3),
    "a picture": (("estimate", "w.toml", "--format", "svg", *DAY), 0),
    "compare": (("compare", "w.toml", *DAY), 0),
    "a denial": (("check", "w.toml", "--max-total", "1", *DAY), 1),
    "diff": (("diff", "w.toml", "quoted.toml", *DAY), 0),
    "price": (("price", "openai/gpt-4o", "input_tokens=1e6", "--at", DAY[1]), 0),
    "validate": (("validate", "bad.toml"), 2),
    "schema": (("schema", "estimate"), 0),
    "doctor": (("doctor",), 0),
    "explain": (("explain", "stale"), 0),
    "completion": (("completion", "zsh"), 0),
    "completing": (("__complete", "bash", "1", "--", "costplan", "pri"), 0),
    "search without a hit": (("pricing", "search", "qqqqzzzz"), 1),
    "show": (("pricing", "show", "openai/gpt-4o", "--at", DAY[1]), 0),
    "unknown command": (("chekc", "w.toml"), 2),
    "a comment without a token": (("comment", "github", "w.json"), 2),
}
SURROUNDINGS = {
    "plain": {},
    "narrow and coloured": {"COLUMNS": "60", "FORCE_COLOR": "1", "TERM": "xterm-256color"},
}


def made(folder: Path) -> Path:
    (folder / "w.toml").write_text(WORKLOAD)
    (folder / "quoted.toml").write_text(QUOTED)
    (folder / "bad.toml").write_text(WORKLOAD.replace("input_tokens", "imput_tokens"))
    return folder


@pytest.mark.parametrize("name", sampled(COMMANDS, 6))
def test_a_command_here_leaves_what_its_process_leaves(name: str, tmp_path: Path) -> None:
    arguments, code = COMMANDS[name]
    env = SURROUNDINGS["plain" if len(name) % 2 else "narrow and coloured"]
    left = []
    for start in (process, costplan):
        folder = tmp_path / "here"
        folder.mkdir()
        ran = start(*arguments, folder=made(folder), stdin=WORKLOAD, env=env)
        left.append((ran, files_below(folder)))
        rmtree(folder)
    (alone, kept), within = left[0], left[1]
    assert alone.code == code, alone.err
    assert within == (alone, kept)


def test_nothing_of_a_command_stays(tmp_path: Path) -> None:
    made(tmp_path)
    before = (os.getcwd(), dict(os.environ), sys.argv, sys.stdin, sys.stdout, sys.stderr)
    was_on, files = gc.isenabled(), [os.fstat(number).st_ino for number in range(3)]
    assert costplan("-q", "estimate", "gone.toml", folder=tmp_path, env={"TERM": "dumb"}).code == 2
    assert costplan("estimate", "w.toml", *DAY, folder=tmp_path, env={"HOME": None}).code == 0
    after = (os.getcwd(), dict(os.environ), sys.argv, sys.stdin, sys.stdout, sys.stderr)
    assert after == before
    assert (gc.isenabled(), [os.fstat(number).st_ino for number in range(3)]) == (was_on, files)
    loud = costplan("estimate", "w.toml", "--out", "x", *DAY, folder=tmp_path)
    assert loud.err == "wrote x\n", "the silence asked for before is over"


def test_a_file_that_changes_is_read_again(tmp_path: Path) -> None:
    made(tmp_path)
    prices = tmp_path / "pricing" / "tokens"
    prices.mkdir(parents=True)
    first = costplan("estimate", "w.toml", *DAY, folder=tmp_path).out
    (tmp_path / "w.toml").write_text(WORKLOAD.replace("1_000\n\n", "2_000\n\n"))
    assert "7.00" in costplan("estimate", "w.toml", *DAY, folder=tmp_path).out.replace(first, "")
    (prices / "broken.toml").write_text("[")
    assert "broken.toml:1" in costplan("estimate", "w.toml", *DAY, folder=tmp_path).err


def test_no_cache_of_the_program_is_keyed_by_a_place() -> None:
    """A result that is kept by a path would outlive a change of the file."""
    names = [one.name for one in walk_packages(package.__path__, "costplan.")]
    modules = [import_module(name) for name in names if not name.endswith("__main__")]
    caches = {
        f"{module.__name__}.{name}": kept.__wrapped__
        for module in modules
        for name, kept in vars(module).items()
        if isinstance(kept, _lru_cache_wrapper)
    }
    assert "costplan.record.kinds.entries" in caches
    for name, function in caches.items():
        if isinstance(function, FunctionType):
            taken = signature(function).parameters.values()
            assert taken, f"{name} keeps one result for good"
            assert not [one for one in taken if "Path" in str(one.annotation)], name


def test_what_only_a_process_shows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="LC_ALL needs a process"):
        costplan("--help", folder=tmp_path, env={"LC_ALL": "C"})
