"""What becomes of a stack's requests, as a document has it."""

from collections.abc import Iterable
from dataclasses import field
from decimal import Decimal
from typing import Annotated, NamedTuple

from costplan.problems import Problem
from costplan.quantity import ONE, ZERO, settle
from costplan.record import Amount, Compared, Key, Share, Unsaved, keys, open_record

NORMAL = (
    (Decimal("0.5"), ZERO),
    (Decimal("0.95"), Decimal("1.6448536269515")),
    (Decimal("0.99"), Decimal("2.3263478740408")),
)
"""Quantiles of the standard normal distribution."""
CLOSE = Decimal("1e-6")
"""How far the shares of what becomes of a request may be from a whole."""


class Quantile(NamedTuple):
    """The cost of one request that so large a share of requests does not exceed is in between."""

    share: Share
    low: Decimal
    high: Decimal


class MonthQuantile(NamedTuple):
    """The variable cost that so large a share of months does not exceed."""

    share: Share
    at_most: Decimal


@keys(
    "trusted",
    "silent",
    "escalated",
    "aborted",
    "delivered_right",
    "delivered_wrong",
    "human_right",
    "human_wrong",
    "silent_per_month",
    "cases_per_month",
    "trusted_per_month",
    "variable_cost_mean",
    "variable_cost_sd",
    "variable_cost_month_sd",
    "variable_cost_month_quantiles",
    "variable_cost_quantiles",
    "target",
    "same_for_every_model",
)
@open_record
class Reliability(Compared):
    """What becomes of one request, and of a month's requests. Shares sum to 1.

    ``trusted``: a right answer, by the machine or a person; ``silent``: a wrong one delivered as if
    it were right; ``aborted``: loudly none. ``shared``: steps whose success rate was taken to be
    the same for every model, so that no stack may be ranked on it. ``cost_sd``: standard
    deviation of one request's variable cost. ``cost_quantiles``: (share, low, high): the cost that
    the share of requests does not exceed lies between low and high.
    """

    delivered_right: Share
    delivered_wrong: Share
    human_right: Share
    human_wrong: Share
    aborted: Share
    cost_mean: Annotated[Decimal, Key("variable_cost_mean")]
    cost_sd: Annotated[Amount, Key("variable_cost_sd")]
    cost_quantiles: Annotated[list[Quantile], Key("variable_cost_quantiles")] = field(
        default_factory=list
    )
    target: Amount | None = None
    shared: Annotated[list[str], Key("same_for_every_model")] = field(default_factory=list)
    requests: Annotated[Decimal, Unsaved()] = ZERO

    def check(self) -> Iterable[Problem]:
        whole = self.trusted + self.silent + self.aborted
        if abs(whole - ONE) > CLOSE:
            message = f"silent and aborted must sum to 1, not {whole:f}"
            yield Problem(("trusted",), message)

    @property
    def trusted(self) -> Share:
        return self.delivered_right + self.human_right

    @property
    def silent(self) -> Share:
        return self.delivered_wrong + self.human_wrong

    @property
    def escalated(self) -> Share:
        return self.human_right + self.human_wrong

    @property
    def silent_per_month(self) -> Decimal:
        return self.silent * self.requests

    @property
    def cases_per_month(self) -> Decimal:
        return self.escalated * self.requests

    @property
    def trusted_per_month(self) -> Decimal:
        return self.trusted * self.requests

    @property
    def variable_cost_month_sd(self) -> Decimal:
        return self.month_sd(self.requests)

    @property
    def variable_cost_month_quantiles(self) -> list[MonthQuantile]:
        quantiles = self.month_quantiles(self.requests)
        return [MonthQuantile(share, settle(money)) for share, money in quantiles]

    def month_sd(self, requests: Decimal) -> Decimal:
        """Standard deviation of the month's variable cost under Poisson arrivals of that mean:
        Var = n (v + m^2)."""
        return (requests * (self.cost_sd**2 + self.cost_mean**2)).sqrt()

    def month_quantiles(self, requests: Decimal) -> list[tuple[Decimal, Decimal]]:
        """(share, money): what the month's variable cost does not exceed in that share of months.

        A normal distribution of the month's mean and variance, as a sum of many requests has.
        """
        mean, sd = requests * self.cost_mean, self.month_sd(requests)
        return [(share, max(ZERO, mean + deviations * sd)) for share, deviations in NORMAL]
