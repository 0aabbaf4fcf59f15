"""What a model costs beside its tokens: a price for each search, request or hour of storage.

Most fees are paid for what a call asks for. Some are paid by every call (``always``): where their
quantity follows from nothing, the bill asks for it and is unpriced until it is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Literal

from costplan.catalog.origin import Origin
from costplan.problems import Problem
from costplan.record import Amount, Positive, record

REQUESTS = "requests"
"""The fee that each call pays once, whatever it asks for."""
SEARCH_CONTEXTS = ("low", "medium", "high")
BY_CONTEXT: Mapping[str, str] = {size: f"{REQUESTS}_{size}" for size in SEARCH_CONTEXTS}
"""The same where it depends on how much of what is found a call may read: one of the three."""
STORAGE = "stored_token_hours"
"""An explicit cache's tokens times the hours that it is kept: paid whether or not calls read it."""

FEES: Mapping[str, str] = {
    "web_searches": "search",
    "searches": "search",
    "training_tokens": "token",
    REQUESTS: "request",
    **dict.fromkeys(BY_CONTEXT.values(), "request"),
    STORAGE: "token-hour",
}
"""Prices beside the tokens, and what each counts."""
STATED = tuple(name for name in FEES if name != REQUESTS)
"""The fees whose quantity a request says itself."""


@record
class Quota:
    """A number of units that the account of the buyer has free, again in each period.

    Keys:
        quantity (units): free in each period, for the whole account
        period: how often it is granted anew
        shared: the models of this file that draw on one quota, by a name of their group; the
            model alone when left out
        origin: its own source and days; the fee's when left out
    """

    quantity: Positive
    period: Literal["day", "month"]
    shared: str | None = None
    origin: Origin | None = None


@record
class Fee:
    """A price per call beside the tokens. Factors never touch it.

    Keys:
        price (the file's currency per 'per' units): paid beside the tokens; no factor touches it
        per (units): how many units the price is for
        unit: what is counted, such as search
        once: a call pays it once, however many units it takes
        always: every call pays it; one that does not say how often is unpriced
        free: what of it an account has free
        origin: its own source and days; the card's when left out
    """

    price: Amount
    per: Positive
    unit: str
    once: bool = False
    always: bool = False
    free: Quota | None = None
    origin: Origin | None = None

    def charged(self, quantity: Decimal, calls: Decimal = Decimal(1)) -> Decimal:
        """The units that so many calls pay, at most, of those that they take together."""
        return min(quantity, calls) if self.once else quantity

    @property
    def words(self) -> str:
        """Its price for a reader, such as 6 per 1,000 request."""
        return f"{self.price.normalize():,f} per {self.per:,f} {self.unit}"


def fee_problems(fees: Mapping[str, Fee]) -> Iterable[Problem]:
    """A problem for each fee that is none, and each that a call could not choose."""
    for name in fees:
        if name not in FEES:
            yield Problem(("fee", name), f"unknown fee '{name}'", ", ".join(FEES), "key")
    sizes = [name for name in BY_CONTEXT.values() if name in fees]
    if REQUESTS in fees and sizes:
        yield Problem(
            ("fee", REQUESTS), f"each call pays either '{REQUESTS}' or one of {', '.join(sizes)}"
        )
