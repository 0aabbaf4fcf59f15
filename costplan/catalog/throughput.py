"""What an accelerator delivers: output tokens a second, within a latency, for a model.

Every answer says how it was come by: measured at that latency, interpolated between two runs, or
taken over from another shape of request, each with a band. A model or an accelerator that was never
measured has no answer: what there is stands beside the refusal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from decimal import Decimal
from typing import NamedTuple

from costplan.catalog.curves import (
    USABLE,
    Curve,
    LatencyTarget,
    Precision,
    Reading,
    Run,
    Shape,
    Weights,
    frontier,
    input_share,
    inside,
    reading,
    reshaped,
)
from costplan.catalog.origin import (
    Provenance,
    Source,
    combined,
    resolve,
    unknown_sources,
)
from costplan.catalog.roofline import Device
from costplan.problems import BadUsage, Problem, did_you_mean
from costplan.quantity import ONE, grouped, rounded
from costplan.record import record

ALIKE = Decimal("0.1")
"""Shapes whose tokens differ by less than about a tenth count as one."""


class Band(NamedTuple):
    """What the truth is of a figure, at least and at most; None where nothing bounds it."""

    least: Decimal
    most: Decimal | None


MEASURED = Band(Decimal("0.9"), Decimal("1.1"))
"""The same configuration on another server differs by that much and more."""
DENSE, SPARSE = Band(Decimal("0.87"), Decimal("1.17")), Band(Decimal("0.75"), Decimal("1.4"))
"""Eight of ten points left out of a curve of at least ``MANY`` points, or of fewer, lie within."""
MANY = 5
RESHAPED = Band(1 / Decimal("1.6"), Decimal("1.6"))
"""Eight of ten shapes left out lie well within."""
NOT_YET = "[strategy.gpus.modelled] models it, or state tokens_per_second"


class NotMeasured(BadUsage):
    """No measurement answers the question; what was measured is named, never stretched to it."""


class TooSmall(NotMeasured):
    """No replica that was measured fits into the machine; ``gpus`` is the smallest that serves."""

    def __init__(self, message: str, hint: str, gpus: Decimal) -> None:
        super().__init__(message, hint)
        self.gpus = gpus


@record
class ThroughputFile:
    """One file of measurements.

    Keys:
        source: what the measurements rest on, by the name that origins use
        weights: how large models are, by their names
        device: what accelerators can do at most, by their names
        curve: the measurements
    """

    source: Mapping[str, Source]
    weights: Mapping[str, Weights] = field(default_factory=dict)
    device: Mapping[str, Device] = field(default_factory=dict)
    curve: tuple[Curve, ...] = ()

    def check(self) -> Iterable[Problem]:
        for name, weights in self.weights.items():
            origins = [(("weights", name, "origin"), weights.origin)]
            yield from unknown_sources(origins, self.source)
        for name, device in self.device.items():
            yield from unknown_sources([(("device", name, "origin"), device.origin)], self.source)
        seen: set[tuple[object, ...]] = set()
        for at, curve in enumerate(self.curve):
            for problem in unknown_sources([(("origin",), curve.origin)], self.source):
                yield problem.under(("curve", at))
            key = (curve.model, curve.accelerator, curve.precision, curve.shape, curve.server)
            if (*key, curve.origin.source) in seen:
                yield Problem(("curve", at), "this curve is written twice")
            seen.add((*key, curve.origin.source))


class Machine(NamedTuple):
    """What a replica must fit into: so many accelerators, and the memory of each where known."""

    accelerators: int
    memory_gb: Decimal | None = None


class Rate(NamedTuple):
    """Output tokens a second of one accelerator within a latency, with prompts' share of it taken.

    ``low`` and ``high`` are its band; ``high`` is None where it is only known to be at least
    ``likely``. ``how`` says what it rests on, in words.
    """

    low: Decimal
    likely: Decimal
    high: Decimal | None
    precision: Precision
    how: str
    between: tuple[Run, ...]
    provenance: Provenance

    @property
    def factors(self) -> tuple[Decimal, Decimal | None]:
        """The band as factors of what is likely; no upper one where nothing bounds it."""
        high = None if self.high is None else self.high / self.likely
        return self.low / self.likely, high


class Cell(NamedTuple):
    """The curves of one precision and shape from sources of one degree of trust."""

    precision: Precision
    shape: Shape
    curves: list[Curve]
    doubted: bool


class Throughput:
    """Every measurement at hand. Names are exact: a model is never served as its neighbour."""

    def __init__(self, files: Sequence[ThroughputFile]) -> None:
        self.curves = [curve for file in files for curve in file.curve]
        self._origins = {
            id(curve): resolve(curve.origin, file.source) for file in files for curve in file.curve
        }
        self.devices = {name: own for file in files for name, own in file.device.items()}
        self.weights = {name: size for file in files for name, size in file.weights.items()}

    def models(self) -> list[str]:
        """The models that were measured, sorted."""
        return sorted({curve.model for curve in self.curves})

    def accelerators(self, model: str) -> list[str]:
        """The accelerators that a model was measured on, sorted."""
        return sorted({curve.accelerator for curve in self.curves if curve.model == model})

    def provenance(self, curve: Curve) -> Provenance:
        """Where a curve comes from."""
        return self._origins[id(curve)]

    def cells(self, model: str, accelerator: str, precision: Precision | None = None) -> list[Cell]:
        """The curves of a model on an accelerator; raises NotMeasured where there is none."""
        known = self.models()
        if model not in known:
            raise NotMeasured(
                f"no throughput of '{model}' was measured",
                f"{did_you_mean(model, known) or 'measured: ' + ', '.join(known)}; {NOT_YET}",
            )
        curves = [
            curve
            for curve in self.curves
            if curve.model == model and curve.accelerator == accelerator
        ]
        if not curves:
            raise NotMeasured(
                f"no throughput of '{model}' was measured on '{accelerator}'",
                f"measured on: {', '.join(self.accelerators(model))}; {NOT_YET}",
            )
        cells: dict[tuple[Precision, Shape, bool], Cell] = {}
        for curve in curves:
            doubted = self.provenance(curve).confidence == "unverified"
            key = (curve.precision, curve.shape, doubted)
            cells.setdefault(key, Cell(curve.precision, curve.shape, [], doubted))
            cells[key].curves.append(curve)
        narrowed = [cell for cell in cells.values() if precision in (None, cell.precision)]
        if not narrowed:
            there = ", ".join(sorted({cell.precision for cell in cells.values()}))
            message = f"'{model}' on '{accelerator}' was not measured in {precision}"
            raise NotMeasured(message, f"precisions: {there}")
        return narrowed

    def rate(
        self,
        model: str,
        accelerator: str,
        target: LatencyTarget,
        asked: Shape,
        *,
        precision: Precision | None = None,
        machine: Machine | None = None,
    ) -> Rate:
        """The highest throughput within a target, for requests of a shape.

        Runs count whose replica fits into the machine with requests of that shape, and divides it.
        A shape that was measured answers for itself; else the nearest shape that keeps the target
        does, with the tokens' share reckoned anew, if the asked one lies inside those measured.
        Of several precisions the one that delivers most. Raises NotMeasured, saying what there is.
        """
        cells = self.cells(model, accelerator, precision)
        shapes = {cell.shape for cell in cells}
        same = [cell for cell in cells if alike(cell.shape, asked)]
        if not same and not inside(asked, shapes):
            raise NotMeasured(
                f"'{model}' on '{accelerator}' was not measured with requests like {asked}",
                "measured: " + "; ".join(map(str, sorted(shapes))),
            )
        cells = same or cells
        runs = {id(cell): list(self._fitting(cell, asked, machine)) for cell in cells}
        if machine is not None and not any(runs.values()):
            raise self._too_small(cells, asked, machine)
        rates = [
            rate
            for name in sorted({cell.precision for cell in cells})
            if (rate := self._of(_sorted(cells, asked, name), runs, target, asked))
        ]
        if not rates:
            raise _too_quick(model, accelerator, target, [r for rs in runs.values() for r in rs])
        return max(rates, key=lambda rate: rate.likely)

    def _fitting(self, cell: Cell, asked: Shape, machine: Machine | None) -> Iterator[Run]:
        for curve in cell.curves:
            weights = self.weights.get(curve.model)
            for run in curve.runs():
                if machine is None or (
                    machine.accelerators % run.gpus == 0
                    and (
                        machine.memory_gb is None
                        or weights is None
                        or run.fits(machine.memory_gb, weights, asked)
                    )
                ):
                    yield run

    def _of(
        self,
        cells: list[Cell],
        runs: Mapping[int, list[Run]],
        target: LatencyTarget,
        asked: Shape,
    ) -> Rate | None:
        """The rate by the first of the cells that keeps the target."""
        for cell in cells:
            longer = max(ONE, asked.input / cell.shape.input)
            best = frontier(run for run in runs[id(cell)] if run.ttft_ms * longer <= target.ttft_ms)
            at_target = reading(best, target.tpot_ms)
            if at_target is not None:
                return self._rate(cell, at_target, len(best), target, asked)
        return None

    def _rate(
        self, cell: Cell, at_target: Reading, points: int, target: LatencyTarget, asked: Shape
    ) -> Rate:
        likely, own = at_target.speed, alike(cell.shape, asked)
        tpot = min(target.tpot_ms, at_target.between[-1].tpot_ms)
        if not own:
            likely, band = reshaped(likely, cell.shape, asked, tpot), RESHAPED
            share = input_share(tpot)
            how = f"interpolated from {cell.shape}, an input token at {rounded(share)} of an output"
        elif len(at_target.between) == 1:
            band, how = MEASURED, f"measured, {cell.shape}"
        else:
            band = DENSE if points >= MANY else SPARSE
            how = f"interpolated between measured runs, {cell.shape}"
        if at_target.at_least:
            band = Band(band.least, None)
            how += f", at least: no run is slower than {grouped(tpot)} ms a token"
        servers = dict.fromkeys(run.curve.server for run in at_target.between)
        how += f", by {' and '.join(servers)}" + (", unverified" if cell.doubted else "")
        provenance = combined(
            list(dict.fromkeys(self.provenance(run.curve) for run in at_target.between))
        )
        high = None if band.most is None else round(likely * band.most, 9)
        low = round(likely * band.least, 9)
        return Rate(low, likely, high, cell.precision, how, at_target.between, provenance)

    def _too_small(self, cells: Sequence[Cell], asked: Shape, machine: Machine) -> TooSmall:
        """What to say where no measured replica fits: how large the weights are, what there is."""
        every = [(cell, run) for cell in cells for curve in cell.curves for run in curve.runs()]
        first = every[0][1].curve
        weights, memory = self.weights.get(first.model), machine.memory_gb
        message = (
            f"no replica of {first.model} was measured on as little as {machine.accelerators} x "
            f"{first.accelerator}"
        )
        serving = {run.gpus for _, run in every}
        if weights is not None and memory is not None:
            least = min(weights.gigabytes(cell.precision) for cell in cells)
            room = machine.accelerators * memory * USABLE
            if least > room:
                message = (
                    f"{first.model} does not fit into {machine.accelerators} x {first.accelerator}"
                    f": its weights take {rounded(least)} GB, of {rounded(room)} GB for them"
                )
            serving = {run.gpus for _, run in every if run.fits(memory, weights, asked)}
        sizes = ", ".join(grouped(gpus) for gpus in sorted({run.gpus for _, run in every}))
        return TooSmall(
            message,
            f"replicas were measured on {sizes} of them",
            min(serving or {run.gpus for _, run in every}),
        )


def alike(shape: Shape, asked: Shape) -> bool:
    """Whether two shapes are the same for all that measurements tell."""
    return shape.distance(asked) <= ALIKE


def _sorted(cells: Iterable[Cell], asked: Shape, precision: Precision) -> list[Cell]:
    """The cells of a precision: the nearest shape first, and of the same the trusted one."""
    own = [cell for cell in cells if cell.precision == precision]
    return sorted(own, key=lambda cell: (cell.shape.distance(asked), cell.doubted))


def _too_quick(
    model: str, accelerator: str, target: LatencyTarget, runs: Sequence[Run]
) -> NotMeasured:
    fastest = min(runs, key=lambda run: (run.tpot_ms, run.ttft_ms))
    return NotMeasured(
        f"no run of '{model}' on '{accelerator}' keeps {target}",
        f"the quickest took {grouped(fastest.tpot_ms)} ms a token and "
        f"{grouped(fastest.ttft_ms)} ms to the first ({fastest.curve.shape})",
    )
