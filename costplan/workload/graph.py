"""The graph of steps as an absorbing Markov chain, with the hidden fault in its state.

State: the step about to run, which attempt, the round of each enclosing loop, the earliest faulty
step or none, and, where repeats are correlated, each repeated step's right and wrong runs.

The hidden fault is what makes silent failure computable. A corrupted input always gives a corrupted
output; ``detection_rate`` notices only a step's own fresh failure; a fault travels on until a
validator that judges it, or something it fed, rejects; faults that a validator cannot see are
rejected only at its false positive rate. A rejection restarts further up: faults above that stay.

Repeats (attempts, votes, restarts) of one step on one request share a success rate drawn from
Beta(alpha, beta) with mean p and rho = 1 / (alpha + beta + 1), so that

    P(right) = (alpha + right) / (alpha + beta + runs)

Different steps are independent. Probabilities are floats; money begins after this module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import comb, erf, log, sqrt
from typing import NamedTuple

from costplan.workload.chain import Chain, Row

RIGHT, WRONG, HUMAN_RIGHT, HUMAN_WRONG, ABORTED = range(-5, 0)
"""Absorbing targets of a transition, apart from the numbers of states."""

MOST_STATES = 50_000
DONE = "end"
"""The name that ``next`` gives to delivery."""


@dataclass(slots=True, kw_only=True)
class Node:
    """One step, as the chain needs it: numbers only.

    ``runs`` > 1 with ``quorum``: so many parallel runs, right when at least ``quorum`` are;
    ``early`` stops them when the vote is decided. ``selector``: instead one run is picked, the
    right one with this probability where right and wrong ones differ. ``fallback``: P(the other
    model is right | this step's was wrong), ``fallback_alone`` whatever this step's was. ``sees``:
    the steps whose faults this validator can see. ``restart``: where its rejection leads, for up to
    ``rounds`` rounds. ``exhaust`` and ``then``: "human", "abort" or "continue".
    """

    name: str
    success: float = 1.0
    detection: float = 0.0
    attempts: int = 1
    exhaust: str = "abort"
    rho: float = 0.0
    common_cause: float = 0.0
    timeout: float = 0.0
    runs: int = 1
    quorum: int = 1
    early: bool = False
    selector: float | None = None
    fallback: float | None = None
    fallback_alone: float | None = None
    sees: frozenset[int] | None = None
    sensitivity: float = 0.0
    false_positive: float = 0.0
    restart: int | None = None
    rounds: int = 1
    then: str = "abort"
    next: tuple[tuple[int | None, float], ...] = ()


History = tuple[tuple[int, int], ...]


class Transition(NamedTuple):
    """With ``probability`` to ``target``, after ``runs`` runs of the step and of its fallback."""

    probability: float
    target: int
    runs: int
    fallbacks: int = 0


class State(NamedTuple):
    """What the future depends on. ``fault`` -1 for none; ``history`` a pair for each step."""

    step: int
    attempt: int
    rounds: tuple[int, ...]
    fault: int
    history: History


@dataclass(slots=True)
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


class TooManyStates(ValueError):
    """The graph repeats too many steps in too many ways to be solved exactly."""


class Graph:
    """The chain of a sequence of nodes: states found from the start, then solved."""

    def __init__(self, nodes: Sequence[Node], human: float | None = None) -> None:
        self.nodes = list(nodes)
        self.human = human
        self._validators = [at for at, node in enumerate(nodes) if node.restart is not None]
        self._slot = {at: slot for slot, at in enumerate(self._validators)}
        self._reach: dict[tuple[int, tuple[int, ...]], int] = {}
        self._votes: dict[tuple[int, int, int], list[tuple[float, bool, int, int, int]]] = {}
        self._blank: History = ((0, 0),) * len(self.nodes)
        self.states: list[State] = []
        self.transitions: list[list[Transition]] = []
        self._explore()

    # -- building ---------------------------------------------------------------------------

    def _explore(self) -> None:
        """Number the states so that a transition without a loop leads to a higher number."""
        start = State(0, 1, (0,) * len(self._validators), -1, self._blank)
        moves: dict[State, list[tuple[float, State | int, int, int]]] = {}
        order: list[State] = []
        stack: list[tuple[State, Iterator[State]]] = []

        def enter(state: State) -> None:
            found = self._merge(self._moves(state))
            moves[state] = found
            if len(moves) > MOST_STATES:
                raise TooManyStates(f"more than {MOST_STATES:,} states")
            stack.append((state, iter([to for _, to, _, _ in found if isinstance(to, State)])))

        enter(start)
        while stack:
            state, waiting = stack[-1]
            for target in waiting:
                if target not in moves:
                    enter(target)
                    break
            else:
                stack.pop()
                order.append(state)
        order.reverse()
        number = {state: at for at, state in enumerate(order)}
        self.states = order
        self.transitions = [
            [
                Transition(share, number[to] if isinstance(to, State) else to, runs, fallbacks)
                for share, to, runs, fallbacks in moves[state]
            ]
            for state in order
        ]

    @staticmethod
    def _merge(
        moves: Iterable[tuple[float, State | int, int, int]],
    ) -> list[tuple[float, State | int, int, int]]:
        sums: dict[tuple[State | int, int, int], float] = {}
        for share, target, runs, fallbacks in moves:
            if share > 0:
                key = (target, runs, fallbacks)
                sums[key] = sums.get(key, 0.0) + share
        return [(share, *key) for key, share in sums.items()]

    def _moves(self, state: State) -> Iterator[tuple[float, State | int, int, int]]:
        node = self.nodes[state.step]
        if node.sees is not None:
            yield from self._validate(state, node)
            return
        usable = 1.0 - node.timeout
        if node.timeout:
            yield from self._time_out(state, node)
        if state.fault >= 0:
            for share, target in self._onward(state, state.fault, state.history):
                yield usable * share, target, _all_wrong(node), 0
            return
        for share, right, rights, wrongs, runs in self._tries(state, node):
            history = self._remember(state, node, rights, wrongs)
            if right:
                for part, target in self._onward(state, -1, history):
                    yield usable * share * part, target, runs, 0
                continue
            unnoticed = usable * share * (1.0 - node.detection)
            for part, target in self._onward(state, state.step, history):
                yield unnoticed * part, target, runs, 0
            noticed = usable * share * node.detection
            if noticed and state.attempt >= node.attempts and node.fallback is not None:
                yield from self._fall_back(state, node, noticed, runs, history, node.fallback)
                continue
            for part, target in self._noticed(state, node, -1, history):
                yield noticed * part, target, runs, 0

    def _time_out(self, state: State, node: Node) -> Iterator[tuple[float, State | int, int, int]]:
        """A run that was cut off. It says nothing of its answer, so nothing of the fallback's."""
        fault, history = state.fault, state.history
        if state.attempt < node.attempts or node.fallback is None:
            for share, target in self._noticed(state, node, fault, history):
                yield node.timeout * share, target, node.runs, 0
        elif fault >= 0:
            for share, target in self._onward(state, fault, history):
                yield node.timeout * share, target, node.runs, 1
        else:
            right = node.fallback if node.fallback_alone is None else node.fallback_alone
            yield from self._fall_back(state, node, node.timeout, node.runs, history, right)

    def _fall_back(
        self,
        state: State,
        node: Node,
        share: float,
        runs: int,
        history: History,
        right: float,
    ) -> Iterator[tuple[float, State | int, int, int]]:
        for part, target in self._onward(state, -1, history):
            yield share * right * part, target, runs, 1
        missed = share * (1.0 - right)
        for part, target in self._onward(state, state.step, history):
            yield missed * (1.0 - node.detection) * part, target, runs, 1
        for part, target in self._give_up(state, node.exhaust, state.step, history):
            yield missed * node.detection * part, target, runs, 1

    def _noticed(
        self, state: State, node: Node, fault: int, history: History
    ) -> Iterator[tuple[float, State | int]]:
        """A failed run that the program noticed: another attempt, or what follows the last."""
        if state.attempt < node.attempts:
            yield 1.0, self._tidy(state.step, state.attempt + 1, state.rounds, fault, history)
            return
        left = fault if fault >= 0 else state.step
        yield from self._give_up(state, node.exhaust, left, history)

    def _give_up(
        self, state: State, how: str, fault: int, history: History
    ) -> Iterator[tuple[float, State | int]]:
        if how == "human" and self.human is not None:
            yield self.human, HUMAN_RIGHT
            yield 1.0 - self.human, HUMAN_WRONG
        elif how == "continue":
            yield from self._onward(state, fault, history)
        else:
            yield 1.0, ABORTED

    def _validate(self, state: State, node: Node) -> Iterator[tuple[float, State | int, int, int]]:
        seen = state.fault >= 0 and state.fault in (node.sees or ())
        reject = node.sensitivity if seen else node.false_positive
        for part, target in self._onward(state, state.fault, state.history):
            yield (1.0 - reject) * part, target, 1, 0
        if not reject:
            return
        slot = self._slot.get(state.step)
        if slot is None or node.restart is None or state.rounds[slot] + 1 >= node.rounds:
            for part, target in self._give_up(state, node.then, state.fault, state.history):
                yield reject * part, target, 1, 0
            return
        rounds = tuple(
            count + 1 if at == slot else (0 if node.restart <= place < state.step else count)
            for at, (place, count) in enumerate(zip(self._validators, state.rounds, strict=True))
        )
        fault = state.fault if 0 <= state.fault < node.restart else -1
        yield reject, self._tidy(node.restart, 1, rounds, fault, state.history), 1, 0

    def _onward(
        self, state: State, fault: int, history: History
    ) -> Iterator[tuple[float, State | int]]:
        """To the next step, or to delivery; a validator that was passed counts from 0 again.

        Steps that ``next`` leads back to are new: what their earlier runs told is forgotten, or an
        unbounded loop would have states without end.
        """
        rounds = state.rounds
        slot = self._slot.get(state.step)
        if slot is not None and rounds[slot]:
            rounds = (*rounds[:slot], 0, *rounds[slot + 1 :])
        for target, share in self.nodes[state.step].next:
            if target is None:
                yield share, WRONG if fault >= 0 else RIGHT
            else:
                back = target <= state.step
                known = history[:target] + self._blank[target:] if back else history
                yield share, self._tidy(target, 1, rounds, fault, known)

    # -- repeats ----------------------------------------------------------------------------

    def _tidy(
        self, step: int, attempt: int, rounds: tuple[int, ...], fault: int, history: History
    ) -> State:
        """The state without the history of steps that cannot run again: the future ignores it."""
        if history is not self._blank:
            first = self._first_again(step, rounds)
            if history[:first] != self._blank[:first]:
                history = self._blank[:first] + history[first:]
            if history == self._blank:
                history = self._blank
        return State(step, attempt, rounds, fault, history)

    def _first_again(self, step: int, rounds: tuple[int, ...]) -> int:
        """The first step that can still be run again from here: restarts left, and theirs."""
        key = (step, rounds)
        found = self._reach.get(key)
        if found is None:
            found = step
            able: list[tuple[int, int]] = []  # (restart, place) of validators that can reject
            waiting = set(self._slot)
            while ready := {
                at
                for at in waiting
                if at >= found and self._used(at, step, rounds, able) + 1 < self.nodes[at].rounds
            }:
                waiting -= ready
                able += [(self.nodes[at].restart or 0, at) for at in ready]
                found = min(found, *(restart for restart, _ in able))
            self._reach[key] = found
        return found

    def _used(
        self, at: int, step: int, rounds: tuple[int, ...], able: list[tuple[int, int]]
    ) -> int:
        """Rounds of a validator once it is reached: 0 behind us or in a loop that can restart."""
        inside = any(restart <= at < place for restart, place in able)
        return 0 if at < step or inside else rounds[self._slot[at]]

    def _remember(self, state: State, node: Node, rights: int, wrongs: int) -> History:
        if not node.rho and not node.common_cause:
            return state.history
        at = state.step
        right, wrong = state.history[at]
        if node.common_cause:  # 1: the shared failure struck; 2: it did not
            pair = (0, 1) if (right, wrong) == (0, 1) or rights < 0 else (0, 2)
        else:
            pair = (right + rights, wrong + wrongs)
        return (*state.history[:at], pair, *state.history[at + 1 :])

    def _tries(self, state: State, node: Node) -> list[tuple[float, bool, int, int, int]]:
        """(probability, right, right runs, wrong runs, runs) of one execution on a clean input."""
        right, wrong = state.history[state.step]
        key = (state.step, right, wrong)
        found = self._votes.get(key)
        if found is None:
            found = self._votes[key] = list(self._count(node, right, wrong))
        return found

    def _count(
        self, node: Node, right: int, wrong: int
    ) -> Iterator[tuple[float, bool, int, int, int]]:
        if node.common_cause:
            shared = node.common_cause * (1.0 - node.success)
            apart = 1.0 - (1.0 - node.success - shared) / (1.0 - shared) if shared < 1 else 0.0
            if (right, wrong) == (0, 1):
                yield 1.0, False, -1, 0, _all_wrong(node)
                return
            struck = shared if (right, wrong) == (0, 0) else 0.0
            if struck:
                yield struck, False, -1, 0, _all_wrong(node)
            for share, good, rights, wrongs, runs in _runs(node, lambda a, b: _flat(apart, a, b)):
                yield (1.0 - struck) * share, good, rights, wrongs, runs
            return
        if node.rho <= 0 or node.success in (0.0, 1.0):
            yield from _runs(node, lambda a, b: _flat(node.success, a, b))
            return
        if node.rho >= 1:
            known = right + wrong
            p = (1.0 if right else 0.0) if known else node.success
            yield from _runs(node, lambda a, b: _same(p, a, b))
            return
        weight = 1.0 / node.rho - 1.0
        alpha, beta = node.success * weight + right, (1.0 - node.success) * weight + wrong
        yield from _runs(node, lambda a, b: _polya(alpha, beta, a, b))

    # -- solving ----------------------------------------------------------------------------

    def chain(self) -> Chain:
        """The transient part, for rewards of every kind."""
        rows: list[Row] = []
        for moves in self.transitions:
            row: Row = {}
            for move in moves:
                if move.target >= 0:
                    row[move.target] = row.get(move.target, 0.0) + move.probability
            rows.append(row)
        return Chain(rows)

    def outcomes(self) -> Outcomes:
        """Where requests end, and how often each step runs. Raises ``chain.NeverEnds``."""
        visits = self.chain().visits()
        ends = [0.0] * 5
        runs = [0.0] * len(self.nodes)
        fallbacks = [0.0] * len(self.nodes)
        first = [0.0] * len(self.nodes)
        redundant = [0.0] * len(self.nodes)
        for state, mass, moves in zip(self.states, visits, self.transitions, strict=True):
            fresh = self._first_time(state)
            for move in moves:
                share = mass * move.probability
                runs[state.step] += share * move.runs
                redundant[state.step] += share * (move.runs - 1)
                if fresh:
                    first[state.step] += share
                fallbacks[state.step] += share * move.fallbacks
                if move.target < 0:
                    ends[move.target + 5] += share
        names = [node.name for node in self.nodes]
        return Outcomes(
            delivered_right=ends[0],
            delivered_wrong=ends[1],
            human_right=ends[2],
            human_wrong=ends[3],
            aborted=ends[4],
            visits=dict(zip(names, runs, strict=True)),
            first=dict(zip(names, first, strict=True)),
            redundant={name: one for name, one in zip(names, redundant, strict=True) if one},
            fallbacks={name: one for name, one in zip(names, fallbacks, strict=True) if one},
            states=len(self.states),
            graph=self,
        )

    def _first_time(self, state: State) -> bool:
        """Whether this is no retry and no restart. A step that ``next`` leads back to is new."""
        if state.attempt > 1:
            return False
        for slot, at in enumerate(self._validators):
            restart = self.nodes[at].restart
            if state.rounds[slot] and restart is not None and restart <= state.step <= at:
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
        other = fallback_costs or {}
        first: list[float] = []
        priced: list[list[tuple[Transition, float, float]]] = []
        for state, moves in zip(self.states, self.transitions, strict=True):
            name = self.nodes[state.step].name
            cost, noise = costs.get(name, 0.0), spread.get(name, 0.0)
            row = []
            for move in moves:
                mean = move.runs * cost + move.fallbacks * other.get(name, 0.0)
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


def _flat(p: float, rights: int, wrongs: int) -> float:
    return float(p**rights * (1.0 - p) ** wrongs)


def _all_wrong(node: Node) -> int:
    """The runs of a node that gets every one wrong: a vote that stops early stops here too."""
    return node.runs - node.quorum + 1 if node.early else node.runs


def _same(p: float, rights: int, wrongs: int) -> float:
    if not rights and not wrongs:
        return 1.0
    return 0.0 if rights and wrongs else p if rights else 1.0 - p


def _polya(alpha: float, beta: float, rights: int, wrongs: int) -> float:
    """P of one given sequence of so many right and wrong runs under Beta(alpha, beta)."""
    share = 1.0
    for at in range(rights):
        share *= (alpha + at) / (alpha + beta + at)
    for at in range(wrongs):
        share *= (beta + at) / (alpha + beta + rights + at)
    return share


def _runs(
    node: Node, sequence: Callable[[int, int], float]
) -> Iterator[tuple[float, bool, int, int, int]]:
    """The ways that a node's parallel runs can come out."""
    if node.selector is not None:
        for rights in range(node.runs + 1):
            wrongs = node.runs - rights
            share = comb(node.runs, rights) * sequence(rights, wrongs)
            picked = 1.0 if not wrongs else node.selector if rights else 0.0
            yield share * picked, True, rights, wrongs, node.runs
            yield share * (1.0 - picked), False, rights, wrongs, node.runs
        return
    if not node.early:
        for rights in range(node.runs + 1):
            wrongs = node.runs - rights
            share = comb(node.runs, rights) * sequence(rights, wrongs)
            yield share, rights >= node.quorum, rights, wrongs, node.runs
        return
    lost = node.runs - node.quorum + 1  # so many wrong ones and the quorum is out of reach
    for wrongs in range(lost):
        ways = comb(node.quorum - 1 + wrongs, wrongs)
        runs = node.quorum + wrongs
        yield ways * sequence(node.quorum, wrongs), True, node.quorum, wrongs, runs
    for rights in range(node.quorum):
        ways = comb(lost - 1 + rights, rights)
        yield ways * sequence(rights, lost), False, rights, lost, rights + lost


def after_failure(p: float, fallback: float, phi: float) -> float:
    """P(the fallback is right | the first model was wrong), phi their correlation.

    P(both right) = p1 p2 + phi sqrt(p1 q1 p2 q2), held to what two rates allow.
    """
    if p >= 1.0:
        return fallback
    both = p * fallback + phi * sqrt(p * (1 - p) * fallback * (1 - fallback))
    both = min(both, p, fallback)
    both = max(both, 0.0, p + fallback - 1.0)
    return (fallback - both) / (1.0 - p)


def timeout_share(median: float, sigma: float, limit: float) -> float:
    """P(a lognormal latency exceeds a limit): 1 - Phi((ln limit - ln median) / sigma)."""
    if sigma <= 0:
        return 1.0 if median > limit else 0.0
    return 0.5 * (1.0 - erf((log(limit) - log(median)) / (sigma * sqrt(2.0))))
