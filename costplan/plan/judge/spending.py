"""Limits of a budget against a month by real usage: tokens alone, and the whole month.

A month whose end cannot be told is denied where what was used so far is over a limit already, and
unknown otherwise: it passes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from costplan.document.verdict import Verdict
from costplan.facts import Fact, fact
from costplan.plan.judge.ruleset import RuleSet, allowed, levels
from costplan.plan.usage.spending import Bounds, Spent
from costplan.problems import BadUsage, Path
from costplan.quantity import ZERO

MONTHLY: Path = ("monthly_total",)
TOKENS: Path = ("component", "tokens")


class Doubt(NamedTuple):
    """Why a month's end is not known, or is more than it says. ``waits_for_price``: a model without
    an offer has none."""

    why: Fact
    remedy: str
    waits_for_price: bool = False


class Judged(NamedTuple):
    """A stack's month by real usage as rules judge it. ``spent`` None: the usage has none of it."""

    stack: str
    spent: Spent | None
    doubts: Sequence[Doubt]
    facts: Sequence[Fact]


def spending_verdicts(judged: Judged, sets: Sequence[RuleSet], currency: str) -> list[Verdict]:
    """A verdict for each limit on the month's total or on tokens.

    Raises BadUsage where there is none, so that usage would be read and judged by nothing.
    """
    accepted = allowed(sets, "allow_unpriced").names
    verdicts = [
        _verdict(judged, rules, path, limit, accepted, currency)
        for rules in sets
        for path, limit in (rules.budget.limits(judged.stack) if rules.budget else ())
        if _on(path) in (MONTHLY, TOKENS)
    ]
    if not verdicts:
        raise BadUsage(
            f"usage is given, and no limit judges the month of stack '{judged.stack}' by it",
            "monthly_total or component.tokens in [budget], --max-total 3000, "
            "--max-component tokens=1000",
        )
    return verdicts


def _on(path: Path) -> Path:
    """A limit's place below its own ``[budget]``."""
    return path[2:] if path[0] == "stack" else path


def _verdict(
    judged: Judged,
    rules: RuleSet,
    path: Path,
    limit: object,
    accepted: frozenset[str],
    currency: str,
) -> Verdict:
    warn, deny = levels(limit)
    whole = _on(path) == MONTHLY
    verdict = Verdict(
        stack=judged.stack,
        rule="projected_monthly_total" if whole else "projected_component tokens",
        kind="limit",
        status="pass",
        source=rules.name,
        level="warn" if deny is None else "deny",
        unit=currency,
        warn=warn,
        deny=deny,
        path=("budget", *path),
    )
    spent = judged.spent
    bounds, least = _figures(spent, whole)
    doubts = [*judged.doubts, *_unpriced(spent, accepted)]
    verdict.at_least = bool(doubts or (spent is not None and spent.missing))
    verdict.figure = least if bounds is None or doubts else bounds.high
    verdict.status = verdict.compared
    if bounds is not None and not doubts and bounds.low != bounds.high:
        verdict.figure = bounds.low
        if (certain := verdict.compared) != verdict.status:
            doubts = [_straddles(bounds)]
            verdict.at_least, verdict.status = True, certain
        else:
            verdict.figure = bounds.high
    if doubts and verdict.status != "deny":
        _leave_open(verdict, doubts)
    verdict.measure()
    return verdict


def _figures(spent: Spent | None, whole: bool) -> tuple[Bounds | None, Decimal]:
    """The month's end where it is known, and the least that it comes to."""
    if spent is None:
        return None, ZERO
    bounds = spent.monthly if whole else spent.tokens
    return bounds if spent.projection.known else None, bounds.low


def _unpriced(spent: Spent | None, accepted: frozenset[str]) -> Iterable[Doubt]:
    waiting = [offer for offer in spent.missing if offer not in accepted] if spent else []
    if waiting:
        remedy = f'[prices] can give it; allow_unpriced = ["{waiting[0]}"] in [budget] accepts it'
        yield Doubt(fact("prices-awaited", offers=waiting), remedy, waits_for_price=True)


def _straddles(bounds: Bounds) -> Doubt:
    return Doubt(
        fact("usage-bounds", low=bounds.low, high=bounds.high),
        "logs of single requests tell which it is",
    )


def _leave_open(verdict: Verdict, doubts: Sequence[Doubt]) -> None:
    """Unknown, for the first reason that no price mends, else for a price."""
    first = min(doubts, key=lambda doubt: doubt.waits_for_price)
    verdict.status, verdict.why, verdict.remedy = "unknown", first.why, first.remedy
    verdict.waits_for_price = first.waits_for_price
    if not first.waits_for_price:
        verdict.figure = None
