"""Machines that serve a model, rented or owned, on arrays: ``costplan.billing.machines``, and the
charges of ``costplan.workload.hardware`` where what an own machine costs is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from costplan.billing.arrays.formulas import ArrayValues
from costplan.billing.arrays.numbers import Amount, Draws, below, floats, over
from costplan.billing.arrays.rows import ArrayBill, ArrayOff, Row, shared, total_of
from costplan.billing.compiled import CompiledOffer
from costplan.billing.machines import input_share_of
from costplan.billing.takes import Take
from costplan.billing.variables import MissingVariables
from costplan.catalog.lookup import Entry
from costplan.catalog.offer import Offer
from costplan.record import replace
from costplan.words import OWN_HARDWARE
from costplan.workload.hardware import BUSY, OwnHardware
from costplan.workload.model import Binding
from costplan.workload.model_calls import ModelCalls

Weights = dict[str, Amount]
"""Output tokens that a fleet is to deliver, by what they are for."""


def weights_of(demands: Iterable[ModelCalls], binding: Binding) -> Weights:
    """What the month asks of a fleet: input weighs its share of an output token."""
    factor, share = floats(binding.output_factor), floats(input_share_of(binding))
    loads: Weights = {}
    output: Any = 0.0
    for calls in demands:
        count = floats(calls.count)
        own = floats(calls.tokens.get("output_tokens", 0)) * factor * count
        prompt = floats(calls.tokens.get("input_tokens", 0)) * floats(binding.input_factor) * count
        loads[calls.purpose] = loads.get(calls.purpose, 0.0) + own + share * prompt
        output = output + own
    whole: Any = total_of(loads.values())
    measured = 0.0 if binding.input_per_output is None else floats(binding.input_per_output)
    wanted: Any = whole / (1 + share * measured)
    if binding.input_per_output is None:
        wanted = np.where(np.equal(output, 0), wanted, output)
    parts = shared(wanted, list(loads.values())) if loads else []
    return dict(zip(loads, parts, strict=True))


def owned_hours(entry: Entry, binding: Binding) -> Amount | None:
    """The hours that own machines run in a month; None for rented ones."""
    if not entry.id.startswith(OWN_HARDWARE):
        return None
    assert isinstance(entry.item, Offer)
    return ArrayValues(entry.item, binding.variables).evaluate("instances * hours")


def at_work(weights: Weights, hours: Amount | None, binding: Binding) -> dict[str, Any]:
    """The variables of a machine's bill: an own one's has the share of its hours at work."""
    given: dict[str, Any] = dict(binding.variables)
    if hours is None:
        return given
    capacity = floats(binding.tokens_per_second or 1) * 3600 * hours
    return given | {
        BUSY: Draws(np.asarray(np.minimum(1.0, over(total_of(weights.values()), capacity))))
    }


def split_fleet(bill: ArrayBill, weights: Weights, hours: Amount | None, binding: Binding) -> None:
    """Split a fleet's rows into what its calls are for and idle, in place; a draw that the fleet
    cannot serve is refused. ``hours``: of own machines; those that are paid where left out."""
    if hours is None:
        hours = total_of(row.quantity for row in bill.rows if row.unit.endswith("hour"))
    capacity = floats(binding.tokens_per_second or 1) * 3600 * hours
    wanted = total_of(weights.values())
    bill.refused |= below(capacity, wanted)
    idle = {**weights, "idle": weights.get("idle", 0.0) + np.maximum(0.0, capacity - wanted)}
    bill.rows = [part for row in bill.rows for part in _split(row, idle if row.fixed else weights)]


def _split(row: Row, weights: Weights) -> Iterator[Row]:
    for purpose, part in zip(weights, shared(1.0, list(weights.values())), strict=True):
        yield replace(
            row,
            purpose=purpose,
            listed=row.listed * part,
            paid=row.paid * part,
            quantity=row.quantity * part,
        )


def bill_owned(compiled: CompiledOffer, take: Take, owned: OwnHardware, off: ArrayOff) -> ArrayBill:
    """The rows of own machines whose own numbers are drawn, as their offer would bill them."""
    values = ArrayValues(compiled.offer, take.variables)
    machines = values.evaluate("instances")
    hours = machines * values.evaluate("hours")
    power = floats(owned.electricity)
    costs = {
        "capital": machines * floats(owned.capital),
        "hosting": machines * floats(owned.hosting),
        "operators": machines * floats(owned.operator_hours) * floats(owned.operator_rate or 0),
        "power": hours * floats(owned.idle_kw) * power,
        "power at work": hours * floats(owned.work_kw) * values.evaluate(BUSY) * power,
    }
    if values.missing:
        raise MissingVariables(compiled.offer.id, list(values.missing.values()))
    rows = [
        Row(
            offer=compiled.entry.id,
            charge=name,
            role=take.role,
            component=take.component,
            purpose=take.purpose,
            listed=cost,
            paid=cost * (1.0 - off(name)),
            fixed=name != "power at work",
        )
        for name, cost in costs.items()
    ]
    return ArrayBill(rows)
