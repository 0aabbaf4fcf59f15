"""How far off energy from throughput alone is, by a file of measured runs that is not shipped
(``make accuracy RUNS=FILE``): the ML.ENERGY benchmark's, as CSV with the columns below.

A run's joules an output token are predicted as the likely watts of its accelerators over its
throughput, by the functions that an estimate uses, without host and data centre: runs measured the
accelerators alone.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from costplan.catalog.energy import NOTHING, Energy, Spread

ACCELERATORS = {"H100": "h100-sxm", "B200": "b200-sxm"}
ONE = Spread.exact(Decimal(1))


class Error(NamedTuple):
    """Of the runs on one accelerator: errors as a share of the truth, in order, and how many of
    the truths lie within low and high."""

    errors: list[Decimal]
    inside: int

    def quantile(self, share: float) -> Decimal:
        return self.errors[int(share * (len(self.errors) - 1))]


def errors(path: Path, energy: Energy) -> dict[str, Error]:
    """By accelerator."""
    found: dict[str, list[Decimal]] = defaultdict(list)
    inside: dict[str, int] = defaultdict(int)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            name = ACCELERATORS[row["gpu_model"]]
            each = Decimal(row["output_throughput_tokens_per_sec"]) / int(row["num_gpus"])
            truth = Decimal(row["energy_per_token_joules"])
            said = energy.power(name).joules(each, NOTHING, ONE)
            found[name].append(abs(said.likely / truth - 1))
            inside[name] += said.low <= truth <= said.high
    return {name: Error(sorted(own), inside[name]) for name, own in sorted(found.items())}


def section(path: Path, energy: Energy) -> str:
    """The part of docs/accuracy.md on energy."""
    rows = [
        f"| {name} | {len(own.errors)} | {own.quantile(0.5) * 100:.1f} % | "
        f"{own.quantile(0.9) * 100:.1f} % | {own.inside * 100 / len(own.errors):.0f} % |"
        for name, own in errors(path, energy).items()
    ]
    digest = sha256(path.read_bytes()).hexdigest()
    return "\n".join([HEAD, *rows, "", FOOT.format(digest=digest)])


HEAD = """## Energy

How far off joules an output token are, from throughput alone: the likely watts of an accelerator
at work over what it delivers ([methodology.md](methodology.md), section 13), against what
565 runs of 27 open models measured (ML.ENERGY benchmark v3, 2025-12), accelerators alone.
`make accuracy RUNS=FILE` works it out from those runs, which are not shipped.

| accelerator | runs | median error | P90 error | truth within low and high |
|---|---:|---:|---:|---:|"""
FOOT = """This is how well power follows from a throughput that is known. What a deployment delivers
is known less well: another public set of runs takes 0.46 of the joules at the same latency, so that
a measured curve is taken x 0.5 to x 2.5.

The file of runs has the SHA-256 `{digest}`.
"""
