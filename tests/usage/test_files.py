"""Files of every form hold the same usage: JSON lines, CSV, Parquet, packed and not, and pipes."""

from __future__ import annotations

import csv
import gzip
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from run import Ran, costplan
from usage_cases import HEADER, TEXT, lines, read

from costplan.problems import BadUsage
from costplan.store.traces.mapping import MapFile

ROWS = [
    {
        "at": f"2026-04-01T{hour:02}:00:00Z",
        "who": "acme",
        "name": "plain" if hour % 2 else "tiered",
        "sent": 900 + 100 * hour,
        "read": 50 * hour,
        "got": 10 * hour,
        "team": "blue" if hour < 3 else "red",
    }
    for hour in range(6)
]
"""Inputs of 900 to 1,400, of which 0 to 250 are read from a cache; outputs of 0 to 50."""
MAPPING = MapFile(
    columns={
        "time": "at",
        "vendor": "who",
        "model": "name",
        "input_tokens": "sent",
        "cache_read_tokens": "read",
        "output_tokens": "got",
    }
)
PLAIN = (1000 - 50 + 1200 - 150 + 1400 - 250) * 2 + (50 + 150 + 250) * Decimal("0.2") + 90 * 10
TIERED = (
    900 * 3  # 900 is below the edge of 1,000; 1,100 and 1,300 are above it, as a whole
    + (1100 - 100 + 1300 - 200) * 6
    + 300 * Decimal("0.6")
    + (20 + 40) * 30
)
COST = (PLAIN + TIERED) / 1_000_000


def check(path: Path, **said: Any) -> None:
    made = read(path, mapping=MAPPING, **said)
    assert made.traffic.requests == 6
    assert made.totals[0].low == made.totals[0].high == COST
    assert made.sources[0].records == 6
    assert made.complete


def table(path: Path) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(ROWS[0]))
        writer.writeheader()
        writer.writerows(ROWS)
    return path


def copied(source: Path, target: Path, options: str) -> Path:
    kind = "read_csv" if source.suffix == ".csv" else "read_json"
    sql = f"COPY (SELECT * FROM {kind}('{source}')) TO '{target}' ({options})"
    duckdb.connect().execute(sql)
    return target


def test_json_lines(tmp_path: Path) -> None:
    check(lines(tmp_path / "rows.jsonl", ROWS))


def test_one_document_of_many_lines(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text(json.dumps(ROWS, indent=2), encoding="utf-8")
    check(path)


def test_rows_within_a_document(tmp_path: Path) -> None:
    path = tmp_path / "page.json"
    path.write_text(json.dumps({"who": "acme", "page": {"rows": ROWS}}, indent=1), "utf-8")
    made = read(path, mapping=MapFile(columns=MAPPING.columns, rows="page.rows[]"))
    assert made.totals[0].low == COST


def test_gzip(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl.gz"
    path.write_bytes(gzip.compress(lines(tmp_path / "rows.jsonl", ROWS).read_bytes()))
    check(path)


def test_zstd(tmp_path: Path) -> None:
    plain = lines(tmp_path / "rows.jsonl", ROWS)
    sql = (
        f"COPY (SELECT content FROM read_text('{plain}')) TO '{tmp_path / 'rows.jsonl.zst'}' "
        "(FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01', COMPRESSION zstd)"
    )
    duckdb.connect().execute(sql)
    check(tmp_path / "rows.jsonl.zst")


def test_csv_and_packed_csv(tmp_path: Path) -> None:
    path = table(tmp_path / "rows.csv")
    check(path)
    packed = tmp_path / "rows.csv.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    check(packed)
    check(copied(path, tmp_path / "rows.csv.zst", "FORMAT csv, COMPRESSION zstd"))


def test_parquet(tmp_path: Path) -> None:
    plain = lines(tmp_path / "rows.jsonl", ROWS)
    check(copied(plain, tmp_path / "rows.parquet", "FORMAT parquet"))


def test_a_name_that_looks_like_a_pattern_is_one_file(tmp_path: Path) -> None:
    copied(lines(tmp_path / "r.jsonl", ROWS), tmp_path / "rows [1].parquet", "FORMAT parquet")
    copied(tmp_path / "r.jsonl", tmp_path / "rows 1.parquet", "FORMAT parquet")
    check(tmp_path / "rows [1].parquet")


def test_a_folder_is_every_file_of_usage_below_it_once(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    lines(tmp_path / "a" / "one.jsonl", ROWS[:2])
    lines(tmp_path / "a" / "b" / "two.jsonl", ROWS[2:])
    (tmp_path / "a" / "notes.txt").write_text("no usage")
    made = read(tmp_path / "a", tmp_path / "a" / "one.jsonl", mapping=MAPPING)
    assert made.totals[0].low == COST
    assert len(made.sources) == 2


def test_a_table_of_a_known_source(tmp_path: Path) -> None:
    """Langfuse's Parquet: counts in a map; what is no generation and older versions left out."""
    details = "map {'input': 60::UBIGINT, 'output': 30::UBIGINT, 'input_cache_read': 40::UBIGINT, "
    row = "'2026-04-01 10:00:00'::TIMESTAMP AS start_time, 'plain' AS provided_model_name"
    usage = f"{details}'total': 130::UBIGINT}} AS usage_details"
    level = "'DEFAULT' AS level"
    sql = f"""COPY (
        SELECT 'a' AS id, 'GENERATION' AS type, {row}, {usage}, {level}, 1 AS updated_at
        UNION ALL SELECT 'a', 'GENERATION', {row}, {usage}, {level}, 2
        UNION ALL SELECT 'b', 'SPAN', {row}, {usage}, {level}, 1
    ) TO '{tmp_path / "o.parquet"}' (FORMAT parquet)"""
    duckdb.connect().execute(sql)
    made = read(tmp_path / "o.parquet", mapping=MapFile(map={"plain": "acme/plain"}))
    assert made.sources[0].source == "langfuse"
    assert made.sources[0].left_out == {"not a request to a model": 1, "repeated": 1}
    assert made.groups[0].tokens == {
        "input_tokens": 100,
        "cache_read_tokens": 40,
        "output_tokens": 30,
    }
    assert made.totals[0].low == Decimal("0.000428")  # 60 x 2 + 40 x 0.2 + 30 x 10


def test_a_table_of_spend_logs_with_its_metadata(tmp_path: Path) -> None:
    metadata = json.dumps({"usage_object": {"prompt_tokens_details": {"cached_tokens": 300}}})
    row = {
        "request_id": "r",
        "call_type": "completion",
        "spend": 0.1,
        "model": "plain",
        "custom_llm_provider": "acme",
        "prompt_tokens": 1000,
        "completion_tokens": 100,
        "startTime": "2026-04-01 10:00:00",
        "status": "success",
        "metadata": metadata,
    }
    path = tmp_path / "spend.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(row))
        writer.writeheader()
        writer.writerow(row)
    made = read(path)
    assert made.sources[0].source == "litellm"
    assert made.totals[0].low == Decimal("0.00246")  # 700 x 2 + 300 x 0.2 + 100 x 10


def test_groups_by_any_column(tmp_path: Path) -> None:
    for path in (
        lines(tmp_path / "rows.jsonl", ROWS),
        copied(tmp_path / "rows.jsonl", tmp_path / "rows.parquet", "FORMAT parquet"),
    ):
        made = read(path, mapping=MAPPING, by=("team", "day"))
        found = {group.names: group.requests for group in made.groups}
        assert found == {("blue", "2026-04-01"): 3, ("red", "2026-04-01"): 3}
        assert sum((group.low for group in made.groups), Decimal(0)) == COST


MAPS = [f"--map={name}={column}" for name, column in MAPPING.columns.items()]


def run(folder: Path, *arguments: str, stdin: bytes = b"") -> Ran:
    (folder / "pricing" / "tokens").mkdir(parents=True, exist_ok=True)

    (folder / "pricing" / "tokens" / "acme.toml").write_text(HEADER + TEXT, encoding="utf-8")
    return costplan("usage", *arguments, folder=folder, stdin=stdin)


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_standard_input(form: str, tmp_path: Path) -> None:
    plain = lines(tmp_path / "rows.jsonl", ROWS)
    given = {
        "jsonl": lambda: plain,
        "csv": lambda: table(tmp_path / "rows.csv"),
        "parquet": lambda: copied(plain, tmp_path / "rows.parquet", "FORMAT parquet"),
    }[form]()
    ran = run(tmp_path, "-", *MAPS, "--format", "json", stdin=given.read_bytes())
    assert ran.code == 0, ran.err
    assert ran.data["totals"][0]["low"] == COST
    assert ran.data["sources"][0]["name"] == "standard input"


def test_a_table_without_known_columns_says_how_to_name_them(tmp_path: Path) -> None:
    with pytest.raises(BadUsage) as raised:
        read(table(tmp_path / "rows.csv"))
    assert "--map model=COLUMN" in str(raised.value.hint)
    with pytest.raises(BadUsage, match="has no column 'nmae'"):
        read(tmp_path / "rows.csv", mapping=MapFile(columns={**MAPPING.columns, "model": "nmae"}))
