"""A model's calls on reserved throughput: which of them it takes over, and what it is sized for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from costplan.billing.book import Book
from costplan.billing.exchange import Exchange
from costplan.billing.models import Terms, model_lines
from costplan.billing.reserved import Rate, Reserved, is_token, rate_of, reserved, taken_over
from costplan.catalog.lookup import Catalog, Entry
from costplan.catalog.provisioned import Deployment, Reserve
from costplan.document.line import LineItem
from costplan.problems import BadUsage
from costplan.quantity import ONE
from costplan.workload.model import Workload
from costplan.workload.model_calls import ModelCalls
from costplan.workload.tables import Reservation
from costplan.workload.traffic import shape_of


class Buyer(NamedTuple):
    """A role's calls to the model, and how it buys its tokens."""

    calls: Sequence[ModelCalls]
    terms: Terms


class Sale(NamedTuple):
    """Terms, the deployment that is bought of them, and what a unit of it costs."""

    reserve: Reserve
    sold: Deployment
    rate: Rate


def sale_of(
    catalog: Catalog, entry: Entry, asked: Reservation, workload: Workload, day: date
) -> Sale:
    """How a model's throughput is reserved. Raises BadUsage where it is not sold so, or not as
    asked, PriceNotKnown where a price is missing."""
    sale = catalog.reserve(entry.id, asked.terms)
    if sale is None:
        raise BadUsage(
            f"no provisioned throughput is known for {entry.id}",
            "name its terms, or leave 'reserved' out",
        )
    sold = sale.terms.sold_as(asked.kind, entry.id)
    rate = rate_of(sale, asked, sold, entry.id, day, workload.currency)
    exchange = Exchange.of(workload)
    if exchange.amount(ONE, rate.currency) is None:
        message = f"{entry.id} is priced in {rate.currency}, this workload is in "
        raise BadUsage(message + exchange.currency, exchange.remedy(rate.currency))
    return Sale(sale, sold, rate)


def reserve(
    catalog: Catalog,
    book: Book,
    entry: Entry,
    asked: Reservation,
    buyers: Sequence[Buyer],
    workload: Workload,
    day: date,
) -> Reserved:
    """The deployment that these roles share. Raises as ``sale_of``, and PriceNotKnown for a kind of
    token whose weight is not known."""
    sale, sold, rate = sale_of(catalog, entry, asked, workload, day)
    edge = sale.terms.long_input.above if sale.terms.long_input else None
    kept: list[LineItem] = []
    short: list[LineItem] = []
    long: list[LineItem] = []
    for buyer in buyers:
        for calls in buyer.calls:
            lines = model_lines(book, entry, day, [calls], workload.traffic, buyer.terms)
            for line in lines:
                line.component = "tokens"
            if not taken_over(calls):
                kept += lines
                continue
            kept += [line for line in lines if not is_token(line)]
            size = calls.tokens.get("input_tokens", Decimal(0)) * buyer.terms.input_factor
            into = long if edge is not None and size > edge else short
            into += filter(is_token, lines)
    shape = shape_of(workload.traffic, day)
    deployment = reserved(sale, asked, rate, sold, shape, _merged(short), _merged(long))
    deployment.kept = _merged(kept)
    exchange = Exchange.of(workload)
    deployment.hourly = exchange.amount(rate.hourly, rate.currency)
    if deployment.on_demand is not None:
        deployment.by_token = exchange.amount(deployment.on_demand, entry.currency)
    return deployment


def _merged(lines: Sequence[LineItem]) -> list[LineItem]:
    """The lines, those of a step and purpose at one price as one."""
    merged: dict[tuple[object, ...], LineItem] = {}
    for line in lines:
        key = (line.role, line.step, line.purpose, line.tags, id(line.price))
        into = merged.setdefault(key, line)
        if into is not line:
            into.quantity += line.quantity
            if into.amount is not None and line.amount is not None:
                into.amount += line.amount
                into.list_amount = (into.list_amount or Decimal(0)) + (line.list_amount or 0)
    return list(merged.values())
