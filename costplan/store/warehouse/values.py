"""Counts, names and flags of columns of any type: what ``store/traces/columns.py`` says in DuckDB's
SQL, as expressions.

Engines differ in what a text casts to and in whether a bad one ends the query, so texts are matched
first, by patterns without a backslash, which dialects escape in four ways. What is cast, rounded or
put into a logarithm is fit for it by itself, not by the branch of a CASE around it: optimizers
compute what several branches share before they choose one (Spark in ANSI mode does).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import ibis

from costplan.problems import BadUsage
from costplan.store.traces.columns import ANYWHERE, FINE, MODES, ORDINARY

NO_NUMBER: Final = -1.0
"""Stands for something that is no number: as bad a count as any below zero."""
LIMIT: Final = 10**15
NUMBER: Final = (
    "^[+-]?([0-9]{1,30}|[0-9]{1,30}[.][0-9]{0,30}|[.][0-9]{1,30})([eE][+-]?[0-9]{1,2})?$"
)
NOTHING: Final = ("", "NULL", "null", "None")
LONGEST_NAME: Final = 300  # characters
NANO: Final = 1_000_000_000
MOST_COST: Final = 1e6
"""Of one row, in its currency: more is no cost, and millions of such rows fit into 64 bits."""


def count(value: Any, column: str) -> Any:
    """A whole number of 64 bits or a double one; NULL where there is none, ``NO_NUMBER`` where
    there is something else."""
    kind = value.type()
    if kind.is_string():
        text = value.strip()
        none = value.isnull() | text.isin(NOTHING)
        number = ibis.cases((is_number(text), as_number(text)), else_=NO_NUMBER)
        return ibis.cases((none, ibis.null("float64")), else_=number)
    if kind.is_floating():  # NaN is a null to some engines, and larger than all to others
        return ibis.cases((value.isnan(), NO_NUMBER), else_=value.cast("float64"))
    if kind.is_integer():
        return value.cast("float64" if kind.is_unsigned_integer() else "int64")
    if kind.is_numeric():
        return value.cast("float64")
    raise wrong_type(column, kind, "a number")


def is_number(text: Any) -> Any:
    """Whether a text is a number as people write one."""
    return text.re_search(NUMBER)


def as_number(text: Any) -> Any:
    """The number that a text is, and 0 for one that is none."""
    return ibis.cases((is_number(text), text), else_="0").cast("float64")


def bad(number: Any) -> Any:
    """Whether a count is there and is no whole number from 0 to ``LIMIT``."""
    beyond = (number < 0) | (number >= LIMIT)
    if not number.type().is_integer():
        held = within(number, 0, LIMIT)
        beyond = beyond | (held.floor().cast("float64") != held)
    return number.notnull() & beyond


def within(number: Any, least: float, most: float) -> Any:
    """A number of a range, the upper end not included, and 0 in place of any other and of none."""
    return ibis.cases(((number >= least) & (number < most), number), else_=0)


def name(value: Any, column: str) -> Any:
    """A name as text, cut; NULL for an empty one."""
    kind = value.type()
    if kind.is_nested() or kind.is_binary() or kind.is_json():
        raise wrong_type(column, kind, "a text or a number")
    return value.cast("string").substr(0, LONGEST_NAME).nullif("")


def mode(text: Any) -> Any:
    """A mode of the catalogue, NULL for ordinary processing, an unknown name as it is."""
    word = text.strip().lower()
    return word.cases(*MODES.items(), *_nothing(ORDINARY), else_=word)


def region(text: Any) -> Any:
    """A region, NULL where any will do."""
    word = text.strip().lower()
    return word.cases(*_nothing(ANYWHERE), else_=word)


def _nothing(names: Iterable[str]) -> list[tuple[str, Any]]:
    return [(name, ibis.null("string")) for name in names]


def flag(value: Any, column: str) -> Any:
    """Whether something is said to be so; for an error's text, that there is one."""
    if value.type().is_boolean():
        return value.fill_null(False)
    said = name(value, column).strip().lower()
    return said.notin(("", *FINE)).fill_null(False)


def cost(value: Any, column: str) -> Any:
    """What the source says a row cost, in billionths; NULL for none and for no cost."""
    number = count(value, column)
    held = within(number, -MOST_COST, MOST_COST)
    there = held == number
    if value.type().is_string():
        there = there & (number != NO_NUMBER)
    return ibis.cases((there, (held * NANO).round().cast("int64")), else_=ibis.null("int64"))


def wrong_type(column: str, kind: Any, wanted: str) -> BadUsage:
    """The error of a column that holds something else than is asked of it."""
    return BadUsage(
        f"column '{column}' is {kind}, where {wanted} is wanted",
        "name another column, or a field within it: --map NAME=COLUMN.FIELD",
    )
