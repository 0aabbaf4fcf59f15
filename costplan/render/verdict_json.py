"""A check as JSON."""

from __future__ import annotations

from typing import Any

from costplan.document.verdict import SCHEMA_VERSION, CheckDocument, Verdict
from costplan.render import Look
from costplan.render.json import dumps


def draw(document: CheckDocument, look: Look) -> str:
    """The whole document; how it may look on a terminal changes nothing."""
    data = {
        "schema_version": SCHEMA_VERSION,
        "kind": "check",
        "subject": document.subject,
        "workload": document.workload,
        "currency": document.currency,
        "as_of": document.as_of,
        "catalog": {"hash": document.catalog_hash},
        "baseline": document.baseline,
        "result": document.result,
        "exit_code": document.exit_code,
        "stacks": document.stacks,
        "counts": {
            "pass": document.count("pass"),
            "warn": document.count("warn"),
            "deny": document.count("deny"),
            "unknown": document.count("unknown"),
        },
        "verdicts": [_verdict(one) for one in document.verdicts],
        "notes": document.notes,
    }
    return dumps(data) + "\n"


def _verdict(one: Verdict) -> dict[str, Any]:
    place = one.where
    return {
        "stack": one.stack,
        "rule": one.rule,
        "kind": one.kind,
        "status": one.status,
        "level": one.level,
        "unit": one.unit or None,
        "figure": one.figure,
        "at_least": one.at_least,
        "compare": ("minimum" if one.is_minimum else "maximum") if one.kind == "limit" else None,
        "limit": one.limit,
        "warn": one.warn,
        "deny": one.deny,
        "headroom": one.headroom,
        "condition": one.condition,
        "figures": one.figures,
        "reason": one.reason,
        "remedy": one.remedy,
        "waits_for_price": one.waits_for_price,
        "source": one.source,
        "where": None
        if place is None
        else {"file": place.file, "line": place.line, "column": one.column},
    }
