"""The workload file: what users see and edit. One dataclass a table, keys as in the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from decimal import Decimal
from typing import Annotated, Literal

from costplan.problems import Problem
from costplan.record import (
    REST,
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
    """How many requests come, and when. With [conversation], a request is a conversation.

    Keys:
        requests_per_month (requests or conversations a month): how much comes; all that is billed
            by use grows with it
        growth_per_month (share a month): 0.03 is 3 % more each month of the horizon
        peak_to_mean (ratio): busiest hour over mean hour; sizes machines and reserved throughput,
            never a token
        hourly (weights): 24 weights, one an hour of the day: the share that falls in hours of
            another price; flat when left out
        weekend_factor (ratio): a weekend hour's traffic over a weekday's, where prices differ by
            the hour
        timezone: IANA zone of the hourly profile and of jobs' hours
    """

    requests_per_month: Amount
    growth_per_month: Annotated[Decimal, Ge(-1)] = Decimal(0)
    peak_to_mean: Annotated[Decimal, Ge(1)] | None = None
    hourly: tuple[Amount, ...] = ()
    weekend_factor: Amount = Decimal(1)
    timezone: str = "UTC"

    def check(self) -> Iterable[Problem]:
        if self.hourly and len(self.hourly) != 24:
            yield Problem(("hourly",), f"has {len(self.hourly)} weights; a day has 24 hours")
        if self.hourly and not any(self.hourly):
            yield Problem(("hourly",), "at least one hour must have traffic")
        yield from zone_problem(("timezone",), self.timezone)


@record
class OnReject:
    """What a validator's rejection does.

    Keys:
        restart: the step from which the request runs again; every step from there is paid again
        max_attempts (attempts): runs from there in all, the first one included; each further one is
            coordination
        then: what follows the last rejection: a paid case for people, no answer, or the answer as
            it is
    """

    restart: str
    max_attempts: Count = 2
    then: Literal["human", "abort", "continue"] | None = None


@record
class Vote:
    """Parallel runs of a step; right when at least ``quorum`` of them are.

    Keys:
        runs (runs): parallel runs of the step; each is paid
        quorum (runs): how many must be right; the majority when left out
        stop_early: run one after another until the vote is decided: fewer runs are paid
    """

    runs: Count
    quorum: Count | None = None
    stop_early: bool = False

    def check(self) -> Iterable[Problem]:
        if self.runs > 99:
            yield Problem(("runs",), f"must be at most 99, not {self.runs}")
        if self.quorum is None and self.runs % 2 == 0:
            yield Problem(("runs",), "must be odd for a majority, or name a 'quorum'")
        if self.quorum is not None and self.quorum > self.runs:
            yield Problem(("quorum",), f"is more than the {self.runs} runs")


@record
class BestOf:
    """Parallel runs of a step, of which a selector picks one.

    Keys:
        runs (runs): parallel runs of the step; each is paid
        selector: P(it picks a right one | right and wrong ones differ); costs nothing itself
    """

    runs: Count
    selector: Share

    def check(self) -> Iterable[Problem]:
        if self.runs > 99:
            yield Problem(("runs",), f"must be at most 99, not {self.runs}")


@record
class Fallback:
    """Another model, called when every attempt of the step's own failed and was noticed.

    Keys:
        model: role that each stack binds to a model; paid only for the requests that fall back
        success: its success on all requests; a binding's replaces it
        phi (correlation, -1 to 1): correlation with the step's own model on one request; 0.3
            assumed
    """

    model: str
    success: Share | None = None
    phi: Correlation | None = None


@record
class Timeout:
    """Runs that are cut off, always noticed: a share, or a limit on a lognormal latency.

    Keys:
        share: share of runs that are cut off; each was paid and is noticed
        after_seconds (seconds): runs that would take longer are cut off; goes with median_seconds
            and sigma
        median_seconds (seconds): median of a run's lognormal latency
        sigma (of the logarithm of seconds): standard deviation of the latency's logarithm
    """

    share: Share | None = None
    after_seconds: Positive | None = None
    median_seconds: Positive | None = None
    sigma: Amount | None = None

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
    """One node of the application's graph: a model call, a retrieval or a tool call.

    Keys:
        name: what the bill calls the step; other keys refer to it
        model: role that each stack binds to a model; the step is paid by its tokens
        index: role of an [index.NAME]; each call is a paid query
        tool: role that each stack binds to a tool, search or host; paid by the call
        calls (calls a run): calls each time the step runs; its tokens or queries are paid so often
        input_tokens (tokens a call): input of one call, the cached part included, at the input
            price
        cache_read_tokens (tokens a call): part of the input read from a cache, at the cheaper read
            price
        cache_write_tokens (tokens a call): part of the input written to a cache, at the write price
        cacheable_tokens (tokens a call): prefix that all requests share (system prompt, tools); the
            offer decides what is read
        output_tokens (tokens a call): output of one call, reasoning included, at the output price
        web_searches (searches a call): the model's own web searches, at the vendor's fee for each
        mode: how the vendor processes the call: each mode has its own price; the ordinary one when
            left out
        purpose: the purpose its cost is shown under; produce, and coordinate for validators, when
            left out
        success: P(right output | right inputs); without it reliability is not modelled
        output_cv (ratio): standard deviation of output tokens over their mean; moves the spread,
            not the mean
        rho: correlation of repeats, or of a validator's verdicts, on one request; repeats help less
        common_cause: share of requests on which every repeat fails; in place of rho
        retry_success: P(right | it failed before and is told why); fewer retries are paid
        detection_rate: share of failures noticed at once; only these are tried again
        max_attempts (attempts): runs at most after noticed failures, the first included; 1 when
            left out; each is paid
        next (probabilities): the step that follows, or names with probabilities; "end" delivers;
            the next one in the file when left out
        vote: parallel runs of which a majority decides
        best_of: parallel runs of which a selector picks one
        fallback: another model, called when every attempt failed and was noticed
        timeout: runs that are cut off: paid, noticed and tried again
        on_exhaust: what follows the last noticed failure: a paid case for people, no answer, or the
            answer as it is
        judges: makes it a validator: the earlier steps whose faults it can see
        sensitivity: P(reject | wrong because a judged step failed)
        false_positive_rate: P(reject | right); each such rejection is paid for nothing
        on_reject: what a rejection does; without it the request goes to people, or gets no answer
        cache_write_1h_tokens (tokens a call): part of the input written to a cache for an hour, at
            that write price
        reasoning_tokens (tokens a call): part of the output that is reasoning, at its own price
            where the vendor has one
        input_audio_tokens (tokens a call): part of the input that is audio, at its own price
        output_audio_tokens (tokens a call): part of the output that is audio, at its own price
        cache_read_audio_tokens (tokens a call): part of the input that is audio read from a cache
        input_image_tokens (tokens a call): part of the input that is images, at its own price
        output_image_tokens (tokens a call): part of the output that is images, at its own price
        input_video_tokens (tokens a call): part of the input that is video, at its own price
    """

    name: str
    model: str | None = None
    index: str | None = None
    tool: str | None = None
    calls: Amount = Decimal(1)
    input_tokens: Amount | None = None
    cache_read_tokens: Amount = Decimal(0)
    cache_write_tokens: Amount = Decimal(0)
    cacheable_tokens: Amount = Decimal(0)
    output_tokens: Amount = Decimal(0)
    web_searches: Amount = Decimal(0)
    mode: Mode | None = None
    purpose: Purpose | None = None
    success: Share | None = None
    output_cv: Amount | None = None
    rho: Share | None = None
    common_cause: Share | None = None
    retry_success: Share | None = None
    detection_rate: Share | None = None
    max_attempts: Count | None = None
    next: str | Mapping[str, Share] | None = None
    vote: Vote | None = None
    best_of: BestOf | None = None
    fallback: Fallback | None = None
    timeout: Timeout | None = None
    on_exhaust: Literal["human", "abort", "continue"] | None = None
    judges: tuple[str, ...] = ()
    sensitivity: Share | None = None
    false_positive_rate: Share | None = None
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

    Keys:
        step: the model step that answers; the only one when left out
        turns (turns a conversation): each turn is a request, and reads all that was said before
        fixed_tokens (tokens a call): system prompt and tool schemas, in the input of every call
        user_tokens (tokens a turn): what the user writes; stays in the input of later turns
        output_tokens (tokens a turn): what the model answers; stays in the input of later turns
        retrieval_tokens (tokens a turn): retrieved text in the turn's input
        keep_retrieval: retrieved text stays in the history and is paid again in later turns
        tool_calls (calls a turn): tool calls each turn, each one more model call
        tool_tokens (tokens a tool call): result of one tool call; stays in the history
        tool_request_tokens (tokens a tool call): the model's output to call a tool
        gap_seconds (seconds): mean time between two turns: a longer one finds less in the cache
        gaps: gaps all as long as the mean, or spread as people's are
        cacheable: what the application marks as cacheable: all of the input, the fixed part,
            nothing
    """

    step: str | None = None
    turns: Count
    fixed_tokens: Amount
    user_tokens: Amount
    output_tokens: Amount
    retrieval_tokens: Amount = Decimal(0)
    keep_retrieval: bool = False
    tool_calls: Annotated[int, Ge(0)] = 0
    tool_tokens: Amount = Decimal(0)
    tool_request_tokens: Amount = Decimal(60)
    gap_seconds: Amount = Decimal(60)
    gaps: Literal["equal", "exponential"] = "equal"
    cacheable: Literal["all", "fixed", "none"] = "all"

    def check(self) -> Iterable[Problem]:
        if self.turns > 1_000 or self.turns * (1 + self.tool_calls) > 5_000:
            yield Problem(("turns",), "more than 5,000 calls in one conversation")


@record
class Index:
    """A vector index: what it holds, what writes to it.

    Keys:
        vectors (vectors): vectors that it holds; storage is paid by them
        dimensions (numbers a vector): size of a vector, for storage, reads and writes
        metadata_bytes (bytes a vector): what is stored beside each vector
        namespaces (namespaces): parts that queries read one of; more of them make a query smaller
        upserts_per_month (vectors a month): written online; a job's come on top; writes are paid by
            them
        upsert_batch (vectors a request): vectors of one write request; the offer's own when left
            out
        egress_gb (GB a month): data that leaves the vendor's network
        embedding: role of the embedding model, paid by the tokens below
        query_tokens (tokens a query): tokens embedded for each query
        chunk_tokens (tokens an upsert): tokens embedded for each online upsert
    """

    vectors: Amount
    dimensions: Positive
    metadata_bytes: Amount = Decimal(0)
    namespaces: Positive = Decimal(1)
    upserts_per_month: Amount = Decimal(0)
    upsert_batch: Positive | None = None
    egress_gb: Amount = Decimal(0)
    embedding: str | None = None
    query_tokens: Amount = Decimal(0)
    chunk_tokens: Amount = Decimal(0)

    def check(self) -> Iterable[Problem]:
        if self.embedding is None:
            for key in ("query_tokens", "chunk_tokens"):
                if getattr(self, key):
                    yield Problem((key,), f"'{key}' needs 'embedding', the role that embeds them")


@record
class Tool:
    """What one call of a tool does. Other keys are variables of the offers that serve it.

    Keys:
        active_cpu_seconds (vCPU-seconds a call): processor time used, where the host bills by it
        wall_seconds (seconds a call): time from start to end, where the host bills by it
        memory_gib (GiB): memory held meanwhile
        chunks (documents a call): documents in one search, for rerankers
        characters (characters a call): characters of one call, for guardrails billed by text
        input_tokens (tokens a call): tokens that one call reads, for offers priced by the token
        variables (the offer's): any other key is a variable of the offers that serve it
    """

    active_cpu_seconds: Amount | None = None
    wall_seconds: Amount | None = None
    memory_gib: Amount | None = None
    chunks: Amount | None = None
    characters: Amount | None = None
    input_tokens: Amount | None = None
    variables: Mapping[str, Amount] = field(default_factory=dict, metadata=REST)


@record
class Observability:
    """Who looks, and how much is recorded.

    Keys:
        seats (people): people with a login; fixed, and counted for cost per seat
        sample: share of requests that are traced and so paid
        spans_per_request (spans a request): spans of a traced request; one root and one a run of a
            step when left out
        bytes_per_span (bytes a span): bytes sent for each span, where the vendor bills by GB
        scores_per_request (scores a request): evaluations recorded, where the vendor bills them
        extended_retention_share: share of traces kept longer, at that price
    """

    seats: Amount
    sample: Share = Decimal(1)
    spans_per_request: Amount | None = None
    bytes_per_span: Amount = Decimal(2000)
    scores_per_request: Amount = Decimal(0)
    extended_retention_share: Share = Decimal(0)


@record
class Runtime:
    """One request on the agent runtime.

    Keys:
        active_cpu_seconds (vCPU-seconds a request): processor time used, where the vendor bills by
            it
        wall_seconds (seconds a request): time from first to last byte, where the vendor bills by it
        memory_gib (GiB): memory held meanwhile
        idle_seconds (seconds a request): billed waiting, where the vendor bills it
    """

    active_cpu_seconds: Amount
    wall_seconds: Amount
    memory_gib: Positive
    idle_seconds: Amount = Decimal(0)


@record
class Human:
    """The people who handle what the machine could not.

    Keys:
        cost_per_case (the file's currency a case): what one escalated request costs; the bill's
            line 'people'
        success: share of cases that people answer rightly
        share: share of requests that become a paid case, where no outcome is modelled
    """

    cost_per_case: Amount
    success: Share = Decimal(1)
    share: Share | None = None


@record
class Job:
    """Work that no request triggers.

    Keys:
        name: what the bill calls the job
        runs_per_month (runs a month): how often it runs; traffic's growth does not touch it
        items (items a run): items in one run; tokens and calls are paid for each
        model: role that each stack binds to a model; paid by the tokens of each item
        tool: role that each stack binds to a tool; one paid call an item
        input_tokens (tokens an item): input, the cached part included
        cache_read_tokens (tokens an item): part of the input read from a cache, at the read price
        output_tokens (tokens an item): output, at the output price
        mode: how the vendor processes it, such as batch, at that price; the ordinary one when left
            out
        hours: hours it runs in, such as "22:00-06:00", where prices differ by the hour; all when
            left out
        days: days it runs on, such as mon-fri, where prices differ by the day
        upserts_to: the index that its items are written to; one paid write an item
        purpose: the purpose its cost is shown under
    """

    name: str
    runs_per_month: Amount
    items: Amount = Decimal(1)
    model: str | None = None
    tool: str | None = None
    input_tokens: Amount = Decimal(0)
    cache_read_tokens: Amount = Decimal(0)
    output_tokens: Amount = Decimal(0)
    mode: Mode | None = None
    hours: tuple[str, ...] = ()
    days: str = "mon-sun"
    upserts_to: str | None = None
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
    """Any other cost: monthly, or once.

    Keys:
        name: what the bill calls the cost
        monthly (the file's currency a month): paid each month, whatever the traffic
        one_off (the file's currency): paid once; in months, mean and horizon total, in no monthly
            total
        month (month of the horizon): the month in which a one-off is paid
        purpose: the purpose it is shown under
        stacks: the stacks that pay it; all when left out
    """

    name: str
    monthly: Amount | None = None
    one_off: Amount | None = None
    month: Count = 1
    purpose: Purpose = "produce"
    stacks: tuple[str, ...] = ()

    def check(self) -> Iterable[Problem]:
        if (self.monthly is None) == (self.one_off is None):
            yield Problem((), "a fixed cost has either 'monthly' or 'one_off'", part="key")
        if self.monthly is not None and self.month != 1:
            yield Problem(("month",), "'month' goes with 'one_off'", part="key")


@record
class Target:
    """How right the answers must be, what a wrong one costs, what a request earns.

    Keys:
        reliability: share of trusted answers that ways are compared at; the plan's own when left
            out
        loss_per_wrong_answer (the file's currency): what a silent failure costs the business;
            beside the bill, never in it
        revenue_per_request (the file's currency): what a request earns; beside the bill, never in
            it
    """

    reliability: Share | None = None
    loss_per_wrong_answer: Amount | None = None
    revenue_per_request: Amount | None = None


@record
class Binding:
    """An offer for a role, and what only that vendor or model asks.

    Keys:
        offer: exact id or alias of the offer that serves the role
        none: why this stack has nothing here: a line of zero with that reason
        success: this model's own success rate; replaces the step's
        retry_success: this model's own, once it is told of a failure; replaces the step's
        input_factor (ratio): this tokenizer's tokens over the workload's; multiplies input
        output_factor (ratio): this model's verbosity over the workload's; multiplies output
        region: where it runs, in place of the stack's; prices may differ
        tokens_per_second (output tokens a second): what one rented machine serves; turns tokens
            into machine hours
        variables (the offer's): any other key is a variable of the offer, such as a number of seats
    """

    offer: str | None = None
    none: str | None = None
    success: Share | None = None
    retry_success: Share | None = None
    input_factor: Positive = Decimal(1)
    output_factor: Positive = Decimal(1)
    region: str | None = None
    tokens_per_second: Positive | None = None
    variables: Mapping[str, Amount | bool] = field(default_factory=dict, metadata=REST)

    def check(self) -> Iterable[Problem]:
        if (self.offer is None) == (self.none is None):
            yield Problem((), "a binding has either 'offer' or 'none = \"reason\"'", part="key")
        if self.none is not None and not self.none.strip():
            yield Problem(("none",), "must say why: nothing is free by omission")


@record
class Stack:
    """One choice of an offer for every role. Every other key is a role.

    Keys:
        region: where it is to run; prices may differ
        residency: where data must stay; token prices may rise
        free_tiers: count the vendors' recurring free quotas
        roles: any other key is a role, bound to the offer that serves it
    """

    region: str | None = None
    residency: str | None = None
    free_tiers: bool = True
    roles: Mapping[str, str | Binding] = field(default_factory=dict, metadata=REST)

    def binding(self, role: str) -> Binding | None:
        """The role's binding, a bare id written out."""
        found = self.roles.get(role)
        return Binding(offer=found) if isinstance(found, str) else found


@record
class Workload:
    """A whole workload file. ``costplan.workload.rules`` holds what must agree between tables.

    Keys:
        name: the title of every bill
        currency: of every amount in this file and of the bill
        horizon_months (months): months that are estimated from the as-of date on; above 1 the bill
            has a table of months
        stale_after_days (days): age of a price's source at which the price counts as stale
        traffic: how many requests come, and when
        step: what a request runs, in order: model calls, retrievals, tools, validators
        conversation: a dialogue of several turns, whose history is paid again each turn
        index: vector indexes, by the role that steps use
        tool: what one call of a tool takes, by the role that steps use
        observability: traces, scores and seats; stacks bind the role 'observability'
        runtime: what a request takes of the agent's host; stacks bind the role 'runtime'
        human: people who handle what is escalated
        job: work that no request triggers, such as a nightly index
        fixed: any other cost, monthly or once
        target: how right the answers must be, for 'costplan compare'
        strategy: parameters of the ways that 'costplan compare' tries; none is in the bill
        migration: what moving from the baseline costs, for 'costplan compare'
        mix: traffic shared between stacks, by name, for 'costplan compare'
        stack: sets of vendors by name; each is a bill of its own
        exchange: usd_per_eur: so many USD for one EUR; converts prices in other currencies
        discount: what was negotiated off the list price
        commitment: money promised to a vendor each month
        credit: money granted by a vendor
        budget: limits for 'costplan check'; the bill is as without them
        policy: conditions for 'costplan check'; the bill is as without them
    """

    name: str
    currency: Currency = "USD"
    horizon_months: Annotated[int, Ge(1), Le(120)] = 1
    stale_after_days: Count = 180
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
    mix: Mapping[str, Mix] = field(default_factory=dict)
    stack: Mapping[str, Stack]
    exchange: Mapping[str, Rate] = field(default_factory=dict)
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
