"""``costplan usage`` as a user runs it: amounts, bounds, questions, exit codes."""

from __future__ import annotations

import sys
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from test_files import run
from usage_cases import DAY, ORIGIN, catalog_of, lines, read

from costplan.document.usage import Question
from costplan.render import Look
from costplan.render.usage import draw
from costplan.store.traces.mapping import MapFile

HOURS = ("00", "00", "05", "05", "05", "09")
CALLS = [
    {
        "model": "plain",
        "time": f"2026-06-0{1 + number % 2}T{hour}:10:00Z",
        "input_tokens": 100 * (number + 1),
        "output_tokens": 10,
        "conversation": f"c{number // 4}",
        "attempt": 2 if number == 3 else 1,
        "failed": number == 5,
    }
    for number, hour in enumerate(HOURS)
]
"""Five answered requests of 100 to 500 tokens, and one of 600 that failed."""
COLUMNS = {name: name for name in CALLS[0]} | {"vendor": "=acme"}
MAPPING = MapFile(columns=COLUMNS)
MAPS = [f"--map={name}={column}" for name, column in COLUMNS.items()]


def test_how_requests_came(tmp_path: Path) -> None:
    made = read(lines(tmp_path / "log.jsonl", CALLS), mapping=MAPPING)
    traffic = made.traffic
    assert (traffic.requests, traffic.failed, traffic.failed_tokens) == (5, 1, 610)
    assert traffic.error_rate == Decimal("0.1667")  # 1 of 6
    assert traffic.retry_rate == Decimal("0.1667")
    # the first hour is June 1, 00h, the last June 2, 09h: 34 hours; of those the busiest has two
    assert traffic.hours == 34
    assert traffic.peak_to_mean == Decimal(2 * 34) / 6 // Decimal("0.0001") * Decimal("0.0001")
    assert (traffic.conversations, traffic.turns_mean) == (2, Decimal("2.5"))
    assert traffic.turns_p95 == 4
    (group,) = made.groups
    assert (group.input_p50, group.input_p95) == (300, 500)
    assert group.cache_share == 0
    # 1,500 x 1 + 50 x 5 a million; the failed request is not billed
    assert made.totals[0].low == Decimal("0.00175")
    assert made.first.isoformat() == "2026-06-01"
    assert made.last.isoformat() == "2026-06-02"


def test_one_days_prices_for_all(tmp_path: Path) -> None:
    path = lines(tmp_path / "log.jsonl", CALLS)
    made = read(path, mapping=MAPPING, fixed=True, day=DAY.replace(month=4))
    assert made.totals[0].low == Decimal("0.0035")  # 1,500 x 2 + 50 x 10 a million


def page(sizes: dict[str, Any]) -> dict[str, Any]:
    result = {"input_uncached_tokens": 0, "num_model_requests": 9, "output_tokens": 100, **sizes}
    return {"data": [{"start_time": 1_780_000_000, "results": [{"model": "tiered", **result}]}]}


@pytest.mark.parametrize(
    ("tokens", "low", "high"),
    [
        (900, 900 * 3 + 1_500, 900 * 3 + 1_500),  # no request can be larger than all together
        (1_001, 1_001 * 3 + 1_500, 1_001 * 6 + 3_000),
        (8_000, 8_000 * 3 + 1_500, 8_000 * 9 + 4_500),
    ],
)
def test_where_sizes_are_lost_there_are_two_bounds(
    tokens: int, low: int, high: int, tmp_path: Path
) -> None:
    path = lines(tmp_path / "page.jsonl", [page({"input_tokens": tokens})])
    made = read(path, mapping=MapFile(map={"openai/tiered": "acme/tiered"}))
    (total,) = made.totals
    assert (total.low * 1_000_000, total.high * 1_000_000) == (low, high)
    (group,) = made.groups
    assert (group.low, group.high) == (total.low, total.high)
    assert group.input_p50 is None


def test_a_window_of_sizes_narrows_the_bounds(tmp_path: Path) -> None:
    """Anthropic's report tells requests up to 200,000 tokens from larger ones."""

    def result(window: str) -> dict[str, Any]:
        return {"model": "wide", "uncached_input_tokens": 500_000, "context_window": window}

    text = f"""
[[model]]
id = "acme/wide"

[[model.price]]
{ORIGIN}
unit = "token"
per = 1_000_000
rates = {{ input = 3, output = 15 }}
tiers = [{{ above = 200_000, rates = {{ input = 6, output = 30 }} }}]
"""
    data = [{"starting_at": "2026-06-01T00:00:00Z", "results": [result("0-200k")]}]
    data += [{"starting_at": "2026-06-01T00:00:00Z", "results": [result("200k-1M")]}]
    path = lines(tmp_path / "page.jsonl", [{"data": data[:1]}])
    catalog = catalog_of(text, "tokens")
    mapping = MapFile(map={"anthropic/wide": "acme/wide"})
    made = read(path, mapping=mapping, catalog=catalog)
    assert (made.totals[0].low, made.totals[0].high) == (Decimal("1.5"), Decimal("1.5"))
    made = read(lines(path, [{"data": data[1:]}]), mapping=mapping, catalog=catalog)
    assert (made.totals[0].low, made.totals[0].high) == (Decimal(3), Decimal(3))


def test_a_model_without_a_time_has_every_window_as_a_bound(tmp_path: Path) -> None:
    rows = [{"model": "peaked", "input_tokens": 1_000}]
    made = read(lines(tmp_path / "log.jsonl", rows), mapping=MAPPING)
    # 0.01 a thousand; half of it at night, twice at peak
    assert (made.totals[0].low, made.totals[0].high) == (Decimal("0.005"), Decimal("0.02"))


def test_an_unknown_model_is_a_question_and_its_line_answers_it(tmp_path: Path) -> None:
    path = lines(tmp_path / "log.jsonl", [{**one, "model": "mystery"} for one in CALLS] + CALLS)
    options = [f"--map={name}={column}" for name, column in COLUMNS.items()]
    ran = run(tmp_path, path.name, *options)
    assert ran.code == 0
    assert '"acme/mystery" = "vendor/model"' in ran.out
    assert ">= 0.00175" in ran.out
    assert run(tmp_path, path.name, *options, "--strict").code == 3
    (tmp_path / "names.toml").write_text('[map]\n"acme/mystery" = "acme/plain"\n')
    ran = run(tmp_path, path.name, *options, "--map", "names.toml", "--strict", "--format", "json")
    assert ran.code == 0, ran.err
    assert ran.data["totals"] == [
        {"currency": "USD", "low": Decimal("0.0035"), "high": Decimal("0.0035"), "at_least": False}
    ]
    (tmp_path / "names.toml").write_text('[map]\n"mystery" = "ignore"\n')
    ran = run(tmp_path, path.name, *options, "--map", "names.toml", "--strict", "--format", "json")
    assert ran.code == 0, ran.err
    assert ran.data["traffic"]["requests"] == 5
    (tmp_path / "names.toml").write_text('[map]\n"mystery" = "acme/plian"\n')
    ran = run(tmp_path, path.name, *options, "--map", "names.toml")
    assert ran.code == 2
    assert "did you mean 'acme/plain'" in ran.err


def test_a_name_is_never_taken_by_likeness(tmp_path: Path) -> None:
    for name in ("Plain", "plain-2025", "plain ", "pla"):
        made = read(lines(tmp_path / "log.jsonl", [{**CALLS[0], "model": name}]), mapping=MAPPING)
        assert len(made.questions) == 1, name
    made = read(
        lines(tmp_path / "log.jsonl", [{**CALLS[0], "model": "plain-2026"}]), mapping=MAPPING
    )
    assert made.questions == ()  # an alias is a name


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["log.jsonl", "--map", "inputs=a"], "usage has no column 'inputs'"),
        (["log.jsonl", "--map", "model="], "names no column"),
        (["log.jsonl", "--source", "opentel"], "there is no source 'opentel'"),
        (["log.jsonl", "--as-of", "soon"], "is not a date"),
        (["log.jsonl", "--map", "nothing.toml"], "nothing.toml does not exist"),
        (["nothing.jsonl"], "nothing.jsonl does not exist"),
        (["log.jsonl", *MAPS, "--by", "modle"], "no record has such a column"),
    ],
)
def test_what_cannot_be_asked(arguments: list[str], says: str, tmp_path: Path) -> None:
    lines(tmp_path / "log.jsonl", CALLS)
    ran = run(tmp_path, *arguments)
    assert ran.code == 2
    assert says in ran.err
    assert ran.out == ""


def test_without_the_engine_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    lines(tmp_path / "log.jsonl", CALLS)
    ran = run(tmp_path, "log.jsonl")
    assert ran.code == 2
    assert "pip install 'costplan[usage]'" in ran.err


def test_an_output_does_not_replace_a_log(tmp_path: Path) -> None:
    path = lines(tmp_path / "log.jsonl", CALLS)
    before = path.read_bytes()
    options = [f"--map={name}={column}" for name, column in COLUMNS.items()]
    ran = run(tmp_path, path.name, *options, "--out", path.name)
    assert ran.code == 2
    assert path.read_bytes() == before


def test_quantiles_are_within_two_percent(tmp_path: Path) -> None:
    """Against exact ones, on sizes of six decades."""
    sizes = sorted((7 * number * number) % 999_983 + 1 for number in range(1, 4_001))
    rows = [{"model": "plain", "input_tokens": size, "output_tokens": 1} for size in sizes]
    (group,) = read(lines(tmp_path / "log.jsonl", rows), mapping=MAPPING).groups
    for found, share in ((group.input_p50, 0.5), (group.input_p95, 0.95)):
        exact = sizes[int(share * len(sizes)) - 1]
        assert abs(found / exact - 1) < Decimal("0.02")


def test_lines_to_paste_are_toml_however_narrow_the_page(tmp_path: Path) -> None:
    """A folded comment stays a comment, and a key is not folded."""
    question = Question(
        logged="a model with a name of many words, longer than a narrow page",
        rows=2_149,
        tokens=11_833_933,
        hints=("acme/plain", "acme/tiered", "other/plain-of-a-long-name", "third/plain"),
    )
    used = read(lines(tmp_path / "log.jsonl", CALLS), mapping=MAPPING)
    page = draw(used._replace(questions=(question,)), Look(width=50))
    block = page[page.index("[map]") :].split("\n\n")[0]
    assert tomllib.loads(block) == {"map": {question.logged: "acme/plain"}}
    assert block.count("\n#") > 1


def test_days_follow_each_other_and_all_else_is_dearest_first(tmp_path: Path) -> None:
    calls = [
        {
            "model": model,
            "time": f"2026-06-0{day}T05:10:00Z",
            "input_tokens": tokens,
            "output_tokens": 1,
        }
        for model, day, tokens in (
            ("plain", 1, 10),
            ("plain", 2, 900),
            ("plain", 3, 20),
            ("tiered", 2, 800),
        )
    ]
    columns = {name: name for name in calls[0]} | {"vendor": "=acme"}
    path = lines(tmp_path / "log.jsonl", calls)

    def groups(*by: str) -> list[tuple[str | None, ...]]:
        return [group.names for group in read(path, mapping=MapFile(columns=columns), by=by).groups]

    assert groups("day") == [("2026-06-01",), ("2026-06-02",), ("2026-06-03",)]
    assert groups("day", "model")[1:3] == [
        ("2026-06-02", "acme/tiered"),
        ("2026-06-02", "acme/plain"),
    ]
    assert groups("model") == [("acme/tiered",), ("acme/plain",)]
    assert groups("model", "day")[:2] == [
        ("acme/tiered", "2026-06-02"),
        ("acme/plain", "2026-06-02"),
    ]
