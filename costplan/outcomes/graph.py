"""The graph of steps as an absorbing Markov chain: where requests end, and what they cost.

Probabilities are floats; money begins after this module.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from costplan.outcomes.chain import Chain, Row
from costplan.outcomes.states import HUMAN_RIGHT, HUMAN_WRONG, State, States, Transition


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


class Graph(States):
    """The chain of a sequence of nodes: states found from the start, then solved."""

    _chain: Chain | None = None

    def chain(self) -> Chain:
        """The transient part, for rewards of every kind; eliminated once."""
        if self._chain is None:
            rows: list[Row] = []
            for moves in self.transitions:
                row: Row = {}
                for probability, target, _, _ in moves:
                    if target >= 0:
                        row[target] = row.get(target, 0.0) + probability
                rows.append(row)
            self._chain = Chain(rows)
        return self._chain

    def outcomes(self) -> Outcomes:
        """Where requests end, and how often each step runs. Raises ``chain.NeverEnds``."""
        visits = self.chain().visits()
        ends = [0.0] * 5
        runs = [0.0] * len(self.nodes)
        fallbacks = [0.0] * len(self.nodes)
        first = [0.0] * len(self.nodes)
        redundant = [0.0] * len(self.nodes)
        for state, mass, moves in zip(self.states, visits, self.transitions, strict=True):
            fresh, step = self._first_time(state), state.step
            for probability, target, times, instead in moves:
                share = mass * probability
                runs[step] += share * times
                redundant[step] += share * (times - 1)
                if fresh:
                    first[step] += share
                if instead:
                    fallbacks[step] += share * instead
                if target < 0:
                    ends[target + 5] += share
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
            states=len(self.states),
            graph=self,
        )

    def _first_time(self, state: State) -> bool:
        """Whether this is no retry and no restart. A step that ``next`` leads back to is new."""
        if state.attempt > 1:
            return False
        for place, at in enumerate(self._validators):
            restart = self.nodes[at].restart
            if state.rounds[place] and restart is not None and restart <= state.step <= at:
                return False
        return True

    def moments(
        self,
        costs: Mapping[str, float],
        case: float = 0.0,
        fallback_costs: Mapping[str, float] | None = None,
        variation: Mapping[str, float] | None = None,
    ) -> tuple[float, float]:
        """Mean and variance of one request's cost.

        ``costs``: of one run of each step; ``case``: of a person's case; ``variation``: the
        coefficient of variation of one run's cost. With m = N rowsum(P C):
        m2 = N (rowsum(P E[C^2]) + 2 (Q C) m), Var = m2 - m^2.
        """
        chain = self.chain()
        spread = variation or {}
        fallback_cost = fallback_costs or {}
        first: list[float] = []
        priced: list[list[tuple[Transition, float, float]]] = []
        for state, moves in zip(self.states, self.transitions, strict=True):
            name = self.nodes[state.step].name
            cost, noise = costs.get(name, 0.0), spread.get(name, 0.0)
            row = []
            for move in moves:
                mean = move.runs * cost + move.fallbacks * fallback_cost.get(name, 0.0)
                if move.target in (HUMAN_RIGHT, HUMAN_WRONG):
                    mean += case
                row.append((move, mean, mean * mean + move.runs * (cost * noise) ** 2))
            priced.append(row)
            first.append(sum(move.probability * mean for move, mean, _ in row))
        m = chain.solve(first)
        second = [
            sum(
                move.probability
                * (square + 2.0 * mean * (m[move.target] if move.target >= 0 else 0.0))
                for move, mean, square in row
            )
            for row in priced
        ]
        m2 = chain.solve(second)
        return m[0], max(0.0, m2[0] - m[0] * m[0])
