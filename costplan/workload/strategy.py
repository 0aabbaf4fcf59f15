"""Parameters of the ways to spend on compute instead of checking, and of moving and mixing stacks.

Tables of the workload file; ``hosting`` and ``strategies`` of ``costplan.plan.compare`` use them.
Every number has a stated default.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from decimal import Decimal
from typing import Annotated, Literal

from costplan.problems import Problem
from costplan.record import Amount, Count, Ge, Positive, Share, record
from costplan.workload.seconds import spread_problems
from costplan.workload.tables import Reservation

MOST_WHOLE_RUNS = 999
ODD = f"a majority needs an odd number of runs, at most {MOST_WHOLE_RUNS}"


@record
class Modelled:
    """A model or an accelerator that was never measured: what a replica on all accelerators of the
    machine delivers with so many requests together, by a calibrated roofline. It ranks nothing.

    Keys:
        model: its name; sizes of measured models are known, of others they are given
        precision: number format of the weights
        concurrency (requests): requests that one machine serves together
        parameters (parameters): all of them
        active (parameters): those that one token uses; all of them when left out
        experts (experts): of a layer; none when left out
        chosen (experts): of these that answer one token
        layers (layers): of the model
        cache (elements a token): layers that keep one x 2 x heads of keys x size of a head
    """

    model: str
    precision: Literal["bf16", "fp8", "fp4", "int4"] = "bf16"
    concurrency: Positive
    parameters: Positive | None = None
    active: Positive | None = None
    experts: Count | None = None
    chosen: Count | None = None
    layers: Count | None = None
    cache: Positive | None = None

    def check(self) -> Iterable[Problem]:
        given = {self.parameters is None, self.layers is None, self.cache is None}
        if len(given) > 1:
            message = "parameters, layers and cache go together"
            yield Problem(("parameters",), message, part="key")
        if len({self.active is None, self.experts is None, self.chosen is None}) > 1:
            yield Problem(("experts",), "active, experts and chosen go together", part="key")


@record
class Gpus:
    """Machines of one's own for the models that produce, sized for the busiest hour.

    Keys:
        offer: the machine that is rented; aws/p5.4xlarge when left out, where measurements size it
            aws/p5.48xlarge
        success: the served model's own success rate on each step it takes over; without it, not
            modelled
        tokens_per_second (output tokens a second): what one machine serves; in place of a
            measurement
        measured: a model of pricing/throughput, where tokens_per_second is not given
        modelled: what was never measured, at a stated load; named, never ranked
        accelerator: the accelerator whose measurement is used; the offer's own when left out
        accelerators (accelerators): accelerators in one machine; the offer's own when left out
        ms_per_token (milliseconds): slowest acceptable output token; a stricter one needs more
            machines
        ms_to_first_token (milliseconds): slowest acceptable first token; a stricter one needs more
            machines
        service_seconds (seconds a request): time that serves one request; with concurrency,
            queueing sizes the fleet
        arrivals: a CSV of seconds,service_seconds beside this file, in place of a mean
        window_seconds (seconds): the trace is sized for its most loaded window of this length; a
            longer one smooths more of it
        idle_seconds (seconds): a machine that has served nothing for so long is stopped, the last
            one too; left out, all of them always run
        cold_start_seconds (seconds): from the start of a machine until it serves; requests wait it
        concurrency (requests): requests that one machine serves at a time
        wait_seconds (seconds): a longer wait is too long
        wait_share: share of requests that may wait too long; less of it needs more machines
        headroom (share): capacity bought above the busiest hour
        utilisation: share of a machine that is safe to plan with; less of it needs more machines
        spare (machines): machines that stand by, paid and idle
    """

    offer: str | None = None
    success: Share | None = None
    tokens_per_second: Positive | None = None
    measured: str = "openai/gpt-oss-120b"
    modelled: Modelled | None = None
    accelerator: str | None = None
    accelerators: Count | None = None
    ms_per_token: Positive = Decimal(33)
    ms_to_first_token: Positive = Decimal(5000)
    service_seconds: Positive | None = None
    arrivals: str | None = None
    window_seconds: Positive = Decimal(300)
    idle_seconds: Amount | None = None
    cold_start_seconds: Amount | None = None
    concurrency: Positive | None = None
    wait_seconds: Amount = Decimal(1)
    wait_share: Share = Decimal("0.01")
    headroom: Amount = Decimal("0.3")
    utilisation: Share = Decimal("0.7")
    spare: Annotated[int, Ge(0)] = 1

    @property
    def machine(self) -> str:
        """The machine that is rented. No replica of the model that is measured unless another is
        named was measured on a single H100; two are the fewest."""
        stated = self.tokens_per_second or self.concurrency or self.modelled
        return self.offer or ("aws/p5.4xlarge" if stated else "aws/p5.48xlarge")

    def check(self) -> Iterable[Problem]:
        if not self.utilisation:
            yield Problem(("utilisation",), "must be more than 0")
        if self.service_seconds is not None and self.arrivals is not None:
            yield Problem(("arrivals",), "a trace has its own service seconds", part="key")
        queues = self.service_seconds is not None or self.arrivals is not None
        if queues != (self.concurrency is not None):
            yield Problem(
                ("concurrency",),
                "queueing needs 'concurrency' and either 'service_seconds' or 'arrivals'",
                part="key",
            )
        if (self.idle_seconds is None) != (self.cold_start_seconds is None):
            message = "stopping machines needs both 'idle_seconds' and 'cold_start_seconds'"
            yield Problem(("idle_seconds",), message, part="key")
        if self.idle_seconds is not None and not queues:
            message = "stopping machines needs 'concurrency' and 'service_seconds' or 'arrivals'"
            yield Problem(("idle_seconds",), message, part="key")
        if not 0 < self.wait_share < 1:
            yield Problem(("wait_share",), "must lie between 0 and 1")


@record
class Warm:
    """Runtime replicas kept warm besides those that serve.

    Keys:
        replicas (replicas): runtime replicas kept warm besides those that serve, paid and idle
    """

    replicas: Annotated[int, Ge(0)] = 2


@record
class Regions:
    """The same service in several regions, so that one may fail.

    Keys:
        count (regions): regions that each hold the whole service
        mode: whether the further regions serve, or stand by paid and idle
    """

    count: Annotated[int, Ge(2)] = 2
    mode: Literal["active-active", "active-passive"] = "active-passive"


@record
class PipelineVote:
    """Majority votes of the whole pipeline in place of validators and people.

    Keys:
        runs (runs): odd numbers of whole runs to try; each run is paid
        rho: correlation of whole runs on one request; 0.5 assumed
    """

    runs: tuple[Count, ...] = (3, 5, 7, 9, 15, 25)
    rho: Share | None = None

    def check(self) -> Iterable[Problem]:
        for at, runs in enumerate(self.runs):
            if runs % 2 == 0 or runs > MOST_WHOLE_RUNS:
                yield Problem(("runs", at), ODD)


@record
class WholeRuns:
    """The whole pipeline several times on each request; the majority's answer is delivered.

    Keys:
        runs (runs): an odd number of whole runs; each is paid
        rho: correlation of whole runs on one request; 0.5 assumed
    """

    runs: Count
    rho: Share | None = None

    def check(self) -> Iterable[Problem]:
        if self.runs % 2 == 0 or self.runs > MOST_WHOLE_RUNS:
            yield Problem(("runs",), ODD)


@record
class Candidate:
    """A model that a role might be bound to instead, and what was measured of it.

    Keys:
        offer: the model's id
        success: its success rate on every step of the role, or by the step's name; never assumed
        retry_success: its success once it is told of a failure
        sensitivity: of a judge: P(reject | wrong); the validator's own when left out
        false_positive_rate: of a judge: P(reject | right); the validator's own when left out
        input_factor (ratio): its tokenizer's tokens over the workload's; multiplies input
        output_factor (ratio): its verbosity over the workload's; multiplies output
        seconds (seconds a run): its mean time of one run
        seconds_p95 (seconds a run): time that 95 % of its runs do not exceed
    """

    offer: str
    success: Share | Mapping[str, Share] | None = None
    retry_success: Share | None = None
    sensitivity: Share | None = None
    false_positive_rate: Share | None = None
    input_factor: Positive = Decimal(1)
    output_factor: Positive = Decimal(1)
    seconds: Amount | None = None
    seconds_p95: Amount | None = None

    def check(self) -> Iterable[Problem]:
        yield from spread_problems(self.seconds, self.seconds_p95)

    def success_on(self, step: str) -> Decimal | None:
        """Its success rate on a step; None where it was not measured there."""
        if isinstance(self.success, Mapping):
            return self.success.get(step)
        return self.success


@record
class Upgrade:
    """The largest model for everything, in place of validators and people.

    Keys:
        model: the offer that every model step but validators is moved to
        success: its success rate on each step; not modelled when left out
        stacks: the stacks it is tried for; all when left out
    """

    model: str
    success: Share | None = None
    stacks: tuple[str, ...] = ()


@record
class Strategy:
    """Parameters of the ways to spend on compute instead; each has a stated default.

    Keys:
        gpus: machines of one's own for the models that produce
        provisioned: terms of reserved model throughput; those of the stack's own models when left
            out
        warm: runtime replicas kept warm
        regions: the same service in several regions
        vote: majority votes of the whole pipeline
        upgrade: a larger model for everything
    """

    gpus: Gpus = field(default_factory=Gpus)
    provisioned: Reservation = field(default_factory=Reservation)
    warm: Warm = field(default_factory=Warm)
    regions: Regions = field(default_factory=Regions)
    vote: PipelineVote = field(default_factory=PipelineVote)
    upgrade: Upgrade | None = None


@record
class Migration:
    """What it takes to move from the baseline to another stack.

    Keys:
        engineer_days (days): work that the move takes
        cost_per_day (the file's currency a day): what a day of that work costs
        egress_gb (GB): data that moves once
        egress_per_gb (the file's currency a GB): what moving that data costs
        reindex: embed all vectors again if the embedding model changes
        overlap_months (months): months in which both stacks are paid
    """

    engineer_days: Amount = Decimal(0)
    cost_per_day: Amount = Decimal(0)
    egress_gb: Amount = Decimal(0)
    egress_per_gb: Amount = Decimal(0)
    reindex: bool = True
    overlap_months: Amount = Decimal(1)


@record
class Mix:
    """Traffic shared between stacks.

    Keys:
        stacks: the share of traffic of each stack; they sum to 1
    """

    stacks: Mapping[str, Share]

    def check(self) -> Iterable[Problem]:
        whole = sum(self.stacks.values(), Decimal(0))
        if whole != 1:
            yield Problem(("stacks",), f"the shares sum to {whole}, not to 1")
