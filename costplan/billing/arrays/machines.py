"""Rented machines that serve a model, on arrays: ``costplan.billing.machines``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from costplan.billing.arrays.numbers import Amount, below, floats
from costplan.billing.arrays.rows import ArrayBill, shared, total_of
from costplan.billing.machines import input_share_of
from costplan.workload.model import Binding
from costplan.workload.model_calls import ModelCalls


def split_fleet(bill: ArrayBill, demands: Iterable[ModelCalls], binding: Binding) -> None:
    """Split a fleet's rows into what its calls are for and idle, in place; a draw that the fleet
    cannot serve is refused."""
    factor, share = floats(binding.output_factor), floats(input_share_of(binding))
    loads: dict[str, Amount] = {}
    output: Any = 0.0
    for calls in demands:
        count = floats(calls.count)
        own = floats(calls.tokens.get("output_tokens", 0)) * factor * count
        prompt = floats(calls.tokens.get("input_tokens", 0)) * floats(binding.input_factor) * count
        loads[calls.purpose] = loads.get(calls.purpose, 0.0) + own + share * prompt
        output = output + own
    hours = total_of(row.quantity for row in bill.rows if row.unit.endswith("hour"))
    capacity = floats(binding.tokens_per_second or 1) * 3600 * hours
    whole: Any = total_of(loads.values())
    measured = 0.0 if binding.input_per_output is None else floats(binding.input_per_output)
    wanted: Any = whole / (1 + share * measured)
    if binding.input_per_output is None:
        wanted = np.where(np.equal(output, 0), wanted, output)
    parts = shared(wanted, list(loads.values())) if loads else []
    weights: dict[str, Amount] = dict(zip(loads, parts, strict=True))
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
