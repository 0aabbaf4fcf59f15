"""The rules of the house that import-linter cannot see."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from once import tree

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "costplan"
PURE = (
    "record",
    "catalog",
    "outcomes",
    "workload",
    "document",
    "billing",
    "plan",
    "render",
    "risk",
)
PROBABILITIES = ("flow.py", "latency.py", "solving.py")  # shares and seconds are floats
ARRAYS = (PACKAGE / "risk", PACKAGE / "billing" / "arrays")  # amounts over draws are floats
PURE_FILES = ("quantity.py", "problems.py", "weektime.py", "words.py")
FORBIDDEN_CALLS = {
    "open",
    "print",
    "input",
    "date.today",
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "time.time",
    "os.getenv",
    "Path",
    "Path.cwd",
    "sys.exit",
    "urlopen",
}
FORBIDDEN_MODULES = {
    "os",
    "sys",
    "socket",
    "httpx",
    "requests",
    "urllib",
    "pathlib",
    "random",
    "subprocess",
    "time",
}


def pure_modules() -> list[Path]:
    found = [path for room in PURE for path in sorted((PACKAGE / room).rglob("*.py"))]
    return found + [PACKAGE / name for name in PURE_FILES]


@pytest.mark.parametrize("path", pure_modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_pure_rooms_touch_no_file_clock_environment_or_terminal(path: Path) -> None:
    parsed = tree(path)
    calls = {ast.unparse(node.func) for node in ast.walk(parsed) if isinstance(node, ast.Call)}
    modules = {
        alias.name.split(".")[0]
        for node in ast.walk(parsed)
        if isinstance(node, ast.Import)
        for alias in node.names
    } | {
        (node.module or "").split(".")[0]
        for node in ast.walk(parsed)
        if isinstance(node, ast.ImportFrom)
    }
    assert not calls & FORBIDDEN_CALLS
    assert not modules & FORBIDDEN_MODULES


def test_money_never_meets_a_float() -> None:
    for room in ("billing", "catalog", "workload", "document"):
        for path in (PACKAGE / room).rglob("*.py"):
            if path.name in PROBABILITIES or path.parent in ARRAYS:
                continue
            parsed = tree(path)
            for node in ast.walk(parsed):
                is_literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
                is_call = isinstance(node, ast.Call) and ast.unparse(node.func) == "float"
                assert not is_literal, f"{path}:{node.lineno} holds a float"
                assert not is_call, f"{path}:{node.lineno} makes a float"


def test_only_what_draws_imports_numpy() -> None:
    for path in PACKAGE.rglob("*.py"):
        if path.parent not in ARRAYS:
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"^\s*(import|from) numpy\b", text, re.MULTILINE), path
            assert "from costplan.billing.arrays" not in text, path


def modules_after(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nimport json; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_importing_the_package_is_free() -> None:
    loaded = modules_after("import costplan")
    assert {name for name in loaded if name.startswith("costplan")} == {"costplan"}
    assert not loaded & {"typer", "rich", "pydantic", "httpx", "tomllib"}


def test_an_estimate_in_a_pipe_loads_nothing_heavy() -> None:
    workload = ROOT / "examples" / "support-agent.toml"
    loaded = modules_after(
        "import io, contextlib\nfrom costplan.cli import run\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        f"    code = run(['estimate', {str(workload)!r}])\n"
        "assert code == 0, code"
    )
    assert not loaded & {"pydantic", "httpx", "numpy", "rich.console", "jsonschema"}
    assert not loaded & {"duckdb", "tomlkit"}  # of usage alone


def test_a_price_loads_no_workload_and_no_estimate() -> None:
    loaded = modules_after(
        "import io, contextlib\nfrom costplan.cli import run\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        "    code = run(['price', 'openai/gpt-4o', 'input_tokens=1000'])\n"
        "assert code == 0, code"
    )
    ours = {name for name in loaded if name.startswith("costplan.")}
    assert not {name for name in ours if ".workload." in name or ".outcomes." in name}
    assert not ours & {"costplan.document.estimate", "costplan.api.estimating"}


def test_every_command_is_in_the_readme() -> None:
    from costplan.cli import COMMANDS

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in COMMANDS:
        assert f"costplan {name}" in readme, name


def test_every_format_has_a_file_and_every_file_a_format() -> None:
    from costplan.render import BINARY, FORMATS

    files = (ROOT / "costplan" / "render").glob("*.py")
    drawing = {
        f"costplan.render.{path.stem}"
        for path in files
        if "\ndef draw(saved: " in path.read_text(encoding="utf-8")
    }
    assert drawing == {*FORMATS.values(), *BINARY.values()}


def test_versions_agree() -> None:
    import costplan

    written = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.M)
    assert written is not None
    assert written[1] == costplan.__version__


def test_types_ship_with_the_wheel(tmp_path: Path) -> None:
    """Classified as typed, so that a checker reads the annotations of an installed package."""
    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    with zipfile.ZipFile(wheel) as files:
        assert "costplan/py.typed" in files.namelist()
    assert "Typing :: Typed" in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_a_stack_may_be_given_by_its_name_alone() -> None:
    import costplan
    from costplan.api.checking import check_subject
    from costplan.api.estimating import compare_opened
    from costplan.store.files.workloads import open_workload

    path, day = ROOT / "examples" / "minimal.toml", date(2026, 11, 28)
    document = costplan.estimate(path, stacks="openai", as_of=day)
    assert [made.stack for made in document.estimates] == ["openai"]
    assert [one.stack for one in costplan.estimate(path, as_of=day, stacks="google").estimates] == [
        "google"
    ]
    compared = compare_opened(open_workload(str(path)), day, "anthropic")
    assert [one.stack for one in compared.document.estimates] == ["anthropic"]
    checked = check_subject(str(path), {"monthly_total": Decimal(1)}, stacks="openai", as_of=day)
    assert checked.stacks == ["openai"]
    changed = check_subject(
        str(path), {"monthly_total": Decimal(1)}, as_of=day, changes="traffic.requests_per_month=1"
    )
    assert changed.stacks


def test_contributors_are_sent_to_places_that_are_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:costplan|tests|docs|ci|examples|pricing)/[\w./-]*)`", text)
    places = [name for name in named if "NAME" not in name and "NNNN" not in name]
    assert len(places) > 50
    assert [place for place in places if not (ROOT / place).exists()] == []


def test_the_drawing_of_the_house_names_every_floor() -> None:
    """The layers that import-linter holds and those that contributors are shown are the same."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    drawn = text.partition("## The house")[2].split("```")[1]
    shown = {line[:33].strip() for line in drawn.strip().splitlines()}
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    contracts = linter["importlinter"]["contracts"]
    layers = next(one["layers"] for one in contracts if one["type"] == "layers")
    assert shown == set(layers)


LONGEST = 60


def test_no_function_is_longer_than_a_screen() -> None:
    """From its signature to its end: what many options make long are records of them."""
    long = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno is not None
                if node.end_lineno - node.lineno + 1 > LONGEST:
                    long.add(f"{path.relative_to(PACKAGE).as_posix()}:{node.name}")
    assert long == set()


def test_one_place_makes_the_http_client() -> None:
    """Limits, proxies, redirects and tries are stated once; httpx is imported where it is used."""
    makers, at_import = set(), set()
    for path in PACKAGE.rglob("*.py"):
        parsed = tree(path)
        name = str(path.relative_to(PACKAGE))
        calls = {ast.unparse(node.func) for node in ast.walk(parsed) if isinstance(node, ast.Call)}
        if calls & {"httpx.Client", "httpx.AsyncClient", "httpx.get", "httpx.request", "urlopen"}:
            makers.add(name)
        if any(
            isinstance(node, ast.Import | ast.ImportFrom) and "httpx" in ast.unparse(node)
            for node in parsed.body
        ):
            at_import.add(name)
    assert makers == {"store/network/client.py"}
    assert at_import == set()


VAGUE = {"one", "made", "found", "some", "it"}
MOST_VAGUE = {
    "*.py": 0,
    "api": 1,  # ``found`` of an answer to agents
    "billing": 0,
    "catalog": 0,
    "cli": 0,
    "document": 0,
    "outcomes": 0,
    "plan/bill": 0,
    "plan/compare": 0,
    "plan/forecast": 0,
    "plan/judge": 0,
    "plan/prices": 0,
    "plan/usage": 0,
    "record": 2,
    "render": 0,
    "risk": 0,
    "store": 0,
    "workload": 0,
}
"""What is left of them by room: lower it with each that is named; never raise it."""


def vaguely_named(room: str) -> list[str]:
    """The variables and parameters of a room, or of the files above the rooms, that say nothing of
    what they hold."""
    places = []
    paths = PACKAGE.glob(room) if room.endswith(".py") else (PACKAGE / room).rglob("*.py")
    for path in sorted(paths):
        for node in ast.walk(tree(path)):
            bound = isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            name = node.id if isinstance(node, ast.Name) and bound else ""
            name = node.arg if isinstance(node, ast.arg) else name
            if name in VAGUE:
                places.append(f"{path.relative_to(PACKAGE).as_posix()}:{node.lineno} {name}")
    return places


@pytest.mark.parametrize("room", MOST_VAGUE)
def test_names_say_what_they_hold(room: str) -> None:
    places = vaguely_named(room)
    assert len(places) <= MOST_VAGUE[room], "\n".join(places)


def test_no_file_is_longer_than_a_room() -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in PACKAGE.rglob("*.py")}
    assert {path.name: length for path, length in lengths.items() if length > 400} == {}
