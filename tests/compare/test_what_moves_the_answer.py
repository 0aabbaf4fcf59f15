"""Levers, break-evens and the threshold, each against what the whole program says when told so."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from compare_cases import HEAD, SUPPORT, WHOLE, Ready, draw, near, opened_at, ready, ways

from costplan.document.comparison import BreakEven, Lever, Sensitivity
from costplan.plan.compare.pricing import least
from costplan.render import Look


def levers(made: Ready, stack: str, **more: object) -> Sensitivity:
    found = made.compare([stack], levers=True, **more).sensitivity
    assert found is not None
    return found


def lever(found: Sensitivity, name: str) -> Lever:
    return next(one for one in found.levers if one.name == name)


def break_even(found: Sensitivity, what: str) -> BreakEven:
    return next(one for one in found.break_evens if one.what == what)


def best(made: Ready, stack: str) -> Decimal | None:
    """The cheapest orchestrated way to the target, in a comparison of its own."""
    found = ways(made.compare([stack]))
    assert found.target is not None
    kept = [one for one in found.options if one.kind in ("plan", "orchestrate")]
    one = cheapest(kept, found.target)
    return None if one is None else one.monthly


@pytest.fixture(scope="module")
def support() -> Sensitivity:
    return levers(opened_at(SUPPORT), "portable")


def test_levers_are_sorted_by_what_they_flip_and_move(support: Sensitivity) -> None:
    keys = [(one.flips, one.moves) for one in support.levers]
    assert keys == sorted(keys, reverse=True)
    names = {one.name for one in support.levers}
    assert names == {
        "traffic",
        "price of the steps",
        "cost of a case",
        "failures of the steps",
        "faults that validators miss",
        "right answers rejected",
        "failures noticed at once",
    }
    assert support.monthly is not None
    for one in support.levers:
        ends = [end for end in (one.low, one.high) if end is not None]
        assert one.moves == max(abs(end - support.monthly) for end in ends)
        assert one.flips is (one.low_choice != support.choice or one.high_choice != support.choice)


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("cost of a case", "human.cost_per_case=3", "human.cost_per_case=5"),
        (
            "faults that validators miss",
            "step.2.sensitivity=0.955",
            "step.2.sensitivity=0.925",
        ),
        (
            "right answers rejected",
            "step.2.false_positive_rate=0.075",
            "step.2.false_positive_rate=0.125",
        ),
        ("failures noticed at once", "step.1.detection_rate=0.45", "step.1.detection_rate=0.75"),
    ],
)
def test_a_lever_is_what_a_changed_file_says(
    support: Sensitivity, tmp_path: Path, name: str, low: str, high: str
) -> None:
    one = lever(support, name)
    for change, found in ((low, one.low), (high, one.high)):
        again = best(changed(tmp_path, change), "portable")
        assert again is not None
        assert found is not None
        assert near(found, again, "0.002")  # a member is not billed anew


def changed(folder: Path, change: str) -> Ready:
    """The example with one number of it replaced; a step by its place."""
    key, number = change.split("=")
    parts = key.split(".")
    if parts[0] != "step":
        return opened_at(SUPPORT, change)
    text = SUPPORT.read_text()
    heads = text.split("[[step]]")
    at = int(parts[1]) + 1
    before, _, after = heads[at].partition(parts[2] + " = ")
    rest = after[len(after.split()[0]) :]
    heads[at] = f"{before}{parts[2]} = {number}{rest}"
    return ready(folder, "[[step]]".join(heads) + "\n# no [prices]")


def test_a_quarter_of_the_traffic_moves_all_that_follows_it() -> None:
    made = opened_at(SUPPORT)
    for stack in ("portable", "aws"):
        found = lever(levers(made, stack), "traffic")
        for end, volume in ((found.low, 7_500), (found.high, 12_500)):
            again = best(opened_at(SUPPORT, f"traffic.requests_per_month={volume}"), stack)
            assert again is not None
            assert end is not None
            assert near(end, again, "0.005")


def test_failures_are_moved_in_steps_and_in_bindings(support: Sensitivity) -> None:
    one = lever(support, "failures of the steps")
    assert one.low is not None
    assert one.high is not None
    assert support.monthly is not None
    assert one.low < support.monthly < one.high  # more failures cost more


def test_the_threshold_is_accuracy_less_cost_over_loss(support: Sensitivity) -> None:
    assert support.threshold == Decimal("0.98") - Decimal(4) / 20
    for changes, threshold in (
        (("human.success=1", "target.loss_per_wrong_answer=20", "human.cost_per_case=4"), "0.8"),
        (("human.cost_per_case=100",), "0"),
        (("human.cost_per_case=0", "human.success=1"), "1"),
    ):
        found = levers(opened_at(SUPPORT, *changes), "portable")
        assert found.threshold == Decimal(threshold)


def test_no_threshold_without_people_or_loss(tmp_path: Path) -> None:
    text = WHOLE.replace("loss_per_wrong_answer = 20\n", "")
    assert levers(ready(tmp_path, text), "a").threshold is None


def test_the_needed_sensitivity_just_reaches_the_target(tmp_path: Path) -> None:
    found = levers(ready(tmp_path, WHOLE), "a")
    one = break_even(found, "sensitivity of validators")
    assert one.now == Decimal("0.9")
    reached = []
    for value in (one.value, one.value - Decimal("2e-6")):
        made = ready(tmp_path, WHOLE.replace("sensitivity = 0.9", f"sensitivity = {value}"))
        bill = made.compare(["a"]).estimates[0]
        assert bill.reliability is not None
        reached.append(bill.reliability.trusted >= Decimal("0.97"))
    assert reached == [True, False]


def test_no_sensitivity_is_needed_where_none_helps(tmp_path: Path) -> None:
    for target in ("0.5", "0.9999"):
        found = levers(ready(tmp_path, WHOLE, f"target.reliability={target}"), "a")
        assert all(one.what != "sensitivity of validators" for one in found.break_evens)


def test_two_plans_cost_the_same_at_the_break_even_case(support: Sensitivity) -> None:
    one = break_even(support, "cost of a case")
    found = ways(opened_at(SUPPORT, f"human.cost_per_case={one.value}").compare(["portable"]))
    costs = {way.name: way.monthly for way in found.options}
    plan, rival = costs["this plan"], costs[one.against]
    assert plan is not None
    assert rival is not None
    assert near(plan, rival, "1e-9")
    assert one.now == 4


def test_a_target_out_of_reach_moves_nothing(tmp_path: Path) -> None:
    made = ready(tmp_path, WHOLE, "human.success=0.5").compare(
        ["a"], levers=True, at_reliability=Decimal("0.999")
    )
    assert made.sensitivity is not None
    assert made.sensitivity.choice is None
    assert made.sensitivity.levers == []
    assert "nothing tried reaches the target" in draw(made, Look(width=200))


def test_without_a_target_the_plan_itself_is_moved(tmp_path: Path) -> None:
    text = HEAD + '\n[[step]]\nname = "a"\ntool = "finder"\nsuccess = 0.9\n'
    found = levers(ready(tmp_path, text + '\n[stack.a]\nfinder = "metered/calls"\n'), "a")
    assert (found.choice, found.monthly) == ("this plan", 100)
    assert (lever(found, "traffic").low, lever(found, "traffic").high) == (75, 125)
    assert lever(found, "failures of the steps").moves == 0


def test_without_success_rates_there_is_no_answer_to_move(tmp_path: Path) -> None:
    made = ready(tmp_path, WHOLE.replace("success = 0.9\n", "")).compare(["a"], levers=True)
    assert made.sensitivity is not None
    assert made.sensitivity.choice is None
    assert made.sensitivity.threshold is not None
    said = draw(made, Look(width=200))
    assert "nothing tried reaches" not in said
    assert said.count("Without success rates there is nothing to compare") == 2
