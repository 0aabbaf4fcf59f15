"""Findings as JUnit XML, of the shape that Jenkins, GitLab and others read.

One test suite a stack and one test case a rule. An amount that could not be made out is an
``error``, another finding of level error or warning a ``failure``, a note goes to ``system-out``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from costplan.document.finding import Finding, Findings, Rule
from costplan.document.findings import findings
from costplan.problems import clean
from costplan.render import Look

if TYPE_CHECKING:
    from costplan.document.saved import Saved

UNKNOWN = "unpriced"
"""The rule whose findings are errors of the run rather than failures of what was run."""


def draw(saved: Sequence[Saved], look: Look) -> str:
    """All documents in one ``testsuites``."""
    return draw_findings([findings(one) for one in saved], look)


def draw_findings(sets: Sequence[Findings], look: Look) -> str:
    """The findings of whatever was looked at, in one ``testsuites``."""
    suites = [suite for one in sets for suite in _suites(one)]
    text = "\n".join(one.text for one in suites)
    counts = (
        f'tests="{sum(one.tests for one in suites)}" '
        f'failures="{sum(one.failures for one in suites)}" '
        f'errors="{sum(one.errors for one in suites)}"'
    )
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="costplan" {counts}>\n'
    made = head + (text + "\n" if text else "") + "</testsuites>\n"
    return look.markup(made)


class _Suite:
    """The test cases of one stack, written and counted."""

    def __init__(self, subject: str, stack: str, rules: Sequence[Rule], found: Findings) -> None:
        cases = [
            _case(subject, stack, rule, [one for one in _of(found, stack) if one.rule == rule])
            for rule in rules
        ]
        self.tests = len(cases)
        self.failures = sum("<failure" in one for one in cases)
        self.errors = sum("<error" in one for one in cases)
        name = f"{subject}: {stack}" if stack else subject
        self.text = (
            f'  <testsuite name={_quoted(name)} tests="{self.tests}" '
            f'failures="{self.failures}" errors="{self.errors}" skipped="0" time="0">\n'
            + "\n".join(cases)
            + "\n  </testsuite>"
        )


def _suites(found: Findings) -> list[_Suite]:
    rules: dict[str, list[Rule]] = {}
    for stack, rule in found.examined:
        if rule not in rules.setdefault(stack, []):
            rules[stack].append(rule)
    for one in found.found:
        if one.rule not in rules.setdefault(one.stack, []):
            rules[one.stack].append(one.rule)
    return [_Suite(found.subject, stack, own, found) for stack, own in rules.items()]


def _of(found: Findings, stack: str) -> list[Finding]:
    return [one for one in found.found if one.stack == stack]


def _case(subject: str, stack: str, rule: Rule, found: Sequence[Finding]) -> str:
    owner = f"{subject}.{stack}" if stack else subject
    head = f'    <testcase classname={_quoted(owner)} name={_quoted(rule.title)} time="0"'
    if not found:
        return head + "/>"
    said = "\n".join(clean(one.message) for one in found)
    if all(one.level == "note" for one in found):
        return f"{head}>\n      <system-out>{escape(said)}</system-out>\n    </testcase>"
    tag = "error" if rule.id == UNKNOWN else "failure"
    first = found[0].message + (f" (and {len(found) - 1} more)" if len(found) > 1 else "")
    body = f"{said}\n{rule.help}"
    return (
        f"{head}>\n      <{tag} message={_quoted(first)} type={_quoted(rule.id)}>"
        f"{escape(body)}</{tag}>\n    </testcase>"
    )


def _quoted(text: str) -> str:
    return quoteattr(clean(text))
