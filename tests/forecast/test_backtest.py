"""Methods on series whose answer is known, and bands on two public ones."""

from __future__ import annotations

from math import exp, isclose, log

import pytest
from backtest_figures import BEGIN, END, PAGE, figures, table, values

from costplan.plan.forecast import backtest
from costplan.plan.forecast.backtest import (
    DAYS,
    MONTHS,
    Error,
    coverage,
    widths,
)
from costplan.plan.forecast.methods import (
    DAYS_A_MONTH,
    LAST_MONTH,
    OF_DAYS,
    OF_MONTHS,
    RUN_RATE,
    SEASONAL,
)

TREND = OF_DAYS[2]
LAST_YEAR = OF_MONTHS[1]


def test_the_page_has_the_figures() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text.partition(BEGIN)[2].partition(END)[0] == table(), "run 'make forecast-accuracy'"


def test_bands_hold_what_they_say() -> None:
    """75 to 90 % of the past where 80 % is said, by the usual method of either series."""
    held = {(name.partition(",")[0], method): share for name, method, _, share, _ in figures()}
    assert 0.75 <= held["air passengers", "seasonal"] <= 0.90
    assert 0.75 <= held["births", "run-rate"] <= 0.90


def test_errors_are_those_of_the_literature() -> None:
    """A season and a trend within 6 % three months ahead, where the last month is off by 13 %."""
    off = {(name.partition(",")[0], method): shares for name, method, shares, _, _ in figures()}
    assert off["air passengers", "seasonal"][1] < 0.06
    assert off["air passengers", "last-month"][1] > 0.12
    assert off["births", "run-rate"][0] < 0.03


def test_a_season_and_a_trend_are_found_exactly() -> None:
    months = [exp(0.02 * at) * (1 + at % 12) for at in range(30)]
    ahead = SEASONAL.fit(months, 29 % 12, 0.0)
    assert ahead is not None
    for lead in (1, 7, 13, 24):
        at = 29 + lead
        assert isclose(ahead(lead, lead), exp(0.02 * at) * (1 + at % 12), rel_tol=1e-9)


def test_least_squares_is_that_of_the_whole_matrix() -> None:
    """Taking out each calendar month's mean gives the slope of the regression with dummies."""
    numpy = pytest.importorskip("numpy")
    months = values("air_passengers.csv")[:57]
    columns = [[float(at), *(float(at % 12 == month) for month in range(12))] for at in range(57)]
    solved, *_ = numpy.linalg.lstsq(
        numpy.array(columns), numpy.log(numpy.array(months)), rcond=None
    )
    ahead = SEASONAL.fit(months, 56 % 12, 0.0)
    assert ahead is not None
    for lead in range(1, 25):
        at = 56 + lead
        expected = exp(float(solved[0]) * at + float(solved[1 + at % 12]))
        assert isclose(ahead(lead, lead), expected, rel_tol=1e-9)


def test_the_last_year_grows_as_the_last_year_did() -> None:
    months = [float(1 + at % 12) * (2 if at >= 12 else 1) for at in range(24)]
    ahead = LAST_YEAR.fit(months, 11, 0.0)
    assert ahead is not None
    assert [ahead(lead, lead) for lead in (1, 12, 13)] == [4.0, 48.0, 8.0]


def test_the_mean_of_whole_weeks_grows_from_its_middle() -> None:
    days = [100.0] * 3 + [float(10 + at % 7) for at in range(28)]
    still = RUN_RATE.fit(days, 0, 0.0)
    grows = RUN_RATE.fit(days, 0, 0.1)
    assert still is not None
    assert grows is not None
    assert still(1, 30) == 13.0
    assert isclose(grows(1, 31), 13 * 1.1 ** ((16 + 13.5) / DAYS_A_MONTH))
    gone = RUN_RATE.fit(days, 0, -1.0)
    assert gone is not None
    assert gone(1, 1) == 0.0


def test_a_trend_of_weeks_is_found_exactly() -> None:
    days = [100 * exp(0.01 * (at // 7)) for at in range(84)]
    ahead = TREND.fit(days, 0, 0.0)
    assert ahead is not None
    assert isclose(ahead(1, 7), 100 * exp(0.01 * 12), rel_tol=1e-9)
    assert isclose(ahead(15, 21), 100 * exp(0.01 * 14), rel_tol=1e-9)


def test_what_has_no_logarithm_or_too_little_is_not_fitted() -> None:
    assert SEASONAL.fit([1.0] * 23, 11, 0.0) is None
    assert SEASONAL.fit([0.0, *[1.0] * 30], 6, 0.0) is None
    assert TREND.fit([0.0] * 84, 0, 0.0) is None
    assert TREND.fit([1.0] * 40, 0, 0.0) is None
    assert RUN_RATE.fit([None] * 9, 0, 0.0) is None
    assert LAST_MONTH.fit([1.0, None], 0, 0.0) is None
    assert LAST_YEAR.fit([None, *[1.0] * 23], 0, 0.0) is None


def test_missing_days_are_left_out_and_not_taken_for_none() -> None:
    days: list[float | None] = [10.0] * 28
    days[-3] = None
    ahead = RUN_RATE.fit(days, 0, 0.0)
    assert ahead is not None
    assert ahead(1, 1) == 10.0
    past = backtest.tested(RUN_RATE, [10.0] * 28 + [None] * 28 + [10.0] * 28, DAYS, 0.0, 3)
    assert all(error.off == 0 for error in past.errors)
    assert past.errors


def test_the_rank_of_a_band() -> None:
    """Four errors: the fourth of them; nine: the eighth; three: none. A longer lead is no surer."""

    def errors(lead: int, *offs: float) -> list[Error]:
        return [Error(at, lead, off, 0.0) for at, off in enumerate(offs)]

    assert widths(errors(1, 0.1, 0.2, 0.3), 1) == {}
    assert widths(errors(1, 0.1, 0.2, 0.3, 0.4), 1) == {1: 1.25 * 0.4}
    nine = [at / 10 for at in range(1, 10)]
    assert widths(errors(1, *nine), 1) == {1: 1.25 * 0.8}
    both = errors(1, 0.1, 0.2, 0.3, 0.4) + errors(2, 0.1, 0.1, 0.1, 0.1)
    assert widths(both, 2) == {1: 0.5, 2: 0.5}
    gone = errors(1, 0.1, 0.2, 0.3, float("inf"))
    assert widths(gone, 1) == {}


def test_coverage_rests_on_what_was_known_by_then() -> None:
    """Errors of 0.1 and then one of 9: only the last origin knows of none so large."""
    errors = [Error(origin, 1, 0.1, 0.0) for origin in range(10)] + [Error(10, 1, 9.0, 0.0)]
    found = coverage(errors, MONTHS, 1)
    assert found is not None
    assert found.tried == 7  # origins 4 to 10 have four errors that were over
    assert isclose(found.share, 6 / 7)
    assert coverage(errors[:3], MONTHS, 1) is None


def test_a_perfect_past_is_no_error() -> None:
    past = backtest.tested(SEASONAL, [exp(0.01 * at) for at in range(40)], MONTHS, 0.0, 2)
    assert max(error.off for error in past.errors) < 1e-9
    assert past.errors[0].origin == 24
    assert log(exp(past.errors[0].off)) < 1e-9
