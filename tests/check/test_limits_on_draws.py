"""Limits and policies on figures of draws: what they are on, and what makes them unknown."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from check_cases import document, judged, line, only, stack
from run import DAY, WORKLOAD, Ran, costplan

from costplan.document.risk import Risk

RANGED = WORKLOAD.replace(
    "requests_per_month = 1_000", "requests_per_month = { p5 = 500, p95 = 2_000 }"
)
"""3.50 a month at the median of 1,000 requests; 1.75 to 7.00 in 90 of 100."""


def check(folder: Path, *arguments: str, text: str = RANGED) -> Ran:
    (folder / "w.toml").write_text(text, encoding="utf-8")
    return costplan("check", "w.toml", *DAY, "--format", "json", *arguments, folder=folder)


def verdict(ran: Ran, rule: str) -> Any:
    return next(each for each in ran.data["verdicts"] if each["rule"] == rule)


@pytest.mark.parametrize(("limit", "code"), [("7.20", 0), ("6.80", 1)])
def test_the_95th_percentile_has_a_limit(tmp_path: Path, limit: str, code: int) -> None:
    ran = check(tmp_path, "--max-p95", limit)
    assert ran.code == code
    assert float(verdict(ran, "p95_total")["figure"]) == pytest.approx(7, rel=0.01)
    again = check(tmp_path, text=f"{RANGED}\n[budget]\np95_total = {limit}")
    assert again.code == code


def test_a_probability_is_of_the_budget_that_stands_beside_it(tmp_path: Path) -> None:
    """P(month > 5) = P(z > ln(5 / 3.5) / 0.4214) = 0.199."""
    for text, arguments in (
        (RANGED, ("--max-total", "5", "--max-probability-over", "25%")),
        (f"{RANGED}\n[budget]\nmonthly_total = 5\nprobability_over_budget = 0.25", ()),
    ):
        ran = check(tmp_path, *arguments, text=text)
        assert ran.code == 0, ran.err
        found = verdict(ran, "probability_over_budget")
        assert float(found["figure"]) == pytest.approx(0.199, abs=0.01)
    assert check(tmp_path, "--max-total", "5", "--max-probability-over", "0.15").code == 1


def test_a_policy_judges_by_its_own_budget(tmp_path: Path) -> None:
    """The workload's own budget of 100 makes nothing likely that the house's 5 does not."""
    (tmp_path / "house.toml").write_text(
        "[budget]\nmonthly_total = 5\nprobability_over_budget = 0.15\n", encoding="utf-8"
    )
    text = f"{RANGED}\n[budget]\nmonthly_total = 100\n"
    ran = check(tmp_path, "--policy", "house.toml", text=text)
    assert ran.code == 1
    assert "probability over budget" in ran.err


def test_a_draw_that_a_plan_refuses_is_not_under_the_budget() -> None:
    """A fifth is refused, of the rest a quarter is over 100: 0.25 x 0.8 + 0.2. Half of the
    percentiles are over 50, and none over 99, which is of the hundredth part that none tells."""
    months = dict.fromkeys(("p5", "p50", "mean", "p95"), Decimal(50))
    risk = Risk(
        draws=512,
        seed=1,
        monthly=months,
        errors=months,
        percentiles=[Decimal(number) for number in range(1, 100)],
        refused=Decimal("0.2"),
        over_budget=Decimal("0.25"),
    )
    estimate = stack("a", line("acme/chat", "50"), risk=risk, budget=Decimal(100))
    for limit, share in ((100, "0.4"), (50, "0.6"), (99, "0.208")):
        verdicts = judged(
            document(estimate), {"monthly_total": limit, "probability_over_budget": 1}
        )
        assert only(verdicts, "probability_over_budget").figure == Decimal(share)


def test_conditions_name_figures_of_draws(tmp_path: Path) -> None:
    policy = '\n[[policy]]\nname = "tail"\ndeny = "p95_total > 1.9 * p50_total"\n'
    ran = check(tmp_path, text=RANGED + policy)
    assert ran.code == 1
    assert set(verdict(ran, "tail")["figures"]) == {"p50_total", "p95_total"}
    calm = policy.replace("1.9", "2.1")
    assert check(tmp_path, text=RANGED + calm).code == 0


def test_chances_of_a_target_and_of_being_the_cheapest(tmp_path: Path) -> None:
    text = RANGED.replace(
        "output_tokens", "success = { p5 = 0.8, p95 = 0.95294117647 }\noutput_tokens"
    )
    text += '\n[stack.b]\nchat = "openai/gpt-6-luna"\n[target]\nreliability = 0.9\n'
    text += '[[policy]]\nname = "right"\ndeny = "probability_on_target < 0.6"\n'
    text += '[[policy]]\nname = "cheap"\nwarn = "probability_cheapest < 0.5"\nstacks = ["a"]\n'
    ran = check(tmp_path, text=text)
    assert ran.code == 1
    assert verdict(ran, "cheap")["status"] == "warn"


def test_without_a_range_nothing_is_shown_to_hold(tmp_path: Path) -> None:
    ran = check(tmp_path, "--max-p95", "100", text=WORKLOAD)
    assert ran.code == 1
    assert verdict(ran, "p95_total")["status"] == "unknown"
    assert "no number of this estimate is a range" in ran.err


def test_without_a_budget_there_is_nothing_to_be_over(tmp_path: Path) -> None:
    ran = check(tmp_path, "--max-probability-over", "0.5")
    assert verdict(ran, "probability_over_budget")["status"] == "unknown"
    assert "[budget] monthly_total" in ran.err


@pytest.mark.parametrize(
    ("arguments", "more"),
    [
        (("--max-p95", "9"), ""),
        ((), "\n[budget]\np95_total = 9"),
        ((), '\n[[policy]]\nname = "x"\ndeny = "p95_total > 3"'),
    ],
)
def test_without_numpy_such_a_rule_is_refused_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], more: str
) -> None:
    monkeypatch.setattr("costplan.api.risking.has_numpy", lambda: False)
    ran = check(tmp_path, *arguments, text=RANGED + more)
    assert (ran.code, ran.out) == (2, "")
    assert "p95_total needs numpy" in ran.err
    assert "pip install 'costplan[risk]'" in ran.err


def test_a_rule_of_another_kind_needs_no_numpy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("costplan.api.risking.has_numpy", lambda: False)
    assert check(tmp_path, "--max-total", "100").code == 0


def test_a_saved_estimate_is_judged_by_its_percentiles(tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_text(RANGED, encoding="utf-8")
    saved = costplan("estimate", "w.toml", *DAY, "--format", "json", folder=tmp_path)
    (tmp_path / "e.json").write_text(saved.out, encoding="utf-8")
    asked = ("--max-total", "5", "--max-probability-over", "0.25", "--format", "json")
    ran = costplan("check", "e.json", *asked, folder=tmp_path)
    assert ran.code == 0, ran.err
    figure = float(verdict(ran, "probability_over_budget")["figure"])
    assert figure == pytest.approx(0.199, abs=0.01)


@pytest.mark.parametrize("form", ["junit", "sarif", "markdown", "html", "table", "lean"])
def test_every_format_has_the_verdict(tmp_path: Path, form: str) -> None:
    (tmp_path / "w.toml").write_text(RANGED, encoding="utf-8")
    limits = ("--max-p95", "6", "--max-total", "5", "--max-probability-over", "0.1")
    ran = costplan("check", "w.toml", *DAY, *limits, "--format", form, folder=tmp_path)
    assert ran.code == 1
    assert "p95" in ran.out.lower()
