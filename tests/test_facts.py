"""Facts are codes: each has one wording, somebody states it, and nobody reads its words."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from string import Formatter

import once
import pytest

from costplan.facts import Fact, fact, recognised, said, texts, unique
from costplan.record import JSON
from costplan.record.dialects import collected
from costplan.record.found import Problems
from costplan.record.writing import plain
from costplan.wordings import SAID, TOPICS, WORDINGS

HOUSE = Path(__file__).resolve().parents[1] / "costplan"
WORDS = {
    "assumptions",
    "notes",
    "warnings",
    "stale",
    "not_modelled",
    "not_included",
    "rule_changes",
    "text",
    "reason",
    "sentence",
}
"""Attributes that hold a fact in words."""
PREDICATES = {
    "startswith",
    "endswith",
    "removeprefix",
    "removesuffix",
    "partition",
    "rpartition",
    "split",
    "rsplit",
    "find",
    "index",
    "count",
}


def trees() -> dict[str, ast.Module]:
    return {
        path.relative_to(HOUSE).as_posix(): once.tree(path) for path in sorted(HOUSE.rglob("*.py"))
    }


def names_of(wording: str) -> set[str]:
    return {name for _, name, *_ in Formatter().parse(wording) if name}


def test_a_code_has_one_wording() -> None:
    assert len(TOPICS) == sum(len(said) for said in WORDINGS.values())
    assert {topic: next(iter(said)) for topic, said in WORDINGS.items()} == SAID


def stated() -> Iterator[tuple[str, ast.Call]]:
    """Every call of ``fact`` with its code written out."""
    for tree in trees().values():
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", "") == "fact"
                and isinstance(node.args[0], ast.Constant)
            ):
                yield node.args[0].value, node


def test_every_code_is_stated_somewhere_and_has_the_values_of_its_wording() -> None:
    literals = {
        node.value
        for name, tree in trees().items()
        if name != "wordings.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
    }
    assert set(TOPICS) - set(SAID.values()) <= literals
    tried = 0
    for code, call in stated():
        wording = WORDINGS[TOPICS[code]][code]
        given = {one.arg for one in call.keywords}
        if None in given:
            continue
        given |= {"subject"} & names_of(wording) if len(call.args) > 1 else set()
        assert given == names_of(wording), code
        tried += 1
    assert tried > 60


SCOPES = ast.FunctionDef | ast.GeneratorExp | ast.ListComp | ast.SetComp


def read_by_words(tree: ast.AST) -> list[int]:
    """Lines that ask something of a fact's words: of an attribute, or of what is taken from it."""
    found = []
    for scope in (tree, *(node for node in ast.walk(tree) if isinstance(node, SCOPES))):
        taken = {
            name.id
            for node in ast.walk(scope)
            if isinstance(node, ast.For | ast.comprehension) and _holds_words(node.iter)
            for name in ast.walk(node.target)
            if isinstance(name, ast.Name)
        }
        if not isinstance(scope, SCOPES):
            taken = set()
        for node in ast.walk(scope):
            asked: list[ast.expr] = []
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                asked = [node.func.value] if node.func.attr in PREDICATES else []
                asked = node.args if getattr(node.func.value, "id", "") == "re" else asked
            elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn):
                asked = node.comparators
            for one in asked:
                if _holds_words(one) or (isinstance(one, ast.Name) and one.id in taken):
                    found.append(one.lineno)
    return sorted(set(found))


def _holds_words(node: ast.AST) -> bool:
    """An attribute with words, some of several, or words with something in their place."""
    if isinstance(node, ast.Tuple | ast.List):
        return any(_holds_words(one) for one in node.elts)
    if isinstance(node, ast.BoolOp):
        return any(_holds_words(one) for one in node.values)
    return isinstance(node, ast.Attribute) and node.attr in WORDS


@pytest.mark.parametrize(
    "code",
    [
        "if line.checked_words in made.stale: ...",
        "said = [one for one in made.not_modelled if one.startswith('reliability: ')]",
        "def f(made):\n    for each in made.stale:\n        yield each.rpartition(': checked ')[0]",
        "x = re.search('a price', fact.text)",
        "if 'no price' in line.price.reason: ...",
        "if 'no price' in (line.price.reason or ''): ...",
        "sides = [one for one in (new.reason, old.reason) if one.startswith('its ')]",
    ],
)
def test_reading_words_is_found(code: str) -> None:
    assert read_by_words(ast.parse(code)) != []


ALLOWED = {
    "catalog/model.py": "a reason that a catalogue file states: its beginning is a constant",
    "render/ways.py": "says once what the sentences of several stacks share; decides nothing",
    "store/files/lock.py": "the text of a file",
}


def test_nobody_decides_anything_by_the_words_of_a_fact() -> None:
    found = {name: lines for name, tree in trees().items() if (lines := read_by_words(tree))}
    assert found.keys() == ALLOWED.keys(), found


def test_a_fact_is_worded_by_the_table_and_as_it_was_saved() -> None:
    told = fact("band", "acme/*", spend=Decimal("12345.678"), percent=Decimal("7.12345"))
    words = "discount on acme/*: 12,345.68 of list spend this month comes to 7.123 % off"
    assert told.text == words
    again, problems = collected(JSON, Fact, plain(told), Problems())
    assert (problems, again) == ([], told._replace(written=words))
    newer = Fact("of-a-newer-version", "note", written="a sentence")
    assert newer.text == "a sentence"
    assert texts([told, newer, fact("jobs-not-traced")], "note") == [words, "a sentence"]


def test_the_same_fact_is_kept_once_where_it_first_stands() -> None:
    first, second = fact("jobs-not-traced"), fact("flat-traffic")
    assert unique([first, second, fact("jobs-not-traced")]) == [first, second]


@pytest.mark.parametrize(
    "told",
    [
        fact("stale-price", "acme/chat: large", checked="2026-01-01"),
        fact("stale-rate", "usd_per_eur", date="2026-01-20"),
        fact("reliability", reasons=["'a' has no success rate; 'b' has none: yet"]),
        said("stale", "something else"),
        said("note", "acme/chat: checked 2026-01-01"),
    ],
)
def test_what_is_judged_is_recognised_in_documents_of_before_codes(told: Fact) -> None:
    assert recognised(told.topic, told.text) == told


def test_a_code_without_a_wording_is_a_fault() -> None:
    with pytest.raises(KeyError):
        fact("no-such-code")
