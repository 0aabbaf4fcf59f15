"""Currencies, discounts by volume, commitments and credits: each rule, by hand, on own prices."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from costplan.billing.discounts import band_share
from costplan.document.estimate import Estimate, EstimateDocument
from costplan.document.line import LineItem
from costplan.plan.bill.estimate import estimate
from costplan.plan.compare.comparison import compare
from costplan.problems import InvalidInput
from costplan.record import read
from costplan.store.files.shelves import open_catalog
from costplan.store.files.text import parse_toml
from costplan.workload.contract import Band
from costplan.workload.model import Workload

DAY = date(2026, 11, 22)
TOOLS = ("one", "two", "three")

PRICES = """
vendor = "Shop"
category = "search-rerank"
currency = "CURRENCY"
source.list = { at = "shop.test/prices", confidence = "vendor" }

[[offer]]
id = "shop/calls"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }
[[offer.charge]]
id = "calls"
quantity = "calls"
unit = "call"
price = 1
[[offer.charge]]
id = "fee"
quantity = "1"
unit = "month"
price = 100

[[offer]]
id = "shop/capped"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }
charge = [
  { id = "calls", quantity = "calls", unit = "call", price = 1 },
  { id = "fee", quantity = "1", unit = "month", price = 100, cap = 10 },
]

[[offer]]
id = "shop/floor"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }
[[offer.charge]]
id = "calls"
quantity = "calls"
unit = "call"
price = 1
[[offer.adjust]]
id = "fee"
kind = "percent_fee"
percent = 10
[[offer.adjust]]
id = "floor"
kind = "minimum"
amount = 50_000

[[offer]]
id = "shop/gift"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }
[[offer.charge]]
id = "calls"
quantity = "calls"
unit = "call"
price = 1
[[offer.adjust]]
id = "welcome"
kind = "credit"
amount = 1_500
one_time = true
free_tier = true

[[offer]]
id = "shop/each"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }
[[offer.charge]]
id = "calls"
quantity = "calls"
unit = "call"
price = 1
[[offer.adjust]]
id = "welcome"
kind = "credit"
amount = 1_500
scope = "offer"
one_time = true

[[offer]]
id = "other/calls"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }
[[offer.charge]]
id = "calls"
quantity = "calls"
unit = "call"
price = 1
"""

RATE = '[exchange]\nusd_per_eur = { rate = 1.08, date = 2026-11-20, source = "a bank" }\n'
INVERSE = '[exchange]\neur_per_usd = { rate = 0.5, date = 2026-11-20, source = "a bank" }\n'


def plan(
    more: str = "", stack: str = 'one = "shop/calls"', *, calls: int = 1_000, currency: str = "USD"
) -> tuple[Workload, EstimateDocument]:
    """One step for each role of ``stack``, each called ``calls`` times a month."""
    roles = [row.split(" = ")[0] for row in stack.splitlines() if row.split(" = ")[0] in TOOLS]
    text = 'name = "terms"\n' if "horizon_months" not in more else 'name = "terms"\n' + more
    text += f"[traffic]\nrequests_per_month = {calls}\n"
    text += "".join(f'[[step]]\nname = "s-{role}"\ntool = "{role}"\n' for role in roles)
    text += f"[stack.a]\n{stack}\n" + ("" if "horizon_months" in more else more)
    workload = read(Workload, parse_toml("terms", text))
    catalog = open_catalog(
        Path(), parse_toml("own", PRICES.replace("CURRENCY", currency)), "own", ""
    )
    return workload, estimate(workload, catalog, DAY)


def made(
    more: str = "", stack: str = 'one = "shop/calls"', *, calls: int = 1_000, currency: str = "USD"
) -> Estimate:
    return plan(more, stack, calls=calls, currency=currency)[1].estimates[0]


def line(found: Estimate, charge: str) -> LineItem:
    (only,) = [one for one in found.lines if one.price.charge == charge]
    return only


def problems(more: str, stack: str = 'one = "shop/calls"', currency: str = "USD") -> str:
    with pytest.raises(InvalidInput) as raised:
        plan(more, stack, currency=currency)
    return "; ".join(f"{one.path}: {one.message} ({one.hint})" for one in raised.value.problems)


# -- currencies ------------------------------------------------------------------------------


def test_a_bill_in_another_currency_is_converted_line_by_line() -> None:
    found = made(RATE, currency="EUR")
    calls = line(found, "calls")
    assert (calls.amount, calls.list_amount) == (1_080, 1_080)
    assert (calls.price.price, calls.exchanged and calls.exchanged.amount) == (1, 1_000)
    assert calls.formula == "1,000 call x 1 x 1.08 USD/EUR (2026-11-20)"
    assert found.total_monthly == 1_188


def test_the_rate_may_be_stated_the_other_way_round() -> None:
    found = made(INVERSE, currency="EUR")
    assert line(found, "calls").amount == 2_000  # half a euro a dollar: a euro is two dollars
    assert line(found, "calls").formula.endswith(" / 0.5 EUR/USD (2026-11-20)")


def test_a_workload_in_euros_with_prices_in_dollars() -> None:
    found = made('currency = "EUR"\nhorizon_months = 1\n' + INVERSE)
    assert line(found, "calls").amount == 500


def test_floors_and_fees_act_before_the_rate() -> None:
    """30,000 of calls, a fee of 10 %, a floor of 50,000: all in euros, then x 1.08."""
    found = made(RATE, 'one = "shop/floor"', calls=30_000, currency="EUR")
    assert line(found, "fee").amount == 3_240
    assert line(found, "floor").amount == Decimal("18360")  # 50,000 - 33,000
    assert found.total_monthly == 54_000
    assert line(found, "floor").formula.startswith("(floor of 50,000 - 33,000 of charges) x 1.08")


def test_without_a_rate_it_is_refused_with_the_remedy() -> None:
    said = problems("", currency="EUR")
    assert "shop/calls is priced in EUR, this workload is in USD" in said
    assert "--exchange usd_per_eur=RATE@DATE" in said
    assert "never guessed" in said


def test_a_rate_for_one_currency_says_nothing_of_another() -> None:
    assert "priced in GBP" in problems(RATE, currency="GBP")


def test_an_old_rate_is_stale_and_one_of_tomorrow_is_warned_of() -> None:
    old = made(RATE.replace("2026-11-20", "2026-01-20"), currency="EUR")
    assert "exchange rate usd_per_eur: of 2026-01-20" in old.stale
    early = made(RATE.replace("2026-11-20", "2026-12-20"), currency="EUR")
    assert early.warnings == [
        "the exchange rate usd_per_eur is of 2026-12-20, after the as-of date"
    ]
    assert early.stale == ["exchange rate usd_per_eur: of 2026-12-20"]
    past = made(RATE.replace("2026-11-20", "2026-11-24"), currency="EUR")
    assert past.stale == []  # a plan of the 22nd, drawn up on a later day


def test_a_rate_that_nothing_needs_is_noted() -> None:
    found = made(RATE)
    assert found.notes == [
        "the exchange rate usd_per_eur is not used: no price is in that currency"
    ]
    assert found.stale == []


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("EUR", "does not say what is paid for what"),
        ("usd_per_usd", "one USD is one USD"),
        ("gbp_per_eur", "neither side of 'gbp_per_eur' is this workload's USD"),
        ("usd_per_euro", "does not say what is paid for what"),
    ],
)
def test_a_rate_s_key_says_both_currencies(key: str, message: str) -> None:
    said = problems(RATE.replace("usd_per_eur", key))
    assert message in said
    assert "usd_per_eur: so many USD for one EUR" in said


def test_a_pair_is_given_once() -> None:
    both = RATE + INVERSE.replace("[exchange]\n", "")
    assert "its inverse are both given" in problems(both)


@pytest.mark.parametrize("rate", ["0", "-1", "nan", "inf", "1e-10", "1e10"])
def test_a_rate_is_a_sane_positive_number(rate: str) -> None:
    assert "('exchange', 'usd_per_eur', 'rate')" in problems(RATE.replace("1.08", rate))


# -- discounts -------------------------------------------------------------------------------

BANDS = """[[discount]]
offers = "shop/*"
bands = [{ up_to = 1_000, percent = 0 }, { up_to = 5_000, percent = 5 }, { percent = 12 }]
"""


@pytest.mark.parametrize(
    ("calls", "paid", "percent"),
    [
        (900, 1_000, 0),  # up to the first edge nothing
        (4_900, 4_800, 4),  # 4,000 at 5 %
        (9_900, 9_200, 8),  # and 5,000 at 12 %
    ],
)
def test_each_band_has_its_own_percent(calls: int, paid: int, percent: int) -> None:
    found = made(BANDS, calls=calls)
    assert found.list_monthly == calls + 100
    assert abs(found.total_monthly - paid) < Decimal("1e-11")
    spend = f"{calls + 100:,}.00 of list spend"
    assert f"discount on shop/*: {spend} this month comes to {percent} % off" in found.notes


def test_spending_of_less_than_one_has_its_band_too() -> None:
    half = band_share((Band(percent=Decimal(10)),), Decimal("0.5"))
    assert (half, band_share((Band(percent=Decimal(10)),), Decimal(0))) == (Decimal("0.1"), 0)


def test_volume_puts_all_at_the_band_reached() -> None:
    assert made(BANDS + 'mode = "volume"\n', calls=4_900).total_monthly == 4_750
    assert made(BANDS + 'mode = "volume"\n', calls=4_901).total_monthly == Decimal("4400.88")


def test_bands_count_the_whole_account() -> None:
    """Two roles of 2,450 calls are one account of 4,900 and its fee."""
    stack = 'one = "shop/calls"\ntwo = "shop/calls"'
    assert abs(made(BANDS, stack, calls=2_450).total_monthly - 4_800) < Decimal("1e-11")


def test_bands_leave_the_vendor_s_own_floor_out_of_the_spend_and_under_the_bill() -> None:
    """10,000 of calls make 9,240 by bands, 10,164 with the fee; the floor lifts it to 50,000."""
    found = made(BANDS, 'one = "shop/floor"', calls=10_000)
    assert abs((line(found, "calls").amount or 0) - Decimal(9_200)) < Decimal("1e-11")
    assert found.total_monthly == 50_000


def test_bands_in_another_currency() -> None:
    """The edges are dollars, the bill is euros: 1,000 and 5,000 dollars are 500 and 2,500."""
    more = 'currency = "EUR"\nhorizon_months = 1\n' + INVERSE + BANDS + 'currency = "USD"\n'
    found = made(more, calls=1_900)
    assert abs(found.total_monthly - Decimal("975")) < Decimal("1e-11")  # 2,000 list, 1,000 at 5 %
    missing = "horizon_months = 1\n" + BANDS + 'currency = "EUR"\n'
    assert "('discount', 0, 'currency')" in problems(missing)


def test_the_largest_of_several_discounts_counts() -> None:
    flat = '[[discount]]\noffers = "*"\npercent = 3\n'
    assert made(BANDS + flat, calls=900).total_monthly == 970
    assert abs(made(flat + BANDS, calls=9_900).total_monthly - 9_200) < Decimal("1e-11")


def test_a_discount_may_be_for_some_charges() -> None:
    found = made('[[discount]]\noffers = "shop/*"\npercent = 50\ncharges = ["f*"]\n')
    assert (line(found, "fee").amount, line(found, "calls").amount) == (50, 1_000)


@pytest.mark.parametrize(
    ("terms", "paid"),
    [
        ("since = 2026-11-22", 990),
        ("since = 2026-11-23", 1_100),
        ("until = 2026-11-22", 990),
        ("until = 2026-11-21", 1_100),
        ('stacks = ["a"]', 990),
    ],
)
def test_a_discount_may_be_for_some_days_and_stacks(terms: str, paid: int) -> None:
    found = made(f'[[discount]]\noffers = "shop/*"\npercent = 10\n{terms}\n')
    assert found.total_monthly == paid


# -- commitments -----------------------------------------------------------------------------

DEAL = '[[commitment]]\nname = "deal"\noffers = "shop/*"\nmonthly = 2_000\npercent = 20\n'


def test_what_is_not_used_is_paid_and_idle() -> None:
    """1,100 at 20 % off draws 880 of 2,000."""
    found = made(DEAL)
    (drawn,) = found.commitments
    assert (drawn.covered, drawn.unused, drawn.overage, drawn.saved) == (880, 1_120, 0, 220)
    unused = line(found, "deal unused")
    assert (unused.amount, unused.list_amount, unused.purpose) == (1_120, 0, "idle")
    assert unused.fixed
    assert found.total_monthly == 2_000
    assert (found.list_monthly, found.contracted_monthly) == (1_100, 1_100)
    assert line(found, "calls").formula == "1,000 call x 1 - 200 (commitment deal)"


def test_what_goes_beyond_is_paid_at_its_own_price() -> None:
    """2,000 pay for 2,500 of 5,100; of the other 2,600 nothing, or 10 %, is taken off."""
    assert made(DEAL, calls=5_000).total_monthly == 4_600
    found = made(DEAL + "overage_percent = 10\n", calls=5_000)
    assert found.total_monthly == 4_340
    assert found.commitments[0].overage == 2_340
    assert found.commitments[0].unused == 0


def test_a_commitment_draws_what_discounts_leave() -> None:
    half = '[[discount]]\noffers = "shop/*"\npercent = 50\n'
    found = made(DEAL + half)
    assert found.commitments[0].covered == 440
    assert (found.list_monthly, found.contracted_monthly, found.total_monthly) == (
        1_100,
        550,
        2_000,
    )


def test_spending_counts_for_the_narrowest_commitment() -> None:
    narrow = '[[commitment]]\nname = "all"\noffers = "*"\nmonthly = 300\n'
    found = made(DEAL + narrow, 'one = "shop/calls"\ntwo = "other/calls"')
    drawn = {one.name: (one.covered, one.unused, one.overage) for one in found.commitments}
    assert drawn == {"deal": (880, 1_120, 0), "all": (300, 0, 700)}


def test_two_that_are_equally_narrow_are_refused() -> None:
    twin = DEAL.replace('"deal"', '"twin"')
    said = problems(DEAL + twin)
    assert "'deal' and 'twin' both count shop/calls" in said
    assert "make one of them narrower" in said


def test_a_commitment_is_paid_where_nothing_counts_against_it() -> None:
    found = made(DEAL, 'one = "other/calls"')
    assert found.total_monthly == 3_000
    assert found.warnings == ["no stack has an offer 'shop/*' to commit to"]
    over = made(DEAL + "until = 2026-10-31\n", 'one = "other/calls"')
    assert over.total_monthly == 1_000


def test_a_commitment_in_the_vendor_s_currency() -> None:
    """2,000 euros are 2,160 dollars; 1,100 euros at 20 % off draw 950.40 of them."""
    found = made(RATE + DEAL + 'currency = "EUR"\n', currency="EUR")
    assert found.commitments[0].covered == Decimal("950.4")
    assert found.total_monthly == 2_160
    assert "('commitment', 0, 'currency')" in problems(DEAL + 'currency = "EUR"\n')


# -- credits ---------------------------------------------------------------------------------

CREDIT = '[[credit]]\nname = "gift"\noffers = "shop/*"\namount = 300\n'


def test_a_monthly_credit_is_once_for_the_account() -> None:
    stack = 'one = "shop/calls"\ntwo = "shop/calls"\nthree = "other/calls"'
    found = made(CREDIT, stack)
    gifts = [one for one in found.lines if one.price.charge == "gift"]
    assert sum(one.amount or 0 for one in gifts) == -300
    assert {one.price.offer for one in gifts} == {"shop/calls"}
    assert found.total_monthly == 2_100 + 1_000 - 300


def test_credits_never_make_a_bill_negative() -> None:
    found = made(CREDIT.replace("300", "90_000"))
    assert found.total_monthly == 0
    assert found.fixed_monthly == found.variable_monthly == 0
    assert all(one.total == 0 for one in found.components)
    assert found.list_monthly == 1_100
    assert "credit gift: 1,100.00 of 90,000.00 used" in found.notes


def test_a_credit_follows_what_caps_have_left() -> None:
    """Of 1,000 calls at 1 and a fee of 100 that is capped at 10, no part is below nothing."""
    stack = 'one = "shop/capped"'
    assert made("", stack).fixed_monthly == 10
    some = made(CREDIT.replace("300", "505"), stack)
    assert (some.fixed_monthly, some.variable_monthly) == (5, 500)
    everything = made(CREDIT.replace("300", "2_000"), stack)
    assert (everything.fixed_monthly, everything.variable_monthly) == (0, 0)
    fee = made(CREDIT.replace("300", "2_000") + 'charges = ["fee"]\n', stack)
    assert (fee.fixed_monthly, fee.variable_monthly) == (0, 1_000)


def test_a_credit_leaves_a_commitment_s_unused_part_alone() -> None:
    found = made(DEAL + CREDIT.replace("300", "90_000"))
    assert found.total_monthly == 1_120


def test_a_credit_for_some_charges() -> None:
    found = made(CREDIT + 'charges = ["fee"]\n')
    assert found.total_monthly == 1_000


def test_a_one_time_credit_is_in_the_months_alone() -> None:
    once = CREDIT.replace("300", "2_500") + "one_time = true\n"
    alone = made(once)
    assert alone.total_monthly == 1_100
    assert "gift: 2,500.00 USD granted once; a longer horizon_months shows it" in alone.not_included
    found = made("horizon_months = 4\n" + once)
    assert found.total_monthly == 1_100
    assert [one.credits for one in found.months] == [1_100, 1_100, 300, 0]
    assert [one.total for one in found.months] == [0, 0, 800, 1_100]


def test_a_credit_expires() -> None:
    once = CREDIT.replace("300", "2_500") + "one_time = true\nexpires = 2026-12-31\n"
    found = made("horizon_months = 4\n" + once)
    assert [one.credits for one in found.months] == [1_100, 1_100, 0, 0]
    monthly = made("horizon_months = 3\n" + CREDIT + "expires = 2026-12-31\n")
    assert [one.recurring for one in monthly.months] == [800, 800, 1_100]


def test_a_vendor_s_own_one_time_credit_is_granted_once() -> None:
    found = made("horizon_months = 3\n", 'one = "shop/gift"')
    assert found.total_monthly == 1_000
    assert [one.credits for one in found.months] == [1_000, 500, 0]
    assert "shop/gift: a one-time credit of 1,500 is in the months alone" in found.notes
    shared = made("horizon_months = 3\n", 'one = "shop/gift"\ntwo = "shop/gift"')
    assert [one.credits for one in shared.months] == [1_500, 0, 0]
    off = made("horizon_months = 3\n", 'one = "shop/gift"\nfree_tiers = false')
    assert [one.credits for one in off.months] == [0, 0, 0]


def test_a_vendor_s_one_time_credit_pays_what_it_was_given_for() -> None:
    """1,000 of its own calls a month and none of another's; where it is each role's, 1,500 each."""
    for gift in ("gift", "each"):
        found = made("horizon_months = 3\n", f'one = "shop/{gift}"\ntwo = "other/calls"')
        assert [month.credits for month in found.months] == [1_000, 500, 0]
    found = made("horizon_months = 3\n", 'one = "shop/each"\ntwo = "shop/each"')
    assert [month.credits for month in found.months] == [2_000, 1_000, 0]


def test_a_vendor_s_credit_in_another_currency() -> None:
    found = made("horizon_months = 2\n" + RATE, 'one = "shop/gift"', currency="EUR")
    assert [one.credits for one in found.months] == [1_080, 540]


def test_a_narrow_credit_is_drawn_before_a_wide_one() -> None:
    wide = CREDIT.replace('"gift"', '"wide"').replace("shop/*", "*").replace("300", "1_000")
    narrow = CREDIT.replace("300", "1_100")
    stack = 'one = "shop/calls"\ntwo = "other/calls"'
    assert made(wide + narrow, stack).total_monthly == 0
    assert made(narrow + wide, stack).total_monthly == 0


# -- comparing -------------------------------------------------------------------------------


def test_a_mix_has_one_account() -> None:
    """Two halves of 600 and 500 draw on one commitment and one credit."""
    text = (
        'name = "terms"\n[traffic]\nrequests_per_month = 1_000\n'
        '[[step]]\nname = "s"\ntool = "one"\n'
        '[stack.a]\none = "shop/calls"\n[stack.b]\none = "other/calls"\n'
        "[mix.half]\nstacks = { a = 0.5, b = 0.5 }\n"
        + DEAL.replace("shop/*", "*").replace("percent = 20\n", "")
        + CREDIT.replace("shop/*", "*")
    )
    workload = read(Workload, parse_toml("terms", text))
    catalog = open_catalog(Path(), parse_toml("own", PRICES.replace("CURRENCY", "USD")), "own", "")
    found = compare(workload, catalog, DAY)
    assert found.mixes[0].monthly == 2_000 - 300


# -- the document ----------------------------------------------------------------------------

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "terms.md").read_text(encoding="utf-8")
CASES = re.findall(r"```toml\n((?:(?!```).)*)```\n+Total: ([\d.]+)\.", TEXT, re.S)


def test_the_document_has_its_cases() -> None:
    assert len(CASES) == 9


@pytest.mark.parametrize(("block", "total"), CASES)
def test_every_case_of_the_document_pays_what_it_says(block: str, total: str) -> None:
    assert abs(made(block).total_monthly - Decimal(total)) < Decimal("1e-9")
