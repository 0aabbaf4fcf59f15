"""How near the figures of 8,192 draws are to those of a million plain ones.

    make risk-accuracy    writes the figures into docs/quality.md

Ten drawn workloads with floors, tiers, quotas, gates, bands, commitments and conversations, each
with ranges on eight of its numbers. For each: the P95 over 20 seeds against that of a million
independent draws, and over 100 seeds how often the truth lies within one and within two printed
standard errors. Exits 1 where the median error
of a P95 is above 1 %, or an error of two is passed by more than a tenth of the seeds on average.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import NamedTuple

import numpy as np
from compare_cases import DAY, Ready, opened_at
from drawn_workloads import drawn as workload_text
from numbers_of import SHARES, Number, numbers_of

from costplan.billing.arrays.numbers import Floats
from costplan.risk.draws import DRAWS, SHIFTS, _numbers, draw
from costplan.risk.evaluate import Spread, totals
from costplan.risk.normal import normal_scores
from costplan.workload.ranges import Quantiles, Range

PAGE = Path(__file__).resolve().parents[2] / "docs" / "quality.md"
PLAIN = 1_000_000
SEEDS = 100
P95_SEEDS = 20
RANGED = 8
BENDS = ("[conversation]", "watch/floor", "watch/tiered", "watch/blocks", "watch/gated", '"plans"')
BENDS += ("bands =", "[[commitment]]", "langfuse/core")
LEAST_BENDS = 4


class Case(NamedTuple):
    """A workload with ranges, and the stack that is drawn."""

    seed: int
    ready: Ready
    stack: str
    ranges: Mapping[str, Range]
    bends: int


def cases(folder: Path) -> list[Case]:
    """Ten workloads in which much bends, some of them with a conversation."""
    found: list[Case] = []
    for seed in range(1, 1_000):
        text = workload_text(seed)
        bends = sum(bend in text for bend in BENDS)
        talks = "[conversation]" in text
        wanted = 3 - sum("[conversation]" in workload_text(case.seed) for case in found)
        if bends < LEAST_BENDS or (not talks and 10 - len(found) <= wanted):
            continue
        path = folder / f"{seed}.toml"
        path.write_text(text)
        ready = opened_at(path)
        if steady(ready, seed):
            continue
        found.append(
            Case(seed, ready, next(iter(ready.workload.stack)), ranged(ready, seed), bends)
        )
        if len(found) == 10:
            return found
    raise AssertionError("too few workloads bend")


def steady(ready: Ready, seed: int) -> bool:
    """Whether the first stack costs the same whatever is drawn, as a flat fee does."""
    drawn = draw(ranged(ready, seed), (), 512).values
    stack = next(iter(ready.workload.stack))
    month = totals(ready.workload, stack, ready.catalog, DAY, drawn).monthly
    return bool(np.ptp(month) < 0.1 * month.mean())


def ranged(ready: Ready, seed: int) -> dict[str, Range]:
    """Ranges of the traffic and of other numbers, up to 1.8 times as much or as little."""
    numbers = [number for number in numbers_of(ready.workload) if isinstance(number.value, Decimal)]
    traffic = [number for number in numbers if number.path == "traffic.requests_per_month"]
    others = [number for number in numbers if number.key not in ("rho", "phi", "peak_to_mean")]
    some = Random(seed).sample(others, min(RANGED, len(others)))
    return {number.path: around(number) for number in (*traffic, *some)}


def around(number: Number) -> Range:
    """A 90 % range about a number."""
    value = Decimal(number.value)
    if number.key in SHARES:
        odds = value / (1 - value) if value < 1 else Decimal(99)
        low, high = odds / 2, odds * 2
        ends = ((Decimal("0.05"), low / (1 + low)), (Decimal("0.95"), high / (1 + high)))
        return Quantiles(at=ends, least=Decimal(0), most=Decimal(1))
    times = Decimal("1.8")
    ends = ((Decimal("0.05"), value / times), (Decimal("0.95"), value * times))
    return Quantiles(at=ends, least=Decimal(0))


def p95(spread: Spread) -> float:
    """The P95 of the draws that can be billed."""
    return float(np.quantile(spread.monthly[~spread.blocked], 0.95))


def error(spread: Spread) -> float:
    """One standard error of the P95, as it is printed: from the eight shifts apart."""
    parts = [
        float(np.quantile(month[~blocked], 0.95))
        for month, blocked in zip(
            np.split(spread.monthly, SHIFTS), np.split(spread.blocked, SHIFTS), strict=True
        )
        if not blocked.all()
    ]
    return float(np.std(parts, ddof=1) / np.sqrt(len(parts)))


def month(case: Case, drawn: Mapping[str, Floats]) -> Spread:
    """The stack's month over draws."""
    return totals(case.ready.workload, case.stack, case.ready.catalog, DAY, drawn)


def plain(case: Case) -> tuple[float, float]:
    """The P95 of a million independent draws, and its own standard error."""
    random = np.random.default_rng(case.seed)
    drawn = {}
    for path, known in case.ranges.items():
        share = random.random(PLAIN)
        drawn[path] = _numbers(known, share, normal_scores(share))
    spread = month(case, drawn)
    return p95(spread), error(spread)


class Row(NamedTuple):
    """What a case came to."""

    case: Case
    truth: float
    median: float
    worst: float
    within_one: float
    within_two: float


def row(case: Case) -> Row:
    """The errors of a case, as shares of the truth."""
    truth, doubt = plain(case)
    apart, printed = [], []
    for seed in range(1, SEEDS + 1):
        spread = month(case, draw(case.ranges, (), DRAWS, seed).values)
        apart.append(abs(p95(spread) - truth))
        printed.append(error(spread))
    errors, own = np.array(apart), np.hypot(printed, doubt)
    near = errors[:P95_SEEDS] / truth
    return Row(
        case,
        truth,
        float(np.median(near)),
        float(near.max()),
        float((errors <= own).mean()),
        float((errors <= 2 * own).mean()),
    )


def table(rows: list[Row]) -> str:
    """The figures in Markdown."""
    lines = [
        "| workload | ranges | bends | P95 of a million | median error | worst of 20 "
        "| within one error | within two |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| drawn {one.case.seed}, {one.case.stack} | {len(one.case.ranges)} | {one.case.bends} "
        f"| {one.truth:,.2f} | {one.median:.2%} | {one.worst:.2%} "
        f"| {one.within_one:.0%} | {one.within_two:.0%} |"
        for one in rows
    ]
    return "\n".join(lines)


def main() -> None:
    """Print the figures, and write them where asked."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        rows = [row(case) for case in cases(Path(folder))]
    text = table(rows)
    print(text)
    print(f"{time.perf_counter() - start:.0f} s")
    if "--write" in sys.argv:
        page = PAGE.read_text(encoding="utf-8")
        before, _, rest = page.partition("<!-- draws -->\n")
        _, _, after = rest.partition("<!-- end of draws -->")
        page = f"{before}<!-- draws -->\n\n{text}\n\n<!-- end of draws -->{after}"
        PAGE.write_text(page, encoding="utf-8")
    held = float(np.mean([one.within_two for one in rows]))
    if max(one.median for one in rows) > 0.01 or held < 0.9:
        print("the figures of the draws are not as near as they say", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
