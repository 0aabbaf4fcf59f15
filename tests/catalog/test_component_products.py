"""Every product that the catalogue promises can be billed: 92 products of 48 vendors.

``tests/data/component_products.json`` names them, the offers that sell them, the prices their
vendors publish (in the vendors' own units), and the meters whose price is not published.
"""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from costplan.billing.variables import MissingVariables, takes_variable
from costplan.catalog.lookup import Catalog
from costplan.catalog.model import Model
from costplan.catalog.offer import Offer
from costplan.document.bill import Bill
from costplan.plan.bill.price import price
from costplan.store.files.folders import built_in_folder
from costplan.store.files.shelves import SlicedFolder

TODAY = date(2026, 11, 28)
DATA = Path(__file__).resolve().parents[1] / "data" / "component_products.json"
PRODUCTS = json.loads(DATA.read_text(encoding="utf-8"))
CATALOG = Catalog([SlicedFolder("built-in", built_in_folder())])

TYPICAL = {
    "requests": 3_000_000,
    "calls": 900_000,
    "executions": 20_000,
    "step_runs": 80_000,
    "active_cpu_seconds": "0.5",
    "wall_seconds": 8,
    "memory_gib": 2,
    "vectors": 2_000_000,
    "dimensions": 1_536,
    "metadata_bytes": 1_000,
    "queries": 500_000,
    "traces": 300_000,
    "spans": 1_500_000,
    "llm_spans": 900_000,
    "ingest_gb": 40,
    "seats": 8,
    "searches": 100_000,
    "characters": 3_000,
    "cases": 6_000,
    "input_tokens": 5_000_000,
    # variables that some offers ask for themselves
    "session_minutes": 30,
    "shards": 3,
    "ai_units": 10,
    "fleet_lcu": 60,
    "stored_gb": 20,
    "salary": 45_000,
    "machine_hour_price": "0.20",
    "disk_gb_price": "0.10",
    "operator_hour_price": 60,
}
"""A middling month, for whatever an offer asks."""

BESIDE = {"instances": 2, "scores": 50_000}
"""What has a default that would leave an offer without anything to bill."""

each_product = pytest.mark.parametrize(
    "product", PRODUCTS, ids=lambda one: f"{one['vendor']}: {one['product']}"
)


def last_day(offer: Offer) -> date:
    """Today, or the last day on which it was sold."""
    ended = offer.ended_on(TODAY)
    return ended - timedelta(days=1) if ended else TODAY


def typical_bill(name: str) -> Bill:
    item = CATALOG.get(name).item
    if isinstance(item, Model):
        return price(CATALOG, name, {"input_tokens": Decimal(5_000_000)}, moment(TODAY))
    given = {key: Decimal(value) for key, value in BESIDE.items() if takes_variable(item, key)}
    while True:
        try:
            return price(CATALOG, name, given, moment(last_day(item)))
        except MissingVariables as error:
            asked = {one.name for one in error.needed}
            assert not asked & given.keys()
            given.update({one: Decimal(TYPICAL[one]) for one in asked})


def moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def money_of(item: Model | Offer) -> set[Decimal]:
    """Every amount of money for one unit that an offer has ever named."""
    if isinstance(item, Model):
        return {rate / card.per for card in item.price for rate in card.rates.published().values()}
    found: set[Decimal] = set()
    for charge in item.charge:
        rates = [charge.price, *(tier.price for tier in charge.tiers)]
        found |= {rate * (charge.fx or 1) / charge.per for rate in rates if rate is not None}
    for rule in item.adjust:
        found |= {rule.amount or rule.floor or Decimal(0), (rule.percent or Decimal(0)) / 100}
    return found


def test_all_ninety_two_are_there() -> None:
    assert len(PRODUCTS) == 92
    assert len({(one["vendor"], one["product"]) for one in PRODUCTS}) == 92
    assert all(len(one["offers"]) == len(set(one["offers"])) > 0 for one in PRODUCTS)
    assert all(CATALOG.find(name) for one in PRODUCTS for name in one["offers"])


@each_product
def test_each_of_its_offers_is_billed(product: dict) -> None:
    """A total, or lines without a price that say why; and for each line a source and a date."""
    for name in product["offers"]:
        bill = typical_bill(name)
        assert bill.line_items, name
        assert bill.total >= 0
        for line in bill.line_items:
            assert (line.amount is None) == bool(line.price.reason), (name, line.price.charge)
            assert line.price.source
            assert date(2019, 1, 1) <= line.price.checked <= TODAY
        free = all(line.price.price == 0 for line in bill.line_items)
        assert bill.total > 0 or bill.unpriced or free, name


@each_product
def test_its_published_prices_are_in_its_offers(product: dict) -> None:
    known = {money for name in product["offers"] for money in money_of(CATALOG.get(name).item)}
    missing = [
        row
        for row in product.get("prices", ())
        if Decimal(row["price"]) / Decimal(row["per"]) not in known
    ]
    assert missing == []


@each_product
def test_what_is_not_published_stays_without_a_price(product: dict) -> None:
    charges = [
        charge
        for name in product["offers"]
        if isinstance(item := CATALOG.get(name).item, Offer)
        for charge in item.charge
    ]
    for meter in product.get("unpublished", ()):
        assert any(
            charge.id == meter and (charge.quote or any(tier.quote for tier in charge.tiers))
            for charge in charges
        ), meter
