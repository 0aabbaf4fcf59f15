"""Energy and carbon beside a bill, as a document has them: never a part of its total."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, NamedTuple

from costplan.facts import Fact
from costplan.problems import Problem
from costplan.quantity import ZERO, settle
from costplan.record import Amount, Compared, OneOf, Sparse, keys, open_record

BASES = ("own", "machine", "curve", "stated", "published", "not-modelled")
"""What a part's figure rests on: the watts that the file says of own machines, hours of rented
ones, a measured curve of an open model, a stated or a published figure, nothing."""


class Range(NamedTuple):
    """A figure as low, likely and high as it may be."""

    low: Amount
    likely: Amount
    high: Amount


def summed(ranges: Iterable[Range | None]) -> Range | None:
    """The sum, end by end, of those that are known; None where none is."""
    known = [ends for ends in ranges if ends is not None]
    if not known:
        return None
    return Range(*(sum(ends, ZERO) for ends in zip(*known, strict=True)))


def over(known: Range | None, count: Decimal) -> Range | None:
    """A figure for each of so many; None where there are none."""
    if known is None or not count:
        return None
    return Range(*(settle(end / count) for end in known))


@keys("role", "offer", "basis", "kwh", "kgco2e", "grid", "source", "why", "reason")
@open_record
class EnergyPart(Compared):
    """What one role's offer takes a month. ``grid``: whose grams a kWh; ``why``: why it has no
    figure, of energy or of carbon."""

    role: str
    offer: str
    basis: Annotated[str, OneOf(*BASES)]
    kwh: Range | None
    kgco2e: Range | None
    grid: str | None
    source: str
    why: Annotated[Fact | None, Sparse()] = None

    @property
    def reason(self) -> str | None:
        """Why it has no figure, in words."""
        return None if self.why is None else self.why.text


@keys(
    "kwh",
    "kgco2e",
    "at_least",
    "wh_per_request",
    "g_per_trusted_answer",
    "embodied_kg",
    "boundary",
    "parts",
)
@open_record
class Energy(Compared):
    """A stack's month of electricity and of CO2e, location-based.

    ``g_per_trusted_answer``: the Software Carbon Intensity (ISO/IEC 21031), (energy x intensity +
    making of the hardware) / trusted answers. ``at_least``: a part has no figure, so that sums are
    those of the others.
    """

    parts: list[EnergyPart]
    boundary: str
    wh_per_request: Range | None
    g_per_trusted_answer: Range | None
    embodied_kg: Amount | None = None

    def check(self) -> Iterable[Problem]:
        for at, part in enumerate(self.parts):
            if (part.kwh is None) != (part.basis == "not-modelled"):
                yield Problem(("parts", at), "has a figure, or is not modelled")

    @property
    def kwh(self) -> Range | None:
        return summed(part.kwh for part in self.parts)

    @property
    def kgco2e(self) -> Range | None:
        """Of the power, and of the hardware's making where it is stated."""
        drawn = summed(part.kgco2e for part in self.parts)
        if drawn is None or self.embodied_kg is None:
            return drawn
        return Range(*(end + self.embodied_kg for end in drawn))

    @property
    def at_least(self) -> bool:
        return any(part.kwh is None or part.kgco2e is None for part in self.parts)
