"""A month with its words: what an estimate says of its lines, which no sum depends on."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from costplan.billing.models import ModelBill, Terms, write_model
from costplan.billing.takes import OfferBill, Take
from costplan.catalog.lookup import Entry
from costplan.catalog.offer import Offer
from costplan.facts import Fact, fact
from costplan.plan.bill.bindings import Bound
from costplan.plan.bill.machines import smaller
from costplan.plan.bill.month import StackMonth
from costplan.quantity import ONE, with_unit
from costplan.workload.model_calls import ModelCalls


class WrittenMonth(StackMonth):
    """A stack's month with the arithmetic of its lines, what was assumed, noted and left out."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.facts: list[Fact] = [*self.usage.assumed, *self.bindings.facts]
        self.facts += [
            fact("role-because", role, reason=reason) if reason else fact("role", role)
            for role, reason in self.bindings.omitted.items()
        ]

    def _offer(self, entry: Entry, takes: list[Take]) -> OfferBill:
        return super()._offer(entry, takes).write()

    def tell(self, facts: Sequence[Fact]) -> None:
        self.facts += facts

    def _tell_model(self, entry: Entry, demands: Sequence[ModelCalls], terms: Terms) -> None:
        bill = ModelBill()
        write_model(self.book, entry, self.day, demands, self.workload.traffic, terms, bill)
        self.facts += bill.facts

    def _tell_offer(self, entry: Entry, bill: OfferBill) -> None:
        offer = entry.item
        assert isinstance(offer, Offer)
        bill.write()
        self.facts += [grant.fact(self.workload.horizon_months > 1) for grant in bill.grants]
        own = {name: value for name, value in bill.assumed.items() if name in offer.variables}
        if own:
            words = [
                f"{name} = {with_unit(value, offer.variables[name].unit)}"
                for name, value in own.items()
            ]
            self.facts.append(fact("quantities", entry.id, quantities=words))
        self.facts += bill.facts
        told = {known.code: known.values for known in bill.facts}
        if "underused" in told:
            peak = self.workload.traffic.peak_to_mean or ONE
            used = Decimal(str(told["utilisation"]["percent"])) / 100
            less = smaller(self.catalog, entry, used * peak)
            if less is not None:
                self.facts.append(fact("smaller-machine", entry.id, machine=less))
        if offer.not_included:
            self.facts.append(fact("by-offer", entry.id, parts=offer.not_included))
        wanted = self.stack.region
        if wanted and offer.region and wanted not in offer.region:
            self.facts.append(fact("other-region", entry.id, region=offer.region, wanted=wanted))

    def _tell_required(self, entry: Entry, bound: Bound) -> None:
        self.facts.append(fact("included", bound.entry.id, offer=entry.id))

    def _tell_unused(self, entry: Entry, unknown: Sequence[str]) -> None:
        self.facts.append(fact("fixed-part-only", entry.id, unknown=unknown))
