"""FOCUS rows of every example against the FinOps Foundation's own validator.

It asks for Python 3.12 and brings its rules with it, so it lives in an environment of its own:

    python3.12 -m venv V && V/bin/pip install focus-validator && V/bin/pip install -U numpy
    FOCUS_VALIDATOR=V/bin/python make check-long
"""

import csv
import os
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from costplan.cli import run

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.toml"))
PYTHON = os.environ.get("FOCUS_VALIDATOR", "")
ACCEPTED = {
    "CapacityReservationStatus-C-004-C": "no estimate reserves capacity: the id is null, and the "
    "rule asks for a status of charges whose id is not",
    "CommitmentDiscountStatus-C-004-C": "as above: it fires where all ids are null",
    "EffectiveCost-C-005-C": "seats and plans of the month are purchases for that very month, not "
    "for later charges",
    "ConsumedUnit-C-003-O": "CPU-Milliseconds: the specification has milliseconds from 1.4 on",
    "PricingUnit-C-003-O": "the same",
    "InvoiceId-C-005-C": "an estimate is on no invoice",
}
"""Rules that the rows break, and why that is right."""

pytestmark = pytest.mark.skipif(not PYTHON, reason="FOCUS_VALIDATOR names no Python that has it")


def write_rows(example: Path, rows: Path) -> None:
    drawn = ("--as-of", "2026-11-22", "--format", "focus", "--out", str(rows))
    assert run(["estimate", str(example), *drawn]) == 0


def broken_rules(rows: Path, report: Path) -> tuple[set[str], int]:
    """Rules that fail by themselves, and how many were checked."""
    python = Path(PYTHON).absolute()
    where = (
        "import focus_validator, pathlib; print(pathlib.Path(focus_validator.__file__).parents[1])"
    )
    home = subprocess.run([python, "-c", where], capture_output=True, text=True, check=True)
    subprocess.run(
        [
            *(python.with_name("focus-validator"), "--data-file", rows),
            *("--validate-version", "1.2", "--focus-dataset", "CostAndUsage", "--block-download"),
            *("--output-type", "unittest", "--output-destination", report),
            *("--applicability-criteria", "ALL"),
        ],
        cwd=home.stdout.strip(),  # it reads its currencies from there
        capture_output=True,
        check=False,
    )
    cases = list(ElementTree.parse(report).iter("testcase"))
    broken = set()
    for case in cases:
        rule, _, kind = case.attrib["name"].partition(" :: ")
        for found in (*case.iter("failure"), *case.iter("error")):
            upstream = "Upstream dependency failed" in found.attrib.get("message", "")
            if kind != "Composite" and not upstream:
                broken.add(rule)
    return broken, len(cases)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_rows_keep_the_rules(example: Path, tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    write_rows(example, rows)
    broken, checked = broken_rules(rows, tmp_path / "report.xml")
    assert checked > 500
    assert not broken - ACCEPTED.keys()


def test_the_validator_finds_what_is_wrong(tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    write_rows(EXAMPLES[0], rows)
    with rows.open(newline="") as file:
        lines = list(csv.reader(file))
    lines[1][lines[0].index("BilledCost")] = ""
    with rows.open("w", newline="") as file:
        csv.writer(file).writerows(lines)
    broken, _ = broken_rules(rows, tmp_path / "report.xml")
    assert "BilledCost-C-003-M" in broken
