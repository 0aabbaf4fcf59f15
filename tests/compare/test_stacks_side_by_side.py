"""Differences, break-even volume, migration and payback, lock-in, mixes, margins, two days."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from compare_cases import (
    CHECK,
    HEAD,
    PEOPLE,
    SEARCH,
    STACK,
    SUPPORT,
    TARGET,
    WHOLE,
    draw,
    near,
    opened_at,
    ready,
    value,
    ways,
)

from costplan.api.estimating import estimate_opened
from costplan.document.comparison import Comparison, Versus
from costplan.problems import BadUsage
from costplan.render import Look
from costplan.render.dates import draw as draw_days
from costplan.workload.solving import solve

WIDE = Look(width=200)
MIGRATION = """
[migration]
engineer_days = 10
cost_per_day = 800
egress_gb = 100
egress_per_gb = 0.09
overlap_months = 2
"""


def against(made: Comparison, stack: str = "b") -> Versus:
    return next(one for one in made.versus if one.stack == stack)


def with_b(offer: str) -> str:
    head = HEAD + SEARCH + CHECK + PEOPLE + TARGET + STACK
    return head + f'\n[stack.b]\nfinder = "{offer}"\nchecker = "metered/calls"\n'


def test_differences_add_up_over_the_components() -> None:
    made = opened_at(SUPPORT).compare()
    totals = {one.stack: one.total_monthly for one in made.estimates}
    for one in made.versus:
        assert one.difference == totals[one.stack] - totals["portable"]
        assert sum(amount for _, amount in one.wins + one.loses) == one.difference
        assert all(amount < 0 for _, amount in one.wins)
        assert all(amount > 0 for _, amount in one.loses)
        assert [amount for _, amount in one.wins] == sorted(amount for _, amount in one.wins)
        assert one.stack != made.baseline


def test_the_baseline_turns_every_difference_around() -> None:
    made = opened_at(SUPPORT)
    there, back = made.compare(), made.compare(baseline="own-gpu")
    one, other = against(there, "own-gpu"), against(back, "portable")
    assert one.difference == -other.difference
    assert dict(one.wins) == {name: -amount for name, amount in other.loses}
    assert one.break_even is not None
    assert other.break_even is not None
    assert near(one.break_even, other.break_even, "0.005")


def test_an_unknown_baseline_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(BadUsage, match="the baseline 'c' is not among the stacks"):
        ready(tmp_path, WHOLE).compare(baseline="c")
    with pytest.raises(BadUsage, match="the baseline 'b' is not among"):
        ready(tmp_path, WHOLE).compare(["a"], baseline="b")


# -- break-even ----------------------------------------------------------------------------------


def test_two_straight_lines_cross_where_algebra_says(tmp_path: Path) -> None:
    made = ready(tmp_path, WHOLE)
    runs = solve(made.workload).visits.runs["search"]
    volume = against(made.compare()).break_even
    assert volume is not None
    assert near(volume, 300 / (runs * Decimal("0.08")), "1e-9")


@pytest.mark.parametrize("volume", [300, 1_000, 5_000, 40_000])
def test_both_stacks_cost_the_same_there_when_billed_again(tmp_path: Path, volume: int) -> None:
    traffic = f"traffic.requests_per_month={volume}"
    for offer in ("flat/calls", "floor/calls"):
        made = ready(tmp_path, with_b(offer), traffic)
        found = against(made.compare()).break_even
        if offer == "flat/calls":
            assert found is not None
        if found is not None:
            bills = [made.at(one, found).total_monthly for one in "ab"]
            assert near(*bills, "0.01")


@pytest.mark.parametrize("volume", [2_000, 100_000])
def test_real_stacks_cost_the_same_there_too(volume: int) -> None:
    made = opened_at(SUPPORT, f"traffic.requests_per_month={volume}")
    compared = made.compare(["portable", "google", "own-gpu"])
    crossings = [one for one in compared.versus if one.break_even is not None]
    assert crossings
    for one in crossings:
        assert one.break_even is not None
        bills = [made.at(name, one.break_even).total_monthly for name in ("portable", one.stack)]
        assert near(*bills, "0.01")


def test_no_break_even_where_the_lines_never_cross(tmp_path: Path) -> None:
    assert against(ready(tmp_path, with_b("metered/calls")).compare()).break_even is None
    idle = ready(tmp_path, WHOLE, "traffic.requests_per_month=0").compare()
    assert against(idle).break_even is None


def test_a_volume_that_a_stack_cannot_serve_is_no_break_even(tmp_path: Path) -> None:
    made = ready(tmp_path, with_b("small/calls"))
    assert against(made.compare()).break_even is None  # it would lie above the plan's 1,500 calls
    assert "is cheaper below" not in draw(made.compare(), WIDE)


def test_which_stack_is_cheaper_on_which_side_is_said(tmp_path: Path) -> None:
    for volume in ("100", "100_000"):
        made = ready(tmp_path, WHOLE, f"traffic.requests_per_month={volume}")
        for base in "ab":
            text = draw(made.compare(baseline=base), WIDE)
            assert "a is cheaper below about 3," in text
            assert "requests a month, b above" in text
    found = against(made.compare()).break_even
    assert found is not None
    low, high = (
        made.at("a", found / 2).total_monthly < made.at("b", found / 2).total_monthly,
        made.at("a", found * 2).total_monthly < made.at("b", found * 2).total_monthly,
    )
    assert (low, high) == (True, False)


# -- moving --------------------------------------------------------------------------------------


def test_moving_costs_days_egress_and_the_months_of_overlap(tmp_path: Path) -> None:
    made = ready(tmp_path, WHOLE + MIGRATION, "traffic.requests_per_month=20_000").compare()
    one = against(made)
    base = made.estimates[0].total_monthly
    assert one.one_off == 10 * 800 + 9 + 2 * base
    assert one.difference < 0
    assert one.payback_months is not None
    assert near(one.payback_months, one.one_off / -one.difference)
    assert "paid back in" in draw(made, WIDE)


def test_a_dearer_stack_never_pays_back(tmp_path: Path) -> None:
    made = ready(tmp_path, WHOLE + MIGRATION).compare()
    assert against(made).difference > 0
    assert against(made).payback_months is None
    assert "never paid back" in draw(made, WIDE)


def test_every_vector_is_embedded_again_unless_told_not_to() -> None:
    text = ("migration.engineer_days=1", "migration.overlap_months=0", "migration.cost_per_day=1")
    one = against(opened_at(SUPPORT, *text).compare(["portable", "google"]), "google")
    none = against(
        opened_at(SUPPORT, *text, "migration.reindex=false").compare(["portable", "google"]),
        "google",
    )
    assert none.one_off == 1
    assert one.one_off is not None
    bill = opened_at(SUPPORT).estimates()["google"]
    lines = [line for line in bill.lines if line.role == "embedder"]
    price = sum(line.amount or 0 for line in lines) / sum(line.quantity for line in lines)
    assert near(one.one_off - 1, 3_000_000 * 400 * price)


# -- vendors, mixes, margins ---------------------------------------------------------------------


def test_the_largest_vendor_s_share_of_the_bill() -> None:
    made = opened_at(SUPPORT).compare()
    for bill, locked in zip(made.estimates, made.lock_in, strict=True):
        assert locked.stack == bill.stack
        assert 0 < locked.share < 1
    portable = made.estimates[0]
    paid = sum(one.amount or 0 for one in portable.lines if one.price.offer == "langsmith/plus")
    assert made.lock_in[0].vendor == "LangChain"
    assert near(made.lock_in[0].share, paid / portable.total_monthly)


def test_a_stack_without_vendors_is_locked_to_none(tmp_path: Path) -> None:
    text = HEAD + '\n[[step]]\nname = "a"\ntool = "own"\nsuccess = 0.9\n'
    made = ready(tmp_path, text + '\n[stack.a]\nown = { none = "ours" }\n').compare()
    assert (made.lock_in[0].vendor, made.lock_in[0].share) == ("none", 0)
    assert "Largest vendor" not in draw(made, WIDE)


FIXED = """
[[fixed]]
name = "everyone"
monthly = 50

[[fixed]]
name = "only a"
monthly = 7
stacks = ["a"]

[[fixed]]
name = "only b"
monthly = 11
stacks = ["b"]

[mix.both]
stacks = { a = 0.25, b = 0.75 }

[mix.one]
stacks = { a = 1.0, b = 0.0 }
"""


def test_a_mix_pays_every_part_s_fixed_costs_and_the_workload_s_own_once(tmp_path: Path) -> None:
    made = ready(tmp_path, WHOLE + FIXED)
    both, one = made.compare().mixes
    parts = [made.at("a", Decimal(250)), made.at("b", Decimal(750))]
    assert both.monthly == sum(part.total_monthly for part in parts) - 50
    flat = sum(line.amount or 0 for line in parts[1].lines if line.price.charge == "fee")
    assert flat == 300
    own = [line for part in parts for line in part.lines if line.price.offer == "workload"]
    assert sum(line.amount or 0 for line in own if line.fixed) == 50 + 7 + 50 + 11
    assert one.monthly == made.estimates()["a"].total_monthly
    assert sum(both.shares.values()) == 1


def test_a_mix_of_stacks_that_are_not_compared_is_left_out(tmp_path: Path) -> None:
    made = ready(tmp_path, WHOLE + FIXED)
    assert [one.name for one in made.compare(["a"]).mixes] == ["one"]
    assert [one.name for one in made.compare(["b"]).mixes] == []


def test_margins_are_revenue_less_the_bill(tmp_path: Path) -> None:
    made = ready(tmp_path, WHOLE, "target.revenue_per_request=2").compare()
    totals = {one.stack: one.total_monthly for one in made.estimates}
    assert made.margins == {name: 2_000 - one for name, one in totals.items()}
    assert ready(tmp_path, WHOLE).compare().margins == {}


# -- what is not known ---------------------------------------------------------------------------


def test_a_missing_price_is_never_taken_as_zero(tmp_path: Path) -> None:
    made = ready(tmp_path, with_b("quoted/fee") + MIGRATION).compare()
    one = against(made)
    assert (one.break_even, one.payback_months) == (None, None)
    (note,) = [said for said in made.notes if "prices are missing" in said]
    assert note.startswith("prices are missing in b")
    text = draw(made, WIDE)
    assert "b against a: at least 0.00 (0 %) a month" in text
    found = ways(made, "b")
    assert found.notes == ["a price of this stack is missing: every amount here is at least that"]
    assert "cost at least" in found.sentence
    turned = draw(ready(tmp_path, with_b("quoted/fee")).compare(baseline="b"), WIDE)
    assert "a against b: at most 0.00 a month" in turned


def test_a_step_without_a_price_leaves_nothing_to_compare(tmp_path: Path) -> None:
    made = ready(tmp_path, with_b("quoted/calls")).compare(baseline="b", levers=True)
    found = ways(made)
    assert found.options == []
    assert found.sentence == "Without the price of every step there is nothing to compare."
    assert found.notes == ["quoted/calls: a step's price is missing"]
    assert made.sensitivity is not None
    assert made.sensitivity.choice is None
    assert found.sentence in draw(made, WIDE)


def test_stacks_are_not_ranked_on_a_success_rate_they_share() -> None:
    made = opened_at(SUPPORT).compare()
    (note,) = [one for one in made.notes if "no stack is ranked" in one]
    assert "aws, google, own-gpu" in note
    assert "portable" not in note


def test_stacks_below_the_reliability_asked_for_are_named(tmp_path: Path) -> None:
    text = WHOLE.replace('finder = "flat/calls"', 'finder = { offer = "flat/calls", success=0.4 }')
    made = ready(tmp_path, text).compare(at_reliability=Decimal("0.97"))
    assert "not at 97 % trusted answers as they stand: b" in made.notes
    assert [one.target for one in made.strategies] == [Decimal("0.97")] * 2
    blind = ready(tmp_path, WHOLE.replace("success = 0.9\n", ""))
    said = blind.compare(at_reliability=Decimal("0.97")).notes
    assert said[-1] == "whether 97 % of answers are right is not modelled: a, b"
    assert said[0].startswith("prices are missing in a, b")  # nobody knows how many cases


def test_two_days_show_the_change_of_each_component(tmp_path: Path) -> None:
    text = with_b("quoted/fee") + "\n[[fixed]]\nname = 'x'\nmonthly = 5\n"
    later = """
[[prices.offer]]
id = "rising/calls"
product = "Rising"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }
charge = [
  { id = "calls", quantity = "calls", unit = "call", price = 0.20 },
  { id = "calls", quantity = "calls", unit = "call", price = 0.15, origin = { since = 2026-06-01, checked = 2026-11-01, source = "list" } },
]
"""  # noqa: E501
    made = ready(tmp_path, text)
    both = ready(
        tmp_path,
        text.replace('finder = "metered/calls"', 'finder = "rising/calls"')
        + (made.opened.folder / "w.toml").read_text()[len(text) :]
        + later,
    )
    days = (date(2026, 5, 1), date(2026, 11, 22))
    documents = [estimate_opened(both.opened, day) for day in days]
    drawn = draw_days(documents, WIDE)
    a, b = drawn.split("\nb ")
    rows = {line.split()[0]: line.split() for line in a.splitlines() if line}
    assert rows["search-rerank"][-2:] == ["-20", "%"] or rows["search-rerank"][-1] == "%"
    whole = [one.estimates[0].total_monthly for one in documents]
    assert f"{(whole[1] - whole[0]) * 100 / whole[0]:,.0f} %" in " ".join(rows["total"])
    assert ">= " in b
    assert b.splitlines()[-1].rstrip().endswith("-")  # not known, so no per cent
    assert value(ways(both.compare()).options[0])[0] == whole[1]
