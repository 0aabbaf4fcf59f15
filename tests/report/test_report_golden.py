"""Golden files of every format and flag of ``costplan report``, and of what they were drawn from.

They show change; ``test_report_formats.py`` checks by itself that they are true. After a change
that is meant: COSTPLAN_UPDATE_GOLDEN=1 python -m pytest tests/report, then read the diff.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from report_cases import GOLDEN, SAVED

from costplan.cli import run
from costplan.document.estimate import EstimateDocument
from costplan.record import version_of
from costplan.render import FORMATS
from costplan.store.files.documents import parse_json

HERE = GOLDEN / "report"
ENDINGS = {
    "table": "txt",
    "json": "json",
    "markdown": "md",
    "html": "html",
    "csv": "csv",
    "focus": "focus.csv",
    "focus-1.4": "focus-1.4.csv",
    "junit": "xml",
    "sarif": "sarif",
    "github": "github.txt",
    "gitlab": "gitlab.json",
    "lean": "lean.txt",
}
OF_WHAT_FAILS = ("github", "gitlab", "sarif")
"""Formats that hold findings alone: the second document has none."""
ONE = ("support-agent.json",)
BOTH = ("support-agent.json", "minimal.json")
ANSWER = "answer-comparison.json"
"""A comparison that says what to do; those saved before it did are ``comparison`` below."""
FEW = {form: ending for form, ending in ENDINGS.items() if form != "json"}
"""One document as JSON is the document as it was saved."""
FLAGS = {
    "group-component.txt": (*ONE, "--group-by", "component"),
    "group-role.txt": (*ONE, "--group-by", "role"),
    "group-offer.txt": (*ONE, "--group-by", "offer", "--stack", "portable"),
    "group-vendor.csv": (*ONE, "--group-by", "vendor", "--format", "csv"),
    "group-purpose.md": (*ONE, "--group-by", "purpose", "--format", "markdown"),
    "group-stack.rows.json": (*BOTH, "--group-by", "stack", "--format", "json"),
    "group-workload.txt": (*BOTH, "--group-by", "workload"),
    "top.txt": (*ONE, "--top", "2"),
    "top-vendor.html": (*ONE, "--top", "2", "--group-by", "vendor", "--format", "html"),
    "fields.csv": (*ONE, "--fields", "stack,role,offer,amount,checked", "--format", "csv"),
    "fields.txt": (*ONE, "--fields", "role,charge,amount", "--stack", "portable"),
    "filter.txt": (*ONE, "--filter", "component=tokens", "--stack", "portable"),
    "filter-not.csv": (*ONE, "--filter", "offer!=aws/*,bedrock/*", "--format", "csv"),
    "explain.txt": (*ONE, "--stack", "portable", "--explain", "--filter", "role=chat"),
    "bill.txt": ("price-seats.json",),
    "bill.md": ("price-seats.json", "--format", "markdown"),
    "bill.focus.csv": ("price-seats.json", "--format", "focus"),
    "horizon.md": ("support-agent-horizon.json", "--format", "markdown"),
    "comparison.md": ("support-agent-comparison.json", "--format", "markdown"),
    "comparison.txt": ("support-agent-comparison.json",),
    "answer.txt": (ANSWER,),
    "answer-full.txt": (ANSWER, "--full"),
    "answer.md": (ANSWER, "--format", "markdown"),
    "answer.html": (ANSWER, "--format", "html"),
}
CASES = (
    {
        f"one.{ending}": (*ONE, "--format", form)
        for form, ending in ENDINGS.items()
        if form != "json"
    }
    | {
        f"both.{ending}": (*BOTH, "--format", form)
        for form, ending in ENDINGS.items()
        if form not in OF_WHAT_FAILS
    }
    | FLAGS
)


def test_every_format_has_golden_files() -> None:
    assert set(ENDINGS) == set(FORMATS) - {"svg"}  # drawn by a library that may change it


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the golden documents and nothing else to price with."""
    for path in SAVED.glob("*.json"):
        shutil.copy(path, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path


@pytest.mark.parametrize("name", CASES)
def test_a_report_is_what_it_was(
    name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(["report", *CASES[name]])
    said = capsys.readouterr()
    assert (code, said.err) == (0, "")
    golden = HERE / name
    if os.environ.get("COSTPLAN_UPDATE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_bytes(said.out.encode("utf-8"))
    assert said.out.encode("utf-8") == golden.read_bytes()


def test_a_document_by_itself_is_drawn_as_json_as_it_was_saved(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["report", *ONE, "--format", "json"]) == 0
    drawn = parse_json("drawn", capsys.readouterr().out)
    for stack in drawn["estimates"]:  # which it did not have yet
        assert [one["topic"] for one in stack.pop("facts")]
        for line in stack["unpriced"]:
            line.pop("why")
    saved = parse_json(ONE[0], (SAVED / ONE[0]).read_text("utf-8"))
    assert list(drawn) == list(saved)
    assert drawn == {**saved, "schema_version": version_of(EstimateDocument)}


@pytest.mark.parametrize("form", OF_WHAT_FAILS)
def test_a_document_without_findings_adds_nothing(
    form: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["report", *BOTH, "--format", form]) == 0
    golden = HERE / f"one.{ENDINGS[form]}"
    assert capsys.readouterr().out.encode("utf-8") == golden.read_bytes()


def test_every_golden_file_has_its_case() -> None:
    assert {path.name for path in HERE.iterdir()} == set(CASES)
