"""What must hold of the outcomes of any graph, and of the chain beneath them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from itertools import pairwise
from math import comb, exp, lgamma, log, log1p
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from properties import examples
from reliability_helpers import (
    Table,
    file_text,
    graph,
    moments,
    solved,
    step,
    validator,
    whole,
    workload_of,
)

from costplan.api.estimating import estimate_opened
from costplan.outcomes.chain import Chain, NeverEnds, Row
from costplan.outcomes.graph import Graph, Outcomes
from costplan.outcomes.node import Node
from costplan.outcomes.places import MOST_STATES
from costplan.outcomes.spread import quantiles
from costplan.outcomes.votes import ceiling, majority
from costplan.store.files.workloads import open_workload
from costplan.workload.model_calls import portions
from costplan.workload.solving import Rates, solve

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
DAY = date(2026, 11, 22)
PIPELINE = 0.97**6

always = examples(60)
share = st.integers(0, 100).map(lambda percent: percent / 100)
inner = st.integers(1, 99).map(lambda percent: percent / 100)


def near(value: float, error: float = 1e-9) -> Any:
    return pytest.approx(value, rel=error, abs=error)


# -- small workloads of every kind ----------------------------------------------------------


@st.composite
def working(draw: st.DrawFn, name: str) -> Table:
    keys: Table = {"rho": draw(st.sampled_from([0, 0.2, 0.5, 1]))}
    if draw(st.booleans()):
        keys |= {"detection_rate": draw(inner), "max_attempts": draw(st.integers(1, 2))}
        keys["on_exhaust"] = draw(st.sampled_from(["human", "abort", "continue"]))
    if "detection_rate" in keys and draw(st.booleans()):
        keys["fallback"] = {"model": "other", "success": draw(share)}
        keys |= {"model": "main", "input_tokens": 1}
    if draw(st.booleans()):
        keys["timeout"] = {"share": draw(inner)}
    kind = draw(st.sampled_from(["single", "vote", "early", "best"]))
    if kind in ("vote", "early"):
        keys["vote"] = {"runs": 3, "stop_early": kind == "early"}
    if kind == "best":
        keys["best_of"] = {"runs": 2, "selector": draw(share)}
    if draw(st.integers(0, 4)) == 0:
        del keys["rho"]
        keys["common_cause"] = draw(share)
    made = step(name, draw(share), **keys)
    if "model" in keys:
        del made["tool"]
    return made


@st.composite
def workloads(draw: st.DrawFn, checked: bool | None = None) -> list[Table]:
    """One to three working steps and perhaps a last validator that restarts some of them."""
    steps = [draw(working(f"s{at}")) for at in range(draw(st.integers(1, 3)))]
    if draw(st.booleans()) if checked is None else checked:
        names = [one["name"] for one in steps]
        judged = draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
        reject = {
            "restart": draw(st.sampled_from(names)),
            "max_attempts": draw(st.integers(1, 2)),
            "then": draw(st.sampled_from(["human", "abort", "continue"])),
        }
        steps.append(validator("check", judged, draw(share), draw(share), **reject))
    return steps


@always
@given(workloads(), share)
def test_probabilities_are_probabilities_and_sum_to_one(steps: list[Table], human: float) -> None:
    found = solved(steps, human)
    ends = [
        found.delivered_right,
        found.delivered_wrong,
        found.human_right,
        found.human_wrong,
        found.aborted,
    ]
    assert all(-1e-15 <= end <= 1 + 1e-12 for end in ends)
    assert whole(found) == near(1, 1e-12)
    mean, variance = moments(found, dict.fromkeys(found.visits, 1.0))
    assert mean == near(sum(found.visits.values()))
    assert variance >= 0


@always
@given(workloads(), share)
def test_first_repeated_and_redundant_runs_are_all_runs(steps: list[Table], human: float) -> None:
    workload = workload_of(file_text(steps, human))
    answer = solve(workload)
    found = answer.outcomes
    assert found is not None
    for one in workload.step:
        redundant = found.redundant.get(one.name, 0.0)
        assert -1e-12 <= found.first[one.name] <= 1 + 1e-12
        assert found.visits[one.name] - redundant - found.first[one.name] >= -1e-12
        parts = portions(one, answer.visits, Decimal(1))
        assert all(part.runs > 0 for part in parts)
        total = sum(part.runs for part in parts)
        assert abs(total - answer.visits.runs[one.name]) <= Decimal("1e-10")
    assert found.first[workload.step[0].name] == near(1)


@always
@given(st.lists(st.tuples(share, share), min_size=1, max_size=6))
def test_single_attempts_do_not_feel_the_correlation(rates: list[tuple[float, float]]) -> None:
    expected = 1.0
    for p, _ in rates:
        expected *= p
    found = solved([step(f"s{at}", p, rho=rho) for at, (p, rho) in enumerate(rates)])
    assert found.trusted == near(expected, 1e-12)
    assert found.silent == near(1 - expected, 1e-12)
    assert all(one == near(1, 1e-12) for one in found.visits.values())


@always
@given(st.integers(2, 8), share)
def test_six_steps_at_97_percent_are_83_percent_at_any_correlation(n: int, rho: float) -> None:
    found = solved([step(f"s{at}", 0.97, rho=rho) for at in range(n)])
    assert found.trusted == near(0.97**n, 1e-12)


# -- closed forms ---------------------------------------------------------------------------


def tail(runs: int, quorum: int, p: float) -> float:
    return sum(comb(runs, k) * p**k * (1 - p) ** (runs - k) for k in range(quorum, runs + 1))


@always
@given(inner, st.integers(1, 9), st.integers(1, 9), st.booleans())
def test_votes_without_correlation_are_binomial(
    p: float, runs: int, quorum: int, early: bool
) -> None:
    assume(quorum <= runs)
    expected = tail(runs, quorum, p)
    for rho in (0, 1e-9):
        vote = {"runs": runs, "quorum": quorum, "stop_early": early}
        found = solved([step("vote", p, rho=rho, vote=vote)])
        assert found.trusted == near(expected, 1e-6 if rho else 1e-12)
        if early:
            assert found.visits["vote"] <= runs + 1e-9
        else:
            assert found.visits["vote"] == near(runs)


@always
@given(inner, inner, st.integers(1, 6))
def test_retries_without_correlation(p: float, detection: float, attempts: int) -> None:
    again = (1 - p) * detection
    tries = sum(again**at for at in range(attempts))
    for rho in (0, 1e-9):
        keys = {"rho": rho, "detection_rate": detection, "max_attempts": attempts}
        found = solved([step("try", p, **keys)])
        error = 1e-6 if rho else 1e-12
        assert found.trusted == near(p * tries, error)
        assert found.silent == near((1 - p) * (1 - detection) * tries, error)
        assert found.aborted == near(again**attempts, error)
        assert found.visits["try"] == near(tries, error)


@always
@given(inner, inner, inner, st.integers(1, 5), share)
def test_a_block_without_correlation(
    p: float, sensitivity: float, false_positive: float, rounds: int, human: float
) -> None:
    right, wrong = p * (1 - false_positive), (1 - p) * (1 - sensitivity)
    again = 1 - right - wrong
    tries = sum(again**at for at in range(rounds))
    for rho in (0, 1e-9):
        reject = {"restart": "make", "max_attempts": rounds, "then": "human"}
        judge = validator("check", ["make"], sensitivity, false_positive, **reject)
        found = solved([step("make", p, rho=rho), judge], human)
        error = 1e-6 if rho else 1e-12
        assert found.trusted == near(right * tries + again**rounds * human, error)
        assert found.silent == near(wrong * tries + again**rounds * (1 - human), error)
        assert found.escalated == near(again**rounds, error)
        assert found.visits == {"make": near(tries, error), "check": near(tries, error)}


@always
@given(inner, inner, st.integers(1, 6))
def test_correlated_repeats_are_beta_binomial(p: float, rho: float, runs: int) -> None:
    alpha, beta = p * (1 / rho - 1), (1 - p) * (1 / rho - 1)
    all_right = all_wrong = 1.0
    for at in range(runs):
        all_right *= (alpha + at) / (alpha + beta + at)
        all_wrong *= (beta + at) / (alpha + beta + at)
    vote = {"runs": runs, "quorum": runs}
    assert solved([step("vote", p, rho=rho, vote=vote)]).trusted == near(all_right)
    keys = {"rho": rho, "detection_rate": 1, "max_attempts": runs}
    assert solved([step("try", p, **keys)]).aborted == near(all_wrong)


@pytest.mark.parametrize(("rho", "limit"), [(0.1, 0.987), (0.2, 0.944), (0.5, 0.863)])
def test_a_vote_of_the_whole_pipeline_has_a_ceiling(rho: float, limit: float) -> None:
    alpha, beta = PIPELINE * (1 / rho - 1), (1 - PIPELINE) * (1 / rho - 1)
    front = lgamma(alpha + beta) - lgamma(alpha) - lgamma(beta)

    def half() -> float:
        """P(Beta > 1/2), by the midpoint rule after x = 1 - y^(1/beta) took the pole away."""
        panels, end = 20_000, 0.5**beta
        total = sum(
            (1 - (end * (at + 0.5) / panels) ** (1 / beta)) ** (alpha - 1) for at in range(panels)
        )
        return exp(front - log(beta)) * total * end / panels

    exact = half()
    assert exact == near(limit, 5e-4)
    assert ceiling(PIPELINE, rho) == near(exact, 1e-6)
    reached = [
        solved([step("whole", PIPELINE, rho=rho, vote={"runs": runs})]).trusted
        for runs in (1, 3, 9, 25, 49, 99)
    ]
    assert reached == sorted(reached)
    assert reached[-1] < exact
    distance = [exact - one for one in reached[-2:]]
    assert distance[1] < 0.003
    assert distance[0] / distance[1] == pytest.approx(99 / 49, rel=0.03)  # it shrinks as 1/N
    assert majority(PIPELINE, 99, rho) == near(reached[-1], 1e-12)
    assert exact - majority(PIPELINE, 999, rho) < 0.0003


# -- more of something ----------------------------------------------------------------------


@always
@given(workloads(checked=True), share, share, share)
def test_a_more_sensitive_last_validator_never_lets_more_through(
    steps: list[Table], human: float, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    blunt = solved([*steps[:-1], steps[-1] | {"sensitivity": low}], human)
    sharp = solved([*steps[:-1], steps[-1] | {"sensitivity": high}], human)
    assert sharp.silent <= blunt.silent + 1e-12


@always
@given(workloads(), share, share)
def test_better_people_give_more_trusted_answers(
    steps: list[Table], one: float, other: float
) -> None:
    low, high = sorted((one, other))
    worse, better = solved(steps, low), solved(steps, high)
    assert better.trusted >= worse.trusted - 1e-12
    assert better.visits == near(worse.visits, 1e-12)


@always
@given(workloads(checked=True), share)
def test_steps_that_are_always_reached_run_at_least_once(steps: list[Table], human: float) -> None:
    assert solved(steps, human).visits["s0"] >= 1 - 1e-12
    for one in steps:  # nothing gives up any more before the end
        one.pop("timeout", None)
        if "detection_rate" in one:
            one["on_exhaust"] = "continue"
    found = solved(steps, human)
    assert min(found.visits.values()) >= 1 - 1e-12


@pytest.fixture(scope="module")
def cost_per_answer() -> Callable[[str], list[Decimal]]:
    def ask(change: str) -> list[Decimal]:
        opened = open_workload(str(EXAMPLES / "support-agent.toml"), [change])
        estimates = estimate_opened(opened, DAY).estimates
        answers = [one.cost_per_trusted_answer for one in estimates]
        assert len(answers) == 4
        assert None not in answers
        return [one for one in answers if one is not None]

    return ask


def test_dearer_people_never_lower_the_cost_of_a_trusted_answer(
    cost_per_answer: Callable[[str], list[Decimal]],
) -> None:
    rows = [cost_per_answer(f"human.cost_per_case={cost}") for cost in (0, 1, 4, 13.5, 100)]
    for cheaper, dearer in pairwise(rows):
        assert all(low < high for low, high in zip(cheaper, dearer, strict=True))


# -- rules of rounds, votes, fallbacks and loops --------------------------------------------


def test_an_inner_rejection_does_not_restart_the_count_of_the_loop_around_it() -> None:
    """Two rounds of three rounds of two steps, everything rejected: counted by hand."""
    inner_loop = {"restart": "write", "max_attempts": 3, "then": "continue"}
    steps = [
        step("plan", 0.5, rho=0.5),
        step("write", 0.5, rho=0.5),
        validator("proof", ["write"], 1, 1, **inner_loop),
        validator("review", ["plan"], 1, 1, restart="plan", max_attempts=2),
    ]
    found = solved(steps, 0.5)
    assert found.visits == near({"plan": 2, "write": 6, "proof": 6, "review": 2})
    assert found.first == near({"plan": 1, "write": 1, "proof": 1, "review": 1})
    assert found.escalated == near(1)


def test_an_outer_restart_gives_the_inner_loop_its_rounds_back() -> None:
    """...and the correlation of runs before it is remembered: rho 1 never changes its mind."""
    steps = [
        step("write", 0.5, rho=1),
        validator("proof", ["write"], 1, 0, restart="write", max_attempts=2, then="continue"),
        step("polish", 0, rho=1),
        validator("review", ["polish"], 1, 0, restart="write", max_attempts=3),
    ]
    found = solved(steps)
    assert found.aborted == near(1)
    assert found.visits == near({"write": 4.5, "proof": 4.5, "polish": 3, "review": 3})


def test_a_vote_that_stops_early_is_decided_early_on_a_corrupted_input_too() -> None:
    steps = [step("break", 0), step("vote", 1, vote={"runs": 7, "stop_early": True})]
    assert solved(steps).visits["vote"] == 4
    steps = [step("vote", 0, common_cause=1, vote={"runs": 7, "quorum": 6, "stop_early": True})]
    assert solved(steps).visits["vote"] == 2


@always
@given(inner, inner, inner, inner, st.integers(-10, 10))
def test_a_call_cut_off_falls_back_to_the_other_model(
    p: float, other: float, detection: float, late: float, tenths: int
) -> None:
    """Cut off, a call says nothing of its answer: then the fallback has its own success rate."""
    phi = tenths / 10
    one = step("ask", p, detection_rate=detection, timeout={"share": late}) | {"model": "main"}
    del one["tool"]
    one |= {"input_tokens": 1, "fallback": {"model": "other", "success": other, "phi": phi}}
    found = solved([one])
    both = p * other + phi * (p * (1 - p) * other * (1 - other)) ** 0.5
    both = max(min(both, p, other), 0, p + other - 1)
    noticed = (1 - late) * (1 - p) * detection
    rescued = late * other + noticed * (other - both) / (1 - p)
    assert found.fallbacks["ask"] == near(late + noticed)
    assert found.trusted == near((1 - late) * p + rescued)
    assert found.aborted == near((late + noticed - rescued) * detection)


def test_a_call_cut_off_leaves_the_earliest_fault_as_it_was() -> None:
    late = step("b", 1, timeout={"share": 1}, on_exhaust="continue")
    found = solved([step("a", 0), late, validator("check", ["a"], 1, 0)])
    assert found.aborted == 1
    found = solved([step("a", 1), late, validator("check", ["a"], 1, 0)])
    assert found.silent == 1


@always
@given(inner, inner, share, st.sampled_from([0, 0.5, 1]))
def test_an_unbounded_loop_is_geometric_and_new_each_time(
    p: float, again: float, human: float, rho: float
) -> None:
    """Through ``next`` to itself, and through another step; correlated or not."""
    stay = round(1 - again, 2)
    for steps in (
        [step("act", p, rho=rho, next={"act": again, "end": stay})],
        [step("act", p, rho=rho), step("look", 1, rho=rho, next={"act": again, "end": stay})],
    ):
        found = solved(steps, human)
        assert found.visits == near(dict.fromkeys(found.visits, 1 / stay))
        assert found.trusted == near(p * stay / (1 - p * again))  # one fault spoils all that follow
        assert found.first == near(found.visits)


def test_a_step_that_only_a_rejection_leads_to_is_reached() -> None:
    steps = [
        step("draft", 1, next="check"),
        step("revise", 1),
        validator("check", ["draft"], 1, 0.5, restart="revise", max_attempts=2),
    ]
    found = solved(steps, 1)
    assert found.visits == near({"draft": 1, "revise": 0.5, "check": 1.5})


def test_probabilities_written_with_few_digits_lose_nothing() -> None:
    third = 0.3333333333
    steps = [
        step("route", 1, next={"a": third, "b": third, "c": third}),
        *(step(name, 0.5, next="end") for name in "abc"),
    ]
    found = solved(steps)
    assert whole(found) == near(1, 1e-15)
    assert found.visits["a"] == near(1 / 3, 1e-15)


# -- the chain ------------------------------------------------------------------------------


@st.composite
def chains(draw: st.DrawFn) -> list[Row]:
    """Absorbing chains in no particular order: every state leaves with some probability."""
    size = draw(st.integers(1, 12))
    rows = []
    for _ in range(size):
        weights = draw(st.dictionaries(st.integers(0, size - 1), st.integers(1, 20), max_size=size))
        total = sum(weights.values()) + draw(st.integers(1, 20))
        rows.append({to: weight / total for to, weight in weights.items()})
    return rows


def gauss(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Elimination with pivots, as in a textbook."""
    rows = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    size = len(rows)
    for at in range(size):
        pivot = max(range(at, size), key=lambda other: abs(rows[other][at]))
        rows[at], rows[pivot] = rows[pivot], rows[at]
        for other in range(size):
            if other != at and rows[other][at]:
                factor = rows[other][at] / rows[at][at]
                rows[other] = [a - factor * b for a, b in zip(rows[other], rows[at], strict=True)]
    return [rows[at][size] / rows[at][at] for at in range(size)]


@always
@given(chains(), st.data())
def test_the_chain_agrees_with_plain_elimination(rows: list[Row], data: st.DataObject) -> None:
    size = len(rows)
    rewards = data.draw(st.lists(st.integers(-5, 9), min_size=size, max_size=size))
    start = data.draw(st.integers(0, size - 1))
    matrix = [
        [(1.0 if at == to else 0.0) - row.get(to, 0.0) for to in range(size)]
        for at, row in enumerate(rows)
    ]
    chain = Chain(rows)
    values = [float(one) for one in rewards]
    assert chain.solve(values) == near(gauss(matrix, values))
    transposed = [list(column) for column in zip(*matrix, strict=True)]
    unit = [1.0 if at == start else 0.0 for at in range(size)]
    assert chain.visits(start) == near(gauss(transposed, unit))


def test_a_chain_that_never_ends_says_where() -> None:
    with pytest.raises(NeverEnds) as caught:
        Chain([{1: 0.5}, {2: 1.0}, {1: 0.3, 2: 0.7}])
    assert caught.value.state in (1, 2)


def test_quantiles_of_a_block_by_hand() -> None:
    """88.5 % end after one attempt at 0.025, 98.7 % after two, 99.8 % after three, no person."""
    reject = {"restart": "make", "max_attempts": 3, "then": "human"}
    steps = [step("make", 0.9), validator("check", ["make"], 0.7, 0.05, **reject)]
    found = quantiles(graph(solved(steps, 0.95)), {"make": 0.02, "check": 0.005}, 6.0)
    exact = {0.5: 0.025, 0.95: 0.05, 0.99: 0.075}
    assert [one.share for one in found] == list(exact)
    for one in found:
        assert one.low <= exact[one.share] <= one.high
        assert one.high - one.low < 0.0002


@pytest.mark.parametrize("leaves", [1e-2, 1e-4, 1e-6, 1e-8])
def test_quantiles_of_a_loop_are_bounded_however_seldom_it_is_left(leaves: float) -> None:
    """Runs until the end are geometric: P(at most n) = 1 - (1 - leaves)^n."""
    loop = Graph([Node(name="again", next=((0, 1 - leaves), (None, leaves)))])
    began = process_time()
    ranges = quantiles(loop, {"again": 0.001}, 0.0)
    assert process_time() - began < 10  # 20 s to hours where every request is followed to its end
    for one in ranges:
        exact = 0.001 * log1p(-one.share) / log1p(-leaves)
        assert one.low <= exact + 0.001
        assert exact - 0.001 <= one.high <= 11 / leaves * 0.001


def test_quantiles_of_two_slow_loops_one_behind_the_other() -> None:
    nodes = [
        Node(name="a", next=((0, 1 - 1e-6), (1, 1e-6))),
        Node(name="b", next=((1, 1 - 1e-6), (None, 1e-6))),
    ]
    began = process_time()
    ranges = quantiles(Graph(nodes), {"a": 0.001, "b": 0.001}, 0.0)
    assert process_time() - began < 10
    for one, exact in zip(
        ranges, (1.678347, 4.743865, 6.638352), strict=True
    ):  # Erlang, two stages
        assert one.low <= exact * 1e3 <= one.high


# -- size -----------------------------------------------------------------------------------


def states(found: Outcomes | None) -> int:
    assert found is not None
    assert found.states == len(graph(found).states)
    return found.states


def test_examples_have_few_states() -> None:
    """Counted, not timed."""
    counts = {}
    for path in sorted(EXAMPLES.glob("*.toml")):
        opened = open_workload(str(path))
        assert opened.workload is not None
        answer = solve(opened.workload, Rates({"chat": Decimal("0.97"), "coder": Decimal("0.9")}))
        if answer.outcomes is not None:
            counts[path.stem] = states(answer.outcomes)
    print("states:", counts)
    assert counts["support-agent"] < 200
    assert all(count < MOST_STATES // 100 for count in counts.values())


@pytest.mark.parametrize("rho", [0.0, 1e-9, 0.01, 0.5, 0.99, 1.0])
@pytest.mark.parametrize("runs", [1, 3, 25, 101])
def test_the_sum_of_a_vote_is_what_its_graph_gives(runs: int, rho: float) -> None:
    for p in (0.0, 0.1, 0.5, 0.97, 1.0):
        node = Node(
            name="vote", success=p, rho=rho, runs=runs, quorum=runs // 2 + 1, next=((None, 1.0),)
        )
        solved = Graph([node]).outcomes().trusted
        assert majority(p, runs, rho) == pytest.approx(solved, abs=1e-11)
