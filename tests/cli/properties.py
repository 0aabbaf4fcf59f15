"""How many examples a property is tried on, written as the number of a short run."""

from __future__ import annotations

from hypothesis import settings

SHORT = "short"
QUICK = 40
"""Examples of a property that names no number, in the short profile."""


def examples(number: int) -> settings:
    """So many examples in the short profile, in proportion in another."""
    return settings(max_examples=number * settings.default.max_examples // QUICK)
