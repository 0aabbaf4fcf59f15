"""The same graph on more metal: machines, reserved throughput, replicas, regions."""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, Decimal
from pathlib import Path

import pytest
from compare_cases import HEAD, SUPPORT, Ready, named, near, opened_at, ready, value, ways
from hypothesis import given
from hypothesis import strategies as st
from properties import examples

from costplan.document.estimate import Estimate
from costplan.document.options import Option
from costplan.outcomes.queueing import replicas_for_slots, slots_for
from costplan.problems import BadUsage
from costplan.workload.solving import solve

GPUS = "GPUs sized for the peak"
SECONDS = Decimal(730 * 3600)
HOUR = Decimal("6.88")  # aws/p5.4xlarge on 2026-11-22: one H100
AS_GOOD = "strategy.gpus.success=0.97"  # as the plan's own model: what is served is the same
MEASURED = ("strategy.gpus.measured=openai/gpt-oss-120b", "strategy.gpus.offer=aws/p5.48xlarge")
PTU = ("strategy.provisioned.terms=azure/gpt-5.2", "strategy.provisioned.kind=global")


def portable(*changes: str) -> tuple[Ready, Estimate, Option, Option]:
    """The example's first stack, with its GPU fleet, checked and unchecked."""
    made = opened_at(SUPPORT, AS_GOOD, *changes)
    compared = made.compare(["portable"])
    found = ways(compared)
    return (
        made,
        compared.estimates[0],
        named(found, GPUS),
        named(found, f"{GPUS}, unchecked"),
    )


def tokens(bill: Estimate, charge: str) -> Decimal:
    found = [one for one in bill.lines if one.step == "reason" and one.price.charge == charge]
    return sum((one.quantity for one in found), Decimal(0))


def chat(bill: Estimate) -> Decimal:
    return sum((one.amount or Decimal(0) for one in bill.lines if one.role == "chat"), Decimal(0))


def machines(one: Option) -> Decimal:
    """The fleet's size, as its words say."""
    assert one.reason is not None
    return Decimal(one.reason.split(" x ")[0].replace(",", ""))


def fleet(output: Decimal, per_second: Decimal, peak: str = "1.6") -> Decimal:
    needed = output / SECONDS * Decimal(peak) * Decimal("1.3") / (per_second * Decimal("0.7"))
    return needed.to_integral_value(ROUND_CEILING) + 1


@pytest.mark.parametrize("per_second", [1, 7, 50, 2000])
def test_the_fleet_by_its_formula(per_second: int) -> None:
    _, bill, checked, unchecked = portable(f"strategy.gpus.tokens_per_second={per_second}")
    output = tokens(bill, "output")
    wanted = fleet(output, Decimal(per_second))
    assert machines(checked) == wanted
    cost, right = value(checked)
    assert bill.reliability is not None
    assert near(right, bill.reliability.trusted)  # a bigger box moves reliability by nothing
    assert near(cost, bill.total_monthly - chat(bill) + wanted * HOUR * 730)
    # the unchecked pipeline serves fewer tokens: no retries, no restarts
    assert machines(unchecked) == fleet(Decimal(5_000_000), Decimal(per_second))


def test_the_unchecked_fleet_replaces_the_unchecked_tokens() -> None:
    _, bill, _, unchecked = portable("strategy.gpus.tokens_per_second=2000")
    found = ways(opened_at(SUPPORT).compare(["portable"]))
    plain = value(named(found, "1 attempt, without validate, without people"))
    once = chat(bill) * 5_000_000 / tokens(bill, "output")
    cost, right = value(unchecked)
    assert right == plain[1]
    assert near(cost, plain[0] - once + machines(unchecked) * HOUR * 730)


def test_the_idle_share_of_a_fleet_is_said() -> None:
    _, bill, checked, _ = portable("strategy.gpus.tokens_per_second=2", "strategy.gpus.spare=0")
    busy = tokens(bill, "output") / (SECONDS * 2 * machines(checked))
    assert f"{(1 - busy) * 100:.1f} % of it idle" in (checked.reason or "")


def test_a_load_of_exactly_so_many_machines_needs_no_more() -> None:
    rate = Decimal(5_000_000) / SECONDS * Decimal("1.6") * Decimal("1.3") / Decimal("0.7")
    per_second = round(rate / 3, 12)  # three machines, but for the last digit
    _, _, _, unchecked = portable(f"strategy.gpus.tokens_per_second={per_second}")
    assert machines(unchecked) == 3 + 1


def test_queueing_sizes_the_fleet_and_headroom_does_not_count_again() -> None:
    changes = ["traffic.requests_per_month=2_000_000", "strategy.gpus.service_seconds=16"]
    changes += ["strategy.gpus.concurrency=8", "strategy.gpus.tokens_per_second=1"]
    _, bill, checked, _ = portable(*changes)
    slots = slots_for(float(2_000_000 / SECONDS * Decimal("1.6")), 16.0, 1.0, 0.01)
    assert f"{slots} slots by Erlang-C" in (checked.reason or "")
    assert machines(checked) == replicas_for_slots(slots, 8.0, 1)
    assert machines(portable(*changes, "strategy.gpus.headroom=3")[2]) == machines(checked)
    assert value(checked)[0] > bill.total_monthly - chat(bill)


def test_a_measured_fleet_names_model_source_and_band() -> None:
    _, bill, checked, _ = portable(*MEASURED, "strategy.gpus.ms_per_token=12")
    said = checked.reason or ""
    assert "openai/gpt-oss-120b fp4 on h100-sxm, interpolated from 1,024 in, 1,024 out" in said
    assert "InferenceMAX" in said
    speed, low, high = (
        Decimal(one.replace(",", ""))
        for one in re.findall(r": ([\d,]+) tokens/s each \(([\d,]+) to ([\d,]+);", said)[0]
    )
    assert (round(speed / low, 2), round(high / speed, 2)) == (Decimal("1.60"), Decimal("1.60"))
    assert machines(checked) == fleet(tokens(bill, "output"), speed)


def test_a_fleet_says_how_many_machines_its_band_makes() -> None:
    busy = portable(*MEASURED, "strategy.gpus.ms_per_token=12", "traffic.requests_per_month=2e8")
    said = busy[2].reason or ""
    fewest, most = map(int, re.findall(r"(\d+) to (\d+) machines within the band", said)[0])
    assert fewest < machines(busy[2]) < most


def test_a_request_of_many_calls_is_sized_by_its_calls(tmp_path: Path) -> None:
    # twenty calls a request are no heavier than one: each has 1,000 tokens in and 500 out
    text = SUPPORT.read_text()
    text = re.sub(r'(?m)^model = "chat".*$', 'model = "chat"\ncalls = 20', text, count=1)
    assert "calls = 20" in text
    many = ready(
        tmp_path, text + "\n# no [prices]", AS_GOOD, *MEASURED, "traffic.requests_per_month=500"
    )
    light = portable(*MEASURED)[2]
    heavy = named(ways(many.compare(["portable"])), GPUS)
    speeds = [(one.reason or "").split(": ")[1].split(" tokens/s")[0] for one in (light, heavy)]
    assert speeds[0] == speeds[1]


def test_a_measurement_on_more_accelerators_than_a_machine_has_is_not_its_own() -> None:
    one = "strategy.gpus.offer=aws/p5.4xlarge"
    made = opened_at(SUPPORT, AS_GOOD, MEASURED[0], one).compare(["portable"])
    found = named(ways(made), GPUS)
    assert found.monthly is None
    said = "no replica of openai/gpt-oss-120b was measured on as little as 1 x h100-sxm"
    sizes = "replicas were measured on 2, 4, 8 of them; next size: aws/p5.48xlarge (8 of them)"
    assert found.reason == f"not modelled: {said} ({sizes})"


def test_the_machine_that_nobody_names_answers_for_the_model_that_nobody_names() -> None:
    made = opened_at(SUPPORT, AS_GOOD).compare(["portable"])
    found = named(ways(made), GPUS)
    assert found.monthly is not None
    assert "x aws/p5.48xlarge: " in (found.reason or "")
    assert "openai/gpt-oss-120b fp4 on h100-sxm" in (found.reason or "")


def test_an_unknown_model_is_named_with_what_there_is() -> None:
    made = opened_at(SUPPORT, "strategy.gpus.measured=openai/gpt-9")
    found = named(ways(made.compare(["portable"])), GPUS)
    assert found.monthly is None
    assert "openai/gpt-9" in (found.reason or "")


speeds = st.integers(1, 5_000)


@examples(12)
@given(speeds, speeds)
def test_a_faster_gpu_never_raises_machines(one: int, more: int) -> None:
    slow = portable(f"strategy.gpus.tokens_per_second={one}")[2]
    fast = portable(f"strategy.gpus.tokens_per_second={one + more}")[2]
    assert machines(fast) <= machines(slow)
    assert value(fast)[0] <= value(slow)[0]


def test_reserved_throughput_at_its_minimum_and_by_increments() -> None:
    price = "strategy.provisioned.price_per_unit_hour=1"
    small = opened_at(SUPPORT, *PTU, price).compare(["portable"])
    bill = small.estimates[0]
    found = named(ways(small), "provisioned throughput")
    assert (found.reason or "").startswith("15 PTU of azure/gpt-5.2")
    assert near(value(found)[0], bill.total_monthly - chat(bill) + 15 * 730)
    assert bill.reliability is not None
    assert near(value(found)[1], bill.reliability.trusted)

    busy = "traffic.requests_per_month=4_000_000"
    cached = "strategy.provisioned.cache_share=0.25"
    large = opened_at(SUPPORT, *PTU, price, busy, cached).compare(["portable"])
    bill = large.estimates[0]
    minute = [tokens(bill, one) / SECONDS * 60 * Decimal("1.6") for one in ("input", "output")]
    load = (minute[0] * Decimal("0.75") + 8 * minute[1]) / 3_400
    units = (load / 5).to_integral_value(ROUND_CEILING) * 5
    found = named(ways(large), "provisioned throughput")
    assert (found.reason or "").startswith(f"{units} PTU")
    assert units > 15
    assert near(value(found)[0], bill.total_monthly - chat(bill) + units * 730)


def test_reserved_throughput_without_a_price_asks_for_it() -> None:
    quoted = ("strategy.provisioned.terms=azure/fireworks-glm-5",)
    found = named(ways(opened_at(SUPPORT, *quoted).compare(["portable"])), "provisioned throughput")
    assert found.monthly is None
    lacking = "not modelled: azure/fireworks-glm-5 has no price: no price is published for a PTU"
    assert (found.reason or "").startswith(lacking)
    assert "state price_per_unit_hour" in (found.reason or "")
    with pytest.raises(BadUsage, match=r"strategy\.provisioned\.terms=azure/gpt-5\.2x") as raised:
        opened_at(SUPPORT, "strategy.provisioned.terms=azure/gpt-5.2x").compare(["portable"])
    assert "'azure/gpt-5.2'" in (raised.value.hint or "")


def fixed(bill: Estimate, *components: str) -> Decimal:
    """Units that are bought whatever comes; an account's fees and floors are paid once."""
    found = [
        one
        for one in bill.lines
        if one.fixed and one.component in components
        if one.flat is None and one.price.unit != "month"
    ]
    return sum((one.amount or Decimal(0) for one in found), Decimal(0))


def test_one_more_region_repeats_the_fixed_capacity() -> None:
    for count, mode, times in (
        (2, "active-passive", Decimal(1)),
        (3, "active-passive", Decimal(2)),
        (2, "active-active", Decimal(1)),
        (3, "active-active", Decimal("0.5")),
    ):
        changes = (f"strategy.regions.count={count}", f"strategy.regions.mode={mode}")
        made = opened_at(SUPPORT, *changes).compare(["google"])
        bill = made.estimates[0]
        found = named(ways(made), f"{count} regions")
        extra = fixed(bill, "vector-db", "runtime", "compute") * times
        assert extra > 0
        assert near(value(found)[0], bill.total_monthly + extra)
        assert bill.reliability is not None
        assert near(value(found)[1], bill.reliability.trusted)


def test_warm_replicas_are_more_of_the_runtime_s_fixed_part() -> None:
    made = opened_at(SUPPORT, "strategy.warm.replicas=3")
    compared = made.compare(["portable"])
    bill = compared.estimates[0]
    found = ways(compared)
    warm = named(found, "3 warm idle replicas")
    assert near(value(warm)[0], bill.total_monthly + 3 * fixed(bill, "runtime"))


def test_nothing_is_served_without_traffic_or_tokens(tmp_path: Path) -> None:
    idle = opened_at(SUPPORT, "traffic.requests_per_month=0").compare(["portable"])
    assert named(ways(idle), GPUS).reason == "there is no traffic to serve"
    text = HEAD + '\n[[step]]\nname = "a"\ntool = "finder"\nsuccess = 0.9\n'
    tool = ready(tmp_path, text + '\n[stack.a]\nfinder = "metered/calls"\n').compare()
    said = "no producing model of this stack is paid by the token"
    assert named(ways(tool), GPUS).reason == said


UPGRADE = ("strategy.upgrade.model=anthropic/claude-opus-5-5",)


def test_the_largest_model_is_the_bare_pipeline_with_it() -> None:
    made = opened_at(SUPPORT, *UPGRADE, "strategy.upgrade.success=0.99")
    found = named(ways(made.compare(["portable"])), "anthropic/claude-opus-5-5, unchecked")
    cost, right = value(found)
    assert right == Decimal("0.97") * Decimal("0.99")
    bill = made.estimates()["portable"]
    judged = sum(one.amount or Decimal(0) for one in bill.lines if one.role in ("judge", "human"))
    assert cost < bill.total_monthly - judged + 400  # no tickets, no validator
    stated = named(
        ways(opened_at(SUPPORT, *UPGRADE).compare(["portable"])),
        "the largest model for everything",
    )
    assert stated.monthly is None
    assert "success rate of anthropic/claude-opus-5-5 is not given" in (stated.reason or "")


def test_the_larger_model_leaves_a_job_its_own(tmp_path: Path) -> None:
    text = SUPPORT.read_text() + (
        '\n[[job]]\nname = "grade"\nruns_per_month = 1\nitems = 10\nmodel = "judge"\n'
        "input_tokens = 100\noutput_tokens = 10\n"
    )
    made = ready(tmp_path, text + "\n# no [prices]", *UPGRADE, "strategy.upgrade.success=0.99")
    found = named(ways(made.compare(["portable"])), "anthropic/claude-opus-5-5, unchecked")
    assert found.monthly is not None


def test_hosting_changes_no_visits() -> None:
    made = opened_at(SUPPORT, AS_GOOD, "strategy.gpus.tokens_per_second=5")
    found = ways(made.compare(["portable"]))
    cases = solve(made.workload).visits.cases
    for one in found.options:
        if one.kind == "hosting" and one.monthly is not None:
            assert one.cases == cases
