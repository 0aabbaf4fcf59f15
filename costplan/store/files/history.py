"""A history as CSV: a row a day, or a row a month, of requests or of money.

    date,requests          date,amount
    2026-11-01,1250        2026-10,4100.50

Order does not matter. A day stands once: rows of several models or tenants are summed before.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import NamedTuple

from costplan.problems import BadUsage
from costplan.quantity import LARGEST
from costplan.store.files.text import read_bytes, read_file

DATES = ("date", "day", "month")
COUNTED = {"requests": "requests", "conversations": "requests", "amount": "amount"}
"""What a column counts, by its name."""
MONTH = re.compile(r"\d{4}-\d{2}")
HEADER = 4_096
"""Bytes within which a header ends."""
MOST_FAULTS = 5


class Rows(NamedTuple):
    """Values by day, or by the first of a month where ``monthly``. ``counts``: requests, amount."""

    counts: str
    values: Mapping[date, Decimal]
    monthly: bool


def is_history(name: str) -> bool:
    """Whether a file is CSV with a column of days and one of requests or amounts, and no column of
    models: what else is read as usage."""
    path = Path(name)
    if not path.is_file() or path.suffix.lower() not in (".csv", ".txt"):
        return False
    header = read_bytes(path, HEADER).partition(b"\n")[0].decode("utf-8-sig", "replace")
    names = {part.strip().strip('"').lower() for part in re.split("[,;\t]", header)}
    return bool(names & set(DATES)) and bool(names & set(COUNTED)) and "model" not in names


def read_history(names: Sequence[str]) -> Rows:
    """The rows of some files together. Raises BadUsage with what is wrong in each line."""
    values: dict[date, Decimal] = {}
    places: dict[date, str] = {}
    kinds: set[tuple[str, bool]] = set()
    for name in names:
        counts, rows = _rows(name)
        faults: list[str] = []
        months: set[bool] = set()
        for number, day_text, value_text in rows:
            parsed = _read(day_text, value_text, counts)
            if isinstance(parsed, str):
                faults.append(f"line {number}: {parsed}")
                continue
            day, value, is_month = parsed
            months.add(is_month)
            if day in places:
                faults.append(f"line {number}: {day_text} stands in {places[day]} already")
            places[day] = f"{name} line {number}"
            values[day] = value
        if len(months) > 1:
            faults.append("some dates are days and some are months")
        _refuse(name, faults)
        kinds.add((counts, True in months))
    if not values:
        raise BadUsage(f"{names[0]} has no row", "date,requests and a row a day")
    if len(kinds) > 1:
        raise BadUsage("the histories count different things", "give days or months, of one kind")
    ((counts, monthly),) = kinds
    return Rows(counts, values, monthly or _firsts(values))


def _rows(name: str) -> tuple[str, Iterable[tuple[int, str, str]]]:
    """What a file counts, and of each line its number, date and value."""
    text = read_file(Path(name)).removeprefix("\ufeff")
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(text.splitlines(), delimiter=separator)
    try:
        lines = list(reader)
    except csv.Error as error:
        raise BadUsage(f"{name}:{reader.line_num}: {error}", "a date and a number a line") from None
    header = [column.strip().lower() for column in lines[0]] if lines else []
    days = [at for at, column in enumerate(header) if column in DATES]
    counted = [at for at, column in enumerate(header) if column in COUNTED]
    if len(days) != 1 or len(counted) != 1:
        hint = "a header such as date,requests or date,amount"
        raise BadUsage(f"{name} has not one column of dates and one of values", hint)
    most = max(days[0], counted[0])
    rows = [
        (number, line[days[0]].strip(), line[counted[0]].strip())
        for number, line in enumerate(lines[1:], 2)
        if len(line) > most
    ]
    short = [number for number, line in enumerate(lines[1:], 2) if line and len(line) <= most]
    _refuse(name, [f"line {number} is cut short" for number in short])
    return COUNTED[header[counted[0]]], rows


def _read(day: str, value: str, counts: str) -> tuple[date, Decimal, bool] | str:
    """A day (or month) with its value, or what is wrong."""
    is_month = MONTH.fullmatch(day) is not None
    try:
        when = date.fromisoformat(f"{day}-01" if is_month else day)
    except ValueError:
        return f"'{day[:40]}' is no date such as 2026-11-22 or 2026-11"
    try:
        number = Decimal(value)
    except InvalidOperation:
        return f"'{value[:40]}' is no number"
    if not number.is_finite() or number >= LARGEST:
        return f"'{value[:40]}' is not a finite number under 1e15"
    if number < 0:
        return f"{value[:40]} {counts}: must be at least 0"
    return when, number, is_month


def _firsts(values: Mapping[date, Decimal]) -> bool:
    """Whether every date is the first of a month, of two at least."""
    return len(values) > 1 and all(day.day == 1 for day in values)


def _refuse(name: str, faults: Sequence[str]) -> None:
    if faults:
        left = len(faults) - MOST_FAULTS
        more = f"; and {left} more" if left > 0 else ""
        said = "; ".join(faults[:MOST_FAULTS])
        raise BadUsage(f"{name}: {said}{more}", "a row a day: its date, and a number")
