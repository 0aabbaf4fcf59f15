"""The month's spread from the request's: a sum of many, against a simulation with a fixed seed."""

import random
from decimal import Decimal

import pytest

from costplan.document.reliability import Reliability


def reliability(mean: str, sd: str) -> Reliability:
    zero = Decimal(0)
    return Reliability(
        delivered_right=Decimal(1),
        delivered_wrong=zero,
        human_right=zero,
        human_wrong=zero,
        aborted=zero,
        cost_mean=Decimal(mean),
        cost_sd=Decimal(sd),
    )


def test_a_compound_poisson_month() -> None:
    found = reliability("0.037330875", "0.2358149")
    assert found.month_sd(Decimal(10_000)) ** 2 == pytest.approx(
        Decimal("570.0224"), abs=Decimal("0.001")
    )
    median, high, higher = (money for _, money in found.month_quantiles(Decimal(10_000)))
    assert median == Decimal("373.30875")
    assert median < high < higher


def test_months_drawn_by_chance_stay_below_their_quantile() -> None:
    """Requests cost 1 or, one in ten, 5; their number spreads like a Poisson one."""
    chance = random.Random(7)
    mean, sd = Decimal("1.4"), Decimal("1.2")
    quantiles = dict(reliability(str(mean), str(sd)).month_quantiles(Decimal(500)))
    months = []
    for _ in range(3_000):
        count = round(chance.gauss(500, 500**0.5))
        months.append(sum(5 if chance.random() < 0.1 else 1 for _ in range(count)))
    for share in (Decimal("0.95"), Decimal("0.99")):
        below = sum(month <= quantiles[share] for month in months) / len(months)
        assert below == pytest.approx(float(share), abs=0.012)


def test_nothing_costs_nothing() -> None:
    assert [money for _, money in reliability("0", "0").month_quantiles(Decimal(5))] == [0, 0, 0]
