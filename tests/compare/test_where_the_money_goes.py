"""Every option's spending by purpose adds up to its price, and means what the words say."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from compare_cases import compare_command

ROOT = Path(__file__).resolve().parents[2]
CENT = Decimal("1e-6")


@pytest.fixture(scope="module", params=["support-agent", "coding-agent"])
def compared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict:
    workload = ROOT / "examples" / f"{request.param}.toml"
    ran = compare_command(
        str(workload),
        "--as-of",
        "2026-11-22",
        "--format",
        "json",
        folder=tmp_path_factory.mktemp("purposes"),
    )
    assert ran.code == 0, ran.err
    return json.loads(ran.out, parse_float=Decimal, parse_int=Decimal)


def options(compared: dict) -> list[dict]:
    return [one for stack in compared["strategies"] for one in stack["options"]]


def test_purposes_add_up_to_the_price_of_each_option(compared: dict) -> None:
    for one in options(compared):
        if one["monthly"] is not None:
            assert abs(sum(one["by_purpose"].values()) - one["monthly"]) < CENT, one["name"]


def test_the_plan_spends_what_its_estimate_says(compared: dict) -> None:
    estimates = {one["stack"]: one for one in compared["estimate"]["estimates"]}
    for stack in compared["strategies"]:
        if stack["options"]:
            plan = stack["options"][0]
            for purpose, amount in estimates[stack["stack"]]["by_purpose"].items():
                assert abs(plan["by_purpose"][purpose] - amount) < CENT


def test_a_bigger_box_adds_idle_spending_and_nothing_else(compared: dict) -> None:
    for stack in compared["strategies"]:
        for one in stack["options"]:
            if one["kind"] == "hosting" and one["monthly"] is not None:
                plan = stack["options"][0]
                for purpose in ("produce", "coordinate", "people"):
                    assert abs(one["by_purpose"][purpose] - plan["by_purpose"][purpose]) < CENT


def test_without_people_no_case_is_paid(compared: dict) -> None:
    for stack in compared["strategies"]:
        names = {one["name"]: one for one in stack["options"]}
        for name, one in names.items():
            with_them = names.get(name.replace("without people", "with people"))
            if "without people" in name and with_them is not None:
                assert one["by_purpose"]["people"] <= with_them["by_purpose"]["people"]


def test_the_cheapest_way_at_the_target_reaches_it(compared: dict) -> None:
    for stack in compared["strategies"]:
        if stack["at_target"] is None:
            continue
        able = [
            one
            for one in stack["options"]
            if one["monthly"] is not None and one["reliability"] >= stack["target"]
        ]
        best = min(able, key=lambda one: one["monthly"])
        assert best["name"] == stack["at_target"]
