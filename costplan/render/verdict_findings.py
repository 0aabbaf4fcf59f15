"""A check's verdicts as findings, for the formats that annotate."""

from __future__ import annotations

import re

from costplan.document.finding import Finding, Findings, Level, Rule
from costplan.document.verdict import OF_PRICES, CheckDocument, Kind, Verdict
from costplan.render.verdict import reason, title

HELD: dict[Kind, str] = {
    "unpriced": "has a price",
    "stale": "has a price that was checked lately",
    "ended": "is sold to the end of the plan",
}


def findings(document: CheckDocument, warning: Level = "warning") -> Findings:
    """What passed and what did not, one rule an id; an allowed price is a note.

    ``warning``: the level of what only warns; a format without one would call it a failure.
    """
    review = Findings(subject=document.workload)
    for verdict in document.verdicts:
        rule = rule_of(verdict)
        review.examined.append((verdict.stack, rule))
        if verdict.status != "pass" or verdict.kind in OF_PRICES:
            review.findings.append(_finding(verdict, rule, warning))
    return review


def rule_of(verdict: Verdict) -> Rule:
    """The rule of a verdict: the same in every stack. Its id is of letters, digits and dashes."""
    if verdict.kind in OF_PRICES:
        held = HELD[verdict.kind]
        help_text = f"allow_{verdict.kind} in [budget] accepts an offer by name"
        return Rule(verdict.kind, f"every offer {held}", help_text, "error")
    slug = re.sub(r"[^a-z0-9]+", "-", verdict.rule.casefold()).strip("-")
    if verdict.kind == "policy":
        return Rule(f"policy-{slug}", verdict.rule, "[[policy]] says what must not be", "error")
    words = title(verdict)
    which = "at least its minimum" if verdict.is_minimum else "at most its maximum"
    return Rule(slug, f"{words} is {which}", f"[budget] or an option limits {words}", "error")


def _finding(verdict: Verdict, rule: Rule, warning: Level) -> Finding:
    return Finding(
        rule=rule,
        message=f"{title(verdict)}: {reason(verdict)}",
        stack=verdict.stack,
        level=_level(verdict, warning),
        where=verdict.where,
        offer=verdict.rule if verdict.kind in OF_PRICES else None,
        figure=verdict.figure,
        limit=verdict.limit,
        unit=verdict.unit,
    )


def _level(verdict: Verdict, warning: Level) -> Level:
    if verdict.status == "pass":
        return "note"
    return warning if verdict.status == "warn" or verdict.level == "warn" else "error"
