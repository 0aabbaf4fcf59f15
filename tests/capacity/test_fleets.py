"""Fleets of a comparison: machines that stop, work that may wait, what is used below a fifth."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from math import ceil, exp
from pathlib import Path

import pytest
from run import DAY, costplan

from costplan.api.estimating import compare_opened, estimate_opened
from costplan.catalog.offer import Offer
from costplan.document.options import Option
from costplan.outcomes.queueing import slots_by_replay
from costplan.outcomes.scaling import scale_to_zero
from costplan.plan.bill.machines import machines
from costplan.store.files.shelves import open_catalog
from costplan.store.files.workloads import open_workload

ON = date(2026, 11, 22)
GPUS = "GPUs sized for the peak"
TEXT = """
name = "fleet"
[traffic]
requests_per_month = 10_000
MORE
[[step]]
name = "answer"
model = "chat"
input_tokens = 1_000
output_tokens = 200
success = 0.9
[stack.a]
chat = "openai/gpt-6.1-terra"
[strategy.gpus]
success = 0.9
GPUS
"""


def fleet(folder: Path, gpus: str, more: str = "") -> Option:
    path = folder / "w.toml"
    path.write_text(TEXT.replace("GPUS", gpus).replace("MORE", more))
    options = compare_opened(open_workload(path), ON).strategies[0].options
    return next(one for one in options if one.name == GPUS)


STOPS = "service_seconds = 16\nconcurrency = 8\nspare = 0\n"


def test_a_machine_that_stops_is_paid_while_it_runs(tmp_path: Path) -> None:
    always = fleet(tmp_path, STOPS)
    stopping = fleet(tmp_path, STOPS + "idle_seconds = 600\ncold_start_seconds = 120\n")
    off = exp(-10_000 / (730 * 3600) * (16 + 600))
    assert always.monthly == Decimal("6.88") * 730
    assert stopping.monthly is not None
    assert abs(float(stopping.monthly / always.monthly) - (1 - off)) < 1e-9
    said = stopping.reason or ""
    assert f"{off * 100:.3f} % of requests wait 120 s for a start" in said
    assert "warning: more than may wait" in said


def test_a_fleet_follows_its_hours(tmp_path: Path) -> None:
    # half of the day at twice the mean, and nothing comes in the other
    half = f"hourly = [{', '.join(['2'] * 12 + ['0'] * 12)}]"
    busy = STOPS + "idle_seconds = 600\ncold_start_seconds = 120\n"
    always, stopping = fleet(tmp_path, STOPS, half), fleet(tmp_path, busy, half)
    assert always.monthly is not None
    assert stopping.monthly is not None
    off = exp(-2 * 10_000 / (730 * 3600) * (16 + 600))
    assert abs(float(stopping.monthly / always.monthly) - (1 - off) / 2) < 1e-6


def test_the_fleet_of_a_bursty_trace_is_its_replay(tmp_path: Path) -> None:
    arrivals = [(minute * 60 + place * 0.01, 2.0) for minute in range(60) for place in range(100)]
    rows = "\n".join(f"{moment},{service}" for moment, service in arrivals)
    (tmp_path / "arrivals.csv").write_text(rows)
    gpus = 'arrivals = "arrivals.csv"\nconcurrency = 10\nspare = 0\n'
    made = fleet(tmp_path, gpus)
    slots = slots_by_replay(arrivals, 1.0, 0.01)
    machines = -(-slots // 10)
    assert (made.reason or "").startswith(f"{machines} x aws/p5.4xlarge")
    assert made.monthly == machines * 730 * Decimal("6.88")
    replayed = scale_to_zero(arrivals, 10, 5.0, 20.0)
    stopping = fleet(tmp_path, gpus + "idle_seconds = 5\ncold_start_seconds = 20\n")
    assert stopping.monthly is not None
    hours = stopping.monthly / Decimal("6.88") / 730
    assert abs(float(hours) - replayed.machine_seconds / replayed.span) < 1e-9
    assert f"started {replayed.cold_starts} times" in (stopping.reason or "")


def test_a_window_is_the_users(tmp_path: Path) -> None:
    quiet = [(float(at), 1.0) for at in range(0, 3_600, 2)]
    rush = [(1_800 + at / 10, 1.0) for at in range(300)]
    rows = "\n".join(f"{moment},{service}" for moment, service in sorted(quiet + rush))
    (tmp_path / "arrivals.csv").write_text(rows)
    gpus = 'arrivals = "arrivals.csv"\nconcurrency = 10\nspare = 0\n'
    slots = [
        int(re.findall(r"(\d+) slots by Erlang-C", fleet(tmp_path, gpus + window).reason or "")[0])
        for window in ("", "window_seconds = 30\n")
    ]
    assert slots[0] < slots[1]


def test_what_may_wait_needs_no_machine_of_its_own(tmp_path: Path) -> None:
    rate = "tokens_per_second = 10\nspare = 0\n"
    text = "peak_to_mean = 4\n"
    alone = fleet(tmp_path, rate, text)
    # as many tokens again at night: the busiest hour takes four times the mean, there is room
    job = (
        '[[job]]\nname = "nightly"\nruns_per_month = 1\nitems = 10_000\nmodel = "chat"\n'
        "output_tokens = 200\n"
    )
    filled = fleet(tmp_path, rate, f"{text}{job}")
    assert (alone.monthly, filled.monthly) == (filled.monthly, alone.monthly)
    assert "25.0 % of the work may wait and fill quiet hours" in (filled.reason or "")
    # a hundred times as many: the month itself needs more than the busiest hour
    heavy = fleet(tmp_path, rate, f"{text}{job.replace('10_000', '1_000_000')}")
    needed = Decimal(1_010_000) * 200 / (730 * 3600) / (10 * Decimal("0.7"))
    assert (heavy.reason or "").startswith(f"{ceil(needed)} x ")


def test_headroom_and_idle_are_apart(tmp_path: Path) -> None:
    made = fleet(tmp_path, "tokens_per_second = 10\nspare = 0\n", "peak_to_mean = 4")
    used = Decimal(2_000_000) / (730 * 3600 * 10)
    said = made.reason or ""
    assert f"{(1 - 4 * used) * 100:.1f} % headroom above the busiest hour" in said
    assert f"{3 * used * 100:.1f} % between peaks" in said
    assert "used below 20 %" in said


@pytest.mark.parametrize(("offer", "smaller"), [("aws/p5.48xlarge", "aws/p5.4xlarge")])
def test_a_bill_names_fewer_hours_and_a_smaller_machine(
    offer: str, smaller: str, tmp_path: Path
) -> None:
    bound = f'chat = {{ offer = "{offer}", hours = 730, tokens_per_second = 100 }}'
    text = TEXT.replace('chat = "openai/gpt-6.1-terra"', bound).replace("GPUS", "")
    path = tmp_path / "w.toml"
    path.write_text(text.replace("MORE", ""))
    (made,) = estimate_opened(open_workload(path), ON).estimates
    told = {one.code: one for one in made.facts}
    # 2 million tokens at 100 a second are 5.56 hours: 7.94 at 70 %
    assert told["underused"].values["hours"] == 8
    assert told["smaller-machine"].values["machine"] == smaller
    assert told["utilisation"].values["headroom"] == 100 - told["utilisation"].values["percent"]
    path.write_text(text.replace("MORE", "").replace("= 100 }", "= 1 }"))
    (busy,) = estimate_opened(open_workload(path), ON).estimates
    assert not {"underused", "smaller-machine"} & {one.code for one in busy.facts}


def test_stopping_needs_both_its_times(tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_text(TEXT.replace("MORE", "").replace("GPUS", "idle_seconds = 5"))
    ran = costplan("compare", "w.toml", *DAY, folder=tmp_path)
    assert ran.code == 2
    assert "both 'idle_seconds' and 'cold_start_seconds'" in ran.err


def test_every_machine_of_the_catalogue_says_what_it_holds() -> None:
    catalog = open_catalog()
    known = dict(machines(catalog))
    for entry in catalog.of("compute"):
        assert isinstance(entry.item, Offer)
        assert entry.id in known, entry.id
        assert known[entry.id].count > 0
        assert known[entry.id].memory_gb, entry.id
