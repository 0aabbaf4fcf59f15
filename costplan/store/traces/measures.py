"""What a plan's numbers are measured by: steps, days, conversations, labels."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from costplan.store.traces.engine import Engine
from costplan.store.traces.queries import DAY, GOOD

STEP = "coalesce(\"step\", '')"


class StepRows(NamedTuple):
    """Rows of a logged step; "" for rows without one. ``again``: those that are no first attempt;
    ``most``: the highest attempt, and ``most_failed`` the highest that failed; 0 where none says;
    ``labelled`` and ``right``: rows with a label, and their labels' sum (0 to 1 each)."""

    step: str
    answered: int
    failed: int
    tries: int
    again: int
    most: int
    most_failed: int
    labelled: int
    right: Decimal


class Day(NamedTuple):
    """A UTC day, counted from 1970: traces, and requests to models by step."""

    day: int
    step: str
    requests: int
    first: int


class History(NamedTuple):
    """How the input grows over the turns of a conversation: ``slope`` tokens a turn, by least
    squares over all turns, and the mean gap between two turns in seconds."""

    conversations: int
    turns: int
    slope: float
    gap_seconds: float


def steps(engine: Engine) -> list[StepRows]:
    """Every logged step, the largest first."""
    label = (
        "CASE WHEN lower(label) IN ('true', 'yes', 'pass', 'correct', 'right', 'good') THEN 1 "
        "WHEN lower(label) IN ('false', 'no', 'fail', 'incorrect', 'wrong', 'bad') THEN 0 "
        "WHEN try_cast(label AS DOUBLE) BETWEEN 0 AND 1 THEN try_cast(label AS DOUBLE) END"
    )
    sql = f"""
        SELECT {STEP} AS step,
            coalesce(sum(requests) FILTER (NOT failed), 0),
            coalesce(sum(requests) FILTER (failed), 0),
            coalesce(sum(requests) FILTER (attempt IS NOT NULL), 0),
            coalesce(sum(requests) FILTER (attempt > 1), 0),
            coalesce(max(attempt), 0),
            coalesce(max(attempt) FILTER (failed), 0),
            count({label}) FILTER (NOT failed),
            coalesce(sum({label}) FILTER (NOT failed), 0)
        FROM usage WHERE fault IS NULL AND NOT repeated GROUP BY 1 ORDER BY 2 DESC, 1
    """
    return [
        StepRows(str(row[0]), *(int(count) for count in row[1:8]), Decimal(str(row[8])))  # type: ignore[call-arg,arg-type]
        for row in engine.ask(sql)
    ]


def days(engine: Engine) -> list[Day]:
    """Requests a day and step, first attempts among them."""
    sql = f"""
        SELECT time // {DAY} AS day, {STEP} AS step, sum(requests),
            coalesce(sum(requests) FILTER (coalesce(attempt, 1) <= 1), 0)
        FROM usage WHERE {GOOD} AND time IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2
    """
    return [
        Day(int(day), str(step), int(of), int(first)) for day, step, of, first in engine.ask(sql)
    ]


def traces(engine: Engine, first: int, last: int) -> int:
    """Traces that begin within some days, both included: one a request of the application.

    0 where the source has none.
    """
    sql = (
        f"SELECT count(*) FROM (SELECT min(time) // {DAY} AS day FROM usage WHERE {GOOD} "
        "AND trace IS NOT NULL AND time IS NOT NULL GROUP BY trace) WHERE day BETWEEN ? AND ?"
    )
    ((count,),) = engine.ask(sql, [first, last])
    return int(count)


def untraced(engine: Engine) -> int:
    """Rows that belong to no trace."""
    ((count,),) = engine.ask(f"SELECT count(*) FROM usage WHERE {GOOD} AND trace IS NULL")
    return int(count)


def history(engine: Engine, names: Sequence[str]) -> History | None:
    """How conversations go in some steps; None where no row has both a conversation and a time."""
    marks = ", ".join("?" for _ in names)
    sql = f"""
        SELECT count(*) FILTER (turn = 1), count(*), regr_slope(input_tokens, turn),
            avg(gap) FILTER (turn > 1)
        FROM (
            SELECT input_tokens,
                row_number() OVER conversation_ AS turn,
                (time - lag(time) OVER conversation_) / 1000000 AS gap
            FROM usage
            WHERE {GOOD} AND conversation IS NOT NULL AND time IS NOT NULL AND {STEP} IN ({marks})
            WINDOW conversation_ AS (PARTITION BY source, conversation ORDER BY time)
        )
    """
    ((conversations, turns, slope, gap),) = engine.ask(sql, list(names))
    if not conversations:
        return None
    return History(int(conversations), int(turns), float(slope or 0), float(gap or 0))
