"""Where workload, catalogue and billing meet: whole estimates of small stacks, by hand."""

from decimal import Decimal

import pytest
from small_catalog import DAY, HEADER, ORIGIN, Shelf, file_of, workload_of

from costplan.catalog.lookup import Catalog
from costplan.document.estimate import Estimate
from costplan.plan.bill.estimate import estimate
from costplan.problems import InvalidInput

MODELS = f"""
[[model]]
id = "acme/chat"
cache = {{ minimum_tokens = 1_000, ttl_minutes = 5 }}
[[model.price]]
{ORIGIN}
per = 1_000_000
rates = {{ input = 2, cache_read = 0.2, cache_write = 2.5, output = 10 }}
mode.batch = {{ times = 0.5 }}
region.eu = {{ times = 1.1 }}

[[model]]
id = "acme/embed"
kind = "embedding"
[[model.price]]
{ORIGIN}
per = 1_000_000
rates = {{ input = 0.1 }}
mode.batch = {{ times = 0.5 }}
"""
INDEX = f"""
[[offer]]
id = "store/plan"
{ORIGIN}
[[offer.charge]]
id = "queries"
quantity = "queries"
unit = "query"
price = 1
per = 1_000
[[offer.charge]]
id = "embedding"
quantity = "embedding_tokens"
unit = "token"
price = 1
per = 1_000_000
[[offer.adjust]]
id = "floor"
kind = "minimum"
amount = 5
"""
HOST = f"""
[[offer]]
id = "host/plan"
{ORIGIN}
requires = ["host/account"]
gates = [{{ variable = "requests", max = 1_000_000, action = "block", reason = "too many" }}]
[[offer.charge]]
id = "requests"
quantity = "requests"
unit = "request"
price = 1
per = 1_000
included = 1_000
free_tier = true

[[offer]]
id = "host/account"
{ORIGIN}
[[offer.charge]]
id = "fee"
quantity = "1"
unit = "month"
price = 7
"""
GPU = f"""
[[offer]]
id = "gpu/one"
{ORIGIN}
[[offer.charge]]
id = "hours"
quantity = "instances * hours"
unit = "GPU-hour"
price = 2
"""
CATALOG = Catalog(
    [
        Shelf(file_of(MODELS), "tokens"),
        Shelf(file_of(INDEX), "vector-db"),
        Shelf(file_of(HOST), "runtime"),
        Shelf(file_of(GPU), "compute"),
    ]
)


def planned(text: str) -> Estimate:
    (made,) = estimate(workload_of('name = "w"\n' + text), CATALOG, DAY).estimates
    return made


def lines(made: Estimate) -> dict[tuple[str, str], Decimal | None]:
    """Amounts by role and charge, several lines of one added."""
    found: dict[tuple[str, str], Decimal | None] = {}
    for line in made.lines:
        key = (line.role, line.price.charge)
        found[key] = None if line.amount is None else (found.get(key) or Decimal(0)) + line.amount
    return found


ASK = """
traffic = { requests_per_month = 10_000, peak_to_mean = 1 }
step = [{ name = "answer", model = "chat", input_tokens = 1_000, output_tokens = 500 }]
"""


def test_one_step_one_model() -> None:
    made = planned(ASK + 'stack.one.chat = "acme/chat"')
    # 10 million x 2 + 5 million x 10
    assert lines(made) == {("chat", "input"): 20, ("chat", "output"): 50}
    assert made.total_monthly == 70
    assert made.cost_per_request == Decimal("0.007")
    assert made.by_purpose == {"produce": 70, "coordinate": 0, "people": 0, "idle": 0}


def test_the_catalogue_has_no_other_clock_than_the_as_of_day() -> None:
    with pytest.raises(InvalidInput, match="no known price on 2025-12-31"):
        estimate(
            workload_of('name = "w"\n' + ASK + 'stack.one.chat = "acme/chat"'),
            CATALOG,
            DAY.replace(year=2025, month=12, day=31),
        )


def test_residency_and_a_negotiated_discount() -> None:
    made = planned(
        ASK
        + 'stack.one = { residency = "eu", chat = "acme/chat" }\n'
        + 'discount = [{ offers = "acme/*", percent = 10 }, { offers = "*", percent = 5 }]'
    )
    assert made.list_monthly == 77
    assert made.total_monthly == Decimal("69.3")


def test_free_tiers_and_what_must_be_bought_along() -> None:
    text = ASK + "runtime = { active_cpu_seconds = 1, wall_seconds = 1, memory_gib = 1 }\n"
    made = planned(text + 'stack.one = { chat = "acme/chat", runtime = "host/plan" }')
    found = lines(made)
    assert found[("runtime", "requests")] == 9
    assert found[("runtime", "fee")] == 7
    made = planned(
        text + 'stack.one = { free_tiers = false, chat = "acme/chat", runtime = "host/plan" }'
    )
    assert lines(made)[("runtime", "requests")] == 10


def test_what_is_required_is_bought_once_for_all_who_need_it() -> None:
    text = ASK + "runtime = { active_cpu_seconds = 1, wall_seconds = 1, memory_gib = 1 }\n"
    made = planned(
        text
        + 'stack.one = { chat = "acme/chat", runtime = "host/plan", orchestration = "host/plan" }'
    )
    fees = [line for line in made.lines if line.price.charge == "fee"]
    assert [line.amount for line in fees] == [7]


def test_a_gate_refuses_the_stack() -> None:
    text = ASK.replace("10_000", "1_000_001")
    text += "runtime = { active_cpu_seconds = 1, wall_seconds = 1, memory_gib = 1 }\n"
    with pytest.raises(InvalidInput, match="does not serve this workload: requests is 1,000,001"):
        planned(text + 'stack.one = { chat = "acme/chat", runtime = "host/plan" }')


RAG = """
traffic = { requests_per_month = 10_000, peak_to_mean = 1 }
step = [
  { name = "retrieve", index = "docs" },
  { name = "recall", index = "notes" },
  { name = "answer", model = "chat", input_tokens = 1_000, output_tokens = 500 },
]
[index.docs]
vectors = 1_000
dimensions = 100
embedding = "embedder"
query_tokens = 100
[index.notes]
vectors = 1_000
dimensions = 100
embedding = "embedder"
query_tokens = 300
"""


def test_queries_are_embedded_by_the_stacks_model() -> None:
    made = planned(
        RAG + "[stack.one]\n"
        'chat = "acme/chat"\nembedder = "acme/embed"\ndocs = "store/plan"\nnotes = "store/plan"\n'
    )
    found = lines(made)
    assert found[("embedder", "input")] == Decimal("0.4")  # 4 million x 0.1
    assert (found[("docs", "queries")], found[("notes", "queries")]) == (10, 10)
    assert ("docs", "floor") not in found  # 20 of queries reach the account's floor of 5


def test_an_index_that_embeds_is_billed_its_own_tokens_once() -> None:
    made = planned(
        RAG + "[stack.one]\n"
        'chat = "acme/chat"\nembedder = { none = "the index embeds" }\n'
        'docs = "store/plan"\nnotes = "store/plan"\n'
    )
    found = lines(made)
    # 1 million tokens of docs and 3 million of notes.
    assert (found[("docs", "embedding")], found[("notes", "embedding")]) == (1, 3)


def test_a_job_is_billed_in_its_mode() -> None:
    made = planned(
        "traffic = { requests_per_month = 0 }\n"
        'job = [{ name = "night", runs_per_month = 30, items = 1_000, model = "chat", '
        'input_tokens = 1_000, mode = "batch" }]\n'
        'stack.one.chat = "acme/chat"'
    )
    assert made.total_monthly == 30  # 30 million x 2 x 0.5
    assert made.cost_per_request is None


def test_a_rented_machine_is_split_into_use_and_idle() -> None:
    made = planned(
        ASK + 'stack.one.chat = { offer = "gpu/one", hours = 100, tokens_per_second = 100 }'
    )
    # 36 million tokens of capacity, 5 million used.
    amounts = {line.purpose: line.amount for line in made.lines}
    assert amounts["produce"] + amounts["idle"] == 200
    assert abs(amounts["produce"] - Decimal(200) * 5 / 36) < Decimal("1e-11")
    assert made.by_purpose["idle"] == amounts["idle"]


def test_fixed_costs_and_a_horizon() -> None:
    made = planned(
        "horizon_months = 3\n"
        + ASK.replace("peak_to_mean = 1", "peak_to_mean = 1, growth_per_month = 0.5")
        + 'fixed = [{ name = "rent", monthly = 5 }, { name = "setup", one_off = 40, month = 2 }]\n'
        'stack.one.chat = "acme/chat"'
    )
    assert made.total_monthly == 75  # without the one-off
    assert [month.recurring for month in made.months] == [75, 110, Decimal("162.5")]
    assert [month.one_off for month in made.months] == [0, 40, 0]
    assert [month.requests for month in made.months] == [10_000, 15_000, 22_500]
    assert [str(month.month) for month in made.months] == ["2026-11-01", "2026-12-01", "2027-01-01"]
    assert made.fixed_monthly == 5


def test_a_conversation_by_hand() -> None:
    made = planned(
        """
traffic = { requests_per_month = 100, peak_to_mean = 1 }
step = [{ name = "answer", model = "chat" }]
conversation = { turns = 3, fixed_tokens = 2_000, user_tokens = 100, output_tokens = 200, gap_seconds = 10 }
stack.one.chat = "acme/chat"
"""  # noqa: E501
    )
    quantities: dict[str, Decimal] = {}
    for line in made.lines:
        kind = line.price.charge
        quantities[kind] = quantities.get(kind, Decimal(0)) + line.quantity
    # Inputs 2,100, 2,400, 2,700; turns 2 and 3 read the turn before, turn 1 the shared 2,000.
    # One conversation keeps it for five minutes after its third turn: 320 seconds.
    warm = 1 - (-(Decimal(100) / (730 * 3_600) * 320)).exp()
    read = 100 * (2_000 * warm + 2_100 + 2_400)
    assert abs(quantities["cache_read"] - read) < Decimal("1e-15")
    assert abs(quantities["cache_write"] - (100 * 7_200 - read)) < Decimal("1e-15")
    assert "input" not in quantities  # all of each call is read or written
    assert quantities["output"] == 60_000
    assert made.requests == 300


def test_an_unknown_price_makes_the_total_at_least() -> None:
    made = planned(ASK.replace("500 }", '500, mode = "flex" }') + 'stack.one.chat = "acme/chat"')
    assert [line.amount for line in made.lines] == [None, None]
    assert made.at_least
    assert made.total_monthly == 0


def test_the_header_of_these_catalogues_is_whole() -> None:
    assert "source.page" in HEADER
