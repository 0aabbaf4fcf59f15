"""What is asked of the relation ``usage``: each question is one pass over the columns it names.

The same questions of a warehouse are in ``store/warehouse/questions.py``, which gives the same
answers (tested).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from math import log
from typing import Final

from costplan.billing.cells import Counted, Cut
from costplan.store.traces.answers import GAMMA, Logged, Sizes, State, day_of
from costplan.store.traces.columns import FEES, SUMS
from costplan.store.traces.engine import Engine

MICROSECONDS: Final = 1_000_000
DAY: Final = 86_400 * MICROSECONDS
HOUR: Final = 3_600 * MICROSECONDS
GOOD: Final = "fault IS NULL AND NOT repeated AND NOT failed"
"""Rows that are counted and priced. Of a failed request no vendor bills what was not answered."""
SQL_OF: Final = {
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
    "month": "strftime(make_timestamp(time), '%Y-%m')",
}
"""The SQL of each of ``GROUPS``."""
ASKS: Final = tuple(f"{name} > 0" for name in (*FEES, "(input_tokens + output_tokens)"))
"""What a call pays fees for: some once a call, some where it asks for nothing, so that calls which
ask for different things are different cells."""


class Files:
    """The ``Answers`` of an engine that has read its files. ``extra``: the names of its further
    columns, in its own order."""

    def __init__(self, engine: Engine, extra: Sequence[str] = ()) -> None:
        self.engine = engine
        self.extra = list(extra)

    def _chosen(self, by: Sequence[str]) -> list[str]:
        """The SQL of each group, as ``g0`` and on."""
        sql = [
            SQL_OF[name] if name in SQL_OF else self.engine.extra[self.extra.index(name)]
            for name in by
        ]
        return [f"{group} AS g{at}" for at, group in enumerate(sql)]

    def states(self) -> list[State]:
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
            for file, what, rows, requests, tokens, none, tries, more, cost in self.engine.ask(sql)
        ]

    def logged(self) -> list[Logged]:
        """Every model that was logged and its span of days."""
        sql = (
            "SELECT vendor, model, min(source), count(*), min(time), max(time), "
            "sum(input_tokens + output_tokens) "
            f"FROM usage WHERE {GOOD} GROUP BY vendor, model ORDER BY vendor, model"
        )
        return [
            Logged(v, str(m), str(s), int(n), _day(first), _day(last), int(tokens))
            for v, m, s, n, first, last, tokens in self.engine.ask(sql)
        ]

    def cells(self, cut: Cut, by: Sequence[str]) -> list[Counted]:
        """The sums of every cell, by groups."""
        large = "least(size_high, input_tokens)"  # of what is there, in DuckDB
        small = f"least(coalesce(size_low, input_tokens), {large})"
        keys = [
            *self._chosen(by),
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
        columns = "vendor, model, processing, region, low, high, epoch, slot"
        into = ", ".join([*_names(by), columns, *ASKS])
        sql = (
            f"SELECT {', '.join(keys)}, sum(requests), {sums} FROM usage "
            f"WHERE {GOOD} GROUP BY {into} ORDER BY ALL"
        )
        n = len(by)
        return [
            Counted(
                tuple(None if name is None else str(name) for name in row[:n]),
                row[n],
                str(row[n + 1]),
                row[n + 2],
                row[n + 3],
                int(row[n + 4]),
                int(row[n + 5]),
                int(row[n + 6]),
                None if row[n + 7] is None else int(row[n + 7]),
                int(row[n + 8]),
                dict(zip(SUMS, (int(count) for count in row[n + 9 :]), strict=True)),
            )
            for row in self.engine.ask(sql)
        ]

    def sketch(self, column: str, by: Sequence[str]) -> list[Sizes]:
        """Buckets of a count of single requests, by groups."""
        bucket = (
            f"CASE WHEN {column} > 0 THEN CAST(floor(ln({column}) / {log(GAMMA)!r}) AS INTEGER) END"
        )
        columns = ", ".join([*self._chosen(by), f"{bucket} AS bucket"])
        sql = (
            f"SELECT {columns}, count(*), sum({column}) FROM usage "
            f"WHERE {GOOD} AND size_high IS NULL "
            f"GROUP BY {', '.join([*_names(by), 'bucket'])} ORDER BY ALL"
        )
        return [
            Sizes(
                tuple(None if name is None else str(name) for name in names),
                None if place is None else int(place),
                int(rows),
                int(whole),
            )
            for *names, place, rows, whole in self.engine.ask(sql)
        ]

    def filled(self) -> list[int]:
        """How many rows have each of the further columns."""
        if not self.extra:
            return []
        counts = ", ".join(f"count({name})" for name in self.engine.extra)
        (row,) = self.engine.ask(f"SELECT {counts} FROM usage")
        return [int(count) for count in row]

    def hours(self) -> list[tuple[int, int]]:
        """(hour since 1970, requests), ascending; failed ones are traffic too."""
        sql = (
            f"SELECT time // {HOUR} AS hour, sum(requests) FROM usage "
            "WHERE fault IS NULL AND NOT repeated AND time IS NOT NULL AND size_high IS NULL "
            "GROUP BY hour ORDER BY hour"
        )
        return [(int(hour), int(requests)) for hour, requests in self.engine.ask(sql)]

    def turns(self) -> list[tuple[int, int]]:
        """(turns, conversations): how many conversations have so many requests."""
        sql = (
            "SELECT turns, count(*) FROM (SELECT count(*) AS turns FROM usage "
            f"WHERE {GOOD} AND conversation IS NOT NULL GROUP BY source, conversation) "
            "GROUP BY turns ORDER BY turns"
        )
        return [(int(number), int(of)) for number, of in self.engine.ask(sql)]


def _names(by: Sequence[str]) -> list[str]:
    return [f"g{at}" for at in range(len(by))]


def _day(time: int | None) -> date | None:
    return day_of(None if time is None else time // MICROSECONDS)


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
