"""Completing words: what is offered where, and that no name of a file becomes shell code."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from run import WORKLOAD, costplan, files_below

from costplan.cli import COMMANDS, app
from costplan.cli.common.completing import complete
from costplan.cli.common.tree import children, is_option, leaves

HOSTILE = [
    "evil/$(touch pwned)",
    "evil/`touch pwned`",
    "evil/'; touch pwned; '",
    'evil/"; touch pwned; "',
    "evil/a b",
    "evil/~!*?[x]{a,b}|&;<>\\#",
    "evil/größe",
]
UNSHOWN = ["evil/raw\x1b[31m", "evil/tab\tx", "evil/line\u2028x"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose own prices have names that mean something to a shell."""
    (tmp_path / "pricing" / "runtime").mkdir(parents=True)
    blocks = ['vendor = "Evil"\n', '[[offer]]\nid = "evil/esc\\u001b\\ntouch pwned"\n']
    blocks += [f"[[offer]]\nid = {_toml(name)}\n" for name in [*HOSTILE, *UNSHOWN]]
    (tmp_path / "pricing" / "runtime" / "evil.toml").write_text("\n".join(blocks), "utf-8")
    (tmp_path / "costplan.toml").write_text(
        WORKLOAD + '\n[stack."$(touch pwned)"]\nchat = "openai/gpt-4o"\n'
    )
    command = tmp_path / "bin" / "costplan"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m costplan "$@"\n')
    command.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("PATH", f"{command.parent}:{os.environ['PATH']}")
    return tmp_path


def _toml(name: str) -> str:
    quote = '"' if "'" in name and '"' not in name and "\\" not in name else "'"
    return f"{quote}{name}{quote}"


def words(line: str) -> list[str]:
    *before, last = line.split(" ")
    return list(complete(before, last).words)


def test_commands_options_and_values(project: Path) -> None:
    assert sorted(words("")) == sorted(COMMANDS)
    assert words("pricing sh") == ["show"]
    assert words("-q pricing sh") == ["show"]
    assert words("estimate --form") == ["--format"]
    assert {"table", "json", "svg", "markdown"} <= set(words("estimate --format "))
    assert words("estimate --format=js") == ["--format=json"]
    assert words("price x --free") == ["--free-tiers"]
    assert words("price --mode b") == ["batch"]
    assert words("init --template doc") == ["document-rag"]
    assert words("init --size t") == ["typical"]
    assert complete(["init", "--from"], "").kind == "files"
    assert complete(["usage"], "").kind == "files"
    assert words("schema bi") == ["bill"]
    assert words("explain exit") == ["exit codes"]
    assert words("completion ") == ["bash", "zsh", "fish"]
    assert words("pricing list --category tok") == ["tokens"]
    assert words("pricing list --vendor evi") == ["evil"]
    assert words("pricing list --kind ch") == ["chat"]
    for command in ("usage", "check", "calibrate", "forecast", "reconcile"):
        assert words(f"{command} --source cl") == ["claude-code"]
        assert words(f"{command} --source ch") == []
    assert words("nonsense ") == []
    assert words("estimate -- --form") == []


def test_files_where_files_are_meant() -> None:
    for line in ("estimate ", "validate ", "estimate --out ", "pricing audit "):
        *before, last = line.split(" ")
        assert complete(before, last).kind == "files", line


def test_stacks_of_the_workload_that_is_named_or_near(project: Path) -> None:
    (project / "other.toml").write_text(WORKLOAD.replace("[stack.a]", "[stack.other]"))
    (project / "broken.toml").write_text("[stack\n")
    assert words("estimate --stack ") == ["a", "$(touch pwned)"]
    assert words("estimate other.toml --stack ") == ["other"]
    assert words("compare other.toml --baseline o") == ["other"]
    assert words("estimate broken.toml --stack ") == []
    assert words("estimate gone.toml --stack ") == []
    assert words("estimate /dev/stdin --stack ") == []


def test_offers_by_their_vendor_and_then_by_id(project: Path) -> None:
    first = complete(["price"], "")
    assert first.kind == "beginnings"
    assert {"openai/", "evil/"} <= set(first.words)
    assert "openai/gpt-4o" in words("price openai/gpt-4")
    assert "openai/gpt-4o" in words("pricing show openai/")
    assert words("price openai/gpt-4o NAME") == []
    assert set(HOSTILE) <= set(words("price evil/"))


def test_every_command_of_the_tree_can_be_completed(project: Path) -> None:
    for path, command in leaves(app([])):
        before = path.split(" ")
        offered = complete(before, "--").words
        for parameter in command.params:
            if is_option(parameter) and not parameter.hidden:
                assert set(parameter.opts) & set(offered), path
        assert "--help" in offered
        assert before[-1] in complete(before[:-1], before[-1]).words
    assert children(app([])).keys() == COMMANDS.keys()


def ask(*arguments: str, folder: Path) -> list[str]:
    ran = costplan("__complete", *arguments, folder=folder)
    assert (ran.code, ran.err) == (0, "")
    return ran.out.splitlines()


def test_nothing_is_said_of_trouble(project: Path) -> None:
    (project / "pricing" / "tokens").mkdir()
    (project / "pricing" / "tokens" / "broken.toml").write_bytes(b"\xff\xfe[[")
    (project / "pricing" / "nonsense").mkdir()
    os.mkfifo(project / "pricing" / "tokens" / "pipe.toml")
    assert "openai/gpt-4o" in ask(
        "zsh", "2", "--", "costplan", "price", "openai/gp", folder=project
    )
    for bad in ((), ("bash",), ("bash", "x", "--"), ("bash", "9", "--", "a"), ("bash", "-1", "--")):
        assert ask(*bad, folder=project) == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_one_that_the_shell_accepts(shell: str, tmp_path: Path) -> None:
    script = costplan("completion", shell, folder=tmp_path)
    assert (script.code, script.err) == (0, "")
    assert "__complete " + shell in script.out
    assert files_below(tmp_path) == {}
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"{shell} is not installed; its script was only printed")
    (tmp_path / "script").write_text(script.out)
    done = subprocess.run([found, "-n", "script"], cwd=tmp_path, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


DRIVE = """
set -u
eval "$(costplan completion bash)"
try() {
    COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 ))
    _costplan_complete costplan
    printf '%s\\n' "== $#" "${COMPREPLY[@]:-nothing}"
    local reply
    for reply in "${COMPREPLY[@]:-}"; do eval "printf '%s\\n' $reply" >>evaluated; done
}
try costplan est
try costplan estimate --format = js
try costplan price evil/
try costplan price "'evil/"
try costplan estimate --stack '$'
"""


def test_in_bash_a_hostile_name_is_a_word_and_never_code(project: Path) -> None:
    bash = shutil.which("bash")
    assert bash is not None
    done = subprocess.run(
        [bash, "--norc", "-c", DRIVE], cwd=project, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    plain, joined, names, quoted, stack = (
        part.splitlines()[1:] for part in done.stdout.split("== ")[1:]
    )
    assert plain == ["estimate"]
    assert joined == ["json"]
    assert len(names) == len(HOSTILE)
    assert quoted == ["nothing"]
    assert stack == ["\\$\\(touch\\ pwned\\)"]
    evaluated = (project / "evaluated").read_text("utf-8").splitlines()
    assert set(HOSTILE) <= set(evaluated)
    assert not (project / "pwned").exists()


def test_zsh_and_fish_get_names_as_data(project: Path) -> None:
    for shell in ("zsh", "fish"):
        kind, *offered = ask(shell, "2", "--", "costplan", "price", "evil/", folder=project)
        assert kind == "words"
        assert sorted(offered) == sorted(HOSTILE)
        listed = ask(shell, "1", "--", "costplan", "estim", folder=project)
        assert listed[1].startswith("estimate\tEstimate the monthly")


def test_fish_completes(project: Path) -> None:
    fish = shutil.which("fish")
    if fish is None:
        pytest.skip("fish is not installed")
    script = "costplan completion fish | source; complete -C 'costplan price evil/'"
    done = subprocess.run([fish, "-c", script], cwd=project, capture_output=True, check=False)
    assert sorted(done.stdout.decode().splitlines()) == sorted(HOSTILE)
    assert not (project / "pwned").exists()
