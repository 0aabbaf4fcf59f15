"""The electricity and the CO2e behind a stack's month, beside its bill.

Machines by their hours, open models by measured curves, closed ones by a figure that is stated or
published, else not at all. Power is money for own hardware alone: a rented machine's price and a
token's have it in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Protocol, TypeVar

from costplan.catalog.curves import LatencyTarget, Shape
from costplan.catalog.energy import (
    CHEAPEST_KWH,
    DEPLOYED,
    HOST_WATTS,
    JOULES,
    NOTHING,
    PUE,
    Emission,
    Energy,
    Power,
    Spread,
)
from costplan.catalog.lookup import Entry
from costplan.catalog.model import Model
from costplan.catalog.offer import Offer
from costplan.catalog.throughput import Throughput
from costplan.document import energy as document
from costplan.document.energy import EnergyPart, Range, over
from costplan.document.line import LineItem
from costplan.facts import Fact, fact
from costplan.plan.bill.asked import calls_of
from costplan.plan.bill.bindings import Bound
from costplan.plan.bill.month import StackMonth
from costplan.plan.bill.vendors import served_in
from costplan.problems import BadUsage, InvalidInput, Path, Problem
from costplan.quantity import ONE, ZERO, grouped, settle, total
from costplan.words import OWN_HARDWARE
from costplan.workload.energy import EnergyTerms, ModelEnergy
from costplan.workload.model_calls import ModelCalls

T = TypeVar("T")
CLOUDS = {"google": "google", "vertex": "google"}
"""Vendors whose regions have figures of the cloud's own."""
NOT_COUNTED = "no training, no network, no users' devices, nothing else that the bill pays"


class Figures(Protocol):
    """Where measurements and figures of power are found; read only when asked."""

    def throughput(self, model: str) -> Throughput:
        """Measured tokens a second of a model."""

    def energy(self) -> Energy:
        """What machines draw and grids emit."""


def energy_of(
    month: StackMonth, figures: Figures, trusted: Decimal | None
) -> document.Energy | None:
    """What a billed month takes; None where the workload asks for nothing. ``trusted``: share of
    trusted answers, None where it is not modelled."""
    terms = month.workload.energy
    if terms is None:
        return None
    meter = _Meter(month, terms, figures)
    parts = list(meter.parts())
    energy = document.Energy(
        parts=parts,
        boundary=meter.boundary(),
        wh_per_request=None,
        g_per_trusted_answer=None,
        embodied_kg=terms.embodied_kg,
    )
    requests = month.usage.requests
    if energy.kwh is not None:
        energy.wh_per_request = over(energy.kwh, requests / 1000)
    if energy.kgco2e is not None and trusted is not None:
        energy.g_per_trusted_answer = over(energy.kgco2e, requests * trusted / 1000)
    return energy


class _Meter:
    """The parts of one stack's month."""

    def __init__(self, month: StackMonth, terms: EnergyTerms, figures: Figures) -> None:
        self.month, self.terms, self.figures = month, terms, figures
        self.data = figures.energy()
        self.place = terms.place(month.name)
        stated = self.place.pue
        self.pue = PUE if stated is None else Spread.exact(stated)
        watts = terms.host_watts
        self.host = HOST_WATTS if watts is None else Spread.exact(watts)

    def boundary(self) -> str:
        pue = f"PUE {grouped(self.pue.likely)}" + ("" if self.place.pue else " assumed")
        making = "no making of hardware, " if self.terms.embodied_kg is None else ""
        return (
            f"accelerators, their machines, idle hours, data centre ({pue}); {making}{NOT_COUNTED}"
        )

    def parts(self) -> Iterator[EnergyPart]:
        for bound in self.month.bindings.bound.values():
            if isinstance(bound.entry.item, Model):
                yield self._part(bound, *self._model(bound))
            elif bound.entry.category == "compute":
                yield self._part(bound, *self._machine(bound))

    def _part(
        self, bound: Bound, basis: str, kwh: Spread | None, source: str, why: Fact | None
    ) -> EnergyPart:
        emission = self._emission(bound.entry)
        if kwh is not None and emission is None:
            why = fact("no-grid", bound.role)
        carbon = None if kwh is None or emission is None else kwh.times(emission.grams / 1000)
        told = None if emission is None else f"{grouped(emission.grams)} g a kWh, {emission.place}"
        return EnergyPart(
            role=bound.role,
            offer=bound.entry.id,
            basis=basis,
            kwh=_range(kwh),
            kgco2e=_range(carbon),
            grid=told if carbon is not None else None,
            source="; ".join(
                text for text in (source, emission.source if carbon and emission else "") if text
            ),
            why=why,
        )

    def _emission(self, entry: Entry) -> Emission | None:
        """The cloud's own figure of the region, else what the file says, else the country's."""
        cloud = CLOUDS.get(entry.id.partition("/")[0])
        region = served_in(entry, self.month.stack.region)
        own = self.data.region(cloud, region) if cloud and region else None
        if own is not None:
            return own
        if self.place.g_per_kwh is not None:
            return Emission(self.place.g_per_kwh, "as stated", "")
        code = self.place.country
        return None if code is None else _at(("country",), lambda: self.data.country(code))

    # -- machines -------------------------------------------------------------------------------

    def _lines(self, bound: Bound) -> list[LineItem]:
        return [
            line
            for line in self.month.lines
            if line.price.offer == bound.entry.id and line.role == bound.role
        ]

    def _machine(self, bound: Bound) -> tuple[str, Spread | None, str, Fact | None]:
        lines = self._lines(bound)
        if bound.entry.id.startswith(OWN_HARDWARE):
            drawn = total(line.quantity for line in lines if line.price.unit == "kWh")
            name = bound.entry.id.removeprefix(OWN_HARDWARE)
            return "own", Spread.exact(drawn), f"the workload file, [hardware.{name}]", None
        offer = bound.entry.item
        assert isinstance(offer, Offer)
        hardware = offer.hardware
        if hardware is None or hardware.accelerator not in self.data.accelerators():
            what = bound.entry.id if hardware is None else hardware.accelerator
            return "not-modelled", None, "", fact("power-unknown", what)
        power = self.data.power(hardware.accelerator)
        metered = [line for line in lines if line.price.unit.endswith("hour")]
        hours = total(line.quantity for line in metered)
        used = total(line.quantity for line in metered if line.purpose != "idle")
        busy = used / hours if hours else ZERO
        kwh = power.kwh(hours, Decimal(hardware.count), busy, self.host, self.pue)
        return "machine", kwh, f"{power.provenance.source}, {power.provenance.checked}", None

    # -- models by the token --------------------------------------------------------------------

    def _model(self, bound: Bound) -> tuple[str, Spread | None, str, Fact | None]:
        named = (bound.binding.offer or "", bound.entry.id)
        terms = next((self.terms.model[name] for name in named if name in self.terms.model), None)
        calls = calls_of(bound, self.month.usage, self.month.workload)
        if terms is None:
            return "not-modelled", None, "", fact("energy-unknown", bound.entry.id)
        count = total(call.count for call in calls)
        given = _tokens(calls, "input_tokens") * bound.binding.input_factor
        output = _tokens(calls, "output_tokens") * bound.binding.output_factor
        if terms.stated:
            return "stated", _stated(terms, count, given, output), terms.source or "", None
        if terms.published is not None:
            path = ("model", named[0], "published")
            published, where = _at(path, lambda: self.data.published(terms.published or ""))
            kwh = published.spread.times(count / 1000)
            return "published", kwh, f"{where.source}, {where.checked}", None
        path = ("model", named[0], "accelerator")
        power = _at(path, lambda: self.data.power(terms.accelerator or ""))
        return self._curve(terms, power, count, given, output)

    def _curve(
        self, terms: ModelEnergy, power: Power, count: Decimal, given: Decimal, output: Decimal
    ) -> tuple[str, Spread | None, str, Fact | None]:
        """An open model at a measured rate; prompts have their share in it."""
        assert terms.measured is not None
        assert terms.accelerator is not None
        if not output:
            return "curve", NOTHING, "nothing is answered", None
        try:
            rate = self.figures.throughput(terms.measured).rate(
                terms.measured,
                terms.accelerator,
                LatencyTarget(tpot_ms=terms.ms_per_token, ttft_ms=terms.ms_to_first_token),
                Shape(max(ONE, round(given / count, 6)), round(output / count, 6)),
            )
        except BadUsage as error:
            return "not-modelled", None, "", fact("not-measured", reason=str(error.message))
        joules = power.joules(rate.likely, self.host, self.pue).times(DEPLOYED)
        source = (
            f"{terms.measured} {rate.precision} on {terms.accelerator}, {rate.how}; "
            f"{rate.provenance.source}, {rate.provenance.checked}; "
            f"{power.provenance.source}, {power.provenance.checked}"
        )
        return "curve", joules.times(output / JOULES), source, None


def _at(path: Path, look: Callable[[], T]) -> T:
    """What is looked up; what is not there is a problem of its place below [energy]."""
    try:
        return look()
    except BadUsage as error:
        raise InvalidInput([Problem(("energy", *path), str(error.message), error.hint)]) from None


def dearer_than_sold(month: StackMonth, energy: document.Energy | None) -> Iterator[Fact]:
    """Stated figures whose electricity alone costs more than their tokens, in dollars: a slip of
    units, since nobody sells under that."""
    if energy is None or month.workload.currency != "USD":
        return
    for part in energy.parts:
        if part.basis != "stated" or part.kwh is None:
            continue
        lines = [x for x in month.lines if (x.role, x.price.offer) == (part.role, part.offer)]
        paid = total(line.list_amount or ZERO for line in lines)
        known = all(line.list_amount is not None for line in lines)
        if lines and known and part.kwh.likely * CHEAPEST_KWH > paid:
            yield fact("energy-above-price", part.offer, kwh=part.kwh.likely, amount=paid)


def _stated(terms: ModelEnergy, count: Decimal, given: Decimal, output: Decimal) -> Spread:
    if terms.wh_per_call is not None:
        hours = terms.wh_per_call * count
    else:
        assert terms.wh_per_1k_output is not None
        hours = (terms.wh_per_1k_output * output + terms.wh_per_1k_input * given) / 1000
    return Spread(terms.low, ONE, terms.high).times(hours / 1000)


def _tokens(calls: list[ModelCalls], kind: str) -> Decimal:
    return total(call.count * call.tokens.get(kind, ZERO) for call in calls)


def _range(spread: Spread | None) -> Range | None:
    return None if spread is None else Range(*map(settle, spread))
