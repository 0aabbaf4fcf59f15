"""Twelve repositories that a stranger's pull request could bring, and the action's own script run
on each, under bash, with real git: nothing of them runs, nothing outside is read or written, no
gate goes away and the token is seen nowhere.

Real processes by purpose: what is tested is what a shell and git do.
"""

from __future__ import annotations

import base64
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ci_runner import BASE, HEAD, Left, Runner, commit, git, load, pull, repository

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from comment_hosts import TOKEN, Host, serving
from run import WORKLOAD, costplan

SECRET = "s3same-0pen"
CREDENTIALS = f"[default]\naws_secret_access_key = {SECRET}\n"
LIMITS = {"INPUT_MAX_INCREASE": "10%", "INPUT_MAX_TOTAL": "1000"}
DEARER = BASE.partition("\n[budget]")[0].replace("output_tokens = 500", "output_tokens = 900")
"""5.50 a month, 57 % more than BASE, and no budget of its own."""


@pytest.fixture
def host() -> Iterator[Host]:
    with serving("github") as found:
        yield found


class Scene:
    """A checkout as a job has it, and what a hostile change may try to reach from it."""

    def __init__(self, beside: Path, host: Host) -> None:
        self.beside, self.code = beside, beside / "code"
        self.runner = Runner(beside, host.url)
        self.owned = beside / "owned"
        self.secret = beside / "credentials"
        self.secret.write_text(CREDENTIALS, encoding="utf-8")
        self.host = host
        self._spies()

    def _spies(self) -> None:
        """git and costplan write down their arguments, so that a token in them would be seen, and
        whether they were handed one that is the comment's alone."""
        self.arguments = self.beside / "arguments"
        spied = {"git": shutil.which("git"), "costplan": str(self.runner.temp / "real-costplan")}
        (self.runner.temp / "bin" / "costplan").rename(self.runner.temp / "real-costplan")
        for name, real in spied.items():
            spy = self.runner.temp / "bin" / name
            log = shlex.quote(str(self.arguments))
            spy.write_text(
                f'#!/bin/sh\nprintf \'%s\\n\' "$0" "$@" >>{log}\n'
                f'[ -z "${{GITHUB_TOKEN:-}}" ] || [ "$1" = comment ] || echo token-handed >>{log}\n'
                f'exec {shlex.quote(str(real))} "$@"\n',
                encoding="utf-8",
            )
            spy.chmod(0o755)

    def trap(self) -> str:
        """A command that leaves a file where a test sees it."""
        return f"touch {shlex.quote(str(self.owned))}"

    def run(self, base: str, **given: str) -> Left:
        """The script on the change that is checked out, as a pull request onto ``base``."""
        head = git(self.code, "rev-parse", "HEAD")
        ran = self.runner.run(self.code, pull(base, head), **{**LIMITS, **given})
        self.untouched(ran)
        return ran

    def untouched(self, ran: Left) -> None:
        """What holds of every run, whatever was brought."""
        assert not self.owned.exists(), "a change ran a command"
        said = [ran.log, ran.summary, str(ran.outputs), *self.host.bodies]
        said += [self.arguments.read_text("utf-8")] if self.arguments.exists() else []
        for folder in (self.code, self.runner.temp, self.beside / "away"):
            files = [one for one in folder.rglob("*") if one.is_file() and not one.is_symlink()]
            said += [one.read_bytes().decode("utf-8", "replace") for one in files]
        coded = base64.b64encode(TOKEN.encode()).decode()
        for text in said:
            assert TOKEN not in text
            assert coded not in text
            assert SECRET not in text
        if self.arguments.exists():
            assert "token-handed" not in self.arguments.read_text("utf-8")


@pytest.fixture
def scene(tmp_path: Path, host: Host) -> Scene:
    return Scene(tmp_path, host)


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


# --- a gate that cannot be judged --------------------------------------------------------------


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


@pytest.mark.parametrize("limit", ["10%", "1000"])
@pytest.mark.parametrize("change", UNJUDGED, ids=lambda one: one.__name__)
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


# --- reading inside --root ---------------------------------------------------------------------

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
    from costplan.store.files.throughput import CapacityFiles

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
