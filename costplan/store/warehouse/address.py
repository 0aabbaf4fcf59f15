"""What ``--warehouse`` says: an engine, where it is, and never a secret.

    postgres://host:5432/database      bigquery://project/dataset
    snowflake://account/database       databricks://host/catalog
    clickhouse://host/database         spark:///database
    duckdb:///absolute/file.duckdb     duckdb://file.duckdb

Who asks is settled by each engine's own means (``Scheme.credentials``), as the command line is in
the shell's history and in the list of processes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from costplan.problems import BadUsage, clean, did_you_mean
from costplan.store.warehouse.scrub import SECRET


class Scheme(NamedTuple):
    """An engine. ``backend``: what Ibis calls it; ``extra``: the extra of Ibis that has its driver,
    None where ``costplan[warehouse]`` has it. ``parameters``: what may stand after ``?``."""

    backend: str
    extra: str | None
    parameters: tuple[str, ...]
    credentials: str


POSTGRES: Final = Scheme(
    "postgres",
    None,
    ("sslmode", "sslrootcert", "passfile", "service", "connect_timeout", "schema"),
    "PGUSER and PGPASSWORD, ~/.pgpass, a service file, or a certificate",
)
SPARK: Final = Scheme(
    "pyspark", "pyspark", ("master", "remote"), "spark-defaults.conf, SPARK_REMOTE, hive-site.xml"
)
SCHEMES: Final[Mapping[str, Scheme]] = {
    "bigquery": Scheme(
        "bigquery",
        "bigquery",
        ("location",),
        "application default credentials: gcloud auth application-default login, or "
        "GOOGLE_APPLICATION_CREDENTIALS",
    ),
    "clickhouse": Scheme(
        "clickhouse",
        "clickhouse",
        ("secure",),
        "CLICKHOUSE_USER and CLICKHOUSE_PASSWORD",
    ),
    "databricks": Scheme(
        "databricks",
        "databricks",
        ("http_path", "auth_type"),
        "DATABRICKS_TOKEN, or ?auth_type=databricks-oauth",
    ),
    "duckdb": Scheme("duckdb", None, (), "the file's own permissions"),
    "postgres": POSTGRES,
    "postgresql": POSTGRES,
    "pyspark": SPARK,
    "snowflake": Scheme(
        "snowflake",
        "snowflake",
        ("warehouse", "role", "connection_name", "authenticator"),
        "connections.toml with ?connection_name=, ?authenticator=externalbrowser, or "
        "SNOWFLAKE_USER and SNOWFLAKE_PASSWORD",
    ),
    "spark": SPARK,
}


LIKE = "postgres://host:5432/database"


class Address(NamedTuple):
    """Where a warehouse is. ``shown``: as it is printed, without the user."""

    scheme: Scheme
    url: str
    user: str | None
    host: str | None
    port: int | None
    path: str
    given: Mapping[str, str]
    shown: str


def address_of(text: str) -> Address:
    """The address that a text is. Raises BadUsage for an unknown engine and for any secret."""
    url, port = _split(text)
    scheme = SCHEMES.get(url.scheme.lower())
    if scheme is not None and not text.lower().startswith(f"{url.scheme}://"):
        raise BadUsage(
            f"--warehouse: '{url.scheme}:' is an engine, and its address has two slashes",
            f"{url.scheme.lower()}://..., as in {LIKE}",
        )
    if scheme is None:
        hint = did_you_mean(url.scheme, SCHEMES) or "engines: " + ", ".join(SCHEMES)
        word = f"there is no engine '{url.scheme}'" if url.scheme else "the address has no engine"
        raise BadUsage(f"--warehouse: {word}", f"{hint}, as in {LIKE}")
    path = unquote(url.path)
    if url.password is not None or "@" in path:
        raise BadUsage(
            "--warehouse: the address has a password, which the shell's history keeps and every "
            "user of the machine sees",
            f"take it out, and use {scheme.credentials}",
        )
    given = dict(parse_qsl(url.query, keep_blank_values=True))
    for name, value in given.items():
        if name not in scheme.parameters:
            _refuse(name, scheme)
        if name != "passfile" and (SECRET.search(value) or "@" in value):
            _refuse(name, scheme)
    named = f"{url.hostname or ''}{f':{port}' if port else ''}{url.path}"
    return Address(
        scheme,
        text,
        None if url.username is None else unquote(url.username),
        url.hostname,
        port,
        path,
        given,
        clean(f"{url.scheme.lower()}://{named}"),
    )


def _split(text: str) -> tuple[SplitResult, int | None]:
    """An address in its parts. What cannot be read is not printed: it may hold anything."""
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        raise BadUsage(
            "--warehouse: the address cannot be read", "such as postgres://host:5432/database"
        ) from None
    return url, port


def _refuse(name: str, scheme: Scheme) -> None:
    """Raises BadUsage for a parameter, whose value is not printed."""
    if SECRET.search(name) or name in scheme.parameters:
        raise BadUsage(
            f"--warehouse: '{clean(name)[:40]}' of the address is a secret, or holds one",
            f"take it out, and use {scheme.credentials}",
        )
    known = ", ".join(scheme.parameters) or "none"
    hint = did_you_mean(name, scheme.parameters) or f"parameters: {known}"
    raise BadUsage(f"--warehouse: the address has no parameter '{clean(name)[:40]}'", hint)
