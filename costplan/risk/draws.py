"""Draws of a workload's ranges: points that fill their space evenly, as arrays of floats.

Sobol's points under eight random shifts (the exclusive or with a random number in each dimension,
which leaves them as even as they were), independent of each other: how far a figure differs between
them is its error. Dimensions past Sobol's fiftieth are shuffled, a draw in each of as many strata.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from costplan.problems import BadUsage
from costplan.risk.normal import Floats, cumulative, normal_scores
from costplan.risk.sobol import BITS, DIMENSIONS, points
from costplan.workload.ranges import Correlated, Listed, Pert, Quantiles, Range, coefficients

DRAWS = 8_192
LARGEST = 1e15
"""Numbers of a workload stay below it."""
SHIFTS = 8
SEED = 1


@dataclass(frozen=True)
class Drawn:
    """What each range is in each draw, by its path. Draws of one shift stand together, the shifts
    one after another."""

    values: Mapping[str, Floats]
    draws: int
    seed: int


def draw(
    ranges: Mapping[str, Range],
    correlations: Sequence[Correlated] = (),
    draws: int = DRAWS,
    seed: int = SEED,
) -> Drawn:
    """All ranges drawn together. ``draws`` goes up to a multiple of eight; the same seed gives the
    same draws. Raises BadUsage for a range whose tails leave all numbers."""
    per_shift = -(-draws // SHIFTS)
    names = [*ranges]
    uniform = sequence(len(names), per_shift, seed)
    scores = normal_scores(uniform)
    tied = _tied(names, correlations)
    if tied:
        scores[:, tied] = scores[:, tied] @ _factor(names, tied, correlations).T
        uniform[:, tied] = cumulative(scores[:, tied])
    with np.errstate(all="ignore"):  # what leaves all bounds is refused right below
        values = {
            name: _numbers(ranges[name], uniform[:, at], scores[:, at])
            for at, name in enumerate(names)
        }
    for name, numbers in values.items():
        if not np.all(np.abs(numbers) < LARGEST):  # neither is what is no number
            raise BadUsage(
                f"the range of {name} reaches beyond {LARGEST:.0e} in its draws",
                "two quantiles close together decide its tails: name ones further apart",
            )
    return Drawn(values, per_shift * SHIFTS, seed)


def sequence(dimensions: int, per_shift: int, seed: int) -> Floats:
    """``per_shift`` points under every shift: one row a draw, between 0 and 1."""
    random = np.random.default_rng(seed)
    known = min(dimensions, DIMENSIONS)
    shifts = random.integers(0, 1 << BITS, (SHIFTS, 1, known), dtype=np.uint32)
    even = ((points(known, per_shift) ^ shifts) + 0.5) / 2.0**BITS
    strata = np.tile(np.arange(per_shift)[None, :, None], (SHIFTS, 1, dimensions - known))
    further = random.permuted(strata, axis=1) + random.random(strata.shape)
    return np.concatenate((even, further / per_shift), axis=2).reshape(
        SHIFTS * per_shift, dimensions
    )


def _tied(names: Sequence[str], correlations: Sequence[Correlated]) -> list[int]:
    """The columns of the ranges that move with another one."""
    named = {name for pair in coefficients(correlations) for name in pair}
    return [at for at, name in enumerate(names) if name in named]


def _factor(
    names: Sequence[str], tied: Sequence[int], correlations: Sequence[Correlated]
) -> Floats:
    """The lower factor of the coefficients between them, which reading the file found positive
    definite; a part of such a matrix is so too."""
    places = {names[column]: row for row, column in enumerate(tied)}
    matrix = np.eye(len(tied))
    for (first, second), (coefficient, _) in coefficients(correlations).items():
        if first in places and second in places:
            row, column = places[first], places[second]
            matrix[row, column] = matrix[column, row] = float(coefficient)
    return np.asarray(np.linalg.cholesky(matrix), dtype=np.float64)


def _numbers(known: Range, share: Floats, score: Floats) -> Floats:
    """The numbers of a range below which these shares of it lie; ``score``: their normal scores."""
    if isinstance(known, Quantiles):
        numbers = _between_quantiles(known, score)
    elif isinstance(known, Pert):
        numbers = _pert(known, share)
    else:
        assert isinstance(known, Listed)
        numbers = _listed(known, share)
    return np.rint(numbers) if known.whole else numbers


def _between_quantiles(known: Quantiles, score: Floats) -> Floats:
    """Straight between the quantiles' scores on the scale of the key's bounds, and on beyond."""
    points = np.array([NormalDist().inv_cdf(float(share)) for share, _ in known.at])
    heights = np.array([float(known.scaled(number)) for _, number in known.at])
    slopes = np.diff(heights) / np.diff(points)
    piece = np.clip(np.searchsorted(points, score) - 1, 0, len(slopes) - 1)
    scaled: Floats = heights[piece] + slopes[piece] * (score - points[piece])
    if known.least is None:
        return scaled
    if known.most is None:
        return np.asarray(float(known.least) + np.exp(scaled))
    least, most = float(known.least), float(known.most)
    return np.asarray(least + (most - least) / (1.0 + np.exp(-scaled)))


CELLS = 4_096


def _pert(known: Pert, share: Floats) -> Floats:
    """The inverse of the distribution function of beta(1 + 4 m, 1 + 4 (1 - m)) over low to high, m
    the place of the likely number: summed by Simpson's rule over 4,096 cells, straight between.
    Neither exponent is under 0, so the density is finite."""
    low, high = float(known.low), float(known.high)
    middle = (float(known.middle) - low) / (high - low)
    at = np.linspace(0.0, 1.0, 2 * CELLS + 1)
    density = at ** (4.0 * middle) * (1.0 - at) ** (4.0 * (1.0 - middle))
    cells = density[:-1:2] + 4.0 * density[1::2] + density[2::2]
    whole = np.concatenate(([0.0], np.cumsum(cells)))
    return low + (high - low) * np.interp(share, whole / whole[-1], at[::2])


def _listed(known: Listed, share: Floats) -> Floats:
    """The listed numbers in rising order, each for its weight's part of the shares."""
    rising = sorted(known.of)
    weights = np.cumsum([float(weight) for _, weight in rising])
    numbers = np.array([float(number) for number, _ in rising])
    at = np.searchsorted(weights / weights[-1], share, side="right")
    return numbers[np.minimum(at, len(numbers) - 1)]
