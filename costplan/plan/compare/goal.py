"""What is asked of an answer."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from costplan.workload.model import Workload


class Goal(NamedTuple):
    """What an answer must reach: a share of trusted answers, and seconds a request."""

    reliability: Decimal | None
    seconds: Decimal | None

    @classmethod
    def of(cls, workload: Workload, at_reliability: Decimal | None) -> Goal:
        """The file's target, with another reliability where one is asked for."""
        target = workload.target
        stated = target.reliability if target else None
        seconds = target.seconds if target else None
        return cls(stated if at_reliability is None else at_reliability, seconds)

    def or_plan(self, workload: Workload, trusted: Decimal | None) -> Goal:
        """Without a target ways are compared at the plan's own ``trusted`` share; where wrong
        answers cost something, at none: their cost decides."""
        target = workload.target
        losses = target and (target.loss_per_wrong_answer, target.loss_per_aborted_request)
        if self.reliability is not None or (losses and losses != (None, None)):
            return self
        return self._replace(reliability=trusted)
