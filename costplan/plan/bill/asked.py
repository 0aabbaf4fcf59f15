"""What a role asks of a model that is priced by the token: the calls of steps and jobs, or those of
a tool that such a model serves, as a reranker."""

from __future__ import annotations

from costplan.plan.bill.bindings import Bound
from costplan.problems import Problem
from costplan.quantity import total
from costplan.workload.model import Workload
from costplan.workload.model_calls import ModelCalls
from costplan.workload.usage import Usage


def calls_of(bound: Bound, usage: Usage, workload: Workload) -> list[ModelCalls]:
    """The month's calls; none where they cannot be told (``lacking``)."""
    if bound.kind != "tool":
        return [call for call in usage.model_calls if call.role == bound.role]
    tool = workload.tool.get(bound.role)
    part = usage.parts[bound.role]
    whole = total(part.purposes.values())
    if tool is None or tool.input_tokens is None or not whole:
        return []
    return [
        ModelCalls(
            role=bound.role,
            step=step or bound.role,
            purpose=purpose,
            count=part.variables["calls"] * weight / whole,
            tokens={"input_tokens": tool.input_tokens},
        )
        for (purpose, step), weight in part.purposes.items()
    ]


def lacking(bound: Bound, workload: Workload) -> list[Problem]:
    """A tool's tokens, where a model serves it and the workload does not say how many."""
    tool = workload.tool.get(bound.role)
    if bound.kind != "tool" or (tool is not None and tool.input_tokens is not None):
        return []
    return [
        Problem(
            bound.path,
            f"{bound.entry.id} is priced by the token: how many does one call read?",
            f"[tool.{bound.role}] input_tokens = query tokens x documents + their tokens",
        )
    ]
