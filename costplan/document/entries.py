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
    from costplan.document.kinds import Document, Saved

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
    "document": lambda entry: entry.document,
    "workload": lambda entry: entry.workload,
    "as_of": lambda entry: entry.as_of,
    "stack": lambda entry: entry.stack,
    "component": lambda entry: entry.line.component,
    "role": lambda entry: entry.line.role,
    "step": lambda entry: entry.line.step,
    "vendor": lambda entry: entry.vendor,
    "offer": lambda entry: entry.line.price.offer,
    "charge": lambda entry: entry.line.price.charge,
    "variant": lambda entry: entry.line.price.variant,
    "purpose": lambda entry: entry.line.purpose,
    "tags": lambda entry: " ".join(entry.line.tags),
    "fixed": lambda entry: entry.line.fixed,
    "quantity_used": lambda entry: (
        entry.line.quantity if entry.line.used is None else entry.line.used
    ),
    "quantity": lambda entry: entry.line.quantity,
    "unit": lambda entry: entry.line.price.unit,
    "price": lambda entry: entry.line.price.price,
    "per": lambda entry: entry.line.price.per,
    "price_currency": lambda entry: entry.price_currency,
    "list_amount": lambda entry: entry.line.list_amount,
    "contracted_amount": lambda entry: entry.line.contracted_amount,
    "amount": lambda entry: entry.line.amount,
    "currency": lambda entry: entry.currency,
    "formula": lambda entry: entry.line.formula,
    "quantity_formula": lambda entry: entry.line.basis or None,
    "reason": lambda entry: entry.line.price.reason,
    "source": lambda entry: entry.line.price.source,
    "since": lambda entry: entry.line.price.since,
    "checked": lambda entry: entry.line.price.checked,
    "confidence": lambda entry: entry.line.price.confidence,
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
    for named in saved:
        document = named.document
        if isinstance(document, Bill):
            day = document.as_of.date()
            for line in document.line_items:
                yield Entry(named.name, "", day, document.currency, "", line)
            continue
        estimated = estimates_of(document)
        assert estimated is not None
        for estimate in estimated.estimates:
            for line in estimate.lines:
                yield Entry(
                    named.name,
                    estimated.workload,
                    estimated.as_of,
                    estimated.currency,
                    estimate.stack,
                    line,
                )


def currencies(saved: Sequence[Saved]) -> list[str]:
    """The currencies of the documents, each once. Amounts of two are never added."""
    codes = []
    for named in saved:
        document = named.document
        estimated = document if isinstance(document, Bill) else estimates_of(document)
        if estimated is not None:
            codes.append(estimated.currency)
    return list(dict.fromkeys(codes))
