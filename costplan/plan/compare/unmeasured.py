"""Machines for a model or an accelerator that was never measured: named, with a band, unranked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from costplan.catalog.curves import Weights
from costplan.catalog.offer import Hardware
from costplan.catalog.origin import Origin
from costplan.catalog.roofline import Load, modelled
from costplan.plan.compare.fleets import by_rate
from costplan.plan.compare.measured import held
from costplan.plan.compare.served import Capacity, Served
from costplan.problems import BadUsage
from costplan.quantity import grouped, rounded
from costplan.words import WORKLOAD
from costplan.workload.strategy import Gpus, Modelled


def by_roofline(terms: Gpus, served: Served, capacity: Capacity, hardware: Hardware | None) -> str:
    """What the machines would come to, in words: nothing is billed by a modelled figure.

    Raises BadUsage outside of what was calibrated.
    """
    asked = terms.modelled
    assert asked is not None
    accelerator, count = held(terms, hardware)
    known = capacity.throughput(asked.model)
    rate = modelled(
        asked.model,
        _size(asked, known.weights, served.day),
        known.devices,
        asked.precision,
        Load(count, asked.concurrency, served.mean),
        accelerator,
        hardware.memory_gb if hardware else None,
    )
    fleets = [by_rate(terms, served, speed)[0] for speed in (rate.high, rate.likely, rate.low)]
    fewest, likely, most = (grouped(fleet) for fleet in fleets)
    return (
        f"modelled, not measured, and so not ranked: {asked.model} {asked.precision} on "
        f"{count} x {accelerator} with {grouped(asked.concurrency)} requests together, "
        f"{served.mean}: "
        f"{rounded(rate.tpot_ms)} ms a token, {rounded(rate.likely)} tokens/s a machine "
        f"({rounded(rate.low)} to {rounded(rate.high)}), {likely} x {terms.machine} "
        f"({fewest} to {most}); state tokens_per_second once it is measured"
    )


def _size(asked: Modelled, known: Mapping[str, Weights], day: date) -> Weights:
    """The size that the workload states, else the known one."""
    if asked.parameters is None or asked.cache is None:
        if asked.model not in known:
            raise BadUsage(
                f"the size of {asked.model} is not known", "give parameters, layers and cache"
            )
        return known[asked.model]
    return Weights(
        parameters=asked.parameters,
        cache=asked.cache,
        layers=asked.layers,
        active=asked.active,
        experts=asked.experts,
        chosen=asked.chosen,
        origin=Origin(since=day, checked=day, source=WORKLOAD),
    )
