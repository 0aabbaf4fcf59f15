"""How often each step runs for one request, and what becomes of it: the seam of reliability.

Everything that follows a step (tokens, queries, spans, runtime, cases) is multiplied by its visits
and by nothing else. Expected visits turn from float into Decimal here, at 12 significant digits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from costplan.problems import InvalidInput, Path, Problem, did_you_mean
from costplan.quantity import twelve_digits
from costplan.workload.chain import NeverEnds
from costplan.workload.graph import (
    DONE,
    Graph,
    Node,
    Outcomes,
    TooManyStates,
    after_failure,
    timeout_share,
)
from costplan.workload.model import Step, Workload

DEFAULT_RHO = 0.5
"""Over 83 model-and-domain rows of tau-bench the median correlation of repeats is 0.51."""
DEFAULT_PHI = 0.3


@dataclass(slots=True)
class Visits:
    """Expected runs of each step for one request, and the share that a person handles.

    ``first`` runs produce, further ones coordinate, ``redundant`` ones are a vote's.
    """

    runs: dict[str, Decimal]
    first: dict[str, Decimal]
    redundant: dict[str, Decimal]
    fallbacks: dict[str, Decimal]
    cases: Decimal = Decimal(0)


@dataclass(slots=True)
class Solved:
    """The outcomes of a workload with one stack's models.

    ``outcomes`` None: reliability is not modelled, for the ``missing`` reasons; every step then
    runs once. ``shared``: steps whose success rate is not the stack's own.
    """

    visits: Visits
    outcomes: Outcomes | None
    missing: list[str] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    shared: list[str] = field(default_factory=list)


def solve(workload: Workload, own: Mapping[str, Decimal] | None = None) -> Solved:
    """Visits and outcomes of one request; ``own`` are success rates of a stack's bindings by role.

    Raises InvalidInput for a graph that never ends, cannot reach a step or is too large.
    """
    rates = own or {}
    problems = list(flow_problems(workload))
    if problems:
        raise InvalidInput(problems)
    missing = [_lacking(step) for step in workload.step if _success(step, rates) is None]
    missing += [
        f"'{step.name}' has no sensitivity and false_positive_rate"
        for step in workload.step
        if step.judges and (step.sensitivity is None or step.false_positive_rate is None)
    ]
    if missing or not workload.step:
        reasons = missing or ["the workload has no steps"]
        return Solved(_once(workload), None, reasons)
    solved = Solved(_once(workload), None)
    nodes = [_node(workload, at, step, rates, solved) for at, step in enumerate(workload.step)]
    if any(node.attempts > 1 or node.rounds > 1 for node in nodes):
        solved.assumed.append("a failed attempt costs as much as a good one")
    human = float(workload.human.success) if workload.human else None
    found = _outcomes(workload, nodes, human)
    solved.outcomes = found
    solved.visits = Visits(
        runs=_decimals(found.visits),
        first=_decimals(found.first),
        redundant=_decimals(found.redundant),
        fallbacks=_decimals(found.fallbacks),
        cases=twelve_digits(found.escalated),
    )
    solved.shared = [
        step.name
        for step in workload.step
        if not step.judges and step.model and step.model not in rates
    ]
    return solved


def _outcomes(workload: Workload, nodes: Sequence[Node], human: float | None) -> Outcomes:
    try:
        graph = Graph(nodes, human)
    except TooManyStates as error:
        hint = "fewer attempts, rounds or runs; or rho = 0 where repeats do not correlate"
        raise InvalidInput([Problem(("step",), str(error), hint)]) from None
    try:
        return graph.outcomes()
    except NeverEnds as error:
        at = graph.states[error.state].step
        step = workload.step[at]
        path: Path = ("step", at, "name" if step.next is None else "next")
        hint = f"some step of this loop needs a way out: next = {{ ..., {DONE} = 0.1 }}"
        message = f"the steps never end once '{step.name}' runs"
        raise InvalidInput([Problem(path, message, hint)]) from None


def once(workload: Workload) -> Visits:
    """Every step once, nobody asked: what is billed where outcomes are not modelled."""
    return _once(workload)


def _once(workload: Workload) -> Visits:
    ones = {step.name: Decimal(1) for step in workload.step}
    return Visits(runs=ones, first=dict(ones), redundant={}, fallbacks={})


def _lacking(step: Step) -> str:
    return f"'{step.name}' has no success rate"


def _success(step: Step, rates: Mapping[str, Decimal]) -> float | None:
    if step.judges:
        return 1.0
    found = rates.get(step.role, step.success)
    return None if found is None else float(found)


def _node(
    workload: Workload, at: int, step: Step, rates: Mapping[str, Decimal], solved: Solved
) -> Node:
    names = [one.name for one in workload.step]
    ends = "human" if workload.human else "abort"
    node = Node(name=step.name, next=_next(workload, at, step))
    if step.timeout is not None:
        node.timeout = _timeout(step)
    if step.judges:
        judged = {names.index(name) for name in step.judges}
        node.sees = frozenset(judged | _feeding(workload, judged))
        node.sensitivity = float(step.sensitivity or 0)
        node.false_positive = float(step.false_positive_rate or 0)
        node.then = ends
        if step.on_reject:
            node.restart = names.index(step.on_reject.restart)
            node.rounds = step.on_reject.max_attempts
            node.then = step.on_reject.then or ends
        return node
    node.success = _success(step, rates) or 0.0
    node.detection = float(step.detection_rate or 0)
    node.attempts = step.max_attempts or 1
    node.exhaust = step.on_exhaust or ends
    node.common_cause = float(step.common_cause or 0)
    _parallel(step, node)
    if step.common_cause is None and (step.rho is not None or _repeats(workload, at, step)):
        node.rho = float(step.rho) if step.rho is not None else DEFAULT_RHO
        if step.rho is None:
            solved.assumed.append(f"'{step.name}': repeats correlate with rho = {DEFAULT_RHO}")
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
        node.selector = float(step.best_of.selector)


def _fallback(step: Step, node: Node, rates: Mapping[str, Decimal], solved: Solved) -> None:
    assert step.fallback is not None
    given = rates.get(step.fallback.model, step.fallback.success)
    if given is None:
        solved.assumed.append(f"'{step.name}': the fallback is as good as the model it replaces")
        given = Decimal(str(node.success))
    phi = step.fallback.phi
    if phi is None:
        solved.assumed.append(
            f"'{step.name}': model and fallback correlate with phi = {DEFAULT_PHI}"
        )
    node.fallback = after_failure(
        node.success, float(given), DEFAULT_PHI if phi is None else float(phi)
    )
    node.fallback_alone = float(given)


def _timeout(step: Step) -> float:
    timeout = step.timeout
    assert timeout is not None
    if timeout.share is not None:
        return float(timeout.share)
    assert timeout.median_seconds
    assert timeout.after_seconds
    assert timeout.sigma is not None
    return timeout_share(
        float(timeout.median_seconds), float(timeout.sigma), float(timeout.after_seconds)
    )


def _repeats(workload: Workload, at: int, step: Step) -> bool:
    """Whether a step can run more than once on one request: attempts, votes, restarts."""
    if (step.max_attempts or 1) > 1 and (step.detection_rate or step.timeout):
        return True
    if step.vote or step.best_of:
        return True
    names = [one.name for one in workload.step]
    return any(
        later.on_reject is not None
        and later.on_reject.max_attempts > 1
        and names.index(later.on_reject.restart) <= at < place
        for place, later in enumerate(workload.step)
    )


def _next(workload: Workload, at: int, step: Step) -> tuple[tuple[int | None, float], ...]:
    names = {one.name: place for place, one in enumerate(workload.step)}
    if step.next is None:
        return ((at + 1 if at + 1 < len(workload.step) else None, 1.0),)
    if isinstance(step.next, str):
        return ((names.get(step.next), 1.0),)
    whole = sum(step.next.values(), Decimal(0)) or Decimal(1)  # within 1e-9 of 1: flow_problems
    return tuple((names.get(name), float(part / whole)) for name, part in step.next.items() if part)


def _feeding(workload: Workload, judged: Iterable[int]) -> set[int]:
    """The steps whose output can reach one of the judged steps."""
    before: dict[int, set[int]] = {}
    for at, step in enumerate(workload.step):
        for target, _ in _next(workload, at, step):
            if target is not None:
                before.setdefault(target, set()).add(at)
    found: set[int] = set()
    waiting = list(judged)
    while waiting:
        for at in before.get(waiting.pop(), ()):
            if at not in found:
                found.add(at)
                waiting.append(at)
    return found


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
    for target, _ in _next(workload, at, step):
        if target is not None:
            yield target
    reject = step.on_reject
    if reject and reject.max_attempts > 1 and reject.restart in names:
        yield names.index(reject.restart)


def _decimals(numbers: Mapping[str, float]) -> dict[str, Decimal]:
    return {name: twelve_digits(number) for name, number in numbers.items()}
