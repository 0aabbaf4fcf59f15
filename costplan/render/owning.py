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


def rows(made: Comparison) -> list[list[str]]:
    """A row for each pair, under ``HEADER``."""
    return [
        [
            _name(one),
            one.against,
            about(one.purchase),
            about(one.monthly),
            about(one.against_monthly),
            "-" if one.break_even is None else _volume(one.break_even),
            _paid_back(one),
        ]
        for one in made.owning
    ]


def deciding(made: Comparison, answer: Answer) -> str | None:
    """The pair that decides on the recommended stack: the machines pay, or nearly do; None where
    none does."""
    concerned = [one for one in made.owning if answer.stack in (one.stack, one.against)]
    for one in sorted(concerned, key=lambda one: one.against_monthly):
        volume = _requests(made, one)
        near = one.break_even is not None and volume / NEAR <= one.break_even <= volume * NEAR
        if one.pays or near:
            said = [f"{_name(one)} against {one.against}: {_paid(one)}"]
            if one.break_even is not None:
                said.append(f"cheaper from {_volume(one.break_even)} requests a month on")
            return "; ".join(said)
    return None


def _name(one: Owning) -> str:
    hardware = one.hardware.replace(OWN_HARDWARE, "")
    where = one.stack if one.way is None else f"{one.stack}, {one.way}"
    return f"{where}: {grouped(one.machines)} x {hardware}"


def _requests(made: Comparison, one: Owning) -> Decimal:
    found = next(each for each in made.estimates if each.stack == one.stack)
    return found.requests if found.conversations is None else found.conversations


def _volume(volume: Decimal) -> str:
    """Three digits that count, the rest zeros."""
    return grouped(round(volume, 2 - volume.adjusted()), 0)


def _paid_back(one: Owning) -> str:
    if one.payback_months is None:
        return "never"
    months, life = rounded(one.payback_months, 2), rounded(one.life_months, 3)
    return f"month {months} of {life}"


def _paid(one: Owning) -> str:
    return "never paid back" if one.payback_months is None else f"paid back in {_paid_back(one)}"
