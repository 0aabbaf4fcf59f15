"""Random graphs against an event simulator that knows the rules and not the mathematics.

The simulator plays requests one by one: a hidden success rate for each step and request, drawn from
a Beta distribution where repeats correlate; a hidden fault that travels; rounds and attempts. It
shares no code with the graph. Seeds are fixed, so nothing here is left to chance.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from math import sqrt
from typing import Any

import pytest
from hypothesis import settings
from properties import QUICK, sampled
from reliability_helpers import Table, graph, moments, solved, step, validator, whole

REQUESTS = 12_500 if settings.default.max_examples <= QUICK else 100_000
"""What a plain run plays, and ``make check-long``: four standard errors are three times closer."""
ENDS = ("delivered_right", "delivered_wrong", "human_right", "human_wrong", "aborted")


class Simulator:
    """Plays single requests through the steps of a workload file."""

    def __init__(
        self, steps: list[Table], human: float | None, costs: dict[str, float], case: float
    ) -> None:
        self.steps, self.human, self.costs, self.case = steps, human, costs, case
        self.names = [one["name"] for one in steps]
        self.next = [self._next(at) for at in range(len(steps))]
        self.sees = [self._sees(at) for at in range(len(steps))]

    def _next(self, at: int) -> list[tuple[int, float]]:
        """(where, up to which share); the end is after the last step."""
        end = len(self.steps)
        given = self.steps[at].get("next", self.names[at + 1] if at + 1 < end else "end")
        shares = {given: 1.0} if isinstance(given, str) else given
        edges, upto = [], 0.0
        for name, share in shares.items():
            upto += share
            edges.append((end if name == "end" else self.names.index(name), upto))
        return edges

    def _sees(self, at: int) -> set[int]:
        """The judged steps and whatever may have fed them."""
        found = {self.names.index(name) for name in self.steps[at].get("judges", ())}
        while True:
            more = {
                other
                for other in range(len(self.steps))
                if any(target in found for target, _ in self.next[other])
            }
            if more <= found:
                return found
            found |= more

    def play(self, dice: random.Random) -> tuple[str, Counter[str], Counter[str], float]:
        """How one request ends, the runs of each step and of its fallback, and what it cost."""
        steps, end = self.steps, len(self.steps)
        runs: Counter[str] = Counter()
        fallbacks: Counter[str] = Counter()
        hidden: dict[int, float] = {}
        rejected = [0] * end
        fault: int | None = None
        told: int | None = None
        at, spent, how = 0, 0.0, ""
        while not how and at < end:
            one = steps[at]
            name = one["name"]
            if "judges" in one:
                runs[name] += 1
                spent += self._cost(name, one, dice)
                if self._rejects(at, fault, hidden, dice):
                    reject = one.get("on_reject", {})
                    rejected[at] += 1
                    if reject and rejected[at] < reject.get("max_attempts", 2):
                        back = self.names.index(reject["restart"])
                        rejected[back:at] = [0] * (at - back)
                        told = fault if fault in self.sees[at] and fault >= back else None
                        fault = fault if fault is not None and fault < back else None
                        at = back
                        continue
                    how = self._give_up(reject.get("then"), dice)
                rejected[at] = 0
            else:
                before = fault
                fault, made, other, noticed = self._work(at, fault, hidden, told == at, dice)
                if before is None and fault == at:
                    told = None  # an earlier step fails anew, or this one did
                runs[name] += made
                fallbacks[name] += other
                spent += sum(self._cost(name, one, dice) for _ in range(made))
                spent += other * self.costs.get(name + " fallback", 0.0)
                if noticed:
                    how = self._give_up(one.get("on_exhaust"), dice)
            if not how:
                draw = dice.random()
                to = next((to for to, upto in self.next[at] if draw < upto), self.next[at][-1][0])
                if to <= at:  # a step that ``next`` leads back to is new
                    hidden = {urn: p for urn, p in hidden.items() if urn % end < to}
                if told is not None and not at < told >= to > at:
                    told = None
                at = to
        if not how:
            how = "delivered_right" if fault is None else "delivered_wrong"
        if how.startswith("human"):
            spent += self.case
        return how, runs, fallbacks, spent

    def _rejects(
        self, at: int, fault: int | None, hidden: dict[int, float], dice: random.Random
    ) -> bool:
        """A verdict: two hidden rates a request, of faults that it sees and of all else."""
        one, seen = self.steps[at], fault in self.sees[at]
        urn = at + len(self.steps) * (1 + seen)
        if urn not in hidden:
            rate = one["sensitivity" if seen else "false_positive_rate"]
            hidden[urn] = self._draw(rate, one.get("rho", 0), dice)
        return dice.random() < hidden[urn]

    def _work(
        self,
        at: int,
        fault: int | None,
        hidden: dict[int, float],
        told: bool,
        dice: random.Random,
    ) -> tuple[int | None, int, int, bool]:
        """(fault, runs, runs of the fallback, whether the last failure was noticed)."""
        one = self.steps[at]
        if at not in hidden:
            hidden[at] = self._latent(one, dice)
        made = 0
        for _ in range(one.get("max_attempts", 1)):
            late = dice.random() < one["timeout"]["share"] if "timeout" in one else False
            rate = self._told_rate(at, hidden, dice) if told else hidden[at]
            right, count = self._once(one, rate, fault is not None, dice)
            if late:
                made += one.get("vote", one.get("best_of", {})).get("runs", 1)
                continue
            made += count
            if fault is not None:  # inherited: wrong, and nobody notices
                return fault, made, 0, False
            if right:
                return None, made, 0, False
            if dice.random() >= one.get("detection_rate", 0):
                return at, made, 0, False
            told = True
        if "fallback" in one:
            if fault is not None:
                return fault, made, 1, False
            rate = one["fallback"]["success"]
            if not late:
                rate = self._after_failure(one["success"], rate, one["fallback"]["phi"])
            if dice.random() < rate:
                return None, made, 1, False
            return at, made, 1, dice.random() < one.get("detection_rate", 0)
        return at if fault is None else fault, made, 0, True

    def _told_rate(self, at: int, hidden: dict[int, float], dice: random.Random) -> float:
        """The hidden rate of runs that were told why the last one failed."""
        one, urn = self.steps[at], at + 3 * len(self.steps)
        if "retry_success" not in one:
            return hidden[at]
        if urn not in hidden:
            hidden[urn] = self._draw(one["retry_success"], one.get("rho", 0), dice)
        return hidden[urn]

    @staticmethod
    def _latent(one: Table, dice: random.Random) -> float:
        """This request's success rate of a step; -1 where a shared failure strikes every run."""
        p, rho = one["success"], one.get("rho", 0)
        if "common_cause" in one:
            shared = one["common_cause"] * (1 - p)
            return -1.0 if dice.random() < shared else 1 - (1 - p - shared) / (1 - shared)
        return Simulator._draw(p, rho, dice)

    @staticmethod
    def _draw(p: float, rho: float, dice: random.Random) -> float:
        """A rate with that mean, drawn once a request, so that repeats correlate by ``rho``."""
        if rho in (0, 1):
            return p if rho == 0 else float(dice.random() < p)
        return dice.betavariate(p * (1 / rho - 1), (1 - p) * (1 / rho - 1))

    @staticmethod
    def _once(one: Table, p: float, corrupted: bool, dice: random.Random) -> tuple[bool, int]:
        """One execution: a single run, a vote, or the best of several."""
        p = -1.0 if corrupted else p
        if "vote" in one:
            runs = one["vote"]["runs"]
            quorum = one["vote"].get("quorum", runs // 2 + 1)
            rights = wrongs = 0
            while rights + wrongs < runs:
                if dice.random() < p:
                    rights += 1
                else:
                    wrongs += 1
                decided = rights >= quorum or wrongs > runs - quorum
                if one["vote"].get("stop_early") and decided:
                    break
            return rights >= quorum, rights + wrongs
        if "best_of" in one:
            runs = one["best_of"]["runs"]
            rights = sum(dice.random() < p for _ in range(runs))
            picked = dice.random() < one["best_of"]["selector"]
            return rights == runs or (rights > 0 and picked), runs
        return dice.random() < p, 1

    @staticmethod
    def _after_failure(p: float, other: float, phi: float) -> float:
        both = p * other + phi * sqrt(p * (1 - p) * other * (1 - other))
        return (other - min(both, p, other)) / (1 - p)

    def _give_up(self, how: str | None, dice: random.Random) -> str:
        if how is None:
            how = "abort" if self.human is None else "human"
        if how == "continue":
            return ""
        if how == "abort" or self.human is None:
            return "aborted"
        return "human_right" if dice.random() < self.human else "human_wrong"

    def _cost(self, name: str, one: Table, dice: random.Random) -> float:
        """Of one run: its mean less or more the standard deviation."""
        mean, cv = self.costs[name], one.get("output_cv", 0)
        return mean * (1 + cv if dice.random() < 0.5 else 1 - cv) if cv else mean


# -- random workloads -----------------------------------------------------------------------


def some_step(name: str, rho: float, dice: random.Random) -> Table:
    """A working step with some of what a step can have."""
    p = round(dice.uniform(0.6, 0.95), 2)
    keys: Table = {"rho": rho}
    if dice.random() < 0.75:
        keys["detection_rate"] = round(dice.uniform(0.3, 0.95), 2)
        keys["max_attempts"] = dice.randint(1, 3)
        keys["on_exhaust"] = dice.choice(["human", "abort", "continue"])
    kind = dice.choice(["single", "single", "vote", "early", "best"])
    if kind == "vote":
        keys["vote"] = {"runs": dice.choice([3, 5])}
    elif kind == "early":
        runs = dice.randint(3, 5)
        keys["vote"] = {"runs": runs, "quorum": dice.randint(2, runs - 1), "stop_early": True}
    elif kind == "best":
        keys["best_of"] = {"runs": dice.randint(2, 3), "selector": round(dice.random(), 2)}
    elif dice.random() < 0.3:
        keys["timeout"] = {"share": round(dice.uniform(0.02, 0.2), 2)}
        keys.setdefault("max_attempts", 2)
    if "detection_rate" in keys and dice.random() < 0.5:
        keys["fallback"] = {"model": "other", "success": round(dice.uniform(0.4, 0.9), 2)}
        keys["fallback"]["phi"] = dice.choice([0, 0.3])
    if rho and dice.random() < 0.2:
        del keys["rho"]
        keys["common_cause"] = round(dice.uniform(0.1, 0.6), 2)
    if dice.random() < 0.5:
        keys["output_cv"] = round(dice.uniform(0.2, 0.9), 2)
    return step(name, p, **keys)


def correlate(steps: list[Table], verdicts: float, dice: random.Random) -> None:
    """Validators that repeat themselves, and steps that are told why they failed."""
    if not verdicts:
        return
    for one in steps:
        if "judges" in one:
            one["rho"] = verdicts
        elif not {"vote", "best_of", "common_cause"} & one.keys():
            one["retry_success"] = round(dice.uniform(0.3, 0.9), 2)


def some_workload(seed: int, rho: float, verdicts: float = 0) -> list[Table]:
    """Four to six working steps, one or two validators after some of them, and branches."""
    dice = random.Random(seed)
    count = dice.randint(4, 6)
    places = set(dice.sample(range(2, count + 1), dice.randint(1, 2)))
    steps: list[Table] = []
    for at in range(count):
        if at in places:
            steps.append(some_validator(steps, dice))
        steps.append(some_step(f"s{at}", rho, dice))
    if count in places:
        steps.append(some_validator(steps, dice))
    correlate(steps, verdicts, dice)
    names = [one["name"] for one in steps]
    for at in dice.sample(range(len(steps) - 2), 1 + dice.randint(0, 1)):
        share = dice.choice([0.2, 0.35])
        further = dice.choice([*names[at + 2 :], "end"])
        steps[at]["next"] = {names[at + 1]: 1 - share, further: share}
    at = dice.choice([at for at, one in enumerate(steps) if at and "judges" not in one])
    after = names[at + 1] if at + 1 < len(names) else "end"
    back = names[dice.randrange(at + 1) if rho == 0 else at]
    steps[at]["next"] = {after: 0.75, back: 0.25}
    return steps


def some_validator(before: list[Table], dice: random.Random) -> Table:
    names = [one["name"] for one in before]
    working = [one["name"] for one in before if "judges" not in one]
    judged = dice.sample(working, dice.randint(1, len(working)))
    rates = round(dice.uniform(0.6, 0.95), 2), round(dice.uniform(0.02, 0.2), 2)
    reject = {
        "restart": dice.choice(names),
        "max_attempts": dice.randint(1, 3),
        "then": dice.choice(["human", "abort", "continue"]),
    }
    return validator(f"check{len(names)}", judged, *rates, **reject)


def fallback_model(steps: list[Table]) -> list[Table]:
    """Only a model step falls back to a model."""
    return [
        {key: one[key] for key in one if key != "tool"} | {"model": "main", "input_tokens": 1}
        if "fallback" in one
        else one
        for one in steps
    ]


NESTED = [
    step("plan", 0.8),
    step("write", 0.7),
    validator("proof", ["write"], 0.8, 0.2, restart="write", max_attempts=2, then="continue"),
    step("polish", 0.9, rho=0.3),
    validator("review", ["plan", "polish"], 0.9, 0.3, restart="plan", max_attempts=3),
]
CROSSED = [
    step("a", 0.7, rho=0.5),
    step("b", 0.7, rho=0.5),
    validator("first", ["a", "b"], 0.8, 0.3, restart="a", max_attempts=3, then="continue"),
    step("c", 0.8, rho=0.5),
    validator("second", ["c"], 0.8, 0.4, restart="b", max_attempts=2, then="abort"),
]
LATE = [
    step("ask", 0.85),
    step(
        "answer",
        0.8,
        rho=0.4,
        detection_rate=0.6,
        max_attempts=2,
        timeout={"share": 0.3},
        fallback={"model": "other", "success": 0.7, "phi": 0.3},
        on_exhaust="abort",
    ),
    validator("check", ["answer"], 0.8, 0.1, restart="ask", max_attempts=2),
]
SEEDS = (0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 14)  # 8 has more states than a test needs
CORRELATED = (0, 1, 2, 3, 4, 5, 7, 9, 10, 11, 12, 14, 15)
WORKLOADS = {
    **{f"seed {seed}": some_workload(seed, (0, 0.3, 0.7)[seed % 3]) for seed in SEEDS},
    "a loop in a loop": NESTED,
    "loops that cross": CROSSED,
    "late, then another model": LATE,
    **{
        f"repeated verdicts, seed {seed}": some_workload(seed, (0.3, 0)[seed % 2], 0.3 + 0.05 * at)
        for at, seed in enumerate(CORRELATED)
    },
    **{
        f"{name}, repeated verdicts": [
            one | {"rho": 0.5} if "judges" in one else one for one in steps
        ]
        for name, steps in (("loop in loop", NESTED), ("crossed", CROSSED), ("late", LATE))
    },
}


def near(found: float, exact: float, error: float) -> bool:
    """Within four standard errors; rare events, whose error is unknown, within a few counts."""
    return abs(found - exact) <= 4 * error + 4 / REQUESTS


BY_SEED = [name for name in WORKLOADS if "seed" in name]
NAMED = [name for name in WORKLOADS if "seed" not in name]


@pytest.mark.parametrize("name", [*sampled(BY_SEED, 4), *NAMED])
def test_the_graph_agrees_with_events(name: str) -> None:
    steps, human, case = fallback_model(WORKLOADS[name]), 0.9, 5.0
    dice = random.Random(f"costs of {name}")
    costs = {one["name"]: dice.uniform(0.5, 2) for one in steps}
    other = {one["name"]: dice.uniform(0.5, 2) for one in steps if "fallback" in one}
    simulator = Simulator(
        steps, human, costs | {f"{one} fallback": cost for one, cost in other.items()}, case
    )
    dice = random.Random(name)
    played = [simulator.play(dice) for _ in range(REQUESTS)]

    found = solved(steps, human)
    spread = {one["name"]: one["output_cv"] for one in steps if "output_cv" in one}
    mean, variance = moments(found, costs, case, fallback_costs=other, variation=spread)
    assert whole(found) == pytest.approx(1, abs=1e-12)
    assert graph(found).most_verdicts is None, "not exact"

    wrong = list(_disagreements(found, played, mean, variance))
    assert not wrong, f"{found.states} states: {wrong}"


def _disagreements(found: Any, played: list[Any], mean: float, variance: float) -> Iterator[Any]:
    ends = Counter(how for how, *_ in played)
    for end in ENDS:
        p = getattr(found, end)
        error = sqrt(p * (1 - p) / REQUESTS)
        if not near(ends[end] / REQUESTS, p, error):
            yield end, ends[end] / REQUESTS, p
    for which, exact in ((1, found.visits), (2, found.fallbacks)):
        for one in found.visits:
            average, second, _ = centre([sample[which][one] for sample in played])
            if not near(average, exact.get(one, 0.0), sqrt(second / REQUESTS)):
                yield one, which, average, exact.get(one)
    average, second, fourth = centre([spent for *_, spent in played])
    if not near(average, mean, sqrt(second / REQUESTS)):
        yield "mean cost", average, mean
    if not near(second, variance, sqrt((fourth - second * second) / REQUESTS)):
        yield "variance", second, variance


def centre(values: list[Any]) -> tuple[float, float, float]:
    """Mean, and second and fourth moments about it."""
    mean = sum(values) / len(values)
    squares = [(one - mean) ** 2 for one in values]
    return (
        mean,
        sum(squares) / len(values),
        sum(square * square for square in squares) / len(values),
    )
