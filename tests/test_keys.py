"""Every key that people write has its sentence, and every number its unit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from costplan.catalog.lookup import CatalogFile
from costplan.catalog.provisioned import ProvisionedFile
from costplan.catalog.throughput import ThroughputFile
from costplan.keys import Said, Table, file_fields, sentences, summary, tables
from costplan.record import record
from costplan.store.files.schemas import schema
from costplan.workload.budget import RuleFile
from costplan.workload.model import Workload

FILES = (Workload, RuleFile, CatalogFile, ThroughputFile, ProvisionedFile)
TABLES = [pytest.param(one, id=one.kind.__qualname__) for kind in FILES for one in tables(kind)]


@pytest.mark.parametrize("table", TABLES)
def test_every_key_has_one_line_that_says_what_it_does(table: Table) -> None:
    said = sentences(table.kind)
    assert [*said] == [one.name for one in file_fields(table.kind)], "Keys: of its docstring"
    for name, (text, unit) in said.items():
        assert 4 < len(text) <= 120, name
        assert not text.endswith("."), name
        assert "\n" not in text + unit, name
    assert "Keys:" not in summary(table.kind)


@pytest.mark.parametrize("table", TABLES)
def test_every_number_says_what_it_counts(table: Table) -> None:
    missing = [key.name for key in table.keys if "number" in key.type and not key.unit]
    assert not missing


def test_sentences_go_over_lines_and_are_inherited() -> None:
    @record
    class Base:
        """A base.

        Keys:
            size (metres): how long
                it is
        """

        size: int

    @record
    class Further(Base):
        """More.

        Keys:
            name: what it is called
        """

        name: str

    assert sentences(Further) == {
        "size": Said("how long it is", "metres"),
        "name": Said("what it is called"),
    }
    assert (summary(Further), str(sentences(Further)["size"])) == (
        "More.",
        "how long it is [metres]",
    )


def properties(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """(place, schema) of every property that a schema describes."""
    if isinstance(node, dict):
        for name, one in (node.get("properties") or {}).items():
            yield f"{path}/{name}", one
        for name, one in node.items():
            yield from properties(one, f"{path}/{name}")
    elif isinstance(node, list):
        for one in node:
            yield from properties(one, path)


@pytest.mark.parametrize("name", ["workload", "policy", "catalog"])
def test_the_json_schema_says_the_same(name: str) -> None:
    found = dict(properties(json.loads(schema(name))))
    assert len(found) > 30
    assert [place for place, one in found.items() if "description" not in one] == []


def test_editors_are_told_what_explain_says() -> None:
    found = json.loads(schema("workload"))["$defs"]["Step"]
    assert found["description"] == summary(tables(Workload)[2].kind)
    assert found["properties"]["max_attempts"]["description"].endswith("[attempts]")
