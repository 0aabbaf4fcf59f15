"""Ways to be wrong, as one table: each through the whole command, once.

Each says its place and its remedy on standard error, leaves standard output empty or with the
whole report, has the exit code of its sort, and leaves every file as it was.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest
from check_files import OLD, QUOTED, TWO
from pinned import MODELS, here, project
from run import CONTROL, DAY, WORKLOAD, Ran, costplan, environment, files_below, process


class Case(NamedTuple):
    """Arguments; the exit code; texts of standard error; how it is surrounded.

    ``shell``: what follows the command in a shell, such as a redirection. ``out``: the beginning of
    a report that is there in full, "" for an empty standard output. ``env``: a value of None takes
    the variable away. ``folder``: of the material. ``nobody``: as a user who owns nothing.
    """

    arguments: tuple[str, ...]
    code: int
    says: tuple[str, ...]
    out: str = ""
    shell: str = ""
    env: dict[str, str | None] | None = None
    folder: str = "files"
    nobody: bool = False


def bad(line: str, *says: str, code: int = 2) -> Case:
    """A command line of words without blanks."""
    return Case(tuple(line.split(" ")), code, says)


def workload(name: str, *says: str) -> Case:
    return Case(("estimate", f"{name}.toml", *DAY), 2, says)


def check(options: str, *says: str, code: int = 2, out: str = "") -> Case:
    return Case(("check", *options.split(" "), *DAY), code, says, out)


def saved(line: str, *says: str) -> Case:
    return Case(("report", *line.split(" ")), 2, says)


SAVE = "save one with --format json"
AGAIN = "save it again with --format json"
PRICELESS = "probe: cannot pass without the prices that are missing, stale or no longer sold"
EURO = WORKLOAD.replace("USD", "EUR").replace('"openai/gpt-6.1-terra"', '{ none = "no" }')
MISSPELT = WORKLOAD.replace("input_tokens", "imput_tokens").replace("probe", "日本")
FILES = {
    "w.toml": WORKLOAD,
    "key.toml": MISSPELT,
    "syntax.toml": "name: probe\n",
    "empty.toml": "# later\n",
    "binary.toml": bytes(range(256)),
    "huge.toml": b"#" * 5_000_000,
    "euro.toml": EURO,
    "two.toml": TWO + "[budget.stack.a]\nmonthly_total = 9\n",
    "quoted.toml": QUOTED,
    "old.toml": OLD,
    "negative.toml": WORKLOAD + "[budget]\nmonthly_total = -1\n",
    "nan.toml": WORKLOAD + "[budget]\nmonthly_total = nan\n",
    "large.toml": WORKLOAD + "[budget]\nmonthly_total = 1e15\n",
    "figure.toml": WORKLOAD + '[[policy]]\nname = "p"\ndeny = "total_montly > 1"\n',
    "stack.toml": WORKLOAD + '[[policy]]\nname = "p"\ndeny = "lines > 1"\nstacks = ["b"]\n',
    "division.toml": WORKLOAD + '[[policy]]\nname = "日"\ndeny = "lines / stale_lines > 1"\n',
    "rules.toml": "[budget]\ncomponent.toknes = 1\n",
    "norules.toml": "# later\n",
    "cut.json": '{"schema_version": "1.0", ',
    "binary.json": bytes(range(256)),
    "empty.json": "",
    "array.json": "[1]",
    "sneaky\nname\x1b[31m.toml": "name: x\n",
    "-dash.toml": "name: x\n",
}
EDITS = {
    "older.json": ('"schema_version": "1.', '"schema_version": "0.'),
    "newer.json": ('"schema_version": "1.', '"schema_version": "2.'),
    "total.json": ('"total_monthly": 3.5', '"total_monthly": 0.5'),
}
"""Documents made of the estimate of ``w.toml``."""
CASES = {
    # What a file holds.
    "bad key": workload("key", "key.toml:10:1", "did you mean 'input_tokens'"),
    "bad TOML": workload("syntax", "syntax.toml:1:5", "not TOML"),
    "a saved document as workload": bad("estimate est.json", "est.json is JSON", "costplan report"),
    "empty file": workload("empty", "empty.toml is empty", "costplan init"),
    "binary file": workload("binary", "binary.toml is not UTF-8", "save it as UTF-8"),
    "huge file": workload("huge", "huge.toml is larger than 4 MB", "= help: "),
    "missing path": workload("tow", "tow.toml does not exist", "did you mean 'two.toml'?"),
    "a folder": bad("estimate .", ". is a folder, not a file", "name a file in it"),
    "a line break in a name": bad(
        "estimate sneaky\nname\x1b[31m.toml", r"sneaky\nname\x1b[31m.toml:1:5", "not TOML"
    ),
    "a dash before a name": bad("estimate -dash.toml", "No such option", "estimate --help"),
    "an option of all commands behind one": bad(
        "estimate -q two.toml", "No such option: -q", "costplan -q estimate"
    ),
    "a dash that is a name": bad("estimate -- -dash.toml", "-dash.toml:1:5", "not TOML"),
    "no workload on standard input": bad("estimate -", "standard input is empty", "costplan init"),
    # Saved documents.
    "bad JSON": saved("cut.json", "cut.json:1:27: not JSON", SAVE),
    "binary document": saved("binary.json", "binary.json is not UTF-8", "save it as UTF-8"),
    "empty document": saved("empty.json", "empty.json is empty", SAVE),
    "an array": saved("array.json", "array.json is an array, not a saved document", SAVE),
    "older schema": saved("older.json", "older.json has schema 0.", SAVE),
    "newer schema": saved("newer.json", "by a newer costplan: its schema is 2.", "update costplan"),
    "a total that was edited": saved(
        "total.json", "estimates[0].total_monthly is 0.5", "--> total.json", AGAIN
    ),
    "a verdict that was edited": saved(
        "passed.json", "verdicts[0].status is 'pass', but", "--> passed.json", AGAIN
    ),
    "a comment of an edited verdict": bad(
        "comment github passed.json --dry-run", "--> passed.json", AGAIN
    ),
    "glob without match": saved("out/*.json", "no file matches 'out/*.json'", SAVE),
    "unknown format": saved("est.json --format cvs", "'cvs' is not one of", "report --help"),
    "unknown field": saved("est.json --fields amont", "no field 'amont'", "mean 'amount'"),
    "unknown group": saved("est.json --group-by rol", "'rol' is not one of", "'role'"),
    "unknown filter": saved("est.json --filter rol=a", "chosen by 'rol'", "did you mean 'role'?"),
    "a filter that takes nothing": saved(
        "est.json --filter role=chatt", "no line has role=chatt", "did you mean 'chat'?"
    ),
    "a stack that is not there": saved("est.json --stack b", "no stack 'b'", "stacks: a"),
    "a check beside an estimate": saved(
        "denied.json est.json", "denied.json is a check", "by themselves"
    ),
    "lines of a check": saved("denied.json --group-by role", "a check has no lines", "--format"),
    "a check as a picture": saved("denied.json --format svg", "drawn as svg", "formats: table"),
    # Rules.
    "negative budget": check("negative.toml", "negative.toml:16:17", "at least 0, not -1"),
    "NaN budget": check("nan.toml", "nan.toml:16:17", "must be a finite number"),
    "huge budget": check("large.toml", "large.toml:16:17", "stay under 1e+15"),
    "NaN option": check("w.toml --max-total nan", "--max-total", "a finite number under 1e15"),
    "unknown figure": check("figure.toml", "figure.toml:17:8", "did you mean 'total_monthly'"),
    "policy of another stack": check("stack.toml", "stack.toml:18:11", "stacks: a"),
    "policy that divides by zero": check(
        "division.toml", "--> division.toml:17:8", "ask first", code=1, out="probe: "
    ),
    "unknown component": check(
        "w.toml --policy rules.toml", "rules.toml:2:11", "did you mean 'tokens'?"
    ),
    "no policy in the file": check(
        "w.toml --policy norules.toml", "norules.toml is empty", "[budget], [[policy]]"
    ),
    "nothing to check": check("w.toml", "no limit and no policy", "[budget] or [[policy]]"),
    "two stacks where one is meant": check("two.toml", "about stack 'b'", "--stack names"),
    "misspelt option": bad("check w.toml --max-totl 3", "--max-totl", "--max-total)"),
    "baseline in another currency": check(
        "w.toml --max-increase 1 --baseline euro.toml", "is in EUR", "save a baseline in USD"
    ),
    "baseline of a newer schema": check(
        "w.toml --max-increase 1 --baseline newer.json", "newer.json", "update costplan"
    ),
    "baseline that is a folder": check(
        "w.toml --max-increase 1 --baseline .", ". is a folder", "name a file in it"
    ),
    "stale price": check(
        "old.toml --max-total 99", "--> old.toml:15:17", "allow_stale", code=3, out=PRICELESS
    ),
    "missing price": check(
        "quoted.toml --max-total 99", "--> quoted.toml:15:17", "[prices]", code=3, out=PRICELESS
    ),
    "a total that is at least": check(
        "quoted.toml --max-total 1 --format json",
        "a: monthly total: at least 3.50 is over the maximum of 1.00",
        "allow_unpriced",
        code=1,
        out='{\n  "schema_version"',
    ),
    "strict without a price": Case(
        ("estimate", "quoted.toml", "--strict", *DAY),
        3,
        ("no price for me/quoted flat", "the catalogue has no price"),
        "probe: 1,000 requests a month",
    ),
    "no such day": bad("check w.toml --as-of 2026-02-30", "'2026-02-30'", "such as 2026-11-22"),
    "a rate that is none": bad("check w.toml --exchange usd=1", "--exchange usd=1", "usd_per_eur="),
    # Locks.
    "missing lock": check("w.toml --max-total 9 --locked", "no costplan.lock", "lock'", code=3),
    "lock by a wrong name": check("w.toml --max-total 9 --lock no.lock", "no.lock", "= help: "),
    "edited lock": Case(
        ("estimate", "costplan.toml", *DAY),
        2,
        ("costplan.lock", "mine/small", "'costplan pricing lock"),
        folder="edited",
    ),
    "edited lock, locked": Case(
        ("check", "costplan.toml", "--max-total=99", "--locked", *DAY),
        3,
        ("costplan.lock", "mine/small", "'costplan pricing lock"),
        folder="edited",
    ),
    "moved prices, locked": Case(
        ("estimate", "costplan.toml", "--locked", *DAY),
        3,
        ("input: lock 2, catalogue 4", "'costplan pricing lock --update'"),
        folder="moved",
    ),
    # Git.
    "not a repository": bad(
        "diff --base main w.toml", "is not in a git repository", "two files need no git"
    ),
    "bad revision": bad("diff --base mian w.toml", "'mian' is no", "mean 'main'?")._replace(
        folder="repository"
    ),
    "shallow clone": bad("diff --base HEAD~1 w.toml", "'HEAD~1' is no", "shallow")._replace(
        folder="shallow"
    ),
    "a diff of one side": bad("diff w.toml", "a diff has two sides", "--base REV"),
    # Other commands.
    "unknown command": bad("chekc w.toml", "'chekc'", "Did you mean 'check'?"),
    "unknown schema": bad("schema chekc", "no schema 'chekc'", "did you mean 'check'?"),
    "unknown offer": bad("price openai/gpt-4oo", "'openai/gpt-4oo'", "mean 'openai/gpt-4o'"),
    "unknown template": bad("init --template suport-agent", "suport", "mean 'support-agent' or"),
    "comment without token": bad(
        "comment gitlab est.json --project a/b --number 3", "no token", "set GITLAB_TOKEN"
    ),
    "comment without a place": bad("comment github est.json", "which repository?", "--project"),
    "out over what is read": bad(
        "estimate w.toml --out w.toml", "w.toml is read here", "another file"
    ),
    "refresh of a bad file": bad(
        "pricing refresh --from openrouter=cut.json", "cut.json", "nothing was changed"
    ),
    "out into no folder": bad("estimate w.toml --out no/x", "no/x cannot be written", "a folder"),
    # Surroundings.
    "may not be read": bad("estimate secret.toml", "Permission denied", "you may read")._replace(
        folder="shut", nobody=True
    ),
    "read-only folder": bad(
        "check w.toml --max-total 9 --out x.txt", "x.txt cannot be written: Permission", "may write"
    )._replace(folder="shut", nobody=True),
    "prices that may not be read": bad(
        "estimate w.toml", "pricing/tokens cannot be read", "its prices would be left out"
    )._replace(folder="sealed", nobody=True),
    "closed stdout": Case(
        ("check", "w.toml", "--max-total=9", *DAY),
        2,
        ("standard output is closed", "--out FILE"),
        shell=">&-",
    ),
    "full device": Case(
        ("report", "denied.json"), 2, ("No space left", "send it elsewhere"), shell="> /dev/full"
    ),
    "closed stdin": Case(
        ("report", "-"), 2, ("standard input is closed", "name a file"), shell="<&-"
    ),
    "reader gone": Case(("report", "denied.json", "--format=json"), 141, (), shell="| true"),
    "stderr closed": Case(("report", "no.json"), 2, (), shell="2>&-"),
    "C locale": workload("key", "key.toml:10:1", "'input_tokens'")._replace(
        env={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    ),
    "C locale and a name": check(
        "division.toml", "--> division.toml:17:8", "ask first", code=1, out="probe: "
    )._replace(env={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}),
    "latin-1": check("division.toml", "ask first", code=1, out="probe: ")._replace(
        env={"PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"}
    ),
    "no terminal": check("w.toml --max-total 1", "denied: a: monthly total", code=1, out="probe: ")
    ._replace(env={"TERM": "dumb", "COLUMNS": "0"}),
    "empty HOME": check("w.toml --max-total 1", "denied: a: monthly total", code=1, out="probe: ")
    ._replace(env={"HOME": ""}),
    "no HOME": check("w.toml --max-total 1", "denied: a: monthly total", code=1, out="probe: ")
    ._replace(env={"HOME": None, "XDG_CONFIG_HOME": None}),
}  # fmt: skip
WORDLESS = ("reader gone", "stderr closed")
NOBODY = """
import contextlib, io, os
from costplan.cli import main, run

with contextlib.redirect_stdout(io.StringIO()):  # the other user may not import from our home
    run(["check", "w.toml", "--max-total=9"])
import tempfile, costplan.store.files.writing
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
main({arguments!r})
"""


def git(folder: Path, *arguments: str) -> None:
    own = ("-c", "user.name=t", "-c", "user.email=t@t.test", "-c", "commit.gpgsign=false")
    subprocess.run(
        ["git", *own, *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
        env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull},
    )


def files(folder: Path) -> None:
    for name, content in FILES.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    arguments = ("w.toml", "--format=json", *DAY)
    estimate = costplan("estimate", *arguments, folder=folder).out
    denied = costplan("check", *arguments, "--max-total=1", folder=folder).out
    (folder / "est.json").write_text(estimate)
    (folder / "denied.json").write_text(denied)
    (folder / "passed.json").write_text(denied.replace('"status": "deny"', '"status": "pass"'))
    for name, (old, new) in EDITS.items():
        assert old in estimate
        (folder / name).write_text(estimate.replace(old, new, 1))


def repository(folder: Path) -> None:
    git(folder, "init", "-q", "-b", "main")
    for requests in ("1_000", "2_000"):
        (folder / "w.toml").write_text(WORKLOAD.replace("1_000\n\n", f"{requests}\n\n"))
        git(folder, "add", "w.toml")
        git(folder, "commit", "-q", "-m", requests)


def shallow(folder: Path) -> None:
    origin = folder.parent / "origin"
    origin.mkdir()
    repository(origin)
    git(folder, "clone", "-q", "--depth=1", f"file://{origin}", ".")


def locked(folder: Path) -> Path:
    project(folder)
    assert here("pricing", "lock", *DAY, folder=folder).code == 0
    return folder / "costplan.lock"


def edited(folder: Path) -> None:
    lock = locked(folder)
    text = lock.read_text()
    assert "input = 2" in text
    lock.write_text(text.replace("input = 2", "input = 1"))


def moved(folder: Path) -> None:
    locked(folder)
    project(folder, MODELS.replace("input = 2.00", "input = 4"))


def shut(folder: Path) -> None:
    for name in ("w.toml", "secret.toml"):
        (folder / name).write_text(WORKLOAD)
    (folder / "secret.toml").chmod(0)
    folder.chmod(0o555)


def sealed(folder: Path) -> None:
    (folder / "w.toml").write_text(WORKLOAD)
    (folder / "pricing" / "tokens").mkdir(parents=True)
    (folder / "pricing" / "tokens").chmod(0)


MATERIAL: dict[str, Callable[[Path], None]] = {
    one.__name__: one for one in (files, repository, shallow, edited, moved, shut, sealed)
}


def started(case: Case, folder: Path) -> Ran:
    """A case in a shell, as another user or in another locale, where that is what is wrong."""
    if not (case.shell or case.nobody):
        return process(*case.arguments, folder=folder, env=case.env)
    command = [sys.executable, "-m", "costplan", *case.arguments]
    if case.nobody:
        command = [sys.executable, "-c", NOBODY.format(arguments=list(case.arguments))]
    elif case.shell:
        script = f'set -o pipefail; "$@" {case.shell}'
        command = ["bash", "-c", script, "bash", *command]
    ran = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        cwd=folder,
        env=environment(folder, case.env),
        timeout=60,
        check=False,
    )
    return Ran(ran.returncode, ran.stdout.decode(), ran.stderr.decode())


def within(case: Case, folder: Path) -> Ran:
    """A case that needs no process."""
    return costplan(*case.arguments, folder=folder, env=case.env)


def is_process(case: Case) -> bool:
    """Whether only a process shows it: streams, another user, a locale."""
    locale = any(name.startswith("PYTHON") for name in case.env or {})
    return bool(case.shell or case.nobody or locale)


def below(folder: Path) -> dict[str, bytes]:
    """As ``files_below``, of what may be read."""
    if os.getuid() == 0:
        return files_below(folder)
    hidden = folder / "secret.toml"
    if not hidden.is_file():
        return files_below(folder)
    hidden.chmod(0o400)
    try:
        return files_below(folder)
    finally:
        hidden.chmod(0)


@pytest.fixture(scope="module")
def outcomes() -> Iterator[dict[str, Ran]]:
    """Every case; no case writes, so that those of a folder share it."""
    with TemporaryDirectory() as made:
        base = Path(made)
        base.chmod(0o755)  # another user has to get in
        for name, make in MATERIAL.items():
            (base / name).mkdir()
            make(base / name)
        before = {name: below(base / name) for name in MATERIAL}
        done = {
            name: (started if is_process(case) else within)(case, base / case.folder)
            for name, case in CASES.items()
        }
        after = {name: below(base / name) for name in MATERIAL}
        (base / "shut").chmod(0o755)
        assert after == before
        yield done


@pytest.mark.parametrize("name", CASES)
def test_it_is_refused_in_words(name: str, outcomes: dict[str, Ran]) -> None:
    case, ran = CASES[name], outcomes[name]
    assert ran.code == case.code, ran.err
    for said in case.says:
        assert said in ran.err
    assert bool(ran.err) == (name not in WORDLESS)
    assert not CONTROL.search(ran.err)
    for word in ("Traceback", "Exception ignored", "a fault in costplan itself"):
        assert word not in ran.err
    assert ran.out.startswith(case.out)
    assert bool(ran.out) == bool(case.out)
    assert ran.out == "" or ran.out.endswith("\n")
    if case.env and "LC_ALL" in case.env:
        assert ran.out.isascii()


def test_the_table_is_long_enough() -> None:
    assert len(CASES) >= 45
    assert {case.code for case in CASES.values()} == {1, 2, 3, 141}
    assert all(len(case.says) >= 2 or case.out or name in WORDLESS for name, case in CASES.items())
