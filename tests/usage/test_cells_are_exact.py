"""Cells summed in the engine and billed once cost what each row costs by itself, to the last digit.

The reference prices one row at a time with the project's own tariff, in fractions, and knows
nothing of cells.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from properties import examples
from usage_cases import DAY, lines, read, small

from costplan.billing.tokens import Processing, Tariff, TokenUsage, windows
from costplan.problems import PriceNotKnown
from costplan.store.traces.mapping import MapFile

START = datetime(2025, 12, 1, tzinfo=UTC)
MODELS = ("plain", "tiered", "peaked", "charged", "searching")
COLUMNS = [
    "time",
    "model",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "cache_write_1h_tokens",
    "reasoning_tokens",
    "input_audio_tokens",
    "output_audio_tokens",
    "web_searches",
    "mode",
    "region",
    "tenant",
]
MAPPING = MapFile(columns={**{name: name for name in COLUMNS}, "vendor": "=acme"})
EDGES = (0, 1, 999, 1_000, 1_001, 1_999, 2_000, 2_001, 4_999, 5_000, 5_001, 20_000)


@st.composite
def rows(draw: st.DrawFn) -> dict[str, Any]:
    whole = draw(st.sampled_from(EDGES) | st.integers(0, 12_000))
    out = draw(st.integers(0, 3_000))
    left, parts = whole, {}
    for name in ("cache_read_tokens", "cache_write_tokens", "cache_write_1h_tokens"):
        parts[name] = draw(st.integers(0, left)) if draw(st.booleans()) else 0
        left -= parts[name]
    parts["input_audio_tokens"] = draw(st.integers(0, left)) if draw(st.booleans()) else 0
    parts["reasoning_tokens"] = draw(st.integers(0, out)) if draw(st.booleans()) else 0
    parts["output_audio_tokens"] = draw(st.integers(0, out - parts["reasoning_tokens"]))
    seconds = draw(st.integers(0, 360 * 86_400) | st.sampled_from((5_400, 3_600, 86_400)))
    return {
        "time": (START + timedelta(seconds=seconds)).isoformat(),
        "model": draw(st.sampled_from(MODELS)),
        "input_tokens": whole,
        "output_tokens": out,
        **parts,
        "web_searches": draw(st.sampled_from((0, 0, 3))),
        "mode": draw(st.sampled_from((None, "batch", "priority", "standard"))),
        "region": draw(st.sampled_from((None, "us", "global"))),
        "tenant": draw(st.sampled_from(("a", "b", None))),
    }


def reference(row: dict[str, Any]) -> tuple[Fraction, dict[tuple[str, str], Fraction]]:
    """What a row costs, and its quantities without a price."""
    entry = small().get(f"acme/{row['model']}")
    moment = datetime.fromisoformat(row["time"])
    names = [name for name in COLUMNS if name.endswith("_tokens")] + ["web_searches"]
    usage = TokenUsage(**{name: Decimal(row[name]) for name in names})
    mode = None if row["mode"] == "standard" else row["mode"]
    region = None if row["region"] == "global" else row["region"]
    try:
        schedule = windows(entry.item, moment.date())
        window = next((one for one in schedule if one.covers(moment)), None)
        tariff = Tariff(entry, moment.date(), Processing(mode, region, window))
        billed = tariff.bill(usage)
    except PriceNotKnown:
        tariff = Tariff(entry, entry.item.first_known)
        billed = tariff.bill(usage, tier=-1)
        return Fraction(0), _missing([(line.price.charge, line.quantity) for line in billed], row)
    cost, without = Fraction(0), []
    for line in billed:
        price = line.price
        if price.price is None:
            without.append((price.charge, line.quantity))
        else:
            cost += Fraction(line.quantity) * Fraction(price.price) / Fraction(price.per)
    return cost, _missing(without, row)


def _missing(
    found: list[tuple[str, Decimal]], row: dict[str, Any]
) -> dict[tuple[str, str], Fraction]:
    return {(row["model"], charge): Fraction(quantity) for charge, quantity in found}


@examples(40)
@given(st.lists(rows(), min_size=1, max_size=40))
def test_cells_equal_row_by_row_pricing(given_rows: list[dict[str, Any]]) -> None:
    good = [row for row in given_rows if row["input_tokens"] + row["output_tokens"]]
    with TemporaryDirectory() as folder:
        path = lines(Path(folder) / "rows.jsonl", given_rows)
        made = read(path, mapping=MAPPING, day=DAY, by=("tenant", "model"))
    cost, without = Fraction(0), {}
    for row in good:
        one, missing = reference(row)
        cost += one
        for key, quantity in missing.items():
            without[key] = without.get(key, Fraction(0)) + quantity
    told = sum((Fraction(total.low) for total in made.totals), Fraction(0))
    assert told == cost
    assert all(total.low == total.high for total in made.totals)
    assert sum((Fraction(group.low) for group in made.groups), Fraction(0)) == cost
    found: dict[tuple[str, str], Fraction] = {}
    for line in made.unpriced:
        key = (line.offer.removeprefix("acme/"), line.charge)
        found[key] = found.get(key, Fraction(0)) + Fraction(line.quantity)
    assert found == without
    assert made.traffic.requests == sum(1 for row in given_rows if _counted(row))


def _counted(row: dict[str, Any]) -> bool:
    return any(row[name] for name in COLUMNS if name.endswith("_tokens") or name == "web_searches")
