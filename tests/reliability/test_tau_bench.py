"""Published pass^1, pass^2, pass^4 of agents on tau-bench against votes that need every run.

pass^k is P(all k runs of a task are right): a vote of k whose quorum is k. The correlation of a
row is fitted to its pass^1 and pass^2 alone; pass^4 is then predicted, not fitted.
"""

from __future__ import annotations

import csv
from pathlib import Path
from statistics import mean, median

import pytest
from reliability_helpers import solved, step

from costplan.workload.solving import DEFAULT_RHO

DATA = Path(__file__).parent.parent / "data" / "tau_fit.csv"
LINES = [line for line in DATA.read_text("utf-8").splitlines() if not line.startswith("#")]
ROWS = [
    {key: one[key] if key in ("submission", "domain") else float(one[key]) for key in one}
    for one in csv.DictReader(LINES)
]


def all_right(p: float, rho: float, runs: int) -> float:
    vote = {"runs": runs, "quorum": runs}
    return solved([step("task", p, rho=rho, vote=vote)]).trusted


def misses(row: dict, rho: float) -> float:
    return abs(all_right(row["pass1"], rho, 4) - row["pass4"])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['submission']} {row['domain']}")
def test_the_correlation_is_the_one_that_pass_2_shows(row: dict) -> None:
    assert all_right(row["pass1"], 0, 1) == pytest.approx(row["pass1"])
    assert all_right(row["pass1"], row["rho"], 2) == pytest.approx(row["pass2"], abs=2e-6)


def test_correlated_repeats_predict_four_in_a_row() -> None:
    assert len(ROWS) == 83
    found = [misses(row, row["rho"]) for row in ROWS]
    assert mean(found) == pytest.approx(0.0146, abs=5e-5)
    assert mean(found) <= 0.015
    assert max(found) < 0.08


def test_independence_misses_by_far_more() -> None:
    found = [misses(row, 0) for row in ROWS]
    assert mean(found) == pytest.approx(0.1641, abs=5e-5)
    assert mean(found) > 0.10
    assert all(all_right(row["pass1"], 0, 4) < row["pass4"] for row in ROWS)  # always too low


def test_the_default_correlation_is_the_median() -> None:
    assert median(row["rho"] for row in ROWS) == pytest.approx(0.511, abs=5e-4)
    assert pytest.approx(median(row["rho"] for row in ROWS), abs=0.02) == DEFAULT_RHO
    # One number for every row is much cruder than each row's own, and still halves the miss.
    assert mean(misses(row, DEFAULT_RHO) for row in ROWS) < mean(misses(row, 0) for row in ROWS) / 2
