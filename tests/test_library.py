"""The package as a notebook or a service uses it: exported names, documents, one tree of errors."""

from __future__ import annotations

import ast
import importlib
import inspect
import io
import pkgutil
import re
from contextlib import redirect_stdout
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from run import DAY as DAY_OPTION
from run import ROOT, WORKLOAD, costplan

import costplan as library
from costplan import problems

DAY = date(2026, 11, 22)
SUPPORT = ROOT / "examples" / "support-agent.toml"
SIGNALS = {
    "ExpressionError": "a formula that cannot be read; its reader makes it a problem of the file",
    "NeverEnds": "a graph without an exit; solving makes it a problem of the file",
    "TooManyStates": "a graph too large; solving makes it a problem of the file",
    "Refused": "an agent's request that cannot be served; the server answers with it",
    "CutShort": "a body that ended early; the client tries again",
    "TryAgain": "a fault of a network that may pass; the client tries again, or refuses",
}
"""Exceptions that end inside of costplan."""


PRICES = """\
vendor = "Somebody"
currency = "USD"
source.us = {{ at = "our contract", confidence = "vendor" }}

[[{table}model]]
id = "openai/gpt-6.1-terra"
[[{table}model.price]]
origin = {{ since = 2026-10-26, checked = 2026-10-26, source = "us" }}
unit = "token"
per = 1_000_000
rates = {{ input = {input}, output = 5 }}
"""


def modules() -> list[Any]:
    found = pkgutil.walk_packages(library.__path__, "costplan.")
    return [importlib.import_module(one.name) for one in found if "__main__" not in one.name]


def test_what_is_exported_is_there_and_nothing_else() -> None:
    assert dir(library) == library.__all__ == sorted(library.__all__)
    for name in library.__all__:
        assert getattr(library, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        library.nothing  # noqa: B018


def test_type_checkers_are_told_the_same_names() -> None:
    tree = ast.parse(Path(library.__file__).read_text("utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    told = {
        node.module: tuple(one.name for one in node.names)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
    }
    assert told == library._PLACES
    assert {"__version__", *(name for names in told.values() for name in names)} == {
        *library.__all__
    }


def test_every_exported_function_says_what_it_takes_gives_and_raises() -> None:
    for name in library.__all__:
        function = getattr(library, name)
        if not inspect.isfunction(function):
            continue
        text = inspect.getdoc(function) or ""
        assert "Raises" in text, name
        for parameter in inspect.signature(function).parameters.values():
            assert parameter.annotation is not inspect.Parameter.empty


def test_the_tree_of_errors_is_as_it_is_drawn() -> None:
    """Every error of the package is one tree, with the exit codes that the drawing has."""
    modules()

    def below(kind: type[Exception], depth: int = 0) -> list[tuple[int, str, int]]:
        found = [(depth, kind.__name__, kind.exit_code)]  # type: ignore[attr-defined]
        for one in sorted(kind.__subclasses__(), key=lambda one: one.__name__):
            found += below(one, depth + 1)
        return found

    drawn = [
        (len(row[1]) // 3, row[2], int(row[3]))
        for row in re.finditer(
            r"^    ((?:\|  )*(?:\|- )?)(\w+) .*\(exit (\d)\)$", problems.__doc__ or "", re.M
        )
    ]
    assert drawn == below(library.CostplanError)
    assert {code for _, _, code in drawn} == {2, 3}


def test_no_exception_stands_outside_of_the_tree() -> None:
    outside = {
        value.__name__
        for module in modules()
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, Exception)
        and value.__module__.startswith("costplan")
        and not issubclass(value, library.CostplanError)
        and not value.__name__.startswith("_")
    }
    assert outside == {*SIGNALS}


def test_documents_are_their_json_as_plain_data(tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_text(WORKLOAD)
    path = tmp_path / "w.toml"
    made = {
        "estimate": library.estimate(path, as_of=DAY),
        "compare": library.compare(path, as_of=DAY),
        "check": library.check(path, {"monthly_total": 3}, as_of=DAY),
    }
    for command, document in made.items():
        more = ["--max-total", "3"] if command == "check" else []
        ran = costplan(command, "w.toml", *DAY_OPTION, "--format=json", *more, folder=tmp_path)
        theirs, ours = ran.data, document.to_dict()
        theirs.pop("origin", None)  # where the file lies, which a document in memory has no use for
        theirs.get("estimate", {}).pop("origin", None)
        for one in (theirs, ours):
            one.pop("subject", None)
        assert ours == theirs, command
    bill = library.price("openai/gpt-6.1-terra", input_tokens=100_000)
    assert bill.to_dict()["total"] == bill.total == Decimal("0.1")


def test_a_catalogue_that_is_given_lies_beneath_the_workloads_own_prices(tmp_path: Path) -> None:
    """A folder's price of a shipped id is used where its catalogue is given; the workload's own
    stands over it."""
    folder = tmp_path / "elsewhere" / "pricing" / "tokens"
    folder.mkdir(parents=True)
    (folder / "openai.toml").write_text(PRICES.format(table="", input=7))
    workload = tmp_path / "w.toml"
    workload.write_text(WORKLOAD)
    catalog = library.load_catalog(tmp_path / "elsewhere")
    usual = library.estimate(workload, as_of=DAY).estimates[0].total_monthly
    for _ in range(2):
        given = library.estimate(workload, as_of=DAY, catalog=catalog)
        assert given.estimates[0].total_monthly == usual + 6  # a million of input at 7, not at 1
        assert [one.offer for one in given.overrides] == ["openai/gpt-6.1-terra"]
    own = tmp_path / "own.toml"
    own.write_text(WORKLOAD + "[prices]\n" + PRICES.format(table="prices.", input=3))
    assert library.estimate(own, as_of=DAY, catalog=catalog).estimates[0].total_monthly == usual + 2


def test_an_estimate_may_stand_where_a_workload_does() -> None:
    workload = library.load_workload(SUPPORT)
    made = library.estimate(workload, as_of=DAY, stacks="portable")
    assert not library.diff(made, library.estimate(SUPPORT, as_of=DAY, stacks="portable")).changed
    total = made.estimates[0].total_monthly
    assert library.check(made, {"monthly_total": total - 1}).exit_code == 1
    assert library.check(made, {"increase_percent": 1}, baseline=made).verdicts[0].status == "pass"
    assert library.report(made) == library.report([made])
    assert "portable" in library.report(made, "markdown")


def test_what_cannot_be_used_is_said(tmp_path: Path) -> None:
    with pytest.raises(library.BadUsage, match="must be at least 0"):
        library.load_workload(SUPPORT, changes="traffic.requests_per_month=-1")
    faulty = tmp_path / "w.toml"
    faulty.write_text(WORKLOAD.replace("input_tokens = 1_000", "input_tokens = -1\ncolour = 2"))
    with pytest.raises(library.DocumentError) as refused:
        library.load_workload(faulty)
    assert {one.path[-1] for one in refused.value.problems} == {"input_tokens", "colour"}
    assert refused.value.exit_code == 2
    with pytest.raises(library.BadUsage, match="between 0 and 1"):
        library.compare(SUPPORT, at_reliability=2)
    with pytest.raises(library.BadUsage, match="not float"):
        library.price("openai/gpt-4o", input_tokens=0.5)  # type: ignore[arg-type]
    with pytest.raises(library.BadUsage, match="is no format"):
        library.report(library.estimate(SUPPORT, as_of=DAY), "pdf")
    with pytest.raises(library.BadUsage, match="summed by"):
        library.report(library.estimate(SUPPORT, as_of=DAY), group_by="colour")
    with pytest.raises(library.MissingVariables):
        library.price("labour/case")


def test_the_page_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "library.md").read_text(), re.S)
    assert len(blocks) >= 5
    names: dict[str, Any] = {}
    said = io.StringIO()
    with redirect_stdout(said):
        for block in blocks:
            exec(block, names)  # noqa: S102
    assert "portable" in said.getvalue()
    assert "unknown offer 'openai/gpt-four'" in said.getvalue()


def test_the_page_has_every_exported_error() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| (\d) \|", (ROOT / "docs" / "library.md").read_text("utf-8"), re.M
    )
    exported = {
        name: getattr(library, name).exit_code
        for name in library.__all__
        if inspect.isclass(getattr(library, name)) and name != "CostplanError"
    }
    assert {name: int(code) for name, code in rows} == exported
