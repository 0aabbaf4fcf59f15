"""Usage in Spark, a real one in local mode: the same answers as files.

Spark is 470 MB and wants Java, so it is no part of ``costplan[dev]``: ``pip install pyspark`` lets
this run. Its sessions begin in a zone that is not UTC, and in ANSI mode, where a bad cast ends the
query.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).resolve().parents[1] / "usage"))

pytest.importorskip("pyspark", reason="pyspark is not installed")
pytest.importorskip("ibis", reason="costplan[warehouse] is not installed")
pytestmark = [
    pytest.mark.skipif(shutil.which("java") is None, reason="Spark wants Java, which is missing"),
    pytest.mark.filterwarnings("ignore"),
]

from usage_cases import small  # noqa: E402
from warehouse_cases import MAPPINGS, of_files, options, rows, unnamed, write  # noqa: E402

from costplan.api.warehouse import table_usage  # noqa: E402
from costplan.problems import BadUsage  # noqa: E402

URL = "spark:///default?master=local[2]"


@pytest.fixture(scope="module")
def parquet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("rows") / "calls.duckdb", rows()).with_name(
        "calls.parquet"
    )


@pytest.fixture(scope="module")
def session(parquet: Path) -> Iterator[Any]:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    for name, value in {
        "spark.sql.session.timeZone": "America/New_York",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.shuffle.partitions": "4",
        "spark.sql.warehouse.dir": str(parquet.parent / "spark"),
    }.items():
        builder = builder.config(name, value)
    started = builder.getOrCreate()
    started.read.parquet(str(parquet)).write.saveAsTable("calls")
    yield started
    started.stop()


@pytest.mark.parametrize("name", MAPPINGS)
def test_spark_says_what_files_say(name: str, session: Any, parquet: Path) -> None:
    assert session is not None
    told = unnamed(table_usage(URL, "calls", options(name), small()))
    assert told == of_files(parquet, name)


def test_a_table_that_is_not_there(session: Any) -> None:
    with pytest.raises(BadUsage, match="no table 'cals'") as caught:
        table_usage(URL, "cals", options("least"), small())
    assert caught.value.hint == "did you mean 'calls'?"
