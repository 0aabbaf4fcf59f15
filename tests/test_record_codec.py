"""Records to JSON data and back: what each mark of an annotation does, in all three directions."""

from __future__ import annotations

import copy
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import pytest
from jsonschema import Draft202012Validator

from costplan.catalog.origin import Accepted
from costplan.document.line import LineItem
from costplan.document.saved import parse
from costplan.problems import InvalidInput, Problem
from costplan.record import (
    JSON,
    Amount,
    As,
    Blank,
    Inline,
    Key,
    Monthly,
    Names,
    OneOf,
    Since,
    Sparse,
    Unsaved,
    collected,
    document,
    keys,
    replace,
)
from costplan.record.compiled import MANY
from costplan.record.found import Problems
from costplan.record.schema import json_schema
from costplan.record.writing import plain

sys.path.insert(0, str(Path(__file__).parent / "report"))
from report_cases import scaled


class Place(NamedTuple):
    file: str
    line: int


class Rate(NamedTuple):
    per: Decimal
    day: date


@document("thing", "1.2")
@keys("name", "per", "day", "double", "size", "inside.hash", "inside.note", "where", "left", "new")
@dataclass(slots=True, kw_only=True)
class Thing:
    name: Annotated[str, OneOf("round", "square")]
    rate: Annotated[Rate, Inline()]
    amount: Annotated[Amount, Key("size")]
    hash: Annotated[str, Key("inside.hash")]
    note: Annotated[str, Blank(), Key("inside.note")] = ""
    where: Place | None = None
    left: Annotated[list[str], Sparse()] = field(default_factory=list)
    new: Annotated[bool, Since(2)] = True
    cache: Annotated[int, Unsaved()] = 0

    @property
    def double(self) -> Decimal:
        return self.amount * 2

    def check(self) -> Iterable[Problem]:
        if self.amount == 13:
            yield Problem(("size",), "must not be 13")


FULL: dict[str, Any] = {
    "schema_version": "1.2",
    "kind": "thing",
    "name": "round",
    "per": Decimal(1000),
    "day": "2026-11-22",
    "double": Decimal(6),
    "size": Decimal(3),
    "inside": {"hash": "abc", "note": None},
    "where": {"file": "a", "line": 1},
    "left": ["x"],
    "new": False,
}


def read(data: Mapping[str, Any], minor: int = 2, newer: bool = False) -> Any:
    found = Problems()
    found.minor, found.newer = minor, newer
    made, problems = collected(JSON, Thing, data, found)
    if problems:
        raise InvalidInput(problems)
    return made


def without(*names: str) -> dict[str, Any]:
    return {key: value for key, value in FULL.items() if key not in names}


def test_a_record_is_read_and_written_the_same_in_the_order_of_its_keys() -> None:
    made = read(FULL)
    assert (made.rate.day, made.amount, made.note) == (date(2026, 11, 22), 3, "")
    assert plain(made) == FULL
    assert [*plain(made)] == [*FULL]


def test_what_is_at_its_default_is_left_out_where_it_is_sparse() -> None:
    made = read(without("left"))
    assert made.left == []
    assert "left" not in plain(made)
    assert plain(read({**FULL, "where": None}))["where"] is None


def test_a_newer_key_is_missed_in_documents_that_have_it_alone() -> None:
    assert read(without("new"), minor=1).new is True
    assert plain(read(without("new"), minor=1))["new"] is True
    with pytest.raises(InvalidInput, match="missing key 'new'"):
        read(without("new"))


@pytest.mark.parametrize("key", [key for key in FULL if key not in ("left", "new", "kind")])
def test_every_other_key_is_missed_whatever_the_version(key: str) -> None:
    for minor in (0, 2):
        with pytest.raises(InvalidInput, match=f"missing key '{key}'"):
            read(without(key), minor=minor)


def test_an_unknown_key_is_taken_from_a_newer_document_alone() -> None:
    assert plain(read({**FULL, "mood": 1}, minor=3, newer=True)) == FULL
    with pytest.raises(InvalidInput, match="unknown key 'mood'"):
        read({**FULL, "mood": 1})


def test_all_problems_are_told_with_their_places() -> None:
    data = {
        **without("where"),
        "name": "roun",
        "day": "22.11.2026",
        "size": Decimal(-1),
        "inside": {"hash": 3, "note": None, "nte": 1},
    }
    with pytest.raises(InvalidInput) as caught:
        read(data)
    assert {one.path: (one.message, one.hint) for one in caught.value.problems} == {
        (): ("missing key 'where'", None),
        ("name",): ("must be one of round, square", "did you mean 'round'?"),
        ("day",): ("must be a date such as 2026-11-22, not '22.11.2026'", None),
        ("size",): ("must be at least 0, not -1", None),
        ("inside", "hash"): ("must be a string, not a number", None),
        ("inside", "nte"): ("unknown key 'nte'", "did you mean 'note'?"),
    }


def test_a_check_speaks_from_where_the_record_stands() -> None:
    with pytest.raises(InvalidInput) as caught:
        read({**FULL, "size": Decimal(13)})
    told = [(one.path, one.message) for one in caught.value.problems]
    assert told == [(("size",), "must not be 13")]


def test_the_schema_takes_what_is_written_and_nothing_else() -> None:
    made = json_schema(Thing, "a thing", sentences=lambda kind: {"size": "how much"})
    assert made["properties"]["size"]["description"] == "how much"
    check = Draft202012Validator(made)
    data = {**FULL, "per": 1000, "double": 6, "size": 3}
    check.validate(data)
    check.validate({key: value for key, value in data.items() if key not in ("left", "new")})
    for change in ({"size": -1}, {"name": "oval"}, {"mood": 1}, {"inside": {"hash": "a"}}):
        assert not check.is_valid({**data, **change}), change
    for key in ("name", "per", "day", "double", "size", "inside", "where"):
        assert not check.is_valid({name: data[name] for name in data if name != key}), key


class Odd(NamedTuple):
    month: Annotated[date, Monthly()]
    by_side: Annotated[dict[str, Decimal], Names("base", "head")]
    flag: Annotated[bool, As(Literal["yes", "no"], "word", lambda word: word == "yes")]

    @property
    def word(self) -> str:
        return "yes" if self.flag else "no"


def test_months_named_keys_and_other_types() -> None:
    data = {"month": "2026-11", "by_side": {"base": Decimal(1), "head": Decimal(2)}, "flag": "no"}
    made, problems = collected(JSON, Odd, data, Problems())
    assert problems == []
    assert made == Odd(date(2026, 11, 1), {"base": Decimal(1), "head": Decimal(2)}, False)
    assert plain(made) == data
    _, problems = collected(JSON, Odd, {**data, "by_side": {"base": True}}, Problems())
    assert [one.message for one in problems] == [
        "must be a number, not a boolean",
        "missing key 'head'",
    ]


@pytest.fixture(scope="module")
def many() -> Any:
    """A document of so many lines that most of them are read by a function made for them."""
    return scaled(3, MANY)


def test_the_many_are_read_as_the_few(many: Any) -> None:
    document: Any = parse(many)
    lines = [line for made in document.estimates for line in made.lines]
    assert len(lines) == 3 * MANY
    assert {repr(line.price) for line in lines} == {repr(lines[0].price)}
    assert [plain(line) for line in lines] == [
        line for made in many["estimates"] for line in made["components"][0]["line_items"]
    ]


WRONG = ("x", "", Decimal(-1), Decimal("NaN"), True, None, [], ["x", 1], {}, 1.5, "a\ud800", 7)


@pytest.mark.parametrize("key", scaled(1, 1)["estimates"][0]["components"][0]["line_items"][0])
def test_one_of_many_is_refused_in_the_same_words(many: Any, key: str) -> None:
    given = many["estimates"][0]["components"][0]["line_items"][0]
    reader: Any = JSON.reader(LineItem)
    slow = type(reader)(LineItem, JSON)._slowly
    for _ in range(MANY + 2):
        assert reader(given, (), []) == slow(given, (), [])
    assert reader.read.__name__ == "read"  # the one that was made
    for wrong in WRONG:
        changed = copy.deepcopy(given) | {key: wrong}
        told: list[Problem] = []
        said: list[Problem] = []
        made, plainly = reader(changed, ("a", 1), told), slow(changed, ("a", 1), said)
        assert told == said, wrong
        assert repr(made) == repr(plainly)


def test_a_record_is_replaced_by_another_one() -> None:
    """Some of its fields or all of them, and never one that it has not."""
    was = Accepted(finding="stale", reason="x")
    assert replace(was, reason="y") == Accepted(finding="stale", reason="y")
    assert replace(was, finding="jump", reason="y") == Accepted(finding="jump", reason="y")
    assert was == Accepted(finding="stale", reason="x")
    with pytest.raises(TypeError, match="Accepted: unknown: odd"):
        replace(was, odd=1)
