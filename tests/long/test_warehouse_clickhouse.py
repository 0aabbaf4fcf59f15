"""The SQL that is sent to ClickHouse, run by ClickHouse itself, within the process.

chdb is the engine as a library, of 500 MB, so it is no part of ``costplan[dev]``: ``pip install
chdb`` lets this run. What the driver does on its way to a server is not tried.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).resolve().parents[1] / "usage"))

pytest.importorskip("chdb", reason="chdb, ClickHouse as a library, is not installed")
pytest.importorskip("ibis", reason="costplan[warehouse] is not installed")
pytestmark = pytest.mark.filterwarnings("ignore")

from warehouse_cases import (  # noqa: E402
    MAPPINGS,
    TYPES,
    Compiling,
    compiled,
    of_files,
    rows,
    write,
)

KINDS = {
    "VARCHAR": "String",
    "INTEGER": "Int32",
    "BIGINT": "Int64",
    "TIMESTAMP": "DateTime64(6)",
    "TIMESTAMPTZ": "DateTime64(6, 'UTC')",
    "DATE": "Date",
    "DOUBLE": "Float64",
    "BOOLEAN": "Bool",
}


@pytest.fixture(scope="module")
def parquet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    given = [  # ClickHouse cuts texts by bytes, not by characters
        {name: "ö" if isinstance(one, str) and "ü" in one else one for name, one in row.items()}
        for row in rows()
    ]
    folder = tmp_path_factory.mktemp("rows")
    return write(folder / "calls.duckdb", given).with_name("calls.parquet")


@pytest.fixture(scope="module")
def engine(parquet: Path) -> Iterator[Any]:
    from chdb import session

    started = session.Session()
    named = ", ".join(
        f'"{name}" Nullable({KINDS.get(kind, kind.title())})' for name, kind in TYPES.items()
    )
    started.query("CREATE DATABASE logs")
    started.query("SET session_timezone = 'UTC'")
    started.query(f"CREATE TABLE logs.calls ({named}) ENGINE = MergeTree ORDER BY tuple()")
    started.query(f"INSERT INTO logs.calls SELECT * FROM file('{parquet}', Parquet)")
    yield started
    started.close()


@pytest.mark.parametrize("name", MAPPINGS)
def test_clickhouse_says_what_files_say(name: str, engine: Any, parquet: Path) -> None:
    def answer(sql: str) -> list[list[Any]]:
        text = str(engine.query(sql, "JSONCompactEachRow"))
        return [json.loads(line) for line in text.splitlines()]

    compiling = Compiling("clickhouse", answer)
    told = compiled(compiling, compiling.table(None, "logs"), name)
    assert told == of_files(parquet, name)
