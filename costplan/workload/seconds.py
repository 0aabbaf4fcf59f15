"""What may be said of how long a run takes."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from costplan.problems import Problem


def spread_problems(mean: Decimal | None, p95: Decimal | None) -> Iterable[Problem]:
    """A lognormal time of this mean and 95th percentile must exist: the largest ratio is 3.87."""
    if p95 is None:
        return
    if not mean:
        yield Problem(("seconds_p95",), "goes with 'seconds', the mean", part="key")
    elif not mean <= p95 <= mean * MOST_SPREAD:
        yield Problem(
            ("seconds_p95",),
            f"must lie between the mean ({mean}) and {MOST_SPREAD} times as much",
        )


MOST_SPREAD = Decimal("3.86")
"""Of a lognormal, P95 / mean = exp(1.645 s - s^2 / 2) is at most exp(1.645^2 / 2), at s = 1.645."""
