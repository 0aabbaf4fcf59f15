"""A month that tells nothing: where a written one says what a reader must know, and money alone
does not."""

from __future__ import annotations

from collections.abc import Sequence

from costplan.billing.models import Terms
from costplan.billing.takes import OfferBill
from costplan.catalog.lookup import Entry
from costplan.facts import Fact
from costplan.plan.bill.bindings import Bound
from costplan.workload.model_calls import ModelCalls


class Untold:
    """What a month might say, left unsaid; ``WrittenMonth`` says it."""

    def tell(self, facts: Sequence[Fact]) -> None:
        """Of the month as a whole."""

    def _tell_model(self, entry: Entry, demands: Sequence[ModelCalls], terms: Terms) -> None:
        """Of a model's lines."""

    def _tell_offer(self, entry: Entry, bill: OfferBill) -> None:
        """Of an offer's bill."""

    def _tell_required(self, entry: Entry, bound: Bound) -> None:
        """That an offer is bought along."""

    def _tell_unused(self, entry: Entry, unknown: Sequence[str]) -> None:
        """That of an offer bought along only the fixed part is known."""
