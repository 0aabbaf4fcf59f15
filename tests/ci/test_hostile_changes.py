"""Twelve repositories that a stranger's pull request could bring, and the action's own script run
on each, under bash, with real git: nothing of them runs, nothing outside is read or written, no
gate goes away and the token is seen nowhere.

Real processes by purpose: what is tested is what a shell and git do.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from ci_runner import BASE, HEAD, commit, git, pull, repository
from hostile_scene import CREDENTIALS, DEARER, LIMITS, SECRET, Scene

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from comment_hosts import serving
from run import costplan


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with serving("github") as host:
        yield Scene(tmp_path, host)


def bare_beside(scene: Scene, config: str) -> None:
    """Plain files that make a folder look like a repository, as a change commits them."""
    commit(
        scene.code,
        "a repository of plain files",
        **{
            "app/HEAD": "ref: refs/heads/main\n",
            "app/objects/keep": "",
            "app/refs/keep": "",
            "app/config": config,
        },
    )


def test_01_a_remote_that_is_a_command(scene: Scene) -> None:
    (base,) = repository(scene.code, BASE, name="app/costplan.toml")
    remote = f'[remote "origin"]\nurl = "ext::sh -c \\"{scene.trap()}\\""\n'
    remote += "fetch = +refs/heads/*:refs/remotes/origin/*\n"
    allow = '[protocol "ext"]\nallow = always\n[protocol]\nallow = always\n'
    core = (
        f'[core]\nfsmonitor = "{scene.trap()}"\nsshCommand = "{scene.trap()}"\nhooksPath = hooks\n'
    )
    commit(scene.code, "dearer", **{"app/costplan.toml": DEARER})
    bare_beside(scene, core + "bare = true\n" + allow + remote)
    ran = scene.run(base, INPUT_WORKLOAD="app/costplan.toml")
    assert (ran.code, ran.outputs["exit-code"]) == (1, "1"), ran.log
    nowhere = scene.run("1" * 40, INPUT_WORKLOAD="app/costplan.toml")
    assert nowhere.code == 2
    assert "cannot be fetched" in nowhere.annotations[-1]
    # and from the folder itself, without the action
    folder = scene.code / "app"
    alone = costplan("check", "--base", base, "--max-increase=1", folder=folder)
    assert alone.code == 1, alone.err
    assert not scene.owned.exists()


def test_02_a_forged_base(scene: Scene) -> None:
    """core.worktree and an object store of the change's own would answer for another history."""
    (base,) = repository(scene.code, BASE, name="app/costplan.toml")
    commit(scene.code, "dearer", **{"app/costplan.toml": DEARER})
    forged = scene.beside / "forged"
    repository(forged, DEARER, name="costplan.toml")
    store = scene.code / "app"
    for name in ("objects", "refs"):
        shutil.copytree(forged / ".git" / name, store / name)
    shutil.copy(forged / ".git" / "HEAD", store / "HEAD")
    (store / "config").write_text("[core]\nbare = false\nworktree = .\n", encoding="utf-8")
    git(scene.code, "add", "-A", "-f")
    git(scene.code, "commit", "--quiet", "-m", "a history of its own")
    ran = scene.run(base, INPUT_WORKLOAD="app/costplan.toml")
    assert (ran.code, ran.outputs["total-change"]) == (1, "2"), ran.log
    alone = costplan("check", "--base", "HEAD~2", "--max-increase=1", folder=store)
    assert alone.code == 1, alone.err


@pytest.mark.parametrize("target", ["outside", "git", "proc"])
def test_03_a_workload_that_is_a_link(scene: Scene, target: str) -> None:
    (base,) = repository(scene.code, BASE)
    header = f"[http]\n\textraheader = AUTHORIZATION: basic {SECRET}\n"
    where = {
        "outside": scene.secret,
        "git": Path(".git/credentials"),
        "proc": Path("/proc/self/environ"),
    }
    # where a checkout keeps its token; read by a stranger's link only
    (scene.code / "costplan.toml").unlink()
    (scene.code / "costplan.toml").symlink_to(where[target])
    git(scene.code, "add", "-A")
    git(scene.code, "commit", "--quiet", "-m", "a link")
    (scene.code / ".git" / "credentials").write_text(header, encoding="utf-8")
    head = git(scene.code, "rev-parse", "HEAD")
    ran = scene.runner.run(scene.code, pull(base, head), **LIMITS)
    (scene.code / ".git" / "credentials").unlink()
    scene.untouched(ran)
    assert ran.code == 2, ran.log
    assert "--root" in ran.log


def test_04_a_folder_that_is_a_link(scene: Scene) -> None:
    """The base is what the base has at that path, wherever the change leads it now."""
    folder = scene.code
    repository(folder, DEARER, name="dear/costplan.toml")
    base = commit(folder, "cheap", **{"app/costplan.toml": BASE})
    shutil.rmtree(folder / "app")
    (folder / "app").symlink_to("dear")
    git(folder, "add", "-A")
    git(folder, "commit", "--quiet", "-m", "the dear one in its place")
    ran = scene.run(base, INPUT_WORKLOAD="app/costplan.toml")
    assert (ran.code, ran.outputs["total-change"]) == (1, "2"), ran.log
    away = scene.beside / "away"
    away.mkdir()
    (away / "costplan.toml").write_text(CREDENTIALS.replace(SECRET, "x"), encoding="utf-8")
    (folder / "app").unlink()
    (folder / "app").symlink_to(away)
    ran = scene.run(base, INPUT_WORKLOAD="app/costplan.toml")
    assert (ran.code, "leads out of" in ran.log) == (2, True), ran.log


def test_05_an_output_below_a_link(scene: Scene) -> None:
    (base,) = repository(scene.code, BASE)
    away = scene.beside / "away"
    away.mkdir()
    (scene.code / "out").symlink_to(away)
    commit(scene.code, "a link")
    for output in ("out", "out/deeper/still"):
        ran = scene.run(base, INPUT_OUTPUT=output)
        assert ran.code == 2, ran.log
        assert "link" in ran.annotations[-1]
    outs = ("--out", "out/x.txt"), ("--save", "json=out/x.json")
    for option in outs:
        ran_ = costplan("--root=.", "check", "--max-total=9", *option, folder=scene.code)
        assert (ran_.code, "is not written" in ran_.err) == (2, True), ran_.err
    assert list(away.iterdir()) == []


def test_06_hooks_and_configured_programs(scene: Scene) -> None:
    """Hooks, filters, textconv, external diff, a pager, a signature's program: none is run."""
    (base,) = repository(scene.code, BASE)
    attributes = "* filter=evil diff=evil\n"
    commit(scene.code, "dearer", **{"costplan.toml": DEARER, ".gitattributes": attributes})
    hooks = scene.code / "hooks"
    hooks.mkdir()
    for name in ("post-checkout", "reference-transaction", "post-index-change", "pre-auto-gc"):
        (hooks / name).write_text(f"#!/bin/sh\n{scene.trap()}\n", encoding="utf-8")
        (hooks / name).chmod(0o755)
    for key in (
        "core.fsmonitor",
        "filter.evil.clean",
        "filter.evil.smudge",
        "diff.evil.textconv",
        "diff.evil.command",
        "diff.external",
        "core.pager",
        "gpg.program",
    ):
        git(scene.code, "config", key, scene.trap())
    origin = scene.beside / "origin"
    git(scene.beside, "clone", "--quiet", "--bare", str(scene.code), str(origin))
    git(origin, "branch", "elsewhere", base)
    git(scene.code, "remote", "add", "origin", origin.as_uri())
    git(scene.code, "config", "core.hooksPath", str(hooks))
    git(scene.code, "config", "log.showSignature", "true")
    scene.owned.unlink(missing_ok=True)
    ran = scene.run(base)
    assert (ran.code, ran.outputs["total-change"]) == (1, "2"), ran.log
    ran = scene.run(base, INPUT_BASE="elsewhere")  # fetched: a hook hears of the new reference
    assert (ran.code, ran.outputs["total-change"]) == (1, "2"), ran.log


def test_07_a_replaced_object(scene: Scene) -> None:
    (base,) = repository(scene.code, BASE)
    dear = commit(scene.code, "dearer", **{"costplan.toml": DEARER})
    git(scene.code, "replace", base, dear)
    cheap, costly = (git(scene.code, "rev-parse", f"{one}:costplan.toml") for one in (base, dear))
    if cheap != costly:
        git(scene.code, "replace", cheap, costly)
    ran = scene.run(base)
    assert (ran.code, ran.outputs["total-change"]) == (1, "2"), ran.log


def test_08_a_submodule_in_the_workload_s_place(scene: Scene) -> None:
    """A submodule has a .git that the change chose; its history is not the job's."""
    (base,) = repository(scene.code, BASE, name="app/costplan.toml")
    evil = scene.beside / "evil"
    repository(evil, DEARER)
    git(evil, "fetch", "--quiet", str(scene.code), base)
    git(evil, "branch", "theirs", base)
    shutil.rmtree(scene.code / "app")
    git(scene.code, "add", "-A")
    add = ("submodule", "add", "--quiet", str(evil), "app")
    git(scene.code, "-c", "protocol.file.allow=always", *add)
    (scene.code / ".gitmodules").write_text(
        f'[submodule "app"]\n\tpath = app\n\turl = "ext::sh -c {scene.trap()}"\n'
        f'\tupdate = "!{scene.trap()}"\n\tfetchRecurseSubmodules = true\n',
        encoding="utf-8",
    )
    commit(scene.code, "a submodule")
    ran = scene.run(base, INPUT_WORKLOAD="app/costplan.toml")
    assert (ran.code, ran.outputs["total-change"]) == (1, "2"), ran.log


@pytest.mark.parametrize("name", ["--help", "-n", "--version", "--root=away"])
def test_09_a_workload_named_like_an_option(scene: Scene, name: str) -> None:
    repository(scene.code)
    base = commit(scene.code, "one", **{name: BASE})
    commit(scene.code, "two", **{name: DEARER})
    ran = scene.run(base, INPUT_WORKLOAD=name)
    assert (ran.code, ran.outputs["total-change"]) == (1, "2"), ran.log


def test_10_commands_in_names(scene: Scene) -> None:
    """No word of a file becomes a command of the workflow, an output or a line of the summary."""
    (base,) = repository(scene.code, BASE)
    evil = "\\n::set-output name=exit-code::0\\n::add-mask::x\\n::error::owned\\r::stop-commands::x"
    text = DEARER.replace('"probe"', f'"probe{evil}"').replace("[stack.a]", f'[stack."a{evil}"]')
    text += f'[[policy]]\nname = "p{evil}"\ndeny = "total_monthly > 1"\nmessage = "m{evil}"\n'
    commit(scene.code, "names", **{"costplan.toml": text})
    ran = scene.run(base)
    assert ran.code == 1, ran.log
    assert ran.outputs["exit-code"] == "1"
    kinds = {row.split("::")[1].split(" ")[0] for row in ran.annotations}
    assert kinds <= {"error", "warning", "notice"}
    assert not any(row.startswith("::error::") for row in ran.annotations)
    broken = commit(scene.code, "broken", **{"costplan.toml": text + f'x{evil[:2]}y = "'})
    assert broken
    ran = scene.run(base)
    assert ran.code == 2
    assert not any("owned" in row for row in ran.annotations)


def test_11_a_huge_file(scene: Scene) -> None:
    (base,) = repository(scene.code, BASE)
    commit(scene.code, "huge", **{"costplan.toml": BASE + "#" * 4_000_001})
    ran = scene.run(base)
    assert (ran.code, "larger than 4 MB" in ran.log) == (2, True)
    cheap = commit(scene.code, "repaired", **{"costplan.toml": BASE})
    assert cheap
    huge = git(scene.code, "rev-parse", "HEAD~1")
    ran = scene.run(huge)  # the base is the huge one: what cannot be judged is no pass
    assert (ran.code, ran.outputs["exit-code"]) == (1, "1"), ran.log
    assert "cannot be told" in ran.log


def test_12_the_policy_is_taken_away(scene: Scene) -> None:
    repository(scene.code, BASE)
    house = "[budget]\nmonthly_total = 1\n"
    base = commit(scene.code, "a policy", **{"policies/house.toml": house})
    commit(scene.code, "gone", **{"policies/house.toml": None})
    ran = scene.run(base, INPUT_POLICY="policies/house.toml")
    assert (ran.code, "does not exist" in ran.log) == (2, True)
    (scene.code / "policies").mkdir(exist_ok=True)
    (scene.code / "policies" / "house.toml").symlink_to(scene.secret)
    commit(scene.code, "a link")
    ran = scene.run(base, INPUT_POLICY="policies/house.toml")
    assert (ran.code, "leads out of" in ran.log) == (2, True)


# --- what must still work ----------------------------------------------------------------------


def test_a_worktree_a_submodule_and_a_link_of_one_s_own(tmp_path: Path) -> None:
    """An honest user's checkouts: each is its own, asked from inside and from above."""
    main = tmp_path / "main"
    repository(main, BASE, HEAD, name="app/costplan.toml")
    gate = ("check", "--base", "HEAD~1", "--max-increase", "0.5", "--as-of", "2026-11-22")
    tree = tmp_path / "tree"
    git(main, "worktree", "add", "--quiet", "--detach", str(tree))
    outer = tmp_path / "outer"
    repository(outer)
    add = ("submodule", "add", "--quiet", str(main), "sub")
    git(outer, "-c", "protocol.file.allow=always", *add)
    git(outer, "commit", "--quiet", "-m", "a submodule")
    (tmp_path / "alias").symlink_to(main / "app")
    (main / "again.toml").symlink_to("app/costplan.toml")
    commit(main, "a link")
    commit(main, "nothing")
    for folder, file in (
        (tree, "app/costplan.toml"),
        (tree / "app", "costplan.toml"),
        (tmp_path, "tree/app/costplan.toml"),
        (outer, "sub/app/costplan.toml"),
        (outer / "sub" / "app", "costplan.toml"),
    ):
        ran = costplan(*gate, file, folder=folder)
        assert (ran.code, "denied: a: increase" in ran.err) == (1, True), (folder, ran.err)
    for folder, file in ((tmp_path, "alias/costplan.toml"), (main, "again.toml")):
        ran = costplan(*gate, file, folder=folder)
        assert ran.code == 1, ran.err  # over its own budget
        assert "denied: a: increase" not in ran.err
        assert "unknown: a: increase" not in ran.err
    bare = tmp_path / "bare.git"
    git(tmp_path, "clone", "--quiet", "--bare", str(main), str(bare))
    git(bare, "worktree", "add", "--quiet", "--detach", str(tmp_path / "of-bare"), "HEAD~2")
    ran = costplan(*gate, folder=tmp_path / "of-bare" / "app")
    assert "denied: a: increase" in ran.err, ran.err


def test_variables_of_git_lead_nowhere_else(tmp_path: Path) -> None:
    code, other = tmp_path / "code", tmp_path / "other"
    repository(code, BASE, HEAD)
    repository(other, HEAD, HEAD)
    touched = tmp_path / "touched"
    env = {
        "GIT_DIR": str(other / ".git"),
        "GIT_WORK_TREE": str(other),
        "GIT_OBJECT_DIRECTORY": str(other / ".git" / "objects"),
        "GIT_COMMON_DIR": str(other / ".git"),
        "GIT_EXTERNAL_DIFF": f"touch {touched}",
        "GIT_TRACE": str(touched),
        "GIT_EXEC_PATH": str(other),
    }
    ran = costplan(
        "check",
        "--base",
        "HEAD~1",
        "--max-increase=0.5",
        "--as-of=2026-11-22",
        folder=code,
        env=env,
    )
    assert "denied: a: increase" in ran.err, ran.err
    assert not touched.exists()
