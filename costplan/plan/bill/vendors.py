"""How a bill is spread over vendors."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from costplan.document.estimate import Estimate
from costplan.quantity import ZERO, settle


def largest_vendor(
    made: Estimate, vendor_of: Callable[[str], str | None]
) -> tuple[str | None, Decimal]:
    """The vendor with the most of a stack's month, and its share of the whole total.

    Amounts whose offer has no vendor (stated ones) count in the total alone. (None, 0) where
    nothing is paid to a vendor.
    """
    sums: dict[str, Decimal] = {}
    for line in made.lines:
        vendor = vendor_of(line.price.offer)
        if vendor is not None and line.amount is not None:
            sums[vendor] = sums.get(vendor, ZERO) + line.amount
    whole = made.total_monthly
    if not sums or not whole:
        return None, ZERO
    vendor = max(sums, key=lambda name: sums[name])
    return vendor, settle(sums[vendor] / whole)
