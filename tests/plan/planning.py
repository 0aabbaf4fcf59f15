"""A workload with a small catalogue of its own, so that no vendor's price change moves a test."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from costplan import estimate
from costplan.document.estimate import Estimate, EstimateDocument
from costplan.document.line import LineItem

DAY = date(2026, 11, 22)

HEAD = """\
name = "plan"

[traffic]
requests_per_month = 1_000

[[step]]
name = "answer"
tool = "helper"
"""

PRICES = """
[prices]
vendor = "Watch"
category = "runtime"
source.list = { at = "watch.test/prices", confidence = "vendor" }

[[prices.offer]]
id = "helper/calls"
product = "Helper"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }
requires = ["helper/base"]

[[prices.offer.charge]]
id = "calls"
quantity = "calls"
included = 200
free_tier = true
unit = "call"
price = 0.01

[[prices.offer]]
id = "helper/base"
product = "Base"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }

[[prices.offer.charge]]
id = "fee"
quantity = "1"
unit = "month"
price = 5

[[prices.offer]]
id = "floor/paid"
product = "Floor"
plan = "Paid"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }
variables.share = { unit = "of a call", default = 1 }

[[prices.offer.charge]]
id = "calls"
quantity = "calls * share"
unit = "call"
price = 0.01

[[prices.offer.adjust]]
id = "monthly_minimum"
kind = "minimum"
amount = 50

[[prices.offer]]
id = "plans/free"
product = "Plans"
plan = "Free"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }
gates = [{ variable = "calls", max = 500, action = "ineligible" }]

[[prices.offer.charge]]
id = "fee"
quantity = "1"
unit = "month"
price = 0

[[prices.offer]]
id = "plans/metered"
product = "Plans"
plan = "Metered"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }

[[prices.offer.charge]]
id = "calls"
quantity = "calls"
unit = "call"
price = 0.03

[[prices.offer]]
id = "plans/flat"
product = "Plans"
plan = "Flat"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }

[[prices.offer.charge]]
id = "fee"
quantity = "1"
unit = "month"
price = 20

[[prices.offer]]
id = "plans/enterprise"
product = "Plans"
plan = "Enterprise"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }

[[prices.offer.charge]]
id = "fee"
quantity = "1"
unit = "month"
quote = true

[[prices.offer]]
id = "many/one"
product = "One"
plan = "Paid"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }
charge = [{ id = "fee", quantity = "1", unit = "month", price = 1 }]

[[prices.offer]]
id = "many/two"
product = "Two"
plan = "Paid"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }
charge = [{ id = "fee", quantity = "1", unit = "month", price = 2 }]
"""


def planned(
    folder: Path, text: str, as_of: date = DAY, stacks: tuple[str, ...] = ()
) -> EstimateDocument:
    """The estimate of a text, read from a file as every workload is."""
    path = folder / "w.toml"
    path.write_text(text)
    return estimate(path, as_of=as_of, stacks=stacks)


def stack_of(folder: Path, bindings: str, more: str = "", head: str = HEAD) -> Estimate:
    """The one stack of a workload with the small catalogue."""
    (made,) = planned(folder, f"{head}\n[stack.s]\n{bindings}\n{more}\n{PRICES}").estimates
    return made


def line(made: Estimate, offer: str, charge: str) -> LineItem:
    """The only line of a charge."""
    (found,) = [one for one in made.lines if (one.price.offer, one.price.charge) == (offer, charge)]
    return found
