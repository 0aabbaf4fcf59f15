"""What would change the answer: each input moved alone, and the value at which another way wins.

Every contender is billed anew at the moved input. A stated input moves by a quarter (a success rate
by a quarter of its failures: a rate near 1 has nowhere to go), an assumed one to both of its ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from costplan.document.comparison import Lever
from costplan.document.options import Option
from costplan.plan.compare.goal import Goal
from costplan.plan.compare.pricing import Pricer, Way
from costplan.problems import InvalidInput
from costplan.quantity import ONE, TWELVE, ZERO
from costplan.record import replace
from costplan.workload.model import Binding, Stack, Workload
from costplan.workload.solving import DEFAULT_PHI, DEFAULT_RHO, DEFAULT_VERDICT_RHO, Rates
from costplan.workload.step import Step

MOVE = Decimal("0.25")
TRAFFIC = "requests a month"
HALVINGS = 10
"""Of the range in which the answer changes: a thousandth of it is exact enough for a screen."""
Change = Callable[[Workload, Decimal], Workload]
Moved = dict[tuple[str, Decimal, int], tuple[tuple[Step, ...], tuple[Step, ...]]]
"""By an input, its value and the identity of steps: those steps, and what they become there. What
an input makes of steps depends on no stack."""


class Input(NamedTuple):
    """An input that can be moved: ``change`` gives a workload where it has another value."""

    name: str
    now: Decimal
    low: Decimal
    high: Decimal
    change: Change
    assumed: bool = False


class Contender(NamedTuple):
    """A way of a stack that may win once an input moves."""

    stack: str
    way: Way


class Choice(NamedTuple):
    """The best contender at some value of an input; None where none reaches the goal."""

    contender: Contender
    option: Option


def choose(pricer: Pricer, contenders: Sequence[Contender], goal: Goal) -> Choice | None:
    """The contender that reaches the goal for the least, wrong answers included.

    Nothing is billed that is not right often enough; how long a request takes is worked out for the
    cheapest first, and for no more than decide.
    """
    able = []
    for contender in contenders:
        if not _right_enough(pricer, contender, goal):
            continue
        option = pricer.option(contender.way, contender.stack, timed=False)
        if option.whole is not None and option.reaches(goal.reliability, None):
            able.append(Choice(contender, option))
    able.sort(key=lambda choice: (choice.option.at_least, choice.option.whole or ZERO))
    for choice in able:
        stack, way = choice.contender
        if goal.seconds is not None and way.workload is not None:
            pricer.time(choice.option, way.workload, stack)
        if choice.option.reaches(*goal):
            return choice
    return None


def _right_enough(pricer: Pricer, contender: Contender, goal: Goal) -> bool:
    """Whether a contender may reach the goal, as far as its steps alone tell."""
    workload = contender.way.workload
    if goal.reliability is None or workload is None:
        return True
    try:
        trusted = pricer.trusted(workload, contender.stack)
    except InvalidInput:
        return False
    return trusted is not None and trusted >= goal.reliability


class Levers:
    """The levers of one answer: ``contenders`` are its way and what might replace it."""

    def __init__(
        self, pricer: Pricer, contenders: Sequence[Contender], goal: Goal, moved: Moved
    ) -> None:
        """``moved``: the steps of inputs that were moved for other answers, and of these."""
        self.pricer, self.contenders, self.goal, self.moved = pricer, contenders, goal, moved
        self.now = choose(pricer, contenders, goal)
        self._inputs: dict[str, Input] = {}

    def of(self, inputs: Iterator[Input]) -> list[Lever]:
        """A lever an input, those that change the answer first, then the strongest."""
        self._inputs = {moved.name: moved for moved in inputs}
        levers = [
            lever for moved in self._inputs.values() if (lever := self.lever(moved)) is not None
        ]
        levers.sort(key=lambda lever: (-lever.flips, -lever.moves))
        return levers

    def lever(self, moved: Input) -> Lever | None:
        """What an input does to the answer; None where there is no answer to move."""
        if self.now is None:
            return None
        low, high = (self._at(moved, value) for value in (moved.low, moved.high))
        whole = self.now.option.whole or ZERO
        costs = [choice.option.whole or ZERO for choice in (low, high) if choice is not None]
        lever = Lever(
            name=moved.name,
            low=None if low is None else low.option.whole,
            high=None if high is None else high.option.whole,
            low_choice=None if low is None else self._name(low),
            high_choice=None if high is None else self._name(high),
            flips=self._other(low) or self._other(high),
            moves=max((abs(cost - whole) for cost in costs), default=ZERO),
            now=moved.now,
            low_at=moved.low,
            high_at=moved.high,
            assumed=moved.assumed,
        )
        lever.reason = _why(lever, whole)
        return lever

    def flip(self, lever: Lever) -> None:
        """Sets the value nearest to now at which another way becomes the best, if any does."""
        if not lever.flips:
            return
        moved = self._inputs[lever.name]
        ends = [
            (end, choice)
            for end in (moved.low, moved.high)
            if self._other(choice := self._at(moved, end))
        ]
        end, choice = min(ends, key=lambda end: abs(end[0] - moved.now))
        near, far = moved.now, end
        for _ in range(HALVINGS):
            middle = (near + far) / 2
            there = self._at(moved, middle)
            if self._other(there):
                far, choice = middle, there
            else:
                near = middle
        lever.flips_at = TWELVE.plus(far)
        lever.instead = None if choice is None else self._name(choice)

    def _at(self, moved: Input, value: Decimal) -> Choice | None:
        changed: dict[int, Workload] = {}
        there = []
        for stack, way in self.contenders:
            before = way.workload
            assert before is not None
            if id(before) not in changed:
                after = moved.change(before, value)
                # the same steps stay the same steps, so that they are solved once for all stacks
                key = (moved.name, value, id(before.step))
                _, same = self.moved.setdefault(key, (before.step, after.step))
                changed[id(before)] = replace(after, step=same)
            there.append(Contender(stack, replace(way, workload=changed[id(before)])))
        return choose(self.pricer, there, self.goal)

    def _other(self, choice: Choice | None) -> bool:
        assert self.now is not None
        if choice is None:
            return True
        there, here = choice.contender, self.now.contender
        return (there.stack, there.way.name) != (here.stack, here.way.name)

    def _name(self, choice: Choice) -> str:
        stack, way = choice.contender
        stacks = {contender.stack for contender in self.contenders}
        return f"{stack}: {way.name}" if len(stacks) > 1 else way.name


def _why(lever: Lever, whole: Decimal) -> str | None:
    """Why a lever does nothing, or the same in both directions."""
    if not lever.moves and not lever.flips:
        return "nothing in the bill depends on it"
    low, high = lever.low, lever.high
    if low is None or high is None or (low - whole) * (high - whole) <= 0:
        return None
    if lever.flips:
        return "each way another way becomes the cheapest"
    return "it pulls both ways: more of it costs runs and people, less of it wrong answers"


def inputs(workload: Workload, stack: Stack, *, quick: bool = False) -> Iterator[Input]:
    """Every input that may be moved, what nobody stated first. ``quick``: but for those stated
    rates that take every graph to be solved again."""
    yield from _assumed(workload)
    human = workload.human
    if human is not None and human.cost_per_case:
        yield _quarter("a case", human.cost_per_case, _case)
    loss = workload.target.loss_per_wrong_answer if workload.target else None
    if loss:
        yield _quarter("a wrong answer", loss, _loss)
    traffic = workload.traffic
    if traffic.requests_per_month:
        yield _quarter(TRAFFIC, traffic.requests_per_month, _traffic)
    yield Input("tokens of a call, times", ONE, ONE - MOVE, ONE + MOVE, _tokens)
    if quick:
        return
    success = Rates.of(stack).success
    if any(step.success is not None or step.role in success for step in workload.step):
        yield Input("failures of the steps, times", ONE, ONE - MOVE, ONE + MOVE, _failures)
    for key, label in (
        ("sensitivity", "faults that validators miss"),
        ("false_positive_rate", "right answers rejected"),
        ("detection_rate", "failures noticed at once"),
        ("rho", "correlation of repeats"),
    ):
        yield from _stated(workload, key, label)


def _quarter(name: str, now: Decimal, change: Change, *, assumed: bool = False) -> Input:
    return Input(name, now, now * (ONE - MOVE), now * (ONE + MOVE), change, assumed)


def _assumed(workload: Workload) -> Iterator[Input]:
    """Numbers that costplan chose because the file has none."""
    judges = [step for step in workload.step if step.judges and step.rho is None]
    if judges:
        name = "a judge repeats its errors (rho)"
        yield _whole_range(name, DEFAULT_VERDICT_RHO, _setter("rho", "judges"))
    runs = [
        step
        for step in workload.step
        if not step.judges and step.rho is None and step.common_cause is None
    ]
    if runs and any(step.max_attempts or step.vote or step.on_reject for step in workload.step):
        yield _whole_range("a step repeats its errors (rho)", DEFAULT_RHO, _setter("rho", "steps"))
    if any(step.fallback and step.fallback.phi is None for step in workload.step):
        yield _whole_range("a fallback fails where the model does (phi)", DEFAULT_PHI, _phi)


def _whole_range(name: str, now: float, change: Change) -> Input:
    return Input(name, Decimal(str(now)), ZERO, ONE, change, assumed=True)


def _setter(key: str, of: str) -> Change:
    def change(workload: Workload, value: Decimal) -> Workload:
        return _steps(
            workload,
            lambda step: (
                replace(step, **{key: value})  # type: ignore[arg-type]
                if bool(step.judges) == (of == "judges")
                and getattr(step, key) is None
                and step.common_cause is None
                else step
            ),
        )

    return change


def _phi(workload: Workload, value: Decimal) -> Workload:
    return _steps(
        workload,
        lambda step: (
            replace(step, fallback=replace(step.fallback, phi=value))
            if step.fallback and step.fallback.phi is None
            else step
        ),
    )


def _steps(workload: Workload, change: Callable[[Step], Step]) -> Workload:
    return replace(workload, step=tuple(change(step) for step in workload.step))


def _case(workload: Workload, value: Decimal) -> Workload:
    human = workload.human
    return workload if human is None else _with(workload, human=replace(human, cost_per_case=value))


def _loss(workload: Workload, value: Decimal) -> Workload:
    assert workload.target is not None
    return _with(workload, target=replace(workload.target, loss_per_wrong_answer=value))


def _traffic(workload: Workload, value: Decimal) -> Workload:
    return _with(workload, traffic=replace(workload.traffic, requests_per_month=value))


def _with(workload: Workload, **changes: object) -> Workload:
    return replace(workload, **changes)  # type: ignore[arg-type]


def _failures(workload: Workload, times: Decimal) -> Workload:
    def moved(rate: Decimal | None) -> Decimal | None:
        return None if rate is None else max(ZERO, ONE - (ONE - rate) * times)

    def failing(step: Step) -> Step:
        fallback = step.fallback
        if fallback is not None:
            fallback = replace(fallback, success=moved(fallback.success))
        return replace(step, success=moved(step.success), fallback=fallback)

    return _bindings(
        _steps(workload, failing), lambda binding: replace(binding, success=moved(binding.success))
    )


def _tokens(workload: Workload, times: Decimal) -> Workload:
    return _bindings(
        workload,
        lambda binding: replace(
            binding,
            input_factor=binding.input_factor * times,
            output_factor=binding.output_factor * times,
        ),
    )


def _bindings(workload: Workload, change: Callable[[Binding], Binding]) -> Workload:
    models = {step.model for step in workload.step if step.model}
    models |= {step.fallback.model for step in workload.step if step.fallback}

    def rebound(stack: Stack) -> Stack:
        roles = dict(stack.roles)
        for role in roles:
            bound = stack.binding(role)
            if role in models and bound is not None:
                roles[role] = change(bound)
        return replace(stack, roles=roles)

    return _with(workload, stack={name: rebound(stack) for name, stack in workload.stack.items()})


def _stated(workload: Workload, key: str, label: str) -> Iterator[Input]:
    """A rate that steps state, moved on all of them: by its misses where it is a hit rate."""
    values = {getattr(step, key) for step in workload.step} - {None}
    if not values:
        return

    def change(workload: Workload, times: Decimal) -> Workload:
        def moved(value: Decimal) -> Decimal:
            if key == "sensitivity":
                return max(ZERO, ONE - (ONE - value) * times)
            return min(ONE, value * times)

        return _steps(
            workload,
            lambda step: (
                step
                if getattr(step, key) is None
                else replace(step, **{key: moved(getattr(step, key))})  # type: ignore[arg-type]
            ),
        )

    yield Input(f"{label}, times", ONE, ONE - MOVE, ONE + MOVE, change)


def threshold(workload: Workload) -> Decimal | None:
    """The best confidence below which to ask a person: tau = h - H / L.

    h: a person's accuracy, H: a case's cost, L: the loss of a wrong answer. It supposes that
    confidence is calibrated.
    """
    human = workload.human
    loss = workload.target.loss_per_wrong_answer if workload.target else None
    if human is None or not loss:
        return None
    return min(ONE, max(ZERO, human.success - human.cost_per_case / loss))
