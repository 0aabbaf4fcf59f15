"""How many examples a property is tried on, written as the number of a short run."""

from __future__ import annotations

from hypothesis import settings

SHORT = "short"
QUICK = 40
"""What ``examples(n)`` counts from: a property that names no number is tried so often."""
TRIED = 20
"""And in the short profile half as often, the same examples each time; in the long one twenty
times as often, and others each time."""


def examples(number: int) -> settings:
    """So many examples, and in proportion to ``QUICK`` in each profile; never none."""
    return settings(max_examples=max(1, number * settings.default.max_examples // QUICK))
