"""A small catalogue that has every way to bill in it, so that no vendor's price moves a test."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from costplan.catalog.lookup import Catalog
from costplan.store.files.shelves import open_catalog
from costplan.store.files.text import parse_toml

ORIGIN = 'origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }'
LATER = 'origin = { since = 2027-03-01, checked = 2026-11-01, source = "list" }'

MODELS = f"""
vendor = "M"
category = "tokens"
source.list = {{ at = "m.test/prices", confidence = "vendor" }}

[[model]]
id = "m/tiered"
cache = {{ minimum_tokens = 256, ttl_minutes = 5 }}
[[model.price]]
{ORIGIN}
per = 1_000_000
rates = {{ input = 3, cache_read = 0.3, cache_write = 3.75, output = 15 }}
tiers = [{{ above = 2_000, rates = {{ input = 6, cache_read = 0.6, cache_write = 7.5, output = 22.5 }} }}]
mode.batch = {{ times = 0.5 }}
fee.web_searches = {{ price = 10, per = 1_000, unit = "search" }}

[[model]]
id = "m/night"
[[model.price]]
{ORIGIN}
per = 1_000_000
rates = {{ input = 0.27, cache_read = 0.07, output = 1.10 }}
schedule = [{{ name = "night", times = 0.5, utc_offset = "+08:00", days = "mon-fri", hours = ["00:30-08:30"] }}]

[[model]]
id = "m/silent"
[[model.price]]
{ORIGIN}
per = 1_000
rates = {{ input = 0.0005 }}
"""  # noqa: E501

INDEXES = f"""
vendor = "V"
category = "vector-db"
source.list = {{ at = "v.test/prices", confidence = "vendor" }}

[[offer]]
id = "v/plans/free"
product = "V"
plan = "Free"
{ORIGIN}
gates = [
  {{ variable = "vectors", max = 5_000, action = "ineligible" }},
  {{ variable = "queries", max = 2_000, action = "block" }},
]
charge = [{{ id = "fee", quantity = "1", unit = "month", price = 0 }}]

[[offer]]
id = "v/plans/paid"
product = "V"
plan = "Paid"
{ORIGIN}
[offer.derived]
gb = "vectors * (dimensions * 4 + metadata_bytes) / 1e9"
[[offer.charge]]
id = "storage"
quantity = "gb"
unit = "GB"
price = 0.33
[[offer.charge]]
id = "reads"
quantity = "queries * bands(max(1.28, gb), [32, 128], [1, 0.20, 0.04])"
unit = "read unit"
per = 1_000_000
tiers = [{{ up_to = 1_000, price = 18 }}, {{ up_to = 50_000, price = 16 }}, {{ price = 12 }}]
[[offer.charge]]
id = "writes"
quantity = "upserts"
unit = "vector"
per = 1_000
included = 100
free_tier = true
price = 0.4
[[offer.adjust]]
id = "floor"
kind = "minimum"
amount = 50

[[offer]]
id = "v/nodes"
product = "Nodes"
{ORIGIN}
[offer.derived]
nodes = "max(1, ceil(vectors * dimensions * 4 / 8e9))"
[[offer.charge]]
id = "nodes"
quantity = "nodes * replicas * hours_per_month"
redundant = "(replicas - 1) / replicas"
unit = "node-hour"
price = 0.24
[[offer.charge]]
id = "queries"
quantity = "queries"
rank_by = "vectors"
unit = "query"
per = 1_000
tiers = [{{ up_to = 1_000, price = 0.5 }}, {{ up_to = 100_000, price = 0.3 }}]
[[offer.charge]]
id = "support"
quantity = "1"
unit = "month"
price = 9
{LATER}
"""

TOOLS = f"""
vendor = "T"
category = "search-rerank"
source.list = {{ at = "t.test/prices", confidence = "vendor" }}

[[offer]]
id = "t/calls"
product = "Calls"
{ORIGIN}
requires = ["t/base"]
pools.units = "1_000"
[[offer.charge]]
id = "calls"
quantity = "calls"
pool = "units"
unit = "call"
price = 0.01
cap = 300
[[offer.charge]]
id = "chunks"
quantity = "calls * chunks"
pool = "units"
round_up_to = 1_000
unit = "chunk"
per = 1_000
price = 0.05
[[offer.adjust]]
id = "welcome"
kind = "credit"
amount = 5
free_tier = true
[[offer.adjust]]
id = "once"
kind = "credit"
amount = 40
one_time = true
[[offer.adjust]]
id = "care"
kind = "percent_fee"
percent = 10
floor = 3

[[offer]]
id = "t/base"
product = "Base"
{ORIGIN}
charge = [{{ id = "fee", quantity = "1", unit = "month", price = 5 }}]

[[offer]]
id = "t/packs"
product = "Packs"
{ORIGIN}
gates = [{{ variable = "calls", max = 40_000, action = "throttle" }}]
[[offer.charge]]
id = "pack"
quantity = "calls"
mode = "package"
unit = "call"
minimum_quantity = 10
tiers = [{{ up_to = 1_000, price = 9 }}, {{ up_to = 20_000, price = 99 }}, {{ up_to = 90_000, quote = true }}]
[[offer.charge]]
id = "volume"
quantity = "searches"
mode = "volume"
unit = "search"
per = 1_000
tiers = [{{ up_to = 10_000, price = 2 }}, {{ price = 1.5 }}]
"""  # noqa: E501
EURO = f"""
vendor = "E"
category = "runtime"
currency = "EUR"
source.list = {{ at = "e.test/prices", confidence = "vendor" }}

[[offer]]
id = "e/seconds"
product = "Seconds"
{ORIGIN}
[[offer.charge]]
id = "cpu"
quantity = "requests * active_cpu_seconds"
unit = "second"
per = 3_600
price = 0.0431
[[offer.charge]]
id = "seats"
quantity = "3"
unit = "seat"
price = 7
[[offer.adjust]]
id = "welcome"
kind = "credit"
amount = 21
[[offer.adjust]]
id = "top"
kind = "cap"
amount = 70
"""

MACHINES = f"""
vendor = "G"
category = "compute"
source.list = {{ at = "g.test/prices", confidence = "vendor" }}

[[offer]]
id = "g/box"
product = "Box"
{ORIGIN}
[[offer.charge]]
id = "hours"
quantity = "instances * hours"
unit = "instance-hour"
price = 2.5
"""

SPANS = f"""
vendor = "O"
category = "observability"
source.list = {{ at = "o.test/prices", confidence = "vendor" }}

[[offer]]
id = "o/traces"
product = "Traces"
{ORIGIN}
[[offer.charge]]
id = "seats"
quantity = "seats"
unit = "seat"
price = 39
fixed = true
[[offer.charge]]
id = "spans"
quantity = "spans + traces"
included = "seats * 10_000"
unit = "span"
per = 1_000
fx = 1.1
price = 0.5
[[offer.adjust]]
id = "less"
kind = "discount"
percent = 7
charges = ["spans"]
"""


@cache
def catalog() -> Catalog:
    """All of it, a file a shelf."""
    found = [
        open_catalog(Path(), parse_toml("own", text), "own", "")
        for text in (MODELS, INDEXES, TOOLS, EURO, MACHINES, SPANS)
    ]
    return Catalog([shelf for one in found for shelf in (*found[0].shelves[:-1], one.shelves[-1])])
