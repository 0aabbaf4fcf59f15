"""The second workflow of a fork's pull request: what another run left is data, and nothing more."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ci_runner import BASE, HEAD, Left, Runner, git, pull, repository
from comment_hosts import TOKEN, Host, serving

SHA = "a" * 40


@pytest.fixture
def host() -> Iterator[Host]:
    with serving("github") as found:
        head = {"label": "mallory:topic", "sha": SHA}
        found.pulls = [{"number": 5, "head": head}]
        yield found


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the first workflow leaves, made by the script itself without a token."""
    beside = tmp_path_factory.mktemp("build")
    base, head = repository(beside / "code", BASE, HEAD)
    ran = Runner(beside).run(beside / "code", pull(base, head, fork=True), GITHUB_TOKEN="")
    assert ran.code == 1, ran.log
    return beside / "code" / "costplan-report"


def event(conclusion: str = "failure", **changes: Any) -> dict[str, Any]:
    run = {
        "id": 77,
        "event": "pull_request",
        "conclusion": conclusion,
        "head_sha": SHA,
        "head_branch": "topic",
        "head_repository": {"owner": {"login": "mallory"}},
        "pull_requests": [],
    }
    return {"workflow_run": {**run, **changes}}


def post(tmp_path: Path, host: Host, folder: Path, given: dict[str, Any], **env: str) -> Left:
    away = tmp_path / "empty"
    away.mkdir(exist_ok=True)
    runner = Runner(tmp_path, host.url)
    return runner.run(away, given, INPUT_POST_FROM=str(folder), **env)


def test_the_comment_is_written_on_the_request_that_the_host_names(
    tmp_path: Path, host: Host, files: Path
) -> None:
    ran = post(tmp_path, host, files, event())
    assert ran.code == 0, ran.log
    (body,) = host.bodies
    assert "+$1.00 ($3.50" in body
    assert "~~~text\n" in body
    assert "4.50" in body.partition("~~~text\n")[2]
    assert TOKEN not in ran.log


def test_a_request_with_a_newer_commit_and_one_that_is_closed(
    tmp_path: Path, host: Host, files: Path
) -> None:
    ran = post(tmp_path, host, files, event(head_sha="b" * 40))
    assert ran.code == 0
    assert any("was not written" in row for row in ran.annotations)
    assert "0 open pull requests have the commit" in ran.log
    assert host.bodies == []


HOSTILE_DIFFS = {
    "markdown": "@everyone [free](http://evil.test)",
    "empty": "",
    "deep": '{"kind": "diff", "a": ' + "[" * 100_000,
    "other": '{"kind": "diff", "schema_version": "1.0", "number": 9}',
    "large": " " * 5_000_001 + "{}",
}


@pytest.mark.parametrize("text", HOSTILE_DIFFS.values(), ids=HOSTILE_DIFFS)
def test_what_is_no_diff_says_nothing(tmp_path: Path, host: Host, text: str) -> None:
    left = tmp_path / "left"
    left.mkdir()
    (left / "diff.json").write_text(text, encoding="utf-8")
    ran = post(tmp_path, host, left, event())
    assert ran.code == 0, ran.log
    assert host.bodies == []
    assert len(ran.annotations) == 1


def test_links_are_not_followed_and_markup_stays_text(
    tmp_path: Path, host: Host, files: Path
) -> None:
    left = tmp_path / "left"
    left.mkdir()
    secret = tmp_path / "secret"
    secret.write_text("s3same", encoding="utf-8")
    diff = (files / "diff.json").read_text(encoding="utf-8")
    evil = "@everyone <img src=x> [a](http://b)\\n# h"
    (left / "diff.json").write_text(diff.replace('"probe"', f'"{evil}"'), encoding="utf-8")
    (left / "check.txt").symlink_to(secret)
    assert post(tmp_path, host, left, event()).code == 0
    (left / "check.txt").unlink()
    (left / "check.txt").write_text("~~~~\n@all **x**\n::error::x\n", encoding="utf-8")
    runner = Runner(tmp_path / "second", host.url)
    ran = runner.run(left, event(), INPUT_POST_FROM=str(left), INPUT_TAG="two")
    assert ran.code == 0, ran.log
    first, second = host.bodies
    assert "s3same" not in first
    for body in (first, second):
        assert "@everyone" not in body
        assert "<img" not in body
        assert "http://b" not in body
        assert "\n# h" not in body
    assert second.partition("~~~~~text\n")[2].rstrip().endswith("\n~~~~~")


def test_only_a_run_that_was_made_for_a_pull_request(
    tmp_path: Path, host: Host, files: Path
) -> None:
    ran = post(tmp_path, host, files, event(event="push"))
    assert "of no pull request" in ran.log
    ran = Runner(tmp_path / "b", host.url).run(tmp_path, pull("a", "b"), INPUT_POST_FROM=str(files))
    assert ran.code == 2
    assert "workflow_run" in ran.annotations[-1]
    assert host.bodies == []


def test_the_folder_of_a_fork_is_never_a_module_path(tmp_path: Path, host: Host) -> None:
    folder = tmp_path / "code"
    trap = "import pathlib; pathlib.Path(__file__).with_name('owned').touch()\n"
    base, head = repository(folder, BASE, BASE)
    for name in ("json", "pip", "venv", "decimal", "sitecustomize"):
        (folder / f"{name}.py").write_text(trap, encoding="utf-8")
    git(folder, "add", "-A")
    runner = Runner(tmp_path, host.url)
    wrapper = runner.temp / "bin" / "costplan"  # as pip installs it: not `python -m`
    code = "import sys; from costplan.cli import main; main()"
    wrapper.write_text(
        f"#!/bin/sh\nexec {sys.executable} -P -c '{code}' \"$@\"\n", encoding="utf-8"
    )
    ran = runner.run(folder, pull(base, head))
    assert ran.code == 0, ran.log
    assert not (folder / "owned").exists()
