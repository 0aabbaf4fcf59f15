"""Levers, the values at which answers flip, and the threshold, each against a file that says so."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from compare_cases import HEAD, WHOLE, Ready, draw, named, near, ready, ways

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


ASSUMED = WHOLE.replace("rho = 0.2\n", "").replace("rho = 0\n", "")
"""The same where nobody says how often a step or a validator repeats itself."""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Sensitivity:
    return levers(ready(tmp_path_factory.mktemp("levers"), ASSUMED), "a")


def test_levers_are_sorted_by_what_they_flip_and_move(found: Sensitivity) -> None:
    keys = [(one.flips, one.moves) for one in found.levers]
    assert keys == sorted(keys, reverse=True)
    assert {one.name for one in found.levers} == {
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


def test_what_nobody_stated_is_moved_to_both_of_its_ends(found: Sensitivity) -> None:
    for one in found.levers:
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
        ("requests a month", "traffic.requests_per_month=750", "traffic.requests_per_month=1250"),
        ("faults that validators miss, times", "sensitivity=0.925", "sensitivity=0.875"),
        (
            "right answers rejected, times",
            "false_positive_rate=0.0375",
            "false_positive_rate=0.0625",
        ),
        ("failures noticed at once, times", "detection_rate=0.375", "detection_rate=0.625"),
    ],
)
def test_a_lever_is_what_a_changed_file_says(
    found: Sensitivity, tmp_path: Path, name: str, low: str, high: str
) -> None:
    one = lever(found, name)
    for change, end, way in (
        (low, one.low, one.low_choice),
        (high, one.high, one.high_choice),
    ):
        assert end is not None
        assert way is not None
        assert near(end, whole(changed(tmp_path, change), "a", way)), change


def test_an_assumed_rate_at_its_ends_is_what_a_stated_one_says(
    found: Sensitivity, tmp_path: Path
) -> None:
    one = lever(found, "a judge repeats its errors (rho)")
    for rho, end, way in ((0, one.low, one.low_choice), (1, one.high, one.high_choice)):
        assert end is not None
        assert way is not None
        there = changed(tmp_path, f"sensitivity=0.9\nrho = {rho}")
        assert near(end, whole(there, "a", way))


def changed(folder: Path, change: str) -> Ready:
    """The file with one number of it replaced, of a table or of the step that has it."""
    key, number = change.split("=", 1)
    if "." in key:
        return ready(folder, ASSUMED, change)
    head, _, rest = ASSUMED.partition(f"{key} = ")
    _, _, after = rest.partition("\n")
    return ready(folder, f"{head}{key} = {number}\n{after}")


def test_two_ways_cost_the_same_where_the_answer_flips(tmp_path: Path) -> None:
    """By hand: asking nobody loses 20 an answer, a person costs the case."""
    turning = []
    for cost in (2, 6, 10, 14, 18):
        text = ASSUMED.replace("reliability = 0.97\n", "")
        moved = levers(ready(tmp_path, text, f"human.cost_per_case={cost}"), "a")
        turning += [(moved, one) for one in moved.levers if one.name == "a case" and one.flips]
    assert turning
    for moved, one in turning:
        assert moved.choice is not None
        assert one.instead is not None
        there = ready(tmp_path, text, f"human.cost_per_case={one.flips_at}")
        both = [whole(there, "a", way) for way in (moved.choice, one.instead)]
        assert near(*both, "0.001")


def test_failures_are_moved_in_steps_and_in_bindings(found: Sensitivity) -> None:
    one = lever(found, "failures of the steps, times")
    assert one.low is not None
    assert one.high is not None
    assert one.low < one.high  # more failures cost more


def test_the_threshold_is_accuracy_less_cost_over_loss(found: Sensitivity, tmp_path: Path) -> None:
    assert found.threshold == Decimal("0.98") - Decimal(4) / 20
    for changes, threshold in (
        (("human.success=1", "target.loss_per_wrong_answer=20", "human.cost_per_case=4"), "0.8"),
        (("human.cost_per_case=100",), "0"),
        (("human.cost_per_case=0", "human.success=1"), "1"),
    ):
        assert levers(ready(tmp_path, WHOLE, *changes), "a").threshold == Decimal(threshold)


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
