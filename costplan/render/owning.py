"""What a comparison says of own hardware: a table for every page, a sentence for its answer."""

from __future__ import annotations

from decimal import Decimal

from costplan.document.comparison import Answer, Comparison, Owning
from costplan.quantity import grouped, rounded
from costplan.render.page import about
from costplan.words import OWN_HARDWARE

TITLE = "Own hardware, capital included"
HEADER = ("own", "against", "purchase", "own", "other", "cheaper from", "paid back")
FIGURES = (False, False, True, True, True, True, True)
NEAR = Decimal(2)
"""A break-even volume within this factor of today's decides."""


def rows(comparison: Comparison) -> list[list[str]]:
    """A row for each pair, under ``HEADER``."""
    return [
        [
            _name(pair),
            pair.against,
            about(pair.purchase),
            about(pair.monthly),
            about(pair.against_monthly),
            "-" if pair.break_even is None else _volume(pair.break_even),
            _paid_back(pair),
        ]
        for pair in comparison.owning
    ]


def deciding(comparison: Comparison, answer: Answer) -> str | None:
    """The pair that decides on the recommended stack: the machines pay, or nearly do; None where
    none does."""
    concerned = [pair for pair in comparison.owning if answer.stack in (pair.stack, pair.against)]
    for pair in sorted(concerned, key=lambda pair: pair.against_monthly):
        volume = _requests(comparison, pair)
        near = pair.break_even is not None and volume / NEAR <= pair.break_even <= volume * NEAR
        if pair.pays or near:
            said = [f"{_name(pair)} against {pair.against}: {_paid(pair)}"]
            if pair.break_even is not None:
                said.append(f"cheaper from {_volume(pair.break_even)} requests a month on")
            return "; ".join(said)
    return None


def _name(pair: Owning) -> str:
    hardware = pair.hardware.replace(OWN_HARDWARE, "")
    where = pair.stack if pair.way is None else f"{pair.stack}, {pair.way}"
    return f"{where}: {grouped(pair.machines)} x {hardware}"


def _requests(comparison: Comparison, pair: Owning) -> Decimal:
    estimate = next(estimate for estimate in comparison.estimates if estimate.stack == pair.stack)
    return estimate.requests if estimate.conversations is None else estimate.conversations


def _volume(volume: Decimal) -> str:
    """Three digits that count, the rest zeros."""
    return grouped(round(volume, 2 - volume.adjusted()), 0)


def _paid_back(pair: Owning) -> str:
    if pair.payback_months is None:
        return "never"
    months, life = rounded(pair.payback_months, 2), rounded(pair.life_months, 3)
    return f"month {months} of {life}"


def _paid(pair: Owning) -> str:
    return "never paid back" if pair.payback_months is None else f"paid back in {_paid_back(pair)}"
