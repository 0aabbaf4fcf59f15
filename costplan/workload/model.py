"""The workload file: what users see and edit. One dataclass a table, keys as in the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from decimal import Decimal
from typing import Annotated, Literal

from costplan.problems import Problem
from costplan.record import (
    REST,
    About,
    Amount,
    Count,
    Currency,
    Ge,
    Le,
    Positive,
    Share,
    record,
    with_fields,
)
from costplan.weektime import hours_problems, weekday_problems, zone_problem
from costplan.words import PARTS, Purpose, Whole, parts_of
from costplan.workload.budget import Budget, Policy
from costplan.workload.contract import Commitment, Credit, Discount, Rate
from costplan.workload.rules import problems_of
from costplan.workload.strategy import Migration, Mix, Strategy

Mode = Literal["batch", "flex", "priority", "fast"]
Correlation = Annotated[Decimal, Ge(-1), Le(1)]


@record
class Traffic:
    """How many requests come, and when. With [conversation], a request is a conversation."""

    requests_per_month: Annotated[Amount, About("requests (or conversations) in a month")]
    growth_per_month: Annotated[Decimal, Ge(-1), About("0.03 for 3 % more each month")] = Decimal(0)
    peak_to_mean: Annotated[Decimal, Ge(1), About("busiest hour over mean hour")] | None = None
    hourly: Annotated[
        tuple[Amount, ...], About("24 weights, one an hour of the day; flat when left out")
    ] = ()
    weekend_factor: Annotated[Amount, About("a weekend hour's traffic over a weekday's")] = Decimal(
        1
    )
    timezone: Annotated[str, About("IANA zone of the hourly profile and of jobs' hours")] = "UTC"

    def check(self) -> Iterable[Problem]:
        if self.hourly and len(self.hourly) != 24:
            yield Problem(("hourly",), f"has {len(self.hourly)} weights; a day has 24 hours")
        if self.hourly and not any(self.hourly):
            yield Problem(("hourly",), "at least one hour must have traffic")
        yield from zone_problem(("timezone",), self.timezone)


@record
class OnReject:
    """What a validator's rejection does."""

    restart: Annotated[str, About("the step from which the request runs again")]
    max_attempts: Count = 2
    then: Literal["human", "abort", "continue"] | None = None


@record
class Vote:
    """Parallel runs of a step; right when at least ``quorum`` of them are."""

    runs: Count
    quorum: Annotated[Count, About("the majority when left out")] | None = None
    stop_early: Annotated[bool, About("run one after another until the vote is decided")] = False

    def check(self) -> Iterable[Problem]:
        if self.runs > 99:
            yield Problem(("runs",), f"must be at most 99, not {self.runs}")
        if self.quorum is None and self.runs % 2 == 0:
            yield Problem(("runs",), "must be odd for a majority, or name a 'quorum'")
        if self.quorum is not None and self.quorum > self.runs:
            yield Problem(("quorum",), f"is more than the {self.runs} runs")


@record
class BestOf:
    """Parallel runs of a step, of which a selector picks one."""

    runs: Count
    selector: Annotated[Share, About("P(it picks a right one | right and wrong ones differ)")]

    def check(self) -> Iterable[Problem]:
        if self.runs > 99:
            yield Problem(("runs",), f"must be at most 99, not {self.runs}")


@record
class Fallback:
    """Another model, called when every attempt of the step's own failed and was noticed."""

    model: Annotated[str, About("role that each stack binds to a model")]
    success: (
        Annotated[Share, About("its success on all requests; a binding's replaces it")] | None
    ) = None
    phi: (
        Annotated[Correlation, About("correlation with the step's own model; 0.3 assumed")] | None
    ) = None


@record
class Timeout:
    """Runs that are cut off, always noticed: a share, or a limit on a lognormal latency."""

    share: Share | None = None
    after_seconds: Positive | None = None
    median_seconds: Positive | None = None
    sigma: Annotated[Amount, About("of the latency's logarithm")] | None = None

    def check(self) -> Iterable[Problem]:
        latency = (self.after_seconds, self.median_seconds, self.sigma)
        if (self.share is None) == (None in latency):
            yield Problem(
                (),
                "a timeout has 'share', or 'after_seconds' with 'median_seconds' and 'sigma'",
                part="key",
            )


NOT_OF_VALIDATORS = (
    "timeout",
    "max_attempts",
    "common_cause",
    "retry_success",
    "detection_rate",
    "on_exhaust",
    "fallback",
)


@record
@with_fields((kind.tokens for kind in PARTS), Amount, Decimal(0))
class Step:
    """One node of the application's graph: a model call, a retrieval or a tool call."""

    name: str
    model: Annotated[str, About("role that each stack binds to a model")] | None = None
    index: Annotated[str, About("role of an [index.NAME]; one query each run")] | None = None
    tool: Annotated[str, About("role that each stack binds to a tool, search or host")] | None = (
        None
    )
    calls: Annotated[Amount, About("calls each time the step runs")] = Decimal(1)
    input_tokens: Annotated[Amount, About("of one call, cached part included")] | None = None
    cache_read_tokens: Annotated[Amount, About("part of the input read from a cache")] = Decimal(0)
    cache_write_tokens: Annotated[Amount, About("part of the input written to a cache")] = Decimal(
        0
    )
    cacheable_tokens: Annotated[
        Amount, About("prefix that all requests share (system prompt, tools); the offer decides")
    ] = Decimal(0)
    output_tokens: Annotated[Amount, About("of one call, reasoning included")] = Decimal(0)
    web_searches: Annotated[Amount, About("the model's own web searches, each call")] = Decimal(0)
    mode: Mode | None = None
    purpose: Annotated[Purpose, About("what it is for; validators coordinate")] | None = None
    success: Annotated[Share, About("P(right output | right inputs)")] | None = None
    output_cv: (
        Annotated[Amount, About("standard deviation of output tokens over their mean")] | None
    ) = None
    rho: (
        Annotated[
            Share,
            About("correlation of repeats, or of a validator's verdicts, on one request"),
        ]
        | None
    ) = None
    common_cause: Share | None = None
    retry_success: Annotated[Share, About("P(right | it failed before and is told why)")] | None = (
        None
    )
    detection_rate: Annotated[Share, About("share of failures noticed at once")] | None = None
    max_attempts: Count | None = None
    next: (
        Annotated[
            str | Mapping[str, Share],
            About('the step that follows, or names with probabilities; "end" delivers'),
        ]
        | None
    ) = None
    vote: Vote | None = None
    best_of: BestOf | None = None
    fallback: Fallback | None = None
    timeout: Timeout | None = None
    on_exhaust: Literal["human", "abort", "continue"] | None = None
    judges: Annotated[tuple[str, ...], About("earlier steps whose faults it can see")] = ()
    sensitivity: (
        Annotated[Share, About("P(reject | wrong because a judged step failed)")] | None
    ) = None
    false_positive_rate: Annotated[Share, About("P(reject | right)")] | None = None
    on_reject: OnReject | None = None

    @property
    def role(self) -> str:
        return self.model or self.index or self.tool or ""

    def check(self) -> Iterable[Problem]:
        if [self.model, self.index, self.tool].count(None) != 2:
            yield Problem((), "a step has exactly one of 'model', 'index' and 'tool'", part="key")
        if self.model is None and (self.input_tokens or self.output_tokens):
            yield Problem(("input_tokens",), "only a model call has tokens", part="key")
        parts = self._tokens("input")
        whole = self.input_tokens or Decimal(0)
        if self.input_tokens is not None and parts > whole:
            yield Problem(
                ("input_tokens",),
                f"its parts ({parts}) are more than the whole ({whole})",
                "input_tokens is the total, the cached part included",
            )
        if self.input_tokens is not None and self.cacheable_tokens + parts > whole:
            yield Problem(("cacheable_tokens",), f"is more than input_tokens ({whole})")
        if self.cacheable_tokens and (self.cache_read_tokens or self.cache_write_tokens):
            yield Problem(
                ("cacheable_tokens",), "give either what is cacheable or what is read and written"
            )
        said = self._tokens("output")
        if said > self.output_tokens:
            yield Problem(
                ("output_tokens",),
                f"its parts ({said}) are more than the whole ({self.output_tokens})",
            )
        yield from self._repeat_problems()

    def _tokens(self, whole: Whole) -> Decimal:
        return sum((getattr(self, kind.tokens) for kind in parts_of(whole)), Decimal(0))

    def _repeat_problems(self) -> Iterable[Problem]:
        if self.rho is not None and self.common_cause is not None:
            yield Problem(("rho",), "give either 'rho' or 'common_cause'", part="key")
        noticed = self.detection_rate or self.timeout
        if (self.max_attempts or 1) > 1 and not noticed and not self.judges:
            yield Problem(
                ("max_attempts",),
                "only noticed failures are tried again: give 'detection_rate' or 'timeout'",
                part="key",
            )
        if self.retry_success is not None:
            for key in ("common_cause", "vote", "best_of"):
                if getattr(self, key) is not None:
                    message = f"'retry_success' is of single runs: it does not go with '{key}'"
                    yield Problem(("retry_success",), message, part="key")
        if self.vote and self.best_of:
            yield Problem(("best_of",), "a step has 'vote' or 'best_of', not both", part="key")
        if self.fallback and not self.model:
            yield Problem(("fallback",), "only a model step falls back to a model", part="key")
        if self.fallback and not noticed:
            yield Problem(
                ("fallback",),
                "only a noticed failure falls back: give 'detection_rate' or 'timeout'",
                part="key",
            )
        yield from self._validator_problems()

    def _validator_problems(self) -> Iterable[Problem]:
        if self.judges:
            for key in NOT_OF_VALIDATORS:
                if getattr(self, key) is not None:
                    yield Problem((key,), f"'{key}' has no effect on a validator", part="key")
        if self.judges and (self.success is not None or self.vote or self.best_of):
            yield Problem(
                ("judges",),
                "a validator has sensitivity and false_positive_rate, not success",
                part="key",
            )
        for key in ("sensitivity", "false_positive_rate", "on_reject"):
            if getattr(self, key) is not None and not self.judges:
                yield Problem(
                    (key,), f"'{key}' needs 'judges': which steps does it check?", part="key"
                )


@record
class Conversation:
    """A dialogue of several turns; traffic then counts conversations.

    Each call of each turn is its own request class: fixed + history + new tokens.
    """

    step: (
        Annotated[str, About("the model step that answers; the only one when left out")] | None
    ) = None
    turns: Count
    fixed_tokens: Annotated[Amount, About("system prompt and tool schemas, in every call")]
    user_tokens: Annotated[Amount, About("what the user writes each turn")]
    output_tokens: Annotated[Amount, About("what the model answers each turn")]
    retrieval_tokens: Annotated[Amount, About("retrieved text each turn")] = Decimal(0)
    keep_retrieval: Annotated[bool, About("retrieved text stays in the history")] = False
    tool_calls: Annotated[int, Ge(0), About("tool calls each turn, each one more model call")] = 0
    tool_tokens: Annotated[Amount, About("result of one tool call")] = Decimal(0)
    tool_request_tokens: Annotated[Amount, About("the model's output to call a tool")] = Decimal(60)
    gap_seconds: Annotated[Amount, About("mean time between two turns of one conversation")] = (
        Decimal(60)
    )
    gaps: Annotated[
        Literal["equal", "exponential"], About("all as long as the mean, or spread as people's are")
    ] = "equal"
    cacheable: Annotated[
        Literal["all", "fixed", "none"], About("what the application marks as cacheable")
    ] = "all"

    def check(self) -> Iterable[Problem]:
        if self.turns > 1_000 or self.turns * (1 + self.tool_calls) > 5_000:
            yield Problem(("turns",), "more than 5,000 calls in one conversation")


@record
class Index:
    """A vector index: what it holds, what writes to it."""

    vectors: Amount
    dimensions: Positive
    metadata_bytes: Annotated[Amount, About("bytes a vector")] = Decimal(0)
    namespaces: Positive = Decimal(1)
    upserts_per_month: Annotated[Amount, About("written online; a job's come on top")] = Decimal(0)
    upsert_batch: Positive | None = None
    egress_gb: Amount = Decimal(0)
    embedding: Annotated[str, About("role of the embedding model")] | None = None
    query_tokens: Annotated[Amount, About("tokens embedded each query")] = Decimal(0)
    chunk_tokens: Annotated[Amount, About("tokens embedded each online upsert")] = Decimal(0)

    def check(self) -> Iterable[Problem]:
        if self.embedding is None:
            for key in ("query_tokens", "chunk_tokens"):
                if getattr(self, key):
                    yield Problem((key,), f"'{key}' needs 'embedding', the role that embeds them")


@record
class Tool:
    """What one call of a tool does. Other keys are variables of the offers that serve it."""

    active_cpu_seconds: Amount | None = None
    wall_seconds: Amount | None = None
    memory_gib: Amount | None = None
    chunks: Annotated[Amount, About("documents in one search")] | None = None
    characters: Annotated[Amount, About("characters of one call")] | None = None
    input_tokens: (
        Annotated[Amount, About("tokens that one call reads, for offers priced by the token")]
        | None
    ) = None
    variables: Mapping[str, Amount] = field(default_factory=dict, metadata=REST)


@record
class Observability:
    """Who looks, and how much is recorded."""

    seats: Annotated[Amount, About("people with a login")]
    sample: Annotated[Share, About("share of requests that are traced")] = Decimal(1)
    spans_per_request: (
        Annotated[Amount, About("default: one root and one a run of a step")] | None
    ) = None
    bytes_per_span: Annotated[Amount, About("bytes sent a span")] = Decimal(2000)
    scores_per_request: Amount = Decimal(0)
    extended_retention_share: Share = Decimal(0)


@record
class Runtime:
    """One request on the agent runtime."""

    active_cpu_seconds: Annotated[Amount, About("vCPU-seconds used")]
    wall_seconds: Annotated[Amount, About("seconds from first to last byte")]
    memory_gib: Annotated[Positive, About("GiB held")]
    idle_seconds: Annotated[Amount, About("billed waiting, where the vendor bills it")] = Decimal(0)


@record
class Human:
    """The people who handle what the machine could not."""

    cost_per_case: Amount
    success: Share = Decimal(1)
    share: (
        Annotated[Share, About("of requests that become a case, where no outcome is modelled")]
        | None
    ) = None


@record
class Job:
    """Work that no request triggers."""

    name: str
    runs_per_month: Amount
    items: Annotated[Amount, About("items a run")] = Decimal(1)
    model: str | None = None
    tool: str | None = None
    input_tokens: Annotated[Amount, About("an item")] = Decimal(0)
    cache_read_tokens: Amount = Decimal(0)
    output_tokens: Annotated[Amount, About("an item")] = Decimal(0)
    mode: Mode | None = None
    hours: Annotated[tuple[str, ...], About('when it runs, such as "22:00-06:00"')] = ()
    days: Annotated[str, About("such as mon-fri")] = "mon-sun"
    upserts_to: Annotated[str, About("the index that its items are written to")] | None = None
    purpose: Purpose = "produce"

    def check(self) -> Iterable[Problem]:
        if self.model and self.tool:
            yield Problem((), "a job has 'model' or 'tool', not both")
        if not (self.model or self.tool or self.upserts_to):
            yield Problem(
                (), "a job needs a 'model', a 'tool' or an index it 'upserts_to'", part="key"
            )
        if self.model is None and (self.input_tokens or self.output_tokens):
            yield Problem(("model",), "tokens need a 'model', the role that reads them")
        if self.cache_read_tokens > self.input_tokens:
            yield Problem(
                ("cache_read_tokens",), f"is more than input_tokens ({self.input_tokens})"
            )
        yield from hours_problems(self.hours)
        yield from weekday_problems(self.days)


@record
class Fixed:
    """Any other cost: monthly, or once."""

    name: str
    monthly: Amount | None = None
    one_off: (
        Annotated[Amount, About("paid once; in months, mean and horizon total only")] | None
    ) = None
    month: Annotated[Count, About("the month of the horizon in which a one-off is paid")] = 1
    purpose: Purpose = "produce"
    stacks: Annotated[tuple[str, ...], About("all when left out")] = ()

    def check(self) -> Iterable[Problem]:
        if (self.monthly is None) == (self.one_off is None):
            yield Problem((), "a fixed cost has either 'monthly' or 'one_off'", part="key")
        if self.monthly is not None and self.month != 1:
            yield Problem(("month",), "'month' goes with 'one_off'", part="key")


@record
class Target:
    """How right the answers must be, what a wrong one costs, what a request earns."""

    reliability: Share | None = None
    loss_per_wrong_answer: Amount | None = None
    revenue_per_request: Amount | None = None


@record
class Binding:
    """An offer for a role, and what only that vendor or model asks."""

    offer: str | None = None
    none: Annotated[str, About("why this stack has nothing here")] | None = None
    success: Annotated[Share, About("this model's own; replaces the step's")] | None = None
    retry_success: Annotated[Share, About("likewise, once it is told of a failure")] | None = None
    input_factor: Annotated[Positive, About("this tokenizer's tokens over the workload's")] = (
        Decimal(1)
    )
    output_factor: Annotated[Positive, About("this model's verbosity over the workload's")] = (
        Decimal(1)
    )
    region: str | None = None
    tokens_per_second: (
        Annotated[
            Positive, About("output tokens a second that one instance serves, for rented machines")
        ]
        | None
    ) = None
    variables: Mapping[str, Amount | bool] = field(default_factory=dict, metadata=REST)

    def check(self) -> Iterable[Problem]:
        if (self.offer is None) == (self.none is None):
            yield Problem((), "a binding has either 'offer' or 'none = \"reason\"'", part="key")
        if self.none is not None and not self.none.strip():
            yield Problem(("none",), "must say why: nothing is free by omission")


@record
class Stack:
    """One choice of an offer for every role. Every other key is a role."""

    region: Annotated[str, About("where it is to run")] | None = None
    residency: Annotated[str, About("where data must stay; token prices may rise")] | None = None
    free_tiers: Annotated[bool, About("count the vendors' recurring free quotas")] = True
    roles: Mapping[str, str | Binding] = field(default_factory=dict, metadata=REST)

    def binding(self, role: str) -> Binding | None:
        """The role's binding, a bare id written out."""
        found = self.roles.get(role)
        return Binding(offer=found) if isinstance(found, str) else found


@record
class Workload:
    """A whole workload file. ``costplan.workload.rules`` holds what must agree between tables."""

    name: str
    currency: Annotated[Currency, About("of every amount in this file")] = "USD"
    horizon_months: Annotated[int, Ge(1), Le(120)] = 1
    stale_after_days: Annotated[Count, About("age at which a price counts as stale")] = 180
    traffic: Traffic
    step: tuple[Step, ...] = ()
    conversation: Conversation | None = None
    index: Mapping[str, Index] = field(default_factory=dict)
    tool: Mapping[str, Tool] = field(default_factory=dict)
    observability: Observability | None = None
    runtime: Runtime | None = None
    human: Human | None = None
    job: tuple[Job, ...] = ()
    fixed: tuple[Fixed, ...] = ()
    target: Target | None = None
    strategy: Strategy = field(default_factory=Strategy)
    migration: Migration | None = None
    mix: Annotated[Mapping[str, Mix], About("traffic shared between stacks, by name")] = field(
        default_factory=dict
    )
    stack: Mapping[str, Stack]
    exchange: Annotated[
        Mapping[str, Rate], About("usd_per_eur = so many USD for one EUR, with date and source")
    ] = field(default_factory=dict)
    discount: tuple[Discount, ...] = ()
    commitment: tuple[Commitment, ...] = ()
    credit: tuple[Credit, ...] = ()
    budget: Budget | None = None
    policy: tuple[Policy, ...] = ()

    def check(self) -> Iterable[Problem]:
        return problems_of(self)

    @property
    def answering_step(self) -> Step | None:
        """The model step that a [conversation] drives."""
        if self.conversation is None:
            return None
        named = self.conversation.step
        for step in self.step:
            if step.model and (step.name == named if named else not step.judges):
                return step
        return None
