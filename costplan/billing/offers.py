"""The bill of an offer that is not priced by the token, for every role that is bound to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from costplan.billing.compiled import CompiledOffer
from costplan.billing.discounts import Off
from costplan.billing.takes import OfferBill, Take
from costplan.catalog.lookup import Entry
from costplan.quantity import ZERO

__all__ = ["OfferBill", "Take", "bill_offer"]


def bill_offer(
    entry: Entry,
    day: date,
    takes: Sequence[Take],
    *,
    free_tiers: bool = True,
    discount: Off = ZERO,
    only: str | None = None,
) -> OfferBill:
    """All lines of an offer for its takers, with their words.

    ``discount`` is the negotiated share off every charge, or off each; ``only`` bills one charge
    without the adjustments. Raises MissingVariables for variables without a value, PriceNotKnown
    before the first known price, BadUsage for an unknown ``only`` or an expression without a value.
    """
    offer = CompiledOffer(entry, day, only)
    return offer.bill(takes, free_tiers=free_tiers, discount=discount).write()
