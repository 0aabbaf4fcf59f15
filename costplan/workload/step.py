"""The steps of an application as a workload file writes them, and the dialogue that drives one."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Annotated, Literal

from costplan.catalog.traits import PROTOCOLS
from costplan.problems import Problem
from costplan.record import (
    Amount,
    Count,
    Ge,
    Le,
    OneOf,
    Positive,
    Share,
    record,
    with_fields,
)
from costplan.words import PARTS, Purpose, Whole, parts_of
from costplan.workload.seconds import spread_problems

Mode = Literal["batch", "flex", "priority", "fast"]
LONGEST_MONTH = 744
Protocol = Annotated[str, OneOf(*PROTOCOLS)]
SearchContext = Literal["low", "medium", "high"]
Correlation = Annotated[Decimal, Ge(-1), Le(1)]


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


@record
class CacheStorage:
    """An explicit cache of a step's prefix, with a vendor that sells its storage by the hour.

    Keys:
        hours (hours a month): how long it is kept in a month, at the model's price of storage
        tokens (tokens): what it holds; cacheable_tokens when left out
    """

    hours: Amount
    tokens: Amount | None = None

    def check(self) -> Iterable[Problem]:
        if self.hours > LONGEST_MONTH:
            message = f"a month has at most {LONGEST_MONTH} hours, not {self.hours}"
            yield Problem(("hours",), message, "several caches: the sum of their tokens")


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
        search_context: how much of what it finds a model that always searches may read; decides the
            fee of a call
        cache_storage: an explicit cache of the prefix, paid by the hour; without it none is billed
        mode: how the vendor processes the call: each mode has its own price; the ordinary one when
            left out
        purpose: the purpose its cost is shown under; produce, and coordinate for validators, when
            left out
        success: P(right output | right inputs); without it reliability is not modelled
        output_cv (ratio): standard deviation of output tokens over their mean; moves the spread,
            not the mean
        rho: correlation of repeats, or of a validator's verdicts, on one request, so that repeats
            help less; 0.5 assumed
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
        seconds (seconds a run): mean time of one run, of the fallback's too; with [target] seconds,
            plans that take longer are left out
        seconds_p95 (seconds a run): time that 95 % of runs do not exceed, taken as lognormal
        protocol: what the step is reached by: an open protocol, or its vendor's own interface; for
            'compare --traits'
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
    search_context: SearchContext | None = None
    cache_storage: CacheStorage | None = None
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
    seconds: Amount | None = None
    seconds_p95: Amount | None = None
    protocol: Protocol | None = None

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
        yield from self._storage_problems()
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
        yield from spread_problems(self.seconds, self.seconds_p95)
        yield from self._repeat_problems()

    def _storage_problems(self) -> Iterable[Problem]:
        stored = self.cache_storage
        if self.model is None and (stored or self.search_context):
            key = "search_context" if self.search_context else "cache_storage"
            yield Problem((key,), "only a model call has it", part="key")
        elif stored is not None and stored.tokens is None and not self.cacheable_tokens:
            message = "how many tokens are stored?"
            yield Problem(("cache_storage",), message, "tokens = 100_000, or cacheable_tokens")

    @property
    def stored_tokens(self) -> Decimal:
        """What an explicit cache of the step holds."""
        stored = self.cache_storage
        if stored is None:
            return Decimal(0)
        return self.cacheable_tokens if stored.tokens is None else stored.tokens

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
