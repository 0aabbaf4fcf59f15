"""Bills of the project's own: every pair of the factors of a token price meets in one of them.

Each case has its arithmetic, worked out from the source's page apart from the engine, and its
source. Vendors do not sell every pair; for those there is an invented one in tests/data/acme.
"""

import json
import re
from datetime import datetime
from decimal import Decimal
from itertools import combinations
from math import prod
from pathlib import Path

import pytest

from costplan.catalog.lookup import Catalog
from costplan.plan.bill.price import price
from costplan.store.files.folders import built_in_folder
from costplan.store.files.shelves import SlicedFolder, WholeFolder

DATA = Path(__file__).resolve().parents[1] / "data"
CASES = json.loads((DATA / "token_bills.json").read_text(encoding="utf-8"))
CATALOG = Catalog([SlicedFolder("built-in", built_in_folder()), WholeFolder("acme", DATA / "acme")])
FACTORS = ("tier", "cache", "mode", "region", "schedule", "fee", "history")

each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])


def worked_out(formula: str) -> Decimal:
    """The value of "a x b/1e6 + c x d/1e6, all x 0.5 x 1.1; e x f/1e3"."""
    whole = Decimal(0)
    for group in formula.split("; "):
        sums, _, factors = group.partition(", all x ")
        found = Decimal(0)
        for term in sums.split(" + "):
            parts = re.fullmatch(r"([\d.]+) x ([\d.]+)/([\de]+)", term)
            assert parts, term
            quantity, rate, per = (Decimal(part) for part in parts.groups())
            found += quantity * rate / per
        whole += found * prod(Decimal(one) for one in factors.split(" x ") if one)
    return whole


def test_every_pair_of_factors_meets() -> None:
    met = {
        pair
        for case in CASES
        for pair in combinations(FACTORS, 2)
        if set(pair) <= set(case["factors"])
    }
    assert met == set(combinations(FACTORS, 2))
    assert len(CASES) >= 60
    assert len({case["id"] for case in CASES}) == len(CASES)
    real = [case for case in CASES if not case["offer"].startswith("acme/")]
    assert len(real) >= 60
    assert all(case["source"] for case in CASES)


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
    assert sum(line.amount for line in bill.line_items) == bill.total


@each_case
def test_a_line_a_kind_and_no_token_twice(case: dict) -> None:
    given = {name: Decimal(value) for name, value in case["quantities"].items()}
    bill = price(
        CATALOG,
        case["offer"],
        given,
        datetime.fromisoformat(case["at"]),
        mode=case.get("mode"),
        region=case.get("region"),
    )
    billed = {line.price.charge: line.quantity for line in bill.line_items}
    assert len(billed) == len(bill.line_items)
    calls = sum(given.get(name, 0) for name in ("training_tokens", "web_searches", "searches"))
    tokens = given.get("input_tokens", 0) + given.get("output_tokens", 0)
    assert sum(billed.values()) == tokens + calls
