"""A workload as the text of a file: what is left at its default is left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from decimal import Decimal
from typing import Any

from costplan.record import REST
from costplan.record.kinds import is_record
from costplan.workload.model import Workload
from costplan.workload.paths import keys_of, put, value_at


def workload_text(workload: Workload, prices: Mapping[str, Any], head: str) -> str:
    """The file of a workload, with the ``[prices]`` of the file it came from and a first line that
    says what it is. Read again, it is the same workload."""
    import tomli_w  # only what writes files needs it

    data = dict(_tables(workload))
    _put_ranges(data, workload)
    if prices:
        data["prices"] = prices
    return f"# {head}\n{tomli_w.dumps(data)}"


def _put_ranges(data: dict[str, Any], workload: Workload) -> None:
    """Each range in place of its point, where a variant has not set another number; and what moves
    together of those that are left."""
    data.pop("ranges", None)
    kept = []
    for path, known in workload.ranges.items():
        keys = keys_of(path)
        if value_at(data, keys) == _number(known.point):
            put(data, keys, _plain(known.written))
            kept.append(path)
    tables = data.pop("correlation", ())
    for table in tables:
        table["paths"] = [path for path in table["paths"] if path in kept]
    if left := [table for table in tables if len(table["paths"]) > 1]:
        data["correlation"] = left


def _tables(record: Any) -> Iterator[tuple[str, Any]]:
    for field in fields(record):
        value = getattr(record, field.name)
        default = field.default
        if default is MISSING and field.default_factory is not MISSING:
            default = field.default_factory()
        if value is None or (default is not MISSING and value == default):
            continue
        if field.metadata == REST:
            yield from ((key, _plain(part)) for key, part in value.items())
        else:
            yield field.name, _plain(value)


def _plain(value: Any) -> Any:
    if is_record(type(value)):
        return dict(_tables(value))
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    if isinstance(value, Decimal):
        return _number(value)
    return value


def _number(value: Decimal) -> int | Decimal:
    """Whole numbers as such; others with the digits they have, and no exponent."""
    if value == value.to_integral_value():
        return int(value)
    return Decimal(f"{value:f}")
