"""Floors, credits, caps, percentage fees and discounts after the charges, in file order; gates."""

from datetime import date
from decimal import Decimal

import pytest
from small_catalog import amounts, billed, offer, sum_of, take

from costplan.billing.offers import OfferBill
from costplan.facts import texts

CHARGES = """
[[offer.charge]]
id = "fee"
quantity = "1"
unit = "month"
price = 20

[[offer.charge]]
id = "use"
quantity = "requests"
unit = "request"
price = 2
"""


def adjust(name: str, kind: str, **keys: object) -> str:
    def shown(value: object) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        return f'"{value}"' if isinstance(value, str) else str(value)

    rest = "\n".join(f"{key} = {shown(value)}" for key, value in keys.items())
    return f'\n[[offer.adjust]]\nid = "{name}"\nkind = "{kind}"\n{rest}\n'


def bill(*rules: str, requests: str | int = 10, **options) -> OfferBill:
    """Charges of 20 (the fee) and 2 a request, then the rules."""
    return billed(offer(CHARGES + "".join(rules)), take(requests=requests), **options)


# ---------------------------------------------------------------- minimum


def test_a_minimum_is_a_floor_with_its_top_up_as_a_line() -> None:
    made = bill(adjust("floor", "minimum", amount=50))
    assert amounts(made.lines) == {"fee": 20, "use": 20, "floor": 10}
    top_up = made.lines[-1]
    assert (top_up.purpose, top_up.fixed, top_up.quantity) == ("idle", True, 1)
    assert top_up.formula == "floor of 50 - 40 of charges"
    assert texts(made.facts, "note") == [
        "the floor of acme/plan binds: at least 50.00 a month, the charges come to 40.00"
    ]


@pytest.mark.parametrize("requests", [15, 16, 1_000])
def test_a_minimum_that_is_reached_adds_nothing(requests: int) -> None:
    made = bill(adjust("floor", "minimum", amount=50), requests=requests)
    assert [line.price.charge for line in made.lines] == ["fee", "use"]
    assert texts(made.facts, "note") == []


def test_a_minimum_without_any_charge_is_still_paid() -> None:
    entry = offer(
        '[[offer.charge]]\nid = "use"\nquantity = "requests"\nunit = "x"\nprice = 1\n'
        + adjust("floor", "minimum", amount=50)
    )
    assert sum_of(billed(entry, take(requests=0)).lines) == 50


def test_a_minimum_counts_only_the_charges_it_names() -> None:
    rule = '\n[[offer.adjust]]\nid = "floor"\nkind = "minimum"\namount = 50\ncharges = ["use"]\n'
    made = billed(offer(CHARGES + rule), take(requests=10))
    assert amounts(made.lines) == {"fee": 20, "use": 20, "floor": 30}


def test_a_minimum_holds_after_a_negotiated_discount() -> None:
    made = bill(adjust("floor", "minimum", amount=50), discount=Decimal("0.5"))
    assert sum_of(made.lines) == 50
    top_up = made.lines[-1]
    assert (top_up.list_amount, top_up.amount) == (10, 30)


# ---------------------------------------------------------------- percent_fee


@pytest.mark.parametrize(
    ("requests", "fee", "fixed"), [(10, 100, True), (990, 200, False), (490, 100, True)]
)
def test_a_percentage_fee_has_a_floor(requests: int, fee: int, fixed: bool) -> None:
    made = bill(adjust("support", "percent_fee", percent=10, floor=100), requests=requests)
    (line,) = [line for line in made.lines if line.price.charge == "support"]
    assert line.amount == fee
    assert line.fixed is fixed


def test_a_percentage_fee_of_some_charges() -> None:
    rule = adjust("support", "percent_fee", percent=10) + 'charges = ["use"]\n'
    made = billed(offer(CHARGES + rule), take(requests=10))
    assert amounts(made.lines)["support"] == 2
    assert made.lines[-1].formula == "10 % of 20"


def test_a_percentage_fee_follows_what_is_paid() -> None:
    made = bill(adjust("support", "percent_fee", percent=10), discount=Decimal("0.25"))
    line = made.lines[-1]
    assert (line.list_amount, line.amount) == (4, 3)


# ---------------------------------------------------------------- credit


def test_a_credit_comes_off() -> None:
    made = bill(adjust("credit", "credit", amount=15))
    assert amounts(made.lines) == {"fee": 20, "use": 20, "credit": -15}


@pytest.mark.parametrize("amount", [40, 41, 1_000_000])
def test_a_credit_never_takes_a_bill_below_zero(amount: int) -> None:
    assert sum_of(bill(adjust("credit", "credit", amount=amount)).lines) == 0


def test_a_credit_against_usage_never_pays_the_fee() -> None:
    rule = '\n[[offer.adjust]]\nid = "credit"\nkind = "credit"\namount = 30\ncharges = ["use"]\n'
    made = billed(offer(CHARGES + rule), take(requests=10))
    assert amounts(made.lines) == {"fee": 20, "use": 20, "credit": -20}
    made = billed(offer(CHARGES + rule), take(requests=0))
    assert amounts(made.lines) == {"fee": 20}


def test_two_credits_on_one_charge_never_pay_more_than_it_costs() -> None:
    rules = "".join(
        f'\n[[offer.adjust]]\nid = "{name}"\nkind = "credit"\namount = 15\ncharges = ["use"]\n'
        for name in ("first", "second")
    )
    made = billed(offer(CHARGES + rules), take(requests=10))
    assert amounts(made.lines) == {"fee": 20, "use": 20, "first": -15, "second": -5}


def test_a_credit_counts_a_charge_after_its_cap() -> None:
    capped = CHARGES + "cap = 12\n"
    rule = '\n[[offer.adjust]]\nid = "credit"\nkind = "credit"\namount = 30\ncharges = ["use"]\n'
    made = billed(offer(capped + rule), take(requests=10))
    assert amounts(made.lines) == {"fee": 20, "use": 20, "use cap": -8, "credit": -12}
    assert sum_of(made.lines) == 20


def test_a_free_credit_is_switched_off_with_the_free_tiers() -> None:
    rule = adjust("credit", "credit", amount=15, free_tier=True)
    assert sum_of(bill(rule).lines) == 25
    assert sum_of(bill(rule, free_tiers=False).lines) == 40
    paid = adjust("credit", "credit", amount=15)
    assert sum_of(bill(paid, free_tiers=False).lines) == 25


def test_a_one_time_credit_never_enters_a_month() -> None:
    made = bill(adjust("welcome", "credit", amount=15, one_time=True))
    assert sum_of(made.lines) == 40
    (granted,) = made.grants
    assert (granted.offer, granted.id, granted.amount) == ("acme/plan", "welcome", 15)
    assert granted.fact(False).text == "acme/plan: a one-time credit of 15 is not counted"


# ---------------------------------------------------------------- cap and discount


def test_a_cap_on_the_bill() -> None:
    made = bill(adjust("top", "cap", amount=30))
    assert amounts(made.lines) == {"fee": 20, "use": 20, "top": -10}
    assert len(bill(adjust("top", "cap", amount=40)).lines) == 2


def test_a_discount_of_the_plan() -> None:
    made = bill(adjust("off", "discount", percent=25))
    assert amounts(made.lines) == {"fee": 20, "use": 20, "off": -10}
    assert made.lines[-1].formula == "25 % off 40"


# ---------------------------------------------------------------- order


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (("minimum", "credit"), 35),  # 40 -> 50 -> 35
        (("credit", "minimum"), 50),  # 40 -> 25 -> 50
        (("percent_fee", "minimum"), 50),  # 40 -> 44 -> 50
        (("minimum", "percent_fee"), 55),  # 40 -> 50 -> 55
        (("discount", "credit"), 5),  # 40 -> 20 -> 5
        (("credit", "discount"), Decimal("12.5")),  # 40 -> 25 -> 12.5
    ],
)
def test_adjustments_apply_in_file_order(rules: tuple[str, str], expected: object) -> None:
    texts = {
        "minimum": adjust("floor", "minimum", amount=50),
        "credit": adjust("credit", "credit", amount=15),
        "percent_fee": adjust("support", "percent_fee", percent=10),
        "discount": adjust("off", "discount", percent=50),
    }
    assert sum_of(bill(*(texts[name] for name in rules)).lines) == expected


# ---------------------------------------------------------------- dates

DATED = """
[[offer.adjust]]
id = "floor"
kind = "minimum"
amount = 64

[[offer.adjust]]
id = "floor"
origin = { since = 2026-06-01, checked = 2026-06-02, source = "set" }
kind = "minimum"
amount = 50

[[offer.adjust]]
id = "floor"
origin = { since = 2026-09-01, checked = 2026-09-02, source = "set" }
ended = true
"""


@pytest.mark.parametrize(
    ("day", "total"),
    [
        (date(2026, 5, 31), 64),
        (date(2026, 6, 1), 50),
        (date(2026, 8, 31), 50),
        (date(2026, 9, 1), 40),
    ],
)
def test_the_floor_of_the_day(day: date, total: int) -> None:
    made = billed(offer(CHARGES + DATED), take(requests=10), day=day)
    assert sum_of(made.lines) == total


def test_an_adjustment_carries_its_own_source() -> None:
    made = billed(offer(CHARGES + DATED), take(requests=10), day=date(2026, 7, 1))
    where = made.lines[-1].price
    assert (where.since, where.checked) == (date(2026, 6, 1), date(2026, 6, 2))
    assert where.confidence == "dataset"


@pytest.mark.parametrize(
    ("kind", "key", "unpriced"),
    [
        ("minimum", "amount", True),
        ("percent_fee", "percent", True),
        ("credit", "amount", False),
    ],
)
def test_what_may_still_be_due_is_unknown_before_it_is_known(
    kind: str, key: str, unpriced: bool
) -> None:
    rule = f"""
[[offer.adjust]]
id = "later"
origin = {{ since = 2026-06-01, checked = 2026-06-02, source = "set" }}
kind = "{kind}"
{key} = 30
"""
    made = billed(offer(CHARGES + rule), take(requests=10), day=date(2026, 5, 31))
    assert sum_of(made.lines) == 40
    assert [line.price.charge for line in made.lines if line.amount is None] == (
        ["later"] if unpriced else []
    )


# ---------------------------------------------------------------- gates


def gated(action: str, head: str = "") -> str:
    return (
        f'gates = [{{ variable = "requests", max = 10, action = "{action}", '
        f'reason = "too many" }}]\n{head}'
    )


@pytest.mark.parametrize("action", ["ineligible", "block"])
def test_a_gate_refuses_what_is_above_it(action: str) -> None:
    entry = offer(CHARGES, gated(action))
    assert billed(entry, take(requests=10)).refused == []
    ((gate, reached),) = billed(entry, take(requests="10.001")).refused
    assert (gate.action, gate.reason, reached) == (action, "too many", Decimal("10.001"))


def test_a_throttle_is_a_note() -> None:
    made = billed(offer(CHARGES, gated("throttle")), take(requests=11))
    assert made.refused == []
    assert texts(made.facts, "note") == [
        "acme/plan slows down above requests 10: this workload has 11"
    ]


def test_a_gate_may_be_an_expression() -> None:
    entry = offer(
        CHARGES,
        'gates = [{ variable = "vectors * dimensions / 1e6", max = 5, action = "block" }]',
    )
    small = take(requests=1, vectors=1_000, dimensions=5_000)
    assert billed(entry, small).refused == []
    large = take(requests=1, vectors=1_001, dimensions=5_000)
    assert len(billed(entry, large).refused) == 1


def test_a_gate_on_what_was_not_given_refuses_nothing() -> None:
    entry = offer(CHARGES, 'gates = [{ variable = "vectors", max = 5, action = "block" }]')
    assert billed(entry, take(requests=1)).refused == []


def test_a_gate_holds_each_role() -> None:
    entry = offer(CHARGES, gated("block"))
    made = billed(entry, take("one", requests=6), take("two", requests=16))
    assert [reached for _, reached in made.refused] == [16]
