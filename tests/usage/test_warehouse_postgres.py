"""Usage in a real Postgres: the same answers as files, and nothing but SELECTs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from postgres_server import READER_WORD, Server, fill, program, server
from properties import sampled
from run import costplan
from usage_cases import small
from warehouse_cases import MAPPINGS, TYPES, of_files, options, rows, unnamed, write

pytest.importorskip("psycopg", reason="the driver of Postgres is not installed")
pytestmark = pytest.mark.skipif(program("initdb") is None, reason="Postgres is not installed")

from costplan.api.warehouse import table_usage  # noqa: E402
from costplan.store.warehouse.address import address_of  # noqa: E402
from costplan.store.warehouse.connecting import Connection  # noqa: E402

URL = "postgres:///postgres"
MAPS = [f"--map={name}={column}" for name, column in MAPPINGS["all"][0].items()]
CURSOR = re.compile(r'^DECLARE "\w+" CURSOR FOR (?=SELECT )')
OWN = re.compile(r"(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET TIMEZONE = UTC$|FETCH|CLOSE)\b")
"""What a driver says of its own session."""


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with server() as started:
        with started.connect() as connection:
            fill(connection, TYPES, rows())
        yield started


@pytest.fixture(scope="module")
def parquet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("rows") / "calls.duckdb", rows()).with_name(
        "calls.parquet"
    )


@pytest.mark.parametrize("name", sampled(MAPPINGS, 2))
def test_postgres_says_what_files_say(
    name: str, running: Server, parquet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, value in running.env.items():
        monkeypatch.setenv(variable, value)
    told = unnamed(table_usage(URL, "public.calls", options(name), small()))
    assert told == of_files(parquet, name)


def test_nothing_but_selects_is_sent(running: Server, tmp_path: Path) -> None:
    ran = costplan(
        *("usage", "--warehouse", URL, "--table", "public.calls", "--by", "tenant,day,Team Name"),
        *MAPS,
        folder=tmp_path,
        env=running.env,
    )
    assert ran.code == 0, ran.err
    sent = [CURSOR.sub("", one) for one in running.statements()]
    selects = [one for one in sent if one.startswith("SELECT ")]
    others = [one for one in sent if one not in selects and not OWN.match(one)]
    assert others == []
    assert len([one for one in selects if '"calls"' in one]) >= 6
    begun = [one for one in sent if one.startswith("BEGIN")]
    assert sum("READ ONLY" in one for one in begun) >= 6


def test_what_postgres_refuses(running: Server, tmp_path: Path) -> None:
    for table, url, env, says in (
        ("hidden", URL, {}, ("permission denied for table hidden", "needs SELECT on this table")),
        ("nothing", URL, {}, ("has no table 'nothing'", "it has: calls")),
        ("public.cals", URL, {}, ("has no table 'public.cals'", "did you mean 'calls'?")),
        ('"calls; DROP TABLE calls"', URL, {}, ("has no table", "")),
        ("calls", "postgres:///nowhere", {}, ('database "nowhere" does not exist', "~/.pgpass")),
        ("calls", URL, {"PGPASSWORD": WRONG}, ("password authentication failed", "PGPASSWORD")),
    ):
        ran = costplan(
            *("usage", "--warehouse", url, "--table", table, "--map=model=model"),
            "--map=input_tokens=input",
            folder=tmp_path,
            env={**running.env, **env},
        )
        assert ran.code == 2, ran
        for words in says:
            assert words in " ".join(ran.err.split()), ran.err
        assert READER_WORD not in ran.err
        assert WRONG not in ran.err


WRONG = "wr0ng-w0rd"


def test_a_session_only_reads(running: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in running.env.items():
        monkeypatch.setenv(variable, value)
    connection = Connection(address_of(URL))
    with pytest.raises(Exception, match="read-only transaction"):
        connection._backend.raw_sql("CREATE TABLE pg_temp.x (a int)")
    connection.close()
