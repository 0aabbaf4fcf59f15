"""The volume at which two ways to serve a workload cost the same."""

from __future__ import annotations

from decimal import Decimal

from costplan.plan.compare.pricing import Pricer
from costplan.problems import InvalidInput
from costplan.quantity import ONE, settle
from costplan.workload.model import Workload

Side = tuple[Workload, str]
"""A workload and the stack that serves it."""
MOST_GUESSES = 6
CLOSE = Decimal("0.005")
"""A break-even volume is found when another guess moves it, and the two bills differ, by less."""


def break_even(pricer: Pricer, base: Side, other: Side) -> Decimal | None:
    """Requests a month at which the two cost the same; None where no such volume is found.

    The lines fixed + variable x volume cross at a first guess; the two are billed again there and
    the guess corrected until it stays, because tiers, quotas and floors bend the lines. None too
    where either cannot serve that volume.
    """
    volume = base[0].traffic.requests_per_month
    if not volume:
        return None
    scale: Decimal | None = ONE
    for guess in range(MOST_GUESSES + 1):
        if scale is None:
            return None
        try:
            at_base = pricer.totals(*base, scale)
            at_other = pricer.totals(*other, scale)
        except InvalidInput:
            return None
        apart = abs(at_base.monthly - at_other.monthly)
        better = _crossing(
            (at_base.fixed, at_base.variable / scale), (at_other.fixed, at_other.variable / scale)
        )
        if (
            guess
            and apart <= at_base.monthly * CLOSE
            and (better is None or abs(better - scale) <= scale * CLOSE)
        ):
            return settle(volume * scale)
        scale = better
    return None


Straight = tuple[Decimal, Decimal]


def _crossing(base: Straight, other: Straight) -> Decimal | None:
    """The scale at which two bills, each (fixed, variable at a scale of 1), are the same, within a
    factor of 1,000."""
    slope, gap = base[1] - other[1], other[0] - base[0]
    if not slope:
        return None
    crossing = gap / slope
    return crossing if Decimal("0.001") <= crossing <= 1000 else None
