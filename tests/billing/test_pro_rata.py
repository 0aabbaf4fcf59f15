"""Amounts split pro rata: what a credit, a commitment or a shared account gives to each line."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costplan.quantity import ONE, STEP, shares, total

AMOUNTS = st.integers(0, 10**18).map(lambda units: units * STEP)


@given(st.lists(AMOUNTS, min_size=1, max_size=40), st.decimals(0, 1, places=12))
def test_no_line_is_given_less_than_nothing_or_more_than_it_costs(
    weights: list[Decimal], share: Decimal
) -> None:
    whole = total(weights)
    amount = (whole * share).quantize(STEP, rounding="ROUND_FLOOR")
    parts = shares(amount, weights)
    assert total(parts) == amount
    if whole:
        assert all(0 <= part <= weight for part, weight in zip(parts, weights, strict=True))


@pytest.mark.parametrize("missing", ["0", "1e-12", "49e-12", "50e-12", "60e-12", "99e-12"])
def test_what_rounding_leaves_of_many_equal_lines(missing: str) -> None:
    # a hundred roundings of the same way are more than a part of 1e-12 can take
    left = Decimal(missing)
    for amount in (left, 100 - left):
        parts = shares(amount, [ONE] * 100)
        assert total(parts) == amount
        assert 0 <= min(parts) <= max(parts) <= 1
