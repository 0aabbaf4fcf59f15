"""A check's verdicts as findings, for the formats that annotate."""

from __future__ import annotations

import re

from costplan.document.finding import Finding, Findings, Level, Rule
from costplan.document.verdict import CheckDocument, Verdict
from costplan.render.verdict import reason, title


def findings(document: CheckDocument) -> Findings:
    """What passed and what did not, one rule an id; an allowed price is a note."""
    made = Findings(subject=document.subject)
    for one in document.verdicts:
        rule = rule_of(one)
        made.examined.append((one.stack, rule))
        if one.status != "pass" or one.kind in ("unpriced", "stale"):
            made.found.append(_finding(one, rule))
    return made


def rule_of(one: Verdict) -> Rule:
    """The rule of a verdict; its id holds letters, digits and dashes alone."""
    level: Level = "error" if one.level == "deny" else "warning"
    if one.kind in ("unpriced", "stale"):
        held = "has a price" if one.kind == "unpriced" else "has a price checked lately"
        remedy = f"allow_{one.kind} in [budget] accepts an offer by name"
        return Rule(one.kind, f"every offer {held}", remedy, level)
    slug = re.sub(r"[^a-z0-9]+", "-", one.rule.casefold()).strip("-")
    if one.kind == "policy":
        title = f"not {one.condition}" if one.condition else one.rule
        return Rule(f"policy-{slug}", title, one.remedy or f"[[policy]] '{one.rule}'", level)
    least = "at least" if one.is_minimum else "at most"
    words = one.rule.replace("_", " ")
    return Rule(slug, f"{words} is {least} its limit", f"[budget] sets {words}", level)


def _finding(one: Verdict, rule: Rule) -> Finding:
    return Finding(
        rule=rule,
        message=f"{title(one)}: {reason(one)}",
        stack=one.stack,
        level=_level(one),
        where=one.where,
        offer=one.rule if one.kind in ("unpriced", "stale") else None,
        figure=one.figure,
        limit=one.limit,
        unit=one.unit,
    )


def _level(one: Verdict) -> Level:
    if one.status == "pass":
        return "note"
    return "warning" if one.status == "warn" or one.level == "warn" else "error"
