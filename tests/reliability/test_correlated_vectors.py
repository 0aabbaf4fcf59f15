"""Validators that repeat themselves and retries that are told why, to ten digits."""

from __future__ import annotations

import json
from math import comb, isclose, prod
from pathlib import Path
from typing import Any

import pytest
from reliability_helpers import Table, moments, solved, step, validator

CASES = json.loads(
    (Path(__file__).parent.parent / "data" / "correlated_vectors.json").read_text("utf-8")
)["vectors"]


def table(given: Table) -> Table:
    """A step of the data file as a step of a workload; what it leaves out is independent."""
    return {"tool": "work", "rho": 0, **given}


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_vector(case: Any) -> None:
    answer = solved([table(given) for given in case["steps"]], case["human_success"])
    mean, _ = moments(answer, case["cost_per_run"], case["cost_per_case"])
    computed = {
        "trusted": answer.trusted,
        "silent": answer.silent,
        "escalated": answer.escalated,
        "aborted": answer.aborted,
        "mean_cost": mean,
        **{f"visits_{name}": count for name, count in answer.visits.items()},
    }
    assert computed.keys() == case["expected"].keys()
    for name, expected in case["expected"].items():
        assert isclose(computed[name], expected, rel_tol=1e-9, abs_tol=1e-10), name


def rising(x: float, n: int) -> float:
    return prod(x + k for k in range(n))


@pytest.mark.parametrize("rho", [0.05, 0.3, 0.9])
@pytest.mark.parametrize("verdicts", [0.02, 0.5, 0.95])
@pytest.mark.parametrize("rounds", [1, 3, 5])
def test_the_block_in_closed_form(rho: float, verdicts: float, rounds: int) -> None:
    """Generate, judge, up to so many rounds, a person: rising factorials of three urns."""
    p, s, f = 0.8, 0.9, 0.15
    w, v = 1 / rho - 1, 1 / verdicts - 1

    def runs(i: int, j: int) -> float:
        return rising(p * w, i) * rising((1 - p) * w, j) / rising(w, i + j)

    def rejected(mean: float, i: int) -> float:
        return rising(mean * v, i) / rising(v, i)

    right = wrong = escalated = 0.0
    for i in range(rounds + 1):
        for j in range(rounds + 1 - i):
            ways = comb(i + j, i)
            if i + j < rounds:
                again = rejected(f, i) - rejected(f, i + 1)
                right += ways * runs(i + 1, j) * again * rejected(s, j)
                again = rejected(s, j) - rejected(s, j + 1)
                wrong += ways * runs(i, j + 1) * rejected(f, i) * again
            else:
                escalated += ways * runs(i, j) * rejected(f, i) * rejected(s, j)
    check = validator("check", ["make"], s, f, restart="make", max_attempts=rounds, then="human")
    answer = solved([step("make", p, rho=rho), check | {"rho": verdicts}], 1.0)
    assert answer.delivered_right == pytest.approx(right, abs=1e-12)
    assert answer.delivered_wrong == pytest.approx(wrong, abs=1e-12)
    assert answer.escalated == pytest.approx(escalated, abs=1e-12)


def test_a_judge_that_always_repeats_itself() -> None:
    """At 1 the first verdict of a kind stays; the step's repeats are independent."""
    p, s, f, rounds = 0.8, 0.9, 0.15, 4
    check = validator("check", ["make"], s, f, restart="make", max_attempts=rounds, then="human")
    answer = solved([step("make", p), check | {"rho": 1}], 1.0)
    q = 1 - p
    assert answer.delivered_right == pytest.approx(
        (1 - f) * (1 - s) * p + (1 - f) * s * (1 - q**rounds), abs=1e-12
    )
    assert answer.escalated == pytest.approx(
        (1 - f) * s * q**rounds + f * (1 - s) * p**rounds + f * s, abs=1e-12
    )


def test_informed_attempts_by_their_recursion() -> None:
    """L1 = 1, L2 = q d, L(k+1) = L(k) (1 - r(k-1)) d with r(m) = r w / (w + m)."""
    p, r, d, rho, attempts = 0.6, 0.7, 0.9, 0.25, 5
    w = 1 / rho - 1
    runs, reach = 1.0, (1 - p) * d
    for failed in range(attempts - 1):
        runs += reach
        reach *= (1 - r * w / (w + failed)) * d
    told = step("make", p, rho=rho, retry_success=r, detection_rate=d, max_attempts=attempts)
    assert solved([told]).visits["make"] == pytest.approx(runs, abs=1e-12)


def test_urns_that_stop_learning_are_near_the_exact_answer() -> None:
    from costplan.outcomes.graph import Graph

    first = validator("v1", ["b"], 0.8, 0.15, restart="b", max_attempts=4, then="human")
    second = validator("v2", ["c"], 0.9, 0.1, restart="a", max_attempts=4, then="human")
    steps = [step("a", 0.9), step("b", 0.85), first | {"rho": 0.5}]
    steps += [step("c", 0.9), second | {"rho": 0.3}]
    exact = solved(steps, 0.95)
    assert exact.graph is not None
    errors = []
    for verdicts in (1, 2, 3):
        bounded = Graph(exact.graph.nodes, 0.95, verdicts).outcomes()
        assert bounded.states < exact.states
        errors.append(abs(bounded.escalated - exact.escalated))
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 0.0025
