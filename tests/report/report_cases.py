"""Saved documents for the tests of formats: examples, several currencies, and hostile names."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from costplan.document.kinds import Saved, SavedResult
from costplan.document.saved import parse, parse_result
from costplan.store.files.documents import open_document, parse_json

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden"
SAVED = ROOT / "tests" / "data" / "saved"
"""Documents as they were saved once: prices move on, and what was saved must still be read."""
RESULTS = ROOT / "tests" / "data" / "documents"
SUPPORT = GOLDEN / "support-agent.json"
MINIMAL = GOLDEN / "minimal.json"
HORIZON = GOLDEN / "support-agent-horizon.json"
BILL = GOLDEN / "price-seats.json"
NASTY = "</td>|<script>alert(1)</script> *b* `c` [x](javascript:1) @team #12 =1+1 \x1b[31m\n::x"
LINES = [NASTY, "=HYPERLINK(1)", "@cmd", "-2+3", "+1", 'a,"b"', "\ttab", "100%: a, b\r\nc"]


def opened(*paths: Path) -> list[Saved]:
    return [open_document(str(path)) for path in paths]


def data(path: Path) -> Any:
    return parse_json(str(path), path.read_text(encoding="utf-8"))


def hostile() -> Saved:
    """The small example with markup, formulas and escapes in every name that a file may choose."""
    made = data(MINIMAL)
    made["workload"] = NASTY
    made["estimates"] = made["estimates"][:1]
    stack = made["estimates"][0]
    stack["stack"] = NASTY
    stack["budget"] = {
        "monthly_total": Decimal(1),
        "headroom": Decimal(1) - stack["total_monthly"],
    }
    for key in ("assumptions", "notes", "warnings", "not_modelled", "not_included"):
        stack[key] = list(LINES)
    stack["stale"] = [f"{NASTY}: checked 2020-01-01"]
    del stack["facts"]
    for number, line in enumerate(stack["components"][0]["line_items"]):
        name = LINES[number % len(LINES)]
        line |= {"role": name, "offer": f"v/{name}", "charge": name, "unit": name, "source": name}
        line["formula"] = name
    made["origin"] = {"file": "a b/ü%,:\n.toml", "lines": {"budget": 7}}
    return Saved("hostile.json", parse(made))


NAMES = ("workload", "base", "head", "stack", "role", "offer", "charge", "unit", "reason", "remedy")
NAMES = (*NAMES, "subject", "baseline", "file", "rule", "source", "logged", "item", "words")
"""Keys of a result whose strings a file may choose."""
CODED = ("why", "facts")
"""What says by its code what the sentences say: without it they are taken at their word."""


def hostile_result(name: str) -> SavedResult:
    """A diff or a check of the test data with markup in every name."""

    def renamed(given: Any, key: str = "") -> Any:
        if isinstance(given, dict):
            known = {name: value for name, value in given.items() if name not in CODED}
            return {name: renamed(value, name) for name, value in known.items()}
        if isinstance(given, list):
            return [renamed(one, key) for one in given]
        if isinstance(given, str) and key in (
            *NAMES,
            "stacks",
            "notes",
            "rule_changes",
            "names",
            "by",
            "hints",
        ):
            return f"{NASTY}{given}"
        return given

    made = renamed(data(RESULTS / name))
    if made["kind"] == "diff":
        made |= {"rule_changes": [NASTY], "changed": True}
    for verdict in made.get("verdicts", []):
        if verdict["kind"] == "limit":  # which is a word of the schema's own
            verdict["rule"] = verdict["rule"].removeprefix(NASTY)
    return SavedResult(name, parse_result(made))


def scaled(stacks: int, lines: int) -> Any:
    """Plain data of a document with so many stacks of so many lines each."""
    made = json.loads(MINIMAL.read_text(encoding="utf-8"), parse_float=Decimal, parse_int=Decimal)
    first = made["estimates"][0]
    line = first["components"][0]["line_items"][0]
    amount = line["amount"]
    whole = amount * lines
    many = [dict(line, role=f"role{number}", fixed=False) for number in range(lines)]
    made["estimates"] = [
        first
        | {
            "stack": f"stack{number}",
            "total_monthly": whole,
            "list_monthly": line["list_amount"] * lines,
            "fixed_monthly": Decimal(0),
            "variable_monthly": whole,
            "by_purpose": dict.fromkeys(first["by_purpose"], Decimal(0)) | {line["purpose"]: whole},
            "orchestration_spend": Decimal(0),
            "overprovisioned_compute": Decimal(0),
            "cost_per_request": (whole / first["requests_per_month"]).quantize(Decimal("1e-12")),
            "components": [
                {
                    "component": line["component"],
                    "total": whole,
                    "fixed": Decimal(0),
                    "variable": whole,
                    "line_items": many,
                }
            ],
        }
        for number in range(stacks)
    ]
    return made
