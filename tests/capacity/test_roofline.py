"""What was never measured: modelled at a stated load with a band, refused elsewhere, unranked."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from costplan.api.estimating import compare_opened
from costplan.catalog.curves import Precision, Shape, Weights
from costplan.catalog.origin import Origin
from costplan.catalog.roofline import (
    CACHE_READ,
    LAYER,
    LEAST,
    MOST,
    REACHED,
    REQUEST,
    SPREAD,
    WEIGHTS_READ,
    Load,
    modelled,
    seconds_a_token,
)
from costplan.document.options import Option
from costplan.problems import BadUsage
from costplan.store.files.throughput import open_throughput
from costplan.store.files.workloads import open_workload

TABLE = open_throughput()
DAY = date(2026, 11, 22)
STATED = Origin(since=DAY, checked=DAY, source="x")
SHAPE = Shape(Decimal(1_000), Decimal(500))
DENSE = Weights(
    parameters=Decimal(10_000_000_000), cache=Decimal(100_000), layers=40, origin=STATED
)
EXPERTS = Weights(
    parameters=Decimal(100_000_000_000),
    cache=Decimal(50_000),
    layers=50,
    active=Decimal(10_000_000_000),
    experts=100,
    chosen=4,
    origin=STATED,
)


def test_a_dense_model_by_hand() -> None:
    found = seconds_a_token(DENSE, TABLE.devices["h100-sxm"], "fp8", Load(2, Decimal(16), SHAPE))
    bandwidth = 3_350e9 * 2 ** float(SPREAD)
    expected = 40 * float(LAYER) + 16 * float(REQUEST)
    expected += 10e9 / (bandwidth * float(WEIGHTS_READ))
    expected += 16 * 100_000 * 1_250 / (bandwidth * float(CACHE_READ))
    expected += 2 * 10e9 * (16 + 16 / 500 * 1_000) / (1_979e12 * 2 * float(REACHED))
    expected += 4 * 100_000 * 1_000**2 * 16 / 500 / (989e12 * 2 * float(REACHED))
    assert abs(float(found) / expected - 1) < 1e-9


def test_experts_are_read_as_they_are_chosen() -> None:
    device = TABLE.devices["h100-sxm"]
    alone, many = (
        seconds_a_token(EXPERTS, device, "fp8", Load(8, Decimal(together), SHAPE))
        for together in (1, 256)
    )
    # one request reads the ten billion that are active, many nearly all of the hundred
    each = 90e9 / 96
    read = [10e9, 10e9 - 4 * each + 100 * each * (1 - 0.96**256)]
    bandwidth = 3_350e9 * 8 ** float(SPREAD) * float(WEIGHTS_READ)
    assert float(alone) > read[0] / bandwidth + 50 * float(LAYER)
    assert float(many - alone) > (read[1] - read[0]) / bandwidth


def test_a_machine_s_own_memory_counts() -> None:
    load = Load(1, Decimal(16), SHAPE)
    asked = "it", DENSE, TABLE.devices, "bf16", load, "a100"
    assert modelled(*asked).likely > 0
    with pytest.raises(BadUsage, match="does not fit into 1 x a100"):
        modelled(*asked, Decimal(20))


def ask(
    size: Weights = DENSE,
    precision: Precision = "fp8",
    gpus: int = 1,
    together: int = 16,
    accelerator: str = "h100-sxm",
    shape: Shape = SHAPE,
) -> Decimal:
    load = Load(gpus, Decimal(together), shape)
    found = modelled("it", size, TABLE.devices, precision, load, accelerator)
    assert abs(found.low / found.likely - LEAST) < Decimal("1e-8")
    assert abs(found.high / found.likely - MOST) < Decimal("1e-8")
    return found.likely


def test_more_together_and_more_accelerators_deliver_more() -> None:
    assert ask(together=1) < ask(together=16) < ask(together=128)
    assert ask(gpus=1) < ask(gpus=2) < ask(gpus=8) < 8 * ask(gpus=1)
    assert ask(accelerator="a100", precision="bf16") < ask(accelerator="h200-sxm")


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"together": 513}, "more than 512 requests together"),
        ({"gpus": 16}, "more than 8 accelerators"),
        ({"accelerator": "mi300x"}, "nothing is modelled on 'mi300x'"),
        ({"accelerator": "tpu-v5e"}, "nothing is modelled on 'tpu-v5e'"),
        ({"shape": Shape(Decimal(20_000), Decimal(500))}, "nothing is modelled for 20,000 in"),
        ({"size": EXPERTS}, "does not fit into 1 x h100-sxm"),
        ({"together": 500, "shape": Shape(Decimal(16_000), Decimal(500))}, "does not fit into 1"),
    ],
)
def test_what_nothing_calibrates_is_refused(changed: dict[str, object], problem: str) -> None:
    with pytest.raises(BadUsage, match=problem):
        ask(**changed)  # type: ignore[arg-type]


TEXT = """
name = "never"
traffic.requests_per_month = 10_000_000
[[step]]
name = "answer"
model = "chat"
input_tokens = 1_000
output_tokens = 200
success = 0.9
[stack.a]
chat = "openai/gpt-6.1-terra"
[strategy.gpus]
offer = "aws/p5.48xlarge"
success = 0.9
[strategy.gpus.modelled]
model = "acme/new-30b"
precision = "fp8"
concurrency = 64
"""
SIZE = "parameters = 30_000_000_000\nlayers = 48\ncache = 98_304\n"


def fleet(folder: Path, more: str) -> Option:
    path = folder / "w.toml"
    path.write_text(TEXT + more)
    made = compare_opened(open_workload(path), DAY)
    options = made.strategies[0].options
    return next(one for one in options if one.name == "GPUs sized for the peak")


def test_a_modelled_fleet_is_named_and_not_ranked(tmp_path: Path) -> None:
    made = fleet(tmp_path, SIZE)
    assert made.monthly is None
    said = made.reason or ""
    assert said.startswith("modelled, not measured, and so not ranked: acme/new-30b fp8 on 8 x")
    assert "with 64 requests together, 1,000 in, 200 out" in said
    assert "x aws/p5.48xlarge (" in said


def test_a_size_that_nobody_states_is_asked_for(tmp_path: Path) -> None:
    assert "the size of acme/new-30b is not known" in (fleet(tmp_path, "").reason or "")
