"""How a bill is spread over vendors, and over the regions of clouds."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from costplan.catalog.lookup import Entry
from costplan.catalog.model import Model
from costplan.document.estimate import Estimate
from costplan.quantity import ZERO, settle
from costplan.words import STATED
from costplan.workload.model import Binding, Stack

AWS, GOOGLE, AZURE = r"[a-z]{2}(-gov|-isob?)?-[a-z]+-\d", r"[a-z]+-[a-z]+\d+", r"[a-z]{5,}\d?"
REGIONS = {
    "aws": AWS,
    "bedrock": AWS,
    "bedrock-mantle": AWS,
    "google": GOOGLE,
    "vertex": GOOGLE,
    "azure": AZURE,
}
"""Patterns of a cloud's own region ids; a geography, such as eu, is none."""


def served_in(entry: Entry, region: str | None) -> str | None:
    """The region that a cloud's offer is priced in, else the stack's ``region``; None elsewhere."""
    shape = REGIONS.get(entry.id.partition("/")[0])
    known = entry.item.region or region
    return known if shape and known and re.fullmatch(shape, known) else None


def largest_vendor(
    estimate: Estimate, vendor_of: Callable[[str], str | None]
) -> tuple[str | None, Decimal]:
    """The vendor with the most of a stack's month, and its share of the whole total.

    Amounts whose offer has no vendor (stated ones) count in the total alone. (None, 0) where
    nothing is paid to a vendor.
    """
    sums: dict[str, Decimal] = {}
    for line in estimate.lines:
        stated = line.price.confidence == STATED
        vendor = None if stated else vendor_of(line.price.offer)
        if vendor is not None and line.amount is not None:
            sums[vendor] = sums.get(vendor, ZERO) + line.amount
    whole = estimate.total_monthly
    if not sums or not whole:
        return None, ZERO
    vendor = max(sums, key=lambda name: sums[name])
    return vendor, settle(sums[vendor] / whole)


def tokens_served_in(entry: Entry, binding: Binding, stack: Stack) -> str | None:
    """Where a model's tokens are served, as far as its price depends on it: as its binding says,
    where the stack's data must stay, or the stack's region where the model has a price for it."""
    named = binding.region or stack.residency
    model, region = entry.item, stack.region
    if named or not isinstance(model, Model):
        return named
    return region if any(region in card.region for card in model.price) else None
