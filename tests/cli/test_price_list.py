"""``pricing list`` narrowed, sorted and as rows; ``pricing show`` with its chart and conflicts."""

from __future__ import annotations

import csv
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from run import Ran, costplan, process

AT = ("--at", "2026-11-22")

MODELS = """\
vendor = "Acme"
source.page = { at = "https://acme.example/pricing", confidence = "vendor" }
source.set = { at = "a data set", confidence = "dataset" }

[[model]]
id = "acme/cheap"
context = 8_000
[[model.price]]
origin = { since = 2026-01-01, checked = 2026-01-01, source = "page" }
per = 1_000
rates = { input = 0.0001, output = 0.0002 }

[[model]]
id = "acme/dear"
context = 200_000
retires = 2026-12-31
[[model.price]]
origin = { since = 2026-01-01, checked = 2026-01-01, source = "page" }
per = 1_000_000
rates = { input = 10, cache_read = 1, output = 40, input_audio = 20 }
mode.batch = { times = 0.5 }
[[model.price]]
origin = { since = 2026-06-01, checked = 2026-06-01, source = "page" }
per = 1_000_000
rates = { input = 5, cache_read = 1, output = 20, input_audio = 20 }
mode.batch = { times = 0.5 }
rejected = [{ source = "set", checked = 2026-05-01, rates = { input = 10 }, reason = "older" }]
[[model.price]]
origin = { since = 2027-01-01, checked = 2026-06-01, source = "page" }
per = 1_000_000
rates = { input = 2.5, cache_read = 1, output = 10, input_audio = 20 }

[[model]]
id = "acme/mute"
kind = "embedding"
[[model.price]]
origin = { since = 2026-01-01, checked = 2026-01-01, source = "page" }
per = 1_000_000
rates = { input = 0.05 }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tokens = tmp_path / "pricing" / "tokens"
    tokens.mkdir(parents=True)
    (tokens / "acme.toml").write_text(MODELS, encoding="utf-8")
    return tmp_path


def ids(ran: Ran) -> list[str]:
    assert ran.code == 0, ran.err
    return [row["id"] for row in ran.data["entries"]]


def listed(folder: Path, *arguments: str) -> Ran:
    return costplan(
        "pricing", "list", "--vendor", "acme", *AT, "--format", "json", *arguments, folder=folder
    )


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ((), ["acme/cheap", "acme/dear", "acme/mute"]),
        (("--max-input", "0.1"), ["acme/cheap", "acme/mute"]),
        (("--min-input", "0.1"), ["acme/cheap", "acme/dear"]),
        (("--min-output", "0.2", "--max-output", "0.2"), ["acme/cheap"]),
        (("--max-output", "1000"), ["acme/cheap", "acme/dear"]),
        (("--min-context", "8000"), ["acme/cheap", "acme/dear"]),
        (("--min-context", "8001"), ["acme/dear"]),
        (("--kind", "embedding"), ["acme/mute"]),
        (("--capability", "batch", "--capability", "audio"), ["acme/dear"]),
        (("--sort", "input"), ["acme/mute", "acme/cheap", "acme/dear"]),
        (("--sort", "output", "--desc"), ["acme/dear", "acme/cheap", "acme/mute"]),
        (("--sort", "context"), ["acme/cheap", "acme/dear", "acme/mute"]),
        (("--desc",), ["acme/mute", "acme/dear", "acme/cheap"]),
        (("--sort", "input", "--limit", "1"), ["acme/mute"]),
    ],
    ids=" ".join,
)
def test_a_list_is_narrowed_and_sorted(
    folder: Path, arguments: tuple[str, ...], wanted: list[str]
) -> None:
    assert ids(listed(folder, *arguments)) == wanted


def test_a_band_looks_at_the_price_of_the_day(folder: Path) -> None:
    assert ids(listed(folder, "--min-input", "10", "--at", "2026-03-01")) == ["acme/dear"]
    assert listed(folder, "--min-input", "10").code == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--kind", "chatt"), "did you mean 'chat'"),
        (("--capability", "bacth"), "did you mean 'batch'"),
        (("--sort", "price"), "unknown order 'price'"),
        (("--max-input", "-1"), "--max-input is -1: it must be at least 0"),
        (("--max-input", "nan"), "--max-input: nan is not a finite number"),
        (("--max-input", "1", "--min-input", "2"), "no input price is at least 2 and at most 1"),
        (("--limit", "0"), "--limit"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_meant_is_refused(
    folder: Path, arguments: tuple[str, ...], words: str
) -> None:
    ran = listed(folder, *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err


def test_rows_for_a_spreadsheet_hold_every_headline_price(folder: Path) -> None:
    as_json = listed(folder).data["entries"]
    ran = costplan("pricing", "list", "--vendor", "acme", *AT, "--format", "csv", folder=folder)
    rows = list(csv.DictReader(StringIO(ran.out)))
    assert [(row["id"], row["charge"], Decimal(row["price"])) for row in rows] == [
        (entry["id"], price["charge"], price["price"])
        for entry in as_json
        for price in entry["prices"]
    ]
    assert {row["source"] for row in rows} == {"https://acme.example/pricing"}
    assert all(row["since"] and row["checked"] and row["per"] for row in rows)


def test_without_a_filter_the_table_says_who_sells_what(folder: Path) -> None:
    ran = costplan("pricing", "list", folder=folder)
    (heading,) = (line for line in ran.out.splitlines() if line.startswith("tokens: "))
    assert heading.endswith(" vendors")
    assert "acme 3," in " ".join(ran.out.split())
    assert all(len(line) <= 80 for line in ran.out.splitlines())
    everything = costplan("pricing", "list", "--all", folder=folder).out
    assert "acme/dear" in everything
    assert "acme/dear" not in ran.out


def test_the_history_is_drawn_to_scale(folder: Path) -> None:
    ran = costplan("pricing", "show", "acme/dear", *AT, folder=folder, env={"COLUMNS": "80"})
    chart = ran.out[ran.out.index("History") : ran.out.index("Other sources")].splitlines()
    cards = [line for line in chart if line.startswith("20")]
    assert [line.split()[0] for line in cards] == ["2026-01-01", "2026-06-01", "2027-01-01"]
    eighths = [
        [8 * part.count("█") + " ▏▎▍▌▋▊▉".find(part[-1:]) % 8 * (part[-1:] != "█") for part in bars]
        for bars in ([word for word in line.split() if word[0] in "█▏▎▍▌▋▊▉"] for line in cards)
    ]
    full = eighths[0][0]
    assert eighths == [[full, full], [full // 2, full // 2], [full // 4, full // 4]]
    assert cards[1].endswith("in force")
    assert cards[2].endswith("announced")
    assert all(len(line) <= 80 for line in chart)


def test_a_plain_terminal_gets_plain_bars(folder: Path) -> None:
    env = {"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii", "COLUMNS": "60"}
    ran = process("pricing", "show", "acme/dear", *AT, folder=folder, env=env)
    assert "####" in ran.out
    assert ran.out.isascii()


def test_rejected_values_stay_visible(folder: Path) -> None:
    ran = costplan("pricing", "show", "acme/dear", *AT, folder=folder)
    assert "since 2026-06-01: a data set, 2026-05-01: input 10 / 1M tokens; older" in " ".join(
        ran.out.split()
    )
    assert "retires on 2026-12-31" in ran.out
    data = costplan("pricing", "show", "acme/dear", *AT, "--format", "json", folder=folder).data
    assert data["history"][1]["rejected"] == [
        {
            "source": "a data set",
            "confidence": "dataset",
            "checked": "2026-05-01",
            "rates": {"input": 10},
            "reason": "older",
        }
    ]
    assert data["retires"] == "2026-12-31"


def test_a_rejected_value_names_a_source_of_the_file(folder: Path) -> None:
    path = folder / "pricing" / "tokens" / "acme.toml"
    path.write_text(MODELS.replace('source = "set", ch', 'source = "sett", ch'), encoding="utf-8")
    ran = costplan("pricing", "show", "acme/dear", folder=folder)
    assert ran.code == 2
    assert "unknown source 'sett'" in ran.err


def test_a_limited_table_says_how_much_it_leaves_out(folder: Path) -> None:
    some = costplan("pricing", "list", "--vendor", "acme", *AT, "--limit", "2", folder=folder)
    assert (some.code, some.err) == (0, "2 of 3 that fit; --limit shows more\n")
    whole = costplan("pricing", "list", "--vendor", "acme", *AT, "--limit", "3", folder=folder)
    assert (whole.code, whole.err) == (0, "")


def test_an_id_longer_than_its_column_runs_over_the_empty_ones(tmp_path: Path) -> None:
    long = "acme/" + "x" * 60
    path = tmp_path / "pricing" / "tokens" / "acme.toml"
    path.parent.mkdir(parents=True)
    path.write_text(MODELS.replace("acme/cheap", long), encoding="utf-8")
    said = costplan("pricing", "list", "--vendor", "acme", *AT, folder=tmp_path)
    assert f"\n{long}\n" in said.out


def test_the_day_has_one_name_in_every_command(folder: Path) -> None:
    for words in (
        ("pricing", "list", "--vendor", "acme"),
        ("pricing", "show", "acme/dear"),
        ("price", "acme/dear", "input_tokens=1000000"),
    ):
        by = [
            costplan(*words, name, "2026-03-01", "--format", "json", folder=folder)
            for name in ("--at", "--as-of")
        ]
        assert by[0].code == 0, by[0].err
        assert by[0] == by[1]


def test_a_limit_cuts_the_same_order_that_all_of_it_has(folder: Path) -> None:
    for order in ((), ("--desc",)):
        whole = ids(listed(folder, *order))
        assert ids(listed(folder, *order, "--limit", "2")) == whole[:2]
