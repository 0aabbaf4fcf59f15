"""Energy and carbon beside a bill: a line for a terminal's last screen, rows for all of it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from costplan.document.energy import EnergyPart, Range
from costplan.document.estimate import Estimate
from costplan.quantity import grouped, rounded

TITLE = "Energy, not in the total"
HEADER = ("energy", "low", "likely", "high")
PARTS = ("part", "kWh", "kg CO2e", "rests on")
FIGURES = (False, True, True, False)
UNKNOWN = ("not modelled", "-", "-")
SCI = "g CO2e a trusted answer (SCI)"


def line_of(estimate: Estimate) -> str:
    """What a stack takes, in one line; "" where nothing was asked."""
    energy = estimate.energy
    if energy is None:
        return ""
    if energy.kwh is None:
        return "energy: not modelled, no part of the bill has a figure"
    least = "at least " if energy.at_least else ""
    said = [f"{least}{_likely(energy.kwh)} kWh a month ({_bounds(energy.kwh)})"]
    if energy.kgco2e is not None:
        said.append(f"{_likely(energy.kgco2e)} kg CO2e")
    if energy.g_per_trusted_answer is not None:
        said.append(f"{_likely(energy.g_per_trusted_answer)} g a trusted answer")
    return f"energy, not in the total: {', '.join(said)}"


def line_of_all(estimates: Sequence[Estimate]) -> str:
    """What the stacks take, in one line; "" where nothing was asked."""
    if len(estimates) == 1:
        return line_of(estimates[0])
    said = []
    for estimate in estimates:
        if estimate.energy is not None:
            least = ">= " if estimate.energy.at_least else ""
            kwh = estimate.energy.kwh
            said.append(f"{estimate.stack} {'-' if kwh is None else least + _likely(kwh)}")
    return f"energy, not in the total, kWh a month: {', '.join(said)}" if said else ""


def figures(estimate: Estimate) -> list[list[str]]:
    """Low, likely and high of each figure, under ``HEADER``."""
    energy = estimate.energy
    if energy is None:
        return []
    named = (
        ("Wh a request", energy.wh_per_request),
        ("kWh a month", energy.kwh),
        ("kg CO2e a month", energy.kgco2e),
        (SCI, energy.g_per_trusted_answer),
    )
    least = ">= " if energy.at_least else ""
    return [
        [name, *(UNKNOWN if figure is None else [least + rounded(bound) for bound in figure])]
        for name, figure in named
    ]


def parts(estimate: Estimate) -> list[list[str]]:
    """What each role takes and rests on, under ``PARTS``."""
    return [
        [f"{part.role}: {part.offer}", _figure(part.kwh), _figure(part.kgco2e), _why(part)]
        for part in (estimate.energy.parts if estimate.energy is not None else ())
    ]


def sentences(estimate: Estimate) -> list[str]:
    """As ``parts``, a sentence each."""
    return [f"{part}: {kwh} kWh, {kg} kg CO2e; {why}" for part, kwh, kg, why in parts(estimate)]


def boundary(estimate: Estimate) -> str:
    """What is counted, as a sentence."""
    return f"Counted: {estimate.energy.boundary}." if estimate.energy is not None else ""


def _why(part: EnergyPart) -> str:
    said = [part.reason or "", WORDS[part.basis] if part.kwh is not None else "", part.grid or ""]
    return "; ".join(text for text in (*said, part.source) if text)


WORDS = {
    "own": "watts of own hardware, as stated",
    "machine": "hours of the machines in the bill",
    "curve": "measured curve of an open model",
    "stated": "as stated",
    "published": "as its vendor publishes of its own requests",
}


def _likely(figure: Range) -> str:
    return rounded(figure.likely, 3)


def _bounds(figure: Range) -> str:
    if figure.low == figure.high:
        return "as stated"
    return f"{rounded(figure.low, 2)} to {rounded(figure.high, 2)}"


def _figure(figure: Range | None) -> str:
    return "-" if figure is None else grouped(_short(figure.likely))


def _short(number: Decimal) -> Decimal:
    """Three digits that count."""
    return round(number, max(0, 2 - number.adjusted())) if number else number
