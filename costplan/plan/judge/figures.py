"""What is measured, a stack with what it is held against, and what a measurement is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from costplan.document.estimate import Estimate, EstimateDocument
from costplan.document.line import LineItem
from costplan.facts import Fact, fact

MONEY = "money"
SHARE = "share"
COUNT = "count"


class Figure(NamedTuple):
    """A value, or why there is none and what would give it one. ``missing``: its lines without a
    price.

    ``may_fall``: with those prices it could also become smaller. ``waits_for_price``: only a price
    is wanting where there is no value.
    """

    value: Decimal | None
    why: Fact | None = None
    missing: tuple[LineItem, ...] = ()
    may_fall: bool = False
    waits_for_price: bool = False
    remedy: str | None = None


class NoBaseline(NamedTuple):
    """Why there is nothing to compare with. ``new``: the base has no such workload, so that it
    costs nothing there; else what it costs cannot be told."""

    why: Fact
    remedy: str
    new: bool = False


NOT_GIVEN = NoBaseline(
    fact("no-baseline"), "--baseline FILE: a saved estimate or a workload; --base REV"
)


class Against(NamedTuple):
    """What an estimate is compared with, by its name, or why there is nothing."""

    before: EstimateDocument | None = None
    name: str | None = None
    without: NoBaseline = NOT_GIVEN


NOTHING = Against()


@dataclass(slots=True, kw_only=True)
class Subject:
    """One stack of a document, with what it is measured against: ``baseline``, or ``without`` one.

    ``vendor_of``: who sells an offer, None where the catalogue does not know.
    """

    document: EstimateDocument
    estimate: Estimate
    baseline: EstimateDocument | None
    vendor_of: Callable[[str], str | None]
    without: NoBaseline = NOT_GIVEN

    @property
    def overridden(self) -> list[str]:
        """The stack's offers that are priced otherwise than the catalogue."""
        offers = {line.price.offer for line in self.estimate.lines}
        return [override.offer for override in self.document.overrides if override.offer in offers]

    @property
    def before(self) -> Estimate | None:
        """The baseline's stack of the same name."""
        stacks = self.baseline.estimates if self.baseline else []
        return next((before for before in stacks if before.stack == self.estimate.stack), None)
