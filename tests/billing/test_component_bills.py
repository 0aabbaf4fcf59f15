"""Bills of this project's own: vendors' worked examples, and arithmetic on vendors' terms.

Each case states its formula in words and as plain arithmetic. The arithmetic is worked out here, by
a few lines that share nothing with the program; the program must come to the same amount.
"""

import ast
import json
import operator
from collections import Counter
from datetime import UTC, date, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from pathlib import Path

import pytest

from costplan.catalog.lookup import Catalog
from costplan.document.bill import Bill
from costplan.plan.bill.price import price
from costplan.store.files.folders import built_in_folder
from costplan.store.files.shelves import SlicedFolder
from costplan.words import CATEGORIES

DATA = Path(__file__).resolve().parents[1] / "data" / "component_bills.json"
CASES = json.loads(DATA.read_text(encoding="utf-8"))
CATALOG = Catalog([SlicedFolder("built-in", built_in_folder())])
PRIMITIVES = {
    *("graduated", "package", "included", "free_tier", "pool", "minimum_quantity", "round_up_to"),
    *("rank_by", "cap", "fx", "percent_fee", "minimum", "credit", "one_time", "gate", "derived"),
    *("hours", "seats", "redundant", "quote", "history", "ended", "tokens"),
}

each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])

_OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_FUNCTIONS = {
    "max": max,
    "min": min,
    "ceil": lambda x: x.to_integral_value(ROUND_CEILING),
    "floor": lambda x: x.to_integral_value(ROUND_FLOOR),
}


def worked_out(text: str) -> Decimal:
    """The value of ``+ - * /``, ``min max ceil floor`` and numbers, in Decimal."""

    def value(node: ast.expr) -> Decimal:
        if isinstance(node, ast.Constant):
            return Decimal(ast.get_source_segment(text, node))
        if isinstance(node, ast.BinOp):
            return _OPERATORS[type(node.op)](value(node.left), value(node.right))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return _FUNCTIONS[node.func.id](*map(value, node.args))
        raise AssertionError(f"not arithmetic: {ast.dump(node)}")

    return value(ast.parse(text, mode="eval").body)


def bill_of(case: dict) -> Bill:
    day = date.fromisoformat(case["at"])
    return price(
        CATALOG,
        case["offer"],
        {name: Decimal(value) for name, value in case["usage"].items()},
        datetime(day.year, day.month, day.day, 12, tzinfo=UTC),
        charge=case.get("charge"),
        free_tiers=case.get("free_tiers", True),
    )


def test_they_are_many_and_of_every_kind() -> None:
    assert len(CASES) >= 45
    assert len({case["id"] for case in CASES}) == len(CASES)
    shown = Counter(name for case in CASES for name in case["shows"])
    assert shown.keys() == PRIMITIVES
    # the token categories have their own cases; a model may stand among the rerankers
    billed = {CATALOG.get(case["offer"]).category for case in CASES}
    assert billed == set(CATEGORIES)


@each_case
def test_the_arithmetic_comes_to_the_expected_amount(case: dict) -> None:
    assert worked_out(case["arithmetic"]) == Decimal(case["expected"])


@each_case
def test_the_program_comes_to_the_expected_amount(case: dict) -> None:
    bill = bill_of(case)
    assert len(bill.unpriced) == case.get("unpriced", 0)
    off = abs(bill.total - Decimal(case["expected"]))
    assert off <= Decimal(case.get("tolerance", 0)), bill.total
    assert "this plan does not serve it" not in " ".join(bill.notes)


@each_case
def test_a_case_says_where_it_comes_from(case: dict) -> None:
    assert case["formula"]
    assert case["source"]
    assert date.fromisoformat(case["date"]) <= date(2026, 11, 22)
    for line in bill_of(case).line_items:
        assert line.price.source
        assert line.formula


def test_a_standby_copy_is_tagged() -> None:
    """Half of the smallest OpenSearch bill, and half of two self-hosted nodes."""
    for name, paid in (("opensearch-smallest", "175.2"), ("qdrant-on-two-machines", "144")):
        (case,) = [case for case in CASES if case["id"] == name]
        tagged = [line for line in bill_of(case).line_items if "redundant" in line.tags]
        assert sum(line.amount for line in tagged) == Decimal(paid)
