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
from costplan.record import About, Amount, Count, Ge, Le, Positive, Share, record


@record
class Gpus:
    """Machines of one's own for the models that produce, sized for the busiest hour."""

    offer: Annotated[str, About("a machine of the compute catalogue")] = "aws/p5.4xlarge"
    tokens_per_second: (
        Annotated[Positive, About("output tokens a second of one machine")] | None
    ) = None
    measured: Annotated[
        str, About("a model of pricing/throughput, where tokens_per_second is not given")
    ] = "openai/gpt-oss-120b"
    accelerator: str = "h100-sxm"
    accelerators: Annotated[Count, About("in one machine of the offer")] = 1
    ms_per_token: Annotated[Positive, About("slowest acceptable output token")] = Decimal(33)
    ms_to_first_token: Annotated[Positive, About("slowest acceptable first token")] = Decimal(5000)
    service_seconds: (
        Annotated[Positive, About("of one request; with concurrency, queueing sizes the fleet")]
        | None
    ) = None
    arrivals: (
        Annotated[str, About("a CSV of seconds,service_seconds beside this file, in place of them")]
        | None
    ) = None
    concurrency: Annotated[Positive, About("requests one machine serves at a time")] | None = None
    wait_seconds: Annotated[Amount, About("longer waits are too long")] = Decimal(1)
    wait_share: Annotated[Share, About("of requests that may wait too long")] = Decimal("0.01")
    headroom: Annotated[Amount, About("above the busiest hour")] = Decimal("0.3")
    utilisation: Annotated[Share, About("of a machine that is safe to plan with")] = Decimal("0.7")
    spare: Annotated[int, Ge(0), About("machines that stand by")] = 1

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
        if not 0 < self.wait_share < 1:
            yield Problem(("wait_share",), "must lie between 0 and 1")


@record
class Provisioned:
    """Reserved model throughput, sized for the busiest hour."""

    terms: Annotated[str, About("an id of pricing/provisioned, such as azure/gpt-5.2")]
    kind: Literal["global", "data-zone", "regional"] | None = None
    cache_share: Annotated[Share, About("of input tokens read from a cache")] = Decimal(0)
    price_per_unit_hour: Annotated[Amount, About("what you were quoted for one unit")] | None = None


@record
class Warm:
    """Runtime replicas kept warm besides those that serve."""

    replicas: Annotated[int, Ge(0)] = 2


@record
class Regions:
    """The same service in several regions, so that one may fail."""

    count: Annotated[int, Ge(2)] = 2
    mode: Literal["active-active", "active-passive"] = "active-passive"


@record
class Commitment:
    """Machines on demand around the clock where a commitment would do."""

    percent: Annotated[Decimal, Ge(0), Le(100), About("that a commitment would take off")]


@record
class PipelineVote:
    """Majority votes of the whole pipeline in place of validators and people."""

    runs: Annotated[tuple[Count, ...], About("odd numbers of runs to try")] = (3, 5, 7, 9, 15, 25)
    rho: Annotated[Share, About("correlation of whole runs; 0.5 assumed")] | None = None

    def check(self) -> Iterable[Problem]:
        for at, runs in enumerate(self.runs):
            if runs % 2 == 0 or runs > 999:
                yield Problem(("runs", at), "a majority needs an odd number of runs, at most 999")


@record
class Upgrade:
    """The largest model for everything, in place of validators and people."""

    model: Annotated[str, About("an offer")]
    success: Annotated[Share, About("its success rate on each step")] | None = None
    stacks: tuple[str, ...] = ()


@record
class Strategy:
    """Parameters of the ways to spend on compute instead; each has a stated default."""

    gpus: Gpus = field(default_factory=Gpus)
    provisioned: Provisioned | None = None
    warm: Warm = field(default_factory=Warm)
    regions: Regions = field(default_factory=Regions)
    commitment: Commitment | None = None
    vote: PipelineVote = field(default_factory=PipelineVote)
    upgrade: Upgrade | None = None


@record
class Migration:
    """What it takes to move from the baseline to another stack."""

    engineer_days: Amount = Decimal(0)
    cost_per_day: Amount = Decimal(0)
    egress_gb: Amount = Decimal(0)
    egress_per_gb: Amount = Decimal(0)
    reindex: Annotated[bool, About("embed all vectors again if that model changes")] = True
    overlap_months: Annotated[Amount, About("months in which both stacks run")] = Decimal(1)


@record
class Mix:
    """Traffic shared between stacks."""

    stacks: Annotated[Mapping[str, Share], About("a share for each; they sum to 1")]

    def check(self) -> Iterable[Problem]:
        whole = sum(self.stacks.values(), Decimal(0))
        if whole != 1:
            yield Problem(("stacks",), f"the shares sum to {whole}, not to 1")
