"""How often each step runs for one request: the seam through which reliability reaches the bill.

Everything that follows a step (tokens, queries, spans, runs, cases) is multiplied by its visits
and by nothing else. The outcome graph (retries, validators, people) is not modelled yet: a step
runs once a request, and once a turn of a conversation.
"""

from __future__ import annotations

from decimal import Decimal

from costplan.workload.model import Workload

MODELLED = False


def visits(workload: Workload) -> dict[str, Decimal]:
    """Expected runs of each step, by name, for one request (a turn, in a conversation)."""
    return {step.name: Decimal(1) for step in workload.step}


def not_modelled(workload: Workload) -> list[str]:
    """What the workload states and the estimate does not use yet, as sentences."""
    found = []
    if workload.human is not None:
        found.append("people: how many cases reach a person is not modelled yet")
    if any(step.judges or step.max_attempts or step.detection_rate for step in workload.step):
        found.append("retries and rejections are not modelled yet: each step runs once a request")
    if any(step.success is not None for step in workload.step):
        found.append("reliability is not modelled yet: success rates are read and not used")
    return found
