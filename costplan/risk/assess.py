"""What a stack's month may come to, as a document says it: figures of draws, and their errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from costplan.catalog.lookup import Catalog
from costplan.document.risk import FIGURES, PERCENTILES, Measuring, Risk, Unknown
from costplan.problems import BadUsage
from costplan.quantity import ZERO, twelve_digits
from costplan.risk.draws import SHIFTS, draw
from costplan.risk.evaluate import Spread, spreads
from costplan.risk.normal import Floats
from costplan.risk.placing import number_at
from costplan.risk.sensitivity import (
    Ends,
    observations,
    shares_of_variance,
    tornado,
    worth_of_each,
)
from costplan.workload.model import Workload

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Assessed:
    """Each stack's risk, by its name, and the draws that it is of."""

    risks: Mapping[str, Risk]
    drawn: Mapping[str, Floats]
    spreads: Mapping[str, Spread]


def assess(
    workload: Workload,
    catalog: Catalog,
    as_of: date,
    stacks: Sequence[str],
    draws: int,
    seed: int,
) -> Assessed:
    """The risk of the stacks, all on the same draws of the workload's ranges. A stack that no draw
    can be billed on has none. Raises InvalidInput as ``spreads``."""
    drawn = draw(workload.ranges, workload.correlation, draws, seed)
    over = spreads(workload, catalog, as_of, drawn.values, stacks)
    wins = _cheapest(workload, over)
    ends = tornado(workload, catalog, as_of, drawn.values, stacks)
    worth = _worth(workload, drawn.values, over)
    risks = {}
    for stack, spread in over.items():
        if not spread.blocked.all():
            risk = _risk(workload, stack, spread, wins.get(stack), drawn.draws, seed)
            risk.unknowns = _unknowns(spread, drawn.values, ends.stacks[stack])
            risk.measure = _measure(risk.unknowns, drawn.values, worth, ends.flips)
            risks[stack] = risk
    return Assessed(risks, drawn.values, over)


def assess_way(
    assessed: Assessed,
    plan: Workload,
    way: Workload,
    catalog: Catalog,
    as_of: date,
    stack: str,
    against: str,
) -> tuple[Risk, Decimal] | None:
    """The risk of another way to serve the workload, on the draws that its plans were drawn with,
    and the share of them in which it costs less than the plan of the stack ``against``, wrong
    answers included where they cost something. None where no draw can be billed.

    Ranges that the way has other numbers for are what it says.
    """
    drawn = {
        path: values
        for path, values in assessed.drawn.items()
        if _stands(way, path, plan.ranges[path].point)
    }
    if not drawn:
        return None
    spread = spreads(way, catalog, as_of, drawn, [stack])[stack]
    if spread.blocked.all():
        return None
    known = assessed.risks.get(against)
    if known is None:
        return None
    risk = _risk(way, stack, spread, None, known.draws, known.seed)
    before = assessed.spreads[against]
    both = ~(spread.blocked | before.blocked)
    less = (whole(way, spread) < whole(plan, before)) & both
    return risk, _share(less[both])


def _stands(way: Workload, path: str, point: Decimal) -> bool:
    """Whether a way has a range's point where the plan has it."""
    try:
        return number_at(way, path) == point
    except BadUsage:
        return False


def _unknowns(
    spread: Spread, drawn: Mapping[str, Floats], ends: Mapping[str, Ends]
) -> list[Unknown]:
    """What each range does to the month, the largest share first: of the variance of the month's
    rank, so that a few very dear months do not stand for all of them."""
    shares = shares_of_variance(drawn, ranks(spread.monthly), ~spread.blocked)
    known = [
        Unknown(
            key=path,
            low=twelve_digits(end.low),
            high=twelve_digits(end.high),
            monthly_low=None if end.monthly_low is None else twelve_digits(end.monthly_low),
            monthly_high=None if end.monthly_high is None else twelve_digits(end.monthly_high),
            share=twelve_digits(shares[path]),
        )
        for path, end in ends.items()
    ]
    return sorted(known, key=lambda unknown: -unknown.share)


def ranks(values: Floats) -> Floats:
    """The place of each value among all; equals, to twelve digits, have the mean of theirs."""
    largest = float(np.max(np.abs(values[np.isfinite(values)]), initial=0.0)) or 1.0
    _, place, counts = np.unique(
        np.round(values / largest, 12), return_inverse=True, return_counts=True
    )
    middles = np.cumsum(counts) - (counts - 1) / 2.0
    return np.asarray(middles[place.reshape(-1)], dtype=np.float64)


def _worth(
    workload: Workload, drawn: Mapping[str, Floats], over: Mapping[str, Spread]
) -> dict[str, float]:
    """What knowing each range saves by choosing the right stack of those that are always served
    and priced."""
    costs = [
        whole(workload, spread)
        for spread in over.values()
        if not (spread.blocked.any() or spread.unknown.any())
    ]
    return worth_of_each(drawn, costs) if len(costs) > 1 else dict.fromkeys(drawn, 0.0)


def _measure(
    unknowns: Sequence[Unknown],
    drawn: Mapping[str, Floats],
    worth: Mapping[str, float],
    flips: Set[str],
) -> Measuring | None:
    """The range to measure next: the one that decides most between stacks; where none does, the one
    that most of the spread goes with."""
    if not unknowns:
        return None
    best = max(unknowns, key=lambda unknown: (worth[unknown.key], unknown.share))
    if not worth[best.key] and best.share < LITTLE:
        return None
    return Measuring(
        key=best.key,
        share=best.share,
        worth=twelve_digits(worth[best.key]),
        observations=observations(best.key, drawn[best.key]),
        flips=best.key in flips,
    )


def _risk(
    workload: Workload, stack: str, spread: Spread, wins: Mask | None, draws: int, seed: int
) -> Risk:
    sold = ~spread.blocked
    monthly, errors = figures(spread.monthly, sold)
    most = workload.budget.most(stack) if workload.budget else None
    target = workload.target.reliability if workload.target else None
    return Risk(
        draws=draws,
        seed=seed,
        monthly=monthly,
        errors=errors,
        percentiles=percentiles(spread.monthly[sold]),
        trusted=None if spread.trusted is None else figures(spread.trusted, sold)[0],
        refused=_share(spread.blocked),
        unpriced=_share(spread.unknown),
        over_budget=None if most is None else _share(spread.monthly[sold] > float(most)),
        cheapest=None if wins is None else _share(wins),
        on_target=(
            None
            if target is None or spread.trusted is None
            else _share((spread.trusted >= float(target) - ROUNDING) & sold)
        ),
    )


LITTLE = Decimal("0.01")
"""A share of the variance for which nobody measures anything."""
ROUNDING = 1e-12
"""A share of trusted answers so near to the target reaches it."""


def figures(values: Floats, counted: Mask) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """P5, P50, mean and P95 of the counted draws, and one standard error of each.

    The error is how far the figure differs between the eight shifts, over the root of eight; where
    one of them has no counted draw there is no telling, and it is the whole spread.
    """
    whole = _figures(values[counted])
    parts = [
        _figures(part[mask])
        for part, mask in zip(np.split(values, SHIFTS), np.split(counted, SHIFTS), strict=True)
        if mask.any()
    ]
    errors = np.array([whole[3] - whole[0]] * len(FIGURES))
    if len(parts) == SHIFTS:
        errors = np.std(np.array(parts), axis=0, ddof=1) / np.sqrt(SHIFTS)
    return _named(whole), _named(errors)


def percentiles(values: Floats) -> list[Decimal]:
    """What 1 % to 99 % of the draws do not exceed."""
    shares = np.arange(1, PERCENTILES + 1) / (PERCENTILES + 1)
    return [twelve_digits(number) for number in np.quantile(values, shares).tolist()]


def _figures(values: Floats) -> Floats:
    low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
    return np.array([low, middle, values.mean(), high])


def _named(numbers: Floats) -> dict[str, Decimal]:
    return {
        name: twelve_digits(number) for name, number in zip(FIGURES, numbers.tolist(), strict=True)
    }


def _share(mask: Mask) -> Decimal:
    return twelve_digits(float(mask.mean())) if len(mask) else ZERO


def _cheapest(workload: Workload, over: Mapping[str, Spread]) -> dict[str, Mask]:
    """In which draws each stack is the cheapest, wrong answers included where they cost something.

    A stack with a missing price costs at least what it says: it is never the cheapest for sure, and
    where it might be, no other one is. Draws in which a plan refuses do not count for it. Equals
    share no draw: the first of the file has it.
    """
    if len(over) < 2:
        return {}
    costs = np.stack(
        [np.where(spread.blocked, np.inf, whole(workload, spread)) for spread in over.values()]
    )
    best = costs.argmin(axis=0)
    served = np.isfinite(costs.min(axis=0))
    return {
        stack: (best == at) & served & ~spread.unknown
        for at, (stack, spread) in enumerate(over.items())
        if not spread.unknown.all()
    }


def whole(workload: Workload, spread: Spread) -> Floats:
    """The month with what wrong and missing answers cost the business, where [target] says so."""
    cost, target = spread.monthly, workload.target
    if target is None:
        return cost
    for loss, share in (
        (target.loss_per_wrong_answer, spread.silent),
        (target.loss_per_aborted_request, spread.aborted),
    ):
        if loss and share is not None:
            cost = cost + float(loss) * share * spread.requests
    return cost
