"""How many examples a property is tried on, written as the number of a short run; and which cases
of a test over everything the developer's loop tries too."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Any

import pytest
from hypothesis import settings

SHORT = "short"
QUICK = 40
"""What ``examples(n)`` counts from: a property that names no number is tried so often."""
TRIED = 20
"""And in the short profile half as often, the same examples each time; in the long one twenty
times as often, and others each time."""
LOOP = "loop"
FEW = 5
"""And an eighth as often by ``make test``, the same ones each time."""


def examples(number: int) -> settings:
    """So many examples, and in proportion to ``QUICK`` in each profile; never none."""
    return settings(max_examples=max(1, number * settings.default.max_examples // QUICK))


def sampled(cases: Iterable[Any], number: int, seed: int = 1) -> list[Any]:
    """Parameters for each case: ``number`` of them, drawn by a seed and the same in every run, are
    tried wherever tests run; the rest is a sweep, which ``make test`` leaves to ``pytest``."""
    every = [one if isinstance(one, tuple) else (one,) for one in cases]
    tried = {*Random(seed).sample(range(len(every)), min(number, len(every)))}
    return [
        pytest.param(*one, marks=() if at in tried else pytest.mark.sweep)
        for at, one in enumerate(every)
    ]
