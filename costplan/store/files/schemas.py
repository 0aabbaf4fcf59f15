"""JSON Schemas, made from the same annotations that the reader reads.

TOML has no null, so "or null" branches are dropped: editors' messages stay readable.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from costplan.problems import BadUsage, did_you_mean

QUANTILE = r"^p\d{1,2}(\.\d+)?$"
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
    _allow_ranges(described)
    described["$defs"].update(prices.pop("$defs"))
    described["properties"]["prices"] = prices
    described["properties"]["scenario"] = dict(SCENARIO)
    return described


SCENARIO = {
    "type": "object",
    "description": "other values for keys of this file, by scenario; --scenario NAME lays it over",
    "additionalProperties": {"type": "object"},
}
RANGE = {
    "description": "a number that is not known exactly: docs/risk.md",
    "anyOf": [
        {
            "type": "object",
            "description": "quantiles, such as { p5 = 600, p95 = 4_000 }",
            "patternProperties": {QUANTILE: {"type": "number"}},
            "minProperties": 2,
            "additionalProperties": False,
        },
        {
            "type": "object",
            "properties": {
                "quantiles": {
                    "type": "object",
                    "description": "what the number stays under so often, such as p10 and p99",
                    "patternProperties": {QUANTILE: {"type": "number"}},
                    "minProperties": 2,
                    "additionalProperties": False,
                }
            },
            "required": ["quantiles"],
            "additionalProperties": False,
        },
        {
            "type": "object",
            "description": "the least, the most likely and the most (PERT)",
            "properties": {
                key: {"type": "number", "description": f"the {said} that it may be"}
                for key, said in (("low", "least"), ("likely", "likeliest"), ("high", "most"))
            },
            "required": ["low", "likely", "high"],
            "additionalProperties": False,
        },
        {
            "type": "array",
            "description": "one of several numbers",
            "minItems": 2,
            "items": {
                "type": "object",
                "properties": {
                    "value": {"type": "number", "description": "what it may be"},
                    "weight": {
                        "type": "number",
                        "exclusiveMinimum": 0,
                        "description": "how likely that is, against the others' weights",
                    },
                },
                "required": ["value", "weight"],
                "additionalProperties": False,
            },
        },
    ],
}


def _allow_ranges(described: dict[str, Any]) -> None:
    """A range wherever a number of the bill stands."""
    from costplan.keys import tables
    from costplan.workload.model import Workload
    from costplan.workload.ranged import rangeable

    described["$defs"]["Range"] = RANGE
    for table in tables(Workload):
        name = table.kind.__name__
        known = described if table.kind is Workload else described["$defs"][name]
        properties = known["properties"]
        for key in rangeable(table.kind, table.places[0]):
            if key in properties:
                properties[key] = _or_range(properties[key])
            else:
                known["additionalProperties"] = _or_range(known["additionalProperties"])


def _or_range(number: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {
        key: number.pop(key) for key in ("description", "default") if key in number
    }
    members = number["anyOf"] if number.keys() == {"anyOf"} else [number]
    return {"anyOf": [*members, {"$ref": "#/$defs/Range"}], **said}


def catalog_schema() -> dict[str, Any]:
    """A catalogue file."""
    from costplan.catalog.lookup import CatalogFile

    return _of(CatalogFile)


def _of(kind: type) -> dict[str, Any]:
    from dataclasses import fields

    from pydantic import TypeAdapter
    from pydantic.json_schema import GenerateJsonSchema

    from costplan.keys import file_fields, sentences, summary

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
            kept = {field.name for field in file_fields(schema["cls"])}
            for name in [name for name in described["properties"] if name not in kept]:
                described["properties"].pop(name)
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
    "forecast": "costplan forecast",
    "usage": "costplan usage",
}
"""The title of each document that a command writes."""
OPTIONAL = {"bill": frozenset(("kind",))}
"""Keys that documents of version 1.0 do without."""


def document_schema(name: str) -> dict[str, Any]:
    """A document that a command writes."""
    from costplan.document.kinds import type_of
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
