"""A comparison as JSON: the estimates as they are, and what setting them side by side says."""

from __future__ import annotations

from typing import Any

from costplan.document.comparison import SCHEMA_VERSION, Comparison, Option, Sensitivity, Strategies
from costplan.render import Look
from costplan.render.json import dumps, estimates_data


def draw(made: Comparison, look: Look) -> str:
    """The whole document; how it may look on a terminal changes nothing."""
    data: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "kind": "comparison",
        "baseline": made.baseline,
        "at_reliability": made.at_reliability,
        "versus": [
            {
                "stack": one.stack,
                "difference": one.difference,
                "wins": dict(one.wins),
                "loses": dict(one.loses),
                "break_even_requests": one.break_even,
                "one_off": one.one_off,
                "payback_months": one.payback_months,
            }
            for one in made.versus
        ],
        "lock_in": [
            {"stack": one.stack, "vendor": one.vendor, "share": one.share} for one in made.lock_in
        ],
        "mixes": [
            {
                "name": one.name,
                "shares": one.shares,
                "monthly": one.monthly,
                "at_least": one.at_least,
            }
            for one in made.mixes
        ],
        "margins": made.margins,
        "strategies": [_strategies(one) for one in made.strategies],
        "sensitivity": _sensitivity(made.sensitivity),
        "notes": made.notes,
        "estimate": estimates_data(made.document),
    }
    return dumps(data) + "\n"


def _strategies(made: Strategies) -> dict[str, Any]:
    return {
        "stack": made.stack,
        "target": made.target,
        "coordination_gap": made.gap,
        "shortfall": made.shortfall,
        "brute_force_multiple": made.multiple,
        "at_target": None if made.at_target is None else made.at_target.name,
        "sentence": made.sentence,
        "advice": made.advice,
        "frontier": [_option(one) for one in made.frontier],
        "options": [_option(one) for one in made.options],
        "notes": made.notes,
    }


def _sensitivity(found: Sensitivity | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "escalation_threshold": found.threshold,
        "choice": found.choice,
        "monthly": found.monthly,
        "levers": [
            {
                "input": one.name,
                "low": one.low,
                "high": one.high,
                "low_choice": one.low_choice,
                "high_choice": one.high_choice,
                "flips": one.flips,
                "moves": one.moves,
            }
            for one in found.levers
        ],
        "break_evens": [
            {"what": one.what, "against": one.against, "value": one.value, "now": one.now}
            for one in found.break_evens
        ],
    }


def _option(one: Option) -> dict[str, Any]:
    return {
        "name": one.name,
        "kind": one.kind,
        "monthly": one.monthly,
        "reliability": one.reliability,
        "silent": one.silent,
        "cases": one.cases,
        "ceiling": one.ceiling,
        "marginal": one.marginal,
        "by_purpose": one.by_purpose,
        "reason": one.reason,
    }
