"""A line item: one charge on one bill, with everything needed to defend it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, NamedTuple

from costplan.facts import Fact
from costplan.problems import Problem
from costplan.quantity import ZERO, counted_to, grouped, settle
from costplan.record import (
    Amount,
    As,
    Blank,
    Compared,
    Inline,
    Key,
    OneOf,
    Pattern,
    Positive,
    Sparse,
    Unsaved,
    keys,
    replace,
)
from costplan.words import CONFIDENCES, PURPOSES, STATED, WORKLOAD

Purpose = Annotated[str, OneOf(*PURPOSES)]
Confidence = Annotated[str, OneOf(*CONFIDENCES, STATED)]


@dataclass(slots=True, repr=False, eq=False)
class Price(Compared):
    """What one unit costs, and where that is written. Shared by every line that it prices.

    ``price`` None: the vendor publishes none (``why`` says so) and the line is unpriced.
    ``variant`` tells prices of one charge apart: its tier, mode or window of the schedule.
    ``factors`` are the multipliers already inside ``price``, such as ("batch", 0.5).
    """

    offer: str
    charge: str
    unit: str
    price: Decimal | None
    per: Positive
    source: str
    confidence: Confidence
    since: date
    checked: date
    base: Annotated[Decimal | None, Unsaved()] = None
    factors: Annotated[tuple[tuple[str, Decimal], ...], Unsaved()] = ()
    why: Annotated[Fact | None, Unsaved()] = None
    variant: str | None = None

    @property
    def reason(self) -> str | None:
        """Why there is no price, in words."""
        return None if self.why is None else self.why.text


class Conversion(NamedTuple):
    """An exchange rate as it was stated: ``rate`` of the first currency of ``unit`` (USD/EUR) for
    one of the second. ``currency`` is that of the amounts that it turns into ours."""

    currency: Annotated[str, Key("original_currency")]
    rate: Annotated[Amount, Key("exchange_rate")]
    unit: Annotated[str, Pattern("^[A-Z]{3}/[A-Z]{3}$"), Key("exchange_unit")]
    date: Annotated[date, Key("exchange_date")]
    source: Annotated[str, Key("exchange_source")]

    @property
    def divide(self) -> bool:
        """Whether amounts are in the first currency, and are divided by the rate."""
        return self.unit.startswith(f"{self.currency}/")

    @property
    def words(self) -> str:
        """The rate as a factor of a formula."""
        return f"{'/' if self.divide else 'x'} {grouped(self.rate)} {self.unit} ({self.date})"


@keys(
    "original_currency",
    "original_list_amount",
    "original_amount",
    "exchange_rate",
    "exchange_unit",
    "exchange_date",
    "exchange_source",
)
@dataclass(slots=True, repr=False, eq=False)
class Exchanged(Compared):
    """A line's amounts in the vendor's own currency, and the rate that turned them into ours."""

    conversion: Annotated[Conversion, Inline()]
    list_amount: Annotated[Decimal | None, Key("original_list_amount")]
    amount: Annotated[Decimal | None, Key("original_amount")]


DRAWN = "commitment "
UNUSED = "the workload file, [[commitment]] "
"""With a commitment's name the source of the line that says what is left of it."""


class Term(NamedTuple):
    """What a commitment took off a line. ``name``: "commitment" and how it is called."""

    name: str
    amount: Decimal

    @classmethod
    def of(cls, commitment: str, amount: Decimal) -> "Term":
        """The term of a commitment by its own name."""
        return cls(DRAWN + commitment, amount)

    @property
    def commitment(self) -> str:
        """The commitment's own name."""
        return self.name.removeprefix(DRAWN)


@keys("role", "offer", "charge", "quantity", "unit", "reason", "why")
class Unpriced(NamedTuple):
    """A line without a price, and why it has none."""

    role: str
    offer: str
    charge: str
    quantity: Decimal
    unit: str
    why: Annotated[Fact | None, Sparse()] = None

    @property
    def reason(self) -> str | None:
        """Why it has no price, in words."""
        return None if self.why is None else self.why.text


@keys(
    "role",
    "component",
    "step",
    "offer",
    "charge",
    "variant",
    "purpose",
    "tags",
    "fixed",
    "quantity",
    "unit",
    "price",
    "per",
    "list_amount",
    "amount",
    "formula",
    "quantity_formula",
    "quantity_used",
    "source",
    "since",
    "checked",
    "confidence",
    "flat",
    "region",
    "contracted_amount",
    "exchanged",
    "terms",
    faithful=True,
)
@dataclass(slots=True, repr=False, eq=False)
class LineItem(Compared):
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

    price: Annotated[Price, Inline()]
    quantity: Amount
    list_amount: Decimal | None
    amount: Decimal | None
    role: str = ""
    component: str = ""
    purpose: Purpose = "produce"
    fixed: bool = False
    basis: Annotated[str, Blank(), Key("quantity_formula")] = ""
    step: str | None = None
    tags: tuple[str, ...] = ()
    used: Annotated[Decimal | None, Key("quantity_used"), As(Amount, "quantity_used")] = None
    flat: Annotated[str | None, Sparse(), As(Literal[True], "is_flat", lambda flat: "")] = None
    discount: Annotated[Decimal, Unsaved()] = ZERO
    written: Annotated[str | None, Key("formula"), As(str, "formula")] = None
    exchanged: Annotated[Exchanged | None, Inline()] = None
    contracted: Annotated[Decimal | None, Sparse(), Key("contracted_amount")] = None
    terms: Annotated[tuple[Term, ...], Sparse()] = ()
    region: Annotated[str | None, Sparse()] = None

    def check(self) -> Iterable[Problem]:
        """What a document may not say of a line; puts right what it does not say in full."""
        self.used = None if self.used == self.quantity else self.used
        self.flat = None if self.flat is None else self.written
        if (self.list_amount is None) != (self.amount is None):
            yield Problem(("amount",), "and list_amount must be both known or both null")
        if self.exchanged is not None:
            rate = self.exchanged.conversion
            if rate.currency not in rate.unit.split("/"):
                message = f"must be a pair with {rate.currency}, not {rate.unit}"
                yield Problem(("exchange_unit",), message)

    @property
    def quantity_used(self) -> Decimal:
        """The quantity before an included part was taken off."""
        return self.quantity if self.used is None else self.used

    @property
    def is_flat(self) -> bool | None:
        """True where the formula is no quantity times a price, else None."""
        return None if self.flat is None else True

    @property
    def contracted_amount(self) -> Decimal | None:
        """The amount after discounts, before commitments and credits."""
        return self.amount if self.contracted is None else self.contracted

    @property
    def uncounted(self) -> bool:
        """Whether the workload states the price and nobody knows how many there are, so that its
        quantity says nothing."""
        return self.amount is None and self.price.offer == WORKLOAD

    @property
    def lacks(self) -> str:
        """What is missing of a line without an amount: its number, or its price."""
        if self.uncounted:
            return f"{self.role}: the number of {self.label} is unknown"
        return f"no price for {self.price.offer} {self.label}"

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
        if self.uncounted:
            return f"an unknown number of {self.label}"
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


def unpriced(lines: Iterable[LineItem]) -> list[Unpriced]:
    """The lines without a price, each with its reason."""
    return [
        Unpriced(
            line.role,
            line.price.offer,
            line.price.charge,
            line.quantity,
            line.price.unit,
            line.price.why,
        )
        for line in lines
        if line.amount is None
    ]


def give_reasons(lines: Iterable[LineItem], said: Sequence[Unpriced]) -> None:
    """Each unpriced line its reason, in the same order. Lines may share a price: each gets one."""
    missing = (line for line in lines if line.amount is None)
    for line, unknown in zip(missing, said, strict=False):
        line.price = replace(line.price, why=unknown.why)
