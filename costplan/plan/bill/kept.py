"""A stack's month among those of its variants: what no change between them touches is kept.

People or none, what a case or a wrong answer costs, a fixed cost more: no offer's bill follows from
them. Usage is counted once for all stacks with the same visits, bindings once for all variants.
"""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from costplan.billing.adjustments import Grant
from costplan.billing.book import Same
from costplan.billing.takes import Take
from costplan.catalog.lookup import Entry
from costplan.document.line import LineItem
from costplan.plan.bill.bindings import Bound
from costplan.plan.bill.month import StackMonth
from costplan.problems import Problem
from costplan.workload.model import Workload
from costplan.workload.usage import Usage, usage_of_offers, with_cases

if TYPE_CHECKING:
    from costplan.billing.reserved import Reserved

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


class Bought(NamedTuple):
    """What one offer comes to."""

    lines: list[LineItem]
    grants: list[tuple[Grant, Decimal]]


class KeptMonth(StackMonth):
    """A stack's month, put together of what the book has of it."""

    def _usage(self, scale: Decimal) -> Usage:
        self.scale, visits = scale, self.solved.visits
        key = (scale, Same(visits.runs), self._billed_by())
        usage = self.book.keep("usage", key, lambda: usage_of_offers(self.workload, scale, visits))
        return with_cases(usage, self.workload, visits)

    def _billed_by(self) -> Same:
        workload = self.workload
        return self.book.keep("billed by", Same(workload), lambda: Same(*billed_by(workload)))

    def _bill_offers(self) -> None:
        self.apart = self._apart()
        if not self.apart:
            super()._bill_offers()
            return
        of = Same(self.stack, self.solved.visits.runs)
        key = (self.name, self.day, self.scale, of, self._billed_by())
        known: list[Offers] = self.book.keep("offers", key, list)
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

    def _buy(self, entry: Entry, bound: Bound, takes: list[Take]) -> None:
        """An offer whose expressions reach the same values for the same takers costs the same."""
        if entry.currency != self.workload.currency or not self.apart:
            super()._buy(entry, bound, takes)
            return
        asks = self.book.offer(entry, self.day).asks
        taken = [
            (take.role, take.component, take.purpose, *map(take.variables.get, asks))
            for take in takes
        ]
        uses = [tuple(take.uses.items()) for take in takes]
        stack, terms = self.stack, Same(self.workload.discount)
        bought = (self.name, stack.region, stack.free_tiers, terms, *taken, *uses)
        key = (entry.item.id, entry.shelf, self.day, bought)
        known: list[Bought] = self.book.keep("bought", key, list)
        if known:
            self.lines += known[0].lines
            self.grants += known[0].grants
            return
        lines, grants, problems = len(self.lines), len(self.grants), len(self.problems)
        super()._buy(entry, bound, takes)
        if len(self.problems) == problems:
            known.append(Bought(self.lines[lines:], self.grants[grants:]))

    def _apart(self) -> bool:
        """Whether offers are billed without a look at the other lines: no offer handles cases, and
        no terms of the account count all lines together, or change them."""
        terms = self.workload.commitment or self.workload.credit
        bands = any(table.bands for table in self.workload.discount)
        return not (terms or bands or "human" in self.stack.roles)
