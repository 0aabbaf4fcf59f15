"""How far off the throughput rules are: each measured point left out in turn (``make accuracy``).

The figures go to docs/accuracy.md with the hash of the files that they were computed from.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from energy_runs import section
from roofline_fit import left_out, runs_of

from costplan.catalog.curves import Curve, Run, Shape, between, frontier, inside, reading, reshaped
from costplan.catalog.roofline import LEAST, MOST
from costplan.catalog.throughput import DENSE, MANY, RESHAPED, SPARSE, Band, Throughput
from costplan.store.files.throughput import open_energy, open_throughput

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "pricing" / "throughput"
PAGE = ROOT / "docs" / "accuracy.md"
Kind = tuple[str, str, str]


class Score(NamedTuple):
    """Truth over prediction of points that were left out, and what their band says of them."""

    ratios: list[Decimal]
    band: Band

    def error(self, share: float) -> Decimal:
        """The error, as a share of the truth, that so many of the points do not exceed."""
        return quantile([abs(1 / ratio - 1) for ratio in self.ratios], share)

    @property
    def inside(self) -> Decimal:
        """Share of the points whose truth lies in the band."""
        most = self.band.most
        assert most is not None
        held = [ratio for ratio in self.ratios if self.band.least <= ratio <= most]
        return Decimal(len(held)) / len(self.ratios)


def quantile(numbers: Iterable[Decimal], share: float) -> Decimal:
    """The number that so many of the numbers do not exceed, nearest rank below."""
    ordered = sorted(numbers)
    return ordered[int(share * (len(ordered) - 1))]


def frontiers(table: Throughput) -> dict[Kind, dict[tuple[Shape, bool], list[Run]]]:
    """The frontier of every shape of every model, accelerator and precision; apart by trust."""
    runs: dict[Kind, dict[tuple[Shape, bool], list[Run]]] = defaultdict(lambda: defaultdict(list))
    for curve in table.curves:
        doubted = table.provenance(curve).confidence == "unverified"
        runs[_kind(curve)][curve.shape, doubted].extend(curve.runs())
    return {
        kind: {cell: frontier(own) for cell, own in cells.items()} for kind, cells in runs.items()
    }


def _kind(curve: Curve) -> Kind:
    return curve.model, curve.accelerator, curve.precision


def points_left_out(table: Throughput) -> tuple[Score, Score]:
    """Points inside a frontier predicted from their two neighbours: of at least ``MANY`` points,
    and of fewer."""
    dense, sparse = Score([], DENSE), Score([], SPARSE)
    for cells in frontiers(table).values():
        for best in cells.values():
            into = dense if len(best) >= MANY else sparse
            into.ratios.extend(inner(best))
    return dense, sparse


def inner(best: Sequence[Run]) -> list[Decimal]:
    """Truth over prediction of each point of a frontier but the first and the last."""
    return [
        run.speed / between(left, right, run.tpot_ms)
        for left, run, right in zip(best, best[1:], best[2:], strict=False)
    ]


def shapes_left_out(table: Throughput) -> Score:
    """Every point of a shape predicted from the nearest other shape that reaches its latency."""
    ratios = []
    for cells in frontiers(table).values():
        for (shape, _), best in cells.items():
            others = {cell: own for cell, own in cells.items() if cell[0] != shape}
            if not inside(shape, (other for other, _ in others)):
                continue
            near = sorted(others, key=lambda cell, to=shape: (cell[0].distance(to), cell[1]))
            for run in best:
                predicting = [
                    (cell[0], there)
                    for cell in near
                    if (there := reading(others[cell], run.tpot_ms)) and not there.at_least
                ]
                if predicting:
                    other, there = predicting[0]
                    ratios.append(run.speed / reshaped(there.speed, other, shape, run.tpot_ms))
    return Score(ratios, RESHAPED)


def unseen(table: Throughput) -> tuple[Score, Score]:
    """Tokens at a stated load of models, and of accelerators, that were left out of the fit."""
    runs, band = runs_of(table), Band(LEAST, MOST)
    return (
        Score(left_out(runs, runs.models), band),
        Score(left_out(runs, runs.accelerators), band),
    )


def page(table: Throughput, energy: str) -> str:
    """docs/accuracy.md; ``energy``: its last section."""
    dense, sparse = points_left_out(table)
    rows = [
        (f"between two runs, curves of {MANY} points or more", dense),
        ("between two runs, curves of fewer", sparse),
        ("another shape of request", shapes_left_out(table)),
        *zip(("a model, modelled", "an accelerator, modelled"), unseen(table), strict=True),
    ]
    files = [
        f"| `pricing/throughput/{path.name}` | `{sha256(path.read_bytes()).hexdigest()}` |"
        for path in sorted(FOLDER.glob("*.toml"))
    ]
    origins = [table.provenance(curve) for curve in table.curves]
    first, last = min(origin.since for origin in origins), max(origin.checked for origin in origins)
    runs = sum(len(curve.points) for curve in table.curves)
    every = [best for cells in frontiers(table).values() for best in cells.values()]
    return "\n".join(
        [
            HEAD,
            f"{runs:,} runs in {len(table.curves)} curves, measured from "
            f"{first} to {last}; "
            f"{sum(map(len, every))} of them on {len(every)} frontiers.",
            "",
            "| left out | points | median error | P90 error | band | truth within it |",
            "|---|---:|---:|---:|---|---:|",
            *(_row(words, score) for words, score in rows),
            "",
            "| file | SHA-256 |",
            "|---|---|",
            *files,
            "",
            energy,
        ]
    )


def _row(words: str, score: Score) -> str:
    most = score.band.most
    assert most is not None
    return (
        f"| {words} | {len(score.ratios)} | {score.error(0.5) * 100:.1f} % | "
        f"{score.error(0.9) * 100:.1f} % | x {score.band.least:.3g} to x {most:.3g} | "
        f"{score.inside * 100:.0f} % |"
    )


HEAD = """# Accuracy

How far off a throughput between measurements is, by `make accuracy`: each point of the shipped
curves is left out and predicted from the others, by the functions that size fleets
([methodology.md](methodology.md), section 9). A point is on a frontier, the most output tokens a
second that any run within its latency delivered, and neither its first nor its last. Curves of
fewer points lose more of themselves with one of them, so they stand apart. Of a shape left out all
points are predicted from the nearest other shape of the same model, accelerator and precision that
was measured down to their latency. Of a model (with its kin) or an accelerator left out the tokens
at each run's own load are modelled by a roofline that is fitted to the others. An error is
|prediction / truth - 1|.

This says how well a curve is read, not how well a server of your own is tuned: one configuration
measured twice differs by 26 % in one case of ten, and on another server by 11 to 20 % in the
median.
"""


def kept() -> str:
    """The section on energy as the page has it: the runs that it rests on are not shipped."""
    text = PAGE.read_text(encoding="utf-8")
    return text[text.index("## Energy") :]


if __name__ == "__main__":
    energy = section(Path(sys.argv[1]), open_energy()) if len(sys.argv) > 1 else kept()
    PAGE.write_text(page(open_throughput(), energy), encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))
