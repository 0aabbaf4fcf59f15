"""What a stack's month may come to where numbers of the workload are ranges."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from decimal import Decimal
from itertools import pairwise
from typing import Annotated

from costplan.problems import Problem
from costplan.record import Amount, Compared, Count, Names, Share, Sparse, open_record

FIGURES = ("p5", "p50", "mean", "p95")
"""The figures of a distribution, as a page shows them."""
PERCENTILES = 99
Figures = Annotated[dict[str, Decimal], Names(*FIGURES)]
Errors = Annotated[dict[str, Amount], Names(*FIGURES)]


@open_record
class Unknown(Compared):
    """One range, and what it does to the month.

    ``key``: its path in the workload. ``low`` and ``high``: its 5 % and 95 % quantiles, and
    ``monthly_low`` and ``monthly_high`` the month at them, all others at their points; None where
    nothing can be billed there. ``share`` of the variance of the month's rank that goes with it.
    """

    key: str
    low: Decimal
    high: Decimal
    monthly_low: Decimal | None
    monthly_high: Decimal | None
    share: Share

    @property
    def swing(self) -> Decimal:
        """How far the month moves between its ends."""
        if self.monthly_low is None or self.monthly_high is None:
            return Decimal(0)
        return abs(self.monthly_high - self.monthly_low)


@open_record
class Measuring(Compared):
    """The range whose knowledge is worth most, and what that takes.

    ``worth``: what knowing it exactly saves a month on average, by choosing another stack; 0 where
    no decision hangs on it. ``observations`` that halve what is not known of it; None where it is
    not a matter of counting. ``flips``: whether its ends make different stacks the cheapest.
    """

    key: str
    share: Share
    worth: Annotated[Amount, Sparse()] = Decimal(0)
    observations: Annotated[Count | None, Sparse()] = None
    flips: Annotated[bool, Sparse()] = False


@open_record
class Risk(Compared):
    """A stack's month over the draws of all ranges. Money of the estimate's currency.

    ``percentiles``: the month that 1 %, 2 % ... 99 % of the draws do not exceed, for whoever asks
    how likely another limit is. ``errors``: of each figure, one standard error over eight
    independent parts of the draws. All are of the draws that can be billed: ``refused`` is the
    share in which a plan's gate or limit refuses what is asked, ``unpriced`` that in which a price
    is missing, so that the month is more. ``over_budget``, ``cheapest``, ``on_target``: shares of
    the draws in which it is over its budget, the cheapest stack, as right as [target] asks; None
    where there is no budget, no other stack, no target. ``trusted``: the share of trusted answers.
    """

    draws: Count
    seed: int
    monthly: Figures
    errors: Errors
    percentiles: list[Decimal]
    trusted: Annotated[Figures | None, Sparse()] = None
    refused: Annotated[Share, Sparse()] = Decimal(0)
    unpriced: Annotated[Share, Sparse()] = Decimal(0)
    over_budget: Annotated[Share | None, Sparse()] = None
    cheapest: Annotated[Share | None, Sparse()] = None
    on_target: Annotated[Share | None, Sparse()] = None
    unknowns: list[Unknown] = field(default_factory=list)
    measure: Annotated[Measuring | None, Sparse()] = None

    def over(self, limit: Decimal) -> Decimal:
        """The share of draws over a limit: straight between the percentiles, and at the outermost
        the most that it can be."""
        known = self.percentiles
        if limit < known[0]:
            return Decimal(1)
        if limit >= known[-1]:
            return Decimal(1) / (len(known) + 1)
        after = next(at for at, amount in enumerate(known) if amount > limit)
        low, high = known[after - 1], known[after]
        under = after + (limit - low) / (high - low)
        return 1 - under / (len(known) + 1)

    def check(self) -> Iterable[Problem]:
        monthly = self.monthly
        if not monthly["p5"] <= monthly["p50"] <= monthly["p95"]:
            yield Problem(("monthly",), "has quantiles that do not rise")
        known = self.percentiles
        if len(known) != PERCENTILES or any(low > high for low, high in pairwise(known)):
            yield Problem(("percentiles",), f"must be {PERCENTILES} that rise")
