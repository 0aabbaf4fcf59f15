"""Machines that serve a model, rented by the hour or owned, and used by the token.

    capacity = tokens/s x 3600 x machine-hours      utilisation = output tokens / capacity

An input token takes a share of an output token's time: steps pay a fleet by both. What is paid and
not used is idle. A fleet that cannot serve the month is refused, not averaged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_CEILING, Decimal
from functools import partial

from costplan.billing.takes import OfferBill
from costplan.billing.variables import Values
from costplan.catalog.lookup import Entry
from costplan.catalog.offer import Offer
from costplan.document.line import LineItem
from costplan.facts import fact
from costplan.problems import Problem
from costplan.quantity import ONE, ZERO, grouped, shares, total
from costplan.record import replace
from costplan.words import OWN_HARDWARE
from costplan.workload.hardware import BUSY
from costplan.workload.model import Binding
from costplan.workload.model_calls import ModelCalls
from costplan.workload.tables import Traffic

INPUT_SHARE = Decimal("0.28")
"""What an input token takes of an output token's time at 25 ms a token, where nobody says more:
0.14 at 15 ms, 0.40 at 33 (``costplan.catalog.curves.SHARES``)."""
UNDERUSED = Decimal("0.2")
"""A fleet that is used less is too large, or bought for too many hours."""
SAFE = Decimal("0.7")
"""The share of a machine that is safe to plan with in its busiest hour."""


def bill_machines(
    entry: Entry,
    bill: OfferBill,
    demands: Sequence[ModelCalls],
    binding: Binding,
    traffic: Traffic,
) -> list[Problem]:
    """Split a fleet's lines into produce (by step) and idle, in place.

    Returns a problem when the fleet cannot serve the month.
    """
    per_second = binding.tokens_per_second or ONE
    hours = _hours(entry, bill, binding)
    capacity = per_second * 3600 * hours
    wanted = _wanted(demands, binding)
    weights = _weights(demands, binding, wanted)
    if wanted > capacity:
        per_machine = capacity / hours if hours else ZERO
        needed = (
            (wanted / per_machine / 730).to_integral_value(ROUND_CEILING) if per_machine else ONE
        )
        return [
            Problem(
                (),
                f"{entry.id} at {grouped(per_second)} tokens/s serves {grouped(capacity, 0)} "
                f"output tokens in {grouped(hours)} hours; the month has {grouped(wanted, 0)}",
                f"instances = {needed} at 730 hours each would carry the mean",
            )
        ]
    used = wanted / capacity if capacity else ZERO
    bill.unwritten.append(partial(_write, entry, bill, per_second, used, hours, traffic))
    if binding.input_share is None and _differ(demands, binding):
        bill.facts.append(fact("input-share", entry.id, share=INPUT_SHARE))
    idle = {**weights, ("idle", ""): capacity - wanted}
    bill.lines = [
        part for line in bill.lines for part in _split(line, idle if line.fixed else weights)
    ]
    return []


def at_work(entry: Entry, demands: Sequence[ModelCalls], binding: Binding) -> Mapping[str, Decimal]:
    """The variables of a machine's bill. What an own one draws depends on the share of its hours
    that it is at work; what a rented one does is in its price."""
    given = {name: Decimal(value) for name, value in binding.variables.items()}
    if not entry.id.startswith(OWN_HARDWARE):
        return given
    capacity = (binding.tokens_per_second or ONE) * 3600 * _owned_hours(entry, binding)
    wanted = _wanted(demands, binding)
    return {**given, BUSY: min(ONE, wanted / capacity) if capacity else ZERO}


def _wanted(demands: Sequence[ModelCalls], binding: Binding) -> Decimal:
    """Output tokens that a fleet is to deliver, the time of prompts in them: as many as there are
    where its speed was measured with prompts like these, else by the tokens in for each of both."""
    output = total(calls.count * _output(calls, binding) for calls in demands)
    if binding.input_per_output is None and output:
        return output
    load = total(_load(calls, binding) for calls in demands)
    return load / (ONE + input_share_of(binding) * (binding.input_per_output or ZERO))


def _output(calls: ModelCalls, binding: Binding) -> Decimal:
    return calls.tokens.get("output_tokens", ZERO) * binding.output_factor


def _load(calls: ModelCalls, binding: Binding) -> Decimal:
    """Time that calls take of a machine, in that of an output token."""
    input_tokens = calls.tokens.get("input_tokens", ZERO) * binding.input_factor
    return calls.count * (_output(calls, binding) + input_share_of(binding) * input_tokens)


def input_share_of(binding: Binding) -> Decimal:
    """The share of an output token's time on a machine that an input token takes."""
    return INPUT_SHARE if binding.input_share is None else binding.input_share


def _weights(
    demands: Sequence[ModelCalls], binding: Binding, wanted: Decimal
) -> dict[tuple[str, str], Decimal]:
    """What a fleet is to deliver, by purpose and step: by the time of prompts and answers."""
    loads: dict[tuple[str, str], Decimal] = {}
    for calls in demands:
        key = (calls.purpose, calls.step)
        loads[key] = loads.get(key, ZERO) + _load(calls, binding)
    return dict(zip(loads, shares(wanted, list(loads.values())), strict=True)) if loads else {}


def _differ(demands: Sequence[ModelCalls], binding: Binding) -> bool:
    """Whether an input token's share moves the split: some prompts are longer for an answer."""
    ratios = {
        round(calls.tokens.get("input_tokens", ZERO) / output, 9)
        for calls in demands
        if calls.count and (output := _output(calls, binding))
    }
    return len(ratios) > 1


def _hours(entry: Entry, bill: OfferBill, binding: Binding) -> Decimal:
    """Machine-hours of a month: those that are paid, or those that own machines run."""
    if entry.id.startswith(OWN_HARDWARE):
        return _owned_hours(entry, binding)
    return total(line.quantity for line in bill.lines if line.price.unit.endswith("hour"))


def _owned_hours(entry: Entry, binding: Binding) -> Decimal:
    assert isinstance(entry.item, Offer)
    given = {name: Decimal(value) for name, value in binding.variables.items()}
    return Values(entry.item, given).evaluate("instances * hours")


def _write(
    entry: Entry,
    bill: OfferBill,
    per_second: Decimal,
    used: Decimal,
    hours: Decimal,
    traffic: Traffic,
) -> None:
    """How much of a fleet the month uses, and whether requests queue in its busiest hour."""
    peak = traffic.peak_to_mean or ONE
    above = ONE - min(ONE, used * peak)
    bill.facts.append(
        fact(
            "utilisation",
            entry.id,
            percent=used * 100,
            speed=per_second,
            headroom=above * 100,
            idle=(ONE - used - above) * 100,
        )
    )
    if used * peak > 1:
        bill.facts.append(fact("queueing", entry.id, percent=used * peak * 100))
    if ZERO < used < UNDERUSED:
        needed = (used * hours / SAFE).to_integral_value(ROUND_CEILING)
        bill.facts.append(fact("underused", entry.id, hours=needed, bought=hours))


def _split(line: LineItem, weights: dict[tuple[str, str], Decimal]) -> list[LineItem]:
    if line.amount is None or line.list_amount is None:
        return [line]
    parts = list(weights.values())
    quantities = shares(line.quantity, parts)
    listed, paid = shares(line.list_amount, parts), shares(line.amount, parts)
    return [
        replace(
            line,
            purpose=purpose,
            step=step or None,
            quantity=quantity,
            list_amount=at_list,
            amount=at_paid,
        )
        for (purpose, step), quantity, at_list, at_paid in zip(
            weights, quantities, listed, paid, strict=True
        )
        if quantity
    ]
