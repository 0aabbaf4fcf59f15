"""Broken, truncated and hostile files: counted or refused with exit 2, never a traceback."""

from __future__ import annotations

import gzip
import json
import random
import tracemalloc
from pathlib import Path

import pytest
from hostile_logs import write
from run import costplan
from usage_cases import lines, read

from costplan.problems import BadUsage
from costplan.store.traces import records
from costplan.store.traces.mapping import MapFile
from costplan.store.traces.sources import SOURCES

GOOD = {"time": "2026-04-01T00:00:00Z", "model": "plain", "input_tokens": 1_000}
NAMES = (
    "time",
    "model",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "tenant",
    "requests",
)
MAPPING = MapFile(columns={**{name: name for name in NAMES}, "vendor": "=acme"})
BAD_LINES = {
    b"{": records.NOT_JSON,
    b'{"model": "plain", "input_tokens": 1': records.NOT_JSON,
    b"\xff\xfe\x00": records.NOT_JSON,
    b"[" * 100_000: records.NOT_JSON,
    b'{"a":' * 50_000: records.NOT_JSON,
    b"1" * 5_000: records.NOT_JSON,
    b"7": records.NO_OBJECT,
    b'"text"': records.NO_OBJECT,
    b"[1, 2]": records.NO_OBJECT,
    b"[" + b"[]," * 700_000 + b"1]": records.TOO_MANY,
}


@pytest.mark.parametrize("line", BAD_LINES, ids=range(len(BAD_LINES)))
def test_a_line_that_is_no_record_is_counted(line: bytes, tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    good = json.dumps(GOOD).encode()
    path.write_bytes(good + b"\n" + line + b"\n" + good + b"\n")
    made = read(path, mapping=MAPPING)
    assert made.traffic.requests == 2
    assert made.totals[0].low * 1_000_000 == 2 * 1_000 * 2
    (why,) = made.sources[0].unread
    assert why == BAD_LINES[line]


BAD_COUNTS = (-1, 1.5, 10**15, 10**400, "many", True, float("nan"), float("inf"), "1e3x")


@pytest.mark.parametrize("value", BAD_COUNTS, ids=range(len(BAD_COUNTS)))
def test_a_count_that_is_none_is_counted_as_unread(value: object, tmp_path: Path) -> None:
    path = lines(tmp_path / "log.jsonl", [GOOD, {**GOOD, "input_tokens": value}])
    made = read(path, mapping=MAPPING)
    assert made.sources[0].unread == {"a count that is no whole number from 0 to 1e15": 1}
    assert made.traffic.requests == 1
    assert not made.complete


@pytest.mark.parametrize("value", [1_000.0, "1000", " 1000 ", "1e3"])
def test_a_whole_number_in_another_spelling_counts(value: object, tmp_path: Path) -> None:
    made = read(lines(tmp_path / "log.jsonl", [{**GOOD, "input_tokens": value}]), mapping=MAPPING)
    assert made.groups[0].tokens == {"input_tokens": 1_000}


def test_parts_beyond_their_whole_are_unread(tmp_path: Path) -> None:
    row = {**GOOD, "cache_read_tokens": 1_001}
    made = read(lines(tmp_path / "log.jsonl", [row]), mapping=MAPPING)
    assert made.sources[0].unread == {"parts that are larger than their total": 1}
    assert made.totals == ()


def test_strange_names_and_times_break_nothing(tmp_path: Path) -> None:
    rows = [
        {**GOOD, "tenant": "'; DROP TABLE usage; --"},
        {**GOOD, "tenant": "\x00\x1b[31m"},
        {**GOOD, "tenant": "\ud800"},
        {**GOOD, "tenant": {"a": 1}},
        {**GOOD, "tenant": "x" * 100_000},
        {**GOOD, "time": "not a time"},
        {**GOOD, "time": "9999999-01-01"},
        {**GOOD, "time": 1e300},
        {**GOOD, "time": -5},
        {**GOOD, "model": "a'b\"c`d"},
    ]
    made = read(lines(tmp_path / "log.jsonl", rows), mapping=MAPPING, by=("tenant",))
    assert made.traffic.requests == 10
    assert len(made.questions) == 1
    assert max(len(group.names[0] or "") for group in made.groups) <= 300
    ran = costplan("usage", str(tmp_path / "log.jsonl"), "--by=tenant,time", *MAPS, folder=tmp_path)
    assert ran.code == 0, ran.err
    assert "\x1b" not in ran.out


MAPS = [f"--map={name}={name}" for name in NAMES]


def test_files_that_are_none(tmp_path: Path) -> None:
    good = json.dumps(GOOD).encode() + b"\n"
    packed = gzip.compress(good * 1_000)
    contents = {
        "empty.jsonl": b"",
        "blank.jsonl": b"\n\n \n",
        "short.jsonl.gz": packed[: len(packed) // 2],
        "bad.jsonl.gz": packed[:20] + b"\xff" * 50 + packed[70:],
        "bad.jsonl.zst": b"\x28\xb5\x2f\xfd" + b"\xff" * 100,
        "short.parquet": b"PAR1" + b"\x00" * 100,
        "noise.csv": random.Random(1).randbytes(10_000),
        "noise.json": b"{" + random.Random(2).randbytes(10_000),
        "one.csv": b"model\n",
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
        ran = costplan("usage", name, *MAPS, "--map=vendor==acme", folder=tmp_path)
        assert ran.code in (0, 2), (name, ran)
        assert "Traceback" not in ran.err, name
        assert "fault in costplan" not in ran.err, name
        if ran.code == 0 and content.strip():
            assert "Not counted" in ran.out, (name, ran.out)


def test_broken_rows_of_a_table_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(
        "time,model,input_tokens,tenant\n"
        + "2026-04-01,plain,1000,a\n" * 50
        + "2026-04-01,plain\n"
        + "2026-04-01,plain,1000,a,b,c\n"
        + "2026-04-01,plain,minus,a\n"
        + "2026-04-01,plain,1000,a\n" * 50,
        encoding="utf-8",
    )
    columns = {name: name for name in ("time", "model", "input_tokens", "tenant")}
    made = read(path, mapping=MapFile(columns={**columns, "vendor": "=acme"}))
    assert made.traffic.requests == 100
    assert made.sources[0].records == 103
    assert sum(made.sources[0].unread.values()) == 3


def test_memory_does_not_grow_with_a_line(tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    good = json.dumps(GOOD).encode() + b"\n"
    with path.open("wb") as file:
        file.write(good)
        file.write(b'{"model": "' + b"x" * 160_000_000 + b'"}\n')
        file.write(good)
    tracemalloc.start()
    found = list(records.records(records.File("long", path), "none"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [one for one in found if isinstance(one, records.Unread)] == [
        records.Unread(records.TOO_LONG)
    ]
    assert len(found) == 3
    assert peak < 80_000_000


def test_names_that_lead_nowhere(tmp_path: Path) -> None:
    for name, says in {
        "nothing.jsonl": "does not exist",
        "*.jsonl": "no file matches",
        "a\x00b": "does not exist",
        "x" * 5_000: "read|exist",
        "s3://bucket/x.parquet": "does not exist",
    }.items():
        with pytest.raises(BadUsage, match=says):
            read(name, mapping=MAPPING)
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadUsage, match="holds no file of usage"):
        read(tmp_path / "empty", mapping=MAPPING)


def test_prompts_are_neither_printed_nor_kept(tmp_path: Path) -> None:
    secret = "the quick brown fox"
    row = {
        "id": "c",
        "model": "plain",
        "messages": [{"content": secret}],
        "choices": [{"message": {"content": secret}}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
    }
    path = lines(tmp_path / "log.jsonl", [row])
    for form in ("table", "json", "csv", "markdown"):
        ran = costplan("usage", str(path), "--format", form, "--explain", folder=tmp_path)
        assert ran.code == 0, ran.err
        assert secret not in ran.out + ran.err


def test_megabytes_of_broken_logs_are_counted(tmp_path: Path) -> None:
    """``hostile_logs.py`` makes any size of them; a gigabyte takes minutes."""
    write(4_000_000, tmp_path / "logs.jsonl")
    for source in (None, *SOURCES):
        chosen = [] if source is None else ["--source", source]
        ran = costplan(
            *("usage", "logs.jsonl", "--format", "json", "--by", "model,step,day,tenant"),
            *chosen,
            folder=tmp_path,
        )
        assert ran.code == 0, (source, ran.err)
        (made,) = ran.data["sources"]
        assert sum(made["unread"].values()) > 50
