"""Words explained, held to the code they speak of."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest
from run import ROOT, costplan

from costplan.cli import app
from costplan.cli.common.environment import OTHERS, VARIABLES
from costplan.cli.common.glossary import (
    ALIASES,
    EXIT_CODES,
    FORMATS,
    TERMS,
    paragraphs,
)
from costplan.cli.common.tree import choices, leaves
from costplan.render import FORMATS as DRAWN
from costplan.words import CATEGORIES, COMPONENTS, CONFIDENCES, PURPOSES, SPENT, TRUSTED


def said(name: str) -> str:
    return "\n".join(one.text for one in paragraphs(name))


def test_every_term_is_listed_and_explained(tmp_path: Path) -> None:
    listed = costplan("explain", folder=tmp_path)
    assert (listed.code, listed.err) == (0, "")
    for name, term in TERMS.items():
        assert f"  {name} " in listed.out
        assert len(said(name)) > len(term.short)
    assert max(map(len, listed.out.splitlines())) <= 80
    assert not ALIASES.keys() & TERMS.keys()
    assert len(ALIASES) == sum(len(term.aliases) for term in TERMS.values())


@pytest.mark.parametrize("words", [["exit", "codes"], ["Exit"]])
def test_a_term_goes_by_its_name_or_an_alias(words: list[str], tmp_path: Path) -> None:
    ran = costplan("explain", *words, folder=tmp_path)
    assert ran.code == 0
    assert ran.out.startswith("exit codes: ")
    assert re.search(r"^  130  interrupted$", ran.out, re.M)


@pytest.mark.parametrize(
    "word", ["GPU", "GPU hours", "validators", "judge", "retries", "attempts", "votes", "people"]
)
def test_the_words_of_the_readme_are_explained(word: str, tmp_path: Path) -> None:
    ran = costplan("explain", *word.split(), folder=tmp_path)
    assert (ran.code, ran.err) == (0, "")


def test_an_unknown_term_is_bad_usage_with_its_neighbours(tmp_path: Path) -> None:
    ran = costplan("explain", "stalenes\x1b[31m", folder=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert "did you mean 'staleness'" in ran.err
    assert "\x1b" not in ran.err


def test_the_exit_codes_are_those_that_the_code_returns() -> None:
    found = {0}
    for path in [*(ROOT / "costplan" / "cli").glob("*.py"), ROOT / "costplan" / "problems.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and ast.unparse(node.returns or node) == "int":
                for one in ast.walk(node):
                    if isinstance(one, ast.Return) and one.value is not None:
                        found |= codes(one.value)
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in CODE_NAMES:
                found |= codes(node.value)
    assert found == set(EXIT_CODES)


CODE_NAMES = ("code", "exit_code")


def codes(value: ast.expr) -> set[int]:
    """The whole numbers that an expression can be, of those written in it."""
    if isinstance(value, ast.IfExp):
        return codes(value.body) | codes(value.orelse)
    if isinstance(value, ast.Constant) and type(value.value) is int:
        return {value.value}
    return set()


def test_the_formats_are_those_that_the_commands_know() -> None:
    text = said("formats")
    used: set[str] = set()
    for command, formats in choices(app([]), "--format").items():
        used |= set(formats)
        for form in formats:
            assert re.search(rf"^{form} .*\b{command}\b", text, re.M), (form, command)
    assert set(DRAWN) <= used
    assert used <= set(FORMATS), "costplan/cli/common/glossary.py says what each format is"
    rows = re.findall(r"^([\w.-]+) +.*: ", text, re.M)
    assert used <= set(rows)


def test_the_variables_the_confidences_and_the_purposes_are_those_of_the_code() -> None:
    text = said("environment")
    for variable in (*VARIABLES, *OTHERS):
        assert re.search(rf"^{variable.name} ", text, re.M)
    assert tuple(TRUSTED) == CONFIDENCES
    assert tuple(SPENT) == PURPOSES


def test_what_a_term_points_at_exists() -> None:
    commands = {path for path, _ in leaves(app([]))} | {"--help"}
    for name, term in TERMS.items():
        whole = f"{term.see} {said(name)}"
        for page in re.findall(r"docs/[\w-]+\.md", whole):
            assert (ROOT / page).is_file(), page
        for quoted in re.findall(r"'costplan ([^']+)'", whole):
            assert any(quoted.startswith(one) for one in commands), quoted


def test_the_days_of_staleness_are_those_of_the_workload() -> None:
    from costplan.api.health import STALE_DAYS
    from costplan.workload.model import Workload

    assert Workload.__dataclass_fields__["stale_after_days"].default == STALE_DAYS
    assert f"{STALE_DAYS} days" in said("staleness")


@pytest.mark.parametrize("asked", ["exit-codes", "exit_code", "Exit 3", "exit code 70", "3"])
def test_exit_codes_go_by_their_numbers_too(asked: str, tmp_path: Path) -> None:
    assert costplan("explain", asked, folder=tmp_path).out.startswith("exit codes: ")
    assert costplan("explain", "4", folder=tmp_path).code == 2


def test_the_rows_of_a_bill_are_explained(tmp_path: Path) -> None:
    assert COMPONENTS.keys() == {*CATEGORIES, "other"}
    for component in COMPONENTS:
        assert costplan("explain", component, folder=tmp_path).code == 0
    people = costplan("explain", "people", folder=tmp_path).out
    assert people.startswith("people: ")
    assert "on-call" in people
    assert "cost_per_case" in people


def test_a_charge_says_whose_it_is_and_what_it_counts(tmp_path: Path) -> None:
    said = " ".join(costplan("explain", "search_ocu", folder=tmp_path).out.split())
    assert "aws/opensearch-serverless: search_ocu = one_search_copy * (1 + redundant)" in said
    assert "'costplan pricing show aws/opensearch-serverless'" in said
    many = costplan("explain", "instance_hours", folder=tmp_path).out
    assert re.search(r"and \d+ more", many)


def test_every_word_that_a_bill_prints_is_known(tmp_path: Path) -> None:
    """Charges, units, components and purposes of the lines of a large bill."""
    bill = json.loads((ROOT / "tests" / "golden" / "support-agent.json").read_text("utf-8"))
    lines = [
        line
        for stack in bill["estimates"]
        for component in stack["components"]
        for line in component["line_items"]
        if line["offer"] != "workload"
    ]
    words = {line[key] for line in lines for key in ("charge", "unit", "purpose")}
    assert len(words) > 20
    unknown = [word for word in words if costplan("explain", word, folder=tmp_path).code]
    assert unknown == []
