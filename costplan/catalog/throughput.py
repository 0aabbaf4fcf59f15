"""What an accelerator was measured to deliver: output tokens a second, at a latency, for a model.

A measurement holds for its model, accelerator, precision and shape of request. None is stretched
to another: what was not measured is said to be missing, with what there is beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from costplan.catalog.origin import Origin, Provenance, Source, resolve, unknown_sources
from costplan.problems import BadUsage, Problem, did_you_mean
from costplan.quantity import ONE, grouped
from costplan.record import Count, Positive, record

Precision = Literal["bf16", "fp8", "fp4", "int4"]


class NotMeasured(BadUsage):
    """No measurement answers the question; its neighbours are named, never interpolated."""


@record
class LatencyTarget:
    """The slowest that a user is to see.

    Keys:
        tpot_ms (milliseconds): for each output token after the first
        ttft_ms (milliseconds): to the first output token
    """

    tpot_ms: Positive
    ttft_ms: Positive

    def __str__(self) -> str:
        return (
            f"at most {grouped(self.tpot_ms)} ms a token and {grouped(self.ttft_ms)} ms to the "
            "first"
        )


@record
class Measured:
    """One run: the highest throughput found for its shape of request within its target.

    Keys:
        model: name of the weights, as their publisher writes it
        accelerator: the accelerator it ran on
        precision: number format of the weights; left out where the run does not record it
        input_tokens (tokens a request): input of the run's requests
        output_tokens (tokens a request): output of the run's requests
        accelerators (accelerators): accelerators that serve one replica
        concurrency (requests): requests that one replica serves together
        output_tokens_per_second (tokens a second): output of each accelerator; more of it needs
            fewer machines
        target: the latency that the run was chosen for
        tpot_ms (milliseconds): measured for each output token after the first
        ttft_ms (milliseconds): measured to the first output token
        server: the program that served
        run: the run's name in its source
        origin: its source and days
        note: a word for readers of the file
    """

    model: str
    accelerator: str
    precision: Precision | None = None
    input_tokens: Count
    output_tokens: Count
    accelerators: Count
    concurrency: Count
    output_tokens_per_second: Positive
    target: LatencyTarget
    tpot_ms: Positive
    ttft_ms: Positive
    server: str
    run: str
    origin: Origin
    note: str | None = None

    def check(self) -> Iterable[Problem]:
        if not self.meets(self.target):
            yield Problem(("target",), "the run is slower than its own target")

    @property
    def replica_tokens_per_second(self) -> Decimal:
        """Output tokens a second of one replica: all its accelerators together."""
        return self.output_tokens_per_second * self.accelerators

    def meets(self, target: LatencyTarget) -> bool:
        """Whether the latencies that were measured, not those aimed at, are within a target."""
        return self.tpot_ms <= target.tpot_ms and self.ttft_ms <= target.ttft_ms

    def at_least_as_heavy(self, input_tokens: Decimal, output_tokens: Decimal) -> bool:
        """Whether the run's requests hold as much context and as much prompt a token of answer.

        Both make an output token dearer, so such a run does not flatter a request of that shape.
        """
        whole = self.input_tokens + self.output_tokens >= input_tokens + output_tokens
        return whole and self.input_tokens * output_tokens >= input_tokens * self.output_tokens

    @property
    def shape(self) -> str:
        """Tokens in and out, for a sentence."""
        return f"{self.input_tokens:,} in, {self.output_tokens:,} out"


@record
class ThroughputFile:
    """One file of measurements.

    Keys:
        source: what the measurements rest on, by the name that origins use
        measured: the measurements
    """

    source: Mapping[str, Source]
    measured: tuple[Measured, ...] = ()

    def check(self) -> Iterable[Problem]:
        seen: set[str] = set()
        for at, measurement in enumerate(self.measured):
            origins = [(("origin",), measurement.origin)]
            for problem in unknown_sources(origins, self.source):
                yield problem.under(("measured", at))
            key = f"{measurement.run} {measurement.target}"
            if key in seen:
                yield Problem(("measured", at, "run"), f"'{measurement.run}' is written twice")
            seen.add(key)


class Found(NamedTuple):
    """A measurement and where it comes from."""

    measured: Measured
    provenance: Provenance


class Throughput:
    """Every measurement at hand. Names are exact: a model is never served as its neighbour."""

    def __init__(self, files: Sequence[ThroughputFile]) -> None:
        self._found = [
            Found(measurement, resolve(measurement.origin, file.source))
            for file in files
            for measurement in file.measured
        ]

    def models(self) -> list[str]:
        """The models that were measured, sorted."""
        return sorted({run.measured.model for run in self._found})

    def accelerators(self, model: str) -> list[str]:
        """The accelerators that a model was measured on, sorted."""
        return sorted(
            {measured.accelerator for measured, _ in self._found if measured.model == model}
        )

    def of(self, model: str, accelerator: str) -> list[Found]:
        """The measurements of a model on an accelerator; raises NotMeasured where there is none."""
        known = self.models()
        if model not in known:
            raise NotMeasured(
                f"no throughput of '{model}' was measured",
                did_you_mean(model, known) or "measured: " + ", ".join(known),
            )
        runs = [
            run
            for run in self._found
            if run.measured.model == model and run.measured.accelerator == accelerator
        ]
        if not runs:
            raise NotMeasured(
                f"no throughput of '{model}' was measured on '{accelerator}'",
                "measured on: " + ", ".join(self.accelerators(model)),
            )
        return runs

    def best(
        self,
        model: str,
        accelerator: str,
        target: LatencyTarget,
        *,
        input_tokens: Decimal | None = None,
        output_tokens: Decimal | None = None,
        precision: Precision | None = None,
    ) -> Found:
        """The highest throughput that was measured within the target.

        With the tokens of a request, only runs whose requests were at least as heavy; without
        them any shape, which flatters long prompts: one prompt of 8,000 tokens costs a replica
        what many answers do. ``precision`` narrows to one. Of equals, the smaller replica. Raises
        NotMeasured, saying what there is.
        """
        runs = self.of(model, accelerator)
        if precision is not None:
            there = sorted({run.measured.precision or "not recorded" for run in runs})
            runs = [run for run in runs if run.measured.precision == precision]
            if not runs:
                raise NotMeasured(
                    f"'{model}' on '{accelerator}' was not measured in {precision}",
                    "precisions: " + ", ".join(there),
                )
        within = [run for run in runs if run.measured.meets(target)]
        if not within:
            fastest = min(runs, key=lambda run: run.measured.tpot_ms).measured
            raise NotMeasured(
                f"no run of '{model}' on '{accelerator}' keeps {target}",
                f"the quickest took {grouped(fastest.tpot_ms)} ms a token and "
                f"{grouped(fastest.ttft_ms)} ms to the first ({fastest.shape})",
            )
        if input_tokens is not None or output_tokens is not None:
            asked_in, asked_out = input_tokens or ONE, output_tokens or ONE
            shapes = list(dict.fromkeys(run.measured.shape for run in within))
            within = [run for run in within if run.measured.at_least_as_heavy(asked_in, asked_out)]
            if not within:
                raise NotMeasured(
                    f"no run of '{model}' on '{accelerator}' within the target had requests as "
                    f"heavy as {grouped(asked_in)} tokens in and {grouped(asked_out)} out",
                    "measured: " + "; ".join(shapes),
                )
        return max(
            within,
            key=lambda run: (run.measured.output_tokens_per_second, -run.measured.accelerators),
        )
