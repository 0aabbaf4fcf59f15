"""Several roles on one offer: what an account pays once, and how its lines are split."""

from dataclasses import replace
from decimal import Decimal

import pytest
from small_catalog import DAY, amounts, billed, charge, offer, sum_of, take

from costplan.billing.commitments import draw_commitment
from costplan.document.line import LineItem
from costplan.workload.contract import Commitment

PLAN = """
[[offer.charge]]
id = "fee"
quantity = "1"
unit = "month"
price = 30

[[offer.charge]]
id = "use"
quantity = "requests"
unit = "request"
price = 2
included = 10

[[offer.adjust]]
id = "floor"
kind = "minimum"
amount = 500
"""


def by_role(lines: list[LineItem], charge: str) -> dict[str, Decimal | None]:
    return {line.role: line.amount for line in lines if line.price.charge == charge}


def test_quota_fee_and_floor_once_an_account() -> None:
    made = billed(offer(PLAN), take("one", requests=40), take("two", requests=60))
    assert amounts(made.lines) == {"fee": 30, "use": 180, "floor": 290}
    assert sum_of(made.lines) == 500
    assert by_role(made.lines, "fee") == {"one": 30}
    assert by_role(made.lines, "floor") == {"one": 290}


def test_lines_are_split_pro_rata_by_use() -> None:
    made = billed(offer(PLAN), take("one", requests=40), take("two", requests=60))
    assert by_role(made.lines, "use") == {"one": 72, "two": 108}
    quantities = [line.quantity for line in made.lines if line.price.charge == "use"]
    assert quantities == [36, 54]


def test_a_split_sums_exactly_where_it_does_not_end() -> None:
    entry = offer('[[offer.charge]]\nid = "use"\nquantity = "requests"\nunit = "x"\nprice = 1')
    made = billed(entry, *[take(name, requests="0.1") for name in ("a", "b", "c")])
    assert sum_of(made.lines) == Decimal("0.3")
    tiers = offer(
        '[[offer.charge]]\nid = "use"\nquantity = "requests"\nunit = "x"\nper = 7\n'
        "tiers = [{ up_to = 10, price = 5 }, { price = 1 }]"
    )
    shared = billed(tiers, *[take(name, requests=at) for at, name in enumerate("abcdefg", 1)])
    alone = billed(tiers, take(requests=28))
    assert sum_of(shared.lines) == sum_of(alone.lines)
    assert sum(line.quantity for line in shared.lines) == 28


def test_tiers_are_counted_over_the_account() -> None:
    entry = offer(
        '[[offer.charge]]\nid = "use"\nquantity = "requests"\nunit = "x"\n'
        "tiers = [{ up_to = 100, price = 2 }, { price = 1 }]"
    )
    made = billed(entry, take("one", requests=80), take("two", requests=120))
    assert sum_of(made.lines) == 300  # 100 x 2 + 100 x 1, not 80 x 2 + 100 x 2 + 20
    assert by_role(made.lines[:2], "use") == {"one": 80, "two": 120}


def test_a_role_without_use_gets_a_line_of_nothing() -> None:
    made = billed(offer(PLAN), take("one", requests=0), take("two", requests=60))
    assert by_role(made.lines, "use") == {"one": 0, "two": 100}


BOUND = PLAN.replace('unit = "month"', 'unit = "month"\nscope = "binding"').replace(
    "included = 10", 'included = 10\nscope = "binding"'
)


def test_a_charge_of_a_binding_is_bought_by_each_role() -> None:
    made = billed(offer(BOUND), take("one", requests=40), take("two", requests=60))
    assert by_role(made.lines, "fee") == {"one": 30, "two": 30}
    assert by_role(made.lines, "use") == {"one": 60, "two": 100}


def test_a_floor_of_the_offer_holds_for_each_role() -> None:
    each = BOUND.replace("amount = 500", 'amount = 100\nscope = "offer"')
    made = billed(offer(each), take("one", requests=40), take("two", requests=60))
    assert by_role(made.lines, "floor") == {"one": 10}  # 30 + 60 there, 30 + 100 here


def test_a_credit_of_the_account_is_granted_once() -> None:
    credit = PLAN.replace('kind = "minimum"', 'kind = "credit"').replace("500", "50")
    made = billed(offer(credit), take("one", requests=40), take("two", requests=60))
    assert amounts(made.lines) == {"fee": 30, "use": 180, "floor": -50}


def test_a_discount_reaches_every_part() -> None:
    whole = billed(
        offer(PLAN),
        take("one", requests=40),
        take("two", requests=60),
        discount=Decimal("0.1"),
    )
    assert by_role(whole.lines, "use") == {"one": Decimal("64.8"), "two": Decimal("97.2")}
    assert by_role(whole.lines, "fee") == {"one": 27}
    assert [line.list_amount for line in whole.lines if line.price.charge == "use"] == [72, 108]


def test_a_charge_that_serves_several_purposes_is_split() -> None:
    """What follows the steps' runs is split over them; a fee does not grow with a retry."""
    uses = {("produce", "search"): Decimal(3), ("coordinate", "check"): Decimal(1)}
    made = billed(offer(PLAN), take("one", requests=50, uses=uses))
    found = {
        (line.price.charge, line.purpose, line.step): line.amount
        for line in made.lines
        if line.price.charge != "floor"
    }
    assert found == {
        ("fee", "produce", None): 30,
        ("use", "produce", "search"): 60,
        ("use", "coordinate", "check"): 20,
    }


def test_two_steps_of_one_purpose_have_a_line_each() -> None:
    uses = {("produce", "first"): Decimal(1), ("produce", "second"): Decimal(1)}
    made = billed(offer(PLAN), take("one", requests=50, uses=uses))
    assert [(line.price.charge, line.purpose, line.step) for line in made.lines] == [
        ("fee", "produce", None),
        ("use", "produce", "first"),
        ("use", "produce", "second"),
        ("floor", "idle", None),
    ]


def test_a_purpose_of_the_charge_is_not_split() -> None:
    own = PLAN.replace('unit = "month"', 'unit = "month"\npurpose = "people"')
    uses = {("produce", "search"): Decimal(3), ("coordinate", "check"): Decimal(1)}
    made = billed(offer(own), take("one", requests=50, uses=uses))
    assert [line.purpose for line in made.lines if line.price.charge == "fee"] == ["people"]


@pytest.mark.parametrize("uses", [{}, {("produce", "search"): Decimal(0)}])
def test_without_uses_all_is_for_the_takers_purpose(uses: dict) -> None:
    made = billed(offer(PLAN), take("one", purpose="coordinate", requests=300, uses=uses), day=DAY)
    assert {line.purpose for line in made.lines} == {"coordinate"}


def test_a_taker_with_steps_weighs_no_more_than_one_without() -> None:
    entry = charge("price = 1")
    uses = {("produce", "s"): Decimal(3), ("coordinate", "s"): Decimal(1)}
    made = billed(entry, take("one", requests=8, uses=uses), take("two", requests=8))
    assert [(one.role, one.purpose, one.amount) for one in made.lines] == [
        ("one", "produce", 6),
        ("one", "coordinate", 2),
        ("two", "produce", 8),
    ]


@pytest.mark.parametrize(
    ("adjust", "produce", "people"),
    [
        ('kind = "credit"\namount = 12', "-3", "-9"),
        ('kind = "cap"\namount = 20', "-5", "-15"),
        ('kind = "discount"\npercent = 50', "-5", "-15"),
    ],
)
def test_what_is_taken_off_is_split_over_purposes(adjust: str, produce: str, people: str) -> None:
    """10 to produce and 30 for people: a quarter and three quarters of what is taken off."""
    entry = offer(
        '[[offer.charge]]\nid = "use"\nquantity = "requests"\nunit = "x"\nprice = 1\n'
        '[[offer.charge]]\nid = "desk"\nquantity = "3 * requests"\nunit = "x"\nprice = 1\n'
        f'purpose = "people"\n[[offer.adjust]]\nid = "less"\n{adjust}'
    )
    lines = [one for one in billed(entry, take(requests=10)).lines if one.price.charge == "less"]
    found = {one.purpose: (one.amount, one.list_amount, one.price.price) for one in lines}
    for purpose, amount in (("produce", Decimal(produce)), ("people", Decimal(people))):
        assert found[purpose] == (amount, amount, amount)


def test_a_cap_of_a_charge_is_split_over_purposes() -> None:
    entry = charge("price = 1\ncap = 8")
    uses = {("produce", "a"): Decimal(30), ("coordinate", "b"): Decimal(10)}
    lines = billed(entry, take(requests=40, uses=uses)).lines
    caps = {one.purpose: one.amount for one in lines if one.price.charge == "use cap"}
    assert caps == {"produce": -24, "coordinate": -8}


def test_a_commitment_takes_nothing_off_what_a_credit_has_paid() -> None:
    """100 of calls, and 50 that the vendor's own credit pays: a fifth off the calls alone."""
    gift = '[[offer.charge]]\nid = "use"\nquantity = "50"\nunit = "x"\nprice = 1\n'
    gift += '[[offer.adjust]]\nid = "gift"\nkind = "credit"\namount = 50'
    paid = billed(charge("price = 1"), take("calls", requests=100)).lines
    free = [replace(one, component="other") for one in billed(offer(gift), take("free")).lines]
    deal = Commitment(name="deal", offers="*", monthly=Decimal(1_000), percent=Decimal(20))
    drawn = draw_commitment(deal, deal.monthly, [*paid, *free])
    assert (drawn.covered, drawn.saved) == (80, 20)
    assert [one.amount for one in paid] == [80]
    assert [one.amount for one in free] == [50, -50]
