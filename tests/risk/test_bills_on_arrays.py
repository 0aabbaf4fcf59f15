"""A month over draws is the exact month of each draw: bills, what is unknown, what is refused and
what becomes of requests."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from agreeing import Seen, compare
from compare_cases import DAY, ROOT, opened_at
from drawn_workloads import drawn as workload_text
from hypothesis import given, settings
from hypothesis import strategies as st
from numbers_of import drawn_around, numbers_of
from priced_cases import workloads
from priced_prices import catalog
from properties import QUICK, TRIED, examples

from costplan.plan.bill.priced import Evaluator
from costplan.workload.model import Workload

DRAWS = 20
TRIES = settings.default.max_examples
SEEDS = range(200 if TRIES > QUICK else 24 * TRIES // TRIED)
FILES = sorted([*ROOT.glob("examples/*.toml"), ROOT / "examples" / "terms" / "costplan.toml"])


def around(workload: Workload, random: Random, most: int) -> dict[str, object]:
    """Draws of some of a workload's numbers."""
    numbers = numbers_of(workload)
    some = random.sample(numbers, min(most, len(numbers)))
    return {number.path: drawn_around(number, random, DRAWS) for number in some}


@pytest.mark.usefixtures("fixed_prices")
def test_any_workload_costs_over_draws_what_each_draw_costs(tmp_path: Path) -> None:
    seen = Seen()
    for seed in SEEDS:
        path = tmp_path / f"{seed}.toml"
        path.write_text(workload_text(seed))
        ready = opened_at(path)
        drawn = around(ready.workload, Random(seed), 14)
        compare(Evaluator(ready.catalog, DAY), ready.workload, drawn, DRAWS, seen)
    assert not seen.apart, seen.apart[:5]
    assert seen.billed > 20 * len(SEEDS)


EVERY_WAY = Evaluator(catalog(), DAY)
SEEN = Seen()


@examples(120)
@given(workloads(), st.integers(0, 10**6))
def test_every_way_to_bill_is_the_same_over_draws(workload: Workload, seed: int) -> None:
    """Tiers, caps, gates, schedules, currencies, commitments and credits, in a catalogue that has
    each of them."""
    drawn = around(workload, Random(seed), 10)
    if not drawn:
        return
    before = len(SEEN.apart)
    compare(EVERY_WAY, replace(workload, horizon_months=1), drawn, DRAWS, SEEN)
    assert not SEEN.apart[before:]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_number_of_an_example_may_be_a_range(path: Path) -> None:
    ready = opened_at(path)
    random = Random(path.stem)
    drawn = {number.path: drawn_around(number, random, 4) for number in numbers_of(ready.workload)}
    seen = Seen()
    compare(Evaluator(ready.catalog, DAY), ready.workload, drawn, 4, seen)
    assert not seen.apart, seen.apart[:5]
