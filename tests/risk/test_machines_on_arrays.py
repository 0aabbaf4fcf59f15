"""Machines that serve a model: what they cost, carry and leave idle over draws, in each."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from agreeing import Seen, compare
from numbers_of import drawn_around, numbers_of
from test_own_hardware import DAY, opened, text

from costplan.api.estimating import Locking, catalog_of
from costplan.catalog.lookup import Catalog
from costplan.plan.bill.priced import Evaluator
from costplan.risk.evaluate import totals
from costplan.store.files.workloads import Opened


def prices(found: Opened) -> Catalog:
    return catalog_of(found, Locking())


@pytest.mark.parametrize("seed", range(6))
def test_a_fleet_costs_over_draws_what_it_costs_in_each(seed: int) -> None:
    found = opened(text())
    assert found.workload is not None
    evaluator = Evaluator(prices(found), DAY)
    random, seen = Random(seed), Seen()
    numbers = numbers_of(found.workload)
    some = numbers if seed == 0 else random.sample(numbers, 8)
    drawn = {number.path: drawn_around(number, random, 12) for number in some}
    compare(evaluator, found.workload, drawn, 12, seen)
    assert not seen.apart, seen.apart[:5]
    assert seen.billed > 12


def test_a_fleet_that_is_too_small_refuses_the_draw() -> None:
    """1,000 tokens a second serve 2,628 million in 730 hours; 2,000 a request are 1.314 million
    requests."""
    found = opened(text())
    assert found.workload is not None
    drawn = {"traffic.requests_per_month": np.array([1_313_999.0, 1_314_000.0, 1_314_001.0])}
    month = totals(found.workload, "own", prices(found), DAY, drawn)
    assert month.blocked.tolist() == [False, False, True]
    assert month.by_purpose["idle"][1] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    "more",
    [
        "input_per_output = 3",
        "input_per_output = 3, input_share = 0.5",
        "input_share = 0.5",
    ],
)
def test_a_fleet_that_was_measured_with_other_prompts(more: str) -> None:
    """Prompts take time of their own: each draw is at work as its exact month is."""
    words = text().replace("tokens_per_second = 1_000", f"tokens_per_second = 1_000, {more}")
    ready = opened(words)
    assert ready.workload is not None, ready.problems
    drawn = {"step.answer.input_tokens": np.array([500.0, 1_000.0, 4_000.0])}
    seen = Seen()
    compare(Evaluator(prices(ready), DAY), ready.workload, drawn, 3, seen)
    assert not seen.apart, seen.apart[:5]
    assert seen.billed == 6


def test_power_at_work_follows_what_is_asked() -> None:
    """Twice the requests draw twice the power at work; nothing else of an own machine moves."""
    found = opened(text())
    assert found.workload is not None
    drawn = {"traffic.requests_per_month": np.array([219_000.0, 438_000.0])}
    month = totals(found.workload, "own", prices(found), DAY, drawn)
    assert month.monthly[1] - month.monthly[0] == pytest.approx(730 * 6.25 / 6 * 0.2)


def test_what_an_own_machine_costs_may_be_a_range() -> None:
    """730 kWh x 1.25 idle and 6.25 / 6 x 730 at work: 0.1 a kWh more or less is that much."""
    words = text().replace("electricity = 0.2", "electricity = { p5 = 0.1, p95 = 0.3 }")
    found = opened(words)
    assert found.workload is not None
    assert list(found.workload.ranges) == ["hardware.rack.electricity"]
    drawn = {"hardware.rack.electricity": np.array([0.1, 0.3])}
    month = totals(found.workload, "own", prices(found), DAY, drawn)
    kwh = 730 * 1.25 + 730 * 6.25 / 6
    assert month.monthly[1] - month.monthly[0] == pytest.approx(0.2 * kwh)
