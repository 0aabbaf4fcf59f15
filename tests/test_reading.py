"""The strict reader: what it takes, what it refuses and how it says so.

The last part holds it to pydantic: the JSON Schemas are made by pydantic from the same annotations,
and on mutated copies of real files both must give the same verdict as far as structure goes
(types, keys, bounds, choices). What must agree between fields is the reader's ``check`` alone.
"""

import copy
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import FrozenInstanceError, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from properties import examples

from costplan.catalog.lookup import CatalogFile
from costplan.problems import InvalidInput, Problem
from costplan.record import (
    REST,
    Amount,
    Count,
    Ge,
    Le,
    Positive,
    Share,
    collect,
    read,
    record,
    replace,
)
from costplan.store.files.schemas import schema
from costplan.workload.model import Workload

ROOT = Path(__file__).resolve().parents[1]


@record
class Part:
    name: str
    weight: Amount = Decimal(1)


@record
class Thing:
    name: str
    size: Positive
    share: Share | None = None
    count: Count = 1
    level: Annotated[int, Ge(0), Le(10)] = 0
    on: bool = False
    day: date | None = None
    kind: Literal["round", "square"] = "round"
    words: tuple[str, ...] = ()
    part: tuple[Part, ...] = ()
    by_name: Mapping[str, Part] = field(default_factory=dict)
    either: Amount | str | None = None
    flag: Amount | bool | None = None

    def check(self) -> Iterable[Problem]:
        if self.level > self.count:
            yield Problem(("level",), "is more than the count")


@record
class Loose:
    name: str
    rest: Mapping[str, Amount] = field(default_factory=dict, metadata=REST)


@dataclass(slots=True)
class Slotted:
    number: int
    other: int = 2


SMALL = {"name": "x", "size": 2}


def thing(**keys) -> Thing:
    return read(Thing, {**SMALL, **keys})


def problems(data: object, kind: type = Thing) -> list[Problem]:
    with pytest.raises(InvalidInput) as caught:
        read(kind, data)
    return list(caught.value.problems)


def refusal(**keys) -> str:
    """The one message about the one key."""
    (problem,) = problems({**SMALL, **keys})
    assert problem.path[0] in keys
    return problem.message


# ---------------------------------------------------------------- what is taken


def test_defaults_and_numbers() -> None:
    made = thing()
    assert (made.name, made.size, made.count, made.on) == ("x", 2, 1, False)
    assert isinstance(made.size, Decimal)
    assert isinstance(made.count, int)
    assert made.by_name == {}
    assert thing(size=Decimal("0.1")).size == Decimal("0.1")
    assert thing(count=Decimal("3.0")).count == 3


def test_nested_tables_arrays_and_unions() -> None:
    made = thing(
        part=[{"name": "a"}, {"name": "b", "weight": 2}],
        by_name={"c": {"name": "c"}},
        words=["x", "y"],
        day=date(2026, 1, 31),
    )
    assert [one.weight for one in made.part] == [1, 2]
    assert made.by_name["c"] == Part(name="c")
    assert made.words == ("x", "y")
    assert thing(either=3).either == 3
    assert thing(either="3").either == "3"
    assert thing(flag=True).flag is True
    assert thing(flag=1).flag == 1


def test_other_keys_where_they_are_taken() -> None:
    made = read(Loose, {"name": "x", "depth": 3, "width": 4})
    assert made.rest == {"depth": 3, "width": 4}
    (problem,) = problems({"name": "x", "depth": -1}, Loose)
    assert problem.path == ("depth",)


def test_a_record_is_frozen_equal_and_keyword_only() -> None:
    made = thing()
    assert made == thing()
    assert made != thing(size=3)
    with pytest.raises(FrozenInstanceError):
        made.size = Decimal(3)  # type: ignore[misc]
    with pytest.raises(TypeError):
        Part("a")  # type: ignore[misc]
    with pytest.raises(TypeError, match="missing or unknown: wieght"):
        Part(name="a", wieght=1)  # type: ignore[call-arg]
    assert hash(Part(name="a")) == hash(Part(name="a"))
    assert repr(Part(name="a")) == "Part(name='a')"


def test_a_copy_has_the_rest_of_the_record_and_leaves_it_as_it_was() -> None:
    before = thing(count=3, part=[{"name": "a"}])
    after = replace(before, count=4)
    assert after == thing(count=4, part=[{"name": "a"}])
    assert before == thing(count=3, part=[{"name": "a"}])
    with pytest.raises(FrozenInstanceError):
        after.count = 5  # type: ignore[misc]
    with pytest.raises(TypeError, match="Thing: unknown: cuont"):
        replace(before, cuont=4)  # type: ignore[call-arg]
    assert replace(Slotted(1), other=3) == Slotted(1, 3)


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("size", "3", "must be a number, not a string"),
        ("size", True, "must be a number, not a boolean"),
        ("size", [3], "must be a number, not an array"),
        ("size", {}, "must be a number, not a table"),
        ("size", date(2026, 1, 1), "must be a number, not a date"),
        ("size", datetime(2026, 1, 1), "must be a number, not a date-time"),  # noqa: DTZ001
        ("size", None, "must be a number, not a value of another kind"),
        ("size", Decimal("NaN"), "must be a finite number"),
        ("size", Decimal("sNaN"), "must be a finite number"),
        ("size", Decimal("inf"), "must be a finite number"),
        ("size", Decimal("-inf"), "must be a finite number"),
        ("size", 10**15, "is too large: numbers here stay under 1e+15"),
        ("size", -(10**15), "is too large: numbers here stay under 1e+15"),
        ("size", Decimal("1e1000000"), "is too large: numbers here stay under 1e+15"),
        ("size", 0, "must be more than 0, not 0"),
        ("size", Decimal("-0.5"), "must be more than 0, not -0.5"),
        ("share", Decimal("1.001"), "must be at most 1, not 1.001"),
        ("share", Decimal("-0.001"), "must be at least 0, not -0.001"),
        ("count", 0, "must be at least 1, not 0"),
        ("count", Decimal("1.5"), "must be a whole number"),
        ("count", "1", "must be a number, not a string"),
        ("count", True, "must be a number, not a boolean"),
        ("level", 11, "must be at most 10, not 11"),
        ("on", 1, "must be true or false, not a number"),
        ("on", "true", "must be true or false, not a string"),
        ("name", 3, "must be a string, not a number"),
        ("name", ["x"], "must be a string, not an array"),
        ("day", "2026-01-31", "must be a date such as 2026-01-31, not a string"),
        ("day", datetime(2026, 1, 1), "must be a date such as 2026-01-31, not a date-time"),  # noqa: DTZ001
        ("kind", "rond", "must be one of round, square"),
        ("kind", 1, "must be one of round, square, not a number"),
        ("kind", ["round"], "must be one of round, square, not an array"),
        ("words", "x", "must be an array, not a string"),
        ("words", {"0": "x"}, "must be an array, not a table"),
        ("part", {"name": "a"}, "must be an array, not a table"),
        ("by_name", [], "must be a table, not an array"),
        ("either", True, "must be a number or a string, not a boolean"),
        ("either", [], "must be a number or a string, not an array"),
        ("flag", "yes", "must be a number or a boolean, not a string"),
    ],
)
def test_nothing_is_coerced(key: str, value: object, words: str) -> None:
    assert refusal(**{key: value}) == words


def test_an_integer_of_thousands_of_digits_is_too_large() -> None:
    assert refusal(size=10**5_000).startswith("is too large")


def test_a_float_is_refused_as_one() -> None:
    """Only callers from Python can pass one; "a number, not a number" would help nobody."""
    assert refusal(size=0.1) != "must be a number, not a number"


def test_an_unknown_key_names_the_nearest() -> None:
    (problem,) = problems({**SMALL, "naem": "x"})
    assert problem.path == ("naem",)
    assert problem.message == "unknown key 'naem'"
    assert problem.hint == "did you mean 'name'?"
    assert problem.part == "key"


def test_an_unknown_key_without_a_neighbour_lists_the_known() -> None:
    (problem,) = problems({"name": "x", "zzzzzz": 1}, Part)
    assert problem.hint == "known keys: name, weight"


@pytest.mark.parametrize("data", [{}, {"name": "x"}, {"size": 1}])
def test_missing_keys_are_all_named(data: dict) -> None:
    found = [(one.path, one.message, one.part) for one in problems(data)]
    missing = [name for name in ("name", "size") if name not in data]
    assert found == [((), f"missing key '{name}'", "key") for name in missing]


@pytest.mark.parametrize("data", [None, 3, "x", [], [("name", "x")]])
def test_a_document_is_a_table(data: object) -> None:
    (problem,) = problems(data)
    assert problem.path == ()
    assert problem.message.startswith("must be a table, not ")


def test_every_problem_at_once_each_at_its_place() -> None:
    found = problems(
        {
            "size": "2",
            "share": 2,
            "colour": "red",
            "words": ["a", 1, "b", 2],
            "part": [{"name": "a"}, {"weight": -1}],
            "by_name": {"c": {"name": 3}},
        }
    )
    assert sorted(map(repr, (one.path for one in found))) == sorted(
        map(
            repr,
            [
                ("size",),
                ("share",),
                ("colour",),
                ("words", 1),
                ("words", 3),
                ("part", 1, "weight"),
                ("part", 1),
                ("by_name", "c", "name"),
                (),
            ],
        )
    )


def test_what_must_agree_is_checked_when_all_fields_were_read() -> None:
    (problem,) = problems({**SMALL, "level": 5, "count": 2})
    assert (problem.path, problem.message) == (("level",), "is more than the count")
    found = problems({**SMALL, "level": 5, "count": "2"})
    assert [one.path for one in found] == [("count",)]


def test_a_sound_structure_is_collected_with_its_problems() -> None:
    made, found = collect(Thing, {**SMALL, "level": 5, "count": 2})
    assert made is not None
    assert [one.path for one in found] == [("level",)]
    made, found = collect(Thing, {**SMALL, "level": "5"})
    assert made is None
    assert len(found) == 1


def test_paths_begin_where_the_caller_says() -> None:
    with pytest.raises(InvalidInput) as caught:
        read(Thing, {"name": "x", "size": "2"}, ("prices", 3))
    assert caught.value.problems[0].path == ("prices", 3, "size")


# ---------------------------------------------------------------- the same verdict as pydantic

WORKLOADS = ("minimal", "support-agent")
WITH_A_TALK = """
name = "talk"
horizon_months = 3
traffic = { requests_per_month = 100, hourly = [1, 2], timezone = "Europe/Berlin" }
step = [
  { name = "answer", model = "chat" },
  { name = "look", tool = "web", calls = 2 },
  { name = "ask", model = "chat", input_tokens = 5, mode = "flex", judges = ["answer"], on_reject = { restart = "answer" } },
]
fixed = [{ name = "rent", monthly = 10, stacks = ["one"] }, { name = "once", one_off = 5, month = 2 }]
discount = [{ offers = "a/*", percent = 10 }]
conversation = { turns = 3, fixed_tokens = 10, user_tokens = 5, output_tokens = 5, cacheable = "fixed" }
tool.web = { chunks = 5, depth = 3 }
target = { reliability = 0.9 }
budget = { monthly_total = 10, stack.one.monthly_total = 5 }
stack.one = { region = "eu", free_tiers = false, chat = { offer = "a/a", region = "eu", hours = 5, spare = true }, web = "b/b" }
"""  # noqa: E501
VALUES = [
    "3",
    "batch",
    "human",
    "",
    3,
    0,
    1,
    -1,
    -2,
    2_000,
    Decimal("0.5"),
    Decimal("1.5"),
    Decimal("-0.5"),
    True,
    False,
    [],
    [1],
    ["a"],
    [{}],
    {},
    {"name": "x"},
    {"offer": "a/b"},
    {"a": 1},
]


def _toml(text: str) -> dict:
    return tomllib.loads(text, parse_float=Decimal)


@cache
def workload_files() -> tuple[dict, ...]:
    shipped = [(ROOT / "examples" / f"{name}.toml").read_text("utf-8") for name in WORKLOADS]
    return tuple(_toml(text) for text in (*shipped, WITH_A_TALK))


@cache
def catalogue_files() -> tuple[dict, ...]:
    found = []
    for name in ("tokens/deepseek", "tokens/anthropic", "vector-db/pinecone", "runtime/google"):
        data = _toml((ROOT / "pricing" / f"{name}.toml").read_text("utf-8"))
        for key in ("model", "offer"):
            if key in data:
                data[key] = data[key][:2]
        found.append(data)
    return tuple(found)


def paths(node: object, at: tuple = ()) -> list[tuple]:
    """Every place of plain data."""
    found = [at] if at else []
    if isinstance(node, dict):
        items = list(node.items())
    else:
        items = list(enumerate(node)) if isinstance(node, list) else []
    for key, value in items:
        found += paths(value, (*at, key))
    return found


@st.composite
def mutated(draw: st.DrawFn, files: tuple[dict, ...]) -> dict:
    data = copy.deepcopy(draw(st.sampled_from(files)))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(paths(data)))
        node = data
        for key in path[:-1]:
            node = node[key]
        what = draw(st.sampled_from(["replace", "replace", "delete", "misspell", "add", "move"]))
        if what == "delete" or (what in ("misspell", "add") and isinstance(node, list)):
            del node[path[-1]]
        elif what == "misspell":
            node[f"{path[-1]}s"] = node.pop(path[-1])
        elif what == "add":
            node["surprise"] = copy.deepcopy(draw(st.sampled_from(VALUES)))
        elif what == "move":
            other = draw(st.sampled_from(paths(data)))
            found = data
            for key in other:
                found = found[key]
            node[path[-1]] = copy.deepcopy(found)
        else:
            node[path[-1]] = copy.deepcopy(draw(st.sampled_from(VALUES)))
        if not paths(data):
            break
    return data


@cache
def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads(schema(name)), format_checker=FormatChecker())


def undated(node: object) -> object:
    """Dates as JSON has them; whole Decimals as the integers that JSON makes of them."""
    if isinstance(node, dict):
        return {key: undated(value) for key, value in node.items()}
    if isinstance(node, list):
        return [undated(value) for value in node]
    if isinstance(node, date):
        return node.isoformat()
    if isinstance(node, Decimal) and node == node.to_integral_value():
        return int(node)
    return node


def misplaced_date(kind: type, data: dict) -> bool:
    """A TOML date where text belongs, which JSON cannot tell from text."""
    _, found = collect(kind, data)
    return any("a string, not a date" in one.message for one in found) or any(
        one.message.endswith("not a date") and "one of" in one.message for one in found
    )


def same_verdict(kind: type, name: str, data: dict) -> None:
    made, found = collect(kind, data)
    errors = [error.message for error in validator(name).iter_errors(undated(data))]
    assert (made is None) == bool(errors), (found, errors)


@examples(400)
@given(mutated(workload_files()))
def test_the_reader_and_pydantic_agree_on_workloads(data) -> None:
    same_verdict(Workload, "workload", data)


@examples(250)
@given(mutated(catalogue_files()))
def test_the_reader_and_pydantic_agree_on_catalogues(data) -> None:
    if not misplaced_date(CatalogFile, data):
        same_verdict(CatalogFile, "catalog", data)
    else:
        assert collect(CatalogFile, data)[0] is None


@pytest.mark.parametrize("data", workload_files(), ids=[*WORKLOADS, "talk"])
def test_both_take_the_files_as_they_are(data: dict) -> None:
    assert collect(Workload, data)[0] is not None
    assert list(validator("workload").iter_errors(undated(data))) == []


@pytest.mark.parametrize("data", catalogue_files(), ids=lambda data: data["vendor"])
def test_both_take_the_catalogue_as_it_is(data: dict) -> None:
    assert collect(CatalogFile, data)[0] is not None
    assert list(validator("catalog").iter_errors(undated(data))) == []
