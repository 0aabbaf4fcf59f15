"""Findings as JUnit XML, of the shape that Jenkins, GitLab and others read.

One test suite a stack and one test case a rule. An amount that could not be made out is an
``error``, another finding of level error or warning a ``failure``, a note goes to ``system-out``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from costplan.document.finding import Finding, Findings, Rule
from costplan.document.findings import findings
from costplan.problems import clean
from costplan.render import Look

if TYPE_CHECKING:
    from costplan.document.kinds import Saved

UNKNOWN = "unpriced"
"""The rule whose findings are errors of the run rather than failures of what was run."""


def draw(saved: Sequence[Saved], look: Look) -> str:
    """All documents in one ``testsuites``."""
    return draw_findings([findings(named) for named in saved], look)


def draw_findings(sets: Sequence[Findings], look: Look) -> str:
    """The findings of whatever was looked at, in one ``testsuites``."""
    suites = [suite for review in sets for suite in _suites(review)]
    text = "\n".join(suite.text for suite in suites)
    counts = (
        f'tests="{sum(suite.tests for suite in suites)}" '
        f'failures="{sum(suite.failures for suite in suites)}" '
        f'errors="{sum(suite.errors for suite in suites)}"'
    )
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="costplan" {counts}>\n'
    document = head + (text + "\n" if text else "") + "</testsuites>\n"
    return look.markup(document)


class _Suite:
    """The test cases of one stack, written and counted."""

    def __init__(self, subject: str, stack: str, rules: Mapping[Rule, Sequence[Finding]]) -> None:
        cases = [_case(subject, stack, rule, reported) for rule, reported in rules.items()]
        self.tests = len(cases)
        self.failures = sum("<failure" in case for case in cases)
        self.errors = sum("<error" in case for case in cases)
        name = f"{subject}: {stack}" if stack else subject
        self.text = (
            f'  <testsuite name={_quoted(name)} tests="{self.tests}" '
            f'failures="{self.failures}" errors="{self.errors}" skipped="0" time="0">\n'
            + "\n".join(cases)
            + "\n  </testsuite>"
        )


def _suites(review: Findings) -> list[_Suite]:
    stacks: dict[str, dict[Rule, list[Finding]]] = {}
    for stack, rule in review.examined:
        stacks.setdefault(stack, {}).setdefault(rule, [])
    for finding in review.findings:
        stacks.setdefault(finding.stack, {}).setdefault(finding.rule, []).append(finding)
    return [_Suite(review.subject, stack, rules) for stack, rules in stacks.items()]


def _case(subject: str, stack: str, rule: Rule, reported: Sequence[Finding]) -> str:
    owner = f"{subject}.{stack}" if stack else subject
    head = f'    <testcase classname={_quoted(owner)} name={_quoted(rule.title)} time="0"'
    if not reported:
        return head + "/>"
    said = "\n".join(clean(finding.message) for finding in reported)
    if all(finding.level == "note" for finding in reported):
        return f"{head}>\n      <system-out>{escape(said)}</system-out>\n    </testcase>"
    tag = "error" if rule.id == UNKNOWN else "failure"
    first = reported[0].message + (f" (and {len(reported) - 1} more)" if len(reported) > 1 else "")
    body = f"{said}\n{rule.help}"
    return (
        f"{head}>\n      <{tag} message={_quoted(first)} type={_quoted(rule.id)}>"
        f"{escape(body)}</{tag}>\n    </testcase>"
    )


def _quoted(text: str) -> str:
    return quoteattr(clean(text))
