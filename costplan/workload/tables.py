"""What a workload file says beside its steps: traffic, indexes, tools, people, jobs, costs."""

from collections.abc import Iterable, Mapping
from dataclasses import field
from decimal import Decimal
from typing import Annotated, Literal

from costplan.problems import Problem
from costplan.record import (
    REST,
    Amount,
    Count,
    Ge,
    Positive,
    Share,
    record,
)
from costplan.weektime import hours_problems, weekday_problems, zone_problem
from costplan.words import Purpose
from costplan.workload.step import Mode, SearchContext


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
class Reservation:
    """Reserved throughput of a model, bought by the unit; what it does not carry goes by the token.

    Keys:
        terms: an id of pricing/provisioned, such as azure/gpt-5.2; those of the offer when left out
        kind: the kind of deployment; the offer's own when left out
        commitment: how long one is bound, as the vendor calls it; when left out the cheapest that
            binds for a month at most
        units (the vendor's units): how many are bought; what the busiest hour needs when left out
        cache_share: share of input tokens read from a cache, which take less of a unit; what the
            workload's own prompts read when left out
        price_per_unit_hour (the file's currency a unit and hour): what you were quoted; the
            published price when left out
    """

    terms: str | None = None
    kind: Literal["global", "data-zone", "regional"] | None = None
    commitment: str | None = None
    units: Positive | None = None
    cache_share: Share | None = None
    price_per_unit_hour: Amount | None = None


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
        training_tokens (tokens an item): tokens that the model is trained on, each epoch counted,
            at its price of training
        web_searches (searches an item): the model's own web searches, at the vendor's fee for each
        search_context: how much of what it finds a model that always searches may read; decides the
            fee of an item
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
    training_tokens: Amount = Decimal(0)
    web_searches: Amount = Decimal(0)
    search_context: SearchContext | None = None
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
        if self.model is None and (self.input_tokens or self.output_tokens or self.training_tokens):
            yield Problem(("model",), "tokens need a 'model', the role that reads them")
        if self.model is None and (self.web_searches or self.search_context):
            yield Problem(("model",), "searches need a 'model', the role that makes them")
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

    @property
    def component(self) -> str:
        """The component that it is shown under."""
        return "human" if self.purpose == "people" else "other"

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
        loss_per_aborted_request (the file's currency): what a request without an answer costs the
            business; as much as a wrong one when left out
        seconds (seconds a request): longest acceptable time: P95 where steps have 'seconds_p95',
            else the mean; slower ways are left out
        revenue_per_request (the file's currency): what a request earns; beside the bill, never in
            it
    """

    reliability: Share | None = None
    loss_per_wrong_answer: Amount | None = None
    loss_per_aborted_request: Amount | None = None
    seconds: Positive | None = None
    revenue_per_request: Amount | None = None
