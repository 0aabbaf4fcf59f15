"""How busy the hours are in which requests come."""

from datetime import date
from decimal import Decimal

import pytest

from costplan.record import read
from costplan.workload.tables import Traffic
from costplan.workload.traffic import STEADY, levels_in, shares_in

DAY = date(2026, 11, 1)  # 30 days, 21 of them weekdays


def traffic(**keys) -> Traffic:
    return read(Traffic, {"requests_per_month": 1, **keys})


@pytest.mark.parametrize("hourly", [[], [3] * 24])
def test_flat_traffic_has_one_level(hourly: list[int]) -> None:
    assert levels_in(traffic(hourly=hourly), DAY, []) == [STEADY]


def test_eight_hours_of_traffic_are_three_times_the_mean() -> None:
    (levels,) = levels_in(traffic(hourly=[0] * 9 + [1] * 8 + [0] * 7), DAY, [])
    assert levels == [(1, 3)]


def test_a_quiet_weekend() -> None:
    (levels,) = levels_in(traffic(weekend_factor=Decimal("0.5")), DAY, [])
    mean = (21 + 9 * Decimal("0.5")) / 30
    assert sorted(levels) == [
        (Decimal("4.5") / Decimal("25.5"), Decimal("0.5") / mean),
        (21 / Decimal("25.5"), 1 / mean),
    ]


def test_levels_of_a_window_are_of_its_own_requests() -> None:
    busy = traffic(hourly=[1] * 12 + [2] * 6 + [4] * 6)
    windows = [lambda moment: moment.hour >= 18, lambda moment: moment.hour < 6]
    inside, early, outside = levels_in(busy, DAY, windows)
    mean = Decimal(12 + 12 + 24) / 24
    assert inside == [(1, 4 / mean)]
    assert early == [(1, 1 / mean)]
    assert sorted(outside) == [(Decimal(6) / 18, 1 / mean), (Decimal(12) / 18, 2 / mean)]
    # All requests of the month, by level, have the month's mean as their harmonic mean.
    parts = shares_in(busy, DAY, windows)
    slots = sum(
        part * level.share / level.pace
        for part, levels in zip(parts, (inside, early, outside), strict=True)
        for level in levels
    )
    assert abs(slots - 1) < Decimal("1e-20")
