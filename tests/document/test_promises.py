"""What saved documents promise: files of every kind as they were saved once, and the JSON Schemas.

A schema is made from the records. Its copy here is what readers elsewhere were told: a change that
is meant is made with COSTPLAN_UPDATE_GOLDEN=1 python -m pytest tests/document, and its diff read.
"""

from __future__ import annotations

import copy
import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from costplan.document.kinds import KINDS, PAGES, RESULTS, type_of
from costplan.document.saved import read_document
from costplan.problems import InvalidInput
from costplan.record.writing import plain
from costplan.render.json import dumps
from costplan.store.files.documents import parse_json
from costplan.store.files.schemas import DOCUMENTS, schema

ROOT = Path(__file__).resolve().parents[2]
SAVED = sorted((ROOT / "tests" / "data" / "documents").glob("*.json"))
SCHEMAS = ROOT / "tests" / "golden" / "schemas"
SAVED_NOWHERE = {"price_overview"}
"""Kinds that are drawn for a reader only."""
ADDED = {"facts", "why"}
"""Keys that minor versions added since files were saved, wherever they stand."""


def data_of(path: Path) -> Any:
    return parse_json(path.name, path.read_text(encoding="utf-8"))


def test_every_kind_was_saved_once() -> None:
    kinds = {data_of(path)["kind"] for path in SAVED}
    assert kinds == set(KINDS | RESULTS | PAGES) - SAVED_NOWHERE


def as_saved(again: Any, data: Any) -> Any:
    """What is written now as the version of the data wrote it."""
    if isinstance(again, dict) and isinstance(data, dict):
        return {
            key: data[key] if key == "schema_version" else as_saved(value, data.get(key))
            for key, value in again.items()
            if key in data or key not in ADDED
        }
    if isinstance(again, list) and isinstance(data, list) and len(again) == len(data):
        return [as_saved(*pair) for pair in zip(again, data, strict=True)]
    return again


@pytest.mark.parametrize("path", SAVED, ids=lambda path: path.stem)
def test_what_was_saved_is_read_and_written_unchanged(path: Path) -> None:
    data = data_of(path)
    again = plain(read_document(type_of(data["kind"]), data))
    assert as_saved(again, data) == data
    if again["schema_version"] == data["schema_version"]:
        assert dumps(again) + "\n" == path.read_text(encoding="utf-8")  # the order of keys too


@pytest.mark.parametrize("path", SAVED, ids=lambda path: path.stem)
def test_what_was_saved_is_valid(path: Path) -> None:
    name = path.stem.partition("-")[0].replace("_", "-")
    if name in DOCUMENTS:
        data = json.loads(path.read_text(encoding="utf-8"))
        Draft202012Validator(json.loads(schema(name))).validate(data)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_schema_is_what_was_promised(name: str) -> None:
    path = SCHEMAS / f"{name}.json"
    if os.environ.get("COSTPLAN_UPDATE_GOLDEN"):
        path.write_text(schema(name), encoding="utf-8")
    assert schema(name) == path.read_text(encoding="utf-8")


def places(node: Any, path: tuple[Any, ...] = ()) -> Any:
    """Every value of a document, of an array the first element's."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield (*path, key)
            yield from places(value, (*path, key))
    elif isinstance(node, list) and node:
        yield from places(node[0], (*path, 0))


def at(data: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        data = data[step]
    return data


WRONG = ("x", Decimal("-1.5"), True, [], {}, None, 1.5)
ONE_OF_EACH = {data_of(path)["kind"]: path for path in reversed(SAVED)}


@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_a_value_of_another_type_is_refused_with_its_place(kind: str) -> None:
    """Or it is right as it is, and then the document is written with it."""
    data = data_of(ONE_OF_EACH[kind])
    refused = 0
    for path in places(data):
        if path in (("schema_version",), ("kind",)):
            continue
        holder = at(data, path[:-1])
        right = holder[path[-1]]
        for wrong in WRONG:
            holder[path[-1]] = copy.copy(wrong)
            try:
                read = read_document(type_of(kind), data)
            except InvalidInput as error:
                refused += 1
                at_fault = [one.path for one in error.problems]
                if isinstance(wrong, float) and path not in at_fault:
                    pytest.fail(f"a float is refused elsewhere than at {path}")
                continue
            assert not isinstance(wrong, float), path
            parent = at(plain(read), path[:-1])
            if path[-1] in parent:
                assert parent[path[-1]] == wrong, (path, wrong)
            else:
                assert wrong in (None, []), (path, wrong)
        holder[path[-1]] = right
    assert refused > 3 * len(WRONG)
