"""The catalogue in figures: a small one, of which every figure is counted by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from audit_books import DAY, HEAD, ORIGIN, TERMS, card, model, write

from costplan.catalog.offer import Offer
from costplan.document.audit import Read, Report
from costplan.plan.prices.audit.parts import prices_of
from costplan.plan.prices.audit.report import report
from costplan.store.files.whole import filed_folder

OWN = '{ since = 2026-09-01, checked = 2026-08-01, source = "page" }'
FREE = '{ quantity = 100, period = "day" }'
RATES = "{ input = 2, output = 10 }"
CARD = f"""
tiers = [{{ above = 1_000, rates = {{ input = 3, output = 12 }} }}]
mode.batch = {{ times = 0.5, origin = {OWN} }}
mode.priority = {{ rates = {{ input = 4, output = 20 }} }}
region.eu = {{ times = 1.1 }}
fee.web_searches = {{ price = 10, per = 1_000, unit = "search", free = {FREE} }}
schedule = [{{ name = "night", times = 0.5, utc_offset = "+00:00", hours = ["00:00-06:00"] }}]
"""
OFFER = """
[[offer]]
id = "acme/plan"
origin = { since = 2026-09-01, checked = 2026-10-05, source = "set" }
aliases = ["acme/plan-1", "acme/plan-2"]

[[offer.charge]]
id = "use"
quantity = "requests"
unit = "request"
tiers = [{ up_to = 5, price = 0.1 }, { up_to = 9, price = 0.05 }, { quote = true }]

[[offer.charge]]
id = "seat"
quantity = "requests"
unit = "seat-month"
price = 20

[[offer.charge]]
id = "seat"
quantity = "requests"
unit = "seat-month"
price = 30
origin = { since = 2026-12-01, checked = 2026-11-01, source = "page" }

[[offer.charge]]
id = "talk"
quantity = "requests"
unit = "request"
quote = true

[[offer.adjust]]
id = "support"
kind = "percent_fee"
percent = 10
floor = 5

[[offer.adjust]]
id = "start"
kind = "credit"
amount = 5
origin = { since = 2026-09-15, checked = 2026-09-20, source = "page" }

[[offer.adjust]]
id = "start"
ended = true
kind = "credit"
origin = { since = 2026-10-15, checked = 2026-10-20, source = "page" }
"""


def counted(folder: Path, *blocks: str, day: date = DAY) -> Report:
    text = HEAD + "".join(blocks)
    return report(list(filed_folder(write(folder, text))), TERMS._replace(day=day), "a book")


def test_every_price_is_counted_once(tmp_path: Path) -> None:
    """Of the model: 2 rates, 2 of a tier, a factor of a mode, 2 rates of another mode, a factor of
    a region, a fee and what of it is free, a factor of a window: 11; and 2 of its card to come.
    Of the offer: two tiers, 20, 30 to come, two adjustments; a quote and an end are no price."""
    to_come = card("{ input = 1, output = 5 }", "2026-12-01")
    figures = counted(tmp_path, model("acme/m", rates=RATES, more=CARD, cards=to_come), OFFER)
    assert (figures.models, figures.offers, figures.providers) == (1, 1, 1)
    assert figures.prices == 11 + 2 + 2 + 1 + 1 + 2
    assert figures.prices_in_force == 11 + 2 + 1 + 1
    assert figures.with_source == figures.prices
    assert figures.with_source_share == 1
    assert (figures.charges, figures.quotes, figures.aliases) == (4, 2, 2)
    assert figures.announced == 2
    texts = model("acme/m", rates=RATES, more=CARD, cards=to_come), OFFER
    assert counted(tmp_path, *texts, day=date(2026, 11, 30)).announced == 2
    assert counted(tmp_path, *texts, day=date(2026, 12, 1)).announced == 0
    # the mode's factor and, of the offer, what the page says; all else is the data set's
    assert figures.by_confidence["vendor"] == 1
    assert figures.by_confidence["dataset"] == 14
    assert figures.read_by_vendor == {"acme": Read(date(2026, 8, 1), date(2026, 10, 5))}


BEST = """
vendor = "Best"
source.page = { at = "https://best.example/pricing", confidence = "vendor" }

[[model]]
id = "best/m"
retires = 2027-01-01

[[model.price]]
origin = { since = 2026-11-22, checked = 2026-10-09, source = "page" }
per = 1_000_000
rates = { input = 1, output = 5 }

[[offer]]
id = "best/plan"
origin = { since = 2026-11-23, checked = 2026-07-03, source = "page" }
charge = [{ id = "use", quantity = "requests", unit = "request", price = 0.01 }]
"""


def test_each_vendor_and_what_is_known_of_it_is_counted(tmp_path: Path) -> None:
    """A price that holds from today on is none to come, and neither is a first one of tomorrow."""
    agreed = ORIGIN.replace("}", ', also = ["page"] }')
    today = card("{ input = 1, output = 5 }", "2026-11-22")
    write(tmp_path, BEST, vendor="best")
    figures = counted(
        tmp_path,
        model("acme/two", rates=RATES, origin=agreed, cards=today),
        model("acme/both", rates=RATES, origin=agreed),
        model("acme/one", rates=RATES, more=CARD),
    )
    assert (figures.providers, figures.models, figures.offers) == (2, 4, 1)
    assert figures.models_with_history == 1
    assert figures.models_of_two_sources == 1
    assert figures.models_of_two_sources_share == Decimal("0.25")
    assert (figures.models_with_tiers, figures.models_with_modes) == (1, 1)
    assert (figures.models_with_regions, figures.models_with_schedules) == (1, 1)
    assert (figures.retirements, figures.announced) == (1, 0)
    # the longest unread vendor first; what is to come is not read yet
    assert [*figures.read_by_vendor.items()] == [
        ("acme", Read(date(2026, 8, 1), date(2026, 10, 1))),
        ("best", Read(date(2026, 10, 9), date(2026, 10, 9))),
    ]


def test_vendors_read_on_one_day_stand_by_name(tmp_path: Path) -> None:
    """Whatever else of them was read before."""
    best = BEST.replace("2026-10-09", "2026-10-01")
    write(tmp_path, best, vendor="best")
    two = model("acme/m", rates=RATES, more=f"mode.batch = {{ times = 0.5, origin = {OWN} }}\n")
    assert list(counted(tmp_path, two).read_by_vendor) == ["acme", "best"]
    write(tmp_path, best.replace("best/", "aaa/"), vendor="best")
    assert list(counted(tmp_path, two).read_by_vendor) == ["aaa", "acme"]


def test_a_price_whose_source_has_no_address_is_missed(tmp_path: Path) -> None:
    """Two of three: the mode's factor has the page for a source."""
    more = f"mode.batch = {{ times = 0.5, origin = {OWN} }}\n"
    head = HEAD.replace("a data set", " ", 1)
    (filing,) = filed_folder(write(tmp_path, head + model("acme/m", rates=RATES, more=more)))
    figures = report([filing], TERMS, "a book")
    assert (figures.prices, figures.with_source) == (3, 1)
    assert "prices whose source has no address: 2" in figures.missed


def test_hours_with_rates_of_their_own_have_their_own_day(tmp_path: Path) -> None:
    for own, first in ((f", origin = {OWN}", date(2026, 8, 1)), ("", date(2026, 10, 1))):
        hours = "utc_offset = '+00:00', hours = ['00:00-06:00']"
        window = f"{{ name = 'night', rates = {RATES}, {hours}{own} }}"
        figures = counted(tmp_path, model("acme/m", rates=RATES, more=f"schedule = [{window}]\n"))
        assert figures.prices == 4
        assert figures.read_by_vendor["acme"] == Read(first, date(2026, 10, 1))


def test_where_nothing_is_published_nothing_lacks_its_source(tmp_path: Path) -> None:
    talk = 'charge = [{ id = "talk", quantity = "requests", unit = "request", quote = true }]\n'
    figures = counted(tmp_path, OFFER.partition("[[offer.charge]]")[0] + talk)
    assert (figures.prices, figures.quotes, figures.with_source_share) == (0, 1, 1)
    assert figures.missed == ()


def test_what_is_free_of_a_fee_has_its_own_day(tmp_path: Path) -> None:
    """Or that of its fee, or of the card."""
    for own, first in ((f", origin = {OWN}", date(2026, 8, 1)), ("", date(2026, 10, 1))):
        free = FREE.replace(" }", own + " }")
        fee = f"fee.searches = {{ price = 1, per = 1_000, unit = 'search', free = {free} }}"
        figures = counted(tmp_path, model("acme/m", rates=RATES, more=fee))
        assert figures.prices == 4
        assert figures.read_by_vendor["acme"] == Read(first, date(2026, 10, 1))


@pytest.mark.parametrize(
    ("charge", "prices"),
    [
        ("price = 39", ["39"]),
        ("price = 39, fx = 0.01", ["0.39"]),
        ("price = 39, per = 10", ["3.9"]),
        ("price = 600, per = 100, mode = 'package'", ["600"]),
        ("tiers = [{ up_to = 5, price = 4 }, { quote = true }], per = 2", ["2"]),
        ("ended = true", []),
    ],
)
def test_a_charge_costs_so_much_a_unit(tmp_path: Path, charge: str, prices: list[str]) -> None:
    head = OFFER.partition("[[offer.charge]]")[0]
    own = f'id = "use", quantity = "requests", unit = "request", {charge}'
    before = 'id = "use", quantity = "requests", unit = "request", price = 1'
    both = f"{{ {before} }}, " if "ended" in charge else ""
    end = ORIGIN.replace("2026-09", "2026-10")
    text = HEAD + head + f"charge = [{both}{{ {own}, origin = {end} }}]\n"
    (filing,) = filed_folder(write(tmp_path, text, "runtime"))
    assert isinstance(filing.entry.item, Offer)
    assert prices_of(filing.entry.item.charge[-1]) == [Decimal(price) for price in prices]
