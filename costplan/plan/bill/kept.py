"""A stack's month among those of its variants: what no change between them touches is kept.

People or none, what a case or a wrong answer costs, a fixed cost more: no offer's bill follows from
them. Usage is counted once for all stacks with the same visits, bindings once for all variants.
"""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from operator import attrgetter
from typing import NamedTuple

from costplan.billing.adjustments import Grant
from costplan.billing.book import Same
from costplan.billing.reserved import Reserved
from costplan.catalog.lookup import Entry
from costplan.document.line import LineItem
from costplan.plan.bill.bindings import Bindings
from costplan.plan.bill.month import StackMonth
from costplan.problems import Problem
from costplan.workload.model import Workload
from costplan.workload.usage import Usage, usage_of_offers, with_cases

APART = frozenset(("human", "fixed", "target", "candidates", "strategy", "migration"))
APART |= {"mix", "stack", "budget", "policy"}
"""Tables that neither usage nor an offer's bill follows from, or that have keys of their own."""
billed_by = attrgetter(*(table.name for table in fields(Workload) if table.name not in APART))
"""All of a workload that offers are billed by, but for the stack and who handles cases."""


class Offers(NamedTuple):
    """What a month's offers come to."""

    lines: list[LineItem]
    used: dict[str, Entry]
    grants: list[tuple[Grant, Decimal]]
    problems: list[Problem]
    reserved: list[Reserved]


class KeptMonth(StackMonth):
    """A stack's month, put together of what the book has of it."""

    def _usage(self, scale: Decimal) -> Usage:
        self.scale, visits = scale, self.solved.visits
        key = ("usage", scale, Same(visits.runs, *billed_by(self.workload)))
        usage = self.book.keep(key, lambda: usage_of_offers(self.workload, scale, visits))
        return with_cases(usage, self.workload, visits)

    def _bind(self) -> Bindings:
        key = ("bindings", self.name, self.day, *self._kinds().items(), Same(self.stack))
        known: list[Bindings] = self.book.keep(key, list)
        if not known:
            bindings = super()._bind()
            if bindings.chosen:
                return bindings
            known.append(bindings)
        return known[0]

    def _bill_offers(self) -> None:
        if not self._apart():
            super()._bill_offers()
            return
        of = Same(self.stack, self.solved.visits.runs, *billed_by(self.workload))
        key = ("offers", self.name, self.day, self.scale, of)
        known: list[Offers] = self.book.keep(key, list)
        if known:
            self._let_index_embed()
            lines, used, grants, self.problems[:], reserved = known[0]
            self.lines += lines
            self.used |= used
            self.grants += grants
            self.reserved += reserved
        else:
            super()._bill_offers()
            known.append(
                Offers(
                    [*self.lines],
                    {**self.used},
                    [*self.grants],
                    [*self.problems],
                    [*self.reserved],
                )
            )

    def _apart(self) -> bool:
        """Whether offers are billed without a look at the other lines: no offer handles cases, and
        no terms of the account count all lines together, or change them."""
        terms = self.workload.commitment or self.workload.credit
        bands = any(table.bands for table in self.workload.discount)
        return not (terms or bands or "human" in self.stack.roles)
