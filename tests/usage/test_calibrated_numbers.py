"""The numbers of a workload from sums that were logged, each worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from usage_cases import workload_of

from costplan.plan.usage.calibrate import (
    Measures,
    Proposed,
    Setting,
    StepRates,
    Turns,
    Volume,
    calibrate,
)
from costplan.plan.usage.measure import StepUse
from costplan.plan.usage.sketch import Bucket

D = Decimal
WORKLOAD = """
name = "shop"
traffic.requests_per_month = 500
stack.own.chat = "acme/plain"

[[step]]
name = "answer"
model = "chat"
"""
TOKENS = "input_tokens = 7\noutput_tokens = 7\n"
TALK = """
[conversation]
turns = 9
fixed_tokens = 9
user_tokens = 9
output_tokens = 9
"""


def measured(
    sums: Mapping[str, int] | None = None,
    calls: int = 10,
    modes: Mapping[str | None, int] | None = None,
    **more: Any,
) -> Measures:
    """Ten calls of the step "answer" in a hundred requests, unless it says otherwise."""
    use = StepUse(calls, sums or {}, (), (), {}, modes or {None: calls})
    known: dict[str, Any] = {
        "uses": {"answer": use},
        "rates": {},
        "volume": Volume(D(100), None, {}, "volume"),
        "runs": {},
        "factors": {},
        "turns": None,
        "peak": None,
        "hourly": [],
        "rests": "logs",
    }
    return Measures(**{**known, **more})


def proposed(measures: Measures, more: str = "", talk: str | None = None) -> Proposed:
    """Of a workload whose step has ``more`` keys, and whose conversation, where it has one, has
    those of ``talk``."""
    text = WORKLOAD + more + "\n" + (TOKENS if talk is None else TALK + talk)
    return calibrate(workload_of(text), measures)


def values(settings: list[Setting]) -> dict[str, str]:
    return {setting.key[-1]: setting.value for setting in settings}


@pytest.mark.parametrize(
    ("had", "modes", "setting"),
    [
        ("", {"batch": 99, None: 1}, "batch"),
        ("", {"batch": 98, None: 2}, None),
        ("", {None: 100}, None),
        ('mode = "batch"', {"batch": 100}, None),
        ('mode = "batch"', {"flex": 100}, "flex"),
    ],
)
def test_a_mode_is_set_where_nearly_all_calls_had_another(
    had: str, modes: Mapping[str | None, int], setting: str | None
) -> None:
    measures = measured(calls=100, modes=modes)
    assert values(proposed(measures, had).settings).get("mode") == setting
    assert measures.notes == []


def test_calls_that_were_not_all_of_the_steps_mode_are_only_told() -> None:
    measures = measured(calls=100, modes={"batch": 60, None: 40})
    assert "mode" not in values(proposed(measures, 'mode = "batch"').settings)
    assert measures.notes == ["answer: calls were not all batch; see mode"]


def test_calls_are_those_of_a_request_over_how_often_the_step_runs() -> None:
    """300 calls in 100 requests, of which the workload runs the step 1.5 times: 2 a run."""
    volume = Volume(D(100), None, {"answer": 300}, "volume")
    plan = proposed(measured(volume=volume, runs={"answer": D("1.5")}))
    (calls,) = (setting for setting in plan.settings if setting.key[-1] == "calls")
    assert calls.value == "2"
    assert calls.was == "1"
    assert calls.words.startswith("3 calls a request")
    for silent in (volume._replace(calls={}), volume._replace(requests=D(0))):
        assert "calls" not in values(proposed(measured(volume=silent)).settings)
    assert "calls" not in values(proposed(measured(volume=volume, runs={"answer": D(0)})).settings)


CACHED = {"input_tokens": 1_000, "cache_read_tokens": 300, "cache_write_tokens": 100}


def test_what_is_read_and_written_is_what_can_be_cached() -> None:
    """30 read and 10 written a call: 40 that can be cached, three quarters of it read."""
    plan = proposed(measured(CACHED), "cacheable_tokens = 5")
    assert values(plan.settings) == {
        "cacheable_tokens": "40",
        "input_tokens": "100",
        "output_tokens": "0",
    }
    assert plan.settings[0].words == "75 % of it read from a cache, 10 calls, logs"
    plan = proposed(measured({"input_tokens": 1_000}), "cacheable_tokens = 5")
    assert plan.settings[0].value == "0"
    assert plan.settings[0].words.startswith("0 % of it")


def test_parts_that_were_logged_or_are_in_the_file_are_set() -> None:
    plan = proposed(measured({**CACHED, "web_searches": 5}))
    assert values(plan.settings) == {
        "input_tokens": "100",
        "cache_read_tokens": "30",
        "cache_write_tokens": "10",
        "output_tokens": "0",
        "web_searches": "0.5",
    }
    plan = proposed(measured({"input_tokens": 70}), "cache_read_tokens = 3\nweb_searches = 2")
    assert values(plan.settings) == {
        "output_tokens": "0",
        "cache_read_tokens": "0",
        "web_searches": "0",
    }
    assert plan.unchanged == ["step.answer.input_tokens"]


def test_a_whole_is_never_less_than_its_parts() -> None:
    """A source that counts 10 of input a call and 30 read from a cache."""
    sums = {"input_tokens": 100, "cache_read_tokens": 300}
    assert values(proposed(measured(sums)).settings)["input_tokens"] == "30"
    cacheable = proposed(measured(sums), "cacheable_tokens = 5")
    assert values(cacheable.settings)["input_tokens"] == "30"


@pytest.mark.parametrize(("sizes", "ranged"), [((1_000, 3_000), True), ((1_990, 2_010), False)])
def test_a_range_whose_point_is_less_than_the_parts_stays_a_number(
    sizes: tuple[int, int], *, ranged: bool
) -> None:
    """Mean 2,000, of which 2,000 and 1,900 are read from a cache: their sum as the file spells it
    is held against the point of the range, sqrt(P5 x P95)."""
    read = 1_900 if ranged else 2_001
    sums = {"input_tokens": 4_000, "cache_read_tokens": 2 * read}
    buckets = [Bucket(at, 1, size) for at, size in enumerate(sizes)]
    use = StepUse(2, sums, buckets, (), {}, {None: 2})
    plan = proposed(measured(uses={"answer": use}, ranges=True))
    assert values(plan.settings)["input_tokens"].startswith("{ p5" if ranged else "2_001")


def test_turns_grow_by_what_stays_in_the_history() -> None:
    """Input grows by 250 a turn: 150 of the answer, 40 retrieved, so 60 of the user's. Of a mean of
    2,000 over 4 turns, 1.5 x 250 is history, 60 the user's, 40 retrieved: 1,525 are fixed.
    Two calls a turn, 200 in 100 requests: 1,000 requests a month are 250 conversations."""
    measures = measured(
        {"input_tokens": 20_000, "output_tokens": 1_500},
        volume=Volume(D(100), D(1_000), {"answer": 200}, "volume"),
        turns=Turns(D("4.3"), D(250), D(90)),
    )
    plan = proposed(measures, "calls = 2", "retrieval_tokens = 40\nkeep_retrieval = true")
    assert values(plan.settings) == {
        "turns": "4",
        "fixed_tokens": "1_525",
        "user_tokens": "60",
        "output_tokens": "150",
        "gap_seconds": "90",
        "requests_per_month": "250",
    }
    unsampled = measures.volume._replace(monthly=None)
    silent = proposed(replace(measures, volume=unsampled), talk="")
    assert "requests_per_month" not in values(silent.settings)
    # what is retrieved and not kept is no growth: 100 of the user's
    forgets = values(proposed(measures, "calls = 2", "retrieval_tokens = 40").settings)
    assert (forgets["user_tokens"], forgets["fixed_tokens"]) == ("100", "1_485")


def test_calls_of_a_conversation_are_no_conversations() -> None:
    """A log that does not tell conversations apart says neither their turns nor their number; nor
    does one in which their step has no call. What their other steps take is known all the same."""
    sums = {"input_tokens": 20_000, "output_tokens": 1_500}
    volume = Volume(D(100), D(1_000), {"answer": 200}, "volume")
    measures = measured(sums, volume=volume)
    assert values(proposed(measures, talk="").settings) == {}
    (note,) = measures.notes
    assert "which calls are of one conversation" in note
    none = measured(sums, volume=volume._replace(calls={}), turns=Turns(D(4), D(250), D(90)))
    assert "requests_per_month" not in values(proposed(none, talk="").settings)
    check = f"\n[[step]]\nname = 'check'\nmodel = 'chat'\n{TOKENS}"
    use = StepUse(10, {"input_tokens": 900, "output_tokens": 20}, (), (), {}, {None: 10})
    both = measured(uses={"check": use}, volume=Volume(D(100), None, {}, "volume"))
    settings = proposed(both, check, talk="step = 'answer'").settings
    assert {setting.key: setting.value for setting in settings} == {
        ("step", "check", "input_tokens"): "90",
        ("step", "check", "output_tokens"): "2",
    }


def test_hours_that_are_all_alike_are_those_of_a_file_without_any() -> None:
    alike = proposed(measured(hourly=[D(1)] * 24))
    assert "hourly" not in values(alike.settings)
    assert "traffic.hourly" in alike.unchanged
    office = [D(0)] * 8 + [D(2)] * 12 + [D(0)] * 4
    assert values(proposed(measured(hourly=office)).settings)["hourly"].startswith("[0, 0")


def test_turns_are_never_less_than_nothing_of_a_user() -> None:
    measures = measured(
        {"input_tokens": 100, "output_tokens": 1_500}, turns=Turns(D("0.4"), D(90), D(9))
    )
    settings = values(proposed(measures, talk="gap_seconds = 1").settings)
    assert (settings["turns"], settings["user_tokens"], settings["fixed_tokens"]) == (
        "1",
        "0",
        "10",
    )


RATES = StepRates(90, 10, 80, 20, 0, 0, 0, D(0))


def test_failures_and_further_attempts_are_told_with_their_shares() -> None:
    """10 of 100 failed; of 80 that say which attempt they were, 20 were no first one."""
    measures = measured(rates={"answer": RATES})
    plan = proposed(measures)
    assert measures.notes == ["answer: 10 % of calls failed, 25 % were no first attempt"]
    assert [(want.key, want.cases) for want in plan.wanted] == [("step.answer.success", 2_401)]
    for silent in (RATES._replace(failed=0), RATES._replace(again=0)):
        measures = measured(rates={"answer": silent})
        proposed(measures)
        assert len(measures.notes) == 1
    measures = measured(rates={"answer": RATES._replace(failed=0, again=0)})
    proposed(measures)
    assert measures.notes == []


def test_labels_are_the_share_that_was_right() -> None:
    rates = RATES._replace(labelled=40, right=D(30))
    plan = proposed(measured(rates={"answer": rates}))
    assert values(plan.settings)["success"] == "0.75"
    assert plan.wanted == []


def test_only_a_step_whose_failures_are_noticed_is_tried_again() -> None:
    rates = RATES._replace(failed=0, again=0, most=3)
    for had, attempts in (("success = 0.9\ndetection_rate = 0.5", "3"), ("success = 0.9", None)):
        measures = measured(rates={"answer": rates})
        assert values(proposed(measures, had).settings).get("max_attempts") == attempts
        assert len(measures.notes) == (attempts is None)
