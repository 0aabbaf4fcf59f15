"""Measured throughput against latency, and what lies between two measured points.

A curve is what was measured of one model on one accelerator, in one precision, with requests of one
shape. Its frontier is the most output tokens a second at each latency; between two points of it the
throughput is the geometric mean of two rules that miss on opposite sides: the straight line through
their logarithms, and requests at work growing linearly with latency. Leaving each point out in turn
shows how far off that is (``docs/accuracy.md``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Literal, NamedTuple

from costplan.catalog.origin import Origin
from costplan.problems import Problem
from costplan.quantity import ONE, ZERO, grouped
from costplan.record import Count, Positive, record

Precision = Literal["bf16", "fp8", "fp4", "int4"]
BYTES: dict[Precision, Decimal] = {
    "bf16": Decimal(2),
    "fp8": Decimal(1),
    "fp4": Decimal("0.56"),
    "int4": Decimal("0.56"),
}
"""Bytes of one parameter, the scales of blocks of four-bit numbers with them."""
USABLE = Decimal("0.92")
"""Share of an accelerator's memory that weights and cache may fill; the rest is the server's."""


@record
class LatencyTarget:
    """The slowest that a user is to see.

    Keys:
        tpot_ms (milliseconds): for each output token after the first
        ttft_ms (milliseconds): to the first output token
    """

    tpot_ms: Positive
    ttft_ms: Positive

    def __str__(self) -> str:
        return (
            f"at most {grouped(self.tpot_ms)} ms a token and {grouped(self.ttft_ms)} ms to the "
            "first"
        )


class Shape(NamedTuple):
    """Tokens in and out of a request."""

    input: Decimal
    output: Decimal

    def __str__(self) -> str:
        return f"{grouped(round(self.input, 1))} in, {grouped(round(self.output, 1))} out"

    @property
    def whole(self) -> Decimal:
        """Tokens that the request holds when it ends."""
        return self.input + self.output

    @property
    def ratio(self) -> Decimal:
        """Tokens in for each token out."""
        return self.input / self.output

    def distance(self, other: Shape) -> Decimal:
        """How unlike two shapes are: the sum of the logarithms of what they differ by."""
        return abs((self.input / other.input).ln()) + abs((self.output / other.output).ln())


@record
class Curve:
    """What one server delivered with a model on an accelerator, at several loads.

    A point is ``[gpus, concurrency, tpot_ms, ttft_ms]``: accelerators of one replica, requests that
    it serves together, milliseconds for each output token after the first and to the first. Their
    order means nothing.

    Keys:
        model: name of the weights, as their publisher writes it
        accelerator: the accelerator it ran on
        precision: number format of the weights
        input_tokens (tokens a request): input of the runs' requests
        output_tokens (tokens a request): output of the runs' requests
        server: the program that served
        points (accelerators, requests, milliseconds, milliseconds): one array a run
        origin: source, the first and the last day of its runs
    """

    model: str
    accelerator: str
    precision: Precision
    input_tokens: Count
    output_tokens: Count
    server: str
    points: tuple[tuple[Positive, ...], ...]
    origin: Origin

    def check(self) -> Iterable[Problem]:
        if not self.points:
            yield Problem(("points",), "a curve has at least one point")
        seen: set[tuple[Decimal, ...]] = set()
        for at, point in enumerate(self.points):
            if len(point) != 4:
                yield Problem(("points", at), "a point is [gpus, concurrency, tpot_ms, ttft_ms]")
            elif point[0] % 1 or point[1] < 1:
                yield Problem(("points", at), "gpus is a whole number, concurrency at least 1")
            elif point in seen:
                yield Problem(("points", at), "the point is written twice")
            seen.add(point)

    @property
    def shape(self) -> Shape:
        """Tokens of its requests."""
        return Shape(Decimal(self.input_tokens), Decimal(self.output_tokens))

    def runs(self) -> Iterator[Run]:
        """Its points with their throughput."""
        for gpus, concurrency, tpot_ms, ttft_ms in self.points:
            seconds = (ttft_ms + tpot_ms * (self.output_tokens - 1)) / 1000
            speed = concurrency * self.output_tokens / seconds / gpus
            yield Run(gpus, concurrency, tpot_ms, ttft_ms, speed, self)


class Run(NamedTuple):
    """One point: ``speed`` is output tokens a second of each accelerator, the time to the first
    token with it, so that prompts take their share (Little's law)."""

    gpus: Decimal
    concurrency: Decimal
    tpot_ms: Decimal
    ttft_ms: Decimal
    speed: Decimal
    curve: Curve

    def fits(self, memory_gb: Decimal, weights: Weights, shape: Shape) -> bool:
        """Whether a replica of accelerators of that memory holds the weights and the cache of its
        requests, with requests of that shape, on average half answered."""
        precision = self.curve.precision
        cache = self.concurrency * weights.cache_gb(precision, shape.input + shape.output / 2)
        return weights.gigabytes(precision) + cache <= self.gpus * memory_gb * USABLE


@record
class Weights:
    """What a model's publisher says of its size.

    Keys:
        parameters (parameters): all of them, whether each token uses them or not
        cache (elements a token): what the cache of keys and values holds of each token of context
        layers (layers): from which an unmeasured throughput is modelled
        active (parameters): those that one token uses; all of them when left out
        experts (experts): of a layer; none when left out
        chosen (experts): of these that answer one token
        origin: its source and days
    """

    parameters: Positive
    cache: Positive
    layers: Count | None = None
    active: Positive | None = None
    experts: Count | None = None
    chosen: Count | None = None
    origin: Origin

    def check(self) -> Iterable[Problem]:
        if len({self.active is None, self.experts is None, self.chosen is None}) > 1:
            yield Problem(("experts",), "active, experts and chosen go together", part="key")

    def gigabytes(self, precision: Precision) -> Decimal:
        """Memory of the weights, in GB."""
        return self.parameters * BYTES[precision] / 10**9

    def cache_gb(self, precision: Precision, tokens: Decimal) -> Decimal:
        """Memory of the cache of so many tokens, in GB: two bytes an element beside weights of 16
        bits, else one."""
        return tokens * self.cache * (2 if precision == "bf16" else 1) / 10**9


def frontier(runs: Iterable[Run]) -> list[Run]:
    """The runs that no quicker one beats: latency and throughput both rise from one to the next."""
    best: list[Run] = []
    for run in sorted(runs, key=lambda run: (run.tpot_ms, -run.speed, run.gpus)):
        if not best or run.speed > best[-1].speed:
            best.append(run)
    return best


class Reading(NamedTuple):
    """Throughput of one accelerator at a latency, and the measured runs that it lies between: two,
    or one that has just that latency or, with ``at_least``, is the slowest there is."""

    speed: Decimal
    between: tuple[Run, ...]
    at_least: bool = False


def reading(best: Sequence[Run], tpot_ms: Decimal) -> Reading | None:
    """A frontier's throughput at a latency; None where that is quicker than its quickest run.

    Nothing is drawn beyond the slowest run: its throughput is kept, as "at least".
    """
    if not best or tpot_ms < best[0].tpot_ms:
        return None
    if tpot_ms >= best[-1].tpot_ms:
        return Reading(best[-1].speed, (best[-1],), at_least=tpot_ms > best[-1].tpot_ms)
    for left, right in pairwise(best):
        if left.tpot_ms == tpot_ms:
            return Reading(left.speed, (left,))
        if tpot_ms < right.tpot_ms:
            return Reading(between(left, right, tpot_ms), (left, right))
    raise AssertionError("a latency lies between two runs or at one")


def between(left: Run, right: Run, tpot_ms: Decimal) -> Decimal:
    """Throughput between two runs of a frontier, in tokens a second of an accelerator.

    sqrt(a b): a = v1 (v2 / v1)^x with x = ln(t / t1) / ln(t2 / t1), the line of the logarithms; b
    the rate at which v t, the requests that an accelerator is answering, grows linearly from t1 to
    t2, over t. Rounded to nine places, so that no build of Python differs in a last digit.
    """
    span = (right.tpot_ms / left.tpot_ms).ln()
    if not span:  # latencies that differ in no digit that is reckoned with
        return left.speed
    ratio = (tpot_ms / left.tpot_ms).ln() / span
    logarithmic = left.speed * (right.speed / left.speed) ** ratio
    first, second = left.speed * left.tpot_ms, right.speed * right.tpot_ms
    share = (tpot_ms - left.tpot_ms) / (right.tpot_ms - left.tpot_ms)
    linear = (first + (second - first) * share) / tpot_ms
    return round((logarithmic * linear).sqrt(), 9)


SHARES = (
    (Decimal(15), Decimal("0.14")),
    (Decimal(25), Decimal("0.28")),
    (Decimal(33), Decimal("0.40")),
)
"""Milliseconds a token, and how much of an output token's time on an accelerator an input token
takes there: medians over models measured with 1,024 and 8,192 tokens in, 1,024 out."""


def input_share(tpot_ms: Decimal) -> Decimal:
    """How much of an output token's time an input token takes at a latency, between and beyond
    ``SHARES`` linearly and flat: more where many requests share a machine, for a prompt takes
    arithmetic, which they do not share, and an answer memory traffic, which they do."""
    if tpot_ms <= SHARES[0][0]:
        return SHARES[0][1]
    for (left, low), (right, high) in pairwise(SHARES):
        if tpot_ms <= right:
            return low + (high - low) * (tpot_ms - left) / (right - left)
    return SHARES[-1][1]


def reshaped(speed: Decimal, measured: Shape, asked: Shape, tpot_ms: Decimal) -> Decimal:
    """Output tokens a second with requests of another shape: an output token and its share of the
    input take (1 + w in/out) of an output token alone."""
    weight = input_share(tpot_ms)
    own, other = ONE + weight * measured.ratio, ONE + weight * asked.ratio
    return round(speed * own / other, 9)


def inside(asked: Shape, shapes: Iterable[Shape]) -> bool:
    """Whether a shape lies within those measured: its tokens in for one out between the least and
    the most, and no more tokens in all than the longest. A shorter request is no harder."""
    known = list(shapes)
    ratios = [shape.ratio for shape in known]
    longest = max((shape.whole for shape in known), default=ZERO)
    return bool(known) and min(ratios) <= asked.ratio <= max(ratios) and asked.whole <= longest
