"""The normal distribution on arrays: its function and the inverse of it."""

from __future__ import annotations

from math import erfc, sqrt
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
EDGE = 2.0**-53
"""A share nearer to 0 or 1 is taken as so near: a float between 0 and 1 says no more."""
CENTRE = (
    (3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
     1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
     3.3430575583588128105e4, 2.5090809287301226727e3),
    (1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
     2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4,
     5.2264952788528545610e3),
)  # fmt: skip
SIDE = (
    (1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
     3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
     2.27238449892691845833e-2, 7.74545014278341407640e-4),
    (1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
     1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
     1.05075007164441684324e-9),
)  # fmt: skip
TAIL = (
    (6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
     2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
     2.71155556874348757815e-5, 2.01033439929228813265e-7),
    (1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
     7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
     2.04426310338993978564e-15),
)  # fmt: skip


def normal_scores(shares: Floats) -> Floats:
    """The number below which a standard normal one lies so often: M. J. Wichura, algorithm AS 241
    (1988), to about 16 digits."""
    shares = np.clip(shares, EDGE, 1.0 - EDGE)
    off = shares - 0.5
    centre = off * _ratio(CENTRE, 0.180625 - off * off)
    far = np.sqrt(-np.log(np.minimum(shares, 1.0 - shares)))
    outside = np.where(far <= 5.0, _ratio(SIDE, far - 1.6), _ratio(TAIL, far - 5.0))
    return np.where(np.abs(off) <= 0.425, centre, np.copysign(outside, off))


def _ratio(terms: tuple[tuple[float, ...], tuple[float, ...]], at: Floats) -> Floats:
    above, below = (np.polynomial.polynomial.polyval(at, part) for part in terms)
    return np.asarray(above / below)


def cumulative(scores: Floats) -> Floats:
    """How often a standard normal number lies below each: numpy has no error function."""
    halves = [0.5 * erfc(-score / sqrt(2.0)) for score in scores.ravel().tolist()]
    return np.array(halves).reshape(scores.shape)
