"""The calls of a conversation, each worked out by hand."""

from decimal import Decimal

import pytest

from costplan.problems import InvalidInput
from costplan.record import read
from costplan.workload.conversation import Call, calls
from costplan.workload.step import Conversation


def talk(**keys) -> list[Call]:
    base = {"turns": 6, "fixed_tokens": 1_000, "user_tokens": 100, "output_tokens": 200}
    return list(calls(read(Conversation, {**base, **keys})))


def inputs(found: list[Call]) -> list[Decimal]:
    return [call.input_tokens for call in found]


def own(found: list[Call]) -> list[Decimal]:
    return [call.prefix.own for call in found]


def marked(found: list[Call]) -> list[Decimal]:
    return [call.prefix.marked for call in found]


def test_six_turns() -> None:
    found = talk()
    assert inputs(found) == [1_100, 1_400, 1_700, 2_000, 2_300, 2_600]
    assert [call.output_tokens for call in found] == [200] * 6
    assert marked(found) == [1_100, 1_400, 1_700, 2_000, 2_300, 2_600]
    assert own(found) == [0, 1_100, 1_400, 1_700, 2_000, 2_300]
    assert {call.prefix.shared for call in found} == {1_000}
    assert {call.prefix.gap_seconds for call in found} == {60}


def test_retrieved_text_that_is_kept_stays_in_the_history() -> None:
    found = talk(retrieval_tokens=500, keep_retrieval=True)
    assert inputs(found) == [1_600, 2_400, 3_200, 4_000, 4_800, 5_600]
    assert marked(found) == inputs(found)
    assert own(found) == [0, 1_600, 2_400, 3_200, 4_000, 4_800]


def test_retrieved_text_that_is_dropped_ends_the_prefix() -> None:
    found = talk(retrieval_tokens=500)
    assert inputs(found) == [1_600, 1_900, 2_200, 2_500, 2_800, 3_100]
    # Only fixed + history: what no later call reads is not worth writing.
    assert marked(found) == [1_000, 1_300, 1_600, 1_900, 2_200, 2_500]
    assert own(found) == [0, 1_000, 1_300, 1_600, 1_900, 2_200]


def test_tool_loops_are_calls_of_their_own() -> None:
    found = talk(turns=2, tool_calls=2, tool_tokens=300)  # a loop adds 60 + 300
    assert inputs(found) == [1_100, 1_460, 1_820, 2_120, 2_480, 2_840]
    assert [call.output_tokens for call in found] == [60, 60, 200] * 2
    assert marked(found) == inputs(found)
    assert own(found) == [0, 1_100, 1_460, 1_820, 2_120, 2_480]
    assert [call.prefix.gap_seconds for call in found] == [60, 0, 0, 60, 0, 0]


def test_tool_loops_read_retrieved_text_within_a_turn_only() -> None:
    found = talk(turns=2, tool_calls=2, tool_tokens=300, retrieval_tokens=500)
    assert inputs(found) == [1_600, 1_960, 2_320, 2_620, 2_980, 3_340]
    assert marked(found) == inputs(found)
    assert own(found) == [0, 1_600, 1_960, 1_000, 2_620, 2_980]


def test_a_tool_request_has_the_stated_size() -> None:
    found = talk(turns=1, tool_calls=1, tool_tokens=300, tool_request_tokens=10)
    assert inputs(found) == [1_100, 1_410]
    assert [call.output_tokens for call in found] == [10, 200]


def test_only_the_fixed_part_is_cacheable() -> None:
    found = talk(cacheable="fixed", retrieval_tokens=500)
    assert marked(found) == [1_000] * 6
    assert own(found) == [0] + [1_000] * 5
    assert {call.prefix.shared for call in found} == {1_000}


def test_nothing_is_cacheable() -> None:
    found = talk(cacheable="none")
    assert marked(found) == own(found) == [0] * 6
    assert {call.prefix.shared for call in found} == {0}
    assert inputs(found) == inputs(talk())


def test_the_gap_is_between_turns() -> None:
    found = talk(turns=2, gap_seconds=900)
    assert [call.prefix.gap_seconds for call in found] == [900, 900]


@pytest.mark.parametrize(("turns", "tools"), [(1, 0), (1, 4), (7, 0), (7, 3)])
def test_turns_times_calls_a_turn(turns: int, tools: int) -> None:
    found = talk(turns=turns, tool_calls=tools, tool_tokens=50)
    assert len(found) == turns * (1 + tools)
    total = sum(call.output_tokens for call in found)
    assert total == turns * (200 + 60 * tools)
    assert all(call.prefix.own <= call.prefix.marked <= call.input_tokens for call in found)
    assert found == sorted(found, key=lambda call: call.input_tokens)


def test_a_conversation_has_an_end() -> None:
    assert len(talk(turns=1_000, tool_calls=4)) == 5_000
    for keys in ({"turns": 1_001}, {"turns": 1_000, "tool_calls": 5}):
        with pytest.raises(InvalidInput, match="more than 5,000 calls"):
            talk(**keys)
