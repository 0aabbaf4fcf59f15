"""Ranges in place of numbers: their points, their places, and every way to write a wrong one."""

from __future__ import annotations

import json
import tomllib
from decimal import Decimal
from math import log, sqrt
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from costplan.problems import BadUsage, Problem
from costplan.store.files.schemas import schema
from costplan.store.files.text import DocumentError
from costplan.store.files.workload_text import workload_text
from costplan.store.files.workloads import Opened, read_workload
from costplan.workload.paths import dotted, keys_of
from costplan.workload.ranges import Listed, Pert, Quantiles

HEAD = """name = "a"
[[step]]
name = "chat"
model = "chat"
input_tokens = 2_000
output_tokens = 300
max_attempts = 2
success = 0.9
detection_rate = 0.5
{step}
[human]
cost_per_case = 4
success = 0.97
[stack.first]
chat = "openai/gpt-6-luna"
[exchange]
usd_per_eur = {{ rate = 1.16, date = 2026-11-20, source = "European Central Bank" }}
[[discount]]
offers = "openai/*"
percent = 10
[traffic]
requests_per_month = 10_000
{traffic}
{end}
"""


def opened(
    *changes: str, step: str = "", traffic: str = "", end: str = "", scenario: str = ""
) -> Opened:
    text = HEAD.format(step=step, traffic=traffic, end=end)
    return read_workload("a.toml", text, Path(), changes, scenario=scenario)


def ranged(key: str, value: str) -> Any:
    workload = opened(f"{key}={value}").workload
    assert workload is not None
    return workload.ranges[key]


POINTS = [
    ("traffic.requests_per_month", "{ p5 = 6_000, p95 = 20_000 }", sqrt(6_000 * 20_000)),
    ("step.chat.output_tokens", "{ low = 100, likely = 300, high = 900 }", 300),
    ("step.chat.output_tokens", "[{ value = 300, weight = 3 }, { value = 700, weight = 1 }]", 300),
    ("step.chat.output_tokens", "[{ value = 300, weight = 1 }, { value = 200, weight = 1 }]", 300),
    ("human.cost_per_case", "{ quantiles = { p10 = 2, p50 = 4, p90 = 9 } }", 4),
    ("human.cost_per_case", "{ p10 = 2, p50 = 4, p90 = 9 }", 4),
    ("human.cost_per_case", "{ p25 = 3, p75 = 12 }", 6),
    ("exchange.usd_per_eur.rate", "{ p5 = 1.0, p95 = 1.21 }", 1.1),
    # shares: halfway between the logits; odds 9 and 49 give 21, so 21 / 22
    ("step.chat.success", "{ p5 = 0.9, p95 = 0.98 }", 21 / 22),
    # 0 to 100 is a share of 100
    ("discount.0.percent", "{ p5 = 10, p95 = 20 }", 100 / 7),
    # from -1 on: the logarithm of 1 + growth
    ("traffic.growth_per_month", "{ p5 = -0.1, p95 = 0.6 }", 0.2),
    ("traffic.peak_to_mean", "{ p5 = 1.5, p95 = 3 }", 2),
]


@pytest.mark.parametrize(("key", "value", "point"), POINTS)
def test_the_point_stands_in_place_of_the_range(key: str, value: str, point: float) -> None:
    known = ranged(key, value)
    assert float(known.point) == pytest.approx(point, rel=1e-11)


TURNS = """
[conversation]
turns = 5
fixed_tokens = 1_000
user_tokens = 80
output_tokens = 300
"""


@pytest.mark.parametrize(
    ("value", "point"),
    [("{ p5 = 1, p95 = 12 }", 3), ("{ low = 1, likely = 4, high = 9 }", 4)],
)
def test_turns_are_drawn_whole(value: str, point: int) -> None:
    """Half a step below 1 the scale begins: sqrt(0.5 x 11.5) + 0.5 = 2.9, rounded."""
    text = HEAD.format(step="", traffic="", end=TURNS)
    text = text.replace("input_tokens = 2_000\noutput_tokens = 300\n", "")
    workload = read_workload("a.toml", text, Path(), [f"conversation.turns={value}"]).workload
    assert workload is not None
    assert workload.conversation is not None
    assert workload.conversation.turns == point
    assert isinstance(workload.conversation.turns, int)
    assert workload.ranges["conversation.turns"].whole


def test_the_workload_holds_the_point_and_the_range() -> None:
    workload = opened("step.chat.input_tokens={ p5 = 1_000, p95 = 4_000 }").workload
    assert workload is not None
    assert workload.step[0].input_tokens == Decimal(2_000)
    assert workload.ranges["step.chat.input_tokens"] == Quantiles(
        at=((Decimal("0.05"), Decimal(1_000)), (Decimal("0.95"), Decimal(4_000))),
        least=Decimal(0),
    )


def test_a_median_between_other_quantiles() -> None:
    """p20 and p90 of a lognormal of median 1,000 and sigma 0.5."""
    known = ranged("human.cost_per_case", "{ p20 = 656.508, p90 = 1898.006 }")
    assert float(known.point) == pytest.approx(1_000, rel=1e-5)


def test_forms_are_told_apart() -> None:
    kinds = {
        "{ p5 = 6_000, p95 = 20_000 }": Quantiles,
        "{ low = 100, likely = 300, high = 900 }": Pert,
        "[{ value = 300, weight = 3 }, { value = 700, weight = 1 }]": Listed,
    }
    for value, kind in kinds.items():
        assert type(ranged("traffic.requests_per_month", value)) is kind


def test_a_file_without_ranges_is_as_it_was() -> None:
    plain = opened()
    assert plain.problems == []
    assert plain.workload is not None
    assert plain.workload.ranges == {}
    assert "ranges" not in repr(plain.workload)
    assert "ranges" not in workload_text(plain.workload, {}, "head")


WRONG = [
    ("{ p5 = 4_000, p95 = 600 }", "p5 is 4000, more than p95, which is 600"),
    ("{ p5 = 600, p95 = 600 }", "p5 and p95 are both 600"),
    ("{ p5 = 0, p95 = 600 }", "must be more than 0 in a lognormal range"),
    ("{ p5 = -1, p95 = 600 }", "must be at least 0, not -1"),
    ("{ p5 = 600 }", "needs two quantiles at least"),
    ("{ p5 = 600, 'p5.0' = 700 }", "'p5' and 'p5.0' are one"),
    ("{ p5 = 600, p95 = '900' }", "must be a number, not a string"),
    ("{ p5 = 600, p95 = nan }", "must be a finite number"),
    ("{ p5 = 600, p95 = 1e15 }", "is too large"),
    ("{ p5 = 600, p95 = true }", "must be a number, not a boolean"),
    ("{ p5 = 600, p59x = 700 }", "unknown key 'p59x' of a range"),
    ("{ p0 = 600, p95 = 700 }", "is no quantile: nothing is below it"),
    ("{ p5 = 600, low = 1, likely = 2, high = 3 }", "mixes forms of ranges"),
    ("{}", "is no range"),
    ("{ quantiles = 3 }", "must be a table such as { p10 = 1, p90 = 5 }, not a number"),
    ("{ quantiles = { median = 3 } }", "'median' is no quantile"),
    ("{ quantiles = { p50 = 3 } }", "needs two quantiles at least"),
    ("{ quantiles = {} }", "needs two quantiles at least"),
    ("{ low = 1, high = 3 }", "missing key 'likely'"),
    ("{ low = 1, likely = 4, high = 3 }", "do not rise"),
    ("{ low = 2, likely = 2, high = 2 }", "low and high are both 2"),
    ("{ low = -2, likely = 2, high = 3 }", "must be at least 0, not -2"),
    ("[]", "lists fewer than two numbers"),
    ("[1, 2]", "is no value with its weight"),
    ("[{ value = 1, weight = 1 }]", "lists fewer than two numbers"),
    ("[{ value = 1, weight = 0 }, { value = 2, weight = 1 }]", "must be more than 0, not 0"),
    ("[{ value = 1, weight = -1 }, { value = 2, weight = 1 }]", "must be more than 0, not -1"),
    ("[{ value = 1 }, { value = 2, weight = 1 }]", "missing key 'weight'"),
    ("[{ value = 1, wait = 1, weight = 1 }, { value = 2, weight = 1 }]", "unknown key 'wait'"),
    ("[{ value = 1, weight = 1 }, { value = 1, weight = 2 }]", "lists fewer than two numbers"),
    (
        "[{ value = 1, weight = 1 }, { value = 1, weight = 2 }, { value = 2, weight = 1 }]",
        "lists a number twice",
    ),
    ("[{ value = -1, weight = 1 }, { value = 2, weight = 1 }]", "must be at least 0, not -1"),
]


@pytest.mark.parametrize(("value", "message"), WRONG)
def test_what_is_no_range_is_said(value: str, message: str) -> None:
    text = HEAD.format(step="", traffic="", end="")
    text = text.replace("cost_per_case = 4", f"cost_per_case = {value}")
    read = read_workload("a.toml", text, Path())
    said = [problem.message for problem in read.problems]
    assert any(message in one for one in said), said
    assert all(problem.path[:2] == ("human", "cost_per_case") for problem in read.problems)
    assert read.workload is None
    with pytest.raises(BadUsage, match="--set human"):
        opened(f"human.cost_per_case={value}")


SHARES = [
    ("{ p5 = 0.9, p95 = 1.2 }", "must be at most 1, not 1.2"),
    ("{ p5 = 0.9, p95 = 1 }", "must be less than 1 in a logit-normal range"),
    ("[{ value = 0.5, weight = 1 }, { value = 3, weight = 1 }]", "must be at most 1, not 3"),
]


@pytest.mark.parametrize(("value", "message"), SHARES)
def test_a_share_stays_a_share(value: str, message: str) -> None:
    with pytest.raises(BadUsage, match=message):
        opened(f"step.chat.success={value}")


@pytest.mark.parametrize(
    "key", ["step.chat.max_attempts", "horizon_months", "stale_after_days", "traffic.hourly.3"]
)
def test_numbers_that_shape_the_plan_take_no_range(key: str) -> None:
    with pytest.raises(BadUsage, match="must be one number, not a range"):
        opened(f"{key}={{ p5 = 1, p95 = 3 }}", traffic=f"hourly = {[1] * 24}")


@pytest.mark.parametrize(
    "table",
    [
        "[budget]\nper_request = { p5 = 1, p95 = 3 }",
        "[target]\nreliability = { p5 = 0.9, p95 = 0.99 }",
        "[mix.half]\nstacks = { first = { p5 = 0.1, p95 = 0.9 } }",
        '[[candidates.chat]]\noffer = "openai/gpt-6-luna"\nsuccess = { p5 = 0.9, p95 = 0.99 }',
    ],
)
def test_limits_and_targets_take_no_range(table: str) -> None:
    (problem,) = opened(end=table).problems
    assert problem.message == "must be one number, not a range"


def test_what_is_neither_a_range_nor_a_number_stays_what_the_reader_says() -> None:
    problems = opened("step.chat.next={ end = 0.4, chat = 0.6 }").problems
    assert not any("range" in problem.message for problem in problems)


def test_all_wrong_ranges_and_the_readers_own_problems_are_told_at_once() -> None:
    text = HEAD.format(step="imput = 1", traffic="", end="").replace(
        "cost_per_case = 4", "cost_per_case = { p5 = 9, p95 = 1 }"
    )
    text = text.replace("output_tokens = 300", "output_tokens = { low = 1 }")
    problems = read_workload("a.toml", text, Path()).problems
    places = {problem.path for problem in problems}
    assert {("step", 0, "imput"), ("human", "cost_per_case", "p5")} <= places
    assert ("step", 0, "output_tokens") in places
    assert not any(problem.message.startswith("must be a number") for problem in problems)


def test_a_range_written_again_is_the_same_range() -> None:
    said = opened(
        "step.chat.input_tokens={ p5 = 1_000, p95 = 4_000 }",
        "human.cost_per_case={ quantiles = { p10 = 2, p50 = 4, p99.9 = 9 } }".replace(
            "p99.9", "'p99.9'"
        ),
        "step.chat.output_tokens={ low = 100, likely = 300.5, high = 900 }",
        "step.chat.success=[{ value = 0.9, weight = 3 }, { value = 0.95, weight = 1 }]",
        end='[[correlation]]\npaths = ["step.chat.success", "human.cost_per_case"]\n'
        "coefficient = -0.4",
    ).workload
    assert said is not None
    text = workload_text(said, {}, "written")
    assert read_workload("b.toml", text, Path()).workload == said


def test_the_schema_describes_what_is_read() -> None:
    described = json.loads(schema("workload"))
    checker = jsonschema.Draft202012Validator(described)
    for key, value, _ in POINTS:
        if "." in key and key.split(".")[0] in ("traffic", "human"):
            table, name = key.split(".")
            data = tomllib.loads(f"[{table}]\n{name} = {value}")
            sub = {**described, **described["$defs"][table.capitalize()]}
            errors = jsonschema.Draft202012Validator(sub).iter_errors(data[table])
            assert not [error for error in errors if "required" not in error.message]
    text = HEAD.format(step="", traffic="", end="[scenario.bad]\ntraffic.requests_per_month = 1")
    assert not [*checker.iter_errors(json.loads(json.dumps(tomllib.loads(text), default=str)))]


def paired(*tables: tuple[str, str, str], **given: str) -> list[Problem]:
    names = {
        "a": "traffic.requests_per_month",
        "b": "step.chat.input_tokens",
        "c": "human.cost_per_case",
    }
    text = HEAD.format(
        step="",
        traffic="",
        end="\n".join(
            f'[[correlation]]\npaths = ["{names.get(first, first)}", '
            f'"{names.get(second, second)}"]\ncoefficient = {coefficient}'
            for first, second, coefficient in tables
        ),
    )
    for line in ("requests_per_month = 10_000", "input_tokens = 2_000", "cost_per_case = 4"):
        text = text.replace(line, line.split(" = ")[0] + " = { p5 = 3_000, p95 = 9_000 }")
    return read_workload("a.toml", text, Path(), **given).problems  # type: ignore[arg-type]


def test_ranges_may_move_together() -> None:
    assert paired(("a", "b", "0.9"), ("b", "c", "0.9"), ("a", "c", "0.7")) == []


def test_a_matrix_that_nothing_can_have_names_its_pair_and_what_is_possible() -> None:
    """0.9 and 0.9 leave 0.81 +- 0.19 for the third."""
    (problem,) = paired(("a", "b", "0.9"), ("b", "c", "0.9"), ("a", "c", "0.5"))
    assert problem.path == ("correlation", 2, "coefficient")
    assert "'human.cost_per_case' and 'traffic.requests_per_month'" in problem.message
    assert problem.hint == "with them it is between 0.62 and 1.00"


def test_a_pair_that_no_table_names_has_no_correlation() -> None:
    (problem,) = paired(("a", "b", "0.9"), ("b", "c", "0.9"))
    assert "contradicts" in problem.message
    assert problem.hint == "with them it is between -0.44 and 0.44"


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (("a", "traffic.request_per_month", "0.5"), "is no range"),
        (("a", "step.chatt.output_tokens", "0.5"), "is no range"),
        (("a", "a", "0.5"), "must name at least two ranges"),
        (("a", "b", "1"), "two numbers that are one another are one number"),
        (("a", "b", "1.5"), "must be at most 1"),
        (("a", "b", "{ p5 = 0.1, p95 = 0.2 }"), "must be one number, not a range"),
    ],
)
def test_correlations_that_are_none(table: tuple[str, str, str], message: str) -> None:
    problems = paired(table)
    assert any(message in problem.message for problem in problems), problems


def test_a_pair_is_named_once() -> None:
    (problem,) = paired(("a", "b", "0.5"), ("b", "a", "0.4"))
    assert "have a coefficient already" in problem.message


def test_a_range_that_is_set_to_a_number_moves_with_nothing() -> None:
    assert paired(("a", "b", "0.5"), changes=["traffic.requests_per_month=5"]) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("a.b.c", ["a", "b", "c"]),
        ('stack."gpt-4.1".chat', ["stack", "gpt-4.1", "chat"]),
        ("stack.'x y'.chat", ["stack", "x y", "chat"]),
        (" a . b ", ["a", "b"]),
        ("a..b", ["a", "", "b"]),
        ("a.", ["a", ""]),
        ("", [""]),
    ],
)
def test_paths_are_read(path: str, keys: list[str]) -> None:
    assert keys_of(path) == keys
    if all(keys) and " " not in path.replace("'x y'", ""):
        assert keys_of(dotted(keys)) == keys


SCENARIOS = """
[scenario.bad]
traffic.requests_per_month = { p5 = 20_000, p95 = 80_000 }
step.chat.input_tokens = 9_000
[scenario.good]
"step.chat.success" = 0.99
stack.first.chat = "openai/gpt-6.1-terra"
[scenario.wrong]
step.chat.success = 1.5
[scenario.parts]
step.chat.cacheable_tokens = 99_000
[scenario.astray]
step.chta.success = 0.5
"""


def test_a_scenario_is_laid_over_the_file() -> None:
    bad = opened(end=SCENARIOS, scenario="bad")
    assert bad.scenarios == ["bad", "good", "wrong", "parts", "astray"]
    assert bad.workload is not None
    assert float(bad.workload.traffic.requests_per_month) == pytest.approx(40_000)
    assert [*bad.workload.ranges] == ["traffic.requests_per_month"]
    assert bad.workload.step[0].input_tokens == 9_000
    good = opened(end=SCENARIOS, scenario="good")
    assert good.workload is not None
    assert good.workload.step[0].success == Decimal("0.99")
    assert good.bindings == [(("stack", "first", "chat"), "openai/gpt-6.1-terra")]


def test_without_a_name_no_scenario_has_any_effect() -> None:
    assert opened(end=SCENARIOS).workload == opened().workload


def test_set_stands_above_a_scenario() -> None:
    workload = opened("step.chat.input_tokens=7", end=SCENARIOS, scenario="bad").workload
    assert workload is not None
    assert workload.step[0].input_tokens == 7


def test_an_unknown_scenario_is_told_with_the_nearest() -> None:
    with pytest.raises(BadUsage) as raised:
        opened(end=SCENARIOS, scenario="goood")
    assert raised.value.hint == "did you mean 'good'?"
    with pytest.raises(BadUsage) as raised:
        opened(scenario="bad")
    assert raised.value.hint == "[scenario.bad]"


def test_what_a_scenario_breaks_is_told_where_it_is_written() -> None:
    (problem,) = opened(end=SCENARIOS, scenario="wrong").problems
    assert problem.path == ("scenario", "wrong", "step", "chat", "success")
    (problem,) = opened(end=SCENARIOS, scenario="parts").problems
    assert problem.path == ("scenario", "parts", "step", "chat", "cacheable_tokens")
    with pytest.raises(DocumentError, match="there is no element 'chta'") as raised:
        opened(end=SCENARIOS, scenario="astray")
    assert "step.chta.success = 0.5" in str(raised.value)


@pytest.mark.parametrize("end", ["[[scenario]]\nx = 1", "[scenario]\nbad = 3"])
def test_scenarios_are_tables(end: str) -> None:
    with pytest.raises(DocumentError, match="must be a table"):
        opened(end=end)


def test_lognormal_sigma_is_what_the_page_says() -> None:
    """sigma = ln(b / a) / 3.2897 for p5 = a and p95 = b."""
    known = ranged("human.cost_per_case", "{ p5 = 2, p95 = 8 }")
    low, high = (float(known.scaled(number)) for _, number in known.at)
    assert (high - low) / 3.2897 == pytest.approx(log(4) / 3.2897)
