"""What ``costplan estimate`` shows at first: one screen with the answer, whatever stands above."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from costplan.cli import run
from costplan.document.estimate import EstimateDocument
from costplan.document.kinds import Saved
from costplan.facts import said as as_said
from costplan.render import Look, render, render_all
from costplan.render.alerts import alerts
from costplan.render.deciding import decider, what_decides
from costplan.store.files.documents import open_document

ROOT = Path(__file__).resolve().parents[2]
SAVED = ROOT / "tests" / "data" / "saved"
SUPPORT = ROOT / "tests" / "golden" / "support-agent.json"
EXAMPLES = [
    *sorted((ROOT / "examples").glob("*.toml")),
    ROOT / "examples" / "terms" / "costplan.toml",
]
HEIGHT, WIDTH = 24, 80
SENTENCES = ("notes", "assumptions", "not_modelled", "not_included")


def support() -> EstimateDocument:
    document = open_document(str(SUPPORT)).document
    assert isinstance(document, EstimateDocument)
    return document


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for key, value in (("COLUMNS", str(WIDTH)), ("NO_COLOR", "1"), ("XDG_CONFIG_HOME", "")):
        monkeypatch.setenv(key, value or str(tmp_path))


def estimate(capsys: pytest.CaptureFixture[str], path: Path, *options: str) -> str:
    assert run(["estimate", str(path), "--as-of", "2026-11-27", *options]) == 0
    return capsys.readouterr().out


@pytest.mark.usefixtures("terminal")
def test_a_host_of_tools_is_no_runtime_of_the_steps(capsys: pytest.CaptureFixture[str]) -> None:
    """A row of the runtime that is counted, and no word that there is none."""
    page = estimate(capsys, ROOT / "examples" / "mcp-tool-server.toml", "--stack", "lambda")
    assert re.search(r"^runtime +[1-9]", page, re.M)
    assert "not modelled: people, runtime of the steps, orchestration" in page
    minimal = estimate(capsys, ROOT / "examples" / "minimal.toml")
    assert not re.search(r"^runtime ", minimal, re.M)
    assert "observability, runtime, orchestration" in " ".join(minimal.split())


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_example_fits_a_terminal(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = json.loads(estimate(capsys, path, "--format", "json"))
    page = estimate(capsys, path).splitlines()
    assert max(map(len, page)) <= WIDTH
    if len(data["estimates"]) <= 4:
        assert len(page) < HEIGHT, "the prompt takes a line"
    for stack in data["estimates"]:
        totals = next(line for line in page if line.startswith("total a month"))
        assert f"{stack['total_monthly']:,.2f}" in totals


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
@pytest.mark.parametrize("options", [(), ("--full",), ("--explain",), ("--full", "--explain")])
def test_the_total_is_among_the_last_lines_of_one_stack(
    path: Path, options: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    data = json.loads(estimate(capsys, path, "--format", "json"))
    first = data["estimates"][0]
    page = estimate(capsys, path, "--stack", first["stack"], *options).splitlines()
    last = page[-(HEIGHT - 1) :]
    (total,) = [line for line in last if line.startswith("total a month")]
    assert total.endswith(f" {first['total_monthly']:,.2f}")
    for line in (one for part in first["components"] for one in part["line_items"]):
        assert line["offer"] in " ".join(page) or line["offer"] == "workload"


def largest(stack: Any) -> tuple[str, Decimal]:
    parts = [(one["component"], one["total"]) for one in stack["components"]]
    whole = sum(total for _, total in parts if total > 0)
    name, total = max(parts, key=lambda part: part[1])
    return name, total / whole


def test_what_decides_is_the_largest_component_and_its_largest_charge() -> None:
    data = json.loads(SUPPORT.read_text("utf-8"), parse_float=Decimal, parse_int=Decimal)
    for made, stack in zip(support().estimates, data["estimates"], strict=True):
        found = decider(made)
        assert found is not None
        assert (found.component, found.share) == largest(stack)
    cases = [one for one in map(decider, support().estimates) if one and one.component == "human"]
    assert [(one.charge, one.price) for one in cases] == [("cases", 4)] * 3


def test_what_decides_is_said_in_one_line() -> None:
    estimates = support().estimates
    alone = [what_decides([made]) for made in estimates]
    assert alone[0] == "people are 93 % of it: 815.4 cases at 4.00 and on-call"
    said = "people are 57 % of what has a price: 815.4 cases at 4.00 and on-call"
    assert alone[1] == said
    assert alone[3] == "compute is 57 % of it: instance_hours, 730 instance-hours at 6.88 / " + (
        "instance-hour"
    )
    wide = what_decides(estimates)
    assert wide == (
        "people are 57 to 93 % of portable, aws, google: cases at 4.00, on-call; "
        "compute is 57 % of own-gpu: instance_hours at 6.88 / instance-hour"
    )
    assert what_decides(estimates, 80) == (
        "people are 57 to 93 % of 3 of 4 bills: cases at 4.00, on-call; own-gpu: compute"
    )
    assert what_decides(estimates, 10) == "people are 57 to 93 % of 3 of 4 bills: cases, on-call"
    assert what_decides(estimates[:1] * 2).startswith("people are 93 % of both bills: cases at")
    for made in estimates:
        made.components = []
    assert what_decides(estimates) == what_decides([]) == ""


def test_a_warning_is_said_once_and_names_its_stacks() -> None:
    document = support()
    said = [one.text for one in alerts(document, WIDTH, full=False)]
    assert "no price for bedrock/amazon.titan-embed-text-v2:0 input batch (aws)" in said
    assert "2 stale prices, the oldest of 2024-07-01 (--full: which)" in said
    full = "\n".join(one.text for one in alerts(document, WIDTH, full=True))
    assert "input batch: the catalogue has no batch price (standard only) (aws)" in full
    assert "aws/step-functions-standard: checked 2024-07-01 (aws)" in full
    for made in document.estimates:
        made.facts += [as_said("warning", "all"), as_said("warning", f"of {made.stack}")]
    said = [one.text for one in alerts(document, WIDTH, full=False)]
    assert said.count("warning: all") == 1
    assert "warning: of portable (portable)" in said
    assert "3 more warnings: --full" in said
    assert all(f"of {made.stack}" not in said[-1] for made in document.estimates)


def assumed(document: EstimateDocument) -> list[str]:
    return [one.text for one in alerts(document, WIDTH, full=False) if "rho" in one.text]


def test_an_assumption_that_decides_stands_on_the_screen() -> None:
    """The figures at both ends are those of the sentence that --full shows."""
    document = support()
    whole = {one.text for made in document.estimates for one in made.facts_of("verdicts-correlate")}
    ends = re.findall(r"([\d,]+) cases", whole.pop())
    assert whole == set()
    said = f"assumed rho = 0.5 of 'validate' decides the cases: {ends[0]} at 0, {ends[1]} at 1"
    assert assumed(document) == [said]
    for made in document.estimates[1:]:
        made.facts = [one for one in made.facts if one.code != "verdicts-correlate"]
    assert assumed(document) == [f"{said} (portable)"]
    document.estimates[0].facts = []
    assert assumed(document) == []


def flat(text: str) -> str:
    return " ".join(text.split())


def test_full_says_every_sentence_once_and_the_screen_counts_them() -> None:
    document = support()
    page = flat(render(document, "table", Look(width=WIDTH, full=True)))
    brief = render(document, "table", Look(width=WIDTH))
    for name in SENTENCES:
        known = {one for made in document.estimates for one in getattr(made, name)}
        for sentence in known:
            assert page.count(f"- {flat(sentence)}") >= 1, sentence
            assert flat(sentence) not in flat(brief), sentence
        word = {"notes": "note", "assumptions": "assumption", "not_included": "exclusion"}
        if known and name in word:
            assert f"{len(known)} {word[name]}" in brief
    assert page.count("- taxes ") == page.count("- support plans ") == 1
    assert page.index("Not included") < page.index("total a month")


def test_lines_are_shown_of_one_stack_or_when_asked_for() -> None:
    document = support()
    lines = sum(len(made.lines) for made in document.estimates)
    brief = render(document, "table", Look(width=WIDTH))
    assert f"--lines: {lines} lines" in brief
    assert "pinecone/standard" not in brief
    asked = render(document, "table", Look(width=WIDTH, lines=True))
    assert "pinecone/standard" in asked
    assert asked.index("pinecone/standard") < asked.index("trusted answers")
    assert "--lines" not in asked
    alone = render(document.only("portable"), "table", Look(width=WIDTH))
    assert "pinecone/standard" in alone
    assert "--lines" not in alone


def test_a_conversation_and_a_turn_have_their_cost(
    capsys: pytest.CaptureFixture[str], terminal: None
) -> None:
    path = ROOT / "examples" / "conversation-support.toml"
    data = json.loads(estimate(capsys, path, "--format", "json"))
    page = estimate(capsys, path)
    talks, turns = (
        re.search(rf"^{title} .*$", page, re.M) for title in ("a conversation", "a turn")
    )
    assert talks is not None
    assert turns is not None
    for stack in data["estimates"]:
        for row, count in ((talks, "conversations_per_month"), (turns, "requests_per_month")):
            assert f"{stack['total_monthly'] / stack[count]:.3g}"[:5] in row[0]
    assert "a request" not in page


def test_small_components_stand_in_one_row_where_room_is_short() -> None:
    """The table still adds up, and a component with a missing price is never put away."""
    document = support()
    page = render(document, "table", Look(width=WIDTH))
    row = next(line for line in page.splitlines() if line.startswith("orchestration, runtime"))
    for figure, made in zip(row.split()[2:], document.estimates, strict=True):
        parts = {one.name: one.total for one in made.components}
        assert Decimal(figure) == round(parts["orchestration"] + parts["runtime"], 2)
    for made in document.estimates:
        for component in made.components:
            if component.name in ("orchestration", "runtime"):
                component.line_items[0].amount = None
                break
    page = render(document, "table", Look(width=WIDTH))
    assert "orchestration, runtime" not in page


def test_several_documents_have_a_screen_each() -> None:
    both = [Saved("a.json", support()), Saved("b.json", support().only("portable"))]
    page = render_all(both, "table", Look(width=WIDTH))
    assert page.count("people are") == 2
    alone = [render(one.document, "table", Look(width=WIDTH)) for one in both]
    assert all(one in page for one in alone)


@pytest.mark.usefixtures("terminal")
def test_people_who_are_not_modelled_are_said_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In words that do not take the missing number of cases for a missing price."""
    text = (ROOT / "examples" / "support-agent.toml").read_text("utf-8")
    (tmp_path / "w.toml").write_text(re.sub(r"(?m)^success = .*$", "", text), "utf-8")
    brief = estimate(capsys, tmp_path / "w.toml", "--stack", "portable").splitlines()
    decided = next(at for at, line in enumerate(brief) if line.startswith("people are"))
    assert brief[decided].startswith("people are 60 % of what has a price: ")
    assert brief[decided + 1] == "human: the number of cases is unknown (--full: why)"
    full = estimate(capsys, tmp_path / "w.toml", "--stack", "portable", "--full")
    said = "human: the number of cases is unknown: how many cases there are is not modelled: "
    assert f"{said}'retrieve' has no success rate" in flat(full)


@pytest.mark.usefixtures("terminal")
def test_bounds_lose_their_blank_before_a_column_gives_way(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Machines of one's own beside a database that is always on: how much idles at least."""

    def row(width: int) -> str:
        monkeypatch.setenv("COLUMNS", str(width))
        assert run(["compare", str(ROOT / "examples" / "support-agent.toml")]) == 0
        page = capsys.readouterr().out.splitlines()
        assert max(map(len, page)) <= width
        return next(line for line in page if line.startswith("own-gpu"))

    assert re.search(r" >=\d+ %$", row(WIDTH))
    assert re.search(r" >= \d+ %$", row(100))


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize(
    ("target", "title"), [("0.995", "trusted, 99.5 % asked"), ("0.99", "trusted answers")]
)
def test_a_target_that_is_missed_stands_beside_the_answers(
    target: str, title: str, capsys: pytest.CaptureFixture[str]
) -> None:
    example = ROOT / "examples" / "support-agent.toml"  # 99.49 % are right
    page = estimate(capsys, example, "--set", f"target.reliability={target}")
    assert re.search(rf"^{title} +99\.49 %", page, re.M)
