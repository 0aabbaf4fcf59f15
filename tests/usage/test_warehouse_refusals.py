"""What a warehouse is not asked: addresses with secrets, tables and columns that are not there."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from run import costplan, process
from usage_cases import DAY
from warehouse_cases import rows, write

from costplan.problems import BadUsage
from costplan.store.warehouse.address import address_of
from costplan.store.warehouse.scrub import scrubbed

pytest.importorskip("ibis", reason="costplan[warehouse] is not installed")

SECRET = "hunter2-hunter2"
PLAIN = ["--map=model=model", "--map=input_tokens=input", "--map=vendor==acme"]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("warehouse") / "calls.duckdb", rows(20))


def refused(*arguments: str, folder: Path, **said: Any) -> str:
    """What a command that is refused says."""
    ran = costplan("usage", *arguments, folder=folder, **said)
    assert ran.code == 2, ran
    assert "Traceback" not in ran.err
    assert ran.out == ""
    return ran.err


ADDRESSES = {
    f"postgres://me:{SECRET}@host/db": ("has a password", "~/.pgpass"),
    f"postgres://host/db?password={SECRET}": ("'password' of the address is a secret", "PGPASS"),
    f"postgres://host/db?sslmode=require&options=-c%20x={SECRET}": ("no parameter 'options'", ""),
    f"snowflake://me:{SECRET}@account/db": ("has a password", "SNOWFLAKE_PASSWORD"),
    f"snowflake://account/db?private_key={SECRET}": ("'private_key' of the address", "toml"),
    f"databricks://host?access_token={SECRET}": ("is a secret", "DATABRICKS_TOKEN"),
    f"clickhouse://:{SECRET}@host/db": ("has a password", "CLICKHOUSE_PASSWORD"),
    f"spark:///?remote=sc://host:15002/;token={SECRET}": ("holds one", "SPARK_REMOTE"),
    f"bigquery://project?credentials={SECRET}": ("is a secret", "gcloud auth"),
    f"oracle://me:{SECRET}@host/db": ("no engine 'oracle'", "engines: bigquery"),
    f"postgers://me:{SECRET}@host/db": ("no engine 'postgers'", "did you mean 'postgres'"),
    f"postgres://me:{SECRET}@[host/db": ("cannot be read", "postgres://host:5432"),
    f"postgres://host:{SECRET}/db": ("cannot be read", "postgres://host:5432"),
    "postgres://host/db?sslmod=require": ("no parameter 'sslmod'", "did you mean 'sslmode'"),
    "calls.duckdb": ("no engine", "engines: bigquery"),
    "": ("no engine", "engines: bigquery"),
    f"host=db user=me password={SECRET}": ("no engine", "postgres://host"),
    f"postgres:me:{SECRET}@host/db": ("'postgres:' is an engine", "postgres://..., as in"),
    f"snowflake:/{SECRET}": ("'snowflake:' is an engine, and its address has two", "snowflake://"),
    f"postgres:///me:{SECRET}@host/db": ("has a password", "~/.pgpass"),
    f"{SECRET}": ("no engine", "postgres://host"),
}


@pytest.mark.parametrize("address", ADDRESSES, ids=range(len(ADDRESSES)))
def test_an_address_holds_no_secret_and_none_is_printed(address: str, tmp_path: Path) -> None:
    said = refused("--warehouse", address, "--table", "calls", *PLAIN, folder=tmp_path)
    says, hints = ADDRESSES[address]
    assert says in said
    assert hints in " ".join(said.split())
    assert SECRET not in said


@pytest.mark.parametrize(
    "text",
    [
        f"could not connect to postgres://me:{SECRET}@host/db",
        f"invalid dsn: user=me password={SECRET} host=x",
        f"invalid dsn: password='{SECRET} {SECRET}'",
        f'{{"token": "{SECRET}", "a": 1}}',
        f"GET /?access_token={SECRET}&x=1",
        f"Authorization: Bearer {SECRET}",
        f"private_key_passphrase: {SECRET}",
        f"the word {SECRET} of the environment",
        f"-----BEGIN PRIVATE KEY-----\n{SECRET}\n-----END PRIVATE KEY-----",
        f"x\n-----BEGIN PRIVATE KEY-----\n{SECRET}",
    ],
)
def test_an_engine_s_words_lose_their_secrets(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if "environment" in text:
        monkeypatch.setenv("SOMEBODYS_TOKEN", SECRET)
    told = scrubbed(text)
    assert SECRET not in told
    assert "***" in told
    assert "\n" not in told


def test_what_is_no_secret_stays() -> None:
    words = 'relation "calls" does not exist LINE 1: SELECT model FROM calls'
    assert scrubbed(words) == words
    assert scrubbed("\x1b[31mred") == "\\x1b[31mred"
    assert len(scrubbed("x" * 5_000)) <= 400


TABLES = {
    "cals": ("no table 'cals'", "did you mean 'calls'"),
    'calls"; DROP TABLE calls; --': ("no name of a table", "such as"),
    "calls; DROP TABLE calls": ("no table 'calls; DROP TABLE calls'", ""),
    '"calls; DROP TABLE calls"': ("no table", ""),
    "(SELECT 1)": ("no table '(SELECT 1)'", ""),
    "read_csv('/etc/passwd')": ("no table", ""),
    "a.b.c.d": ("no name of a table", ""),
    "calls\n": ("no name of a table", ""),
    "a..b": ("no name of a table", ""),
    "": ("no name of a table", ""),
    "nowhere.calls": ("nowhere.calls", ""),
}


@pytest.mark.parametrize("table", TABLES, ids=range(len(TABLES)))
def test_a_table_that_is_not_there(table: str, database: Path, tmp_path: Path) -> None:
    said = refused("--warehouse", f"duckdb://{database}", "--table", table, *PLAIN, folder=tmp_path)
    says, hints = TABLES[table]
    assert says in " ".join(said.split())
    assert hints in said


COLUMNS = {
    ("--map=model=modle",): ("no column 'modle' (--map model)", "or 'model'"),
    ("--map=input_tokens=failed",): ("column 'failed' is boolean", "--map NAME=COLUMN.FIELD"),
    ("--map=time=failed",): ("column 'failed' is boolean, where a time", ""),
    ("--map=input_tokens=model.in",): ("column 'model' has no field 'in'", ""),
    ("--map=input_tokens=input + d[kind=a].t",): ("elements of a list", "make a view"),
    ("--by=tenat",): ("no column 'tenat' (--by tenat)", "did you mean 'tenant'"),
    ("--map=rows=messages[]",): ("has a row a request", ""),
    ("--source=openai",): ("has a row a request", ""),
}


@pytest.mark.parametrize("options", COLUMNS, ids=range(len(COLUMNS)))
def test_a_column_that_is_not_there(
    options: tuple[str, ...], database: Path, tmp_path: Path
) -> None:
    said = refused(
        *("--warehouse", f"duckdb://{database}", "--table", "calls", *PLAIN, *options),
        folder=tmp_path,
    )
    says, hints = COLUMNS[options]
    assert says in " ".join(said.split())
    assert hints in said


def test_capitals_are_sql_s_own_affair(database: Path, tmp_path: Path) -> None:
    maps = ["--map=model=MODEL", "--map=input_tokens=Input", "--map=vendor==acme"]
    ran = costplan(
        *("usage", "--warehouse", f"duckdb://{database}", "--table", "calls", *maps),
        folder=tmp_path,
    )
    assert ran.code == 0, ran.err


def test_what_is_left_out_of_the_command(database: Path, tmp_path: Path) -> None:
    address = f"duckdb://{database}"
    for arguments, says in {
        (): "no source of usage",
        ("--table", "calls"): "table calls is of no warehouse",
        ("--warehouse", address): "--table schema.table",
        ("x.jsonl", "--warehouse", address, "--table", "calls"): "two sources",
        ("--warehouse", address, "--table", "calls"): "--map model=COLUMN --map input_tokens=",
        ("--warehouse", address, "--table", "calls", "--map=model=model"): "--map input_tokens=",
    }.items():
        assert says in " ".join(refused(*arguments, folder=tmp_path).split())


def test_where_nothing_is(tmp_path: Path) -> None:
    (tmp_path / "none.duckdb").write_bytes(b"SQLite format 3\x00" * 100)
    for address, says in {
        f"duckdb://{tmp_path}/nothing.duckdb": "nothing.duckdb does not exist",
        "duckdb://:memory:": "cannot be read",
        f"duckdb://{tmp_path}/none.duckdb": "cannot connect to duckdb://",
        "postgres://127.0.0.1:9/db?connect_timeout=2": "cannot connect to postgres://127.0.0.1:9",
        "bigquery://project/dataset": "'ibis-framework[bigquery]'",
        "snowflake://account/db": "'ibis-framework[snowflake]'",
    }.items():
        if "ibis-framework" in says and _is_there(address.partition(":")[0]):
            continue
        said = refused("--warehouse", address, "--table", "calls", *PLAIN, folder=tmp_path)
        assert says in " ".join(said.split()), said


def _is_there(backend: str) -> bool:
    import ibis

    try:
        getattr(ibis, backend)
    except ImportError:
        return False
    return True


def test_a_database_is_neither_written_nor_a_way_to_other_files(
    database: Path, tmp_path: Path
) -> None:
    import duckdb

    copy = tmp_path / "copy.duckdb"
    copy.write_bytes(database.read_bytes())
    (tmp_path / "secret.csv").write_text("model,input\nplain,1\n")
    connection = duckdb.connect(copy)
    connection.execute(f"CREATE VIEW calls2 AS SELECT * FROM read_csv('{tmp_path}/secret.csv')")
    connection.close()
    before = copy.read_bytes()
    ran = costplan(
        *("usage", "--warehouse", f"duckdb://{copy}", "--table", "calls", *PLAIN), folder=tmp_path
    )
    assert ran.code == 0, ran.err
    assert copy.read_bytes() == before
    said = refused("--warehouse", f"duckdb://{copy}", "--table", "calls2", *PLAIN, folder=tmp_path)
    assert "disabled" in said
    inside = tmp_path / "inside"
    inside.mkdir()
    ran = costplan(
        *("--root", str(inside), "usage", "--warehouse", f"duckdb://{copy}", "--table", "calls"),
        *PLAIN,
        folder=inside,
    )
    assert ran.code == 2
    assert "outside" in ran.err


def test_sums_beyond_64_bits_are_refused(tmp_path: Path) -> None:
    import duckdb

    connection = duckdb.connect(tmp_path / "large.duckdb")
    connection.execute(
        "CREATE TABLE calls AS SELECT 'plain' AS model, 900000000000000 AS input FROM range(11000)"
    )
    connection.close()
    said = refused(
        *("--warehouse", f"duckdb://{tmp_path}/large.duckdb", "--table", "calls", *PLAIN),
        folder=tmp_path,
    )
    assert "sums of 64 bits" in " ".join(said.split())


def test_files_never_load_ibis(tmp_path: Path) -> None:
    write(tmp_path / "calls.duckdb", rows(5))
    script = (
        "import sys; from costplan.cli import run; "
        f"code = run(['usage', 'calls.parquet', *{PLAIN!r}, '--as-of', '{DAY}']); "
        "print('loaded', sorted({'ibis', 'pandas', 'pyarrow', 'numpy'} & set(sys.modules)), code)"
    )
    import subprocess

    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "loaded [] 0" in ran.stdout


def test_without_ibis_the_extra_is_named(tmp_path: Path) -> None:
    (tmp_path / "ibis.py").write_text("raise ImportError('none')")
    ran = process(
        *("usage", "--warehouse", "postgres://host/db", "--table", "calls", *PLAIN),
        folder=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
    )
    assert ran.code == 2, ran
    assert "pip install 'costplan[warehouse]'" in ran.err


def test_addresses_are_shown_without_the_user() -> None:
    assert (
        address_of("postgres://me@host:5432/db?sslmode=require").shown == "postgres://host:5432/db"
    )
    with pytest.raises(BadUsage, match="no engine"):
        address_of("mysql://host/db")
