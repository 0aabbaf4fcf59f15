"""JSON Schemas, made from the same annotations that the reader reads.

TOML has no null, so "or null" branches are dropped: editors' messages stay readable.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from costplan.problems import BadUsage, did_you_mean

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(name: str) -> str:
    """The schema's text, by name. Raises BadUsage for an unknown name."""
    if name not in SCHEMAS:
        hint = did_you_mean(name, SCHEMAS) or "schemas: " + ", ".join(SCHEMAS)
        raise BadUsage(f"there is no schema '{name}'", hint)
    return json.dumps({"$schema": DIALECT, **SCHEMAS[name]()}, indent=2) + "\n"


def workload_schema() -> dict[str, Any]:
    """A workload file, its own ``[prices]`` included."""
    from costplan.catalog.lookup import CatalogFile
    from costplan.workload.model import Workload

    described = _of(Workload)
    prices = _of(CatalogFile)
    described["$defs"].update(prices.pop("$defs"))
    described["properties"]["prices"] = prices
    return described


def catalog_schema() -> dict[str, Any]:
    """A catalogue file."""
    from costplan.catalog.lookup import CatalogFile

    return _of(CatalogFile)


def _of(kind: type) -> dict[str, Any]:
    from dataclasses import fields

    from pydantic import TypeAdapter
    from pydantic.json_schema import GenerateJsonSchema

    from costplan.keys import sentences, summary

    class Generator(GenerateJsonSchema):
        """Pydantic's, for files: numbers are numbers, there is no null, unknown keys are errors."""

        def decimal_schema(self, schema: Any) -> Any:
            return {"type": "number"}

        def nullable_schema(self, schema: Any) -> Any:
            return self.generate_inner(schema["schema"])

        def default_schema(self, schema: Any) -> Any:
            described = super().default_schema(schema)
            default = described.get("default")
            if default is None or default == [] or default == {}:
                described.pop("default", None)
            elif described.get("type") == "number" and isinstance(default, str):
                number = float(default)  # shown by editors, never billed
                described["default"] = int(number) if number.is_integer() else number
            return described

        def dataclass_schema(self, schema: Any) -> Any:
            described = super().dataclass_schema(schema)
            rest = next((f.name for f in fields(schema["cls"]) if f.metadata.get("rest")), None)
            extra = described["properties"].pop(rest) if rest else None
            described["description"] = summary(schema["cls"])
            for name, said in sentences(schema["cls"]).items():
                if name in described["properties"]:
                    described["properties"][name]["description"] = str(said)
            described["additionalProperties"] = extra["additionalProperties"] if extra else False
            return described

    described: dict[str, Any] = _untitled(TypeAdapter(kind).json_schema(schema_generator=Generator))
    return described


def _untitled(node: Any, inside: str = "") -> Any:
    """Without the titles that only repeat a key's name; a property called title stays."""
    if isinstance(node, list):
        return [_untitled(child) for child in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _untitled(child, key)
        for key, child in node.items()
        if key != "title" or inside in ("properties", "$defs")
    }


def policy_schema() -> dict[str, Any]:
    """A policy file."""
    from costplan.workload.budget import RuleFile

    return _of(RuleFile)


DOCUMENTS = {
    "estimate": "costplan estimate",
    "bill": "costplan bill of one offer",
    "comparison": "costplan comparison",
    "diff": "costplan diff",
    "price-diff": "costplan price diff",
    "price-refresh": "costplan price refresh",
    "check": "costplan check",
    "audit": "costplan audit of the catalogue",
    "catalogue-report": "costplan report of the catalogue",
    "doctor": "costplan doctor",
    "calibration": "costplan calibration",
    "reconciliation": "costplan reconciliation",
    "usage": "costplan usage",
}
"""The title of each document that a command writes."""
OPTIONAL = {"bill": frozenset(("kind",))}
"""Keys that documents of version 1.0 do without."""


def document_schema(name: str) -> dict[str, Any]:
    """A document that a command writes."""
    from costplan.document.saved import type_of
    from costplan.keys import sentences
    from costplan.record.schema import json_schema

    kind = type_of(name.replace("-", "_"))
    return json_schema(kind, DOCUMENTS[name], OPTIONAL.get(name, frozenset()), sentences)


SCHEMAS: dict[str, Callable[[], dict[str, Any]]] = {
    "workload": workload_schema,
    "policy": policy_schema,
    "catalog": catalog_schema,
    **{name: partial(document_schema, name) for name in DOCUMENTS},
}
