"""The graph of steps: where requests end, how often each step runs, and what they cost.

Where steps only lead on, by a walk through its places; where ``next`` leads back, as an absorbing
Markov chain. Probabilities are floats; money begins after this module.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from costplan.outcomes.chain import Chain, Row
from costplan.outcomes.node import Node
from costplan.outcomes.places import Place, Places, Turns
from costplan.outcomes.states import States, Transition
from costplan.outcomes.walk import Prices, Taken, paid, taken


@dataclass(slots=True, repr=False, eq=False)
class Outcomes:
    """What becomes of one request. Probabilities sum to 1; visits are expected runs.

    ``first``: the part of the visits that one pass without retries or restarts would make;
    ``redundant``: the part that are further runs of a vote or a best-of.
    """

    delivered_right: float
    delivered_wrong: float
    human_right: float
    human_wrong: float
    aborted: float
    visits: dict[str, float]
    first: dict[str, float]
    redundant: dict[str, float]
    fallbacks: dict[str, float]
    states: int = 0
    graph: Graph | None = field(default=None, repr=False, compare=False)

    @property
    def trusted(self) -> float:
        """P(a correct answer, by the machine or by a person)."""
        return self.delivered_right + self.human_right

    @property
    def silent(self) -> float:
        """P(a wrong answer delivered as if it were right)."""
        return self.delivered_wrong + self.human_wrong

    @property
    def escalated(self) -> float:
        """P(the request becomes a person's case)."""
        return self.human_right + self.human_wrong


class Graph:
    """A sequence of nodes, and what they lead to.

    ``human``: P(a person is right), None where there are none. ``most_verdicts`` and ``most_runs``:
    after so many an urn of a validator or of a step stops learning; None where it never does.
    """

    def __init__(
        self,
        nodes: Sequence[Node],
        human: float | None = None,
        most_verdicts: int | None = None,
        most_runs: int | None = None,
        turns: Turns | None = None,
    ) -> None:
        """``turns``: what graphs that share steps share."""
        self.nodes = list(nodes)
        self.most_verdicts, self.most_runs = most_verdicts, most_runs
        self._moments: dict[Prices, tuple[float, float]] = {}
        self._places = Places(self.nodes, human, most_verdicts, most_runs, turns)

    @cached_property
    def _numbered(self) -> States:
        return States(self._places)

    @property
    def states(self) -> list[Place]:
        """The place of each state, by its number. Raises TooManyStates, as does what follows."""
        return self._numbered.states

    @property
    def transitions(self) -> list[list[Transition]]:
        """What each state leads to."""
        return self._numbered.transitions

    @cached_property
    def chain(self) -> Chain:
        """The transient part, for rewards of every kind; eliminated once. Raises NeverEnds."""
        rows: list[Row] = []
        for moves in self.transitions:
            row: Row = {}
            for probability, target, _, _ in moves:
                if target >= 0:
                    row[target] = row.get(target, 0.0) + probability
            rows.append(row)
        return Chain(rows)

    def outcomes(self) -> Outcomes:
        """Where requests end, and how often each step runs. Raises ``chain.NeverEnds``."""
        if self._places.leads_on:
            turns, states = taken(self._places)
            return self._summed(turns, states)
        turns = [
            (place, self._places.turn(place, carried & place.reads), visits)
            for place, carried, visits in zip(
                self.states, self._numbered.carried, self.chain.visits(), strict=True
            )
        ]
        return self._summed(turns, len(turns))

    def _summed(self, turns: Iterable[Taken], states: int) -> Outcomes:
        ends = [0.0] * 5
        runs = [0.0] * len(self.nodes)
        fallbacks = [0.0] * len(self.nodes)
        first = [0.0] * len(self.nodes)
        redundant = [0.0] * len(self.nodes)
        for place, turn, visits in turns:
            step = place.step
            runs[step] += visits * turn.runs
            redundant[step] += visits * turn.redundant
            fallbacks[step] += visits * turn.fallbacks
            if place.fresh:
                first[step] += visits
            for share, end, _, _ in turn.ends:
                ends[end] += visits * share
        names = [node.name for node in self.nodes]
        return Outcomes(
            delivered_right=ends[0],
            delivered_wrong=ends[1],
            human_right=ends[2],
            human_wrong=ends[3],
            aborted=ends[4],
            visits=dict(zip(names, runs, strict=True)),
            first=dict(zip(names, first, strict=True)),
            redundant={name: count for name, count in zip(names, redundant, strict=True) if count},
            fallbacks={name: count for name, count in zip(names, fallbacks, strict=True) if count},
            states=states,
            graph=self,
        )

    def moments(
        self,
        costs: Mapping[str, float],
        case: float = 0.0,
        fallback_costs: Mapping[str, float] | None = None,
        variation: Mapping[str, float] | None = None,
    ) -> tuple[float, float]:
        """Mean and variance of one request's cost.

        ``costs``: of one run of each step; ``case``: of a person's case; ``variation``: the
        coefficient of variation of one run's cost.
        """
        names = [node.name for node in self.nodes]
        cost, instead, noise = (
            tuple(by_name.get(name, 0.0) for name in names)
            for by_name in (costs, fallback_costs or {}, variation or {})
        )
        prices = Prices(cost, instead, noise, case)
        known = self._moments.get(prices)  # stacks with the same rates often ask the same
        if known is None:
            if self._places.leads_on:
                mean, square = paid(self._places, prices)
            else:
                mean, square = self._by_chain(prices)
            known = self._moments[prices] = mean, max(0.0, square - mean * mean)
        return known

    def _by_chain(self, prices: Prices) -> tuple[float, float]:
        """First and second moment.

        With m = N rowsum(P C): m2 = N (rowsum(P E[C^2]) + 2 (Q C) m).
        """
        priced = [
            [
                (move, *prices.of(place.step, move.runs, move.fallbacks, move.target))
                for move in moves
            ]
            for place, moves in zip(self.states, self.transitions, strict=True)
        ]
        m = self.chain.solve([sum(p * mean for (p, *_), mean, _ in row) for row in priced])
        second = [
            sum(
                move.probability
                * (square + 2.0 * mean * (m[move.target] if move.target >= 0 else 0.0))
                for move, mean, square in row
            )
            for row in priced
        ]
        return m[0], self.chain.solve(second)[0]
