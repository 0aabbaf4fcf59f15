"""An hour of production chat: Erlang-C at its most loaded five minutes says what a replay needs."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from costplan.outcomes.queueing import (
    Arrival,
    burstiness,
    greatest_offered_work,
    replay,
    slots_by_replay,
    slots_for,
    waits_longer,
)

TRACE = Path(__file__).resolve().parents[1] / "data" / "azure_chat_2023-11.csv"


@pytest.fixture(scope="module")
def arrivals() -> list[Arrival]:
    """0.15 s, 0.1 ms for an input token and 30 ms for an output token."""
    with TRACE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    return [
        (
            float(row["offset_seconds"]),
            0.15 + 0.0001 * int(row["input_tokens"]) + 0.03 * int(row["output_tokens"]),
        )
        for row in rows
    ]


def test_the_trace_says_where_it_is_from_and_is_small() -> None:
    head = TRACE.read_text(encoding="utf-8")[:200]
    assert "Azure LLM inference trace, conversation, CC-BY" in head
    assert TRACE.stat().st_size < 500_000


def test_the_trace_is_whole(arrivals: list[Arrival]) -> None:
    assert len(arrivals) == 19_366
    assert arrivals == sorted(arrivals, key=lambda one: one[0])
    assert arrivals[-1][0] == pytest.approx(3_501.722)


def test_erlang_c_and_the_replay_agree_on_52_slots(arrivals: list[Arrival]) -> None:
    found = greatest_offered_work(arrivals, 300)
    assert found.begins == 900
    assert found.arrivals == 1_561
    assert found.erlangs == pytest.approx(40.0494, abs=1e-4)
    assert slots_for(found.arrivals_per_second, found.service_seconds, 1, 0.01) == 52
    assert waits_longer(51, found.erlangs, found.service_seconds, 1) > 0.01
    assert slots_by_replay(arrivals, 1, 0.01) == 52


def test_the_busiest_window_by_arrivals_would_be_sized_too_small(arrivals: list[Arrival]) -> None:
    window = [service for moment, service in arrivals if 1_500 <= moment < 1_800]
    rate, service = len(window) / 300, sum(window) / len(window)
    assert len(window) == 2_239  # the most of all windows, of short answers
    assert slots_for(rate, service, 1, 0.01) < 52


def test_one_slot_less_breaks_the_promise(arrivals: list[Arrival]) -> None:
    late = sum(1 for wait in replay(arrivals, 51) if wait > 1)
    assert late / len(arrivals) == pytest.approx(0.0164, abs=1e-4)


def test_the_hour_is_not_bursty(arrivals: list[Arrival]) -> None:
    found = burstiness(arrivals)
    assert found.gap_scv == pytest.approx(1.197, abs=0.001)
    assert found.peak_to_mean == pytest.approx(1.324, abs=0.001)
    assert not found.is_bursty
