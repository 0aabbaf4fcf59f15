"""Usage in a warehouse: the same rows say there what they say in a file, to the last digit."""

from __future__ import annotations

from pathlib import Path

import pytest
from usage_cases import small
from warehouse_cases import MAPPINGS, of_files, options, rows, unnamed, write

from costplan.api.warehouse import table_usage


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("warehouse") / "calls.duckdb", rows())


@pytest.mark.parametrize("name", MAPPINGS)
def test_a_table_says_what_a_file_of_the_same_rows_says(database: Path, name: str) -> None:
    told = unnamed(table_usage(f"duckdb://{database}", "calls", options(name), small()))
    assert told == of_files(database.with_name("calls.parquet"), name)
