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
    from costplan.document.kinds import Saved

LINK = re.compile(r"\]\s*\(")
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def draw(saved: Sequence[Saved], look: Look) -> str:
    """All documents in one run."""
    return draw_findings([findings(named) for named in saved], look)


def draw_findings(sets: Sequence[Findings], look: Look) -> str:
    """The findings of whatever was looked at, in one run."""
    rules = list(
        dict.fromkeys(
            [rule for review in sets for _, rule in review.examined]
            + [finding.rule for review in sets for finding in review.findings]
        )
    )
    places = {rule: at for at, rule in enumerate(rules)}
    results = []
    for review in sets:
        marks = fingerprints(review)
        results += [
            _result(finding, places[finding.rule], review.subject, mark)
            for finding, mark in zip(review.findings, marks, strict=True)
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


def _result(finding: Finding, at: int, subject: str, mark: str) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.rule.id,
        "ruleIndex": at,
        "level": finding.level,
        "message": {"text": plain_text(f"{titled(finding, subject)}: {finding.message}")},
    }
    location = _location(finding.where)
    if finding.stack:
        location["logicalLocations"] = [{"name": finding.stack, "kind": "stack"}]
    if location:
        result["locations"] = [location]
    result["partialFingerprints"] = {"costplan/v1": mark}
    properties = {
        name: value
        for name, value in (
            ("offer", finding.offer),
            ("figure", finding.figure),
            ("limit", finding.limit),
            ("unit", finding.unit or None),
        )
        if value is not None
    }
    if properties:
        result["properties"] = properties
    return result


def _location(where: Where | None) -> dict[str, Any]:
    if where is None:
        return {}
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": uri(where.file)},
            "region": {"startLine": where.line},
        }
    }
