"""How far forecasts of two public series were off, and how often their bands held.

    make forecast-accuracy    writes the table into docs/forecast.md

Air passengers: 144 months. Births in the United States: five spans of 700 days, which is as many as
are forecast by the day.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from costplan.plan.forecast.backtest import DAYS, MONTHS, Grid, coverage, tested
from costplan.plan.forecast.methods import OF_DAYS, OF_MONTHS, Method

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "forecast.md"
BEGIN, END = "<!-- backtest -->\n", "<!-- end of backtest -->"
SPAN, STEP, SPANS = 700, 730, 5
LEADS = 12
HEADER = """
| series | method | off, 1 ahead | up to 3 | up to 12 | bands of 80 % held | tried |
|---|---|---:|---:|---:|---:|---:|
"""


def values(name: str) -> list[float]:
    with (ROOT / "tests" / "data" / name).open(encoding="utf-8") as file:
        return [float(row["requests"]) for row in csv.DictReader(file)]


def series() -> Iterator[tuple[str, list[list[float]], Grid, tuple[Method, ...]]]:
    """Each series' name, its spans, and how it is forecast."""
    yield "air passengers, months", [values("air_passengers.csv")], MONTHS, OF_MONTHS
    births = values("us_births.csv")
    spans = [births[at * STEP : at * STEP + SPAN] for at in range(SPANS)]
    yield "births, days", spans, DAYS, OF_DAYS


def figures() -> list[tuple[str, str, list[float], float, int]]:
    """Series, method, mean errors up to 1, 3 and 12 ahead, the share that bands held, and of how
    many."""
    rows = []
    for name, spans, grid, methods in series():
        for method in methods:
            pasts = [tested(method, span, grid, 0.0, LEADS) for span in spans]
            errors = [error for past in pasts for error in past.errors]
            off = []
            for most in (1, 3, LEADS):
                own = [error.share for error in errors if error.lead <= most]
                off.append(sum(own) / len(own))
            held = [coverage(past.errors, grid, LEADS) for past in pasts]
            known = [each for each in held if each is not None]
            tried = sum(each.tried for each in known)
            share = sum(each.share * each.tried for each in known) / tried
            rows.append((name, method.name, off, share, tried))
    return rows


def table() -> str:
    """The figures as they stand in the docs."""
    lines = [
        f"| {name} | {method} | {' | '.join(f'{each:.1%}' for each in off)} | {share:.0%} "
        f"| {tried:,} |"
        for name, method, off, share, tried in figures()
    ]
    return HEADER + "\n".join(lines).replace("%", " %") + "\n\n"


def main() -> None:
    """Print the table, and write it into its page."""
    text = PAGE.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN)
    _, tail = rest.split(END)
    made = table()
    PAGE.write_text(head + BEGIN + made + END + tail, encoding="utf-8")
    print(made.strip())


if __name__ == "__main__":
    main()
