"""How long is waited between two tries over a network: longer each time, never past the end."""

from __future__ import annotations

import time

import pytest

from costplan.problems import BadUsage
from costplan.store.network import waiting
from costplan.store.network.waiting import Deadline


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits that were asked of the clock, which takes none."""
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    return waits


def test_each_wait_is_drawn_from_the_upper_half_of_a_span_that_doubles(slept: list[float]) -> None:
    assert waiting.WAIT == 0.25
    deadline = Deadline(60, BadUsage)
    for _ in range(50):
        for attempt in range(5):
            deadline.rest("acme", "answers 500", None, attempt)
    for attempt in range(5):
        span = 0.25 * 2**attempt
        waits = slept[attempt::5]
        assert span / 2 <= min(waits) < 0.6 * span
        assert 0.9 * span < max(waits) <= span


def test_what_a_server_asks_for_is_waited_for_in_its_place(slept: list[float]) -> None:
    Deadline(60, BadUsage).rest("acme", "answers 429", 2.5, 3)
    assert slept == [2.5]


@pytest.mark.parametrize("asked", [None, 1.0])
def test_a_wait_past_the_end_is_refused_before_it_begins(
    slept: list[float], asked: float | None
) -> None:
    with pytest.raises(BadUsage, match="acme"):
        Deadline(0.9, BadUsage).rest("acme", "answers 500", asked, 3)
    assert slept == []
