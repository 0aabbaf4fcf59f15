"""An absorbing Markov chain in plain Python: solved by elimination, never inverted.

With transitions P = [Q R; 0 I] and a reward r on leaving each state

    x = r + Q x        (mean to absorption, absorption probabilities, second moments)

States are eliminated from the last to the first; a chain whose transitions only go forward is then
one pass of back substitution. Everything is a float: probabilities, not money.
"""

from __future__ import annotations

from collections.abc import Sequence

Row = dict[int, float]


class NeverEnds(ValueError):
    """Some state can never reach an absorbing one."""

    def __init__(self, state: int) -> None:
        self.state = state
        super().__init__(f"state {state} never reaches an end")


class Chain:
    """Transient states 0..n-1 and their transitions to each other; what misses to 1 absorbs."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self._multipliers: list[list[tuple[int, float]]] = []
        self._scale: list[float] = []
        self._lower: list[Row] = []
        self._factor()

    def _factor(self) -> None:
        """Eliminate every state from the rows of the states before it."""
        size = len(self.rows)
        rows = [dict(row) for row in self.rows]
        users: list[set[int]] = [set() for _ in range(size)]
        for state, row in enumerate(rows):
            for target in row:
                users[target].add(state)
        self._multipliers = [[] for _ in range(size)]
        self._scale = [1.0] * size
        for state in range(size - 1, -1, -1):
            row = rows[state]
            stay = 1.0 - row.pop(state, 0.0)
            if stay <= 1e-14:
                raise NeverEnds(state)
            self._scale[state] = 1.0 / stay
            if stay != 1.0:
                for target in row:
                    row[target] /= stay
            for user in users[state]:
                if user >= state:
                    continue
                share = rows[user].pop(state, 0.0)
                if not share:
                    continue
                self._multipliers[state].append((user, share))
                for target, weight in row.items():
                    rows[user][target] = rows[user].get(target, 0.0) + share * weight
                    users[target].add(user)
        self._lower = rows

    def solve(self, rewards: Sequence[float]) -> list[float]:
        """The x of x = rewards + Q x, for every state."""
        carried = list(rewards)
        for state in range(len(carried) - 1, -1, -1):
            carried[state] *= self._scale[state]
            value = carried[state]
            if value:
                for user, share in self._multipliers[state]:
                    carried[user] += share * value
        for state, row in enumerate(self._lower):
            for target, weight in row.items():
                carried[state] += weight * carried[target]
        return carried

    def visits(self, start: int = 0) -> list[float]:
        """Expected visits of every state from ``start``: row ``start`` of (I - Q)^-1.

        The transposed system, solved with the same factors in the other direction.
        """
        size = len(self.rows)
        mass = [0.0] * size
        mass[start] = 1.0
        for state in range(size - 1, -1, -1):
            value = mass[state]
            if value:
                for target, weight in self._lower[state].items():
                    mass[target] += value * weight
        for state in range(size):
            for user, share in self._multipliers[state]:
                mass[state] += mass[user] * share
            mass[state] *= self._scale[state]
        return mass
