"""Answers cut until they fit: the longest lists first, and what was left out is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from costplan.render.json import compact

MOST = 7_700
"""Bytes of a result; what the protocol puts around it is another two hundred."""
CUT = "..."
"""The end of a text that was cut."""
LEFT_OUT = "left_out"
SHORTEST = 60
"""Texts up to so many characters are never cut."""


class _Long(NamedTuple):
    """A list or a text that could be cut. ``size`` is its own, without the lists inside."""

    size: int
    holder: Any
    key: Any
    path: str


def fitted(data: dict[str, Any], line: Callable[[dict[str, Any]], str]) -> dict[str, Any]:
    """The data with lists halved, and texts where no list is left, until their ``line`` fits.

    ``left_out`` says of each list how many of its elements are shown.
    """
    whole: dict[str, int] = {}
    shown: dict[str, int] = {}
    while len(line(data).encode()) > MOST:
        candidates: list[_Long] = []
        _measure(data, "", candidates)
        if not candidates:
            raise OverflowError("an answer is too long, and nothing in it can be cut")
        long = max(candidates, key=lambda candidate: candidate.size)
        value = long.holder[long.key]
        kept = max(1, len(value) // 2)
        if isinstance(value, str):
            long.holder[long.key] = value[:kept].removesuffix(CUT) + CUT
            continue
        whole.setdefault(long.path, len(value))
        shown[long.path] = kept
        long.holder[long.key] = value[:kept]
        cut = [f"{path}: {count} of {whole[path]} are shown" for path, count in shown.items()]
        data[LEFT_OUT] = cut[:20]
    return data


def _measure(node: Any, path: str, candidates: list[_Long]) -> int:
    """The characters of a node without the lists inside, which are put among the ``candidates``."""
    size = 2
    pairs = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in pairs:
        where = f"{path}.{key}".lstrip(".")
        size += len(str(key)) + 4 if isinstance(node, dict) else 1
        if isinstance(value, dict):
            size += _measure(value, where, candidates)
        elif isinstance(value, list):
            own = _measure(value, where, candidates)
            if len(value) > 1 and where != LEFT_OUT:
                candidates.append(_Long(own, node, key, where))
        else:
            size += len(compact(value))
            if isinstance(value, str) and len(value) > SHORTEST:
                candidates.append(_Long(len(value) // 20, node, key, where))
    return size
