"""Cases for people: counted, stated, or unknown, but never left out of a total."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from run import costplan

from costplan.document.estimate import Estimate
from costplan.plan.bill.estimate import estimate
from costplan.problems import InvalidInput
from costplan.record import read
from costplan.store.files.shelves import open_catalog
from costplan.workload.model import Workload

DAY = date(2026, 11, 22)
TEXT = """
name = "people"
traffic.requests_per_month = 60_000
[[step]]
name = "draft"
tool = "work"
{draft}
[[step]]
name = "review"
tool = "work"
{review}
[human]
cost_per_case = 4
{human}
[stack.s]
work = {{ none = "a test" }}
"""


def billed(draft: str = "", review: str = "", human: str = "") -> Estimate:
    text = TEXT.format(draft=draft, review=review, human=human)
    workload = read(Workload, tomllib.loads(text, parse_float=Decimal))
    return estimate(workload, open_catalog(), DAY).estimates[0]


NOTICED = "success = 0.98\ndetection_rate = 1"


def test_cases_that_are_modelled_are_paid() -> None:
    """Either step fails, is noticed and goes to a person: 1 - 0.98 x 0.98 of 60,000 at 4."""
    bill = billed(NOTICED, NOTICED)
    assert not bill.at_least
    assert bill.total_monthly == pytest.approx(Decimal("0.0396") * 60_000 * 4)


def test_without_a_success_rate_the_people_are_unknown_and_the_total_at_least() -> None:
    bill = billed(NOTICED)
    (line,) = bill.lines
    assert (line.purpose, line.amount, line.list_amount) == ("people", None, None)
    assert line.price.reason is not None
    assert "'review' has no success rate; [human] share states it" in line.price.reason
    assert bill.at_least


def test_cases_that_cost_nothing_hide_nothing() -> None:
    text = TEXT.format(draft=NOTICED, review="", human="").replace("case = 4", "case = 0")
    workload = read(Workload, tomllib.loads(text, parse_float=Decimal))
    assert not estimate(workload, open_catalog(), DAY).estimates[0].at_least


def test_a_stated_share_of_cases_is_paid() -> None:
    bill = billed(human="share = 0.03")
    (line,) = bill.lines
    assert (line.quantity, line.amount, line.basis) == (1_800, 7_200, "requests x share")
    assert not bill.at_least


def test_a_share_beside_success_rates_is_refused() -> None:
    with pytest.raises(InvalidInput, match="which the success rates also say"):
        billed(NOTICED, NOTICED, "share = 0.03")


def test_a_gate_does_not_pass_where_the_people_are_unknown(tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_text(TEXT.format(draft=NOTICED, review="", human=""), "utf-8")
    gate = ("check", "w.toml", "--max-total", "8000", "--as-of", "2026-11-22")
    ran = costplan(*gate, folder=tmp_path)
    assert ran.code == 3, ran.out
    assert "how many cases there are is not modelled" in ran.out
    assert "give each step its success, or [human] share" in ran.err
