"""Machines for the busiest hour by a measurement on the same accelerators."""

from __future__ import annotations

from decimal import Decimal

from costplan.catalog.curves import LatencyTarget
from costplan.catalog.lookup import Catalog
from costplan.catalog.offer import Hardware
from costplan.catalog.throughput import Machine, Rate, TooSmall
from costplan.plan.bill.machines import machines
from costplan.plan.compare.fleets import NONE, Fleet, by_rate
from costplan.plan.compare.served import Capacity, Served
from costplan.problems import BadUsage
from costplan.quantity import grouped, rounded
from costplan.workload.strategy import Gpus


def held(terms: Gpus, hardware: Hardware | None) -> tuple[str, int]:
    """The accelerator of a machine, and how many it has. Raises BadUsage where nobody says."""
    accelerator = terms.accelerator or (hardware.accelerator if hardware else None)
    count = terms.accelerators or (hardware.count if hardware else None)
    if accelerator is None or count is None:
        hint = "give accelerator and accelerators"
        raise BadUsage(f"what {terms.machine} has is not known", hint)
    return accelerator, count


def by_measurement(
    terms: Gpus, served: Served, capacity: Capacity, hardware: Hardware | None, catalog: Catalog
) -> Fleet:
    """Sized by the rate of a measurement on the machine's own accelerators; the words have its band
    in tokens a second and in machines. Raises BadUsage where none answers."""
    accelerator, count = held(terms, hardware)
    try:
        rate = capacity.throughput(terms.measured).rate(
            terms.measured,
            accelerator,
            LatencyTarget(tpot_ms=terms.ms_per_token, ttft_ms=terms.ms_to_first_token),
            served.mean,
            machine=Machine(count, hardware.memory_gb if hardware else None),
        )
    except TooSmall as error:
        larger = _larger(catalog, terms.machine, accelerator, error.gpus)
        raise BadUsage(error.message, f"{error.hint}; next size: {larger}") from None
    fleet, how = by_rate(terms, served, rate.likely * count)
    words = f"{rounded(rate.likely * count)} tokens/s each ({_band(rate, count)}; "
    words += f"{terms.measured} {rate.precision} on {accelerator}, {rate.how}; "
    words += f"{rate.provenance.source}, {rate.provenance.checked})"
    most = by_rate(terms, served, rate.low * count)[0]
    fewest = fleet if rate.high is None else by_rate(terms, served, rate.high * count)[0]
    if fewest != most:
        words += f", {grouped(fewest)} to {grouped(most)} machines within the band"
    return Fleet(fleet, rate.likely * count, f"{words}, {how}")


def _band(rate: Rate, count: int) -> str:
    low = rounded(rate.low * count)
    return f"{low} or more" if rate.high is None else f"{low} to {rounded(rate.high * count)}"


def _larger(catalog: Catalog, offer: str, accelerator: str, least: Decimal) -> str:
    """The next size that holds a replica of so many accelerators: the same vendor's, else all of
    the fewest accelerators that do."""
    holding = [
        (has.count, entry_id)
        for entry_id, has in machines(catalog)
        if has.accelerator == accelerator and has.count % least == 0
    ]
    vendor = offer.split("/")[0] + "/"
    own = sorted(size for size in holding if size[1].startswith(vendor))
    smallest = own[:1] or [size for size in sorted(holding) if size[0] == min(holding)[0]]
    return ", ".join(f"{entry_id} ({count} of them)" for count, entry_id in smallest) or NONE
