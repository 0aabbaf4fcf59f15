"""The report on an installation: what is broken is named, and secrets are not."""

from __future__ import annotations

import json
import re
from pathlib import Path

import tomli
from jsonschema import Draft202012Validator
from run import ROOT, WORKLOAD, costplan, files_below

from costplan.store.files.schemas import schema


def test_every_library_that_is_asked_for_is_named(tmp_path: Path) -> None:
    project = tomli.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    asked = [
        *project["dependencies"],
        *(one for name in extras if name != "dev" for one in extras[name]),
    ]
    needed = {re.split(r"[^\w-]", one)[0]: ";" not in one for one in project["dependencies"]}
    shown = json.loads(costplan("doctor", "--format", "json", folder=tmp_path).out)["packages"]
    named = {package["name"]: package["needed"] for package in shown}
    assert {re.split(r"[^\w-]", one)[0] for one in asked} <= named.keys()
    assert {name for name, own in named.items() if own} == {
        one for one, own in needed.items() if own
    }


def test_a_sound_installation(tmp_path: Path) -> None:
    (tmp_path / "costplan.toml").write_text(WORKLOAD)
    before = files_below(tmp_path)
    env = {"GITHUB_TOKEN": "hunter2", "HTTPS_PROXY": "http://me:hunter2@127.0.0.1:9"}
    ran = costplan("doctor", "--format", "json", folder=tmp_path, env=env)
    assert (ran.code, ran.err) == (0, "")
    data = json.loads(ran.out)
    Draft202012Validator(json.loads(schema("doctor"))).validate(data)
    assert data["healthy"] is True
    assert data["problems"] == []
    built_in = data["catalogues"][0]
    assert built_in["name"] == "built-in"
    assert built_in["folder"] == str(ROOT / "pricing")
    assert built_in["entries"] > 200
    assert built_in["newest_checked"] > "2026-01-01"
    assert [one["entries"] for one in data["catalogues"][1:]] == [None, None]
    assert data["workload"] == str(tmp_path / "costplan.toml")
    assert data["tokens"]["GITHUB_TOKEN"] is True
    assert data["tokens"]["GITLAB_TOKEN"] is False
    assert "hunter2" not in ran.out
    assert files_below(tmp_path) == before


def test_every_fault_at_once_with_its_place(tmp_path: Path) -> None:
    prices = tmp_path / "pricing"
    (prices / "tokens").mkdir(parents=True)
    (prices / "tokens" / "broken.toml").write_text('vendor = "B"\nnonsense = 1\n')
    (prices / "tokens" / "text.toml").write_bytes(b"\xff\xff")
    ran = costplan(
        "doctor",
        folder=tmp_path,
        env={
            "COSTPLAN_FROMAT": "a-secret",
            "COSTPLAN_WIDTH": "7",
            "COSTPLAN_QUIET": "banana",
            "COSTPLAN_FORMAT": "xml",
            "COSTPLAN_AS_OF": "\x1b[31m",
            "COSTPLAN_WORKLOAD": "gone.toml",
            "COSTPLAN_STRICT": "1",
        },
    )
    assert (ran.code, ran.err) == (1, "")
    flat = " ".join(ran.out.split())
    for says in (
        "broken.toml:2:1",
        "text.toml is not UTF-8 text",
        "COSTPLAN_FROMAT: no variable of costplan; did you mean 'COSTPLAN_FORMAT'",
        "COSTPLAN_WIDTH: '7' is no width",
        "COSTPLAN_QUIET: 'banana' is neither 1 nor 0",
        "COSTPLAN_FORMAT: no command prints 'xml'",
        "is not a date",
        "COSTPLAN_WORKLOAD: 'gone.toml' is no file",
    ):
        assert says in flat, says
    assert "COSTPLAN_STRICT:" not in flat
    assert "a-secret" not in ran.out
    assert "\x1b" not in ran.out
    assert max(map(len, ran.out.splitlines())) <= 80 or "  |" in ran.out


def test_a_folder_of_prices_that_is_not_there_does_not_stop_it(tmp_path: Path) -> None:
    ran = costplan("doctor", folder=tmp_path, env={"COSTPLAN_PRICING": "/nowhere"})
    assert ran.code == 1
    assert "COSTPLAN_PRICING is '/nowhere', which is no folder" in " ".join(ran.out.split())
    assert "built-in" in ran.out


def test_two_files_that_claim_one_id(tmp_path: Path) -> None:
    text = (ROOT / "pricing" / "tokens" / "deepseek.toml").read_text()
    (tmp_path / "pricing" / "tokens").mkdir(parents=True)
    for name in ("one", "two"):
        (tmp_path / "pricing" / "tokens" / f"{name}.toml").write_text(text)
    ran = costplan("doctor", folder=tmp_path)
    assert ran.code == 1
    assert "is already in another file" in " ".join(ran.out.split())
