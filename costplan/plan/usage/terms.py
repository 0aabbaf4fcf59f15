"""What a workload's terms make of quantities that were really used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from costplan.billing.discounts import Discounts, band_share, share_off
from costplan.billing.exchange import Exchange
from costplan.document.line import LineItem
from costplan.plan.bill.settlement import agree
from costplan.problems import InvalidInput
from costplan.quantity import settle, total
from costplan.workload.model import Workload


class Agreed(NamedTuple):
    """Lines after all terms, and those that terms add: an unused commitment, a credit."""

    lines: list[LineItem]
    added: list[LineItem]
    notes: list[str]


def with_terms(workload: Workload, stack: str, lines: Sequence[LineItem], day: date) -> Agreed:
    """The lines of real usage, at list, after the discounts, commitments and credits of a stack.

    The lines are changed in place. Raises InvalidInput for terms that contradict each other.
    """
    discounts = Discounts(workload.discount, stack, day)
    shares: dict[int, Decimal] = {}
    for at, table in discounts.with_bands.items():
        spend = total(
            line.list_amount or Decimal(0)
            for line in lines
            if table.counts(line.price.offer, line.price.charge)
        )
        shares[at] = band_share(table.bands, spend, table.mode)
    discounts = Discounts(workload.discount, stack, day, shares)
    for line in lines:
        if line.list_amount is not None:
            off = share_off(discounts.off(line.price.offer), line.price.charge)
            line.amount = settle(line.list_amount * (1 - off))
    made = agree(workload, {stack: list(lines)}, day, Exchange.of(workload))
    if made.problems:
        raise InvalidInput(made.problems)
    return Agreed(list(lines), made.lines, [one.text for one in made.facts])
