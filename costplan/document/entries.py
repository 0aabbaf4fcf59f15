"""Lines of any saved documents as entries: each line with the document and stack that it is of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from costplan.document.bill import Bill
from costplan.document.estimate import EstimateDocument
from costplan.document.line import LineItem
from costplan.words import STATED, WORKLOAD

if TYPE_CHECKING:
    from costplan.document.saved import Document, Saved

Value = str | Decimal | bool | date | None


class Entry(NamedTuple):
    """One line. ``stack`` and ``workload`` are empty for the bill of one offer."""

    document: str
    workload: str
    as_of: date
    currency: str
    stack: str
    line: LineItem

    @property
    def vendor(self) -> str:
        """The prefix of the offer's id; "stated" for what the workload file says itself."""
        offer = self.line.price.offer
        return STATED if offer == WORKLOAD else offer.partition("/")[0]

    @property
    def price_currency(self) -> str:
        """What the price is in: the vendor's currency, where that is another one."""
        exchanged = self.line.exchanged
        return self.currency if exchanged is None else exchanged.conversion.currency


FIELDS: dict[str, Callable[[Entry], Value]] = {
    "document": lambda one: one.document,
    "workload": lambda one: one.workload,
    "as_of": lambda one: one.as_of,
    "stack": lambda one: one.stack,
    "component": lambda one: one.line.component,
    "role": lambda one: one.line.role,
    "step": lambda one: one.line.step,
    "vendor": lambda one: one.vendor,
    "offer": lambda one: one.line.price.offer,
    "charge": lambda one: one.line.price.charge,
    "variant": lambda one: one.line.price.variant,
    "purpose": lambda one: one.line.purpose,
    "tags": lambda one: " ".join(one.line.tags),
    "fixed": lambda one: one.line.fixed,
    "quantity_used": lambda one: one.line.quantity if one.line.used is None else one.line.used,
    "quantity": lambda one: one.line.quantity,
    "unit": lambda one: one.line.price.unit,
    "price": lambda one: one.line.price.price,
    "per": lambda one: one.line.price.per,
    "price_currency": lambda one: one.price_currency,
    "list_amount": lambda one: one.line.list_amount,
    "contracted_amount": lambda one: one.line.contracted_amount,
    "amount": lambda one: one.line.amount,
    "currency": lambda one: one.currency,
    "formula": lambda one: one.line.formula,
    "quantity_formula": lambda one: one.line.basis or None,
    "reason": lambda one: one.line.price.reason,
    "source": lambda one: one.line.price.source,
    "since": lambda one: one.line.price.since,
    "checked": lambda one: one.line.price.checked,
    "confidence": lambda one: one.line.price.confidence,
}
"""What can be asked of a line, in the order of the CSV file. The names are stable."""
AMOUNTS = ("list_amount", "contracted_amount", "amount")
"""Fields that are money of the document's currency."""
FIGURES = frozenset(("quantity_used", "quantity", "price", "per", *AMOUNTS))


def estimates_of(document: Document) -> EstimateDocument | None:
    """The estimates inside a document; None for the bill of one offer."""
    if isinstance(document, EstimateDocument):
        return document
    return None if isinstance(document, Bill) else document.document


def entries(saved: Iterable[Saved]) -> Iterator[Entry]:
    """Every line of the documents, in their order."""
    for one in saved:
        document = one.document
        if isinstance(document, Bill):
            day = document.as_of.date()
            for line in document.line_items:
                yield Entry(one.name, "", day, document.currency, "", line)
            continue
        found = estimates_of(document)
        assert found is not None
        for made in found.estimates:
            for line in made.lines:
                yield Entry(one.name, found.workload, found.as_of, found.currency, made.stack, line)


def currencies(saved: Sequence[Saved]) -> list[str]:
    """The currencies of the documents, each once. Amounts of two are never added."""
    found = []
    for one in saved:
        document = one.document
        estimated = document if isinstance(document, Bill) else estimates_of(document)
        if estimated is not None:
            found.append(estimated.currency)
    return list(dict.fromkeys(found))
