"""Options that travel together, in the hands of a command as one record."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import Parameter, signature
from typing import Any, get_type_hints


def grouped(command: Callable[..., int]) -> Callable[..., int]:
    """A command whose parameters may be records (NamedTuples) of options.

    The parser asks for each of their fields where the record stands, in the record's order, and
    the command is handed the record. A record's parameter is named by keyword alone, so that it
    needs no default: its fields have theirs. No field may share a name with another parameter.
    """
    asked: list[Parameter] = []
    records: dict[str, Any] = {}
    for parameter in signature(command, eval_str=True).parameters.values():
        record = parameter.annotation
        if hasattr(record, "_field_defaults"):
            records[parameter.name] = record
            asked += [
                parameter.replace(
                    name=name, annotation=option, default=record._field_defaults[name]
                )
                for name, option in get_type_hints(record, include_extras=True).items()
            ]
        else:
            asked.append(parameter)

    @wraps(command)
    def asking(**given: Any) -> int:
        for name, record in records.items():
            given[name] = record(*(given.pop(field) for field in record._fields))
        return command(**given)

    flat: Any = asking
    flat.__signature__ = signature(command).replace(parameters=asked)
    flat.__annotations__ = {parameter.name: parameter.annotation for parameter in asked}
    return asking
