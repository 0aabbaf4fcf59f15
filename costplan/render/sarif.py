"""Findings as SARIF 2.1.0, for code scanning: rules, levels, places in the workload file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from costplan.document.finding import Finding, Findings, Rule, Where
from costplan.document.findings import findings
from costplan.problems import clean
from costplan.render import Look
from costplan.render.json import dumps
from costplan.render.marks import fingerprints, titled, uri

if TYPE_CHECKING:
    from costplan.document.saved import Saved

LINK = re.compile(r"\]\s*\(")
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def draw(saved: Sequence[Saved], look: Look) -> str:
    """All documents in one run."""
    return draw_findings([findings(one) for one in saved], look)


def draw_findings(sets: Sequence[Findings], look: Look) -> str:
    """The findings of whatever was looked at, in one run."""
    rules = list(
        dict.fromkeys(
            [rule for one in sets for _, rule in one.examined]
            + [found.rule for one in sets for found in one.found]
        )
    )
    places = {rule: at for at, rule in enumerate(rules)}
    results = []
    for one in sets:
        marks = fingerprints(one)
        results += [
            _result(found, places[found.rule], one.subject, mark)
            for found, mark in zip(one.found, marks, strict=True)
        ]
    driver: dict[str, Any] = {"name": "costplan"}
    if look.version:
        driver["version"] = look.version
    driver["rules"] = [_rule(rule) for rule in rules]
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}) + "\n"


def plain_text(text: str) -> str:
    """A message in which no viewer finds a link: the brackets of ``[text](address)`` are escaped
    (SARIF 2.1.0, 3.11.6), and control characters are spelled out."""
    text = clean(text)
    return re.sub(r"[\[\]]", r"\\\g<0>", text) if LINK.search(text) else text


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": plain_text(rule.title)},
        "help": {"text": plain_text(rule.help)},
        "defaultConfiguration": {"level": rule.level},
    }


def _result(one: Finding, at: int, subject: str, mark: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "ruleId": one.rule.id,
        "ruleIndex": at,
        "level": one.level,
        "message": {"text": plain_text(f"{titled(one, subject)}: {one.message}")},
    }
    location = _location(one.where)
    if one.stack:
        location["logicalLocations"] = [{"name": one.stack, "kind": "stack"}]
    if location:
        made["locations"] = [location]
    made["partialFingerprints"] = {"costplan/v1": mark}
    properties = {
        name: value
        for name, value in (
            ("offer", one.offer),
            ("figure", one.figure),
            ("limit", one.limit),
            ("unit", one.unit or None),
        )
        if value is not None
    }
    if properties:
        made["properties"] = properties
    return made


def _location(where: Where | None) -> dict[str, Any]:
    if where is None:
        return {}
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": uri(where.file)},
            "region": {"startLine": where.line},
        }
    }
