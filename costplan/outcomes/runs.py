"""What one run of a step can lead to, wherever in its loops it stands.

The hidden fault is what makes silent failure computable. A corrupted input always gives a corrupted
output; ``detection_rate`` notices only a step's own fresh failure; a fault travels on until a
validator that judges it, or something it fed, rejects; faults that a validator cannot see are
rejected only at its false positive rate. A rejection restarts further up: faults above that stay.

A step with a ``retry`` rate is told of a failure that was noticed, or that a validator rejected
because it saw it, and stays told until it is passed, an earlier step fails anew, or another
rejection shows nothing. A false alarm tells nobody; a timeout leaves what was told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from costplan.outcomes.node import Node
from costplan.outcomes.urns import SPARED, STRUCK, Record, Try, drawn, learned, teaches, tries, urn

RIGHT, WRONG, HUMAN_RIGHT, HUMAN_WRONG, ABORTED = range(-5, 0)
"""Where requests end."""
ONWARD, AGAIN, BACK = range(3)
"""To what follows by ``next``, to the step's next attempt, to where a rejection restarts."""


class Seen(NamedTuple):
    """What a run depends on: the earliest faulty step and the step that was told of its failure,
    -1 for none, and the step's own record."""

    fault: int
    told: int
    record: Record


Result = tuple[float, int, int, int, Record, int, int]
"""With this probability to what it leads (one of the above), with the fault, the step told and the
step's own record as they then are, after so many runs of the step and of its fallback."""


class Runs:
    """The results of each step's runs.

    ``most_verdicts`` and ``most_runs``: after so many an urn of a validator or of a step stops
    learning; None where it never does.
    """

    def __init__(
        self,
        nodes: Sequence[Node],
        human: float | None,
        most_verdicts: int | None,
        most_runs: int | None,
    ) -> None:
        self.nodes, self.human = nodes, human
        self.most_verdicts, self.most_runs = most_verdicts, most_runs
        self._tries: dict[tuple[int, Record, bool], list[Try]] = {}

    def of(self, step: int, more: bool, seen: Seen) -> list[Result]:
        """``more``: whether an attempt, or a validator's round, is left."""
        node = self.nodes[step]
        results = self._validate if node.sees is not None else self._attempt
        return [result for result in results(step, node, more, seen) if result[0] > 0]

    def _attempt(self, step: int, node: Node, more: bool, seen: Seen) -> Iterator[Result]:
        usable = 1.0 - node.timeout
        if node.timeout:
            yield from self._time_out(step, node, more, seen)
        if seen.fault >= 0:
            yield usable, ONWARD, *seen, node.all_wrong, 0
            return
        yield from self._run(step, node, more, seen, usable)

    def _run(
        self, step: int, node: Node, more: bool, seen: Seen, usable: float
    ) -> Iterator[Result]:
        """A step on a clean input, in the ``usable`` share that is not cut off."""
        informed = node.retry is not None and seen.told == step
        learns = self._learns(node, seen.record, informed)
        for way in self._ways(step, node, seen.record, informed):
            share, runs = usable * way.probability, way.runs
            record = _after_runs(node, seen.record, informed, way) if learns else seen.record
            if way.right:
                yield share, ONWARD, -1, seen.told, record, runs, 0
                continue
            yield share * (1.0 - node.detection), ONWARD, step, seen.told, record, runs, 0
            noticed, after = share * node.detection, Seen(-1, seen.told, record)
            if not more and node.fallback is not None:
                yield from self._fall_back(step, node, after, noticed, runs, node.fallback)
            else:
                shown = step if node.retry is not None else -1
                yield from self._noticed(step, node, more, after, shown, noticed, runs)

    def _time_out(self, step: int, node: Node, more: bool, seen: Seen) -> Iterator[Result]:
        """A run that was cut off. It says nothing of its answer, so nothing of the fallback's."""
        share = node.timeout
        if more or node.fallback is None:
            yield from self._noticed(step, node, more, seen, seen.told, share, node.runs)
        elif seen.fault >= 0:
            yield share, ONWARD, *seen, node.runs, 1
        else:
            right = node.fallback if node.fallback_alone is None else node.fallback_alone
            yield from self._fall_back(step, node, seen, share, node.runs, right)

    def _fall_back(
        self, step: int, node: Node, after: Seen, share: float, runs: int, right: float
    ) -> Iterator[Result]:
        failed = Seen(step, after.told, after.record)
        missed = share * (1.0 - right)
        yield share * right, ONWARD, *after, runs, 1
        yield missed * (1.0 - node.detection), ONWARD, *failed, runs, 1
        yield from self._give_up(node.exhaust, failed, missed * node.detection, runs, 1)

    def _noticed(
        self,
        step: int,
        node: Node,
        more: bool,
        after: Seen,
        shown: int,
        share: float,
        runs: int,
    ) -> Iterator[Result]:
        """A failed run that the program noticed: another attempt, or what follows the last."""
        if more:
            yield share, AGAIN, after.fault, shown, after.record, runs, 0
            return
        fault = after.fault if after.fault >= 0 else step
        left = Seen(fault, after.told, after.record)
        yield from self._give_up(node.exhaust, left, share, runs, 0)

    def _give_up(
        self, how: str, left: Seen, share: float, runs: int, fallbacks: int
    ) -> Iterator[Result]:
        if how == "human" and self.human is not None:
            yield share * self.human, HUMAN_RIGHT, *left, runs, fallbacks
            yield share * (1.0 - self.human), HUMAN_WRONG, *left, runs, fallbacks
        else:
            ends = ONWARD if how == "continue" else ABORTED
            yield share, ends, *left, runs, fallbacks

    def _validate(self, step: int, node: Node, more: bool, seen: Seen) -> Iterator[Result]:
        fault, told, record = seen
        visible = fault >= 0 and fault in (node.sees or ())
        mean = node.sensitivity if visible else node.false_positive
        hits, misses = urn(record, not visible)
        reject = learned(mean, node.rho, hits, misses)
        passed = rejected = record
        if teaches(mean, node.rho) and not _full(self.most_verdicts, hits + misses):
            passed = drawn(record, not visible, 0, 1)
            rejected = drawn(record, not visible, 1, 0)
        yield 1.0 - reject, ONWARD, fault, told, passed, 1, 0
        if node.restart is None or not more:
            yield from self._give_up(node.then, Seen(fault, told, rejected), reject, 1, 0)
            return
        shown = visible and fault >= node.restart and self.nodes[fault].retry is not None
        stays = fault if 0 <= fault < node.restart else -1
        yield reject, BACK, stays, fault if shown else -1, rejected, 1, 0

    def _learns(self, node: Node, record: Record, informed: bool) -> bool:
        """Whether an execution on a clean input tells something of later ones."""
        if not node.remembers:
            return False
        if node.common_cause:
            return True
        mean = node.retry if informed and node.retry is not None else node.success
        draws = sum(urn(record, informed))
        if not teaches(mean, node.rho) or _full(self.most_runs, draws):
            return False
        return node.rho < 1 or not draws  # or the first run has said it all

    def _ways(self, step: int, node: Node, record: Record, informed: bool) -> list[Try]:
        key = (step, record, informed)
        ways = self._tries.get(key)
        if ways is None:
            ways = self._tries[key] = list(tries(node, record, informed))
        return ways


def _after_runs(node: Node, record: Record, informed: bool, way: Try) -> Record:
    """What is known after an execution that tells something."""
    if node.common_cause:
        return STRUCK if record == STRUCK or way.rights < 0 else SPARED
    return drawn(record, informed, way.rights, way.wrongs)


def _full(most: int | None, drawn: int) -> bool:
    return most is not None and drawn >= most
