"""Fees, free quotas, stored caches, schedules and products over draws: as they are in each."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest
from agreeing import Seen, compare
from compare_cases import DAY, opened_at
from numbers_of import drawn_around, numbers_of

from costplan.plan.bill.priced import Evaluator
from costplan.risk.evaluate import totals

TEXT = """
name = "fees"

[traffic]
requests_per_month = 9_000
hourly = [1, 1, 1, 1, 1, 1, 2, 3, 4, 5, 5, 5, 5, 5, 5, 5, 4, 3, 2, 2, 1, 1, 1, 1]
weekend_factor = 0.5

[[step]]
name = "look"
model = "chat"
input_tokens = 4_000
output_tokens = 300
cacheable_tokens = 3_000
web_searches = 1.5
cache_storage = { hours = 300 }

[[step]]
name = "sift"
model = "other"
input_tokens = 900
output_tokens = 90
web_searches = 1
search_context = "low"

[[step]]
name = "find"
tool = "finder"

[[job]]
name = "nightly"
runs_per_month = 30
items = 40
model = "chat"
input_tokens = 6_000
cache_read_tokens = 1_000
output_tokens = 200
web_searches = 2
hours = ["22:00-04:00"]

[stack.grounded]
chat = "m/daily"
other = "m/night"
finder = "plans"

[stack.monthly]
chat = "m/monthly"
other = "m/sized"
finder = "plans"

[stack.paid]
free_tiers = false
chat = "m/monthly"
other = "m/daily"
finder = "plans"

[prices]
vendor = "M"
category = "tokens"
source.list = { at = "m.test/prices", confidence = "vendor" }
"""
MODEL = """
[[prices.model]]
id = "m/{name}"
cache = {{ minimum_tokens = 1_024, ttl_minutes = 60 }}
[[prices.model.price]]
origin = {{ since = 2026-01-01, checked = 2026-11-01, source = "list" }}
per = 1_000_000
rates = {{ input = 2, cache_read = 0.2, output = 12 }}
{fees}
"""
FEES = {
    "daily": """
tiers = [{ above = 5_000, rates = { input = 4, cache_read = 0.4, output = 18 } }]
fee.stored_token_hours = { price = 4.5, per = 1_000_000, unit = "token-hour" }
fee.web_searches = { price = 35, per = 1_000, unit = "search", once = true, \
free = { quantity = 300, period = "day" } }
""",
    "monthly": """
fee.stored_token_hours = { price = 1, per = 1_000_000, unit = "token-hour" }
fee.web_searches = { price = 14, per = 1_000, unit = "search", \
free = { quantity = 5_000, period = "month", shared = "all" } }
""",
    "sized": """
fee.requests_low = { price = 5, per = 1_000, unit = "request" }
fee.requests_high = { price = 12, per = 1_000, unit = "request" }
fee.web_searches = { price = 9, per = 1_000, unit = "search", always = true, \
free = { quantity = 5_000, period = "month", shared = "all" } }
""",
    "night": """
schedule = [{ name = "night", times = 0.5, utc_offset = "+02:00", hours = ["22:00-06:00"] }]
fee.requests = { price = 1, per = 1_000, unit = "request" }
fee.web_searches = { price = 9, per = 1_000, unit = "search" }
""",
}
PLANS = """
[[prices.offer]]
id = "plans/small"
product = "Plans"
plan = "Small"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }
gates = [{ variable = "calls", max = 8_000, action = "ineligible" }]
charge = [{ id = "fee", quantity = "1", unit = "month", price = 20 }]

[[prices.offer]]
id = "plans/large"
product = "Plans"
plan = "Large"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }
gates = [{ variable = "calls", max = 20_000, action = "block" }]
charge = [
  { id = "fee", quantity = "1", unit = "month", price = 45 },
  { id = "calls", quantity = "calls", unit = "call", price = 0.001, included = 10_000 },
]

[[prices.offer]]
id = "plans/asks"
product = "Plans"
plan = "Asks"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }
charge = [{ id = "seats", quantity = "seats", unit = "seat", price = 1 }]
"""
WHOLE = TEXT + "".join(MODEL.format(name=name, fees=fees) for name, fees in FEES.items()) + PLANS


def written(folder: Path) -> Path:
    path = folder / "fees.toml"
    path.write_text(WHOLE)
    return path


@pytest.mark.parametrize("seed", range(5))
def test_fees_and_quotas_are_those_of_each_draw(tmp_path: Path, seed: int) -> None:
    ready = opened_at(written(tmp_path))
    random, seen = Random(seed), Seen()
    numbers = numbers_of(ready.workload)
    some = numbers if seed == 0 else random.sample(numbers, 6)
    drawn = {number.path: drawn_around(number, random, 10) for number in some}
    compare(Evaluator(ready.catalog, DAY), ready.workload, drawn, 10, seen)
    assert not seen.apart, seen.apart[:5]
    assert seen.billed


def test_each_draw_takes_the_plan_that_is_cheapest_for_it(tmp_path: Path) -> None:
    """To 8,000 calls the small plan at 20, to 20,000 the large one at 45 and 0.001 a call above
    10,000, and beyond none."""
    ready = opened_at(written(tmp_path))
    drawn = {"traffic.requests_per_month": np.array([8_000.0, 8_001.0, 15_000.0, 20_001.0])}
    month = totals(ready.workload, "monthly", ready.catalog, DAY, drawn)
    path = tmp_path / "large.toml"
    path.write_text(WHOLE.replace('finder = "plans"', 'finder = "plans/large"'))
    large = opened_at(path)
    dearer = totals(large.workload, "monthly", large.catalog, DAY, drawn)
    assert (dearer.monthly - month.monthly)[:3] == pytest.approx([25, 0, 0])
    assert month.blocked.tolist() == [False, False, False, True]
    alone = {"traffic.requests_per_month": np.array([21_000.0])}
    assert totals(ready.workload, "monthly", ready.catalog, DAY, alone).blocked.all()


def test_a_quota_is_used_up_draw_by_draw(tmp_path: Path) -> None:
    """4,000 and 9,000 requests at 1.5 and 1 searches and 2,400 of the job: two models share 5,000
    free ones, at 14 and 9 a thousand; 2,000 and 4,500 requests differ by what is above."""
    ready = opened_at(written(tmp_path))
    requests = np.array([4_000.0, 9_000.0])
    drawn = {"traffic.requests_per_month": requests}
    paid = totals(ready.workload, "monthly", ready.catalog, DAY, drawn)
    without = Path(tmp_path / "free.toml")
    without.write_text(WHOLE.replace("quantity = 5_000, period", "quantity = 1, period"))
    free = opened_at(without)
    full = totals(free.workload, "monthly", free.catalog, DAY, drawn)
    used = requests * 1.5 + 2_400 + requests
    fees = (requests * 1.5 + 2_400) * 0.014 + requests * 0.009
    assert full.monthly - paid.monthly == pytest.approx(fees * 4_999 / used)
