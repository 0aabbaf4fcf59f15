"""docs/methodology.md against the program: names exist, and every example is computed again here.

What the document says after "Example:" is made by one function of this file, to the
last digit; a number that changes shows as a sentence that is no longer in the document.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import import_module
from math import isclose, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from costplan.billing.caching import cases, kept_seconds
from costplan.billing.charges import billable, slices
from costplan.billing.models import Terms, bill_model
from costplan.billing.offers import Take, bill_offer
from costplan.billing.quotas import Allowances
from costplan.billing.tokens import Processing, Tariff, TokenUsage
from costplan.catalog.energy import Spread
from costplan.catalog.expression import Expression
from costplan.catalog.lookup import Catalog
from costplan.catalog.offer import Charge
from costplan.catalog.schedule import Window
from costplan.document.comparison import Comparison
from costplan.document.estimate import Estimate
from costplan.document.options import Option
from costplan.outcomes.graph import Graph, Outcomes
from costplan.outcomes.node import after_failure, timeout_share
from costplan.outcomes.queueing import replicas, slots_for
from costplan.outcomes.spread import quantiles
from costplan.outcomes.votes import ceiling, majority
from costplan.plan.bill.estimate import estimate
from costplan.plan.compare import hosting
from costplan.plan.compare.comparison import compare
from costplan.plan.compare.owning import payback
from costplan.plan.compare.pricing import Pricer
from costplan.quantity import literal, shares
from costplan.record import read
from costplan.risk.sensitivity import observations, worth_of_each
from costplan.store.files.shelves import open_catalog
from costplan.store.files.text import parse_toml
from costplan.store.files.throughput import open_energy
from costplan.workload.conversation import Prefix, calls
from costplan.workload.hardware import OwnHardware
from costplan.workload.model import Workload
from costplan.workload.model_calls import SECONDS_PER_MONTH, ModelCalls
from costplan.workload.solving import solve
from costplan.workload.step import Conversation
from costplan.workload.tables import Traffic
from costplan.workload.traffic import shares_in
from costplan.workload.usage import monthly_usage

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "methodology.md").read_text(encoding="utf-8")
SENTENCES = {" ".join(one.split()) for one in re.findall(r"^- Example: (.+)$", TEXT, re.M)}
ROOMS = "quantity|weektime|catalog|outcomes|workload|document|billing|plan|risk|store"
FUNCTIONS = sorted(set(re.findall(rf"`((?:{ROOMS})\.[A-Za-z_.]+)`", TEXT)))
TESTS = sorted(set(re.findall(r"tests/[\w/]+\.py::\w+", TEXT)))
DAY = date(2026, 11, 22)
ONE = Decimal(1)

EXAMPLES: list[Callable[[], str]] = []


def example(make: Callable[[], str]) -> Callable[[], None]:
    """A test that the document has this sentence, word by word."""

    def run() -> None:
        assert make() in SENTENCES

    EXAMPLES.append(make)
    run.__name__ = make.__name__
    return run


# -- names ----------------------------------------------------------------------------------


def test_the_document_names_functions_and_tests() -> None:
    assert len(FUNCTIONS) > 50
    assert len(TESTS) > 50


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_named_exists(name: str) -> None:
    parts = ["costplan", *name.split(".")]
    for end in range(len(parts), 0, -1):
        try:
            found: object = import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for part in parts[end:]:
            found = getattr(found, part)
        return
    raise AssertionError(name)


@cache
def functions_of(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("name", TESTS)
def test_every_test_named_exists(name: str) -> None:
    path, _, function = name.partition("::")
    assert function in functions_of(path)


def test_every_example_is_computed_here() -> None:
    assert {make() for make in EXAMPLES} == SENTENCES


# -- small workloads ------------------------------------------------------------------------

HEAD = """
vendor = "Own"
source.page = { at = "https://example.com/prices", confidence = "vendor" }
"""
ORIGIN = 'origin = { since = 2026-01-01, checked = 2026-11-01, source = "page" }'


def prices(body: str) -> Catalog:
    """The built-in catalogue with a workload's own prices over it."""
    return open_catalog(Path(), parse_toml("own", HEAD + body), "own", "")


def tariff(card: str, mode: str | None = None, head: str = "") -> Tariff:
    body = (
        f'[[model]]\nid = "own/model"\n{head}\n[[model.price]]\n{ORIGIN}\nper = 1_000_000\n{card}'
    )
    return Tariff(prices(body).get("own/model"), DAY, Processing(mode))


def cost(at: Tariff, **tokens: int) -> Decimal:
    usage = TokenUsage(**{name: Decimal(value) for name, value in tokens.items()})
    return sum((line.amount or Decimal(0) for line in at.bill(usage)), Decimal(0))


def charge(text: str) -> Charge:
    return read(Charge, parse_toml("charge", f'id = "use"\nunit = "unit"\n{text}'))


def workload(text: str) -> Workload:
    return read(Workload, parse_toml("workload", 'name = "small"\n' + text))


def outcomes(steps: str, human: float | None = None) -> Outcomes:
    people = "" if human is None else f"[human]\ncost_per_case = 1\nsuccess = {human}\n"
    text = "[traffic]\nrequests_per_month = 1\n[stack.one]\nchat = { none = 'a test' }\n"
    found = solve(workload(text + people + steps)).outcomes
    assert found is not None
    return found


def graph(found: Outcomes) -> Graph:
    assert found.graph is not None
    return found.graph


def step(name: str, keys: str) -> str:
    return f'[[step]]\nname = "{name}"\nmodel = "chat"\ninput_tokens = 1\n{keys}\n'


def number(value: float | Decimal, places: int) -> str:
    return f"{value:,.{places}f}"


# -- prices ---------------------------------------------------------------------------------


@example
def test_one_request() -> str:
    card = "rates = { input = 2, cache_read = 0.2, output = 10 }\nmode.batch = { times = 0.5 }"
    found = cost(
        tariff(card, "batch"), input_tokens=100_000, cache_read_tokens=80_000, output_tokens=1_000
    )
    return (
        "at 2, 0.20 and 10 per million, batch at half, 100,000 input tokens of which 80,000 are "
        f"read and 1,000 output tokens cost (0.040 + 0.016 + 0.010) x 0.5 = {literal(found)}."
    )


@example
def test_a_tier_is_a_cliff() -> str:
    card = "rates = { input = 2 }\ntiers = [{ above = 200_000, rates = { input = 4 } }]"
    below, above = (cost(tariff(card), input_tokens=one) for one in (200_000, 200_001))
    return (
        "with 2 up to 200,000 input tokens and 4 above, a request of 200,000 costs "
        f"{literal(below)}, one of 200,001 costs {literal(above)}."
    )


def searched(at: Tariff, *counts: int) -> list[Decimal]:
    """What steps with so many searches a month pay of an account's fee."""
    demands = [
        ModelCalls(
            role="chat",
            step=f"step-{place}",
            purpose="produce",
            count=Decimal(count),
            tokens={"web_searches": ONE},
        )
        for place, count in enumerate(counts)
    ]
    traffic = Traffic(requests_per_month=ONE)
    paid = Allowances.of([(at.entry, demands)], traffic, DAY).paid(at.entry, DAY)
    made = bill_model(at.entry, DAY, demands, traffic, Terms(paid=paid))
    return [line.amount or Decimal(0) for line in made.lines]


@example
def test_a_quota_of_searches_is_shared_out() -> str:
    free = '{ quantity = 5_000, period = "month" }'
    fee = f'fee.web_searches = {{ price = 14, per = 1_000, unit = "search", free = {free} }}'
    half, rest = searched(tariff(f"rates = {{ input = 2 }}\n{fee}"), 10_000, 10_000)
    return (
        "20,000 searches a month at 14 per 1,000, 5,000 of them free: 15,000 x 14 / 1,000 = "
        f"{literal(half + rest)}; a step that makes half of them pays {literal(half)}."
    )


@example
def test_a_daily_quota() -> str:
    free = '{ quantity = 1_500, period = "day" }'
    fee = f'fee.web_searches = {{ price = 35, per = 1_000, unit = "prompt", free = {free} }}'
    (paid,) = searched(tariff(f"rates = {{ input = 2 }}\n{fee}"), 60_000)
    return (
        "60,000 grounded prompts in November at 35 per 1,000, 1,500 a day free: 30 x (2,000 - "
        f"1,500) = 15,000 are paid, {literal(paid)}."
    )


@example
def test_storage_by_the_hour() -> str:
    fee = 'fee.stored_token_hours = { price = 4.50, per = 1_000_000, unit = "token-hour" }'
    paid = cost(tariff(f"rates = {{ input = 2 }}\n{fee}"), stored_token_hours=100_000 * 730)
    return (
        "100,000 tokens stored for 730 hours at 4.50 a million token-hours cost 0.1 x 730 x 4.50 = "
        f"{number(paid, 2)}."
    )


@example
def test_an_h100_that_is_always_on() -> str:
    host, pue = Spread.exact(Decimal(150)), Spread.exact(Decimal("1.2"))
    power = open_energy().power("h100-sxm")
    shares = [Decimal(one) for one in ("0.001", "0.5", "0.9")]
    kwh = [round(power.kwh(Decimal(730), ONE, one, host, pue).likely) for one in shares]
    idle, work = (
        round(one.likely) for one in (power.accelerator.idle_watts, power.accelerator.work_watts)
    )
    return (
        f"an H100 that is always on draws {kwh[0]}, {kwh[1]} and {kwh[2]} kWh a month at 0.1, 50 "
        f"and 90 % at work: 730 hours of {idle} W idle, {work - idle} W more at work and 150 W of "
        "host, x 1.2."
    )


@example
def test_a_published_prompt() -> str:
    found, _ = open_energy().published("google/gemini-apps-median-prompt")
    share = {name: f"{one * 100:.0f} %" for name, one in found.shares.items()}
    machines = sum(one for name, one in found.shares.items() if name != "overhead")
    return (
        f"{found.wh} Wh of a published prompt are ({share['accelerator']} accelerators + "
        f"{share['host']} hosts + {share['idle']} idle machines) x {found.wh} x {found.pue} = "
        f"{number(found.wh * machines * found.pue, 2)}."
    )


@example
def test_knowing_a_range() -> str:
    share = (np.arange(8_192) + 0.5) / 8_192
    costs = [np.full(8_192, 50.0), 100 * share]
    worth = worth_of_each({"x": share}, costs)["x"]
    return (
        "one stack costs 50, the other 0 to 100, as likely anywhere: both 50 on average, and "
        f"knowing it saves {worth:.2f} a month."
    )


@example
def test_halving_a_doubt() -> str:
    about = 0.9 + np.sqrt(0.09 / 101) * np.array([-1.0, 1.0])
    more = observations("step.answer.success", about)
    return (
        "a success rate believed to be 0.9 as after a hundred cases (variance 0.09 / 101) takes "
        f"{more} more to halve the doubt."
    )


def owned(**changed: Decimal) -> OwnHardware:
    terms: dict[str, Any] = dict.fromkeys(("watts", "electricity", "hosting", "operator_hours"), 0)
    terms |= {"accelerator": "h100-sxm", "count": 8, "memory_gb": 80, "years": Decimal(4)}
    return OwnHardware(**terms, **changed)


@example
def test_own_hardware() -> str:
    price = {"purchase": Decimal(240_000), "residual": Decimal(24_000)}
    dear, plain = (owned(**price, rate=Decimal(rate)).capital for rate in ("0.06", "0"))
    return (
        "a machine for 240,000 that brings 24,000 after four years costs "
        f"{number(dear, 2)} a month at 6 % a year, {number(plain, 2)} at none."
    )


@example
def test_own_hardware_is_paid_back() -> str:
    given = Decimal(240_000), Decimal(5_000)
    plain, dear = (payback(*given, Decimal(rate)) for rate in ("0", "0.06"))
    assert plain is not None
    assert dear is not None
    assert payback(*given, Decimal("0.25")) is None
    assert payback(*given, Decimal("0.2499")) is not None
    return (
        f"240,000 with 5,000 saved a month are paid back in {number(plain, 2)} months without "
        f"interest, in {number(dear, 2)} at 6 % a year, and never at 25 % or more."
    )


@example
def test_a_warm_prefix() -> str:
    at = tariff(
        "rates = { input = 2, cache_read = 0.2, cache_write = 2.5, output = 10 }",
        head="cache = { minimum_tokens = 1_024, ttl_minutes = 5 }",
    )
    prefix = Prefix(shared=Decimal(4_000), marked=Decimal(4_000))
    rate = Decimal(10_000) / SECONDS_PER_MONTH
    warm, cold = cases(TokenUsage(input_tokens=Decimal(5_000)), prefix, rate, at)
    assert (warm.usage.cache_read_tokens, cold.usage.cache_write_tokens) == (4_000, 4_000)
    return (
        "10,000 requests a month and five minutes: w = 1 - exp(-300 x 10,000 / 2,628,000) = "
        f"{number(warm.share, 4)}; the prefix is read in that share of requests and written in "
        "the others."
    )


@example
def test_a_conversation_keeps_a_prefix_warm() -> str:
    first = Prefix(turns=6, turn_gap_seconds=Decimal(240))
    kept = kept_seconds(first, Decimal(300))
    warm = 1 - (-kept * 1_000 / SECONDS_PER_MONTH).exp()
    return (
        "1,000 conversations of 6 turns a month, 240 s apart: one keeps the prefix for 300 + 5 x "
        f"240 = {literal(kept)} s, so the first turn finds it with {number(warm, 4)}."
    )


@example
def test_a_conversation_grows() -> str:
    talk = Conversation(
        turns=6,
        fixed_tokens=Decimal(2_200),
        user_tokens=Decimal(60),
        output_tokens=Decimal(211),
    )
    sent = [one.input_tokens for one in calls(talk)]
    return (
        "2,200 fixed tokens, 60 from the user and 211 back a turn: six turns send "
        f"{', '.join(number(one, 0) for one in sent)} tokens, together {number(sum(sent), 0)}."
    )


@example
def test_the_share_of_a_window() -> str:
    peak = Window(
        name="peak",
        times=Decimal(2),
        utc_offset="+08:00",
        days="mon-fri",
        hours=("09:00-12:00",),
    )
    share, _ = shares_in(Traffic(requests_per_month=ONE), DAY, [peak.covers])
    return (
        "flat traffic of November 2026 (21 weekdays of 30) in a window of three hours on "
        f"weekdays: 21 x 3 / 720 = {literal(share)}."
    )


@example
def test_read_units() -> str:
    text = "queries * max(0.25, namespace_gb)"
    given = {"queries": Decimal(10_000), "namespace_gb": Decimal("19.93")}
    return (
        f"`{text}` with 10,000 queries over 19.93 GB is "
        f"{number(Expression.parse(text).evaluate(given), 0)} read units."
    )


@example
def test_what_is_left_to_pay() -> str:
    left = billable(charge("price = 1\nround_up_to = 100"), Decimal(1_250), Decimal(1_000))
    return f"1,250 used, 1,000 included, blocks of 100: {literal(left)} are billed."


@example
def test_three_kinds_of_tiers() -> str:
    tiers = "tiers = [{ up_to = 100, price = 10 }, { up_to = 1_000, price = 8 }]"
    sums = [
        sum(one.amount or Decimal(0) for one in slices(charge(f'mode = "{mode}"\n{tiers}'), of))
        for mode, of in (
            ("graduated", Decimal(250)),
            ("volume", Decimal(250)),
            ("package", Decimal(250)),
        )
    ]
    return (
        "250 units over tiers of 10 (to 100) and 8 (to 1,000): graduated 100 x 10 + 150 x 8 = "
        f"{literal(sums[0])}, volume 250 x 8 = {literal(sums[1])}, package {literal(sums[2])}."
    )


@example
def test_a_floor_tops_up() -> str:
    body = (
        f'[[offer]]\nid = "own/plan"\n{ORIGIN}\n'
        '[[offer.charge]]\nid = "use"\nquantity = "requests"\nunit = "request"\nprice = 0.001\n'
        '[[offer.adjust]]\nid = "floor"\nkind = "minimum"\namount = 50\n'
    )
    use = Take(
        role="x", component="runtime", purpose="produce", variables={"requests": Decimal(12_000)}
    )
    use_line, floor = bill_offer(prices(body).get("own/plan"), DAY, [use]).lines
    assert use_line.amount is not None
    assert floor.amount is not None
    assert (floor.fixed, floor.purpose) == (True, "idle")
    return (
        f"charges of {literal(use_line.amount)} under a floor of 50 a month get a line of "
        f"{literal(floor.amount)}, fixed and idle."
    )


@example
def test_thirds_add_up() -> str:
    parts = [literal(one) for one in shares(Decimal(10), [ONE] * 3)]
    return f"10.00 split over three equal uses is {parts[0]} twice and {parts[2]} once."


# -- outcomes -------------------------------------------------------------------------------


@example
def test_six_steps() -> str:
    steps = "".join(step(f"s{at}", "success = 0.97\nrho = 0.5") for at in range(6))
    return f"six steps at 0.97 are right {number(outcomes(steps).trusted, 6)} of the time."


@example
def test_a_second_attempt() -> str:
    again = "success = 0.9\ndetection_rate = 1\nmax_attempts = 2\n"
    found = [outcomes(step("try", f"{again}rho = {rho}")).trusted for rho in (0, 0.5, 1)]
    assert isclose(found[1], 0.9 + 0.1 * 0.9 * (1 - 0.5))
    return (
        "p = 0.9, every failure noticed, two attempts: "
        f"{number(found[0], 3)} at rho 0, {number(found[1], 3)} at rho 0.5, "
        f"{number(found[2], 3)} at rho 1."
    )


@example
def test_a_common_cause() -> str:
    found = outcomes(
        step("try", "success = 0.9\ncommon_cause = 0.2\ndetection_rate = 1\nmax_attempts = 3")
    )
    own = (0.1 - 0.02) / (1 - 0.02)
    assert isclose(found.aborted, 0.02 + 0.98 * own**3)
    return f"p = 0.9, c = 0.2, three attempts: all fail in {number(found.aborted, 6)} of requests."


@example
def test_a_second_model() -> str:
    both = [after_failure(0.8, 0.8, phi) for phi in (0, 0.3, 0.59)]
    return (
        "two models at 0.8: the second is right after the first failed with "
        f"{number(both[0], 2)} at phi 0, {number(both[1], 2)} at phi 0.3, "
        f"{number(both[2], 3)} at phi 0.59."
    )


@example
def test_three_votes() -> str:
    found = [number(majority(0.9, 3, rho), 3) for rho in (0, 0.5)]
    most = number(ceiling(0.9, 0.5), 3)
    return (
        f"three votes at 0.9 give {found[0]} at rho 0 and {found[1]} at rho 0.5, where no number "
        f"of votes passes {most}."
    )


@example
def test_the_best_of_three() -> str:
    found = outcomes(step("pick", "success = 0.9\nrho = 0\nbest_of = { runs = 3, selector = 0.8 }"))
    assert isclose(found.trusted, 0.729 + 0.8 * (1 - 0.729 - 0.001))
    return (
        "the best of three at 0.9 with a selector of 0.8 is right "
        f"{number(found.trusted, 3)} of the time."
    )


@example
def test_cut_off() -> str:
    share = timeout_share(4, 0.7, 10)
    return f"a median of 4 s with sigma 0.7, cut off at 10 s, loses {number(share, 4)} of the runs."


BLOCK = step("generate", "success = 0.9\nrho = 0") + step(
    "check",
    'judges = ["generate"]\nsensitivity = 0.7\nfalse_positive_rate = 0.05\nrho = 0\n'
    'on_reject = { restart = "generate", max_attempts = 3, then = "human" }',
)
COSTS = {"generate": 0.02, "check": 0.005}


@example
def test_the_block() -> str:
    p, s, f, h, last = 0.9, 0.7, 0.05, 0.95, 3
    a, b = p * (1 - f), (1 - p) * (1 - s)
    g = 1 - a - b
    tries = (1 - g**last) / (1 - g)
    found = outcomes(BLOCK, h)
    mean, _ = graph(found).moments(COSTS, case=6)
    assert isclose(found.trusted, a * tries + g**last * h)
    assert isclose(found.silent, b * tries + g**last * (1 - h))
    assert isclose(found.escalated, g**last)
    assert isclose(found.visits["generate"], tries)
    assert isclose(mean, tries * 0.025 + g**last * 6)
    return (
        "p 0.9, s 0.7, f 0.05, K 3, h 0.95, c 0.02, v 0.005, H 6: "
        f"a {number(a, 3)}, b {number(b, 2)}, g {number(g, 3)}, T {number(tries, 6)}; trusted "
        f"{number(found.trusted, 6)}, silent {number(found.silent, 6)}, escalated "
        f"{number(found.escalated, 6)}, mean cost {number(mean, 6)}."
    )


@example
def test_the_precision_of_the_machine() -> str:
    found = outcomes(BLOCK, 0.95)
    precision = found.delivered_right / (found.delivered_right + found.delivered_wrong)
    assert isclose(precision, 0.855 / 0.885)
    return (
        "in the block above the machine's own answers are right "
        f"{number(precision, 4)} of the time, at one attempt as at a hundred."
    )


@example
def test_the_spread_of_one_request() -> str:
    found = outcomes(BLOCK, 0.95)
    mean, variance = graph(found).moments(COSTS, case=6)
    return (
        f"the same block costs {number(mean, 4)} a request with a standard deviation of "
        f"{number(sqrt(variance), 4)}: few requests, the escalated ones, make most of it; "
        f"{number(mean / found.trusted, 4)} a trusted answer."
    )


@example
def test_quantiles_of_one_request() -> str:
    half, most, nearly_all = quantiles(graph(outcomes(BLOCK, 0.95)), COSTS, 6)
    assert all(one.low <= one.high for one in (half, most, nearly_all))
    return (
        f"half of the block's requests cost at most {number(half.low, 3)}, 99 % at most "
        f"{number(nearly_all.low, 3)}; the two roundings are "
        f"{number(nearly_all.high - nearly_all.low, 5)} apart."
    )


# -- plans ----------------------------------------------------------------------------------

MODELS = f"""
[[model]]
id = "own/chat"
[[model.price]]
{ORIGIN}
per = 1_000_000
rates = {{ input = 2, output = 10 }}
[[model]]
id = "own/judge"
[[model.price]]
{ORIGIN}
per = 1_000_000
rates = {{ input = 1, output = 5 }}
"""
PLAN = """
[traffic]
requests_per_month = 10_000
peak_to_mean = 2
[[step]]
name = "answer"
model = "chat"
input_tokens = 1_000
output_tokens = 500
success = 0.9
rho = 0
[[step]]
name = "check"
model = "judge"
input_tokens = 1_600
output_tokens = 80
judges = ["answer"]
sensitivity = 0.8
false_positive_rate = 0.1
rho = 0
on_reject = { restart = "answer", max_attempts = 2, then = "human" }
[human]
cost_per_case = 4
success = 0.98
[target]
reliability = 0.97
loss_per_wrong_answer = 20
[stack.one]
chat = { offer = "own/chat", success = 0.9 }
judge = "own/judge"
"""


def billed(text: str) -> Estimate:
    return estimate(workload(text), prices(MODELS), DAY).estimates[0]


def compared(text: str) -> Comparison:
    return compare(workload(text), prices(MODELS), DAY)


@cache
def plan() -> Comparison:
    return compared(PLAN)


def options() -> Iterator[Option]:
    yield from plan().strategies[0].options


def named(name: str) -> Option:
    return next(one for one in options() if one.name == name)


@example
def test_runtime_grows_with_runs() -> str:
    text = PLAN + "[runtime]\nactive_cpu_seconds = 1\nwall_seconds = 10\nmemory_gib = 1\n"
    made = workload(text.replace("[stack.one]", "[stack.one]\nruntime = { none = 'a test' }"))
    visits = solve(made).visits
    usage = monthly_usage(made, visits=visits)
    seconds = usage.parts["runtime"].variables["wall_seconds"]
    assert visits.runs["answer"] == visits.runs["check"]
    return (
        f"the plan runs each of its two steps {literal(visits.runs['answer'])} times a request, so "
        f"10 wall seconds become {literal(seconds)}."
    )


@example
def test_the_plan() -> str:
    (made,) = plan().estimates
    found = made.reliability
    assert found is not None
    return (
        f"the plan costs {number(made.total_monthly, 2)} a month for "
        f"{number(found.trusted * 100, 3)} % trusted answers, "
        f"{number(found.silent * made.requests, 0)} silent failures and "
        f"{number(found.escalated * made.requests, 0)} cases: "
        f"{number(made.cost_per_trusted_answer or Decimal(0), 4)} a trusted answer, "
        f"{number(made.cost_per_request or Decimal(0), 4)} a request."
    )


@example
def test_purposes() -> str:
    (made,) = plan().estimates
    spent = made.by_purpose
    return (
        f"of that {number(spent['produce'], 2)} produces, {number(spent['coordinate'], 2)} "
        f"coordinates and {number(spent['people'], 2)} pays people; orchestration spend is "
        f"{number(made.orchestration_spend, 2)}."
    )


@example
def test_the_gap_and_the_shortfall() -> str:
    text = PLAN.replace("max_attempts = 2, then", "max_attempts = 1, then")
    text = text.replace("success = 0.98", "success = 0.97").replace("= 0.97\nloss", "= 0.975\nloss")
    made = compared(text).strategies[0]
    first = made.options[0]
    assert first.reliability is not None
    assert first.monthly is not None
    assert made.gap is not None
    assert made.shortfall is not None
    able = [one for one in made.options if (one.reliability or 0) >= first.reliability]
    best = min((one for one in able if one.monthly is not None), key=lambda one: one.monthly)
    assert made.gap == pytest.approx(1 - best.monthly / first.monthly)
    return (
        "with one attempt and people right 0.97 of the time the plan costs "
        f"{number(first.monthly, 2)} and reaches {number(first.reliability * 100, 2)} %; "
        f"'{best.name}' costs "
        f"{number(best.monthly, 2)}: a gap of {number(made.gap * 100, 1)} %, and at a target of "
        f"97.5 % a shortfall of {number(made.shortfall, 2)}."
    )


@example
def test_how_much_reliability_to_buy() -> str:
    found = plan().strategies[0]
    assert found.advice is not None
    chosen = next(one for one in found.frontier if f"'{one.name}'" in found.advice)
    after = found.frontier[found.frontier.index(chosen) + 1]
    assert chosen.reliability is not None
    assert chosen.marginal is not None
    assert after.marginal is not None
    return (
        f"on the plan's frontier '{chosen.name}' ({number(chosen.reliability * 100, 2)} % for "
        f"{number(chosen.monthly or 0, 2)}) costs {number(chosen.marginal, 2)} for each answer "
        f"more, what follows {number(after.marginal, 2)}: at a loss of 20 it pays to stop there."
    )


@example
def test_the_ceiling_of_votes() -> str:
    p = outcomes("".join(step(f"s{at}", "success = 0.97") for at in range(6))).trusted
    found = [number(ceiling(p, rho), 3) for rho in (0.1, 0.2, 0.5)]
    assert majority(p, 99, 0.5) < ceiling(p, 0.5)
    return (
        f"votes of the whole 83 % pipeline end at {found[0]}, {found[1]} and {found[2]} at rho "
        "0.1, 0.2 and 0.5, however many."
    )


@example
def test_brute_force() -> str:
    text = PLAN.replace("reliability = 0.97", "reliability = 0.91")
    found = compared(text + "[strategy.vote]\nrho = 0.1\n").strategies[0]
    able = [one for one in found.options if (one.reliability or 0) >= Decimal("0.91")]
    brute = min((one for one in able if one.brute_force), key=lambda one: one.monthly)
    calm = min((one for one in able if not one.brute_force), key=lambda one: one.monthly)
    assert found.multiple is not None
    assert brute.monthly is not None
    assert calm.monthly is not None
    return (
        f"at a target of 91 % and rho 0.1 '{brute.name}' costs {number(brute.monthly, 2)} and "
        f"'{calm.name}' {number(calm.monthly, 2)}: a multiple of {number(found.multiple, 2)}."
    )


@example
def test_machines_for_the_peak() -> str:
    return (
        "a peak of 100 requests a second and 20 a machine: ceil(100 x 1.3 / (20 x 0.7)) + 1 = "
        f"{replicas(100, 20)} machines; by Erlang-C 100 a second of 2 s each, at most 1 % waiting "
        f"over a second, need {slots_for(100, 2, 1, 0.01)} slots."
    )


TWO = PLAN.replace(
    "[stack.one]",
    '[[fixed]]\nname = "engineer"\nmonthly = 300\nstacks = ["two"]\n[stack.one]',
) + (
    '[stack.two]\nchat = { offer = "own/judge", success = 0.9 }\njudge = "own/judge"\n'
    "[migration]\nengineer_days = 2\ncost_per_day = 500\noverlap_months = 0\n"
)


@example
def test_break_even() -> str:
    made = compared(TWO)
    one, two = made.estimates
    (versus,) = made.versus
    assert versus.break_even is not None
    return (
        f"stack one costs {number(one.variable_monthly, 2)} and stack two "
        f"{number(two.variable_monthly, 2)} + 300 fixed at 10,000 requests; they cross at "
        f"{number(versus.break_even, 0)}."
    )


@example
def test_payback() -> str:
    made = compared(TWO.replace("requests_per_month = 10_000", "requests_per_month = 100_000"))
    (versus,) = made.versus
    assert versus.one_off is not None
    assert versus.payback_months is not None
    return (
        "at 100,000 requests moving takes two days at 500, without overlap: "
        f"{number(versus.one_off, 2)} once, {number(-versus.difference, 2)} saved a month, paid "
        f"back in {number(versus.payback_months, 1)} months."
    )


@example
def test_a_horizon() -> str:
    text = 'horizon_months = 12\ncurrency = "USD"\n' + PLAN.replace(
        "peak_to_mean = 2", "peak_to_mean = 2\ngrowth_per_month = 0.03"
    )
    months = billed(text).months
    return (
        f"3 % a month: month 12 has {number(months[-1].requests, 0)} requests and costs "
        f"{number(months[-1].total, 2)}, the year {number(sum(one.total for one in months), 2)}."
    )


@example
def test_when_to_ask_a_person() -> str:
    made = compare(workload(PLAN), prices(MODELS), DAY, levers=True).sensitivity
    assert made is not None
    assert made.threshold is not None
    return (
        "h 0.98, a case at 4, a loss of 20: ask a person below a confidence of "
        f"{literal(made.threshold)}."
    )


# -- terms of the account -------------------------------------------------------------------


def spending(amount: int, terms: str, currency: str = "USD") -> Estimate:
    """A bill of so much a month, in a currency, under some terms."""
    body = (
        f'[[offer]]\nid = "own/bill"\n{ORIGIN}\n'
        f'[[offer.charge]]\nid = "bill"\nquantity = "1"\nunit = "month"\nprice = {amount}\n'
    )
    text = (
        "horizon_months = 4\n[traffic]\nrequests_per_month = 1\n"
        '[[step]]\nname = "call"\ntool = "helper"\n[stack.one]\nhelper = "own/bill"\n'
    )
    head = HEAD + f'currency = "{currency}"\ncategory = "search-rerank"\n'
    catalog = open_catalog(Path(), parse_toml("own", head + body), "own", "")
    return estimate(workload(text + terms), catalog, DAY).estimates[0]


@example
def test_two_ways_to_state_a_rate() -> str:
    found = [
        spending(
            50, f'[exchange]\n{key} = {{ rate = {rate}, date = {DAY}, source = "x" }}\n', "EUR"
        )
        for key, rate in (("usd_per_eur", "1.08"), ("eur_per_usd", "0.5"))
    ]
    first, second = (literal(one.total_monthly) for one in found)
    return (
        f"at 1.08 USD for one EUR, 50 EUR are {first} USD; at 0.5 EUR for one USD they are "
        f"{second}."
    )


@example
def test_bands_of_a_spend() -> str:
    bands = (
        '[[discount]]\noffers = "own/*"\nbands = [{ up_to = 2_000, percent = 0 }, '
        "{ up_to = 5_000, percent = 5 }, { percent = 12 }]\n"
    )
    off = [
        7_000 - spending(7_000, bands + mode).total_monthly for mode in ("", 'mode = "volume"\n')
    ]
    return (
        "7,000 of list spend over bands of 0 % to 2,000, 5 % to 5,000 and 12 % above: "
        f"3,000 x 5 % + 2,000 x 12 % = {number(off[0], 0)} off; by volume {number(off[1], 0)}."
    )


@example
def test_a_commitment_s_parts() -> str:
    deal = '[[commitment]]\nname = "x"\noffers = "own/*"\nmonthly = 2_000\npercent = 20\n'
    (low,) = spending(1_100, deal).commitments
    high = spending(5_100, deal)
    (drawn,) = high.commitments
    return (
        f"2,000 a month committed at 20 % off: a spend of 1,100 draws {number(low.covered, 0)} and "
        f"leaves {number(low.unused, 0)} unused; of 5,100 it covers 2,500, and with "
        f"{number(drawn.overage, 0)} beyond it {number(high.total_monthly, 0)} are paid."
    )


@example
def test_a_credit_granted_once() -> str:
    gift = '[[credit]]\nname = "x"\noffers = "own/*"\namount = 2_500\none_time = true\n'
    paid = [number(month.credits, 0) for month in spending(1_100, gift).months]
    return (
        f"2,500 granted once against a bill of 1,100 a month pay {', '.join(paid[:3])} and "
        f"{paid[3]} of four months."
    )


# -- what the document says without a number ------------------------------------------------


def test_the_largest_model_needs_its_success_rate() -> None:
    text = PLAN + '[strategy.upgrade]\nmodel = "own/judge"\n'
    without, given = (
        {one.name: one for one in compared(each).strategies[0].options}
        for each in (text, text + "success = 0.95\n")
    )
    lacking = without["the largest model for everything"]
    assert lacking.monthly is None
    assert "not modelled" in (lacking.reason or "")
    unchecked, checked = given["own/judge, unchecked"], given["own/judge"]
    assert unchecked.monthly == 10_000 * (1_000 * 1 + 500 * 5) / Decimal(1_000_000)
    assert unchecked.reliability == Decimal("0.95")
    assert checked.reliability is not None
    assert checked.reliability > unchecked.reliability


def test_hosting_by_hand() -> None:
    text = PLAN.replace("[stack.one]", '[stack.one]\nruntime = "aws/fargate"')
    text += (
        "[runtime]\nactive_cpu_seconds = 1\nwall_seconds = 10\nmemory_gib = 1\n"
        '[strategy.gpus]\noffer = "aws/p5.4xlarge"\ntokens_per_second = 2\n'
        "success = 0.9\n[strategy.regions]\ncount = 3\n"
    )
    catalog = prices(MODELS)
    planned = workload(text)
    (made,) = estimate(planned, catalog, DAY).estimates
    fixed = sum(one.fixed for one in made.components if one.name == "runtime")
    assert fixed == made.fixed_monthly > 0
    total = made.total_monthly

    def costs(text: str) -> dict[str, Decimal]:
        found = hosting.ways(
            workload(text), "one", made, solve(planned).visits, Pricer(catalog, DAY), None
        )
        solutions = {one.name: one.workload for one in found if one.workload is not None}
        return {
            name: estimate(one, catalog, DAY).estimates[0].total_monthly
            for name, one in solutions.items()
        }

    passive, active = costs(text), costs(text + 'mode = "active-active"\n')
    assert passive["2 warm idle replicas"] == total + 2 * fixed
    assert passive["3 regions"] == total + 2 * fixed
    assert active["3 regions"] == total + fixed / 2
    # 11,700 runs of 500 tokens in 2,628,000 s, twice that at the peak, x 1.3 / (2 x 0.7): 4.13
    # machines and one spare, in place of 11,700 x (1,000 x 2 + 500 x 10) / million
    hour = Decimal("6.88")
    assert passive["GPUs sized for the peak"] == total + 6 * 730 * hour - Decimal("81.9")


def test_lock_in() -> None:
    text = PLAN.replace("loss_per", "revenue_per_request = 0.2\nloss_per")
    made = compared(text)
    (one,) = made.estimates
    tokens = next(part.total for part in one.components if part.name == "tokens")
    assert made.lock_in[0].vendor == "Own"
    assert made.lock_in[0].share == pytest.approx(tokens / one.total_monthly)
    assert made.margins["one"] == 2_000 - one.total_monthly


def test_a_mix_pays_floors_twice() -> None:
    text = PLAN.replace("[stack.one]", '[stack.one]\nobservability = "langfuse/core"')
    text = text.replace("[human]", "[observability]\nseats = 1\n[human]")
    stack = text[text.index("[stack.one]") :]
    text += stack.replace("[stack.one]", "[stack.two]")
    text += "[mix.both.stacks]\none = 0.5\ntwo = 0.5\n"
    text = '[[fixed]]\nname = "on-call"\nmonthly = 400\n' + text
    made = compared(text)
    one = made.estimates[0]
    floor = one.fixed_monthly - 400
    assert floor > 0
    assert made.mixes[0].monthly == one.total_monthly + floor
