"""What would change the answer: inputs moved by a quarter, and where two plans break even.

Every input is moved alone, up and down; the cheapest way to the target is sought again each time.
A success rate is moved by its failures (0.97 -> 0.9775 or 0.9625): a rate near 1 has nowhere to go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import ROUND_CEILING, Decimal

from costplan.document.comparison import BreakEven, Lever, Sensitivity
from costplan.plan.compare.family import Family, UnitPrices
from costplan.plan.compare.strategies import cheapest, option
from costplan.quantity import ONE, ZERO, settle
from costplan.workload.model import Workload
from costplan.workload.solving import Rates, solve
from costplan.workload.step import Step

MOVE = Decimal("0.25")
FAILURES = "failures of the steps"
Change = Callable[[Decimal], tuple[Workload, UnitPrices]]


def sensitivity(
    workload: Workload, prices: UnitPrices | None, own: Rates, target: Decimal | None
) -> Sensitivity:
    """The levers of one stack, the strongest first; none without prices or reliability."""
    made = Sensitivity(threshold=_threshold(workload))
    family = Family(workload)
    base = None if prices is None else _best(family, prices, own, target)
    if prices is None or base is None:
        return made
    name, cost, _ = base
    for label, change in _inputs(workload, prices, own):
        results = []
        for share in (ONE - MOVE, ONE + MOVE):
            moved, at = change(share)
            rates = Rates(
                *({role: _moved_rate(p, share) for role, p in rates.items()} for rates in own)
            )
            other = family if moved is workload else Family(moved)
            results.append(_best(other, at, rates if label == FAILURES else own, target))
        low, high = results
        costs = [one[1] for one in results if one is not None]
        made.levers.append(
            Lever(
                name=label,
                low=None if low is None else low[1],
                high=None if high is None else high[1],
                low_choice=None if low is None else low[0],
                high_choice=None if high is None else high[0],
                flips=any(one is None or one[0] != name for one in results),
                moves=max((abs(one - cost) for one in costs), default=ZERO),
            )
        )
    made.levers.sort(key=lambda one: (-one.flips, -one.moves))
    made.choice, made.monthly = name, cost
    made.break_evens = list(_break_evens(family, prices, own, target))
    return made


def _best(
    family: Family, prices: UnitPrices, own: Rates, target: Decimal | None
) -> tuple[str, Decimal, Decimal] | None:
    """(name, monthly, reliability) of the cheapest member at the target, of the plan without."""
    plan = family.plan(own)
    if plan.outcomes is None:
        return None
    options = [option("this plan", "plan", prices.monthly(plan), plan)]
    if target is not None:
        options += [
            option(name, "orchestrate", prices.monthly(found), found)
            for name, found in family.solved(own)
        ]
        best = cheapest(options, target)
        if best is None:
            return None
    else:
        best = options[0]
    assert best.monthly is not None
    return best.name, best.monthly, best.reliability or ZERO


def _moved_rate(rate: Decimal, share: Decimal) -> Decimal:
    """A success rate whose failures are ``share`` times as many."""
    return max(ZERO, ONE - (ONE - rate) * share)


def _inputs(workload: Workload, prices: UnitPrices, own: Rates) -> Iterator[tuple[str, Change]]:
    def priced(*, steps: Decimal = ONE, case: Decimal = ONE, requests: Decimal = ONE) -> UnitPrices:
        return UnitPrices(
            {name: one * steps for name, one in prices.steps.items()},
            prices.case * case,
            prices.rest + prices.loose * (requests - 1),
            prices.requests * requests,
            prices.loose * requests,
            {name: one * steps for name, one in prices.fallbacks.items()},
        )

    yield "traffic", lambda share: (workload, priced(requests=share))
    yield "price of the steps", lambda share: (workload, priced(steps=share))
    if workload.human is not None:
        yield "cost of a case", lambda share: (workload, priced(case=share))
    if any(step.success is not None or step.role in own.success for step in workload.step):
        yield FAILURES, lambda share: (_rates(workload, share), prices)
    for key, label in (
        ("sensitivity", "faults that validators miss"),
        ("false_positive_rate", "right answers rejected"),
        ("detection_rate", "failures noticed at once"),
        ("rho", "correlation of repeats"),
    ):
        if any(getattr(step, key) is not None for step in workload.step):
            yield label, _mover(workload, key, prices)


def _mover(workload: Workload, key: str, prices: UnitPrices) -> Change:
    def change(share: Decimal) -> tuple[Workload, UnitPrices]:
        steps = []
        for step in workload.step:
            value = getattr(step, key)
            if value is None:
                steps.append(step)
                continue
            moved = _moved_rate(value, share) if key == "sensitivity" else min(ONE, value * share)
            steps.append(_with(step, key, moved))
        return replace(workload, step=tuple(steps)), prices

    return change


def _with(step: Step, key: str, value: Decimal) -> Step:
    return replace(step, **{key: value})  # type: ignore[arg-type]


def _rates(workload: Workload, share: Decimal) -> Workload:
    steps = []
    for step in workload.step:
        if step.success is not None:
            step = replace(step, success=_moved_rate(step.success, share))
        other = step.fallback
        if other is not None and other.success is not None:
            step = replace(step, fallback=replace(other, success=_moved_rate(other.success, share)))
        steps.append(step)
    return replace(workload, step=tuple(steps))


def _threshold(workload: Workload) -> Decimal | None:
    """The best confidence below which to ask a person: tau = h - H / L.

    h: a person's accuracy, H: a case's cost, L: the loss of a wrong answer. It supposes that
    confidence is calibrated.
    """
    human = workload.human
    loss = workload.target.loss_per_wrong_answer if workload.target else None
    if human is None or not loss:
        return None
    return min(ONE, max(ZERO, human.success - human.cost_per_case / loss))


def _break_evens(
    family: Family, prices: UnitPrices, own: Rates, target: Decimal | None
) -> Iterator[BreakEven]:
    workload = family.workload
    plan = family.plan(own)
    rivals = [
        (name, found)
        for name, found in family.solved(own)
        if found.outcomes is not None
        and target is not None
        and found.outcomes.trusted >= float(target)
        and found.visits.cases != plan.visits.cases
    ]
    if rivals:
        name, rival = min(rivals, key=lambda one: prices.monthly(one[1]))
        without = UnitPrices(
            prices.steps, ZERO, prices.rest, prices.requests, fallbacks=prices.fallbacks
        )
        gap = without.monthly(rival) - without.monthly(plan)
        cases = (plan.visits.cases - rival.visits.cases) * prices.requests
        if cases and gap / cases > 0:
            yield BreakEven(
                what="cost of a case", against=name, value=settle(gap / cases), now=prices.case
            )
    if target is not None:
        needed = _needed_sensitivity(workload, own, float(target))
        if needed is not None:
            now = next(one.sensitivity for one in workload.step if one.sensitivity is not None)
            yield BreakEven(
                what="sensitivity of validators",
                against="the target",
                value=needed,
                now=now,
            )


def _needed_sensitivity(workload: Workload, own: Rates, target: float) -> Decimal | None:
    """The least sensitivity at which the plan reaches the target, at six digits; None if none."""
    if not any(step.sensitivity is not None for step in workload.step):
        return None

    def reached(share: float) -> bool:
        value = Decimal(f"{share:.9f}")
        steps = tuple(
            step if step.sensitivity is None else replace(step, sensitivity=value)
            for step in workload.step
        )
        found = solve(replace(workload, step=steps), own).outcomes
        return found is not None and found.trusted >= target

    low, high = 0.0, 1.0
    if reached(low) or not reached(high):
        return None
    for _ in range(24):
        middle = (low + high) / 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return Decimal(high).quantize(Decimal("1e-6"), ROUND_CEILING)
