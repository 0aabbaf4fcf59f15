"""How a history goes on: from which length on in which way, and each month's bands by its lead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from math import exp, log

import pytest

from costplan.plan.forecast.backtest import Error, Past
from costplan.plan.forecast.methods import LAST_MONTH, RUN_RATE, SEASONAL
from costplan.plan.forecast.outlook import Outlook, Volume, _better, outlook
from costplan.plan.forecast.series import (
    History,
    before,
    known_part,
    months_between,
    months_later,
    of_days,
    of_months,
    shortcomings,
)

D = Decimal


def by_day(first: date, values: Sequence[int | None], silent: float | None = None) -> History:
    """A value a day; None where there is none."""
    known = {
        first + timedelta(days=at): D(value) for at, value in enumerate(values) if value is not None
    }
    return History("requests", known, silent=silent)


def by_month(first: date, values: Sequence[int | None]) -> History:
    known = {
        months_later(first, at): D(value) for at, value in enumerate(values) if value is not None
    }
    return History("requests", known, monthly=True)


def ten_a_day(history: History, widths: Mapping[int, float], *, monthly: bool = False) -> Outlook:
    end = history.last
    past = Past(RUN_RATE, [])
    return Outlook(history, end, monthly, lambda *_: 10.0, [past], None, widths, None)


def rounded(volume: Volume) -> tuple[float | None, ...]:
    return tuple(None if value is None else round(value, 9) for value in volume)


WIDTHS = {1: log(2), 2: log(4), 3: log(5)}


def test_a_months_band_is_of_the_lead_that_its_middle_has() -> None:
    """In 28 days each: the middle of June is 15.5 days ahead, of July 46, of August 77, of
    September 107.5."""
    ahead = ten_a_day(by_day(date(2026, 5, 25), [10] * 7), WIDTHS)
    assert rounded(ahead.month(date(2026, 6, 1))) == (300, 150, 600)
    assert rounded(ahead.month(date(2026, 7, 1))) == (310, 77.5, 1_240)
    assert rounded(ahead.month(date(2026, 8, 1))) == (310, 62, 1_550)
    assert rounded(ahead.month(date(2026, 9, 1))) == (300, None, None)


def test_what_is_known_of_a_month_has_no_band() -> None:
    """June 1 to 10, of which two days are missing: 8 a day stand for ten; 20 days are to come."""
    ahead = ten_a_day(by_day(date(2026, 6, 1), [8, 8, None, 8, 8, None, 8, 8, 8, 8]), WIDTHS)
    assert rounded(ahead.month(date(2026, 6, 1))) == (80 + 200, 80 + 100, 80 + 400)
    silent = ten_a_day(by_day(date(2026, 6, 1), [8, None, 8], silent=0.0), WIDTHS)
    assert rounded(silent.month(date(2026, 6, 1)))[0] == 16 + 270
    # only the last of two months is there, and the first day after it is the second ahead
    ahead = ten_a_day(by_day(date(2026, 5, 30), [10]), WIDTHS)
    assert rounded(ahead.month(date(2026, 6, 1)))[0] == 300


def test_a_history_by_the_month_has_leads_of_months() -> None:
    ahead = ten_a_day(by_month(date(2025, 11, 1), [1, 1]), WIDTHS, monthly=True)
    assert rounded(ahead.month(date(2026, 1, 1))) == (310, 155, 620)
    assert rounded(ahead.month(date(2026, 2, 1))) == (280, 70, 1_120)


@pytest.mark.parametrize(("months", "method"), [(23, LAST_MONTH), (24, SEASONAL)])
def test_seasons_are_told_from_24_months_on(months: int, method: object) -> None:
    seasons = [1_000 + at % 12 for at in range(months)]
    ahead = outlook(by_month(date(2024, 1, 1), seasons), 0.0, 3)
    assert ahead.method is method
    assert ahead.by_month
    assert ahead.end == (date(2025, 11, 30) if months == 23 else date(2025, 12, 31))


def test_three_months_are_the_least_that_a_month_is_tried_on() -> None:
    """Of four months, the fourth from the three before it."""
    ahead = outlook(by_month(date(2026, 1, 1), [31, 28, 31, 60]), 0.0, 3)
    assert [(error.origin, error.lead) for error in ahead.pasts[0].errors] == [(3, 1)]
    assert outlook(by_month(date(2026, 1, 1), [31, 28, 31]), 0.0, 3).pasts[0].errors == []


@pytest.mark.parametrize(
    ("first", "monthly"), [(date(2024, 6, 1), True), (date(2024, 6, 2), False)]
)
def test_days_of_24_whole_months_have_seasons_too(first: date, *, monthly: bool) -> None:
    """Up to the end of May 2026: from June 1 on 24 months are whole, from June 2 on 23."""
    days = (date(2026, 5, 31) - first).days + 1
    assert outlook(by_day(first, [10] * days), 0.0, 3).by_month is monthly


@pytest.mark.parametrize(("lacks", "monthly"), [(24, False), (23, True)])
def test_seasons_go_on_from_a_last_month_that_is_known(lacks: int, *, monthly: bool) -> None:
    """Of 25 whole months one has its first day alone. Where that is the last, a method by the month
    knows nothing of where the volume stands today; the month before it is a gap like any other."""
    first = date(2024, 1, 1)
    known = by_day(first, [10] * (date(2026, 1, 31) - first).days)
    gone = months_later(first, lacks)
    values = {
        day: value
        for day, value in known.values.items()
        if months_between(gone, day) or day == gone
    }
    assert outlook(known._replace(values=values | {date(2026, 1, 31): D(10)}), 0.0, 3).by_month is (
        monthly
    )


def test_days_are_tried_on_the_last_730() -> None:
    """What was before them is a thousand times as much, and no method is told of it."""

    def off(*values: int) -> float:
        ahead = outlook(by_day(date(2024, 6, 14), values), 0.0, 3)
        assert not ahead.by_month
        return max(error.off for past in ahead.pasts for error in past.errors)

    assert off(10_000, *[10] * 730) < 1e-9
    assert off(10, 10_000, *[10] * 729) > 1


def errors(share: float, origins: int = 12, lead: int = 1, first: int = 0) -> list[Error]:
    return [Error(first + at, lead, 0.0, share) for at in range(origins)]


@pytest.mark.parametrize(
    ("past", "usual", "better"),
    [
        (errors(8.9), errors(10.0), True),
        (errors(9.0), errors(10.0), False),  # a tenth is not more than a tenth
        (errors(1.0, 11), errors(10.0, 11), False),
        (errors(1.0, 20), errors(10.0, 11), False),  # both were tried on eleven
        (errors(1.0, 12, lead=3), errors(10.0, 12, lead=3), True),
        (errors(1.0, 12, lead=4), errors(10.0, 12, lead=4), False),
        (errors(9.5) + errors(1.0, lead=4), errors(10.0) + errors(90.0, lead=4), False),
        (errors(1.0), errors(10.0, first=9), False),
    ],
)
def test_another_method_is_better_by_a_tenth_where_both_were_tried_twelve_times(
    past: list[Error], usual: list[Error], *, better: bool
) -> None:
    assert _better(Past(SEASONAL, past), Past(RUN_RATE, usual)) is better


def test_the_chosen_method_stands_first_and_the_usual_one_is_told() -> None:
    """A volume that grows by 1 % a day is a trend, and the mean of the last weeks is the usual."""
    grows = outlook(
        by_day(date(2026, 1, 1), [round(exp(at / 100) * 1e6) for at in range(250)]), 0, 3
    )
    assert grows.method.name == "trend"
    assert [past.method.name for past in grows.pasts] == ["trend", "run-rate", "last-week"]
    assert grows.usual is grows.pasts[1]
    # what steps to another level each 40 days is best told by its last week, which is tried second
    steps = outlook(
        by_day(date(2026, 1, 1), [100 + 100 * (at // 40 % 3) for at in range(400)]), 0, 1
    )
    assert steps.method.name == "last-week"
    assert steps.usual is not None
    assert steps.usual.method is RUN_RATE
    still = outlook(by_day(date(2026, 1, 1), [10] * 250), 0.0, 3)
    assert (still.method.name, still.usual) == ("run-rate", None)


def test_months_are_counted_across_years() -> None:
    assert months_later(date(2025, 11, 17), 1) == date(2025, 12, 1)
    assert months_later(date(2025, 11, 17), 2) == date(2026, 1, 1)
    assert months_later(date(2025, 11, 17), 26) == date(2028, 1, 1)
    assert months_between(date(2025, 11, 30), date(2026, 2, 1)) == 3


def test_a_day_or_a_month_that_runs_is_not_over() -> None:
    days = by_day(date(2026, 6, 13), [1, 2, 3])
    kept, (told,) = before(days, date(2026, 6, 15))
    assert (kept.last, told.values["count"], told.values["day"]) == (
        date(2026, 6, 14),
        1,
        "2026-06-15",
    )
    assert before(days, date(2026, 6, 16)) == (days, [])
    months = by_month(date(2026, 4, 1), [1, 2, 3])
    kept, _ = before(months, date(2026, 6, 30))
    assert kept.last == date(2026, 5, 31)


def test_days_from_the_first_to_the_last() -> None:
    assert of_days(by_day(date(2026, 6, 1), [1, None, 3])) == [1.0, None, 3.0]
    assert of_days(by_day(date(2026, 6, 1), [1, None, 3], silent=0.0)) == [1.0, 0.0, 3.0]
    assert known_part(
        by_day(date(2026, 6, 1), [1, None, 3]), date(2026, 6, 1), date(2026, 6, 3)
    ) == (
        4.0,
        2,
    )


@pytest.mark.parametrize(("missing", "rate"), [(6, 10.0), (7, None)])
def test_four_fifths_of_its_days_tell_a_month(missing: int, rate: float | None) -> None:
    """24 of the 30 days of June."""
    june = by_day(date(2026, 6, 1), [10] * (29 - missing) + [None] * missing + [10])
    assert of_months(june) == (date(2026, 6, 1), [rate])


def test_whole_months_begin_with_their_first_day_and_end_with_their_last() -> None:
    assert of_months(by_day(date(2026, 5, 31), [90] + [10] * 30)) == (date(2026, 6, 1), [10.0])
    assert of_months(by_day(date(2026, 6, 1), [10] * 29)) == (date(2026, 6, 1), [])
    assert of_months(by_month(date(2026, 1, 1), [310, None, 62])) == (
        date(2026, 1, 1),
        [10.0, None, 2.0],
    )


def test_what_a_history_lacks_is_told() -> None:
    def codes(history: History) -> dict[str, object]:
        return {about.code: about.values["count"] for about in shortcomings(history)}

    assert codes(by_day(date(2026, 6, 1), [1] * 7)) == {}
    assert codes(by_day(date(2026, 6, 1), [1] * 6)) == {"history-short": 6}
    assert codes(by_day(date(2026, 6, 1), [1, None, None, *[1] * 5])) == {"history-lacks-days": 2}
    silent = by_day(date(2026, 6, 1), [1, None, *[1] * 6], silent=0.0)
    assert codes(silent) == {"history-silent-days": 1}
    assert codes(by_month(date(2025, 12, 1), [1, None, 1])) == {"history-lacks-months": 1}
    assert codes(by_month(date(2025, 12, 1), [1, 1])) == {}
