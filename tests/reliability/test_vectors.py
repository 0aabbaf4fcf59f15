"""Twenty-four worked examples to nine digits, each from a workload's text to the solved graph."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from math import comb, exp, isclose, log
from pathlib import Path
from statistics import NormalDist
from typing import Any

import pytest
from reliability_helpers import Table, file_text, moments, solved, step, validator, workload_of

import costplan
from costplan.document.estimate import Estimate
from costplan.outcomes.graph import Outcomes
from costplan.workload.solving import solve

CASES = json.loads(
    (Path(__file__).parent.parent / "data" / "reliability_vectors.json").read_text("utf-8")
)["vectors"]
Given = dict[str, Any]
Found = dict[str, float]


def beta_below(x: float, a: int, b: int) -> float:
    """P(Beta(a, b) < x) for whole a and b: at least a of a + b - 1 uniforms below x."""
    n = a + b - 1
    return sum(comb(n, k) * x**k * (1 - x) ** (n - k) for k in range(a, n + 1))


def integral(f: Callable[[float], float], end: float, panels: int = 20_000) -> float:
    """Simpson's rule from 0."""
    width = end / panels
    inner = sum((4 if at % 2 else 2) * f(at * width) for at in range(1, panels))
    return (f(0.0) + inner + f(end)) * width / 3


def chain(n: int, p: float, **keys: Any) -> list[Table]:
    return [step(f"s{at}", p, **keys) for at in range(n)]


def vote(p: float, runs: int, quorum: int | None = None, **keys: Any) -> Outcomes:
    """Majority, or the named quorum, of parallel runs."""
    made = {"runs": runs} | ({"quorum": quorum} if quorum else {})
    return solved([step("vote", p, vote=made, **keys)])


def oracle(p: float, runs: int) -> Outcomes:
    """The best of several runs, with a selector that always finds a right one."""
    return solved([step("pick", p, best_of={"runs": runs, "selector": 1})])


def block_steps(given: Given) -> list[Table]:
    reject = {"restart": "generate", "max_attempts": given["K"], "then": "human"}
    judge = validator("check", ["generate"], given["sens"], given["false_alarm"], **reject)
    return [step("generate", given["p"]), judge]


def serial(given: Given) -> Found:
    return {"R": solved(chain(given["n"], given["p"])).trusted}


def retried_chain(given: Given) -> Found:
    steps = chain(given["n"], given["p"], detection_rate=1, max_attempts=given["K"])
    found = solved(steps)
    mean, variance = moments(found, dict.fromkeys(found.visits, float(given["c"])))
    return {
        "R": found.trusted,
        "E_attempts": sum(found.visits.values()),
        "Var_attempts": variance,
        "cost_per_success": mean / found.trusted,
    }


def retries(given: Given) -> Found:
    found = solved([step("try", given["p"], detection_rate=1, max_attempts=given["K"])])
    mean, variance = moments(found, {"try": 1.0})
    assert isclose(mean, found.visits["try"], rel_tol=1e-12)
    return {"E": mean, "Var": variance, "P_exhaust": found.aborted}


def block(given: Given) -> Found:
    found = solved(block_steps(given), given["human_acc"])
    costs = {"generate": given["c_gen"], "check": given["c_val"]}
    mean, variance = moments(found, costs, given["c_human"])
    return {
        "trusted": found.trusted,
        "silent": found.silent,
        "auto_correct": found.delivered_right,
        "auto_silent": found.delivered_wrong,
        "P_escalate": found.escalated,
        "E_attempts": found.visits["generate"],
        "E_cost": mean,
        "Var_cost": variance,
        "cost_per_trusted": mean / found.trusted,
        # at every number of attempts, the unbounded one included
        "precision_limit": found.delivered_right / (found.delivered_right + found.delivered_wrong),
    }


def needed_sensitivity(given: Given) -> Found:
    # Test oracle: a search over workloads is no part of the graph. The loop is closed: a workload
    # with that sensitivity reaches the target exactly, at either rate of false alarms.
    p, target = given["p"], given["target"]
    needed = (target - p) / (1 - p)
    rates = {}
    for key, false_positive in (("f0", 0.0), ("f10", 0.1)):
        steps = [step("whole", p), validator("check", ["whole"], needed, false_positive)]
        found = solved(steps, given["h"])
        assert isclose(found.trusted, target, rel_tol=1e-12)
        rates[f"escalation_rate_{key}"] = found.escalated
    return {"s_required": needed, **rates}


def majority(given: Given) -> Found:
    return {"R": vote(given["p"], given["N"]).trusted}


def independent_repeats(given: Given) -> Found:
    p = given["p"]
    return {
        "pass_hat_4": vote(p, 4, quorum=4).trusted,
        "pass_at_3": oracle(p, 3).trusted,
        "pass_at_8": oracle(p, 8).trusted,
        "all3fail": solved([step("try", p, detection_rate=1, max_attempts=3)]).aborted,
    }


def common_cause(given: Given) -> Found:
    p, share = given["p"], given["beta"]
    again = {"detection_rate": 1, "max_attempts": given["K"]}
    found = solved([step("try", p, common_cause=share, **again)])
    return {
        "marginal_fail": solved([step("once", p, common_cause=share)]).silent,
        "all_K_fail": found.aborted,
        "R": found.trusted,
        "majority3": vote(p, 3, common_cause=share).trusted,
    }


def mixture(given: Given) -> Found:
    # Two kinds of request are two workloads; the mixture is their weighted sum.
    easy = given["alpha"]
    return {
        f"F({runs})": easy * vote(given["p1"], runs).trusted
        + (1 - easy) * vote(given["p2"], runs).trusted
        for runs in (1, 3, 5, 9, 15)
    }


def threshold(given: Given) -> Found:
    # Test oracle: the rates of a threshold on a confidence score come from its distributions.
    tau, p, human = given["tau"], given["p"], given["h"]
    false_alarm, sensitivity = beta_below(tau, 9, 1), beta_below(tau, 3, 2)
    steps = [step("answer", p), validator("check", ["answer"], sensitivity, false_alarm)]
    found = solved(steps, human)
    return {
        "false_alarm": false_alarm,
        "sensitivity": sensitivity,
        "P_escalate": found.escalated,
        "R": found.trusted,
        "silent_auto": found.delivered_wrong,
    }


def best_threshold(given: Given) -> Found:
    # Test oracle: calibrated confidence C ~ Beta(8, 2) is Beta(9, 2) where the answer is right and
    # Beta(8, 3) where it is wrong, and P(right) = 8 / 10.
    case, loss = given["H"], given["L"]

    def cost(tau: float) -> float:
        rates = beta_below(tau, 8, 3), beta_below(tau, 9, 2)
        found = solved([step("answer", 0.8), validator("check", ["answer"], *rates)], given["h"])
        mean, _ = moments(found, {}, case)
        return mean + loss * found.silent

    derived = given["h"] - case / loss
    best = min(range(1, 100), key=lambda percent: cost(percent / 100)) / 100
    assert best == pytest.approx(derived)
    return {
        "tau_star": derived,
        "J_star": cost(derived),
        "J_tau_0.5": cost(0.5),
        "J_tau_0.9": cost(0.9),
    }


def unbounded_loop(given: Given) -> Found:
    p, unit = given["p"], given["mean_tokens"] * given["price"]
    q = round(1 - p, 12)
    loop = step("try", 1, output_cv=given["cv"], next={"try": q, "end": p})
    tries = {"detection_rate": 1, "max_attempts": 60}  # 0.2^60 is beyond a float's digits
    answers = []
    for steps in ([loop], [step("try", p, output_cv=given["cv"], **tries)]):
        workload = workload_of(file_text(steps))
        found = solve(workload).outcomes
        assert found is not None
        spread = {one.name: float(one.output_cv) for one in workload.step if one.output_cv}
        answers.append(moments(found, {"try": unit}, variation=spread))
    assert answers[0] == pytest.approx(answers[1], rel=1e-12)
    return {"E_cost": answers[0][0], "Var_cost": answers[0][1]}


def truncated_latency(given: Given) -> Found:
    median, sigma, limit = given["median"], given["sigma"], given["timeout"]
    timeout = {"after_seconds": limit, "median_seconds": median, "sigma": sigma}
    found = solved([step("call", 1, timeout=timeout)])
    # Test oracle: seconds are no outcome of the graph. E min(X, t) is the integral of P(X > x).
    normal = NormalDist(log(median), sigma)
    waited = integral(lambda x: 1 - normal.cdf(log(x)) if x else 1.0, limit)
    return {"P_timeout": found.aborted, "E_min": waited}


def fan_out(given: Given) -> Found:
    n, p, mean = given["n"], given["p"], given["mean"]
    # Test oracle: latency is no outcome of the graph. E max by inclusion and exclusion.
    slowest = sum((-1) ** (k + 1) * comb(n, k) * mean / k for k in range(1, n + 1))
    return {
        "R_all4": vote(p, n, quorum=n).trusted,
        "R_3of4": vote(p, n, quorum=n - 1).trusted,
        "E_max_latency": slowest,
    }


def month_of_blocks(given: Given) -> Found:
    (inner,) = (case["given"] for case in CASES if case["id"] == given["block"])
    found = solved(block_steps(inner), inner["human_acc"])
    costs = {"generate": inner["c_gen"], "check": inner["c_val"]}
    mean, variance = moments(found, costs, inner["c_human"])
    count = given["lam"]
    return {
        "E_month": count * mean,
        "Var_month_poisson": count * (variance + mean * mean),
        "Var_month_fixed": count * variance,
    }


def pipeline_vote(given: Given) -> Found:
    p, target = given["P"], given["target"]
    best = next(n for n in range(1, 20) if oracle(p, n).trusted >= target)
    most = next(n for n in range(1, 20, 2) if vote(p, n).trusted >= target)
    return {
        "N_oracle": best,
        "R_oracle": oracle(p, best).trusted,
        "N_majority": most,
        "R_majority": vote(p, most).trusted,
    }


def coverage(given: Given) -> Found:
    # Test oracle: a fit of c(k) = exp(a k^b) to published coverage; the graph has no such curve,
    # only the independent one that it is compared with.
    a = log(given["c1"])
    b = log(log(given["c250"]) / a) / log(250)
    assert isclose(exp(a * 250**b), given["c250"], rel_tol=1e-12)
    independent = oracle(given["c1"], 5).trusted
    return {"a": a, "b": b, "c5": exp(a * 5**b), "c5_independent": independent}


SOLVERS: dict[str, Callable[[Given], Found]] = {
    "V01a": serial,
    "V01b": serial,
    "V01c": serial,
    "V01d": serial,
    "V02": retried_chain,
    "V03": retries,
    "V04a": block,
    "V04c": block,
    "V05": needed_sensitivity,
    "V06_3_0.7": majority,
    "V06_5_0.7": majority,
    "V06_5_0.45": majority,
    "V07i": independent_repeats,
    "V08": common_cause,
    "V10": mixture,
    "V12": threshold,
    "V13": best_threshold,
    "V15": unbounded_loop,
    "V16": truncated_latency,
    "V20": fan_out,
    "V22": month_of_blocks,
    "V25": pipeline_vote,
    "V29": coverage,
}
THROUGH_AN_ESTIMATE = {"V23"}


def agree(found: Found, expected: Found) -> None:
    assert found.keys() == expected.keys()
    wrong = {
        name: (found[name], value)
        for name, value in expected.items()
        if not isclose(found[name], value, rel_tol=1e-9, abs_tol=1e-15)
    }
    assert not wrong


def case(name: str) -> tuple[Given, Found]:
    (found,) = (one for one in CASES if one["id"] == name)
    return found["given"], found["expected"]


def test_every_vector_is_tested() -> None:
    names = [one["id"] for one in CASES]
    assert len(names) == len(set(names)) == 24
    assert set(names) == SOLVERS.keys() | THROUGH_AN_ESTIMATE


@pytest.mark.parametrize("name", SOLVERS)
def test_vector(name: str) -> None:
    given, expected = case(name)
    agree(SOLVERS[name](given), expected)


# -- through a whole estimate ---------------------------------------------------------------

DAY = date(2026, 11, 22)


def own_prices(**rates: int) -> Table:
    """Prices of a workload's own, a million tokens."""
    card = {
        "origin": {"since": DAY, "checked": DAY, "source": "page"},
        "per": 1_000_000,
        "rates": rates,
    }
    return {
        "vendor": "Own",
        "source": {"page": {"at": "https://example.com/prices", "confidence": "vendor"}},
        "model": [{"id": "own/model", "price": [card]}],
    }


def estimated(
    folder: Path, steps: list[Table], prices: Table, human: float | None = None, case: float = 1
) -> Estimate:
    """The estimate of a workload file, as a user asks for it."""
    roles = {"chat": "own/model"}
    if any("tool" in one for one in steps):
        roles |= {"work": {"none": "a test"}}
    text = file_text(steps, human, case, stack={"one": roles}, prices=prices)
    path = folder / "costplan.toml"
    path.write_text(text, "utf-8")
    (made,) = costplan.estimate(path, as_of=DAY).estimates
    return made


def test_vector_23_the_article_through_an_estimate(tmp_path: Path) -> None:
    given, expected = case("V23")
    assert given["q"] == 10_000
    prices = own_prices(input=3, output=15)
    call = {"model": "chat", "input_tokens": given["tin"], "output_tokens": given["tout"]}
    calls = [{"name": f"s{at}", "success": 0.97, **call} for at in range(6)]
    one = estimated(tmp_path, calls[:1], prices)
    six = estimated(tmp_path, calls, prices)
    checked = [*calls, validator("check", [str(one["name"]) for one in calls], 1, 0)]
    people = estimated(tmp_path, checked, prices, human=1, case=4)
    agree(
        {
            "one_call_month": float(one.total_monthly),
            "six_calls_month": float(six.total_monthly),
            "human_month_17pct_at_$4": float(people.by_purpose["people"]),
        },
        expected,
    )
    assert people.total_monthly == Decimal("7311.11980284")
    assert people.reliability is not None
    assert people.reliability.trusted == 1
    assert people.cost_per_trusted_answer == Decimal("0.731111980284")


def test_vectors_4_and_22_through_an_estimate(tmp_path: Path) -> None:
    """The block priced by tokens: 20 per million, 1,000 to generate and 250 to check."""
    inner, block_expected = case("V04c")
    _, month = case("V22")
    steps = block_steps(inner)
    for one, tokens in zip(steps, (1_000, 250), strict=True):
        del one["tool"]
        one |= {"model": "chat", "input_tokens": tokens}
    prices = own_prices(input=20, output=20)
    made = estimated(tmp_path, steps, prices, inner["human_acc"], inner["c_human"])
    found = made.reliability
    assert found is not None
    assert made.cost_per_trusted_answer is not None
    mean, spread = float(found.cost_mean), float(found.cost_sd)
    agree(
        {
            "trusted": float(found.trusted),
            "silent": float(found.silent),
            "auto_correct": float(found.delivered_right),
            "auto_silent": float(found.delivered_wrong),
            "P_escalate": float(found.escalated),
            "E_cost": mean,
            "Var_cost": spread**2,
            "cost_per_trusted": float(made.cost_per_trusted_answer),
        },
        {
            name: value
            for name, value in block_expected.items()
            if name not in ("E_attempts", "precision_limit")
        },
    )
    assert float(made.total_monthly) == pytest.approx(month["E_month"], rel=1e-9)
    poisson = 10_000 * (spread**2 + mean**2)
    assert poisson == pytest.approx(month["Var_month_poisson"], rel=1e-9)
