"""How often each step runs for one request, and what becomes of it: the seam of reliability.

Everything that follows a step (tokens, queries, spans, runtime, cases) is multiplied by its visits
and by nothing else. Expected visits turn from float into Decimal here, at 12 significant digits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from costplan.facts import Fact, fact
from costplan.outcomes.chain import NeverEnds
from costplan.outcomes.graph import Graph, Outcomes
from costplan.outcomes.node import Node, after_failure, timeout_share
from costplan.outcomes.places import TooManyStates, Turns
from costplan.outcomes.votes import majority
from costplan.problems import InvalidInput, Path, Problem
from costplan.quantity import ZERO, each, probability, twelve_digits
from costplan.record import replace
from costplan.workload.flow import DONE, feeding, flow_problems, followers, told_by
from costplan.workload.model import Stack, Workload
from costplan.workload.step import Step
from costplan.workload.strategy import WholeRuns

DEFAULT_RHO = 0.5
"""Over 83 model-and-domain rows of tau-bench the median correlation of repeats is 0.51."""
DEFAULT_VERDICT_RHO = 0.5
"""Of a validator's verdicts on one request: no published measurement, so both ends are printed."""
DEFAULT_PHI = 0.3
STOPS_LEARNING = ((None, None), (3, None), (2, None), (1, None), (3, 3), (2, 2), (1, 1))
"""Verdicts and runs after which an urn stops learning, tried in turn where states run out."""


@dataclass(slots=True, repr=False, eq=False)
class Visits:
    """Expected runs of each step for one request, and the share that a person handles.

    ``first`` runs produce, further ones coordinate, ``redundant`` ones are a vote's.
    """

    runs: dict[str, Decimal]
    first: dict[str, Decimal]
    redundant: dict[str, Decimal]
    fallbacks: dict[str, Decimal]
    cases: Decimal = Decimal(0)

    def times(self, whole_runs: int) -> Visits:
        """Of so many runs of the whole pipeline: all but the first are redundant."""
        times = Decimal(whole_runs)
        return replace(
            self,
            runs={name: count * times for name, count in self.runs.items()},
            redundant={
                name: self.redundant.get(name, Decimal(0)) + count * (times - 1)
                for name, count in self.runs.items()
            },
            fallbacks={name: count * times for name, count in self.fallbacks.items()},
        )


@dataclass(slots=True, repr=False, eq=False)
class Solved:
    """The outcomes of a workload with one stack's models.

    ``outcomes`` None: reliability is not modelled, for the ``missing`` reasons; every step then
    runs once. ``shared``: steps whose success rate is not the stack's own. ``verdicts``: validators
    that can judge one request again and state no rho. ``whole_runs`` of the pipeline a request;
    ``outcomes`` and ``visits`` are of all of them, the chain of one.
    """

    visits: Visits
    outcomes: Outcomes | None
    missing: list[Fact] = field(default_factory=list)
    assumed: list[Fact] = field(default_factory=list)
    shared: list[str] = field(default_factory=list)
    verdicts: list[str] = field(default_factory=list)
    whole_runs: int = 1


class Rates(NamedTuple):
    """What a stack's own models reach, by role: success, and success of a retry told why."""

    success: Mapping[str, Decimal] = {}
    retry: Mapping[str, Decimal] = {}

    @classmethod
    def of(cls, stack: Stack) -> Rates:
        """The rates that a stack's bindings state."""
        bound = {role: stack.binding(role) for role in stack.roles}
        return cls(
            {r: b.success for r, b in bound.items() if b and b.success is not None},
            {r: b.retry_success for r, b in bound.items() if b and b.retry_success is not None},
        )


NO_RATES = Rates()


def solve(
    workload: Workload,
    rates: Rates = NO_RATES,
    verdict_rho: float = DEFAULT_VERDICT_RHO,
    turns: Turns | None = None,
) -> Solved:
    """Visits and outcomes of one request with a stack's own ``rates``.

    ``verdict_rho`` stands for validators that state no rho of their own; ``turns`` are shared by
    graphs that share steps. Raises InvalidInput for a
    graph that never ends, cannot reach a step or is too large.
    """
    problems = list(flow_problems(workload))
    if problems:
        raise InvalidInput(problems)
    missing = [
        fact("no-success-rate", step.name)
        for step in workload.step
        if _success(step, rates) is None
    ]
    missing += [
        fact("no-rates-of-validator", step.name)
        for step in workload.step
        if step.judges and (step.sensitivity is None or step.false_positive_rate is None)
    ]
    if missing or not workload.step:
        return Solved(_once(workload), None, missing or [fact("no-steps")])
    solved = Solved(_once(workload), None)
    nodes = [_node(workload, at, step, rates, solved) for at, step in enumerate(workload.step)]
    for node in nodes:
        if node.name in solved.verdicts:
            node.rho = verdict_rho
    if any(node.attempts > 1 or node.rounds > 1 for node in nodes):
        solved.assumed.append(fact("failed-attempt-cost"))
    human = probability(workload.human.success) if workload.human else None
    outcomes = _outcomes(workload, nodes, human, solved, turns)
    solved.outcomes = outcomes
    solved.visits = Visits(
        runs=_decimals(outcomes.visits),
        first=_decimals(outcomes.first),
        redundant=_decimals(outcomes.redundant),
        fallbacks=_decimals(outcomes.fallbacks),
        cases=twelve_digits(outcomes.escalated),
    )
    if workload.vote is not None:
        _vote_of_whole_runs(workload.vote, solved)
    solved.shared = _shared(workload, rates)
    return solved


def _shared(workload: Workload, rates: Rates) -> list[str]:
    """Steps whose success is the file's for whatever model a stack binds."""
    return [
        step.name
        for step in workload.step
        if not step.judges and step.model and step.model not in rates.success
    ]


def _vote_of_whole_runs(vote: WholeRuns, solved: Solved) -> None:
    """The majority's answer: right where more than half of the runs are; a run without an answer
    votes for none."""
    single, visits = solved.outcomes, solved.visits
    assert single is not None
    rho = DEFAULT_RHO if vote.rho is None else probability(vote.rho)
    if vote.rho is None and vote.runs > 1:
        solved.assumed.append(fact("whole-runs-correlate", rho=Decimal(str(rho))))
    right = each(majority, single.trusted, vote.runs, rho)
    solved.outcomes = replace(
        single, delivered_right=right, delivered_wrong=1.0 - right, aborted=0.0
    )
    solved.whole_runs = vote.runs
    solved.visits = visits.times(vote.runs)


class Solutions:
    """What becomes of a workload's requests, solved once for all stacks with the same rates."""

    def __init__(
        self,
        workload: Workload,
        alike: Solutions | None = None,
        turns: Turns | None = None,
        rates_of: Callable[[Stack], Rates] = Rates.of,
    ) -> None:
        """``alike``: solutions of the same steps, people and vote with other stacks or costs; what
        they solve is shared. ``turns``: what solutions of other steps share. ``rates_of`` knows the
        rates of stacks that other workloads have too."""
        self.workload, self._rates_of = workload, rates_of
        self._turns = Turns() if turns is None else turns
        self._solved: dict[tuple[object, ...], Solved] = alike._solved if alike else {}
        self._of_stacks: dict[str, Solved] = {}

    def of(self, rates: Rates, verdict_rho: float = DEFAULT_VERDICT_RHO) -> Solved:
        """As ``solve``."""
        key = (verdict_rho, *self.key(rates))
        solved = self._solved.get(key)
        if solved is None:
            solved = self._solved[key] = solve(self.workload, rates, verdict_rho, self._turns)
        shared = _shared(self.workload, rates) if solved.outcomes is not None else []
        if shared == solved.shared:
            return solved
        known = self._solved.get((key, *shared))
        if known is None:
            known = self._solved[(key, *shared)] = replace(solved, shared=shared)
        return known

    def of_stack(self, name: str) -> Solved:
        """Of a stack of the workload, with the rates that its bindings state."""
        solved = self._of_stacks.get(name)
        if solved is None:
            solved = self._of_stacks[name] = self.of(self._rates_of(self.workload.stack[name]))
        return solved

    def key(self, rates: Rates) -> tuple[Decimal | None, ...]:
        """What tells stacks apart: the rates that steps and fallbacks have with their models, a
        stack's own or the file's."""
        own_rates: list[Decimal | None] = []
        for step in self.workload.step:
            own_rates.append(rates.success.get(step.role, step.success))
            own_rates.append(rates.retry.get(step.role, step.retry_success))
            if step.fallback is not None:
                own_rates.append(rates.success.get(step.fallback.model, step.fallback.success))
        return tuple(own_rates)


def _outcomes(
    workload: Workload,
    nodes: Sequence[Node],
    human: float | None,
    solved: Solved,
    turns: Turns | None,
) -> Outcomes:
    """Exact where the graph's states are few enough, else with urns that stop learning.

    An urn that stops after a few draws keeps what it learned; forgetting it at an outer restart is
    further from the truth.
    """
    problem = ""
    for verdicts, runs in STOPS_LEARNING:
        graph = Graph(nodes, human, verdicts, runs, turns)
        try:
            outcomes = graph.outcomes()
        except TooManyStates as error:
            problem = str(error)
            continue
        except NeverEnds as error:
            raise InvalidInput([_endless(workload, graph.states[error.state].step)]) from None
        if verdicts is not None:
            counted = fact("repeats-counted-to", verdicts=verdicts)
            if runs:
                counted = fact("repeats-and-runs-counted-to", verdicts=verdicts, runs=runs)
            solved.assumed.append(counted)
        return outcomes
    hint = "fewer attempts, rounds or runs; or rho = 0 where repeats do not correlate"
    raise InvalidInput([Problem(("step",), problem, hint)])


def _endless(workload: Workload, at: int) -> Problem:
    step = workload.step[at]
    path: Path = ("step", at, "name" if step.next is None else "next")
    hint = f"some step of this loop needs a way out: next = {{ ..., {DONE} = 0.1 }}"
    return Problem(path, f"the steps never end once '{step.name}' runs", hint)


def once(workload: Workload) -> Visits:
    """Every step once, nobody asked: what is billed where outcomes are not modelled."""
    return _once(workload)


def _once(workload: Workload) -> Visits:
    ones = {step.name: Decimal(1) for step in workload.step}
    visits = Visits(runs=ones, first=dict(ones), redundant={}, fallbacks={})
    return visits if workload.vote is None else visits.times(workload.vote.runs)


def _success(step: Step, rates: Rates) -> float | None:
    if step.judges:
        return 1.0
    success = rates.success.get(step.role, step.success)
    return None if success is None else probability(success)


def _node(workload: Workload, at: int, step: Step, rates: Rates, solved: Solved) -> Node:
    ends = "human" if workload.human else "abort"
    node = Node(name=step.name, next=followers(workload, at, step))
    if step.timeout is not None:
        node.timeout = _timeout(step)
    if step.judges:
        names = [other.name for other in workload.step]
        judged = {names.index(name) for name in step.judges}
        node.sees = frozenset(judged | feeding(workload, judged))
        node.sensitivity = probability(step.sensitivity or ZERO)
        node.false_positive = probability(step.false_positive_rate or ZERO)
        node.then = ends
        if step.on_reject:
            node.restart = names.index(step.on_reject.restart)
            node.rounds = step.on_reject.max_attempts
            node.then = step.on_reject.then or ends
        if _judges_again(workload, at, step):
            node.rho = DEFAULT_VERDICT_RHO if step.rho is None else probability(step.rho)
            if step.rho is None:
                solved.verdicts.append(step.name)
        return node
    node.success = _success(step, rates) or 0.0
    node.detection = probability(step.detection_rate or ZERO)
    node.attempts = step.max_attempts or 1
    node.exhaust = step.on_exhaust or ends
    node.common_cause = probability(step.common_cause or ZERO)
    _parallel(step, node)
    if step.common_cause is None and (step.rho is not None or _repeats(workload, at, step)):
        node.rho = DEFAULT_RHO if step.rho is None else probability(step.rho)
        if step.rho is None:
            solved.assumed.append(fact("repeats-correlate", step.name, rho=DEFAULT_RHO))
    retry = rates.retry.get(step.role, step.retry_success)
    if retry is not None and _can_be_told(workload, at, step):
        node.retry = probability(retry)
    if step.fallback is not None:
        _fallback(step, node, rates, solved)
    return node


def _parallel(step: Step, node: Node) -> None:
    if step.vote:
        node.runs = step.vote.runs
        node.quorum = step.vote.quorum or step.vote.runs // 2 + 1
        node.early = step.vote.stop_early
    elif step.best_of:
        node.runs = step.best_of.runs
        node.selector = probability(step.best_of.selector)


def _fallback(step: Step, node: Node, rates: Rates, solved: Solved) -> None:
    assert step.fallback is not None
    given = rates.success.get(step.fallback.model, step.fallback.success)
    if given is None:
        solved.assumed.append(fact("fallback-as-good", step.name))
        own = node.success
    else:
        own = probability(given)
    phi = step.fallback.phi
    if phi is None:
        solved.assumed.append(fact("fallback-correlates", step.name, phi=DEFAULT_PHI))
    shared = DEFAULT_PHI if phi is None else probability(phi)
    node.fallback = each(after_failure, node.success, own, shared)
    node.fallback_alone = own


def _timeout(step: Step) -> float:
    timeout = step.timeout
    assert timeout is not None
    if timeout.share is not None:
        return probability(timeout.share)
    assert timeout.median_seconds
    assert timeout.after_seconds
    assert timeout.sigma is not None
    return each(
        timeout_share,
        probability(timeout.median_seconds),
        probability(timeout.sigma),
        probability(timeout.after_seconds),
    )


def _repeats(workload: Workload, at: int, step: Step) -> bool:
    """Whether a step can run more than once on one request: attempts, votes, restarts."""
    if (step.max_attempts or 1) > 1 and (step.detection_rate or step.timeout):
        return True
    if step.vote or step.best_of:
        return True
    return _inside_a_loop(workload, at)


def _judges_again(workload: Workload, at: int, step: Step) -> bool:
    """Whether a validator can judge one request more than once: by its own loop or another's."""
    own = step.on_reject is not None and step.on_reject.max_attempts > 1
    return own or _inside_a_loop(workload, at)


def _inside_a_loop(workload: Workload, at: int) -> bool:
    names = [step.name for step in workload.step]
    return any(
        later.on_reject is not None
        and later.on_reject.max_attempts > 1
        and names.index(later.on_reject.restart) <= at < place
        for place, later in enumerate(workload.step)
    )


def _can_be_told(workload: Workload, at: int, step: Step) -> bool:
    """Whether anything can show a step that it failed before it runs again."""
    return told_by(workload, at) or bool((step.max_attempts or 1) > 1 and step.detection_rate)


def _decimals(numbers: Mapping[str, float]) -> dict[str, Decimal]:
    return {name: twelve_digits(number) for name, number in numbers.items()}
