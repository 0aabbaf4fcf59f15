"""``costplan estimate`` where all is well: where it reads, what it changes, what it prints."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
from run import DAY, ROOT, WORKLOAD, Ran, costplan, process

JSON = ("--format", "json")
SUPPORT = str(ROOT / "examples" / "support-agent.toml")
ANSI = re.compile(r"\x1b\[[0-9;]*m")
UNPRICED = WORKLOAD + 'residency = "mars"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "w.toml").write_text(WORKLOAD)
    return tmp_path


def said(folder: Path, *arguments: str, **more: str) -> Ran:
    run = process if any(name.startswith("PYTHON") for name in more) else costplan
    ran = run("estimate", *arguments, folder=folder, env=more)
    assert ran.code == 0, ran.err
    assert ran.err == ""
    return ran


def test_a_file_by_its_path(folder: Path) -> None:
    data = said(folder, "w.toml", *DAY, *JSON).data
    (stack,) = data["estimates"]
    assert (data["workload"], data["as_of"], data["currency"]) == ("probe", "2026-11-22", "USD")
    assert (stack["stack"], stack["total_monthly"]) == ("a", Decimal("3.5"))
    lines = [line for one in stack["components"] for line in one["line_items"]]
    assert [line["amount"] for line in lines] == [Decimal(1), Decimal("2.5")]
    assert [line["quantity"] for line in lines] == [1_000_000, 500_000]


def test_standard_input_is_the_same_workload(folder: Path) -> None:
    piped = costplan("estimate", "-", *DAY, *JSON, folder=folder, stdin=WORKLOAD)
    assert (piped.code, piped.err) == (0, "")
    named = said(folder, "w.toml", *DAY, *JSON).data
    assert named.pop("origin")["file"] == "w.toml"
    assert piped.data == named


def test_a_byte_order_mark_and_crlf_change_nothing(folder: Path) -> None:
    plain = said(folder, "w.toml", *DAY).out
    (folder / "dos.toml").write_bytes(b"\xef\xbb\xbf" + WORKLOAD.replace("\n", "\r\n").encode())
    assert said(folder, "dos.toml", *DAY).out == plain


def test_the_nearest_costplan_toml_upward(folder: Path) -> None:
    deep = folder / "one" / "two"
    deep.mkdir(parents=True)
    (folder / "costplan.toml").write_text(WORKLOAD.replace("probe", "far"))
    assert said(deep, *DAY, *JSON).data["workload"] == "far"
    (folder / "one" / "costplan.toml").write_text(WORKLOAD.replace("probe", "near"))
    assert said(deep, *DAY, *JSON).data["workload"] == "near"


def test_a_project_s_own_prices_lie_over_the_built_in_ones(folder: Path) -> None:
    own = folder / "pricing" / "tokens" / "mine.toml"
    own.parent.mkdir(parents=True)
    own.write_text(
        'vendor = "me"\nsource.deal = { at = "our contract", confidence = "vendor" }\n'
        '[[model]]\nid = "openai/gpt-6.1-terra"\n[[model.price]]\n'
        'origin = { since = 2026-01-01, checked = 2026-11-01, source = "deal" }\n'
        "per = 1_000_000\nrates = { input = 0.5, output = 2 }\n"
    )
    (stack,) = said(folder, "w.toml", *DAY, *JSON).data["estimates"]
    assert stack["total_monthly"] == Decimal("1.5")
    assert stack["components"][0]["line_items"][0]["source"] == "our contract"


def test_stacks_are_chosen_in_the_order_given(folder: Path) -> None:
    stacks = ("--stack", "aws", "--stack", "portable")
    both = said(folder, SUPPORT, *stacks, *DAY, *JSON).data
    assert [one["stack"] for one in both["estimates"]] == ["aws", "portable"]
    alone = said(folder, SUPPORT, *stacks[2:], *DAY, *JSON).data
    assert alone["estimates"] == both["estimates"][1:]
    assert set(alone["catalog"]["offers"]) < set(both["catalog"]["offers"])


def test_prices_are_those_of_the_day(folder: Path) -> None:
    (folder / "w.toml").write_text(
        WORKLOAD.replace("openai/gpt-6.1-terra", "google/gemini-4-argon")
    )
    before, after = (
        said(folder, "w.toml", "--as-of", day, *JSON).data["estimates"][0]["total_monthly"]
        for day in ("2026-11-30", "2026-12-01")
    )
    assert before == 7
    assert after == 2 * before


@pytest.mark.parametrize(
    ("changes", "total"),
    [
        (["traffic.requests_per_month=2_000"], "7"),
        (["step.answer.output_tokens=0"], "1"),
        (["step.0.output_tokens=0"], "1"),
        (["stack.a.chat=google/gemini-4-argon"], "7"),
        (['stack.a.chat={offer="openai/gpt-6.1-terra",output_factor=2}'], "6"),
        (["step.answer.calls=2", "step.answer.calls = 3"], "10.5"),
    ],
)
def test_set_changes_one_value(folder: Path, changes: list[str], total: str) -> None:
    options = [word for change in changes for word in ("--set", change)]
    (stack,) = said(folder, "w.toml", *DAY, *JSON, *options).data["estimates"]
    assert stack["total_monthly"] == Decimal(total)
    assert (folder / "w.toml").read_text() == WORKLOAD


def test_set_may_add_a_table_and_a_stack(folder: Path) -> None:
    options = ("--set", "budget.monthly_total=3", "--set", "stack.b.chat=google/gemini-4-argon")
    one, other = said(folder, "w.toml", *DAY, *JSON, *options).data["estimates"]
    assert one["budget"] == {"monthly_total": 3, "headroom": Decimal("-0.5")}
    assert (other["stack"], other["budget"]["headroom"]) == ("b", -4)


def test_a_value_of_set_is_one_value(folder: Path) -> None:
    ran = said(folder, "w.toml", *DAY, *JSON, "--set", 'name=x"\ncurrency="EUR')
    assert ran.data["currency"] == "USD"
    assert ran.data["workload"] == 'x"\ncurrency="EUR'


def test_out_writes_what_stdout_would_say(folder: Path) -> None:
    shown = said(folder, "w.toml", *DAY, *JSON).out
    ran = costplan("estimate", "w.toml", *DAY, *JSON, "--out", "e.json", folder=folder)
    assert (ran.code, ran.out, ran.err) == (0, "", "wrote e.json\n")
    assert (folder / "e.json").read_text() == shown
    assert said(folder, "w.toml", *DAY, *JSON, "--out", "-").out == shown
    assert sorted(path.name for path in folder.iterdir()) == ["e.json", "w.toml"]


def test_explain_shows_every_line_with_formula_source_and_dates(folder: Path) -> None:
    plain = said(folder, "w.toml", *DAY).out
    text = said(folder, "w.toml", *DAY, "--explain", COLUMNS="120").out
    assert " x 1 / 1,000,000 = 1.00" in text
    assert " x 5 / 1,000,000 = 2.50" in text
    assert text.count("since 2026-10-26, checked 2026-10-26") == 2
    assert "https://developers.openai.com/api/docs/pricing" in text
    assert "since" not in plain


STRICT = {
    "all is known and fresh": (WORKLOAD, 0, ""),
    "no price": (UNPRICED, 3, "strict: a: no price for openai/gpt-6.1-terra input: the catalogue"),
    "stale": (
        WORKLOAD.replace("[traffic]", "stale_after_days = 26\n[traffic]"),
        3,
        "strict: a: stale price: openai/gpt-6.1-terra: checked 2026-10-26",
    ),
    "just fresh": (WORKLOAD.replace("[traffic]", "stale_after_days = 27\n[traffic]"), 0, ""),
}


@pytest.mark.parametrize(("text", "code", "says"), STRICT.values(), ids=STRICT)
def test_strict(tmp_path: Path, text: str, code: int, says: str) -> None:
    (tmp_path / "w.toml").write_text(text)
    ran = costplan("estimate", "w.toml", *DAY, *JSON, "--strict", folder=tmp_path)
    assert ran.code == code
    assert says in ran.err
    assert bool(ran.err) == bool(code)
    lenient = costplan("estimate", "w.toml", *DAY, *JSON, folder=tmp_path)
    assert (lenient.code, lenient.err, lenient.out) == (0, "", ran.out)


def test_an_unpriced_line_makes_the_total_at_least(tmp_path: Path) -> None:
    text = UNPRICED + '[[fixed]]\nname = "rent"\nmonthly = 7\n'
    (tmp_path / "w.toml").write_text(text)
    (stack,) = said(tmp_path, "w.toml", *DAY, *JSON).data["estimates"]
    assert stack["at_least"] is True
    assert stack["total_monthly"] == 7
    assert [one["charge"] for one in stack["unpriced"]] == ["input", "output"]
    assert all("'mars'" in one["reason"] for one in stack["unpriced"])
    lines = [line for one in stack["components"] for line in one["line_items"]]
    assert {line["amount"] for line in lines if line["offer"] != "workload"} == {None}
    assert "total a month, at least" in said(tmp_path, "w.toml", *DAY).out


def test_json_is_what_its_schema_promises(folder: Path) -> None:
    schema = costplan("schema", "estimate", folder=folder)
    validator = jsonschema.Draft202012Validator(json.loads(schema.out))
    validator.check_schema(json.loads(schema.out))
    (folder / "long.toml").write_text(
        UNPRICED.replace("[traffic]", "horizon_months = 3\n[traffic]")
        + "[budget]\nmonthly_total = 5\n"
    )
    for path in ("w.toml", "long.toml", SUPPORT):
        validator.validate(json.loads(said(folder, path, *DAY, *JSON).out))
    broken = json.loads(said(folder, "w.toml", *DAY, *JSON).out) | {"more": 1}
    assert not validator.is_valid(broken)


def test_the_same_input_gives_the_same_bytes(folder: Path) -> None:
    for form in ("table", "json", "svg"):
        one, other = (said(folder, SUPPORT, *DAY, "--format", form).out for _ in range(2))
        assert one == other


@pytest.mark.parametrize(
    ("env", "colored"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"TERM": "xterm-256color"}, False),
    ],
)
def test_color_only_when_wanted(folder: Path, env: dict[str, str], colored: bool) -> None:
    text = said(folder, "w.toml", *DAY, **env).out
    assert ("\x1b[" in text) == colored
    assert ANSI.sub("", text) == said(folder, "w.toml", *DAY).out
    assert "\x1b" not in said(folder, "w.toml", *DAY, *JSON, **env).out


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal(folder: Path, width: int) -> None:
    for more in ((), ("--explain",)):
        text = said(folder, SUPPORT, *DAY, *more, COLUMNS=str(width)).out
        urls = [line for line in text.splitlines() if len(line) > width]
        assert all(" " not in line.strip() for line in urls), urls


@pytest.mark.parametrize("width", ["0", "-5", "wide", "20", "99999999999"])
def test_any_width_draws_all_totals(folder: Path, width: str) -> None:
    text = said(folder, "w.toml", *DAY, COLUMNS=width).out
    assert text.count("3.50") >= 3


@pytest.mark.parametrize(
    "env",
    [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}],
    ids=["ascii", "C"],
)
def test_a_plain_locale_gets_plain_text(folder: Path, env: dict[str, str]) -> None:
    (folder / "w.toml").write_text(WORKLOAD.replace("probe", "Prüfung 日本"))
    for more in ((), ("--explain",), JSON):
        assert said(folder, "w.toml", *DAY, *more, **env).out.isascii()
    assert said(folder, "w.toml", *DAY, *JSON, **env).data["workload"] == "Prüfung 日本"
    svg = said(folder, "w.toml", *DAY, "--format", "svg", **env).out
    assert svg.isascii()
    assert "\\u" not in svg


def test_no_home_and_no_environment_are_needed(folder: Path) -> None:
    ran = costplan("estimate", "w.toml", *DAY, folder=folder, env={"HOME": "", "PATH": ""})
    assert ran.out == said(folder, "w.toml", *DAY).out


def test_twelve_stacks_stand_in_groups_that_fit(folder: Path) -> None:
    more = "".join(f'[stack.choice-{n}]\nchat = "openai/gpt-6.1-terra"\n' for n in range(11))
    (folder / "w.toml").write_text(WORKLOAD + more)
    text = said(folder, "w.toml", *DAY, COLUMNS="60").out
    assert max(map(len, text.splitlines())) <= 60
    assert all(f"choice-{n}" in text for n in range(11))


@pytest.mark.parametrize(
    ("change", "total"),
    [
        ("traffic.requests_per_month=0", 0),
        ("step.answer.calls=0", 0),
        ('stack.a.chat={none="decided later"}', 0),
    ],
)
def test_nothing_to_pay_is_zero_and_not_unknown(folder: Path, change: str, total: int) -> None:
    (stack,) = said(folder, "w.toml", *DAY, *JSON, "--set", change).data["estimates"]
    assert stack["total_monthly"] == total
    assert stack["at_least"] is False
    assert stack["unpriced"] == []


def test_a_workload_of_jobs_alone(tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_text(
        'name = "nightly"\ntraffic.requests_per_month = 0\n[[job]]\nname = "embed"\n'
        'runs_per_month = 30\nitems = 1_000\nmodel = "embedder"\ninput_tokens = 100\n'
        '[stack.a]\nembedder = "openai/text-embedding-3-small"\n'
    )
    (stack,) = said(tmp_path, "w.toml", *DAY, *JSON).data["estimates"]
    assert stack["total_monthly"] == Decimal("0.06")  # 3,000,000 tokens at 0.02 a million
    assert stack["cost_per_request"] is None
