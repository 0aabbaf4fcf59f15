"""A rule of the catalogue that decides how many machines a bill pays is said, and gives way."""

import tomllib
from datetime import date
from decimal import Decimal

import pytest

from costplan.plan.bill.estimate import estimate
from costplan.record import read
from costplan.store.files.shelves import open_catalog
from costplan.workload.model import Workload

PLAN = """
name = "p"
traffic.requests_per_month = 1_000
step = [{ name = "q", index = "k" }]
index.k = { vectors = 4_000_000, dimensions = 1536 }
"""


def made(binding: str):
    text = PLAN + f"stack.s.k = {binding}"
    workload = read(Workload, tomllib.loads(text, parse_float=Decimal))
    return estimate(workload, open_catalog(), as_of=date(2026, 11, 22)).estimates[0]


def sized(binding: str) -> list[str]:
    return [one for one in made(binding).assumptions if "sized by" in one]


@pytest.mark.parametrize(
    ("offer", "begins"),
    [
        ("aws/rds-pgvector", "larges = 4, sized by lookup(index_gib / 8, "),
        ("azure/postgres-pgvector", "nodes = 4, sized by"),
        ("aws/opensearch-serverless", "ocu = 19, sized by search_ocu + indexing_ocu"),
        ("google/vertex-vector-search", "nodes = 12, sized by"),
        ("aws/aurora-pgvector", "acu = 30, sized by"),
    ],
)
def test_the_rule_is_said(offer: str, begins: str) -> None:
    (first, *_) = sized(f'"{offer}"')
    assert first.startswith(f"{offer}: {begins}")


def test_what_is_stated_needs_no_rule_and_is_billed() -> None:
    own = '{ offer = "aws/rds-pgvector", larges = 3 }'
    assert sized(own) == []
    line = next(one for one in made(own).lines if one.price.charge == "instance")
    assert line.quantity == 3 * 730


def test_what_traffic_decides_is_no_sizing() -> None:
    assert sized('"zilliz/serverless"') == []
