"""When in a month requests come: the share of traffic in any window of the week."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Context, Decimal
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from costplan.quantity import ONE, TWELVE, ZERO, total
from costplan.weektime import days_in_month, parse_days, parse_hours, parse_zone, within
from costplan.workload.tables import Job, Traffic

STEP_MINUTES = 30
"""Windows are weighed in half hours: no vendor's window is finer."""


class Level(NamedTuple):
    """A share of requests that come while traffic is ``pace`` times the month's mean."""

    share: Decimal
    pace: Decimal


STEADY = (Level(ONE, ONE),)


def moments(day: date, zone_name: str) -> Iterator[datetime]:
    """The middle of each half hour of ``day``'s month, in a zone."""
    zone = parse_zone(zone_name)
    days = days_in_month(day)
    for number in range(days):
        start = datetime(day.year, day.month, 1, tzinfo=zone) + timedelta(days=number)
        for slot in range(24 * 60 // STEP_MINUTES):
            yield start + timedelta(minutes=slot * STEP_MINUTES + STEP_MINUTES // 2)


def shares_in(
    traffic: Traffic, day: date, windows: Sequence[Callable[[datetime], bool]]
) -> list[Decimal]:
    """The share of a month's requests in each window (the first that covers a moment wins), and
    last the share outside all of them; they sum to 1."""
    return _spread(moments(day, traffic.timezone), _weight(traffic), windows)


def levels_in(
    traffic: Traffic, day: date, windows: Sequence[Callable[[datetime], bool]]
) -> list[Sequence[Level]]:
    """How busy the hours of each window are, and last those outside all: shares of the window's
    own requests, which sum to 1."""
    places = len(windows) + 1
    if len(set(traffic.hourly)) < 2 and traffic.weekend_factor == 1:
        return [STEADY] * places
    weight = _weight(traffic)
    counts: list[dict[Decimal, int]] = [{} for _ in range(places)]
    for moment in moments(day, traffic.timezone):
        counted = counts[_window(moment, windows)]
        busy = weight(moment)
        counted[busy] = counted.get(busy, 0) + 1
    slots = sum(sum(by_level.values()) for by_level in counts)
    sums = [total(busy * count for busy, count in by_level.items()) for by_level in counts]
    mean = total(sums) / slots
    return [
        [Level(busy * count / whole, busy / mean) for busy, count in by_level.items() if busy]
        if whole
        else STEADY
        for by_level, whole in zip(counts, sums, strict=True)
    ]


HOURS = 730
FIFTEEN = Context(prec=15)


@cache
def assumed_levels(peak: Decimal) -> Sequence[Level]:
    """How busy the hours of a month are where only their peak is known: sorted, the part x of the
    hours is busier than P (1 - x)^(P - 1) times the mean. That curve has the mean 1 and the peak P.
    """
    ends = [HOURS * FIFTEEN.power(Decimal(HOURS - hour) / HOURS, peak) for hour in range(HOURS + 1)]
    paces = [TWELVE.plus(left - right) for left, right in pairwise(ends)]
    return tuple(Level(pace / HOURS, pace) for pace in paces if pace)


class Shape(NamedTuple):
    """When a month's requests come, by the busiest hour over the mean one. ``known``: the levels
    that the profile gives; None where nobody said more than the peak."""

    peak: Decimal
    known: Sequence[Level] | None

    @property
    def assumed(self) -> bool:
        """Whether the levels follow a curve through the peak."""
        return self.known is None

    @property
    def levels(self) -> Sequence[Level]:
        """Shares of the requests with their pace; worked out where somebody asks."""
        return assumed_levels(self.peak) if self.known is None else self.known


def shape_of(traffic: Traffic, day: date) -> Shape:
    """How busy the hours of ``day``'s month are: as the profile says, else by an assumed curve
    through the stated peak."""
    levels = levels_in(traffic, day, ())[0]
    peak = max(traffic.peak_to_mean or ONE, *(level.pace for level in levels))
    return Shape(peak, None if tuple(levels) == STEADY and peak > 1 else levels)


def day_shares(traffic: Traffic, day: date) -> Iterator[Decimal]:
    """The share of a month's requests on each of its days; they sum to 1."""
    first = day.replace(day=1)
    dates = [first + timedelta(days=n) for n in range(days_in_month(day))]
    weights = [traffic.weekend_factor if day.weekday() >= 5 else ONE for day in dates]
    whole = total(weights)
    return (weight / whole for weight in weights)


def _weight(traffic: Traffic) -> Callable[[datetime], Decimal]:
    hourly = traffic.hourly or (Decimal(1),) * 24

    def weight(moment: datetime) -> Decimal:
        factor = traffic.weekend_factor if moment.weekday() >= 5 else Decimal(1)
        return hourly[moment.hour] * factor

    return weight


def _window(moment: datetime, windows: Sequence[Callable[[datetime], bool]]) -> int:
    """The first window that covers a moment; their number where none does."""
    return next((at for at, covers in enumerate(windows) if covers(moment)), len(windows))


def job_shares(
    job: Job, traffic: Traffic, day: date, windows: Sequence[Callable[[datetime], bool]]
) -> list[Decimal]:
    """As ``shares_in`` for a job, spread evenly over its own hours and days."""
    days = parse_days(job.days)
    spans = parse_hours(job.hours) if job.hours else ((0, 24 * 60),)

    def weight(moment: datetime) -> Decimal:
        return Decimal(1) if within(moment, days, spans) else ZERO

    return _spread(moments(day, traffic.timezone), weight, windows)


def _spread(
    times: Iterator[datetime],
    weight: Callable[[datetime], Decimal],
    windows: Sequence[Callable[[datetime], bool]],
) -> list[Decimal]:
    sums = [ZERO] * (len(windows) + 1)
    for moment in times:
        share = weight(moment)
        if share:
            sums[_window(moment, windows)] += share
    whole = total(sums)
    if not whole:
        return [*([ZERO] * len(windows)), Decimal(1)]
    parts = [part / whole for part in sums[:-1]]
    return [*parts, 1 - total(parts) if sums[-1] else ZERO]
