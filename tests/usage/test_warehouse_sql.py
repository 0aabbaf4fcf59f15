"""The SQL for engines that no test can run: it compiles for every mapping, and a change in what
asks for the cells is seen. COSTPLAN_UPDATE_GOLDEN=1 writes the files anew."""

from __future__ import annotations

import os
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ibis", reason="costplan[warehouse] is not installed")

from properties import sampled
from warehouse_cases import MAPPINGS, Compiling, options

from costplan.billing.cells import Cut
from costplan.store.warehouse.questions import Table
from costplan.store.warehouse.rows import usage_of

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "warehouse"
CUT = Cut([1_001, 5_000], [date(2026, 1, 1), date(2026, 5, 1)], 1_800, frozenset(["peaked"]))
PLACES = {
    "bigquery": ("project", "dataset"),
    "snowflake": ("DATABASE", "SCHEMA"),
    "databricks": ("catalog", "schema"),
    "clickhouse": (None, "logs"),
}
SHOWN = {
    "time": "at_zoned",
    "vendor": "vendor",
    "model": "model",
    "input_tokens": "input",
    "cache_read_tokens": "cached",
    "output_tokens": "output",
    "mode": "mode",
    "failed": "status",
    "tenant": "tenant",
}


def asked(dialect: str, columns: dict[str, str], by: tuple[str, ...]) -> list[str]:
    """The statements of every question."""
    compiling = Compiling(dialect, lambda sql: [])
    extra = [name for name in by if name == "Team Name"]
    usage = usage_of(compiling.table(*PLACES[dialect]), columns, extra)
    table: Any = Table(compiling, usage, extra)  # type: ignore[arg-type]
    table.states()
    table.cells(CUT, by)
    table.sketch("input_tokens", by)
    table.hours()
    table.turns()
    return compiling.statements


@pytest.mark.parametrize("dialect", ["bigquery", "snowflake"])
def test_what_asks_for_the_cells(dialect: str) -> None:
    text = asked(dialect, SHOWN, ("tenant", "day"))[1] + "\n"
    path = GOLDEN / f"{dialect}.sql"
    if os.environ.get("COSTPLAN_UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize(("dialect", "name"), sampled(product(PLACES, MAPPINGS), 5))
def test_every_mapping_compiles(dialect: str, name: str) -> None:
    columns, by = MAPPINGS[name]
    if options(name).mapping.columns.get("time"):
        by = (*by, "hour")
    statements = asked(dialect, dict(columns), by)
    assert 2 < len(statements) < 6
    assert all(sql.startswith("SELECT") for sql in statements)
    assert not any("\\d" in sql for sql in statements)
