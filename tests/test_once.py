"""What the tests of a process share: the same for the same argument, and nobody's to change."""

from __future__ import annotations

from pathlib import Path

import once
import processes
import pytest

from costplan.catalog.lookup import CatalogFile
from costplan.cli import app
from costplan.problems import CostplanError
from costplan.store.files.text import parse_toml, read_document

PRICES = 'vendor = "Me"\ncurrency = "USD"\nsource.page = { at = "me", confidence = "vendor" }\n'


def read(name: str, text: str) -> CatalogFile:
    return once.read(CatalogFile, name, text, once.Unparsed(name, text))


def test_a_text_is_read_once_and_another_one_anew() -> None:
    assert read("a", PRICES) is read("b", PRICES)
    assert read("a", PRICES) == read_document(CatalogFile, "a", PRICES, parse_toml("a", PRICES))
    assert read("a", PRICES.replace("Me", "Us")).vendor == "Us"


@pytest.mark.parametrize("text", ["[", "vendor = 1"])
def test_what_is_refused_is_refused_again_in_its_own_name(text: str) -> None:
    for name in ("first.toml", "second.toml"):
        with pytest.raises(CostplanError) as refused:
            read(name, text)
        assert name in str(refused.value)


def test_a_parser_is_nobodys_to_change() -> None:
    changed, fresh = app(["estimate"]), app(["estimate"])
    for parameter in changed.params:
        parameter.envvar = "COSTPLAN_OTHER"
    changed.params.clear()
    assert fresh.params
    for parser in (fresh, app(["estimate"])):
        assert "COSTPLAN_OTHER" not in [parameter.envvar for parameter in parser.params]


def test_a_file_of_the_sources_is_parsed_once() -> None:
    assert once.tree(Path(__file__)) is once.tree(Path(__file__))


def test_only_a_whole_run_with_too_many_processes_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    started = processes.Counter({"a": processes.MOST, "b": 1})
    monkeypatch.setattr(processes, "STARTED", started)
    counted = processes.Counted.__new__(processes.Counted)
    counted.collected = processes.WHOLE
    assert counted.too_many()
    counted.collected -= 1
    assert not counted.too_many()
    counted.collected += 1
    started["b"] = 0
    assert not counted.too_many()


def test_processes_of_the_program_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    started = processes.Counter()
    monkeypatch.setattr(processes, "STARTED", started)
    for command in (["python", "-m", "costplan", "x"], ["git", "log"], ["python", "-m", "pip"]):
        processes.count("subprocess.Popen", ("x", command, None, None))
    processes.count("open", ("x", "r", 0))
    assert dict(started) == {"tests/test_once.py": 1}
