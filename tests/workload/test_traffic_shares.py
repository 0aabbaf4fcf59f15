"""The share of a month's traffic in windows of the week."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import examples

from costplan.quantity import total
from costplan.record import read
from costplan.weektime import parse_days, parse_hours, parse_zone, within
from costplan.workload.tables import Job, Traffic
from costplan.workload.traffic import job_shares, moments, shares_in

NOVEMBER = date(2026, 11, 1)  # 30 days, Sunday first: 21 weekdays, 9 of a weekend


def traffic(**keys) -> Traffic:
    return read(Traffic, {"requests_per_month": 1, **keys})


def job(**keys) -> Job:
    return read(Job, {"name": "night", "runs_per_month": 1, "model": "chat", **keys})


def window(hours: str, days: str = "mon-sun", zone: str = "UTC"):
    spans, weekdays, place = parse_hours((hours,)), parse_days(days), parse_zone(zone)
    return lambda moment: within(moment.astimezone(place), weekdays, spans)


def test_a_month_is_weighed_in_half_hours() -> None:
    found = list(moments(NOVEMBER, "UTC"))
    assert len(found) == 30 * 48
    assert found[0].isoformat() == "2026-11-01T00:15:00+00:00"
    assert found[-1].isoformat() == "2026-11-30T23:45:00+00:00"
    assert len(list(moments(date(2024, 2, 29), "UTC"))) == 29 * 48


def test_flat_traffic_follows_the_clock() -> None:
    assert shares_in(traffic(), NOVEMBER, []) == [1]
    assert shares_in(traffic(), NOVEMBER, [window("06:00-12:00")]) == [
        Decimal("0.25"),
        Decimal("0.75"),
    ]
    weekdays = shares_in(traffic(), NOVEMBER, [window("00:00-24:00", "mon-fri")])
    assert weekdays == [Decimal("0.7"), Decimal("0.3")]


def test_the_first_window_that_matches_wins() -> None:
    both = [window("00:00-12:00"), window("06:00-18:00")]
    assert shares_in(traffic(), NOVEMBER, both) == [
        Decimal("0.5"),
        Decimal("0.25"),
        Decimal("0.25"),
    ]


def test_a_profile_of_the_day() -> None:
    office = traffic(hourly=[0] * 9 + [1] * 8 + [0] * 7)
    assert shares_in(office, NOVEMBER, [window("09:00-17:00")]) == [1, 0]
    assert shares_in(office, NOVEMBER, [window("09:00-11:00")]) == [
        Decimal("0.25"),
        Decimal("0.75"),
    ]


def test_a_weekend_factor() -> None:
    quiet = traffic(weekend_factor=0)
    assert shares_in(quiet, NOVEMBER, [window("00:00-24:00", "sat,sun")]) == [0, 1]
    double = traffic(weekend_factor=2)
    (weekend, _) = shares_in(double, NOVEMBER, [window("00:00-24:00", "sat,sun")])
    assert weekend == Decimal(18) / Decimal(39)


def test_a_profile_in_its_own_zone() -> None:
    tokyo = traffic(hourly=[0] * 9 + [1] + [0] * 14, timezone="Asia/Tokyo")
    assert shares_in(tokyo, NOVEMBER, [window("00:00-01:00")]) == [1, 0]


def test_a_window_in_another_zone_moves_with_the_season() -> None:
    noon = traffic(hourly=[0] * 13 + [1] + [0] * 10)  # 13:00-14:00 UTC
    new_york = window("09:00-10:00", zone="America/New_York")
    assert shares_in(noon, date(2026, 7, 1), [new_york]) == [1, 0]  # EDT
    assert shares_in(noon, date(2026, 12, 1), [new_york]) == [0, 1]  # EST
    (share, _) = shares_in(noon, date(2026, 3, 1), [new_york])  # from the 8th on
    assert share == Decimal(24) / Decimal(31)


def test_a_job_spreads_over_its_own_hours() -> None:
    night = job(hours=["22:00-06:00"])
    assert job_shares(night, traffic(), NOVEMBER, [window("00:00-24:00")]) == [1, 0]
    (late, _) = job_shares(night, traffic(), NOVEMBER, [window("22:00-24:00")])
    assert late == Decimal("0.25")
    always = job()
    assert job_shares(always, traffic(), NOVEMBER, [window("06:00-12:00")])[0] == Decimal("0.25")


def test_a_night_job_of_friday_reaches_into_saturday() -> None:
    friday = job(hours=["22:00-06:00"], days="fri")
    saturday = window("00:00-24:00", "sat")
    (share, _) = job_shares(friday, traffic(), NOVEMBER, [saturday])
    assert share == Decimal("0.75")


def test_a_profile_does_not_move_a_job() -> None:
    night = job(hours=["22:00-06:00"])
    office = traffic(hourly=[0] * 9 + [1] * 8 + [0] * 7, weekend_factor=0)
    (late, _) = job_shares(night, office, NOVEMBER, [window("22:00-24:00")])
    assert late == Decimal("0.25")


hours_of_day = st.integers(0, 23)


@examples(40)
@given(
    st.lists(st.decimals(0, 10, places=2), min_size=24, max_size=24).filter(any),
    st.decimals("0.1", 3, places=1),
    st.lists(st.tuples(hours_of_day, hours_of_day, st.sampled_from(["mon-fri", "sat-sun"]))),
    st.dates(date(2024, 1, 1), date(2030, 12, 31)),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"]),
)
def test_shares_sum_to_one(hourly, weekend, spans, day, zone) -> None:
    busy = traffic(hourly=hourly, weekend_factor=weekend, timezone=zone)
    windows = [
        window(f"{first:02}:00-{last:02}:00", days) for first, last, days in spans if first != last
    ]
    parts = shares_in(busy, day, windows)
    assert len(parts) == len(windows) + 1
    assert all(0 <= part <= 1 for part in parts)
    assert abs(total(parts) - 1) < Decimal("1e-25")


def test_windows_that_cover_everything_leave_exactly_nothing() -> None:
    """Not 3e-29 of the month: that would be a line of its own on the bill."""
    parts = shares_in(traffic(), NOVEMBER, [window("09:00-10:00"), window("00:00-24:00")])
    assert parts[-1] == 0


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "Europe"])
def test_a_zone_must_exist(name: str) -> None:
    with pytest.raises(ValueError, match="unknown time zone"):
        parse_zone(name)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon-fri", {0, 1, 2, 3, 4}),
        ("sat,sun", {5, 6}),
        ("fri-mon", {4, 5, 6, 0}),
        ("sun-sat", set(range(7))),
        ("wed", {2}),
        ("mon-tue, thu", {0, 1, 3}),
    ],
)
def test_days_of_the_week(text: str, days: set[int]) -> None:
    assert parse_days(text) == days


@pytest.mark.parametrize("text", ["", "mon-", "-fri", "monday", "Mon-Fri", "mon..fri", "mon-fri-"])
def test_days_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match="is not a list of days"):
        parse_days(text)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("09:00-12:00", (540, 720)),
        ("22:00-06:00", (1320, 1800)),
        ("00:00-24:00", (0, 1440)),
        ("22:00-00:00", (1320, 1440)),
        ("09:30-09:31", (570, 571)),
    ],
)
def test_spans_of_hours(text: str, span: tuple[int, int]) -> None:
    assert parse_hours((text,)) == (span,)


@pytest.mark.parametrize(
    "text", ["", "9-12", "09:00", "09:00-09:00", "24:00-06:00", "09:60-10:00", "25:00-26:00", "a-b"]
)
def test_spans_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match="is not a span of hours"):
        parse_hours((text,))


def test_spans_are_half_open() -> None:
    spans, days = parse_hours(("09:00-12:00",)), parse_days("mon-sun")
    assert within(datetime.fromisoformat("2026-11-22T09:00:00"), days, spans)
    assert within(datetime.fromisoformat("2026-11-22T11:59:59"), days, spans)
    assert not within(datetime.fromisoformat("2026-11-22T12:00:00"), days, spans)


def test_a_holiday_takes_the_night_that_began_on_it() -> None:
    spans, days = parse_hours(("22:00-06:00",)), parse_days("mon-sun")
    holidays = (date(2026, 12, 25),)
    verdicts = {
        text: within(datetime.fromisoformat(text), days, spans, holidays)
        for text in (
            "2026-12-25T02:00:00",  # begun on the 24th
            "2026-12-25T23:00:00",
            "2026-12-26T02:00:00",  # begun on the holiday
            "2026-12-26T23:00:00",
        )
    }
    assert list(verdicts.values()) == [True, False, False, True]
