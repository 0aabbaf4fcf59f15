"""Small workloads, written as files are: TOML text in, solved graph out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tomli_w

from costplan.outcomes.graph import Graph, Outcomes
from costplan.record import read
from costplan.store.files.text import parse_toml
from costplan.workload.model import Workload
from costplan.workload.solving import solve

Table = dict[str, Any]


def step(name: str, success: float | None = None, **keys: Any) -> Table:
    """One [[step]]: a tool call, since these have no tokens. Repeats are independent here."""
    made: Table = {"name": name, "tool": "work", **keys}
    if success is not None:
        made |= {"success": success}
    if success is not None and "common_cause" not in keys:
        made.setdefault("rho", 0)
    return made


def validator(
    name: str, judges: list[str], sensitivity: float, false_positive: float, **reject: Any
) -> Table:
    """A step that checks; its verdicts are independent unless ``rho`` is set on what comes back."""
    made = step(name, judges=judges, sensitivity=sensitivity, false_positive_rate=false_positive)
    made["rho"] = 0
    return made | ({"on_reject": reject} if reject else {})


def file_text(steps: list[Table], human: float | None = None, case: float = 1, **more: Any) -> str:
    """The text of a workload file; a ``human`` is right with this probability."""
    roles = {one.get("model") or one["tool"] for one in steps}
    roles |= {one["fallback"]["model"] for one in steps if "fallback" in one}
    data: Table = {
        "name": "small",
        "traffic": {"requests_per_month": 10_000},
        "step": steps,
        "stack": {"one": {role: {"none": "a test"} for role in sorted(roles)}},
    }
    if human is not None:
        data["human"] = {"cost_per_case": case, "success": human}
    return tomli_w.dumps(data | more)


def workload_of(text: str) -> Workload:
    return read(Workload, parse_toml("test", text))


def solved(steps: list[Table], human: float | None = None) -> Outcomes:
    """What becomes of one request, from the file's text to the graph's answer."""
    found = solve(workload_of(file_text(steps, human))).outcomes
    assert found is not None
    return found


def graph(found: Outcomes) -> Graph:
    assert found.graph is not None
    return found.graph


def moments(
    found: Outcomes, costs: Mapping[str, float], case: float = 0.0, **more: Any
) -> tuple[float, float]:
    """Mean and variance of one request's cost."""
    return graph(found).moments(costs, case, **more)


def whole(found: Outcomes) -> float:
    return found.trusted + found.silent + found.aborted
