"""The closed vocabulary: every variable that an offer's expressions may name without declaring it.

``role`` says how a variable behaves when the bill grows: ``volume`` follows the month's traffic,
``size`` describes one unit of it (tokens of a vector, seconds of a request), ``fixed`` is bought
whether or not traffic comes. A charge whose variables are all fixed is a fixed cost.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, NamedTuple

from costplan.catalog.fees import BY_CONTEXT, STORAGE
from costplan.words import TOKENS

Behaviour = Literal["volume", "size", "fixed"]


class Variable(NamedTuple):
    """A quantity that charges are computed from. ``default`` None: it must be given."""

    name: str
    unit: str
    about: str
    behaviour: Behaviour
    default: Decimal | None = None


def _table(*rows: tuple[str, str, str, Behaviour, int | None]) -> dict[str, Variable]:
    return {
        name: Variable(name, unit, about, behaviour, None if default is None else Decimal(default))
        for name, unit, about, behaviour, default in rows
    }


VOCABULARY = _table(
    ("requests", "request", "requests a month", "volume", None),
    ("calls", "call", "calls a month", "volume", None),
    ("executions", "workflow run", "workflow runs a month", "volume", None),
    ("step_runs", "step run", "runs of all steps a month", "volume", None),
    ("active_cpu_seconds", "vCPU-second", "vCPU time that one request uses", "size", None),
    ("wall_seconds", "second", "duration of one request", "size", None),
    ("idle_seconds", "second", "waiting that one request is billed for", "size", 0),
    ("memory_gib", "GiB", "memory of one request", "size", None),
    ("peak_to_mean", "ratio", "busiest hour over mean hour", "fixed", 1),
    ("vectors", "vector", "vectors stored", "volume", None),
    ("dimensions", "dimension", "dimensions of a vector", "size", None),
    ("metadata_bytes", "byte", "metadata of a vector", "size", 0),
    ("namespaces", "namespace", "namespaces, indexes or collections", "size", 1),
    ("queries", "query", "vector queries a month", "volume", None),
    ("upserts", "vector", "vectors written a month", "volume", 0),
    ("upsert_batch", "vector", "vectors in one write request", "size", 100),
    ("replicas", "copy", "copies of each node", "fixed", 1),
    ("egress_gb", "GB", "data out to the internet a month", "volume", 0),
    ("traces", "trace", "traces a month", "volume", None),
    ("spans", "span", "spans a month", "volume", None),
    ("llm_spans", "span", "spans of model calls a month", "volume", None),
    ("scores", "score", "evaluation scores a month", "volume", 0),
    ("ingest_gb", "GB", "span data a month", "volume", None),
    ("seats", "seat", "people with a login", "fixed", None),
    ("extended_retention_share", "share", "share of traces kept longer", "size", 0),
    ("instances", "instance", "machines or chips", "fixed", 1),
    ("hours", "hour", "hours each instance runs a month", "fixed", None),
    ("searches", "search", "searches a month", "volume", None),
    ("chunks", "document", "documents in one search", "size", 1),
    ("characters", "character", "characters of one call", "size", None),
    ("cases", "case", "cases a person handles a month", "volume", None),
    ("embedding_tokens", "token", "tokens the offer itself embeds a month", "volume", 0),
    ("hours_per_month", "hour", "hours in the vendor's month", "fixed", None),
)

HOURS_PER_MONTH = Decimal(730)
"""365 x 24 / 12. Vendors that count 720 or 744 say so in their offer."""

TOKEN_USAGE = _table(
    *((kind.tokens, "token", kind.about, "volume", 0) for kind in TOKENS),
    ("training_tokens", "token", "tokens to train on, each epoch counted", "volume", 0),
    ("web_searches", "search", "web searches of one request", "volume", 0),
    ("searches", "search", "rerank searches of one request", "volume", 0),
    *(
        (name, "request", f"1 where a request searches with a {size} search context", "volume", 0)
        for size, name in BY_CONTEXT.items()
    ),
    (STORAGE, "token-hour", "tokens of an explicit cache times hours it is kept", "fixed", 0),
)
"""What one request to a model is made of; not variables of expressions."""
