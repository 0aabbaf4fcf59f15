"""Erlang-C, the replay and the plain rule: textbook values, edges, and what must never happen."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costplan.outcomes.queueing import (
    Arrival,
    burstiness,
    erlang_c,
    greatest_offered_work,
    replay,
    replicas,
    replicas_for_slots,
    slots_by_replay,
    slots_for,
    waits_longer,
)
from costplan.problems import BadUsage

loads = st.floats(0.01, 500)
times = st.floats(0.01, 100)
traces = st.lists(st.tuples(st.floats(0, 100), st.floats(0, 20)), min_size=1, max_size=40)


def by_definition(slots: int, offered: float) -> float:
    """Erlang-C as the sum that textbooks print; good for few slots."""
    top = offered**slots / math.factorial(slots) * slots / (slots - offered)
    below = sum(offered**count / math.factorial(count) for count in range(slots))
    return top / (below + top)


def poisson(rate: float, service: float, count: int, together: int = 1) -> Iterator[Arrival]:
    """Arrivals in groups; one at a time is a Poisson stream."""
    chance, moment = random.Random(7), 0.0
    for _ in range(count // together):
        moment += chance.expovariate(rate / together)
        for _ in range(together):
            yield moment, chance.expovariate(1 / service)


@pytest.mark.parametrize(
    ("slots", "offered", "waits"),
    [
        (3, 2.0, 4 / 9),
        (1, 0.5, 0.5),  # a single server waits as often as it is busy
        (2, 1.0, 1 / 3),
        (5, 4.0, 0.5541),  # printed tables, four places
        (10, 8.0, 0.4092),
    ],
)
def test_textbook_values(slots: int, offered: float, waits: float) -> None:
    assert erlang_c(slots, offered) == pytest.approx(waits, abs=5e-5)
    assert erlang_c(slots, offered) == pytest.approx(by_definition(slots, offered), rel=1e-12)


@pytest.mark.parametrize(
    ("slots", "offered", "waits"), [(3, 3.0, 1), (3, 9.0, 1), (0, 1.0, 1), (3, 0.0, 0), (0, 0.0, 0)]
)
def test_edges_of_erlang_c(slots: int, offered: float, waits: float) -> None:
    assert erlang_c(slots, offered) == waits
    assert waits_longer(slots, offered, 5.0, 60.0) == waits


def test_thousands_of_slots_neither_overflow_nor_cancel() -> None:
    assert 0.09 < erlang_c(5_000, 4_900) < 0.11
    assert erlang_c(20_000, 100) == 0
    assert erlang_c(20_000, 19_999.999) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize(
    ("slots", "offered"), [(-1, 1.0), (3, -1.0), (3, math.nan)], ids=["slots", "load", "nan"]
)
def test_nonsense_is_refused(slots: int, offered: float) -> None:
    with pytest.raises(ValueError, match="at least 0"):
        erlang_c(slots, offered)


def test_an_absurd_load_is_said_to_be_one() -> None:
    with pytest.raises(BadUsage, match="served at once"):
        slots_for(1e9, 10, 1, 0.01)


@given(st.integers(1, 300), loads)
def test_one_slot_more_never_waits_more(slots: int, offered: float) -> None:
    assert 0 <= erlang_c(slots + 1, offered) <= erlang_c(slots, offered) <= 1


@given(st.integers(1, 300), loads, st.floats(0, 100))
def test_more_work_never_waits_less(slots: int, offered: float, more: float) -> None:
    assert erlang_c(slots, offered) <= erlang_c(slots, offered + more) + 1e-12


@given(st.integers(1, 300), loads, times, times, times)
def test_a_longer_wait_is_never_likelier(
    slots: int, offered: float, service: float, wait: float, more: float
) -> None:
    longer = waits_longer(slots, offered, service, wait + more)
    assert longer <= waits_longer(slots, offered, service, wait)
    assert waits_longer(slots, offered, service, 0) == erlang_c(slots, offered)


@given(st.floats(0.01, 20), st.floats(0.01, 20), st.floats(0, 5), st.floats(0.001, 0.5))
def test_slots_suffice_and_are_the_fewest(
    rate: float, service: float, wait: float, share: float
) -> None:
    slots, offered = slots_for(rate, service, wait, share), rate * service
    assert waits_longer(slots, offered, service, wait) <= share
    assert slots == 1 or waits_longer(slots - 1, offered, service, wait) > share


def test_slots_without_traffic_or_service() -> None:
    assert slots_for(0, 5, 1, 0.01) == 0
    assert slots_for(5, 0, 1, 0.01) == 1


@pytest.mark.parametrize("share", [0.0, 1.0, 1.5])
def test_a_share_is_between_none_and_all(share: float) -> None:
    with pytest.raises(ValueError, match="share"):
        slots_for(1, 1, 1, share)


def test_a_replay_by_hand() -> None:
    arrivals = [(0.0, 4.0), (1.0, 4.0), (2.0, 1.0), (3.0, 1.0), (9.0, 1.0)]
    assert replay(arrivals, 1) == [0, 3, 6, 6, 1]
    assert replay(arrivals, 2) == [0, 0, 2, 2, 0]
    assert replay(list(reversed(arrivals)), 3) == [0, 0, 0, 0, 0]
    assert slots_by_replay(arrivals, 0, 0.01) == 3
    assert slots_by_replay(arrivals, 0, 0.5) == 2
    assert slots_by_replay(arrivals, 1.5, 0.01) == 3
    assert slots_by_replay([], 1, 0.01) == 0


@given(traces, st.integers(1, 6))
def test_one_slot_more_never_lengthens_a_wait(arrivals: list[Arrival], slots: int) -> None:
    fewer, more = replay(arrivals, slots), replay(arrivals, slots + 1)
    assert len(fewer) == len(arrivals)
    assert all(one >= other - 1e-9 for one, other in zip(fewer, more, strict=True))


@given(traces, st.floats(0, 5), st.floats(0.01, 0.99))
def test_a_replay_finds_the_fewest_slots(
    arrivals: list[Arrival], wait: float, share: float
) -> None:
    def late(slots: int) -> int:
        return sum(1 for one in replay(arrivals, slots) if one > wait)

    slots = slots_by_replay(arrivals, wait, share)
    assert late(slots) <= share * len(arrivals)
    assert slots == 1 or late(slots - 1) > share * len(arrivals)


def test_erlang_c_is_what_a_long_replay_shows() -> None:
    arrivals = list(poisson(rate=4, service=5, count=60_000))
    late = sum(1 for wait in replay(arrivals, 23) if wait > 1) / len(arrivals)
    assert late == pytest.approx(waits_longer(23, 20, 5, 1), rel=0.15)


def test_the_busiest_window_by_work_is_not_the_busiest_by_arrivals() -> None:
    many_short = [(float(second), 1.0) for second in range(300)]
    few_long = [(300.0 + second, 10.0) for second in range(0, 300, 6)]
    after = [(100_000.0, 1.0)]
    shifted = [(moment + 5_000, service) for moment, service in many_short + few_long + after]
    found = greatest_offered_work(list(reversed(shifted)))
    assert (found.begins, found.arrivals) == (300, 50)
    assert found.erlangs == pytest.approx(500 / 300)
    assert found.erlangs == pytest.approx(found.arrivals_per_second * found.service_seconds)


def test_a_short_trace_is_measured_over_its_own_length() -> None:
    found = greatest_offered_work([(0.0, 2.0), (5.0, 2.0), (10.0, 2.0)])
    assert found.erlangs == pytest.approx(0.6)
    with pytest.raises(BadUsage, match="two moments"):
        greatest_offered_work([(3.0, 2.0), (3.0, 2.0)])


@given(traces, st.floats(1, 50))
def test_no_window_holds_more_work_than_the_one_found(
    arrivals: list[Arrival], window: float
) -> None:
    moments = [moment for moment, _ in arrivals]
    span = max(moments) - min(moments)
    if span < window:
        return
    found = greatest_offered_work(arrivals, window)
    mean = sum(service for _, service in arrivals) / (math.floor(span / window) + 1) / window
    assert found.erlangs >= mean - 1e-9


def test_a_poisson_stream_is_not_bursty_and_groups_are() -> None:
    alone = burstiness(list(poisson(5, 6, 20_000)))
    assert alone.gap_scv == pytest.approx(1, abs=0.1)
    assert alone.dispersion == pytest.approx(1, abs=0.15)
    assert not alone.is_bursty
    groups = list(poisson(5, 6, 20_000, together=5))
    assert burstiness(groups).is_bursty
    found = greatest_offered_work(groups)
    promised = slots_for(found.arrivals_per_second, found.service_seconds, 1, 0.01)
    assert promised < slots_by_replay(groups, 1, 0.01)  # what the warning is about


def test_a_slow_change_over_the_day_is_not_a_burst() -> None:
    chance, moment, arrivals = random.Random(3), 0.0, []
    while moment < 24_000:
        moment += chance.expovariate(3 + 2 * math.sin(moment / 24_000 * 2 * math.pi))
        arrivals.append((moment, 1.0))
    found = burstiness(arrivals)
    assert not found.is_bursty
    assert found.peak_to_mean > 1.5
    even = burstiness([(float(second), 1.0) for second in range(1_000)])
    assert even.gap_scv == 0
    assert not even.is_bursty
    with pytest.raises(BadUsage, match="three arrivals"):
        burstiness([(0.0, 1.0), (1.0, 1.0)])


@given(st.lists(st.tuples(st.floats(0, 2_000), st.just(1.0)), min_size=3, max_size=60))
def test_burstiness_is_a_number_for_every_trace(arrivals: list[Arrival]) -> None:
    if len({moment for moment, _ in arrivals}) == 1:
        return
    if max(arrivals)[0] - min(arrivals)[0] < 1e-6:
        return
    assert all(math.isfinite(value) and value >= 0 for value in burstiness(arrivals))


def test_the_plain_rule() -> None:
    assert replicas(100, 20) == 11  # 130 / 14 = 9.29 -> 10, and a spare
    assert replicas(70, 10, headroom=0, utilisation=0.7, spare=0) == 10  # exactly ten stay ten
    assert replicas(0, 20) == 1
    assert replicas_for_slots(52, 16) == 5
    assert replicas_for_slots(52, 26, spare=0) == 2
    assert replicas_for_slots(0, 26, spare=0) == 0
    with pytest.raises(ValueError, match="utilisation"):
        replicas(100, 0)


@given(st.floats(0, 1e6), st.floats(0.01, 1e4), st.floats(1, 10))
def test_a_faster_accelerator_never_raises_replicas(
    peak: float, rate: float, faster: float
) -> None:
    assert replicas(peak, rate * faster) <= replicas(peak, rate)
    assert replicas(peak, rate) <= replicas(peak * faster, rate)


@given(st.floats(0.1, 20), st.floats(0.1, 20), st.floats(1, 5))
def test_faster_service_never_needs_more_slots(rate: float, service: float, faster: float) -> None:
    assert slots_for(rate, service / faster, 1, 0.01) <= slots_for(rate, service, 1, 0.01)
