"""What changed between two sets of prices, and what that does to a workload's bill.

Everything is a plain value. Money is in a figure's ``currency`` per ``per`` units of ``unit``; the
``old`` figure of a change is already turned to the ``per`` of the new one where units agree.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, NamedTuple

from costplan.catalog.origin import Provenance
from costplan.record import Inline, Sparse, document

Kind = Literal["rate", "mode", "region", "schedule", "fee", "charge", "adjust"]
Measure = Literal[
    "price",
    "times",
    "amount",
    "percent",
    "floor",
    "included",
    "minimum_quantity",
    "round_up_to",
    "cap",
]
Status = Literal["new", "gone", "changed"]
MEASURES: dict[Measure, str] = {
    "price": "",
    "times": "multiplier",
    "amount": "",
    "percent": "percent",
    "floor": "floor",
    "included": "included",
    "minimum_quantity": "least quantity",
    "round_up_to": "block size",
    "cap": "cap",
}
"""What is said behind a name for each measure."""


class Figure(NamedTuple):
    """One number of a price list. ``value`` None: the vendor publishes none, only a quote.

    ``currency`` None: the number is no money (a multiplier, a percentage, a quantity).
    """

    value: Decimal | None
    per: Decimal
    unit: str
    currency: str | None
    where: Annotated[Provenance, Inline()]


class PriceChange(NamedTuple):
    """One figure that differs. ``old`` or ``new`` None: there is no such figure on that side.

    ``charge`` is a token kind, a fee, a mode, a charge's or an adjustment's id; ``variant`` its
    tier, mode or window. ``percent`` None: from nothing, from zero, or not comparable.
    ``announced``: the day from which it differs, where that day is still to come.
    """

    kind: Kind
    charge: str
    variant: str | None
    measure: Measure
    old: Figure | None
    new: Figure | None
    percent: Decimal | None
    announced: date | None = None

    @property
    def figure(self) -> Figure:
        """The figure that says what the change is about: the new one where there is one."""
        figure = self.new or self.old
        assert figure is not None
        return figure

    @property
    def label(self) -> str:
        """The figure's name for a reader, such as "input above 200,000 input tokens"."""
        lead = f"{self.kind} " if self.measure == "times" else ""
        parts = (lead + self.charge, self.variant, MEASURES[self.measure])
        return " ".join(part for part in parts if part)


class OfferChange(NamedTuple):
    """One model or offer that differs. ``words``: what differs beside its figures, in sentences."""

    id: str
    status: Status
    category: str
    vendor: str
    shelf: str
    prices: tuple[PriceChange, ...]
    words: tuple[str, ...] = ()


class Side(NamedTuple):
    """One of the two sets of prices: where it is from, and the day whose prices are compared."""

    name: str
    as_of: date


class LineChange(NamedTuple):
    """A line of a bill that moved. None: there is no such line, or no price, on that side."""

    role: str
    offer: str
    charge: str
    old: Decimal | None
    new: Decimal | None
    difference: Decimal


class BillChange(NamedTuple):
    """What the prices do to one stack's month. ``moved``: its lines, the largest change first.

    ``at_least``: a price is missing on that side, so that its true total is higher.
    """

    stack: str
    old: Decimal
    new: Decimal
    difference: Decimal
    percent: Decimal | None
    old_at_least: bool
    new_at_least: bool
    moved: tuple[LineChange, ...]


@document("price_diff", "1.0")
class PriceDiff(NamedTuple):
    """Two sets of prices, compared. ``same_prices``: ids that differ in dates, sources, notes or
    past prices only. ``unchanged``: how many do not differ at all."""

    old: Side
    new: Side
    changes: tuple[OfferChange, ...]
    same_prices: tuple[str, ...] = ()
    unchanged: int = 0
    workload: Annotated[str | None, Sparse()] = None
    currency: Annotated[str | None, Sparse()] = None
    bills: Annotated[tuple[BillChange, ...], Sparse()] = ()

    def having(self, status: Status) -> tuple[OfferChange, ...]:
        """The offers of one status."""
        return tuple(change for change in self.changes if change.status == status)
