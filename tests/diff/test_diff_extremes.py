"""Percentages of a diff beyond what anybody pays."""

from __future__ import annotations

from decimal import Decimal

import pytest

from costplan.render.diff import percent


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (Decimal("4.25"), "+4.2 %"),
        (Decimal("-12.5"), "-12 %"),
        (Decimal("29999999999999999999999999970.4"), "+29,999,999,999,999,999,999,999,999,970 %"),
    ],
)
def test_a_percentage_has_its_sign_and_as_many_digits_as_it_needs(
    value: Decimal, words: str
) -> None:
    assert percent(value) == words
