"""The workbook: every amount follows from its cells, and moves with the cells to change."""

from __future__ import annotations

import re
import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import pytest
import workbook as calc
from run import DAY as AS_OF
from run import costplan

from costplan.api import library
from costplan.document.estimate import EstimateDocument
from costplan.problems import BadUsage

pytest.importorskip("xlsxwriter")
ROOT = Path(__file__).parents[2]

EXAMPLE = str(ROOT / "examples" / "support-agent.toml")
DAY = date(2026, 11, 22)
NS = {"s": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def test_the_sheet_comes_to_the_estimate_of_every_stack() -> None:
    document = estimated(EXAMPLE)
    book = calc.Workbook(library.report(document, "xlsx"))
    totals = book.row("Summary", "total")
    assert set(totals) == {"portable", "aws", "google", "own-gpu"}
    for estimate in document.estimates:
        assert totals[estimate.stack] == pytest.approx(float(estimate.total_monthly), abs=0.005)
        share = book.row("Summary", "a trusted answer")[estimate.stack]
        assert share == pytest.approx(float(estimate.cost_per_trusted_answer or 0), rel=1e-9)


def test_what_is_cached_is_what_the_formulas_give() -> None:
    book = calc.Workbook(library.report(estimated(EXAMPLE), "xlsx"))
    formulas = book.formulas()
    assert len(formulas) > 150
    for cell in formulas:
        assert book.value(*cell) == pytest.approx(book.cached(*cell), rel=1e-9, abs=1e-7), cell


def test_traffic_moves_what_moves_and_prices_their_component_alone() -> None:
    document = estimated(EXAMPLE)
    book = calc.Workbook(library.report(document, "xlsx"))
    (portable,) = [one for one in document.estimates if one.stack == "portable"]
    book.change("Summary", "traffic", 2)
    doubled = float(portable.fixed_monthly + 2 * portable.variable_monthly)
    assert book.row("Summary", "total")["portable"] == pytest.approx(doubled, abs=0.005)
    book.change("Summary", "traffic", 1)
    book.change("Summary", "prices of human", 1.5)
    (people,) = [one for one in portable.components if one.name == "human"]
    dearer = float(portable.total_monthly + people.total / 2)
    assert book.row("Summary", "total")["portable"] == pytest.approx(dearer, abs=0.005)


@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "examples").glob("*.toml")))
def test_every_example_adds_up(name: str) -> None:
    document = estimated(str(ROOT / "examples" / f"{name}.toml"))
    book = calc.Workbook(library.report(document, "xlsx"))
    totals = book.row("Summary", "total")
    for estimate in document.estimates:
        assert totals[estimate.stack] == pytest.approx(float(estimate.total_monthly), abs=0.005)


def test_terms_and_another_currency_stand_in_a_factor_of_their_own() -> None:
    terms = sorted((ROOT / "examples" / "terms").glob("*.toml"))
    assert terms
    for path in terms:
        document = estimated(str(path))
        book = calc.Workbook(library.report(document, "xlsx"))
        totals = book.row("Summary", "total")
        for estimate in document.estimates:
            assert totals[estimate.stack] == pytest.approx(float(estimate.total_monthly), abs=0.005)


def test_a_comparison_has_its_ways_and_a_bill_its_charges() -> None:
    compared = library.compare(EXAMPLE, as_of=DAY)
    book = calc.Workbook(library.report(compared, "xlsx"))
    assert book.sheets == ["Summary", "Lines", "Ways", "Notes"]
    ways = book.column("Ways", "way")
    assert len(ways) == sum(len(each.options) for each in compared.strategies)
    bill = library.price("openai/gpt-5", input_tokens=1_000_000, output_tokens=1000)
    book = calc.Workbook(library.report(bill, "xlsx"))
    assert book.row("Summary", "total") == {"openai/gpt-5": pytest.approx(float(bill.total))}


def test_names_that_a_sheet_would_compute_stay_texts(tmp_path: Path) -> None:
    text = Path(EXAMPLE).read_text(encoding="utf-8")
    text = re.sub(r'^name = ".*"$', 'name = "=HYPERLINK(1)"', text, count=1, flags=re.M)
    assert "=HYPERLINK" in text
    (tmp_path / "w.toml").write_text(text, encoding="utf-8")
    content = library.report(estimated(str(tmp_path / "w.toml")), "xlsx")
    for formula in (cell.formula for cell in cells(content)):
        assert formula is None or "HYPERLINK" not in formula


def test_the_same_estimate_is_the_same_file() -> None:
    assert library.report(estimated(EXAMPLE), "xlsx") == library.report(estimated(EXAMPLE), "xlsx")


def test_sums_of_two_currencies_are_refused(tmp_path: Path) -> None:
    dollars = estimated(str(ROOT / "examples" / "minimal.toml"))
    text = (ROOT / "examples" / "minimal.toml").read_text(encoding="utf-8")
    euros = 'currency = "EUR"\n' + text
    (tmp_path / "w.toml").write_text(euros, encoding="utf-8")
    opened = library.load_workload(tmp_path / "w.toml", rates="usd_per_eur=1.08@2026-11-20")
    with pytest.raises(BadUsage, match="EUR and USD"):
        library.report([dollars, library.estimate(opened, as_of=DAY)], "xlsx")


def test_rows_and_summaries_are_no_workbook() -> None:
    for extra in (["--fields", "offer"], ["--summary"]):
        ran = costplan("estimate", EXAMPLE, *AS_OF, "--format", "xlsx", *extra, folder=ROOT)
        assert ran.code == 2
        assert "does not apply to --format xlsx" in ran.err


def test_the_command_writes_a_file_and_report_draws_it_again(tmp_path: Path) -> None:
    for form, name in (("xlsx", "month.xlsx"), ("json", "month.json")):
        options = (*AS_OF, "--format", form, "--out", name)
        assert costplan("estimate", EXAMPLE, *options, folder=tmp_path).code == 0
    again = ("--format", "xlsx", "--stack", "aws", "--out", "aws.xlsx")
    assert costplan("report", "month.json", *again, folder=tmp_path).code == 0
    whole = calc.Workbook((tmp_path / "month.xlsx").read_bytes()).row("Summary", "total")
    part = calc.Workbook((tmp_path / "aws.xlsx").read_bytes()).row("Summary", "total")
    assert part == {"aws": pytest.approx(whole["aws"])}


class Cell(NamedTuple):
    reference: str
    formula: str | None


def cells(content: bytes) -> list[Cell]:
    found = []
    with zipfile.ZipFile(BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/sheet"):
                for cell in ElementTree.fromstring(archive.read(name)).iterfind(".//s:c", NS):
                    formula = cell.find("s:f", NS)
                    text = None if formula is None else formula.text
                    found.append(Cell(cell.get("r", ""), text))
    return found


def estimated(path: str) -> EstimateDocument:
    return library.estimate(path, as_of=DAY)
