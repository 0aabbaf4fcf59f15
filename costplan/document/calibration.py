"""What a workload's numbers are in real usage, and what usage cannot say."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from costplan.document.usage import Number, Question
from costplan.record import Amount, document


class Measured(NamedTuple):
    """A key of the workload and its measured value. ``was``: what the file said; None: nothing.

    ``key``: as ``--set`` takes it. ``words``: source, days and count.
    """

    key: str
    value: str
    was: str | None
    words: str


class Wanted(NamedTuple):
    """A key that no log says. ``cases``: how many must be judged for it to be known to within
    ``within``, at 95 %."""

    key: str
    cases: Number
    within: Amount
    words: str


@document("calibration", "1.0")
class Calibration(NamedTuple):
    """``begin`` and ``end``: UTC days, both included; ``whole_days``: those that volume rests on.

    ``unchanged``: keys whose value is what was measured. ``wanted``: what is to be measured
    elsewhere.
    """

    workload: str | None
    begin: date | None
    end: date | None
    whole_days: Number
    requests: Number
    measured: tuple[Measured, ...]
    unchanged: tuple[str, ...]
    wanted: tuple[Wanted, ...]
    questions: tuple[Question, ...] = ()
    notes: tuple[str, ...] = ()


def spelled_range(low: Decimal, high: Decimal) -> str:
    """A range of P5 and P95 as a file has it; one number where nobody could tell them apart."""
    ends = spelled(low), spelled(high)
    return ends[0] if ends[0] == ends[1] else f"{{ p5 = {ends[0]}, p95 = {ends[1]} }}"


def spelled(value: Decimal) -> str:
    """A measured number as a file has it: whole from a hundred on, else four digits that count."""
    if value == 0:
        return "0"
    if value >= 100:
        return f"{value:,.0f}".replace(",", "_")
    return f"{round(value, max(0, 3 - value.adjusted())):f}".rstrip("0").rstrip(".")
