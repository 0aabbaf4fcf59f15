"""Levers, the values at which answers flip, and the threshold, each told to the whole program."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from compare_cases import HEAD, SUPPORT, WHOLE, Ready, draw, named, near, opened_at, ready, ways

from costplan.document.comparison import Lever, Sensitivity
from costplan.render import Look


def levers(made: Ready, stack: str, **more: object) -> Sensitivity:
    found = made.compare([stack], levers=True, **more).sensitivity
    assert found is not None
    return found


def lever(found: Sensitivity, name: str) -> Lever:
    return next(one for one in found.levers if one.name == name)


def whole(made: Ready, stack: str, name: str) -> Decimal:
    """What a way costs in a comparison of its own, wrong answers included."""
    found = named(ways(made.compare([stack])), name).whole
    assert found is not None
    return found


@pytest.fixture(scope="module")
def support() -> Sensitivity:
    return levers(opened_at(SUPPORT), "portable")


def test_levers_are_sorted_by_what_they_flip_and_move(support: Sensitivity) -> None:
    keys = [(one.flips, one.moves) for one in support.levers]
    assert keys == sorted(keys, reverse=True)
    assert {one.name for one in support.levers} == {
        "a judge repeats its errors (rho)",
        "a step repeats its errors (rho)",
        "a case",
        "a wrong answer",
        "requests a month",
        "tokens of a call, times",
        "failures of the steps, times",
        "faults that validators miss, times",
        "right answers rejected, times",
        "failures noticed at once, times",
    }


def test_what_nobody_stated_is_moved_to_both_of_its_ends(support: Sensitivity) -> None:
    for one in support.levers:
        ends = (one.now, one.low_at, one.high_at)
        assert one.assumed is one.name.endswith("(rho)")
        if one.assumed:
            assert ends == (Decimal("0.5"), 0, 1)
        else:
            assert one.now is not None
            assert ends[1:] == (one.now * Decimal("0.75"), one.now * Decimal("1.25"))


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("a case", "human.cost_per_case=3", "human.cost_per_case=5"),
        ("a wrong answer", "target.loss_per_wrong_answer=15", "target.loss_per_wrong_answer=25"),
        ("requests a month", "traffic.requests_per_month=7500", "traffic.requests_per_month=12500"),
        (
            "faults that validators miss, times",
            "step.2.sensitivity=0.955",
            "step.2.sensitivity=0.925",
        ),
        (
            "right answers rejected, times",
            "step.2.false_positive_rate=0.075",
            "step.2.false_positive_rate=0.125",
        ),
        (
            "failures noticed at once, times",
            "step.1.detection_rate=0.45",
            "step.1.detection_rate=0.75",
        ),
    ],
)
def test_a_lever_is_what_a_changed_file_says(
    support: Sensitivity, tmp_path: Path, name: str, low: str, high: str
) -> None:
    one = lever(support, name)
    for change, found, way in (
        (low, one.low, one.low_choice),
        (high, one.high, one.high_choice),
    ):
        assert found is not None
        assert way is not None
        assert near(found, whole(changed(tmp_path, change), "portable", way)), change


def test_an_assumed_rate_at_its_ends_is_what_a_stated_one_says(
    support: Sensitivity, tmp_path: Path
) -> None:
    one = lever(support, "a judge repeats its errors (rho)")
    text = SUPPORT.read_text() + "\n# no [prices]"
    for rho, found, way in ((0, one.low, one.low_choice), (1, one.high, one.high_choice)):
        stated = text.replace("sensitivity = 0.94", f"rho = {rho}\nsensitivity = 0.94")
        assert found is not None
        assert way is not None
        assert near(found, whole(ready(tmp_path, stated), "portable", way))


def test_two_ways_cost_the_same_where_the_answer_flips() -> None:
    """A case at 12 is so dear that another plan wins: where, two files agree."""
    found = levers(opened_at(SUPPORT, "human.cost_per_case=12"), "portable")
    turning = [one for one in found.levers if one.name == "a case" and one.flips_at is not None]
    for at in range(4, 30):
        if turning:
            break
        found = levers(opened_at(SUPPORT, f"human.cost_per_case={at}"), "portable")
        turning = [one for one in found.levers if one.name == "a case" and one.flips_at is not None]
    (one,) = turning
    assert found.choice is not None
    assert one.instead is not None
    there = opened_at(SUPPORT, f"human.cost_per_case={one.flips_at}")
    both = [whole(there, "portable", way) for way in (found.choice, one.instead)]
    assert near(*both, "0.001")


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


def test_failures_are_moved_in_steps_and_in_bindings(support: Sensitivity) -> None:
    one = lever(support, "failures of the steps, times")
    assert one.low is not None
    assert one.high is not None
    assert one.low < one.high  # more failures cost more


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
    traffic = lever(found, "requests a month")
    assert (traffic.low, traffic.high) == (75, 125)


def test_without_success_rates_there_is_no_answer_to_move(tmp_path: Path) -> None:
    made = ready(tmp_path, WHOLE.replace("success = 0.9\n", "")).compare(["a"], levers=True)
    assert made.sensitivity is not None
    assert made.sensitivity.choice is None
    assert made.sensitivity.threshold is not None
    said = draw(made, Look(width=200))
    assert "nothing tried reaches" not in said
    assert said.count("Without success rates there is nothing to compare") == 1
