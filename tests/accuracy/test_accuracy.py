"""Points of the shipped curves left out: how far off what is read between the others is."""

from __future__ import annotations

from decimal import Decimal

import pytest
from accuracy import PAGE, frontiers, inner, page, points_left_out, shapes_left_out

from costplan.catalog.throughput import Throughput
from costplan.store.files.throughput import open_throughput


@pytest.fixture(scope="module")
def table() -> Throughput:
    return open_throughput()


def test_inside_curves_the_error_is_small(table: Throughput) -> None:
    dense, sparse = points_left_out(table)
    assert len(dense.ratios) > 400
    assert dense.error(0.5) <= Decimal("0.06")
    assert dense.error(0.9) <= Decimal("0.20")
    assert sparse.error(0.5) <= Decimal("0.10")


def test_a_band_holds_eight_of_ten(table: Throughput) -> None:
    for score in (*points_left_out(table), shapes_left_out(table)):
        assert score.inside >= Decimal("0.8")


def test_nothing_is_predicted_from_itself(table: Throughput) -> None:
    best = next(
        run for cells in frontiers(table).values() for run in cells.values() if len(run) > 3
    )
    raised = [*best[:1], best[1]._replace(speed=best[1].speed * 2), *best[2:]]
    assert inner(raised)[0] == inner(best)[0] * 2


def test_the_page_says_what_the_shipped_files_say(table: Throughput) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(table), "run `make accuracy`"
