"""Machines that stop when nothing comes: by hand, by a formula and by a replay, which agree."""

from __future__ import annotations

from math import exp
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import examples, sampled

from costplan.outcomes.queueing import (
    Arrival,
    greatest_offered_work,
    replay,
    slots_by_replay,
    slots_for,
)
from costplan.outcomes.scaling import off_share, scale_to_zero


def poisson(rate: float, service: float, seconds: float, seed: int) -> list[Arrival]:
    chance = Random(seed)
    moment, arrivals = 0.0, []
    while True:
        moment += chance.expovariate(rate)
        if moment > seconds:
            return arrivals
        arrivals.append((moment, chance.expovariate(1 / service)))


@pytest.mark.parametrize(("rate", "service"), sampled([(5.0, 8.0), (20.0, 4.0), (2.0, 60.0)], 1))
def test_erlang_c_and_a_replay_agree_on_poisson_arrivals(rate: float, service: float) -> None:
    arrivals = poisson(rate, service, 200_000 / rate, 7)
    by_formula = slots_for(rate, service, 1, 0.01)
    by_replay = slots_by_replay(arrivals, 1, 0.01)
    assert abs(by_formula - by_replay) <= 0.05 * by_replay


@pytest.mark.parametrize(
    ("rate", "service"), sampled([(0.002, 10.0), (0.01, 30.0), (0.001, 5.0)], 1)
)
def test_the_share_of_cold_starts_and_a_replay_agree(rate: float, service: float) -> None:
    idle = 120.0
    arrivals = poisson(rate, service, 20_000 / rate, 3)
    made = scale_to_zero(arrivals, 64, idle, 0.0)
    expected = off_share(rate, service, idle)
    assert expected == exp(-rate * (service + idle))
    assert abs(made.cold_starts / len(arrivals) - expected) <= 0.05 * expected
    assert abs(made.mean_machines - (1 - expected)) <= 0.05 * (1 - expected)


def test_a_burst_by_hand() -> None:
    # four requests of ten seconds at once, two to a machine that takes three to start
    made = scale_to_zero([(0.0, 10.0)] * 4 + [(1_000.0, 10.0)], 2, 60.0, 3.0)
    assert made.waits == [3.0, 3.0, 3.0, 3.0, 3.0]
    assert (made.cold_starts, made.most) == (3, 2)
    # each runs from its start to a minute after its last answer
    assert made.machine_seconds == 3 * (3 + 10 + 60)


def test_a_request_waits_for_a_slot_or_a_start_whichever_is_sooner() -> None:
    # the machine is ready at 8 and free at 18
    slot = scale_to_zero([(0.0, 10.0), (17.0, 1.0)], 1, 60.0, 8.0)
    assert (slot.waits, slot.cold_starts) == ([8.0, 1.0], 1)
    start = scale_to_zero([(0.0, 10.0), (4.0, 1.0)], 1, 60.0, 8.0)
    assert (start.waits, start.cold_starts) == ([8.0, 8.0], 2)


def test_a_machine_that_is_awake_serves_at_once() -> None:
    made = scale_to_zero([(0.0, 1.0), (50.0, 1.0), (200.0, 1.0)], 1, 60.0, 5.0)
    assert made.waits == [5.0, 0.0, 5.0]
    assert made.machine_seconds == (51.0 + 60.0) + (5.0 + 1.0 + 60.0)


@examples(40)
@given(
    st.lists(st.tuples(st.floats(0, 1_000), st.floats(0.1, 50)), min_size=1, max_size=60),
    st.integers(1, 4),
    st.floats(0, 100),
)
def test_no_start_and_no_end_is_a_fixed_fleet(
    arrivals: list[Arrival], concurrency: int, cold: float
) -> None:
    made = scale_to_zero(arrivals, concurrency, 1e9, 0.0)
    assert all(wait == 0 for wait in made.waits)
    assert all(wait <= 1e-9 for wait in replay(arrivals, made.most * concurrency))
    cold_made = scale_to_zero(arrivals, concurrency, 60.0, cold)
    assert max(cold_made.waits) <= cold + 1e-9


def test_any_window_of_a_trace() -> None:
    quiet = [(float(at), 1.0) for at in range(0, 3_600, 10)]
    rush = [(1_800 + at / 10, 1.0) for at in range(300)]  # thirty seconds, ten a second
    minutes = greatest_offered_work(sorted(quiet + rush), 300)
    seconds = greatest_offered_work(sorted(quiet + rush), 30)
    assert seconds.erlangs == pytest.approx(303 / 30)
    assert minutes.erlangs == pytest.approx(330 / 300)
