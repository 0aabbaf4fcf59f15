"""Ranges as a user meets them: figures beside the bill, without numpy, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from run import DAY, WORKLOAD, Ran, costplan

RANGED = WORKLOAD.replace(
    "requests_per_month = 1_000", "requests_per_month = { p5 = 500, p95 = 2_000 }"
)
SIDE = '\n[stack.b]\nchat = "openai/gpt-6-luna"\n[budget]\nmonthly_total = 3.5\n'


def run(folder: Path, *arguments: str, text: str = RANGED, command: str = "estimate") -> Ran:
    (folder / "w.toml").write_text(text, encoding="utf-8")
    return costplan(command, "w.toml", *DAY, *arguments, folder=folder)


def risks(folder: Path, *arguments: str, text: str = RANGED) -> list[Any]:
    ran = run(folder, *arguments, "--format", "json", text=text)
    assert ran.code == 0, ran.err
    return [bill.get("risk") for bill in ran.data["estimates"]]


def test_figures_stand_below_the_bill(tmp_path: Path) -> None:
    out = run(tmp_path).out
    for title in ("P5", "median", "mean", "P95"):
        assert title in out
    assert "8,192 draws" in out
    assert "├" in out
    assert len(out.splitlines()) <= 23


def test_the_same_seed_is_the_same_answer(tmp_path: Path) -> None:
    assert risks(tmp_path) == risks(tmp_path)
    assert risks(tmp_path) == risks(tmp_path, "--draws", "8192", "--seed", "1")
    assert risks(tmp_path) != risks(tmp_path, "--seed", "2")
    assert risks(tmp_path, "--draws", "1000")[0]["draws"] == 1_000


def test_several_stacks_and_a_budget_have_their_chances(tmp_path: Path) -> None:
    first, second = risks(tmp_path, text=RANGED + SIDE)
    assert float(first["over_budget"]) == pytest.approx(0.5, abs=0.01)
    assert (first["cheapest"], second["cheapest"]) == (0, 1)
    assert "over budget" in run(tmp_path, text=RANGED + SIDE).out


def test_four_stacks_keep_to_one_screen(tmp_path: Path) -> None:
    more = "".join(f'\n[stack.stack-{at}]\nchat = "openai/gpt-6-luna"' for at in range(3))
    for width in ("80", "60"):
        out = run(tmp_path, text=RANGED + more + "\n[budget]\nmonthly_total = 3").out
        assert len(out.splitlines()) <= 23
        assert max(map(len, out.splitlines())) <= 80, width


def test_without_numpy_the_point_is_billed_and_the_remedy_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("costplan.api.risking.has_numpy", lambda: False)
    ran = run(tmp_path)
    assert ran.code == 0
    assert "total a month" in ran.out
    assert "pip install 'costplan[risk]'" in ran.out
    assert "P95" not in ran.out
    ran = run(tmp_path, "--draws", "1024")
    assert (ran.code, ran.out) == (2, "")
    assert "pip install 'costplan[risk]'" in ran.err


def test_draws_that_were_not_asked_for_cost_nothing(tmp_path: Path) -> None:
    ran = run(tmp_path, "--draws", "0")
    assert "--draws 0 draws none" in ran.out
    assert "P95" not in ran.out


@pytest.mark.parametrize(
    ("arguments", "text", "says"),
    [
        (("--draws", "1024"), WORKLOAD, "no number of this workload is a range"),
        (("--draws", "100"), RANGED, "is not between 512 and 1,000,000"),
        (("--draws", "2000000"), RANGED, "is not between 512 and 1,000,000"),
        (("--draws", "-8192"), RANGED, "is not between 512 and 1,000,000"),
        (("--seed", "-1"), RANGED, "must be at least 0"),
    ],
)
def test_draws_that_cannot_be(
    tmp_path: Path, arguments: tuple[str, ...], text: str, says: str
) -> None:
    ran = run(tmp_path, *arguments, text=text)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err


def test_a_file_without_ranges_has_no_risk(tmp_path: Path) -> None:
    ran = run(tmp_path, "--format", "json", text=WORKLOAD)
    assert "risk" not in ran.data["estimates"][0]


def test_scenarios_side_by_side_have_their_ends(tmp_path: Path) -> None:
    text = RANGED + "\n[scenario.x]\nstep.answer.output_tokens = 900"
    text += "\n[scenario.y]\ntraffic.requests_per_month = 9"
    out = run(tmp_path, "--scenario", "x", "--scenario", "y", text=text).out
    rows = {line.split("  ")[0].strip(): line.split() for line in out.splitlines()}
    assert {"a", "a P5", "a P95"} <= rows.keys()
    assert rows["a P95"][-1] == "-"


def test_a_comparison_is_of_the_same_draws(tmp_path: Path) -> None:
    ran = run(tmp_path, "--format", "json", text=RANGED + SIDE, command="compare")
    assert ran.code == 0, ran.err
    inside = [bill["risk"] for bill in ran.data["estimate"]["estimates"]]
    assert inside == risks(tmp_path, text=RANGED + SIDE)


def test_a_saved_estimate_is_drawn_again(tmp_path: Path) -> None:
    (tmp_path / "e.json").write_text(run(tmp_path, "--format", "json").out, encoding="utf-8")
    again = costplan("report", "e.json", "--format", "json", folder=tmp_path)
    assert again.out == (tmp_path / "e.json").read_text(encoding="utf-8")
    assert "8,192 draws" in costplan("report", "e.json", folder=tmp_path).out


@pytest.mark.parametrize("word", ["P95", "p5", "scenario", "correlation", "over budget"])
def test_the_words_of_ranges_are_explained(tmp_path: Path, word: str) -> None:
    assert costplan("explain", word, folder=tmp_path).code == 0


@pytest.mark.parametrize(
    "steep", ["{ p50 = 1, p51 = 1000 }", '{ "p49.9" = 1, p50 = 3 }', "{ p50 = 1, p51 = 1.1e9 }"]
)
def test_a_range_whose_tail_leaves_all_numbers_is_refused(steep: str, tmp_path: Path) -> None:
    text = WORKLOAD.replace("requests_per_month = 1_000", f"requests_per_month = {steep}")
    for form in ("table", "json", "lean"):
        ran = run(tmp_path, "--format", form, text=text)
        assert (ran.code, ran.out) == (2, "")
        assert "the range of traffic.requests_per_month reaches beyond 1e+15" in ran.err
        assert "Warning" not in ran.err


def test_a_quantile_is_below_all_of_it(tmp_path: Path) -> None:
    for name in ("p99.9999999999999999999", "p٥"):
        ranged = f'{{ p5 = 2, "{name}" = 3 }}'
        text = WORKLOAD.replace("requests_per_month = 1_000", f"requests_per_month = {ranged}")
        ran = run(tmp_path, text=text)
        assert ran.code == 2, ran
        assert "requests_per_month" in ran.err


def test_draws_of_many_ranges_are_bounded(tmp_path: Path) -> None:
    step = '\n[[step]]\nname = "s{0}"\nmodel = "chat"\n'
    step += "input_tokens = {{ p5 = 10, p95 = 100 }}\noutput_tokens = {{ p5 = 10, p95 = 100 }}\n"
    text = WORKLOAD.replace(
        "\n[stack", "".join(step.format(at) for at in range(10)) + "\n[stack", 1
    )
    ran = run(tmp_path, "--draws", "1000000", text=text)
    assert ran.code == 2
    assert "500,000 draws at most of so many" in ran.err


def test_a_scenario_without_a_name_is_not_the_file_as_it_is(tmp_path: Path) -> None:
    text = (
        WORKLOAD
        + '\n[budget]\nmonthly_total = 1e9\n[scenario.big]\n"traffic.requests_per_month" = 2\n'
    )
    for command in ("estimate", "compare", "check"):
        ran = run(tmp_path, "--scenario", "", text=text, command=command)
        assert (ran.code, ran.out) == (2, "")
        assert "--scenario names no scenario" in ran.err
    ran = run(tmp_path, text=WORKLOAD + '\n[scenario.""]\n"traffic.requests_per_month" = 2\n')
    assert ran.code == 2
    assert "a scenario has no name" in ran.err


def test_only_numbers_move_together(tmp_path: Path) -> None:
    stack = RANGED.partition("[stack.")[2].partition("]")[0]
    text = RANGED + (
        f'\n[[correlation]]\npaths = ["traffic.requests_per_month", "stack.{stack}.chat"]\n'
        "coefficient = 0.9\n"
    )
    ran = run(tmp_path, text=text)
    assert ran.code == 2
    assert f"'stack.{stack}.chat' is no range" in ran.err
