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
    made = Findings(subject=document.workload)
    for one in document.verdicts:
        rule = rule_of(one)
        made.examined.append((one.stack, rule))
        if one.status != "pass" or one.kind in OF_PRICES:
            made.found.append(_finding(one, rule, warning))
    return made


def rule_of(one: Verdict) -> Rule:
    """The rule of a verdict: the same in every stack. Its id is of letters, digits and dashes."""
    if one.kind in OF_PRICES:
        held = HELD[one.kind]
        help_text = f"allow_{one.kind} in [budget] accepts an offer by name"
        return Rule(one.kind, f"every offer {held}", help_text, "error")
    slug = re.sub(r"[^a-z0-9]+", "-", one.rule.casefold()).strip("-")
    if one.kind == "policy":
        return Rule(f"policy-{slug}", one.rule, "[[policy]] says what must not be", "error")
    words = title(one)
    which = "at least its minimum" if one.is_minimum else "at most its maximum"
    return Rule(slug, f"{words} is {which}", f"[budget] or an option limits {words}", "error")


def _finding(one: Verdict, rule: Rule, warning: Level) -> Finding:
    return Finding(
        rule=rule,
        message=f"{title(one)}: {reason(one)}",
        stack=one.stack,
        level=_level(one, warning),
        where=one.where,
        offer=one.rule if one.kind in OF_PRICES else None,
        figure=one.figure,
        limit=one.limit,
        unit=one.unit,
    )


def _level(one: Verdict, warning: Level) -> Level:
    if one.status == "pass":
        return "note"
    return warning if one.status == "warn" or one.level == "warn" else "error"
