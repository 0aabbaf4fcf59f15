"""The family: which plans are tried, what they reach, and that they are priced as the plan is."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from compare_cases import (
    CHECK,
    DAY,
    HEAD,
    PEOPLE,
    SEARCH,
    STACK,
    SUPPORT,
    TARGET,
    WHOLE,
    Ready,
    named,
    near,
    only,
    opened_at,
    ready,
    value,
    ways,
)
from hypothesis import given
from hypothesis import strategies as st
from properties import examples

from costplan.plan.compare.pricing import without_people
from costplan.plan.compare.variants import Choices, bare_choices, changed, family, words
from costplan.store.files.text import DocumentError
from costplan.workload.model import Workload
from costplan.workload.solving import Solved, solve

TOOL = HEAD + "\n[stack.a]\nfinder = 'metered/calls'\n"
END = '\n[stack.a]\nfinder = "metered/calls"\n'


def step(name: str, more: str = "success = 0.9") -> str:
    return f'\n[[step]]\nname = "{name}"\ntool = "finder"\n{more}\n'


def check(name: str, judges: str, more: str = "") -> str:
    return step(
        name, f"judges = [{judges}]\nsensitivity = 0.9\nfalse_positive_rate = 0.1\nrho = 0\n{more}"
    )


def shares(solved: Solved) -> tuple[float, ...]:
    found = solved.outcomes
    assert found is not None
    return (
        found.delivered_right,
        found.delivered_wrong,
        found.human_right,
        found.human_wrong,
        found.aborted,
    )


def members(workload: Workload) -> dict[str, Workload]:
    """The family by name: attempts, validators, people."""
    return {words(one, workload): changed(workload, one) for one in family(workload)}


def bare(workload: Workload) -> Workload:
    return changed(workload, bare_choices(workload))


def test_the_members_are_attempts_validators_and_people(tmp_path: Path) -> None:
    workload = ready(tmp_path, WHOLE).workload
    assert len(list(family(workload))) == 5 * 2 * 2
    names = members(workload)
    assert len(names) == 5 * 2 * 2
    assert "5 attempts, without check, with people" in names
    assert "1 attempt, without people" in names
    for member in names.values():
        for one in member.step:
            assert one.max_attempts in (1, 2, 3, 4, 5) or one.judges
    plain = bare(workload)
    assert [one.name for one in plain.step] == ["search"]
    assert plain.step[0].max_attempts == 1
    assert plain.human is None


def test_a_member_equal_to_the_plan_is_the_plan(tmp_path: Path) -> None:
    found = ways(ready(tmp_path, WHOLE).compare())
    names = [one.name for one in found.options]
    assert "2 attempts, with people" not in names
    assert len(names) == len(set(names))
    assert sum(one.kind == "orchestrate" for one in found.options) == 19


@examples(30)
@given(
    st.floats(0.05, 0.99),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0, 1),
    st.sampled_from(("human", "abort", "continue")),
    st.integers(1, 3),
)
def test_people_off_is_the_graph_without_people(
    success: float, detection: float, sensitivity: float, false: float, end: str, rounds: int
) -> None:
    workload = _small(success, detection, sensitivity, false, end, rounds)
    off = without_people(solve(workload))
    # "human" needs [human]: without it the same case is lost
    steps = tuple(
        replace(
            one,
            on_exhaust=None if one.on_exhaust == "human" else one.on_exhaust,
            on_reject=one.on_reject and replace(one.on_reject, then=_alone(one.on_reject.then)),
        )
        for one in workload.step
    )
    alone = solve(replace(workload, human=None, step=steps))
    assert shares(off) == pytest.approx(shares(alone), abs=1e-12)
    assert off.visits.runs == alone.visits.runs
    assert off.visits.cases == alone.visits.cases == 0


def _alone(then: str | None) -> str | None:
    return None if then == "human" else then


def _small(
    success: float, detection: float, sensitivity: float, false: float, end: str, rounds: int
) -> Workload:
    from tempfile import TemporaryDirectory

    text = HEAD + step(
        "a",
        f"success = {success:.6f}\ndetection_rate = {detection:.6f}\n"
        f'max_attempts = {rounds}\non_exhaust = "{end}"',
    )
    text += step(
        "v",
        f'judges = ["a"]\nsensitivity = {sensitivity:.6f}\nfalse_positive_rate = {false:.6f}\n'
        "rho = 0\n"
        f'on_reject = {{ restart = "a", max_attempts = {rounds}, then = "{end}" }}',
    )
    with TemporaryDirectory() as name:
        return ready(Path(name), text + PEOPLE + END).workload


# -- validators that others lean on --------------------------------------------------------------


def test_a_validator_that_another_restarts_at_may_go(tmp_path: Path) -> None:
    text = HEAD + step("a") + check("v1", '"a"', 'on_reject = { restart = "a" }')
    text += step("b") + check("v2", '"b"', 'on_reject = { restart = "v1" }') + PEOPLE + END
    workload = ready(tmp_path, text).workload
    by_name = members(workload)
    lone = by_name["2 attempts, without v1, with people"].step[-1]
    assert lone.on_reject is not None
    assert lone.on_reject.restart == "b"  # what ran behind the validator runs again
    for attempts in (2, 3):
        solve(by_name[f"{attempts} attempts, without v1, with people"])


def test_a_validator_straight_behind_one_that_goes_restarts_nothing(tmp_path: Path) -> None:
    text = HEAD + step("a") + check("v1", '"a"', 'on_reject = { restart = "a" }')
    text += check("v2", '"a"', 'on_reject = { restart = "v1", max_attempts = 3 }') + END
    by_name = members(ready(tmp_path, text).workload)
    lone = by_name["4 attempts, without v1"].step[-1]
    assert lone.on_reject is not None
    assert (lone.on_reject.restart, lone.on_reject.max_attempts) == ("a", 1)


def test_a_validator_that_judges_one_that_goes_judges_its_steps(tmp_path: Path) -> None:
    text = HEAD + step("a") + check("v1", '"a"') + check("v2", '"v1"') + END
    by_name = members(ready(tmp_path, text).workload)
    (name,) = [one for one in by_name if "without v1" in one and "v2" not in one]
    assert by_name[name].step[-1].judges == ("a",)
    for member in by_name.values():
        solve(member)


@pytest.mark.parametrize("last", ["", '\nnext = "end"'])
def test_branches_lead_past_a_validator_that_goes(last: str, tmp_path: Path) -> None:
    text = HEAD + step("a", "success = 0.9\nnext = { v = 0.75, b = 0.25 }")
    text += check("v", '"a"', "next = { b = 0.5, end = 0.5 }")
    text += step("b", f"success = 0.9{last}") + PEOPLE + END
    made = ready(tmp_path, text)
    plain = bare(made.workload)
    assert plain.step[0].next == {"b": Decimal("0.625"), "end": Decimal("0.375")}
    assert plain.step[1].next == {"end": Decimal(1)}
    solved = solve(plain)
    assert solved.visits.runs["b"] == Decimal("0.625")
    found = ways(made.compare())
    assert value(named(found, "vote of 3 whole runs"))[0] == 3 * (100 + Decimal("62.5"))


def test_members_with_too_many_states_are_left_out_and_said_to_be(tmp_path: Path) -> None:
    text = HEAD
    for at in range(20):
        text += step(f"s{at}", "success = 0.97\ndetection_rate = 0.5\nmax_attempts = 2")
        if at % 4 == 3:
            text += check(f"v{at}", f'"s{at}"', f'on_reject = {{ restart = "s{at - 2}" }}')
    made = ready(tmp_path, text + PEOPLE + END).compare()
    found = ways(made)
    assert found.notes == ["plans with more attempts are left out: they have too many states"]
    named(found, "1 attempt, without people")
    assert not any(one.name.startswith("5 attempts") for one in found.options)


# -- prices --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def support() -> Ready:
    return opened_at(SUPPORT)


def test_steps_that_share_a_tool_are_priced_by_their_calls(tmp_path: Path) -> None:
    text = (
        HEAD
        + step("a", "success = 0.9\ncalls = 3")
        + step("b")
        + CHECK.replace('"search"', '"a"').replace("checker", "finder")
        + PEOPLE
        + END
    )
    found = ways(ready(tmp_path, text).compare())
    unchecked = named(found, "1 attempt, without check, with people")
    # nothing is noticed, so nobody is asked: 1,000 x (3 + 1) calls at 0.10
    assert value(unchecked) == (Decimal(400), Decimal("0.81"))
    assert unchecked.by_purpose == {"produce": 400, "coordinate": 0, "people": 0, "idle": 0}


def test_a_job_on_a_step_s_tool_is_no_run_of_the_step(tmp_path: Path) -> None:
    job = '\n[[job]]\nname = "nightly"\nruns_per_month = 10\nitems = 50\ntool = "finder"\n'
    found = ways(ready(tmp_path, HEAD + step("a") + job + END).compare())
    # 1,000 calls of the step and 10 x 50 of the job at 0.10; the job is not voted on
    assert value(found.options[0])[0] == 100 + 50
    assert value(named(found, "vote of 3 whole runs"))[0] == 3 * 100 + 50


def test_storage_is_not_bought_again_by_votes(support: Ready) -> None:
    workload = only(support.workload, "portable")
    plain = bare(workload)
    roles = {role: one for role, one in plain.stack["portable"].roles.items() if role != "judge"}
    plain = replace(
        plain, stack={"portable": replace(plain.stack["portable"], roles=roles)}, policy=()
    )
    bills = [support.priced(one) for one in (plain, changed(plain, Choices(whole_runs=3)))]
    once, thrice = ({line.price.charge: line.quantity for line in bill.lines} for bill in bills)
    assert thrice["storage"] == once["storage"]
    assert near(thrice["read_units"], 3 * once["read_units"])


def test_volunteers_cost_nothing_in_every_member(tmp_path: Path) -> None:
    text = HEAD + SEARCH + CHECK + PEOPLE + TARGET + STACK + 'human = { none = "volunteers" }\n'
    found = ways(ready(tmp_path, text).compare())
    assert any(one.cases for one in found.options)
    for one in found.options:
        if one.by_purpose is not None:
            assert one.by_purpose["people"] == 0


def test_each_stack_is_solved_with_its_own_success_rates(tmp_path: Path) -> None:
    stack = '\n[stack.a]\nfinder = { offer = "metered/calls", success = 0.95 }\n'
    stack += '\n[stack.b]\nfinder = { offer = "metered/calls", success = 0.7 }\n'
    made = ready(tmp_path, HEAD + step("a") + stack).compare()
    assert [value(one.options[0])[1] for one in made.strategies] == [
        Decimal("0.95"),
        Decimal("0.7"),
    ]
    assert made.notes == []
    assert made.document.as_of == DAY


FALLBACK = """
[[step]]
name = "answer"
model = "chat"
input_tokens = 1_000
output_tokens = 500
success = 0.8
detection_rate = 0.9
rho = 0
fallback = { model = "larger", success = 0.95, phi = 0 }

[stack.a]
chat = "openai/gpt-6.1-terra"
larger = "anthropic/claude-opus-5-5"
"""


def test_a_fallback_s_calls_are_no_part_of_the_step_s_own_price(tmp_path: Path) -> None:
    made = ready(tmp_path, HEAD + FALLBACK + "\n# no [prices]")
    bill = made.estimates()["a"]
    own = sum(one.amount or 0 for one in bill.lines if one.role == "chat")
    vote = named(ways(made.compare()), "vote of 3 whole runs")  # the bare pipeline has no fallback
    assert near(value(vote)[0], 3 * own + bill.fixed_monthly)


def test_a_plan_with_one_branch_keeps_its_validators_in_every_member(tmp_path: Path) -> None:
    text = HEAD + step("a", "success = 0.9\nnext = { v = 0.75, b = 0.25 }")
    text += check("v", '"a"', 'on_reject = { restart = "a", max_attempts = 2 }') + step("b") + END
    found = members(ready(tmp_path, text).workload)
    assert found
    for name, member in found.items():
        assert [one.name for one in member.step] == ["a", "v", "b"], name


def test_members_keep_fallbacks_and_the_bare_pipeline_has_none(tmp_path: Path) -> None:
    workload = ready(tmp_path, HEAD + FALLBACK + "\n# no [prices]").workload
    assert any(one.fallback for one in workload.step)
    for name, member in members(workload).items():
        assert [one.fallback for one in member.step] == [one.fallback for one in workload.step], (
            name
        )
    assert not any(one.fallback for one in bare(workload).step)


def test_a_way_that_outgrows_its_plan_is_not_sold(tmp_path: Path) -> None:
    """A plan of at most 1,500 calls: once 1,000, with a second attempt 1,300, and 1.21 times
    as many in the third month. Written out, the same way is refused."""
    tool = TOOL.replace("metered", "small")
    text = tool + step("search", "success = 0.7\ndetection_rate = 1\nmax_attempts = 1\nrho = 0\n")
    growing = ("traffic.growth_per_month=0.1", "horizon_months=4")
    today, grown = (ways(ready(tmp_path, text, *changes).compare()) for changes in ((), growing))
    assert named(today, "2 attempts").monthly == Decimal(300) + 1_300 * Decimal("0.02")
    assert grown.options[0].monthly == Decimal(300) + 1_000 * Decimal("0.02")
    refused = named(grown, "2 attempts")
    assert refused.monthly is None
    assert refused.reason is not None
    assert refused.reason.startswith("not sold so in month 3: small/calls does not serve")
    assert "calls is 1,573, at most 1,500" in refused.reason
    written = ready(tmp_path, text.replace("max_attempts = 1", "max_attempts = 2"), *growing)
    with pytest.raises(DocumentError, match="1,573"):
        written.compare()
