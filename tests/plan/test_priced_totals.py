"""``Evaluator.total`` is ``estimate`` without its words: equal to the last digit, refusals too."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planning import HEAD, PRICES
from priced_cases import workloads
from priced_prices import catalog
from properties import examples

from costplan.billing.variables import variables_of
from costplan.catalog.lookup import Catalog
from costplan.catalog.model import Model
from costplan.catalog.offer import Offer
from costplan.document.estimate import Estimate
from costplan.plan.bill.estimate import estimate
from costplan.plan.bill.priced import Evaluator, Totals
from costplan.problems import BadUsage, InvalidInput
from costplan.record import read
from costplan.store.files.shelves import open_catalog
from costplan.store.files.text import parse_toml
from costplan.store.files.workloads import open_workload
from costplan.words import CATEGORIES, PURPOSES
from costplan.workload.model import Binding, Workload
from costplan.workload.solving import Solutions
from costplan.workload.step import Step
from costplan.workload.tables import Fixed

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


EVERY_WAY = Evaluator(catalog(), DAY)
"""One for all examples: what is kept for one workload must not reach into the next."""


@examples(300)
@given(workloads())
def test_any_workload_totals_as_it_is_estimated(workload: Workload) -> None:
    agrees(EVERY_WAY, replace(workload, horizon_months=1), "s")


def table_by_table(workload: Workload) -> list[Workload]:
    """The workload, then with one table changed each time: all that its graph does not follow from.
    People stay as right as they are, so that all share what was solved."""
    human = workload.human
    stacks = {
        name: replace(stack, free_tiers=not stack.free_tiers)
        for name, stack in workload.stack.items()
    }
    changes: list[dict[str, object]] = [
        {"human": human and replace(human, cost_per_case=human.cost_per_case * 3)},
        {"human": human and replace(human, share=Decimal("0.4"))},
        {"fixed": (*workload.fixed, Fixed(name="on top", monthly=Decimal(7), purpose="people"))},
        {"fixed": (), "target": None, "credit": ()},
        {"stack": stacks},
        {"discount": ()},
        {"job": ()},
        {"commitment": ()},
        {"traffic": replace(workload.traffic, requests_per_month=Decimal(321))},
        {"step": tuple(_twice(step) for step in workload.step)},
    ]
    variants = [replace(workload, **change) for change in changes]  # type: ignore[arg-type]
    return [workload, *variants, workload]


def _twice(step: Step) -> Step:
    return step if step.input_tokens is None else replace(step, input_tokens=2 * step.input_tokens)


@examples(60)
@given(workloads())
def test_what_is_kept_of_one_variant_reaches_no_other(workload: Workload) -> None:
    evaluator, first = Evaluator(catalog(), DAY), Solutions(workload)
    for variant in table_by_table(replace(workload, horizon_months=1)):
        try:
            wanted = Evaluator(catalog(), DAY).total(Solutions(variant), "s")
        except InvalidInput:
            with pytest.raises(InvalidInput):
                evaluator.total(Solutions(variant, first), "s")
            continue
        assert evaluator.total(Solutions(variant, first), "s") == wanted


@examples(100)
@given(workloads())
def test_no_purpose_and_no_component_is_brought_below_nothing(workload: Workload) -> None:
    """Credits, caps and discounts of a vendor, commitments and credits of one's own together."""
    try:
        totals = EVERY_WAY.total(Solutions(workload), "s")
    except InvalidInput:
        return
    assert min(totals.by_purpose.values()) >= 0
    assert min(totals.by_component.values(), default=Decimal(0)) >= 0


@examples(100)
@given(workloads(), st.sampled_from(["0.37", "1.21", "40"]))
def test_any_month_of_a_plan_totals_as_its_horizon_says(workload: Workload, scale: str) -> None:
    """Traffic that is scaled is traffic that has grown."""
    grown = replace(
        workload.traffic, requests_per_month=workload.traffic.requests_per_month * Decimal(scale)
    )
    try:
        wanted = EVERY_WAY.total(Solutions(replace(workload, traffic=grown)), "s")
    except InvalidInput:
        return
    found = EVERY_WAY.total(Solutions(workload), "s", Decimal(scale))
    assert found._replace(outcome=None) == wanted._replace(outcome=None)


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


# ---------------------------------------------------------------- the built-in catalogue

SHOWN = """
name = "shown"
horizon_months = 1
[traffic]
requests_per_month = 12_345
peak_to_mean = 2
[runtime]
active_cpu_seconds = 1.2
wall_seconds = 9
memory_gib = 0.5
[observability]
seats = 3
[human]
cost_per_case = 4
share = 0.1
[index.index]
vectors = 300_000
dimensions = 1_536
namespaces = 2
upserts_per_month = 3_000
[tool.tool]
active_cpu_seconds = 0.2
wall_seconds = 1.5
memory_gib = 0.5
chunks = 20
characters = 1_500
input_tokens = 4_000
[[step]]
name = "look"
index = "index"
[[step]]
name = "answer"
model = "model"
input_tokens = 210_000
cacheable_tokens = 9_000
output_tokens = 500
web_searches = 0.1
[[step]]
name = "act"
tool = "tool"
[stack.s]
index = { none = "not shown" }
model = { none = "not shown" }
tool = { none = "not shown" }
observability = { none = "not shown" }
runtime = { none = "not shown" }
"""
ROLE = {
    "tokens": "model",
    "compute": "model",
    "vector-db": "index",
    "search-rerank": "tool",
    "guardrails": "tool",
    "runtime": "runtime",
    "orchestration": "orchestration",
    "observability": "observability",
    "human": "human",
}


@cache
def shown() -> Workload:
    return read(Workload, parse_toml("w.toml", SHOWN))


def bound(name: str, given: dict[str, Decimal]) -> Workload:
    """A workload with one offer in the role that it fills."""
    entry = built_in().get(name)
    role = ROLE[entry.category]
    roles = {**shown().stack["s"].roles, role: Binding(offer=name, variables=given)}
    if role == "model" and entry.category == "compute":
        roles[role] = Binding(offer=name, variables=given, tokens_per_second=Decimal(2_000))
    return replace(shown(), stack={"s": replace(shown().stack["s"], roles=roles)})


@cache
def built_in() -> Catalog:
    return open_catalog(Path())


@cache
def one_of_each_shape() -> list[str]:
    """All that is not priced by the token, and one model of each way to price it."""
    kinds: dict[object, str] = {}
    for item in (entry.item for category in CATEGORIES for entry in built_in().of(category)):
        shape: object = item.id
        if isinstance(item, Model):
            card = item.price[-1]
            rates = tuple(sorted(card.rates.published()))
            parts = (card.mode, card.region, card.fee)
            sizes = (len(card.tiers), len(card.schedule), item.cache is None)
            shape = (rates, sizes, tuple(tuple(sorted(one)) for one in parts))
        kinds.setdefault(shape, item.id)
    return sorted(kinds.values())


PARTS = 16
"""So many tests share the offers, by turns: what they are is not read to collect the tests."""


@pytest.mark.parametrize("part", range(PARTS))
def test_every_offer_totals_as_it_is_estimated(part: int) -> None:
    """What an offer asks for beside the workload is given; what is refused is refused alike."""
    evaluator = Evaluator(built_in(), DAY)
    names = one_of_each_shape()[part::PARTS]
    assert len(names) > 20
    for name in names:
        given: dict[str, Decimal] = {}
        item = built_in().get(name).item
        if isinstance(item, Offer) and item.charges_on(DAY)[0]:
            own = item.variables
            needed = [one for one in variables_of(item) if one in own and own[one].default is None]
            given = dict.fromkeys(needed, Decimal(2))
        agrees(evaluator, bound(name, given), "s")
