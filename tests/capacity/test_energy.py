"""Energy and carbon beside the bill: machines, curves, stated and published figures, grids."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from costplan.api.estimating import compare_opened, estimate_opened
from costplan.catalog.curves import LatencyTarget, Shape
from costplan.catalog.energy import CHEAPEST_KWH, HOST_WATTS, NOTHING, PUE, Energy, Spread
from costplan.document.energy import EnergyPart
from costplan.document.estimate import Estimate, EstimateDocument
from costplan.document.kinds import Saved
from costplan.document.saved import read_document
from costplan.plan.prices.audit.power import ANY, LEAST_JOULES
from costplan.record.writing import plain
from costplan.render import Look, render
from costplan.render.focus import draw
from costplan.store.files.text import DocumentError
from costplan.store.files.throughput import open_energy, open_throughput
from costplan.store.files.workloads import read_workload

DAY = date(2026, 11, 22)
HEAD = """\
name = "drawn"
traffic.requests_per_month = 100_000

[[step]]
name = "answer"
model = "chat"
input_tokens = 1_024
output_tokens = 1_024
success = 0.9
"""
API = '\n[stack.api]\nchat = "openai/gpt-6-luna"\n'
RENT = '\n[stack.rent]\nchat = { offer = "lambda/gpu-1x-h100-sxm", tokens_per_second = 100 }\n'


def bills(words: str) -> EstimateDocument:
    return estimate_opened(read_workload("costplan.toml", HEAD + words, Path("/nowhere")), DAY)


def bill(words: str) -> Estimate:
    return bills(words).estimates[0]


def part(words: str) -> EnergyPart:
    made = bill(words)
    assert made.energy is not None
    (found,) = made.energy.parts
    return found


@pytest.fixture(scope="module")
def energy() -> Energy:
    return open_energy()


@pytest.mark.parametrize(("busy", "kwh"), [("0.001", 219), ("0.5", 402), ("0.9", 549)])
def test_an_h100_that_is_always_on(energy: Energy, busy: str, kwh: int) -> None:
    """730 h x (100 W idle + 418 W more at work x busy + 150 W host) x 1.2."""
    host, pue = Spread.exact(Decimal(150)), Spread.exact(Decimal("1.2"))
    found = energy.power("h100-sxm").kwh(Decimal(730), Decimal(1), Decimal(busy), host, pue)
    assert round(found.likely) == kwh
    assert found.low < found.likely < found.high


def test_a_published_prompt_by_its_own_arithmetic(energy: Energy) -> None:
    """0.24 Wh: accelerators, hosts and idle machines, times 1.09 of the data centre."""
    published, where = energy.published("google/gemini-apps-median-prompt")
    machines = sum(published.shares[one] for one in ("accelerator", "host", "idle"))
    assert published.wh == Decimal("0.24")
    assert round(published.wh * machines * published.pue, 2) == Decimal("0.24")
    assert round(1 - 1 / published.pue, 2) == published.shares["overhead"]
    assert abs(sum(published.shares.values()) - 1) < Decimal("0.02")  # rounded as published
    assert (where.confidence, where.checked) == ("vendor", date(2025, 8, 21))
    found = part(
        API + '[energy]\n[energy.model."openai/gpt-6-luna"]\n'
        'published = "google/gemini-apps-median-prompt"\n'
    )
    assert found.kwh == (10, 24, 60)  # 100,000 prompts at 0.10, 0.24 and 0.60 Wh
    assert "Gemini Apps" in found.source


def test_the_thriftiest_runs_are_those_of_the_audit(energy: Energy) -> None:
    least: dict[str, Decimal] = defaultdict(lambda: Decimal("Infinity"))
    one = Spread.exact(Decimal(1))
    for curve in open_throughput().curves:
        name = curve.model.rpartition("/")[2].casefold()
        for run in curve.runs():
            joules = energy.power(curve.accelerator).joules(run.speed, NOTHING, one).low
            least[name] = min(least[name], joules)
    for name, floor in LEAST_JOULES.items():
        assert Decimal("0.9") * least[name] < floor <= least[name], name
    assert min(least.values()) >= ANY


def test_rented_machines_by_their_hours(energy: Energy) -> None:
    # 102.4 million output tokens at 100 a second are 284.4 of 730 hours
    made = bill(RENT + '[energy]\ncountry = "DEU"\n')
    assert made.energy is not None
    (found,) = made.energy.parts
    busy = Decimal(102_400_000) / (100 * 3600 * 730)
    wanted = energy.power("h100-sxm").kwh(Decimal(730), Decimal(1), busy, HOST_WATTS, PUE)
    assert found.basis == "machine"
    for said, meant in zip(found.kwh or (), wanted, strict=True):
        assert abs(said - meant) < Decimal("1e-6")
    assert found.kgco2e is not None
    assert abs(found.kgco2e.likely - wanted.likely * Decimal("0.38095")) < Decimal("1e-6")
    assert found.grid == "380.95 g a kWh, DEU, mean of 2023"
    assert "Ember" in found.source
    assert made.energy.wh_per_request is not None
    assert made.energy.kwh is not None
    apart = made.energy.wh_per_request.likely - made.energy.kwh.likely / 100
    assert abs(apart) < Decimal("1e-9")
    assert made.energy.g_per_trusted_answer is not None
    grams = found.kgco2e.likely * 1000 / 90_000  # nine of ten are trusted
    assert abs(made.energy.g_per_trusted_answer.likely - grams) < Decimal("1e-9")


def test_an_open_model_by_its_curve(energy: Energy) -> None:
    words = '[energy]\nhost_watts = 0\npue = 1\n[energy.model."groq/openai/gpt-oss-120b"]\n'
    words += 'measured = "openai/gpt-oss-120b"\naccelerator = "h100-sxm"\n'
    found = part('\n[stack.api]\nchat = "groq/openai/gpt-oss-120b"\n' + words)
    rate = open_throughput().rate(
        "openai/gpt-oss-120b",
        "h100-sxm",
        LatencyTarget(tpot_ms=Decimal(33), ttft_ms=Decimal(5000)),
        Shape(Decimal(1024), Decimal(1024)),
    )
    joules = Decimal("0.74") * 700 / rate.likely * 102_400_000
    assert found.basis == "curve"
    assert found.kwh is not None
    assert abs(found.kwh.likely - joules / 3_600_000) < Decimal("1e-6")
    assert found.kwh.high > 2 * found.kwh.likely
    assert "openai/gpt-oss-120b" in found.source
    slow = words.replace('"h100-sxm"', '"h100-sxm"\nms_per_token = 1')
    lacking = part('\n[stack.api]\nchat = "groq/openai/gpt-oss-120b"\n' + slow)
    assert (lacking.basis, lacking.kwh) == ("not-modelled", None)
    assert "keeps" in (lacking.reason or "")


def test_a_closed_model_is_stated_or_not_modelled() -> None:
    made = bill(API + "[energy]\n")
    assert made.energy is not None
    assert (made.energy.kwh, made.energy.at_least) == (None, True)
    (lacking,) = made.energy.parts
    assert lacking.reason == "no figure of openai/gpt-6-luna is published or stated"
    stated = API + '[energy]\ng_per_kwh = 400\n[energy.model."openai/gpt-6-luna"]\nsource = "s"\n'
    found = part(stated + "wh_per_1k_output = 0.5\nwh_per_1k_input = 0.1\nlow = 0.5\nhigh = 3\n")
    # 102,400 thousand tokens each way at 0.6 Wh
    assert found.kwh == tuple(Decimal("61.44") * by for by in (Decimal("0.5"), 1, 3))
    assert found.kgco2e is not None
    assert found.kgco2e.likely == Decimal("24.576")
    call = part(stated + "wh_per_call = 2\n")
    assert call.kwh == (200, 200, 200)


def test_own_hardware_as_its_power_is_paid() -> None:
    rack = """
[hardware.rack]
purchase = 1_000
years = 4
rate = 0
watts = 6_000
idle_watts = 1_000
pue = 1.25
electricity = 0.2
hosting = 0
operator_hours = 0
accelerator = "h100-sxm"
count = 8
memory_gb = 80

[stack.own]
chat = { offer = "hardware/rack", tokens_per_second = 100 }

[energy]
pue = 2
embodied_kg = 10
g_per_kwh = 100
"""
    made = bill(rack)
    paid = [one for one in made.lines if one.price.unit == "kWh"]
    assert made.energy is not None
    assert made.energy.kwh is not None
    assert abs(made.energy.kwh.likely - sum(one.quantity for one in paid)) < Decimal("1e-9")
    assert made.energy.kwh.low == made.energy.kwh.high
    money = sum(one.amount or 0 for one in paid)
    assert abs(money - made.energy.kwh.likely * Decimal("0.2")) < Decimal("1e-6")
    assert made.energy.kgco2e is not None  # the making of it comes on top
    apart = made.energy.kgco2e.likely - (made.energy.kwh.likely / 10 + 10)
    assert abs(apart) < Decimal("1e-9")


def test_power_is_no_money_of_what_is_rented_or_sold() -> None:
    for words in (API, RENT):
        plain_bill, asked = bill(words), bill(words + '[energy]\ncountry = "USA"\n')
        assert asked.total_monthly == plain_bill.total_monthly
        assert plain_bill.energy is None
        assert "energy" not in plain(bills(words))["estimates"][0]


def test_a_cloud_s_own_figure_of_the_region_goes_before_the_country() -> None:
    stack = '\n[stack.api]\nregion = "europe-west9"\nchat = "google/gemini-4-argon"\n'
    terms = '[energy]\ncountry = "USA"\n[energy.model."google/gemini-4-argon"]\n'
    found = part(stack + terms + 'wh_per_call = 1\nsource = "s"\n')
    assert found.grid == "15.83 g a kWh, europe-west9, mean of 2025"
    elsewhere = stack.replace("europe-west9", "mars-north1") + terms
    assert "USA" in (part(elsewhere + 'wh_per_call = 1\nsource = "s"\n').grid or "")
    unplaced = part((elsewhere + 'wh_per_call = 1\nsource = "s"\n').replace('country = "USA"', ""))
    assert unplaced.kwh is not None
    assert unplaced.kgco2e is None
    assert "country" in (unplaced.reason or "")


def test_a_stack_may_be_elsewhere() -> None:
    terms = '[energy]\ncountry = "USA"\npue = 1.1\n[energy.stack.rent]\ncountry = "SWE"\n'
    assert "SWE" in (part(RENT + terms).grid or "")


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ('country = "DEX"', "no grid is known for the country 'DEX'"),
        ('country = "DEU"\ng_per_kwh = 4', "stands in place of 'country'"),
        ("pue = 0.9", "at least 1"),
        ("[energy.stack.rant]\npue = 1.1", "there is no stack 'rant'"),
        ('[energy.model."openai/gpt-6"]\nwh_per_call = 1\nsource = "s"', "nothing here binds"),
        ('[energy.model."openai/gpt-6-luna"]\nwh_per_call = 1', "what it rests on"),
        ('[energy.model."openai/gpt-6-luna"]\nsource = "s"', "exactly one of"),
        ('[energy.model."openai/gpt-6-luna"]\npublished = "goggle"', "nothing published is called"),
        ('[energy.model."openai/gpt-6-luna"]\nmeasured = "x"', "goes with 'measured'"),
        (
            '[energy.model."openai/gpt-6-luna"]\nmeasured = "x"\naccelerator = "h100"',
            "what 'h100' draws is not known",
        ),
        (
            '[energy.model."openai/gpt-6-luna"]\nwh_per_call = 1\nsource = "s"\nlow = 2',
            "'low' is at most 1",
        ),
    ],
)
def test_what_is_refused(terms: str, said: str) -> None:
    with pytest.raises(DocumentError, match=said):
        bill(API + "[energy]\n" + terms + "\n")


def test_a_stated_figure_above_the_price_is_a_slip() -> None:
    terms = API + '[energy]\n[energy.model."openai/gpt-6-luna"]\nsource = "s"\nwh_per_call = {}\n'
    paid = bill(API).total_monthly
    edge = paid / CHEAPEST_KWH / 100_000 * 1000
    assert not bill(terms.format(round(edge, 4) - 1)).facts_of("energy-above-price")
    assert bill(terms.format(round(edge, 4) + 1)).facts_of("energy-above-price")


def test_documents_are_saved_and_read_with_it_and_old_ones_without() -> None:
    document = bills(RENT + '[energy]\ncountry = "DEU"\n')
    again = read_document(EstimateDocument, plain(document))
    assert plain(again) == plain(document)
    assert again.estimates[0].energy is not None
    old = plain(bills(RENT))
    old["schema_version"] = "1.3"
    assert read_document(EstimateDocument, old).estimates[0].energy is None


def test_every_page_has_it() -> None:
    document = bills(RENT + '[energy]\ncountry = "DEU"\n')
    assert "energy, not in the total" in render(document, "table", Look())
    for form in ("table", "markdown", "html"):
        page = render(document, form, Look(full=True))
        for words in ("Energy, not in the total", "Wh a request", "SCI", "Ember"):
            assert words in page
    assert "nergy" not in render(bills(RENT), "table", Look(full=True))


def test_focus_rows_sum_to_it() -> None:
    document = bills(RENT + '[energy]\ncountry = "DEU"\n')
    rows = list(csv.DictReader(io.StringIO(draw([Saved("", document)], Look()))))
    found = document.estimates[0].energy
    assert found is not None
    assert found.kwh is not None
    assert sum(Decimal(row["x_EnergyKwh"]) for row in rows) == found.kwh.likely
    assert found.kgco2e is not None
    assert sum(Decimal(row["x_CarbonKg"]) for row in rows) == found.kgco2e.likely
    plainer = list(csv.DictReader(io.StringIO(draw([Saved("", bills(RENT))], Look()))))
    assert {row["x_EnergyKwh"] for row in plainer} == {""}


def test_by_compute_alone_costs_energy_too() -> None:
    check = """
[[step]]
name = "check"
model = "judge"
judges = ["answer"]
input_tokens = 1_200
output_tokens = 50
sensitivity = 0.9
false_positive_rate = 0.02
rho = 0
on_reject = { restart = "answer", max_attempts = 2, then = "human" }

[human]
cost_per_case = 1
success = 0.99

[target]
reliability = 0.92

[strategy.vote]
runs = [3]
rho = 0

[stack.api]
chat = "openai/gpt-6-luna"
judge = "openai/gpt-6-luna"

[energy.model."openai/gpt-6-luna"]
wh_per_1k_output = 0.5
source = "s"
"""
    opened = read_workload("costplan.toml", HEAD + check, Path("/nowhere"))
    (ways,) = compare_opened(opened, DAY).strategies
    assert ways.multiple is not None
    assert ways.orchestrated_kwh is not None
    vote = next(one for one in ways.options if one.name == "vote of 3 whole runs")
    # three runs of 1,024 tokens without a check
    assert vote.kwh == Decimal("153.6")
    assert ways.brute_force_kwh == vote.kwh
    page = render(compare_opened(opened, DAY), "table", Look(full=True))
    assert "times the energy" in " ".join(page.split())


def test_capacity_that_is_bought_as_a_sum_draws_nobody_knows_what() -> None:
    """A second region is the same rent again; which machines stand there is not said."""
    text = HEAD + RENT + "[energy]\ng_per_kwh = 400\n"
    (ways,) = compare_opened(read_workload("costplan.toml", text, Path("/nowhere")), DAY).strategies
    plan, regions = (
        next(option for option in ways.options if option.name == name)
        for name in ("this plan", "2 regions")
    )
    assert plan.monthly is not None
    assert regions.monthly == 2 * plan.monthly
    assert plan.kwh is not None
    assert regions.kwh is None
