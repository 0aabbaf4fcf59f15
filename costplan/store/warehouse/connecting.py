"""A connection that reads: the table that was named, and the answers of expressions.

Whatever an engine's driver raises becomes a BadUsage with its words, secrets taken out. What is
sent: one SELECT an expression; the engine's own listing of tables and of the table's columns; and
what its driver says of the session (a time zone, that it only reads).
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import ibis
import ibis.common.exceptions as failures

from costplan.problems import BadUsage, clean, did_you_mean
from costplan.store.files.boundary import stay
from costplan.store.warehouse.address import Address
from costplan.store.warehouse.scrub import scrubbed

Row = Mapping[str, str | None]
PART: Final = re.compile(r'"((?:[^"]|"")+)"|([^".]+)')
DENIED: Final = re.compile(
    r"permission denied|access denied|not authorized|insufficient.privilege|unauthorized|forbidden",
    re.IGNORECASE,
)
MOST_LISTED: Final = 20


class Connection:
    """A warehouse that is asked."""

    def __init__(self, address: Address) -> None:
        """Raises BadUsage where the engine's driver is missing, or it cannot be reached."""
        self.address = address
        with self._told(f"cannot connect to {address.shown}", address.scheme.credentials):
            self._backend = _CONNECT[address.scheme.backend](address)

    def close(self) -> None:
        """Let go of it. A session of Spark stays: it may be another's."""
        if self.address.scheme.backend != "pyspark":
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._backend.disconnect()

    def table(self, name: str) -> Any:
        """A table by its name, with its schema and catalog before it where needed: a.b.c; parts
        that hold dots in double quotes. Raises BadUsage where there is none."""
        *within, last = _parts(name)
        if not within and self.address.scheme.backend == "pyspark":
            within = [part for part in [self.address.path.strip("/")] if part]
        database = {0: None, 1: within[0] if within else None}.get(len(within), tuple(within))
        with self._told(f"cannot look for table {clean(name)}"):
            try:
                return self._backend.table(last, database=database)
            except failures.TableNotFound:
                pass
        raise BadUsage(
            f"{self.address.shown} has no table '{clean(name)}' that you may see",
            self._tables(last, database),
        )

    def _tables(self, name: str, database: Any) -> str:
        """Which tables there are, as a remedy."""
        try:
            if self.address.scheme.backend == "duckdb":  # Ibis 12 lists with a call 2.0 has not
                sql = "SELECT table_name FROM information_schema.tables ORDER BY 1"
                listed = [str(table) for (table,) in self._backend.con.execute(sql).fetchall()]
            else:
                listed = self._backend.list_tables(database=database)
        except Exception:  # a listing that is refused is no second error
            return "--table schema.table"
        named = "it has: " + ", ".join(listed[:MOST_LISTED]) if listed else "it has no table"
        return clean(did_you_mean(name, listed) or named)

    def rows(self, expression: Any) -> list[Row]:
        """The rows of an expression, every value as text. Raises BadUsage where it is refused."""
        with self._told("the warehouse did not answer"):
            rows: list[Row] = self._backend.to_pyarrow(as_texts(expression)).to_pylist()
        return rows

    @contextmanager
    def _told(self, what: str, hint: str | None = None) -> Iterator[None]:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a driver's advice is not the user's
                yield
        except (BadUsage, failures.TableNotFound):
            raise
        except ImportError:
            extra = self.address.scheme.extra
            more = f" 'ibis-framework[{extra}]'" if extra else ""
            raise BadUsage(
                f"{self.address.shown} needs a driver that is not installed",
                f"pip install 'costplan[warehouse]'{more}",
            ) from None
        except Exception as error:  # each driver has errors of its own
            words = scrubbed(str(error)) or type(error).__name__
            if DENIED.search(words):
                hint = hint or "the account needs SELECT on this table, and nothing else"
            raise BadUsage(f"{what}: {words}", hint) from None


def as_texts(expression: Any) -> Any:
    """An expression with every column as text."""
    return expression.select(
        **{name: expression[name].cast("string") for name in expression.columns}
    )


def _parts(name: str) -> list[str]:
    """The parts of a table's name. Raises BadUsage for what is none."""
    matches = list(PART.finditer(name))
    parts = [(match[1] or match[2]).replace('""', '"') for match in matches]
    whole = ".".join(match[0] for match in matches)
    if whole != name or not 1 <= len(parts) <= 3 or not all(map(str.isprintable, parts)):
        raise BadUsage(
            f"--table: '{clean(name)[:80]}' is no name of a table",
            'such as calls, schema.calls, catalog.schema.calls or schema."a.b"',
        )
    return parts


def _postgres(address: Address) -> Any:
    backend = ibis.postgres.connect(
        host=address.host,
        port=address.port,  # None: the library's own, from PGPORT or a service
        user=address.user,
        database=address.path.strip("/") or None,
        autocommit=False,
        **address.given,
    )
    backend.con.read_only = True
    return backend


def _duckdb(address: Address) -> Any:
    url = urlsplit(address.url)
    path = Path(unquote(url.netloc + url.path)).expanduser()
    stay(path)
    if not path.is_file():
        raise BadUsage(f"{path} does not exist", "duckdb:///absolute/file, or duckdb://file")
    backend = ibis.duckdb.connect(path, read_only=True)
    for setting in (
        "SET TimeZone = 'UTC'",
        "SET enable_external_access = false",  # a view may name any file of the machine
        "SET autoinstall_known_extensions = false",
        "SET autoload_known_extensions = false",
    ):
        backend.con.execute(setting)
    return backend


def _bigquery(address: Address) -> Any:
    return ibis.bigquery.connect(
        project_id=address.host, dataset_id=address.path.strip("/"), **address.given
    )


def _snowflake(address: Address) -> Any:
    database, _, schema = address.path.strip("/").partition("/")
    given = {
        "account": address.host,
        "user": address.user or os.environ.get("SNOWFLAKE_USER"),
        "password": os.environ.get("SNOWFLAKE_PASSWORD"),
        "database": database,
        "schema": schema,
        **address.given,
    }
    return ibis.snowflake.connect(
        create_object_udfs=False, **{name: value for name, value in given.items() if value}
    )


def _clickhouse(address: Address) -> Any:
    given = {
        "host": address.host,
        "port": address.port,
        "user": address.user or os.environ.get("CLICKHOUSE_USER"),
        "password": os.environ.get("CLICKHOUSE_PASSWORD"),
        "database": address.path.strip("/"),
    }
    secure = {"secure": address.given["secure"] != "0"} if "secure" in address.given else {}
    return ibis.clickhouse.connect(
        **{key: value for key, value in given.items() if value}, **secure
    )


def _databricks(address: Address) -> Any:
    from ibis.backends.databricks import Backend

    class Reading(Backend):  # type: ignore[misc]
        """Without the volume for tables from memory that Ibis creates, which none is here."""

        def _post_connect(self, *, memtable_volume: str) -> None:
            pass

    catalog, _, schema = address.path.strip("/").partition("/")
    given = {"server_hostname": address.host, "catalog": catalog, "schema": schema}
    return Reading().connect(**{k: value for k, value in given.items() if value}, **address.given)


def _spark(address: Address) -> Any:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("costplan")
    if address.host:
        builder = builder.master(f"spark://{address.host}:{address.port or 7077}")
    if "master" in address.given:
        builder = builder.master(address.given["master"])
    if "remote" in address.given:
        builder = builder.remote(address.given["remote"])
    return ibis.pyspark.connect(builder.getOrCreate())


_CONNECT: Final[Mapping[str, Callable[[Address], Any]]] = {
    "bigquery": _bigquery,
    "clickhouse": _clickhouse,
    "databricks": _databricks,
    "duckdb": _duckdb,
    "postgres": _postgres,
    "pyspark": _spark,
    "snowflake": _snowflake,
}
