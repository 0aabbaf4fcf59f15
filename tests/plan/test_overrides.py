"""Prices over published ones: what lends them another standing, at its edges."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from costplan.catalog.lookup import Catalog
from costplan.document.prices_used import OwnPrice
from costplan.plan.prices.overrides import overrides

sys.path.append(str(Path(__file__).resolve().parents[1] / "billing"))

from small_catalog import Shelf, file_of

DAY = date(2026, 11, 22)
READ = date(2026, 6, 1)
OFFER = """
[[offer]]
id = "{name}"
origin = {{ since = 2026-01-01, checked = {read}, source = "{source}" }}
charge = [{{ id = "use", quantity = "requests", unit = "request", price = {price} }}]
"""


class Named(Shelf):
    """A shelf of its own name, with these offers."""

    def __init__(self, name: str, *offers: str) -> None:
        super().__init__(file_of("".join(offers)), "runtime")
        self.name = name
        self._entries = {key: entry._replace(shelf=name) for key, entry in self._entries.items()}


def offer(
    price: str = "1", read: date = READ, source: str = "page", name: str = "acme/box/small"
) -> str:
    return OFFER.format(name=name, read=read, price=price, source=source)


PUBLISHED = Named("built-in", offer())
OTHER = offer(name="acme/box/large")


def told(
    *shelves: Shelf, asked: str = "acme/box/small", used: str = ""
) -> list[tuple[object, ...]]:
    """Own and hidden prices, and words, of what the shelves above say otherwise."""
    catalog = Catalog(shelves)
    if catalog.find(asked) is None:
        catalog.plans(asked)
    return [
        (override.prices, override.words) for override in overrides(catalog, [used or asked], DAY)
    ]


def test_only_another_price_of_what_is_used_is_told() -> None:
    assert told(PUBLISHED, Named("project", offer())) == []
    cheaper = Named("project", offer("0.5"))
    prices = (OwnPrice("use", Decimal("0.5"), Decimal(1)),)
    assert told(PUBLISHED, cheaper) == [(prices, ())]
    assert told(PUBLISHED, cheaper, used="acme/other") == []
    assert told(PUBLISHED, Named("refreshed", offer("0.5"))) == []


@pytest.mark.parametrize(("later", "told_of"), [(0, False), (30, False), (31, True), (-31, False)])
def test_an_equal_price_that_was_read_a_month_later_is_told(later: int, *, told_of: bool) -> None:
    """More than 30 days may turn a stale price into a fresh one."""
    read = READ + timedelta(days=later)
    words = (f"checked {read} in place of {READ}",)
    assert told(PUBLISHED, Named("project", offer(read=read))) == ([((), words)] if told_of else [])


def test_an_equal_price_that_claims_more_trust_is_told() -> None:
    """What only a data set says, as if the vendor had published it; and not the other way."""
    dataset = offer(source="set")
    words = ("vendor in place of dataset",)
    assert told(Named("built-in", dataset), Named("project", offer())) == [((), words)]
    assert told(PUBLISHED, Named("project", dataset)) == []


def test_a_plan_that_is_added_to_a_published_product_is_told() -> None:
    """Asked for the product, a bill takes the cheapest plan; what others sell is no part of it."""
    added = Named("project", OTHER)
    words = ("a plan that it adds",)
    assert told(PUBLISHED, added, asked="acme/box", used="acme/box/large") == [((), words)]
    assert told(added, asked="acme/box", used="acme/box/large") == []
    assert told(PUBLISHED, added, used="acme/box/large") == []
