"""The figures of a month over draws: against exact bills of the same draws, and by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from math import exp, log
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

from costplan.api.estimating import BESIDE, catalog_of, estimate_opened
from costplan.api.risking import NEVER
from costplan.document.risk import Risk, Unknown
from costplan.risk.assess import Assessed, _measure, assess, assess_way, figures, ranks
from costplan.store.files.workloads import read_workload

D = Decimal
DAY = date(2026, 11, 22)
TEXT = """name = "probe"
[traffic]
requests_per_month = 1_000
[[step]]
name = "answer"
model = "chat"
input_tokens = 1_000
output_tokens = 500
success = 0.9
[target]
reliability = 0.9
[budget]
monthly_total = 3.50
[stack.a]
chat = "openai/gpt-6.1-terra"
[stack.b]
chat = { offer = "openai/gpt-6.1-terra", output_factor = 1.5 }
[prices]
"""
MU, SIGMA = log(1_000), log(4) / (2 * NormalDist().inv_cdf(0.95))


def assessed(*changes: str, draws: int = 8_192, stacks: tuple[str, ...] = ("a", "b")) -> Assessed:
    opened = read_workload("w.toml", TEXT, Path("/nowhere"), changes)
    assert opened.workload is not None, opened.problems
    return assess(opened.workload, catalog_of(opened, BESIDE), DAY, stacks, draws, 1)


REQUESTS = "traffic.requests_per_month={ p5 = 500, p95 = 2_000 }"


def test_a_bill_that_follows_one_range_has_its_quantiles() -> None:
    """3.50 for 1,000 requests; the median request count is 1,000, so over budget half of the time;
    the mean is exp(mu + sigma^2 / 2)."""
    risk = assessed(REQUESTS).risks["a"]
    monthly = {name: float(value) for name, value in risk.monthly.items()}
    assert monthly["p5"] == pytest.approx(1.75, rel=0.01)
    assert monthly["p50"] == pytest.approx(3.50, rel=0.005)
    assert monthly["p95"] == pytest.approx(7.00, rel=0.01)
    assert monthly["mean"] == pytest.approx(0.0035 * exp(MU + SIGMA**2 / 2), rel=0.002)
    assert float(risk.over_budget or 0) == pytest.approx(0.5, abs=0.01)
    assert risk.cheapest == 1
    assert risk.on_target == 1
    assert (risk.refused, risk.unpriced) == (0, 0)
    assert (risk.draws, risk.seed) == (8_192, 1)


def test_errors_are_about_as_large_as_they_are_said_to_be() -> None:
    """Of 40 seeds, the P95 lies within two of its errors of the true one most of the time."""
    opened = read_workload("w.toml", TEXT, Path("/nowhere"), [REQUESTS])
    assert opened.workload is not None
    near = 0
    for seed in range(40):
        catalog = catalog_of(opened, BESIDE)
        risk = assess(opened.workload, catalog, DAY, ["a"], 1_024, seed).risks["a"]
        near += abs(float(risk.monthly["p95"]) - 7.0) <= 2.5 * float(risk.errors["p95"])
    assert near >= 34


def test_probabilities_of_a_target_and_of_being_the_cheapest() -> None:
    """P(success > 0.9) of a logit-normal with that median is a half; b is cheaper than a where its
    factor is under 1: P = Phi((ln 1 - ln 0.9) / sigma)."""
    found = assessed(
        "step.answer.success={ p5 = 0.8, p95 = 0.95294117647 }",
        "stack.b.chat.output_factor={ p5 = 0.45, p95 = 1.8 }",
    )
    assert float(found.risks["a"].on_target or 0) == pytest.approx(0.5, abs=0.01)
    cheaper = NormalDist().cdf(-log(0.9) / SIGMA)
    assert float(found.risks["b"].cheapest or 0) == pytest.approx(cheaper, abs=0.01)
    shares = [risk.cheapest or Decimal(0) for risk in found.risks.values()]
    assert sum(shares) == 1


def test_wrong_answers_count_where_they_cost() -> None:
    """b costs 1.25 more and is right twice as often wrong: at 0.05 a wrong answer it wins."""
    changes = ("stack.b.chat.success=0.95", REQUESTS)
    assert assessed(*changes).risks["a"].cheapest == 1
    loss = "target.loss_per_wrong_answer=0.05"
    assert assessed(*changes, loss).risks["b"].cheapest == 1


def test_a_missing_price_is_never_the_cheapest_and_says_so() -> None:
    found = assessed(REQUESTS, 'step.answer.mode="flex"', "stack.a.chat='openai/gpt-6-luna'")
    unpriced = [stack for stack, risk in found.risks.items() if risk.unpriced]
    for stack in unpriced:
        assert found.risks[stack].cheapest is None


def test_one_stack_is_compared_with_nothing() -> None:
    assert assessed(REQUESTS, stacks=("a",)).risks["a"].cheapest is None


def test_draws_are_billed_as_the_exact_plan_bills_them() -> None:
    """Twelve draws of five ranges, each put into the file as numbers and estimated exactly."""
    ranges = (
        REQUESTS,
        "step.answer.input_tokens={ low = 200, likely = 900, high = 4_000 }",
        "step.answer.output_tokens=[{ value = 100, weight = 1 }, { value = 900, weight = 2 }]",
        "step.answer.success={ p5 = 0.8, p95 = 0.97 }",
        "stack.b.chat.output_factor={ quantiles = { p10 = 0.8, p50 = 1.2, p90 = 3 } }",
    )
    found = assessed(*ranges, draws=512)
    for at in range(0, 512, 43):
        numbers = [f"{path}={float(values[at])!r}" for path, values in found.drawn.items()]
        opened = read_workload("w.toml", TEXT, Path("/nowhere"), numbers)
        exact = estimate_opened(opened, DAY, drawing=NEVER)
        for bill in exact.estimates:
            spread = found.spreads[bill.stack]
            assert spread.monthly[at] == pytest.approx(float(bill.total_monthly), rel=1e-9)
            assert bill.reliability is not None
            assert spread.trusted is not None
            assert spread.trusted[at] == pytest.approx(float(bill.reliability.trusted), rel=1e-9)


def test_figures_leave_out_what_does_not_count() -> None:
    values = np.concatenate([np.arange(1, 801.0), np.full(800, 1e9)]).reshape(2, 800).T.ravel()
    counted = values < 1e9
    whole, errors = figures(values, counted)
    assert float(whole["mean"]) == pytest.approx(400.5)
    assert float(whole["p95"]) == pytest.approx(760, abs=1)
    assert all(error >= 0 for error in errors.values())


def test_the_error_of_a_figure_is_the_deviation_of_its_shifts_over_their_root() -> None:
    """Shift k of eight has k in every draw, and so in every figure: the deviation of 1 to 8 is
    sqrt(42 / 7), of which the eighth part's root is sqrt(6 / 8)."""
    values = np.repeat(np.arange(1.0, 9.0), 100)
    whole, errors = figures(values, np.ones(800, dtype=bool))
    assert float(whole["mean"]) == 4.5
    assert {name: float(error) for name, error in errors.items()} == pytest.approx(
        dict.fromkeys(("p5", "p50", "mean", "p95"), (6 / 8) ** 0.5), rel=1e-11
    )


def test_where_a_part_has_no_draw_left_the_error_is_the_whole_spread() -> None:
    values = np.arange(80.0)
    whole, errors = figures(values, values < 10)
    assert errors["p95"] == whole["p95"] - whole["p5"]


def test_a_workload_that_moves_together_has_a_wider_month() -> None:
    """Requests and tokens at 0.8: sigma^2 of the product is 2 s^2 (1 + rho)."""
    ranges = (REQUESTS, "step.answer.input_tokens={ p5 = 500, p95 = 2_000 }")
    together = (
        'correlation=[{ paths = ["traffic.requests_per_month", "step.answer.input_tokens"], '
        "coefficient = 0.8 }]"
    )
    apart, tied = (
        assessed(*ranges, *more, "step.answer.output_tokens=0").risks["a"]
        for more in ((), (together,))
    )
    for risk, rho in ((apart, 0.0), (tied, 0.8)):
        sigma = SIGMA * (2 * (1 + rho)) ** 0.5
        expected = exp(NormalDist().inv_cdf(0.95) * sigma)
        assert float(risk.monthly["p95"] / risk.monthly["p50"]) == pytest.approx(expected, rel=0.02)


def test_another_way_is_drawn_as_its_own_file_would_be() -> None:
    """The way has the ranges of the plan but one: those it keeps have the plan's own draws."""
    changes = [REQUESTS, "step.answer.input_tokens={ p5 = 500, p95 = 2_000 }"]
    opened = read_workload("w.toml", TEXT, Path("/nowhere"), changes)
    half = [REQUESTS, "step.answer.input_tokens=500", "step.answer.output_tokens=100"]
    other = read_workload("w.toml", TEXT, Path("/nowhere"), half)
    assert opened.workload is not None
    assert other.workload is not None
    catalog = catalog_of(opened, BESIDE)
    found = assess(opened.workload, catalog, DAY, ["a", "b"], 8_192, 1)
    plan, way = opened.workload, other.workload
    known = assess_way(found, plan, way, catalog, DAY, "a", "b")
    assert known is not None
    risk, cheaper = known
    # 500 x 1 + 100 x 5 of a million, 1,000 requests at the median
    assert float(risk.monthly["p50"]) == pytest.approx(1.0, rel=0.005)
    assert float(risk.monthly["p95"]) == pytest.approx(2.0, rel=0.01)
    assert cheaper == 1
    assert assess_way(found, plan, plan, catalog, DAY, "a", "b") is not None
    same = assess_way(found, plan, plan, catalog, DAY, "a", "a")
    assert same is not None
    assert same[0].monthly == found.risks["a"].monthly
    assert same[1] == 0


def test_a_way_without_any_range_of_the_plan_has_no_risk() -> None:
    opened = read_workload("w.toml", TEXT, Path("/nowhere"), [REQUESTS])
    other = read_workload("w.toml", TEXT, Path("/nowhere"), ["traffic.requests_per_month=9"])
    assert opened.workload is not None
    assert other.workload is not None
    catalog = catalog_of(opened, BESIDE)
    found = assess(opened.workload, catalog, DAY, ["a"], 512, 1)
    assert assess_way(found, opened.workload, other.workload, catalog, DAY, "a", "a") is None


def test_unknowns_are_told_by_their_share_and_their_ends() -> None:
    """Tokens of input are a fifth of a's bill at the points; requests multiply all of it."""
    found = assessed(REQUESTS, "step.answer.input_tokens={ p5 = 500, p95 = 2_000 }")
    first, second = found.risks["a"].unknowns
    assert first.key == "traffic.requests_per_month"
    assert first.share > Decimal("0.7") > second.share
    assert float(first.low) == pytest.approx(500, rel=0.02)
    assert float(first.monthly_low or 0) == pytest.approx(1.75, rel=0.02)
    assert float(first.monthly_high or 0) == pytest.approx(7.0, rel=0.02)
    assert float(second.monthly_high or 0) == pytest.approx(2.5 + 2.0, rel=0.02)


def test_one_range_is_all_of_the_spread_however_wide_it_is() -> None:
    """A lognormal from 1 to 100,000,000 has nearly all of its variance in a few draws."""
    wide = "traffic.requests_per_month={ p5 = 1, p95 = 100_000_000 }"
    (unknown,) = assessed(wide).risks["a"].unknowns
    assert unknown.share > Decimal("0.99")


def test_a_range_that_moves_nothing_has_no_share_and_is_not_measured() -> None:
    risk = assessed("traffic.growth_per_month={ p5 = -0.1, p95 = 0.3 }").risks["a"]
    assert [each.share for each in risk.unknowns] == [0]
    assert risk.measure is None
    assert (risk.over_budget, risk.on_target) == (0, 1)  # 3.50 of 3.50, 0.9 of 0.9
    assert risk.monthly["p5"] == risk.monthly["p95"]


def test_equal_months_share_their_rank() -> None:
    assert ranks(np.array([5.0, 1.0, 5.0, 9.0])).tolist() == [2.5, 1.0, 2.5, 4.0]
    assert len(set(ranks(np.full(9, 3.0)).tolist())) == 1
    assert len(set(ranks(np.array([1e9, 1e9 + 1e-5])).tolist())) == 1


def test_what_decides_is_measured_first() -> None:
    """Which stack is the cheaper one hangs on b's factor alone, though requests move the month."""
    found = assessed(REQUESTS, "stack.b.chat.output_factor={ p5 = 0.6, p95 = 1.6 }")
    for risk in found.risks.values():
        assert risk.measure is not None
        assert risk.measure.key == "stack.b.chat.output_factor"
        assert risk.measure.flips
        assert risk.measure.worth > 0
    assert found.risks["a"].unknowns[0].key == "traffic.requests_per_month"


@pytest.mark.parametrize(
    ("shares", "worth", "key"),
    [
        ({"a": "0.01", "b": "0.009"}, {}, "a"),  # from a hundredth of the variance on
        ({"a": "0.0099", "b": "0"}, {}, None),
        ({"a": "0.4", "b": "0.6"}, {}, "b"),
        ({"a": "0.001", "b": "0.9"}, {"a": 0.5}, "a"),  # what decides has no least share
        ({"a": "0.1", "b": "0.9"}, {"a": 0.5, "b": 0.5}, "b"),
    ],
)
def test_what_is_measured_next(
    shares: dict[str, str], worth: dict[str, float], key: str | None
) -> None:
    unknowns = [
        Unknown(key=name, low=D(1), high=D(2), monthly_low=None, monthly_high=None, share=D(share))
        for name, share in shares.items()
    ]
    drawn = dict.fromkeys(shares, np.array([1.0, 2.0]))
    measure = _measure(unknowns, drawn, {**dict.fromkeys(shares, 0.0), **worth}, {"b"})
    assert (measure and measure.key) == key
    if measure is not None:
        assert measure.share == Decimal(shares[measure.key])
        assert measure.worth == Decimal(str(worth.get(measure.key, 0)))
        assert measure.flips is (key == "b")


def test_the_record_is_checked() -> None:
    wrong: dict[str, Any] = dict.fromkeys(("p5", "p50", "mean", "p95"), Decimal(1))
    risk = Risk(
        draws=512,
        seed=1,
        monthly={**wrong, "p95": Decimal(0)},
        errors=wrong,
        percentiles=[Decimal(2), Decimal(1)],
    )
    assert [problem.path for problem in risk.check()] == [("monthly",), ("percentiles",)]


def test_how_likely_another_limit_is() -> None:
    risk = assessed(REQUESTS).risks["a"]
    assert float(risk.over(Decimal("3.5"))) == pytest.approx(0.5, abs=0.01)
    assert float(risk.over(Decimal("7"))) == pytest.approx(0.05, abs=0.003)
    assert (risk.over(Decimal("0.1")), risk.over(Decimal(900))) == (1, Decimal("0.01"))
    assert float(risk.over(risk.percentiles[39])) == pytest.approx(0.6)
