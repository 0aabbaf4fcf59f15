"""What was negotiated off the list price: percents, and percents by the month's list spend.

    graduated   sum over bands of (spend within the band x its percent) / spend
    volume      the percent of the band that the spend reaches

Where several discounts match a charge the largest share counts, never both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from costplan.quantity import ZERO

if TYPE_CHECKING:
    from costplan.workload.contract import Band, Discount

Off = Decimal | Callable[[str], Decimal]
"""A share off every charge of an offer, or one for each charge by its id."""


def share_off(off: Off, charge: str) -> Decimal:
    """The share off one charge, 0 to 1."""
    return off if isinstance(off, Decimal) else off(charge)


def band_share(bands: Sequence[Band], spend: Decimal, mode: str = "graduated") -> Decimal:
    """The share that bands take off a month's list spend, 0 to 1. An edge belongs to its band."""
    if spend <= 0:
        return ZERO
    below = taken = ZERO
    for band in bands:
        top = spend if band.up_to is None else min(spend, band.up_to)
        if mode == "volume" and (band.up_to is None or spend <= band.up_to):
            return band.percent / 100
        taken += max(ZERO, top - below) * band.percent / 100
        below = max(below, top)
    return taken / spend


class Discounts:
    """The discounts that hold for one stack on one day.

    ``banded``: the share that each table with bands comes to, by its place in the file; unknown,
    and 0, before the month's list spend is.
    """

    def __init__(
        self,
        tables: Sequence[Discount],
        stack: str,
        day: date,
        banded: Mapping[int, Decimal] | None = None,
    ) -> None:
        self.banded = banded or {}
        self._known: dict[str, Off] = {}
        self.tables = {
            at: discount for at, discount in enumerate(tables) if discount.applies(stack, day)
        }

    def off(self, offer: str) -> Off:
        """The share off each charge of an offer."""
        known = self._known.get(offer)
        if known is None:
            known = self._known[offer] = self._negotiated(offer)
        return known

    def _negotiated(self, offer: str) -> Off:
        mine = [
            (discount, self._share(at))
            for at, discount in self.tables.items()
            if discount.matches(offer)
        ]
        whole = max((share for discount, share in mine if not discount.charges), default=ZERO)
        narrow = [(discount, share) for discount, share in mine if discount.charges]
        if not narrow:
            return whole

        def off(charge: str) -> Decimal:
            own = [share for discount, share in narrow if discount.counts(offer, charge)]
            return max([whole, *own])

        return off

    def _share(self, at: int) -> Decimal:
        percent = self.tables[at].percent
        return self.banded.get(at, ZERO) if percent is None else percent / 100

    @property
    def with_bands(self) -> dict[int, Discount]:
        """The tables whose share the month's list spend decides."""
        return {at: discount for at, discount in self.tables.items() if discount.bands}
