"""The states of a graph of steps, numbered, and their transitions: for what needs them as a matrix.

States are found from the start; each is a place and what is carried there (``places``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from costplan.outcomes.places import Place, Places, check_size


class Transition(NamedTuple):
    """With ``probability`` to ``target`` (a state's number or an end), after ``runs`` runs of the
    step and of its fallback."""

    probability: float
    target: int
    runs: int
    fallbacks: int = 0


class States:
    """The states that can be reached from the start, and what each leads to; a transition without
    a loop leads to a higher number. Raises TooManyStates."""

    def __init__(self, places: Places) -> None:
        self.states: list[Place] = []
        self.carried: list[int] = []
        self.transitions: list[list[Transition]] = []
        self._explore(places)

    def _explore(self, places: Places) -> None:
        start = (places.start(), 0)
        first_seen = {start: 0}
        states = [start]
        moves: list[dict[tuple[int, int, int], float] | None] = [None]
        left: list[int] = []
        stack: list[tuple[int, Iterator[int]]] = []

        def enter(at: int) -> None:
            sums: dict[tuple[int, int, int], float] = {}
            place, carried = states[at]
            exits = places.leave(place)
            turn = places.turn(place, carried & place.reads)
            for share, keep, sets, number, runs, fallbacks in turn.moves:
                state = (exits[number], carried & keep | sets)
                known = first_seen.get(state)
                if known is None:
                    known = first_seen[state] = len(states)
                    states.append(state)
                    moves.append(None)
                key = (known, runs, fallbacks)
                sums[key] = sums.get(key, 0.0) + share
            for share, end, runs, fallbacks in turn.ends:
                key = (end, runs, fallbacks)
                sums[key] = sums.get(key, 0.0) + share
            check_size(len(states))
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
        self.states = [states[at][0] for at in left]
        self.carried = [states[at][1] for at in left]
        self.transitions = [
            [
                Transition(share, number[to] if to >= 0 else to, runs, fallbacks)
                for (to, runs, fallbacks), share in (moves[at] or {}).items()
            ]
            for at in left
        ]
