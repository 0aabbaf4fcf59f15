"""The words that every layer shares, one table each: token kinds, purposes, categories, trust.

A new token kind is one row here and a line in each adapter that reads its price from somewhere. The
fields of rates, of a request and of a step, the variables, bands and order of a bill follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple, get_args

Whole = Literal["input", "output"]
Medium = Literal["text", "audio", "image", "video"]


class TokenKind(NamedTuple):
    """A kind of token that a vendor may price apart.

    ``whole``: the total that it is part of, or that it is; parts of one whole are disjoint.
    ``cache``: what it does with a prompt cache. ``as_whole``: vendors bill it at the rate of its
    whole unless they publish one of its own; any other without a rate has an unknown price.
    """

    name: str
    whole: Whole
    about: str
    medium: Medium = "text"
    cache: Literal["read", "write"] | None = None
    as_whole: bool = False

    @property
    def tokens(self) -> str:
        """Its name as a quantity."""
        return f"{self.name}_tokens"


TOKENS: tuple[TokenKind, ...] = (
    TokenKind("input", "input", "input of one request, the cached part included"),
    TokenKind("cache_read", "input", "part of the input read from the cache", cache="read"),
    TokenKind("cache_write", "input", "part of the input written to the cache", cache="write"),
    TokenKind("cache_write_1h", "input", "part written to the cache for an hour", cache="write"),
    TokenKind("output", "output", "output of one request, reasoning included"),
    TokenKind("reasoning", "output", "part of the output that is reasoning", as_whole=True),
    TokenKind("input_audio", "input", "part of the input that is audio", "audio"),
    TokenKind("output_audio", "output", "part of the output that is audio", "audio"),
    TokenKind("cache_read_audio", "input", "audio part read from the cache", "audio", "read"),
    TokenKind("input_image", "input", "part of the input that is images", "image", as_whole=True),
    TokenKind("output_image", "output", "part of the output, images", "image", as_whole=True),
    TokenKind("input_video", "input", "part of the input that is video", "video", as_whole=True),
)
"""In the order in which rates are listed and lines stand on a bill."""
TOKEN_KINDS: Mapping[str, TokenKind] = {kind.name: kind for kind in TOKENS}
PARTS: tuple[TokenKind, ...] = tuple(kind for kind in TOKENS if kind.name != kind.whole)


def kinds_of(whole: Whole) -> tuple[str, ...]:
    """A whole and its parts, by name."""
    return tuple(kind.name for kind in TOKENS if kind.whole == whole)


def parts_of(whole: Whole) -> tuple[TokenKind, ...]:
    """The parts of a whole, without it."""
    return tuple(kind for kind in PARTS if kind.whole == whole)


Purpose = Literal["produce", "coordinate", "people", "idle"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
"""What money is spent for, in the order in which it is shown."""
SPENT: Mapping[Purpose, str] = {
    "produce": "makes the answers: model calls, searches, the index",
    "coordinate": "keeps answers right: validators, traces, guardrails, orchestration, runtime",
    "people": "humans who handle what the machine escalates",
    "idle": "is paid and not used: floors, idle machines, redundant copies",
}

Category = Literal[
    "tokens",
    "vector-db",
    "observability",
    "orchestration",
    "runtime",
    "compute",
    "search-rerank",
    "guardrails",
    "human",
]
CATEGORIES: tuple[Category, ...] = get_args(Category)
"""What an offer is; the components of a bill."""
COMPONENTS: Mapping[str, str] = {
    "tokens": "what models are paid for: tokens by kind, and fees of a call",
    "vector-db": "indexes: what is stored, queried and written, or the nodes that hold it",
    "observability": "traces, evaluations, and the seats of those who look at them",
    "orchestration": "platforms that run a graph of steps",
    "runtime": "where the application's own code runs",
    "compute": "machines with accelerators, rented or one's own",
    "search-rerank": "searches of the web, and reranking",
    "guardrails": "checks of what goes in and comes out",
    "human": "people: cases, and whatever [[fixed]] puts there, such as on-call",
    "other": "whatever [[fixed]] puts in no component",
}
"""What the components of a bill are: the categories, and what is in none."""
COORDINATES = frozenset(("observability", "orchestration", "runtime", "guardrails"))


def purpose_of(category: str) -> Purpose:
    """What an offer of a category is paid for where nothing else is said."""
    if category == "human":
        return "people"
    return "coordinate" if category in COORDINATES else "produce"


Confidence = Literal["vendor", "corroborated", "dataset", "third-party", "unverified"]
"""``corroborated``: a data set's price that another one shows too; never written in a file."""
CONFIDENCES: tuple[Confidence, ...] = get_args(Confidence)
"""From the most to the least trusted."""
TRUSTED: Mapping[Confidence, str] = {
    "vendor": "the vendor's own page, price API or repository",
    "corroborated": "a data set's price that another data set shows too",
    "dataset": "a published data set of prices",
    "third-party": "somebody's dated capture or article",
    "unverified": "single, undated, recalled or conflicting; marked ? on a bill",
}
CALLED: Mapping[str, str] = {
    "retries": "max_attempts",
    "attempts": "max_attempts",
    "max_retries": "max_attempts",
    "accuracy": "success",
    "success_rate": "success",
    "prompt_tokens": "input_tokens",
    "completion_tokens": "output_tokens",
    "cached_tokens": "cache_read_tokens",
}
"""What others call some keys of a workload file: no likeness of letters finds them."""
STATED = "stated"
"""The confidence of what the workload file says itself; it is in no order with the others."""
WORKLOAD = "workload"
"""The offer of a line whose price the workload file says itself."""
OWN_HARDWARE = "hardware/"
"""How ids of machines that the workload file says are owned begin."""


def weakest(parts: Iterable[Confidence]) -> Confidence:
    """The least trusted of some, and so what all of them together deserve."""
    return max(parts, key=CONFIDENCES.index)


def several(names: str | Iterable[str]) -> tuple[str, ...]:
    """Names as a function takes them: a string is one name, not its letters."""
    return (names,) if isinstance(names, str) else tuple(names)
