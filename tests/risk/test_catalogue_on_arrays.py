"""Every offer and every model of the shipped catalogue, billed on arrays as it is billed exactly;
and offers whose edges are hit on purpose."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from typing import cast

import numpy as np
import pytest
from hypothesis import settings
from properties import QUICK

from costplan.billing.arrays.models import ArrayTerms, bill_model
from costplan.billing.arrays.numbers import Draws
from costplan.billing.arrays.offers import bill_offer
from costplan.billing.arrays.rows import ArrayBill, any_of, total_of
from costplan.billing.book import Book
from costplan.billing.compiled import CompiledOffer
from costplan.billing.models import Terms, model_lines
from costplan.billing.takes import Take
from costplan.billing.variables import variables_of
from costplan.catalog.lookup import Catalog, Entry
from costplan.catalog.model import Model
from costplan.catalog.offer import Offer
from costplan.document.line import LineItem
from costplan.problems import BadUsage, PriceNotKnown
from costplan.quantity import ZERO
from costplan.store.files.shelves import open_catalog
from costplan.store.files.text import parse_toml
from costplan.workload.conversation import Prefix
from costplan.workload.model_calls import ModelCalls
from costplan.workload.tables import Traffic

DAY = date(2026, 11, 22)
LONG = settings.default.max_examples > QUICK
DRAWS = 200 if LONG else 40
MODEL_DRAWS = 200 if LONG else 12
NEAR = 1e-9
ROUND = [0, 1, 10, 100, 500, 768, 1_000, 10_000, 50_000, 100_000, 1_000_000, 10_000_000]


@cache
def shipped() -> Catalog:
    return open_catalog()


@cache
def entries() -> list[Entry]:
    found = [shipped().get(name) for name in shipped().ids()]
    return list({entry.id: entry for entry in found}.values())


def drawn(name: str, random: Random) -> Decimal:
    """A quantity: round ones, on which edges lie, and any others."""
    if name.endswith("share"):
        return Decimal(str(round(random.random(), 4)))
    if random.random() < 0.4:
        return Decimal(random.choice(ROUND))
    return Decimal(str(round(10 ** random.uniform(-1, 7), 6)))


def off(charge: str) -> float:
    return 0.07 if "storage" in charge else 0.0


def exact_off(charge: str) -> Decimal:
    return Decimal("0.07") if "storage" in charge else Decimal(0)


def same(lines: Sequence[LineItem], bill: ArrayBill, at: int, where: str) -> None:
    """One draw's bill by purpose, and what of it has no price."""

    def of(number: object) -> float:
        values = np.asarray(number, dtype=float).reshape(-1)
        return float(values[at] if len(values) > 1 else values[0])

    unknown = any(line.amount is None for line in lines)
    assert unknown == bool(of(any_of(row.unknown for row in bill.rows))), where
    whole = sum((abs(line.amount or ZERO) for line in lines), ZERO)
    least = max(1e-9, float(whole) * NEAR)  # what is left of a cap has fewer digits
    for purpose in {row.purpose for row in bill.rows} | {line.purpose for line in lines}:
        exact = sum((line.amount or ZERO for line in lines if line.purpose == purpose), ZERO)
        found = of(total_of(row.paid for row in bill.rows if row.purpose == purpose))
        assert found == pytest.approx(float(exact), rel=NEAR, abs=least), where
        exact = sum((line.list_amount or ZERO for line in lines if line.purpose == purpose), ZERO)
        found = of(total_of(row.listed for row in bill.rows if row.purpose == purpose))
        assert found == pytest.approx(float(exact), rel=NEAR, abs=least), where


def check_offer(entry: Entry, random: Random, draws: int, *, free_tiers: bool = True) -> int:
    """An offer over draws of all its variables, for two roles; how many of them it can bill."""
    try:
        compiled = CompiledOffer(entry, DAY)
    except PriceNotKnown:
        return 0
    assert isinstance(entry.item, Offer)
    derived = entry.item.derived.keys()
    names = [name for name in variables_of(entry.item) if name not in derived]
    roles = [
        [{name: drawn(name, random) for name in names} for _ in range(draws)] for _ in range(2)
    ]
    uses = {("produce", "one"): Decimal(3), ("coordinate", "two"): Decimal(1)}

    def take(role: int, variables: object) -> Take:
        return Take(
            role=f"r{role}",
            component="c",
            purpose="produce",
            variables=cast(dict[str, Decimal], variables),
            uses=uses if role else {},
        )

    columns = [
        {name: Draws(np.array([float(row[name]) for row in rows])) for name in names}
        for rows in roles
    ]
    takes = [take(role, column) for role, column in enumerate(columns)]
    bill = bill_offer(compiled, takes, off, free_tiers=free_tiers)
    refused = np.broadcast_to(bill.refused, draws)
    impossible = np.broadcast_to(bill.impossible, draws)
    billed = 0
    for at in range(draws):
        exact = [take(role, rows[at]) for role, rows in enumerate(roles)]
        where = f"{entry.id} {[dict(each.variables) for each in exact]}"
        try:
            lines = compiled.bill(exact, free_tiers=free_tiers, discount=exact_off)
        except BadUsage:
            assert impossible[at], where
            continue
        assert not impossible[at], where
        gates = [gate for gate, _ in lines.refused]
        assert bool(gates) == refused[at], where
        same(lines.lines, bill, at, where)
        billed += 1
    return billed


def offers() -> list[Entry]:
    return [entry for entry in entries() if isinstance(entry.item, Offer)]


@pytest.mark.sweep
def test_every_offer_is_the_same_over_draws() -> None:
    assert len(offers()) > 250
    check_offers(offers(), Random(7))


def test_offers_are_the_same_over_draws() -> None:
    check_offers(Random(3).sample(offers(), 50), Random(7))


def check_offers(some: list[Entry], random: Random) -> None:
    billed = sum(check_offer(entry, random, DRAWS) for entry in some)
    assert billed > 0.9 * DRAWS * len(some)


def calls_of(model: Model, random: Random) -> list[tuple[ModelCalls, Draws]]:
    """Classes of calls with draws of their input, in each mode, some with a cache."""
    found = []
    for mode in [None, *model.price[-1].mode]:
        sizes = [10 ** random.uniform(1, 6) for _ in range(MODEL_DRAWS - 2)]
        edges = [tier.first for card in model.price for tier in card.tiers] or [1_000]
        tokens = np.array([*sizes, float(random.choice(edges)), random.choice(edges) - 1.0])
        output = Decimal(round(10 ** random.uniform(0, 4)))
        prefix = None
        if random.random() < 0.5:
            prefix = Prefix(
                shared=Decimal(900),
                own=Decimal(random.choice([0, 2_500])),
                marked=Decimal(3_000),
                gap_seconds=Decimal(random.choice([0, 100, 400])),
                turn=2,
                turns=4,
                turn_gap_seconds=Decimal(100),
            )
        asked: dict[str, object] = {"input_tokens": Draws(tokens), "output_tokens": output}
        if random.random() < 0.5:
            asked["cache_read_tokens" if prefix is None else "reasoning_tokens"] = Decimal(5)
        if random.random() < 0.3:
            asked["web_searches"] = Decimal(2)
        call = ModelCalls(
            role="chat",
            step="answer",
            purpose="produce",
            count=Decimal(7_000),
            tokens=cast(dict[str, Decimal], asked),
            prefix=prefix,
            mode=mode,
            rate_per_second=Decimal("0.002"),
        )
        found.append((call, Draws(tokens)))
    return found


def models() -> list[Entry]:
    return [entry for entry in entries() if isinstance(entry.item, Model)]


@pytest.mark.sweep
def test_every_model_is_the_same_over_draws() -> None:
    assert len(models()) > 6_000
    check_models(models(), Random(5))


def test_models_are_the_same_over_draws() -> None:
    check_models(Random(3).sample(models(), 500), Random(5))


def check_models(some: list[Entry], random: Random) -> None:
    book = Book()
    traffic = Traffic(requests_per_month=Decimal(1_000))
    for entry in some:
        assert isinstance(entry.item, Model)
        if entry.item.card(DAY) is None:
            continue
        for call, sizes in calls_of(entry.item, random):
            terms = ArrayTerms(input_factor=1.1, output_factor=0.9, off=off)
            bill = bill_model(book, entry, DAY, [call], traffic, terms)
            for at, size in enumerate(sizes.values.tolist()):
                tokens = dict(call.tokens) | {"input_tokens": Decimal(repr(size))}
                exact_terms = Terms(
                    input_factor=Decimal("1.1"), output_factor=Decimal("0.9"), discount=exact_off
                )
                one = ModelCalls(**{**vars(call), "tokens": tokens})
                lines = model_lines(book, entry, DAY, [one], traffic, exact_terms)
                if any(line.quantity < 0 for line in lines):
                    assert np.broadcast_to(bill.impossible, MODEL_DRAWS)[at]
                    continue
                same(lines, bill, at, f"{entry.id} {call.mode} {size}")


EDGES = """
vendor = "E"
category = "vector-db"
source.list = { at = "e.test/prices", confidence = "vendor" }
"""
TIERS = "{ up_to = 100, price = 5 }, { up_to = 1_000, price = 3 }"
CHARGES = {
    "volume": f"mode = 'volume', tiers = [{TIERS}, {{ price = 2 }}]",
    "volume-ends": f"mode = 'volume', tiers = [{TIERS}]",
    "package": f"mode = 'package', fx = 0.9, tiers = [{TIERS}]",
    "graduated": f"tiers = [{TIERS}, {{ price = 2 }}]",
    "graduated-ends": "tiers = [{ up_to = 100, price = 1 }, { up_to = 1_000, quote = true }]",
    "ranked": f"tiers = [{TIERS}], rank_by = 'vectors'",
    "block": "price = 7, round_up_to = 10, per = 10",
    "least": "price = 0.3, minimum_quantity = 500",
    "capped": "price = 0.4, cap = 200",
    "included": "price = 0.4, included = 'vectors / 10', free_tier = true",
    "quoted": "quote = true, included = 500",
    "pooled": "price = 0.2, pool = 'free'",
    "by-role": "price = 0.2, included = 100, scope = 'binding'",
    "standby": "price = 0.2, redundant = '0.4'",
}
QUANTITIES = {
    "plain": "queries",
    "ceil": "ceil(queries / 10)",
    "round_up": "round_up(queries * 0.1, 5)",
    "bands": "bands(queries, [100, 1_000], [1, 0.5, 0.1])",
    "lookup": "lookup(queries, [100, 1_000], [3, 40, 900])",
    "branch": "queries / vectors if vectors > 0 else queries",
    "either": "1 if queries >= 100 and vectors < 1_000 or queries == 10 else 0",
    "shares": "max(0, queries - vectors) + floor(min(queries, 7.5))",
}
FEE = "id = 'fee', kind = 'percent_fee', percent = 10, floor = 25"
ADJUSTS = {
    "nothing": "",
    "minimum": "{ id = 'floor', kind = 'minimum', amount = 150 }",
    "narrow-minimum": "{ id = 'floor', kind = 'minimum', amount = 150, charges = ['a'] }",
    "credit": "{ id = 'credit', kind = 'credit', amount = 60, charges = ['a'] }",
    "cap": "{ id = 'most', kind = 'cap', amount = 120 }",
    "discount-fee": f"{{ id = 'd', kind = 'discount', percent = 20 }}, {{ {FEE} }}",
    "narrow-fee": f"{{ {FEE}, charges = ['b'] }}",
    "by-role": "{ id = 'floor', kind = 'minimum', amount = 150, scope = 'offer' }",
}
B = 'id = "b", quantity = "queries", unit = "q", price = 0.01'


def edged() -> list[Entry]:
    """An offer for every charge with every adjustment, quantities in turn."""
    texts = []
    quantities = list(QUANTITIES.values())
    for first, charge in CHARGES.items():
        for second, adjust in ADJUSTS.items():
            quantity = quantities[(len(texts) + len(texts) // len(ADJUSTS)) % len(quantities)]
            texts.append(
                f"""
[[offer]]
id = "e/{first}-{second}-{len(texts)}"
origin = {{ since = 2026-01-01, checked = 2026-11-01, source = "list" }}
gates = [{{ variable = "queries * 2", max = 20_000, action = "block" }}]
pools = {{ free = "250" }}
charge = [
  {{ id = "a", quantity = "{quantity}", unit = "q", {charge} }},
  {{ {B}, pool = "free", purpose = "coordinate" }},
]
adjust = [{adjust}]
"""
            )
    data = parse_toml("edges.toml", EDGES + "".join(texts))
    catalog = open_catalog(Path(), data, "edges.toml", "")
    return [catalog.get(name) for name in catalog.ids() if name.startswith("e/")]


@pytest.fixture
def edges(monkeypatch: pytest.MonkeyPatch) -> list[Entry]:
    """Offers that are asked for quantities on their edges, and such as floats miss by their last
    digit."""
    monkeypatch.setitem(
        globals(), "ROUND", [0, 10, 99.99999999999, 100, 100.00001, 500, 999.9, 1_000, 1_000.1, 7.5]
    )
    offers = edged()
    assert len(offers) == len(CHARGES) * len(ADJUSTS)
    return offers


@pytest.mark.sweep
@pytest.mark.parametrize("free_tiers", [True, False])
def test_every_edge_falls_on_the_same_side(edges: list[Entry], free_tiers: bool) -> None:
    check_edges(edges, free_tiers=free_tiers)


@pytest.mark.parametrize("free_tiers", [True, False])
def test_edges_fall_on_the_same_side(edges: list[Entry], free_tiers: bool) -> None:
    check_edges(Random(3).sample(edges, 40), free_tiers=free_tiers)


def check_edges(offers: list[Entry], *, free_tiers: bool) -> None:
    random = Random(11)
    billed = sum(check_offer(entry, random, 60, free_tiers=free_tiers) for entry in offers)
    assert billed > 0.9 * 60 * len(offers)


def test_a_quantity_that_floats_miss_is_on_its_edge() -> None:
    """0.1 + 0.2 is 0.30000000000000004: ten of them are three blocks, not four."""
    (offer,) = (entry for entry in edged() if entry.id.startswith("e/block-nothing"))
    compiled = CompiledOffer(offer, DAY)
    values = Draws(np.array([(0.1 + 0.2) * 100, 30.0]))
    take = Take(
        role="r",
        component="c",
        purpose="produce",
        variables=cast(dict[str, Decimal], {"queries": values, "vectors": Decimal(1)}),
    )
    bill = bill_offer(compiled, [take], off)
    paid = bill.rows[0].paid
    assert paid[0] == paid[1]
