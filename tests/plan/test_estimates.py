"""A stack's month and its horizon: sums, purposes, floors, discounts, months, gaps."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from planning import DAY, HEAD, PRICES, line, planned, stack_of

from costplan import estimate
from costplan.problems import CostplanError

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples").glob("*.toml"))
FLOOR = 'helper = "floor/paid"'
MODEL = HEAD.replace('tool = "helper"', 'model = "chat"\ninput_tokens = 1_000\noutput_tokens = 500')
ARGON = '\n[stack.s]\nchat = "google/gemini-4-argon"\n'


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_every_sum_is_the_sum_of_its_lines(path: Path) -> None:
    for made in estimate(path, as_of=DAY).estimates:
        total = sum((one.amount or Decimal(0) for one in made.lines), Decimal(0))
        assert made.total_monthly == total
        assert sum(made.by_purpose.values()) == total
        assert made.fixed_monthly + made.variable_monthly == total
        assert sum(component.total for component in made.components) == total
        for component in made.components:
            assert component.fixed + component.variable == component.total
        assert made.list_monthly >= total
        assert made.at_least == any(one.amount is None for one in made.lines)
        spent = [one for one in made.lines if "redundant" not in one.tags]
        wanted = ("coordinate", "people")
        assert made.orchestration_spend == sum(
            one.amount or 0 for one in spent if one.purpose in wanted
        )
        assert made.orchestration_spend + made.overprovisioned_compute <= total


def test_a_floor_s_top_up_is_a_line_of_its_own_and_idle(tmp_path: Path) -> None:
    made = stack_of(tmp_path, FLOOR)
    assert line(made, "floor/paid", "calls").amount == 10
    top_up = line(made, "floor/paid", "monthly_minimum")
    assert (top_up.amount, top_up.purpose, top_up.fixed) == (40, "idle", True)
    assert made.total_monthly == 50
    assert made.overprovisioned_compute == 40
    assert any("the floor of floor/paid binds" in note for note in made.notes)


def test_a_floor_below_the_charges_is_no_line(tmp_path: Path) -> None:
    made = stack_of(tmp_path, FLOOR, head=HEAD.replace("1_000", "5_000"))
    assert [one.price.charge for one in made.lines] == ["calls"]
    assert made.total_monthly == 50


@pytest.mark.parametrize(
    ("discounts", "paid"),
    [
        ([("plans/*", 10)], 27),
        ([("plans/metered", 10), ("*", 5)], 27),  # the best one, never both
        ([("*", 100)], 0),
        ([("plans/m?tered", 10)], 27),
        ([("Plans/*", 10)], 30),  # ids are exact
    ],
)
def test_discounts_show_list_and_contracted(
    tmp_path: Path, discounts: list[tuple[str, int]], paid: int
) -> None:
    more = "".join(
        f'[[discount]]\noffers = "{offers}"\npercent = {percent}\n' for offers, percent in discounts
    )
    made = stack_of(tmp_path, 'helper = "plans/metered"', more)
    assert made.list_monthly == 30
    assert made.total_monthly == paid
    calls = line(made, "plans/metered", "calls")
    assert (calls.list_amount, calls.amount) == (30, paid)
    assert ("(discount)" in calls.formula) == (paid < 30)


def test_a_discount_on_nothing_is_warned_of(tmp_path: Path) -> None:
    more = '[[discount]]\noffers = "plasn/*"\npercent = 10\n'
    made = stack_of(tmp_path, 'helper = "plans/flat"', more)
    assert made.warnings == ["no stack has an offer 'plasn/*' to discount"]
    right = stack_of(tmp_path, 'helper = "plans/flat"', more.replace("plasn", "plans"))
    assert right.warnings == []


def test_a_month_of_the_horizon_has_its_traffic_and_its_prices(tmp_path: Path) -> None:
    """1,000, 1,100 and 1,210 requests; the vendor doubles its prices on 2026-12-01."""
    head = MODEL.replace("[traffic]", "horizon_months = 3\n\n[traffic]\ngrowth_per_month = 0.1")
    (made,) = planned(tmp_path, head + ARGON).estimates
    assert [month.month for month in made.months] == [
        date(2026, 11, 1),
        date(2026, 12, 1),
        date(2027, 1, 1),
    ]
    assert [month.requests for month in made.months] == [1000, 1100, 1210]
    assert [month.recurring for month in made.months] == [
        7,  # 1,000 x (1,000 x 2 + 500 x 10) / 1,000,000
        Decimal("15.4"),  # 1,100 x 14 / 1,000
        Decimal("16.94"),
    ]
    assert made.total_monthly == 7


def test_one_offs_are_in_the_months_and_nowhere_else(tmp_path: Path) -> None:
    head = MODEL.replace("[traffic]", "horizon_months = 3\n\n[traffic]")
    once = '[[fixed]]\nname = "migration"\none_off = 100\nmonth = 2\n'
    (made,) = planned(tmp_path, head + ARGON + once).estimates
    assert [month.one_off for month in made.months] == [0, 100, 0]
    assert [month.total for month in made.months] == [7, 114, 14]
    assert made.total_monthly == 7
    assert all(one.price.offer != "workload" for one in made.lines)


def test_a_one_off_of_a_single_month_is_said_and_not_lost(tmp_path: Path) -> None:
    once = '[[fixed]]\nname = "migration"\none_off = 5_000\n'
    made = stack_of(tmp_path, 'helper = "plans/flat"', once)
    assert made.total_monthly == 20
    assert "migration: 5,000.00 USD paid once; a longer horizon_months shows it" in (
        made.not_included
    )


def test_a_fixed_cost_of_some_stacks(tmp_path: Path) -> None:
    text = HEAD + '[stack.a]\nhelper = "plans/flat"\n[stack.b]\nhelper = "plans/flat"\n'
    text += '[[fixed]]\nname = "licence"\nmonthly = 3\nstacks = ["b"]\npurpose = "idle"\n'
    one, other = planned(tmp_path, text + PRICES).estimates
    assert (one.total_monthly, other.total_monthly) == (20, 23)
    assert other.by_purpose["idle"] == 3


def test_shrinking_to_nothing(tmp_path: Path) -> None:
    head = MODEL.replace("[traffic]", "horizon_months = 120\n\n[traffic]\ngrowth_per_month = -1")
    (made,) = planned(tmp_path, head + ARGON).estimates
    assert len(made.months) == 120
    assert [month.total for month in made.months[:3]] == [7, 0, 0]
    assert made.months[-1].month == date(2036, 10, 1)


def test_free_tiers_can_be_switched_off(tmp_path: Path) -> None:
    counted = stack_of(tmp_path, 'helper = "helper/calls"')
    assert line(counted, "helper/calls", "calls").amount == 8  # 200 of 1,000 calls are free
    whole = stack_of(tmp_path, 'helper = "helper/calls"\nfree_tiers = false')
    assert line(whole, "helper/calls", "calls").amount == 10


def test_an_unknown_residency_is_unpriced_and_never_the_standard_price(tmp_path: Path) -> None:
    text = MODEL + '\n[stack.s]\nchat = "openai/gpt-6.1-terra"\nresidency = "mars"\n'
    (made,) = planned(tmp_path, text).estimates
    assert [one.amount for one in made.lines] == [None, None]
    assert all("region 'mars'" in (one.price.reason or "") for one in made.unpriced)
    assert made.at_least
    assert made.total_monthly == 0


def test_a_machine_that_cannot_carry_the_month_is_refused(tmp_path: Path) -> None:
    machine = 'chat = {{ offer = "aws/p5.4xlarge", hours = 730, tokens_per_second = {} }}'
    enough = planned(tmp_path, f"{MODEL}\n[stack.s]\n{machine.format(10)}\n")
    assert enough.estimates[0].total_monthly > 0
    with pytest.raises(CostplanError) as caught:  # 500,000 tokens, 2,628,000 seconds
        planned(tmp_path, f"{MODEL}\n[stack.s]\n{machine.format('0.1')}\n")
    assert "serves 262,800 output tokens in 730 hours; the month has 500,000" in str(caught.value)
    assert "instances = 2" in str(caught.value)


def test_stale_prices_are_named_with_their_day(tmp_path: Path) -> None:
    text = f'{HEAD}\n[stack.s]\nhelper = "plans/flat"\n{PRICES}'
    (fresh,) = planned(tmp_path, text, date(2027, 4, 30)).estimates  # 180 days later
    assert fresh.stale == []
    (stale,) = planned(tmp_path, text, date(2027, 5, 1)).estimates
    assert stale.stale == ["plans/flat: checked 2026-11-01"]


def test_budgets_narrow_to_a_stack(tmp_path: Path) -> None:
    text = HEAD + '[stack.a]\nhelper = "plans/flat"\n[stack.b]\nhelper = "plans/flat"\n'
    text += "[budget]\nmonthly_total = 30\n[budget.stack.b]\nmonthly_total = 10\n"
    one, other = planned(tmp_path, text + PRICES).estimates
    assert (one.budget, other.budget) == (30, 10)


def test_the_catalogue_s_hash_is_that_of_the_offers_used(tmp_path: Path) -> None:
    text = f'{HEAD}\n[stack.s]\nhelper = "plans/flat"\n{PRICES}'
    first = planned(tmp_path, text)
    assert first.offers == ["plans/flat"]
    unused = planned(tmp_path, text.replace("price = 0.03", "price = 0.04"))
    assert unused.catalog_hash == first.catalog_hash
    used = planned(tmp_path, text.replace("price = 20", "price = 21"))
    assert used.catalog_hash != first.catalog_hash


@pytest.mark.parametrize(
    ("months", "as_of", "says"),
    [
        (3, date(9999, 12, 31), "ends after 9999-12-31"),
        (120, DAY, "month 13 has 1000 x 10 ^ 12 requests"),
    ],
)
def test_a_horizon_has_an_end(tmp_path: Path, months: int, as_of: date, says: str) -> None:
    head = HEAD.replace("[traffic]", "[traffic]\ngrowth_per_month = 9")
    text = f'horizon_months = {months}\n{head}\n[stack.s]\nhelper = "plans/flat"\n{PRICES}'
    with pytest.raises(CostplanError) as caught:
        planned(tmp_path, text, as_of)
    assert says in str(caught.value)
