"""docs/security.md: every line names a test, and the test is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from once import tree

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def test_every_line_names_a_test_that_exists() -> None:
    rows = [row for row in PAGE.splitlines() if row.startswith("| ")]
    lines = [row for row in rows if not re.fullmatch(r"\| may( not)? \| held by \|", row)]
    assert len(lines) > 20
    for line in lines:
        found = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", line.rpartition(" | ")[2])
        assert found, f"no test: {line}"
        for file, name in found:
            names = [one.name for one in tree(ROOT / file).body if isinstance(one, ast.FunctionDef)]
            assert name in names, f"{file} has no {name}"


def test_faults_are_reported_privately() -> None:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert "privately" in text
    assert "docs/security.md" in text
