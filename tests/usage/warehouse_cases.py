"""One table of requests in every type that a column can have, for files and for warehouses alike.

Each destination of usage stands in several columns: whole numbers, decimals, doubles and texts with
everything odd that is found there. ``MAPPINGS`` chooses among them; what files say of the rows is
what a warehouse must say.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from usage_cases import DAY, small

from costplan.api.usage import Options, document_of, further, read_of, usage_of
from costplan.document.usage import Usage
from costplan.store.traces.mapping import MapFile
from costplan.store.traces.reading import MAPPED, Counts

START = datetime(2026, 1, 20, tzinfo=UTC)
"""Before every price of ``small()`` that begins later, and before both changes of summer time."""
EDGES = (0, 1, 999, 1_000, 1_001, 1_999, 2_000, 2_001, 4_999, 5_000, 5_001, 20_000)
ODD_COUNTS = ("", " 12 ", "NULL", "None", "many", "-1", "1.5", "1e3", "+5", "5.", ".5", "1,000")
ODD_COUNTS += ("0x10", "inf", "nan", "1e400", "1e16", "999999999999999", "7 8", "--1", "1e", "٣")
ODD_MODES = (None, "batch", "priority", "standard", " Batch ", "FLEX", "", "turbo", "fast")
ODD_REGIONS = (None, "us", "global", " US ", "not_available", "mars", "")
ODD_NAMES = (None, "a", "b", "", "it's", 'say "x"', "; DROP TABLE calls; --", "ü" * 400, "\\n%s{}")
ODD_FLAGS = (None, "", "0", "200", "ok", "False", "error: timeout", "true", "500", " OK ")
ODD_TIMES = (
    *(None, "", "soon", "2026-02-31", "2025-02-29T00:00:00Z", "2024-02-29", "2026-13-01"),
    *("2026-03-29T01:59:59+01:00", "2026-03-29 01:00:00.5-0930", "2026-03-29T23:59:59.999999999Z"),
    *("1780000000", "1780000000123", "1780000000123456", "1780000000123456789", "1.78e9"),
    *("2026-06-01T25:00:00", "2026-06-01T10:00:00+05:30", "2026-06-01 10:00:00 UTC", "-5"),
    *("2026-06-01T10:00", "2026-12-31T23:30:00-01", "2000-02-29T00:00:00", "1900-02-29"),
)
TYPES = {
    "id": "VARCHAR",
    "version": "INTEGER",
    "vendor": "VARCHAR",
    "model": "VARCHAR",
    "at": "TIMESTAMP",
    "at_zoned": "TIMESTAMPTZ",
    "at_day": "DATE",
    "at_text": "VARCHAR",
    "at_millis": "BIGINT",
    "at_seconds": "DOUBLE",
    "input": "BIGINT",
    "input_small": "INTEGER",
    "input_decimal": "DECIMAL(20, 3)",
    "input_double": "DOUBLE",
    "input_text": "VARCHAR",
    "output": "BIGINT",
    "cached": "BIGINT",
    "uncached": "BIGINT",
    "reasoning": "INTEGER",
    "searches": "INTEGER",
    "many": "INTEGER",
    "low": "BIGINT",
    "high": "BIGINT",
    "attempt": "INTEGER",
    "mode": "VARCHAR",
    "region": "VARCHAR",
    "step": "VARCHAR",
    "tenant": "VARCHAR",
    "conversation": "VARCHAR",
    "failed": "BOOLEAN",
    "status": "VARCHAR",
    "code": "INTEGER",
    "paid": "DECIMAL(18, 9)",
    "paid_double": "DOUBLE",
    "Team Name": "VARCHAR",
}
"""DuckDB's types; ``MAPPINGS`` uses each."""
PLAIN = {"vendor": "=acme", "model": "model", "input_tokens": "input", "output_tokens": "output"}
MAPPINGS: Mapping[str, tuple[Mapping[str, str], tuple[str, ...]]] = {
    "least": (PLAIN, ("model",)),
    "all": (
        {
            **PLAIN,
            "vendor": "vendor",
            "time": "at",
            "cache_read_tokens": "cached",
            "reasoning_tokens": "reasoning",
            "web_searches": "searches",
            "mode": "mode",
            "region": "region",
            "step": "step",
            "tenant": "tenant",
            "conversation": "conversation",
            "attempt": "attempt",
            "failed": "failed",
            "cost": "paid",
        },
        ("tenant", "mode", "region", "step"),
    ),
    "zoned": ({**PLAIN, "time": "at_zoned", "failed": "status"}, ("hour", "model")),
    "days": ({**PLAIN, "time": "at_day", "failed": "code"}, ("day", "source")),
    "texts": ({**PLAIN, "input_tokens": "input_text", "time": "at_text"}, ("month", "vendor")),
    "numbers": ({**PLAIN, "input_tokens": "input_double", "time": "at_millis"}, ("Team Name",)),
    "seconds": ({**PLAIN, "input_tokens": "input_decimal", "time": "at_seconds"}, ("model", "day")),
    "sums": (
        {
            **PLAIN,
            "input_tokens": "cached + uncached",
            "cache_read_tokens": "cached",
            "output_tokens": "output - reasoning",
            "time": "at",
            "cost": "paid_double",
        },
        ("conversation",),
    ),
    "sized": (
        {**PLAIN, "time": "at", "requests": "many", "size_low": "low", "size_high": "high"},
        ("model",),
    ),
    "repeated": (
        {**PLAIN, "time": "at", "identity": "id", "rank": "version", "tenant": "tenant"},
        ("tenant",),
    ),
    "replayed": ({**PLAIN, "time": "at", "family": "id", "replay": "failed"}, ("model",)),
    "odd": ({**PLAIN, "input_tokens": "input_text", "output_tokens": "input_small"}, ()),
}


def rows(number: int = 600, seed: int = 1) -> list[dict[str, Any]]:
    """Requests, odd ones among them, as values of ``TYPES``."""
    dice = random.Random(seed)
    return [_row(dice, at) for at in range(number)]


def _row(dice: random.Random, at: int) -> dict[str, Any]:
    size = dice.choice((dice.choice(EDGES), dice.randrange(12_000)))
    out, cached = dice.randrange(3_000), dice.randrange(size + 1)
    moment = START + timedelta(seconds=dice.randrange(300 * 86_400) // 900 * 900)
    moment += timedelta(microseconds=dice.choice((-1, 0, 0, 1, 500_000)))
    none = dice.random() < 0.05
    odd = dice.random() < 0.3
    small_one = dice.choice(EDGES)
    return {
        # an id goes with a version and a size of its own, so that the kept row is no accident
        "id": dice.choice((None, f"r{at % 150}")),
        "version": at // 150,
        "vendor": dice.choice(("acme", "acme", None, "other")),
        "model": None if none else dice.choice(MODELS),
        "at": None if none else moment.replace(tzinfo=None),
        "at_zoned": None if none else moment,
        "at_day": None if none else moment.date(),
        "at_text": dice.choice(ODD_TIMES) if odd else moment.isoformat(dice.choice("T ")),
        "at_millis": None if none else int(moment.timestamp() * 1_000),
        "at_seconds": None if none else moment.timestamp() // 1,
        "input": None if none else size,
        "input_small": small_one,
        "input_decimal": Decimal(size) + dice.choice((Decimal("0.5"), 0, 0, 0, 0)),
        "input_double": dice.choice(ODD_DOUBLES) if odd else float(size),
        "input_text": dice.choice((*ODD_COUNTS, None)) if odd else str(size),
        "output": out,
        "cached": dice.choice((cached, cached, size + 1)) if odd else cached,
        "uncached": size - cached,
        "reasoning": dice.choice((None, 0, out // 2)),
        "searches": dice.choice((None, 0, 0, 3)),
        "many": dice.choice((1, 5, 100, None)),
        "low": dice.choice((None, 0, 1_000)),
        "high": dice.choice((None, 2_000, 5_001, 10**6)),
        "attempt": dice.choice((None, 1, 1, 2)),
        "mode": dice.choice(ODD_MODES),
        "region": dice.choice(ODD_REGIONS),
        "step": dice.choice(ODD_NAMES),
        "tenant": dice.choice(ODD_NAMES),
        "conversation": dice.choice((None, f"c{at // 9}")),
        "failed": dice.choice((None, False, False, True)),
        "status": dice.choice(ODD_FLAGS),
        "code": dice.choice((None, 0, 200, 429)),
        "paid": dice.choice((None, Decimal("0.000000015"), Decimal("1.25"), Decimal(0))),
        "paid_double": dice.choice((None, 0.25, 1.5)),
        "Team Name": dice.choice(ODD_NAMES),
    }


MODELS = ("plain", "plain-2026", "tiered", "peaked", "charged", "searching", "unheard")
ODD_DOUBLES = (float("nan"), float("inf"), -1.0, 1.5, 1e15, 999_999_999_999_999.0, 1e300, None)


def write(path: Path, given: Sequence[Mapping[str, Any]]) -> Path:
    """A database of DuckDB with the rows in a table ``calls``, and beside it ``calls.parquet``."""
    connection = duckdb.connect(path)
    named = ", ".join(f'"{name}" {kind}' for name, kind in TYPES.items())
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"CREATE TABLE calls ({named})")
    if given:
        marks = ", ".join("?" for _ in TYPES)
        values = [[row[name] for name in TYPES] for row in given]
        connection.executemany(f"INSERT INTO calls VALUES ({marks})", values)
    connection.execute(f"COPY calls TO '{path.parent / 'calls.parquet'}'")
    connection.close()
    return path


def options(name: str) -> Options:
    """The options of one of ``MAPPINGS``."""
    columns, by = MAPPINGS[name]
    return Options(DAY, by=by, mapping=MapFile(columns=columns))


def of_files(path: Path, name: str) -> Usage:
    """What the file of the same rows says."""
    return unnamed(usage_of([str(path)], options(name), small()))


def unnamed(document: Usage) -> Usage:
    """The document without where its rows came from."""
    return document._replace(
        sources=tuple(
            source._replace(name="", unread=dict(sorted(source.unread.items())))
            for source in document.sources
        )
    )


IBIS = {
    "VARCHAR": "string",
    "INTEGER": "int32",
    "BIGINT": "int64",
    "TIMESTAMP": "timestamp(6)",
    "TIMESTAMPTZ": "timestamp('UTC', 6)",
    "DOUBLE": "float64",
}
"""What Ibis calls a type, where it is another word."""


class Compiling:
    """In place of a connection: SQL of a dialect, which ``answer`` runs somewhere."""

    def __init__(self, dialect: str, answer: Callable[[str], list[list[Any]]]) -> None:
        self.dialect, self.answer = dialect, answer
        self.statements: list[str] = []

    def table(self, catalog: str | None, schema: str | None) -> Any:
        """The table ``calls`` as it would be found there."""
        import ibis

        types = {name: IBIS.get(kind, kind.lower()) for name, kind in TYPES.items()}
        return ibis.table(types, name="calls", catalog=catalog, database=schema)

    def rows(self, expression: Any) -> list[dict[str, Any]]:
        """As ``Connection.rows``."""
        import ibis

        from costplan.store.warehouse.connecting import as_texts

        sql = str(ibis.to_sql(as_texts(expression), dialect=self.dialect))
        self.statements.append(sql)
        return [dict(zip(expression.columns, row, strict=True)) for row in self.answer(sql)]


def compiled(compiling: Compiling, table: Any, name: str) -> Usage:
    """What a table says through compiled SQL alone."""
    from costplan.store.warehouse.questions import Table
    from costplan.store.warehouse.rows import usage_of as rows_of

    chosen = options(name)
    extra = further(chosen)
    usage = rows_of(table, chosen.mapping.columns, extra)
    asked = Table(compiling, usage, extra)  # type: ignore[arg-type]
    counts = Counts("", MAPPED)
    counts.records = sum(state.rows for state in asked.states())
    return unnamed(document_of(read_of(asked, [counts], chosen, small()), chosen))
