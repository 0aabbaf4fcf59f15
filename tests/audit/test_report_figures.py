"""The catalogue in figures: a small one, of which every figure is counted by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from audit_books import DAY, HEAD, TERMS, card, model, write

from costplan.document.audit import Read, Report
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
    # the mode's factor and, of the offer, what the page says; all else is the data set's
    assert figures.by_confidence["vendor"] == 1
    assert figures.by_confidence["dataset"] == 14
    assert figures.read_by_vendor == {"acme": Read(date(2026, 8, 1), date(2026, 10, 5))}
