"""The family in which the cheapest way to a reliability is searched, vendor-free.

This plan; the same stack with one to five attempts, each validator on or off, people on or off.
A member is priced at the plan's own unit prices: what one run of a step costs there, times the
member's visits. Fixed costs, storage and the platform stay as in the plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import combinations

from costplan.problems import InvalidInput
from costplan.words import PURPOSES
from costplan.workload.flow import DONE
from costplan.workload.model import Workload
from costplan.workload.model_calls import purpose_of
from costplan.workload.solving import Rates, Solutions, Solved, solve
from costplan.workload.step import OnReject, Step

ATTEMPTS = (1, 2, 3, 4, 5)
MOST_VALIDATORS = 3
MOST_WORK = 5_000
"""States times steps of a member behind which more attempts are not tried: each attempt more takes
up to twenty times the states of the one before."""


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
        kept: list[tuple[str, ...]] = [tuple(validators)]  # a branch may be what it is for
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
    dropped = {step.name for step in workload.step if step.judges and step.name not in kept}
    steps = _without([_step(step, attempts, fallbacks) for step in workload.step], dropped)
    human = workload.human if people else None
    return replace(workload, step=tuple(steps), human=human)


def _without(steps: Sequence[Step], dropped: set[str]) -> list[Step]:
    """The steps that stay, led past the validators that go."""
    if not dropped:
        return list(steps)
    branches = any(step.next is not None for step in steps)
    judged = {step.name: step.judges for step in steps if step.name in dropped}
    made = []
    for at, step in enumerate(steps):
        if step.name in dropped:
            continue
        changes: dict[str, object] = {}
        if not dropped.isdisjoint(step.judges):
            changes["judges"] = tuple(dict.fromkeys(_judged(step.judges, judged)))
        if step.on_reject is not None and step.on_reject.restart in dropped:
            changes["on_reject"] = _restart(steps, at, step.on_reject, dropped)
        if branches:
            changes["next"] = _past(steps, at, dropped)
        made.append(replace(step, **changes) if changes else step)  # type: ignore[arg-type]
    return made


def _judged(names: Sequence[str], dropped: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """What a validator judges, with what a validator that goes judged in its place."""
    for name in names:
        if name in dropped:
            yield from _judged(dropped[name], dropped)
        else:
            yield name


def _restart(steps: Sequence[Step], at: int, terms: OnReject, dropped: set[str]) -> OnReject:
    """A rejection that led to a step that goes leads to the one behind it, if any is left."""
    names = [step.name for step in steps]
    behind = [name for name in names[names.index(terms.restart) : at] if name not in dropped]
    if behind:
        return replace(terms, restart=behind[0])
    before = [name for name in names[:at] if name not in dropped]
    return replace(terms, restart=before[-1], max_attempts=1)


def _past(steps: Sequence[Step], at: int, dropped: set[str]) -> dict[str, Decimal]:
    """Where a step leads, past the steps that go."""
    names = [step.name for step in steps]
    found: dict[str, Decimal] = {}
    waiting = [(at, Decimal(1), frozenset[str]())]
    while waiting:
        place, share, seen = waiting.pop()
        after = steps[place].next
        if after is None:
            after = names[place + 1] if place + 1 < len(names) else DONE
        for name, part in ({after: Decimal(1)} if isinstance(after, str) else after).items():
            if name in dropped and name not in seen:
                waiting.append((names.index(name), share * part, seen | {name}))
            else:
                target = DONE if name in dropped else name
                found[target] = found.get(target, Decimal(0)) + share * part
    return found


def _step(step: Step, attempts: int, fallbacks: bool) -> Step:
    changes: dict[str, object] = {}
    if step.detection_rate or step.timeout:
        changes["max_attempts"] = attempts
    if step.on_reject is not None:
        changes["on_reject"] = replace(step.on_reject, max_attempts=attempts)
    if step.fallback is not None and not fallbacks:
        changes["fallback"] = None
    return replace(step, **changes) if changes else step  # type: ignore[arg-type]


class Family:
    """The members of a workload, each solved once for all stacks with the same success rates.

    ``left_out``: why members are missing, where some are.
    """

    def __init__(self, workload: Workload, solutions: Solutions | None = None) -> None:
        self.workload = workload
        self.solutions = solutions or Solutions(workload)
        self.left_out: list[str] = []
        self.members = list(members(workload))
        self._bare = bare(workload)
        self._solved: dict[tuple[str, tuple[Decimal | None, ...]], Solved | None] = {}

    def plan(self, own: Rates) -> Solved:
        """The workload as it is. Raises InvalidInput as ``solve``."""
        return self.solutions.of(own)

    def bare(self, own: Rates) -> Solved | None:
        """The pipeline with nothing to check it; None where its steps then lead nowhere."""
        return self._once("bare", self._bare, own)

    def solved(self, own: Rates) -> Iterator[tuple[str, Solved]]:
        """(name, outcomes) of every member that can be solved in a moment.

        More attempts need more states: behind a member with very many, those with still more
        attempts are left out.
        """
        full: set[tuple[str, bool]] = set()
        for name, key, member, people in self.members:
            kept = (key.partition(" ")[2], people)
            found = None if kept in full else self._once(key, member, own)
            if found is None:
                full.add(kept)
                self.left_out = ["plans with more attempts are left out: they have too many states"]
                continue
            states = found.outcomes.states if found.outcomes is not None else 0
            if states * len(member.step) > MOST_WORK:
                full.add(kept)
            yield name, found if people or self.workload.human is None else without_people(found)

    def _once(self, name: str, workload: Workload, own: Rates) -> Solved | None:
        key = self._key(name, own)
        if key not in self._solved:
            try:
                self._solved[key] = solve(workload, own)
            except InvalidInput:  # too many states, or a branch to what is gone
                self._solved[key] = None
        return self._solved[key]

    def _key(self, name: str, own: Rates) -> tuple[str, tuple[Decimal | None, ...]]:
        """Members differ by name, stacks by success rates."""
        return name, self.solutions.key(own)


def without_people(solved: Solved) -> Solved:
    """The same outcomes where nobody takes the cases: they end loudly, without an answer."""
    found = solved.outcomes
    if found is None:
        return solved
    lost = replace(found, human_right=0.0, human_wrong=0.0, aborted=found.aborted + found.escalated)
    return replace(solved, outcomes=lost, visits=replace(solved.visits, cases=Decimal(0)))


class UnitPrices:
    """A plan's cost taken apart: per run of each step and its fallback, per case, and the rest.

    ``loose``: the part of the rest that follows the traffic and no step: traces, runtime seconds.
    """

    def __init__(
        self,
        steps: dict[str, Decimal],
        case: Decimal,
        rest: Decimal,
        requests: Decimal,
        loose: Decimal = Decimal(0),
        fallbacks: Mapping[str, Decimal] | None = None,
    ) -> None:
        self.steps, self.case, self.rest, self.requests = steps, case, rest, requests
        self.loose, self.fallbacks = loose, fallbacks or {}

    def split(self, workload: Workload, solved: Solved, *, repeat: int = 1) -> dict[str, Decimal]:
        """What runs and cases cost a month, by purpose: first runs produce, validators, retries and
        fallbacks coordinate, all further runs of a vote are redundant and counted as idle."""
        visits = solved.visits
        found = dict.fromkeys(PURPOSES, Decimal(0))
        for step in workload.step:
            price = self.steps.get(step.name, Decimal(0))
            runs = visits.runs.get(step.name, Decimal(0))
            purpose = purpose_of(step)
            spare = visits.redundant.get(step.name, Decimal(0))
            whole = step.purpose is not None or step.judges
            first = runs - spare if whole else visits.first.get(step.name, Decimal(0))
            found[purpose] += price * first
            found["coordinate"] += price * (runs - spare - first)
            found["idle"] += price * spare
            other = self.fallbacks.get(step.name, Decimal(0))
            found["coordinate"] += other * visits.fallbacks.get(step.name, Decimal(0))
        if repeat > 1:
            found["idle"] += sum(found.values(), Decimal(0)) * (repeat - 1)
        found["people"] += visits.cases * self.case
        return {name: one * self.requests for name, one in found.items()}

    def monthly(self, solved: Solved, *, repeat: int = 1) -> Decimal:
        """The month's cost at a member's visits; ``repeat`` runs the whole pipeline so often."""
        runs = sum(
            (self.steps.get(name, Decimal(0)) * one for name, one in solved.visits.runs.items()),
            Decimal(0),
        )
        runs += sum(
            (
                self.fallbacks.get(name, Decimal(0)) * n
                for name, n in solved.visits.fallbacks.items()
            ),
            Decimal(0),
        )
        cases = solved.visits.cases * self.case
        return self.rest + self.requests * (runs * repeat + cases)
