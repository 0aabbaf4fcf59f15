"""Points of the shipped curves left out: how far off what is read between the others is."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from accuracy import PAGE, frontiers, inner, kept, page, points_left_out, shapes_left_out, unseen
from energy_runs import errors
from roofline_fit import SHIPPED, fitted, predicted, runs_of

from costplan.catalog.roofline import Load, seconds_a_token
from costplan.catalog.throughput import Throughput
from costplan.store.files.throughput import open_energy, open_throughput


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


def test_the_roofline_is_the_one_that_the_shipped_runs_fit(table: Throughput) -> None:
    runs = runs_of(table)
    for shipped, own in zip(SHIPPED, fitted(runs.rows, runs.seconds), strict=True):
        assert abs(float(shipped) / own - 1) < 0.005


def test_what_is_modelled_of_models_left_out(table: Throughput) -> None:
    for score in unseen(table):
        assert len(score.ratios) > 1_600
        assert score.error(0.5) <= Decimal("0.18")
        assert score.error(0.9) <= Decimal("0.50")
        assert score.inside >= Decimal("0.85")


def test_the_fit_and_the_roofline_are_one_formula(table: Throughput) -> None:
    runs = runs_of(table)
    of_arrays = predicted([float(number) for number in SHIPPED], runs.rows)
    place = 0
    for curve in table.curves:
        size, device = table.weights[curve.model], table.devices[curve.accelerator]
        for gpus, together, _, _ in curve.points:
            if together > 512 or gpus > 8:
                continue
            if place % 37 == 0:
                load = Load(int(gpus), together, curve.shape)
                seconds = seconds_a_token(size, device, curve.precision, load)
                assert abs(float(seconds) / of_arrays[place] - 1) < 1e-9
            place += 1
    assert place == len(runs)


def test_the_page_says_what_the_shipped_files_say(table: Throughput) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(table, kept()), "run `make accuracy`"


RUNS = """gpu_model,num_gpus,output_throughput_tokens_per_sec,energy_per_token_joules
H100,1,1000,0.518
H100,4,1000,1.036
B200,2,3000,0.4
"""


def test_energy_of_runs_by_hand(tmp_path: Path) -> None:
    """0.74 x 700 W over 1,000 a second are 0.518 J; of four 2.072 J, twice the truth."""
    path = tmp_path / "runs.csv"
    path.write_text(RUNS, encoding="utf-8")
    found = errors(path, open_energy())
    assert found["h100-sxm"].errors == [0, 1]
    assert found["h100-sxm"].inside == 1
    assert found["b200-sxm"].errors == [Decimal("0.25")]  # 0.75 x 1,000 W x 2 / 3,000 = 0.5


def test_the_page_has_the_errors_of_energy_within_what_was_asked() -> None:
    rows = dict(re.findall(r"\| (\S+) \| \d+ \| ([\d.]+) % \|", kept()))
    assert float(rows["h100-sxm"]) <= 20
    assert float(rows["b200-sxm"]) <= 30
    assert re.search(r"SHA-256 `[0-9a-f]{64}`", kept())
