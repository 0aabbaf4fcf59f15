"""Findings as a GitLab Code Quality report: an array of issues with stable fingerprints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from costplan.document.finding import Findings
from costplan.document.findings import findings
from costplan.render import Look
from costplan.render.json import dumps
from costplan.render.marks import fingerprints, titled

if TYPE_CHECKING:
    from costplan.document.kinds import Saved

SEVERITIES = {"error": "major", "warning": "minor", "note": "info"}
NOWHERE = "costplan.toml"
"""The file of a finding that has none: the report needs a path, and the default name is likeliest.
"""


def draw(saved: Sequence[Saved], look: Look) -> str:
    """All documents in one array; an empty one where nothing was found."""
    return draw_findings([findings(named) for named in saved], look)


def draw_findings(sets: Sequence[Findings], look: Look) -> str:
    """The findings of whatever was looked at, in one array."""
    issues: list[dict[str, Any]] = []
    for review in sets:
        for finding, mark in zip(review.findings, fingerprints(review), strict=True):
            file, line = finding.where[:2] if finding.where is not None else (NOWHERE, 1)
            issues.append(
                {
                    "description": f"{titled(finding, review.subject)}: {finding.message}",
                    "check_name": f"costplan/{finding.rule.id}",
                    "fingerprint": mark,
                    "severity": SEVERITIES[finding.level],
                    "location": {"path": file, "lines": {"begin": line}},
                }
            )
    return dumps(issues) + "\n"
