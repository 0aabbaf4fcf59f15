"""``costplan report`` and ``costplan comment`` on saved diffs and checks, as processes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest
from report_cases import SUPPORT
from run import DAY, WORKLOAD, costplan, files_below


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A diff, a check that passes, one that does not, and what each printed in every form."""
    folder = tmp_path_factory.mktemp("saved")
    (folder / "w.toml").write_text(WORKLOAD)
    (folder / "more.toml").write_text(WORKLOAD.replace("1_000\n\n", "2_000\n\n"))
    shutil.copy(SUPPORT, folder / "s.json")
    for name, arguments in MADE.items():
        for form in FORMS[name.removesuffix("-pass")]:
            out = f"--out={name}.{form}"
            ran = costplan(*arguments, f"--format={form}", out, *DAY, folder=folder)
            assert ran.code in (0, 1), ran.err
    return folder


MADE = {
    "diff": ("diff", "w.toml", "more.toml"),
    "check": ("check", "w.toml", "--max-total=1", "--max-unpriced=0"),
    "check-pass": ("check", "w.toml", "--max-total=9"),
}
FORMS = {
    "diff": ("table", "json", "markdown", "html"),
    "check": ("table", "json", "markdown", "html", "junit", "sarif", "github", "gitlab"),
}


@pytest.mark.parametrize("name", MADE)
def test_a_saved_result_is_drawn_as_it_was(saved: Path, name: str) -> None:
    for form in FORMS[name.removesuffix("-pass")]:
        ran = costplan("report", f"{name}.json", f"--format={form}", folder=saved)
        assert (ran.code, ran.err) == (0, "")
        assert ran.out == (saved / f"{name}.{form}").read_text(), form


def test_through_a_pipe(saved: Path) -> None:
    text = (saved / "check.json").read_bytes()
    ran = costplan("report", "-", "--format=markdown", folder=saved, stdin=text)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (saved / "check.markdown").read_text()


def test_several_results_are_each_themselves(saved: Path) -> None:
    files = ("check.json", "diff.json", "check-pass.json")
    table = costplan("report", *files, folder=saved)
    at = [table.out.index(f"== {name} ==\n") for name in files]
    assert at == sorted(at)
    for name in MADE:
        assert (saved / f"{name}.table").read_text() in table.out
    markdown = costplan("report", *files, "--format=markdown", folder=saved).out
    assert markdown == "\n".join((saved / f"{x[:-5]}.markdown").read_text() for x in files)
    page = costplan("report", *files, "--format=html", folder=saved).out
    assert "<title>3 documents</title>" in page
    for name in MADE:
        whole = (saved / f"{name}.html").read_text()
        assert whole[whole.index("<section>") : whole.rindex("</section>")] in page
    data = json.loads(costplan("report", *files, "--format=json", folder=saved).out)
    assert data["kind"] == "report"
    assert [one["file"] for one in data["documents"]] == list(files)
    for one, name in zip(data["documents"], files, strict=True):
        assert one["document"] == json.loads((saved / name).read_text())


def test_several_checks_annotate_together(saved: Path) -> None:
    both = ("check.json", "check-pass.json")
    junit = ElementTree.fromstring(costplan("report", *both, "--format=junit", folder=saved).out)
    assert len(junit.findall("testsuite")) == 2
    assert (junit.get("tests"), junit.get("failures")) == ("3", "1")
    sarif = json.loads(costplan("report", *both, "--format=sarif", folder=saved).out)
    assert len(sarif["runs"][0]["results"]) == 1
    assert costplan("report", "check-pass.json", "--format=github", folder=saved).out == ""


REFUSED = {
    "a check and an estimate": ("check.json s.json", "check.json is a check and has no lines, as"),
    "a diff and an estimate": ("s.json diff.json", "documents of lines by themselves"),
    "a group": ("check.json --group-by role", "--group-by does not apply to check.json: a check"),
    "a filter": ("diff.json --filter nothing=tokens", "cannot be chosen by 'nothing'"),
    "a stack": ("check.json --stack a", "--stack does not apply"),
    "fields": ("check.json --fields role", "verdicts have no field 'role'"),
    "formulas": ("check.json --explain", "--explain does not apply"),
    "lines": ("check.json --lines", "--lines does not apply"),
    "all of it": ("diff.json --full", "--full does not apply"),
    "a diff as a test": (
        "diff.json --format junit",
        "json, lean, markdown, html\n",
    ),
    "both as a test": ("check.json diff.json --format junit", "a diff cannot be drawn as junit"),
    "a check as lines": (
        "check.json --format csv",
        "json, lean, markdown, html, junit",
    ),
    "a check as a picture": ("check.json --format svg", "a check cannot be drawn as svg"),
    "over itself": ("check.json --out check.json", "check.json is read here"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_apply_is_said(saved: Path, name: str) -> None:
    options, says = REFUSED[name]
    before = files_below(saved)
    ran = costplan("report", *options.split(), folder=saved)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
    assert "= help: " in ran.err
    assert files_below(saved) == before


def test_a_check_in_a_comment(saved: Path) -> None:
    """Only what has something to tell begins a comment."""
    ran = costplan("comment", "github", "check.json", "--dry-run", folder=saved)
    assert ran.code == 0
    assert ran.out.endswith((saved / "check.markdown").read_text())
    from costplan.api.commenting import comment_of

    told = {"check": True, "check-pass": False, "check-pass diff": True}
    for names, changed in told.items():
        files = [str(saved / f"{name}.json") for name in names.split()]
        assert comment_of(files, "default", documents=True).changed is changed
