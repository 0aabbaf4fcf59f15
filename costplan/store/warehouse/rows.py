"""The rows of a table as usage: typed, completed, judged. One relation, which nothing stores.

What ``store/traces/engine.py`` has DuckDB make of a table, in expressions that every engine has
compiled; the same rows give the same answers (tested).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import add, or_
from typing import Any, Final, NamedTuple

import ibis

from costplan.problems import BadUsage
from costplan.store.traces import columns
from costplan.store.traces.columns import SUMS
from costplan.store.warehouse import moments, values
from costplan.store.warehouse.places import place
from costplan.words import PARTS


class Usage(NamedTuple):
    """``table``: an expression with a column ``what`` (None: counted and priced; "failed",
    "repeated", or why a row cannot be counted), sums and requests as whole numbers, and those of
    ``has``. ``extra``: columns to group by, in their order."""

    table: Any
    has: frozenset[str]
    extra: tuple[str, ...]


def usage_of(table: Any, paths: Mapping[str, str], extra: Sequence[str] = ()) -> Usage:
    """The rows of a table, by where its columns of usage stand (``--map``), and further columns to
    group by. Raises BadUsage for a column that is not there, or is of a type that cannot be."""
    typed = {name: _typed(table, name, path) for name, path in paths.items() if name in KNOWN}
    for at, path in enumerate(extra):
        typed[f"extra_{at}"] = values.name(place(table, path, f"--by {path}"), path)
    rows = table.select(**typed)
    has = frozenset(typed)
    rows = _completed(rows, has)
    rows = rows.mutate(fault=_fault(rows, has))
    if "identity" in has or {"family", "replay"} <= has:
        rows = _with_repeated(rows, has)
    what = [(rows.fault.notnull(), rows.fault)]
    if "repeated" in rows.columns:
        what.insert(0, (rows.repeated, ibis.literal("repeated")))
    if "failed" in has:
        what.append((rows.failed, ibis.literal("failed")))
    rows = rows.mutate(what=ibis.cases(*what, else_=ibis.null("string")))
    return Usage(rows, has, tuple(f"extra_{at}" for at in range(len(extra))))


KNOWN: Final = columns.DESTINATIONS - {"trace", "label"}
"""What is read of a table; a trace and a label are of use to calibration alone."""


def _typed(table: Any, name: str, path: str) -> Any:
    """A column of usage in its own type."""
    value = place(table, path, f"--map {name}")
    if name in ("time", "rank"):  # a rank is a number, or the time of the latest version
        return moments.seconds(value, path)
    if name in columns.COUNTS:
        return values.count(value, path)
    if name in columns.FLAGS:
        return values.flag(value, path)
    if name == "cost":
        return values.cost(value, path)
    text = values.name(value, path)
    return {"mode": values.mode, "region": values.region}.get(name, _same)(text)


def _same(text: Any) -> Any:
    return text


def _completed(rows: Any, has: frozenset[str]) -> Any:
    """Sums and requests as whole numbers; of a row with a bad count they are 0 and 1."""
    judged = [values.bad(rows[name]) for name in columns.JUDGED if name in has]
    rows = rows.mutate(bad=reduce(or_, judged))
    whole = {
        name: ibis.cases((rows.bad, 0), else_=_counted(rows[name])) for name in SUMS if name in has
    }
    requests: Any = ibis.literal(1, "int64")
    if "requests" in has:
        requests = ibis.cases((rows.bad, 1), else_=_counted(rows.requests.fill_null(1)))
    rows = rows.mutate(**whole, requests=requests)
    return rows.mutate(
        **{
            f"{side}_tokens": ibis.literal(0, "int64")
            for side in ("input", "output")
            if f"{side}_tokens" not in has
        }
    )


def _counted(number: Any) -> Any:
    if number.type().is_integer():
        return number.fill_null(0)
    return values.within(number, 0, values.LIMIT).cast("int64")


def _fault(rows: Any, has: frozenset[str]) -> Any:
    """Why a row cannot be counted; NULL where it can."""
    faults = [
        (rows.bad, columns.NOT_COUNTS),
        (rows.model.isnull(), columns.NO_MODEL),
    ]
    for side in ("input", "output"):
        parts = [kind.tokens for kind in PARTS if kind.whole == side and kind.tokens in has]
        if parts:
            whole = reduce(add, (rows[name] for name in parts))
            faults.append((whole > rows[f"{side}_tokens"], columns.TOO_LARGE_PARTS))
    nothing = reduce(add, (rows[name] for name in SUMS if name in has)) == 0
    faults.append((nothing & ~rows.failed if "failed" in has else nothing, columns.NO_TOKENS))
    return ibis.cases(*faults, else_=ibis.null("string"))


def _with_repeated(rows: Any, has: frozenset[str]) -> Any:
    """``repeated``: rows that say again what another says: the same identity, or a replay of a
    family.

    Of one identity the highest rank stays, then the fullest; where these are the same, the first
    by everything else that a row is priced by, so that every run keeps the same.
    """
    again = []
    if "identity" in has:
        order = [ibis.desc(rows.rank.fill_null(0.0))] if "rank" in has else []
        order.append(ibis.desc(rows.input_tokens + rows.output_tokens))
        others = [name for name in ("time", "vendor", "model", "mode", "region") if name in has]
        order += [ibis.asc(rows[name], nulls_first=False) for name in others]
        order += [ibis.desc(rows[name]) for name in SUMS if name in has]
        place_of = ibis.row_number().over(group_by=rows.identity, order_by=order)
        again.append(rows.identity.notnull() & (place_of > 0))
    if {"family", "replay"} <= has:
        original = (~rows.replay).any().over(group_by=rows.family)
        again.append(rows.replay & rows.family.notnull() & original)
    return rows.mutate(repeated=reduce(or_, again))


def needs(paths: Mapping[str, str], names: Sequence[str]) -> None:
    """Raises BadUsage where ``--map`` does not say what every row needs."""
    missing = [] if "model" in paths else ["model"]
    if not set(paths) & set(SUMS):
        missing.append("input_tokens")
    if missing:
        wanted = " ".join(f"--map {name}=COLUMN" for name in missing)
        raise BadUsage(
            f"a table does not say what its columns are: {wanted}",
            "it has: " + ", ".join(names[:30]),
        )
