"""The cheapest combination that reaches a goal: model per role, attempts, votes, validators,
fallback, people and batch, for one stack.

Every combination is a workload, and what is printed is its exact bill. Steps in series without
exits have reliability p1 x ... x pn and, where prices add up, additive cost: they are searched by
blocks with a bound (``series``). Elsewhere small spaces are billed whole, and of large ones the
combinations that blocks foresee to be good; what was not tried is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import product
from math import prod

from costplan.document.options import Strategies
from costplan.facts import Fact, fact
from costplan.plan.compare.blocks import Part, cheapest_parts, undominated
from costplan.plan.compare.goal import Goal
from costplan.plan.compare.pricing import Billed, Way, cheapest
from costplan.plan.compare.series import Series, in_series
from costplan.plan.compare.variants import (
    Choices,
    Models,
    changed,
    combined_votes,
    family,
    may_wait,
    measured_models,
    most_failing,
    voting,
    with_models,
    words,
)
from costplan.plan.compare.ways import MOST_WORK, Ways
from costplan.problems import InvalidInput
from costplan.quantity import ZERO
from costplan.record import replace
from costplan.workload.model import Workload

WHOLE = 240
"""A space of so many combinations is billed whole."""
MOST_BILLED = 300
MOST_SOLVED = 60_000
"""States times steps that one stack's search may solve: about half a second."""
COMBINED_TOO_LARGE = fact("combinations-too-large")
RUNGS = 8
"""Reliabilities between the plan's and the highest foreseen, for each of which models are tried."""


def searched(
    ways: Ways,
    stack: str,
    goal: Goal,
    requests: Decimal,
    measures: Strategies,
    billed: Sequence[Billed],
) -> list[Billed]:
    """The best of the combinations that were not tried yet; ``measures`` is told how many there
    are, how many were billed, and whether none of the rest can be cheaper."""
    known = {tried.way.name for tried in billed}
    best: Billed | None = None
    measures.billed = 0
    if in_series(ways.workload):
        series = Series(ways, stack, goal, requests)
        best = series.best()
        measures.space, measures.proven = series.space, series.proven
        measures.billed = len(series.tried)
    if not measures.proven:
        combinations = _Combinations(ways, stack, goal)
        both = [way for way in (best, combinations.best(billed)) if way is not None]
        best = cheapest(both, None, None)
        measures.space = max(measures.space or 0, combinations.space)
        measures.proven = combinations.complete
        measures.billed = max(measures.billed, len(combinations.tried))
        if combinations.left_out:
            measures.facts.append(COMBINED_TOO_LARGE)
    measures.facts += _votes_left_out(ways.workload)
    return [] if best is None or best.way.name in known else [best]


def _votes_left_out(workload: Workload) -> list[Fact]:
    """Which steps votes are combined on, where that is not all of them."""
    steps = voting(workload)
    groups = [steps]
    if in_series(workload):
        roles = dict.fromkeys(step.model for step in steps)
        groups = [[step for step in steps if step.model == role] for role in roles]
    few = [step.name for group in groups for step in most_failing(group)]
    return [fact("votes-on-few", steps=few)] if len(few) < len(steps) else []


class _Combinations:
    """Combinations billed one by one, the simplest first.

    ``complete``: all of the space was billed; ``tried``: what was; ``left_out``: some has too many
    states. What has too many states to follow is left out, as
    are further attempts behind it, for states follow from the graph and not from its rates.
    """

    def __init__(self, ways: Ways, stack: str, goal: Goal) -> None:
        self.ways, self.stack, self.goal = ways, stack, goal
        workload = ways.workload
        self.models = measured_models(workload, stack)
        self.votes = list(combined_votes(workload))
        batches = (False, True) if may_wait(workload) else (False,)
        fallbacks = (True, False) if any(step.fallback for step in workload.step) else (True,)
        self.rest = list(product(fallbacks, batches))
        self.members = [Choices(), *family(workload)]
        assignments = prod(len(alternatives) for alternatives in self.models.values())
        self.space = assignments * len(self.votes) * len(self.rest) * len(self.members)
        self.complete = False
        self.tried: list[Choices] = []
        self.left_out = False
        self._states: dict[object, int] = {}
        self._charged: set[object] = set()
        self._solved = 0

    def best(self, tried: Sequence[Billed]) -> Billed | None:
        """The cheapest that reaches the goal, or the most reliable where none does; ``tried`` are
        left to who tried them."""
        most = self.space if self.space <= WHOLE else MOST_BILLED
        reached: list[Billed] = []
        short: list[Billed] = []
        for number, choices in enumerate(self._all(self._assignments())):
            if number >= most:
                break
            billed = self.billed(choices)
            if billed is None:
                self.left_out = True
            elif billed.option.whole is not None and billed.option.reaches(*self.goal):
                reached.append(billed)
            elif billed.option.whole is not None and billed.option.reaches(None, self.goal.seconds):
                short.append(billed)
        self.complete = self.space <= WHOLE and not self.left_out
        best = cheapest([*tried, *reached], *self.goal)
        if best is None:
            return max(short, key=lambda way: way.option.reliability or ZERO, default=None)
        return best if best in reached else None

    def _all(self, assignments: Sequence[Models]) -> Iterator[Choices]:
        for votes in self.votes:
            for models in assignments:
                for kept, batch in self.rest:
                    for member in self.members:
                        yield replace(
                            member, models=models, votes=votes, fallbacks=kept, batch=batch
                        )

    def _assignments(self) -> list[Models]:
        """Every choice of models where they are few, else those that blocks foresee to be good."""
        if prod(len(alternatives) for alternatives in self.models.values()) <= WHOLE:
            return [_merged(models) for models in product(*self.models.values())]
        return _foreseen(self)

    def billed(self, choices: Choices) -> Billed | None:
        """A combination's bill; None where its states are too many to follow in a moment."""
        graph = (choices.dropped, choices.fallbacks, tuple(sorted(choices.votes.items())))
        same = (*graph, choices.attempts)
        if self._too_large(graph, choices) or self._states.get(same, 0) > MOST_WORK:
            return None
        if self._solved + self._states.get(same, 0) > MOST_SOLVED:
            return None
        workload = changed(self.ways.workload, choices, self.stack)
        try:
            solved = self.ways.pricer.solved(workload, self.stack)
        except InvalidInput:
            self._states[same] = MOST_SOLVED
            return None
        states = solved.outcomes.states if solved.outcomes else 0
        work = self._states[same] = states * len(workload.step)
        solved_once = (*same, choices.people, *(model.offer for model in choices.models.values()))
        if solved_once not in self._charged:
            self._charged.add(solved_once)
            if choices != Choices():  # the plan was solved for its estimate
                self._solved += work
        if work > MOST_WORK:
            return None
        self.tried.append(choices)
        kind = "model" if choices.models else "orchestrate"
        way = Way(words(choices, self.ways.workload), kind, workload)
        return self.ways.pricer.bill(way, self.stack)

    def _too_large(self, graph: tuple[object, ...], choices: Choices) -> bool:
        """Whether fewer attempts, or the same without votes, are too large already."""
        attempts = choices.attempts or 1
        if attempts >= self.ways.too_large.get(choices.dropped, attempts + 1):
            return True
        return any(self._states.get((*graph, fewer), 0) > MOST_WORK for fewer in range(1, attempts))


def _merged(by_role: Iterable[Models]) -> Models:
    return {role: model for models in by_role for role, model in models.items()}


def _foreseen(space: _Combinations) -> list[Models]:
    """Models that are cheapest at some reliability if each role's effects were independent: those
    of models that answer on the pipeline without checks, those of judges on the plan."""
    blocks, plain = [], space.ways.plain
    for role, alternatives in space.models.items():
        answers = any(step.model == role for step in plain.step)
        parts = _effects(space, alternatives, plain if answers else space.ways.workload)
        blocks.append(undominated(parts))
    if not all(blocks):
        return [{}]
    lowest, highest = (prod(block[at].factor for block in blocks) for at in (0, -1))
    rungs = [lowest * (highest / lowest) ** (at / RUNGS) for at in range(RUNGS + 1)]
    assignments: list[Models] = [{}]
    for rung in rungs:
        chosen = cheapest_parts(blocks, 1.0, rung)
        models = _merged(part.models for part in chosen or ())
        if models not in assignments:
            assignments.append(models)
    return assignments


def _effects(
    space: _Combinations, alternatives: Sequence[Models], workload: Workload
) -> list[Part]:
    """What each model alone adds to a workload's cost, and by what factor it changes its share of
    right answers."""
    pricer, stack = space.ways.pricer, space.stack
    base: tuple[float, float] | None = None
    parts = []
    for models in alternatives:
        way = Way("", "model", with_models(workload, models, stack))
        option = pricer.option(way, stack)
        if option.monthly is None or option.at_least or not option.reliability:
            continue
        cost, share = float(option.monthly), float(option.reliability)
        base = base or (cost, share)
        parts.append(Part(cost - base[0], share / base[1], models, {}))
    return parts
