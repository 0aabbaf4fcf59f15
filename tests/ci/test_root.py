"""What ``--root`` confines: no reader leaves it, and no output replaces what was read. Real
processes by purpose."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from ci_runner import BASE, commit, repository

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from run import WORKLOAD, costplan

SECRET = "s3same-0pen"
CREDENTIALS = f"[default]\naws_secret_access_key = {SECRET}\n"

READERS = {
    "workload": ("costplan.toml", ("validate",)),
    "lock": ("costplan.lock", ("estimate",)),
    "prices": ("pricing/tokens/me.toml", ("estimate",)),
    "refreshed prices": ("pricing/refreshed/current", ("estimate",)),
    "policy": ("policy.toml", ("check", "--policy=policy.toml")),
    "baseline": ("before.json", ("check", "--max-increase=1", "--baseline=before.json")),
    "saved": ("saved.json", ("report", "saved.json")),
    "quote": ("quote.txt", ("comment", "github", "--dry-run", "--quote=quote.txt", "ok.md")),
    "comment": ("body.md", ("comment", "github", "--dry-run", "body.md")),
    "other side": ("before.toml", ("diff", "before.toml", "costplan.toml")),
    "prices to compare": ("pricing", ("pricing", "diff", "pricing", "2026-11-22")),
}


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("kind", ["outside", "linked inside"])
def test_no_reader_leaves_the_root(tmp_path: Path, name: str, kind: str) -> None:
    """A link that leads out is refused; of one that stays inside nothing is quoted."""
    file, command = READERS[name]
    code, secret = tmp_path / "code", tmp_path / "secret"
    code.mkdir()
    for text in ("costplan.toml", "ok.md"):
        (code / text).write_text(WORKLOAD, encoding="utf-8")
    target = secret if kind == "outside" else code / "own.env"
    target.write_text(CREDENTIALS, encoding="utf-8")
    (code / file).unlink(missing_ok=True)
    (code / file).parent.mkdir(parents=True, exist_ok=True)
    (code / file).symlink_to(target)
    ran = costplan("--root", str(code), *command, folder=code)
    if kind == "outside":
        assert (ran.code, ran.out) == (2, ""), ran
        assert "--root" in ran.err
    assert SECRET not in ran.out + ran.err
    same = costplan(*command, folder=code, env={"COSTPLAN_ROOT": str(code)})
    assert (same.code, same.out) == (ran.code, ran.out)
    assert same.err.startswith(ran.err)  # and says that the root is the variable's


@pytest.mark.parametrize("name", ["../trace.csv", "/dev/stdin", "linked.csv"])
def test_arrivals_stay_with_the_workload(tmp_path: Path, name: str) -> None:
    code = tmp_path / "code"
    code.mkdir()
    (tmp_path / "trace.csv").write_text(f"0,1\n{SECRET}\n", encoding="utf-8")
    (code / "linked.csv").symlink_to("../trace.csv")
    text = (Path(__file__).parents[2] / "examples" / "support-agent.toml").read_text("utf-8")
    assert "[stack." in text
    from costplan.problems import BadUsage
    from costplan.store.files import boundary
    from costplan.store.files.capacity import CapacityFiles

    token = boundary.confine(str(code), ())
    try:
        with pytest.raises(BadUsage) as refused:
            CapacityFiles(code).arrivals(name)
    finally:
        boundary.CURRENT.reset(token)
    assert SECRET not in str(refused.value)
    with pytest.raises(BadUsage) as shown:
        CapacityFiles(code).arrivals(name)  # without a root: read, never quoted
    assert SECRET not in str(shown.value)


def test_an_output_never_replaces_what_was_read(tmp_path: Path) -> None:
    repository(tmp_path, BASE)
    prices = (
        'vendor = "Me"\ncurrency = "USD"\nsource.list = { at = "me.test", confidence = "vendor" }\n'
    )
    files = {"pricing/tokens/me.toml": prices, "policy.toml": "[budget]\nmonthly_total = 9\n"}
    commit(tmp_path, "files", **files)
    day = ("--as-of", "2026-11-22")
    assert costplan("pricing", "lock", *day, folder=tmp_path).code == 0
    (tmp_path / "same.lock").symlink_to("costplan.lock")
    os.link(tmp_path / "costplan.lock", tmp_path / "hard.lock")
    kept = {one: one.read_bytes() for one in tmp_path.rglob("*") if one.is_file()}
    for target in (
        "costplan.toml",
        "costplan.lock",
        "same.lock",
        "hard.lock",
        "pricing/tokens/me.toml",
    ):
        for command in (
            ("estimate", "--format=json", f"--out={target}"),
            ("compare", f"--out={target}"),
            ("check", f"--save=json={target}", "--out=fresh.txt"),
            ("diff", "--base=HEAD", f"--out={target}"),
        ):
            ran = costplan(*command, *day, folder=tmp_path)
            assert (ran.code, "is read here" in ran.err) == (2, True), (command, ran)
    ran = costplan("check", "--policy=policy.toml", "--out=policy.toml", *day, folder=tmp_path)
    assert (ran.code, "is read here" in ran.err) == (2, True)
    assert kept == {one: one.read_bytes() for one in tmp_path.rglob("*") if one.is_file()}
