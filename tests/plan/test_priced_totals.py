"""``Evaluator.total`` is ``estimate`` without its words: equal to the last digit, refusals too."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from planning import HEAD, PRICES

from costplan.catalog.lookup import Catalog
from costplan.document.estimate import Estimate
from costplan.plan.bill.estimate import estimate
from costplan.plan.bill.priced import Evaluator, Totals
from costplan.problems import BadUsage, InvalidInput
from costplan.record import read
from costplan.store.files.shelves import open_catalog
from costplan.store.files.text import parse_toml
from costplan.store.files.workloads import open_workload
from costplan.words import PURPOSES
from costplan.workload.model import Workload
from costplan.workload.solving import Solutions

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2026, 11, 22)
FILES = sorted(
    [
        *ROOT.glob("examples/*.toml"),
        *ROOT.glob("examples/claims/*.toml"),
        ROOT / "examples" / "terms" / "costplan.toml",
        *ROOT.glob("tests/golden/*.toml"),
    ]
)


def same(totals: Totals, made: Estimate) -> None:
    """Every figure that both have."""
    assert totals.monthly == made.total_monthly
    assert totals.fixed == made.fixed_monthly
    assert totals.variable == made.variable_monthly
    assert totals.requests == made.requests
    assert totals.by_purpose == made.by_purpose
    assert totals.by_component == {one.name: one.total for one in made.components}
    assert totals.at_least == made.at_least
    assert sorted(totals.unpriced) == sorted(
        (line.price.offer, line.price.charge) for line in made.unpriced
    )
    told = made.reliability
    assert (totals.outcome is None) == (told is None)
    if totals.outcome is not None and told is not None:
        assert totals.outcome.trusted == told.trusted
        assert totals.outcome.silent == told.silent
        assert totals.outcome.aborted == told.aborted


def agrees(evaluator: Evaluator, workload: Workload, stack: str) -> bool:
    """Whether the stack can be billed; the evaluator and an estimate say the same of it."""
    solutions = Solutions(workload)
    try:
        (made,) = estimate(workload, evaluator.catalog, evaluator.as_of, stack).estimates
    except InvalidInput as error:
        problems = error.problems
    else:
        same(evaluator.total(solutions, stack), made)
        return True
    with pytest.raises(InvalidInput) as refused:
        evaluator.total(solutions, stack)
    assert list(dict.fromkeys(refused.value.problems)) == list(problems)
    return False


def opened(path: Path) -> tuple[Workload, Catalog]:
    found = open_workload(str(path), [])
    assert found.workload is not None
    return found.workload, open_catalog(found.folder, found.prices, found.name, found.text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_example_totals_as_it_is_estimated(path: Path) -> None:
    workload, catalog = opened(path)
    evaluator = Evaluator(catalog, DAY)
    for stack in workload.stack:
        assert agrees(evaluator, workload, stack)


def small(bindings: str, more: str = "") -> tuple[Workload, Catalog]:
    data = parse_toml("w.toml", f"{HEAD}\n[stack.s]\n{bindings}\n{more}\n{PRICES}")
    prices = data.pop("prices")
    return read(Workload, data), open_catalog(Path(), prices, "w.toml", "")


def test_a_limit_of_a_plan_refuses_both_in_the_same_words() -> None:
    workload, catalog = small('helper = "plans/free"')
    assert not agrees(Evaluator(catalog, DAY), workload, "s")


def test_the_cheapest_plan_is_chosen_anew_for_each_volume() -> None:
    workload, catalog = small('helper = "plans"')
    evaluator, solutions = Evaluator(catalog, DAY), Solutions(workload)
    months = [evaluator.total(solutions, "s", Decimal(scale)) for scale in ("0.5", "0.6", "1")]
    assert [one.monthly for one in months] == [0, 18, 20]  # free to 500, 600 x 0.03, flat


def test_a_total_names_what_has_no_price() -> None:
    workload, catalog = small('helper = "plans/enterprise"')
    totals = Evaluator(catalog, DAY).total(Solutions(workload), "s")
    assert totals.at_least
    assert totals.unpriced == (("plans/enterprise", "fee"),)
    assert totals.by_purpose == dict.fromkeys(PURPOSES, 0)


def test_a_stack_that_is_not_there_is_named() -> None:
    workload, catalog = small('helper = "plans"')
    with pytest.raises(BadUsage, match="there is no stack 'other'"):
        Evaluator(catalog, DAY).total(Solutions(workload), "other")
