"""The bill of one offer: what ``costplan price`` saves and draws."""

from collections.abc import Iterable
from dataclasses import field
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from costplan.document.line import LineItem, Unpriced, give_reasons, unpriced
from costplan.document.plain import Plain
from costplan.facts import Fact, texts
from costplan.problems import Problem
from costplan.quantity import ZERO, total
from costplan.record import As, Key, Sparse, document, keys, open_record


@document("bill", "1.2")  # 1.2 added facts
@keys("offer", "as_of", "currency", "total", "unpriced", "line_items", "notes", "facts")
@open_record
class Bill(Plain):
    """Lines of one offer at one moment. ``total`` counts the priced lines only."""

    offer: str
    as_of: datetime
    currency: str
    line_items: list[LineItem]
    facts: Annotated[list[Fact], Sparse()] = field(default_factory=list)
    reasons: Annotated[
        list[Unpriced],
        Key("unpriced"),
        As(list[Unpriced], "unpriced_said"),
    ] = field(default_factory=list)

    def check(self) -> Iterable[Problem]:
        give_reasons(self.line_items, self.reasons)
        return ()

    @property
    def notes(self) -> list[str]:
        """The facts in words."""
        return texts(self.facts)

    @property
    def unpriced_said(self) -> list[Unpriced]:
        """The lines without a price, each with its reason."""
        return unpriced(self.line_items)

    @property
    def total(self) -> Decimal:
        return total(line.amount or ZERO for line in self.line_items)

    @property
    def unpriced(self) -> list[LineItem]:
        return [line for line in self.line_items if line.amount is None]
