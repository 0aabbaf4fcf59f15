"""Small sources of usage for tests: rows written as files, a small catalogue to price them with."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from costplan.api.usage import Options, usage_of
from costplan.catalog.lookup import Catalog
from costplan.document.usage import Usage

sys.path.append(str(Path(__file__).resolve().parents[1] / "billing"))

from small_catalog import HEADER, catalog_of, workload_of

__all__ = ["HEADER", "TEXT", "catalog_of", "lines", "read", "small", "workload_of"]

DAY = date(2026, 11, 22)
ORIGIN = 'origin = { since = 2026-01-01, checked = 2026-06-01, source = "page" }'
LATER = '{ since = 2026-03-01, checked = 2026-06-01, source = "page" }'
TEXT = f"""
[[model]]
id = "acme/plain"
aliases = ["acme/plain-2026"]

[[model.price]]
{ORIGIN}
unit = "token"
per = 1_000_000
rates = {{ input = 2, cache_read = 0.2, cache_write = 2.5, cache_write_1h = 4, output = 10 }}
mode.batch = {{ times = 0.5 }}
region.us = {{ times = 1.1, origin = {LATER} }}
fee.web_searches = {{ price = 10, per = 1_000, unit = "search" }}

[[model.price]]
origin = {{ since = 2026-05-01, checked = 2026-06-01, source = "page" }}
unit = "token"
per = 1_000_000
rates = {{ input = 1, cache_read = 0.1, cache_write = 1.25, output = 5, reasoning = 6 }}

[[model]]
id = "acme/tiered"

[[model.price]]
{ORIGIN}
unit = "token"
per = 1_000_000
rates = {{ input = 3, cache_read = 0.3, output = 15 }}
tiers = [
    {{ above = 1_000, rates = {{ input = 6, cache_read = 0.6, output = 30 }} }},
    {{ at_or_above = 5_000, rates = {{ input = 9, cache_read = 0.9, output = 45 }} }},
]

[model.price.mode.priority]
rates = {{ input = 5, cache_read = 0.5, output = 25 }}
tiers = [{{ above = 2_000, rates = {{ input = 7, cache_read = 0.7, output = 35 }} }}]

[[model]]
id = "acme/peaked"

[[model.price]]
{ORIGIN}
unit = "token"
per = 1_000
rates = {{ input = 0.01, output = 0.03, input_audio = 0.05, output_audio = 0.07 }}

[[model.price.schedule]]
name = "peak"
times = 2
utc_offset = "+08:00"
days = "mon-fri"
hours = ["09:00-12:30"]
holidays = [2026-02-17]

[[model.price.schedule]]
name = "night"
times = 0.5
zone = "Europe/Berlin"
hours = ["23:00-05:00"]

[[model]]
id = "acme/charged"

[[model.price]]
{ORIGIN}
unit = "token"
per = 1_000_000
rates = {{ input = 1, output = 2 }}
fee.requests = {{ price = 5, per = 1_000, unit = "request" }}
fee.web_searches = {{ price = 8, per = 1_000, unit = "search", once = true }}

[[model]]
id = "acme/searching"

[[model.price]]
{ORIGIN}
unit = "token"
per = 1_000_000
rates = {{ input = 1, output = 2 }}
fee.web_searches = {{ price = 9, per = 1_000, unit = "search", always = true }}
"""


def small() -> Catalog:
    """Models with two cards, with tiers, with hours, and two with fees that calls pay unasked."""
    return catalog_of(TEXT, "tokens")


def lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    """A file of JSON lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def read(*paths: Path, catalog: Catalog | None = None, **said: Any) -> Usage:
    """What the usage of files cost."""
    options = Options(**{"day": DAY, **said})
    return usage_of([str(path) for path in paths], options, catalog or small())
