"""A month with its words: what an estimate says of its lines, which no sum depends on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from costplan.billing.models import ModelBill, Terms, write_model
from costplan.billing.takes import OfferBill, Take
from costplan.catalog.lookup import Entry
from costplan.catalog.offer import Offer
from costplan.plan.bill.bindings import Bound
from costplan.plan.bill.month import StackMonth
from costplan.quantity import with_unit
from costplan.workload.model_calls import ModelCalls


class WrittenMonth(StackMonth):
    """A stack's month with the arithmetic of its lines, what was assumed, noted and left out."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.assumptions: list[str] = list(self.usage.assumed)
        self.notes: list[str] = []
        self.warnings: list[str] = []
        self.not_included = [
            f"{role}: {reason}" if reason else role
            for role, reason in self.bindings.omitted.items()
        ]

    def _offer(self, entry: Entry, takes: list[Take]) -> OfferBill:
        return super()._offer(entry, takes).write()

    def tell(self, notes: Sequence[str]) -> None:
        self.notes += notes

    def _tell_model(self, entry: Entry, demands: Sequence[ModelCalls], terms: Terms) -> None:
        bill = ModelBill()
        write_model(self.book, entry, self.day, demands, self.workload.traffic, terms, bill)
        self.assumptions += bill.assumptions
        self.notes += bill.notes
        self.warnings += bill.warnings

    def _tell_offer(self, entry: Entry, bill: OfferBill) -> None:
        offer = entry.item
        assert isinstance(offer, Offer)
        bill.write()
        self.notes += [one.words(self.workload.horizon_months > 1) for one in bill.grants]
        self.notes += bill.notes
        own = {name: one for name, one in bill.assumed.items() if name in offer.variables}
        if own:
            words = [
                f"{name} = {with_unit(one, offer.variables[name].unit)}"
                for name, one in own.items()
            ]
            self.assumptions.append(f"{entry.id}: {'; '.join(words)}")
        self.assumptions += bill.sized
        if offer.not_included:
            self.not_included.append(f"{entry.id}: {'; '.join(offer.not_included)}")
        wanted = self.stack.region
        if wanted and offer.region and wanted not in offer.region:
            self.assumptions.append(
                f"{entry.id}: priced in {offer.region}; no price for {wanted} is in the catalogue"
            )

    def _tell_required(self, entry: Entry, bound: Bound) -> None:
        self.notes.append(f"{bound.entry.id} needs {entry.id}: its bill is included")

    def _tell_unused(self, entry: Entry, unknown: Sequence[str]) -> None:
        self.notes.append(f"{entry.id}: only its fixed part ({', '.join(unknown)} unknown)")
