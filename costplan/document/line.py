"""A line item: one charge on one bill, with everything needed to defend it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from costplan.quantity import ZERO, counted_to, grouped, settle


@dataclass(slots=True)
class Price:
    """What one unit costs, and where that is written. Shared by every line that it prices.

    ``price`` None: the vendor publishes none (``reason`` says so) and the line is unpriced.
    ``variant`` tells prices of one charge apart: its tier, mode or window of the schedule.
    ``factors`` are the multipliers already inside ``price``, such as ("batch", 0.5).
    """

    offer: str
    charge: str
    unit: str
    price: Decimal | None
    per: Decimal
    source: str
    confidence: str
    since: date
    checked: date
    base: Decimal | None = None
    factors: tuple[tuple[str, Decimal], ...] = ()
    reason: str | None = None
    variant: str | None = None

    @property
    def checked_words(self) -> str:
        """How an estimate names this price in its list of stale ones."""
        return f"{self.offer}: checked {self.checked}"


class Conversion(NamedTuple):
    """An exchange rate as it was stated: ``rate`` of the first currency of ``unit`` (USD/EUR) for
    one of the second. ``divide``: amounts are in the first and are divided by it."""

    currency: str
    rate: Decimal
    unit: str
    divide: bool
    date: date
    source: str

    @property
    def words(self) -> str:
        """The rate as a factor of a formula."""
        return f"{'/' if self.divide else 'x'} {grouped(self.rate)} {self.unit} ({self.date})"


@dataclass(slots=True)
class Exchanged:
    """A line's amounts in the vendor's own currency, and the rate that turned them into ours."""

    conversion: Conversion
    list_amount: Decimal | None
    amount: Decimal | None


@dataclass(slots=True)
class LineItem:
    """Quantity times price, for one role and one purpose.

    ``list_amount`` is at published prices, ``contracted_amount`` after ``[[discount]]``, ``amount``
    after commitments too (FinOps: list, contracted and effective cost); all None when unpriced.
    ``basis`` says how the quantity came about, in the words of the formula; ``used`` is the
    quantity before an included part was taken off, where there is one. ``price`` stays in the
    vendor's currency, the amounts are in the estimate's: ``exchanged`` says how. ``terms``: what
    each commitment took off. ``flat``: the arithmetic where it is no quantity times a price;
    ``written``: the arithmetic as a saved document has it. ``region``: where a cloud serves what is
    billed, by the cloud's own id.
    """

    price: Price
    quantity: Decimal
    list_amount: Decimal | None
    amount: Decimal | None
    role: str = ""
    component: str = ""
    purpose: str = "produce"
    fixed: bool = False
    basis: str = ""
    step: str | None = None
    tags: tuple[str, ...] = ()
    used: Decimal | None = None
    flat: str | None = None
    discount: Decimal = ZERO
    written: str | None = None
    exchanged: Exchanged | None = None
    contracted: Decimal | None = None
    terms: tuple[tuple[str, Decimal], ...] = ()
    region: str | None = None

    @property
    def contracted_amount(self) -> Decimal | None:
        """The amount after discounts, before commitments and credits."""
        return self.amount if self.contracted is None else self.contracted

    @property
    def label(self) -> str:
        """The charge with its tier, mode and window, for a reader."""
        variant = self.price.variant
        return f"{self.price.charge} {variant}" if variant else self.price.charge

    @property
    def formula(self) -> str:
        """The arithmetic with its numbers, as ``--explain`` prints it."""
        if self.written is not None:
            return self.written
        words = self._arithmetic
        if self.exchanged is not None and self.amount is not None:
            words = f"({words})" if self.flat is not None else words
            words += f" {self.exchanged.conversion.words}"
        return words + "".join(f" - {grouped(-change)} ({name})" for name, change in self.terms)

    @property
    def _arithmetic(self) -> str:
        price = self.price
        if self.flat is not None:
            return self.flat
        quantity = f"{grouped(counted_to(self.quantity))} {price.unit}"
        if price.price is None:
            return f"{quantity} x unknown price"
        per = f" / {grouped(price.per)}" if price.per != 1 else ""
        rate = grouped(price.price)
        if price.factors:
            rate = " x ".join(
                [grouped(price.base or ZERO)]
                + [f"{grouped(times)} ({name})" for name, times in price.factors]
            )
        off = f" x {grouped(settle(1 - self.discount))} (discount)" if self.discount else ""
        return f"{quantity} x {rate}{per}{off}"
