"""``costplan compare``: exit codes, JSON, and what it says where little is known."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from compare_cases import (
    HEAD,
    PRICES,
    SEARCH,
    SUPPORT,
    WHOLE,
    Ran,
    compare_command,
)

DAY = ("--as-of", "2026-11-22")
ANSI = re.compile(r"\x1b\[")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "w.toml").write_text(WHOLE + PRICES)
    return tmp_path


def said(folder: Path, *arguments: str, width: int = 80) -> Ran:
    ran = compare_command(*arguments, *DAY, folder=folder, width=width)
    assert (ran.code, ran.err) == (0, "")
    assert not ANSI.search(ran.out)
    too_long = [line for line in ran.out.splitlines() if len(line) > width]
    assert too_long == []
    return ran


def refused(folder: Path, *arguments: str) -> str:
    ran = compare_command(*arguments, folder=folder)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: ")
    assert "Traceback" not in ran.err
    return ran.err


def write(folder: Path, text: str) -> str:
    (folder / "other.toml").write_text(text + PRICES)
    return "other.toml"


def test_a_comparison_of_two_stacks(folder: Path) -> None:
    out = said(folder, "w.toml").out
    assert "b against a: +" in out
    assert "a: ways to trusted answers at 97 %" in out
    assert "coordination gap" in out
    assert out == said(folder, "w.toml").out


def test_json_is_one_document_with_numbers(folder: Path) -> None:
    data = said(folder, "w.toml", "--format", "json", "--levers", width=1_000_000).data
    assert (data["kind"], data["schema_version"], data["baseline"]) == ("comparison", "1.3", "a")
    assert [one["stack"] for one in data["estimate"]["estimates"]] == ["a", "b"]
    first = data["strategies"][0]
    plan = first["options"][0]
    assert plan["name"] == "this plan"
    assert plan["monthly"] == data["estimate"]["estimates"][0]["total_monthly"]
    assert isinstance(first["coordination_gap"], Decimal)
    assert data["sensitivity"]["levers"]
    assert data["versus"][0]["break_even_requests"] > 0


def test_an_out_file_holds_what_would_have_been_printed(folder: Path) -> None:
    ran = compare_command("w.toml", "--out", "made.txt", *DAY, folder=folder)
    assert (ran.code, ran.out, ran.err) == (0, "", "wrote made.txt\n")
    assert (folder / "made.txt").read_text() == said(folder, "w.toml").out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--baseline", "c"), "the baseline 'c' is not among the stacks"),
        (("--stack", "a", "--baseline", "b"), "the baseline 'b' is not among the stacks"),
        (("--stack", "z"), "there is no stack 'z'"),
        (("--at-reliability", "1.5"), "it is a share between 0 and 1"),
        (("--at-reliability", "-0.1"), "it is a share between 0 and 1"),
        (("--at-reliability", "high"), "--at-reliability: 'high' is not a number"),
        (("--as-of", "2026-11-22", "--as-of", "2026-11-01", "--levers"), "by component alone"),
        (("--as-of", "2026-11-22", "--as-of", "2026-11-01", "--format", "json"), "table only"),
        (
            ("--as-of", "2026-11-22", "--as-of", "2026-11-01", "--at-reliability", "0.9"),
            "by component alone",
        ),
    ],
)
def test_what_cannot_be_asked_exits_2(folder: Path, arguments: tuple[str, ...], words: str) -> None:
    assert words in refused(folder, "w.toml", *arguments)


def test_a_missing_file_and_a_graph_that_never_ends_exit_2(folder: Path) -> None:
    refused(folder, "nothing.toml")
    loop = HEAD + '\n[[step]]\nname = "a"\ntool = "finder"\nsuccess = 0.9\nnext = "a"\n'
    assert "never end" in refused(
        folder, write(folder, loop + '\n[stack.a]\nfinder = "metered/calls"\n')
    )


def test_one_stack_has_nothing_to_be_set_against(folder: Path) -> None:
    out = said(folder, "w.toml", "--stack", "a").out
    assert " against " not in out
    assert "a: ways to trusted answers" in out
    assert "b: ways" not in out


def test_reliability_asked_for_replaces_the_target(folder: Path) -> None:
    out = said(folder, "w.toml", "--at-reliability", "0.999999").out
    assert "not at 100 % trusted answers" in out or "not at 99.9999 %" in out
    assert "Nothing tried here reaches" in out


def test_a_stack_without_success_rates(folder: Path) -> None:
    name = write(folder, WHOLE.replace("success = 0.9\n", ""))
    out = said(folder, name).out
    assert out.count("Without success rates there is nothing to compare spending with.") == 2
    assert "'search' has no success rate" in out.replace("\n  ", " ")
    assert "coordination gap" not in out


def test_an_unpriced_stack_is_at_least(folder: Path) -> None:
    name = write(folder, WHOLE.replace('finder = "flat/calls"', 'finder = "quoted/fee"'))
    out = " ".join(said(folder, name).out.split())
    assert ">= " in out
    assert "b against a: at least" in out
    assert "prices are missing in b" in out
    assert "cost at least" in out


def test_a_workload_without_steps(folder: Path) -> None:
    job = 'name = "jobs"\n\n[traffic]\nrequests_per_month = 0\n\n[[job]]\nname = "j"\n'
    job += 'runs_per_month = 3\nitems = 10\ntool = "finder"\n'
    stacks = '\n[stack.a]\nfinder = "metered/calls"\n\n[stack.b]\nfinder = "flat/calls"\n'
    out = said(folder, write(folder, job + stacks), "--levers").out
    assert "the workload has no steps" in out
    assert "b against a: +297.60" in out


def test_no_traffic(folder: Path) -> None:
    out = said(folder, "w.toml", "--set", "traffic.requests_per_month=0", "--levers").out
    assert "w" in out
    assert "cheaper below" not in out
    assert "there is no traffic to serve" in out


def test_no_target_and_no_people(folder: Path) -> None:
    text = HEAD + SEARCH + '\n[stack.a]\nfinder = "metered/calls"\n'
    out = said(folder, write(folder, text), "--levers").out
    assert "No [target] reliability is given" in " ".join(out.split())
    assert "with people" not in out
    assert "calibrated confidence" not in out
    assert "the target is missed" not in out


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_line_is_wider_than_the_terminal(folder: Path, width: int) -> None:
    said(folder, "w.toml", "--levers", width=max(width, 60))
    if width >= 60:
        said(folder, str(SUPPORT), "--levers", width=width)


def test_every_component_has_a_mark_of_its_own(folder: Path) -> None:
    lines = said(folder, str(SUPPORT)).out.splitlines()
    (at,) = [at for at, line in enumerate(lines) if line.lstrip().startswith("█ tokens")]
    legend = " ".join(lines[at : at + 2]).split()
    marks = legend[0::2]
    assert len(set(marks)) == len(marks) == 7
    assert set(legend[1::2]) == {
        "tokens",
        "vector-db",
        "compute",
        "observability",
        "orchestration",
        "runtime",
        "human",
    }


def test_the_plan_is_shown_where_it_is_off_the_frontier(folder: Path) -> None:
    changes = ("--set", "human.success=0.5", "--stack", "portable")
    out = said(folder, str(SUPPORT), *changes).out
    ways = out[out.index("frontier ") : out.index("where the money goes")]
    assert ways.count("\nthis plan ") == 1


def test_two_days_side_by_side(folder: Path) -> None:
    ran = compare_command("w.toml", "--as-of", "2026-11-01", *DAY, folder=folder, width=60)
    assert (ran.code, ran.err) == (0, "")
    assert max(map(len, ran.out.splitlines())) <= 60
    assert ran.out.splitlines()[3].split() == ["a", "2026-11-01", "2026-11-22", "change"]
    assert "0 %" in ran.out
