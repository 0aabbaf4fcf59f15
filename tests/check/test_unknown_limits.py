"""A limit that nobody has is refused with those that are near."""

from decimal import Decimal

import pytest

from costplan.plan.judge.ruleset import from_limits
from costplan.problems import BadUsage


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("monthly_totl", "limit monthly_totl: unknown key"),
        ("component.tokns", "--max-component tokns: "),
        ("", "limit : unknown key"),
    ],
)
def test_an_unknown_limit_is_bad_usage(name: str, said: str) -> None:
    with pytest.raises(BadUsage) as raised:
        from_limits({name: Decimal(3)})
    assert str(raised.value).startswith(said)
    assert raised.value.hint
