"""The spread of a request's cost, and what validators were taken to repeat, in the estimate."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from run import DAY, WORKLOAD, costplan

D = Decimal
SURE = "output_tokens = 500\nsuccess = 1\noutput_cv = 0.5\n"
CHECK = """
[[step]]
name = "check"
model = "chat"
input_tokens = 100
output_tokens = 10
judges = ["answer"]
sensitivity = 0.9
false_positive_rate = 0.1
on_reject = { restart = "answer", max_attempts = 2 }
"""


MORE = """
[[step]]
name = "more"
model = "chat"
input_tokens = 10_000
success = 1
"""


@pytest.mark.parametrize("calls", [1, 4, 9])
def test_only_output_varies_and_calls_vary_apart_from_each_other(
    calls: int, tmp_path: Path
) -> None:
    text = WORKLOAD.replace("output_tokens = 500\n", f"{SURE}calls = {calls}\n{MORE}")
    (tmp_path / "w.toml").write_text(text)
    ran = costplan("estimate", "w.toml", *DAY, "--format", "json", folder=tmp_path)
    found = ran.data["estimates"][0]["reliability"]
    mean = calls * (D("0.001") + D("0.0025"))  # 1,000 tokens at 1 and 500 at 5 a million, a call
    mean += D("0.01")  # the other step's, which varies not at all
    sd = D("0.5") * calls * D("0.0025") / D(calls).sqrt()
    assert abs(found["variable_cost_mean"] - mean) < D("1e-12")
    assert abs(found["variable_cost_sd"] - sd) < D("1e-12")


@pytest.mark.parametrize(
    ("success", "judged", "said"),
    [("success = 0.9", True, True), ("success = 0.9", False, False), ("", True, False)],
)
def test_what_validators_repeat_is_said_where_it_decides_something(
    success: str, judged: bool, said: bool, tmp_path: Path
) -> None:
    text = WORKLOAD.replace("output_tokens = 500\n", f"output_tokens = 500\n{success}\n")
    head, stack, rest = text.partition("[stack.a]")
    (tmp_path / "w.toml").write_text(head + CHECK * judged + stack + rest)
    ran = costplan("estimate", "w.toml", *DAY, "--format", "json", folder=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    assumed = ran.data["estimates"][0]["assumptions"]
    assert any("verdicts on one request correlate" in one for one in assumed) == said
