"""What a month hangs on, in cases that can be worked out by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from compare_cases import opened_at

from costplan.risk.assess import assess
from costplan.risk.sensitivity import (
    observations,
    one_at_a_time,
    shares_of_variance,
    tornado,
    worth_of_all,
    worth_of_each,
)

DAY = date(2026, 11, 22)
N = 8_192
EVEN = (np.arange(N) + 0.5) / N
RNG = np.random.default_rng(3)


def uniform() -> np.ndarray:
    return RNG.permutation(EVEN)


def test_shares_are_those_of_a_sum() -> None:
    """Var(3 x + y) = (9 + 1) / 12: nine tenths and one."""
    x, y, z = uniform(), uniform(), uniform()
    shares = shares_of_variance({"x": x, "y": y, "z": z}, 3 * x + y)
    assert shares["x"] == pytest.approx(0.9, abs=0.01)
    assert shares["y"] == pytest.approx(0.1, abs=0.02)
    assert shares["z"] == pytest.approx(0, abs=0.01)


def test_shares_see_what_is_not_straight() -> None:
    """(x - 1/2)^2 has no correlation with x and goes with it alone; a cliff at 0.7 too."""
    x, y = uniform(), uniform()
    assert shares_of_variance({"x": x}, (x - 0.5) ** 2)["x"] > 0.99
    cliff = shares_of_variance({"x": x, "y": y}, np.where(x > 0.7, 100.0, 1.0))
    assert cliff["x"] > 0.97
    assert cliff["y"] < 0.01


def test_a_product_leaves_a_part_to_both_together() -> None:
    """x y of uniform numbers: Var = 7/144, of each alone 1/48, so three sevenths each."""
    x, y = uniform(), uniform()
    shares = shares_of_variance({"x": x, "y": y}, x * y)
    assert shares["x"] == pytest.approx(3 / 7, abs=0.03)
    assert shares["y"] == pytest.approx(3 / 7, abs=0.03)


def test_few_values_are_cells_of_their_own() -> None:
    """1, 2 or 3 times 10, each as often: all of the variance, and none where it never changes."""
    values = np.tile([1.0, 2.0, 3.0], 100)
    shares = shares_of_variance({"x": values, "same": np.ones(300)}, 10 * values)
    assert shares == {"x": 1.0, "same": 0.0}
    assert shares_of_variance({"x": values}, np.ones(300)) == {"x": 0.0}
    two = np.tile([1.0, 3.0], 100)
    assert shares_of_variance({"x": two}, 10 * two) == {"x": 1.0}
    # as many cells as draws leave nothing to tell chance by
    assert shares_of_variance({"x": np.arange(3.0)}, np.array([3.0, 1.0, 2.0])) == {"x": 0.0}


def test_a_share_is_corrected_by_its_degrees_of_freedom() -> None:
    """Cells of 1 and 3, and of 5 and 9: within them 2 + 8 = 10, about the mean of 4.5 35. Of 4
    draws in 2 cells: 1 - (10 / 2) / (35 / 3) = 4 / 7."""
    cells, figure = np.array([1.0, 1.0, 2.0, 2.0]), np.array([1.0, 3.0, 5.0, 9.0])
    assert shares_of_variance({"x": cells}, figure)["x"] == pytest.approx(4 / 7)
    # 1 and 3 in a cell and 5 alone in another: (2 / 1) / (8 / 2) is left
    alone = shares_of_variance({"x": cells[:3]}, figure[:3])
    assert alone["x"] == pytest.approx(0.5)


def test_up_to_48_values_are_cells_of_their_own() -> None:
    """Twice each: of 49 there are two cells, by rank, which tell 3 / 4 of an even spread."""
    few, many = np.repeat(np.arange(48.0), 2), np.repeat(np.arange(49.0), 2)
    assert shares_of_variance({"x": few}, 10 * few) == {"x": 1.0}
    assert shares_of_variance({"x": many}, 10 * many)["x"] == pytest.approx(0.75, abs=0.01)


def test_draws_without_a_figure_are_not_counted() -> None:
    x = uniform()
    figure = np.where(x > 0.9, np.nan, x)
    assert shares_of_variance({"x": x}, figure)["x"] > 0.99
    assert shares_of_variance({"x": x}, np.where(x > 0.5, 1e9, x), x <= 0.5)["x"] > 0.99


def test_one_at_a_time_leaves_the_others_at_their_points() -> None:
    drawn = one_at_a_time({"x": 2.0, "y": 5.0}, {"x": (1.0, 3.0), "y": (4.0, 9.0)})
    assert drawn["x"].tolist() == [1, 3, 2, 2]
    assert drawn["y"].tolist() == [5, 5, 4, 9]


def test_knowing_is_worth_what_choosing_better_saves() -> None:
    """One choice costs 50, the other 100 x with x uniform: without knowing both cost 50; knowing x,
    the second is taken below 1/2: it saves the mean of max(0, 50 - 100 x), which is 12.5."""
    x, y = uniform(), uniform()
    costs = [np.full(N, 50.0), 100 * x]
    assert worth_of_all(costs) == pytest.approx(12.5, rel=1e-3)
    worth = worth_of_each({"x": x, "y": y}, costs)
    assert worth["x"] == pytest.approx(12.5, rel=0.01)
    assert worth["y"] < 1


def test_what_only_both_tell_is_worth_nothing_alone() -> None:
    """The second costs 100 where x and y are on the same side of 1/2, else nothing: either alone
    says nothing of that, both are worth 25."""
    x, y = uniform(), uniform()
    costs = [np.full(N, 50.0), np.where((x > 0.5) == (y > 0.5), 100.0, 0.0)]
    worth = worth_of_each({"x": x, "y": y}, costs)
    assert worth["x"] < 1
    assert worth["y"] < 1
    assert worth_of_all(costs) == pytest.approx(25, abs=0.5)


def test_nothing_is_worth_knowing_where_one_choice_is_always_best() -> None:
    x = uniform()
    assert worth_of_all([x, x + 1]) == 0
    assert worth_of_each({"x": x}, [x, x + 1]) == {"x": 0}
    assert worth_of_each({"x": x}, [x]) == {"x": 0}


def test_noise_is_not_mistaken_for_knowledge() -> None:
    """Costs that differ by chance alone: cells that chose and were costed on the same draws would
    find 9 to be saved, and there is nothing."""
    x = uniform()
    costs = [RNG.normal(0, 100, N), RNG.normal(0, 100, N)]
    assert worth_of_each({"x": x}, costs)["x"] < 3


def test_observations_halve_what_is_not_known() -> None:
    """A beta of mean 0.9 with variance p q / 101 has seen a hundred: 303 more leave a quarter."""
    spread = np.sqrt(0.09 / 101)
    share = 0.9 + spread * np.array([-1.0, 1.0])
    assert observations("step.answer.success", share) == 303
    tokens = np.array([900.0, 1_100.0])  # variation of 0.1 of the mean, 1 of each: 3 / 0.01
    assert observations("step.answer.output_tokens", tokens) == 300
    assert observations("step.answer.output_tokens", tokens, variation=0.5) == 75
    assert observations("traffic.requests_per_month", tokens) is None
    assert observations("step.answer.success", np.ones(3)) is None
    rare = np.array([1.0] * 99 + [1e6])  # 3 / 99 of one: whatever is seen halves it
    assert observations("step.answer.output_tokens", rare) == 1


TEXT = """
name = "probe"
[traffic]
requests_per_month = 1_000
[[step]]
name = "find"
tool = "finder"
[stack.flat]
finder = "e/flat"
[stack.metered]
finder = "e/metered"
[stack.gated]
finder = "e/gated"
[prices]
vendor = "E"
category = "search-rerank"
source.list = { at = "e.test/prices", confidence = "vendor" }
[[prices.offer]]
id = "e/flat"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }
charge = [{ id = "fee", quantity = "1", unit = "month", price = 100 }]
[[prices.offer]]
id = "e/metered"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }
charge = [{ id = "calls", quantity = "calls", unit = "call", price = 0.08 }]
[[prices.offer]]
id = "e/gated"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }
gates = [{ variable = "calls", max = 1_500, action = "block" }]
charge = [{ id = "calls", quantity = "calls", unit = "call", price = 0.2 }]
"""


def test_a_tornado_has_the_month_at_each_end(tmp_path: Path) -> None:
    """500 and 2,000 requests at 0.08: 40 and 160 on one side of a flat 100; 1.5 and 1.6 calls each
    at 1,000 requests: 120 and 128; the gate ends at 1,500 calls."""
    path = tmp_path / "probe.toml"
    path.write_text(TEXT)
    ready = opened_at(path)
    drawn = {
        "step.find.calls": np.linspace(0.9, 1.1, 101),
        "traffic.requests_per_month": np.linspace(500, 2_000, 101),
    }
    found = tornado(ready.workload, ready.catalog, DAY, drawn, ["flat", "metered", "gated"])
    metered = found.stacks["metered"]
    assert list(metered) == ["traffic.requests_per_month", "step.find.calls"]
    ends = metered["traffic.requests_per_month"]
    assert (ends.low, ends.high) == (575, 1_925)
    assert (ends.monthly_low, ends.monthly_high) == pytest.approx((46, 154))
    assert ends.swing == pytest.approx(108)
    assert metered["step.find.calls"].monthly_low == pytest.approx(0.91 * 80)
    assert found.stacks["flat"]["step.find.calls"].swing == 0
    gated = found.stacks["gated"]["traffic.requests_per_month"]
    assert gated.monthly_low == pytest.approx(115)
    assert gated.monthly_high is None
    assert gated.swing == 0
    assert found.flips == {"traffic.requests_per_month"}


def test_a_stack_that_is_not_always_served_decides_nothing(tmp_path: Path) -> None:
    """At 0.08 a call the metered one is cheaper up to 1,250; the gated one is refused from 1,501
    on, so that nobody can choose it by the number of requests."""
    path = tmp_path / "w.toml"
    path.write_text(TEXT.replace("= 1_000", "= { p5 = 300, p95 = 3_000 }"))
    ready = opened_at(path)

    def worth(*stacks: str) -> float:
        risks = assess(ready.workload, ready.catalog, DAY, stacks, 1_024, 1).risks
        measures = {risk.measure.worth for risk in risks.values() if risk.measure is not None}
        assert len(measures) == 1
        return float(measures.pop())

    assert worth("flat", "metered") > 10
    assert worth("flat", "gated") == 0
    assert worth("flat", "metered", "gated") == worth("flat", "metered")
