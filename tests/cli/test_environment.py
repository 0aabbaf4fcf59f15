"""Variables in place of options: what they set, what wins, and what is said of a wrong one."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from run import ROOT, WORKLOAD, costplan

from costplan.cli import app
from costplan.cli.common.environment import OTHERS, VARIABLES, names, unknown
from costplan.cli.common.tree import leaves

TWO = WORKLOAD + '\n[stack.b]\nchat = "openai/gpt-4o"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "w.toml").write_text(TWO)
    return tmp_path


def test_variables_stand_in_for_options_and_the_command_line_wins(folder: Path) -> None:
    env = {
        "COSTPLAN_WORKLOAD": "w.toml",
        "COSTPLAN_STACK": "a b",
        "COSTPLAN_AS_OF": "2026-11-22",
        "COSTPLAN_FORMAT": "json",
    }
    ran = costplan("estimate", folder=folder, env=env)
    assert (ran.code, ran.err) == (0, "")
    assert [one["stack"] for one in ran.data["estimates"]] == ["a", "b"]
    assert ran.data["as_of"] == "2026-11-22"
    line = ("estimate", "w.toml", "--stack", "b", "--as-of", "2026-10-01", "--format", "json")
    said = costplan(*line, folder=folder, env={**env, "COSTPLAN_FORMAT": "svg"})
    assert [one["stack"] for one in said.data["estimates"]] == ["b"]
    assert said.data["as_of"] == "2026-10-01"


def test_an_empty_variable_is_an_unset_one(folder: Path) -> None:
    env = {one.name: "" for one in VARIABLES}
    assert costplan("estimate", "w.toml", folder=folder, env=env).code == 0


def test_the_day_reaches_the_commands_that_call_it_at(folder: Path) -> None:
    env = {"COSTPLAN_AS_OF": "2026-10-01"}
    shown = costplan("pricing", "show", "openai/gpt-4o", folder=folder, env=env)
    assert "2026-10-01" in shown.out
    listed = costplan("pricing", "list", folder=folder, env=env)
    assert len(listed.out.splitlines()) < 150  # who sells what, not every entry


WRONG = {
    "COSTPLAN_FORMAT": ("xml", "--format comes from COSTPLAN_FORMAT=xml"),
    "COSTPLAN_AS_OF": ("tomorrow", "--as-of comes from COSTPLAN_AS_OF=tomorrow"),
    "COSTPLAN_STACK": ("c", "--stack comes from COSTPLAN_STACK=c"),
    "COSTPLAN_WORKLOAD": ("gone.toml", "WORKLOAD comes from COSTPLAN_WORKLOAD=gone.toml"),
    "COSTPLAN_STRICT": ("maybe", "Recognized values: 0, 1, f"),
    "COSTPLAN_QUIET": ("banana", "--quiet comes from COSTPLAN_QUIET=banana"),
    "COSTPLAN_WIDTH": ("7", "COSTPLAN_WIDTH is a whole number of columns, 40 to 1000"),
    "COSTPLAN_PRICING": ("gone", "COSTPLAN_PRICING is 'gone', which is no folder"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_bad_value_is_bad_usage_and_names_its_variable(name: str, folder: Path) -> None:
    value, says = WRONG[name]
    named = () if name == "COSTPLAN_WORKLOAD" else ("w.toml",)
    ran = costplan("estimate", *named, folder=folder, env={name: value})
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err


def test_a_hostile_value_puts_no_control_character_on_the_terminal(folder: Path) -> None:
    ran = costplan("estimate", folder=folder, env={"COSTPLAN_WORKLOAD": "\x1b[31mred\n"})
    assert ran.code == 2
    assert "\x1b" not in ran.err
    assert "COSTPLAN_WORKLOAD=\\x1b[31mred\\n" in ran.err


def test_strict_and_width_and_a_folder_of_ones_own(folder: Path) -> None:
    (folder / "mine" / "tokens").mkdir(parents=True)
    (folder / "mine" / "tokens" / "me.toml").write_text(
        'vendor = "Me"\ncurrency = "USD"\nsource.page = { at = "me", confidence = "vendor" }\n'
        '[[model]]\nid = "me/model"\n[[model.price]]\n'
        'origin = { since = 2026-01-01, checked = 2026-01-01, source = "page" }\n'
        'unit = "token"\nper = 1\nrates = { input = 1, output = 1 }\n'
    )
    (folder / "mine.toml").write_text(WORKLOAD.replace("openai/gpt-6.1-terra", "me/model"))
    env = {"COSTPLAN_PRICING": "mine", "COSTPLAN_AS_OF": "2026-11-22", "COSTPLAN_STRICT": "1"}
    wide, narrow = (
        costplan("estimate", "mine.toml", folder=folder, env={**env, "COSTPLAN_WIDTH": width})
        for width in ("200", "40")
    )
    assert (wide.code, narrow.code) == (3, 3)
    assert "strict: a: stale price" in wide.err
    assert max(map(len, narrow.out.splitlines())) <= 40 < max(map(len, wide.out.splitlines()))


def test_every_variable_is_documented_once_and_bound_to_options_that_exist() -> None:
    text = (ROOT / "docs" / "environment.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([A-Z_]+)` \|", text, re.M)
    assert rows == [one.name for one in (*VARIABLES, *OTHERS)]
    tree = app([])
    known = {name for one in tree.params for name in names(one)}
    for _, command in leaves(tree):
        known |= {name for one in command.params for name in names(one)}
    for variable in VARIABLES:
        assert set(variable.sets) <= known, variable.name


def test_every_variable_that_the_code_reads_is_in_the_table() -> None:
    read: set[str] = set()
    for path in (ROOT / "costplan").rglob("*.py"):
        read |= set(re.findall(r"\bCOSTPLAN_[A-Z_]+\b", path.read_text(encoding="utf-8")))
    assert read == {one.name for one in VARIABLES}


def test_misspelt_variables_are_found() -> None:
    found = unknown({"COSTPLAN_FROMAT": "json", "COSTPLAN_DEBUG": "1", "PATH": os.defpath})
    assert list(found) == ["COSTPLAN_FROMAT"]
    assert "COSTPLAN_FORMAT" in (found["COSTPLAN_FROMAT"] or "")
