"""Windows of the week in which a price differs: hours, weekdays, holidays, a time zone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from costplan.catalog.origin import Origin
from costplan.problems import Problem
from costplan.record import Amount, Positive, record
from costplan.weektime import (
    hours_problems,
    parse_days,
    parse_hours,
    parse_offset,
    parse_zone,
    weekday_problems,
    within,
    zone_problem,
)


@record
class Window:
    """One window of a price schedule. The first window that matches a moment applies.

    ``hours`` are half-open ("09:00-12:00" ends before noon) and may cross midnight; the part after
    midnight belongs to the day on which the window began. On ``holidays`` (local dates) the window
    does not apply.

    Keys:
        name: what the bill calls the hours
        times (ratio): multiplies every rate in these hours
        rates (the file's currency per 'per' tokens): rates by kind in these hours, in place of
            'times'
        utc_offset: offset of the hours, such as "+08:00"
        zone: an IANA time zone, where the offset moves with the season
        days: days on which it applies, such as mon-fri
        hours: hours in which it applies, half-open; they may cross midnight
        holidays: local dates on which it does not apply
        origin: its own source and days; the card's when left out
    """

    name: str
    times: Positive | None = None
    rates: Mapping[str, Amount] | None = None
    utc_offset: str | None = None
    zone: str | None = None
    days: str = "mon-sun"
    hours: tuple[str, ...] = ("00:00-24:00",)
    holidays: tuple[date, ...] = ()
    origin: Origin | None = None

    def check(self) -> Iterable[Problem]:
        if (self.times is None) == (self.rates is None):
            yield Problem((), "a window has either 'times' or 'rates'")
        if (self.utc_offset is None) == (self.zone is None):
            yield Problem((), "a window has either 'utc_offset' or 'zone'")
        if self.utc_offset is not None:
            try:
                parse_offset(self.utc_offset)
            except ValueError as error:
                yield Problem(("utc_offset",), str(error))
        if self.zone is not None:
            yield from zone_problem(("zone",), self.zone)
        yield from weekday_problems(self.days)
        yield from hours_problems(self.hours)

    def covers(self, moment: datetime) -> bool:
        """Whether the window applies at an aware moment."""
        zone = parse_offset(self.utc_offset) if self.utc_offset else parse_zone(self.zone or "UTC")
        local = moment.astimezone(zone)
        return within(local, parse_days(self.days), parse_hours(self.hours), self.holidays)
