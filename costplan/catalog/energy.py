"""What machines draw, what vendors publish of their own, and how dirty a grid's power is.

    kWh = hours x accelerators x (idle + (at work - idle) x busy + host) x PUE / 1000
    J an output token = (at work + host) x PUE / output tokens a second of one accelerator

Every figure is low, likely and high: the same machine may be tuned well or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Literal, NamedTuple

from costplan.catalog.origin import Origin, Provenance, Source, resolve, unknown_sources
from costplan.problems import BadUsage, Problem, did_you_mean
from costplan.quantity import ONE, ZERO
from costplan.record import Amount, Count, Ge, Positive, Share, record

JOULES = Decimal(3_600_000)
"""In a kWh."""
CHEAPEST_KWH = Decimal("0.05")
"""USD; whoever sells tokens pays at least that for a kWh. Assumed, as a bound on what can be."""


class Spread(NamedTuple):
    """A figure that is known within bounds."""

    low: Decimal
    likely: Decimal
    high: Decimal

    @classmethod
    def exact(cls, figure: Decimal) -> Spread:
        """A figure that somebody states."""
        return cls(figure, figure, figure)

    def times(self, other: Spread | Decimal) -> Spread:
        """The product, end by end."""
        by = Spread.exact(other) if isinstance(other, Decimal) else other
        return Spread(self.low * by.low, self.likely * by.likely, self.high * by.high)

    def plus(self, other: Spread) -> Spread:
        """The sum, end by end: what is tuned badly here is so there too."""
        return Spread(self.low + other.low, self.likely + other.likely, self.high + other.high)


def _spread(low: str, likely: str, high: str) -> Spread:
    return Spread(Decimal(low), Decimal(likely), Decimal(high))


AT_WORK = _spread("0.49", "0.745", "0.95")
"""Share of its design power that an accelerator nobody measured draws at work: the two that were,
together."""
IDLE = _spread("0.09", "0.143", "0.2")
"""Share of it that one draws idle: 100 of an H100's 700 W, 60 to 140. Assumed."""
HOST_WATTS = _spread("100", "150", "300")
"""What the machine around an accelerator draws for it. Assumed."""
PUE = _spread("1.09", "1.2", "1.5")
"""Of a data centre that says nothing: a hyperscaler's best, most, a small room. Assumed."""
DEPLOYED = _spread("0.5", "1", "2.5")
"""What a deployment of unknown tuning takes over a measured curve: two public sets of runs differ
by a factor of 2.2 at the same latency."""
PUBLISHED_HIGH = Decimal("2.5")
"""What your requests may take over those of a vendor's own mix. Assumed."""


@record
class Accelerator:
    """What one accelerator draws.

    Keys:
        id: its name, as measurements call it: h100-sxm
        tdp_watts (watts): its design power
        at_work: low, likely and high share of it drawn while serving; of others when left out
        origin: source and days
    """

    id: str
    tdp_watts: Positive
    at_work: tuple[Share, ...] = ()
    origin: Origin

    def check(self) -> Iterable[Problem]:
        if self.at_work and (len(self.at_work) != 3 or list(self.at_work) != sorted(self.at_work)):
            yield Problem(("at_work",), "is low, likely and high, in that order")

    @property
    def work_watts(self) -> Spread:
        """What it draws while it serves."""
        return (Spread(*self.at_work) if self.at_work else AT_WORK).times(self.tdp_watts)

    @property
    def idle_watts(self) -> Spread:
        """What it draws while nothing comes."""
        return IDLE.times(self.tdp_watts)


@record
class Grid:
    """Grams of CO2e with each kWh, a year's mean, by place.

    Keys:
        of: what the places are: countries (ISO 3166-1 alpha-3), or regions of a cloud by its ids
        year: the year that the means are of
        grams (g CO2e a kWh): by place
        origin: source and days
    """

    of: str
    year: Count
    grams: Mapping[str, Amount]
    origin: Origin


@record
class Published:
    """What a vendor says that a request of its own took.

    Keys:
        id: what it is called here
        wh (Wh a request): as published
        narrow_wh (Wh a request): where only accelerators at work are counted
        pue (ratio): of the vendor's data centres
        shares: of wh: accelerators, hosts, idle machines, overhead; rounded as published
        origin: source and days
    """

    id: str
    wh: Positive
    narrow_wh: Positive
    pue: Annotated[Decimal, Ge(1)]
    shares: Mapping[Literal["accelerator", "host", "idle", "overhead"], Share]
    origin: Origin

    @property
    def spread(self) -> Spread:
        """For somebody else's requests to it."""
        return Spread(self.narrow_wh, self.wh, self.wh * PUBLISHED_HIGH)


@record
class EnergyFile:
    """One file of what machines draw and grids emit.

    Keys:
        source: what the figures rest on, by the name that origins use
        accelerator: what accelerators draw
        grid: what grids emit
        published: what vendors say of their own requests
    """

    source: Mapping[str, Source]
    accelerator: tuple[Accelerator, ...] = ()
    grid: tuple[Grid, ...] = ()
    published: tuple[Published, ...] = ()

    def check(self) -> Iterable[Problem]:
        for key in ("accelerator", "grid", "published"):
            for at, entry in enumerate(getattr(self, key)):
                for problem in unknown_sources([(("origin",), entry.origin)], self.source):
                    yield problem.under((key, at))


class Emission(NamedTuple):
    """Grams of CO2e a kWh, whose, of which year; where it is from."""

    grams: Decimal
    place: str
    source: str


class Power(NamedTuple):
    """What one accelerator draws, and where that is from."""

    accelerator: Accelerator
    provenance: Provenance

    def kwh(
        self, hours: Decimal, count: Decimal, busy: Decimal, host: Spread, pue: Spread
    ) -> Spread:
        """Of ``count`` accelerators that are on for so many hours and at work for a share of
        them."""
        idle, work = self.accelerator.idle_watts, self.accelerator.work_watts
        drawn = idle.times(ONE - busy).plus(work.times(busy)).plus(host)
        return drawn.times(pue).times(hours * count / 1000)

    def joules(self, per_second: Decimal, host: Spread, pue: Spread) -> Spread:
        """An output token of one that delivers so many a second, prompts' share with it."""
        return self.accelerator.work_watts.plus(host).times(pue).times(ONE / per_second)


class Energy:
    """Every figure at hand."""

    def __init__(self, files: Sequence[EnergyFile]) -> None:
        self._power = {
            drawing.id: Power(drawing, resolve(drawing.origin, file.source))
            for file in files
            for drawing in file.accelerator
        }
        self._published = {
            figure.id: (figure, resolve(figure.origin, file.source))
            for file in files
            for figure in file.published
        }
        self._grid: dict[tuple[str, str], Emission] = {}
        for file in files:
            for grid in sorted(file.grid, key=lambda grid: grid.year):  # the newest holds
                source = resolve(grid.origin, file.source)
                for place, grams in grid.grams.items():
                    told = f"{source.source}, read {source.checked}"
                    said = Emission(grams, f"{place}, mean of {grid.year}", told)
                    self._grid[grid.of, place] = said

    def accelerators(self) -> list[str]:
        """Those whose power is known."""
        return sorted(self._power)

    def power(self, accelerator: str) -> Power:
        """What an accelerator draws. Raises BadUsage for one that is not known."""
        if accelerator not in self._power:
            known = self.accelerators()
            hint = did_you_mean(accelerator, known) or "known: " + ", ".join(known)
            raise BadUsage(f"what '{accelerator}' draws is not known", hint)
        return self._power[accelerator]

    def published(self, name: str) -> tuple[Published, Provenance]:
        """A vendor's own figure. Raises BadUsage for an unknown one."""
        if name not in self._published:
            known = sorted(self._published)
            hint = did_you_mean(name, known) or "published: " + ", ".join(known)
            raise BadUsage(f"nothing published is called '{name}'", hint)
        return self._published[name]

    def region(self, cloud: str, region: str) -> Emission | None:
        """A cloud's own figure for its region; None where it publishes none."""
        return self._grid.get((cloud, region))

    def country(self, code: str) -> Emission:
        """A country's grid. Raises BadUsage for a code that has no figure."""
        emission = self._grid.get(("country", code))
        if emission is None:
            known = [place for of, place in self._grid if of == "country"]
            hint = did_you_mean(code, known) or "ISO 3166-1 alpha-3, such as USA, DEU, JPN"
            raise BadUsage(f"no grid is known for the country '{code}'", hint)
        return emission


NOTHING = Spread(ZERO, ZERO, ZERO)
