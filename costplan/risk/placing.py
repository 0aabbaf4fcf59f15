"""Draws in place of the numbers of a workload, by the paths that ``--set`` understands.

What is a whole number in the file (attempts, turns, runs of a vote) shapes the plan itself: its
draws are grouped by their values, and each group has a workload of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any, NamedTuple, cast

import numpy as np

from costplan.billing.arrays.numbers import Draws, Floats, Places
from costplan.problems import BadUsage
from costplan.record import replace
from costplan.workload.model import Binding, Stack, Workload
from costplan.workload.paths import keys_of

Drawn = Mapping[str, Floats]
"""By path of a number in the workload, a value for each draw."""

NEVER = ("traffic.hourly.*", "traffic.weekend_factor", "step.*.next.*")
"""Numbers that decide when requests come and where they go next, of which others follow."""
EDGE = 1e-12
"""How near a correlation may come to 0 and 1, where urns have no or endless weight."""


class Placed(NamedTuple):
    """A workload with draws in place, and which of all draws they are."""

    workload: Workload
    draws: Places


def placed(workload: Workload, drawn: Drawn, count: int) -> Iterator[Placed]:
    """The workload with its draws in place, once for each set of whole numbers among them.

    Raises BadUsage for a path that leads to no number, or to one whose range is not understood.
    """
    whole: dict[str, Floats] = {}
    real: dict[str, Floats] = {}
    for path, values in drawn.items():
        if any(fnmatchcase(path, pattern) for pattern in NEVER):
            raise BadUsage(f"a range on {path} is not understood", "give it one value")
        number = number_at(workload, path)
        if isinstance(number, int):
            whole[path] = np.rint(values)
        else:
            real[path] = np.clip(values, EDGE, 1 - EDGE) if path.endswith(".rho") else values
    for integers, draws in _groups(whole, count):
        plan = workload
        for path, integer in integers.items():
            plan = with_number(plan, path, integer)
        for path, values in real.items():
            plan = with_number(plan, path, cast(Decimal, Draws(values[draws])))
        yield Placed(plan, draws)


def _groups(whole: Drawn, count: int) -> Iterator[tuple[dict[str, int], Places]]:
    """The draws by the whole numbers in them."""
    if not whole:
        yield {}, np.arange(count)
        return
    table = np.stack(list(whole.values()), axis=1)
    values, place = np.unique(table, axis=0, return_inverse=True)
    for at, row in enumerate(values):
        numbers = {path: int(number) for path, number in zip(whole, row, strict=True)}
        yield numbers, np.flatnonzero(place.reshape(-1) == at)


def number_at(workload: Workload, path: str) -> Decimal | int:
    node: Any = workload
    for key in keys_of(path):
        node = _below(node, key, path)
    if isinstance(node, bool) or not isinstance(node, Decimal | int):
        raise BadUsage(f"a range on {path}: it is no number", "a range belongs to a number")
    return node


def with_number(workload: Workload, path: str, number: Decimal | int) -> Workload:
    """The workload with one number replaced."""
    return cast(Workload, _replaced(workload, keys_of(path), number, path))


def _replaced(node: Any, keys: list[str], number: Any, path: str) -> Any:
    if not keys:
        return number
    key, *rest = keys
    inner = _replaced(_below(node, key, path), rest, number, path)
    if isinstance(node, tuple):
        at = _position(node, key)
        return (*node[:at], inner, *node[at + 1 :])
    if isinstance(node, Mapping):
        return {**node, key: inner}
    if key in _names(node):
        return replace(node, **{key: inner})
    own = _rest_of(node)
    return replace(node, **{own: {**getattr(node, own), key: inner}})


def _below(node: Any, key: str, path: str) -> Any:
    """What a key of a table, or a name or a place in a list, leads to."""
    below: Any = None
    if isinstance(node, tuple):
        at = _position(node, key)
        below = node[at] if at >= 0 else None
    elif isinstance(node, Mapping):
        below = node.get(key)
    elif hasattr(node, "_names"):
        own = _rest_of(node)
        below = getattr(node, key) if key in _names(node) else getattr(node, own, {}).get(key)
    if below is None:
        raise BadUsage(f"a range on {path}: the workload has nothing at '{key}'")
    return Binding(offer=below) if isinstance(below, str) and isinstance(node, Stack) else below


def _position(items: tuple[Any, ...], key: str) -> int:
    if key.isdecimal() and int(key) < len(items):
        return int(key)
    names = [getattr(item, "name", None) for item in items]
    return names.index(key) if key in names else -1


def _names(node: Any) -> frozenset[str]:
    own = _rest_of(node)
    return frozenset(name for name in node._names if name != own)


def _rest_of(node: Any) -> str:
    """The field that takes every other key; empty where there is none."""
    return next((field.name for field in fields(node) if field.metadata.get("rest")), "")
