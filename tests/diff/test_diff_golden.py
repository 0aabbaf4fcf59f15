"""Golden files of a diff, each checked again by its own arithmetic.

After a change that is meant: COSTPLAN_UPDATE_GOLDEN=1 python -m pytest tests/diff, then read the
diff.
"""

from __future__ import annotations

import json
import os
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from costplan.cli import run

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "tests" / "golden" / "diff"
D = Decimal
FORMS = {"diff-80.txt": "table", "diff.json": "json", "diff.md": "markdown", "diff.html": "html"}
CASES = {
    **{name: ("base.toml", "head.toml", form) for name, form in FORMS.items()},
    **{f"same-{name}": ("base.toml", "base.toml", form) for name, form in FORMS.items()},
    **{f"back-{name}": ("head.toml", "base.toml", form) for name, form in FORMS.items()},
}


@pytest.mark.usefixtures("fixed_prices")
@pytest.mark.parametrize("name", CASES)
def test_a_diff_is_drawn_as_it_was(
    name: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    base, head, form = CASES[name]
    monkeypatch.chdir(HERE)
    for key, value in (("COLUMNS", "80"), ("NO_COLOR", "1"), ("XDG_CONFIG_HOME", str(tmp_path))):
        monkeypatch.setenv(key, value)
    assert run(["diff", base, head, "--as-of", "2026-11-22", "--format", form]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    if os.environ.get("COSTPLAN_UPDATE_GOLDEN"):
        (HERE / name).write_text(said.out, encoding="utf-8")
    assert said.out == (HERE / name).read_text(encoding="utf-8")
    if form == "table":
        assert max(map(len, said.out.splitlines())) <= 80


def test_every_golden_diff_has_its_case() -> None:
    assert {path.name for path in HERE.iterdir() if path.suffix != ".toml"} == set(CASES)


def read(name: str) -> Any:
    text = (HERE / name).read_text(encoding="utf-8")
    return json.loads(text, parse_float=D, parse_int=D)


@pytest.mark.parametrize("name", [name for name in CASES if name.endswith(".json")])
def test_lines_and_causes_of_a_golden_diff_sum(name: str) -> None:
    data = read(name)
    for stack in data["stacks"]:
        before, after = (
            stack[side]["total_monthly"] if stack[side] else D(0) for side in ("base", "head")
        )
        assert sum(line["base"] or 0 for line in stack["lines"]) == before
        assert sum(line["head"] or 0 for line in stack["lines"]) == after
        assert sum(line["difference"] for line in stack["lines"]) == stack["difference"]
        assert sum(stack["causes"].values()) == stack["difference"] == after - before
    assert data["changed"] == any(stack["kind"] != "same" for stack in data["stacks"])


# Of each line before and after: tokens a request, dollars a million.
LINES = {
    ("answer", "input"): ((1000, "1"), (1000, "0.8")),
    ("answer", "output"): ((200, "4"), (250, "4")),
    ("check", "input"): ((500, "1"), (500, "3")),
    ("check", "output"): ((20, "4"), (20, "12")),
}
REQUESTS = (10_000, 12_000)


def causes_by_hand() -> dict[str, Decimal]:
    """The four formulas of the documentation, with one item a group."""
    found = dict.fromkeys(("volume", "mix", "intensity", "price"), D(0))
    for (step, _), ((tokens0, price0), (tokens1, price1)) in LINES.items():
        p0, p1 = D(price0) / 10**6, D(price1) / 10**6
        q0, q1 = D(REQUESTS[0] * tokens0), D(REQUESTS[1] * tokens1)
        a0, a1 = q0 * p0, q1 * p1
        volume = a0 * (REQUESTS[1] - REQUESTS[0]) / REQUESTS[0]
        found["volume"] += volume
        found["intensity"] += q1 * p0 - a0 - volume
        # the judge is another offer, so that all of its change of price is mix
        found["mix" if step == "check" else "price"] += a1 - q1 * p0
    return found


def test_the_golden_causes_are_those_worked_out_by_hand() -> None:
    own = next(stack for stack in read("diff.json")["stacks"] if stack["stack"] == "own")
    assert own["causes"] == causes_by_hand()
    back = next(stack for stack in read("back-diff.json")["stacks"] if stack["stack"] == "own")
    assert back["difference"] == -own["difference"]


def test_the_documented_example_is_the_golden_one() -> None:
    text = (ROOT / "docs" / "diff.md").read_text(encoding="utf-8")
    page = (HERE / "diff-80.txt").read_text(encoding="utf-8")
    shown = text.partition("<!-- example -->\n```\n")[2].partition("```")[0]
    assert shown == page
    rows = re.findall(r"^\| (\w+) \| .* \| ([-+][\d.]+) \|$", text, re.M)
    assert {name: D(value) for name, value in rows} == causes_by_hand()
    assert "".join(f"{line}\n" for line in _changed_lines()) in text


def _changed_lines() -> list[str]:
    """The lines in which the two workloads differ, as the page shows them."""
    import difflib

    both = [
        (HERE / name).read_text(encoding="utf-8").splitlines()
        for name in ("base.toml", "head.toml")
    ]
    rows = list(difflib.unified_diff(*both, n=0, lineterm=""))[2:]
    return [row for row in rows if not row.startswith("@@")]
