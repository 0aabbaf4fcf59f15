"""What two functions knew, each in its own way, is known once: the right values, by hand."""

from datetime import UTC, datetime
from decimal import Decimal

from small_catalog import DAY, ORIGIN, Shelf, amounts, file_of, model, tokens, workload_of
from test_month_of_calls import NOVEMBER, calls, month

from costplan.catalog.lookup import Catalog
from costplan.document.estimate import Estimate
from costplan.plan.bill.estimate import estimate
from costplan.plan.bill.price import price
from costplan.plan.bill.unit_costs import unit_costs
from costplan.plan.compare.hosting import Served
from costplan.workload.conversation import Prefix
from costplan.workload.model import Workload
from costplan.workload.solving import solve

MODELS = f"""
[[model]]
id = "acme/chat"
[[model.price]]
{ORIGIN}
per = 1_000_000
rates = {{ input = 5, cache_read = 0.5, output = 10, reasoning = 20 }}
"""
GUARD = f"""
[[offer]]
id = "acme/guard"
{ORIGIN}
charge = [{{ id = "calls", quantity = "calls", unit = "call", price = 0.002 }}]
"""
CATALOG = Catalog([Shelf(file_of(MODELS), "tokens"), Shelf(file_of(GUARD), "guardrails")])
NIGHT = """
rates = { input = 2, cache_read = 0.2, cache_write = 2.5, output = 10 }
schedule = [{ name = "night", rates = { input = 1, cache_read = 0.1, output = 5 }, utc_offset = "+00:00", days = "mon-sun", hours = ["00:00-12:00"] }]
"""  # noqa: E501


def workload(steps: str, more: str = "") -> Workload:
    text = f'name = "w"\ntraffic = {{ requests_per_month = 1_000 }}\n{steps}\n'
    return workload_of(text + f'[stack.one]\nchat = "acme/chat"\n{more}')


def planned(steps: str, more: str = "") -> Estimate:
    (made,) = estimate(workload(steps, more), CATALOG, DAY).estimates
    return made


def test_a_window_without_a_price_for_writes_leaves_those_of_other_hours_alone() -> None:
    usage = calls(1_000, input_tokens=3_000, cache_write_tokens=2_000)
    lines = month(model(NIGHT), usage, day=NOVEMBER).lines
    written = {line.price.variant: line for line in lines if line.price.charge == "cache_write"}
    assert written[None].quantity == 1_000_000  # half of 1,000 x 2,000
    assert written[None].amount == Decimal("2.5")
    assert written["night"].amount is None  # the model prices writes: at night nobody says how much


def test_nor_does_a_prefix_that_is_cached_by_the_offers_terms() -> None:
    prefix = Prefix(shared=Decimal(2_000), marked=Decimal(2_000))
    usage = calls(1_000, input_tokens=3_000, prefix=prefix)
    lines = month(model(NIGHT), usage, day=NOVEMBER).lines
    written = {line.price.variant: line for line in lines if line.price.charge == "cache_write"}
    assert written[None].amount == Decimal("2.5")
    assert written["night"].amount is None


def test_a_model_that_prices_reads_and_no_writes_bills_them_as_input_wherever_asked() -> None:
    step = """[[step]]
name = "answer"
model = "chat"
input_tokens = 1_500_000
cache_write_tokens = 1_000_000
"""
    note = "acme/chat: no price for cache writes; they are billed as input"
    made = planned(step)
    assert made.cost_per_request == Decimal("7.5")  # 1.5 million x 5
    assert note in made.notes
    given = {"input_tokens": Decimal(1_500_000), "cache_write_tokens": Decimal(1_000_000)}
    bill = price(CATALOG, "acme/chat", given, datetime(2026, 11, 22, tzinfo=UTC))
    assert bill.total == Decimal("7.5")
    assert bill.notes == [note]
    assert amounts(tokens(CATALOG.get("acme/chat"), **given)) == {"input": Decimal("7.5")}


def test_a_write_for_an_hour_is_never_taken_for_a_plain_one() -> None:
    lines = tokens(CATALOG.get("acme/chat"), input_tokens=10, cache_write_1h_tokens=10)
    assert amounts(lines) == {"cache_write_1h": None}


PEOPLE_STEP = """
[[step]]
name = "draft"
model = "chat"
input_tokens = 700
success = 1
[[step]]
name = "explain"
model = "chat"
input_tokens = 700
purpose = "people"
success = 1
"""


def test_a_step_for_people_is_a_run_of_the_step_and_no_case() -> None:
    made = planned(PEOPLE_STEP)
    assert made.reliability is not None
    assert made.reliability.cost_mean == Decimal("0.007")  # 2 x 700 x 5 / million
    assert made.cost_per_request == Decimal("0.007")
    assert made.by_purpose["people"] == Decimal("3.5")
    plan = workload(PEOPLE_STEP)
    solved = solve(plan)
    costs = unit_costs(plan, solved, made.lines, Decimal(1_000))
    each = {"draft": Decimal("0.0035"), "explain": Decimal("0.0035")}
    assert costs.steps == each


def test_a_guardrail_is_part_of_what_a_request_costs() -> None:
    step = """[[step]]
name = "answer"
model = "chat"
input_tokens = 700
success = 1
[[step]]
name = "guard"
tool = "guard"
calls = 2
success = 1
"""
    made = planned(step, 'guard = { offer = "acme/guard", success = 1 }\n')
    assert made.reliability is not None
    assert made.reliability.cost_mean == Decimal("0.0075")  # 0.0035 + 2 x 0.002
    assert made.by_purpose["coordinate"] == 4


def test_machines_in_place_of_tokens_reason_too() -> None:
    step = """[[step]]
name = "answer"
model = "chat"
input_tokens = 700
output_tokens = 500
reasoning_tokens = 400
success = 1
"""
    plan = workload(step)
    served = Served(plan, *plan.stack, solve(plan).visits, CATALOG, DAY)
    assert (served.all_output, served.input) == (500_000, 700_000)


def test_a_step_may_read_audio_from_a_cache() -> None:
    step = '[[step]]\nname = "a"\nmodel = "chat"\ninput_tokens = 10\ncache_read_audio_tokens = 4\n'
    made = planned(step)
    found = {line.price.charge: (line.quantity, line.amount) for line in made.lines}
    assert found["cache_read_audio"] == (4_000, None)  # no such rate: unknown, not text
