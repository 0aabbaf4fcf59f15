"""Millions of rows of usage as Parquet, for ``make bench``: python many_rows.py ROWS FILE."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

MODELS = (
    ("anthropic", "claude-haiku-5-5"),
    ("openai", "gpt-5.6-sol"),
    ("deepseek", "deepseek-v4-pro"),
    ("google", "gemini-2.5-flash"),
)
"""One with a tier and a region, one with modes, one with peak hours and holidays, a plain one."""


def write(rows: int, path: Path) -> None:
    """Rows of ninety days from 2026-08-30, the same for the same number."""
    names = ", ".join(f"({at}, '{vendor}', '{model}')" for at, (vendor, model) in enumerate(MODELS))
    sql = f"""
    COPY (
        SELECT
            make_timestamp(1788048000000000 + i * {7_776_000_000_000 // rows}) AS ts,
            vendor, model,
            CAST(200 + (hash(i, 1) % 3000) * (1 + 60 * (hash(i, 2) % 20 = 0)::INT) AS INTEGER)
                AS input_tokens,
            CAST((hash(i, 3) % 100) AS INTEGER) AS cache_read_tokens,
            CAST((hash(i, 4) % 90) AS INTEGER) AS cache_write_tokens,
            CAST(20 + hash(i, 5) % 900 AS INTEGER) AS output_tokens,
            CAST(hash(i, 5) % 20 AS INTEGER) AS reasoning_tokens,
            CASE hash(i, 6) % 10 WHEN 0 THEN 'batch' WHEN 1 THEN 'default' END AS mode,
            'step-' || (hash(i, 7) % 12) AS step,
            'tenant-' || (hash(i, 8) % 40) AS tenant,
            hash(i // 4) % 10000000 AS conversation,
            hash(i, 9) % 500 = 0 AS failed
        FROM range({rows}) AS t(i)
        JOIN (VALUES {names}) AS m(place, vendor, model) ON m.place = hash(i, 10) % {len(MODELS)}
    ) TO '{path}' (FORMAT parquet)
    """
    connection = duckdb.connect()
    connection.execute("SET memory_limit = '500MB'; SET threads = 2")
    connection.execute("SET preserve_insertion_order = false")
    connection.execute(sql)


if __name__ == "__main__":
    write(int(sys.argv[1]), Path(sys.argv[2]))
