"""Graphs that cannot be solved, as a user meets them: the exit and the words of a command."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
from reliability_helpers import workload_of
from run import Ran, costplan

from costplan.outcomes import places
from costplan.problems import InvalidInput
from costplan.workload.solving import solve

HEAD = """\
name = "broken"
traffic.requests_per_month = 10
stack.one.t = { none = "a test" }
"""


FEW_STATES = 5_000
"""In place of ``MOST_STATES``, so that it is reached soon."""


class Broken(NamedTuple):
    steps: str
    line: int
    marked: str
    words: str
    hint: str = ""


CASES = {
    "probabilities below 1": Broken(
        """
[[step]]
name = "a"
tool = "t"
success = 0.9
next = { b = 0.5, end = 0.4 }
[[step]]
name = "b"
tool = "t"
success = 0.9
""",
        9,
        "{ b = 0.5, end = 0.4 }",
        "the probabilities sum to 0.9, not to 1",
    ),
    "probabilities above 1": Broken(
        """
[[step]]
name = "a"
tool = "t"
next = { b = 0.5, end = 0.6 }
[[step]]
name = "b"
tool = "t"
""",
        8,
        "{ b = 0.5, end = 0.6 }",
        "the probabilities sum to 1.1, not to 1",
    ),
    "no way on": Broken(
        """
[[step]]
name = "a"
tool = "t"
next = {}
""",
        8,
        "{}",
        "the probabilities sum to 0, not to 1",
    ),
    "a misspelt step": Broken(
        """
[[step]]
name = "search"
tool = "t"
success = 0.9
next = "anwser"
[[step]]
name = "skipped"
tool = "t"
success = 0.9
[[step]]
name = "answer"
tool = "t"
success = 0.9
""",
        9,
        '"anwser"',
        "there is no step 'anwser'",
        "did you mean 'answer'?",
    ),
    "a step that nothing leads to": Broken(
        """
[[step]]
name = "search"
tool = "t"
success = 0.9
next = "answer"
[[step]]
name = "skipped"
tool = "t"
success = 0.9
[[step]]
name = "answer"
tool = "t"
success = 0.9
""",
        11,
        '"skipped"',
        "nothing leads to step 'skipped'",
    ),
    "a loop without a way out": Broken(
        """
[[step]]
name = "plan"
tool = "t"
success = 0.9
[[step]]
name = "act"
tool = "t"
success = 0.9
[[step]]
name = "look"
tool = "t"
success = 0.9
next = "act"
""",
        10,
        '"act"',
        "the steps never end once 'act' runs",
        "some step of this loop needs a way out",
    ),
    "a step that repeats itself for ever": Broken(
        """
[[step]]
name = "act"
tool = "t"
success = 0.9
next = { act = 1 }
""",
        9,
        "{ act = 1 }",
        "the steps never end once 'act' runs",
    ),
    "a loop that is left within rounding only": Broken(
        """
[[step]]
name = "act"
tool = "t"
success = 0.9
next = { act = 0.9999999995 }
""",
        9,
        "{ act = 0.9999999995 }",
        "the steps never end once 'act' runs",
    ),
    "more states than can be solved": Broken(
        "".join(
            f'[[step]]\nname = "s{at}"\ntool = "t"\nsuccess = 0.9\nrho = 0.5\n' for at in range(24)
        )
        + """[[step]]
name = "check"
tool = "t"
judges = ["s23"]
sensitivity = 0.9
false_positive_rate = 0.1
on_reject = { restart = "s0", max_attempts = 4 }
""",
        4,
        "[[step]]",
        f"more than {FEW_STATES:,} states",
        "fewer attempts, rounds or runs",
    ),
}


def test_the_limit_of_states_is_one_that_can_be_reached() -> None:
    assert places.MOST_STATES == 10 * FEW_STATES


def validate(folder: Path, text: str) -> Ran:
    path = folder / "costplan.toml"
    path.write_text(text, "utf-8")
    return costplan("validate", str(path), folder=folder)


@pytest.mark.parametrize("name", CASES)
def test_a_broken_graph_is_refused_at_its_place(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "MOST_STATES", FEW_STATES)  # which take a second, not nine
    case = CASES[name]
    text = HEAD + case.steps
    done = validate(tmp_path, text)
    assert (done.code, done.out) == (2, ""), done.err
    line = text.splitlines()[case.line - 1]
    column = line.index(case.marked) + 1
    assert f"error: {case.words}" in done.err
    assert f"costplan.toml:{case.line}:{column}\n" in done.err
    assert f"{case.line} | {line}\n" in done.err
    assert case.hint in done.err
    assert "Traceback" not in done.err
    with pytest.raises(InvalidInput, match=case.words):
        solve(workload_of(text))


def test_all_flaws_of_a_flow_are_named_at_once(tmp_path: Path) -> None:
    steps = """
[[step]]
name = "a"
tool = "t"
next = { b = 0.5, c = 0.4 }
[[step]]
name = "b"
tool = "t"
next = "d"
[[step]]
name = "c"
tool = "t"
next = "end"
[[step]]
name = "e"
tool = "t"
"""
    done = validate(tmp_path, HEAD + steps)
    assert done.code == 2
    for words in ("sum to 0.9", "no step 'd'", "nothing leads to step 'e'"):
        assert words in done.err
    assert done.err.count("error:") == 3


def test_a_loop_with_a_way_out_is_valid(tmp_path: Path) -> None:
    steps = '[[step]]\nname = "act"\ntool = "t"\nsuccess = 0.9\nnext = { act = 0.9, end = 0.1 }\n'
    done = validate(tmp_path, HEAD + steps)
    assert done.code == 0, done.err
