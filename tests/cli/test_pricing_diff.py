"""``costplan pricing diff``: files, folders, days, locks and git revisions, against each other."""

from __future__ import annotations

import json
import subprocess
from datetime import date
from pathlib import Path

import jsonschema
import pytest
from pinned import MODELS, here, plans, project
from run import CONTROL, DAY, costplan, files_below

from costplan.api.pinning import price_changes
from costplan.problems import BadUsage
from costplan.render import Look
from costplan.render.price_diff import draw
from costplan.store.files.git import Repository
from costplan.store.files.schemas import schema

DEARER = MODELS.replace("input = 2.00", "input = 4")


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@b.test", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two commits of a project: the second one is dearer; a tag ``v1`` on the first."""
    folder = tmp_path / "repo"
    folder.mkdir()
    project(folder)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "one")
    git(folder, "tag", "v1")
    project(folder, DEARER, plans(team="10", solo="30"))
    git(folder, "commit", "-qam", "two")
    return folder


def changes(ran_out: str) -> dict[str, list[tuple[str, float, float]]]:
    data = json.loads(ran_out)
    jsonschema.Draft202012Validator(json.loads(schema("price-diff"))).validate(data)
    return {
        one["id"]: [
            (p["charge"], p["old"]["value"], p["new"]["value"])
            for p in one["prices"]
            if p["old"] and p["new"]
        ]
        for one in data["changes"]
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("v1", "main"),
        ("HEAD~1", "HEAD"),
        ("HEAD~1:pricing", "pricing"),
        ("v1:pricing", "./pricing"),
    ],
)
def test_revisions_are_compared_and_nothing_is_touched(
    repository: Path, old: str, new: str
) -> None:
    before = files_below(repository)
    ran = here("pricing", "diff", old, new, "--format", "json", *DAY, folder=repository)
    assert (ran.code, ran.err) == (0, "")
    assert changes(ran.out) == {"box/team": [("seats", 20, 10)], "mine/small": [("input", 2, 4)]}
    assert files_below(repository) == before


def test_one_file_of_a_revision_and_what_it_does_to_a_bill(repository: Path) -> None:
    ran = here(
        *("pricing", "diff", "v1", "HEAD", "--workload", "costplan.toml", "--format", "json"),
        *DAY,
        folder=repository,
    )
    bills = {one["stack"]: one for one in ran.data["bills"]}
    assert (bills["a"]["old"], bills["a"]["new"]) == (52, 34)
    assert bills["a"]["difference"] == -18
    assert [(one["charge"], one["difference"]) for one in bills["a"]["moved"]] == [
        ("seats", -20),
        ("input", 2),
    ]
    file = "pricing/tokens/mine.toml"
    ran = here("pricing", "diff", f"v1:{file}", file, "--format", "json", *DAY, folder=repository)
    assert changes(ran.out) == {"mine/small": [("input", 2, 4)]}
    below = here(
        "pricing",
        "diff",
        "v1:mine.toml",
        "mine.toml",
        *DAY,
        folder=repository / "pricing" / "tokens",
    )
    assert below.code == 0
    assert "+100 %" in below.out


def test_a_lock_is_compared_in_what_it_holds(repository: Path) -> None:
    here("pricing", "lock", *DAY, folder=repository)
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "lock")
    project(repository)
    here("pricing", "lock", "--update", *DAY, folder=repository)
    ran = here("pricing", "diff", "HEAD:costplan.lock", "costplan.lock", *DAY, folder=repository)
    assert (ran.code, ran.err) == (0, "")
    assert "2 changed, 1 unchanged" in ran.out
    ran = here("pricing", "diff", "costplan.lock", "pricing", *DAY, folder=repository)
    assert "only what costplan.lock holds is compared: 3 entries" in ran.err
    assert "3 unchanged" in ran.out


def test_days_of_the_built_in_catalogue() -> None:
    """Once, in three formats: both sides are all that there is, which takes two seconds."""
    made, _ = price_changes("2026-11-22", "2026-12-02", date(2026, 11, 22))
    assert ("input", 2, 4) in changes(draw(made, "json", Look()))["google/gemini-4-argon"]
    assert max(map(len, draw(made, "table", Look()).splitlines())) <= 80
    assert "### google/gemini-4-argon" in draw(made, "markdown", Look())


@pytest.mark.parametrize(
    ("old", "says"),
    [
        ("mian", "did you mean 'main'?"),
        ("nonsense", "'nonsense' is no revision of"),
        ("v1:prcing", "v1 has no 'prcing'"),
        ("v1:../outside", "not in the repository"),
        ("v1:/etc/passwd", "not in the repository"),
        ("v1:costplan.toml", "unknown key"),
        ("-c", "-c"),
        ("--output=stolen", "--output"),
        ("--upload-pack=touch stolen", "--upload-pack"),
        (":/two", "no name of a revision"),
        ("v1\nmain", "no name of a revision"),
        ("v1..main", "no revision"),
        ("\x1b[31mred", "no name of a revision"),
        ("x" * 5_000, "no revision"),
        ("costplan.toml", "unknown key"),
        ("2026-02-30", "no revision"),
        ("", "no name of a revision"),
    ],
)
def test_bad_names_are_refused_and_never_become_options(
    repository: Path, old: str, says: str
) -> None:
    before = files_below(repository)
    dashes = ("--",) if old.startswith("-") else ()
    ran = here("pricing", "diff", *DAY, *dashes, old, "HEAD", folder=repository)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
    assert not CONTROL.search(ran.err)
    assert files_below(repository) == before


def test_a_shallow_clone_says_how_to_get_its_history(repository: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth", "1", repository.as_uri(), "shallow")
    ran = here("pricing", "diff", "HEAD~1", "HEAD", *DAY, folder=tmp_path / "shallow")
    assert (ran.code, ran.out) == (2, "")
    assert "git fetch --unshallow" in ran.err


def test_where_there_is_no_repository_or_no_git(tmp_path: Path) -> None:
    project(tmp_path)
    env = {"GIT_CEILING_DIRECTORIES": str(tmp_path.parent)}
    ran = costplan("pricing", "diff", "main", "HEAD", *DAY, folder=tmp_path, env=env)
    assert (ran.code, ran.out) == (2, "")
    assert "not in a git repository" in ran.err
    ran = costplan("pricing", "diff", "main", "HEAD", *DAY, folder=tmp_path, env={"PATH": ""})
    assert (ran.code, ran.out) == (2, "")
    assert "git is not installed" in ran.err


def test_the_environment_of_a_hook_names_no_other_repository(
    repository: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "-q")
    env = {"GIT_DIR": str(other / ".git"), "GIT_INDEX_FILE": str(other / "index")}
    ran = costplan("pricing", "diff", "v1", "HEAD", *DAY, folder=repository, env=env)
    assert (ran.code, ran.err) == (0, "")


def test_files_are_read_as_they_are_stored(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    odd = 'a "b": ü.txt'
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / odd).write_bytes(b"x\r\ny\0\n")
    (tmp_path / "sub" / "link").symlink_to("/etc/passwd")
    (tmp_path / "empty.toml").write_bytes(b"")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "one")
    (tmp_path / "sub" / odd).write_bytes(b"changed")
    found = Repository.find(tmp_path / "sub" / odd)
    assert found.root.resolve() == tmp_path.resolve()
    assert found.inside(tmp_path / "sub" / odd) == f"sub/{odd}"
    assert found.read_at("HEAD", f"sub/{odd}") == b"x\r\ny\0\n"
    assert found.read_at("HEAD", "empty.toml") == b""
    assert found.folder_at("HEAD", "sub") == {odd: b"x\r\ny\0\n"}
    assert found.folder_at("HEAD", "") == {"empty.toml": b"", f"sub/{odd}": b"x\r\ny\0\n"}
    assert found.folder_at("HEAD", "", ".toml") == {"empty.toml": b""}
    with pytest.raises(BadUsage, match="is a folder"):
        found.read_at("HEAD", "sub")
    with pytest.raises(BadUsage, match="is a file"):
        found.folder_at("HEAD", "empty.toml")
    with pytest.raises(BadUsage, match="not in the repository"):
        found.inside(tmp_path.parent / "x")
