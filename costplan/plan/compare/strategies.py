"""Orchestration against over-provisioned compute, for one stack at one target.

Hosting serves the same graph on bigger boxes. Quality strategies buy runs or a larger model in
place of validators and people. What cannot reach the target says so with its ceiling.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from costplan.document.estimate import Estimate
from costplan.document.options import Option, Strategies
from costplan.facts import Fact, fact
from costplan.plan.compare.goal import Goal
from costplan.plan.compare.pricing import Billed, least
from costplan.plan.compare.ways import Ways
from costplan.quantity import ONE, ZERO, grouped, percent, rounded, settle

NEGLIGIBLE = Decimal("1e-9")
"""Differences of money and of shares below this are rounding."""


class Tried(NamedTuple):
    """A stack's ways, billed, and what they say of its plan."""

    billed: list[Billed]
    made: Strategies

    def best(self, goal: Goal) -> Billed | None:
        """The cheapest way that reaches the goal, wrong answers included; None where none does."""
        found = least(self.made.options, goal.reliability, goal.seconds)
        return next((one for one in self.billed if one.option is found), None)


def strategies(
    ways: Ways, stack: str, estimate: Estimate, goal: Goal, asked: Goal | None = None
) -> Tried:
    """Every option of a stack, its frontier, and the measures of its coordination gap.

    ``asked``: combinations of what may be changed are searched too, for what reaches this.
    """
    made = Strategies(
        stack=stack, target=goal.reliability, seconds=goal.seconds, options=[], frontier=[]
    )
    solved = ways.pricer.solved(ways.workload, stack)
    if solved.outcomes is None:
        made.facts = [fact("stack-not-modelled", reason=reason.text) for reason in solved.missing]
        made.facts += _reserved(ways, stack)
        made.sentence = "Without success rates there is nothing to compare spending with."
        return Tried([], made)
    roles = {step.role for step in ways.workload.step}
    unpriced = sorted(
        {
            line.price.offer
            for line in estimate.lines
            if line.role in roles and not line.fixed and line.amount is None
        }
    )
    if unpriced:
        made.facts = [fact("step-unpriced", offer) for offer in unpriced]
        made.sentence = "Without the price of every step there is nothing to compare."
        return Tried([], made)
    pricer = ways.pricer
    billed = distinct(pricer.bill(way, stack) for way in ways.of(stack, estimate, made.facts))
    if asked is not None:
        from costplan.plan.compare.search import searched  # most comparisons search nothing

        billed += searched(ways, stack, asked, estimate.requests, made, billed)
    return measured(billed, made, estimate.requests)


def _reserved(ways: Ways, stack: str) -> Iterator[Fact]:
    """What reserved throughput costs, which leaves every answer as it is: no rate is asked."""
    for way in ways.provisioned(stack):
        option = ways.pricer.option(way, stack)
        if option.monthly is not None:
            yield fact("reserved-way", way.name, monthly=option.monthly, reason=way.reason or "")


def measured(billed: list[Billed], made: Strategies, requests: Decimal) -> Tried:
    """The strategies with these ways, measured."""
    made.options = [one.option for one in billed]
    if made.options[0].at_least:
        made.facts.append(fact("ways-at-least"))
    _measure(made, requests)
    made.advice = _advice(made)
    return Tried(billed, made)


def distinct(billed: Iterable[Billed]) -> list[Billed]:
    """The plan is a member of its own family: of ways that differ by rounding alone, the first."""
    kept: list[Billed] = []
    for one in billed:
        if not (one.option.kind == "orchestrate" and _same(one.option, kept[0].option)):
            kept.append(one)
    return kept


def _same(one: Option, other: Option) -> bool:
    if one.monthly is None or other.monthly is None or one.reliability != other.reliability:
        return False
    return abs(one.monthly - other.monthly) < NEGLIGIBLE


def _measure(made: Strategies, requests: Decimal) -> None:
    plan = made.options[0]
    assert plan.reliability is not None
    assert plan.monthly is not None
    made.frontier = _frontier(made.options, requests)
    seconds = made.seconds
    cheaper = least(made.options, plan.reliability, seconds, wrong_answers=False)
    if cheaper is not None and cheaper.monthly is not None and plan.monthly:
        gap = settle(1 - cheaper.monthly / plan.monthly)
        made.gap = gap if gap > NEGLIGIBLE else ZERO
    target = made.target
    if target is None:
        made.sentence = "No [target] reliability is given: the frontier shows what each step costs."
        return
    made.at_target = least(made.options, target, seconds)
    low = least(made.options, target, seconds, wrong_answers=False)
    if plan.reliability < target and low is not None and low.monthly is not None:
        made.shortfall = low.monthly - plan.monthly
    orchestrated, brute = (
        least(
            [one for one in made.options if one.brute_force == by_compute],
            target,
            seconds,
            wrong_answers=False,
        )
        for by_compute in (False, True)
    )
    if orchestrated and brute and orchestrated.monthly and brute.monthly is not None:
        made.multiple = settle(brute.monthly / orchestrated.monthly)
        made.orchestrated_kwh, made.brute_force_kwh = orchestrated.kwh, brute.kwh
    made.sentence = _sentence(made, target, orchestrated, brute)


def _advice(made: Strategies) -> str | None:
    """How much to buy: where the bill and the loss of the answers that are not right are least.

    That is as far as one more trusted answer costs less than a wrong one loses; a dear stretch of
    the frontier may still lead to a cheap one behind it.
    """
    counted = [one for one in made.options if one.loss is not None]
    worth = least(counted, None, made.seconds)
    if worth is None or worth.monthly is None:
        return None
    share = percent(worth.reliability or ZERO, 2)
    return (
        f"With what wrong answers cost it pays to go as far as '{worth.name}': {share} % for "
        f"{grouped(worth.monthly, 0)} a month, {grouped(worth.whole or ZERO, 0)} with them"
    )


def _frontier(options: Sequence[Option], requests: Decimal) -> list[Option]:
    priced = [one for one in options if one.monthly is not None and one.reliability is not None]
    priced.sort(key=lambda one: (one.monthly, -(one.reliability or ZERO)))
    kept: list[Option] = []
    for one in priced:
        before = kept[-1] if kept else None
        if before is not None and (one.reliability or ZERO) <= (before.reliability or ZERO):
            continue
        marginal = None
        if before is not None and requests:
            gained = ((one.reliability or ZERO) - (before.reliability or ZERO)) * requests
            marginal = settle(((one.monthly or ZERO) - (before.monthly or ZERO)) / gained)
        kept.append(replace(one, marginal=marginal))
    return kept


def _sentence(
    made: Strategies, target: Decimal, orchestrated: Option | None, brute: Option | None
) -> str:
    goal = f"{percent(target)} % trusted answers"
    if made.seconds is not None:
        goal += f" within {rounded(made.seconds)} s"
    plan = made.options[0]
    least = "at least " if plan.at_least else ""
    if orchestrated is None and brute is None:
        most = max((one.reliability or ZERO for one in made.options), default=ZERO)
        return f"Nothing tried here reaches {goal}; the most is {percent(most, 2)} %."
    if orchestrated is None or orchestrated.monthly is None:
        assert brute is not None
        cost = grouped(brute.monthly or ZERO, 0)
        return f"Only brute force reaches {goal}: {brute.name}, {least}{cost} a month."
    first = (
        f"{goal} cost {least}{grouped(orchestrated.monthly, 0)} a month orchestrated "
        f"({orchestrated.name})"
    )
    if plan is not orchestrated and plan.reaches(target, made.seconds):
        saved = (plan.monthly or ZERO) - orchestrated.monthly
        share = percent(plan.reliability or ZERO, 2)
        first += f", {grouped(saved, 0)} less than this plan and its {share} %"
    if brute is None or brute.monthly is None:
        return f"{first}; nothing tried by compute alone gets there{tops(made, target)}."
    times = f", {made.multiple:.1f} times as much" if made.multiple is not None else ""
    other = f"the cheapest way by compute, {brute.name}, costs {least}{grouped(brute.monthly, 0)}"
    return f"{first}; {other}{times}."


def tops(made: Strategies, target: Decimal) -> str:
    """The most that each kind of compute alone reaches, whichever kinds were tried."""
    said = []
    votes = [one.ceiling for one in made.options if one.votes and one.ceiling is not None]
    if votes and max(votes) < target:
        said.append(f"votes end at {percent(max(votes), 1)} % however many")
    others = [
        one
        for one in made.options
        if one.kind == "quality" and not one.votes and one.reliability is not None
    ]
    if others:
        top = max(others, key=lambda one: one.reliability or ZERO)
        if (top.reliability or ZERO) < ONE:
            said.append(f"{top.name} reaches {percent(top.reliability or ZERO, 1)} %")
    return ": " + "; ".join(said) if said else ""
