"""Every documented variable over every command that takes its option: it binds there, and reaches
the command."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from run import DAY, ROOT, WORKLOAD, costplan

from costplan.cli import app
from costplan.cli.common.environment import UNBOUND, VARIABLES, names
from costplan.cli.common.tree import leaves

SAYS_WORKLOAD = re.compile(r"\bworkload\b", re.I)
NO_WORKLOAD = ("NAME",)
"""Arguments whose help speaks of a workload and that take something else: a schema's name."""
SET = {variable.name: set(variable.sets) for variable in VARIABLES if variable.sets}


def parameters() -> Iterable[tuple[str, Any]]:
    tree = app([])
    yield from (("", parameter) for parameter in tree.params)
    for words, command in leaves(tree):
        yield from ((" ".join(words), parameter) for parameter in command.params)


BOUND = [
    pytest.param(words, parameter, id=f"{words or 'costplan'} {names(parameter)[0]}")
    for words, parameter in parameters()
    if words.split(" ")[0] not in UNBOUND
]


@pytest.mark.parametrize(("words", "parameter"), BOUND)
def test_a_parameter_is_bound_by_what_its_help_calls_it(words: str, parameter: Any) -> None:
    expected = [name for name, sets in SET.items() if {*names(parameter)} & sets]
    tree = app([words.split(" ")[0]] if words else [])
    found = (
        [*tree.params]
        if not words
        else next(command.params for path, command in leaves(tree) if " ".join(path) == words)
    )
    own = next(one for one in found if one.name == parameter.name)
    assert ([own.envvar] if own.envvar else []) == expected


@pytest.mark.parametrize(("words", "parameter"), BOUND)
def test_an_argument_that_takes_a_workload_is_called_one(words: str, parameter: Any) -> None:
    if parameter.param_type_name == "argument" and SAYS_WORKLOAD.search(parameter.help or ""):
        assert {"WORKLOAD", *NO_WORKLOAD} & {*names(parameter)}, (words, parameter.help)


def test_the_page_of_variables_names_what_each_sets() -> None:
    text = (ROOT / "docs" / "environment.md").read_text(encoding="utf-8")
    for name, sets in SET.items():
        row = next(line for line in text.splitlines() if line.startswith(f"| `{name}` |"))
        cell = row.split("|")[2]
        assert {one.strip(" `") for one in cell.split(",")} == sets, name


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a w.toml").write_text(WORKLOAD + "[budget]\nmonthly_total = 10\n")
    return tmp_path


TAKES = ("estimate", "compare", "check", "validate", "pricing lock")


@pytest.mark.parametrize("command", TAKES)
def test_the_workload_of_the_environment_reaches_the_command(command: str, folder: Path) -> None:
    env = {"COSTPLAN_WORKLOAD": "a w.toml"}
    ran = costplan(*command.split(" "), *DAY, folder=folder, env=env)
    assert ran.code == 0, ran.err
    assert costplan(*command.split(" "), *DAY, folder=folder).code == 2  # nothing else names it


def test_the_workload_of_the_environment_is_that_of_a_diff_with_a_revision(folder: Path) -> None:
    env = {"COSTPLAN_WORKLOAD": "a w.toml"}
    ran = costplan("diff", "--base", "HEAD", *DAY, folder=folder, env=env)
    assert "not in a git repository" in ran.err  # it looked for the workload, and then for git
    assert "costplan.toml" not in ran.err
    one = costplan("diff", "a w.toml", *DAY, folder=folder, env=env)
    assert (one.code, "a diff has two sides" in one.err) == (2, True)
