"""The states of a graph of steps and their transitions, with the hidden fault in the state.

State: the step about to run, which attempt, the round of each enclosing loop, the earliest faulty
step or none, the step that was told of its failure or none, and the record of each node whose
repeats are correlated.

The hidden fault is what makes silent failure computable. A corrupted input always gives a corrupted
output; ``detection_rate`` notices only a step's own fresh failure; a fault travels on until a
validator that judges it, or something it fed, rejects; faults that a validator cannot see are
rejected only at its false positive rate. A rejection restarts further up: faults above that stay.

A step with a ``retry`` rate is told of a failure that was noticed, or that a validator rejected
because it saw it, and stays told until it is passed, an earlier step fails anew, or another
rejection shows nothing. A false alarm tells nobody; a timeout leaves what was told.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from costplan.outcomes.node import Node
from costplan.outcomes.urns import NOTHING, SPARED, STRUCK, Record, Try, learned, teaches, tries

RIGHT, WRONG, HUMAN_RIGHT, HUMAN_WRONG, ABORTED = range(-5, 0)
"""Absorbing targets of a transition, apart from the numbers of states."""

MOST_STATES = 50_000

History = tuple[Record, ...]


class Transition(NamedTuple):
    """With ``probability`` to ``target``, after ``runs`` runs of the step and of its fallback."""

    probability: float
    target: int
    runs: int
    fallbacks: int = 0


class State(NamedTuple):
    """What the future depends on. ``fault`` and ``told`` -1 for none; ``history`` a record for
    each node that remembers."""

    step: int
    attempt: int
    rounds: tuple[int, ...]
    fault: int
    told: int
    history: History


Move = tuple[float, State | int, int, int]
"""Probability, where to, runs, runs of the fallback."""


class TooManyStates(ValueError):
    """The graph repeats too many steps in too many ways to be solved exactly."""


class States:
    """The states that can be reached from the start, numbered, and what each leads to.

    ``most_verdicts`` and ``most_runs``: after so many an urn of a validator or of a step stops
    learning; None where it never does. Raises TooManyStates.
    """

    def __init__(
        self,
        nodes: Sequence[Node],
        human: float | None = None,
        most_verdicts: int | None = None,
        most_runs: int | None = None,
    ) -> None:
        self.nodes = list(nodes)
        self.human = human
        self.most_verdicts, self.most_runs = most_verdicts, most_runs
        self._validators = [at for at, node in enumerate(nodes) if node.restart is not None]
        self._round = {at: place for place, at in enumerate(self._validators)}
        self._remembering = [at for at, node in enumerate(nodes) if node.remembers]
        self._slot = {at: slot for slot, at in enumerate(self._remembering)}
        self._kept: dict[tuple[int, tuple[int, ...]], int] = {}
        self._tries: dict[tuple[int, Record, bool], list[Try]] = {}
        self._blank: History = (NOTHING,) * len(self._remembering)
        self.states: list[State] = []
        self.transitions: list[list[Transition]] = []
        self._explore()

    def _explore(self) -> None:
        """Number the states so that a transition without a loop leads to a higher number."""
        start = State(0, 1, (0,) * len(self._validators), -1, -1, self._blank)
        first_seen: dict[State, int] = {start: 0}
        states = [start]
        moves: list[dict[tuple[int, int, int], float] | None] = [None]
        left: list[int] = []
        stack: list[tuple[int, Iterator[int]]] = []

        def enter(at: int) -> None:
            sums: dict[tuple[int, int, int], float] = {}
            for share, target, runs, fallbacks in self._moves(states[at]):
                if share <= 0:
                    continue
                if isinstance(target, State):
                    known = first_seen.get(target)
                    if known is None:
                        known = first_seen[target] = len(states)
                        states.append(target)
                        moves.append(None)
                    target = known
                key = (target, runs, fallbacks)
                sums[key] = sums.get(key, 0.0) + share
            if len(states) > MOST_STATES:
                raise TooManyStates(f"more than {MOST_STATES:,} states")
            moves[at] = sums
            stack.append((at, iter([target for target, _, _ in sums if target >= 0])))

        enter(0)
        while stack:
            at, waiting = stack[-1]
            for target in waiting:
                if moves[target] is None:
                    enter(target)
                    break
            else:
                stack.pop()
                left.append(at)
        left.reverse()
        number = [0] * len(states)
        for place, at in enumerate(left):
            number[at] = place
        self.states = [states[at] for at in left]
        self.transitions = [
            [
                Transition(share, number[to] if to >= 0 else to, runs, fallbacks)
                for (to, runs, fallbacks), share in (moves[at] or {}).items()
            ]
            for at in left
        ]

    # -- what a state leads to ----------------------------------------------------------------

    def _moves(self, state: State) -> Iterator[Move]:
        node = self.nodes[state.step]
        if node.sees is not None:
            yield from self._validate(state, node)
            return
        usable = 1.0 - node.timeout
        if node.timeout:
            yield from self._time_out(state, node)
        if state.fault >= 0:
            for share, target in self._onward(state, state.fault, state.history):
                yield usable * share, target, node.all_wrong, 0
            return
        yield from self._run(state, node, usable)

    def _run(self, state: State, node: Node, usable: float) -> Iterator[Move]:
        """A step on a clean input, in the ``usable`` share that is not cut off."""
        record, told = self._record(state), self._is_told(state, node)
        learns = self._learns(node, record, told)
        missed = 1.0 - node.detection
        for way in self._ways(state.step, node, record, told):
            share, runs = usable * way.probability, way.runs
            history = state.history
            if learns:
                history = self._after_runs(state, node, record, told, way)
            if way.right:
                for part, target in self._onward(state, -1, history):
                    yield share * part, target, runs, 0
                continue
            if missed:
                for part, target in self._onward(state, state.step, history):
                    yield share * missed * part, target, runs, 0
            noticed = share * node.detection
            if not noticed:
                continue
            if state.attempt >= node.attempts and node.fallback is not None:
                yield from self._fall_back(state, node, noticed, runs, history, node.fallback)
                continue
            shown = state.step if node.retry is not None else -1
            for part, target in self._noticed(state, node, -1, shown, history):
                yield noticed * part, target, runs, 0

    def _time_out(self, state: State, node: Node) -> Iterator[Move]:
        """A run that was cut off. It says nothing of its answer, so nothing of the fallback's."""
        fault, history = state.fault, state.history
        if state.attempt < node.attempts or node.fallback is None:
            for share, target in self._noticed(state, node, fault, state.told, history):
                yield node.timeout * share, target, node.runs, 0
        elif fault >= 0:
            for share, target in self._onward(state, fault, history):
                yield node.timeout * share, target, node.runs, 1
        else:
            right = node.fallback if node.fallback_alone is None else node.fallback_alone
            yield from self._fall_back(state, node, node.timeout, node.runs, history, right)

    def _fall_back(
        self, state: State, node: Node, share: float, runs: int, history: History, right: float
    ) -> Iterator[Move]:
        for part, target in self._onward(state, -1, history):
            yield share * right * part, target, runs, 1
        missed = share * (1.0 - right)
        for part, target in self._onward(state, state.step, history):
            yield missed * (1.0 - node.detection) * part, target, runs, 1
        for part, target in self._give_up(state, node.exhaust, state.step, history):
            yield missed * node.detection * part, target, runs, 1

    def _noticed(
        self, state: State, node: Node, fault: int, told: int, history: History
    ) -> Iterator[tuple[float, State | int]]:
        """A failed run that the program noticed: another attempt, or what follows the last."""
        if state.attempt < node.attempts:
            again = state.attempt + 1
            yield 1.0, self._state(state.step, again, state.rounds, fault, told, history)
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

    def _validate(self, state: State, node: Node) -> Iterator[Move]:
        seen = state.fault >= 0 and state.fault in (node.sees or ())
        mean = node.sensitivity if seen else node.false_positive
        record = self._record(state)
        hits, misses = record[:2] if seen else record[2:]
        reject = learned(mean, node.rho, hits, misses)
        learns = teaches(mean, node.rho) and not _full(self.most_verdicts, hits + misses)
        passed = self._recorded(state, record.with_urn(not seen, 0, 1)) if learns else state.history
        for part, target in self._onward(state, state.fault, passed):
            yield (1.0 - reject) * part, target, 1, 0
        if not reject:
            return
        rejected = (
            self._recorded(state, record.with_urn(not seen, 1, 0)) if learns else state.history
        )
        place = self._round.get(state.step)
        if place is None or node.restart is None or state.rounds[place] + 1 >= node.rounds:
            for part, target in self._give_up(state, node.then, state.fault, rejected):
                yield reject * part, target, 1, 0
            return
        rounds = tuple(
            count + 1 if at == place else (0 if node.restart <= other < state.step else count)
            for at, (other, count) in enumerate(zip(self._validators, state.rounds, strict=True))
        )
        fault = state.fault if 0 <= state.fault < node.restart else -1
        shown = seen and state.fault >= node.restart
        told = state.fault if shown and self.nodes[state.fault].retry is not None else -1
        yield reject, self._state(node.restart, 1, rounds, fault, told, rejected), 1, 0

    def _onward(
        self, state: State, fault: int, history: History
    ) -> Iterator[tuple[float, State | int]]:
        """To the next step, or to delivery; a validator that was passed counts from 0 again.

        Steps that ``next`` leads back to are new: what their earlier runs told is forgotten, or an
        unbounded loop would have states without end.
        """
        rounds = state.rounds
        place = self._round.get(state.step)
        if place is not None and rounds[place]:
            rounds = (*rounds[:place], 0, *rounds[place + 1 :])
        for target, share in self.nodes[state.step].next:
            if target is None:
                yield share, WRONG if fault >= 0 else RIGHT
                continue
            known = history
            if target <= state.step and history is not self._blank:
                kept = bisect_left(self._remembering, target)
                known = history[:kept] + self._blank[kept:]
            fails_anew = fault == state.step
            waits = state.step < state.told and state.step < target <= state.told
            told = state.told if waits and not fails_anew else -1
            yield share, self._state(target, 1, rounds, fault, told, known)

    # -- repeats ------------------------------------------------------------------------------

    def _state(
        self,
        step: int,
        attempt: int,
        rounds: tuple[int, ...],
        fault: int,
        told: int,
        history: History,
    ) -> State:
        """The state without records of nodes that cannot run again: the future ignores them."""
        if history is not self._blank:
            kept = self._kept.get((step, rounds))
            if kept is None:
                kept = bisect_left(self._remembering, self._first_again(step, rounds))
                self._kept[step, rounds] = kept
            if kept:
                history = self._blank[:kept] + history[kept:]
            if history == self._blank:
                history = self._blank
        return State(step, attempt, rounds, fault, told, history)

    def _first_again(self, step: int, rounds: tuple[int, ...]) -> int:
        """The first step that can still be run again from here: restarts left, and theirs."""
        first = step
        able: list[tuple[int, int]] = []  # (restart, place) of validators that can reject
        waiting = set(self._round)
        while ready := {
            at
            for at in waiting
            if at >= first and self._used(at, step, rounds, able) + 1 < self.nodes[at].rounds
        }:
            waiting -= ready
            able += [(self.nodes[at].restart or 0, at) for at in ready]
            first = min(first, *(restart for restart, _ in able))
        return first

    def _used(
        self, at: int, step: int, rounds: tuple[int, ...], able: list[tuple[int, int]]
    ) -> int:
        """Rounds of a validator once it is reached: 0 behind us or in a loop that can restart."""
        inside = any(restart <= at < place for restart, place in able)
        return 0 if at < step or inside else rounds[self._round[at]]

    def _record(self, state: State) -> Record:
        slot = self._slot.get(state.step)
        return NOTHING if slot is None else state.history[slot]

    def _recorded(self, state: State, record: Record) -> History:
        slot = self._slot[state.step]
        return (*state.history[:slot], record, *state.history[slot + 1 :])

    def _learns(self, node: Node, record: Record, told: bool) -> bool:
        """Whether an execution on a clean input tells something of later ones."""
        if not node.remembers:
            return False
        if node.common_cause:
            return True
        mean = node.retry if told and node.retry is not None else node.success
        drawn = sum(record[2:] if told else record[:2])
        if not teaches(mean, node.rho) or _full(self.most_runs, drawn):
            return False
        return node.rho < 1 or not drawn  # or the first run has said it all

    def _after_runs(
        self, state: State, node: Node, record: Record, told: bool, way: Try
    ) -> History:
        """What is known after an execution that tells something."""
        if node.common_cause:
            struck = record == STRUCK or way.rights < 0
            return self._recorded(state, STRUCK if struck else SPARED)
        return self._recorded(state, record.with_urn(told, way.rights, way.wrongs))

    @staticmethod
    def _is_told(state: State, node: Node) -> bool:
        return node.retry is not None and state.told == state.step

    def _ways(self, step: int, node: Node, record: Record, told: bool) -> list[Try]:
        key = (step, record, told)
        ways = self._tries.get(key)
        if ways is None:
            ways = self._tries[key] = list(tries(node, record, told))
        return ways


def _full(most: int | None, drawn: int) -> bool:
    return most is not None and drawn >= most
