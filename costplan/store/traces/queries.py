"""What is asked of the relation ``usage``: each question is one pass over the columns it names.

Quantiles are not asked of the engine: its exact ones cost a sort each, and its fast ones differ
from run to run. Sizes are counted in buckets of 2 % (``GAMMA``), which any engine can.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from math import log
from typing import Any, Final, NamedTuple

from costplan.billing.cells import Counted, Cut
from costplan.store.traces.columns import FEES, SUMS
from costplan.store.traces.engine import Engine

GAMMA: Final = 1.02
MICROSECONDS: Final = 1_000_000
DAY: Final = 86_400 * MICROSECONDS
HOUR: Final = 3_600 * MICROSECONDS
GOOD: Final = "fault IS NULL AND NOT repeated AND NOT failed"
"""Rows that are counted and priced. Of a failed request no vendor bills what was not answered."""
MONTH_OF: Final = "strftime(make_timestamp(time), '%Y-%m')"
GROUPS: Final = {
    "model": "coalesce(vendor || '/', '') || model",
    "vendor": "vendor",
    "step": '"step"',
    "tenant": "tenant",
    "conversation": "conversation",
    "mode": '"mode"',
    "region": "region",
    "source": "source",
    "day": "strftime(make_timestamp(time), '%Y-%m-%d')",
    "hour": "strftime(make_timestamp(time), '%Y-%m-%d %H:00')",
    "month": MONTH_OF,
}
"""What usage can be grouped by beside columns of its own."""


class Logged(NamedTuple):
    """A model as it was logged, with all its rows. Days are UTC; None where rows have no time."""

    vendor: str | None
    model: str
    source: str
    rows: int
    first: date | None
    last: date | None
    tokens: int


class State(NamedTuple):
    """Rows of a file, by its place, that fared alike.

    ``what`` None: counted and priced; "failed", "repeated", or why they cannot be counted.
    ``timeless`` rows have no time. ``tries``: requests that say which attempt they are, ``again``
    those that are no first one. ``cost``: what the source itself says, None where nothing.
    """

    file: int
    what: str | None
    rows: int
    requests: int
    tokens: int
    timeless: int
    tries: int
    again: int
    cost: Decimal | None


def states(engine: Engine) -> list[State]:
    """What became of the rows, by file."""
    sql = """
        SELECT file,
            CASE WHEN repeated THEN 'repeated' WHEN fault IS NOT NULL THEN fault
                WHEN failed THEN 'failed' END,
            count(*), sum(requests), sum(input_tokens + output_tokens),
            count(*) FILTER (time IS NULL),
            coalesce(sum(requests) FILTER (attempt IS NOT NULL), 0),
            coalesce(sum(requests) FILTER (attempt > 1), 0),
            sum(cost)
        FROM usage GROUP BY ALL ORDER BY ALL
    """
    return [
        State(
            int(file),
            what,
            int(rows),
            int(requests),
            int(tokens),
            none,
            int(tries),
            int(more),
            cost,
        )
        for file, what, rows, requests, tokens, none, tries, more, cost in engine.ask(sql)
    ]


def logged(engine: Engine) -> list[Logged]:
    """Every model that was logged and its span of days."""
    sql = (
        "SELECT vendor, model, min(source), count(*), min(time), max(time), "
        "sum(input_tokens + output_tokens) "
        f"FROM usage WHERE {GOOD} GROUP BY vendor, model ORDER BY vendor, model"
    )
    return [
        Logged(v, str(m), str(s), int(n), day_of(first), day_of(last), int(tokens))
        for v, m, s, n, first, last, tokens in engine.ask(sql)
    ]


def day_of(time: int | None) -> date | None:
    """The UTC day of a time of the engine; None for none, and for one that no calendar has."""
    if time is None:
        return None
    try:
        return datetime.fromtimestamp(time // MICROSECONDS, UTC).date()
    except (ValueError, OverflowError, OSError):
        return None


ASKS: Final = tuple(f"{name} > 0" for name in (*FEES, "(input_tokens + output_tokens)"))
"""What a call pays fees for: some once a call, some where it asks for nothing, so that calls which
ask for different things are different cells."""


def cells(engine: Engine, cut: Cut, groups: Sequence[str]) -> list[Counted]:
    """The sums of every cell, by groups."""
    names = [f"g{at}" for at in range(len(groups))]
    chosen = [f"{sql} AS {name}" for sql, name in zip(groups, names, strict=True)]
    small = "input_tokens" if not cut.edges else "coalesce(size_low, input_tokens)"
    large = (
        "input_tokens"
        if not cut.edges
        else "coalesce(least(size_high, input_tokens), input_tokens)"
    )
    keys = [
        *chosen,
        "vendor",
        "model",
        '"mode" AS processing',
        "region",
        f"{_bin(small, cut.edges)} AS low",
        f"{_bin(large, cut.edges)} AS high",
        f"{_epoch(cut.epochs)} AS epoch",
        f"{_slot(cut)} AS slot",
    ]
    sums = ", ".join(f"sum({name})" for name in SUMS)
    by = ", ".join([*names, "vendor, model, processing, region, low, high, epoch, slot", *ASKS])
    sql = (
        f"SELECT {', '.join(keys)}, sum(requests), {sums} FROM usage "
        f"WHERE {GOOD} GROUP BY {by} ORDER BY ALL"
    )
    n = len(groups)
    return [
        Counted(
            tuple(None if one is None else str(one) for one in row[:n]),
            row[n],
            str(row[n + 1]),
            row[n + 2],
            row[n + 3],
            int(row[n + 4]),
            int(row[n + 5]),
            int(row[n + 6]),
            None if row[n + 7] is None else int(row[n + 7]),
            int(row[n + 8]),
            dict(zip(SUMS, (int(one) for one in row[n + 9 :]), strict=True)),
        )
        for row in engine.ask(sql)
    ]


def _bin(size: str, edges: Sequence[int]) -> str:
    """The largest edge that a size reaches; 0 below all."""
    if not edges:
        return "0"
    whens = " ".join(f"WHEN {size} >= {edge} THEN {edge}" for edge in reversed(edges))
    return f"CASE {whens} ELSE 0 END"


def _epoch(epochs: Sequence[date]) -> str:
    """The place of the last day of ``epochs`` that has come; -1 without a time."""
    whens = []
    for at in range(len(epochs) - 1, 0, -1):
        begin = int(
            datetime(epochs[at].year, epochs[at].month, epochs[at].day, tzinfo=UTC).timestamp()
        )
        whens.append(f"WHEN time >= {begin * MICROSECONDS} THEN {at}")
    return f"CASE WHEN time IS NULL THEN -1 {' '.join(whens)} ELSE 0 END"


def _slot(cut: Cut) -> str:
    if not cut.slot or not cut.scheduled:
        return "NULL"
    names = ", ".join("'" + name.replace("'", "''") + "'" for name in sorted(cut.scheduled))
    return f"CASE WHEN model IN ({names}) THEN time // {cut.slot * MICROSECONDS} END"


def sketch(engine: Engine, column: str, groups: Sequence[str]) -> list[tuple[Any, ...]]:
    """(groups..., bucket, rows, sum) of a count of single requests; bucket None for zero."""
    names = [f"g{at}" for at in range(len(groups))]
    chosen = [f"{sql} AS {name}" for sql, name in zip(groups, names, strict=True)]
    bucket = (
        f"CASE WHEN {column} > 0 THEN CAST(floor(ln({column}) / {log(GAMMA)!r}) AS INTEGER) END"
    )
    by = ", ".join([*names, "bucket"])
    sql = (
        f"SELECT {', '.join([*chosen, f'{bucket} AS bucket'])}, count(*), sum({column}) "
        f"FROM usage WHERE {GOOD} AND size_high IS NULL GROUP BY {by} ORDER BY ALL"
    )
    return engine.ask(sql)


def filled(engine: Engine, extra: int) -> list[int]:
    """How many rows have each of the extra columns."""
    if not extra:
        return []
    counts = ", ".join(f"count(extra_{at})" for at in range(extra))
    (found,) = engine.ask(f"SELECT {counts} FROM usage")
    return [int(one) for one in found]


def hours(engine: Engine) -> list[tuple[int, int]]:
    """(hour since 1970, requests), ascending; failed ones are traffic too."""
    sql = (
        f"SELECT time // {HOUR} AS hour, sum(requests) FROM usage "
        "WHERE fault IS NULL AND NOT repeated AND time IS NOT NULL AND size_high IS NULL "
        "GROUP BY hour ORDER BY hour"
    )
    return [(int(hour), int(requests)) for hour, requests in engine.ask(sql)]


def turns(engine: Engine) -> list[tuple[int, int]]:
    """(turns, conversations): how many conversations have so many requests."""
    sql = (
        "SELECT turns, count(*) FROM (SELECT count(*) AS turns FROM usage "
        f"WHERE {GOOD} AND conversation IS NOT NULL GROUP BY source, conversation) "
        "GROUP BY turns ORDER BY turns"
    )
    return [(int(number), int(of)) for number, of in engine.ask(sql)]
