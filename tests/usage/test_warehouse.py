"""Usage in a warehouse: the same rows say there what they say in a file, to the last digit."""

from __future__ import annotations

import json
import sys
import types
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import examples, sampled
from test_cells_are_exact import COLUMNS, MAPPING
from test_cells_are_exact import rows as calls
from usage_cases import DAY, lines, read, small
from warehouse_cases import MAPPINGS, of_files, options, rows, unnamed, write

import costplan as library
from costplan.api.usage import Options
from costplan.store.traces.mapping import MapFile

pytest.importorskip("ibis", reason="costplan[warehouse] is not installed")

from costplan.api.warehouse import table_usage


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("warehouse") / "calls.duckdb", rows())


@pytest.mark.parametrize("name", sampled(MAPPINGS, 2))
def test_a_table_says_what_a_file_of_the_same_rows_says(database: Path, name: str) -> None:
    told = unnamed(table_usage(f"duckdb://{database}", "calls", options(name), small()))
    assert told == of_files(database.with_name("calls.parquet"), name)
    assert told.traffic.requests > 100  # and it is no comparison of nothing with nothing


@examples(8)
@given(st.lists(calls(), min_size=1, max_size=30))
def test_cells_of_a_table_are_those_of_a_file(given_rows: list[dict[str, Any]]) -> None:
    """Whose own equal the price of each row: ``test_cells_are_exact``."""
    import duckdb

    by = ("tenant", "model")
    with TemporaryDirectory() as folder:
        path = lines(Path(folder) / "rows.jsonl", given_rows)
        named = ", ".join(f"{name}: '{_kind(name)}'" for name in COLUMNS)
        connection = duckdb.connect(f"{folder}/rows.duckdb")
        connection.execute(
            f"CREATE TABLE calls AS SELECT * FROM read_json('{path}', columns = {{{named}}})"
        )
        connection.close()
        told = table_usage(
            f"duckdb://{folder}/rows.duckdb",
            "calls",
            Options(DAY, by=by, mapping=MAPPING),
            small(),
        )
        assert unnamed(told) == unnamed(read(path, mapping=MAPPING, day=DAY, by=by))


def _kind(name: str) -> str:
    return "BIGINT" if name.endswith(("_tokens", "searches")) else "VARCHAR"


def test_fields_within_columns(tmp_path: Path) -> None:
    """Structs and maps, as traces are stored: a map's key may hold dots."""
    import duckdb

    connection = duckdb.connect(tmp_path / "spans.duckdb")
    connection.execute(
        "CREATE TABLE spans AS SELECT MAP {'gen_ai.request.model': 'plain', 'x': 'y'} "
        "AS attributes, {'usage': {'in': 1000, 'out': 10}} AS body FROM range(3)"
    )
    connection.close()
    columns = {
        "vendor": "=acme",
        "model": "attributes.gen_ai.request.model",
        "input_tokens": "body.usage.in",
        "output_tokens": "body.usage.out",
        "step": "attributes.nothing",
    }
    chosen = Options(DAY, fixed=True, by=("step",), mapping=MapFile(columns=columns))
    told = table_usage(f"duckdb://{tmp_path}/spans.duckdb", "spans", chosen, small())
    assert told.totals[0].low == Decimal(3_000 * 1 + 30 * 5) / 1_000_000
    assert [group.names for group in told.groups] == [(None,)]


def test_an_empty_table(tmp_path: Path) -> None:
    path = write(tmp_path / "calls.duckdb", [])
    for name in ("least", "all", "repeated"):
        told = table_usage(f"duckdb://{path}", "calls", options(name), small())
        assert (told.groups, told.totals, told.traffic.requests) == ((), (), 0)
        assert unnamed(told) == of_files(path.with_name("calls.parquet"), name)


def test_python_asks_files_and_warehouses_alike(database: Path) -> None:
    said: dict[str, Any] = {
        "columns": {"model": "model", "input_tokens": "input", "time": "at"},
        "vendor": "openai",
        "models": {"openai/plain": "openai/gpt-4o", "openai/unheard": "ignore"},
        "by": ["model", "month"],
    }
    of_file = library.usage(database.with_name("calls.parquet"), **said)
    of_table = library.usage(warehouse=f"duckdb://{database}", table="calls", **said)
    assert of_file.totals[0].low > 0
    assert unnamed(of_file) == unnamed(of_table)
    theirs, ours = of_file.to_dict(), of_table.to_dict()
    assert theirs.pop("sources") != ours.pop("sources")
    assert json.dumps(theirs, default=str) == json.dumps(ours, default=str)
    with pytest.raises(library.BadUsage, match="usage has no column 'inputs'"):
        library.usage("x.jsonl", columns={"inputs": "a"})
    with pytest.raises(library.BadUsage, match="no source"):
        library.usage()


def test_databricks_is_asked_without_the_volume_that_ibis_makes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Against a driver in place of Databricks' own, which is not installed."""
    sent: list[str] = []
    said: dict[str, Any] = {}

    class Cursor:
        description = (("x", "string"),)

        def __enter__(self) -> Cursor:
            return self

        def __exit__(self, *error: object) -> None:
            pass

        def execute(self, sql: str, *more: Any) -> Cursor:
            sent.append(str(sql))
            return self

        def fetchone(self) -> tuple[str]:
            return ("main",)

        def fetchall(self) -> list[tuple[str]]:
            return [("main",)]

        def close(self) -> None:
            pass

    class Driver:
        def cursor(self) -> Cursor:
            return Cursor()

        def close(self) -> None:
            pass

    def connect(**given: Any) -> Driver:
        said.update(given)
        return Driver()

    sql = types.ModuleType("databricks.sql")
    sql.connect = connect  # type: ignore[attr-defined]
    package = types.ModuleType("databricks")
    package.sql = sql  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "databricks", package)
    monkeypatch.setitem(sys.modules, "databricks.sql", sql)
    monkeypatch.delitem(sys.modules, "ibis.backends.databricks", raising=False)
    monkeypatch.setenv("DATABRICKS_TOKEN", "dapi-secret")

    from costplan.store.warehouse.address import address_of
    from costplan.store.warehouse.connecting import Connection

    url = "databricks://host.cloud/main/usage?http_path=/sql/1.0/warehouses/abc"
    Connection(address_of(url)).close()
    assert said["server_hostname"] == "host.cloud"
    assert (said["catalog"], said["schema"]) == ("main", "usage")
    assert said["access_token"] == "dapi-secret"
    assert all(one.lstrip().upper().startswith("SELECT") for one in sent), sent
    monkeypatch.delitem(sys.modules, "ibis.backends.databricks", raising=False)
