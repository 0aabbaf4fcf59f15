"""Prices that are announced to change soon: both prices, and what they make of a month."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from costplan import compare, estimate
from costplan.document.estimate import EstimateDocument
from costplan.render import Look, render
from costplan.render.alerts import alerts, coming_prices

DAY = date(2026, 11, 28)
PLAN = """name = "plan"
horizon_months = {months}

[traffic]
requests_per_month = 1_000

[[step]]
name = "answer"
model = "chat"
input_tokens = 1_000
output_tokens = 100

{more}
[[step]]
name = "look"
tool = "search"
calls = 2

[stack.a]
chat = "acme/chat"
search = "acme/search"

[stack.b]
chat = "acme/other"
search = "acme/search"

[prices]
vendor = "Acme"
source.page = {{ at = "acme.test/prices", confidence = "vendor" }}

[[prices.model]]
id = "acme/chat"
[[prices.model.price]]
origin = {{ since = 2026-01-01, checked = 2026-11-01, source = "page" }}
per = 1_000_000
rates = {{ input = 2, output = 10, cache_read = 1 }}
[[prices.model.price]]
origin = {{ since = {since}, checked = 2026-11-01, source = "page" }}
per = 1_000_000
rates = {rates}

[[prices.model]]
id = "acme/other"
[[prices.model.price]]
origin = {{ since = 2026-01-01, checked = 2026-11-01, source = "page" }}
per = 1_000_000
rates = {{ input = 1, output = 1 }}

[[prices.model]]
id = "acme/unused"
[[prices.model.price]]
origin = {{ since = 2026-01-01, checked = 2026-11-01, source = "page" }}
per = 1_000_000
rates = {{ input = 1, output = 1 }}
[[prices.model.price]]
origin = {{ since = 2026-12-01, checked = 2026-11-01, source = "page" }}
per = 1_000_000
rates = {{ input = 9, output = 9 }}

[[prices.offer]]
id = "acme/search"
origin = {{ since = 2026-01-01, checked = 2026-11-01, source = "page" }}
[[prices.offer.charge]]
id = "searches"
quantity = "searches"
unit = "search"
per = 1_000
price = 5
[[prices.offer.charge]]
id = "searches"
quantity = "searches"
unit = "search"
per = 1_000
{search}
"""
DOUBLE = "{ input = 4, output = 20, cache_read = 2 }"
CHEAPER = 'price = 4\norigin = { since = 2026-12-15, checked = 2026-11-01, source = "page" }'
FAR = 'price = 4\norigin = { since = 2028-12-15, checked = 2026-11-01, source = "page" }'


def plan(folder: Path, **given: object) -> EstimateDocument:
    day = given.pop("day", DAY)
    values = {"months": 1, "more": "", "since": "2026-12-01", "rates": DOUBLE, "search": FAR}
    path = folder / "plan.toml"
    path.write_text(PLAN.format(**(values | given)), encoding="utf-8")
    document = estimate(path, as_of=day)
    assert isinstance(document, EstimateDocument)
    return document


def warned(document: EstimateDocument, stack: int = 0) -> list[str]:
    return document.estimates[stack].warnings


def test_both_prices_and_what_they_make_of_the_month(tmp_path: Path) -> None:
    """1,000 requests of 1,000 tokens in and 100 out cost 2 + 1, and 4 + 2 from the day on; a price
    that the bill does not use is not told."""
    document = plan(tmp_path)
    assert warned(document) == [
        "the price of acme/chat doubles on 2026-12-01: 3.00 a month more (input 2 to 4, output 10"
        " to 20 per 1,000,000 tokens)"
    ]
    assert not [note for note in document.estimates[0].notes if "acme/chat" in note]
    assert warned(document, 1) == []


@pytest.mark.parametrize(
    ("rates", "said"),
    [
        ("{ input = 1, output = 5 }", "halves on 2026-12-01: 1.50 a month less (input 2 to 1, "),
        ("{ input = 2.5, output = 12.5 }", "rises by 25 % on 2026-12-01: 0.75 a month more (in"),
        ("{ input = 1, output = 10 }", "halves on 2026-12-01: 1.00 a month less (input 2 to 1 per"),
        ("{ input = 1, output = 20 }", "changes on 2026-12-01: 0.00 a month more (input 2 to 1, "),
        ("{ input = 4 }", "changes on 2026-12-01 (input 2 to 4, output 10 to no price per "),
    ],
)
def test_every_way_that_a_price_changes(tmp_path: Path, rates: str, said: str) -> None:
    (warning,) = warned(plan(tmp_path, rates=rates))
    assert warning.startswith(f"the price of acme/chat {said}")


@pytest.mark.parametrize(
    ("since", "months", "told"),
    [
        ("2026-11-28", 1, False),  # it is today's price
        ("2026-11-29", 1, True),
        ("2026-12-28", 1, True),
        ("2026-12-29", 1, False),
        ("2026-12-31", 2, True),
        ("2027-01-01", 2, False),
        ("2027-10-31", 12, True),
    ],
)
def test_a_change_is_told_within_the_horizon_or_thirty_days(
    tmp_path: Path, since: str, months: int, told: bool
) -> None:
    document = plan(tmp_path, since=since, months=months)
    assert bool(warned(document)) == told
    later = [note for note in document.estimates[0].notes if f"from {since} on" in note]
    assert bool(later) == (not told and since != "2026-11-28"), "then it is a note"


def test_an_offer_that_is_no_model_is_told_too(tmp_path: Path) -> None:
    """2,000 searches at 5 and at 4 per 1,000."""
    document = plan(tmp_path, search=CHEAPER, since="2027-02-01")
    said = "the price of acme/search falls by 20 % on 2026-12-15: 2.00 a month less (searches 5 to"
    for stack in range(2):
        (warning,) = warned(document, stack)
        assert warning == f"{said} 4 per 1,000 searches)"
    assert coming_prices(document.estimates) == [
        "acme/search falls by 20 % on 2026-12-15: -2.00 a month"
    ]


def test_one_after_another_each_has_its_own_effect(tmp_path: Path) -> None:
    first, second = warned(plan(tmp_path, search=CHEAPER))
    assert "3.00 a month more" in first
    assert "2.00 a month less" in second


DISCOUNT = """
[[discount]]
offers = "acme/*"
percent = 50
until = 2026-11-30
"""


def test_a_discount_that_ends_by_then_is_no_change_of_a_price(tmp_path: Path) -> None:
    (warning,) = warned(plan(tmp_path, more=DISCOUNT))
    assert "1.50 a month more" in warning


CREDIT = """
[[credit]]
name = "grant"
offers = "acme/*"
amount = 100
"""


def test_a_credit_hides_no_change(tmp_path: Path) -> None:
    document = plan(tmp_path, more=CREDIT)
    assert document.estimates[0].total_monthly == 0
    assert "3.00 a month more" in warned(document)[0]


def test_the_end_of_the_calendar_is_no_fault(tmp_path: Path) -> None:
    assert warned(plan(tmp_path, since="9999-12-31", day=date(9999, 12, 20)))


def test_every_first_screen_tells_it_in_a_line(tmp_path: Path) -> None:
    document = plan(tmp_path)
    said = "acme/chat doubles on 2026-12-01: +3.00 a month (a)"
    first = alerts(document, 80, full=False)[0]
    assert first.text.startswith(f"announced: {said}")
    full = [one.text for one in alerts(document, 200, full=True)]
    assert f"warning: {warned(document)[0]} (a)" in full
    assert not any(each.startswith("announced") for each in full)
    made = compare(tmp_path / "plan.toml", as_of=DAY)
    page = render(made, "table", Look(width=80))
    assert f"announced  {said}" in page
    for form in ("markdown", "html"):
        text = render(made, form, Look(width=80)).replace("&#45;", "-").replace("\\", "")
        assert "acme/chat doubles on 2026" in text
        assert "a month more" in render(document, form, Look(width=80)), "a finding of its page"


def test_stacks_with_different_effects_share_a_line(tmp_path: Path) -> None:
    document = plan(tmp_path)
    twice = plan(tmp_path, more="calls = 2\n")
    twice.estimates[0].stack = "b"
    both = [document.estimates[0], twice.estimates[0]]
    assert coming_prices(both) == ["acme/chat doubles on 2026-12-01: +3.00 to +6.00 a month"]
    assert Decimal(3) == document.estimates[0].facts_of("price-soon-more")[0].values["amount"]
