"""The order of steps: what ``next`` and rejections lead to, and whether that can be followed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from costplan.problems import Problem, did_you_mean

if TYPE_CHECKING:  # the records import these rules
    from costplan.workload.model import Workload
    from costplan.workload.step import Step

DONE = "end"
"""The name that ``next`` gives to delivery."""


def followers(workload: Workload, at: int, step: Step) -> tuple[tuple[int | None, float], ...]:
    """The places of the steps that can follow, None for delivery, each with its probability."""
    if step.next is None:  # without a look at the other steps: most have no next
        return ((at + 1 if at + 1 < len(workload.step) else None, 1.0),)
    names = {other.name: place for place, other in enumerate(workload.step)}
    if isinstance(step.next, str):
        return ((names.get(step.next), 1.0),)
    whole = sum(step.next.values(), Decimal(0)) or Decimal(1)  # within 1e-9 of 1: flow_problems
    return tuple((names.get(name), float(part / whole)) for name, part in step.next.items() if part)


def feeding(workload: Workload, judged: Iterable[int]) -> set[int]:
    """The steps whose output can reach one of the judged steps."""
    before: dict[int, set[int]] = {}
    for at, step in enumerate(workload.step):
        for target, _ in followers(workload, at, step):
            if target is not None:
                before.setdefault(target, set()).add(at)
    reaching: set[int] = set()
    waiting = list(judged)
    while waiting:
        for at in before.get(waiting.pop(), ()):
            if at not in reaching:
                reaching.add(at)
                waiting.append(at)
    return reaching


def told_by(workload: Workload, at: int) -> bool:
    """Whether some validator can see a step's faults and send the request back to it or before."""
    names = [step.name for step in workload.step]
    return any(
        later.on_reject is not None
        and later.on_reject.max_attempts > 1
        and later.on_reject.restart in names
        and names.index(later.on_reject.restart) <= at
        and at
        in (judged := {names.index(name) for name in later.judges if name in names})
        | feeding(workload, judged)
        for later in workload.step
    )


def flow_problems(workload: Workload) -> Iterable[Problem]:
    """Names in ``next`` that are no step, probabilities that miss 1, steps nothing leads to."""
    names = [step.name for step in workload.step]
    for at, step in enumerate(workload.step):
        if step.next is None:
            continue
        shares = {step.next: Decimal(1)} if isinstance(step.next, str) else step.next
        for name in shares:
            if name not in names and name != DONE:
                hint = did_you_mean(name, [*names, DONE]) or f'a step, or "{DONE}" to deliver'
                yield Problem(("step", at, "next"), f"there is no step '{name}'", hint)
        whole = sum(shares.values(), Decimal(0))
        if abs(whole - 1) > Decimal("1e-9"):
            yield Problem(("step", at, "next"), f"the probabilities sum to {whole}, not to 1")
    reached, waiting = {0}, [0]
    while waiting:
        at = waiting.pop()
        for target in _targets(workload, at, names):
            if target not in reached:
                reached.add(target)
                waiting.append(target)
    for at, name in enumerate(names):
        if at not in reached:
            yield Problem(("step", at, "name"), f"nothing leads to step '{name}'")


def _targets(workload: Workload, at: int, names: Sequence[str]) -> Iterable[int]:
    """The steps that can follow a step, by ``next`` or by a rejection."""
    if at >= len(workload.step):
        return
    step = workload.step[at]
    for target, _ in followers(workload, at, step):
        if target is not None:
            yield target
    reject = step.on_reject
    if reject and reject.max_attempts > 1 and reject.restart in names:
        yield names.index(reject.restart)
