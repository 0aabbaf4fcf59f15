"""LibreOffice opens the workbook, computes every formula anew, and comes to our amounts."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import zipfile
from datetime import date
from pathlib import Path

import pytest

from costplan.api import library

pytest.importorskip("xlsxwriter")
OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
ROOT = Path(__file__).parents[2]
ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"
 xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""
"""The setting by which it never trusts what a file says that a formula comes to."""
AS_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,1"


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("traffic", [1, 2])
def test_recalculated_totals_are_ours_to_the_cent(tmp_path: Path, traffic: int) -> None:
    document = library.estimate(ROOT / "examples" / "support-agent.toml", as_of=date(2026, 11, 22))
    (tmp_path / "profile" / "user").mkdir(parents=True)
    (tmp_path / "profile" / "user" / "registrymodifications.xcu").write_text(ALWAYS)
    source = tmp_path / "plan.xlsx"
    source.write_bytes(library.report(document, "xlsx"))
    forget(source, tmp_path / "blank.xlsx", traffic)
    assert OFFICE is not None
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    command = [OFFICE, profile, "--headless", "--convert-to", AS_CSV, "blank.xlsx"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=240)
    text = (tmp_path / "blank-Summary.csv").read_text(encoding="utf-8")
    rows = {row[0]: row[1:] for row in csv.reader(text.splitlines()) if row}
    head = rows["USD a month"]
    for estimate in document.estimates:
        expected = estimate.fixed_monthly + traffic * estimate.variable_monthly
        printed = float(rows["total"][head.index(estimate.stack)])
        assert printed == pytest.approx(float(expected), abs=0.005)


def forget(source: Path, target: Path, traffic: int) -> None:
    """The workbook without what its formulas came to, and with another traffic."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                text = re.sub(rb"</f><v>[^<]*</v>", b"</f>", text)
            if name == "xl/worksheets/sheet1.xml":
                text, count = re.subn(rb'(<c r="B5"[^>]*><v>)1<', rb"\g<1>%d<" % traffic, text)
                assert count == 1
            new.writestr(name, text)
