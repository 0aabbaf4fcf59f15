"""The page for agents and the AGENTS.md for users' repositories: what they show is what comes."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from run import ROOT, WORKLOAD, costplan
from talk import CALLS

from costplan.cli.common.agents_page import PAGE
from costplan.cli.mcp.tools import TOOLS

TEXT = (ROOT / "docs" / "agents.md").read_text("utf-8")
BLOCKS = re.findall(r"^```console\n\$ (.+)\n((?:.*\n)*?)```$", TEXT, re.M)
COMMANDS = re.findall(r"`costplan ([^`]+)`", PAGE)
BUDGET = "[budget]\nmonthly_total = 5\n"
STANDS_FOR = {
    "NAME": "answer",
    "OFFER": "openai/gpt-6.1-terra",
    "WORDS": "claude sonnet",
    "TERM": "trusted answers",
}


def test_the_page_shows_something() -> None:
    assert len(BLOCKS) == 4
    assert len(COMMANDS) == 10


@pytest.mark.parametrize(("line", "shown"), BLOCKS, ids=[line for line, _ in BLOCKS])
def test_a_block_of_the_page_is_what_the_command_prints(line: str, shown: str) -> None:
    ran = costplan(*shlex.split(line)[1:], folder=ROOT)
    assert ran.code == 0, ran.err
    head, cut, _ = shown.partition("...\n")
    assert ran.out.startswith(head)
    assert cut or ran.out == shown


@pytest.mark.parametrize("line", [one for one in COMMANDS if not one.startswith(("diff", "mcp"))])
def test_a_command_of_agents_md_answers_in_brief(line: str, tmp_path: Path) -> None:
    (tmp_path / "costplan.toml").write_text(WORKLOAD + BUDGET)
    for word, meant in STANDS_FOR.items():
        line = line.replace(word, meant)
    ran = costplan(*shlex.split(line), folder=tmp_path)
    assert ran.code == 0, ran.err
    assert len(ran.out) < 8_000


def test_agents_md_is_short_and_printed_as_it_is() -> None:
    assert costplan("explain", "agents", folder=ROOT).out == PAGE
    assert len(PAGE.splitlines()) <= 32
    assert max(len(line) for line in PAGE.splitlines()) <= 100


def test_the_page_has_a_row_for_each_tool_with_its_arguments() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([\w, ]+) \|", TEXT, re.M)
    assert {name: set(takes.split(", ")) for name, takes in rows} == {
        name: set(tool.takes) for name, tool in TOOLS.items()
    }
    assert [*CALLS] == [*TOOLS] == [name for name, _ in rows]
