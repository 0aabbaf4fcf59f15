"""A graph whose steps only lead on, solved in one walk: its places in their order, each once.

Requests come to a place from places before it alone, so what becomes of them is led forward from
state to state. No state is numbered, and no matrix is eliminated.
"""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, NamedTuple, TypeVar

from costplan.outcomes.places import Place, Places, Turn, check_size
from costplan.outcomes.runs import HUMAN_RIGHT, HUMAN_WRONG

What = TypeVar("What")
Arrivals = dict[int, What]
"""What comes to a place, by what it carries."""


Taken = tuple[Place, Turn, float]
"""A turn that is taken, and how often: the expected visits of the states that it stands for. A
large graph has thousands, so they have no names of their own."""


class _Walk(Generic[What]):
    """The places that are come to, in their order. Raises TooManyStates on the way."""

    def __init__(
        self, places: Places, first: What, empty: Callable[[], Arrivals[What]] = dict
    ) -> None:
        """``first``: what comes to the start; ``empty`` makes what arrivals are noted in."""
        self.states = 0
        start = places.start()
        self._places, self._empty = places, empty
        self._queue, self._waiting = [start], {id(start): empty()}
        self._waiting[id(start)][0] = first

    def __iter__(self) -> Iterator[tuple[Place, Arrivals[What], list[Arrivals[What]]]]:
        """Each place with its arrivals, and where those are noted that leave by each exit."""
        for place in self._queue:  # which grows behind the place
            arrivals = self._waiting.pop(id(place))
            self.states += len(arrivals)
            check_size(self.states)
            exits = self._places.leave(place)
            yield place, arrivals, [self._at(to) for to in exits]

    def _at(self, place: Place) -> Arrivals[What]:
        arrivals = self._waiting.get(id(place))
        if arrivals is None:
            arrivals = self._waiting[id(place)] = self._empty()
            insort(self._queue, place, key=lambda to: to.order)
        return arrivals


def taken(places: Places) -> tuple[list[Taken], int]:
    """Every turn that requests take, and the number of states. Raises TooManyStates."""
    turns_taken: list[Taken] = []
    walk = _Walk[float](places, 1.0, lambda: defaultdict(float))
    for place, arrivals, exits in walk:
        visits: dict[int, float] = defaultdict(float)
        turns, reads = place.turns, place.reads
        for carried, mass in arrivals.items():
            read = carried & reads
            turn = turns.get(read) or places.turn(place, read)
            visits[read] += mass
            for share, keep, sets, number, _, _ in turn.moves:
                exits[number][carried & keep | sets] += mass * share
        turns_taken += [(place, turns[read], mass) for read, mass in visits.items()]
    return turns_taken, walk.states


class Prices(NamedTuple):
    """By step: what a run costs, what one of the fallback does, and the coefficient of variation of
    a run's cost. ``case``: what a person's case costs."""

    runs: Sequence[float]
    fallbacks: Sequence[float]
    noise: Sequence[float]
    case: float

    def of(self, step: int, runs: int, fallbacks: int, end: int = 0) -> tuple[float, float]:
        """Mean and mean square of what so many runs cost, and the case where they end in one."""
        cost = self.runs[step]
        mean = runs * cost + fallbacks * self.fallbacks[step]
        if end in (HUMAN_RIGHT, HUMAN_WRONG):
            mean += self.case
        return mean, mean * mean + runs * (cost * self.noise[step]) ** 2


def paid(places: Places, prices: Prices) -> tuple[float, float]:
    """First and second moment of what a request costs.

    With each arrival goes its probability, and what was paid on the way there and its square, each
    weighed with it.
    """
    first = second = 0.0
    for place, arrivals, exits in _Walk(places, (1.0, 0.0, 0.0)):
        priced = {}
        for carried, (mass, mean, square) in arrivals.items():
            read = carried & place.reads
            if read not in priced:
                priced[read] = _priced(place.step, places.turn(place, read), prices)
            moves, ends = priced[read]
            for share, cost, squared, keep, sets, number in moves:
                into, to = exits[number], carried & keep | sets
                before = into.get(to, NOTHING)
                into[to] = (
                    before[0] + share * mass,
                    before[1] + share * (mean + cost * mass),
                    before[2] + share * (square + 2.0 * cost * mean + squared * mass),
                )
            for share, cost, squared in ends:
                first += share * (mean + cost * mass)
                second += share * (square + 2.0 * cost * mean + squared * mass)
    return first, second


NOTHING = (0.0, 0.0, 0.0)
Priced = tuple[list[tuple[float, float, float, int, int, int]], list[tuple[float, float, float]]]


def _priced(step: int, turn: Turn, prices: Prices) -> Priced:
    """A turn's moves and ends, each with mean and mean square of what it costs."""
    moves = [
        (share, *prices.of(step, runs, fallbacks), keep, sets, number)
        for share, keep, sets, number, runs, fallbacks in turn.moves
    ]
    ends = [
        (share, *prices.of(step, runs, fallbacks, end)) for share, end, runs, fallbacks in turn.ends
    ]
    return moves, ends
