"""Seconds of a request: by hand, and against simulations that know nothing of the chain."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, log, sqrt
from random import Random

import pytest

from costplan.record import read
from costplan.store.files.text import parse_toml
from costplan.workload.latency import Latency, latency, untimed
from costplan.workload.model import Workload
from costplan.workload.solving import solve

Z95 = 1.6448536269514722
BAND = 0.08
"""How far P95 of the lognormal may be from a simulated one on these graphs."""
RUNS = 60_000

TWICE = """
[[step]]
name = "a"
tool = "t"
success = 0.9
detection_rate = 0.5
max_attempts = 2
rho = 0
seconds = 2
[[step]]
name = "b"
tool = "t"
success = 0.95
seconds = 3
"""
VOTE = """
[[step]]
name = "a"
model = "t"
input_tokens = 1
success = 0.9
vote = { runs = 3 }
seconds = 4
seconds_p95 = 9
"""


def timed(steps: str, more: str = "") -> Latency | None:
    text = f'name = "w"\n{more}\n[traffic]\nrequests_per_month = 1\n{steps}'
    made = read(Workload, parse_toml("w.toml", text + '\n[stack.s]\nt = { none = "a test" }\n'))
    return latency(made, made.stack["s"], solve(made))


def known(steps: str, more: str = "") -> Latency:
    found = timed(steps, more)
    assert found is not None
    return found


def lognormal(random: Random, mean: float, p95: float) -> float:
    """A time of this mean whose 95th percentile is p95: ln(p95 / mean) = z s - s^2 / 2."""
    sigma = Z95 - sqrt(Z95**2 - 2 * log(p95 / mean))
    return mean * exp(sigma * random.gauss(0, 1) - sigma**2 / 2)


def simulated(once: Callable[[Random], float]) -> tuple[float, float]:
    """Mean and 95th percentile of many requests."""
    random = Random(20)
    times = sorted(once(random) for _ in range(RUNS))
    return sum(times) / RUNS, times[int(0.95 * RUNS)]


def test_the_mean_by_hand() -> None:
    # a runs again after 0.1 x 0.5; after two noticed failures, 0.0025, there is no answer and no b
    found = known(TWICE)
    assert found.mean == pytest.approx(2 * 1.05 + 3 * 0.9975)
    assert found.p95 is None
    assert found.judged == found.mean


def test_a_step_without_seconds_leaves_the_time_unknown() -> None:
    steps = TWICE.replace("seconds = 3\n", "")
    assert timed(steps) is None
    text = (
        f'name = "w"\n[traffic]\nrequests_per_month = 1\n{steps}\n[stack.s]\nt = {{ none = "x" }}'
    )
    made = read(Workload, parse_toml("w.toml", text))
    assert untimed(made, made.stack["s"]) == ["b"]


def test_a_binding_s_own_seconds_replace_the_step_s() -> None:
    text = f'name = "w"\n[traffic]\nrequests_per_month = 1\n{TWICE}\n'
    text += '[stack.s]\nt = { none = "x", seconds = 1 }'
    made = read(Workload, parse_toml("w.toml", text))
    found = latency(made, made.stack["s"], solve(made))
    assert found is not None
    assert found.mean == pytest.approx(1.05 + 0.9975)


def test_a_vote_takes_as_long_as_its_slowest_run() -> None:
    def once(random: Random) -> float:
        return max(lognormal(random, 4, 9) for _ in range(3))

    found, (mean, p95) = known(VOTE), simulated(once)
    assert found.mean == pytest.approx(mean, rel=0.02)
    assert found.p95 == pytest.approx(p95, rel=BAND)
    alone = known(VOTE.replace("vote = { runs = 3 }\n", ""))
    assert alone.mean == pytest.approx(4)
    assert alone.p95 == pytest.approx(9)


def test_p95_is_within_its_band_of_a_simulation() -> None:
    steps = TWICE.replace("seconds = 2", "seconds = 2\nseconds_p95 = 5")
    steps = steps.replace("seconds = 3", "seconds = 3\nseconds_p95 = 6")

    def once(random: Random) -> float:
        took = 0.0
        for _ in range(2):
            took += lognormal(random, 2, 5)
            right = random.random() < 0.9
            if right or random.random() >= 0.5:
                return took + lognormal(random, 3, 6)
        return took

    found, (mean, p95) = known(steps), simulated(once)
    assert found.mean == pytest.approx(mean, rel=0.02)
    assert found.p95 == pytest.approx(p95, rel=BAND)


def test_whole_runs_take_as_long_as_the_slowest() -> None:
    steps = TWICE.replace("seconds = 2", "seconds = 2\nseconds_p95 = 5")

    def run(random: Random) -> float:
        took = 0.0
        for _ in range(2):
            took += lognormal(random, 2, 5)
            if random.random() < 0.9 or random.random() >= 0.5:
                return took + 3
        return took

    mean, p95 = simulated(lambda random: max(run(random) for _ in range(3)))
    found = known(steps, "vote = { runs = 3 }")
    assert found.mean == pytest.approx(mean, rel=BAND)
    assert found.p95 == pytest.approx(p95, rel=BAND)
