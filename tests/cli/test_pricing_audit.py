"""``costplan pricing audit`` and ``report`` as processes: formats, exits, hostile catalogues."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from run import CONTROL, Ran, costplan

from costplan.store.files.folders import built_in_folder
from costplan.store.files.schemas import schema

AT = ("--at", "2026-11-22")
HEAD = """\
vendor = "Acme"
source.page = { at = "https://acme.example/pricing", confidence = "vendor" }
"""
MODEL = """
[[model]]
id = "%s"
%s

[[model.price]]
origin = { since = 2026-09-01, checked = 2026-10-01, source = "page" }
per = 1_000_000
rates = { input = %d, output = %d }
"""
GOOD = MODEL % ("acme/good", "", 2, 10)
ZERO = MODEL % ("acme/bad", "", 0, 10)
HOSTILE = "acme/[red]*x*[/red]|<b>`y`\\u001b[31m\\u202e\\n# z"


def audit(folder: Path, *arguments: str) -> Ran:
    return costplan("pricing", "audit", *arguments, *AT, folder=folder)


def write(folder: Path, text: str) -> str:
    path = folder / "book" / "tokens" / "acme.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return "book"


def valid(data: object, name: str) -> None:
    Draft202012Validator(json.loads(schema(name))).validate(data)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return audit(tmp_path_factory.mktemp("whole"), "--format", "json", "--level", "note")


def test_the_built_in_catalogue_passes_its_own_audit(whole: Ran) -> None:
    assert (whole.code, whole.err) == (0, "")
    data = json.loads(whole.out)
    valid(data, "audit")
    assert data["errors"] == 0
    levels = [one["level"] for one in data["findings"]]
    assert levels == sorted(levels, key=["error", "warning", "note"].index)
    assert (data["warnings"], data["notes"]) == (levels.count("warning"), levels.count("note"))
    assert all(one["reason"] for one in data["accepted"])
    named = {one["finding"] for one in (*data["findings"], *data["accepted"])}
    assert set(data["meanings"]) == named
    assert not named & {"accepted_without_cause", "accepted_unknown"}
    for one in data["findings"]:
        lines = (built_in_folder().parent / one["file"]).read_text(encoding="utf-8").splitlines()
        assert lines[one["line"]].startswith(f'id = "{one["id"]}"')


def test_the_built_in_catalogue_has_what_it_must(tmp_path: Path) -> None:
    ran = costplan("pricing", "report", *AT, "--format", "json", folder=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    data = json.loads(ran.out)
    valid(data, "catalogue-report")
    assert data["with_source"] == data["prices"] > 1_000
    assert data["with_source_share"] == 1
    assert (data["silent_zeros"], data["errors"], data["missed"]) == (0, 0, [])
    assert sum(data["by_confidence"].values()) == data["prices_in_force"] <= data["prices"]
    table = costplan("pricing", "report", *AT, folder=tmp_path)
    assert table.code == 0
    assert re.search(r"with a source and its date +[\d,]+ +100 %", table.out)
    assert re.search(r"silent zeros +0\n", table.out)
    assert max(map(len, table.out.splitlines())) <= 80


def test_filters_choose_entries_and_levels(tmp_path: Path) -> None:
    """Of two vendors: that the whole catalogue is sound is the next test."""
    for name in ("tokens/anthropic", "tokens/openai", "search-rerank/anthropic"):
        if (source := built_in_folder() / f"{name}.toml").is_file():
            (tmp_path / "book" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, tmp_path / "book" / f"{name}.toml")
    one = json.loads(audit(tmp_path, "book", "--vendor", "anthropic", "--format", "json").out)
    assert {found["id"].split("/")[0] for found in one["findings"]} == {"anthropic"}
    both = ("book", "--vendor", "ANTHROPIC", "--category", "tokens", "--format", "json")
    fewer = json.loads(audit(tmp_path, *both).out)
    assert {found["category"] for found in fewer["findings"]} <= {"tokens"}
    assert fewer["entries"] < one["entries"]
    assert json.loads(audit(tmp_path, *both, "--level", "error").out)["findings"] == []


def test_an_error_exits_1_in_every_format_and_says_where(tmp_path: Path) -> None:
    book = write(tmp_path, HEAD + GOOD + ZERO)
    table = audit(tmp_path, book)
    assert table.code == 1
    assert "error zero_price: a price of 0 that nothing declares free (1)" in table.out
    assert "acme/bad: input costs 0" in table.out
    assert "\n      book/tokens/acme.toml:13\n" in table.out
    markdown = audit(tmp_path, book, "--format", "markdown")
    assert markdown.code == 1
    assert "| acme/bad | input costs 0 (from 2026-09-01 on)" in markdown.out
    data = audit(tmp_path, book, "--format", "json")
    assert data.code == 1
    valid(json.loads(data.out), "audit")
    report = costplan("pricing", "report", book, *AT, folder=tmp_path)
    assert report.code == 1
    assert "missed: silent zeros: 1" in report.out


def test_out_is_a_file_and_the_exit_stays(tmp_path: Path) -> None:
    book = write(tmp_path, HEAD + ZERO)
    ran = audit(tmp_path, book, "--format", "json", "--out", "found.json")
    assert (ran.code, ran.out, ran.err) == (1, "", "wrote found.json\n")
    assert json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))["errors"] == 1


def test_own_shelves_are_audited_too(tmp_path: Path) -> None:
    path = tmp_path / "pricing" / "tokens" / "acme.toml"
    path.parent.mkdir(parents=True)
    path.write_text(HEAD + ZERO, encoding="utf-8")
    ran = audit(tmp_path, "--format", "json", "--vendor", "acme")
    assert ran.code == 1
    (found,) = json.loads(ran.out)["findings"]
    assert (found["shelf"], found["finding"]) == ("project", "zero_price")


@pytest.mark.parametrize("form", ["table", "markdown", "json"])
def test_hostile_names_stay_text(tmp_path: Path, form: str) -> None:
    note = "accepted = [{ finding = 'zero_price:output', reason = '[/x] | <script> # y @team' }]"
    text = MODEL % (HOSTILE, note, 0, 0)
    ran = audit(tmp_path, write(tmp_path, HEAD + text), "--format", form)
    assert ran.code == 1
    assert not CONTROL.search(ran.out)
    if form == "json":
        (found,) = json.loads(ran.out)["findings"]
        assert found["id"] == json.loads(f'"{HOSTILE}"')
    else:
        assert "\n# z" not in ran.out
    if form == "markdown":
        rows = [line for line in ran.out.splitlines() if line.startswith("| acme")]
        assert len(rows) == 1
        assert len(re.findall(r"(?<!\\)\|", rows[0])) == 4
        assert "<b>" not in ran.out
        assert "<script>" not in ran.out
        assert "@team" not in ran.out
    colored = costplan("pricing", "audit", "book", *AT, folder=tmp_path, env={"FORCE_COLOR": "1"})
    assert "[red]*x*[/red]" in colored.out


def test_what_cannot_be_read_exits_2_with_its_place(tmp_path: Path) -> None:
    ran = audit(tmp_path, "nowhere")
    assert (ran.code, ran.out) == (2, "")
    assert "nowhere does not exist" in ran.err
    (tmp_path / "empty").mkdir()
    ran = audit(tmp_path, "empty")
    assert (ran.code, ran.out) == (2, "")
    assert "holds no entry" in ran.err
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert "file is not a folder" in audit(tmp_path, "file").err
    (tmp_path / "odd" / "token").mkdir(parents=True)
    ran = audit(tmp_path, "odd")
    assert ran.code == 2
    assert "is not a category" in ran.err
    book = write(tmp_path, HEAD + GOOD.replace("output = 10", "outptu = 10"))
    ran = audit(tmp_path, book)
    assert (ran.code, ran.out) == (2, "")
    assert "acme.toml:11" in ran.err
    assert "did you mean 'output'" in ran.err
    write(tmp_path, HEAD + "[[model]\n")
    ran = audit(tmp_path, book)
    assert (ran.code, ran.out) == (2, "")
    assert "not TOML" in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--vendor", "antropic"), "did you mean 'anthropic'"),
        (("--category", "token"), "did you mean 'tokens'"),
        (("--level", "bad"), "--level"),
        (("--stale-days", "-1"), "--stale-days"),
        (("--within", "x"), "--within"),
        (("--at", "soon"), "not a date"),
    ],
)
def test_bad_arguments_exit_2(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    ran = costplan("pricing", "audit", *arguments, folder=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_the_rules_are_documented() -> None:
    from costplan.plan.prices.audit.rules import RULES

    text = (Path(__file__).resolve().parents[2] / "docs" / "audit.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| (.+?) \|$", text, re.M)
    assert rows == [(rule.name, rule.level, rule.meaning) for rule in RULES]


def test_a_table_shows_the_first_of_each_warning_and_every_error(tmp_path: Path) -> None:
    cheap = "".join(MODEL % (f"acme/cheap-{at}", "", 100, 1) for at in range(8))
    free = "".join(MODEL % (f"acme/free-{at}", "", 0, 10) for at in range(8))
    book = write(tmp_path, HEAD + cheap + free)
    said = audit(tmp_path, book).out
    assert (said.count("acme/cheap-"), said.count("acme/free-")) == (5, 8)
    assert "\n  3 more: --all, or --vendor\n" in said
    whole = audit(tmp_path, book, "--all").out
    assert whole.count("acme/cheap-") == 8
    assert "more: --all" not in whole
    assert audit(tmp_path, book, "--format", "markdown").out.count("acme/cheap-") == 8


def test_one_entry_is_no_entries_and_report_and_audit_count_alike(tmp_path: Path) -> None:
    ends = MODEL % ("acme/ends", "retires = 2026-12-31", 2, 10)
    book = write(tmp_path, HEAD + ends)
    said = audit(tmp_path, book)
    assert ": 1 entry\n" in said.out
    assert "0 errors, 1 warning" in said.out
    counted = costplan("pricing", "report", book, *AT, "--format", "json", folder=tmp_path)
    assert counted.data["warnings"] == 1
