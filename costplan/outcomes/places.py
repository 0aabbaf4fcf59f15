"""Where a request can stand in a graph of steps, what it carries there, and what follows.

A *place* is a step about to run: which attempt, and the round of each enclosing loop. What a
request *carries* is all else that the future depends on: the earliest faulty step or none, the step
that was told of its failure or none, and the record of each node whose repeats are correlated.
Place and carried together are the state of a Markov chain.

What is carried is one integer, so that a move is a mask and a few bits to set: from the lowest up
the fault, the step told, and the records, those of earlier steps higher. A run reads of it only
fault, told and its own step's record: states that agree in these share one ``Turn``.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from typing import NamedTuple

from costplan.outcomes.node import Node
from costplan.outcomes.runs import AGAIN, BACK, ONWARD, RIGHT, WRONG, Result, Runs, Seen
from costplan.outcomes.urns import NOTHING, RECORD

MOST_STATES = 50_000
MOST_TURNS = 100_000
"""Turns that are kept: a graph of as many states as can be followed has fewer."""

ALL = (1 << RECORD) - 1
"""The bits of a record."""


class TooManyStates(ValueError):
    """The graph repeats too many steps in too many ways to be solved exactly."""


def check_size(states: int) -> None:
    """Raises TooManyStates for more than can be followed."""
    if states > MOST_STATES:
        raise TooManyStates(f"more than {MOST_STATES:,} states")


@dataclass(slots=True, repr=False, eq=False)
class Place:
    """A step about to run.

    ``more``: whether an attempt, or a validator's round, is left; ``fresh``: this is no retry and
    no restart; ``order`` rises with every move where steps only lead on; ``reads``: the bits of
    what is carried that a run here depends on.

    ``exits``: where the ``ways`` on lead, of which the last may be deliveries; ``turns`` are shared
    by places that are alike. All three are empty until the place is left.
    """

    step: int
    attempt: int
    rounds: tuple[int, ...]
    more: bool
    fresh: bool
    order: tuple[float, ...]
    reads: int
    exits: list[Place]
    ways: list[Exit]
    turns: dict[int, Turn]


class Exit(NamedTuple):
    """A way on: to what it leads (ONWARD, AGAIN or BACK), its share of that, the step there (-1 for
    delivery), and the bits of other steps' records that stay; ``own``: whether this step's do."""

    leads: int
    share: float
    step: int
    keep: int = 0
    own: bool = False


Move = tuple[float, int, int, int, int, int]
"""Share, ``keep`` and ``sets``, the exit's number, runs, runs of the fallback: what was carried
becomes ``carried & keep | sets``."""
End = tuple[float, int, int, int]
"""Share, where requests end, runs, runs of the fallback."""


class Turn(NamedTuple):
    """What a run leads to: its moves and ends, and the means of its runs, of those that are further
    runs of a vote, and of the fallback's."""

    moves: list[Move]
    ends: list[End]
    runs: float
    redundant: float
    fallbacks: float


class Turns:
    """Turns by what they depend on, for graphs that share steps: one with more attempts, or with
    another validator behind them, takes most of the same."""

    def __init__(self) -> None:
        self._known: dict[Hashable, dict[int, Turn]] = {}

    def alike(self, key: Hashable) -> dict[int, Turn]:
        """The turns of places that agree in ``key``, forgotten where there are too many."""
        turns = self._known.get(key)
        if turns is None:
            if sum(map(len, self._known.values())) > MOST_TURNS:
                self._known.clear()
            turns = self._known[key] = {}
        return turns


class Places:
    """The places of a graph, each made once, and their turns."""

    def __init__(
        self,
        nodes: Sequence[Node],
        human: float | None = None,
        most_verdicts: int | None = None,
        most_runs: int | None = None,
        turns: Turns | None = None,
    ) -> None:
        self.nodes = nodes
        self._known = Turns() if turns is None else turns
        self._runs = Runs(nodes, human, most_verdicts, most_runs)
        self._results: dict[tuple[int, bool, int], list[Result]] = {}
        self._validators = [at for at, node in enumerate(nodes) if node.restart is not None]
        self._round = {at: place for place, at in enumerate(self._validators)}
        self._remembering = [at for at, node in enumerate(nodes) if node.remembers]
        self._width = (len(nodes) + 1).bit_length()
        self._one = (1 << self._width) - 1
        slots = len(self._remembering)
        self._shift = {
            at: 2 * self._width + (slots - 1 - slot) * RECORD
            for slot, at in enumerate(self._remembering)
        }
        self._places: dict[tuple[int, int, tuple[int, ...]], Place] = {}
        self._again: dict[tuple[int, tuple[int, ...]], int] = {}
        self._alike = [node.runs_alike() for node in nodes]
        told = tuple(node.retry is not None for node in nodes)
        self._terms = (human, most_verdicts, most_runs, told, *self._shift.items(), self._width)

    def start(self) -> Place:
        """Where every request begins, carrying nothing: 0."""
        return self._place(0, 1, (0,) * len(self._validators))

    @property
    def leads_on(self) -> bool:
        """Whether no ``next`` leads back, so that ``order`` rises with every move."""
        return all(
            target is None or target > at or share <= 0
            for at, node in enumerate(self.nodes)
            for target, share in node.next
        )

    def turn(self, place: Place, read: int) -> Turn:
        """What follows at a place that was left, with what of the carried is read there."""
        turn = place.turns.get(read)
        if turn is None:
            turn = place.turns[read] = self._turn(place, read)
        return turn

    def leave(self, place: Place) -> list[Place]:
        """Where a place's exits lead. Must be called before its turns are asked for."""
        if not place.ways:
            ways = list(self._ways_on(place))
            place.exits = [to for _, to in ways if to is not None]
            place.ways = [way for way, to in ways if to is not None]
            place.ways += [way for way, to in ways if to is None]
            key = (self._terms, place.step, place.more, self._alike[place.step], *place.ways)
            place.turns = self._known.alike(key)
        return place.exits

    def _place(self, step: int, attempt: int, rounds: tuple[int, ...]) -> Place:
        key = (step, attempt, rounds)
        place = self._places.get(key)
        if place is None:
            node, at = self.nodes[step], self._round.get(step)
            more = attempt < node.attempts
            if node.sees is not None:
                more = at is not None and rounds[at] + 1 < node.rounds
            reads = (1 << 2 * self._width) - 1
            if step in self._shift:
                reads |= ALL << self._shift[step]
            fresh, order = self._first_time(*key), self._order(*key)
            place = self._places[key] = Place(*key, more, fresh, order, reads, [], [], {})
        return place

    def _first_time(self, step: int, attempt: int, rounds: tuple[int, ...]) -> bool:
        """Whether this is no retry and no restart. A step that ``next`` leads back to is new."""
        if attempt > 1:
            return False
        return not any(
            count and (self.nodes[at].restart or 0) <= step <= at
            for at, count in zip(self._validators, rounds, strict=True)
        )

    def _order(self, step: int, attempt: int, rounds: tuple[int, ...]) -> tuple[float, ...]:
        """Later validators first, for a rejection gives those inside its loop their rounds back;
        behind a validator that was passed comes all that stands before it."""
        counts = zip(self._validators, rounds, strict=True)
        passed = [count if at >= step else inf for at, count in counts]
        return (*reversed(passed), step, attempt)

    # -- turns --------------------------------------------------------------------------------

    def _turn(self, place: Place, read: int) -> Turn:
        moves: list[Move] = []
        ends: list[End] = []
        step, ways = place.step, list(enumerate(place.ways))
        runs = redundant = fallbacks = 0.0
        for share, leads, fault, told, record, times, instead in self._results_of(place, read):
            runs += share * times
            redundant += share * (times - 1)
            fallbacks += share * instead
            if leads < 0:
                ends.append((share, leads, times, instead))
                continue
            own = record << self._shift[step] if record else NOTHING
            for number, (goes, part, to, keep, stays) in ways:
                if goes != leads:
                    continue
                if to < 0:
                    end = WRONG if fault >= 0 else RIGHT
                    ends.append((share * part, end, times, instead))
                    continue
                still = told
                if leads == ONWARD and told >= 0 and (fault == step or not step < to <= told):
                    still = -1  # passed, or an earlier step failed anew
                sets = fault + 1 | still + 1 << self._width
                if stays:
                    sets |= own
                moves.append((share * part, keep, sets, number, times, instead))
        return Turn(moves, ends, runs, redundant, fallbacks)

    def _results_of(self, place: Place, read: int) -> list[Result]:
        """Results are the same in every round and at every attempt that is not the last."""
        key = (place.step, place.more, read)
        results = self._results.get(key)
        if results is None:
            record = NOTHING
            if place.step in self._shift:
                record = read >> self._shift[place.step] & ALL
            fault, told = (read & self._one) - 1, (read >> self._width & self._one) - 1
            results = self._runs.of(place.step, place.more, Seen(fault, told, record))
            self._results[key] = results
        return results

    def _ways_on(self, place: Place) -> Iterator[tuple[Exit, Place | None]]:
        yield from self._onward(place)
        node = self.nodes[place.step]
        if place.more and node.sees is not None:
            yield self._exit(BACK, 1.0, place, self._restarted(place))
        elif place.more and (node.detection or node.timeout):
            again = self._place(place.step, place.attempt + 1, place.rounds)
            yield self._exit(AGAIN, 1.0, place, again)

    def _restarted(self, place: Place) -> Place:
        """Where a validator's rejection leads: loops inside its own get their rounds back."""
        node, own = self.nodes[place.step], self._round[place.step]
        assert node.restart is not None
        rounds = tuple(
            count + 1 if at == own else (0 if node.restart <= other < place.step else count)
            for at, (other, count) in enumerate(zip(self._validators, place.rounds, strict=True))
        )
        return self._place(node.restart, 1, rounds)

    def _onward(self, place: Place) -> Iterator[tuple[Exit, Place | None]]:
        """To the next step, or to delivery; a validator that was passed counts from 0 again.

        Steps that ``next`` leads back to are new: what their earlier runs told is forgotten, or an
        unbounded loop would have states without end.
        """
        rounds, at = place.rounds, self._round.get(place.step)
        if at is not None and rounds[at]:
            rounds = (*rounds[:at], 0, *rounds[at + 1 :])
        for target, share in self.nodes[place.step].next:
            if share <= 0:
                continue
            if target is None:
                yield Exit(ONWARD, share, -1), None
                continue
            to = self._place(target, 1, rounds)
            yield self._exit(ONWARD, share, place, to, target if target <= place.step else None)

    def _exit(
        self, leads: int, share: float, place: Place, to: Place, new: int | None = None
    ) -> tuple[Exit, Place]:
        """Records of nodes that cannot run again are dropped: the future ignores them. So are those
        of the steps from ``new`` on."""
        first = bisect_left(self._remembering, self._first_again(to.step, to.rounds))
        last = len(self._remembering) if new is None else bisect_left(self._remembering, new)
        kept = self._remembering[first:last]
        keep = sum(ALL << self._shift[at] for at in kept if at != place.step)
        return Exit(leads, share, to.step, keep, place.step in kept), to

    def _first_again(self, step: int, rounds: tuple[int, ...]) -> int:
        """The first step that can still be run again from here: restarts left, and theirs."""
        known = self._again.get((step, rounds))
        if known is not None:
            return known
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
        self._again[step, rounds] = first
        return first

    def _used(
        self, at: int, step: int, rounds: tuple[int, ...], able: list[tuple[int, int]]
    ) -> int:
        """Rounds of a validator once it is reached: 0 behind us or in a loop that can restart."""
        inside = any(restart <= at < place for restart, place in able)
        return 0 if at < step or inside else rounds[self._round[at]]
