"""A graph solved in one walk against the same graph as a numbered Markov chain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import examples

from costplan.outcomes.graph import Graph, Outcomes
from costplan.outcomes.node import Node
from costplan.outcomes.places import Turns
from costplan.outcomes.runs import HUMAN_RIGHT, HUMAN_WRONG

share = st.sampled_from([0.0, 0.05, 0.3, 0.5, 0.94, 1.0])
end = st.sampled_from(["human", "abort", "continue"])


@st.composite
def working(draw: st.DrawFn, at: int) -> Node:
    """A step of any kind: single, told why it failed, voting, picked from, with a common cause."""
    node = Node(name=f"s{at}", success=draw(share), rho=draw(share), timeout=draw(share) / 2)
    node.detection, node.attempts, node.exhaust = draw(share), draw(st.integers(1, 3)), draw(end)
    kind = draw(st.sampled_from(["single", "told", "vote", "early", "best", "common"]))
    if kind == "told":
        node.retry = draw(share)
    elif kind in ("vote", "early"):
        node.runs, node.quorum, node.early = 3, 2, kind == "early"
    elif kind == "best":
        node.runs, node.selector = 2, draw(share)
    elif kind == "common":
        node.common_cause, node.rho = draw(share), 0.0
    if draw(st.booleans()):
        node.fallback, node.fallback_alone = draw(share), draw(st.sampled_from([None, 0.7]))
    return node


@st.composite
def pipelines(draw: st.DrawFn) -> list[Node]:
    """Up to five steps that lead on, some of them validators, whose loops may nest or overlap."""
    nodes: list[Node] = []
    for at in range(draw(st.integers(1, 5))):
        node = draw(working(at))
        if at and draw(st.integers(0, 2)) == 0:
            node = Node(name=f"s{at}", rho=draw(share), then=draw(end))
            node.sees = frozenset(draw(st.lists(st.integers(0, at - 1))))
            node.sensitivity, node.false_positive = draw(share), draw(share)
            node.restart = draw(st.sampled_from([None, *range(at)]))
            node.rounds = draw(st.integers(1, 3))
        nodes.append(node)
    for at, node in enumerate(nodes):
        after = at + 1 if at + 1 < len(nodes) else None
        node.next = ((after, 1.0),)
        if after is not None and draw(st.integers(0, 4)) == 0:
            later = draw(st.sampled_from([None, *range(after, len(nodes))]))
            node.next = ((after, 0.75), (later, 0.25))
    return nodes


def by_chain(graph: Graph) -> tuple[list[float], dict[str, float], dict[str, float]]:
    """Ends, runs and runs of fallbacks, summed over the visits of numbered states."""
    ends = [0.0] * 5
    runs, fallbacks = (dict.fromkeys((one.name for one in graph.nodes), 0.0) for _ in range(2))
    visits = graph.chain.visits()
    for place, mass, moves in zip(graph.states, visits, graph.transitions, strict=True):
        name = graph.nodes[place.step].name
        for move in moves:
            runs[name] += mass * move.probability * move.runs
            fallbacks[name] += mass * move.probability * move.fallbacks
            if move.target < 0:
                ends[move.target] += mass * move.probability
    return ends, runs, fallbacks


def ends_of(found: Outcomes) -> list[float]:
    machine = [found.delivered_right, found.delivered_wrong]
    return [*machine, found.human_right, found.human_wrong, found.aborted]


@examples(150)
@given(pipelines(), st.sampled_from([None, 0.98]), st.sampled_from([(None, None), (2, 1)]))
def test_a_walk_finds_what_the_chain_does(
    nodes: list[Node], human: float | None, limits: tuple[int | None, int | None]
) -> None:
    graph = Graph(nodes, human, *limits)
    found = graph.outcomes()
    ends, runs, fallbacks = by_chain(graph)
    assert found.states == len(graph.states)
    assert ends_of(found) == pytest.approx(ends, abs=1e-12)
    assert found.visits == pytest.approx(runs, abs=1e-12)
    assert {name: found.fallbacks.get(name, 0.0) for name in runs} == pytest.approx(fallbacks)


@examples(60)
@given(pipelines(), st.lists(share, min_size=5, max_size=5), share)
def test_moments_of_a_walk_are_those_of_the_chain(
    nodes: list[Node], costs: list[float], case: float
) -> None:
    """m = N rowsum(P C); m2 = N (rowsum(P C^2) + 2 (Q C) m)."""
    graph = Graph(nodes, 0.98)
    cost = {node.name: 1.0 + own for node, own in zip(nodes, costs, strict=False)}
    first, second = [], []
    paid = []
    for place, moves in zip(graph.states, graph.transitions, strict=True):
        own = cost[graph.nodes[place.step].name]
        row = [own * (move.runs + 2 * move.fallbacks) for move in moves]
        for at, move in enumerate(moves):
            row[at] += case if move.target in (HUMAN_RIGHT, HUMAN_WRONG) else 0.0
        paid.append(row)
        first.append(sum(one.probability * c for one, c in zip(moves, row, strict=True)))
    mean = graph.chain.solve(first)
    for moves, row in zip(graph.transitions, paid, strict=True):
        later = [mean[one.target] if one.target >= 0 else 0.0 for one in moves]
        terms = zip(moves, row, later, strict=True)
        second.append(sum(one.probability * (c * c + 2 * c * m) for one, c, m in terms))
    square = graph.chain.solve(second)[0]
    other = {name: 2 * own for name, own in cost.items()}
    found = graph.moments(cost, case, other)
    assert found == pytest.approx((mean[0], max(0.0, square - mean[0] ** 2)), rel=1e-9, abs=1e-9)


def test_shared_turns_change_nothing() -> None:
    """Graphs that differ in attempts, verdicts and people, solved together and each alone."""
    turns = Turns()
    for attempts in (1, 2, 3, 2):
        for rho in (0.0, 0.5):
            for human in (None, 0.98):
                nodes = [
                    Node(name="make", success=0.9, rho=0.5, detection=0.6, exhaust="human"),
                    Node(name="check", sees=frozenset((0,)), sensitivity=0.9, false_positive=0.1),
                ]
                nodes[0].attempts = nodes[1].rounds = attempts
                nodes[1].restart, nodes[1].rho, nodes[1].then = 0, rho, "human"
                nodes[0].next, nodes[1].next = ((1, 1.0),), ((None, 1.0),)
                together, alone = Graph(nodes, human, turns=turns), Graph(nodes, human)
                assert ends_of(together.outcomes()) == ends_of(alone.outcomes())
                assert together.outcomes().visits == alone.outcomes().visits
                assert together.transitions == alone.transitions


@examples(40)
@given(pipelines())
def test_the_order_of_places_rises_with_every_move(nodes: list[Node]) -> None:
    graph = Graph(nodes, 0.98)
    for place, moves in zip(graph.states, graph.transitions, strict=True):
        for move in moves:
            if move.target >= 0:
                assert place.order < graph.states[move.target].order
    numbered = [[one.target for one in moves if one.target >= 0] for moves in graph.transitions]
    assert all(target > at for at, targets in enumerate(numbered) for target in targets)
