"""The comparison of the shipped example at 80 columns, letter by letter.

After a change that is meant: COSTPLAN_UPDATE_GOLDEN=1 python -m pytest tests/compare, then read
the diff.
"""

from __future__ import annotations

import os
from pathlib import Path

from compare_cases import SUPPORT, compare_command

GOLDEN = Path(__file__).resolve().parent / "golden" / "support-agent-compare-80.txt"


def test_the_example_at_80_columns(tmp_path: Path) -> None:
    ran = compare_command(
        str(SUPPORT), "--as-of", "2026-11-22", "--levers", folder=tmp_path, width=80
    )
    assert (ran.code, ran.err) == (0, "")
    if os.environ.get("COSTPLAN_UPDATE_GOLDEN"):
        GOLDEN.write_text(ran.out, encoding="utf-8")
    assert ran.out == GOLDEN.read_text(encoding="utf-8")
