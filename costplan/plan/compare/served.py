"""What a stack's producing models serve in a month, and what machines for it would be measured by.

Most comparisons ask only whether there is anything to serve: what sizes machines is loaded where it
is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from costplan.catalog.lookup import Catalog
from costplan.catalog.model import Model
from costplan.quantity import ONE, ZERO, total
from costplan.workload.model import Binding, Workload
from costplan.workload.model_calls import SECONDS_PER_MONTH, ModelCalls
from costplan.workload.solving import Visits
from costplan.workload.traffic import shape_of
from costplan.workload.usage import monthly_usage

if TYPE_CHECKING:
    from costplan.catalog.curves import Shape
    from costplan.catalog.throughput import Throughput
    from costplan.outcomes.queueing import Arrival


class Capacity(Protocol):
    """Where measurements and traces are found; read only when asked."""

    def throughput(self, model: str) -> Throughput:
        """Measured tokens a second of a model."""

    def arrivals(self, name: str) -> list[Arrival]:
        """A trace beside the workload file. Raises BadUsage for what is none."""


class Served:
    """What a stack's producing models, those that are paid by the token, serve in a month."""

    def __init__(
        self, workload: Workload, stack: str, visits: Visits, catalog: Catalog, day: date
    ) -> None:
        usage = monthly_usage(workload, visits=visits)
        self.requests = usage.requests
        self.roles = _token_roles(workload, stack, catalog)
        self.shape, self.day = shape_of(workload.traffic, day), day
        self._ms_per_token = workload.strategy.gpus.ms_per_token
        bound = workload.stack[stack]
        self._calls: list[tuple[ModelCalls, Binding]] = []
        self.output: dict[str, Decimal] = {}
        self.input, self.calls = ZERO, ZERO
        for calls in usage.model_calls:
            binding = bound.binding(calls.role)
            if calls.role not in self.roles or binding is None:
                continue
            self._calls.append((calls, binding))
            output = _tokens(calls, "output") * binding.output_factor
            self.output[calls.role] = self.output.get(calls.role, ZERO) + output
            self.input += _tokens(calls, "input") * binding.input_factor
            self.calls += calls.count
        self.all_output = total(self.output.values())

    @property
    def nothing(self) -> str | None:
        """Why there is nothing to serve on other metal."""
        if not self.requests:
            return "there is no traffic to serve"
        if not self.all_output:
            return "no producing model of this stack is paid by the token"
        return None

    def peak_per_second(self, monthly: Decimal) -> Decimal:
        """A month's quantity as a rate in the busiest hour."""
        return monthly / SECONDS_PER_MONTH * self.shape.peak

    @property
    def mean(self) -> Shape:
        """Tokens in and out of a mean call."""
        from costplan.catalog.curves import Shape

        calls = self.calls or ONE
        return Shape(round(self.input / calls, 6), round(self.all_output / calls, 6))

    @cached_property
    def share(self) -> Decimal:
        """What an input token takes of an output token's time on a machine."""
        from costplan.catalog.curves import input_share

        return input_share(self._ms_per_token)

    @cached_property
    def load(self) -> dict[str, Decimal]:
        """Machines' time that each role takes, in output tokens."""
        load: dict[str, Decimal] = {}
        for calls, own in self._loads():
            load[calls.role] = load.get(calls.role, ZERO) + own
        return load

    @cached_property
    def deferred(self) -> Decimal:
        """What of it may wait for a quiet hour: batches and jobs."""
        return total(
            own for calls, own in self._loads() if calls.job is not None or calls.mode == "batch"
        )

    @property
    def whole(self) -> Decimal:
        """All of it."""
        return total(self.load.values())

    @property
    def urgent(self) -> Decimal:
        """Output tokens that may not wait, by the share of the machines' time that others take."""
        waits = self.deferred / self.whole if self.whole else ZERO
        return self.all_output * (ONE - waits)

    def _loads(self) -> Iterator[tuple[ModelCalls, Decimal]]:
        for calls, binding in self._calls:
            output = _tokens(calls, "output") * binding.output_factor
            yield calls, output + self.share * _tokens(calls, "input") * binding.input_factor


def _tokens(calls: ModelCalls, whole: str) -> Decimal:
    return calls.count * calls.tokens.get(f"{whole}_tokens", ZERO)


def _token_roles(workload: Workload, stack: str, catalog: Catalog) -> list[str]:
    """The roles of steps that answer, where the stack binds a model that is paid by the token."""
    roles = {step.model: None for step in workload.step if step.model and not step.judges}
    paid_by_token = []
    for role in roles:
        binding = workload.stack[stack].binding(role)
        entry = catalog.find(binding.offer) if binding and binding.offer else None
        if entry is not None and isinstance(entry.item, Model):
            paid_by_token.append(role)
    return paid_by_token
