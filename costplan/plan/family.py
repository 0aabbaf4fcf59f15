"""The family in which the cheapest way to a reliability is searched, vendor-free.

This plan; the same stack with one to five attempts, each validator on or off, people on or off.
A member is priced at the plan's own unit prices: what one run of a step costs there, times the
member's visits. Fixed costs, storage and the platform stay as in the plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import combinations

from costplan.workload.model import OnReject, Step, Workload
from costplan.workload.outcomes import Solved, solve

ATTEMPTS = (1, 2, 3, 4, 5)
MOST_VALIDATORS = 3


def bare(workload: Workload) -> Workload:
    """The pipeline without validators, retries, fallbacks and people."""
    return _variant(workload, 1, (), people=False, fallbacks=False)


def members(workload: Workload) -> Iterator[tuple[str, str, Workload, bool]]:
    """(name, key, workload, people) of every member but the plan itself.

    Members that differ in people alone share their key and workload: who would have gone to a
    person is then lost instead, and nothing before that changes.
    """
    validators = [step.name for step in workload.step if step.judges]
    if any(step.next is not None for step in workload.step):
        kept: list[tuple[str, ...]] = [tuple(validators)]  # a branch may lead to a validator
    else:
        shown = validators[:MOST_VALIDATORS]
        rest = tuple(validators[MOST_VALIDATORS:])
        kept = [
            (*some, *rest) for size in range(len(shown) + 1) for some in combinations(shown, size)
        ]
    repeatable = any(
        step.detection_rate or step.on_reject or step.timeout for step in workload.step
    )
    for people in (True, False) if workload.human else (False,):
        for some in kept:
            for attempts in ATTEMPTS if repeatable else (1,):
                yield (
                    _name(attempts, some, validators, people, workload),
                    f"{attempts} {some}",
                    _variant(workload, attempts, some, people=True),
                    people,
                )


def _name(
    attempts: int,
    kept: tuple[str, ...],
    validators: list[str],
    people: bool,
    workload: Workload,
) -> str:
    parts = [f"{attempts} attempt{'s' if attempts > 1 else ''}"]
    dropped = [name for name in validators if name not in kept]
    if dropped:
        parts.append("without " + ", ".join(dropped))
    if workload.human is not None:
        parts.append("with people" if people else "without people")
    return ", ".join(parts)


def _variant(
    workload: Workload,
    attempts: int,
    kept: tuple[str, ...],
    *,
    people: bool,
    fallbacks: bool = True,
) -> Workload:
    steps = [
        _step(step, attempts, fallbacks)
        for step in workload.step
        if not step.judges or step.name in kept
    ]
    human = workload.human if people else None
    return replace(workload, step=tuple(steps), human=human)


def _step(step: Step, attempts: int, fallbacks: bool) -> Step:
    changes: dict[str, object] = {}
    if step.detection_rate or step.timeout:
        changes["max_attempts"] = attempts
    if step.on_reject is not None:
        changes["on_reject"] = OnReject(
            restart=step.on_reject.restart, max_attempts=attempts, then=step.on_reject.then
        )
    if step.fallback is not None and not fallbacks:
        changes["fallback"] = None
    return replace(step, **changes) if changes else step  # type: ignore[arg-type]


class Family:
    """The members of a workload, each solved once for all stacks with the same success rates."""

    def __init__(self, workload: Workload) -> None:
        self.workload = workload
        self.members = list(members(workload))
        self._bare = bare(workload)
        self._solved: dict[tuple[str, tuple[Decimal | None, ...]], Solved] = {}

    def plan(self, own: Mapping[str, Decimal]) -> Solved:
        """The workload as it is."""
        return self._once("", self.workload, own)

    def bare(self, own: Mapping[str, Decimal]) -> Solved:
        """The pipeline with nothing to check it."""
        return self._once("bare", self._bare, own)

    def solved(self, own: Mapping[str, Decimal]) -> Iterator[tuple[str, Solved]]:
        """(name, outcomes) of every member."""
        for name, key, member, people in self.members:
            found = self._once(key, member, own)
            yield name, found if people or self.workload.human is None else without_people(found)

    def _once(self, name: str, workload: Workload, own: Mapping[str, Decimal]) -> Solved:
        rates = [own.get(step.role, step.success) for step in workload.step]
        rates += [own.get(step.fallback.model) for step in workload.step if step.fallback]
        key = (name, tuple(rates))
        if key not in self._solved:
            self._solved[key] = solve(workload, own)
        return self._solved[key]


def without_people(solved: Solved) -> Solved:
    """The same outcomes where nobody takes the cases: they end loudly, without an answer."""
    found = solved.outcomes
    if found is None:
        return solved
    lost = replace(found, human_right=0.0, human_wrong=0.0, aborted=found.aborted + found.escalated)
    return replace(solved, outcomes=lost, visits=replace(solved.visits, cases=Decimal(0)))


class UnitPrices:
    """A plan's cost taken apart: per run of each step, per case, and the rest."""

    def __init__(
        self, steps: dict[str, Decimal], case: Decimal, rest: Decimal, requests: Decimal
    ) -> None:
        self.steps, self.case, self.rest, self.requests = steps, case, rest, requests

    def monthly(self, solved: Solved, *, repeat: int = 1) -> Decimal:
        """The month's cost at a member's visits; ``repeat`` runs the whole pipeline so often."""
        runs = sum(
            (self.steps.get(name, Decimal(0)) * one for name, one in solved.visits.runs.items()),
            Decimal(0),
        )
        cases = solved.visits.cases * self.case
        return self.rest + self.requests * (runs * repeat + cases)
