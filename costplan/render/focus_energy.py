"""A stack's energy and carbon over the lines of its bill, for columns of our own."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from costplan.document.estimate import Estimate
from costplan.quantity import ONE, ZERO, shares


class Taken(NamedTuple):
    """The likely kWh and kg CO2e of a line; None where it is not known."""

    kwh: Decimal | None
    kg: Decimal | None


NOTHING = Taken(None, None)


def taken(estimate: Estimate) -> dict[int, Taken]:
    """What each priced line takes, by its identity: a part's figure on the lines that pay for
    power, else pro rata by list price, so that the rows sum to it; none where it has no figure."""
    by_line: dict[int, Taken] = {}
    for part in estimate.energy.parts if estimate.energy is not None else ():
        if part.kwh is None:
            continue
        lines = [
            line
            for line in estimate.lines
            if (line.role, line.price.offer) == (part.role, part.offer) and line.amount is not None
        ]
        metered = [line for line in lines if line.price.unit == "kWh"]
        lines = metered or lines
        weights = [line.quantity for line in metered]
        if not metered:
            weights = [max(ZERO, line.list_amount or ZERO) for line in lines]
        if not any(weights):
            weights = [ONE] * len(lines)
        if not lines:
            continue
        kwh = shares(part.kwh.likely, weights)
        kg = shares(part.kgco2e.likely, weights) if part.kgco2e is not None else [None] * len(lines)
        for line, energy, carbon in zip(lines, kwh, kg, strict=True):
            by_line[id(line)] = Taken(energy, carbon)
    return by_line
