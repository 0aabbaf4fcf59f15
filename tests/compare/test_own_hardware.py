"""Machines of one's own: what a month of them costs, what they carry, when they pay."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from run import costplan

from costplan.api.estimating import compare_opened, estimate_opened
from costplan.document.comparison import Comparison, Owning
from costplan.document.estimate import Estimate
from costplan.plan.compare.owning import payback
from costplan.render import Look, render
from costplan.store.files.text import DocumentError
from costplan.store.files.workloads import read_workload

DAY = date(2026, 11, 22)
CENT = Decimal("0.01")

HEAD = """\
name = "own"
traffic.requests_per_month = {requests}

[[step]]
name = "answer"
model = "chat"
input_tokens = 1_000
output_tokens = 2_000

[prices]
vendor = "Acme"
source.page = {{ at = "acme.test/prices", confidence = "vendor" }}

[[prices.model]]
id = "acme/chat"

[[prices.model.price]]
per = 1_000_000
rates = {{ input = {input}, output = {output} }}
origin = {{ since = 2026-01-01, checked = 2026-11-01, source = "page" }}
"""

RACK = """
[hardware.rack]
purchase = 240_000
years = 4
rate = 0.06
residual = 24_000
watts = 6_000
idle_watts = 1_000
pue = 1.25
electricity = 0.2
hosting = 700
operator_hours = 6
operator_rate = 90
accelerator = "h100-sxm"
count = 8
memory_gb = 80
"""

STACKS = """
[stack.api]
chat = "acme/chat"

[stack.own]
chat = { offer = "hardware/rack", tokens_per_second = 1_000 }
"""


def text(requests: int = 219_000, rack: str = RACK, stacks: str = STACKS, **prices: str) -> str:
    head = HEAD.format(
        requests=requests, input=prices.get("input", 2), output=prices.get("output", 8)
    )
    return head + rack + stacks


def opened(words: str):
    return read_workload("costplan.toml", words, Path("/nowhere"))


def bill(words: str, stack: str = "own") -> Estimate:
    return estimate_opened(opened(words), DAY, stack).estimates[0]


def compared(words: str) -> Comparison:
    return compare_opened(opened(words), DAY)


def amounts(made: Estimate) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for line in made.lines:
        charge = line.price.charge
        found[charge] = found.get(charge, Decimal(0)) + (line.amount or Decimal(0))
    return found


def test_a_month_by_hand() -> None:
    # 219,000 x 2,000 tokens a month at 1,000 a second: 121.67 of 730 hours, a sixth of them
    found = amounts(bill(text()))
    # PMT(0.005, 48, -240000, 24000) of a spreadsheet
    assert found["capital"].quantize(CENT) == Decimal("5192.77")
    assert found["hosting"] == 700
    assert found["operators"] == 540
    assert found["power"] == Decimal("730") * Decimal("1.25") * Decimal("0.2")
    assert found["power at work"].quantize(CENT) == Decimal("152.08")  # 730 x 6.25 / 6 x 0.2


def test_capital_is_an_annuity_and_without_interest_a_straight_line() -> None:
    terms = opened(text()).workload.hardware["rack"]
    left = terms.purchase
    for _ in range(48):
        left = left * (1 + terms.rate / 12) - terms.capital
    assert abs(left - terms.residual) < Decimal("1e-6")
    straight = opened(text().replace("rate = 0.06", "rate = 0")).workload.hardware["rack"]
    assert straight.capital == 4_500  # (240,000 - 24,000) / 48


def test_what_is_used_produces_and_the_rest_is_idle() -> None:
    made = bill(text())
    sixth = Decimal(1) / 6
    for line in made.lines:
        if line.price.charge == "power at work":
            assert line.purpose == "produce"
            assert not line.fixed
    fixed = [one for one in made.lines if one.fixed]
    used = sum(one.amount for one in fixed if one.purpose == "produce")
    assert abs(used / sum(one.amount for one in fixed) - sixth) < Decimal("1e-9")
    assert {one.price.confidence for one in made.lines} == {"stated"}
    assert {one.price.since for one in made.lines} == {DAY}
    assert made.stale == []


def test_more_than_it_carries_is_refused() -> None:
    with pytest.raises(DocumentError, match="2,628,000,000 output tokens in 730 hours"):
        bill(text(requests=1_500_000))
    made = bill(
        text(requests=1_500_000, stacks=STACKS.replace("1_000 }", "1_000, instances = 2 }"))
    )
    assert amounts(made)["hosting"] == 1_400


def test_hours_stop_power_and_capacity_but_no_capital() -> None:
    half = STACKS.replace("1_000 }", "1_000, hours = 365 }")
    found, whole = amounts(bill(text(stacks=half))), amounts(bill(text()))
    assert found["capital"] == whole["capital"]
    assert found["power"] == whole["power"] / 2
    assert found["power at work"] == whole["power at work"]  # the same tokens
    with pytest.raises(DocumentError, match="in 365 hours"):
        bill(text(requests=800_000, stacks=half))


def test_a_fleet_of_them_is_sized_by_measurements() -> None:
    gpus = '\n[strategy.gpus]\noffer = "hardware/rack"\nsuccess = 0.9\n'
    words = text(stacks=STACKS.split("[stack.own]")[0] + gpus)
    words = words.replace("output_tokens = 2_000", "output_tokens = 1_000\nsuccess = 0.9")
    (ways,) = compared(words).strategies
    way = next(one for one in ways.options if one.name == "GPUs sized for the peak")
    assert way.monthly is not None
    assert "x hardware/rack" in (way.reason or "")
    assert "openai/gpt-oss-120b" in (way.reason or "")
    small = words.replace("memory_gb = 80", "memory_gb = 8")
    (ways,) = compared(small).strategies
    way = next(one for one in ways.options if one.name == "GPUs sized for the peak")
    assert way.monthly is None
    assert "does not fit" in (way.reason or "") or "no replica" in (way.reason or "")


def test_it_is_no_vendor_and_needs_no_currency() -> None:
    made = compared(text())
    assert [one.vendor for one in made.lock_in] == ["Acme", "none"]
    euros = text().replace('name = "own"', 'name = "own"\ncurrency = "EUR"', 1)
    assert amounts(bill(euros))["hosting"] == 700


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("residual = 24_000", "residual = 300_000"), "more than the purchase"),
        (("years = 4", "years = 1e-90"), "must be a month at least"),
        (("idle_watts = 1_000", "idle_watts = 9_000"), "more than at work"),
        (("pue = 1.25", "pue = 0.9"), "1 or more"),
        (("operator_rate = 90\n", ""), "what does an hour of the operators cost"),
        (('"hardware/rack"', '"hardware/rock"'), "did you mean 'hardware/rack'"),
        (("[hardware.rack]", "[hardware.shelf]"), "there is no hardware .rack."),
        (
            ('{ offer = "hardware/rack", tokens_per_second = 1_000 }', '"acme/chat"'),
            "no stack runs",
        ),
        (("1_000 }", "1_000, seats = 2 }"), "no variable 'seats'"),
    ],
)
def test_what_is_refused(change: tuple[str, str], said: str) -> None:
    with pytest.raises(DocumentError, match=said):
        bill(text().replace(*change))


def owned(made: Comparison) -> Owning:
    (found,) = [row for row in made.owning if row.instead == "api"]
    return found


def test_where_no_stack_rents_the_cheapest_of_the_same_kind_is_named() -> None:
    made = compared(text())
    (rented,) = [row for row in made.owning if row.instead == "rent"]
    named = STACKS.replace("hardware/rack", rented.against)
    assert bill(text(rack="", stacks=named)).total_monthly == rented.against_monthly
    dearer = STACKS.replace("hardware/rack", "aws/p5.48xlarge")
    assert bill(text(rack="", stacks=dearer)).total_monthly > rented.against_monthly
    assert rented.pays
    stack = dearer.split("[stack.own]")[1].replace("[stack.own]", "")
    rents = compared(text(stacks=f"{STACKS}[stack.rents]{stack}"))
    assert [row.against for row in rents.owning if row.instead == "rent"] == ["rents"]


def test_paid_back_within_its_life_where_its_bill_is_the_lower_one() -> None:
    for requests in (300_000, 360_000, 380_000, 410_000, 420_000, 600_000):
        found = owned(compared(text(requests=requests)))
        assert found.pays == (found.monthly <= found.against_monthly)


def test_break_even_by_hand() -> None:
    found = owned(compared(text(requests=600_000)))
    # fixed 6,615.27; a request costs 0.018 by API and 2,000 tokens of power at work
    power = Decimal("2000") / 3_600_000 * Decimal("6.25") * Decimal("0.2")
    fixed = amounts(bill(text()))
    still = sum(fixed[one] for one in ("capital", "hosting", "operators", "power"))
    volume = still / (Decimal("0.018") - power)
    assert found.break_even is not None
    assert abs(found.break_even / volume - 1) < Decimal("0.005")
    assert (found.instead, found.machines, found.purchase) == ("api", 1, 240_000)
    # 10,800 by API less what runs it: the month in which 240,000 less the residual are paid
    saved = found.against_monthly - found.monthly + found.capital
    left = Decimal(240_000) - 24_000 / Decimal("1.005") ** 48
    months = 0
    while left > 0:
        left = left * Decimal("1.005") - saved
        months += 1
    assert found.payback_months is not None
    assert months - 1 < found.payback_months <= months


def test_what_never_pays_says_so() -> None:
    found = owned(compared(text(requests=10_000)))
    assert found.payback_months is None
    assert not found.pays
    assert payback(Decimal(100), Decimal(-1), Decimal(0)) is None
    assert payback(Decimal(100), Decimal("0.5"), Decimal("0.06")) is None
    assert payback(Decimal(100), Decimal(4), Decimal(0)) == 25


def test_every_page_has_the_table_and_the_first_screen_what_decides() -> None:
    made = compared(text(requests=600_000))
    for form in ("table", "markdown", "html"):
        assert "Own hardware, capital included" in render(made, form, Look(full=True))
    assert "owning" in render(made, "table", Look())
    far = compared(text(requests=10_000))
    assert "owning" not in render(far, "table", Look())


def test_a_comparison_is_saved_and_drawn_again(tmp_path: Path) -> None:
    workload, saved = tmp_path / "costplan.toml", tmp_path / "saved.json"
    workload.write_text(text(), encoding="utf-8")
    asked = ("--as-of", str(DAY), "--format", "json", "--out", str(saved))
    assert costplan("compare", str(workload), *asked, folder=tmp_path).code == 0
    again = costplan("report", str(saved), "--full", folder=tmp_path)
    assert again.code == 0
    assert "Own hardware, capital included" in again.out


def test_terms_of_vendors_leave_it_alone() -> None:
    terms = """
[[discount]]
offers = "*"
percent = 50

[[commitment]]
name = "all"
offers = "*"
since = 2026-01-01
until = 2027-01-01
monthly = 100
percent = 10

[[credit]]
name = "grant"
offers = "*"
amount = 1_000
"""
    assert bill(text() + terms).contracted_monthly == bill(text()).total_monthly
    assert all(one.discount == 0 for one in bill(text() + terms).lines)
    assert bill(text() + terms, "api").contracted_monthly < bill(text(), "api").total_monthly


def test_a_way_that_puts_a_stack_on_own_machines_is_set_against_its_plan() -> None:
    gpus = """
[strategy.gpus]
offer = "hardware/rack"
success = 0.9
tokens_per_second = 20_000
spare = 0
"""
    words = text(requests=2_000_000, stacks=STACKS.split("[stack.own]")[0] + gpus)
    words = words.replace("output_tokens = 2_000", "output_tokens = 2_000\nsuccess = 0.9")
    found = owned(compared(words))
    assert (found.stack, found.against, found.way) == ("api", "api", "GPUs sized for the peak")
    assert found.machines >= 1
    assert found.pays == (found.monthly <= found.against_monthly)


def test_a_lock_holds_no_own_machine(tmp_path: Path) -> None:
    path = tmp_path / "costplan.toml"
    path.write_text(text(stacks=STACKS.replace("acme/chat", "openai/gpt-6-luna")), encoding="utf-8")
    day = ("--as-of", str(DAY))
    assert costplan("pricing", "lock", str(path), *day, folder=tmp_path).code == 0
    assert "hardware" not in (tmp_path / "costplan.lock").read_text(encoding="utf-8")
    assert costplan("estimate", str(path), *day, "--locked", folder=tmp_path).code == 0


CELLS = Path(__file__).resolve().parents[1] / "data" / "breakeven_published.csv"
HOURS = 176
"""The paper runs its machines eight hours on 22 days; its months are those of a bill."""
WATTS = {"2000": 500}
"""Watts of one accelerator that its electricity is worked out with at 0.15 a kWh: 300 of an A100,
500 of an RTX 5090, where its table of hardware says 400 and 575."""


def cells() -> list[dict[str, str]]:
    lines = CELLS.read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(lines[1:]))


@pytest.mark.parametrize("cell", cells(), ids=lambda one: f"{one['open_model']}-{one['api_model']}")
def test_published_cells(cell: dict[str, str]) -> None:
    """23 cells of one table, each as a workload: at full load, a third of the tokens in. Its own
    capacity counts tokens in and out alike; here a machine is rated by what it puts out."""
    speed, gpus = Decimal(cell["tokens_per_s"]), int(cell["gpus"])
    requests = speed * 3600 * HOURS / 3_000
    words = HEAD.format(
        requests=requests, input=cell["api_in_usd_per_m"], output=cell["api_out_usd_per_m"]
    )
    words += f"""
[hardware.rack]
purchase = {cell["hardware_usd"]}
years = 6
rate = 0
watts = {gpus * WATTS.get(cell["hardware_usd"], 300)}
electricity = 0.15
hosting = 0
operator_hours = 0
accelerator = "a100"
count = {gpus}
memory_gb = 80

[stack.api]
chat = "acme/chat"

[stack.own]
chat = {{ offer = "hardware/rack", hours = {HOURS}, tokens_per_second = {speed * 2 / 3 + 1} }}
"""
    made = compared(words)
    found = owned(made)
    assert amounts(made.estimates[1])["power"].quantize(CENT) == Decimal(
        cell["electricity_usd_month"]
    ).quantize(CENT)
    published = Decimal(cell["months"])
    assert found.payback_months is not None
    if cell["api_model"] == "Gemini-2.5-Pro":
        # The same list prices as GPT-5's in the same table, another result: the cells suppose 7.75
        # a million tokens where 1.25 and 10 come to 7.08.
        assert published < found.payback_months * Decimal("0.95")
        meant = Decimal(cell["hardware_usd"]) / published + Decimal(cell["electricity_usd_month"])
        assert abs(meant / (requests * 3_000) * 1_000_000 - Decimal("7.76")) < Decimal("0.03")
    else:
        digits = -published.as_tuple().exponent
        assert abs(found.payback_months - published) <= Decimal("0.6") / 10**digits
