"""Sixteen vendors' worked examples, billed from the built-in catalogue.

A case without a tolerance is exact to the last digit; the tolerances are the vendors' rounding.
"""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from costplan.catalog.lookup import Catalog
from costplan.document.bill import Bill
from costplan.plan.bill.price import price
from costplan.store.files.folders import built_in_folder
from costplan.store.files.shelves import SlicedFolder

DATA = Path(__file__).resolve().parents[1] / "data" / "component_cases.json"
CASES = json.loads(DATA.read_text(encoding="utf-8"))
CATALOG = Catalog([SlicedFolder("built-in", built_in_folder())])

each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])


def bill_of(case: dict) -> Bill:
    return price(
        CATALOG,
        case["offer"],
        {name: Decimal(value) for name, value in case["quantities"].items()},
        datetime.fromisoformat(case["at"]),
        charge=case.get("charge"),
        free_tiers=case.get("free_tiers", True),
    )


def test_all_sixteen_are_there() -> None:
    assert len(CASES) == 16
    assert len({case["id"] for case in CASES}) == 16


@each_case
def test_the_bill_is_the_vendors(case: dict) -> None:
    bill = bill_of(case)
    expected = Decimal(case["expected"])
    assert bill.unpriced == []
    if "tolerance" in case:
        assert abs(bill.total - expected) <= Decimal(case["tolerance"])
    else:
        assert bill.total == expected


@each_case
def test_lines_add_up_and_say_where_they_come_from(case: dict) -> None:
    bill = bill_of(case)
    assert bill.total == sum(line.amount for line in bill.line_items)
    for line in bill.line_items:
        assert line.price.source
        assert line.price.confidence
        assert line.price.checked <= datetime.fromisoformat(case["at"]).date()
        assert line.formula


def test_a_namespace_weighs_what_pinecone_says() -> None:
    (case,) = [case for case in CASES if "expected_quantity" in case]
    (line,) = bill_of(case).line_items
    assert line.quantity == Decimal(case["expected_quantity"]) == Decimal("1.786")
    assert line.price.unit == "GB-month"


def test_the_floor_of_pinecone_binds() -> None:
    (case,) = [case for case in CASES if case["id"] == "pinecone-floor"]
    lines = {line.price.charge: line for line in bill_of(case).line_items}
    assert lines["storage"].amount == Decimal("0.58938")
    assert lines["read_units"].amount == Decimal("2.8576")
    assert lines["monthly_minimum"].amount == 50 - Decimal("3.44698")
    assert lines["monthly_minimum"].purpose == "idle"


def test_the_free_quota_of_vectorize_covers_its_worked_example() -> None:
    (case,) = [case for case in CASES if case["id"] == "cloudflare-vectorize"]
    assert bill_of({**case, "free_tiers": True}).total == 0
