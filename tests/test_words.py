"""The tables of words: nothing else lists them, and everything follows from their rows."""

import re
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

import pytest

from costplan.billing.tokens import TokenUsage
from costplan.catalog.model import Rates
from costplan.catalog.vocabulary import TOKEN_USAGE
from costplan.plan.prices.audit.bands import token_band
from costplan.words import (
    CATEGORIES,
    CONFIDENCES,
    PARTS,
    PURPOSES,
    TOKEN_KINDS,
    TOKENS,
    kinds_of,
    parts_of,
    purpose_of,
    several,
    weakest,
)
from costplan.workload.step import Step

CODE = Path(__file__).parents[1] / "costplan"
ADAPTERS = (CODE / "store" / "sourcing" / "upstream", CODE / "store" / "traces" / "sources")
HOME = CODE / "words.py"


def elsewhere() -> list[Path]:
    return [one for one in CODE.rglob("*.py") if one != HOME and not {*ADAPTERS} & {*one.parents}]


def listed(names: Iterable[str], length: int) -> re.Pattern[str]:
    """So many of the names after each other, as strings of a sequence, as keys or as fields."""
    every = "|".join(names)
    text = rf'(?:"(?:{every})",?\s*){{{length}}}'
    keys = rf'(?:^ *\(?"?(?:{every})"?[:,] .*\n){{{length}}}'
    return re.compile(f"{text}|{keys}", re.M)


@pytest.mark.parametrize("ending", ["", "_tokens"])
def test_the_list_of_token_kinds_stands_in_one_place(ending: str) -> None:
    copy = listed((kind.name + ending for kind in TOKENS), 5)
    for path in elsewhere():
        found = copy.search(path.read_text(encoding="utf-8"))
        assert found is None, f"{path.relative_to(CODE)}: {found and found[0]}"


@pytest.mark.parametrize("names", [PURPOSES, CONFIDENCES, CATEGORIES[:5]])
def test_no_other_list_of_purposes_confidences_or_categories(names: tuple[str, ...]) -> None:
    copy = listed(names, len(names))
    for path in (*elsewhere(), *(one for folder in ADAPTERS for one in folder.rglob("*.py"))):
        found = copy.search(path.read_text(encoding="utf-8"))
        assert found is None, f"{path.relative_to(CODE)}: {found and found[0]}"
    assert copy.search(HOME.read_text(encoding="utf-8"))


def test_a_kind_is_a_rate_a_quantity_of_a_request_and_of_a_step() -> None:
    quantities = {kind.tokens for kind in TOKENS}
    assert {one.name for one in fields(Rates)} == set(TOKEN_KINDS)
    assert quantities < {one.name for one in fields(TokenUsage)}
    assert quantities < {one.name for one in fields(Step)}
    assert quantities < set(TOKEN_USAGE)


def test_a_kind_has_a_band_of_its_rate() -> None:
    assert all(token_band("chat", kind) for kind in TOKEN_KINDS)


def test_parts_are_disjoint_and_lie_in_a_whole() -> None:
    assert sorted((*kinds_of("input"), *kinds_of("output"))) == sorted(TOKEN_KINDS)
    assert {*parts_of("input"), *parts_of("output")} == set(PARTS)
    assert len(PARTS) == len(TOKENS) - 2


def test_a_categorys_spending_has_a_purpose() -> None:
    assert {purpose_of(one) for one in CATEGORIES} == {"produce", "coordinate", "people"}
    assert (purpose_of("human"), purpose_of("guardrails")) == ("people", "coordinate")


def test_the_weakest_of_some_is_what_all_deserve() -> None:
    assert weakest(["vendor", "unverified", "dataset"]) == "unverified"
    assert weakest(["corroborated", "vendor"]) == "corroborated"


def test_a_string_is_one_name() -> None:
    assert several("openai") == ("openai",)
    assert several(["a", "b"]) == ("a", "b")
    assert several(()) == ()
