"""Findings as workflow commands of GitHub Actions: one line each, on the line of the workload."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from costplan.document.finding import Finding, Findings
from costplan.document.findings import findings
from costplan.problems import clean
from costplan.render import Look
from costplan.render.marks import titled

if TYPE_CHECKING:
    from costplan.document.kinds import Saved

COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def draw(saved: Sequence[Saved], look: Look) -> str:
    """A command a finding; nothing at all where nothing was found."""
    return draw_findings([findings(named) for named in saved], look)


def draw_findings(sets: Sequence[Findings], look: Look) -> str:
    """The findings of whatever was looked at, one command each."""
    rows = []
    for review in sets:
        rows += [_command(finding, review.subject) for finding in review.findings]
    return "".join(f"{row}\n" for row in rows)


def _command(finding: Finding, subject: str) -> str:
    place = ""
    if finding.where is not None:
        place = f"file={_property(finding.where.file)},line={finding.where.line},"
    title = _property(f"costplan {finding.rule.id}: {titled(finding, subject)}")
    return f"::{COMMANDS[finding.level]} {place}title={title}::{_data(finding.message)}"


def _data(text: str) -> str:
    """A message: what would end its line or begin an escape is escaped, other control characters
    are spelled out."""
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return clean(text)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
