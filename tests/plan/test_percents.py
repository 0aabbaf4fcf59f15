"""A share below all never reads 100 %."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import examples

from costplan.quantity import percent

NEARLY = {
    ("0.999999", 2, 4): "99.9999",
    ("0.999999", None, 4): "99.9999",
    ("0.99996", 0, 4): "99.996",
    ("0.996", 0, 4): "99.6",
    ("0.999951", 2, 4): "99.995",
    ("0.99", 2, 4): "99.00",
    ("0.99", None, 4): "99",
    ("1", 2, 4): "100.00",
    ("1", None, 4): "100",
    ("1.004", 0, 4): "100",
    ("0.083256", None, 4): "8.326",
    ("0", None, 4): "0",
}


@pytest.mark.parametrize("given", NEARLY, ids=str)
def test_a_percent_by_hand(given: tuple[str, int | None, int]) -> None:
    share, places, digits = given
    assert percent(Decimal(share), places, digits) == NEARLY[given]


@examples(200)
@given(
    st.decimals(min_value=0, max_value=1, places=12).filter(lambda share: share < 1),
    st.sampled_from([None, 0, 1, 2]),
    st.sampled_from([3, 4, 7]),
)
def test_nothing_below_one_reads_a_hundred(share: Decimal, places: int | None, digits: int) -> None:
    assert not percent(share, places, digits).startswith("100")
