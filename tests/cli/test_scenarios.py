"""``--scenario``: one in full, several side by side; all of them are validated."""

from __future__ import annotations

import json
from pathlib import Path

from run import DAY, WORKLOAD, costplan

TEXT = (
    WORKLOAD
    + """
[scenario.good]
traffic.requests_per_month = 500
[scenario.launch]
traffic.requests_per_month = 40_000
step.answer.output_tokens = 900
"""
)


def write(folder: Path, text: str = TEXT) -> str:
    path = folder / "w.toml"
    path.write_text(text)
    return str(path)


def total(*arguments: str) -> float:
    folder = Path(arguments[0]).parent
    ran = costplan("estimate", *arguments, *DAY, "--format", "json", folder=folder)
    assert ran.code == 0, ran.err
    return float(json.loads(ran.out)["estimates"][0]["total_monthly"])


def test_a_scenario_is_billed_as_the_values_themselves(tmp_path: Path) -> None:
    path = write(tmp_path)
    plain = total(path, "--set", "traffic.requests_per_month=500")
    assert total(path, "--scenario", "good") == plain
    assert total(path) != plain
    ran = costplan("estimate", path, "--scenario", "good", *DAY, folder=tmp_path)
    assert ran.out.startswith("probe, good: 500 requests")


def test_several_stand_beside_the_file(tmp_path: Path) -> None:
    path = write(tmp_path)
    asked = ("--scenario", "good", "--scenario", "launch")
    ran = costplan("estimate", path, *asked, *DAY, "--format", "json", folder=tmp_path)
    rows = json.loads(ran.out)["rows"]
    assert rows[0]["good"] == total(path, "--scenario", "good")
    assert rows[0]["the file"] == total(path)
    table = costplan("estimate", path, *asked, *DAY, folder=tmp_path).out
    assert len(table.splitlines()) < 12
    assert "launch" in table.splitlines()[0]
    compared = costplan("compare", path, *asked, *DAY, folder=tmp_path)
    assert [line.split()[0] for line in compared.out.splitlines()[2:5]] == ["the", "good", "launch"]


def test_what_several_scenarios_cannot_be_is_said(tmp_path: Path) -> None:
    path = write(tmp_path)
    asked = ("--scenario", "good", "--scenario", "launch")
    ran = costplan("estimate", path, *asked, *DAY, "--format", "focus", folder=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert "several scenarios stand side by side" in ran.err
    ran = costplan(
        "estimate", path, "--scenario", "good", "--scenario", "good", *DAY, folder=tmp_path
    )
    assert (ran.code, ran.out) == (2, "")
    ran = costplan("estimate", path, "--scenario", "lunch", *DAY, folder=tmp_path)
    assert ran.code == 2
    assert "did you mean 'launch'?" in ran.err


def test_a_check_of_a_scenario_says_so(tmp_path: Path) -> None:
    path = write(tmp_path)
    limit = str(total(path) + 1)
    assert costplan("check", path, "--max-total", limit, *DAY, folder=tmp_path).code == 0
    ran = costplan(
        "check", path, "--max-total", limit, "--scenario", "launch", *DAY, folder=tmp_path
    )
    assert ran.code == 1
    assert "with --scenario launch" in ran.out


def test_validate_reads_every_scenario(tmp_path: Path) -> None:
    path = write(tmp_path)
    ran = costplan("validate", path, *DAY, folder=tmp_path)
    assert "scenarios: good, launch" in ran.err
    bad = write(tmp_path, TEXT.replace("step.answer.output_tokens = 900", "traffic.growth = 1"))
    ran = costplan("validate", bad, *DAY, folder=tmp_path)
    assert ran.code == 2
    assert "unknown key 'growth'" in ran.err
    assert "traffic.growth = 1" in ran.err
