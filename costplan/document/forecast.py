"""A forecast: a stack's bill for months ahead, what the volume rests on, and what happens when."""

from collections.abc import Iterable
from dataclasses import field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal, NamedTuple

from costplan.document.plain import Plain
from costplan.document.usage import Number
from costplan.facts import Fact, texts
from costplan.problems import Problem
from costplan.record import Amount, Compared, Monthly, Share, Sparse, document, keys, open_record

Counted = Literal["requests", "calls", "amount"]
"""What a history counts: requests (conversations) of the application, calls to models, money."""


class Past(NamedTuple):
    """What a forecast's volume rests on. ``first`` and ``last``: its days; ``values``: how many
    days, or months where ``by_month``, have one."""

    counts: Counted
    first: date
    last: date
    values: Number
    by_month: bool


class Tried(NamedTuple):
    """A method on the history's own past. ``error``: the mean of |forecast / actual - 1| over up to
    three months ahead; None where the history is too short to try it, or where it expected
    something in a month in which nothing came."""

    name: str
    words: str
    error: Share | Amount | None
    tried: Number


class Band(NamedTuple):
    """What the bands hold. ``held``: the share of past months that was inside of bands made before
    them, ``tried`` of them; None where there were too few."""

    level: Share
    held: Share | None
    tried: Number


@keys(
    "month",
    "prices_of",
    "volume",
    "volume_low",
    "volume_high",
    "total",
    "total_low",
    "total_high",
    "at_least",
    "reason",
)
@open_record
class ForecastMonth(Compared):
    """A month. ``volume``: requests, conversations, or the money of a history of amounts.

    ``total`` None: no bill can be made, for ``reason``. ``low`` and ``high`` None: there is no
    band. ``prices_of``: the day whose prices it has.
    """

    month: Annotated[date, Monthly()]
    prices_of: date
    volume: Amount | None
    volume_low: Amount | None = None
    volume_high: Amount | None = None
    total: Decimal | None
    total_low: Decimal | None = None
    total_high: Decimal | None = None
    at_least: bool = False
    reason: str | None = None

    def check(self) -> Iterable[Problem]:
        for name in ("volume", "total"):
            low, likely, high = (getattr(self, name + end) for end in ("_low", "", "_high"))
            for below, above, where in ((low, likely, name), (likely, high, f"{name}_high")):
                if below is not None and above is not None and below > above:
                    yield Problem((where,), "must not be less than what is below it")
        if self.total is None and self.reason is None:
            yield Problem(("reason",), "must be said where there is no total")


@keys("month", "kind", "fact")
class Event(NamedTuple):
    """What happens in a month. ``month`` None: it does not, within the months ahead."""

    fact: Fact
    month: Annotated[date | None, Monthly(), Sparse()] = None

    @property
    def kind(self) -> str:
        """The code of the fact."""
        return self.fact.code


@document("forecast", "1.0")
@keys(
    "workload",
    "stack",
    "currency",
    "as_of",
    "counts",
    "growth_per_month",
    "history",
    "method",
    "others",
    "band",
    "months",
    "events",
    "notes",
    "facts",
)
@open_record
class ForecastDocument(Plain):
    """``counts``: what ``volume`` is. ``growth_per_month``: the share that was stated. ``history``
    and ``method`` None: the workload's own numbers and growth, without bands; ``others``: the
    methods that were not taken."""

    workload: str
    stack: str
    currency: str
    as_of: date
    counts: Literal["requests", "conversations", "amount"]
    growth_per_month: Decimal
    history: Past | None
    method: Tried | None
    others: list[Tried]
    band: Band | None
    months: list[ForecastMonth]
    events: list[Event]
    facts: Annotated[list[Fact], Sparse()] = field(default_factory=list)

    @property
    def notes(self) -> list[str]:
        """The facts in words."""
        return texts(self.facts)

    def check(self) -> Iterable[Problem]:
        """Each month follows the one before it."""
        for at, (before, after) in enumerate(pairwise(self.months)):
            apart = (after.month.year - before.month.year) * 12 + after.month.month
            if apart - before.month.month != 1:
                yield Problem(("months", at + 1, "month"), "must be the month after the one before")
