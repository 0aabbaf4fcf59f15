"""Methods on series whose answer is known, and bands on two public ones."""

from __future__ import annotations

from math import exp, inf, isclose, log

import pytest
from backtest_figures import BEGIN, END, PAGE, figures, table, values

from costplan.plan.forecast import backtest
from costplan.plan.forecast.backtest import (
    DAYS,
    MONTHS,
    Coverage,
    Error,
    Grid,
    Past,
    coverage,
    widths,
)
from costplan.plan.forecast.methods import (
    LAST_MONTH,
    OF_DAYS,
    OF_MONTHS,
    RUN_RATE,
    SEASONAL,
    Fitted,
    Method,
    Series,
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
    ahead = SEASONAL.fit(months, 0.0)
    assert ahead is not None
    for lead in (1, 7, 13, 24):
        at = 29 + lead
        assert isclose(ahead(lead, lead), exp(0.02 * at) * (1 + at % 12), rel_tol=1e-9)
    year = [exp(0.02 * at) * (1 + at % 12) for at in range(30, 42)]
    assert isclose(ahead(1, 12), sum(year) / 12, rel_tol=1e-9)


def test_least_squares_is_that_of_the_whole_matrix() -> None:
    """Taking out each calendar month's mean gives the slope of the regression with dummies."""
    numpy = pytest.importorskip("numpy")
    months = values("air_passengers.csv")[:57]
    columns = [[float(at), *(float(at % 12 == month) for month in range(12))] for at in range(57)]
    solved, *_ = numpy.linalg.lstsq(
        numpy.array(columns), numpy.log(numpy.array(months)), rcond=None
    )
    ahead = SEASONAL.fit(months, 0.0)
    assert ahead is not None
    for lead in range(1, 25):
        at = 56 + lead
        expected = exp(float(solved[0]) * at + float(solved[1 + at % 12]))
        assert isclose(ahead(lead, lead), expected, rel_tol=1e-9)


def test_the_last_year_grows_as_the_last_year_did() -> None:
    months = [float(1 + at % 12) * (2 if at >= 12 else 1) for at in range(24)]
    ahead = LAST_YEAR.fit(months, 0.0)
    assert ahead is not None
    assert [ahead(lead, lead) for lead in (1, 12, 13)] == [4.0, 48.0, 8.0]
    assert ahead(1, 12) == 26.0  # 4, 8 ... 48


def test_the_last_month_grows_from_month_to_month() -> None:
    """By a tenth: 110 in the first month ahead, 121 in the second, which is the middle of three."""
    ahead = LAST_MONTH.fit([7.0, 100.0], 0.1)
    assert ahead is not None
    assert [ahead(1, 1), ahead(2, 2), ahead(1, 3)] == pytest.approx([110, 121, 121])


def test_the_mean_of_whole_weeks_grows_from_its_middle() -> None:
    days = [100.0] * 3 + [float(10 + at % 7) for at in range(28)]
    still = RUN_RATE.fit(days, 0.0)
    grows = RUN_RATE.fit(days, 0.1)
    assert still is not None
    assert grows is not None
    assert still(1, 30) == 13.0
    assert isclose(grows(1, 31), 13 * 1.1 ** ((16 + 13.5) / 30.4375))  # days of a mean month
    gone = RUN_RATE.fit(days, -1.0)
    assert gone is not None
    assert gone(1, 1) == 0.0


def test_a_trend_of_weeks_is_found_exactly() -> None:
    days = [100 * exp(0.01 * (at // 7)) for at in range(84)]
    ahead = TREND.fit(days, 0.0)
    assert ahead is not None
    assert isclose(ahead(1, 7), 100 * exp(0.01 * 12), rel_tol=1e-9)
    assert isclose(ahead(15, 21), 100 * exp(0.01 * 14), rel_tol=1e-9)


def test_what_has_no_logarithm_or_too_little_is_not_fitted() -> None:
    assert SEASONAL.fit([1.0] * 23, 0.0) is None
    assert SEASONAL.fit([0.0, *[1.0] * 30], 0.0) is None
    assert TREND.fit([0.0] * 84, 0.0) is None
    assert TREND.fit([1.0] * 40, 0.0) is None
    assert TREND.fit([1.0] * 84 + [0.0] * 7, 0.0) is None
    assert RUN_RATE.fit([None] * 9, 0.0) is None
    assert LAST_MONTH.fit([1.0, None], 0.0) is None
    assert LAST_YEAR.fit([1.0] * 23, 0.0) is None
    assert LAST_YEAR.fit([None, *[1.0] * 23], 0.0) is None


def test_a_method_says_whether_the_stated_growth_is_in_it() -> None:
    series = [2.0**at for at in range(70)]
    for method in (*OF_DAYS, *OF_MONTHS):
        still, grows = (method.fit(series, growth) for growth in (0.0, 0.5))
        assert still is not None
        assert grows is not None
        assert (still(1, 1) != grows(1, 1)) is method.uses_growth


def test_what_comes_once_a_day_goes_on() -> None:
    """The logarithm of 1 is 0, and no sign of nothing."""
    for method, size in ((TREND, 84), (SEASONAL, 24), (LAST_YEAR, 24), (RUN_RATE, 28)):
        ahead = method.fit([1.0] * size, 0.0)
        assert ahead is not None
        assert ahead(1, 1) == 1.0


def test_missing_days_are_left_out_and_not_taken_for_none() -> None:
    days: list[float | None] = [10.0] * 28
    days[-3] = None
    ahead = RUN_RATE.fit(days, 0.0)
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


GRID = Grid(size=3, step=1, least=4)


def test_each_origin_is_told_what_came_before_and_asked_for_whole_targets() -> None:
    """Of 10 periods in threes, origins 4 to 7. Only targets that are whole are asked for."""
    told: list[tuple[int, float]] = []
    asked: list[tuple[int, int, int]] = []

    def fit(before: Series, growth: float) -> Fitted:
        told.append((len(before), growth))

        def ahead(begin: int, end: int) -> float:
            asked.append((len(before), begin, end))
            return 4.0

        return ahead

    series = [float(at) for at in range(10)]
    past = backtest.tested(Method("spy", "a spy", fit), series, GRID, 0.5, 2)
    assert told == [(4, 0.5), (5, 0.5), (6, 0.5), (7, 0.5)]
    assert asked == [(4, 1, 3), (4, 4, 6), (5, 1, 3), (6, 1, 3), (7, 1, 3)]
    # the means of 4 to 6 and of 7 to 9: 5 and 8, against 4
    assert past.errors[:2] == [Error(4, 1, log(5 / 4), 1 - 4 / 5), Error(4, 2, log(8 / 4), 0.5)]
    assert [error.origin for error in past.errors] == [4, 4, 5, 6, 7]
    by_fours = backtest.tested(Method("spy", "a spy", fit), series, GRID._replace(step=3), 0, 1)
    assert [error.origin for error in by_fours.errors] == [4, 7]


@pytest.mark.parametrize(
    ("actual", "said", "off", "share"),
    [
        (0.5, 0.25, log(2), 0.5),
        (0.25, 0.5, log(2), 1.0),
        (0.0, 0.0, 0.0, 0.0),
        (0.0, 0.5, inf, inf),
        (0.5, 0.0, inf, 1.0),
    ],
)
def test_errors_are_logarithms_and_shares(
    actual: float, said: float, off: float, share: float
) -> None:
    constant = Method("constant", "one rate", lambda *_: lambda *_: said)
    (error,) = backtest.tested(constant, [actual] * 7, GRID, 0.0, 1).errors
    assert (error.off, error.share) == (pytest.approx(off), share)


def test_a_mean_share_is_of_the_leads_that_are_compared() -> None:
    errors = [Error(0, 1, 0.0, 0.1), Error(0, 2, 0.0, 0.3), Error(0, 3, 0.0, 0.8)]
    past = Past(RUN_RATE, errors)
    assert past.mean_share(1) == 0.1
    assert past.mean_share(2) == pytest.approx(0.2)
    assert past.mean_share(3) == pytest.approx(0.4)
    assert Past(RUN_RATE, errors[1:]).mean_share(1) is None


def test_bands_end_at_the_leads_that_are_asked_for() -> None:
    """And at the first lead with fewer than four errors: what is beyond it has no band."""
    errors = [Error(at, lead, 0.1, 0.0) for lead in (1, 2, 3) for at in range(4)]
    assert set(widths(errors, 2)) == {1, 2}
    assert set(widths(errors, 3)) == {1, 2, 3}
    gap = [error for error in errors if error.lead != 2 or error.origin]
    assert set(widths(gap, 3)) == {1}


def test_an_error_is_known_once_its_target_is_over() -> None:
    """Targets of three periods two leads ahead end six after their origin."""
    errors = [Error(origin, 2, 0.1, 0.0) for origin in (0, 1, 2, 3)]
    bands = [*errors, *(Error(origin, 1, 0.0, 0.0) for origin in (0, 1, 2, 3))]
    last = [Error(9, 2, 0.125, 0.0), Error(9, 1, 0.0, 0.0)]
    held = coverage([*bands, *last], GRID, 2)
    assert held == Coverage(1.0, 2)  # both leads of 9, where the target of 3 has just ended
    early = [error._replace(origin=8) for error in last]
    assert coverage([*bands, *early], GRID, 2) == Coverage(1.0, 1)
