"""What a workload's currency and terms make of quantities that were really used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from costplan.billing.discounts import Discounts, band_share, share_off
from costplan.billing.exchange import Exchange, convert_lines
from costplan.document.line import LineItem
from costplan.plan.bill.settlement import agree, bands_of, no_rate_of_bands
from costplan.problems import BadUsage, InvalidInput
from costplan.quantity import settle, total
from costplan.workload.model import Workload


class Agreed(NamedTuple):
    """Lines after all terms, and those that terms add: an unused commitment, a credit."""

    lines: list[LineItem]
    added: list[LineItem]
    notes: list[str]


def in_currency(lines: Iterable[tuple[LineItem, str]], exchange: Exchange, what: str) -> None:
    """Lines, each with the currency of its amounts, in the workload's currency; changed in place.

    ``what``: whose they are, for the error. Raises BadUsage where no rate is stated.
    """
    apart: dict[str, list[LineItem]] = {}
    for line, currency in lines:
        apart.setdefault(currency, []).append(line)
    for currency, own in apart.items():
        if currency == exchange.currency:
            continue
        rate = exchange.conversion(currency)
        if rate is None:
            raise BadUsage(
                f"{what} is in {currency}, the workload in {exchange.currency}",
                exchange.remedy(currency),
            )
        convert_lines(own, rate)


def discounted(
    workload: Workload,
    stack: str,
    lines: Sequence[LineItem],
    day: date,
    others: Sequence[LineItem] = (),
) -> None:
    """The lines of real usage after a stack's discounts, changed in place.

    ``others``: lines of the same month that have theirs already, and count in the spend of bands.
    Raises InvalidInput where a band's currency has no rate.
    """
    exchange = Exchange.of(workload)
    discounts = Discounts(workload.discount, stack, day)
    shares: dict[int, Decimal] = {}
    for at, table in discounts.with_bands.items():
        bands = bands_of(table, exchange)
        if bands is None:
            raise InvalidInput([no_rate_of_bands(at, table, exchange)])
        spend = total(
            line.list_amount or Decimal(0)
            for line in (*lines, *others)
            if table.counts(line.price.offer, line.price.charge)
        )
        shares[at] = band_share(bands, spend, table.mode)
    discounts = Discounts(workload.discount, stack, day, shares)
    for line in lines:
        if line.list_amount is not None:
            off = share_off(discounts.off(line.price.offer), line.price.charge)
            line.amount = settle(line.list_amount * (1 - off))


def with_terms(
    workload: Workload,
    stack: str,
    lines: Sequence[LineItem],
    day: date,
    others: Sequence[LineItem] = (),
) -> Agreed:
    """The lines of real usage, at list in the workload's currency, after the discounts,
    commitments and credits of a stack; ``others`` share the commitments and credits.

    All lines are changed in place. Raises InvalidInput for terms that contradict each other.
    """
    discounted(workload, stack, lines, day, others)
    agreed = agree(workload, {stack: [*lines, *others]}, day, Exchange.of(workload))
    if agreed.problems:
        raise InvalidInput(agreed.problems)
    return Agreed(list(lines), agreed.lines, [fact.text for fact in agreed.facts])
