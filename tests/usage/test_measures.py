"""What counts say, where it turns: whole days, the quantiles of buckets, shares and their spans.

Every figure is worked out by hand from a handful of counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from math import isclose

import pytest

from costplan.document.usage import Traffic
from costplan.plan.usage.measure import (
    Span,
    StepUse,
    Whole,
    a_month,
    hourly,
    logged_days,
    peak_to_mean,
    span_of_mean,
    span_of_share,
    together,
    wanted,
    whole_days,
)
from costplan.plan.usage.sketch import Bucket, deviation, mean, merged, quantile
from costplan.plan.usage.summary import traffic_of

D = Decimal
MONDAY = 24 * 100
"""The first hour of some day, since 1970."""


def of_one(*values: int) -> list[Bucket]:
    """A bucket of its own for each value."""
    return [Bucket(place, 1, value) for place, value in enumerate(values)]


def use(
    calls: int = 10,
    sums: Mapping[str, int] | None = None,
    modes: Mapping[str | None, int] | None = None,
    inputs: tuple[int, ...] = (),
    outputs: tuple[int, ...] = (),
) -> StepUse:
    return StepUse(calls, sums or {}, of_one(*inputs), of_one(*outputs), {}, modes or {None: calls})


def test_the_quantile_is_the_smallest_value_that_so_many_do_not_exceed() -> None:
    """Of four the second, as two of four are the half; of five the third; of twenty the
    nineteenth."""
    assert quantile(of_one(10, 20, 30, 40), D("0.5")) == 20
    assert quantile(of_one(10, 20, 30, 40, 50), D("0.5")) == 30
    assert quantile(of_one(*range(1, 21)), D("0.95")) == 19
    assert quantile(of_one(*range(1, 22)), D("0.95")) == 20  # 0.95 x 21 = 19.95
    assert quantile([], D("0.5")) is None


def test_buckets_are_in_the_order_of_their_places_and_zeros_come_first() -> None:
    buckets = [Bucket(7, 1, 900), Bucket(None, 2, 0), Bucket(0, 1, 1)]
    assert quantile(buckets, D("0.5")) == 0
    assert quantile(buckets, D("0.75")) == 1
    assert quantile(buckets, D("0.76")) == 900
    assert quantile([Bucket(3, 4, 10)], D("0.5")) == D("2.5")  # the mean of what is in it


def test_a_bucket_that_is_empty_has_no_value() -> None:
    """Nothing is wanted of it where the share is 0, and it is not divided by."""
    assert quantile([Bucket(0, 0, 0), Bucket(1, 2, 10)], D(0)) == 5
    assert deviation([Bucket(0, 0, 0), Bucket(1, 1, 2), Bucket(2, 1, 4)]) == 1


def test_groups_add_up_to_the_buckets_of_all() -> None:
    both = merged([Bucket(1, 2, 10), Bucket(None, 1, 0), Bucket(1, 3, 20), Bucket(None, 4, 0)])
    assert both == [Bucket(1, 5, 30), Bucket(None, 5, 0)]


def test_mean_and_deviation_are_those_of_the_values() -> None:
    """2 once and 6 three times: mean 5, variance (9 + 3 x 1) / 4 = 3."""
    buckets = [Bucket(1, 1, 2), Bucket(2, 3, 18)]
    assert mean(buckets) == 5
    assert deviation(buckets) == D(3).sqrt()
    assert mean([]) is None
    assert deviation([]) is None


def test_a_kind_that_was_never_logged_has_a_mean_of_nothing() -> None:
    logged = use(4, {"input_tokens": 10})
    assert logged.mean("input_tokens") == D("2.5")
    assert logged.mean("output_tokens") == 0
    assert logged.parts() == {}
    assert use(0, {"input_tokens": 10}).mean("input_tokens") == 0


def test_means_are_in_the_tokens_of_the_workload() -> None:
    """A binding that counts twice the input and four times the output; searches are no tokens."""
    counted = use(
        5, {"input_tokens": 100, "output_tokens": 100, "web_searches": 10}, inputs=(1, 3)
    ).counted_by(D(2), D(4))
    assert counted.mean("input_tokens") == 10
    assert counted.mean("output_tokens") == 5
    assert counted.mean("web_searches") == 2
    assert counted.counted_by(D(0), D(0)).mean("input_tokens") == 20


def test_the_error_of_a_mean_is_its_deviation_over_the_root_of_calls() -> None:
    """Inputs of 1 and 3, outputs of 10 and 30: deviations 1 and 10, over the root of 4."""
    logged = use(4, inputs=(1, 3), outputs=(10, 30))
    assert logged.error("input") == D("0.5")
    assert logged.error("output") == 5
    assert logged.counted_by(D(2), D(5)).error("input") == D("0.25")
    assert logged.counted_by(D(2), D(5)).error("output") == 1
    assert use(2, inputs=(1, 3)).error("input") == 1 / D(2).sqrt()
    assert use(1, inputs=(1, 3)).error("input") == 0
    assert use(4).error("input") == 0


def test_sizes_are_those_of_the_side() -> None:
    logged = use(4, inputs=(10, 20), outputs=(3_000, 4_000))
    assert logged.sizes("input") == "P50 10, P95 20"
    assert logged.sizes("output") == "P50 3,000, P95 4,000"
    assert use(4).sizes("input") == ""


@pytest.mark.parametrize(
    ("batch", "mode"), [(100, "batch"), (99, "batch"), (98, None), (49, None), (0, None)]
)
def test_a_mode_is_that_of_99_calls_in_100(batch: int, mode: str | None) -> None:
    assert use(100, modes={"batch": batch, None: 100 - batch}).mode == mode


def test_steps_together_add_up() -> None:
    first = StepUse(2, {"input_tokens": 3}, of_one(3), [], {"a": 2}, {"batch": 2})
    second = StepUse(
        5,
        {"input_tokens": 4, "output_tokens": 9},
        of_one(4),
        of_one(9),
        {"a": 1, "b": 4},
        {None: 5},
    )
    both = together([first, second])
    assert both == StepUse(
        7,
        {"input_tokens": 7, "output_tokens": 9},
        [Bucket(0, 1, 3), Bucket(0, 1, 4)],
        [Bucket(0, 1, 9)],
        {"a": 3, "b": 4},
        {"batch": 2, None: 5},
    )
    assert both.offer == "b"


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (0, 23, (100, 100)),
        (1, 23, None),
        (0, 22, None),
        (1, 24 + 23, (101, 101)),
        (0, 24 + 22, (100, 100)),
        (23, 24 * 3, (101, 102)),
    ],
)
def test_a_day_is_whole_with_its_first_and_its_last_hour(
    first: int, last: int, days: tuple[int, int] | None
) -> None:
    logged = logged_days([(MONDAY + first, 1), (MONDAY + last, 1)])
    assert logged == (None if days is None else Whole(*days))


@pytest.mark.parametrize(
    ("logged", "first"), [(1, 0), (6, 0), (7, 0), (8, 1), (13, 6), (14, 0), (15, 1)]
)
def test_from_a_week_on_whole_weeks_count_the_last_ones(logged: int, first: int) -> None:
    span = whole_days([(MONDAY, 1), (MONDAY + 24 * logged - 1, 1)])
    assert span == Whole(100 + first, 100 + logged - 1)
    assert span is not None
    assert span.days == logged - first
    assert whole_days([]) is None


EDGES = [(MONDAY - 1, 100), (MONDAY, 3), (MONDAY + 12, 8), (MONDAY + 47, 1), (MONDAY + 48, 100)]
"""Two whole days with 12 requests; the hours before and after them are of other days."""


def test_the_peak_is_of_whole_days_alone() -> None:
    """12 requests in 48 hours are a quarter an hour; the busiest hour has 8: 32 times that."""
    assert peak_to_mean(EDGES, Whole(100, 101)) == 32
    assert (
        peak_to_mean(EDGES, Whole(300, 301)) == 1
    )  # of hours without any request nothing is known


def test_hours_of_the_day_are_of_whole_days_alone() -> None:
    """3, 8 and 1 of 12 requests, each times 24, at the hours of the clock that counts."""
    weights = hourly(EDGES, Whole(100, 101), [23, 0, 12, 23, 0])
    assert sum(weights) == 24
    assert {at: weight for at, weight in enumerate(weights) if weight} == {0: 6, 12: 16, 23: 2}
    assert hourly(EDGES, Whole(300, 301), [23, 0, 12, 23, 0]) == []


def test_a_month_has_730_hours() -> None:
    """48 requests in two days are one an hour; of a tenth that was sampled, ten."""
    assert a_month(D(48), 2, D(1)) == 730
    assert a_month(D(48), 2, D("0.1")) == 7_300


def test_a_mean_may_be_what_its_error_leaves_open() -> None:
    """exp(1.645 x 0.2 / 2) = exp(0.1645) about a mean of 2 with an error of 0.2."""
    span = span_of_mean(D(2), D("0.2"))
    assert span is not None
    assert isclose(span.low, 2 / D("0.1645").exp())
    assert isclose(span.high, 2 * D("0.1645").exp())
    assert span_of_mean(D(2), D(0)) is None
    assert span_of_mean(D(0), D(2)) is None


@pytest.mark.parametrize(
    ("right", "of", "low", "high"),
    [
        # (p + z^2 / 2n -+ z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n), z^2 = 2.706025
        (8, 10, 0.540769, 0.931448),
        (50, 100, 0.418841, 0.581159),
        (0, 10, 0.0001, 0.212972),
        (10, 10, 0.787028, 0.9999),
    ],
)
def test_a_share_may_be_what_wilson_says(right: int, of: int, low: float, high: float) -> None:
    span = span_of_share(D(right), D(of))
    assert isinstance(span, Span)
    assert isclose(span.low, low, abs_tol=1e-6)
    assert isclose(span.high, high, abs_tol=1e-6)


@pytest.mark.parametrize(
    ("share", "cases"),
    [
        ("0.9", 865),  # 1.96^2 x 0.09 / 0.02^2 = 864.36
        ("0.5", 2_401),
        (None, 2_401),
        ("0", 2_401),  # neither share is one that was measured
        ("1", 2_401),
    ],
)
def test_so_many_cases_tell_a_share(share: str | None, cases: int) -> None:
    assert wanted("k", None if share is None else D(share), "words").cases == cases


def test_how_requests_came() -> None:
    """Hours 5 to 8 with 2, 6 and 4 requests: the busiest has 6 of 12 in 4 hours. 5 of 25 failed,
    3 of 30 that say so were tried again. Of 20 conversations 19, so 95 in 100, have up to 3."""
    traffic = traffic_of([(5, 2), (6, 6), (8, 4)], [(1, 10), (3, 9), (8, 1)], (30, 3), (5, 70), 20)
    assert traffic == Traffic(
        requests=20,
        failed=5,
        failed_tokens=70,
        error_rate=D("0.2"),
        retry_rate=D("0.1"),
        hours=4,
        peak_to_mean=D(2),
        conversations=20,
        turns_mean=D("2.25"),
        turns_p95=3,
    )
    more = traffic_of([], [(1, 18), (3, 1), (8, 2)], (0, 0), (0, 0), 0)
    assert (more.turns_p95, more.hours, more.peak_to_mean) == (8, 0, None)
    assert (more.error_rate, more.retry_rate) == (None, None)
    silent = traffic_of([], [], (0, 0), (0, 0), 7)
    assert (silent.turns_p95, silent.turns_mean, silent.error_rate) == (None, None, 0)
