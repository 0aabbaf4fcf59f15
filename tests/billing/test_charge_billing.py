"""Charges, one key at a time, each worked out by hand."""

from datetime import date
from decimal import Decimal

import pytest
from small_catalog import amounts, billed, charge, offer, sum_of, take

from costplan.billing.offers import OfferBill
from costplan.billing.variables import MissingVariables
from costplan.problems import BadUsage, InvalidInput, PriceNotKnown


def bill(text: str, requests: str | int, **options) -> OfferBill:
    return billed(charge(text), take(requests=requests), **options)


def slices_of(made: OfferBill) -> list[tuple]:
    return [(line.price.variant, line.quantity, line.amount) for line in made.lines]


TIERS = "tiers = [{ up_to = 100, price = 5 }, { up_to = 300, price = 3 }, { price = 1 }]"


# ---------------------------------------------------------------- price, per, fx


def test_quantity_times_price_over_per() -> None:
    made = bill("price = 0.30\nper = 1_000", 12_345)
    (line,) = made.lines
    assert line.amount == line.list_amount == Decimal("3.7035")
    assert line.formula == "12,345 request x 0.3 / 1,000"
    assert line.basis == "requests  (requests = 12,345)"


def test_a_price_in_credits_becomes_money() -> None:
    (line,) = bill("price = 0.045\nfx = 1.50", 200).lines
    assert line.amount == Decimal("13.5")
    assert line.price.price == Decimal("0.0675")
    assert line.price.base == Decimal("0.045")
    assert line.formula == "200 request x 0.045 x 1.5 (money per vendor credit)"


def test_no_use_makes_no_line() -> None:
    assert bill("price = 1", 0).lines == []


# ---------------------------------------------------------------- graduated, volume, package


@pytest.mark.parametrize(
    ("used", "expected"),
    [
        (1, [("to 100", 1, 5)]),
        (100, [("to 100", 100, 500)]),
        (101, [("to 100", 100, 500), ("to 300", 1, 3)]),
        (300, [("to 100", 100, 500), ("to 300", 200, 600)]),
        (301, [("to 100", 100, 500), ("to 300", 200, 600), ("above 300", 1, 1)]),
        (1_000, [("to 100", 100, 500), ("to 300", 200, 600), ("above 300", 700, 700)]),
    ],
)
def test_graduated_prices_each_slice_at_its_own_price(used: int, expected: list) -> None:
    assert slices_of(bill(TIERS, used)) == expected


@pytest.mark.parametrize(
    ("used", "amount"), [(100, 500), (101, 303), (300, 900), (301, 301), (1_000, 1_000)]
)
def test_volume_prices_all_at_the_tier_reached(used: int, amount: int) -> None:
    (line,) = bill(f'mode = "volume"\n{TIERS}', used).lines
    assert line.amount == amount
    assert line.quantity == used


@pytest.mark.parametrize(
    ("used", "amount"), [(1, 20), (100, 20), ("100.001", 50), (300, 50), (301, 80), (10**6, 80)]
)
def test_package_is_the_flat_price_of_the_smallest_that_covers(used, amount: int) -> None:
    made = bill(
        'mode = "package"\nper = 7\n'
        "tiers = [{ up_to = 100, price = 20 }, { up_to = 300, price = 50 }, { price = 80 }]",
        used,
    )
    (line,) = made.lines
    assert line.amount == amount
    assert line.price.per == 1
    assert line.formula == f"package of {amount} for {Decimal(used):,f} request"


def test_a_package_in_credits() -> None:
    text = 'mode = "package"\nfx = 1.5\ntiers = [{ up_to = 100, price = 20 }, { price = 40 }]'
    assert sum_of(bill(text, 5).lines) == 30


def test_beyond_the_last_package_the_price_is_unknown() -> None:
    text = 'mode = "package"\ntiers = [{ up_to = 100, price = 20 }]'
    (line,) = bill(text, 101).lines
    assert line.amount is None
    assert line.quantity == 101
    assert line.price.reason == "the catalogue has no price above 100"


def test_beyond_the_last_graduated_tier_only_the_rest_is_unknown() -> None:
    made = bill("tiers = [{ up_to = 100, price = 2 }]", 130)
    assert slices_of(made) == [("to 100", 100, 200), ("above 100", 30, None)]


def test_tiers_and_credits_and_per_together() -> None:
    made = bill("fx = 2\nper = 10\ntiers = [{ up_to = 100, price = 5 }, { price = 3 }]", 150)
    # 100 x 5 x 2 / 10 + 50 x 3 x 2 / 10
    assert amounts(made.lines) == {"use": 130}


# ---------------------------------------------------------------- rank_by


def test_a_rank_spreads_the_quantity_over_its_tiers() -> None:
    text = """
quantity = "requests"
rank_by = "vectors"
tiers = [{ up_to = 100_000, price = 4 }, { up_to = 10_000_000, price = 2 }, { price = 1 }]
"""
    made = billed(charge(text), take(requests=1_000, vectors=250_000))
    assert slices_of(made) == [
        ("to 100,000", 400, 1600),
        ("to 10,000,000", 600, 1200),
    ]
    made = billed(charge(text), take(requests=1_000, vectors=20_000_000))
    assert [(line.quantity, line.amount) for line in made.lines] == [
        (5, 20),
        (495, 990),
        (500, 500),
    ]
    assert len(billed(charge(text), take(requests=1_000, vectors=100_000)).lines) == 1


# ---------------------------------------------------------------- included


def test_the_included_part_comes_off_before_the_tiers() -> None:
    made = bill(f"included = 50\n{TIERS}", 160)
    assert slices_of(made) == [("to 100", 100, 500), ("to 300", 10, 30)]
    assert made.lines[0].used == 160
    assert "- 50 included" in made.lines[0].basis


def test_included_as_an_expression() -> None:
    text = 'price = 2\nincluded = "40 * seats"'
    (line,) = billed(charge(text), take(requests=100, seats=2)).lines
    assert line.quantity == 20
    assert line.amount == 40


def test_within_the_included_part_the_line_stays_and_costs_nothing() -> None:
    (line,) = bill("price = 2\nincluded = 500", 120).lines
    assert line.quantity == 0
    assert line.amount == 0
    assert line.used == 120
    assert "- 120 included" in line.basis


def test_a_free_tier_is_switched_off_and_a_paid_quota_is_not() -> None:
    free = "price = 2\nincluded = 50\nfree_tier = true"
    paid = "price = 2\nincluded = 50"
    assert sum_of(bill(free, 60).lines) == 20
    assert sum_of(bill(free, 60, free_tiers=False).lines) == 120
    assert sum_of(bill(paid, 60, free_tiers=False).lines) == 20


# ---------------------------------------------------------------- pools

POOLED = """
[offer.pools]
hours = "100"

[[offer.charge]]
id = "cpu"
quantity = "requests"
unit = "hour"
price = 2
pool = "hours"
free_tier = true

[[offer.charge]]
id = "reads"
quantity = "queries"
unit = "hour"
price = 3
pool = "hours"
free_tier = true

[[offer.charge]]
id = "writes"
quantity = "upserts"
unit = "hour"
price = 5
pool = "hours"
free_tier = true
included = 1
"""


def test_a_pool_is_drawn_in_file_order() -> None:
    made = billed(offer(POOLED), take(requests=70, queries=50, upserts=11))
    assert amounts(made.lines) == {"cpu": 0, "reads": 60, "writes": 50}
    made = billed(offer(POOLED), take(requests=130, queries=50, upserts=11))
    assert amounts(made.lines) == {"cpu": 60, "reads": 150, "writes": 50}
    made = billed(offer(POOLED), take(requests=10, queries=20, upserts=30))
    assert amounts(made.lines) == {"cpu": 0, "reads": 0, "writes": 0}


def test_a_pool_of_a_free_tier_is_switched_off() -> None:
    made = billed(offer(POOLED), take(requests=70, queries=50, upserts=11), free_tiers=False)
    assert amounts(made.lines) == {"cpu": 140, "reads": 150, "writes": 55}


def test_a_pool_of_a_paid_plan_stays_without_free_tiers() -> None:
    paid = POOLED.replace("free_tier = true\n", "")
    made = billed(offer(paid), take(requests=70, queries=50, upserts=11), free_tiers=False)
    assert amounts(made.lines) == {"cpu": 0, "reads": 60, "writes": 50}


def test_a_pool_may_depend_on_a_variable() -> None:
    per_seat = POOLED.replace('hours = "100"', 'hours = "10 * seats"')
    made = billed(offer(per_seat), take(requests=70, queries=0, upserts=0, seats=3))
    assert amounts(made.lines) == {"cpu": 80}


# ---------------------------------------------------------------- minimum, rounding, cap


@pytest.mark.parametrize(
    ("text", "used", "quantity"),
    [
        ("minimum_quantity = 100", 40, 100),
        ("minimum_quantity = 100", 140, 140),
        ("minimum_quantity = 100", 0, 100),
        ("round_up_to = 15", 1, 15),
        ("round_up_to = 15", 15, 15),
        ("round_up_to = 15", "15.1", 30),
        ("round_up_to = 0.5", "1.2", "1.5"),
        ("included = 50\nround_up_to = 20", 55, 20),
        ("included = 50\nminimum_quantity = 30\nround_up_to = 20", 55, 40),
        ("minimum_quantity = 100_000\nround_up_to = 10_000", 104_000, 110_000),
    ],
)
def test_least_and_blocks(text: str, used, quantity) -> None:
    (line,) = bill(f"price = 1\n{text}", used).lines
    assert line.quantity == line.amount == Decimal(quantity)


def test_blocks_of_a_quantity_too_large_for_28_digits() -> None:
    entry = charge('quantity = "requests * vectors"\nprice = 1\nround_up_to = 1')
    (line,) = billed(entry, take(requests="1e14", vectors="1e14")).lines
    assert line.quantity == Decimal("1e28")


def test_a_cap_is_its_own_line() -> None:
    made = bill("price = 0.011\ncap = 30", 2920)
    assert amounts(made.lines) == {"use": Decimal("32.12"), "use cap": Decimal("-2.12")}
    assert made.lines[1].formula == "at most 30 a month, charged 32.12"
    assert made.lines[1].price.price == Decimal("-2.12")
    assert len(bill("price = 1\ncap = 30", 30).lines) == 1


def test_a_cap_holds_at_list_and_at_contract() -> None:
    lines = bill("price = 1\ncap = 30", 40, discount=Decimal("0.1")).lines
    assert sum(line.list_amount for line in lines) == 30
    assert sum_of(lines) == 30  # 36 after the discount, still above the cap
    lines = bill("price = 1\ncap = 30", 40, discount=Decimal("0.5")).lines
    assert sum(line.list_amount for line in lines) == 30
    assert sum_of(lines) == 20


# ---------------------------------------------------------------- quotes


def test_a_quote_is_unpriced_never_zero() -> None:
    (line,) = bill("quote = true", 5).lines
    assert line.amount is None
    assert line.list_amount is None
    assert line.quantity == 5
    assert line.price.reason == "the catalogue has no price for it"
    assert line.formula == "5 request x unknown price"


def test_a_quote_that_its_source_confirms_names_the_source() -> None:
    (line,) = bill("quote = true\nunpublished = true", 5).lines
    assert line.amount is None
    assert line.price.reason == "no price is published: https://acme.example/pricing, 2026-06-01"


def test_only_a_quote_is_unpublished() -> None:
    with pytest.raises(InvalidInput, match="'quote = true' has no published price"):
        bill("price = 1\nunpublished = true", 5)


def test_a_quote_tier_leaves_the_priced_slices_priced() -> None:
    made = bill("tiers = [{ up_to = 100, price = 2 }, { quote = true }]", 150)
    assert slices_of(made) == [("to 100", 100, 200), ("above 100", 50, None)]
    assert slices_of(bill("tiers = [{ up_to = 100, price = 2 }, { quote = true }]", 100)) == [
        ("to 100", 100, 200)
    ]


@pytest.mark.parametrize("mode", ["volume", "package"])
def test_a_quote_tier_reached_by_volume_is_unpriced(mode: str) -> None:
    text = f'mode = "{mode}"\ntiers = [{{ up_to = 100, price = 2 }}, {{ quote = true }}]'
    (line,) = bill(text, 150).lines
    assert line.amount is None
    assert line.quantity == 150


def test_nothing_of_an_unknown_price_costs_nothing() -> None:
    (line,) = bill("quote = true\nincluded = 10", 5).lines
    assert line.quantity == 0
    assert line.amount == 0


# ---------------------------------------------------------------- dates

DATED = """
[[offer.charge]]
id = "fee"
quantity = "1"
unit = "month"
price = 25

[[offer.charge]]
id = "fee"
origin = { since = 2026-09-01, checked = 2026-09-02, source = "set" }
ended = true

[[offer.charge]]
id = "use"
quantity = "requests"
unit = "request"
price = 2

[[offer.charge]]
id = "use"
origin = { since = 2026-05-01, checked = 2026-05-02, source = "set" }
quantity = "requests"
unit = "request"
price = 3

[[offer.charge]]
id = "extra"
origin = { since = 2026-07-01, checked = 2026-07-02, source = "set" }
quantity = "requests"
unit = "request"
price = 1
"""


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 1, 1), {"fee": 25, "use": 20, "extra": None}),
        (date(2026, 4, 30), {"fee": 25, "use": 20, "extra": None}),
        (date(2026, 5, 1), {"fee": 25, "use": 30, "extra": None}),
        (date(2026, 7, 1), {"fee": 25, "use": 30, "extra": 10}),
        (date(2026, 8, 31), {"fee": 25, "use": 30, "extra": 10}),
        (date(2026, 9, 1), {"use": 30, "extra": 10}),
    ],
)
def test_the_charges_of_the_day(day: date, expected: dict) -> None:
    assert amounts(billed(offer(DATED), take(requests=10), day=day).lines) == expected


def test_a_charge_known_only_later_says_since_when() -> None:
    made = billed(offer(DATED), take(requests=10), day=date(2026, 6, 30))
    extra = next(line for line in made.lines if line.price.charge == "extra")
    assert extra.price.reason == "the price is known only from 2026-07-01 on"


def test_a_charge_carries_its_own_source() -> None:
    made = billed(offer(DATED), take(requests=10), day=date(2026, 6, 30))
    where = {line.price.charge: line.price for line in made.lines}
    assert (where["fee"].since, where["fee"].confidence) == (date(2026, 1, 1), "vendor")
    assert (where["use"].since, where["use"].checked) == (date(2026, 5, 1), date(2026, 5, 2))
    assert (where["use"].source, where["use"].confidence) == (
        "https://data.example/prices",
        "dataset",
    )


def test_before_the_first_charge_the_day_is_named() -> None:
    with pytest.raises(PriceNotKnown) as caught:
        billed(offer(DATED), take(requests=10), day=date(2025, 12, 31))
    assert "2025-12-31" in caught.value.message
    assert "2026-01-01" in (caught.value.hint or "")


def test_an_offer_whose_charges_have_all_ended_has_no_price() -> None:
    """It is no longer sold: a bill of nothing would say that it is free."""
    gone = """
[[offer.charge]]
id = "use"
quantity = "requests"
unit = "request"
price = 2

[[offer.charge]]
id = "use"
origin = { since = 2026-05-01, checked = 2026-05-02, source = "set" }
ended = true
"""
    assert sum_of(billed(offer(gone), take(requests=10), day=date(2026, 4, 30)).lines) == 20
    with pytest.raises(PriceNotKnown):
        billed(offer(gone), take(requests=10), day=date(2026, 5, 1))


# ---------------------------------------------------------------- variables

VARIABLES = """
[offer.variables]
shelves = { unit = "shelf", default = 2, about = "assumed" }
depth = { unit = "cm", about = "how deep" }

[offer.derived]
area = "shelves * depth"
volume = "area * 2"

[[offer.charge]]
id = "room"
quantity = "volume"
unit = "l"
price = 1
"""


def test_derived_values_may_use_earlier_ones() -> None:
    made = billed(offer(VARIABLES), take(depth=10))
    assert sum_of(made.lines) == 40
    assert made.assumed == {"shelves": 2}


def test_a_given_value_wins_over_a_derived_one() -> None:
    made = billed(offer(VARIABLES), take(area=7))
    assert sum_of(made.lines) == 14
    assert made.assumed == {}


def test_a_variable_without_a_value_is_asked_for() -> None:
    with pytest.raises(MissingVariables) as caught:
        billed(offer(VARIABLES), take(shelves=1))
    assert [(one.name, one.unit, one.about) for one in caught.value.needed] == [
        ("depth", "cm", "how deep")
    ]
    assert "acme/plan needs depth (cm)" in caught.value.message


def test_every_missing_variable_is_asked_for_at_once() -> None:
    entry = offer(
        '[[offer.charge]]\nid = "a"\nquantity = "requests * dimensions"\nunit = "x"\nprice = 1\n'
        '[[offer.charge]]\nid = "b"\nquantity = "queries + seats"\nunit = "x"\nprice = 1\n'
        'included = "traces"'
    )
    with pytest.raises(MissingVariables) as caught:
        billed(entry, take())
    assert {one.name for one in caught.value.needed} == {
        "requests", "dimensions", "queries", "seats", "traces",
    }  # fmt: skip


@pytest.mark.parametrize(("head", "hours"), [("", 730), ("hours_per_month = 744", 744)])
def test_a_month_has_the_vendors_hours(head: str, hours: int) -> None:
    for name in ("hours", "hours_per_month"):
        entry = charge(f'quantity = "{name}"\nprice = 1', head)
        assert sum_of(billed(entry, take()).lines) == hours
    entry = charge('quantity = "hours * instances"\nprice = 1', head)
    assert sum_of(billed(entry, take(hours=10, instances=3)).lines) == 30


def test_a_quantity_below_zero_is_refused() -> None:
    entry = charge('quantity = "requests - 10"\nprice = 1')
    with pytest.raises(BadUsage, match="negative"):
        billed(entry, take(requests=3))


def test_a_quantity_without_a_value_is_refused_with_its_numbers() -> None:
    entry = charge('quantity = "requests / seats"\nprice = 1')
    with pytest.raises(BadUsage, match="requests = 3, seats = 0"):
        billed(entry, take(requests=3, seats=0))


# ---------------------------------------------------------------- fixed, purpose, one charge


@pytest.mark.parametrize(
    ("quantity", "fixed"),
    [
        ("1", True),
        ("seats", True),
        ("instances * hours", True),
        ("requests", False),
        ("seats * requests", False),
        ("hours * memory_gib", False),
    ],
)
def test_fixed_is_worked_out_from_the_variables(quantity: str, fixed: bool) -> None:
    entry = charge(f'quantity = "{quantity}"\nprice = 1')
    given = take(seats=1, requests=1, hours=1, memory_gib=1)
    assert [line.fixed for line in billed(entry, given).lines] == [fixed]


def test_fixed_may_be_stated() -> None:
    entry = charge('quantity = "requests"\nprice = 1\nfixed = true')
    assert billed(entry, take(requests=1)).lines[0].fixed is True


def test_a_purpose_of_the_charge_wins_over_the_offers() -> None:
    plain = '[[offer.charge]]\nid = "a"\nquantity = "1"\nunit = "x"\nprice = 1\n'
    own = '[[offer.charge]]\nid = "b"\nquantity = "1"\nunit = "x"\nprice = 1\npurpose = "idle"\n'
    made = billed(offer(plain + own), take(purpose="coordinate"))
    assert [line.purpose for line in made.lines] == ["coordinate", "idle"]
    made = billed(offer(plain + own, 'purpose = "people"'), take(purpose="coordinate"))
    assert [line.purpose for line in made.lines] == ["people", "idle"]


def test_one_charge_alone_comes_without_the_adjustments() -> None:
    entry = offer(DATED + '[[offer.adjust]]\nid = "floor"\nkind = "minimum"\namount = 1_000\n')
    made = billed(entry, take(requests=10), only="use")
    assert amounts(made.lines) == {"use": 30}
    assert sum_of(billed(entry, take(requests=10)).lines) == 1_000
    with pytest.raises(BadUsage, match="has no charge 'usee'") as caught:
        billed(entry, take(requests=10), only="usee")
    assert caught.value.hint == "did you mean 'use'?"


# ---------------------------------------------------------------- what is not known


def test_a_standby_copy_of_what_has_no_price_has_none_either() -> None:
    made = bill('quote = true\nredundant = "0.5"', 10)
    (line,) = made.lines
    assert (line.quantity, line.amount, line.tags) == (10, None, ())
    priced = bill('price = 2\nredundant = "0.5"', 10).lines
    assert [(one.amount, one.tags) for one in priced] == [(10, ()), (10, ("redundant",))]


def test_one_charge_alone_waits_for_no_other_that_is_only_known_later() -> None:
    later = 'origin = { since = 2027-01-01, checked = 2026-06-01, source = "page" }'
    text = "[[offer.charge]]\nid = '{}'\nunit = 'request'\nquantity = 'requests'\nprice = 1\n"
    entry = offer(text.format("use") + text.format("next") + later)
    both = billed(entry, take(requests=10)).lines
    assert [(one.price.charge, one.amount) for one in both] == [("use", 10), ("next", None)]
    (line,) = billed(entry, take(requests=10), only="use").lines
    assert (line.price.charge, line.amount) == ("use", 10)


@pytest.mark.parametrize(("mode", "per"), [("graduated", 1_000), ("volume", 1_000), ("package", 1)])
def test_a_tier_s_price_is_per_its_charge_s_number_but_a_package_s(mode: str, per: int) -> None:
    made = bill(f'mode = "{mode}"\nper = 1_000\n{TIERS}', 50)
    assert {line.price.per for line in made.lines} == {Decimal(per)}


def test_what_a_binding_pays_at_a_flat_rate_it_pays_once_and_its_use_in_full() -> None:
    flat = charge('quantity = "1"\nprice = 5\nscope = "binding"')
    twice = (take(role="a"), take(role="a", purpose="idle"))
    assert sum_of(billed(flat, *twice).lines) == 5
    assert sum_of(billed(flat, *twice, take(role="b")).lines) == 10
    used = charge('price = 1\nscope = "binding"')
    assert sum_of(billed(used, take(role="a", requests=10), take(role="a", requests=5)).lines) == 15
