"""What binds a stack to a vendor, and what moving to another stack costs once."""

from __future__ import annotations

from decimal import Decimal

from costplan.catalog.lookup import Catalog
from costplan.document.comparison import LockIn
from costplan.document.estimate import Estimate
from costplan.plan.bill.vendors import largest_vendor
from costplan.quantity import ZERO, settle, total
from costplan.workload.model import Workload
from costplan.workload.strategy import Migration


def one_off(workload: Workload, terms: Migration, base: Estimate, other: Estimate) -> Decimal:
    """What moving from a stack to another costs once: engineers, egress, embedding everything
    again, and the months in which both run."""
    once = terms.engineer_days * terms.cost_per_day + terms.egress_gb * terms.egress_per_gb
    once += base.total_monthly * terms.overlap_months
    if terms.reindex:
        for index in workload.index.values():
            if index.embedding is None or _same_offer(base, other, index.embedding):
                continue
            tokens = index.vectors * index.chunk_tokens
            once += tokens * _token_price(other, index.embedding)
    return settle(once)


def _same_offer(base: Estimate, other: Estimate, role: str) -> bool:
    """Whether both stacks pay the same offer for a role."""
    offers = [
        {line.price.offer for line in estimate.lines if line.role == role}
        for estimate in (base, other)
    ]
    return offers[0] == offers[1]


def _token_price(estimate: Estimate, role: str) -> Decimal:
    """Money a token that a role's input lines cost on average; 0 where it has none."""
    lines = [line for line in estimate.lines if line.role == role and line.price.charge == "input"]
    tokens = total(line.quantity for line in lines)
    return total(line.amount or ZERO for line in lines) / tokens if tokens else ZERO


def lock_in(catalog: Catalog, estimate: Estimate) -> LockIn:
    """Who gets the largest share of a stack's bill."""

    def vendor_of(offer: str) -> str | None:
        entry = catalog.find(offer)
        return entry.vendor if entry is not None else None

    vendor, share = largest_vendor(estimate, vendor_of)
    return LockIn(stack=estimate.stack, vendor=vendor or "none", share=share)
