"""The causes of a difference: each alone, and their sum always."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import examples

from costplan.document.diff import CAUSES, DiffDocument
from costplan.document.estimate import Component, Estimate, EstimateDocument
from costplan.document.line import LineItem, Price
from costplan.document.prices_used import Pinned
from costplan.facts import fact
from costplan.plan.judge.diff import diff
from costplan.problems import BadUsage
from costplan.quantity import settle

DAY = date(2026, 11, 22)
D = Decimal


def line(
    quantity: str | Decimal,
    price: str | Decimal | None,
    *,
    offer: str = "acme/one",
    charge: str = "input",
    role: str = "chat",
    variant: str | None = None,
    fixed: bool = False,
    flat: str | None = None,
) -> LineItem:
    unit = None if price is None else D(price)
    money = None if unit is None else settle(D(quantity) * unit)
    return LineItem(
        Price(
            offer=offer,
            charge=charge,
            unit="token",
            price=unit,
            per=D(1),
            source="page",
            confidence="vendor",
            since=DAY,
            checked=DAY,
            why=None if price is not None else fact("not-published"),
            variant=variant,
        ),
        D(quantity),
        money,
        money,
        role=role,
        component="tokens",
        fixed=fixed,
        flat=flat,
    )


def document(requests: int, *lines: LineItem, currency: str = "USD") -> EstimateDocument:
    made = Estimate(stack="a", requests=D(requests), components=[Component("tokens", list(lines))])
    return EstimateDocument(
        workload="w",
        currency=currency,
        as_of=DAY,
        priced_by=(("", "USD"),),
        offers=[],
        estimates=[made],
    )


def causes(base: EstimateDocument, head: EstimateDocument) -> dict[str, Decimal]:
    found = diff(base, head).stacks[0]
    made = {name: getattr(found.split, name) for name in CAUSES}
    assert sum(made.values()) == found.difference
    assert found.difference == head.estimates[0].total_monthly - base.estimates[0].total_monthly
    return {name: value for name, value in made.items() if value}


def test_twice_the_requests_is_volume() -> None:
    found = causes(document(10, line("1000", "0.3")), document(20, line("2000", "0.3")))
    assert found == {"volume": D(300)}


@pytest.mark.parametrize("lines", [(), (line("0", "0.001"),)])
def test_traffic_that_starts_or_ends_is_volume(lines: tuple[LineItem, ...]) -> None:
    nothing, much = document(0, *lines), document(1_000_000, line("1000000", "0.001"))
    assert causes(nothing, much) == {"volume": D(1_000)}
    assert causes(much, nothing) == {"volume": D(-1_000)}


def test_what_is_bought_without_traffic_is_no_volume_where_traffic_starts() -> None:
    fixed = line("1", "39", fixed=True, charge="seat")
    assert causes(document(0), document(10, fixed)) == {"mix": D(39)}


def test_more_of_it_per_request_is_intensity() -> None:
    found = causes(document(10, line("1000", "0.3")), document(10, line("1100", "0.3")))
    assert found == {"intensity": D(30)}


def test_what_does_not_follow_traffic_has_no_volume() -> None:
    base, head = line("3", "39", fixed=True), line("5", "39", fixed=True)
    assert causes(document(10, base), document(20, head)) == {"intensity": D(78)}


def test_the_same_at_another_price_is_price() -> None:
    found = causes(document(10, line("1000", "0.3")), document(10, line("1000", "0.2")))
    assert found == {"price": D(-100)}


def test_another_offer_is_mix_and_keeps_what_it_is_used_for() -> None:
    base = document(10, line("1000", "0.3"))
    head = document(20, line("2200", "0.1", offer="acme/two"))
    # volume 300 x 2 - 300; intensity 200 more at 0.3; then 2,200 at 0.1 in place of 0.3
    assert causes(base, head) == {"volume": D(300), "intensity": D(60), "mix": D(-440)}


def test_a_shift_between_tiers_is_mix() -> None:
    base = document(10, line("900", "1"), line("100", "2", variant="above"))
    head = document(10, line("500", "1"), line("500", "2", variant="above"))
    assert causes(base, head) == {"mix": D(400)}


def test_all_four_at_once() -> None:
    base = document(10, line("800", "1"), line("200", "3", variant="peak"))
    head = document(20, line("1200", "2"), line("1200", "3", variant="peak"))
    # A0 1400, P0 1.4; Q1 2400: volume 1400, at old prices 3360, at base prices 4800, A1 6000
    assert causes(base, head) == {
        "volume": D(1400),
        "intensity": D(560),
        "mix": D(1440),
        "price": D(1200),
    }


def test_a_new_role_and_a_removed_one_are_mix_and_named() -> None:
    base = document(10, line("100", "1", role="old"))
    head = document(10, line("100", "3", role="new"))
    assert causes(base, head) == {"mix": D(200)}
    lines = {one.role: one.kind for one in diff(base, head).stacks[0].lines}
    assert lines == {"old": "removed", "new": "new"}


def test_lines_of_one_price_are_one_quantity() -> None:
    """Two steps that share a price: 400 and 600 become 500 and 700, at 2 in place of 1."""
    base = document(10, line("400", "1"), line("600", "1"))
    head = document(10, line("500", "2"), line("700", "2"))
    assert causes(base, head) == {"intensity": D(200), "price": D(1_200)}


def test_what_no_more_of_is_used_is_intensity() -> None:
    """The charge stays on the bill with nothing of it: no price of a unit can be told."""
    some, nothing = document(10, line("100", "1")), document(10, line("0", "1"))
    assert causes(some, nothing) == {"intensity": D(-100)}
    assert causes(nothing, some) == {"intensity": D(100)}


def test_a_floor_s_top_up_is_mix() -> None:
    base = document(10, line("1", "40", flat="50 floor - 10", charge="minimum"))
    head = document(10, line("1", "30", flat="50 floor - 20", charge="minimum"))
    assert causes(base, head) == {"mix": D(-10)}


def test_the_rounding_of_amounts_is_no_cause() -> None:
    """A third of a request's cost, settled at 1e-12: 233,333.3333331 at the price of the base,
    where 700,000 thirds are 233,333.333333333333. What is between them belongs to volume."""
    base = document(1, line("1", D(1) / D(3)))
    head = document(700_000, line("700000", D(1) / D(3)))
    assert causes(base, head) == {"volume": D("233333.000000000000")}


@pytest.mark.parametrize(("more", "price"), [("0", {}), ("0.000001", {"price": D("1.000002")})])
def test_a_billionth_of_the_amount_is_rounding(more: str, price: dict[str, Decimal]) -> None:
    """Twice the requests, and 1 of 1,000,000,000 more than twice the amount."""
    base = document(1, line("1", "499999999.5"))
    head = document(2, line("2", D(500_000_000) + D(more)))
    rounding = 0 if price else 1
    assert causes(base, head) == {"volume": D("499999999.5") + rounding, **price}


def test_a_missing_price_makes_the_change_uncertain() -> None:
    base = document(10, line("100", "1"))
    head = document(10, line("100", "1"), line("5", None, charge="output"))
    found = diff(base, head).stacks[0]
    assert (found.difference, found.certain, found.kind) == (0, False, "changed")
    change = next(one for one in found.lines if one.charge == "output")
    assert (change.kind, change.unpriced) == ("new", ("head",))


def test_from_nothing_everything_is_new() -> None:
    made = diff(None, document(10, line("100", "1")))
    assert made.base is None
    assert made.stacks[0].kind == "new"
    assert made.stacks[0].difference == 100
    assert made.stacks[0].percent is None
    assert "no such workload before" in made.notes[0]


def test_what_both_sides_rest_on_is_told_with_its_sides() -> None:
    """Base first, head second: the workload's name, the day of the prices, the lock."""
    base = document(10, line("100", "1"))
    head = replace(base, workload="w2", as_of=date(2026, 11, 23), lock=Pinned("p.lock", DAY, ()))
    assert [fact.text for fact in diff(base, base).facts] == []
    pinned = "p.lock of 2026-11-22"
    facts = {fact.code: fact.values for fact in diff(base, head).facts}
    assert facts["renamed"] == {"before": "w"}
    assert facts["price-days"] == {"before": "2026-11-22", "now": "2026-11-23"}
    assert facts["pins-changed"] == {"before": "no lock", "now": pinned}
    facts = {fact.code: fact.values for fact in diff(head, base).facts}
    assert facts["pins-changed"] == {"before": pinned, "now": "no lock"}
    later = replace(head, lock=Pinned("p.lock", date(2026, 11, 23), ()))
    facts = {fact.code: fact.values for fact in diff(head, later).facts}
    assert facts == {"pins-changed": {"before": pinned, "now": "p.lock of 2026-11-23"}}
    # which offers a lock holds, and what the catalogue has since said, is no other pin
    same = replace(head, lock=Pinned("p.lock", DAY, ("acme/one",), ("moved",)))
    assert diff(head, same).facts == []


def test_the_same_twice_is_no_change() -> None:
    one = document(10, line("100", "1"))
    made = diff(one, one)
    assert not made.changed
    assert made.stacks[0].percent == 0


def test_two_currencies_are_not_compared() -> None:
    with pytest.raises(BadUsage, match="the base is in EUR and the head in USD"):
        diff(document(1, line("1", "1"), currency="EUR"), document(1, line("1", "1")))


def test_a_stack_that_neither_side_has_is_refused() -> None:
    one = document(10, line("100", "1"))
    with pytest.raises(BadUsage, match="neither side has a stack 'b'"):
        diff(one, one, stacks=["b"])


AMOUNTS = st.decimals("0.000001", 10**6, places=6)
LINES = st.lists(
    st.builds(
        line,
        AMOUNTS,
        AMOUNTS,
        offer=st.sampled_from(["acme/one", "acme/two"]),
        charge=st.sampled_from(["input", "output"]),
        role=st.sampled_from(["chat", "judge"]),
        variant=st.sampled_from([None, "batch"]),
        fixed=st.booleans(),
    ),
    max_size=6,
)


@examples(150)
@given(LINES, LINES, st.integers(0, 10**6), st.integers(0, 10**6))
def test_the_causes_sum_to_the_difference_exactly(
    old: list[LineItem], new: list[LineItem], before: int, after: int
) -> None:
    made: DiffDocument = diff(document(before, *old), document(after, *new))
    stack = made.stacks[0]
    assert stack.split.difference == stack.difference
    assert sum(one.difference for one in stack.lines) == stack.difference


@examples(50)
@given(LINES, st.integers(1, 1000), st.integers(1, 50))
def test_traffic_alone_is_volume_alone(old: list[LineItem], requests: int, times: int) -> None:
    moving = [one for one in old if not one.fixed]
    grown = [
        line(
            one.quantity * times,
            one.price.price,
            offer=one.price.offer,
            charge=one.price.charge,
            role=one.role,
            variant=one.price.variant,
        )
        for one in moving
    ]
    found = causes(document(requests, *moving), document(requests * times, *grown))
    assert set(found) <= {"volume"}
