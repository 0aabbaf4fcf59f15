"""C*, the coordination gap, the shortfall, the multiple, the frontier and the advice."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

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
    named,
    near,
    opened_at,
    ready,
    value,
    ways,
)
from hypothesis import given
from hypothesis import strategies as st
from properties import examples

from costplan.document.options import Option, Strategies
from costplan.outcomes.votes import ceiling, majority
from costplan.plan.compare.pricing import least
from costplan.plan.compare.strategies import _advice, _frontier, _measure

ONE = Decimal(1)
PROPERTY = examples(60)
money = st.integers(1, 400).map(Decimal)
share = st.integers(50, 100).map(lambda one: Decimal(one) / 100)


def option(name: str, monthly: int | Decimal, reliability: str | Decimal, kind: str) -> Option:
    return Option(name=name, kind=kind, monthly=Decimal(monthly), reliability=Decimal(reliability))


def measured(options: list[Option], target: str | None = None) -> Strategies:
    """The measures of these options; the first is the plan."""
    made = Strategies(
        stack="a",
        target=None if target is None else Decimal(target),
        options=options,
        frontier=[],
    )
    _measure(made, Decimal(1000))
    return made


kinds = st.sampled_from(("orchestrate", "hosting", "unchecked", "quality"))
others = st.lists(st.tuples(money, share, kinds), max_size=12)


def options_of(plan: tuple[Decimal, Decimal], rest: list[tuple[Decimal, Decimal, str]]) -> list:
    made = [option("this plan", *plan, "plan")]
    return made + [option(f"o{at}", cost, r, kind) for at, (cost, r, kind) in enumerate(rest)]


@PROPERTY
@given(st.tuples(money, share), others)
def test_the_gap_lies_from_0_to_1_and_is_0_on_the_frontier(plan: tuple, rest: list) -> None:
    made = measured(options_of(plan, rest))
    assert made.gap is not None
    assert 0 <= made.gap < 1
    cost, reliability = plan
    beaten = any(c < cost and r >= reliability for c, r, _ in rest)
    assert (made.gap == 0) is not beaten
    if any(one.name == "this plan" for one in made.frontier):
        assert made.gap == 0


@PROPERTY
@given(st.tuples(money, share), others, money, share, kinds)
def test_a_dominated_option_changes_no_measure(
    plan: tuple, rest: list, more: Decimal, less: Decimal, kind: str
) -> None:
    before = measured(options_of(plan, rest), "0.9")
    cost, reliability = value(before.frontier[0])
    dominated = option("worse", cost + more, reliability * less, kind)
    if kind in ("unchecked", "quality"):
        dominated.reliability = min(dominated.reliability or ONE, Decimal("0.89"))
    after = measured([*options_of(plan, rest), dominated], "0.9")
    assert (after.gap, after.shortfall, after.multiple) == (
        before.gap,
        before.shortfall,
        before.multiple,
    )
    assert [one.name for one in after.frontier] == [one.name for one in before.frontier]


@PROPERTY
@given(st.tuples(money, share), others)
def test_the_frontier_rises_in_cost_and_reliability(plan: tuple, rest: list) -> None:
    options = options_of(plan, rest)
    frontier = _frontier(options, Decimal(1000))
    pairs = [value(one) for one in frontier]
    for (cost, right), (dearer, better) in pairwise(pairs):
        assert dearer > cost
        assert better > right
    for one in options:  # nothing that was left out beats what stayed
        cost, right = value(one)
        assert any(c <= cost and r >= right for c, r in pairs)
    for before, one in pairwise(frontier):
        gained = (value(one)[1] - value(before)[1]) * 1000
        assert one.marginal is not None
        assert near(one.marginal * gained, value(one)[0] - value(before)[0], "1e-8")
    assert frontier[0].marginal is None


def test_the_gap_is_the_share_of_the_spend_that_another_plan_does_not_need() -> None:
    made = measured([option("this plan", 100, "0.9", "plan"), option("o", 60, "0.9", "quality")])
    assert made.gap == Decimal("0.4")


def test_a_difference_of_rounding_is_no_gap() -> None:
    rest = option("o", Decimal("99.9999999999"), "0.9", "orchestrate")
    assert measured([option("this plan", 100, "0.9", "plan"), rest]).gap == 0


@pytest.mark.parametrize(("cost", "shortfall"), [(150, 50), (80, -20)])
def test_a_missed_target_has_a_shortfall_with_its_sign(cost: int, shortfall: int) -> None:
    plan = option("this plan", 100, "0.9", "plan")
    made = measured([plan, option("o", cost, "0.96", "orchestrate")], "0.95")
    assert made.shortfall == shortfall


def test_no_shortfall_where_the_target_is_met_or_out_of_reach() -> None:
    plan, rest = option("this plan", 100, "0.9", "plan"), option("o", 150, "0.96", "orchestrate")
    assert measured([plan, rest], "0.9").shortfall is None
    lost = measured([plan, rest], "0.99")
    assert lost.shortfall is None
    assert lost.sentence == (
        "Nothing tried here reaches 99 % trusted answers; the most is 96.00 %."
    )


def test_a_multiple_needs_both_kinds_at_the_target() -> None:
    plan = option("this plan", 100, "0.99", "plan")
    brute = option("votes", 300, "0.97", "quality")
    assert measured([plan, brute], "0.97").multiple == 3
    far = measured([plan, brute], "0.98")
    assert far.multiple is None
    assert "nothing tried by compute alone gets there" in far.sentence
    alone = measured([option("this plan", 100, "0.9", "plan"), brute], "0.97")
    assert alone.multiple is None
    assert alone.sentence == "Only brute force reaches 97 % trusted answers: votes, 300 a month."


def test_a_hosting_option_with_the_graph_is_no_brute_force() -> None:
    plan = option("this plan", 100, "0.99", "plan")
    assert measured([plan, option("2 regions", 120, "0.99", "hosting")], "0.98").multiple is None


def test_where_votes_end_is_said_of_votes_alone_and_only_below_the_target() -> None:
    plan = option("this plan", 100, "0.999", "plan")
    larger = option("the largest model for everything", 90, "0.98", "quality")
    votes = option("vote of 3 whole runs", 90, "0.9", "quality")
    votes.ceiling, votes.whole_runs = Decimal("0.95"), 3
    said = measured([plan, larger, votes], "0.99").sentence
    other = "the largest model for everything reaches 98.0 %"
    assert said.endswith(f"votes end at 95.0 % however many; {other}.")
    votes.ceiling = ONE
    said = measured([plan, larger, votes], "0.99").sentence
    assert said.endswith(f"alone gets there: {other}.")


@PROPERTY
@given(st.tuples(money, share), others, st.integers(0, 5).map(Decimal))
def test_the_advice_is_where_bill_and_loss_are_least(
    plan: tuple, rest: list, loss: Decimal
) -> None:
    options = options_of(plan, rest)
    for one in options:
        one.loss = loss * 1000 * (1 - value(one)[1])
    said = _advice(measured(options))
    assert said is not None
    chosen = next(one for one in options if one.name == said.split("'")[1])
    assert chosen.whole == min(value(one)[0] + (one.loss or 0) for one in options)


def test_a_dear_step_does_not_hide_a_cheap_one_behind_it() -> None:
    options = [
        option("this plan", 10, "0.90", "plan"),
        option("dear", 40, "0.91", "orchestrate"),  # 3 an answer
        option("cheap behind", 41, "0.99", "orchestrate"),  # 0.0125 an answer, 0.34 from the plan
    ]
    made = measured(options)
    assert [one.marginal for one in made.frontier][1:] == [3, Decimal("0.0125")]
    for loss, wanted in ((ONE, "'cheap behind'"), (Decimal("0.3"), "'this plan'")):
        for one in options:
            one.loss = loss * 1000 * (1 - value(one)[1])
        assert wanted in (_advice(made) or "")
    for one in options:
        one.loss = None
    assert _advice(made) is None  # nobody says what a wrong answer costs


@pytest.mark.parametrize(("rho", "limit"), [(0.1, "0.987"), (0.2, "0.944"), (0.5, "0.863")])
def test_votes_of_the_whole_83_percent_pipeline_end_at_their_ceiling(
    rho: float, limit: str
) -> None:
    top = ceiling(0.97**6, rho)
    assert f"{top:.3f}" == limit
    reached = [majority(0.97**6, runs, rho) for runs in (1, 3, 9, 25, 99)]
    assert reached == sorted(reached)
    assert reached[0] == pytest.approx(0.97**6)
    assert reached[-1] < top


def test_votes_print_their_ceiling_and_rho(tmp_path: Path) -> None:
    pipeline = "".join(
        f'\n[[step]]\nname = "s{at}"\ntool = "finder"\nsuccess = 0.97\n' for at in range(6)
    )
    vote = "\n[strategy.vote]\nruns = [3, 99]\n"
    text = HEAD + pipeline + TARGET + vote + '\n[stack.a]\nfinder = "metered/calls"\n'
    for rho, top in (("0.1", "0.987"), ("0.2", "0.944"), ("0.5", "0.863")):
        found = ways(ready(tmp_path, text, f"strategy.vote.rho={rho}").compare())
        most = named(found, "vote of 99 whole runs")
        assert most.ceiling is not None
        assert f"{most.ceiling:.3f}" == top
        assert most.reason == f"rho = {rho} between whole runs"
        assert value(most)[0] == 99 * 6 * 100  # every run pays every step: 1,000 x 0.10
    assumed = named(ways(ready(tmp_path, text).compare()), "vote of 3 whole runs")
    assert assumed.reason == "rho = 0.5 between whole runs, assumed"


def test_the_whole_comparison_obeys_the_measures(tmp_path: Path) -> None:
    cases = [
        ready(tmp_path, WHOLE).compare(),
        opened_at(SUPPORT).compare(),
        opened_at(SUPPORT, "strategy.gpus.tokens_per_second=900", "human.success=0.8").compare(),
    ]
    for made in cases:
        for found in made.strategies:
            plan = found.options[0]
            cost, right = value(plan)
            best = least(found.options, right, None, wrong_answers=False)
            assert best is not None
            assert found.gap is not None
            assert near(found.gap, 1 - value(best)[0] / cost)
            assert 0 <= found.gap < 1
            assert sum(one.name == "this plan" for one in found.frontier) <= 1
            for one in found.options:
                if one.monthly is None:
                    assert one.reason


dear = st.integers(0, 40).map(Decimal)


@examples(25)
@given(dear, dear, st.integers(50, 100))
def test_a_dearer_human_never_lowers_the_cost_of_a_trusted_answer(
    one: Decimal, more: Decimal, right: int
) -> None:
    text = HEAD + SEARCH + CHECK + PEOPLE + TARGET + STACK
    accuracy = f"human.success={right / 100}"
    with TemporaryDirectory() as name:
        cheap = ready(Path(name), text, f"human.cost_per_case={one}", accuracy)
        made = cheap.compare()
        dearer = ready(Path(name), text, f"human.cost_per_case={one + more}", accuracy).compare()
    before, after = made.estimates[0], dearer.estimates[0]
    assert before.cost_per_trusted_answer is not None
    assert after.cost_per_trusted_answer is not None
    assert after.cost_per_trusted_answer >= before.cost_per_trusted_answer
    for target in (Decimal("0.9"), Decimal("0.95"), Decimal("0.97")):
        lower, higher = (
            least(ways(one).options, target, None, wrong_answers=False) for one in (made, dearer)
        )
        assert (lower is None) == (higher is None)
        if lower is not None and higher is not None:
            assert value(higher)[0] >= value(lower)[0] - Decimal("1e-9")
