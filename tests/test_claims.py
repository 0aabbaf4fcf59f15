"""docs/claims.md is what its script writes; its key figures follow from a few lines of arithmetic.

A changed price changes the page: run ``make claims`` and read the difference.
"""

from __future__ import annotations

import importlib.util
import math
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from costplan.cli import run

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "examples" / "claims"
PAGE = ROOT / "docs" / "claims.md"
FILES = sorted(FOLDER.glob("*.toml"))

SIX = 0.97**6


@pytest.fixture(autouse=True)
def _only_shipped_prices(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no-prices-here"))


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_claims", FOLDER / "make_claims.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_claims"] = module
    spec.loader.exec_module(module)
    return module


def section(number: int) -> str:
    """The text of one claim."""
    text = PAGE.read_text(encoding="utf-8")
    found = re.search(rf"^## {number}\. .*?(?=^## |\Z)", text, re.M | re.S)
    assert found is not None
    return found[0]


def says(number: int, *figures: str) -> None:
    text = section(number)
    for figure in figures:
        assert re.search(rf"(?<![\d.,]){re.escape(figure)}(?!\d|[.,]\d)", text), figure


def money(amount: float) -> str:
    return f"{amount:,.2f}"


def test_the_page_is_what_the_script_writes() -> None:
    assert PAGE.read_bytes() == script().page().encode(), "run 'make claims' and read the diff"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_workload_of_a_claim_runs(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["estimate", str(path), "--as-of", "2026-11-22"]) == 0
    assert "total" in capsys.readouterr().out


def test_every_command_on_the_page_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    commands = re.findall(r"^costplan (.+)$", PAGE.read_text(encoding="utf-8"), re.M)
    assert len(commands) >= len(FILES)
    for command in commands:
        assert run(command.split()) == 0, command
    assert capsys.readouterr().out


def test_the_summary_names_every_claim_with_its_verdict() -> None:
    rows = re.findall(r"^\| (\d) \| (.+?) \| (.+?) \|", PAGE.read_text(encoding="utf-8"), re.M)
    assert [int(number) for number, _, _ in rows] == list(range(1, 10))
    for number, claim, verdict in rows:
        text = section(int(number))
        assert text.startswith(f"## {number}. {claim}\n")
        assert f"**Verdict: {verdict}.**" in text
        assert verdict.startswith(("holds", "does not hold", "cannot be decided"))


def test_a_chain_of_steps() -> None:
    assert round(SIX, 6) == 0.832972
    assert round(SIX * 0.97, 6) == 0.807983
    says(1, "0.832972", "0.807983", f"{10_000 * (1 - SIX):,.0f}")


def test_a_token_bill() -> None:
    one = 10_000 * (1_000 * 3 + 500 * 15) / 1e6
    assert (one, 6 * one) == (105, 630)
    says(2, money(one), money(6 * one), f"{(150e6 / 10_000 - 3_000) / 15:,.0f}")


@pytest.mark.parametrize(("millions", "dimensions"), [(1, 1_536), (3, 768), (3, 1_536), (5, 1_536)])
def test_a_vector_bill(millions: int, dimensions: int) -> None:
    gigabytes = millions * 1e6 * (4 * dimensions + 500) / 1e9
    storage, query = gigabytes * 0.33, gigabytes * 16 / 1e6
    says(3, money(max(50, storage + 1e6 * query)))
    edges = [round((edge - storage) / query, -3) for edge in (70, 100)]
    assert f"{edges[0]:,.0f} to {edges[1]:,.0f}" in section(3)
    writes = millions * 1e6 / 100 * math.ceil(100 * (4 * dimensions + 500) / 1_000)
    says(3, money(max(50, storage + 10_000 * query + writes * 4 / 1e6)))


def test_seats_and_traces() -> None:
    seats = 3 * 39
    says(4, money(seats), money(seats + 90 * 2.50), money(seats + 90 * 0.50))
    says(4, f"{10_000 + 39 / 2.50 * 1_000:,.0f}", f"{10_000 + 39 / 0.50 * 1_000:,.0f}")


def test_an_idle_gpu() -> None:
    assert money(6.88 * 730) == "5,022.40"
    says(5, "5,022.40", money(6.88 * 730 + 286.94 - 81.26))


def test_escalation_tickets() -> None:
    needed = (0.99 - SIX) / (1 - SIX)
    assert round(needed, 6) == 0.940130
    says(6, f"{needed:.6f}")
    for alarm, expected in ((0.0, 1_570), (0.05, 1_987), (0.10, 2_403)):
        tickets = 10_000 * (SIX * alarm + (1 - SIX) * needed)
        assert round(tickets) == expected
        says(6, f"{expected:,}", money(4 * tickets))
    erring = ((0.99 - SIX * 0.9) / 0.98 - SIX * 0.1) / (1 - SIX)
    says(6, f"{erring:.6f}")
    assert "| 20.00 | 0.80 | 0.78 |" in section(6)


def test_what_a_threshold_catches() -> None:
    """The beta integral by the midpoint rule in u = x^a, in place of the continued fraction."""
    rows = re.findall(r"^\| (0\.\d) \| ([\d.]+) % \| ([\d.]+) \|", section(6), re.M)
    assert len(rows) == 5
    for spread, escalated, caught in rows:
        a, b = (share * (1 / float(spread) - 1) for share in (SIX, 1 - SIX))
        whole = math.exp(math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b))
        step = 0.8**a / 10_000
        confidence = [((at + 0.5) * step) ** (1 / a) for at in range(10_000)]
        below = [(1 - x) ** (b - 1) * step / a / whole for x in confidence]
        wrong = [share * (1 - x) / (1 - SIX) for x, share in zip(confidence, below, strict=True)]
        assert sum(below) == pytest.approx(float(escalated) / 100, abs=6e-4)
        assert sum(wrong) == pytest.approx(float(caught), abs=6e-4)


def test_since_2024() -> None:
    then = 240_000 * (1_000 * 5 + 500 * 15) / 1e6
    assert then == 3_000
    for into, out in ((2, 10), (1.5, 7.5), (0.1, 0.5), (4, 20)):
        says(7, money(240_000 * (1_000 * into + 500 * out) / 1e6))
        says(7, money(then / (1_000 * 5 + 100 * 15) * (1_000 * into + 100 * out)))


def test_break_even_of_chips() -> None:
    for chip in (1.2, 2.7, 4.2, 1.3438, 0.7582):
        for reference in (6.88, 3.78):
            says(8, f"{chip / reference:.3f}")
    says(8, money(6.88 / (2_136 * 3_600) * 1e6))
    assert section(8).count("| undecidable: no measurement |") == 5


def test_looked_up_or_trained() -> None:
    """A million tokens at 0.4 and 1.6, of a tuned model at 0.8 and 3.2; training at 5."""
    index = (
        16 + 0.02 * (50_000 * 40 + 30 * 500 * 512) / 1e6
    )  # the plan's floor and what is embedded
    rag = 50_000 * (5_000 * 0.4 + 400 * 1.6) / 1e6 + index
    each = 50_000 * (700 * 0.8 + 400 * 3.2) / 1e6
    run = 3 * 2_000_000 * 5 / 1e6 + 500 * (700 * 0.8 + 400 * 3.2) / 1e6
    says(9, money(rag), money(each + run), f"{(rag - each) / run:.1f}")
    says(9, f"{(700 * 0.8 + 400 * (3.2 - 1.6)) / 0.4:,.0f}")
    saved = (5_000 * 0.4 + 400 * 1.6 - 700 * 0.8 - 400 * 3.2 + 40 * 0.02) / 1e6
    volume = (run - 16 - 0.02 * 30 * 500 * 512 / 1e6) / saved
    found = re.search(r"not below ([\d,]+) questions", section(9))
    assert found is not None
    assert float(found[1].replace(",", "")) == pytest.approx(volume, rel=0.002)


def test_no_price_on_the_page_began_after_its_day() -> None:
    """A source read later may confirm a price; the newest was read on 2026-11-28."""
    text = PAGE.read_text(encoding="utf-8")
    days = re.findall(r"\| (\d{4}-\d\d-\d\d) \| (\d{4}-\d\d-\d\d)(?: \(stale\))? \|", text)
    assert len(days) > 30
    assert max(since for since, _ in days) <= "2026-11-22"
    assert max(checked for _, checked in days) <= "2026-11-28"
