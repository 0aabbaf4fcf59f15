"""The columns of real usage, and the SQL that makes them of what a source wrote.

An adapter only says where something stands; what it means is settled here, once for every source:
a time becomes microseconds of UTC, a count a whole number, an input that leaves its cached part out
a total. A row that cannot be counted has a ``fault``, which says why.

Counts are judged as double numbers, which are exact below 2^53, and larger than 1e15 is nobody's.
"""

from __future__ import annotations

from typing import Final

from costplan.words import PARTS, TOKENS, parts_of

KINDS: Final = tuple(kind.tokens for kind in TOKENS)
FEES: Final = ("web_searches", "searches", "training_tokens")
SUMS: Final = (*KINDS, *FEES)
"""What a row counts beside requests."""
COUNTS: Final = (*SUMS, "total_tokens", "requests", "attempt", "size_low", "size_high", "rank")
JUDGED: Final = (*SUMS, "total_tokens", "requests", "size_low", "size_high")
"""Counts that a row is judged by: a broken size would choose a price."""
TEXTS: Final = (
    "vendor",
    "model",
    "mode",
    "region",
    "step",
    "conversation",
    "tenant",
    "identity",
    "family",
    "trace",
    "label",
)
FLAGS: Final = ("failed", "replay")
SAID: Final = ("input_holds", "output_holds")
"""What an adapter says of its source: see ``HOLDS``."""
TAKEN: Final = ("source", "time", *TEXTS, *COUNTS, *FLAGS, "cost", *SAID)
"""The columns that an adapter fills, all of them text; extra ones for groups may follow."""
DESTINATIONS: Final = frozenset(("time", *TEXTS, *COUNTS, *FLAGS, "cost"))
"""What ``--map`` may name."""

INSIDE, OUTSIDE, BY_TOTAL, BY_TOTAL_OR_INSIDE = "0", "1", "2", "3"
HOLDS: Final = {
    INSIDE: "the total holds its parts",
    OUTSIDE: "the total leaves its parts out",
    BY_TOTAL: "the row's own total says which",
    BY_TOTAL_OR_INSIDE: "the row's own total says which; inside where it says neither",
}
"""Whether the input holds its cached and other parts, and the output its reasoning."""
LIMIT: Final = "1e15"
NOT_COUNTS: Final = "a count that is no whole number from 0 to 1e15"
TOO_LARGE_PARTS: Final = "parts that are larger than their total"
NO_TOTAL: Final = "a total that fits its parts neither within nor beside the input and output"
NO_MODEL: Final = "no model"
NO_TOKENS: Final = "no tokens"
MODES: Final = {
    "batch": "batch",
    "flex": "flex",
    "flex-tier": "flex",
    "flex_discount": "flex",
    "priority": "priority",
    "priority_on_demand": "priority",
    "fast": "fast",
}
ORDINARY: Final = ("", "default", "standard", "auto", "on_demand", "scale", "not_available")
"""What vendors call the processing that costs the list price."""
ANYWHERE: Final = ("", "global", "not_available")
"""What vendors call a request that may be served in any region."""


FINE: Final = (
    *("0", "200", "false", "no", "none", "null", "ok"),
    *("success", "succeeded", "completed", "debug", "default", "info", "warning"),
)
"""What a column of errors, a status or a level holds where nothing failed."""


def count(column: str, kind: str = "VARCHAR") -> str:
    """SQL: the number of a column of a type, NULL where it has none, NaN where it has no number."""
    if kind in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"):
        return f"CAST({column} AS BIGINT)"
    if kind == "BOOLEAN":
        return f"CASE WHEN {column} IS NULL THEN NULL ELSE CAST('nan' AS DOUBLE) END"
    if kind.startswith(("DECIMAL", "DOUBLE", "FLOAT", "UBIGINT", "HUGEINT", "UHUGEINT")):
        return f"CAST({column} AS DOUBLE)"
    text = f"CAST({column} AS VARCHAR)"
    return (
        f"CASE WHEN {column} IS NULL OR trim({text}) IN ('', 'NULL', 'null', 'None') THEN NULL "
        f"ELSE coalesce(try_cast({text} AS DOUBLE), CAST('nan' AS DOUBLE)) END"
    )


def time(column: str, kind: str = "VARCHAR") -> str:
    """SQL: microseconds since 1970 in UTC; NULL where the column holds no time.

    A number is seconds, milliseconds, microseconds or nanoseconds by its size: each is right for
    every day from 1973 to 2128. A text without a zone is UTC.
    """
    if kind.startswith(("TIMESTAMP", "DATE")):
        return f"epoch_us({column})"
    number = f"try_cast({column} AS DOUBLE)"
    sized = (
        f"CASE WHEN abs({number}) < 5e9 THEN CAST({number} * 1000000 AS BIGINT) "
        f"WHEN abs({number}) < 5e12 THEN CAST({number} * 1000 AS BIGINT) "
        f"WHEN abs({number}) < 5e15 THEN CAST({number} AS BIGINT) "
        f"WHEN abs({number}) < 5e18 THEN CAST({number} / 1000 AS BIGINT) END"
    )
    if kind not in ("VARCHAR", "JSON"):
        return sized
    return (
        f"CASE WHEN {number} IS NOT NULL THEN {sized} "
        f"ELSE epoch_us(try_cast(CAST({column} AS VARCHAR) AS TIMESTAMPTZ)) END"
    )


def mode(column: str) -> str:
    """SQL: a mode of the catalogue, NULL for ordinary processing, an unknown name as it is."""
    name = f"lower(trim({column}))"
    known = " ".join(f"WHEN '{theirs}' THEN '{ours}'" for theirs, ours in MODES.items())
    return f"CASE {name} {known} {_nothing(ORDINARY)} ELSE {name} END"


def region(column: str) -> str:
    """SQL: a region, NULL where any will do."""
    name = f"lower(trim({column}))"
    return f"CASE {name} {_nothing(ANYWHERE)} ELSE {name} END"


def _nothing(names: tuple[str, ...]) -> str:
    return " ".join(f"WHEN '{name}' THEN NULL" for name in names)


def flag(column: str, kind: str = "VARCHAR") -> str:
    """SQL: whether something is said to be so; for an error's text, that there is one."""
    if kind == "BOOLEAN":
        return f"coalesce({column}, false)"
    text = f"lower(trim(CAST({column} AS VARCHAR)))"
    no = ", ".join(f"'{word}'" for word in ("", *FINE))
    return f"coalesce({text} NOT IN ({no}), false)"


def text(column: str) -> str:
    """SQL: a name as text; NULL for an empty one. Long ones are cut: they are names."""
    return f"nullif(left(CAST({column} AS VARCHAR), 300), '')"


def _of(columns: list[str], given: frozenset[str]) -> str:
    used = [f"coalesce({name}, 0)" for name in columns if name in given]
    return " + ".join(used) or "0"


def whole(which: str, given: frozenset[str]) -> str:
    """SQL: the whole input or output, parts included, of columns that a source has."""
    parts = [kind.tokens for kind in parts_of("input" if which == "input" else "output")]
    other = "output" if which == "input" else "input"
    mine, theirs = f"coalesce({which}_tokens, 0)", f"coalesce({other}_tokens, 0)"
    outside = _of(parts if which == "input" else ["reasoning_tokens"], given)
    beyond = _of(["reasoning_tokens"] if which == "input" else _input_parts(), given)
    if outside == "0":
        return mine
    total = "total_tokens" if "total_tokens" in given else "NULL"
    apart = (
        f"({total} IS NULL AND {which}_holds = 2 OR "
        f"{total} <> {mine} + {theirs} AND {total} IN "
        f"({mine} + {theirs} + {outside}, {mine} + {theirs} + {outside} + {beyond}))"
    )
    return (
        f"{mine} + CASE {which}_holds WHEN 0 THEN 0 WHEN 1 THEN {outside} "
        f"ELSE CASE WHEN {apart} THEN {outside} ELSE 0 END END"
    )


def _input_parts() -> list[str]:
    return [kind.tokens for kind in parts_of("input")]


def undecided(given: frozenset[str]) -> str:
    """SQL: whether a row whose total must decide has one that fits no reading of its parts."""
    if "total_tokens" not in given:
        return "false"
    base = "coalesce(input_tokens, 0) + coalesce(output_tokens, 0)"
    inputs, outputs = _of(_input_parts(), given), _of(["reasoning_tokens"], given)
    fits = f"{base}, {base} + {inputs}, {base} + {outputs}, {base} + {inputs} + {outputs}"
    return f"(input_holds = 2 AND total_tokens IS NOT NULL AND total_tokens NOT IN ({fits}))"


def too_large(given: frozenset[str]) -> str:
    """SQL: whether the parts of an input or an output are more than it."""
    sides = []
    for side in ("input", "output"):
        names = [kind.tokens for kind in PARTS if kind.whole == side]
        parts = _of(names, given)
        if parts != "0":
            sides.append(f"{parts} > {side}_tokens")
    return " OR ".join(sides) or "false"


def bad_counts(given: frozenset[str]) -> str:
    """SQL: whether any count is no whole number from 0 to ``LIMIT``."""
    counts = [name for name in JUDGED if name in given]
    bad = [f"NOT ({name} >= 0 AND {name} < {LIMIT} AND {name} = floor({name}))" for name in counts]
    return " OR ".join(f"coalesce({condition}, false)" for condition in bad) or "false"
