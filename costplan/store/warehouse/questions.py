"""What is asked of a table of usage: the questions of ``store/traces/queries.py`` as expressions.

Every answer comes back as text: whole numbers beyond 2^53 stay whole whatever a driver makes of an
engine's types. Times are cut into days, hours and slots by the engine as whole numbers; what a day
is called, and which window a slot is in, is told here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from math import log
from typing import Any, Final

import ibis

from costplan.billing.cells import Counted, Cut
from costplan.problems import BadUsage
from costplan.store.traces.answers import GAMMA, Logged, Names, Sizes, State, day_of
from costplan.store.traces.columns import FEES, SUMS
from costplan.store.traces.reading import MAPPED
from costplan.store.warehouse.connecting import Connection, Row
from costplan.store.warehouse.rows import Usage
from costplan.store.warehouse.values import NANO

DAY: Final = 86_400
HOUR: Final = 3_600
MODEL: Final[Sequence[str]] = ("vendor", "model")
MOST: Final = 9e18
"""Tokens that are summed at most: engines that count in 64 bits start anew beyond that."""
TIMED: Final[Mapping[str, tuple[int, str]]] = {
    "day": (DAY, "%Y-%m-%d"),
    "hour": (HOUR, "%Y-%m-%d %H:00"),
    "month": (DAY, "%Y-%m"),
}
"""Groups of time: seconds of the pieces that the engine cuts, and what they are called."""


class Table:
    """The ``Answers`` of a table of a warehouse."""

    def __init__(self, connection: Connection, usage: Usage, further: Sequence[str] = ()) -> None:
        self._connection = connection
        self._usage = usage
        self._further = list(further)

    @property
    def _good(self) -> Any:
        return self._usage.table.filter(self._usage.table.what.isnull())

    def states(self) -> list[State]:
        """What became of the rows."""
        by_what: dict[str | None, list[Row]] = {}
        for row in self._models:
            by_what.setdefault(row["what"], []).append(row)
        return [_state(what, rows) for what, rows in by_what.items()]

    def logged(self) -> list[Logged]:
        """Every model that was logged and its span of days."""
        return [
            Logged(
                row.get("vendor"),
                row["model"] or "",
                MAPPED,
                _whole(row["rows"]),
                _day(row.get("first")),
                _day(row.get("last")),
                _whole(row["tokens"]),
            )
            for row in self._models
            if row["what"] is None
        ]

    @cached_property
    def _models(self) -> list[Row]:
        """Rows by model and by what became of them: few, whatever the table's size."""
        rows, has = self._usage.table, self._usage.has
        tokens = rows.input_tokens + rows.output_tokens
        counted = [rows[name].cast("float64").sum() for name in SUMS if name in has]
        sums = {
            "rows": rows.count(),
            "requests": rows.requests.sum(),
            "tokens": tokens.sum(),
            "about": ibis.greatest(*counted) if len(counted) > 1 else counted[0],
        }
        if "time" in has:
            days = _pieces(rows.time, DAY)
            sums |= {"timeless": rows.time.isnull().sum(), "first": days.min(), "last": days.max()}
        if "attempt" in has:
            sums["tries"] = ibis.cases((rows.attempt.notnull(), rows.requests), else_=0).sum()
            sums["again"] = ibis.cases((rows.attempt > 1, rows.requests), else_=0).sum()
        if "cost" in has:
            sums["cost"] = rows.cost.sum()
        keys = {name: rows[name] for name in (*MODEL, "what") if name in has or name == "what"}
        models = self._connection.rows(_grouped(rows, keys, sums))
        if any(float(row["about"] or 0) >= MOST for row in models):
            raise BadUsage(
                f"the table has more than {MOST:.0e} tokens of one model, which sums of 64 bits "
                "do not hold",
                "make a view of a part of it",
            )
        return sorted(models, key=_order)

    def filled(self) -> list[int]:
        """How many rows have each of the further columns."""
        if not self._usage.extra:
            return []
        rows = self._usage.table
        (row,) = self._connection.rows(
            rows.aggregate(**{name: rows[name].count() for name in self._usage.extra})
        )
        return [_whole(row[name]) for name in self._usage.extra]

    def cells(self, cut: Cut, by: Sequence[str]) -> list[Counted]:
        """The sums of every cell, by groups."""
        rows, has = self._good, self._usage.has
        chosen = self._chosen(rows, by)
        keys = {f"g{at}": key for at, key in enumerate(chosen) if key is not None}
        keys |= {name: rows[name] for name in (*MODEL, "mode", "region") if name in has}
        keys |= _sizes(rows, has, cut.edges)
        if "time" in has:
            keys |= {"epoch": _epoch(rows.time, cut.epochs), **_slot(rows, cut)}
        asks = {f"asks_{at}": asked for at, asked in enumerate(_asks(rows, has))}
        sums = {f"{name}_": rows[name].sum() for name in SUMS if name in has}
        sums["requests_"] = rows.requests.sum()
        wanted = _grouped(rows, {**keys, **asks}, sums).select(*keys, *sums)
        cells = sorted(self._connection.rows(wanted), key=_order)
        return [_counted(row, self._names(row, by)) for row in cells]

    def sketch(self, column: str, by: Sequence[str]) -> list[Sizes]:
        """Buckets of a count of single requests, by groups."""
        rows = self._single(self._good)
        size = rows[column]
        above = ibis.cases((size > 0, size), else_=1).cast("float64")  # no logarithm of 0
        power = (above.ln() / log(GAMMA)).floor()
        place = ibis.cases((size > 0, power.cast("int64")), else_=ibis.null("int64"))
        keys = {f"g{at}": key for at, key in enumerate(self._chosen(rows, by)) if key is not None}
        buckets = self._connection.rows(
            _grouped(rows, {**keys, "place": place}, {"rows": rows.count(), "whole": size.sum()})
        )
        merged: dict[tuple[Names, int | None], tuple[int, int]] = {}
        for row in buckets:
            bucket = self._names(row, by), None if row["place"] is None else _whole(row["place"])
            many, whole = merged.get(bucket, (0, 0))
            merged[bucket] = many + _whole(row["rows"]), whole + _whole(row["whole"])
        return [Sizes(*bucket, *sums) for bucket, sums in merged.items()]

    def hours(self) -> list[tuple[int, int]]:
        """(hour since 1970, requests), ascending; failed ones are traffic too."""
        if "time" not in self._usage.has:
            return []
        rows = self._usage.table
        came = rows.what.isnull() | (rows.what == "failed")
        rows = self._single(rows.filter(came & rows.time.notnull()))
        wanted = _grouped(rows, {"hour": _pieces(rows.time, HOUR)}, {"of": rows.requests.sum()})
        return sorted(
            (_whole(row["hour"]), _whole(row["of"])) for row in self._connection.rows(wanted)
        )

    def turns(self) -> list[tuple[int, int]]:
        """(turns, conversations): how many conversations have so many requests."""
        if "conversation" not in self._usage.has:
            return []
        rows = self._good.filter(self._good.conversation.notnull())
        conversations = rows.group_by(rows.conversation).aggregate(turns=rows.count())
        wanted = _grouped(
            conversations, {"turns": conversations.turns}, {"of": conversations.count()}
        )
        return sorted(
            (_whole(row["turns"]), _whole(row["of"])) for row in self._connection.rows(wanted)
        )

    def _single(self, rows: Any) -> Any:
        """Rows that are single requests: the size of others is lost."""
        return rows.filter(rows.size_high.isnull()) if "size_high" in self._usage.has else rows

    def _chosen(self, rows: Any, by: Sequence[str]) -> list[Any]:
        """An expression for each group; None where all rows are of the same."""
        return [self._group(rows, name) for name in by]

    def _group(self, rows: Any, name: str) -> Any:
        has = self._usage.has
        if name in self._further:
            return rows[self._usage.extra[self._further.index(name)]]
        if name in TIMED:
            return _pieces(rows.time, TIMED[name][0]) if "time" in has else None
        if name == "model" and "vendor" in has:
            return (rows.vendor + "/").fill_null("") + rows.model
        return rows[name] if name in has else None

    def _names(self, row: Row, by: Sequence[str]) -> Names:
        return tuple(_named(name, row.get(f"g{at}")) for at, name in enumerate(by))


def _grouped(rows: Any, keys: Mapping[str, Any], sums: Mapping[str, Any]) -> Any:
    """Sums by groups, from what is named and nothing else."""
    return rows.group_by(**keys).aggregate(**sums) if keys else rows.aggregate(**sums)


def _pieces(time: Any, seconds: int) -> Any:
    """Which piece of so many seconds a time is in, counted from 1970."""
    return (time / seconds).floor().cast("int64")


def _sizes(rows: Any, has: frozenset[str], edges: Sequence[int]) -> dict[str, Any]:
    """The largest edges that the smallest and the largest input of a row reach; 0 below all."""
    if not edges:
        return {}
    whole = rows.input_tokens.cast("float64")
    large = whole
    if "size_high" in has:
        large = ibis.cases((rows.size_high < whole, rows.size_high), else_=whole)
    small = large
    if "size_low" in has:
        low = rows.size_low.fill_null(whole)
        small = ibis.cases((low < large, low), else_=large)
    reach = {"low": small} if large is small else {"low": small, "high": large}
    return {
        name: ibis.cases(*((size >= edge, edge) for edge in reversed(edges)), else_=0)
        for name, size in reach.items()
    }


def _epoch(time: Any, epochs: Sequence[date]) -> Any:
    """The place of the last day of ``epochs`` that has come; -1 without a time."""
    come = []
    for at in range(len(epochs) - 1, 0, -1):
        day = epochs[at]
        come.append((time >= datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp(), at))
    return ibis.cases((time.isnull(), -1), *come, else_=0)


def _slot(rows: Any, cut: Cut) -> dict[str, Any]:
    if not cut.slot or not cut.scheduled:
        return {}
    slot = _pieces(rows.time, cut.slot)
    scheduled = rows.model.isin(sorted(cut.scheduled))
    return {"slot": ibis.cases((scheduled, slot), else_=ibis.null("int64"))}


def _asks(rows: Any, has: frozenset[str]) -> list[Any]:
    """What a call pays fees for: see ``queries.ASKS``."""
    fees = [rows[name] > 0 for name in FEES if name in has]
    return [*fees, rows.input_tokens + rows.output_tokens > 0] if fees else []


def _counted(row: Row, names: Names) -> Counted:
    low = _whole(row.get("low"))
    return Counted(
        names,
        row.get("vendor"),
        row["model"] or "",
        row.get("mode"),
        row.get("region"),
        low,
        _whole(row["high"]) if "high" in row else low,
        _whole(row["epoch"]) if "epoch" in row else -1,
        None if row.get("slot") is None else _whole(row["slot"]),
        _whole(row["requests_"]),
        {name: _whole(row.get(f"{name}_")) for name in SUMS},
    )


def _state(what: str | None, rows: Sequence[Row]) -> State:
    def whole(name: str, otherwise: int = 0) -> int:
        return sum(_whole(row[name]) if name in row else otherwise for row in rows)

    many = whole("rows")
    costs = [row["cost"] for row in rows if row.get("cost") is not None]
    return State(
        0,
        what,
        many,
        whole("requests"),
        whole("tokens"),
        whole("timeless") if "timeless" in rows[0] else many,
        whole("tries"),
        whole("again"),
        Decimal(sum(_whole(cost) for cost in costs)) / NANO if costs else None,
    )


def _whole(text: str | None) -> int:
    """A whole number as some engine writes it: 12, 12.0, 12.000000."""
    return int(Decimal(text or 0))


def _day(text: str | None) -> date | None:
    return None if text is None else day_of(_whole(text) * DAY)


def _named(group: str, text: str | None) -> str | None:
    """What a group is called; times are counted, and one that no calendar has is called nothing."""
    if group == "source":
        return MAPPED
    if text is None or group not in TIMED:
        return text
    seconds, form = TIMED[group]
    try:
        return (datetime(1970, 1, 1) + timedelta(seconds=_whole(text) * seconds)).strftime(form)  # noqa: DTZ001
    except (OverflowError, ValueError):
        return None


def _order(row: Row) -> tuple[str, ...]:
    """Any order that is the same in every run."""
    return tuple("" if value is None else value for value in row.values())
