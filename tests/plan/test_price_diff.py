"""What differs between two catalogues: every kind of figure, its size, its day and its source."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
from planning import HEAD as HELPED
from planning import PRICES, planned

from costplan.catalog.lookup import CatalogFile, Entry
from costplan.document.estimate import EstimateDocument
from costplan.document.price_diff import PriceChange, PriceDiff, Side
from costplan.plan.prices.price_diff import beside, bill_changes, price_diff
from costplan.record import read
from costplan.render import Look
from costplan.render.price_diff import draw
from costplan.store.files.schemas import schema
from costplan.words import Category

DAY = date(2026, 11, 22)
HEAD = """
vendor = "Acme"
source.page = { at = "acme.test/prices", confidence = "vendor" }
source.set = { at = "data.test", confidence = "dataset" }
"""
ORIGIN = 'origin = { since = 2026-01-01, checked = 2026-06-01, source = "page" }'
MODEL = f"""
[[model]]
id = "acme/m"
context = 1000
[[model.price]]
{ORIGIN}
per = 1_000_000
rates = {{ input = 2, output = 10 }}
tiers = [ {{ above = 200_000, rates = {{ input = 4, output = 15 }} }} ]
mode.batch = {{ times = 0.5 }}
mode.flex = {{ rates = {{ input = 1 }} }}
region.us = {{ times = 1.1 }}
fee.web_searches = {{ price = 10, per = 1_000, unit = "search" }}
schedule = [ {{ name = "peak", times = 2, utc_offset = "+08:00", hours = ["09:00-12:00"] }} ]
"""
OFFER = f"""
[[offer]]
id = "acme/plan"
product = "Box"
{ORIGIN}
gates = [{{ variable = "seats", max = 10, action = "ineligible" }}]
[[offer.charge]]
id = "storage"
quantity = "ingest_gb"
unit = "GB"
tiers = [ {{ up_to = 100, price = 3 }}, {{ price = 2 }} ]
[[offer.charge]]
id = "seats"
quantity = "seats"
unit = "seat"
price = 5
included = 1
[[offer.adjust]]
id = "floor"
kind = "minimum"
amount = 50
"""


def entries(text: str, category: Category = "tokens", currency: str = "USD") -> list[Entry]:
    data = tomllib.loads(f'currency = "{currency}"\n{HEAD}{text}', parse_float=Decimal)
    file = read(CatalogFile, data)
    return [
        Entry(item, file.vendor, file.currency, category, file.source, "test")
        for item in (*file.model, *file.offer)
    ]


def diff(old: str, new: str, was: date = DAY, now: date = DAY, **more: str) -> PriceDiff:
    return price_diff(entries(old), entries(new, **more), Side("old", was), Side("new", now))


def only(made: PriceDiff) -> PriceChange:
    assert len(made.changes) == 1
    assert len(made.changes[0].prices) == 1
    return made.changes[0].prices[0]


def test_the_same_catalogue_has_no_difference() -> None:
    made = diff(MODEL + OFFER, MODEL + OFFER)
    assert (made.changes, made.same_prices, made.unchanged) == ((), (), 2)


def test_two_diffs_beside_one_another_are_the_diff_of_both() -> None:
    dearer = MODEL.replace("{ input = 2,", "{ input = 3,")
    again = OFFER.replace("checked = 2026-06-01", "checked = 2026-10-01")
    for model, offer in ((MODEL, OFFER), (dearer, OFFER), (dearer, again), (MODEL, again)):
        whole = diff(MODEL + OFFER, model + offer)
        assert beside(diff(MODEL, model), diff(OFFER, offer)) == whole
        assert beside(diff(OFFER, offer), diff(MODEL, model)) == whole


@pytest.mark.parametrize(
    ("text", "old", "new", "label", "percent"),
    [
        (MODEL, "{ input = 2,", "{ input = 3,", "input", "50"),
        (MODEL, "input = 4", "input = 5", "input above 200,000 input tokens", "25"),
        (MODEL, "times = 0.5", "times = 0.6", "mode batch multiplier", "20"),
        (MODEL, "{ input = 1 }", "{ input = 0.9 }", "input flex", "-10"),
        (MODEL, "times = 1.1", "times = 1.32", "region us multiplier", "20"),
        (MODEL, "price = 10,", "price = 12,", "web_searches", "20"),
        (MODEL, "times = 2,", "times = 3,", "schedule peak multiplier", "50"),
        (OFFER, "price = 3 }", "price = 6 }", "storage to 100", "100"),
        (OFFER, "{ price = 2 }", "{ price = 1 }", "storage above 100", "-50"),
        (OFFER, "price = 5", "price = 6", "seats", "20"),
        (OFFER, "included = 1", "included = 3", "seats included", "200"),
        (OFFER, "amount = 50", "amount = 25", "floor minimum", "-50"),
    ],
)
def test_each_kind_of_figure_is_named_with_its_change(
    text: str, old: str, new: str, label: str, percent: str
) -> None:
    assert text.count(old) == 1
    change = only(diff(text, text.replace(old, new)))
    assert (change.label, change.percent) == (label, Decimal(percent))
    assert change.new is not None
    assert change.new.where.source == "acme.test/prices"
    assert change.announced is None


def test_another_per_is_another_way_to_print_the_same_price() -> None:
    finer = MODEL.replace("1_000_000", "1_000").replace(
        "{ input = 2, output = 10 }", "{ input = 0.002, output = 0.02 }"
    )
    finer = finer.replace("{ input = 4, output = 15 }", "{ input = 0.004, output = 0.015 }")
    change = only(diff(MODEL, finer.replace("{ input = 1 }", "{ input = 0.001 }")))
    assert (change.charge, change.percent) == ("output", Decimal(100))
    assert change.old is not None
    assert (change.old.value, change.old.per) == (Decimal("0.01"), 1000)


def test_what_was_only_read_again_is_counted_and_not_a_change() -> None:
    made = diff(MODEL, MODEL.replace("checked = 2026-06-01", "checked = 2026-10-01"))
    assert (made.changes, made.same_prices, made.unchanged) == ((), ("acme/m",), 0)


@pytest.mark.parametrize(
    ("text", "old", "new", "words"),
    [
        (MODEL, "context = 1000", "context = 2000", "context window: 1,000 tokens -> 2,000 tokens"),
        (MODEL, "context = 1000", "", "context window: no longer 1,000 tokens"),
        (MODEL, "context", "retires = 2027-01-01\ncontext", "retirement: now on 2027-01-01"),
        (MODEL, "context", 'aliases = ["acme/n"]\ncontext', "aliases: now acme/n"),
        (OFFER, "max = 10", "max = 5", "limit of seats, ineligible: 10 -> 5"),
        (OFFER, '"seats"\nunit', '"seats + 1"\nunit', "seats: quantity: seats -> seats + 1"),
    ],
)
def test_what_is_no_price_is_said_in_words(text: str, old: str, new: str, words: str) -> None:
    made = diff(text, text.replace(old, new, 1))
    assert [(one.prices, one.words) for one in made.changes] == [((), (words,))]


def test_an_announced_price_is_named_with_its_day_and_only_once() -> None:
    later = (
        '\n[[model.price]]\norigin = { since = 2027-01-01, checked = 2026-11-01, source = "set" }'
    )
    announced = MODEL + later + "\nper = 1_000_000\nrates = { input = 4, output = 10 }\n"
    (change,) = diff(MODEL, announced).changes
    rate = next(one for one in change.prices if one.label == "input")
    assert (rate.announced, rate.percent) == (date(2027, 1, 1), Decimal(100))
    assert [one.announced for one in change.prices if one.label == "output"] == []
    both = diff(announced, announced, was=DAY, now=date(2027, 2, 1))
    assert [one.percent for one in both.changes[0].prices if one.label == "input"] == [100]
    assert not diff(announced, announced).changes


def test_new_and_gone_offers_and_ids_that_became_aliases() -> None:
    renamed = MODEL.replace('id = "acme/m"', 'id = "acme/m2"\naliases = ["acme/m"]')
    made = diff(MODEL, renamed)
    gone, new = made.having("gone")[0], made.having("new")[0]
    assert (gone.id, gone.words) == ("acme/m", ("its id is now an alias of acme/m2",))
    assert new.id == "acme/m2"
    assert all(one.old is None and one.percent is None for one in new.prices)
    before = diff(MODEL, MODEL, was=date(2025, 1, 1))
    assert [one.status for one in before.changes] == ["new"]


def test_another_currency_is_never_a_percentage() -> None:
    made = diff(MODEL, MODEL, currency="EUR")
    assert made.changes[0].words == ("priced in USD before, in EUR now",)
    money = [one for one in made.changes[0].prices if one.figure.currency]
    assert money
    wider = diff(MODEL, MODEL.replace("context = 1000", "context = 2000"), currency="EUR")
    assert [words.partition(" ")[0] for words in wider.changes[0].words] == ["priced", "context"]
    assert all(one.percent is None for one in money)


def test_a_quote_is_not_a_price_of_nothing() -> None:
    change = only(diff(OFFER, OFFER.replace("price = 5", "quote = true")))
    assert change.new is not None
    assert (change.new.value, change.percent) == (None, None)
    assert "on request" in draw(
        diff(OFFER, OFFER.replace("price = 5", "quote = true")), "table", Look()
    )


@pytest.mark.parametrize("width", [40, 60, 80])
def test_a_page_keeps_to_its_width_and_json_to_its_schema(width: int) -> None:
    new = MODEL.replace("input = 4", "input = 5").replace("acme/m", "acme/" + "long-name-" * 4)
    made = diff(MODEL + OFFER, new + OFFER.replace("price = 5", "price = 6"))
    page = draw(made, "table", Look(width=width))
    assert max(map(len, page.splitlines())) <= width
    data = json.loads(draw(made, "json", Look()))
    jsonschema.Draft202012Validator(json.loads(schema("price-diff"))).validate(data)
    assert {one["status"] for one in data["changes"]} == {"new", "gone", "changed"}


def test_markdown_takes_no_markup_from_a_name() -> None:
    name = "a|b<i>[c](d) @team https://x.test"
    hostile = OFFER.replace("acme.test", "x").replace('id = "seats"', f'id = "{name}"')
    page = draw(diff(OFFER, hostile), "markdown", Look())
    assert "a\\|b&lt;i&gt;\\[c\\](d) @&#8203;team https:&#8203;//x.test" in page


def test_a_price_of_another_world_has_its_percent() -> None:
    old = OFFER.replace("price = 5", "price = 0.000000000000001")
    made = diff(old, OFFER.replace("price = 5", "price = 100_000_000_000_000"))
    (change,) = [one for offer in made.changes for one in offer.prices if one.percent]
    assert change.percent == 10 ** (14 + 15 + 2)  # at 28 digits
    for form in ("table", "markdown"):
        assert "0,000,000 %" in draw(made, form, Look(width=200))


EVE = date(2026, 11, 21)
TODAY = 'origin = { since = 2026-11-22, checked = 2026-06-01, source = "page" }'


def test_an_entry_is_new_on_the_day_of_its_first_price() -> None:
    today = MODEL.replace(ORIGIN, TODAY)
    (new,) = diff(today, today, EVE, DAY).changes
    assert (new.id, new.status) == ("acme/m", "new")
    assert diff(today, today, DAY, DAY).unchanged == 1
    (gone,) = diff(today, today, DAY, EVE).changes
    assert gone.status == "gone"


def test_a_card_is_in_force_on_its_own_day() -> None:
    later = (
        MODEL
        + f"\n[[model.price]]\n{TODAY}\nper = 1_000_000\nrates = {{ input = 3, output = 10 }}\n"
    )
    (change,) = diff(later, later, EVE, DAY).changes
    assert "input" in {price.label for price in change.prices}
    after = date(2026, 11, 23)
    assert diff(later, later, DAY, after).unchanged == 1
    assert diff(later, later, date(2026, 11, 20), EVE).changes == ()


def card(since: str, given: int, output: int, source: str = "page") -> str:
    origin = f'{{ since = {since}, checked = 2026-06-01, source = "{source}" }}'
    rates = f"{{ input = {given}, output = {output} }}"
    return f"[[model.price]]\norigin = {origin}\nper = 1_000_000\nrates = {rates}\n"


PLAIN = "[[model]]\nid = 'acme/n'\n" + card("2026-01-01", 2, 10)


def test_an_announced_price_that_only_another_source_repeats_is_named_once() -> None:
    """4 of input from January on, which another source has in February too, as output moves."""
    later = card("2027-01-01", 4, 10) + card("2027-02-01", 4, 12, "set")
    (change,) = diff(PLAIN, PLAIN + later).changes
    assert [(price.charge, price.announced) for price in change.prices] == [
        ("input", date(2027, 1, 1)),
        ("output", date(2027, 2, 1)),
    ]


def test_what_holds_on_the_later_day_is_not_announced() -> None:
    """3 and 4 from one day on, of which both catalogues are asked: 2 the day before, then 4."""
    old, new = (PLAIN + card("2026-11-22", given, 10) for given in (3, 4))
    (price,) = diff(old, new, EVE, DAY).changes[0].prices
    assert (price.announced, price.percent) == (None, 100)


def billed(folder: Path, charges: Iterable[str]) -> EstimateDocument:
    """A thousand calls of an offer with these charges."""
    tables = "".join(
        f"""
[[prices.offer.charge]]
id = "{chr(97 + at)}"
quantity = "calls"
unit = "call"
{charge}
"""
        for at, charge in enumerate(charges)
    )
    head = PRICES.partition("[[prices.offer]]")[0]
    offer = f'[[prices.offer]]\nid = "box/all"\n{ORIGIN.replace("page", "list")}\n{tables}'
    return planned(folder, f'{HELPED}\n[stack.s]\nhelper = "box/all"\n{head}{offer}')


def test_the_eight_lines_that_moved_most_are_named(tmp_path: Path) -> None:
    """Nine charges of 1 a call become 2 to 10; what did not move is none of them."""
    old = billed(tmp_path, ["price = 1"] * 10)
    new = billed(tmp_path, [f"price = {at}" for at in range(1, 11)])
    (bill,) = bill_changes(old, new)
    assert (bill.old, bill.new, bill.difference) == (10_000, 55_000, 45_000)
    assert [change.charge for change in bill.moved] == list("jihgfedc")


def test_a_charge_of_which_a_tier_is_on_request_has_no_amount(tmp_path: Path) -> None:
    """The first 500 of 1,000 calls have a price, the others none: together no number, and not 500.
    Lines move by what the total moves by all the same."""
    old = billed(tmp_path, ["price = 1"])
    new = billed(tmp_path, ["tiers = [{ up_to = 500, price = 1 }, { quote = true }]"])
    (bill,) = bill_changes(old, new)
    assert (bill.new, bill.new_at_least, bill.old_at_least) == (500, True, False)
    ((*_, before, after, difference),) = bill.moved
    assert (before, after) == (1_000, None)
    assert difference == bill.difference == -500
    dearer = billed(tmp_path, ["tiers = [{ up_to = 500, price = 3 }, { quote = true }]"])
    (bill,) = bill_changes(new, dearer)
    assert [(line.old, line.new, line.difference) for line in bill.moved] == [(None, None, 1_000)]


def test_what_a_factor_has_of_its_own_holds_from_its_day() -> None:
    own = MODEL.replace("times = 1.1 }", f"times = 1.1, {TODAY} }}")
    change = only(diff(own, own, EVE, DAY))
    assert (change.label, change.old, change.announced) == ("region us multiplier", None, None)
    assert change.new is not None
    assert change.new.value == Decimal("1.1")
    announced = only(diff(MODEL.replace("region.us = { times = 1.1 }", ""), own, EVE, EVE))
    assert announced.announced == DAY


def test_a_price_in_another_money_is_compared_in_the_offers() -> None:
    """10 of which each is a quarter: 2.50 in place of 5."""
    change = only(diff(OFFER, OFFER.replace("price = 5", "price = 10\nfx = 0.25")))
    assert change.new is not None
    assert (change.label, change.new.value) == ("seats", Decimal("2.5"))
    assert change.percent == -50
