"""Cached tokens of the engine against conversations played event by event.

The simulation shares no code with the engine: conversations begin by chance, their turns follow,
a cache is a table of prefixes with the moment each dies, refreshed when read. Sizes of what is
read and written are compared per conversation, within four standard errors of batch means.
"""

import heapq
import math
import random
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest
from properties import sampled
from small_catalog import model

from costplan.billing.models import Terms, bill_model
from costplan.catalog.lookup import Entry
from costplan.record import read
from costplan.workload.flow import DONE
from costplan.workload.model import Workload
from costplan.workload.solving import solve
from costplan.workload.usage import monthly_usage

MONTH = 730 * 3_600
DAY = date(2026, 11, 22)
BATCHES, BATCH = 30, 600


@dataclass(frozen=True)
class Talk:
    """Conversations a month, seconds between turns and of life, tokens."""

    a_month: int
    gap: float
    turns: int
    minutes: int = 5
    minimum: int = 1_024
    fixed: int = 2_000
    user: int = 100
    answer: int = 200
    tools: int = 0
    chance: float = 1.0
    calls: int = 1
    cacheable: str = "all"
    varied: bool = False


TALKS = {
    "one turn": Talk(20_000, 60, 1),
    "few and quick": Talk(1_000, 30, 6),
    "few and slow": Talk(1_000, 240, 6),
    "a gap at the edge": Talk(5_000, 300, 4),
    "a gap beyond the edge": Talk(5_000, 301, 4),
    "gaps far beyond": Talk(3_000, 1_800, 5),
    "busy": Talk(60_000, 60, 8),
    "long life": Talk(400, 600, 3, minutes=60),
    "long life, long gaps": Talk(400, 5_000, 3, minutes=60),
    "a shared part too short": Talk(5_000, 60, 8, fixed=500),
    "tool calls": Talk(2_000, 120, 4, tools=2),
    "exponential gaps": Talk(2_000, 240, 6, varied=True),
    "exponential gaps beyond": Talk(500, 700, 5, varied=True),
    "exponential gaps, many": Talk(30_000, 200, 8, varied=True),
    "only the fixed part": Talk(2_000, 400, 6, cacheable="fixed"),
}
RUNS = {
    "calls of one run": Talk(5_000, 0, 1, calls=5),
    "a few turns need it": Talk(2_000, 100, 6, chance=0.2),
    "most turns need it": Talk(1_000, 250, 4, chance=0.7),
    "every turn, exponential gaps": Talk(500, 200, 6, varied=True),
    "most turns, exponential gaps": Talk(500, 200, 6, chance=0.7, varied=True),
    "seldom, and gaps beyond": Talk(4_000, 400, 5, chance=0.3),
    "several calls of some turns": Talk(1_500, 140, 5, chance=0.5, calls=2),
}
"""A step beside the answering one: a prefix that never grows, run in a share of the turns."""


class Cache:
    """Prefixes by name and length, each with the moment it dies."""

    def __init__(self, talk: Talk) -> None:
        self.talk, self.dies = talk, {}

    def look(self, now: float, lengths: dict[object, int], marked: int) -> tuple[int, int]:
        """Tokens read and written; whatever was used lives on from now."""
        long_enough = {k: n for k, n in lengths.items() if n >= self.talk.minimum}
        alive = [n for k, n in long_enough.items() if self.dies.get(k, -1.0) >= now - 1e-6]
        if marked < self.talk.minimum:
            return 0, 0
        for key in long_enough:
            self.dies[key] = now + self.talk.minutes * 60
        return max(alive, default=0), marked - max(alive, default=0)


def played(talk: Talk, step_only: bool, seed: int) -> list[tuple[float, float]]:
    """Mean tokens read and written a conversation, of each batch."""
    dice = random.Random(seed)
    cache = Cache(talk)
    sums = [[0.0, 0.0] for _ in range(BATCHES + 1)]
    events: list[tuple[float, int, int]] = []
    at = 0.0
    for number in range((BATCHES + 1) * BATCH):
        at += dice.expovariate(talk.a_month / MONTH)
        events.append((at, number, 0))
    heapq.heapify(events)
    while events:
        now, number, turn = heapq.heappop(events)
        if turn + 1 < talk.turns:
            gap = dice.expovariate(1 / talk.gap) if talk.varied else talk.gap
            heapq.heappush(events, (now + gap, number, turn + 1))
        batch = sums[number // BATCH]
        for got in _turn(talk, cache, now, number, turn, dice, step_only):
            batch[0] += got[0]
            batch[1] += got[1]
    return [(r / BATCH, w / BATCH) for r, w in sums[1:]]  # the first batch begins cold


def _turn(talk, cache, now, number, turn, dice, step_only):
    if step_only:
        if dice.random() < talk.chance:
            for _ in range(talk.calls):
                yield cache.look(now, {"shared": talk.fixed}, talk.fixed)
        return
    loop = 60 + 40
    history = turn * (talk.user + talk.answer + loop * talk.tools)
    for call in range(talk.tools + 1):
        whole = talk.fixed + history + talk.user + loop * call
        lengths: dict[object, int] = {"shared": talk.fixed}
        if talk.cacheable == "all":
            # Everything this conversation has sent so far is a prefix of this call.
            for earlier in range(turn + 1):
                past = earlier * (talk.user + talk.answer + loop * talk.tools)
                for step in range((call if earlier == turn else talk.tools) + 1):
                    size = talk.fixed + past + talk.user + loop * step
                    lengths[number, earlier, step] = size
        else:
            whole = talk.fixed
        yield cache.look(now, lengths, whole)


def billed(talk: Talk, step_only: bool) -> tuple[float, float]:
    """The engine's tokens read and written a conversation."""
    steps = [{"name": "a", "model": "m"}]
    if step_only:
        steps = [
            {"name": "gate", "model": "other"},
            {
                "name": "b",
                "model": "m",
                "input_tokens": talk.fixed,
                "cacheable_tokens": talk.fixed,
                "calls": talk.calls,
                "success": 1,
            },
        ]
        steps[0] |= {"success": 1, "next": {"b": talk.chance, DONE: 1 - talk.chance}}
        if talk.chance == 1:
            del steps[0]["next"]
    plan = {
        "name": "t",
        "traffic": {"requests_per_month": talk.a_month},
        "step": steps,
        "stack": {"s": {"m": "acme/m"} | ({"other": "acme/m"} if step_only else {})},
        "conversation": {
            "step": "gate" if step_only else "a",
            "turns": talk.turns,
            "fixed_tokens": talk.fixed,
            "user_tokens": talk.user,
            "output_tokens": talk.answer,
            "tool_calls": talk.tools,
            "tool_tokens": 40,
            "gap_seconds": talk.gap,
            "gaps": "exponential" if talk.varied else "equal",
            "cacheable": "none" if step_only else talk.cacheable,
        },
    }
    return tokens_of(read(Workload, decimals(plan)), "m", talk)


def decimals(value):
    if isinstance(value, dict):
        return {key: decimals(one) for key, one in value.items()}
    if isinstance(value, list):
        return [decimals(one) for one in value]
    return Decimal(str(round(value, 9))) if isinstance(value, float) else value


def tokens_of(workload: Workload, role: str, talk: Talk) -> tuple[float, float]:
    usage = monthly_usage(workload, visits=solve(workload).visits)
    entry: Entry = model(
        "rates = { input = 10, cache_read = 1, cache_write = 12.5, output = 50 }",
        f"cache = {{ minimum_tokens = {talk.minimum}, ttl_minutes = {talk.minutes} }}",
    )
    demands = [one for one in usage.model_calls if one.role == role]
    bill = bill_model(entry, DAY, demands, workload.traffic, Terms())
    found = {"cache_read": 0.0, "cache_write": 0.0}
    for line in bill.lines:
        if line.price.charge in found:
            found[line.price.charge] += float(line.quantity) / talk.a_month
    return found["cache_read"], found["cache_write"]


def agree(seen: list[tuple[float, float]], expected: tuple[float, float]) -> None:
    for kind in (0, 1):
        values = [one[kind] for one in seen]
        mean = sum(values) / len(values)
        spread = math.sqrt(sum((one - mean) ** 2 for one in values) / (len(values) - 1))
        error = spread / math.sqrt(len(values))
        assert abs(mean - expected[kind]) <= 4 * error + 1e-6 * (1 + mean), (kind, mean, error)


@pytest.mark.parametrize("name", sampled(TALKS, 2))
def test_conversations_agree_with_events(name: str) -> None:
    talk = TALKS[name]
    agree(played(talk, False, seed=sum(map(ord, name))), billed(talk, False))


@pytest.mark.parametrize("name", sampled(RUNS, 2))
def test_steps_of_a_turn_agree_with_events(name: str) -> None:
    talk = RUNS[name]
    agree(played(talk, True, seed=sum(map(ord, name))), billed(talk, True))
