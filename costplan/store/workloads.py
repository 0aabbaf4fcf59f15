"""Workload files: found, read, changed by --set, checked."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path as FilePath
from typing import Any, NamedTuple

from costplan.problems import BadUsage, Path, Problem, did_you_mean
from costplan.store.text import collect_document, parse_toml, read_file, read_stdin
from costplan.workload.model import RESERVED, Workload

FILE_NAME = "costplan.toml"


class Opened(NamedTuple):
    """A workload with what is needed to speak of its file.

    ``workload`` is None where a key or a type is wrong; ``problems`` holds all that was found.
    ``bindings`` are the (path, id) pairs of its stacks, whatever else is wrong.
    """

    workload: Workload | None
    problems: list[Problem]
    bindings: list[tuple[Path, str]]
    name: str
    text: str
    folder: FilePath
    prices: dict[str, Any]


def open_workload(where: str | None, changes: Iterable[str] = ()) -> Opened:
    """The workload of a path, of standard input (``-``), or the nearest ``costplan.toml`` upward.

    Raises BadUsage, DocumentError or DocumentSyntaxError.
    """
    if where == "-":
        name, text, folder = "standard input", read_stdin(), FilePath()
    else:
        path = FilePath(where) if where is not None else _nearest()
        name, text, folder = str(path), read_file(path), path.parent
    if not text.strip():
        raise BadUsage(f"{name} is empty", "'costplan init' writes a workload to start from")
    data = parse_toml(name, text)
    for change in changes:
        _set(data, change)
    prices = data.pop("prices", {})
    if not isinstance(prices, dict):
        raise BadUsage(f"{name}: 'prices' must be a table")
    workload, problems = collect_document(Workload, name, data)
    return Opened(workload, problems, _bindings(data), name, text, folder, prices)


def _bindings(data: dict[str, Any]) -> list[tuple[Path, str]]:
    """Every id that a stack binds, read from the plain data."""
    found: list[tuple[Path, str]] = []
    stacks = data.get("stack")
    for stack, roles in stacks.items() if isinstance(stacks, dict) else ():
        for role, binding in roles.items() if isinstance(roles, dict) else ():
            if isinstance(binding, str) and role not in RESERVED:
                found.append((("stack", stack, role), binding))
            elif isinstance(binding, dict) and isinstance(binding.get("offer"), str):
                found.append((("stack", stack, role, "offer"), binding["offer"]))
    return found


def _nearest() -> FilePath:
    start = FilePath.cwd()
    for folder in (start, *start.parents):
        path = folder / FILE_NAME
        if path.is_file():
            return path
    raise BadUsage(
        f"no {FILE_NAME} in {start} or above it",
        "name a workload file, or write one with 'costplan init'",
    )


def _set(data: dict[str, Any], change: str) -> None:
    """Change one value in place: ``a.b=1``; elements of arrays by number or by their name."""
    keys, equals, text = change.partition("=")
    if not equals or not keys.strip():
        raise BadUsage(f"--set {change}: write it as path.to.key=value")
    path = [key.strip() for key in keys.split(".")]
    node: Any = data
    for at, key in enumerate(path[:-1]):
        node = _descend(node, key, ".".join(path[: at + 1]))
    last = path[-1]
    if isinstance(node, list):
        number = _position(node, last, keys)
        node[number] = _value(text)
    elif isinstance(node, dict):
        node[last] = _value(text)
    else:
        raise BadUsage(f"--set {change}: {'.'.join(path[:-1])} is not a table")


def _descend(node: Any, key: str, so_far: str) -> Any:
    if isinstance(node, list):
        return node[_position(node, key, so_far)]
    if isinstance(node, dict):
        if key not in node:
            node[key] = {}
        return node[key]
    raise BadUsage(f"--set: {so_far} is inside a value that is not a table")


def _position(items: list[Any], key: str, so_far: str) -> int:
    if key.isdecimal() and int(key) < len(items):
        return int(key)
    names = [one.get("name") for one in items if isinstance(one, dict)]
    if key in names:
        return names.index(key)
    known = [name for name in names if isinstance(name, str)]
    raise BadUsage(
        f"--set: there is no element '{key}' at {so_far}",
        did_you_mean(key, known) or "elements: " + ", ".join(known),
    )


def _value(text: str) -> Any:
    """A TOML value; a text that is none is taken as a string."""
    try:
        return tomllib.loads(f"x = {text}", parse_float=Decimal)["x"]
    except (tomllib.TOMLDecodeError, ValueError, ArithmeticError, RecursionError):
        return text.strip()
