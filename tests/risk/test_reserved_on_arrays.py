"""Reserved throughput over draws is that of each draw: sizes, spill-over, long input, prices."""

from __future__ import annotations

from datetime import date
from random import Random

import numpy as np
import pytest
from agreeing import Seen, compare
from numbers_of import drawn_around, numbers_of

from costplan.plan.bill.priced import Evaluator
from costplan.record import read
from costplan.store.files.shelves import open_catalog
from costplan.store.files.text import parse_toml
from costplan.workload.model import Workload

DAY = date(2026, 11, 22)
CATALOG = open_catalog()
TEXT = """
name = "reserved"
[traffic]
requests_per_month = 3_000_000
TRAFFIC
[[step]]
name = "read"
model = "chat"
input_tokens = 2_000
cacheable_tokens = 500
output_tokens = 150
success = 0.9
max_attempts = 2
detection_rate = 0.5
[[step]]
name = "judge"
model = "other"
input_tokens = 300
output_tokens = 20
success = 0.9
[stack.a]
chat = { offer = "OFFER", reserved = RESERVED }
other = { offer = "OFFER", reserved = RESERVED }
"""
HALVES = f"hourly = [{', '.join(['2'] * 12 + ['0.5'] * 12)}]"
CASES = [
    ("azure/gpt-5.2", "{}", "peak_to_mean = 2.5"),
    ("azure/gpt-5.2", "{ units = 40 }", "peak_to_mean = 2.5"),
    ("azure/gpt-5.2", '{ kind = "regional", commitment = "1 year", cache_share = 0.3 }', HALVES),
    ("azure/gpt-5.2", "{ units = 60, price_per_unit_hour = 0.4 }", HALVES),
    ("vertex/gemini-2.5-pro", "{ units = 3 }", "peak_to_mean = 3"),
    ("bedrock/global.anthropic.claude-sonnet-4-6", "{}", "peak_to_mean = 1.5"),
]


@pytest.mark.parametrize(("offer", "reserved", "traffic"), CASES)
def test_a_deployment_over_draws_is_that_of_each(offer: str, reserved: str, traffic: str) -> None:
    text = TEXT.replace("OFFER", offer).replace("RESERVED", reserved).replace("TRAFFIC", traffic)
    workload = read(Workload, parse_toml("w", text))
    random, seen = Random(text), Seen()
    for _ in range(3):
        numbers = numbers_of(workload)
        some = random.sample(numbers, min(8, len(numbers)))
        drawn = {number.path: drawn_around(number, random, 8) for number in some}
        compare(Evaluator(CATALOG, DAY), workload, drawn, 8, seen)
    assert not seen.apart, seen.apart[:5]
    assert seen.billed


@pytest.mark.parametrize(
    "reserved", ["{ units = 40 }", "{ units = 40, price_per_unit_hour = 0.4 }"]
)
def test_a_discount_is_off_what_is_published_alone(reserved: str) -> None:
    """A price that is stated is what is paid; tokens beyond the units have theirs off in either."""
    off = 'discount = [{ offers = "azure/*", percent = 20 }]\n'
    text = off + TEXT.replace("OFFER", "azure/gpt-5.2").replace("RESERVED", reserved)
    workload = read(Workload, parse_toml("w", text.replace("TRAFFIC", "peak_to_mean = 2.5")))
    drawn = {"traffic.requests_per_month": np.array([1e6, 3e6, 9e6])}
    seen = Seen()
    compare(Evaluator(CATALOG, DAY), workload, drawn, 3, seen)
    assert not seen.apart, seen.apart[:5]
    assert seen.billed == 3


def test_long_prompts_are_told_apart_in_each_draw() -> None:
    text = TEXT.replace("OFFER", "vertex/gemini-2.5-pro").replace("RESERVED", "{ units = 30 }")
    text = text.replace("TRAFFIC", "").replace("3_000_000", "3_000")
    text = text.replace("input_tokens = 2_000", "input_tokens = 200_000")
    workload = read(Workload, parse_toml("w", text))
    number = next(one for one in numbers_of(workload) if str(one.path).endswith("input_tokens"))
    drawn = {number.path: np.linspace(150_000.0, 250_000.0, 8)}
    seen = Seen()
    compare(Evaluator(CATALOG, DAY), workload, drawn, 8, seen)
    assert not seen.apart, seen.apart[:5]
    assert seen.billed
