"""Writes the curves of pricing/throughput from tables of runs: ``python make_curves.py CSV...``.

A table has a row a run, with the columns of ``NAMES``. What a table is known to be wrong about:

- the same measurement is filed several times: of rows that agree in everything but the name, with
  latencies within 0.2 %, the first is kept, the latest day first;
- two rows under two names can be one run: names are not compared, measurements are;
- where attention is split over data (``_dp2`` in a name, more accelerators than a node of that kind
  has, or fewer than hold the weights), the number of accelerators is ambiguous: left out;
- a run whose first token took more than five seconds had its requests waiting in line, so that its
  concurrency is not what was served together: left out;
- a run that does not record the precision of its weights is left out, unless their name says it;
- shapes that the benchmark does not have come from other runs filed with it: marked unverified.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from re import match, search
from typing import NamedTuple, cast

from costplan.catalog.curves import Precision
from costplan.store.files.throughput import read_throughput

TARGET = Path(__file__).resolve().parents[2] / "pricing" / "throughput" / "inferencemax.toml"
NAMES = {
    "id": ("id", "source_id"),
    "model": ("model",),
    "precision": ("precision",),
    "accelerator": ("accelerator", "system"),
    "server": ("backend",),
    "input": ("input_tokens", "isl"),
    "output": ("output_tokens", "osl"),
    "gpus": ("gpus",),
    "concurrency": ("concurrency",),
    "tpot": ("tpot_ms",),
    "ttft": ("ttft_ms",),
    "day": ("measured",),
}
SHAPES = {(1024, 1024), (8192, 1024), (1024, 8192)}
NODES = {"h100-sxm": 8, "h200-sxm": 8, "b200-sxm": 8, "b300-sxm": 8, "gb200": 72}
MEMORY_GB = {"h100-sxm": 80, "h200-sxm": 141, "b200-sxm": 180, "b300-sxm": 268, "gb200": 186}
UNDATED = "2026-04-01"  # the first day of the last month collected
LONGEST_WAIT_MS = 5_000
WEIGHTS = read_throughput(TARGET.with_name("weights.toml")).weights


class Run(NamedTuple):
    """One row; what is left of it in the file."""

    model: str
    accelerator: str
    precision: str
    input: int
    output: int
    source: str
    server: str
    gpus: int
    concurrency: Decimal
    tpot: Decimal
    ttft: Decimal
    day: str


def read(row: Mapping[str, str]) -> Run | str:
    """A row as a run, or why it is left out."""
    said = {
        key: next((row[name] for name in names if name in row), "") for key, names in NAMES.items()
    }
    precision = said["precision"] or _named_precision(said["model"])
    accelerator = said["accelerator"].replace("_", "-")
    gpus = int(Decimal(said["gpus"]))
    if not precision:
        return "precision not recorded"
    weights = WEIGHTS[said["model"]].gigabytes(cast(Precision, precision))
    small = weights > gpus * MEMORY_GB[accelerator]
    if small or gpus > NODES[accelerator] or search(r"_dp([2-9]|\d\d)", said["id"]):
        return "number of accelerators ambiguous"
    if Decimal(said["ttft"]) > LONGEST_WAIT_MS:
        return "first token after more than 5 s"
    shape = int(said["input"]), int(said["output"])
    doubted = row.get("unverified", "").lower() == "true" or shape not in SHAPES
    named = match(r"(20\d\d)_(\d\d)_(\d\d)_", said["id"])
    day = said["day"] or ("-".join(named.groups()) if named else UNDATED)
    return Run(
        said["model"],
        accelerator,
        precision,
        *shape,
        "other" if doubted else "inferencemax",
        said["server"],
        gpus,
        Decimal(said["concurrency"]).normalize(),
        Decimal(said["tpot"]),
        Decimal(said["ttft"]),
        day,
    )


def _named_precision(model: str) -> str:
    return {"-FP8": "fp8", "-NVFP4": "fp4"}.get(model[model.rfind("-") :], "")


def once(runs: Iterable[Run]) -> list[Run]:
    """The runs without those that repeat another."""
    kept: dict[tuple[object, ...], list[Run]] = defaultdict(list)
    for run in sorted(runs, key=lambda run: run.day, reverse=True):
        same = kept[(*run[:9],)]
        if not any(abs(run.tpot / other.tpot - 1) < Decimal("0.002") for other in same):
            same.append(run)
    return [run for same in kept.values() for run in same]


def short(number: Decimal, places: int) -> str:
    """The number with so many places at most."""
    text = f"{number:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def block(runs: list[Run]) -> str:
    """The curve of runs that differ in load and replica alone."""
    first = runs[0]
    ordered = sorted(runs, key=lambda run: (run.gpus, run.concurrency, run.tpot))
    points = dict.fromkeys(
        f"[{run.gpus}, {run.concurrency:f}, {short(run.tpot, 2)}, {short(run.ttft, 1)}]"
        for run in ordered
    )
    days = sorted(run.day for run in runs)
    lines = [
        "[[curve]]",
        f'model = "{first.model}"',
        f'accelerator = "{first.accelerator}"',
        f'precision = "{first.precision}"',
        f"input_tokens = {first.input:_}",
        f"output_tokens = {first.output:_}",
        f'server = "{first.server}"',
        f'origin = {{ since = {days[0]}, checked = {days[-1]}, source = "{first.source}" }}',
        "points = [",
    ]
    return "\n".join([*lines, *(f"  {point}," for point in points), "]"])


def main(paths: list[str]) -> None:
    """Read the tables, write the file, say what was left out."""
    left: dict[str, int] = defaultdict(int)
    runs: list[Run] = []
    for path in paths:
        with Path(path).open(encoding="utf-8", newline="") as table:
            for row in csv.DictReader(table):
                run = read(row)
                if isinstance(run, str):
                    left[run] += 1
                else:
                    runs.append(run)
    kept = once(runs)
    left["repeats another"] = len(runs) - len(kept)
    curves: dict[tuple[object, ...], list[Run]] = defaultdict(list)
    for run in sorted(kept):
        curves[(*run[:7],)].append(run)
    head = TARGET.read_text(encoding="utf-8").split("\n[[curve]]\n")[0]  # sources stay as they are
    text = "\n\n".join([head.rstrip("\n"), *(block(same) for same in curves.values())]) + "\n"
    TARGET.write_text(text, encoding="utf-8")
    print(f"{len(kept)} runs in {len(curves)} curves; left out: {dict(left)}")


if __name__ == "__main__":
    main(sys.argv[1:])
