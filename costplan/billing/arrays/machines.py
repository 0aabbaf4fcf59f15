"""Rented machines that serve a model, on arrays: ``costplan.billing.machines``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from costplan.billing.arrays.numbers import Amount, below, floats
from costplan.billing.arrays.rows import ArrayBill, shared, total_of
from costplan.workload.model import Binding
from costplan.workload.model_calls import ModelCalls


def split_fleet(bill: ArrayBill, demands: Iterable[ModelCalls], binding: Binding) -> None:
    """Split a fleet's rows into what its calls are for and idle, in place; a draw that the fleet
    cannot serve is refused."""
    factor = floats(binding.output_factor)
    weights: dict[str, Amount] = {}
    for calls in demands:
        output = floats(calls.tokens.get("output_tokens", 0)) * factor * floats(calls.count)
        weights[calls.purpose] = weights.get(calls.purpose, 0.0) + output
    hours = total_of(row.quantity for row in bill.rows if row.unit.endswith("hour"))
    capacity = floats(binding.tokens_per_second or 1) * 3600 * hours
    wanted: Any = total_of(weights.values())
    bill.refused |= below(capacity, wanted)
    weights["idle"] = weights.get("idle", 0.0) + np.maximum(0.0, capacity - wanted)
    parts = shared(1.0, list(weights.values()))
    bill.rows = [
        replace(
            row,
            purpose=purpose,
            listed=row.listed * part,
            paid=row.paid * part,
            quantity=row.quantity * part,
        )
        for row in bill.rows
        for purpose, part in zip(weights, parts, strict=True)
    ]
