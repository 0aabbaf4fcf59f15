"""``costplan report`` with bad, hostile and missing input."""

from __future__ import annotations

import json
import shutil
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from report_cases import HORIZON, MINIMAL, SAVED, SUPPORT
from run import CONTROL, Ran, costplan, files_below

from costplan.cli import run
from costplan.cli.common.options import Format
from costplan.cli.report import Group
from costplan.document.rows import GROUPS
from costplan.render import BINARY, FORMATS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "made"
    (made / "deep" / "er").mkdir(parents=True)
    shutil.copy(SUPPORT, made / "s.json")
    shutil.copy(MINIMAL, made / "deep" / "er" / "m.json")
    (made / "empty.json").write_text("")
    (made / "notes.txt").write_text("no document")
    return made


def asked(folder: Path, arguments: tuple[str, ...]) -> Ran:
    return costplan("report", *arguments, folder=folder, env={"COLUMNS": "80"})


def said(folder: Path, *arguments: str) -> Ran:
    ran = asked(folder, arguments)
    assert (ran.code, ran.err) == (0, ""), ran
    return ran


def refused(folder: Path, *arguments: str) -> str:
    return checked(asked(folder, arguments))


def checked(ran: Ran) -> str:
    """The words of a refusal."""
    assert (ran.code, ran.out) == (2, ""), ran
    assert ran.err.startswith("error: ")
    assert not CONTROL.search(ran.err)
    assert "Traceback" not in ran.err
    return ran.err


def test_the_command_offers_what_there_is() -> None:
    assert [one.value for one in Format] == [*FORMATS, *BINARY]
    assert tuple(one.value for one in Group) == GROUPS


def test_a_report_needs_no_prices_and_no_workload(folder: Path) -> None:
    fresh = said(folder, "s.json").out
    assert fresh.startswith("support-agent: 10,000 requests a month; prices as of ")
    assert max(map(len, fresh.splitlines())) <= 80
    assert said(folder, "s.json", "--format", "json").out == SUPPORT.read_text("utf-8")


def test_standard_input_is_a_document_too(folder: Path) -> None:
    text = (folder / "s.json").read_bytes()
    ran = costplan("report", "-", "--format", "csv", folder=folder, stdin=text)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.count("\n") == said(folder, "s.json", "--format", "csv").out.count("\n")
    assert "empty" in checked(costplan("report", "-", folder=folder))


def test_patterns_are_expanded_and_each_file_is_drawn_once(folder: Path) -> None:
    out = said(folder, "**/[sm].json", "s.json", "./s.json").out
    assert out.count("== ") == 2
    assert "All documents" in out
    assert "no file matches 'x*.json'" in refused(folder, "x*.json")
    assert "no file matches '**/*.yaml'" in refused(folder, "**/*.yaml")


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(folder: Path) -> None:
    shutil.copy(MINIMAL, folder / "[a].json")
    assert said(folder, "[a].json").out.startswith("minimal:")


def test_currencies_are_never_added(folder: Path) -> None:
    made = json.loads(MINIMAL.read_text("utf-8"))
    made["currency"] = "EUR"
    (folder / "e.json").write_text(json.dumps(made))
    both = ("s.json", "e.json", "deep/er/m.json")
    table = said(folder, *both).out
    tail = table[table.index("All documents") :].splitlines()
    sums = [row.split() for row in tail if "documents" in row and row.startswith(("2", "3"))]
    assert [(row[2], row[-1]) for row in sums] == [("google", "USD")]
    rows = said(folder, *both, "--group-by", "component", "--format", "json").data
    assert all(name.endswith((" EUR", " USD")) for name in rows["columns"][1:])
    lines = said(folder, *both, "--fields", "role,amount,currency", "--format", "json").data
    assert lines["total"] is None
    assert "several currencies" in lines["notes"][0]
    assert "cannot be ranked together" in refused(folder, *both, "--top", "3", "--group-by", "role")


def test_groups_add_up_whatever_they_are_grouped_by(folder: Path) -> None:
    whole = {
        one["stack"]: one["total_monthly"]
        for one in said(folder, "s.json", "--format", "json").data["estimates"]
    }
    for key, top in (
        ("component", ()),
        ("role", ("--top", "2")),
        ("offer", ("--top", "2")),
        ("vendor", ()),
        ("purpose", ()),
    ):
        rows = said(folder, "s.json", "--group-by", key, *top, "--format", "json").data
        for stack, total in whole.items():
            column = f"{stack} USD"
            assert sum(row[column] or 0 for row in rows["rows"]) == total
            assert rows["total"][column] == total
        assert not top or len(rows["rows"]) <= 3


def test_the_dearest_lines_and_the_rest_are_the_whole(folder: Path) -> None:
    rows = said(folder, "s.json", "--top", "3", "--format", "json").data
    document = said(folder, "s.json", "--format", "json").data
    for stack in document["estimates"]:
        own = [row for row in rows["rows"] if row["stack"] == stack["stack"]]
        assert len(own) == 4
        assert sum(row["amount"] for row in own) == stack["total_monthly"]
        assert own[0]["amount"] >= own[1]["amount"] >= own[2]["amount"]


def test_a_filter_leaves_a_part_that_says_so(folder: Path) -> None:
    document = said(folder, "s.json", "--filter", "component=tokens", "--format", "json").data
    for stack in document["estimates"]:
        assert [one["component"] for one in stack["components"]] == ["tokens"]
        assert stack["budget"] is None
        assert stack["reliability"] is None
        assert "only lines with component=tokens" in stack["notes"][0]
    (folder / "part.json").write_text(json.dumps(document, default=float))
    assert "tokens" in said(folder, "part.json").out
    both = said(
        folder,
        "s.json",
        "--filter",
        "role=judge",
        "--filter",
        "charge!=input",
        "--fields",
        "role,charge",
        "--format",
        "csv",
    )
    assert set(both.out.split("\r\n")[1:-1]) == {"judge,output"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("none.json",), "does not exist"),
        ((".",), "is a folder"),
        (("empty.json",), "is empty"),
        (("notes.txt",), "notes.txt:1:1: not JSON"),
        (("s.json", "--stack", "portabel"), "did you mean 'portable'?"),
        (("s.json", "--filter", "component"), "is no filter"),
        (("s.json", "--filter", "=x"), "is no filter"),
        (("s.json", "--filter", "component="), "is no filter"),
        (("s.json", "--filter", "colour=red"), "cannot be chosen by 'colour'"),
        (("s.json", "--filter", "component=tokns"), "did you mean 'tokens'?"),
        (("s.json", "--filter", "role=chat", "--filter", "role=judge"), "no line is left"),
        (("s.json", "--fields", "role,amuont"), "did you mean 'amount'"),
        (("s.json", "--fields", ","), "names none"),
        (("s.json", "--fields", "role,role"), "twice"),
        (("s.json", "--fields", "role", "--group-by", "role"), "give one of them"),
        (("s.json", "--top", "0"), "must be at least 1"),
        (("s.json", "--top", "3", "--format", "junit"), "does not apply to --format junit"),
        (("s.json", "--group-by", "role", "--format", "focus"), "does not apply"),
        (("s.json", "--out", "s.json"), "s.json is read here"),
        (("s.json", "--out", "no/where.txt"), "cannot be written"),
    ],
)
def test_what_cannot_be_drawn_exits_2_and_changes_nothing(
    folder: Path, arguments: tuple[str, ...], words: str
) -> None:
    before = files_below(folder)
    assert words in refused(folder, *arguments)
    assert files_below(folder) == before


def test_options_that_do_not_exist_are_told(folder: Path) -> None:
    for arguments in ((), ("s.json", "--format", "pdf"), ("s.json", "--group-by", "colour")):
        ran = costplan("report", *arguments, folder=folder)
        assert (ran.code, ran.out) == (2, "")
        assert "Usage:" in ran.err


def test_a_tampered_document_is_refused_with_its_place(folder: Path) -> None:
    made = json.loads(SUPPORT.read_text("utf-8"), parse_float=Decimal)
    made["estimates"][1]["total_monthly"] = 1
    made["estimates"][0]["components"][0]["total"] = "\x1b[31m"
    (folder / "t.json").write_text(json.dumps(made, default=float))
    err = refused(folder, "t.json")
    assert "estimates[1].total_monthly is 1, but the rest of the document makes it" in err
    assert "--> t.json" in err


def test_many_problems_are_not_all_printed(folder: Path) -> None:
    made = json.loads(SUPPORT.read_text("utf-8"))
    for stack in made["estimates"]:
        for component in stack["components"]:
            for line in component["line_items"]:
                line["surprise"] = 1
    (folder / "t.json").write_text(json.dumps(made))
    err = refused(folder, "t.json")
    assert err.count("unknown key 'surprise'") == 20
    assert "more of the kind" in err


def test_a_file_that_cannot_be_read_is_told(folder: Path) -> None:
    assert "cannot be read" in refused(folder, "/proc/self/mem")


def test_an_out_file_holds_what_would_have_been_printed(folder: Path) -> None:
    for form in ("html", "csv", "sarif"):
        ran = costplan("report", "s.json", "--format", form, "--out", f"o.{form}", folder=folder)
        assert (ran.code, ran.out, ran.err) == (0, "", f"wrote o.{form}\n")
        printed = said(folder, "s.json", "--format", form).out
        assert (folder / f"o.{form}").read_bytes().decode() == printed


def test_estimate_and_compare_offer_the_same_formats(
    capsys: pytest.CaptureFixture[str],
) -> None:
    example = str(SAVED.parents[2] / "examples" / "minimal.toml")
    for command in ("estimate", "compare"):
        for form in FORMATS:
            day = ("--as-of", "2026-11-22")
            code = run([command, example, *day, "--format", form])
            printed = capsys.readouterr()
            assert (code, printed.err) == (0, ""), (command, form)
            assert printed.out or form == "github"


def test_an_estimate_points_into_its_file_and_names_no_folder(folder: Path) -> None:
    example = SAVED.parents[2] / "examples" / "support-agent.toml"
    (folder / "plans").mkdir()
    shutil.copy(example, folder / "plans" / "a.toml")
    below = costplan("estimate", "plans/a.toml", "--format", "json", folder=folder).data
    assert below["origin"]["file"] == "plans/a.toml"
    lines = example.read_text("utf-8").splitlines()
    for name, line in below["origin"]["lines"].items():
        assert name.split(".")[-1] in lines[int(line) - 1]
    assert "stack.portable.chat" in below["origin"]["lines"]
    above = costplan("estimate", str(example), "--format", "json", folder=folder).data
    assert above["origin"]["file"] == "support-agent.toml"
    text = example.read_bytes()
    piped = costplan("estimate", "-", "--format", "json", folder=folder, stdin=text).data
    assert "origin" not in piped


def test_a_reader_that_goes_away_ends_it_silently(folder: Path) -> None:
    import subprocess

    ran = subprocess.run(
        f"{sys.executable} -m costplan report s.json --format html | head -c 10",
        shell=True,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ran.stdout, ran.stderr) == ("<!DOCTYPE ", "")


def test_nothing_heavy_is_loaded_to_draw_a_table(folder: Path) -> None:
    import subprocess

    code = (
        "import sys, io, contextlib\nfrom costplan.cli import run\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        "    assert run(['report', 's.json']) == 0\n"
        "print(sorted(sys.modules))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True
    )
    loaded = ran.stdout
    for name in ("pydantic", "httpx", "rich.console", "hashlib"):
        assert f"'{name}'" not in loaded, name
    for room in ("billing", "catalog", "workload", "plan"):
        assert f"'costplan.{room}" not in loaded, room


def test_lines_of_several_workloads_fit_a_terminal(folder: Path) -> None:
    """Whose they are stands above them where it leaves no room beside them."""
    out = said(folder, "deep/er/m.json", "s.json", "--top", "2", "--fields", WIDE_FIELDS).out
    assert max(map(len, out.splitlines())) <= 80
    assert [line for line in out.splitlines() if line.startswith("support-agent, ")]
    assert sum(line.startswith("minimal, ") for line in out.splitlines()) == 3


WIDE_FIELDS = "workload,stack,role,offer,charge,component,amount"


def test_no_page_has_two_blank_lines_together(folder: Path) -> None:
    shutil.copy(HORIZON, folder / "h.json")
    for name in ("s.json", "deep/er/m.json", "h.json"):
        assert "\n\n\n" not in said(folder, name).out
