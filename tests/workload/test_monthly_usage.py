"""A month's usage, worked out by hand: calls, queries, upserts, embeddings, spans, runs."""

import tomllib
from dataclasses import replace
from decimal import Decimal

import pytest

from costplan.facts import fact
from costplan.problems import InvalidInput
from costplan.record import read
from costplan.workload.model import Workload
from costplan.workload.model_calls import SECONDS_PER_MONTH, portions
from costplan.workload.solving import once
from costplan.workload.usage import Usage, monthly_usage


def workload(text: str) -> Workload:
    return read(Workload, tomllib.loads('name = "w"\n' + text, parse_float=Decimal))


def usage(text: str, scale: str | int = 1) -> Usage:
    return monthly_usage(workload(text), Decimal(scale))


D = Decimal
RAG = """
[traffic]
requests_per_month = 1_000
peak_to_mean = 1.5

[[step]]
name = "retrieve"
index = "knowledge"
calls = 2

[[step]]
name = "answer"
model = "chat"
calls = 3
input_tokens = 800
cacheable_tokens = 600
output_tokens = 100

[[step]]
name = "search"
tool = "web"

[[step]]
name = "check"
model = "judge"
input_tokens = 300
judges = ["answer"]
sensitivity = 0.9

[tool.web]
chunks = 20
results = 7

[index.knowledge]
vectors = 50_000
dimensions = 768
metadata_bytes = 400
namespaces = 4
upserts_per_month = 300
upsert_batch = 50
egress_gb = 3
embedding = "embedder"
query_tokens = 40
chunk_tokens = 400

[observability]
seats = 5
bytes_per_span = 1_000
scores_per_request = 0.5
extended_retention_share = 0.2

[runtime]
active_cpu_seconds = 1.5
wall_seconds = 8
memory_gib = 2
idle_seconds = 30

[[job]]
name = "nightly"
runs_per_month = 30
items = 20
model = "embedder"
input_tokens = 500
mode = "batch"
upserts_to = "knowledge"

[[job]]
name = "crawl"
runs_per_month = 4
items = 10
tool = "web"
purpose = "coordinate"

[stack.one]
chat = "a/a"
judge = "a/a"
embedder = "a/a"
knowledge = "a/a"
web = "a/a"
observability = "a/a"
runtime = "a/a"
"""


def test_each_step_calls_its_model_each_time_it_runs() -> None:
    made = usage(RAG)
    assert made.requests == 1_000
    assert sum(one.count for one in made.model_calls if one.step == "answer") == 3_000
    calls = {one.step: one for one in made.model_calls}
    assert list(calls) == ["answer", "check", "nightly", "knowledge queries", "knowledge upserts"]
    assert calls["answer"].role == "chat"
    assert calls["answer"].tokens == {"input_tokens": 800, "output_tokens": 100}
    assert calls["answer"].purpose == "produce"
    assert (calls["check"].count, calls["check"].tokens) == (1_000, {"input_tokens": 300})


def test_a_validator_coordinates() -> None:
    (check,) = [one for one in usage(RAG).model_calls if one.step == "check"]
    assert check.purpose == "coordinate"


def test_the_first_call_of_a_run_finds_other_requests_the_rest_its_own() -> None:
    first, again = [one for one in usage(RAG).model_calls if one.step == "answer"]
    assert first.prefix is not None
    assert again.prefix is not None
    assert (first.count, again.count) == (1_000, 2_000)
    assert (first.prefix.shared, first.prefix.marked, first.prefix.own) == (600, 600, 0)
    assert (again.prefix.shared, again.prefix.marked, again.prefix.own) == (600, 600, 600)
    assert first.rate_per_second == Decimal(1_000) / SECONDS_PER_MONTH
    assert SECONDS_PER_MONTH == 730 * 3_600


def test_what_is_not_cached_is_not_split() -> None:
    made = usage(RAG.replace("cacheable_tokens = 600", ""))
    (answer,) = [one for one in made.model_calls if one.step == "answer"]
    assert (answer.count, answer.prefix) == (3_000, None)


def test_a_job_counts_its_items_and_keeps_its_mode() -> None:
    (nightly,) = [one for one in usage(RAG).model_calls if one.step == "nightly"]
    assert (nightly.count, nightly.mode) == (600, "batch")
    assert nightly.tokens == {"input_tokens": 500}
    assert nightly.job is not None
    assert nightly.job.name == "nightly"


def test_the_index_is_queried_and_written() -> None:
    part = usage(RAG).parts["knowledge"]
    assert part.kind == "index"
    assert part.variables == {
        "vectors": 50_000,
        "dimensions": 768,
        "metadata_bytes": 400,
        "namespaces": 4,
        "queries": 2_000,
        "upserts": 900,  # 300 online and 600 of the job
        "upsert_batch": 50,
        "egress_gb": 3,
    }
    assert part.purposes == {("produce", "retrieve"): 2_000}


def test_queries_and_online_upserts_are_embedded() -> None:
    calls = {one.step: one for one in usage(RAG).model_calls}
    queries, upserts = calls["knowledge queries"], calls["knowledge upserts"]
    assert (queries.role, queries.count, queries.tokens) == (
        "embedder",
        2_000,
        {"input_tokens": 40},
    )
    # The job's 600 items are embedded by the job itself.
    assert (upserts.count, upserts.tokens) == (300, {"input_tokens": 400})


def test_a_tool_counts_steps_and_jobs() -> None:
    part = usage(RAG).parts["web"]
    assert part.kind == "tool"
    assert {name: part.variables[name] for name in ("calls", "searches", "requests")} == {
        "calls": 1_040,
        "searches": 1_040,
        "requests": 1_040,
    }
    assert part.variables["chunks"] == 20
    assert part.variables["results"] == 7
    assert part.variables["peak_to_mean"] == Decimal("1.5")
    assert part.purposes == {("produce", "search"): 1_000, ("coordinate", "crawl"): 40}


def test_spans_are_a_root_and_one_a_run() -> None:
    made = usage(RAG)
    # 1,000 roots, 1,000 retrieve, 3,000 model calls of answer, 1,000 search, 1,000 check.
    assert made.parts["observability"].variables == {
        "seats": 5,
        "traces": 1_000,
        "spans": 7_000,
        "llm_spans": 4_000,
        "ingest_gb": Decimal("0.007"),
        "scores": 500,
        "extended_retention_share": Decimal("0.2"),
    }
    assert fact("jobs-not-traced") in made.assumed


def test_a_sample_thins_traces_and_spans() -> None:
    part = usage(RAG.replace("seats = 5", "seats = 5\nsample = 0.1")).parts["observability"]
    assert part.variables["traces"] == 100
    assert part.variables["spans"] == 700
    assert part.variables["llm_spans"] == 400
    assert part.variables["ingest_gb"] == Decimal("0.0007")


def test_spans_may_be_stated() -> None:
    part = usage(RAG.replace("seats = 5", "seats = 5\nspans_per_request = 3")).parts[
        "observability"
    ]
    assert part.variables["spans"] == 3_000
    assert part.variables["llm_spans"] == 3_000  # no more model spans than spans
    part = usage(RAG.replace("seats = 5", "seats = 5\nspans_per_request = 20")).parts[
        "observability"
    ]
    assert (part.variables["spans"], part.variables["llm_spans"]) == (20_000, 4_000)


def test_the_platforms_run_every_request_and_step() -> None:
    parts = usage(RAG).parts
    orchestration, runtime = parts["orchestration"].variables, parts["runtime"].variables
    assert orchestration["executions"] == 1_000
    assert orchestration["step_runs"] == 4_000
    assert orchestration["seats"] == 5
    for variables in (orchestration, runtime):
        assert variables["active_cpu_seconds"] == Decimal("1.5")
        assert variables["wall_seconds"] == 8
        assert variables["memory_gib"] == 2
        assert variables["idle_seconds"] == 30
        assert variables["peak_to_mean"] == Decimal("1.5")
        assert variables["requests"] == 1_000
    assert (runtime["calls"], runtime["executions"]) == (1_000, 1_000)


def test_growth_scales_traffic_and_nothing_that_is_stored() -> None:
    grown = usage(RAG, "1.5")
    assert grown.requests == 1_500
    calls = {one.step: one.count for one in grown.model_calls}
    assert sum(one.count for one in grown.model_calls if one.step == "answer") == 4_500
    assert calls["nightly"] == 600
    index = grown.parts["knowledge"].variables
    assert (index["queries"], index["vectors"], index["upserts"]) == (3_000, 50_000, 900)
    assert grown.parts["observability"].variables["traces"] == 1_500


def test_no_traffic_is_no_usage() -> None:
    made = usage(RAG.replace("requests_per_month = 1_000", "requests_per_month = 0"))
    counts = {one.step: one.count for one in made.model_calls if one.count}
    assert counts == {"nightly": 600, "knowledge upserts": 300}
    assert made.parts["observability"].variables["spans"] == 0
    assert made.parts["knowledge"].variables["queries"] == 0


TALK = """
[traffic]
requests_per_month = 100

[[step]]
name = "answer"
model = "chat"

[conversation]
turns = 6
fixed_tokens = 1_000
user_tokens = 100
output_tokens = 200
tool_calls = 1
tool_tokens = 300

[observability]
seats = 1

[stack.one]
chat = "a/a"
observability = "a/a"
"""


def test_traffic_then_counts_conversations() -> None:
    made = usage(TALK)
    assert made.requests == 600  # turns
    assert len(made.model_calls) == 12
    assert {one.count for one in made.model_calls} == {100}
    assert sum(one.count for one in made.model_calls) == 100 * 6 * 2
    assert [one.tokens["input_tokens"] for one in made.model_calls[:4]] == [
        1_100,
        1_460,
        1_760,
        2_120,
    ]
    assert made.parts["orchestration"].variables["executions"] == 600


def test_a_conversation_is_traced_by_turn() -> None:
    part = usage(TALK).parts["observability"].variables
    assert part["traces"] == 600
    assert part["llm_spans"] == 1_200  # each turn calls the model twice
    assert part["spans"] == 1_800


def test_conversations_arrive_and_their_turns_follow() -> None:
    made = usage(TALK)
    assert {one.rate_per_second for one in made.model_calls} == {Decimal(100) / SECONDS_PER_MONTH}
    prefixes = [one.prefix for one in made.model_calls if one.prefix is not None]
    assert {(one.turns, one.turn_gap_seconds) for one in prefixes} == {(6, 60)}


# ---------------------------------------------------------------- what a workload may not say


def problems(text: str) -> list[tuple[tuple, str]]:
    with pytest.raises(InvalidInput) as caught:
        workload(text)
    return [(one.path, one.message) for one in caught.value.problems]


def test_rag_is_a_workload() -> None:
    assert workload(RAG).name == "w"


@pytest.mark.parametrize(
    ("old", "new", "path", "words"),
    [
        ('index = "knowledge"', 'index = "knowlege"', ("step", 0, "index"), "no index 'knowlege'"),
        ('judges = ["answer"]', 'judges = ["anser"]', ("step", 3, "judges", 0), "no earlier step"),
        ("input_tokens = 300", "", ("step", 3), "missing key 'input_tokens'"),
        ('name = "check"', 'name = "answer"', ("step", 3, "name"), "two steps are named 'answer'"),
        ('judge = "a/a"', "", ("stack", "one"), "does not bind the role 'judge'"),
        ('judge = "a/a"', 'judge = "a/a"\nx = "a/a"', ("stack", "one", "x"), "uses the role 'x'"),
        ('runtime = "a/a"', "", ("stack", "one"), "does not bind the part 'runtime'"),
        ('model = "judge"', 'model = "region"', ("step", 3, "model"), "cannot be the name"),
        ('model = "judge"', 'model = "web"', ("step", 3, "model"), "is a tool elsewhere"),
        ('upserts_to = "knowledge"', 'upserts_to = "k"', ("job", 0, "upserts_to"), "no index 'k'"),
        ("[tool.web]", "[tool.wep]", ("tool", "wep"), "calls the tool 'wep'"),
        ("cacheable_tokens = 600", "cacheable_tokens = 801", ("step", 1, "cacheable_tokens"), "is"),
        ("sensitivity = 0.9", 'on_exhaust = "human"', ("step", 3, "on_exhaust"), "no [human]"),
    ],
)
def test_disagreements_are_found_at_their_place(
    old: str, new: str, path: tuple, words: str
) -> None:
    assert RAG.count(old) >= 1
    found = problems(RAG.replace(old, new, 1))
    assert any(where == path and words in message for where, message in found), found


def test_a_cacheable_prefix_leaves_room_for_the_other_parts() -> None:
    """What is read from the shared prefix cannot also be audio or written for an hour."""
    for part in ("input_audio_tokens", "cache_write_1h_tokens"):
        found = problems(
            RAG.replace("cacheable_tokens = 600", f"cacheable_tokens = 600\n{part} = 500")
        )
        assert [path[:2] for path, _ in found] == [("step", 1)]


@pytest.mark.parametrize(
    "key",
    [
        "input_tokens",
        "output_tokens",
        "cache_read_tokens",
        "cache_write_tokens",
        "cache_write_1h_tokens",
        "cacheable_tokens",
        "input_audio_tokens",
        "output_audio_tokens",
        "reasoning_tokens",
    ],
)
def test_a_step_that_converses_has_no_tokens_of_its_own(key: str) -> None:
    found = problems(TALK.replace('model = "chat"', f'model = "chat"\n{key} = 50'))
    assert ("step", 0) in [path[:2] for path, _ in found]


def test_a_conversation_needs_to_know_who_answers() -> None:
    second = '[[step]]\nname = "other"\nmodel = "chat"\ninput_tokens = 1\n'
    found = problems(TALK.replace("[conversation]", second + "[conversation]"))
    assert (("conversation",), "which step answers?") in found
    named = TALK.replace("[conversation]", second + '[conversation]\nstep = "answer"')
    assert workload(named).answering_step.name == "answer"


def test_every_disagreement_is_reported_at_once() -> None:
    broken = RAG.replace('judges = ["answer"]', 'judges = ["x"]').replace('judge = "a/a"', "")
    assert len(problems(broken)) == 2


def test_a_vote_s_runs_go_side_by_side_and_a_retry_s_do_not() -> None:
    made = workload(RAG)
    plain = once(made)
    three = {**plain.runs, "answer": Decimal(3)}
    voted = replace(plain, runs=three, redundant={"answer": Decimal(2)})
    seconds = []
    for visits in (plain, voted, replace(plain, runs=three), replace(plain, fallbacks={"a": D(2)})):
        seconds.append(
            monthly_usage(made, visits=visits).parts["runtime"].variables["wall_seconds"]
        )
    steps = len(made.step)
    assert seconds == [8, 8, 8 * D(steps + 2) / steps, 8 * D(steps + 2) / steps]


def test_runs_of_a_vote_within_whole_runs_are_counted_once() -> None:
    """Three whole runs of a step that is voted on thrice: nine runs, eight of them redundant, and
    no longer to wait than for one."""
    made, plain = workload(RAG + "[vote]\nruns = 3\n"), once(workload(RAG))
    voted = replace(
        plain,
        runs={**plain.runs, "answer": D(3)},
        redundant={"answer": D(2)},
        fallbacks={"answer": D("0.5")},
    )
    found = monthly_usage(made, visits=voted.times(3))
    (answering,) = (step for step in made.step if step.name == "answer")
    parts = portions(answering, voted.times(3), D(1))
    assert [(part.tags, part.runs) for part in parts] == [((), 1), (("redundant",), 8)]
    steps = len(made.step)
    assert found.parts["runtime"].variables["wall_seconds"] == 8 * (steps + D("0.5")) / steps


def test_only_what_the_workload_names_is_a_part() -> None:
    parts = {"knowledge", "web", "orchestration", "runtime", "observability"}
    assert set(usage(RAG).parts) == parts


def test_an_index_embeds_what_it_says_the_length_of() -> None:
    text = RAG.replace("query_tokens = 40\n", "")
    embedded = [one.step for one in usage(text).model_calls if one.step.startswith("knowledge ")]
    assert embedded == ["knowledge upserts"]


def test_a_job_trains_on_so_many_tokens() -> None:
    made = usage(
        '[traffic]\nrequests_per_month = 1\n[[job]]\nname = "tune"\nruns_per_month = 0.5\n'
        'items = 3\nmodel = "trained"\ntraining_tokens = 2_000_000\n[stack.a]\ntrained = "x"\n'
    )
    (call,) = made.model_calls
    assert (call.count, call.tokens) == (D("1.5"), {"training_tokens": D(2_000_000)})
    with pytest.raises(InvalidInput, match="tokens need a 'model'"):
        usage(
            '[traffic]\nrequests_per_month = 1\n[[job]]\nname = "tune"\nruns_per_month = 1\n'
            'tool = "t"\ntraining_tokens = 1\n[stack.a]\nt = "x"\n'
        )
