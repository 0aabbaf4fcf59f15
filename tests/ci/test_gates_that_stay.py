"""A limit on an increase never goes away: what cannot be judged is no pass. The action's own
script, under bash: real processes by purpose."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import pytest
from ci_runner import BASE, commit, git, load, repository
from hostile_scene import DEARER, Scene
from properties import sampled

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from comment_hosts import serving


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with serving("github") as host:
        yield Scene(tmp_path, host)


def other_currency(folder: Path) -> None:
    rate = '[exchange]\nusd_per_eur = { rate = 1.1, date = 2026-11-20, source = "me" }\n'
    commit(folder, "euros", **{"costplan.toml": DEARER.replace('"USD"', '"EUR"') + rate})


def link_on_the_base(folder: Path) -> None:
    git(folder, "rm", "--quiet", "costplan.toml")
    (folder / "costplan.toml").symlink_to("/etc/hostname")
    commit(folder, "a link")
    git(folder, "branch", "--force", "base")
    (folder / "costplan.toml").unlink()
    commit(folder, "a file again", **{"costplan.toml": DEARER})


def broken_base(folder: Path) -> None:
    commit(folder, "broken", **{"costplan.toml": "broken = "})
    git(folder, "branch", "--force", "base")
    commit(folder, "repaired", **{"costplan.toml": DEARER})


UNJUDGED: list[Callable[[Path], None]] = [other_currency, link_on_the_base, broken_base]


CASES = sampled(product(UNJUDGED, ["10%", "1000"]), 3)


@pytest.mark.parametrize(("change", "limit"), CASES, ids=lambda one: getattr(one, "__name__", one))
def test_a_limit_that_cannot_be_judged_is_no_pass(
    scene: Scene, change: Callable[[Path], None], limit: str
) -> None:
    repository(scene.code, BASE)
    git(scene.code, "branch", "base")
    change(scene.code)
    base = git(scene.code, "rev-parse", "base")
    ran = scene.run(base, INPUT_MAX_INCREASE=limit)
    assert (ran.code, ran.outputs["exit-code"]) == (1, "1"), ran.log
    check = load(scene.code / "costplan-report" / "check.json")
    found = {one["rule"]: one["status"] for one in check["verdicts"]}
    name = "increase_percent" if limit.endswith("%") else "increase"
    assert found == {name: "unknown", "monthly_total": "pass"}
    without = scene.run(base, INPUT_MAX_INCREASE="")
    assert without.code == 0, without.log  # nothing compares: the repair is not kept out


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"INPUT_MAX_INCREASE": "5", "INPUT_MAX_TOTAL": ""}, 1),  # 5.50, all of it new
        ({"INPUT_MAX_INCREASE": "6", "INPUT_MAX_TOTAL": ""}, 0),
        ({"INPUT_MAX_INCREASE": "10%", "INPUT_MAX_TOTAL": ""}, 1),
        ({"INPUT_MAX_INCREASE": "10%", "INPUT_MAX_TOTAL": "6"}, 0),
        ({"INPUT_MAX_INCREASE": "10%", "INPUT_MAX_TOTAL": "5"}, 1),
    ],
    ids=str,
)
def test_the_base_of_a_new_workload_is_nothing(
    scene: Scene, given: dict[str, str], code: int
) -> None:
    (base, _) = repository(scene.code, None, DEARER)
    ran = scene.run(base, **given)
    assert ran.code == code, ran.log
    if given == {"INPUT_MAX_INCREASE": "10%", "INPUT_MAX_TOTAL": "6"}:
        assert "a percentage of nothing says nothing; monthly_total judges" in ran.summary
    if given["INPUT_MAX_INCREASE"] == "10%" and not given["INPUT_MAX_TOTAL"]:
        assert "--max-total" in ran.log


def test_without_a_base_the_limit_stays(scene: Scene) -> None:
    repository(scene.code, BASE)
    commit(scene.code, "dearer", **{"costplan.toml": DEARER})
    ran = scene.runner.run(scene.code, {}, INPUT_MAX_INCREASE="10%")
    assert (ran.code, ran.outputs["changed"]) == (1, "unknown"), ran.log
    # a new branch, a schedule: against the default branch
    event = {"before": "0" * 40, "repository": {"default_branch": "trunk"}}
    git(scene.code, "branch", "trunk", "HEAD~1")
    ran = scene.runner.run(scene.code, event, INPUT_MAX_INCREASE="10%")
    assert (ran.code, ran.outputs["total-change"]) == (1, "2"), ran.log
    git(scene.code, "branch", "--force", "trunk", "HEAD")
    ran = scene.runner.run(scene.code, event, INPUT_MAX_INCREASE="10%")
    assert (ran.code, ran.outputs["total-change"]) == (0, "0"), ran.log
    forced = {**event, "before": "1" * 40}  # the same commit on both sides would judge nothing
    ran = scene.runner.run(scene.code, forced, INPUT_MAX_INCREASE="10%")
    assert (ran.code, ran.outputs["changed"]) == (1, "unknown"), ran.log
