"""Orchestration against over-provisioned compute, for one stack at one target.

Hosting serves the same graph on bigger boxes. Quality strategies buy runs or a larger model in
place of validators and people. What cannot reach the target says so with its ceiling.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from costplan.document.estimate import Estimate
from costplan.document.options import Option, Strategies
from costplan.facts import Fact, fact
from costplan.plan.compare.goal import Goal
from costplan.plan.compare.pricing import Billed, cheapest, least
from costplan.plan.compare.ways import Ways
from costplan.quantity import ONE, ZERO, grouped, percent, rounded, settle
from costplan.record import replace

NEGLIGIBLE = Decimal("1e-9")
"""Differences of money and of shares below this are rounding."""


class Tried(NamedTuple):
    """A stack's ways, billed, and what they say of its plan."""

    billed: list[Billed]
    measures: Strategies

    def best(self, goal: Goal) -> Billed | None:
        """The cheapest way that reaches the goal, wrong answers included; None where none does."""
        return cheapest(self.billed, *goal)


def strategies(
    ways: Ways, stack: str, estimate: Estimate, goal: Goal, asked: Goal | None = None
) -> Tried:
    """Every option of a stack, its frontier, and the measures of its coordination gap.

    ``asked``: combinations of what may be changed are searched too, for what reaches this.
    """
    measures = Strategies(
        stack=stack, target=goal.reliability, seconds=goal.seconds, options=[], frontier=[]
    )
    solved = ways.pricer.solved(ways.workload, stack)
    if solved.outcomes is None:
        measures.facts = [
            fact("stack-not-modelled", reason=reason.text) for reason in solved.missing
        ]
        measures.facts += _reserved(ways, stack)
        measures.sentence = "Without success rates there is nothing to compare spending with."
        return Tried([], measures)
    roles = {step.role for step in ways.workload.step}
    unpriced = sorted(
        {
            line.price.offer
            for line in estimate.lines
            if line.role in roles and not line.fixed and line.amount is None
        }
    )
    if unpriced:
        measures.facts = [fact("step-unpriced", offer) for offer in unpriced]
        measures.sentence = "Without the price of every step there is nothing to compare."
        return Tried([], measures)
    pricer = ways.pricer
    billed = distinct(pricer.bill(way, stack) for way in ways.of(stack, estimate, measures.facts))
    if asked is not None:
        from costplan.plan.compare.search import searched  # most comparisons search nothing

        billed += searched(ways, stack, asked, estimate.requests, measures, billed)
    return measured(billed, measures, estimate.requests)


def _reserved(ways: Ways, stack: str) -> Iterator[Fact]:
    """What reserved throughput costs, which leaves every answer as it is: no rate is asked."""
    for way in ways.provisioned(stack):
        option = ways.pricer.option(way, stack)
        if option.monthly is not None:
            yield fact("reserved-way", way.name, monthly=option.monthly, reason=way.reason or "")


def measured(billed: list[Billed], measures: Strategies, requests: Decimal) -> Tried:
    """The strategies with these ways, measured."""
    measures.options = [way.option for way in billed]
    if measures.options[0].at_least:
        measures.facts.append(fact("ways-at-least"))
    _measure(measures, requests)
    measures.advice = _advice(measures)
    return Tried(billed, measures)


def distinct(billed: Iterable[Billed]) -> list[Billed]:
    """The plan is a member of its own family: of ways that differ by rounding alone, the first."""
    kept: list[Billed] = []
    for way in billed:
        if not (way.option.kind == "orchestrate" and _same(way.option, kept[0].option)):
            kept.append(way)
    return kept


def _same(option: Option, other: Option) -> bool:
    if option.monthly is None or other.monthly is None or option.reliability != other.reliability:
        return False
    return abs(option.monthly - other.monthly) < NEGLIGIBLE


def _measure(measures: Strategies, requests: Decimal) -> None:
    plan = measures.options[0]
    assert plan.reliability is not None
    assert plan.monthly is not None
    measures.frontier = _frontier(measures.options, requests)
    seconds = measures.seconds
    cheaper = least(measures.options, plan.reliability, seconds, wrong_answers=False)
    if cheaper is not None and cheaper.monthly is not None and plan.monthly:
        gap = settle(1 - cheaper.monthly / plan.monthly)
        measures.gap = gap if gap > NEGLIGIBLE else ZERO
    target = measures.target
    if target is None:
        measures.sentence = (
            "No [target] reliability is given: the frontier shows what each step costs."
        )
        return
    measures.at_target = least(measures.options, target, seconds)
    low = least(measures.options, target, seconds, wrong_answers=False)
    if plan.reliability < target and low is not None and low.monthly is not None:
        measures.shortfall = low.monthly - plan.monthly
    orchestrated, brute = (
        least(
            [option for option in measures.options if option.brute_force == by_compute],
            target,
            seconds,
            wrong_answers=False,
        )
        for by_compute in (False, True)
    )
    if orchestrated and brute and orchestrated.monthly and brute.monthly is not None:
        measures.multiple = settle(brute.monthly / orchestrated.monthly)
        measures.orchestrated_kwh, measures.brute_force_kwh = orchestrated.kwh, brute.kwh
    measures.sentence = _sentence(measures, target, orchestrated, brute)


def _advice(measures: Strategies) -> str | None:
    """How much to buy: where the bill and the loss of the answers that are not right are least.

    That is as far as one more trusted answer costs less than a wrong one loses; a dear stretch of
    the frontier may still lead to a cheap one behind it.
    """
    counted = [option for option in measures.options if option.loss is not None]
    worth = least(counted, None, measures.seconds)
    if worth is None or worth.monthly is None:
        return None
    share = percent(worth.reliability or ZERO, 2)
    return (
        f"With what wrong answers cost it pays to go as far as '{worth.name}': {share} % for "
        f"{grouped(worth.monthly, 0)} a month, {grouped(worth.whole or ZERO, 0)} with them"
    )


def _frontier(options: Sequence[Option], requests: Decimal) -> list[Option]:
    priced = [
        option
        for option in options
        if option.monthly is not None and option.reliability is not None
    ]
    priced.sort(key=lambda option: (option.monthly, -(option.reliability or ZERO)))
    kept: list[Option] = []
    for option in priced:
        before = kept[-1] if kept else None
        if before is not None and (option.reliability or ZERO) <= (before.reliability or ZERO):
            continue
        marginal = None
        if before is not None and requests:
            gained = ((option.reliability or ZERO) - (before.reliability or ZERO)) * requests
            marginal = settle(((option.monthly or ZERO) - (before.monthly or ZERO)) / gained)
        kept.append(replace(option, marginal=marginal))
    return kept


def _sentence(
    measures: Strategies, target: Decimal, orchestrated: Option | None, brute: Option | None
) -> str:
    goal = f"{percent(target)} % trusted answers"
    if measures.seconds is not None:
        goal += f" within {rounded(measures.seconds)} s"
    plan = measures.options[0]
    least = "at least " if plan.at_least else ""
    if orchestrated is None and brute is None:
        most = max((option.reliability or ZERO for option in measures.options), default=ZERO)
        return f"Nothing tried here reaches {goal}; the most is {percent(most, 2)} %."
    if orchestrated is None or orchestrated.monthly is None:
        assert brute is not None
        cost = grouped(brute.monthly or ZERO, 0)
        return f"Only brute force reaches {goal}: {brute.name}, {least}{cost} a month."
    first = (
        f"{goal} cost {least}{grouped(orchestrated.monthly, 0)} a month orchestrated "
        f"({orchestrated.name})"
    )
    if plan is not orchestrated and plan.reaches(target, measures.seconds):
        saved = (plan.monthly or ZERO) - orchestrated.monthly
        share = percent(plan.reliability or ZERO, 2)
        first += f", {grouped(saved, 0)} less than this plan and its {share} %"
    if brute is None or brute.monthly is None:
        return f"{first}; nothing tried by compute alone gets there{tops(measures, target)}."
    times = f", {measures.multiple:.1f} times as much" if measures.multiple is not None else ""
    other = f"the cheapest way by compute, {brute.name}, costs {least}{grouped(brute.monthly, 0)}"
    return f"{first}; {other}{times}."


def tops(measures: Strategies, target: Decimal) -> str:
    """The most that each kind of compute alone reaches, whichever kinds were tried."""
    said = []
    votes = [
        option.ceiling for option in measures.options if option.votes and option.ceiling is not None
    ]
    if votes and max(votes) < target:
        said.append(f"votes end at {percent(max(votes), 1)} % however many")
    others = [
        option
        for option in measures.options
        if option.kind == "quality" and not option.votes and option.reliability is not None
    ]
    if others:
        top = max(others, key=lambda option: option.reliability or ZERO)
        if (top.reliability or ZERO) < ONE:
            said.append(f"{top.name} reaches {percent(top.reliability or ZERO, 1)} %")
    return ": " + "; ".join(said) if said else ""
