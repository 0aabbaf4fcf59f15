"""Pages that are made from the code are as it makes them; what they show can be read."""

from __future__ import annotations

import re
import runpy
import tomllib
from pathlib import Path
from typing import Any

import pytest
from run import ROOT, costplan

from costplan.keys import tables
from costplan.workload.model import Workload

DOCS = ROOT / "docs"
MADE: dict[str, Any] = runpy.run_path(str(DOCS / "make_docs.py"), run_name="make_docs")
FILES = sorted((DOCS / "keys").glob("*.toml"))


@pytest.mark.parametrize("name", MADE["PAGES"])
def test_a_page_is_as_the_code_makes_it(name: str) -> None:
    assert (DOCS / name).read_text("utf-8") == MADE["PAGES"][name](), "run 'make docs'"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_workloads_that_the_examples_are_taken_from_are_valid(path: Path) -> None:
    ran = costplan("validate", str(path), folder=DOCS)
    assert ran.code == 0, ran.err


def test_every_key_has_an_example_of_one_line_that_can_be_read() -> None:
    shown = MADE["examples"]()
    lines = {line.strip() for path in FILES for line in path.read_text("utf-8").splitlines()}
    for table in tables(Workload):
        for key in table.keys:
            rows = [text for (kind, _), text in shown.items() if kind is table.kind]
            field = key.name
            if field == "any other":
                assert rows
                continue
            text = shown.get((table.kind, field), "")
            assert field in text or text.startswith("["), (table.heading, field)
            assert text in lines
            assert tomllib.loads(text)


def test_the_page_of_formats_names_the_columns_of_csv_in_their_order() -> None:
    text = (DOCS / "formats.md").read_text("utf-8")
    (named,) = re.findall(r"^`(document,[^`]+)`$", text, re.M)
    ran = costplan(
        "estimate", str(DOCS / "keys" / "from-a-trace.toml"), "--format", "csv", folder=DOCS
    )
    assert ran.code == 0, ran.err
    assert re.split(r",\s+", named) == ran.out.splitlines()[0].split(",")
