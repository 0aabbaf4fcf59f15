"""A month's usage, free of any vendor: model calls by class, and the variables of each part.

This is where expected visits become quantities. They are turned into Decimal once, in
``outcomes``; from here on money never meets a float.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from costplan.facts import Fact, fact
from costplan.quantity import ZERO, least, ratio
from costplan.words import Purpose
from costplan.workload.model import Workload
from costplan.workload.model_calls import ModelCalls, asked_of, portions, step_calls
from costplan.workload.solving import Visits, once
from costplan.workload.step import Step
from costplan.workload.tables import Job


@dataclass(slots=True, kw_only=True, repr=False, eq=False)
class PartUsage:
    """The variables of one role that is not a model, and what its use is for."""

    role: str
    kind: str
    variables: dict[str, Decimal]
    purposes: dict[tuple[str, str | None], Decimal] = field(default_factory=dict)

    def all_for(self, purpose: Purpose) -> dict[tuple[str, str | None], Decimal]:
        """``purposes``, step by step, with one purpose in place of their own."""
        weights: dict[tuple[str, str | None], Decimal] = {}
        for (_, step), weight in self.purposes.items():
            weights[purpose, step] = weights.get((purpose, step), ZERO) + weight
        return weights


@dataclass(slots=True, kw_only=True, repr=False, eq=False)
class Usage:
    """Everything a month takes. ``requests`` are turns where traffic counts conversations."""

    requests: Decimal
    model_calls: list[ModelCalls]
    parts: dict[str, PartUsage]
    assumed: list[Fact]


def monthly_usage(
    workload: Workload, scale: Decimal = Decimal(1), visits: Visits | None = None
) -> Usage:
    """The usage of a month; ``scale`` is the month's traffic over the file's.

    ``visits`` say how often each step runs for one request; each runs once when left out.
    """
    seen = visits or once(workload)
    return with_cases(usage_of_offers(workload, scale, seen), workload, seen)


def usage_of_offers(workload: Workload, scale: Decimal, seen: Visits) -> Usage:
    """What a month takes, whoever handles its cases."""
    arrivals = workload.traffic.requests_per_month * scale
    turns = Decimal(workload.conversation.turns) if workload.conversation else Decimal(1)
    requests = arrivals * turns
    usage = Usage(requests=requests, model_calls=[], parts={}, assumed=[])
    for step in workload.step:
        if step.model:
            usage.model_calls += step_calls(workload, step, seen, requests, arrivals)
        else:
            _count_part(usage, workload, step, seen, requests)
    for job in workload.job:
        _count_job(usage, workload, job)
    _embedding(usage, workload)
    runs = {name: count * requests for name, count in seen.runs.items()}
    _platform(usage, workload, runs, _passes(seen, _whole_runs(workload)))
    return usage


def with_cases(usage: Usage, workload: Workload, visits: Visits) -> Usage:
    """The usage with what people handle of it."""
    human = workload.human
    if human is None:
        return usage
    part = usage.parts.get("human") or PartUsage(role="human", kind="human", variables={})
    share = visits.cases if human.share is None else human.share
    variables = {**part.variables, "cases": share * usage.requests}
    part = PartUsage(role=part.role, kind=part.kind, variables=variables, purposes=part.purposes)
    return Usage(
        requests=usage.requests,
        model_calls=usage.model_calls,
        parts={**usage.parts, "human": part},
        assumed=usage.assumed,
    )


def _part(usage: Usage, role: str, kind: str) -> PartUsage:
    return usage.parts.setdefault(role, PartUsage(role=role, kind=kind, variables={}))


def _count_part(
    usage: Usage, workload: Workload, step: Step, visits: Visits, requests: Decimal
) -> None:
    for portion in portions(step, visits, requests):
        count = portion.runs * step.calls
        if step.index:
            part = _index_part(usage, workload, step.index)
            part.variables["queries"] += count
        else:
            part = _tool_part(usage, workload, step.tool or "")
            _add_calls(part, count)
        key = (portion.purpose, step.name)
        part.purposes[key] = part.purposes.get(key, ZERO) + count
    if step.index:
        _index_part(usage, workload, step.index)
    else:
        _tool_part(usage, workload, step.tool or "")


def _index_part(usage: Usage, workload: Workload, name: str) -> PartUsage:
    part = _part(usage, name, "index")
    if not part.variables:
        index = workload.index[name]
        part.variables.update(
            vectors=index.vectors,
            dimensions=index.dimensions,
            metadata_bytes=index.metadata_bytes,
            namespaces=index.namespaces,
            upserts=index.upserts_per_month,
            queries=ZERO,
            egress_gb=index.egress_gb,
        )
        if index.upsert_batch is not None:
            part.variables["upsert_batch"] = index.upsert_batch
    return part


def _tool_part(usage: Usage, workload: Workload, name: str) -> PartUsage:
    part = _part(usage, name, "tool")
    if not part.variables:
        part.variables.update(calls=ZERO, searches=ZERO, requests=ZERO)
        if workload.traffic.peak_to_mean is not None:
            part.variables["peak_to_mean"] = workload.traffic.peak_to_mean
        tool = workload.tool.get(name)
        if tool is not None:
            for key in ("active_cpu_seconds", "wall_seconds", "memory_gib", "chunks", "characters"):
                if (value := getattr(tool, key)) is not None:
                    part.variables[key] = value
            part.variables.update(tool.variables)
    return part


def _add_calls(part: PartUsage, calls_made: Decimal) -> None:
    for name in ("calls", "searches", "requests"):
        part.variables[name] += calls_made


JOB_TOKENS = ("input_tokens", "cache_read_tokens", "output_tokens", "training_tokens")


def _count_job(usage: Usage, workload: Workload, job: Job) -> None:
    items = job.runs_per_month * job.items
    key: tuple[str, str | None] = (job.purpose, job.name)
    if job.model:
        tokens = {name: value for name in JOB_TOKENS if (value := getattr(job, name))}
        usage.model_calls.append(
            ModelCalls(
                role=job.model,
                step=job.name,
                purpose=job.purpose,
                count=items,
                tokens=tokens | asked_of(job),
                mode=job.mode,
                job=job,
            )
        )
    if job.tool:
        part = _tool_part(usage, workload, job.tool)
        _add_calls(part, items)
        part.purposes[key] = part.purposes.get(key, ZERO) + items
    if job.upserts_to:
        part = _index_part(usage, workload, job.upserts_to)
        part.variables["upserts"] += items


def _embedding(usage: Usage, workload: Workload) -> None:
    for name, index in workload.index.items():
        part = usage.parts.get(name)
        if part is None or index.embedding is None:
            continue
        queries, upserts = part.variables["queries"], index.upserts_per_month
        for step, count, tokens in (
            (f"{name} queries", queries, index.query_tokens),
            (f"{name} upserts", upserts, index.chunk_tokens),
        ):
            if count and tokens:
                usage.model_calls.append(
                    ModelCalls(
                        role=index.embedding,
                        step=step,
                        purpose="produce",
                        count=count,
                        tokens={"input_tokens": tokens},
                    )
                )


def _platform(usage: Usage, workload: Workload, runs: dict[str, Decimal], passes: Decimal) -> None:
    requests = usage.requests * _whole_runs(workload)
    step_runs = sum(runs.values(), ZERO)
    seats = workload.observability
    orchestration = _part(usage, "orchestration", "orchestration").variables
    orchestration.update(executions=requests, requests=requests, step_runs=step_runs)
    runtime = workload.runtime
    if runtime is not None:
        if passes != 1:
            usage.assumed.append(fact("runtime-grows", passes=passes))
        own = {
            "active_cpu_seconds": runtime.active_cpu_seconds * passes,
            "wall_seconds": runtime.wall_seconds * passes,
            "memory_gib": runtime.memory_gib,
            "idle_seconds": runtime.idle_seconds,
        }
        part = _part(usage, "runtime", "runtime").variables
        part.update(own, requests=requests, executions=requests, calls=requests)
        orchestration.update(own)
        if workload.traffic.peak_to_mean is not None:
            part["peak_to_mean"] = workload.traffic.peak_to_mean
    if workload.traffic.peak_to_mean is not None:
        orchestration["peak_to_mean"] = workload.traffic.peak_to_mean
    if seats is not None:
        orchestration["seats"] = seats.seats
        _trace(usage, workload, runs)


def _whole_runs(workload: Workload) -> int:
    """Runs of the whole pipeline for one request: each is an execution and a trace of its own."""
    return workload.vote.runs if workload.vote is not None else 1


def _passes(visits: Visits, whole_runs: int) -> Decimal:
    """How much longer a request takes than one pass without retries and restarts.

    A vote's runs go side by side and lengthen nothing, nor do fallbacks of all but one of them.
    """
    first = sum(visits.first.values(), ZERO)
    runs = sum(visits.runs.values(), ZERO) - sum(visits.redundant.values(), ZERO)
    runs += sum(visits.fallbacks.values(), ZERO) / whole_runs
    return ratio(runs, first) if first else Decimal(1)


def _trace(usage: Usage, workload: Workload, runs: dict[str, Decimal]) -> None:
    part = workload.observability
    assert part is not None
    model_steps = {step.name: step.calls for step in workload.step if step.model}
    conversation = workload.conversation
    if conversation is not None and (answering := workload.answering_step):
        model_steps[answering.name] *= Decimal(conversation.tool_calls + 1)
    requests = usage.requests * _whole_runs(workload)
    traces = requests * part.sample
    llm_spans = sum((runs[name] * each for name, each in model_steps.items()), ZERO) * part.sample
    if part.spans_per_request is not None:
        spans = traces * part.spans_per_request
        llm_spans = least(llm_spans, spans)
    else:
        others = sum((count for name, count in runs.items() if name not in model_steps), ZERO)
        spans = traces + others * part.sample + llm_spans
    if workload.job:
        usage.assumed.append(fact("jobs-not-traced"))
    _part(usage, "observability", "observability").variables.update(
        seats=part.seats,
        traces=traces,
        spans=spans,
        llm_spans=llm_spans,
        ingest_gb=spans * part.bytes_per_span / Decimal(10**9),
        scores=requests * part.scores_per_request,
        extended_retention_share=part.extended_retention_share,
    )
