"""Keys of a workload file as people name them: ``step.chat.input_tokens``.

Elements of an array go by their ``name``, or by their number; what holds a dot stands in quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from costplan.problems import BadUsage, Path, did_you_mean
from costplan.record import TOML


class Astray(BadUsage):
    """A path that leads nowhere in a file."""


KEY = r"""\s*(?:"([^"]*)"|'([^']*)'|([^."']*?))\s*(?:\.|$)"""
BARE = r"[A-Za-z0-9_-]+"


def keys_of(path: str) -> list[str]:
    """The keys of a dotted path; an empty one where something is missing."""
    keys: list[str] = []
    at, pattern = 0, re.compile(KEY)
    while at <= len(path):
        part = pattern.match(path, at)
        if part is None:
            return [""]
        keys.append(next((group for group in part.groups() if group is not None), ""))
        at = part.end()
        if at == len(path) and not path.endswith("."):
            break
        if at == len(path):
            keys.append("")
            break
    return keys


def dotted(keys: Iterable[str | int]) -> str:
    """The path of these keys."""
    words = (str(key) for key in keys)
    return ".".join(word if re.fullmatch(BARE, word) else f'"{word}"' for word in words)


def put(data: Any, keys: Sequence[str], value: Any) -> Path:
    """Set one value in plain data, making the tables on the way. Returns where. Raises Astray."""
    node = data
    path: list[str | int] = []
    for at, key in enumerate(keys):
        if isinstance(node, list):
            path.append(position(node, key, dotted(keys[: at + 1])))
        elif isinstance(node, dict):
            path.append(key)
        else:
            raise Astray(f"{dotted(keys[:at])} is {TOML.word_for(node)}, not a table")
        if at == len(keys) - 1:
            node[path[-1]] = value
        elif isinstance(node, dict):
            node = node.setdefault(key, {})
        else:
            node = node[path[-1]]
    return tuple(path)


def value_at(data: Any, keys: Iterable[str]) -> Any:
    """What stands in plain data at a path; None where it leads nowhere."""
    for key in keys:
        if isinstance(data, dict):
            data = data.get(key)
        elif isinstance(data, list):
            try:
                data = data[position(data, key, key)]
            except Astray:
                return None
        else:
            return None
    return data


def position(items: list[Any], key: str, so_far: str) -> int:
    """The number of an array's element that goes by a name or by its number. Raises Astray."""
    if key.isdecimal() and int(key) < len(items):
        return int(key)
    names = [table.get("name") for table in items if isinstance(table, dict)]
    if key in names:
        return names.index(key)
    known = [name for name in names if isinstance(name, str)]
    raise Astray(
        f"there is no element '{key}' at {so_far}",
        did_you_mean(key, known) or "elements: " + ", ".join(known),
    )


def name_in(items: Sequence[Any], at: int) -> str | int:
    """What an array's element goes by: its name, where it alone has it."""
    names = [item.get("name") for item in items if isinstance(item, dict)]
    name = items[at].get("name") if isinstance(items[at], dict) else None
    return name if isinstance(name, str) and names.count(name) == 1 else at
