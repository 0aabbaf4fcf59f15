"""Workloads for the comparator with prices of their own: no vendor's change moves a test."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from run import Ran, costplan

from costplan.api.estimating import compare_opened
from costplan.catalog.lookup import Catalog
from costplan.document.comparison import Comparison
from costplan.document.estimate import Estimate
from costplan.document.options import Option, Strategies
from costplan.plan.bill.estimate import estimate, estimate_scaled
from costplan.render import Look, render
from costplan.store.files.shelves import open_catalog
from costplan.store.files.workloads import Opened, open_workload
from costplan.workload.model import Workload
from costplan.workload.solving import Solutions

ROOT = Path(__file__).resolve().parents[2]
SUPPORT = ROOT / "examples" / "support-agent.toml"
DAY = date(2026, 11, 22)
CENT = Decimal("0.01")

HEAD = """\
name = "probe"

[traffic]
requests_per_month = 1_000
peak_to_mean = 2
"""

SEARCH = """
[[step]]
name = "search"
tool = "finder"
success = 0.9
detection_rate = 0.5
max_attempts = 2
rho = 0.2
"""

CHECK = """
[[step]]
name = "check"
tool = "checker"
judges = ["search"]
sensitivity = 0.9
false_positive_rate = 0.05
rho = 0
on_reject = { restart = "search", max_attempts = 2, then = "human" }
"""

PEOPLE = """
[human]
cost_per_case = 4
success = 0.98
"""

TARGET = """
[target]
reliability = 0.97
loss_per_wrong_answer = 20
"""

STACK = """
[stack.a]
finder = "metered/calls"
checker = "metered/calls"
"""

OTHER = """
[stack.b]
finder = "flat/calls"
checker = "metered/calls"
"""

PRICES = """
[prices]
vendor = "Watch"
category = "search-rerank"
source.list = { at = "watch.test/prices", confidence = "vendor" }

[[prices.offer]]
id = "metered/calls"
product = "Metered"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }
charge = [{ id = "calls", quantity = "calls", unit = "call", price = 0.10 }]

[[prices.offer]]
id = "flat/calls"
product = "Flat"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }
charge = [
  { id = "fee", quantity = "1", unit = "month", price = 300 },
  { id = "calls", quantity = "calls", unit = "call", price = 0.02 },
]

[[prices.offer]]
id = "floor/calls"
product = "Floor"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }
charge = [{ id = "calls", quantity = "calls", unit = "call", price = 0.05 }]
adjust = [{ id = "monthly_minimum", kind = "minimum", amount = 400 }]

[[prices.offer]]
id = "small/calls"
product = "Small"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }
gates = [{ variable = "calls", max = 1_500, action = "ineligible" }]
charge = [
  { id = "fee", quantity = "1", unit = "month", price = 300 },
  { id = "calls", quantity = "calls", unit = "call", price = 0.02 },
]

[[prices.offer]]
id = "quoted/calls"
product = "Quoted"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }
charge = [{ id = "calls", quantity = "calls", unit = "call", quote = true }]

[[prices.offer]]
id = "quoted/fee"
product = "Quoted"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }
charge = [
  { id = "fee", quantity = "1", unit = "month", quote = true },
  { id = "calls", quantity = "calls", unit = "call", price = 0.10 },
]
"""

WHOLE = HEAD + SEARCH + CHECK + PEOPLE + TARGET + STACK + OTHER
"""Two stacks, a validator, people and a target; prices are to be appended."""


class Ready(NamedTuple):
    """A workload read from its file, with the catalogue it is priced by."""

    opened: Opened
    workload: Workload
    catalog: Catalog

    def estimates(self) -> dict[str, Estimate]:
        made = estimate(self.workload, self.catalog, DAY).estimates
        return {one.stack: one for one in made}

    def priced(self, workload: Workload) -> Estimate:
        """The first stack of a changed workload."""
        return estimate(workload, self.catalog, DAY).estimates[0]

    def at(self, stack: str, volume: Decimal) -> Estimate:
        """A stack billed at so many requests a month."""
        scale = volume / self.workload.traffic.requests_per_month
        return estimate_scaled(Solutions(self.workload), self.catalog, DAY, stack, scale)

    def compare(self, stacks: Iterable[str] = (), **more: Any) -> Comparison:
        return compare_opened(self.opened, DAY, list(stacks), **more)


def ready(folder: Path, text: str, *changes: str) -> Ready:
    """A text as a file of ``folder``, with changes as by ``--set``."""
    path = folder / "w.toml"
    path.write_text(text if "[prices]" in text else text + PRICES)
    return opened_at(path, *changes)


def opened_at(path: Path, *changes: str) -> Ready:
    opened = open_workload(str(path), list(changes))
    assert opened.workload is not None
    catalog = open_catalog(opened.folder, opened.prices, opened.name, opened.text)
    return Ready(opened, opened.workload, catalog)


def ways(made: Comparison, stack: str | None = None) -> Strategies:
    """The strategies of a stack, of the baseline when left out."""
    wanted = stack or made.baseline
    return next(one for one in made.strategies if one.stack == wanted)


def named(found: Strategies, name: str) -> Option:
    return next(one for one in found.options if one.name == name)


def value(one: Option) -> tuple[Decimal, Decimal]:
    """What an option that is priced and modelled costs and reaches."""
    assert one.monthly is not None
    assert one.reliability is not None
    return one.monthly, one.reliability


def only(workload: Workload, stack: str) -> Workload:
    return replace(workload, stack={stack: workload.stack[stack]}, mix={})


def near(one: Decimal, other: Decimal, share: str = "1e-9") -> bool:
    return abs(one - other) <= max(abs(one), abs(other), Decimal(1)) * Decimal(share)


def compare_command(*arguments: str, folder: Path, width: int = 80, full: bool = True) -> Ran:
    """``costplan compare`` in a pipe, with nobody's own prices."""
    more = ["--full"] if full and "json" not in arguments else []
    return costplan("compare", *arguments, *more, folder=folder, env={"COLUMNS": str(width)})


def draw(made: Comparison, look: Look) -> str:
    """All of a comparison, as a person reads it."""
    return render(made, "table", look._replace(full=True))
