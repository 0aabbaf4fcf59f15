"""A comparison is in one currency: machines and reserved units of another are converted, or said
not to be priced."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from costplan.document.options import Option
from costplan.plan.bill.estimate import estimate
from costplan.plan.compare.comparison import compare
from costplan.problems import InvalidInput
from costplan.record import read
from costplan.store.files.capacity import CapacityFiles
from costplan.store.files.shelves import open_catalog
from costplan.store.files.text import parse_toml
from costplan.workload.model import Workload

DAY = date(2026, 11, 22)
PRICES = """
vendor = "Own"
currency = "EUR"
source.list = { at = "own.test", confidence = "vendor" }
[[model]]
id = "own/model"
[[model.price]]
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }
unit = "token"
per = 1_000_000
rates = { input = 1, output = 1 }
"""
WORKLOAD = """
name = "euros"
currency = "CURRENCY"
[traffic]
requests_per_month = 1_000_000
[[step]]
name = "answer"
model = "chat"
input_tokens = 1_000
output_tokens = 100
success = 0.9
[stack.a]
chat = "own/model"
[strategy.gpus]
offer = "aws/p5.4xlarge"
tokens_per_second = 1_000
success = 0.9
[strategy.provisioned]
terms = "azure/gpt-5.2"
kind = "global"
"""


def options(currency: str, exchange: str = "") -> dict[str, Option]:
    text = WORKLOAD.replace("CURRENCY", currency) + exchange
    workload = read(Workload, parse_toml("w", text))
    catalog = open_catalog(Path(), parse_toml("own", PRICES.replace("EUR", currency)), "own", "")
    made = compare(workload, catalog, DAY, capacity=CapacityFiles())
    return {one.name: one for one in made.strategies[0].options}


RATE = '[exchange]\nusd_per_eur = { rate = 2, date = 2026-11-20, source = "x" }\n'
WAYS = ("GPUs sized for the peak", "provisioned throughput")


@pytest.mark.parametrize("way", WAYS)
def test_metal_priced_in_dollars_costs_half_as_many_euros(way: str) -> None:
    dollars, euros = options("USD")[way], options("EUR", RATE)[way]
    assert dollars.monthly is not None, dollars.reason
    assert euros.monthly is not None, euros.reason
    assert euros.monthly > 0
    assert abs(euros.monthly - dollars.monthly / 2) < Decimal("1e-9")


@pytest.mark.parametrize("way", WAYS)
def test_without_a_rate_it_is_not_priced(way: str) -> None:
    found = options("EUR")[way]
    assert found.monthly is None
    assert "is priced in USD, this workload is in EUR" in (found.reason or "")


def test_a_product_whose_plans_are_in_two_currencies_is_not_chosen_from() -> None:
    """A shelf over the built-in one may hold another plan of a vendor, in another currency."""
    body = (
        '[[offer]]\nid = "langsmith/ours"\nproduct = "LangSmith"\nplan = "Ours"\n'
        'origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }\n'
        '[[offer.charge]]\nid = "fee"\nquantity = "1"\nunit = "month"\nprice = 1\n'
    )
    over = 'category = "observability"\n' + PRICES[: PRICES.index("[[model]]")] + body
    catalog = open_catalog(Path(), parse_toml("own", over), "own", "")
    text = (
        'name = "w"\n[traffic]\nrequests_per_month = 1\n[[step]]\nname = "s"\nmodel = "chat"\n'
        'input_tokens = 1\n[stack.a]\nchat = { none = "a test" }\nobservability = "langsmith"\n'
        "[observability]\nseats = 1\n"
    )
    with pytest.raises(InvalidInput, match="the plans of 'langsmith' are not in one currency"):
        estimate(read(Workload, parse_toml("w", text)), catalog, DAY)
