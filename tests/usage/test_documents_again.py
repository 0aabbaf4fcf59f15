"""What ``costplan usage`` and ``reconcile`` print is drawn again from what they saved."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from run import costplan
from test_reconcile import BOTH, MAPS, RIGHT, billed, invoice, logs, run

from costplan.document.kinds import RESULTS
from costplan.render.results import RESULT_FORMATS

FORMS = ("table", "json", "lean", "markdown", "html", "csv")
NAMES = ("--map=names.toml",)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A usage and a reconciliation, each in every form."""
    folder = tmp_path_factory.mktemp("saved")
    logs(folder)
    invoice(folder, [*RIGHT, billed("2026-06-02", "Mystery input", 1_000_000)])
    run(folder)
    commands = {
        "usage": ("usage", "logs.jsonl", *MAPS),
        "reconciliation": ("reconcile", "plan.toml", *BOTH, *MAPS, *NAMES),
    }
    for name, arguments in commands.items():
        for form in FORMS:
            ran = costplan(*arguments, f"--format={form}", f"--out={name}.{form}", folder=folder)
            assert ran.code in (0, 1), ran.err
    return folder


@pytest.mark.parametrize("name", ["usage", "reconciliation"])
@pytest.mark.parametrize("form", FORMS)
def test_a_saved_document_is_drawn_as_it_was(saved: Path, name: str, form: str) -> None:
    ran = costplan("report", f"{name}.json", f"--format={form}", folder=saved)
    assert (ran.code, ran.err) == (0, "")
    # bytes: CSV ends its lines in CR LF
    assert ran.out.encode() == (saved / f"{name}.{form}").read_bytes()
    assert set(FORMS) == set(RESULT_FORMATS[name])


def test_a_page_says_what_the_table_says(saved: Path) -> None:
    page = (saved / "reconciliation.html").read_text(encoding="utf-8")
    assert "is unexplained or not mapped" in page
    assert "Mystery input" in page
    assert "An estimate, not an invoice" not in page
    page = (saved / "usage.html").read_text(encoding="utf-8")
    assert "acme/plain" in page
    assert "4.50" in page


def test_all_kinds_stand_beside_each_other(saved: Path) -> None:
    both = ("usage.json", "reconciliation.json")
    page = costplan("report", *both, "--format=html", folder=saved).out
    assert "<title>2 documents</title>" in page
    data = json.loads(costplan("report", *both, "--format=json", folder=saved).out)
    assert [one["workload"] for one in data["documents"]] == [None, "shop"]
    ran = costplan("report", *both, "--format=csv", folder=saved)
    assert ran.code == 0


def test_a_summary_is_brief(saved: Path) -> None:
    for name in ("usage", "reconciliation"):
        ran = costplan("report", f"{name}.json", "--summary", "--format=json", folder=saved)
        assert json.loads(ran.out)["kind"] == f"{name}_summary"
        assert len(ran.out) < len((saved / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--format=junit"], "cannot be drawn as junit"),
        (["--top=1"], "do not apply to a usage"),
        (["--filter=model=x"], "do not apply to a usage"),
        (["--group-by=offer"], "has no lines"),
    ],
)
def test_what_does_not_apply_is_refused(saved: Path, arguments: list[str], said: str) -> None:
    ran = costplan("report", "usage.json", *arguments, folder=saved)
    assert ran.code == 2
    assert said in ran.err


def test_an_edited_document_is_refused(saved: Path) -> None:
    """A sum of a bridge that is not the sum of its steps."""
    made = json.loads((saved / "reconciliation.json").read_text(encoding="utf-8"))
    for key, value in (("invoiced", 99), ("passes", True), ("planned", 1), ("expected", 1)):
        (saved / "edited.json").write_text(json.dumps(made | {key: value}), encoding="utf-8")
        ran = costplan("report", "edited.json", folder=saved)
        assert ran.code == 2, key


def test_a_comment_holds_them(saved: Path) -> None:
    assert {"usage", "reconciliation"} <= set(RESULTS)
    for name in ("usage", "reconciliation"):
        ran = costplan("report", f"{name}.json", "--format=markdown", folder=saved)
        assert ran.out.startswith("### ")
