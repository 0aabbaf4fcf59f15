"""Reserved throughput on a bill: sized by the workload's own tokens, used, idle, spilling over."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import examples

from costplan.api.estimating import compare_opened
from costplan.document.comparison import Comparison
from costplan.document.estimate import Estimate
from costplan.plan.bill.estimate import estimate
from costplan.plan.compare.pricing import Pricer
from costplan.problems import BadUsage, InvalidInput
from costplan.record import read
from costplan.store.files.shelves import open_catalog
from costplan.store.files.text import parse_toml
from costplan.store.files.workloads import open_workload
from costplan.workload.model import Workload
from costplan.workload.tables import Traffic
from costplan.workload.traffic import assumed_levels, shape_of

DAY = date(2026, 11, 22)
CATALOG = open_catalog()
MINUTES = 730 * 60
TEXT = """
name = "reserved"
[traffic]
requests_per_month = 43_800_000
TRAFFIC
[[step]]
name = "answer"
model = "chat"
input_tokens = 100
output_tokens = 50
[stack.a]
chat = BINDING
"""
"""A thousand requests a minute: the example of Azure's sizing page."""
HALVES = f"hourly = [{', '.join(['2'] * 12 + ['0'] * 12)}]"
"""Twelve hours of the day at twice the mean, and none in the others."""


def workload(binding: str, traffic: str = "", more: str = "") -> Workload:
    text = TEXT.replace("BINDING", binding).replace("TRAFFIC", traffic) + more
    return read(Workload, parse_toml("w", text))


def bill(binding: str, traffic: str = "", more: str = "") -> Estimate:
    return estimate(workload(binding, traffic, more), CATALOG, DAY).estimates[0]


def units(made: Estimate, purpose: str | None = None) -> Decimal:
    own = [one for one in made.lines if one.price.charge == "provisioned"]
    return sum((one.quantity for one in own if purpose in (None, one.purpose)), Decimal(0))


def spilled(made: Estimate) -> Decimal:
    lines = [one for one in made.lines if one.price.charge != "provisioned"]
    return sum((one.amount or Decimal(0) for one in lines), Decimal(0))


GPT = '{ offer = "azure/gpt-5.2", reserved = { MORE } }'


def test_the_vendors_own_example_on_a_bill() -> None:
    # (100 x 1,000 + 8 x 50 x 1,000) / 3,400 = 147.06 units: 150, at 260 a month each
    made = bill(GPT.replace("MORE", ""))
    assert units(made) == 150 * 730
    assert made.total_monthly == 150 * 260
    used = Decimal(500_000) / 3_400 / 150
    assert abs(units(made, "produce") / units(made) - used) < Decimal("1e-9")
    assert abs(units(made, "idle") / units(made) - (1 - used)) < Decimal("1e-9")
    regional = bill(GPT.replace("MORE", 'kind = "regional", commitment = "hourly"'))
    assert regional.total_monthly == 150 * 730 * 2
    assert made.fixed_monthly == made.total_monthly


def test_the_busiest_hour_decides_the_size() -> None:
    assert units(bill(GPT.replace("MORE", ""), "peak_to_mean = 2")) == 295 * 730  # 294.1
    assert units(bill(GPT.replace("MORE", ""), HALVES)) == 295 * 730


def test_spill_over_by_hand() -> None:
    # at twice the mean for half of the time 100 units carry 340,000 of 1,000,000 a minute: 34 %
    made = bill(GPT.replace("MORE", "units = 100"), HALVES)
    # by the token: 43.8 million requests x (100 x 1.75 + 50 x 14) / million
    whole = Decimal("43.8") * (100 * Decimal("1.75") + 50 * 14)
    assert abs(spilled(made) - whole * Decimal("0.66")) < Decimal("1e-6")
    assert abs(made.total_monthly - 100 * 260 - whole * Decimal("0.66")) < Decimal("1e-6")
    assert all("spill-over" in one.tags for one in made.lines if one.price.charge == "input")
    # of the units' time one half is used whole, the other not at all
    assert abs(units(made, "idle") / units(made) - Decimal("0.5")) < Decimal("1e-9")


def test_a_plan_that_carries_everything_bills_no_token() -> None:
    made = bill(GPT.replace("MORE", "units = 300"), HALVES)
    assert spilled(made) == 0
    assert made.total_monthly == 300 * 260


def test_cached_input_takes_less() -> None:
    # (100,000 x 0.75 + 400,000) / 3,400 = 139.7: the vendor's second example, in steps of 5
    assert units(bill(GPT.replace("MORE", "cache_share = 0.25"))) == 140 * 730
    # of 2,000 tokens of each prompt 1,800 are the same, and as good as always in the cache:
    # 1,000 x (200 + 8 x 50) / 3,400 = 176.5
    long = "input_tokens = 2_000\ncacheable_tokens = 1_800"
    text = TEXT.replace("BINDING", GPT.replace("MORE", "")).replace("TRAFFIC", "")
    text = text.replace("input_tokens = 100", long)
    made = estimate(read(Workload, parse_toml("w", text)), CATALOG, DAY).estimates[0]
    assert units(made) == 180 * 730


def test_roles_that_share_a_model_share_its_deployment() -> None:
    second = """
[[step]]
name = "again"
model = "other"
input_tokens = 10
output_tokens = 5
"""
    both = '{ offer = "azure/gpt-5.2", reserved = {} }\nother = ' + GPT.replace("MORE", "")
    text = TEXT.replace("BINDING", both).replace("TRAFFIC", "")
    text = text.replace("[stack.a]", second + "[stack.a]")
    made = estimate(read(Workload, parse_toml("w", text)), CATALOG, DAY).estimates[0]
    # 550,000 / 3,400 = 161.8: 165, not 150 and the smallest 15 beside it by chance of the sum
    assert units(made) == 165 * 730
    assert {one.role for one in made.lines if one.purpose == "produce"} == {"chat", "other"}


def test_a_job_s_and_a_batch_s_calls_stay_by_the_token() -> None:
    job = (
        '\n[[job]]\nname = "nightly"\nruns_per_month = 30\nitems = 1000\nmodel = "chat"\n'
        "input_tokens = 1000\noutput_tokens = 100\n"
    )
    made = bill(GPT.replace("MORE", ""), more=job)
    assert units(made) == 150 * 730
    tokens = Decimal(30) * (1000 * Decimal("1.75") + 100 * 14) / 1000
    assert abs(spilled(made) - tokens) < Decimal("1e-9")


def test_long_input_weighs_more() -> None:
    text = TEXT.replace("TRAFFIC", "").replace("43_800_000", "43_800")
    text = text.replace("input_tokens = 100", "input_tokens = 250_000")
    text = text.replace("BINDING", '{ offer = "vertex/gemini-2.5-pro", reserved = {} }')
    made = estimate(read(Workload, parse_toml("w", text)), CATALOG, DAY).estimates[0]
    # one request a minute: (2 x 250,000 + 12 x 50) / 39,000 = 12.8
    assert units(made) == 13 * 730
    assert made.total_monthly == 13 * 2_700


@pytest.mark.parametrize(
    ("binding", "problem"),
    [
        ('{ offer = "openai/gpt-6.1-sol", reserved = {} }', "no provisioned throughput is known"),
        (GPT.replace("MORE", "units = 10"), "sold from 15 PTU on, not 10"),
        (GPT.replace("MORE", 'commitment = "2 years"'), "not sold for '2 years'"),
        (GPT.replace("MORE", 'terms = "azure/gpt-9"'), "no provisioned throughput is known for"),
        ('{ offer = "azure/FW-GLM-5", reserved = {} }', "does not say how much an output token"),
        (
            '{ offer = "aws/p5.4xlarge", tokens_per_second = 9, reserved = {} }',
            "is no model that is paid by",
        ),
    ],
)
def test_what_is_not_sold_so_is_refused(binding: str, problem: str) -> None:
    price = ", price_per_unit_hour = 1" if "GLM" in binding else ""
    with pytest.raises(InvalidInput) as raised:
        bill(binding.replace("reserved = {}", "reserved = { cache_share = 0" + price + " }"))
    assert any(problem in one.message for one in raised.value.problems)


@pytest.mark.parametrize(
    "terms", ["", "/", "../azure", "azure.toml/x", "a" * 5_000 + "/x", "a\0/x"]
)
def test_terms_that_name_no_vendor_say_whose_there_are(terms: str) -> None:
    with pytest.raises(BadUsage, match="no provisioned throughput is known") as raised:
        CATALOG.reserve("azure/gpt-5.2", terms)
    assert raised.value.hint == "ids begin with: azure/, bedrock/, vertex/"


def test_a_stated_price_is_the_price() -> None:
    made = bill(GPT.replace("MORE", "price_per_unit_hour = 0.25"))
    assert made.total_monthly == 150 * 730 * Decimal("0.25")
    (price,) = {one.price.confidence for one in made.lines}
    assert price == "stated"
    off = '\n[[discount]]\noffers = "azure/*"\npercent = 50\n'
    assert bill(GPT.replace("MORE", "price_per_unit_hour = 0.25"), more=off).total_monthly == (
        made.total_monthly
    )
    assert bill(GPT.replace("MORE", ""), more=off).total_monthly == 150 * 130


peaks = st.decimals(1, 12, places=2)


@examples(30)
@given(peaks)
def test_the_assumed_curve_has_its_mean_and_its_peak(peak: Decimal) -> None:
    levels = assumed_levels(peak)
    assert abs(sum(level.share for level in levels) - 1) < Decimal("1e-9")
    hours = sum(level.share / level.pace for level in levels)
    assert hours <= 1 + Decimal("1e-9")
    busiest = max(level.pace for level in levels)
    assert busiest <= peak + Decimal("1e-9")
    assert busiest > peak * (1 - peak / 1_400)


def test_a_profile_beats_the_assumed_curve() -> None:
    told = read(Traffic, {"requests_per_month": 1, "hourly": [2] * 12 + [0] * 12})
    shape = shape_of(told, DAY)
    assert (shape.peak, shape.assumed) == (2, False)
    assert shape_of(read(Traffic, {"requests_per_month": 1}), DAY).peak == 1
    assumed = shape_of(read(Traffic, {"requests_per_month": 1, "peak_to_mean": 3}), DAY)
    assert (assumed.peak, assumed.assumed) == (3, True)


@examples(12)
@given(st.integers(1, 60), st.sampled_from(["peak_to_mean = 3", HALVES, ""]))
def test_more_units_carry_more_and_never_more_than_all(steps: int, traffic: str) -> None:
    made = workload(GPT.replace("MORE", "units = 15"), traffic)
    (found,) = Pricer(CATALOG, DAY).reserved(made, "a")
    less, more = found.carried(Decimal(5 * steps)), found.carried(Decimal(5 * steps + 5))
    assert 0 < less <= more <= 1
    assert found.carried(found.for_peak()) == 1


@pytest.mark.parametrize("traffic", ["peak_to_mean = 3", HALVES, "peak_to_mean = 1.2"])
@pytest.mark.parametrize("hourly", ["0.2", "0.3", "1"])
def test_the_cheapest_number_is_the_cheapest_of_all(traffic: str, hourly: str) -> None:
    made = workload(GPT.replace("MORE", f"price_per_unit_hour = {hourly}"), traffic)
    (found,) = Pricer(CATALOG, DAY).reserved(made, "a")
    assert found.by_token is not None
    on_demand = found.by_token

    def costs(number: Decimal) -> Decimal:
        rest = (1 - found.carried(number)) * on_demand
        return number * 730 * Decimal(hourly) + rest

    every = [Decimal(number) for number in range(15, int(found.for_peak()) + 1, 5)]
    assert abs(costs(found.cheapest()) - min(map(costs, every))) < Decimal("1e-6")


def compared(tmp_path: Path, text: str) -> Comparison:
    path = tmp_path / "w.toml"
    path.write_text(text)
    return compare_opened(open_workload(path), DAY)


STEADY = TEXT.replace("TRAFFIC", "").replace("BINDING", '"azure/gpt-5.2"')


def test_compare_lists_it_without_any_terms_or_target(tmp_path: Path) -> None:
    rated = STEADY.replace("output_tokens = 50", "output_tokens = 50\nsuccess = 0.9")
    found = {one.name: one for one in compared(tmp_path, rated).strategies[0].options}
    way = found["provisioned throughput"]
    assert way.monthly == 150 * 260
    said = "150 PTU of azure/gpt-5.2 for the busiest hour, 1 month global at 0.3562 USD"
    assert (way.reason or "").startswith(said)
    assert "all of which cost 38,325.00 on demand" in (way.reason or "")


def test_compare_lists_it_without_success_rates(tmp_path: Path) -> None:
    (made,) = compared(tmp_path, STEADY).strategies
    told = {one.subject: one.values for one in made.facts if one.code == "reserved-way"}
    assert told["provisioned throughput"]["monthly"] == 150 * 260
    # 145 units are as good as full, and each costs less than the tokens that it carries
    assert "145 PTU" in str(told["provisioned throughput, spill-over"]["reason"])
    assert not made.options


def test_a_plan_that_reserves_is_shown_by_the_token(tmp_path: Path) -> None:
    text = TEXT.replace("TRAFFIC", "peak_to_mean = 2").replace("BINDING", GPT.replace("MORE", ""))
    rated = text.replace("output_tokens = 50", "output_tokens = 50\nsuccess = 0.9")
    options = {one.name: one for one in compared(tmp_path, rated).strategies[0].options}
    assert options["this plan"].monthly == 295 * 260
    assert options["every token on demand"].monthly == Decimal("38325")
