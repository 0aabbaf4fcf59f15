"""Twenty token bills of the built-in catalogue, each with its arithmetic and its source.

Every expected amount was worked out apart from the engine; the formula in the file is checked too.
"""

import json
import re
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from costplan.catalog.lookup import Catalog
from costplan.plan.bill.price import price
from costplan.store.files.folders import built_in_folder
from costplan.store.files.shelves import SlicedFolder

DATA = Path(__file__).resolve().parents[1] / "data" / "token_cases.json"
CASES = json.loads(DATA.read_text(encoding="utf-8"))
CATALOG = Catalog([SlicedFolder("built-in", built_in_folder())])

each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])


def worked_out(formula: str) -> Decimal:
    """The value of "a x b/1e6 + c x d/1e6, all x 1.1"."""
    sums, _, factor = formula.partition(", all x ")
    whole = Decimal(0)
    for term in sums.split(" + "):
        parts = re.fullmatch(r"([\d.]+) x ([\d.]+)/([\de]+)", term)
        assert parts, term
        quantity, rate, per = (Decimal(part) for part in parts.groups())
        whole += quantity * rate / per
    return whole * Decimal(factor or 1)


def test_all_twenty_are_there() -> None:
    assert len(CASES) == 20
    assert len({case["id"] for case in CASES}) == 20


@each_case
def test_the_formula_gives_the_expected_amount(case: dict) -> None:
    assert worked_out(case["formula"]) == Decimal(case["expected"])


@each_case
def test_the_bill_is_exact(case: dict) -> None:
    bill = price(
        CATALOG,
        case["offer"],
        {name: Decimal(value) for name, value in case["quantities"].items()},
        datetime.fromisoformat(case["at"]),
        mode=case.get("mode"),
        region=case.get("region"),
    )
    assert bill.unpriced == []
    assert bill.total == Decimal(case["expected"])
    assert bill.offer == case["offer"]


@each_case
def test_a_thousand_requests_cost_a_thousand_times_as_much(case: dict) -> None:
    if "searches" in case["quantities"]:
        given = {"searches": Decimal(case["quantities"]["searches"] * 1000)}
        many = price(CATALOG, case["offer"], given, datetime.fromisoformat(case["at"]))
    else:
        many = price(
            CATALOG,
            case["offer"],
            {name: Decimal(value) for name, value in case["quantities"].items()},
            datetime.fromisoformat(case["at"]),
            requests=Decimal(1000),
            mode=case.get("mode"),
            region=case.get("region"),
        )
    assert many.total == 1000 * Decimal(case["expected"])
