"""Variants of a workload: the same requests with other attempts, checks, people, votes, models.

A variant is a workload of its own: whatever is said of it is said of a file that could be written,
and is billed as such.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from decimal import Decimal
from itertools import combinations, product
from typing import Any, TypeVar

from costplan.quantity import ONE
from costplan.record import record, replace
from costplan.workload.flow import DONE
from costplan.workload.model import Binding, Stack, Workload
from costplan.workload.rules import ALWAYS, roles_used
from costplan.workload.step import Mode, OnReject, Step, Vote
from costplan.workload.strategy import Candidate, WholeRuns

Kind = TypeVar("Kind")
ATTEMPTS = (1, 2, 3, 4, 5)
MOST_VALIDATORS = 3
VOTES = (1, 3, 5)
MOST_VOTES = 2
"""Steps, of all or of one role, whose votes are combined: those that fail most. Others keep what
they have."""
Models = Mapping[str, Candidate]
BATCH_SECONDS = Decimal(86_400)
"""Vendors promise a batch within a day: what may take that long may wait for one."""


@record
class Choices:
    """What a variant changes. ``attempts`` None and an empty rest: nothing.

    ``dropped``: validators that go; ``models``: by role; ``votes``: runs by step; ``whole_runs`` of
    the pipeline; ``batch``: whether what may wait is processed as a batch.
    """

    attempts: int | None = None
    dropped: tuple[str, ...] = ()
    people: bool = True
    fallbacks: bool = True
    models: Models = field(default_factory=dict)
    votes: Mapping[str, int] = field(default_factory=dict)
    whole_runs: int = 1
    batch: bool = False


def bare_choices(workload: Workload) -> Choices:
    """The pipeline without validators, retries, fallbacks and people."""
    checks = tuple(step.name for step in workload.step if step.judges)
    return Choices(attempts=1, dropped=checks, people=False, fallbacks=False)


def family(workload: Workload) -> Iterator[Choices]:
    """One to five attempts, each validator on or off, people on or off: what checking can be."""
    for people in (True, False) if workload.human else (True,):
        for dropped in _dropped(workload):
            for attempts in ATTEMPTS if _repeats(workload) else (1,):
                yield Choices(attempts=attempts, dropped=dropped, people=people)


def _dropped(workload: Workload) -> list[tuple[str, ...]]:
    validators = [step.name for step in workload.step if step.judges]
    if any(step.next is not None for step in workload.step):
        return [()]  # a branch may be what a validator is for
    shown = validators[:MOST_VALIDATORS]
    return [dropped for size in range(len(shown) + 1) for dropped in combinations(shown, size)]


def _repeats(workload: Workload) -> bool:
    return any(step.detection_rate or step.on_reject or step.timeout for step in workload.step)


def voting(workload: Workload) -> list[Step]:
    """Steps that a vote could be taken on."""
    return [
        step
        for step in workload.step
        if step.model and not step.judges and not (step.vote or step.best_of or step.retry_success)
    ]


def combined_votes(workload: Workload) -> Iterator[Mapping[str, int]]:
    """Every combination of votes, none first."""
    return _votes_on(voting(workload))


def role_votes(workload: Workload, role: str) -> Iterator[Mapping[str, int]]:
    """Every combination of votes on the steps of one role, none first."""
    return _votes_on([step for step in voting(workload) if step.model == role])


def most_failing(steps: Sequence[Step]) -> list[Step]:
    """The few steps whose votes are combined, in the order of the file."""
    ranked = sorted(steps, key=lambda step: ONE if step.success is None else step.success)
    few = {step.name for step in ranked[:MOST_VOTES]}
    return [step for step in steps if step.name in few]


def _votes_on(steps: Sequence[Step]) -> Iterator[Mapping[str, int]]:
    shown = most_failing(steps)
    for runs in product(VOTES, repeat=len(shown)):
        yield {step.name: n for step, n in zip(shown, runs, strict=True) if n > 1}


def measured_models(workload: Workload, stack: str) -> dict[str, list[Models]]:
    """What each role with candidates may be bound to: as it is, or what was measured."""
    return {
        role: [{}, *({role: model} for model in models if not unmeasured(workload, {role: model}))]
        for role, models in workload.candidates.items()
        if role in workload.stack[stack].roles
    }


def unmeasured(workload: Workload, models: Models) -> str:
    """The steps whose success with these models nobody has stated, in words; "" where none."""
    lacking = []
    for step in workload.step:
        model = models.get(step.model or "")
        if model is not None and not step.judges and model.success_on(step.name) is None:
            lacking.append(f"'{step.name}'")
        spare = models.get(step.fallback.model) if step.fallback else None
        if spare is not None and not isinstance(spare.success, Decimal):
            lacking.append(f"the fallback of '{step.name}'")
    return ", ".join(lacking)


def words(choices: Choices, workload: Workload) -> str:
    """A variant's name: what a reader would change in the file."""
    parts = [_model(role, model, workload) for role, model in choices.models.items()]
    parts = list(dict.fromkeys(parts))
    if choices.attempts is not None:
        parts.append(f"{choices.attempts} attempt{'s' if choices.attempts > 1 else ''}")
    if choices.dropped:
        parts.append("without " + ", ".join(choices.dropped))
    parts += [f"vote of {runs} on {step}" for step, runs in choices.votes.items()]
    if not choices.fallbacks and any(step.fallback for step in workload.step):
        parts.append("without fallback")
    if choices.batch:
        parts.append("batch")
    if workload.human is not None and choices.attempts is not None:
        parts.append("with people" if choices.people else "without people")
    if choices.whole_runs > 1:
        return f"vote of {choices.whole_runs} whole runs"
    return ", ".join(parts) or "this plan"


def _model(role: str, model: Candidate, workload: Workload) -> str:
    """A candidate's name: its offer, with what tells it from another candidate of that offer."""
    listed = workload.candidates.get(role, ())
    alike = [candidate for candidate in listed if candidate.offer == model.offer]
    name = model.offer
    if len(alike) > 1 and model in alike:
        name += f" #{alike.index(model) + 1}"
    elsewhere = {
        candidate.offer
        for other, candidates in workload.candidates.items()
        if listed and other != role
        for candidate in candidates
    }
    return f"{name} as {role}" if model.offer in elsewhere else name


def changed(workload: Workload, choices: Choices, stack: str | None = None) -> Workload:
    """The workload with these choices. ``stack``: the one whose models change; all if left out."""
    steps = [_step(step, choices, workload) for step in workload.step]
    steps = _without(steps, set(choices.dropped))
    variant = replace(
        workload,
        step=tuple(steps),
        human=workload.human if choices.people else None,
        vote=_whole_runs(workload, choices.whole_runs),
    )
    if choices.batch:
        jobs = tuple(replace(job, mode=job.mode or _batch(job.model)) for job in variant.job)
        variant = replace(variant, job=jobs, stack=_untimed(workload))
    return with_models(variant, choices.models, stack) if choices.models else variant


def _batch(model: str | None) -> Mode | None:
    return "batch" if model else None


def may_wait(workload: Workload) -> bool:
    """Whether anything may be processed as a batch that is not: jobs, and requests that may take a
    day."""
    jobs = any(job.model and job.mode is None for job in workload.job)
    return jobs or any(_may_be_batch(step, workload) for step in workload.step)


def _may_be_batch(step: Step, workload: Workload) -> bool:
    return bool(step.model) and step.mode is None and _patient(workload)


def _untimed(workload: Workload) -> Mapping[str, Stack]:
    """Stacks that do not say how long their models take, where those are to wait for a batch."""
    steps = [step for step in workload.step if _may_be_batch(step, workload)]
    waiting = {step.model for step in steps if step.model}
    stacks = dict(workload.stack)
    for name, stack in stacks.items() if waiting else ():
        roles = dict(stack.roles)
        for role in waiting & roles.keys():
            bound = stack.binding(role)
            if bound is not None and bound.seconds is not None:
                roles[role] = replace(bound, seconds=None, seconds_p95=None)
        stacks[name] = replace(stack, roles=roles)
    return stacks


def _patient(workload: Workload) -> bool:
    limit = workload.target.seconds if workload.target else None
    return limit is not None and limit >= BATCH_SECONDS


def _whole_runs(workload: Workload, runs: int) -> WholeRuns | None:
    if runs == 1:
        return workload.vote
    return WholeRuns(runs=runs, rho=workload.strategy.vote.rho)


def with_models(
    workload: Workload, models: Mapping[str, Candidate], stack: str | None = None
) -> Workload:
    """The workload with other models in some roles of a stack; of all stacks where none is named.

    A rate that was measured step by step stands on the steps, and a judge's on its validators.
    """
    steps = tuple(_measured(step, models) for step in workload.step)
    names = [stack] if stack is not None else [*workload.stack]
    stacks = {
        **workload.stack,
        **{name: _bound(workload.stack[name], models) for name in names},
    }
    return replace(workload, step=steps, stack=stacks)


def _measured(step: Step, models: Mapping[str, Candidate]) -> Step:
    model = models.get(step.model or "")
    if model is None:
        return step
    if step.judges:
        given = {
            "sensitivity": model.sensitivity,
            "false_positive_rate": model.false_positive_rate,
        }
        own: dict[str, Decimal | None] = {
            key: rate for key, rate in given.items() if rate is not None
        }
    else:  # how the plan's model does once it is told why says nothing of another
        own = {"success": model.success_on(step.name), "retry_success": model.retry_success}
    return replace(step, **own) if own else step  # type: ignore[arg-type]


def _bound(stack: Stack, models: Mapping[str, Candidate]) -> Stack:
    roles = dict(stack.roles)
    for role, model in models.items():
        if role not in roles:
            continue
        before = stack.binding(role)
        roles[role] = Binding(
            offer=model.offer,
            success=None if isinstance(model.success, Mapping) else model.success,
            retry_success=model.retry_success,
            input_factor=model.input_factor,
            output_factor=model.output_factor,
            region=before.region if before else None,
            seconds=model.seconds,
            seconds_p95=model.seconds_p95,
        )
    return replace(stack, roles=roles)


def _step(step: Step, choices: Choices, workload: Workload) -> Step:
    changes: dict[str, object] = {}
    if choices.attempts is not None:
        if step.detection_rate or step.timeout:
            changes["max_attempts"] = choices.attempts
        if step.on_reject is not None:
            changes["on_reject"] = replace(step.on_reject, max_attempts=choices.attempts)
    if step.fallback is not None and not choices.fallbacks:
        changes["fallback"] = None
    if step.name in choices.votes:
        changes["vote"] = Vote(runs=choices.votes[step.name])
    if choices.batch and _may_be_batch(step, workload):
        changes |= {"mode": "batch", "seconds": BATCH_SECONDS, "seconds_p95": None}
    step = replace(step, **changes) if changes else step  # type: ignore[arg-type]
    return step if workload.human is None else _unnamed_people(step)


def _unnamed_people(step: Step) -> Step:
    """Ends that name people as ends that name nobody: with [human] they are the same, and without
    it who would have gone to a person ends without an answer."""
    if step.on_exhaust == "human":
        step = replace(step, on_exhaust=None)
    if step.on_reject is not None and step.on_reject.then == "human":
        step = replace(step, on_reject=replace(step.on_reject, then=None))
    return step


def alone(workload: Workload, stack: str) -> Workload:
    """The workload with one stack alone and only what concerns it, as a file would have it."""
    pruned = replace(
        workload,
        stack={stack: workload.stack[stack]},
        mix={},
        migration=None,
        budget=None,
        policy=(),
        candidates={},
        fixed=_of_stack(workload.fixed, stack),
        discount=_of_stack(workload.discount, stack),
        commitment=_of_stack(workload.commitment, stack),
        credit=_of_stack(workload.credit, stack),
    )
    used = {step.index for step in pruned.step} | {job.upserts_to for job in pruned.job}
    called = {step.tool for step in pruned.step} | {job.tool for job in pruned.job}
    pruned = replace(
        pruned,
        index={name: index for name, index in pruned.index.items() if name in used},
        tool={name: tool for name, tool in pruned.tool.items() if name in called},
    )
    kept = {*roles_used(pruned), *ALWAYS, *(("human",) if pruned.human else ())}
    bound = pruned.stack[stack]
    roles = {role: binding for role, binding in bound.roles.items() if role in kept}
    return replace(pruned, stack={stack: replace(bound, roles=roles)})


def _of_stack(rows: tuple[Kind, ...], stack: str) -> tuple[Kind, ...]:
    wanted: tuple[Any, ...] = rows
    return tuple(replace(row, stacks=()) for row in wanted if not row.stacks or stack in row.stacks)


def _without(steps: Sequence[Step], dropped: set[str]) -> list[Step]:
    """The steps that stay, led past the validators that go."""
    if not dropped:
        return list(steps)
    branches = any(step.next is not None for step in steps)
    judged = {step.name: step.judges for step in steps if step.name in dropped}
    kept = []
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
        kept.append(replace(step, **changes) if changes else step)  # type: ignore[arg-type]
    return kept


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
    shares: dict[str, Decimal] = {}
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
                shares[target] = shares.get(target, Decimal(0)) + share * part
    return shares
