"""Real usage to the numbers of a workload: each with what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from math import ceil
from typing import NamedTuple

from costplan.billing.cells import Counted
from costplan.catalog.lookup import Entry
from costplan.document.calibration import Wanted
from costplan.plan.usage.sketch import Bucket, deviation, quantile
from costplan.plan.usage.summary import NameOf
from costplan.quantity import ONE, ZERO, grouped
from costplan.words import PARTS, TOKENS

P50, P95 = Decimal("0.5"), Decimal("0.95")
HOURS_A_MONTH = Decimal(730)
NORMAL = Decimal("1.96")
"""Standard deviations that hold 95 % of a normal distribution."""
WITHIN = Decimal("0.02")
"""How closely a share should be known."""
ALIKE = Decimal("0.99")
"""The share of calls from which on they count as all of one mode."""


class StepUse(NamedTuple):
    """What a step's calls were: sums by kind, sizes, offers and modes with their calls."""

    calls: int
    sums: Mapping[str, int]
    inputs: Sequence[Bucket]
    outputs: Sequence[Bucket]
    offers: Mapping[str, int]
    modes: Mapping[str | None, int]
    factors: tuple[Decimal, Decimal] = (ONE, ONE)

    def counted_by(self, inputs: Decimal, outputs: Decimal) -> StepUse:
        """The same in the workload's own tokens, which a binding multiplies by these."""
        return self._replace(factors=(inputs, outputs))

    def mean(self, kind: str) -> Decimal:
        """Tokens a call."""
        if not self.calls:
            return ZERO
        known = next((token for token in TOKENS if token.tokens == kind), None)
        factor = ONE if known is None else self.factors[known.whole == "output"]
        return Decimal(self.sums.get(kind, 0)) / self.calls / (factor or ONE)

    @property
    def offer(self) -> str | None:
        """The offer of most calls."""
        return max(self.offers, key=lambda offer: self.offers[offer], default=None)

    @property
    def mode(self) -> str | None:
        """The mode of nearly all calls; None where they differ, or are ordinary ones."""
        name = max(self.modes, key=lambda mode: self.modes[mode], default=None)
        return name if name and self.modes[name] >= ALIKE * self.calls else None

    def parts(self) -> dict[str, Decimal]:
        """The means of the parts that are not zero."""
        return {kind.tokens: mean for kind in PARTS if (mean := self.mean(kind.tokens))}

    def error(self, side: str) -> Decimal:
        """One standard error of a side's mean, in the workload's tokens; zero of fewer than two
        calls."""
        spread = deviation(self.inputs if side == "input" else self.outputs)
        if spread is None or self.calls < 2:
            return ZERO
        return spread / Decimal(self.calls).sqrt() / (self.factors[side == "output"] or ONE)

    def sizes(self, side: str) -> str:
        """The quantiles of a side, for a comment."""
        buckets = self.inputs if side == "input" else self.outputs
        middle, high = quantile(buckets, P50), quantile(buckets, P95)
        if middle is None or high is None:
            return ""
        return f"P50 {grouped(middle, 0)}, P95 {grouped(high, 0)}"


def step_uses(
    cells: Iterable[Counted],
    entries: Mapping[NameOf, Entry],
    inputs: Mapping[tuple[str | None, ...], Sequence[Bucket]],
    outputs: Mapping[tuple[str | None, ...], Sequence[Bucket]],
) -> dict[str, StepUse]:
    """Cells that are grouped by their step, as what each step's calls were."""
    steps: dict[str, tuple[list[int], dict[str, int], dict[str, int], dict[str | None, int]]] = {}
    for cell in cells:
        calls, sums, offers, modes = steps.setdefault(cell.groups[0] or "", ([0], {}, {}, {}))
        calls[0] += cell.requests
        for kind, value in cell.sums.items():
            sums[kind] = sums.get(kind, 0) + value
        entry = entries.get((cell.vendor, cell.model))
        if entry is not None:
            offers[entry.id] = offers.get(entry.id, 0) + cell.requests
        modes[cell.mode] = modes.get(cell.mode, 0) + cell.requests
    return {
        step: StepUse(
            calls[0],
            sums,
            inputs.get((step or None,), ()),
            outputs.get((step or None,), ()),
            offers,
            modes,
        )
        for step, (calls, sums, offers, modes) in steps.items()
    }


def together(uses: Sequence[StepUse]) -> StepUse:
    """Several logged steps as one."""
    sums: dict[str, int] = {}
    offers: dict[str, int] = {}
    modes: dict[str | None, int] = {}
    for use in uses:
        for kind, value in use.sums.items():
            sums[kind] = sums.get(kind, 0) + value
        for offer, calls in use.offers.items():
            offers[offer] = offers.get(offer, 0) + calls
        for mode, calls in use.modes.items():
            modes[mode] = modes.get(mode, 0) + calls
    return StepUse(
        sum(use.calls for use in uses),
        sums,
        [bucket for use in uses for bucket in use.inputs],
        [bucket for use in uses for bucket in use.outputs],
        offers,
        modes,
    )


class Whole(NamedTuple):
    """Days that were logged from end to end, counted from 1970, both included."""

    first: int
    last: int

    @property
    def days(self) -> int:
        return self.last - self.first + 1


def whole_days(hours: Sequence[tuple[int, int]]) -> Whole | None:
    """The days that the log covers whole; from a week on, whole weeks, the last ones.

    ``hours``: (hour since 1970, requests), ascending. None where no day is whole.
    """
    logged = logged_days(hours)
    if logged is None or logged.days < 7:
        return logged
    return Whole(logged.last - logged.days // 7 * 7 + 1, logged.last)


def logged_days(hours: Sequence[tuple[int, int]]) -> Whole | None:
    """All days that the log covers whole: the first and the last day count where they have requests
    in their first or last hour. None where no day is whole."""
    if not hours:
        return None
    first, last = hours[0][0], hours[-1][0]
    begin = first // 24 if first % 24 == 0 else first // 24 + 1
    end = last // 24 if last % 24 == 23 else last // 24 - 1
    return Whole(begin, end) if begin <= end else None


def a_month(count: Decimal, days: int, sampling: Decimal) -> Decimal:
    """What comes to in a month of 730 hours."""
    return count / days / 24 * HOURS_A_MONTH / sampling


def peak_to_mean(hours: Sequence[tuple[int, int]], whole: Whole) -> Decimal:
    """The busiest hour of whole days against their mean hour."""
    inside = [of for hour, of in hours if whole.first <= hour // 24 <= whole.last]
    return Decimal(max(inside) * whole.days * 24) / sum(inside) if inside else ONE


def hourly(hours: Sequence[tuple[int, int]], whole: Whole, local: Sequence[int]) -> list[Decimal]:
    """24 weights: each hour's share of traffic times 24. ``local``: the hour of the day that each
    of ``hours`` is where the workload's clock stands."""
    sums = [0] * 24
    for (hour, of), at in zip(hours, local, strict=True):
        if whole.first <= hour // 24 <= whole.last:
            sums[at] += of
    return [Decimal(requests * 24) / sum(sums) for requests in sums] if sum(sums) else []


NINETY = Decimal("1.645")
"""Standard deviations that hold 90 % of a normal distribution: from P5 to P95."""


class Span(NamedTuple):
    """P5 and P95 of what a mean may be."""

    low: Decimal
    high: Decimal


def span_of_mean(mean: Decimal, error: Decimal) -> Span | None:
    """Of a lognormal whose median is the mean that was measured; None where nothing is open."""
    if not mean or not error:
        return None
    factor = (NINETY * error / mean).exp()
    return Span(mean / factor, mean * factor)


def span_of_share(right: Decimal, of: Decimal) -> Span:
    """Wilson's interval of 90 % for a share: never 0 or 1, however few were judged."""
    share, square = right / of, NINETY**2
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = (share * (1 - share) / of + square / (4 * of**2)).sqrt() * NINETY / (1 + square / of)
    edge = Decimal("1e-4")
    return Span(max(middle - half, edge), min(middle + half, 1 - edge))


def wanted(key: str, share: Decimal | None, words: str) -> Wanted:
    """What must be judged by people, or by an evaluation, for a share to be known."""
    known = share if share is not None and ZERO < share < ONE else Decimal("0.5")
    cases = NORMAL**2 * known * (1 - known) / WITHIN**2
    return Wanted(key, ceil(cases), WITHIN, words)
