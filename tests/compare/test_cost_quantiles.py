"""Quantiles of one request's cost: between two bounds, by hand and by simulation."""

from __future__ import annotations

import random
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from compare_cases import CHECK, HEAD, PEOPLE, SEARCH, STACK, SUPPORT, opened_at, ready
from hypothesis import given
from hypothesis import strategies as st
from properties import examples

from costplan.outcomes.graph import Graph
from costplan.outcomes.runs import HUMAN_RIGHT, HUMAN_WRONG
from costplan.outcomes.spread import Quantile, quantiles
from costplan.workload.solving import solve

GENERATE, CHECKED, CASE = 0.013, 0.0041, 4.0
COSTS = {"search": GENERATE, "check": CHECKED}


def block(p: float, s: float, f: float, rounds: int) -> Graph:
    """Generate, validate, up to so many rounds, then a person; repeats are independent."""
    text = HEAD + SEARCH + CHECK + PEOPLE + STACK
    for old, new in (
        ("success = 0.9\n", f"success = {p}\n"),
        ("detection_rate = 0.5\nmax_attempts = 2\nrho = 0.2", "rho = 0"),
        ("sensitivity = 0.9", f"sensitivity = {s}"),
        ("false_positive_rate = 0.05", f"false_positive_rate = {f}"),
        ("max_attempts = 2, then", f"max_attempts = {rounds}, then"),
    ):
        assert old in text
        text = text.replace(old, new)
    with TemporaryDirectory() as name:
        found = solve(ready(Path(name), text).workload).outcomes
    assert found is not None
    assert found.graph is not None
    return found.graph


def by_hand(p: float, s: float, f: float, rounds: int) -> list[tuple[float, float]]:
    """(cost, P(no more than that)): done in round k with (a + b) g^(k-1), a person with g^K."""
    again = 1 - p * (1 - f) - (1 - p) * (1 - s)
    each = GENERATE + CHECKED
    ends = [(k * each, (1 - again) * again ** (k - 1)) for k in range(1, rounds + 1)]
    ends.append((rounds * each + CASE, again**rounds))
    reached, found = 0.0, []
    for cost, mass in ends:
        reached += mass
        found.append((cost, reached))
    return found


def exact(distribution: list[tuple[float, float]], share: float) -> float:
    return next((cost for cost, to in distribution if to >= share - 1e-12), distribution[-1][0])


@pytest.mark.parametrize("rounds", [1, 2, 4])
@pytest.mark.parametrize(("p", "s", "f"), [(0.9, 0.9, 0.05), (0.4, 0.99, 0.3), (0.97, 0.5, 0.0)])
def test_the_bounds_hold_the_block_s_exact_quantiles(
    p: float, s: float, f: float, rounds: int
) -> None:
    graph = block(p, s, f, rounds)
    shares = (0.1, 0.5, 0.9, 0.95, 0.99)
    distribution = by_hand(p, s, f, rounds)
    mean, variance = graph.moments(COSTS, CASE)
    for one in quantiles(graph, COSTS, CASE, shares=shares):
        truth = exact(distribution, one.share)
        assert one.low - 1e-9 <= truth <= one.high + 1e-9
        # one lattice step a run, of which there are at most two a round and the case
        step = (mean + 6 * variance**0.5) / 65_536
        assert one.high - one.low <= (2 * rounds + 2) * step + 1e-12


@examples(8)
@given(st.floats(0.05, 0.95), st.floats(0, 1), st.floats(0, 0.9), st.integers(1, 3))
def test_quantiles_rise_with_their_share(p: float, s: float, f: float, rounds: int) -> None:
    shares = tuple(at / 20 for at in range(1, 20))
    graph = block(round(p, 4), round(s, 4), round(f, 4), rounds)
    found = quantiles(graph, COSTS, CASE, shares=shares)
    assert [one.share for one in found] == list(shares)
    for one in found:
        assert 0 <= one.low <= one.high
    for key in ("low", "high"):
        values = [getattr(one, key) for one in found]
        assert values == sorted(values)


def walk(graph: Graph, case: float, costs: dict[str, float], chance: random.Random) -> float:
    """What one request costs, its way through the graph drawn at random."""
    at, paid = 0, 0.0
    while True:
        moves = graph.transitions[at]
        (move,) = chance.choices(moves, [one.probability for one in moves])
        paid += move.runs * costs[graph.nodes[graph.states[at].step].name]
        if move.target in (HUMAN_RIGHT, HUMAN_WRONG):
            paid += case
        if move.target < 0:
            return paid
        at = move.target


def test_a_simulation_of_the_example_agrees() -> None:
    found = solve(opened_at(SUPPORT).workload).outcomes
    assert found is not None
    graph = found.graph
    assert graph is not None
    costs = {"retrieve": 0.001, "reason": 0.007, "validate": 0.0002}
    chance = random.Random(20_261_122)
    drawn = sorted(walk(graph, CASE, costs, chance) for _ in range(20_000))
    for one in quantiles(graph, costs, CASE, shares=(0.25, 0.5, 0.9, 0.95, 0.96, 0.99)):
        error = 4 * (one.share * (1 - one.share) / len(drawn)) ** 0.5
        below = sum(cost < one.low - 1e-9 for cost in drawn) / len(drawn)
        within = sum(cost <= one.high + 1e-9 for cost in drawn) / len(drawn)
        assert below <= one.share + error
        assert within >= one.share - error


def test_what_costs_nothing_has_quantiles_of_nothing() -> None:
    graph = block(0.9, 0.9, 0.1, 2)
    assert quantiles(graph, {}, 0.0, shares=(0.5, 0.99)) == [
        Quantile(0.5, 0.0, 0.0),
        Quantile(0.99, 0.0, 0.0),
    ]


def test_the_estimate_prints_them_in_order() -> None:
    for bill in opened_at(SUPPORT).estimates().values():
        assert bill.reliability is not None
        found = bill.reliability.cost_quantiles
        assert [float(share) for share, _, _ in found] == [0.5, 0.95, 0.99]
        assert all(low <= high for _, low, high in found)
        assert bill.reliability.cost_mean > 0
