"""The bill of one offer: what ``costplan price`` saves and draws."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from costplan.document.line import LineItem
from costplan.quantity import ZERO, total

SCHEMA_VERSION = "1.1"


@dataclass(slots=True, kw_only=True)
class Bill:
    """Lines of one offer at one moment. ``total`` counts the priced lines only."""

    offer: str
    as_of: datetime
    currency: str
    line_items: list[LineItem]
    notes: list[str] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        return total(line.amount or ZERO for line in self.line_items)

    @property
    def unpriced(self) -> list[LineItem]:
        return [line for line in self.line_items if line.amount is None]
