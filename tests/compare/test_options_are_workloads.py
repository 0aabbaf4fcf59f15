"""Every option of a comparison is a workload: written out as a file, read back and estimated, it
costs the same and is as right, to the last printed digit."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest
from compare_cases import DAY, Ready, near, opened_at
from drawn_workloads import drawn
from hypothesis import settings
from properties import QUICK, sampled

from costplan.document.estimate import Estimate
from costplan.plan.bill.estimate import estimate
from costplan.plan.compare.goal import Goal
from costplan.plan.compare.pricing import Billed, Pricer
from costplan.plan.compare.strategies import strategies
from costplan.plan.compare.variants import alone
from costplan.plan.compare.ways import Ways
from costplan.problems import InvalidInput
from costplan.quantity import ZERO
from costplan.store.files.workload_text import workload_text
from costplan.workload.latency import latency
from costplan.workload.solving import Rates, solve

pytestmark = pytest.mark.usefixtures("fixed_prices")

DIGITS = "1e-11"
"""Visits and shares are kept at twelve digits, in whatever order floats were added."""
PARTS = "1e-10"
"""What is left of a difference, as a purpose is of runs less first ones, has fewer digits."""
SHARED = """
[[prices.offer]]
id = "watch/pooled"
product = "Pooled"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }
pools = { quota = "900 + 100 * desks" }
derived = { heavy = "calls * weight", blocks = "ceil(heavy / 500)" }
charge = [
  { id = "calls", quantity = "calls", unit = "call", price = 0.012, pool = "quota" },
  { id = "heavy", quantity = "heavy", unit = "call", price = 0.002, pool = "quota" },
  { id = "blocks", quantity = "blocks", unit = "block", price = 0.75 },
  { id = "desks", quantity = "desks", unit = "desk", price = 3, scope = "binding" },
]
adjust = [
  { id = "welcome", kind = "credit", amount = 6, charges = ["calls"], free_tier = true },
  { id = "support", kind = "percent_fee", percent = 4, floor = 2 },
]
[prices.offer.variables]
desks = { unit = "desk", about = "desks", default = 2, fixed = true }
weight = { unit = "x", about = "weight", default = 1 }

[[prices.offer]]
id = "watch/along"
product = "Along"
requires = ["watch/metered"]
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }
charge = [{ id = "calls", quantity = "calls", unit = "call", price = 0.006 }]

[[prices.offer]]
id = "watch/capped"
product = "Capped"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }
charge = [
  { id = "calls", quantity = "calls", unit = "call", price = 0.02, cap = 25 },
  { id = "fee", quantity = "1", unit = "month", price = 9, scope = "binding" },
]
adjust = [{ id = "off", kind = "discount", percent = 10, scope = "offer" }]
"""
"""Offers with a quota, derived quantities, something bought along, a cap."""
SEEDS = range(12 if settings.default.max_examples <= QUICK else 40)


@dataclass
class Seen:
    """What the options of some workloads came to."""

    equal: int = 0
    refused: int = 0
    kinds: set[str] = field(default_factory=set)


def options(given: Ready, *, search: bool = True) -> dict[str, list[Billed]]:
    """The ways of each stack, billed as ``compare`` bills them."""
    pricer = Pricer(given.catalog, DAY)
    ways = Ways(given.workload, pricer, None)
    made = estimate(given.workload, given.catalog, DAY).estimates
    goal = Goal.of(given.workload, None)
    asked = goal if search else None
    return {one.stack: strategies(ways, one.stack, one, goal, asked).billed for one in made}


def as_file(given: Ready, billed: Billed, stack: str, folder: Path) -> Ready:
    assert billed.way.workload is not None
    text = workload_text(alone(billed.way.workload, stack), given.opened.prices, billed.way.name)
    path = folder / "option.toml"
    path.write_text(text)
    return opened_at(path)


def estimated(written: Ready) -> tuple[Estimate | None, str]:
    """The estimate of a file's one stack, or why there is none."""
    try:
        (made,) = estimate(written.workload, written.catalog, DAY).estimates
    except InvalidInput as error:
        return None, error.problems[0].message
    return made, ""


def check(given: Ready, folder: Path, seen: Seen) -> None:
    for stack, billed in options(given).items():
        for one in billed:
            if one.way.workload is None:
                assert one.option.monthly is None
                assert one.option.reason
                continue
            written = as_file(given, one, stack, folder)
            seen.kinds.add(one.option.kind)
            made, refusal = estimated(written)
            if made is None:
                assert one.option.monthly is None
                assert one.option.reason == f"not sold so: {refusal}"
                seen.refused += 1
                continue
            same(one, made, written)
            seen.equal += 1


def same(one: Billed, made: Estimate, written: Ready) -> None:
    option = one.option
    assert option.monthly is not None
    assert near(option.monthly, made.total_monthly, DIGITS), one.way.name
    assert option.by_purpose is not None
    for purpose, amount in option.by_purpose.items():
        assert amount >= 0, one.way.name
        assert near(amount, made.by_purpose[purpose], PARTS), one.way.name
    assert option.at_least == made.at_least
    told = made.reliability
    assert told is not None
    assert option.reliability is not None
    assert near(option.reliability, told.trusted, DIGITS), one.way.name
    assert near(option.silent or ZERO, told.silent, DIGITS)
    assert near(option.aborted or ZERO, told.aborted, DIGITS)
    bound = written.workload.stack[made.stack]
    took = latency(written.workload, bound, solve(written.workload, Rates.of(bound)))
    assert (took is None) == (option.seconds is None)
    if took is not None and option.seconds is not None:
        assert float(option.seconds) == pytest.approx(took.mean, rel=1e-9)


@pytest.mark.parametrize("seed", sampled(SEEDS, 3))
def test_an_option_written_as_a_file_is_estimated_the_same(seed: int, tmp_path: Path) -> None:
    path = tmp_path / "w.toml"
    path.write_text(drawn(seed))
    seen = Seen()
    check(opened_at(path), tmp_path, seen)
    print(f"seed {seed}: {seen.equal} equal, {seen.refused} not sold so, {sorted(seen.kinds)}")
    assert seen.equal


def shared(seed: int) -> str:
    """A drawn workload whose tools share an offer, with what bindings and terms can say of it."""
    random = Random(seed)
    head, _, rest = drawn(seed).partition("\n[prices]\n")
    given = ("desks = 5", "weight = 2", "heavy = 1_700", "blocks = 3")

    def bound(found: re.Match[str]) -> str:
        offer = random.choice(("pooled", "pooled", "along", "capped"))
        more = random.sample(given, random.randint(0, 2)) if offer == "pooled" else []
        keys = ", ".join([f'offer = "watch/{offer}"', *more])
        return f"{found[1]}{{ {keys} }}"

    head = re.sub(r'(?m)^(t\d = )"[^"]+"$', bound, head)
    terms = f'[[discount]]\noffers = "watch/*"\npercent = 15\ncharges = ["{random.choice("ch")}*"]'
    gift = f'[[credit]]\nname = "gift"\noffers = "watch/*"\namount = {random.randint(5, 60)}'
    parts = [head, terms, *([gift] if random.random() < 0.4 else [])]
    return "\n\n".join(parts) + f"\n\n[prices]\n{rest}{SHARED}"


@pytest.mark.parametrize("seed", sampled(SEEDS, 2))
def test_options_of_shared_offers_are_estimated_the_same(seed: int, tmp_path: Path) -> None:
    path = tmp_path / "w.toml"
    path.write_text(shared(seed))
    seen = Seen()
    check(opened_at(path), tmp_path, seen)
    assert seen.equal
