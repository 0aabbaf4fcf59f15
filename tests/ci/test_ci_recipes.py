"""The recipes of examples/ci and the templates of ci/: their scripts run, their keys are held."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from ci_runner import BASE, HEAD, SCRIPT, Runner, git, load, repository
from comment_hosts import TOKEN, serving
from run import ROOT

ACTION = ROOT / "action.yml"
ZIZMOR = ROOT / "ci" / "zizmor.yml"
HOOKS = ROOT / ".pre-commit-hooks.yaml"
GITLAB = ROOT / "ci" / "costplan.gitlab-ci.yml"
EXAMPLES = ROOT / "examples" / "ci"
YAML = [ACTION, HOOKS, GITLAB, *sorted(EXAMPLES.glob("*.y*ml"))]
MARK = "<!-- costplan:default -->"


def sh(script: str, folder: Path, shell: str = "sh", **env: str) -> tuple[int, str]:
    """A recipe's script in a repository, as a runner's shell would run it."""
    runner = Runner(folder.parent)
    ran = subprocess.run(
        [shell, "-c", script],
        cwd=folder,
        env=runner.environment({}, **env),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=60,
        check=False,
    )
    return ran.returncode, ran.stdout.decode("utf-8")


def block(path: Path, key: str) -> str:
    """The literal block below a key that holds a list of one."""
    text = path.read_text(encoding="utf-8")
    found = re.search(rf"^  {key}:\n    - \|\n((?:      .*\n|\n)+)", text, re.M)
    assert found is not None, key
    return textwrap.dedent(found[1])


def test_the_gitlab_job(tmp_path: Path) -> None:
    folder = tmp_path / "code"
    (base, _) = repository(folder, BASE, HEAD)
    script = block(GITLAB, "script")
    with serving("gitlab") as host:
        env = {
            "COSTPLAN_WORKLOAD": "costplan.toml",
            "COSTPLAN_OUTPUT": "out put",
            "COSTPLAN_POLICY": "",
            "COSTPLAN_TAG": "default",
            "CI_MERGE_REQUEST_DIFF_BASE_SHA": base,
            "CI_MERGE_REQUEST_IID": "5",
            "CI_PROJECT_ID": "acme/app",
            "CI_API_V4_URL": host.url,
            "GITLAB_TOKEN": TOKEN,
        }
        code, log = sh(script, folder, **env)
        assert code == 1, log
        (body,) = host.bodies
        assert body.startswith(MARK)
        assert "+$1.00 ($3.50" in body
        assert "**deny**" in body
        code, _ = sh(script, folder, **env)
        assert (code, host.bodies) == (1, [body])
        code, log = sh(script, folder, **{**env, "GITLAB_TOKEN": ""})
        assert (code, "no note is written" in log) == (1, True)
    issues = load(folder / "out put" / "gl-code-quality.json")
    assert [one["location"]["path"] for one in issues] == ["costplan.toml"]
    assert "<failure" in (folder / "out put" / "junit.xml").read_text(encoding="utf-8")


def test_the_gitlab_job_says_what_is_to_be_installed(tmp_path: Path) -> None:
    script = block(GITLAB, "before_script")
    assert sh(script, tmp_path)[0] == 0
    code, log = sh(script, tmp_path, COSTPLAN_SKIP_INSTALL="", COSTPLAN_INSTALL="")
    assert code != 0
    assert "what pip installs" in log


def test_the_plain_script(tmp_path: Path) -> None:
    folder = tmp_path / "code"
    repository(folder, BASE, HEAD)
    script = EXAMPLES / "plain.sh"
    code, log = sh(f"sh '{script}' costplan.toml HEAD~1 out", folder)
    assert code == 1, log
    assert "denied: see out/check.json" in log
    assert load(folder / "out" / "diff.json")["stacks"][0]["difference"] == 1
    code, log = sh(f"sh '{script}' costplan.toml nowhere", folder)
    assert (code, "'nowhere' is no revision" in log) == (2, True)


def test_the_steps_of_jenkins(tmp_path: Path) -> None:
    origin, folder = tmp_path / "origin", tmp_path / "code"
    repository(origin, BASE)
    git(tmp_path, "clone", "--quiet", str(origin), str(folder))
    repository(folder, HEAD)
    text = (EXAMPLES / "Jenkinsfile").read_text(encoding="utf-8")
    assert text.count("{") == text.count("}")
    (_, script) = re.findall(r"sh '''(.*?)'''", text, re.S)
    code, log = sh(script, folder, WORKSPACE_TMP=str(tmp_path / "beside"))
    assert code == 1, log
    assert load(folder / "costplan-report" / "check.json")["exit_code"] == 1
    assert "${" not in re.sub(r"sh '''.*?'''", "", text, flags=re.S)  # Groovy pastes nothing


@pytest.mark.parametrize("path", YAML, ids=lambda path: path.name)
def test_yaml_as_far_as_text_can_tell(path: Path) -> None:
    """No tabs, even indentation that grows a step at a time, a key or an item on each line."""
    rows = path.read_text(encoding="utf-8").splitlines()
    inside_block, before = None, 0
    for at, row in enumerate(rows, 1):
        where = f"{path.name}:{at}: {row}"
        indent = len(row) - len(row.lstrip(" "))
        assert "\t" not in row, where
        if not row.strip() or row.lstrip().startswith("#"):
            continue
        if inside_block is not None and indent > inside_block:
            continue
        inside_block = None
        assert indent % 2 == 0, where
        assert indent <= before + 2 + 2 * rows[at - 2].lstrip().startswith("- "), where
        content = row.strip().removeprefix("- ")
        assert re.match(r"[\w.-]+:( |$)|\S+$|\|$", content) or row.strip().startswith("- "), where
        value = re.sub(r" # v[\d.]+$", "", content.partition(": ")[2])  # of a pinned hash
        if value and value[0] not in "'\"[{":
            assert ": " not in value, where
            assert " #" not in value, where
        if value[:1] in ("'", '"'):
            assert value.count(value[0]) % 2 == 0, where
        if row.rstrip().endswith("|"):
            inside_block = indent
        before = indent


def test_every_input_reaches_the_script_and_only_through_the_environment() -> None:
    action, script = ACTION.read_text(encoding="utf-8"), SCRIPT.read_text(encoding="utf-8")
    head, _, steps = action.partition("\nruns:\n")
    inputs = set(re.findall(r"^  ([a-z-]+):$", head.partition("\noutputs:\n")[0], re.M))
    assert inputs == set(re.findall(r"\$\{\{ inputs\.([a-z-]+)", steps)) | {"python"}
    passed = set(re.findall(r"^ +(INPUT_\w+): ", steps, re.M))
    assert passed == set(re.findall(r"\bINPUT_[A-Z_]+", script))
    documented = script.partition("set -euo pipefail")[0]
    assert passed == set(re.findall(r"#   (INPUT_\w+)", documented))
    assert "${{" not in script
    for path in (ACTION, *EXAMPLES.glob("*.yml")):
        for row in re.findall(r"^ +(?:- )?run: .*$", path.read_text(encoding="utf-8"), re.M):
            assert "${{" not in row
    outputs = set(re.findall(r"steps\.run\.outputs\.([a-z-]+)", head))
    written = set(re.findall(r"^ *output ([a-z-]+) ", script, re.M))
    loop = re.search(r"for name in (diff:.*); do", script)
    assert loop is not None
    assert outputs == written | {one.partition(":")[0] for one in loop[1].split()}


def test_actions_are_pinned_and_may_do_no_more_than_they_need() -> None:
    accepted = re.findall(r"^ +([\w/-]+): ref-pin$", ZIZMOR.read_text(encoding="utf-8"), re.M)
    for path in (ACTION, *EXAMPLES.glob("github*.yml")):
        text = path.read_text(encoding="utf-8")
        for used in re.findall(r"uses: (.+)", text):
            by_hash = re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", used)
            owned = used.partition("@")[0] in accepted and re.fullmatch(r"[\w./-]+@v\d+", used)
            assert by_hash or owned, used
        assert "pull_request_target" not in text
    build = (EXAMPLES / "github-fork-build.yml").read_text(encoding="utf-8")
    assert re.findall(r"^ *([\w-]+): (?:read|write)$", build, re.M) == ["contents"]
    assert "write" not in re.findall(r"^permissions:\n(?:  .*\n)+", build, re.M)[0]
    comment = (EXAMPLES / "github-fork-comment.yml").read_text(encoding="utf-8")
    assert "permissions: {}" in comment
    assert "checkout" not in comment.partition("\njobs:")[2]
    assert "run:" not in comment.replace("workflow_run:", "")


def test_the_scripts_are_marked_to_be_run() -> None:
    for path in (SCRIPT, EXAMPLES / "plain.sh"):
        assert os.access(path, os.X_OK), path
        checked = subprocess.run(["bash", "-n", str(path)], capture_output=True, check=False)
        assert checked.returncode == 0, checked.stderr


def test_the_scripts_inside_recipes_are_sound_shell(tmp_path: Path) -> None:
    """shellcheck reads no YAML and no Groovy: each block is handed to it alone. Real processes."""
    jenkins = (EXAMPLES / "Jenkinsfile").read_text(encoding="utf-8")
    scripts = [block(GITLAB, "before_script"), block(GITLAB, "script")]
    scripts += [textwrap.dedent(one) for one in re.findall(r"sh '''(.*?)'''", jenkins, re.S)]
    assert len(scripts) == 4
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    for text in scripts:
        ran = subprocess.run(
            ["shellcheck", "--shell=sh", "-"],
            input=text.encode(),
            env={**os.environ, "PATH": path},
            capture_output=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout.decode()


def test_hooks_name_commands_and_match_what_they_are_for(tmp_path: Path) -> None:
    text = HOOKS.read_text(encoding="utf-8")
    assert re.findall(r"^- id: (.+)$", text, re.M) == ["costplan-validate", "costplan-check"]
    entries = re.findall(r"^  entry: costplan --root=\. (.+)$", text, re.M)
    assert entries == ["validate", "check"]
    validate, check = (re.compile(one) for one in re.findall(r"^  files: (.+)$", text, re.M))
    assert validate.search("app/costplan.toml")
    assert not validate.search("notcostplan.toml")
    assert check.search("costplan.lock")
    assert check.search("app/pricing/tokens/me.toml")
    code = tmp_path / "code"
    repository(code, BASE)
    assert sh("costplan --root=. validate costplan.toml ./costplan.toml", code)[0] == 0
    assert sh("costplan --root=. check costplan.toml --as-of 2026-11-22", code)[0] == 0


def recipe(name: str, folder: Path, base: str, **env: str) -> tuple[int, str]:
    """A recipe's own script in a repository, without what only its host can do. A real shell."""
    if name == "gitlab":
        given = {
            "COSTPLAN_WORKLOAD": "costplan.toml",
            "COSTPLAN_OUTPUT": "costplan-report",
            "COSTPLAN_POLICY": "",
            "CI_MERGE_REQUEST_DIFF_BASE_SHA": base,
        }
        return sh(block(GITLAB, "script"), folder, **{**given, **env})
    if name == "plain":
        out = env.get("COSTPLAN_OUTPUT", "costplan-report")
        return sh(f"sh '{EXAMPLES / 'plain.sh'}' costplan.toml {base} {out}", folder)
    text = (EXAMPLES / "Jenkinsfile").read_text(encoding="utf-8")
    (_, script) = re.findall(r"sh '''(.*?)'''", text, re.S)
    bare = folder.parent / "origin.git"
    if not bare.exists():
        git(folder.parent, "clone", "--quiet", "--bare", str(folder), str(bare))
        git(folder, "remote", "add", "origin", str(bare))
        git(bare, "update-ref", "refs/heads/main", base)
    return sh(script, folder, WORKSPACE_TMP=str(folder.parent / "beside"))


def rules(limit: str) -> str:
    return BASE.partition("\n[budget]")[0] + f"\n[budget]\nmonthly_total = 100\n{limit}\n"


@pytest.mark.parametrize("name", ["gitlab", "plain", "jenkins"])
def test_no_recipe_passes_a_limit_that_cannot_be_judged(tmp_path: Path, name: str) -> None:
    rate = '[exchange]\nusd_per_eur = { rate = 1.1, date = 2026-11-20, source = "me" }\n'
    before = rules("increase_percent = 10")
    dearer = before.replace("output_tokens = 500", "output_tokens = 900")
    heads = {
        "same": (before, 0),
        "dearer": (dearer, 1),
        "euros": (dearer.replace('"USD"', '"EUR"') + rate, None),
    }
    for at, (text, expected) in heads.items():
        folder = tmp_path / at / "code"
        base, _ = repository(folder, before, text)
        code, log = recipe(name, folder, base)
        assert code == expected or (expected is None and code in (1, 2)), (at, log)


@pytest.mark.parametrize("name", ["gitlab", "plain"])
def test_no_recipe_writes_through_a_link(tmp_path: Path, name: str) -> None:
    folder, away = tmp_path / "code", tmp_path / "away"
    away.mkdir()
    (away / "diff.json").write_text("mine", encoding="utf-8")
    base, _ = repository(folder, BASE, BASE)
    (folder / "out").symlink_to(away)
    for output in ("out", "out/deeper"):
        code, log = recipe(name, folder, base, COSTPLAN_OUTPUT=output)
        assert code == 2, log
    assert [one.read_text(encoding="utf-8") for one in away.iterdir() if one.is_file()] == ["mine"]


@pytest.mark.parametrize("name", ["gitlab", "plain"])
def test_no_recipe_reads_through_a_link(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "code"
    base, _ = repository(folder, BASE, BASE)
    (tmp_path / "secret").write_text("[a]\naws_key = s3same\n", encoding="utf-8")
    (folder / "costplan.toml").unlink()
    (folder / "costplan.toml").symlink_to(tmp_path / "secret")
    code, log = recipe(name, folder, base)
    assert (code, "leads out of" in log, "s3same" in log) == (2, True, False)
