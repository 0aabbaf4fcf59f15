"""The cheapest combination that reaches a goal: model per role, attempts, votes, validators,
fallback, people and batch, for one stack.

Every combination is a workload, and what is printed is its exact bill. Small spaces are billed
whole. Steps in series without exits have reliability p1 x ... x pn and additive cost, so that they
are searched by blocks with a bound (``blocks``); elsewhere the combinations are taken in the order
of what their models cost, and what could not be tried is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product

from costplan.document.options import Strategies
from costplan.plan.compare.blocks import Block, Part, cheapest_parts
from costplan.plan.compare.goal import Goal
from costplan.plan.compare.pricing import Billed, Way
from costplan.plan.compare.variants import Choices, changed, family, may_wait, words
from costplan.plan.compare.ways import MOST_WORK, Ways, unmeasured
from costplan.problems import InvalidInput
from costplan.quantity import ZERO
from costplan.workload.model import Workload
from costplan.workload.step import Step
from costplan.workload.strategy import Candidate

VOTES = (1, 3, 5)
WHOLE = 240
"""A space of so many combinations is billed whole."""
MOST_BILLED = 300
Models = Mapping[str, Candidate]


def searched(
    ways: Ways, stack: str, goal: Goal, made: Strategies, billed: Sequence[Billed]
) -> list[Billed]:
    """The best of the combinations that were not tried yet; ``made`` is told how many there are,
    how many were billed, and whether none of the rest can be cheaper."""
    before = ways.pricer.bills
    known = {one.way.name for one in billed}
    if _in_series(ways.workload):
        best = _by_blocks(ways, stack, goal, made)
    else:
        best = _by_bills(ways, stack, goal, made)
    made.billed = ways.pricer.bills - before
    return [one for one in best if one.way.name not in known]


def _in_series(workload: Workload) -> bool:
    """Whether every request runs every step once, one after another."""
    return workload.human is None and not any(
        step.judges
        or step.next is not None
        or step.detection_rate
        or step.timeout
        or step.fallback
        or step.best_of
        for step in workload.step
    )


def _assignments(workload: Workload, stack: str) -> list[Models]:
    """Every choice of a measured model for each role with candidates; the first changes none."""
    roles = [role for role in workload.candidates if role in workload.stack[stack].roles]
    choices = []
    for role in roles:
        measured = [
            one for one in workload.candidates[role] if not unmeasured(workload, {role: one})
        ]
        choices.append([None, *measured])
    return [
        {role: one for role, one in zip(roles, chosen, strict=True) if one is not None}
        for chosen in product(*choices)
    ]


def _voting(workload: Workload) -> list[Step]:
    """Steps that a vote could be taken on."""
    return [
        step
        for step in workload.step
        if step.model and not step.judges and not (step.vote or step.best_of or step.retry_success)
    ]


def _combinations(workload: Workload, models: Models) -> Iterator[Choices]:
    """Everything that may go with some models, the simplest first."""
    steps = [step.name for step in _voting(workload)]
    batches = (False, True) if may_wait(workload) else (False,)
    fallbacks = (True, False) if any(step.fallback for step in workload.step) else (True,)
    for runs in product(VOTES, repeat=min(len(steps), 2)):
        votes = {name: n for name, n in zip(steps, runs, strict=False) if n > 1}
        for kept, batch in product(fallbacks, batches):
            for member in (Choices(), *family(workload)):
                yield replace(member, models=models, votes=votes, fallbacks=kept, batch=batch)


def _by_bills(ways: Ways, stack: str, goal: Goal, made: Strategies) -> list[Billed]:
    workload = ways.workload
    assignments = _assignments(workload, stack)
    each = sum(1 for _ in _combinations(workload, {}))
    made.space = each * len(assignments)
    small = made.space <= WHOLE
    if not small:
        assignments = _cheap_first(ways, stack, assignments)
    best: Billed | None = None
    left = made.space if small else MOST_BILLED
    tried = 0
    for models in assignments:
        for choices in _combinations(workload, models):
            if tried >= left:
                break
            tried += 1
            found = _billed(ways, stack, choices)
            if found is None or not found.option.reaches(*goal) or found.option.whole is None:
                continue
            if best is None or _key(found) < _key(best):
                best = found
    made.proven = small
    return [] if best is None else [best]


def _key(one: Billed) -> tuple[bool, object]:
    return one.option.at_least, one.option.whole or ZERO


def _billed(ways: Ways, stack: str, choices: Choices) -> Billed | None:
    """A combination's bill; None where its states are too many to follow in a moment."""
    workload = changed(ways.workload, choices, stack)
    try:
        solved = ways.pricer.solved(workload, stack)
    except InvalidInput:
        return None
    states = solved.outcomes.states if solved.outcomes else 0
    if states * len(workload.step) > MOST_WORK:
        return None
    kind = "model" if choices.models else "orchestrate"
    return ways.pricer.bill(Way(words(choices, ways.workload), kind, workload), stack)


def _cheap_first(ways: Ways, stack: str, assignments: Sequence[Models]) -> list[Models]:
    """Assignments by what the plan costs with them; of two models for a role that differ in one
    way alone, the one that is no cheaper and no more often right is left out."""
    priced = []
    for models in assignments[:MOST_BILLED]:
        found = _billed(ways, stack, Choices(models=models))
        if found is not None and found.option.whole is not None:
            priced.append((found.option.whole, found.option.reliability or ZERO, models))
    priced.sort(key=lambda one: (one[0], -one[1]))
    kept: list[Models] = []
    most = ZERO - 1
    for _, reliability, models in priced:
        if reliability > most:
            kept.append(models)
            most = reliability
    return kept


def _by_blocks(ways: Ways, stack: str, goal: Goal, made: Strategies) -> list[Billed]:
    """Steps in series: each role's models and votes are a block; bills only confirm the best."""
    workload = ways.workload
    plan = ways.pricer.bill(Way("this plan", "plan", workload), stack).option
    if plan.monthly is None or plan.reliability is None:
        return []
    blocks = [
        _block(ways, stack, role, plan.monthly, float(plan.reliability))
        for role in dict.fromkeys(step.model for step in workload.step if step.model)
    ]
    made.space = 1
    for block in blocks:
        made.space *= len(block)
    wanted = None if goal.reliability is None else float(goal.reliability)
    found = cheapest_parts(blocks, float(plan.reliability), wanted)
    if found is None:
        made.proven = True
        return []
    models = {role: one for part in found for role, one in part.models.items()}
    votes = {name: runs for part in found for name, runs in part.votes.items()}
    best = _billed(ways, stack, Choices(models=models, votes=votes))
    if best is None or best.option.monthly is None:
        return []
    foreseen = float(plan.monthly) + sum(part.cost for part in found)
    # prices by the token add up; floors and quotas do not, and then nothing is proven
    made.proven = abs(foreseen - float(best.option.monthly)) <= 1e-6 * max(1.0, foreseen)
    return [best] if best.option.reaches(*goal) else []


def _block(ways: Ways, stack: str, role: str, monthly: object, reliability: float) -> Block:
    """A role's models, each with votes on its steps: what it adds to the plan's bill, and by what
    factor it changes the plan's reliability."""
    workload = ways.workload
    models: list[Models] = [{}, *({role: one} for one in workload.candidates.get(role, ()))]
    steps = [step.name for step in _voting(workload) if step.model == role]
    parts = []
    for chosen in models:
        if unmeasured(workload, chosen):
            continue
        for runs in product(VOTES, repeat=min(len(steps), 2)):
            votes = {name: n for name, n in zip(steps, runs, strict=False) if n > 1}
            found = _billed(ways, stack, Choices(models=chosen, votes=votes))
            if found is None or found.option.monthly is None or found.option.at_least:
                continue
            share = float(found.option.reliability or 0)
            if share > 0.0:
                cost = float(found.option.monthly) - float(monthly)  # type: ignore[arg-type]
                parts.append(Part(cost, share / reliability, chosen, votes))
    return parts
