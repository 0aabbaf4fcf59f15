"""The rows of all sources as one relation of DuckDB, the engine that counts them.

DuckDB is the extra ``costplan[usage]`` and is imported here alone. Rows stay where they are while
a file has columns (Parquet is scanned again for each question); what is read record by record is
kept in memory up to ``MEMORY``, beyond that in a temporary folder that goes with the program.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from costplan.problems import BadUsage
from costplan.store.traces import columns
from costplan.store.traces.columns import COUNTS, FLAGS, SAID, SUMS, TAKEN, TEXTS

MEMORY = "320MB"
BATCH = 5_000
"""Rows that are handed over at once: columns of text cost memory twice until they are there."""
INSTALL = "pip install 'costplan[usage]'"


class Given(NamedTuple):
    """A column of a relation: the SQL that has it, and its type."""

    sql: str
    kind: str = "VARCHAR"


class Engine:
    """A connection, and the relation ``usage`` once ``close_rows`` was called.

    ``extra``: names of further columns, for groups; text, one a name, called ``extra_0`` and on.
    Raises BadUsage where DuckDB is not installed.
    """

    def __init__(self, extra: Sequence[str] = (), labelled: bool = False) -> None:
        try:
            import duckdb
        except ImportError:
            raise BadUsage("reading usage needs DuckDB, which is not installed", INSTALL) from None
        self.error = duckdb.Error
        self.extra = [f"extra_{at}" for at in range(len(extra))]
        self.folder = tempfile.TemporaryDirectory(prefix="costplan-")
        self.connection: Any = duckdb.connect(":memory:")
        for setting in (
            f"SET memory_limit = '{MEMORY}'",
            f"SET temp_directory = '{self.folder.name}'",
            "SET preserve_insertion_order = false",
            "SET TimeZone = 'UTC'",
            "SET enable_progress_bar = false",
            "SET autoinstall_known_extensions = false",
            "SET autoload_known_extensions = false",
        ):
            self.connection.execute(setting)
        self._relations: list[str] = []
        self._batch: list[Sequence[str | None]] = []
        self._taken = (*TAKEN, *self.extra, "file")
        self.file = 0  # the place of the file that rows are of
        self._rows = 0

    def close(self) -> None:
        """Forget every row."""
        self.connection.close()
        self.folder.cleanup()

    def ask(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        rows: list[tuple[Any, ...]] = self.connection.execute(sql, list(values)).fetchall()
        return rows

    def add(self, row: Sequence[str | None]) -> None:
        """A row as an adapter took it: text in the order of ``TAKEN``, then of ``extra``."""
        self._batch.append([*row, str(self.file)])
        if len(self._batch) >= BATCH:
            self._flush()

    def _flush(self) -> None:
        if not self._batch:
            return
        if not self._rows:
            columns_of = ", ".join(f'"{name}" VARCHAR' for name in self._taken)
            self.connection.execute(f"CREATE TABLE taken ({columns_of})")
        self._rows += len(self._batch)
        lists = ", ".join(f"unnest(${at + 1}::VARCHAR[])" for at in range(len(self._taken)))
        values = [list(column) for column in zip(*self._batch, strict=True)]
        self.connection.execute(f"INSERT INTO taken SELECT {lists}", values)
        self._batch.clear()

    def add_table(self, source: str, given: Mapping[str, Given], keep: bool) -> int:
        """Add the rows of a relation of SQL whose columns are given by destination; how many.

        ``keep``: count them once and keep them, as for a file whose lines can be broken.
        """
        sql = usage_of(source, {"file": Given(str(self.file), "INTEGER"), **given}, self.extra)
        name = f"usage_{len(self._relations)}"
        single = "identity" in given or "family" in given
        self.connection.execute(f"CREATE {'TABLE' if keep or single else 'VIEW'} {name} AS {sql}")
        if single:
            self._leave_repeated(name)
        self._relations.append(name)
        ((rows,),) = self.ask(f"SELECT count(*) FROM {name}")
        return int(rows)

    def close_rows(self) -> None:
        """Make the relation ``usage`` of all that was added; an empty one of nothing."""
        self._flush()
        if self._rows or not self._relations:
            if not self._rows:
                columns_of = ", ".join(f'"{name}" VARCHAR' for name in self._taken)
                self.connection.execute(f"CREATE TABLE taken ({columns_of})")
            given = {name: Given(f'"{name}"') for name in self._taken}
            self.add_table("taken", given, keep=True)
            self.connection.execute("DROP TABLE taken")
        parts = " UNION ALL ".join(f"SELECT * FROM {name}" for name in self._relations)
        self.connection.execute(f"CREATE VIEW usage AS {parts}")

    def _leave_repeated(self, name: str) -> None:
        """Note rows that say again what another says: the same identity, or a replay of a family.

        Of one identity the highest rank stays, then the fullest: streamed messages are logged again
        as they grow.
        """
        self.connection.execute(
            "CREATE TEMP TABLE kept AS SELECT "
            "max_by(rowid, (rank, input_tokens + output_tokens, -rowid)) AS id "
            f"FROM {name} WHERE identity IS NOT NULL GROUP BY source, identity"
        )
        self.connection.execute(
            f"UPDATE {name} SET repeated = true "
            "WHERE identity IS NOT NULL AND rowid NOT IN (SELECT id FROM kept)"
        )
        self.connection.execute(
            f"UPDATE {name} SET repeated = true WHERE replay AND family IN "
            f"(SELECT family FROM {name} WHERE NOT replay AND family IS NOT NULL)"
        )
        self.connection.execute("DROP TABLE kept")


def usage_of(source: str, given: Mapping[str, Given], extra: Sequence[str] = ()) -> str:
    """The query that makes rows of usage of a relation: typed, completed, judged."""
    has = frozenset(given)
    first = [_typed(name, given) for name in ("source", "time", *TEXTS, *COUNTS, *FLAGS, "cost")]
    first += [_said(name, given) for name in SAID]
    first.append(f"CAST({given['file'].sql} AS INTEGER) AS file")
    first += [
        f'{columns.text(given[name].sql)} AS "{name}"'
        if name in has
        else f'NULL::VARCHAR AS "{name}"'
        for name in extra
    ]
    typed = f"SELECT {', '.join(first)} FROM {source}"
    kept = ("file", "source", "time", *TEXTS, *FLAGS, "cost", *extra)
    second = [f'"{name}"' for name in kept if name != "time"]
    second.append("CASE WHEN time >= 0 THEN time END AS time")  # nobody was asked before 1970
    for name in SUMS:
        sql = f"coalesce({name}, 0)"
        if name in ("input_tokens", "output_tokens"):
            sql = columns.whole(name.removesuffix("_tokens"), has)
        second.append(f"{sql} AS {name}")
    second += [
        "coalesce(requests, 1) AS requests",
        "attempt, size_low, size_high, rank, total_tokens",
        f"{columns.bad_counts(has)} AS bad",
        f"{columns.undecided(has)} AS undecided",
    ]
    whole = f"SELECT {', '.join(second)} FROM ({typed})"
    third = [f'"{name}"' for name in kept]
    third += [f"CASE WHEN bad THEN 0 ELSE CAST({name} AS BIGINT) END AS {name}" for name in SUMS]
    third += [
        "CASE WHEN bad THEN 1 ELSE CAST(requests AS BIGINT) END AS requests",
        "CAST(attempt AS DOUBLE) AS attempt",
        "CAST(size_low AS DOUBLE) AS size_low",
        "CAST(size_high AS DOUBLE) AS size_high",
        "coalesce(CAST(rank AS DOUBLE), 0) AS rank",
        f"{_fault(has)} AS fault",
        "false AS repeated",
    ]
    return f"SELECT {', '.join(third)} FROM ({whole})"


def _fault(has: frozenset[str]) -> str:
    none = " + ".join(SUMS)
    return (
        f"CASE WHEN bad THEN '{columns.NOT_COUNTS}' "
        f"WHEN model IS NULL THEN '{columns.NO_MODEL}' "
        f"WHEN undecided THEN '{columns.NO_TOTAL}' "
        f"WHEN {columns.too_large(has)} THEN '{columns.TOO_LARGE_PARTS}' "
        f"WHEN NOT failed AND {none} = 0 THEN '{columns.NO_TOKENS}' END"
    )


def _typed(name: str, given: Mapping[str, Given]) -> str:
    """A destination as its own type; NULL of that type where the source has none."""
    column = given.get(name)
    if name in ("time", "rank"):  # a rank is a number, or the time of the latest version
        return f"{columns.time(column.sql, column.kind) if column else 'NULL::BIGINT'} AS {name}"
    if name in COUNTS:
        return f"{columns.count(column.sql, column.kind) if column else 'NULL::BIGINT'} AS {name}"
    if name in FLAGS:
        return f"{columns.flag(column.sql, column.kind) if column else 'false'} AS {name}"
    if name == "cost":
        cost = f"try_cast({column.sql} AS DECIMAL(38, 12))" if column else "NULL::DECIMAL(38, 12)"
        return f"{cost} AS cost"
    sql = columns.text(column.sql) if column else "NULL::VARCHAR"
    if column and name == "mode":
        sql = columns.mode(sql)
    if column and name == "region":
        sql = columns.region(sql)
    return f'{sql} AS "{name}"'


def _said(name: str, given: Mapping[str, Given]) -> str:
    return f"CAST({given[name].sql if name in given else 0} AS TINYINT) AS {name}"
