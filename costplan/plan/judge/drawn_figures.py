"""Figures that only draws of a workload's ranges have."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from costplan.document.estimate import Estimate
from costplan.document.risk import Risk
from costplan.facts import Fact, fact
from costplan.plan.judge.figures import Figure, Subject


def _drawn(estimate: Estimate) -> tuple[Risk | None, Fact, str]:
    """What a stack's month may come to; or why that is not known, and what would tell."""
    if estimate.risk is not None:
        return estimate.risk, fact("no-draws"), ""
    if undrawn := estimate.facts_of("ranges-not-drawn"):
        return None, undrawn[0], "draw them: leave out --draws 0"
    return None, fact("no-draws"), "give what is not known as a range: { p5 = 600, p95 = 4_000 }"


def of_month(name: str) -> Callable[[Subject], Figure]:
    """A figure of the drawn months: p5, p50, mean, p95."""

    def of(subject: Subject) -> Figure:
        estimate = subject.estimate
        risk, why, remedy = _drawn(estimate)
        if risk is None:
            return Figure(None, why, remedy=remedy)
        return Figure(risk.monthly[name], missing=tuple(estimate.unpriced))

    return of


def over_budget(subject: Subject, limit: Decimal | None = None) -> Figure:
    """How likely the month is over a limit; over the workload's own where none is given. A draw
    that a plan refuses is not under it."""
    estimate = subject.estimate
    risk, why, remedy = _drawn(estimate)
    if risk is None:
        return Figure(None, why, remedy=remedy)
    missing = tuple(estimate.unpriced)
    if limit is None or limit == estimate.budget:
        share = risk.over_budget
        if share is None:
            return Figure(None, fact("no-budget"), remedy="[budget] monthly_total says over what")
    else:
        share = risk.over(limit)
    return Figure(share * (1 - risk.refused) + risk.refused, missing=missing)


def chance(name: str, without: str, remedy: str) -> Callable[[Subject], Figure]:
    """A probability; the fact ``without`` and its remedy where the workload asks for none."""

    def of(subject: Subject) -> Figure:
        risk, why, mend = _drawn(subject.estimate)
        if risk is None:
            return Figure(None, why, remedy=mend)
        share: Decimal | None = getattr(risk, name)
        return Figure(None, fact(without), remedy=remedy) if share is None else Figure(share)

    return of


OF_DRAWS = (
    "p95_total",
    "p50_total",
    "p5_total",
    "mean_total",
    "probability_over_budget",
    "probability_cheapest",
    "probability_on_target",
    "probability_refused",
)
