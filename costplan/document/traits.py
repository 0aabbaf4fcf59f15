"""What hosts and orchestrates each stack, beside its price, and what leaving it would take."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from costplan.record import Share, document, keys


@keys("offer", "trait", "says", "source", "dated", "confidence")
class Told(NamedTuple):
    """One trait of one offer. ``dated`` None: the page has no day."""

    offer: str
    trait: str
    says: str
    source: str
    dated: date | None
    confidence: str


@keys(
    "stack",
    "offers",
    "traits",
    "steps",
    "open_steps",
    "own_steps",
    "not_spoken",
    "vendor",
    "vendor_share",
    "one_off",
    "one_off_to",
)
class StackTraits(NamedTuple):
    """One stack. ``offers``: what hosts and orchestrates it, by role.

    Of ``steps``, ``open_steps`` are reached by an open protocol and ``own_steps`` by a vendor's own
    interface; the others do not say. ``not_spoken``: steps whose protocol none of the offers is
    known to speak. ``vendor``: who gets the largest share of the bill. ``one_off``: what moving to
    the stack ``one_off_to``, the cheapest to move to, costs once by ``[migration]``.
    """

    stack: str
    offers: dict[str, str]
    traits: tuple[Told, ...]
    steps: int
    open_steps: tuple[str, ...]
    own_steps: tuple[str, ...]
    not_spoken: tuple[str, ...]
    vendor: str
    vendor_share: Share
    one_off: Decimal | None = None
    one_off_to: str | None = None


@document("traits", "1.0")
@keys("workload", "as_of", "currency", "stacks")
class TraitsDocument(NamedTuple):
    """Every stack's traits, in the order of the file."""

    workload: str
    as_of: date
    currency: str
    stacks: tuple[StackTraits, ...]
