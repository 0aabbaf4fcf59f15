"""Draws: each range's own distribution, what moves together, and the same numbers every time."""

from __future__ import annotations

from decimal import Decimal
from math import exp, log
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

from costplan.risk.draws import DRAWS, SEED, SHIFTS, draw, sequence
from costplan.risk.normal import cumulative, normal_scores
from costplan.risk.sobol import BITS, points
from costplan.workload.ranges import Correlated, Listed, Pert, Quantiles, Range

ZERO, ONE = Decimal(0), Decimal(1)


def quantiles(*pairs: tuple[str, str], **limits: Any) -> Quantiles:
    return Quantiles(at=tuple((Decimal(a), Decimal(b)) for a, b in pairs), **limits)


AMOUNT = quantiles(("0.05", "600"), ("0.95", "4000"), least=ZERO)
SHARE = quantiles(("0.05", "0.9"), ("0.95", "0.98"), least=ZERO, most=ONE)


def test_normal_scores_are_those_of_the_standard_library() -> None:
    shares = np.concatenate([np.linspace(1e-6, 1 - 1e-6, 999), 10.0 ** -np.arange(3, 15)])
    expected = [NormalDist().inv_cdf(share) for share in shares.tolist()]
    assert normal_scores(shares) == pytest.approx(expected, rel=1e-14)
    assert cumulative(normal_scores(shares)) == pytest.approx(shares, rel=1e-12)
    assert np.isfinite(normal_scores(np.array([0.0, 1.0]))).all()


def test_the_points_are_sobols() -> None:
    """The first eight in three dimensions, by hand from Joe and Kuo's list: direction numbers 1/2,
    1/4, 1/8; 1/2, 3/4, 5/8, as m_3 = 2 x 3 xor 3; 1/2, 3/4, 3/8, as m_3 = 2 x 3 xor 4 x 1 xor 1.
    """
    first = points(3, 8) / 2.0**BITS
    assert first[:, 0].tolist() == [0, 0.5, 0.25, 0.75, 0.125, 0.625, 0.375, 0.875]
    assert first[:, 1].tolist() == [0, 0.5, 0.75, 0.25, 0.625, 0.125, 0.375, 0.875]
    assert first[:, 2].tolist() == [0, 0.5, 0.75, 0.25, 0.375, 0.875, 0.625, 0.125]


@pytest.mark.parametrize("dimensions", [1, 2, 5, 12, 13, 30, 70])
def test_points_fill_each_dimension_evenly(dimensions: int) -> None:
    """Under each shift every dimension has exactly one point in each of as many strata."""
    drawn = sequence(dimensions, 1_024, 1)
    assert drawn.shape == (8_192, dimensions)
    for shift in np.split(drawn, SHIFTS):
        assert (np.sort(np.floor(shift * 1_024), axis=0) == np.arange(1_024)[:, None]).all()


def test_pairs_of_dimensions_are_even_too() -> None:
    """No square of a 16th has less than a half or more than twice its share of a shift's points,
    where independent ones leave squares empty."""
    drawn = sequence(13, 1_024, 3)[:1_024]
    for other in range(1, 13):
        counts = np.histogram2d(drawn[:, 0], drawn[:, other], bins=16, range=[(0, 1), (0, 1)])[0]
        assert counts.min() >= 2
        assert counts.max() <= 8


def test_a_lognormal_has_its_quantiles_and_its_mean() -> None:
    """mu = ln sqrt(ab), sigma = ln(b/a) / 3.2897; mean = exp(mu + sigma^2 / 2)."""
    drawn = draw({"x": AMOUNT}).values["x"]
    assert np.quantile(drawn, [0.05, 0.5, 0.95]) == pytest.approx(
        [600, (600 * 4000) ** 0.5, 4000], rel=0.002
    )
    sigma = log(4000 / 600) / 3.28971
    assert drawn.mean() == pytest.approx((600 * 4000) ** 0.5 * exp(sigma**2 / 2), rel=0.002)


def test_a_share_stays_between_0_and_1_and_has_its_quantiles() -> None:
    drawn = draw({"x": SHARE}).values["x"]
    assert 0 < drawn.min() < drawn.max() < 1
    assert np.quantile(drawn, [0.05, 0.5, 0.95]) == pytest.approx([0.9, 21 / 22, 0.98], rel=1e-3)


@pytest.mark.parametrize("middle", ["100", "250", "300", "890", "900"])
def test_pert_has_the_mean_and_the_variance_of_its_beta(middle: str) -> None:
    """mean (a + 4 m + b) / 6, variance (mean - a)(b - mean) / 7."""
    known = Pert(low=Decimal(100), middle=Decimal(middle), high=Decimal(900), least=ZERO)
    drawn = draw({"x": known}).values["x"]
    mean = (100 + 4 * float(middle) + 900) / 6
    assert drawn.mean() == pytest.approx(mean, rel=1e-3)
    assert drawn.var() == pytest.approx((mean - 100) * (900 - mean) / 7, rel=5e-3)
    assert 100 <= drawn.min() < drawn.max() <= 900


def test_pert_is_the_inverse_of_its_distribution_function() -> None:
    """A quarter of the way from 100 to 900 is beta(2, 4): F(x) = 1 - (1 - x)^5 - 5 x (1 - x)^4."""
    known = Pert(low=Decimal(100), middle=Decimal(300), high=Decimal(900), least=ZERO)
    x = (draw({"x": known}).values["x"] - 100) / 800
    below = 1 - (1 - x) ** 5 - 5 * x * (1 - x) ** 4
    assert below == pytest.approx(sequence(1, DRAWS // SHIFTS, SEED)[:, 0], abs=1e-6)


def test_quantiles_are_kept_and_their_slopes_go_on() -> None:
    known = quantiles(("0.1", "2"), ("0.5", "4"), ("0.9", "40"), least=ZERO)
    drawn = draw({"x": known}).values["x"]
    assert np.quantile(drawn, [0.1, 0.5, 0.9]) == pytest.approx([2, 4, 40], rel=0.01)
    beyond = 40 * (40 / 4) ** ((NormalDist().inv_cdf(0.99) / NormalDist().inv_cdf(0.9)) - 1)
    assert np.quantile(drawn, 0.99) == pytest.approx(beyond, rel=0.05)


def test_listed_numbers_come_as_often_as_their_weights_say() -> None:
    known = Listed(of=((Decimal(700), ONE), (Decimal(300), Decimal(3))))
    drawn = draw({"x": known}).values["x"]
    assert set(drawn.tolist()) == {300.0, 700.0}
    assert (drawn == 300).mean() == pytest.approx(0.75, abs=0.003)


def test_numbers_without_bounds_are_normal() -> None:
    drawn = draw({"x": quantiles(("0.05", "-3"), ("0.95", "5"))}).values["x"]
    assert drawn.mean() == pytest.approx(1, abs=0.01)
    assert drawn.std() == pytest.approx(8 / 3.28971, rel=0.01)


def test_whole_numbers_are_whole() -> None:
    drawn = draw({"x": quantiles(("0.05", "2"), ("0.95", "9"), least=ZERO, whole=True)})
    assert (drawn.values["x"] % 1 == 0).all()


@pytest.mark.parametrize("coefficient", ["-0.7", "0.3", "0.9"])
@pytest.mark.parametrize(
    "other", [SHARE, Pert(low=ZERO, middle=ONE, high=Decimal(9), least=ZERO)], ids=["share", "pert"]
)
def test_ranges_move_together_as_much_as_is_said(coefficient: str, other: Range) -> None:
    ranges = {"x": AMOUNT, "y": other, "z": AMOUNT}
    drawn = draw(ranges, [Correlated(paths=("x", "y"), coefficient=Decimal(coefficient))]).values
    scores = {name: _scores(values) for name, values in drawn.items()}
    assert np.corrcoef(scores["x"], scores["y"])[0, 1] == pytest.approx(
        float(coefficient), abs=0.02
    )
    assert np.corrcoef(scores["x"], scores["z"])[0, 1] == pytest.approx(0, abs=0.02)
    alone = draw(ranges).values
    assert np.quantile(drawn["y"], [0.1, 0.5, 0.9]) == pytest.approx(
        np.quantile(alone["y"], [0.1, 0.5, 0.9]), rel=0.02
    )


def _scores(values: Any) -> Any:
    return normal_scores((values.argsort().argsort() + 0.5) / len(values))


def test_correlations_of_what_is_no_range_any_more_are_left_out() -> None:
    tables = [Correlated(paths=("x", "gone"), coefficient=Decimal("0.9"))]
    assert [*draw({"x": AMOUNT}, tables).values] == ["x"]


def test_the_same_seed_gives_the_same_draws() -> None:
    first, second = draw({"x": AMOUNT, "y": SHARE}), draw({"x": AMOUNT, "y": SHARE})
    assert first.draws == DRAWS
    assert (first.values["x"] == second.values["x"]).all()
    other = draw({"x": AMOUNT, "y": SHARE}, seed=2)
    assert not (first.values["x"] == other.values["x"]).any()


def test_draws_come_in_eight_equal_parts() -> None:
    assert draw({"x": AMOUNT}, draws=1_001).draws == 1_008
    assert SHIFTS == 8


def test_the_tail_is_nearer_than_at_random() -> None:
    """The mean of a product of six ranges, against 20 runs of plain Monte Carlo as long."""
    ranges = {str(at): AMOUNT for at in range(6)}
    sigma = log(4000 / 600) / 3.28971
    mean = (600 * 4000) ** 3 * exp(3 * sigma**2)
    even, plain = [], []
    for seed in range(20):
        values = draw(ranges, draws=4_096, seed=seed).values.values()
        even.append(np.prod([*values], axis=0).mean() / mean - 1)
        scores = np.random.default_rng(seed).standard_normal((4_096, 6))
        plain.append(
            np.exp(scores * sigma + log((600 * 4000) ** 0.5)).prod(axis=1).mean() / mean - 1
        )
    assert np.std(even) < 0.6 * np.std(plain)
