"""What becomes of requests over draws: every way that a step can be tried again, judged, cut off or
replaced, and whole numbers that shape the plan."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from random import Random

import numpy as np
import pytest
from agreeing import Seen, compare
from compare_cases import opened_at
from numbers_of import drawn_around, numbers_of

from costplan.billing.arrays.numbers import Draws
from costplan.plan.bill.priced import Evaluator
from costplan.problems import BadUsage, InvalidInput
from costplan.quantity import each, least, most
from costplan.risk.evaluate import spreads, totals

DAY = date(2026, 11, 22)
HEAD = """
name = "probe"
[traffic]
requests_per_month = 1_000
[human]
cost_per_case = 4
success = 0.95
[stack.s]
chat = { offer = "openai/gpt-6.1-terra", success = 0.9 }
small = "openai/gpt-6-luna"
"""
ANSWER = """
[[step]]
name = "answer"
model = "chat"
success = 0.9
input_tokens = 900
output_tokens = 90
"""
JUDGE = """
[[step]]
name = "judge"
model = "small"
input_tokens = 700
output_tokens = 20
judges = ["answer"]
sensitivity = 0.8
false_positive_rate = 0.1
rho = 0.4
on_reject = { restart = "answer", max_attempts = 3, then = "human" }
"""
AGAIN = "detection_rate = 0.6\nmax_attempts = 3\n"
WAYS = {
    "retries": ANSWER + AGAIN,
    "told": ANSWER + AGAIN + "retry_success = 0.7\nrho = 0.3\n" + JUDGE,
    "common-cause": ANSWER + AGAIN + "common_cause = 0.3\n" + JUDGE,
    "cut-off": ANSWER
    + AGAIN
    + "timeout = { after_seconds = 9, median_seconds = 4, sigma = 0.6 }\n"
    + 'fallback = { model = "small", success = 0.8, phi = 0.2 }\n',
    "falls-back": ANSWER + AGAIN + 'timeout = { share = 0.1 }\nfallback = { model = "small" }\n',
    "vote": ANSWER + "vote = { runs = 5, quorum = 2, stop_early = true }\nrho = 0.2\n",
    "best-of": ANSWER + "best_of = { runs = 3, selector = 0.8 }\n" + JUDGE,
    "whole-runs": ANSWER + JUDGE + "\n[vote]\nruns = 3\nrho = 0.3\n",
    "judged-twice": ANSWER
    + JUDGE
    + JUDGE.replace('"judge"', '"second"').replace("rho = 0.4\n", "")
    + "next = { answer = 0.2, end = 0.8 }\n",
    "gives-up": ANSWER + AGAIN + 'on_exhaust = "continue"\n' + JUDGE.replace('"human"', '"abort"'),
    "talks": ANSWER.replace("input_tokens = 900\noutput_tokens = 90\n", AGAIN)
    + JUDGE
    + """
[conversation]
step = "answer"
turns = 4
tool_calls = 1
fixed_tokens = 2_000
user_tokens = 80
output_tokens = 200
retrieval_tokens = 300
tool_tokens = 50
gap_seconds = 200
""",
    "talks-by-chance": ANSWER.replace("input_tokens = 900\noutput_tokens = 90\n", AGAIN)
    + """
next = { extra = 0.4, end = 0.6 }

[[step]]
name = "extra"
model = "small"
input_tokens = 3_000
cacheable_tokens = 2_500
success = 0.97

[conversation]
step = "answer"
turns = 5
fixed_tokens = 1_500
user_tokens = 80
output_tokens = 200
gap_seconds = 240
gaps = "exponential"
""",
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_is_the_same_over_draws(way: str, tmp_path: Path) -> None:
    path = tmp_path / "probe.toml"
    path.write_text(HEAD.replace("[human]", WAYS[way] + "\n[human]"))
    ready = opened_at(path)
    evaluator = Evaluator(ready.catalog, DAY)
    numbers = numbers_of(ready.workload)
    seen = Seen()
    for seed in range(4):
        random = Random(seed)
        some = numbers if seed == 0 else random.sample(numbers, min(5, len(numbers)))
        drawn = {number.path: drawn_around(number, random, 8) for number in some}
        compare(evaluator, ready.workload, drawn, 8, seen)
    assert not seen.apart, seen.apart[:5]
    assert seen.billed > 16


def workload(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "probe.toml"
    path.write_text(HEAD.replace("[human]", text + "\n[human]"))
    return path


def test_whole_numbers_shape_the_plan(tmp_path: Path) -> None:
    """Two attempts cost what two attempts cost, whatever the other draws do."""
    ready = opened_at(workload(tmp_path, ANSWER + AGAIN))
    drawn = {"step.answer.max_attempts": np.array([1.0, 2.0, 3.0, 2.0])}
    found = totals(ready.workload, "s", ready.catalog, DAY, drawn)
    assert found.monthly[1] == found.monthly[3]
    assert found.cases is not None
    assert found.cases[0] > found.cases[1] > found.cases[2]


def test_a_part_larger_than_its_whole_is_refused(tmp_path: Path) -> None:
    text = ANSWER + "reasoning_tokens = 50\n"
    ready = opened_at(workload(tmp_path, text))
    drawn = {"step.answer.reasoning_tokens": np.array([20.0, 95.0])}
    found = totals(ready.workload, "s", ready.catalog, DAY, drawn)
    assert found.blocked.tolist() == [False, True]


def test_a_path_to_no_number_is_an_error(tmp_path: Path) -> None:
    ready = opened_at(workload(tmp_path, ANSWER))
    one = np.ones(2)
    for path, words in (
        ("step.answer.next.end", "not understood"),
        ("traffic.weekend_factor", "not understood"),
        ("step.other.success", "nothing at 'other'"),
        ("step.1.success", "nothing at '1'"),  # the first is step.0
        ("step.answer.model", "no number"),
    ):
        with pytest.raises(BadUsage, match=words):
            totals(ready.workload, "s", ready.catalog, DAY, {path: one})
    with pytest.raises(BadUsage, match="no stack"):
        totals(ready.workload, "t", ready.catalog, DAY, {"human.cost_per_case": one})


def test_a_stack_that_cannot_be_billed_is_an_error(tmp_path: Path) -> None:
    path = workload(tmp_path, ANSWER)
    path.write_text(path.read_text().replace("openai/gpt-6.1-terra", "pinecone/standard"))
    ready = opened_at(path)
    with pytest.raises(InvalidInput):
        spreads(ready.workload, ready.catalog, DAY, {"human.cost_per_case": np.ones(2)})


def test_a_number_is_nothing_only_where_it_is_nothing_in_every_draw() -> None:
    some, none = Draws(np.array([0.0, 2.0])), Draws(np.zeros(2))
    assert some
    assert not none
    assert some > 1
    assert some >= 2
    assert not some <= 0
    assert some <= 2
    assert not some < 2
    assert some != 0
    assert none == 0
    assert (some / none).values[0] == 0
    assert np.isnan((some / none).values[1])
    assert least(some, 1).values.tolist() == [0, 1]
    assert most(1, some).values.tolist() == [1, 2]
    assert each(max, some, 1.0).values.tolist() == [1, 2]
