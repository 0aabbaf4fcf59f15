"""The time of a token that was never measured: a roofline that measured runs calibrate.

    t = layers x LAYER  +  bytes of weights / (bandwidth g^SPREAD WEIGHTS_READ)
      + bytes of cache / (bandwidth g^SPREAD CACHE_READ)
      + operations / (arithmetic g REACHED)  +  concurrency x REQUEST          (seconds)

for a stated number g of accelerators and of requests together. Of a model of experts the weights
that are read are the shared ones and the experts that some request of them chose. Prompts take
their arithmetic too. That is well behaved where throughput at a latency is not: a model or an
accelerator that was left out is met within a sixth in the middle and a half at worst
(``docs/accuracy.md``), so that what it says is *modelled*, has a band, and ranks nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Context, Decimal
from typing import NamedTuple

from costplan.catalog.curves import BYTES, USABLE, Precision, Shape, Weights
from costplan.catalog.origin import Origin
from costplan.problems import BadUsage, Problem, did_you_mean
from costplan.quantity import ONE, ZERO, grouped, rounded
from costplan.record import Positive, record

LAYER = Decimal("85.5e-6")
SPREAD = Decimal("0.6679")
WEIGHTS_READ = Decimal("1.0849")
CACHE_READ = Decimal("1.3365")
REACHED = Decimal("0.4471")
REQUEST = Decimal("32.39e-6")
"""Least errors of the logarithms over the shipped runs (``make accuracy``). They are no physics:
more than all of a bandwidth only says that bytes are counted too high elsewhere."""
LEAST, MOST = ONE / Decimal("1.5"), Decimal("1.5")
"""Factors that hold more than eight of ten runs of models that were left out."""
LARGEST_LOAD, MOST_ACCELERATORS, LONGEST_INPUT = 512, 8, 16_384
"""Beyond them nothing was measured to calibrate by."""
FIFTEEN = Context(prec=15)


@record
class Device:
    """What an accelerator can do at most.

    Keys:
        memory_gb (GB): its memory
        bandwidth (GB a second): of its memory
        tflops (teraflops): arithmetic by the number format of the weights, without sparsity
        origin: its source and days
    """

    memory_gb: Positive
    bandwidth: Positive
    tflops: Mapping[Precision, Positive]
    origin: Origin

    def check(self) -> Iterable[Problem]:
        if "bf16" not in self.tflops:
            yield Problem(("tflops",), "needs that of bf16, in which attention is computed")

    def arithmetic(self, precision: Precision) -> Decimal:
        """Operations a second with weights of a format; four-bit weights without an arithmetic of
        their own are widened."""
        order: tuple[Precision, ...] = ("fp4", "fp8", "bf16")
        wider = order[order.index(precision) :] if precision in order else ("bf16",)
        return next(self.tflops[name] for name in wider if name in self.tflops) * 10**12


class Load(NamedTuple):
    """Requests of a shape together on so many accelerators."""

    gpus: int
    concurrency: Decimal
    shape: Shape


def seconds_a_token(size: Weights, device: Device, precision: Precision, load: Load) -> Decimal:
    """Seconds between two tokens of an answer, prompts of others in between."""
    gpus, together, shape = Decimal(load.gpus), load.concurrency, load.shape
    active = size.active or size.parameters
    assert size.layers is not None
    read = device.bandwidth * 10**9 * FIFTEEN.power(gpus, SPREAD)
    cached = together * size.cache_gb(precision, shape.input + shape.output / 2) * 10**9
    prompts = together / shape.output
    work = 2 * active * (together + prompts * shape.input)
    attention = 4 * size.cache * shape.input * shape.input * prompts
    return (
        size.layers * LAYER
        + _weights_read(size, active, together) * BYTES[precision] / (read * WEIGHTS_READ)
        + cached / (read * CACHE_READ)
        + work / (device.arithmetic(precision) * gpus * REACHED)
        + attention / (device.arithmetic("bf16") * gpus * REACHED)
        + together * REQUEST
    )


def _weights_read(size: Weights, active: Decimal, together: Decimal) -> Decimal:
    """Parameters that so many tokens together use: shared ones, and the experts that any chose."""
    if size.experts is None or size.chosen is None:
        return size.parameters
    experts, chosen = Decimal(size.experts), Decimal(size.chosen)
    each = (size.parameters - active) / (experts - chosen)
    shared = active - chosen * each
    return shared + experts * each * (ONE - FIFTEEN.power(ONE - chosen / experts, together))


class Modelled(NamedTuple):
    """Output tokens a second of a replica, modelled; eight of ten lie well within the band."""

    low: Decimal
    likely: Decimal
    high: Decimal
    tpot_ms: Decimal


def modelled(
    name: str,
    size: Weights,
    devices: Mapping[str, Device],
    precision: Precision,
    load: Load,
    accelerator: str,
    memory_gb: Decimal | None = None,
) -> Modelled:
    """What a replica delivers; ``memory_gb`` is each accelerator's where a machine has another size
    of it. Raises BadUsage outside of what calibrates the coefficients."""
    device = devices.get(accelerator)
    refused = None
    if device is None:
        hint = did_you_mean(accelerator, devices) or "known: " + ", ".join(devices)
        raise BadUsage(f"nothing is modelled on '{accelerator}'", hint)
    if size.layers is None:
        refused = f"the layers of {name} are not known"
    elif not 1 <= load.concurrency <= LARGEST_LOAD:
        refused = f"nothing is modelled for more than {LARGEST_LOAD} requests together"
    elif load.gpus > MOST_ACCELERATORS:
        refused = f"nothing is modelled on more than {MOST_ACCELERATORS} accelerators"
    elif load.shape.input > LONGEST_INPUT or not load.shape.output:
        refused = f"nothing is modelled for {load.shape}"
    if refused:
        raise BadUsage(refused, "state tokens_per_second")
    needed = size.gigabytes(precision) + load.concurrency * size.cache_gb(
        precision, load.shape.input + load.shape.output / 2
    )
    room = load.gpus * (memory_gb or device.memory_gb) * USABLE
    if needed > room:
        raise BadUsage(
            f"{name} does not fit into {load.gpus} x {accelerator}: weights and the cache of "
            f"{grouped(load.concurrency)} requests take {rounded(needed)} GB, of {rounded(room)}",
            "fewer requests together, a smaller precision or more accelerators",
        )
    seconds = seconds_a_token(size, device, precision, load)
    speed = load.concurrency / seconds if seconds else ZERO
    return Modelled(
        round(speed * LEAST, 9), round(speed, 9), round(speed * MOST, 9), round(seconds * 1000, 6)
    )
