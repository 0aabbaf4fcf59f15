"""The months of an estimate's horizon, and what one of them draws on a commitment."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from costplan.quantity import ZERO
from costplan.record import Amount, Compared, Monthly, Sparse, keys


@keys("name", "monthly", "covered", "unused", "overage", "saved")
@dataclass(slots=True, repr=False, eq=False)
class Commitment(Compared):
    """What a month draws on money promised to a vendor: covered + unused = monthly.

    ``overage``: what is paid beyond it; ``saved``: what it takes off the contracted cost. Money of
    the estimate's currency.
    """

    name: str
    monthly: Amount
    covered: Amount
    overage: Amount
    saved: Decimal

    @property
    def unused(self) -> Decimal:
        return self.monthly - self.covered


@keys("month", "requests", "recurring", "one_off", "total", "at_least", "credits")
@dataclass(slots=True, repr=False, eq=False)
class Month(Compared):
    """One month of a longer horizon: recurring cost at that month's traffic and prices.

    ``credits``: what one-time credits pay of it, as a positive amount.
    """

    month: Annotated[date, Monthly()]
    requests: Amount
    recurring: Decimal
    one_off: Decimal
    at_least: bool
    credits: Annotated[Amount, Sparse()] = ZERO

    @property
    def total(self) -> Decimal:
        return self.recurring + self.one_off - self.credits
