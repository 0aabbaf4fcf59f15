"""Numbers of a workload by the paths that ranges know, draws around them, and each draw alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from random import Random
from typing import Any

import numpy as np

from costplan.billing.arrays.numbers import Floats
from costplan.risk.placing import number_at, with_number
from costplan.workload.model import Binding, Stack, Workload

ROOMS = [
    "traffic",
    "step",
    "conversation",
    "index",
    "tool",
    "observability",
    "runtime",
    "human",
    "job",
    "fixed",
    "vote",
    "stack",
    "discount",
    "commitment",
    "credit",
    "exchange",
    "hardware",
]
BESIDE = [
    "count",
    "memory_gb",
    "growth_per_month",
    "weekend_factor",
    "hourly",
    "next",
    "output_cv",
    "seconds",
    "seconds_p95",
]
"""What moves no month, or is not understood."""
SHARES = [
    "success",
    "detection_rate",
    "rho",
    "sensitivity",
    "false_positive_rate",
    "sample",
    "share",
    "common_cause",
    "retry_success",
    "selector",
    "phi",
    "extended_retention_share",
]


@dataclass
class Number:
    """A number of a workload: where it stands and what it is."""

    path: str
    value: Decimal | int

    @property
    def key(self) -> str:
        return self.path.rpartition(".")[2]


def numbers_of(workload: Workload) -> list[Number]:
    """Every number but 0 that can move a month's bill or its outcomes."""
    return [
        number
        for room in ROOMS
        for number in _below(getattr(workload, room), room)
        if not any(key in BESIDE for key in number.path.split("."))
    ]


def _below(node: Any, path: str) -> Iterator[Number]:
    if isinstance(node, Decimal | int) and not isinstance(node, bool):
        if node:
            yield Number(path, node)
    elif isinstance(node, tuple):
        for at, item in enumerate(node):
            name = getattr(item, "name", None)
            yield from _below(item, f"{path}.{name if isinstance(name, str) else at}")
    elif isinstance(node, Mapping):
        for key, item in node.items():
            yield from _below(item, f"{path}.{key}")
    elif hasattr(node, "_names"):
        rest = next((field.name for field in fields(node) if field.metadata.get("rest")), None)
        for field in fields(node):
            inner = getattr(node, field.name)
            if isinstance(node, Stack) and field.name == rest:
                inner = {
                    role: Binding(offer=item) if isinstance(item, str) else item
                    for role, item in inner.items()
                }
            yield from _below(inner, path if field.name == rest else f"{path}.{field.name}")


def drawn_around(number: Number, random: Random, count: int) -> Floats:
    """Draws around a number: shares stay shares, whole numbers near it, others up to five times
    as much or as little."""
    value = float(number.value)
    if isinstance(number.value, int):
        drawn = [max(1, number.value + random.randint(-1, 1)) for _ in range(count)]
    elif number.key in SHARES:
        low, high = max(0.0, value - 0.1), min(0.999, value + 0.1)
        drawn = [random.uniform(low, high) for _ in range(count)]
    elif number.key == "peak_to_mean":
        drawn = [random.uniform(1, 3) for _ in range(count)]
    elif number.key.endswith("percent"):
        drawn = [random.uniform(0, 30) for _ in range(count)]
    else:
        times = 5.0 if random.random() < 0.3 else 1.4
        drawn = [value * times ** random.uniform(-1, 1) for _ in range(count)]
    return np.array(drawn, dtype=float)


def exactly(workload: Workload, drawn: Mapping[str, Floats], at: int) -> Workload:
    """The workload with the numbers of one draw, as a file would have them."""
    for path, values in drawn.items():
        whole = isinstance(number_at(workload, path), int)
        value = float(values[at])
        workload = with_number(workload, path, round(value) if whole else Decimal(repr(value)))
    return workload
